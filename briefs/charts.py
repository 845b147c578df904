"""Charts: numbers to look at, as Slack's own block, or as bars in a fixed-width font where it draws none."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, Literal

import slackblocks as kit

from briefs.columns import padded, width
from briefs.literal import Markdown, clip
from briefs.marks import Drawing, marked

TITLE = 50
NAME = 20
MOST_SERIES = 12
MOST_POINTS = 20
BAR = 24  # columns of a terminal
FILLS = "█▒░"
_EIGHTHS = " ▏▎▍▌▋▊▉"

Kind = Literal["bar", "line"]


@dataclass(frozen=True, slots=True)
class Chart:
    """A value for each of `labels`, in each of `series` (a name and its values); `unit` is said beside them.

    What Slack would refuse is cut: names to 20 characters, each of them different, 20 points, 12 series.
    """

    title: str
    kind: Kind
    labels: tuple[str, ...]
    series: tuple[tuple[str, tuple[float, ...]], ...]
    unit: str = ""


def chart(
    title: str,
    labels: Sequence[str],
    series: Iterable[tuple[str, Sequence[float]]],
    *,
    kind: Kind = "bar",
    unit: str = "",
) -> Chart:
    """A chart within Slack's limits; of too many points, lines keep the last ones and bars the first."""
    shown = slice(-MOST_POINTS, None) if kind == "line" else slice(MOST_POINTS)
    drawn = list(series)[:MOST_SERIES]
    names = _different(name for name, _ in drawn)
    values = [tuple(numbers[shown]) for _, numbers in drawn]
    return Chart(
        clip(title, TITLE) or "–",
        kind,
        tuple(_different(labels[shown])),
        tuple(zip(names, values, strict=True)),
        clip(unit, TITLE),
    )


def _different(names: Iterable[str]) -> list[str]:
    """The names, cut to what Slack takes; those that are equal then are numbered."""
    found: list[str] = []
    for name in names:
        short = clip(name, NAME) or "–"
        numbered = (f"{short[: NAME - 5].rstrip()} ({number})" for number in count(2))
        found.append(short if short not in found else next(one for one in numbered if one not in found))
    return found


def said(one: Chart) -> Markdown:
    """The Markdown that stands for a chart; it has a paragraph of its own."""
    return marked(one.title, Drawing(json.dumps([one.kind, one.unit, one.labels, one.series])))


def read(title: str, drawing: Drawing) -> Chart:
    """The chart that a page holds."""
    kind, unit, labels, series = json.loads(drawing.data)
    return Chart(title, kind, tuple(labels), tuple((name, tuple(values)) for name, values in series), unit)


def block(one: Chart) -> kit.Block:
    """The chart as Slack draws it."""
    shape = kit.LineChart if one.kind == "line" else kit.BarChart
    series = [
        kit.DataSeries(name, [kit.DataPoint(*point) for point in zip(one.labels, values, strict=True)])
        for name, values in one.series
    ]
    return kit.DataVisualizationBlock(
        one.title, shape(series, kit.AxisConfig(list(one.labels), y_label=one.unit or None))
    )


def of_block(block: dict[str, Any]) -> Chart:
    """The chart that such a block draws."""
    drawn = block["chart"]
    axis = drawn["axis_config"]
    series = tuple((one["name"], tuple(point["value"] for point in one["data"])) for one in drawn["series"])
    return Chart(block["title"], drawn["type"], tuple(axis["categories"]), series, axis.get("y_label", ""))


def bars(one: Chart) -> str:
    """The chart in a fixed-width font: a bar for each value, its number after it."""
    widest = max(map(width, one.labels))
    most = max(max(map(abs, values)) for _, values in one.series)
    rows = [
        f"{padded(label if first else '', widest)}  {_bar(values[place], most, fill)}"
        f"{number(values[place], one.unit)}"
        for place, label in enumerate(one.labels)
        for first, fill, values in _filled(one)
    ]
    return "\n".join([f"{one.title}", *rows, *_legend(one)])


def _filled(one: Chart) -> Iterable[tuple[bool, str, tuple[float, ...]]]:
    """Each series with whether it is the first, and with what its bars are filled."""
    return ((place == 0, FILLS[place % len(FILLS)], values) for place, (_, values) in enumerate(one.series))


def _bar(value: float, most: float, fill: str) -> str:
    """A bar and a space; nothing for what is not above zero. Only full blocks come in eighths."""
    eighths = round(BAR * 8 * value / most) if value > 0 else 0
    whole, rest = divmod(eighths, 8)
    if fill != FILLS[0]:
        drawn = fill * (whole + (rest >= 4))  # noqa: PLR2004 - half a column
    else:
        drawn = fill * whole + (_EIGHTHS[rest] if rest else "")
    return f"{drawn} " if drawn else ""


def number(value: float, unit: str) -> str:
    """`1,240`, `11.8 %`."""
    digits = f"{value:,.1f}".removesuffix(".0")
    return f"{digits} %" if unit == "%" else digits


def _legend(one: Chart) -> list[str]:
    if len(one.series) == 1:
        return []
    return ["   ".join(f"{FILLS[place % len(FILLS)]} {name}" for place, (name, _) in enumerate(one.series))]
