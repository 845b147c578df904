"""A verdict in one plain sentence, and what attribution makes of it in another.

The text is plain: whoever says it escapes it as a whole, because names are as somebody typed them.
"""

from collections.abc import Sequence
from typing import NamedTuple

from funnel.compare import LEVEL, LIFT, Interval
from funnel.verdict import (
    LEAST_CONVERSIONS,
    LEAST_LEADS,
    Pair,
    Reason,
    Robustness,
    Verdict,
    can_be_chance,
)


class Nouns(NamedTuple):
    """What is compared, and who they are made of."""

    arms: str
    leads: str


CAMPAIGNS = Nouns("campaigns", "leads")
VARIANTS = Nouns("variants", "people")
NAME = 60
"""Names longer than so many characters are cut."""


def sentence(verdict: Verdict, nouns: Nouns = CAMPAIGNS) -> str:
    """The verdict in plain English; rates as percentages, differences in points."""
    said = _SAID[_main_reason(verdict)](verdict, nouns)
    return " ".join(filter(None, (said, _robustly(verdict.robustness))))


def _main_reason(verdict: Verdict) -> Reason | None:
    return next((reason for reason in _SAID if reason in verdict.reasons), None)


def _alone(verdict: Verdict, _: Nouns) -> str:
    only = f" {_name(verdict.arms[0].name)} with" if verdict.arms else ""
    return f"No call: there is nothing to compare{only}."


def _few_leads(verdict: Verdict, nouns: Nouns) -> str:
    young = [f"{_name(arm.name)} ({arm.leads})" for arm in verdict.arms if arm.leads < LEAST_LEADS]
    return (
        f"Too early: a comparison needs {LEAST_LEADS} {nouns.leads} each, "
        f"and there are fewer from {_listed(young)}."
    )


def _few_conversions(verdict: Verdict, nouns: Nouns) -> str:
    converted = sum(arm.converted for arm in verdict.arms)
    least = LEAST_CONVERSIONS * len(verdict.arms)
    arms = f"{len(verdict.arms)} {nouns.arms}"
    return f"Too early: {arms} need {least} conversions together, and have {converted}."


def _paradox(verdict: Verdict, _: Nouns) -> str:
    pair, within = next(
        (pair, pair.adjusted) for pair in verdict.rivals if pair.adjusted and pair.adjusted.simpson
    )
    return (
        f"No call: {_against(pair)}, but within like segments {_name(pair.b.name)} is ahead "
        f"by {_points(-within.difference.value)} (Simpson’s paradox)."
    )


def _by_chance(verdict: Verdict, nouns: Nouns) -> str:
    pair = max(filter(can_be_chance, verdict.rivals), key=lambda pair: pair.p)
    two = len(verdict.arms) == 2  # noqa: PLR2004 - who is who is plain
    rates = f"{_percent(pair.a.rate)} against {_percent(pair.b.rate)}" if two else _against(pair)
    paradox = ", and within like segments the other is ahead (Simpson’s paradox)"
    turned = paradox if pair.adjusted and pair.adjusted.simpson else ""
    return f"No call: {rates} can be chance ({_p(pair.p)}){turned}{_what_would_help(verdict, nouns)}."


def _what_would_help(verdict: Verdict, nouns: Nouns) -> str:
    if verdict.still_needed is None:
        return ""
    more = {arm.name: _about(leads) for arm, leads in zip(verdict.arms, verdict.still_needed, strict=True)}
    if not any(more.values()):
        return f"; with so many {nouns.leads}, a {_percent(LIFT)} lift would probably have shown"
    if len(set(more.values())) == 1:
        about = f"{more[verdict.arms[0].name]:,} more {nouns.leads}"
        return f"; about {about} each would show a {_percent(LIFT)} lift"
    each = [f"{leads:,} of {_name(name)}" for name, leads in more.items() if leads]
    return f"; more {nouns.leads}, about {_listed(each)}, would show a {_percent(LIFT)} lift"


def _by_segments(verdict: Verdict, _: Nouns) -> str:
    pair, within = next(
        (pair, pair.adjusted)
        for pair in verdict.rivals
        if pair.adjusted and pair.adjusted.difference.low <= 0
    )
    return (
        f"No call: {_against(pair)}, but within like segments the difference can be chance "
        f"({_interval(within.difference)})."
    )


def _won(verdict: Verdict, _: Nouns) -> str:
    pair = verdict.rivals[0]
    within = pair.adjusted.difference if pair.adjusted else None
    holds = f" Within like segments it is {_points(within.value)} ({_interval(within)})." if within else ""
    return (
        f"{_name(pair.a.name)} wins: {_percent(pair.a.rate)} against {_percent(pair.b.rate)} "
        f"of {_name(pair.b.name)}, a difference of {_points(pair.difference.value)} "
        f"({_interval(pair.difference)}; {_p(pair.p)}).{holds}"
    )


_SAID = {
    "alone": _alone,
    "few leads": _few_leads,
    "few conversions": _few_conversions,
    "chance": _by_chance,
    "simpson": _paradox,
    "segments": _by_segments,
    None: _won,
}
"""What is said for each reason; of several, the first is."""


def _robustly(found: Robustness | None) -> str:
    if found is None:
        return ""
    if found.robust:
        return f"{_name(found.best)} ranks first under every attribution model."
    flips = [f"{flip.model} ({_name(flip.best)})" for flip in found.flips]
    return f"{_name(found.best)} ranks first under {found.model}, which flips under {_listed(flips)}."


def _against(pair: Pair) -> str:
    return (
        f"{_percent(pair.a.rate)} of {_name(pair.a.name)} against "
        f"{_percent(pair.b.rate)} of {_name(pair.b.name)}"
    )


def _name(name: str) -> str:
    plain = name.replace("`", "'")  # which would show as code
    return plain if len(plain) <= NAME else f"{plain[: NAME - 1]}…"


def _listed(words: Sequence[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last


def _number(share: float) -> str:
    """In hundredths; what rounds to nothing has no sign."""
    return f"{100 * share:z.1f}".removesuffix(".0")


def _percent(share: float | None) -> str:
    return "no data" if share is None else f"{_number(share)} %"


def _points(share: float) -> str:
    return f"{_number(share)} points"


def _interval(estimate: Interval) -> str:
    return f"95 % interval {_number(estimate.low)} to {_number(estimate.high)}"


def _p(p: float) -> str:
    """Two digits, and one more where it matters: `p = 0.54`, `p = 0.049`, `p < 0.001`."""
    if p < 0.001:  # noqa: PLR2004 - nobody needs to know how much less
        return "p < 0.001"
    return f"p = {p:.3f}" if p < 2 * LEVEL else f"p = {p:.2f}"


def _about(leads: int) -> int:
    """The first two digits."""
    return round(leads, 2 - len(str(leads)))
