"""What a measurement comes to: one line of the table, and whether it is what was promised."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Figure:
    """`aim` is what was promised; a figure that is only reported has none, and `met` is None."""

    name: str
    measured: str
    aim: str = ""
    met: bool | None = None


def table(figures: Sequence[Figure]) -> str:
    """The figures as a Markdown table, which is also readable in a terminal."""
    rows = [("Figure", "Measured", "Aim", "Met"), *(_row(one) for one in figures)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["| " + " | ".join(map(str.ljust, row, widths)) + " |" for row in rows]
    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join([lines[0], rule, *lines[1:]])


def _row(figure: Figure) -> tuple[str, str, str, str]:
    met = {True: "yes", False: "NO", None: "–"}[figure.met]
    return figure.name, figure.measured, figure.aim or "–", met


def quantile(values: Sequence[float], share: float) -> float:
    """The value that `share` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def milliseconds(seconds: float) -> str:
    return f"{1000 * seconds:,.0f} ms"


def spread(values: Sequence[float], form: str = "{:.2f}") -> str:
    """The median, with the least and the most of several rounds."""
    return f"{form} ({form}–{form})".format(median(values), min(values), max(values))
