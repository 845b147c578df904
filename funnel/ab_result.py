"""Which variant of an experiment converts best, if that can be said.

Counted are people, each under the variant that they were shown first. Who had got there before is left out:
nothing that they were shown can have brought them. Variants are compared as campaigns are, by `verdict`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from funnel.answer import Terms
from funnel.compare import Arm, Interval, uneven, wilson
from funnel.counts import GOALS, Ask, Cell, Cells, CountedLead, Filter
from funnel.errors import QuestionError
from funnel.handed_over import decided_json, pair_json, terms_json
from funnel.metrics import METRICS, Metric
from funnel.question import AbTest
from funnel.verdict import Pair, Verdict, verdict
from funnel.verdict_words import VARIANTS, sentence
from funnel.window import pooled

CONTROLS = frozenset({"control", "original", "baseline"})
"""Words by which people call the variant that the others are held against."""
UNEVEN = 0.001
"""Chance splits evenly assigned people so unevenly less than once in a thousand tests."""
MOST_VARIANTS = 12


@dataclass(frozen=True, slots=True)
class Variant:
    """One variant: how many people were `shown` it first, and how many of them `crossed_over` to another.

    `arm` are those of them who had not got there before, with the interval of their `rate`.
    """

    arm: Arm
    rate: Interval | None
    shown: int
    crossed_over: int

    @property
    def before(self) -> int:
        """How many had got there before they were shown it."""
        return self.shown - self.arm.leads


@dataclass(frozen=True, slots=True)
class ShownLead(CountedLead):
    """A person in an experiment, and the variant that they were shown first."""

    variant: str


@dataclass(frozen=True, slots=True)
class AbResult:
    """What came of a test by `metric`: its variants, the control first, and the verdict on them.

    Each of `pairs` is a variant against the control. `split` is how often chance splits people so unevenly,
    None where there is nothing to split.
    """

    test: AbTest
    metric: Metric
    terms: Terms
    variants: tuple[Variant, ...]
    verdict: Verdict
    pairs: tuple[Pair, ...]
    split: float | None

    @property
    def sentence(self) -> str:
        """Who wins, or why nobody does."""
        return sentence(self.verdict, VARIANTS)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader has to know before the verdict."""
        return tuple(filter(None, (self._uneven(), self._before(), self._crossed_over())))

    def _uneven(self) -> str:
        if self.split is None or self.split >= UNEVEN:
            return ""
        return "Traffic was not split evenly (p < 0.001): look at the assignment before the result."

    def _before(self) -> str:
        people = _people(sum(variant.before for variant in self.variants), "is", "are")
        return people and f"{people} left out, who {GOALS[self.test.goal]} before they were shown anything."

    def _crossed_over(self) -> str:
        people = _people(sum(variant.crossed_over for variant in self.variants), "was", "were")
        return people and f"{people} shown another variant later, and counted under the first."


def ab_ask(test: AbTest) -> Ask:
    """What has to be counted for a test."""
    names = frozenset({"exposed", "crossed_over", *_result(test).counts})
    where = (Filter("experiment", test.experiment), *test.where)
    return Ask(names, test.period, "activity", "variant", where, test.as_of)


def ab_result(test: AbTest, cells: Cells, at: datetime) -> AbResult:
    """The result of a test whose people were counted by variant.

    Raises:
        QuestionError: it has more variants than can be compared.

    """
    spelled = _by_spelling(cells)
    if len(spelled) > MOST_VARIANTS:
        raise QuestionError(
            f"That experiment has {len(spelled):,} variants, and I compare {MOST_VARIANTS} at most. "
            "Is every person sent as a variant of their own? Try `/kpi exposed by variant top 10`."
        )
    metric = _result(test)
    variants = tuple(_variant(name, spelled[name], metric) for name in sorted(spelled, key=_control_first))
    decided = verdict([variant.arm for variant in variants])
    period = test.period
    return AbResult(
        test,
        metric,
        Terms(period.start, period.end, period.zone, "cohort", test.as_of or at),
        variants,
        decided,
        _against_control(variants, decided),
        uneven([variant.shown for variant in variants]),
    )


def _result(test: AbTest) -> Metric:
    return METRICS[f"ab_{test.goal}"]


def _by_spelling(cells: Cells) -> dict[str, Cell]:
    """The cells by the names of variants; of several spellings of a name, the first stands for all."""
    spellings: dict[str, list[str | None]] = {}
    for name in sorted(cells, key=str):
        spellings.setdefault(str(name).casefold(), []).append(name)
    return {str(names[0]): pooled([cells[name] for name in names]) for names in spellings.values()}


def _variant(name: str, cell: Cell, metric: Metric) -> Variant:
    converted, could = (round(cell.counts.get(count, 0)) for count in metric.counts)
    arm = Arm(name, could, converted)
    shown, crossed = (round(cell.counts.get(count, 0)) for count in ("exposed", "crossed_over"))
    return Variant(arm, wilson(arm), shown, crossed)


def _control_first(name: str) -> tuple[bool, str]:
    """The control, then the others by name; where none is called so, the first by name is the control."""
    folded = name.casefold()
    return CONTROLS.isdisjoint(re.findall(r"[^\W_]+", folded)), folded


def _against_control(variants: Sequence[Variant], decided: Verdict) -> tuple[Pair, ...]:
    """The verdict's pairs with the control, each seen from the variant's side."""
    if not variants:
        return ()
    control = variants[0].arm
    seen = {pair.b.name: _turned(pair) for pair in decided.pairs if pair.a == control}
    seen |= {pair.a.name: pair for pair in decided.pairs if pair.b == control}
    return tuple(seen[variant.arm.name] for variant in variants if variant.arm.name in seen)


def _turned(pair: Pair) -> Pair:
    return Pair(pair.b, pair.a, -pair.difference, pair.chance, pair.p)


def _people(count: int, one: str, several: str) -> str:
    """How many, with the verb that goes with them; nothing for nobody."""
    if not count:
        return ""
    return f"1 person {one}" if count == 1 else f"{count:,} people {several}"


def ab_json(result: AbResult) -> dict[str, Any]:
    """The result in the one shape that other programs rely on, with the verdict; shares are of 1."""
    verdict = result.verdict
    more = verdict.still_needed or [None] * len(verdict.arms)
    needed = dict(zip((arm.name for arm in verdict.arms), more, strict=True))
    return {
        "question": str(result.test),
        "terms": terms_json(result.terms),
        "rows": [
            {
                "by": variant.arm.name,
                "metric": result.metric.name,
                "value": variant.arm.rate,
                "numerator": variant.arm.converted,
                "denominator": variant.arm.leads,
                "previous": None,
                "note": None,
            }
            for variant in result.variants
        ],
        "notes": list(result.notes),
        "verdict": {
            **decided_json(verdict, result.sentence),
            "variants": [
                {
                    "variant": variant.arm.name,
                    "shown": variant.shown,
                    "crossed_over": variant.crossed_over,
                    "low": variant.rate and variant.rate.low,
                    "high": variant.rate and variant.rate.high,
                    "more_people_needed": needed[variant.arm.name],
                }
                for variant in result.variants
            ],
            "pairs": [{"variants": [pair.a.name, pair.b.name], **pair_json(pair)} for pair in result.pairs],
            "split": result.split,
        },
    }
