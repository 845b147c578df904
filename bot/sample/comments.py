"""What buyers write into a contact form: some say it all, some say little, some say nothing."""

from collections.abc import Callable
from random import Random

from bot.sample.names import COMPANY_FIRST, COMPANY_LAST, GIVEN_AND_FAMILY

_WANTS = (
    "a retrofit for two packaging lines",
    "240 Series 4 widgets for our second shift",
    "Series 7 widgets for a new extrusion line",
    "a site survey at our Toledo plant",
    "replacement widgets for six filling stations",
    "somebody to look at our widget ROI before the budget round",
    "spare widgets and a service contract for three presses",
    "a drop-in replacement for a discontinued Halden 900 widget",
    "pricing for about 80 widgets a month",
    "a second supplier for heavy-duty widgets",
    "help with widget failures on our oldest line",
    "a retrofit pilot on one line before we roll out to four plants",
)
_WHENS = (
    "within two weeks",
    "by the end of this month",
    "before the end of the quarter",
    "ASAP",
    "in the next 30 days",
    "by mid March",
    "next quarter",
    "in Q2",
    "within three months",
    "next year",
)
_THANKS = (
    "",
    "",
    " Thanks!",
    " Budget is approved.",
    " Please e-mail first.",
    " Mornings are best for a call.",
)
_LITTLE = (
    "pls call me back thx",
    "pricing?",
    "Saw you at the expo, following up as promised.",
    "Hola, ¿tienen distribuidor en Monterrey? Gracias.",
    "Wir haben eine Frage zu Serie 7. Bitte um Rückruf.",
    "see attached (couldn't attach)",
    "Is the Series 4 food safe?",
    "asdf",
    "Do you ship to Canada, and what is the lead time on 20 units?",
    "Following up on the e-mail I sent last week, nobody answered.",
    "test test",
    "Our line 3 is down again. Same fault as before.",
)


def comment(dice: Random) -> str | None:
    """What one buyer wrote; None where they left the box empty."""
    (write,) = dice.choices((_everything, _referred, _plain, _little, _nothing), (14, 16, 38, 20, 12))
    return write(dice)


def rich_comment(dice: Random) -> str:
    """What a serious buyer wrote: at least what they want, and when."""
    (write,) = dice.choices((_everything, _plain), (45, 55))
    return write(dice)


def _everything(dice: Random) -> str:
    opening: Callable[[str, str], str] = dice.choice(
        (
            lambda who, firm: f"{who} at {firm} recommended you.",
            lambda who, firm: f"My friend {who} at {firm} speaks highly of your team.",
            lambda who, _: f"Hi, we were referred by {who}.",
            lambda who, firm: f"I heard about you from {who} at {firm}.",
        )
    )
    return f"{opening(_somebody(dice), _some_firm(dice))} {_plain(dice)}"


def _referred(dice: Random) -> str:
    return f"My former colleague {_somebody(dice)} told us about you. We need {dice.choice(_WANTS)}."


def _plain(dice: Random) -> str:
    verb = dice.choice(("We need", "We're looking for", "I'd like", "We want"))
    return f"{verb} {dice.choice(_WANTS)} {dice.choice(_WHENS)}.{dice.choice(_THANKS)}"


def _little(dice: Random) -> str:
    return dice.choice(_LITTLE)


def _nothing(_: Random) -> None:
    return None


def _somebody(dice: Random) -> str:
    given, family = dice.choice(list(GIVEN_AND_FAMILY.values()))
    return f"{dice.choice(given.split())} {dice.choice(family.split())}"


def _some_firm(dice: Random) -> str:
    return f"{dice.choice(COMPANY_FIRST.split())} {dice.choice(list(COMPANY_LAST))}"
