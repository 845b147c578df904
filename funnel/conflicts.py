"""What clauses may be asked together."""

from collections.abc import Iterator
from datetime import datetime

from funnel.clauses import CLIP, SUBJECTS, Fields, Reading
from funnel.counts import BY, Filter
from funnel.credited import is_shared, is_whole
from funnel.dimension import CREDITED, OF_TIME, Dimension
from funnel.errors import PeriodError
from funnel.metrics import BASE
from funnel.period import Period, previous, year_before
from funnel.period_words import DEFAULT_PERIOD, Here, moment_words, parse_period


def compared(asked: Fields, here: Here) -> tuple[Period, Period | None]:
    """The period that is asked for, and the one that it is compared with.

    Raises:
        PeriodError: there is nothing to compare it with.

    """
    period: Period = asked.get("period") or parse_period(DEFAULT_PERIOD, here.at, here.zone, here.calendar)
    versus: Period | str | None = asked.get("versus") or ("prev" if asked.get("why") else None)
    if not isinstance(versus, str):
        return period, versus
    before = previous if versus == "prev" else year_before
    return period, before(period, asked.get("as_of") or here.at)


def conflicts(reading: Reading, asked: Fields) -> Iterator[tuple[str, Fields]]:
    """What does not go together: a sentence about it, with the fields that would."""
    yield from _conflicts_of_time(reading, asked)
    yield from _conflicts_of_names(asked)
    yield from _conflicts_of_sorting(reading, asked)
    yield from _conflicts_of_groups(reading, asked)
    yield from _conflicts_of_credit(reading, asked)
    yield from _conflicts_of_metric(reading, asked)


def _conflicts_of_metric(reading: Reading, asked: Fields) -> Iterator[tuple[str, Fields]]:
    """A question of the catalogue needs one of its numbers, and `why` one that has parts."""
    metric = asked.get("metric")
    if reading.about == "kpi" and not metric and BASE in reading.metrics:
        yield "Which number? `/kpi list` names them all.", {"metric": BASE}
    elif asked.get("why") and metric and not reading.metrics[metric].parts:
        can = "counts, sums and shares of leads, such as `mqls` or `conversion_rate`"
        yield f"`why` explains {can}, and `{metric}` is none of them.", {"why": False}


def _conflicts_of_time(reading: Reading, asked: Fields) -> Iterator[tuple[str, Fields]]:
    period, _ = compared({"period": asked.get("period")}, reading.here)
    as_of: datetime | None = asked.get("as_of")
    if as_of and as_of <= period.start:
        known = moment_words(as_of, reading.here.zone)
        yield f"As of {known} the window “{period.words}” had not begun.", {"as_of": None}
        return
    try:
        compared(asked, reading.here)
    except PeriodError as error:
        yield error.sentence, {"versus": None, "why": False}


def _conflicts_of_names(asked: Fields) -> Iterator[tuple[str, Fields]]:
    names: tuple[str, ...] = asked.get("names", ())
    different = tuple(
        name for place, name in enumerate(names) if name.casefold() not in _small(names[:place])
    )
    if names and len(different) == 1:
        others = tuple(one for one in asked.get("where", ()) if one.dimension != "campaign")
        yield (
            f"To compare, I need two campaigns, and “{names[0][:CLIP]}” is one.",
            {"names": (), "where": (*others, Filter("campaign", names[0]))},
        )
    elif len(different) < len(names):
        yield "A campaign is named twice.", {"names": different}


def _small(names: tuple[str, ...]) -> set[str]:
    return {name.casefold() for name in names}


def _conflicts_of_sorting(reading: Reading, asked: Fields) -> Iterator[tuple[str, Fields]]:
    """What campaigns cannot be sorted by, or compared in."""
    if reading.about != "campaigns" or not asked.get("metric"):
        return
    metric = reading.metrics[asked["metric"]]
    unasked = [one.dimension for one in asked.get("where", ()) if one.dimension not in metric.by]
    if "campaign" not in metric.by:
        yield f"`{metric.name}` is not a number of a campaign, so nothing to sort by.", {"metric": None}
    elif asked.get("names") and not (metric.parts and metric.parts.of):
        shares = "a share of leads, such as `conversion_rate`"
        yield f"Campaigns are compared in {shares}, and `{metric.name}` is none.", {"metric": None}
    elif unasked:
        yield f"There is no `{metric.name}` to sort by `where {unasked[0]}=`.", {"metric": None}


def _conflicts_of_groups(reading: Reading, asked: Fields) -> Iterator[tuple[str, Fields]]:
    metric, by, where = asked.get("metric"), asked.get("by"), asked.get("where", ())
    possible = _dimensions(reading, asked)
    subject = f"`{metric}`" if reading.about == "kpi" and metric else SUBJECTS[reading.about]
    can = f"I know: {', '.join(possible)}" if possible else "it is one number for everybody"
    if by and by not in possible:
        yield f"I can't break {subject} down by {by}; {can}.", {"by": next(iter(possible), None)}
    if times := [one.dimension for one in where if one.dimension in OF_TIME]:
        kept = tuple(one for one in where if one.dimension not in OF_TIME)
        yield f"`where` can't ask for a {times[0]}; a period such as `2026-11` can.", {"where": kept}
    elif strangers := [one.dimension for one in where if one.dimension not in possible]:
        kept = tuple(one for one in where if one.dimension in possible)
        yield f"I can't ask {subject} `where {strangers[0]}=`; {can}.", {"where": kept}
    if asked.get("top") and not by and reading.about != "campaigns":
        yield (
            "`top` wants a `by`: the most of what?",
            {"by": next(iter(possible), None), "top": asked["top"] if possible else None},
        )


def _conflicts_of_credit(reading: Reading, asked: Fields) -> Iterator[tuple[str, Fields]]:
    """What a model of attribution cannot share, or need not."""
    if asked.get("touches") and not asked.get("model") and not asked.get("names"):
        yield "`touches=all` wants a model that shares credit among them.", {"model": "linear"}
    model, metric = asked.get("model") or "first", asked.get("metric")
    if model == "first" and not asked.get("touches"):
        return
    unshared: Fields = {"model": None, "touches": None}
    if asked.get("why"):
        yield "`why` explains by the first touch, so without a model.", unshared
    elif reading.about == "kpi" and metric and asked.get("by") in CREDITED:
        counts = reading.metrics[metric].counts
        if any(map(is_whole, counts)):
            yield f"`{metric}` is made of whole leads or deals, which no model can share.", unshared
        elif not any(map(is_shared, counts)):
            yield f"`{metric}` belongs to where it happened, so there is no credit to share.", unshared


def _dimensions(reading: Reading, asked: Fields) -> tuple[Dimension, ...]:
    """What the question may be broken down by."""
    if reading.about == "kpi" and asked.get("metric"):
        return reading.metrics[asked["metric"]].by
    return BY["leads"]
