"""Writes docs/metrics.md from the catalogue: `.venv/bin/python -m docs.metrics`."""

from collections.abc import Iterator
from pathlib import Path

from funnel.counts import COUNTS, SPREADS
from funnel.dimension import OF_LEAD, OF_TIME
from funnel.metrics import CHAPTERS, METRICS, OWN, Metric, says

PAGE = Path(__file__).with_name("metrics.md")
OPENING = f"""# Metrics

Every number that Tipoff knows, {len(METRICS)} of them, each declared once in `funnel/metrics.py`, from which
this page is written. Ask for one by its name or any other that it goes by: `/kpi mql to sql last quarter`.

- **Clock.** *cohort*: of the leads created in the window, how many did it by the time of asking. *activity*:
  what happened in the window, whoever did it. A question may choose: `/kpi mqls cohort`.
- **No data is never 0.** A rate of nobody is no data, and so is what comes by a feed of its own (spend,
  visits, mentions) that has brought nothing. Such an answer shows the event to send, and so does
  `/kpi define`.
- **Medians.** `median(...)` counts those who still wait (Kaplan and Meier); where half of them do, it is only
  a lower bound, ≥. `median_ended(...)` is of those alone who have arrived. Both come with a p90.
- **Maturing.** A cohort is compared once its youngest leads have had the time that four of five took in the
  year before; until then it is marked with the day.
- **Money.** Amounts in several currencies are not added up. What no event says (margin, churn, costs beside
  campaigns) stands in the playbook, under `finance`.
- **By.** “Leads” are {", ".join(OF_LEAD)}; “time” is {", ".join(OF_TIME)}.
- **Version.** Eight characters that change with the formula, the terms or the meaning of a count.

Whether one is better than another is a comparison: `/campaigns A vs B`, and of the variants of an experiment
`/kpi ab "Hero headline"`.
"""
GOOD = {"up": "more is better", "down": "less is better", "neither": "neither more nor less is better"}


def page() -> str:
    """The whole page."""
    return "\n".join([OPENING, *_chapters(), *_counts()])


def _chapters() -> Iterator[str]:
    for title, metrics in CHAPTERS.items():
        yield f"## {title}\n"
        yield from map(_entry, metrics)


def _entry(metric: Metric) -> str:
    facts = {
        "Counts": "; ".join(f"`{name}` {says(name)}" for name in metric.counts),
        "By": _by(metric),
        "Also": ", ".join(metric.aliases),
        "Source": "" if metric.source == OWN else metric.source,
        "Version": f"`{metric.version}`",
    }
    return (
        f"### {metric.title}\n\n"
        f"`{metric.name} = {metric.formula}` ({metric.unit}, {metric.clock}, {GOOD[metric.good]})\n\n"
        f"{metric.trap}\n" + "\n".join(f"*{fact}:* {words}." for fact, words in facts.items() if words) + "\n"
    )


def _by(metric: Metric) -> str:
    """What it is broken down by, with the long rows by one word each."""
    words = list(metric.by)
    for row, word in ((OF_LEAD, "leads"), (OF_TIME, "time")):
        if set(row) <= set(words):
            words = [one for one in words if one not in row] + [word]
    return ", ".join(words) or "nothing, it is of the whole window"


def _counts() -> Iterator[str]:
    yield "## What to send\n"
    yield "What formulas are made of, and what brings it; [events.md](events.md) shows each event whole.\n"
    yield "| Count | What it is | Comes with |"
    yield "| --- | --- | --- |"
    for name, one in (*COUNTS.items(), *SPREADS.items()):
        yield f"| `{name}` | {one.says} | {one.send} |"
    yield ""


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"{PAGE.name}: {len(METRICS)} metrics")
