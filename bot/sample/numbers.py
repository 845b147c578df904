"""Answers of the sample company: what its pages of numbers say, without a store."""

from collections import Counter
from dataclasses import replace
from datetime import datetime

from funnel.ab_result import AbResult, ab_result
from funnel.answer import Answer, answer, asks, columns
from funnel.attribution import MODELS
from funnel.campaign_kind import CampaignKind
from funnel.comparison import Comparison, compared
from funnel.counts import Ask, Cell, Cells
from funnel.explained import Explained, explained
from funnel.metrics import METRICS
from funnel.period_words import parse_period
from funnel.playbook import Playbook
from funnel.question import About, AbTest, Question, parse_question

STAGES = ("leads", "mqls", "sals", "sqls", "opportunities", "customers")


def _cell(*reached: int, spend: int = 0) -> Cell:
    """So many leads of each stage, and what they cost in minor units."""
    counts: dict[str, float] = dict(zip(STAGES, reached, strict=True))
    return Cell(counts | ({"spend": spend} if spend else {}), currency="USD" if spend else None)


BY_SOURCE: Cells = {"google": _cell(500, 200, 100, 60, 40, 20), None: _cell(200, 100, 30, 20, 10, 5)}
BEFORE: Cells = {"google": _cell(400, 180, 90, 50, 30, 18), None: _cell(250, 90, 30, 22, 12, 7)}
BY_CAMPAIGN: Cells = {
    "Spring webinar": _cell(800, 320, 160, 120, 90, 70, spend=124_000),
    "Plant tour": _cell(750, 260, 120, 80, 50, 20, spend=310_500),
    None: _cell(40, 4, 2, 1, 1, 1),
}


def numbers(about: About, text: str, cells: Cells, playbook: Playbook, now: datetime) -> Answer:
    """The answer to a question, were these the leads of its period."""
    question = parse_question(about, text, now, playbook, METRICS)
    return _answered(question, cells, playbook, now)


def campaigns(playbook: Playbook, now: datetime) -> Answer:
    """What campaigns brought, one for leads and one for demand."""
    kinds = {"Spring webinar": CampaignKind("lead"), "Plant tour": CampaignKind("demand", 0.74)}
    return replace(numbers("campaigns", "last 90 days", BY_CAMPAIGN, playbook, now), kinds=kinds)


def everything(playbook: Playbook, now: datetime) -> Answer:
    """Every metric, most of them without data."""
    question = replace(parse_question("kpi", "leads", now, playbook, METRICS), metric=None)
    metrics = tuple(METRICS.values())
    found: dict[Ask, Cells] = {ask: {None: _together(BY_SOURCE)} for ask in asks(question, metrics, now)}
    return answer(question, metrics, found, playbook, now)


def duel(playbook: Playbook, now: datetime) -> Comparison:
    """Two campaigns, each half of fit A and half of fit B."""
    pair = {name: cell for name, cell in BY_CAMPAIGN.items() if name}
    table_of: Cells = {name: cell for name, cell in BY_CAMPAIGN.items() if name}
    table = numbers("campaigns", '"Spring webinar" vs "Plant tour"', table_of, playbook, now)
    half: dict[str, Cells] = {
        name: {
            fit: Cell({count: cell.counts[count] / 2 for count in ("leads", "customers")})
            for fit in ("A", "B")
        }
        for name, cell in pair.items()
    }
    return compared(table, half, {model: tuple(pair) for model in MODELS})


def headlines(playbook: Playbook, now: datetime) -> AbResult:
    """Two headlines, of which the new one brings more leads; some people saw both, and some were leads."""
    test = AbTest("Hero headline", parse_period("last 90 days", now, playbook.zone))
    cells: Cells = {"Control": _shown(1_240, 62), "Save a shift a week": _shown(1_212, 97)}
    return ab_result(test, cells, now)


def _shown(people: int, leads: int) -> Cell:
    before, crossed = people // 50, people // 100
    counts = {"exposed": people, "exposed_before_lead": people - before, "lead_after_exposure": leads}
    return Cell({**counts, "crossed_over": crossed})


def reasons(playbook: Playbook, now: datetime) -> Explained:
    """Why there are more MQLs than before."""
    question = parse_question("kpi", "mqls vs prev why", now, playbook, METRICS)
    return explained(replace(question, by="source"), METRICS["mqls"], now, BEFORE, BY_SOURCE)


def _answered(question: Question, cells: Cells, playbook: Playbook, now: datetime) -> Answer:
    metrics = columns(question)
    found: dict[Ask, Cells] = {
        ask: cells if ask.by else {None: _together(cells)} for ask in asks(question, metrics, now)
    }
    return answer(question, metrics, found, playbook, now)


def _together(cells: Cells) -> Cell:
    counts: Counter[str] = Counter()
    for one in cells.values():
        counts.update(one.counts)
    return Cell(dict(counts), currency=next((one.currency for one in cells.values() if one.currency), None))
