"""How the numbers of an answer are said: a value with its unit, its receipt, and how far it has moved."""

from collections.abc import Mapping

from briefs.literal import Markdown, clip, literal
from funnel.answer import Line, Value, change
from funnel.campaign_kind import CampaignKind
from funnel.formula import Formula, Operation
from funnel.metrics import Metric, Unit, money_power
from funnel.stage import Stage

NO_DATA = Markdown("no data")
UNKNOWN = Markdown("–")
SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "BRL": "R$"}
HEADS = {
    "leads": "Leads",
    "customers": "Customers",
    "conversion_rate": "Lead → customer",
    "cpl": "CPL",
    "cost_per_mql": "per MQL",
    "cost_per_sql": "per SQL",
    "cac": "CAC",
    "max_cpl": "Max CPL",
}
"""The heads of columns, where a metric's title is too long for one."""
NOBODYS: Mapping[str | None, str] = {"campaign": "no campaign", "team": "no team"}
"""What to call the group without a name, where that says something."""
_ABBREVIATIONS = frozenset({Stage.MQL, Stage.SAL, Stage.SQL})
STRIP = 10  # characters of a progress
SMALLEST = 1e-9  # what is less is rounding
SPANS = ((86_400, "days"), (3_600, "h"), (60, "min"))


def head(metric: Metric) -> str:
    """A metric as the head of a column: short, without what its title has in brackets."""
    return HEADS.get(metric.name) or metric.title.partition(" (")[0]


def counted_as(metric: Metric) -> str:
    """A metric after its number, in a sentence: `220 leads`, `56 MQLs`."""
    name = head(metric)
    return name if name[:2].isupper() else name[:1].lower() + name[1:]


def stage_name(stage: Stage) -> str:
    """`MQL`, `Opportunity`."""
    return stage.upper() if stage in _ABBREVIATIONS else stage.capitalize()


def group(line: Line, dimension: str | None) -> str:
    """What to call one group of a breakdown."""
    if line.more:
        return f"{line.more} more"
    return line.by or NOBODYS.get(dimension, "not captured")


def kind(line: Line, kinds: Mapping[str, CampaignKind]) -> Markdown:
    """What a campaign is for: `demand`, `lead (83 %)`, `mixed (55 % lead)`; `–` where nobody can say."""
    known = kinds.get(line.by or "")
    if known is None:
        return UNKNOWN
    if known.share is None:
        return Markdown(known.kind)
    share = f"{plainly(100 * known.share, 0)} %{' lead' if known.kind == 'mixed' else ''}"
    return Markdown(f"{known.kind} ({share})")


def figure(value: Value, metric: Metric) -> Markdown:
    """A value in its unit, without its receipt: `11.8 %`, `$12.40`, `≥ 5.2 h`, `41 %*`, `no data`.

    The star is of a number that may still grow.
    """
    if value.value is None:
        return NO_DATA
    bound = "≥ " if value.at_least else ""
    star = r"\*" if value.maturing else ""
    return Markdown(f"{bound}{amount(value.value, metric.unit, value.currency)}{star}")


def figure_or_day(value: Value, metric: Metric) -> Markdown:
    """A value in its unit, or the day until which nobody can know it: `not before 5 Dec 2026`."""
    if value.value is not None or value.maturing is None:
        return figure(value, metric)
    return Markdown(f"not before {value.maturing.day} {value.maturing:%b %Y}")


def target(value: Value, metric: Metric) -> Markdown:
    """What the whole window should come to: `500`, `12 %`."""
    return UNKNOWN if value.target is None else amount(value.target, metric.unit, value.currency)


def progress(value: Value) -> Markdown:
    """How much of its target a value has reached, drawn: `▓▓▓▓▓▓░░░░ 60 %`."""
    if value.progress is None:
        return NO_DATA
    done = min(max(int(STRIP * value.progress), 0), STRIP)
    return Markdown(f"{'▓' * done}{'░' * (STRIP - done)} {plainly(100 * value.progress, 0)} %")


def amount(number: float, unit: Unit, currency: str | None = None) -> Markdown:
    """A number in its unit; a share is of 1, money is in minor units of `currency`."""
    match unit:
        case "share":
            said = f"{plainly(100 * number)} %"
        case "money":
            return money(number, currency)
        case "seconds" | "minutes":
            said = _span(number * (60 if unit == "minutes" else 1))
        case "days":
            said = f"{plainly(number)} {'day' if number == 1 else 'days'}"
        case "ratio":
            said = plainly(number, 2)
        case _:
            said = plainly(number)
    return Markdown(said)


def _span(seconds: float) -> str:
    """A time in the largest unit of which there are two or more: `45 min`, `5.2 h`, `3.1 days`."""
    size, name = next((span for span in SPANS if abs(seconds) >= 2 * span[0]), (1, "s"))
    return f"{plainly(seconds / size)} {name}"


def plainly(number: float, digits: int = 1) -> str:
    """`1,240`, `11.8`, `0.05`: with `digits` behind the point, and more where there would be nothing else."""
    if number and abs(number) < 10**-digits / 2:
        return f"{number:.2g}"
    rounded = f"{number:,.{digits}f}"
    return rounded.rstrip("0").rstrip(".") if "." in rounded else rounded


def money(minor: float | None, currency: str | None) -> Markdown:
    """An amount of minor units: `$1,240`, `€310.50`; `–` where it is not known."""
    if minor is None or currency is None:
        return UNKNOWN
    sign, size = ("-" if round(minor) < 0 else ""), abs(round(minor)) / 100
    digits = f"{size:,.2f}".removesuffix(".00")
    symbol = SYMBOLS.get(currency)
    return literal(f"{sign}{symbol}{digits}" if symbol else f"{sign}{clip(currency, 12)} {digits}")


def receipt(value: Value, metric: Metric) -> Markdown:
    """What a value is made of, after it: ` (2/17)`, ` ($1,240/120)`, ` (median of 40)`; else nothing."""
    if value.value is None:
        return Markdown("")
    match metric.tree:
        case Operation(above, "/", below) if value.numerator is not None and value.denominator is not None:
            parts = (
                _part(value.numerator, above, value.currency),
                _part(value.denominator, below, value.currency),
            )
            return Markdown(f" ({'/'.join(parts)})")
    if value.of is None:
        return Markdown("")
    slow = "" if value.p90 is None else f", 90 % within {amount(value.p90, metric.unit, value.currency)}"
    return Markdown(f" (median of {value.of:,}{slow})")


def _part(number: float, formula: Formula, currency: str | None) -> str:
    return money(number, currency) if money_power(formula) else plainly(number)


def moved(line: Line, metric: Metric | None) -> Markdown:
    """How far a value has moved since the period before: `+12 (+8 %)`, `-3.2 points`, `new`; else `–`.

    The points of a share are its percentage points.
    """
    if metric is None or metric.name not in line.values:
        return UNKNOWN
    now = line.values[metric.name]
    before = line.previous.get(metric.name)
    if before is None or (found := change(now, before)) is None:
        return UNKNOWN
    if found.new:
        return Markdown("new")
    size = found.difference * (100 if metric.unit == "share" else 1)
    if abs(size) < SMALLEST:
        return Markdown("±0")
    sign = "+" if size > 0 else ""
    if metric.unit == "share":
        return Markdown(f"{sign}{plainly(size)} points")
    relative = "" if found.relative is None else f" ({sign}{plainly(100 * found.relative, 0)} %)"
    return Markdown(f"{sign}{amount(size, metric.unit, now.currency)}{relative}")
