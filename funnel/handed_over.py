"""What is not a plain answer in the shape that other programs rely on: question, terms, rows, notes."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from funnel.answer import Terms, as_json
from funnel.comparison import Comparison
from funnel.example_event import Example
from funnel.explained import Explained, Part
from funnel.metrics import Metric
from funnel.verdict import Pair, Verdict
from funnel.verdict_words import sentence


def metric_json(metric: Metric, examples: Iterable[Example] = ()) -> dict[str, Any]:
    """What a metric means, and what to send (`intake`) or to write (`playbook`) to have it."""
    described = {name: getattr(metric, name) for name in DESCRIBED}
    return {
        "question": f"/kpi define {metric.name}",
        "metric": {
            name: list(value) if isinstance(value, tuple) else value for name, value in described.items()
        },
        "examples": [example._asdict() for example in examples],
    }


DESCRIBED = (
    "name",
    "title",
    "aliases",
    "formula",
    "counts",
    "unit",
    "clock",
    "good",
    "by",
    "trap",
    "source",
    "version",
)


def comparison_json(comparison: Comparison) -> dict[str, Any]:
    """The table of the campaigns, and the verdict on them."""
    return as_json(comparison.answer) | {"verdict": _verdict(comparison)}


def _verdict(comparison: Comparison) -> dict[str, Any]:
    """Rates, differences and p-values are of 1."""
    verdict = comparison.verdict
    needed = verdict.still_needed or [None] * len(verdict.arms)
    return {
        **decided_json(verdict, sentence(verdict)),
        "metric": comparison.metric.name,
        "campaigns": [
            {
                "campaign": arm.name,
                "leads": arm.leads,
                "converted": arm.converted,
                "rate": arm.rate,
                "more_leads_needed": more,
            }
            for arm, more in zip(verdict.arms, needed, strict=True)
        ],
        "pairs": [
            {
                "campaigns": [pair.a.name, pair.b.name],
                **pair_json(pair),
                "within": asdict(pair.adjusted.difference) if pair.adjusted else None,
                "segment": comparison.segment,
                "simpson": pair.adjusted.simpson if pair.adjusted else False,
            }
            for pair in verdict.pairs
        ],
        "ranks": {model: list(names) for model, names in comparison.ranks.items()},
    }


def decided_json(verdict: Verdict, sentence: str) -> dict[str, Any]:
    """Who wins, or why nobody does."""
    return {
        "verdict": verdict.kind,
        "winner": verdict.winner,
        "reasons": list(verdict.reasons),
        "sentence": sentence,
    }


def pair_json(pair: Pair) -> dict[str, Any]:
    """How far apart two arms are, and whether chance explains it."""
    return {"difference": asdict(pair.difference), "test": pair.chance.test, "p": pair.p}


def explained_json(why: Explained) -> dict[str, Any]:
    """An explanation as it is printed: a row for each part of each group, and of all."""
    return {
        "question": str(why.question),
        "terms": terms_json(why.terms),
        "rows": [row for part in (*why.parts, why.whole) for row in _rows(part, why)],
        "notes": [],
    }


def _rows(part: Part, why: Explained) -> list[dict[str, Any]]:
    whole = part is why.whole
    return [
        {
            "by": part.by,
            "metric": f"{why.metric.name}_{name}",
            "value": float(added),
            "numerator": None,
            "denominator": None,
            "previous": float(why.before) if whole and name == "total" and why.before is not None else None,
            "note": "everybody" if whole else None,
        }
        for name, added in zip(Part._fields[1:], part[1:], strict=True)
    ]


def terms_json(terms: Terms) -> dict[str, Any]:
    """The window of an answer, its zone and its clock."""
    return {
        "start": terms.start.isoformat(),
        "end": terms.end.isoformat(),
        "zone": terms.zone,
        "clock": terms.clock,
        "model": terms.model,
    }
