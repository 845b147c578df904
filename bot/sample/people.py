"""People who might buy widgets: invented names at invented companies, under `.example`."""

from dataclasses import dataclass
from random import Random
from typing import Literal

from bot.sample.names import (
    COMPANY_FIRST,
    COMPANY_LAST,
    COUNTRIES,
    GIVEN_AND_FAMILY,
    PEOPLE_OF,
    SIZES,
    TITLES,
)
from funnel.events import Person

Grade = Literal["A", "B", "C", "D"]
_GRADES: tuple[Grade, ...] = ("A", "B", "C", "D")
_FORMS_OF: dict[str, str] = {"Germany": " GmbH", "Netherlands": " B.V.", "United Kingdom": " Ltd"}


@dataclass(frozen=True, slots=True)
class _Firm:
    name: str
    domain: str
    industry: str
    employees: str
    country: str


class Crowd:
    """Hands out people, never the same e-mail twice; a firm met again is the same firm."""

    def __init__(self, dice: Random) -> None:
        self._dice = dice
        self._taken: set[str] = set()
        self._firms: dict[tuple[str, str], _Firm] = {}

    def person(self, grade: Grade) -> Person:
        """Somebody whose title fits the `grade`."""
        while True:
            person = self._private(grade) if grade == "D" else self._employed(grade)
            if person.email and person.email not in self._taken:
                self._taken.add(person.email)
                return person

    def _employed(self, grade: Grade) -> Person:
        first, last = self._dice.choice(COMPANY_FIRST.split()), self._dice.choice(list(COMPANY_LAST))
        firm = self._firms.get((first, last)) or _firm(self._dice, first, last)
        self._firms[first, last] = firm
        given, family = _name(self._dice, firm.country)
        return Person(
            email=f"{given}.{family}@{firm.domain}".lower(),
            anonymous_id=visitor(self._dice),
            name=f"{given} {family}",
            title=self._dice.choice(TITLES[grade]),
            company=firm.name,
            country=firm.country,
            traits={"industry": firm.industry, "employees": firm.employees},
        )

    def _private(self, grade: Grade) -> Person:
        country = _one_of(self._dice, COUNTRIES)
        given, family = _name(self._dice, country)
        return Person(
            email=f"{given}.{family}{self._dice.randrange(10, 99)}@freemail.example".lower(),
            anonymous_id=visitor(self._dice),
            name=f"{given} {family}",
            title=self._dice.choice(TITLES[grade]),
            country=country,
        )


def grade(dice: Random, *, good: bool, junk: float) -> Grade:
    """How well somebody fits: `good` leads mostly do, a `junk` share of the others not at all."""
    weights = (46, 40, 14, 0) if good else (16, 32, 52 - 100 * junk, 100 * junk)
    return dice.choices(_GRADES, weights)[0]


def visitor(dice: Random) -> str:
    return f"{dice.getrandbits(48):012x}"


def _firm(dice: Random, first: str, last: str) -> _Firm:
    country = _one_of(dice, COUNTRIES)
    name = f"{first} {last}{_FORMS_OF.get(country, '')}"
    domain = f"{first}-{last}.example".lower()
    return _Firm(name, domain, COMPANY_LAST[last], dice.choice(SIZES), country)


def _name(dice: Random, country: str) -> tuple[str, str]:
    given, family = GIVEN_AND_FAMILY[_one_of(dice, PEOPLE_OF[country])]
    return dice.choice(given.split()), dice.choice(family.split())


def _one_of(dice: Random, weighted: dict[str, int]) -> str:
    return dice.choices(list(weighted), list(weighted.values()))[0]
