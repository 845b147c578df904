"""Which chart an answer is drawn as: bars by stage or by group, lines through time."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from briefs import charts
from briefs.charts import Chart
from briefs.figures import group, head, stage_name
from briefs.literal import Markdown
from funnel.answer import Answer, Line, Value
from funnel.dimension import OF_TIME
from funnel.metrics import Metric
from funnel.stage import FUNNEL

FEWEST = 2  # points that are worth a picture


class Scale(NamedTuple):
    """What a chart counts: so much of a value's own unit is one of `unit`."""

    size: float
    unit: str = ""


def drawn(answer: Answer) -> Markdown:
    """The chart of an answer, as a page has it; nothing where a single point is all that there is."""
    in_stages = answer.question.about == "funnel" and not answer.question.by
    found = by_stage(answer) if in_stages else by_group(answer)
    return charts.said(found) if found else Markdown("")


def by_stage(answer: Answer) -> Chart | None:
    """A bar for each stage of the funnel, and one for the period before where it was asked for."""
    stages = counted(answer)
    if len(stages) < FEWEST or not any(_sizes(answer.total.values, stages)):
        return None
    series = [(answer.question.period.words, _sizes(answer.total.values, stages))]
    if answer.total.previous:
        series.append(("before", _sizes(answer.total.previous, stages)))
    return charts.chart("Leads by stage", [stage_name(stage) for stage in FUNNEL[: len(stages)]], series)


def by_group(answer: Answer) -> Chart | None:
    """A bar for each group, or a line through those that are days, weeks, months."""
    by, metrics = answer.question.by, _worth_drawing(answer)
    lines = [
        line for line in answer.lines if not line.more and all(_known(line, metric) for metric in metrics)
    ]
    if by in OF_TIME:
        lines = _so_far(lines, metrics)
    drawn = [(line.values[metric.name], metric) for line in lines for metric in metrics]
    units = {(value.currency, metric.unit) for value, metric in drawn}
    if by is None or len(lines) < FEWEST or len(units) > 1:
        return None
    scale = _scale(max(drawn, key=lambda one: one[0].value or 0)[0], metrics[0])
    title = f"{metrics[0].title if len(metrics) == 1 else 'Leads'} by {by}"
    return charts.chart(
        f"{title} ({scale.unit})" if scale.unit not in ("", "%") else title,
        [group(line, by) for line in lines],
        [(head(one), [size / scale.size for size in _through(lines, one)]) for one in metrics],
        kind="line" if by in OF_TIME else "bar",
        unit=scale.unit,
    )


def counted(answer: Answer) -> list[Metric]:
    """The columns of an answer that are counts; of a funnel, its stages."""
    return [metric for metric in answer.metrics if metric.unit == "count"]


def milestones(stages: Sequence[Metric]) -> list[Metric]:
    """Where a funnel begins, its MQLs, and where it ends."""
    return [*stages[:2], *stages[2:][-1:]]


def _worth_drawing(answer: Answer) -> list[Metric]:
    """Of a funnel its milestones; of campaigns what they are sorted by."""
    if answer.question.about == "funnel":
        return milestones(counted(answer))
    asked = [metric for metric in answer.metrics if metric.name == answer.question.metric]
    return asked or list(answer.metrics[:1])


def _so_far(lines: Sequence[Line], metrics: Sequence[Metric]) -> list[Line]:
    """The days or months but for those at the end in which nothing has happened (yet)."""
    last = max((place for place, line in enumerate(lines) if any(_sizes(line.values, metrics))), default=-1)
    return list(lines[: last + 1])


def _known(line: Line, metric: Metric) -> bool:
    return line.values[metric.name].value is not None


def _through(lines: Sequence[Line], metric: Metric) -> list[float]:
    return [line.values[metric.name].value or 0 for line in lines]


def _sizes(values: Mapping[str, Value], metrics: Sequence[Metric]) -> list[float]:
    return [values[metric.name].value or 0 for metric in metrics]


def _scale(largest: Value, metric: Metric) -> Scale:
    """In what a chart counts whose largest value that is."""
    match metric.unit:
        case "share":
            return Scale(0.01, "%")
        case "money":
            return Scale(100, largest.currency or "")
        case "days":
            return Scale(1, "days")
        case "minutes" | "seconds":
            minute = 1 if metric.unit == "minutes" else 60
            spans = ((1_440 * minute, "days"), (60 * minute, "hours"), (minute, "minutes"))
            fits = (Scale(*span) for span in spans if (largest.value or 0) >= 2 * span[0])
            return next(fits, Scale(1, metric.unit))
        case _:
            return Scale(1)
