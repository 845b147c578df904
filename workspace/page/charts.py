"""data_visualization: bars, lines, areas and pies as inline SVG."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup

from workspace.page.html import el
from workspace.page.texts import words_of
from workspace.state import Json

COLOURS = (
    "#3b6fd4", "#e0803a", "#2f9e77", "#b8478f", "#8a6fd1", "#c7a21e",
    "#4aa3c7", "#d1495b", "#6b8e23", "#7d7d7d", "#a0522d", "#1f4e79",
)  # fmt: skip
WIDTH, HEIGHT = 640, 214
LEFT, TOP, RIGHT, BOTTOM = 44, 10, 634, 184
STEPS = 4


def chart(block: Json) -> Markup:
    drawing = block["chart"]
    drawn = _pie(drawing) if drawing["type"] == "pie" else _plot(drawing)
    title = el("figcaption", words_of(block.get("title")))
    return el("figure", title, drawn, class_="chart")


@dataclass(frozen=True, slots=True)
class Scale:
    low: float
    high: float

    def y(self, value: float) -> float:
        return round(BOTTOM - (value - self.low) / (self.high - self.low) * (BOTTOM - TOP), 1)

    def ticks(self) -> list[float]:
        return [self.low + (self.high - self.low) * step / STEPS for step in range(STEPS + 1)]


def _scale(values: list[float]) -> Scale:
    low, high = min([0, *values]), max([0, *values])
    top = _round_up(high) if high > 0 else 0.0
    bottom = -_round_up(-low) if low < 0 else 0.0
    return Scale(bottom, top if top > bottom else bottom + 1)


def _round_up(value: float) -> float:
    """Return the next number that four steps divide well."""
    magnitude = 10.0 ** math.floor(math.log10(value))
    return next(
        factor * magnitude
        for factor in (1, 1.2, 1.6, 2, 2.4, 3, 4, 5, 6, 8, 10)
        if factor * magnitude >= value
    )


def _plot(drawing: Json) -> Markup:
    axis = drawing["axis_config"]
    categories: list[str] = axis["categories"]
    series = [(str(one["name"]), _values(one, categories)) for one in drawing["series"]]
    scale = _scale([value for _, values in series for value in values])
    draw = {"bar": _bars, "line": _lines, "area": _areas}[drawing["type"]]
    content = [*_grid(scale), *draw(series, len(categories), scale), *_labels(categories)]
    labels = [str(axis[name]) for name in ("y_label", "x_label") if axis.get(name)]
    legend = _legend([name for name, _ in series]) if len(series) > 1 else None
    note = el("span", " by ".join(labels), class_="muted") if labels else None
    return el("div", _svg(content), el("div", legend, note, class_="chart-foot"))


def _values(series: Json, categories: list[str]) -> list[float]:
    points = {point["label"]: float(point["value"]) for point in series["data"]}
    return [points[category] for category in categories]


def _svg(content: list[Markup]) -> Markup:
    return el("svg", content, viewBox=f"0 0 {WIDTH} {HEIGHT}", role="img", xmlns="http://www.w3.org/2000/svg")


def _grid(scale: Scale) -> list[Markup]:
    lines = []
    for tick in scale.ticks():
        y = scale.y(tick)
        lines.append(el("line", x1=LEFT, x2=RIGHT, y1=y, y2=y, class_="grid"))
        lines.append(el("text", _short(tick), x=LEFT - 6, y=y + 4, text_anchor="end"))
    return lines


def _short(value: float) -> str:
    for size, unit in ((1_000_000, "M"), (1_000, "k")):
        if abs(value) >= size:
            return f"{value / size:.3g}{unit}"
    return f"{value:.3g}"


def _slot(categories: int) -> float:
    return (RIGHT - LEFT) / categories


def _labels(categories: list[str]) -> list[Markup]:
    """Name the categories; where they would run into one another, only some."""
    slot = _slot(len(categories))
    every = max(1, math.ceil(max(map(len, categories)) * 6.5 / slot))
    return [
        el("text", name, x=round(LEFT + slot * (n + 0.5), 1), y=BOTTOM + 18, text_anchor="middle")
        for n, name in enumerate(categories)
        if n % every == 0
    ]


Series = list[tuple[str, list[float]]]


def _bars(series: Series, categories: int, scale: Scale) -> list[Markup]:
    slot = _slot(categories)
    width = slot * 0.72 / len(series)
    bars = []
    for s, (name, values) in enumerate(series):
        for n, value in enumerate(values):
            x = LEFT + slot * (n + 0.14) + width * s
            top, bottom = sorted((scale.y(value), scale.y(0)))
            title = el("title", f"{name}: {value:,g}")
            size = {
                "x": round(x, 1),
                "y": top,
                "width": round(width * 0.94, 1),
                "height": round(bottom - top, 1),
            }
            bars.append(el("rect", title, fill=COLOURS[s], rx=2, **size))
    return bars


def _points(values: list[float], categories: int, scale: Scale) -> list[tuple[float, float]]:
    slot = _slot(categories)
    return [(round(LEFT + slot * (n + 0.5), 1), scale.y(value)) for n, value in enumerate(values)]


def _lines(series: Series, categories: int, scale: Scale) -> list[Markup]:
    drawn = []
    for s, (name, values) in enumerate(series):
        points = _points(values, categories, scale)
        path = " ".join(f"{x},{y}" for x, y in points)
        drawn.append(el("polyline", points=path, fill="none", stroke=COLOURS[s], stroke_width=2.5))
        for (x, y), value in zip(points, values, strict=True):
            drawn.append(el("circle", el("title", f"{name}: {value:,g}"), cx=x, cy=y, r=3, fill=COLOURS[s]))
    return drawn


def _areas(series: Series, categories: int, scale: Scale) -> list[Markup]:
    drawn = []
    for s, (_, values) in enumerate(series):
        points = _points(values, categories, scale)
        base = scale.y(0)
        outline = [(points[0][0], base), *points, (points[-1][0], base)]
        path = " ".join(f"{x},{y}" for x, y in outline)
        drawn.append(el("polygon", points=path, fill=COLOURS[s], opacity=0.22))
    return drawn + _lines(series, categories, scale)


def _legend(names: list[str]) -> Markup:
    entries = []
    for n, name in enumerate(names):
        swatch = el(
            "svg",
            el("rect", width=10, height=10, rx=2, fill=COLOURS[n]),
            viewBox="0 0 10 10",
            class_="swatch",
        )
        entries.append(el("li", swatch, name))
    return el("ul", entries, class_="legend")


def _pie(drawing: Json) -> Markup:
    segments = [(str(one["label"]), float(one["value"])) for one in drawing["segments"]]
    total = sum(value for _, value in segments)
    ends = [0.0]
    for _, value in segments:
        ends.append(ends[-1] + value / total)
    slices = [
        el("path", el("title", f"{label}: {value:,g}"), d=_slice(start, end), fill=COLOURS[n])
        for n, ((label, value), (start, end)) in enumerate(zip(segments, pairwise(ends), strict=True))
    ]
    named = [f"{label} · {value:,g} ({value / total:.0%})" for label, value in segments]
    pie = el("svg", slices, viewBox="-102 -102 204 204", role="img", class_="pie")
    return el("div", pie, _legend(named), class_="pie-row")


def _slice(start: float, end: float) -> str:
    end = min(end, start + 0.9999)  # a whole circle has no corners to draw between
    (x1, y1), (x2, y2) = _on_circle(start), _on_circle(end)
    return f"M0,0 L{x1},{y1} A100,100 0 {int(end - start > 0.5)} 1 {x2},{y2} Z"  # noqa: PLR2004 - half a circle


def _on_circle(share: float) -> tuple[float, float]:
    angle = 2 * math.pi * share - math.pi / 2
    return round(100 * math.cos(angle), 2), round(100 * math.sin(angle), 2)
