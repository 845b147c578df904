"""Everything that Tipoff says, one function a message: values in, a `Message` or `View` out."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from briefs import modal
from briefs.alerts import asked_again
from briefs.blocks import draw
from briefs.drawings import counted, milestones
from briefs.message import Message, TooLargeError, View, fallback, visible
from briefs.page import Page
from briefs.pages import make
from briefs.plain import plain
from funnel.ab_result import AbResult
from funnel.activity import Burst
from funnel.alert import Alert
from funnel.alert_rules import Threshold
from funnel.alert_status import Status
from funnel.answer import Answer, Line
from funnel.attribution import Model
from funnel.backtest import Backtest
from funnel.bridge import BRIDGED, STEPS
from funnel.brief import Brief
from funnel.case import Case, Turn, leading, named, token
from funnel.comparison import Comparison, Ranks
from funnel.counts import COUNTS, GOALS, SPREADS
from funnel.dimension import OF_TIME
from funnel.errors import TipoffError
from funnel.example_event import Example, examples
from funnel.explained import Explained
from funnel.incident import Crossing
from funnel.lead import LeadSummary
from funnel.masks import Refusal
from funnel.metrics import METRICS, Metric
from funnel.question import Question
from funnel.restated import Restated
from funnel.score_audit import GRADES, RuleAudit, ScoreAudit
from funnel.stage import FUNNEL, Stage
from funnel.value import Value
from funnel.verdict_words import sentence

BUDGET = 600  # visible characters of `new_lead`: what a rep reads at a glance, on a phone
DIGEST = 80
DIGEST_ROWS = 5
WIDTHS = (40, 25, 15, 10)
CHOICES = 5
TABLE_ROWS = 20
ROWS = (TABLE_ROWS, 12, 6)  # of an answer, fewer where their names are long
EXAMPLES = 2  # of events to send
TIMELINE_ROWS = 20
ROOMS = ((2, 1.0), (1, 1.0), *((0, 0.85**step) for step in range(16)), (0, 0.0))  # detail, share of lengths


@dataclass(frozen=True, slots=True)
class CommandHelp:
    """What a slash command is for: `/lead`, its usage, a sentence, and examples that work."""

    name: str
    usage: str
    does: str
    examples: tuple[str, ...] = ()


def new_lead(brief: Brief) -> Message:
    """The pre-call brief, with its buttons: six lines that are read in five seconds.

    What does not fit into `BUDGET` visible characters loses details first; then every value is clipped.
    """
    for detail, room in ROOMS:
        made = _message("new_lead", brief=brief, detail=detail, room=room)
        if visible(made) <= BUDGET:
            break
    return made


def lead_card(brief: Brief) -> Message:
    """The same page for whoever asked; without a clock where nobody has to call."""
    return new_lead(brief)


def digest(briefs: Sequence[Brief]) -> Message:
    """One line for each of many leads that came at once, whoever asked for a call first."""
    leads = sorted(briefs, key=lambda brief: (brief.occasion.kind != "hand_raise", brief.answer_by))
    for width in WIDTHS[:-1]:
        with suppress(TooLargeError):
            return _message("digest", leads=leads, shown=DIGEST, width=width)
    return _message("digest", leads=leads, shown=DIGEST, width=WIDTHS[-1])


@dataclass(frozen=True, slots=True)
class Part:
    """A question of a digest and its answer, or the `trouble` that there is with it.

    `again` is what a button carries to open the whole answer. `alerts`, where a digest asks for them.
    """

    question: str
    again: str = ""
    answer: Answer | None = None
    trouble: str = ""
    alerts: Status | None = None

    @property
    def metrics(self) -> list[Metric]:
        """What is said of everybody: counts of a table with many columns, else what was asked for."""
        if self.answer is None:
            return []
        return [self.answer.metrics[0]] if self.answer.question.about == "kpi" else counted(self.answer)

    @property
    def lines(self) -> tuple[Line, ...]:
        """The first groups, or the last days or months."""
        if self.answer is None:
            return ()
        through_time = self.answer.question.by in OF_TIME
        return self.answer.lines[-DIGEST_ROWS:] if through_time else self.answer.lines[:DIGEST_ROWS]

    @property
    def maturing(self) -> bool:
        """Whether something that is said has not had its time."""
        return self.answer is not None and _maturing(self.answer, self.lines)


def scheduled(name: str, at: datetime, parts: Sequence[Part], restated: Sequence[Restated] = ()) -> Message:
    """The answers to the questions of a digest that was due `at`, and what is no longer as it was said."""
    return _message("scheduled", called=name, at=at, parts=parts, restated=restated)


def timeline(brief: Brief, page: int = 1, places: Sequence[str] = ()) -> View:
    """The page `page` of everything that happened, newest first; a page that is not there is the nearest.

    `places` name the channel it was opened from, for whoever turns the page.
    """
    rows = brief.timeline[::-1]
    last = max(1, -(-len(rows) // TIMELINE_ROWS))
    here = min(max(page, 1), last)
    shown = rows[(here - 1) * TIMELINE_ROWS : here * TIMELINE_ROWS]

    def drawn(page: Page) -> View:
        return modal.shown(page, "tipoff.timeline", ":".join((f"{brief.lead}:{here}", *places)))

    return make("timeline", drawn, brief=brief, rows=shown, here=here, last=last)


def timeline_reply(brief: Brief, rows: int = 12) -> Message:
    """The first reply under a brief: what they did and what we did, the newest `rows` of both."""
    shown = brief.timeline[::-1][:rows]
    return _message("timeline_reply", brief=brief, shown=shown, more=len(brief.timeline) - len(shown))


def activity_reply(brief: Brief, burst: Burst, rows: int = 12) -> Message:
    """A reply under a brief: what they did since, in one go, each thing once; the newest `rows`."""
    lines = sorted(burst.lines, key=lambda line: line.at)
    shown = lines[-rows:]
    return _message("activity_reply", brief=brief, burst=burst, shown=shown, more=len(lines) - len(shown))


def log_call(brief: Brief) -> View:
    """The form in which a rep says how a call went."""
    return make("log_call", lambda page: modal.log_call(page, brief.lead), brief=brief)


@dataclass(frozen=True, slots=True)
class Foot:
    """What stands under an answer beside its terms.

    `again` is what its buttons carry, so that it can be answered again; without it there are none. `behind`
    says whether leads stand behind its number. `shared_by` is the member who shares it with everybody.
    """

    again: str = ""
    behind: bool = False
    shared_by: str | None = None


BARE = Foot()


def answered(answer: Answer, foot: Foot = BARE) -> Message:
    """The answer to a question, on the page of its command, with its terms; as many rows as Slack takes."""
    for rows in ROWS[:-1]:
        with suppress(TooLargeError):
            return _answered(answer, foot, rows)
    return _answered(answer, foot, ROWS[-1])


def _answered(answer: Answer, foot: Foot, rows: int) -> Message:
    page = "answer" if answer.question.about == "kpi" else answer.question.about
    through_time = answer.question.by in OF_TIME
    lines = answer.lines[-rows:] if through_time else answer.lines[:rows]
    left = len(answer.lines) - len(lines)
    metrics, silent = _heard(answer, lines)
    unheard = silent if page == "campaigns" else []
    return _message(
        page,
        answer=answer,
        lines=lines,
        metrics=metrics,
        terms=answer.terms,
        notes=[*answer.notes, *_left_out(unheard, left, rows, through_time=through_time)],
        foot=foot,
        maturing=_maturing(answer, lines),
        examples=_examples(answer),
        bridge=_bridge(answer),
        beside=any(value.value is not None for line in lines for value in line.previous.values()),
        **(_of_funnel(answer) if page == "funnel" else {}),
    )


def _examples(answer: Answer) -> tuple[Example, ...]:
    """What to send for the number that has no data, on the day of asking."""
    terms = answer.terms
    day = terms.as_of.astimezone(ZoneInfo(terms.zone)).date()
    return examples(answer.total.values[answer.metrics[0].name].wanted, day)[:EXAMPLES]


@dataclass(frozen=True, slots=True)
class BridgeStep:
    """A line of a bridge, in deals and in money; `shown` is which of the two a breakdown shows."""

    words: str
    deals: Metric | None
    money: Metric
    shown: Metric | None


def _bridge(answer: Answer) -> list[BridgeStep]:
    """The bridge under the growth of a pipeline, if there ever was a deal to cross it."""
    shown = BRIDGED.get(answer.metrics[0].name)
    if shown is None or not any(value.value for value in answer.total.values.values()):
        return []
    found = [(step, METRICS[step.deals] if step.deals else None, METRICS[step.money]) for step in STEPS]
    return [
        BridgeStep(step.words, deals, money, money if money.name in shown else deals)
        for step, deals, money in found
    ]


def _heard(answer: Answer, lines: Sequence[Line]) -> tuple[list[Metric], list[Metric]]:
    """The columns in which something stands, and those in which nothing does."""
    heard = [
        metric
        for metric in answer.metrics
        if any(line.values[metric.name].value is not None for line in (answer.total, *lines))
    ]
    return heard, [metric for metric in answer.metrics if metric not in heard]


def _left_out(
    silent: Sequence[Metric], left: int = 0, rows: int = 0, *, through_time: bool = False
) -> Iterator[str]:
    """What an answer does not show, and how to see it."""
    if silent:
        names = ", ".join(metric.name for metric in silent)
        yield f"No data for {names}: `/kpi {silent[0].name}` says what it takes."
    if left:
        yield f"{left} earlier." if through_time else f"+{left} more: `top {rows}` adds them up."


def _maturing(answer: Answer, lines: Sequence[Line]) -> bool:
    """Whether some number that is shown may still grow."""
    return any(value.maturing for line in (answer.total, *lines) for value in line.values.values())


def metric_list(answer: Answer, foot: Foot = BARE) -> Message:
    """Every metric with its value, or with what to send to get one; in lines where a table has no room."""
    with suppress(TooLargeError):
        return _metric_list(answer, foot, table=True)
    return _metric_list(answer, foot, table=False)


def _metric_list(answer: Answer, foot: Foot, *, table: bool) -> Message:
    values = answer.total.values
    missing: dict[str, list[Metric]] = {}
    for metric in answer.metrics:
        if why := values[metric.name].missing:
            missing.setdefault(_wanted_first(why), []).append(metric)
    known = [metric for metric in answer.metrics if not values[metric.name].missing]
    return _message(
        "metric_list",
        answer=answer,
        known=known,
        table=table,
        missing=list(missing.items()),
        terms=answer.terms,
        notes=answer.notes,
        foot=foot,
    )


def _wanted_first(missing: str) -> str:
    """The first thing that a number without data takes; `/kpi` says all of them."""
    return missing.partition(" It takes ")[2].partition(";")[0].removesuffix(".") or "leads that get so far"


def metric(metric: Metric, examples: Sequence[Example] = (), foot: Foot = BARE) -> Message:
    """What a metric means: its formula, its parts and what brings them, its clock, trap and source."""
    parts = [(name, COUNTS.get(name) or SPREADS[name]) for name in metric.counts]
    return _message("metric", metric=metric, parts=parts, examples=examples, foot=foot)


def comparison(comparison: Comparison, foot: Foot = BARE) -> Message:
    """Campaigns against each other, and the verdict."""
    answer = comparison.answer
    metrics, silent = _heard(answer, answer.lines)
    return _message(
        "comparison",
        comparison=comparison,
        metrics=metrics,
        ranks=_by_ranking(comparison.ranks),
        sentence=sentence(comparison.verdict),
        terms=answer.terms,
        notes=[*answer.notes, *_left_out(silent)],
        foot=foot,
        maturing=_maturing(answer, answer.lines),
    )


def _by_ranking(ranks: Ranks) -> list[tuple[Sequence[str | None], list[Model]]]:
    """Each ranking with the models that say so, the most usual first."""
    found: dict[tuple[str | None, ...], list[Model]] = {}
    for model, names in ranks.items():
        found.setdefault(names, []).append(model)
    return sorted(found.items(), key=lambda ranking: -len(ranking[1]))


def why(explained: Explained, foot: Foot = BARE) -> Message:
    """Why a metric changed: the parts of its change, which sum to it."""
    only_volume = not any(part.mix or part.rate for part in explained.parts)
    return _message(
        "why",
        why=explained,
        only_volume=only_volume,
        terms=explained.terms,
        notes=(),
        foot=foot,
        maturing=False,
    )


def ab_result(result: AbResult, foot: Foot = BARE) -> Message:
    """The variants of an experiment against each other, and the verdict."""
    return _message("ab_result", result=result, did=GOALS[result.test.goal], terms=result.terms, foot=foot)


def campaigns_found(text: str, choices: Sequence[tuple[str, str]], what: str = "campaigns") -> Message:
    """Several campaigns or experiments for one name, each with a button: its name, and what that carries."""
    return _message("choose_campaign", text=text, choices=choices, what=what, shown=CHOICES)


def rows_sent(count: int, file: str, *, cut: bool = False) -> Message:
    """Where the leads behind a number are now; `cut` when there are more than a file is given."""
    return _message("rows_sent", count=count, file=file, cut=cut)


def shared_already() -> Message:
    """That an answer stands in the channel, for whoever shares it again."""
    return _message("shared_already")


@dataclass(frozen=True, slots=True)
class Step:
    """A stage of a funnel: its count, the rates from the stage before and from the first, the time it took.

    The time is that to the next stage.
    """

    stage: Stage
    metric: Metric
    of_previous: Metric | None
    of_leads: Metric | None
    time: Metric | None


def _of_funnel(answer: Answer) -> dict[str, Any]:
    """The stages of a funnel, and of a breakdown those that sum it up."""
    counts = counted(answer)
    rates = {metric.formula: metric for metric in answer.metrics if metric.unit == "share"}
    times = [metric for metric in answer.metrics if metric.unit == "days"]
    steps = [
        Step(
            stage,
            metric,
            rates.get(f"{metric.formula} / {before.formula}") if before else None,
            rates.get(f"{metric.formula} / {counts[0].formula}"),
            time,
        )
        for stage, metric, before, time in zip(FUNNEL, counts, [None, *counts], [*times, None], strict=False)
    ]
    return {"steps": steps, "milestones": milestones(counts), "overall": steps[-1].of_leads}


def score_audit(audit: ScoreAudit, foot: Foot = BARE) -> Message:
    """What each rule of the score foretells, which say nothing, and what another line would do."""
    live = sorted((rule for rule in audit.rules if not rule.dead), key=_strongest_first)
    rows = [[band for band in audit.bands if band.grade == grade] for grade in GRADES]
    grid = [row for row in rows if any(band.outcomes.leads for band in row)]
    return _message(
        "score_audit", audit=audit, grid=grid, rules=live[:TABLE_ROWS], more=len(live) - TABLE_ROWS, foot=foot
    )


def _strongest_first(rule: RuleAudit) -> float:
    return -abs(rule.sql_lift.value) if rule.sql_lift else 0


def alerts(status: Status) -> Message:
    """What is watched and in which state, the last incidents, and what people made of them."""
    for rows in ROWS[:-1]:
        with suppress(TooLargeError):
            return _message("alerts", status=status, rows=rows)
    return _message("alerts", status=status, rows=ROWS[-1])


def simulated(backtest: Backtest) -> Message:
    """What the alerts would have told in the past, what became of it, and what other budgets would have."""
    for rows in ROWS[:-1]:
        with suppress(TooLargeError):
            return _message("alerts_simulated", backtest=backtest, rows=rows)
    return _message("alerts_simulated", backtest=backtest, rows=ROWS[-1])


def simulating() -> Message:
    """That an answer is worked on which may take a minute."""
    return _message("simulating")


def incident(alert: Alert) -> Message:
    """The living card of an incident; of one that was over before anybody could be told, a line."""
    page = "import" if alert.kind == "import" else "surge_late" if alert.late else "surge"
    return _message(
        page,
        alert=alert,
        about=named(alert.found.segment),
        asked_again=list(asked_again(alert)),
        **_pressed(alert.case),
    )


def _pressed(case: Case) -> dict[str, str | None]:
    """What the buttons of an incident's card carry, and what of it can be muted alone."""
    dimension, _ = named(leading(case.incident).segment)
    return {"token": token(case.incident.key), "mutes": dimension}


def crossed(alert: Alert, threshold: Threshold | None, dimension: str) -> Message:
    """The card of a number that crossed its line; `threshold` is None where the playbook has it no more."""
    for shown in CROSSED[:-1]:
        with suppress(TooLargeError):
            return _crossed(alert, threshold, dimension, shown)
    return _crossed(alert, threshold, dimension, CROSSED[-1])


CROSSED = (12, 6, 2)  # rows of a threshold's card, fewer where their names are long


@dataclass(frozen=True, slots=True)
class CrossedRow:
    """One row of a threshold: whose number, what it is, its line, and the question that it answers."""

    row: str | None
    value: Value
    line: Value
    question: str


def _crossed(alert: Alert, threshold: Threshold | None, dimension: str, shown: int) -> Message:
    incident = alert.case.incident
    found = [one.crossing for one in incident.findings if one.crossing]
    return _message(
        "threshold",
        alert=alert,
        metric=METRICS[found[0].metric],
        above=found[0].value > found[0].line,
        rows=[_crossed_row(one) for one in found],
        shown=shown,
        dimension=dimension,
        called=incident.findings[0].segment.split(":")[1],
        when=threshold.when if threshold else "",
        since=incident.opened_at.astimezone(alert.zone),
        until=(incident.closed_at or incident.seen_at).astimezone(alert.zone),
        **_pressed(alert.case),
    )


def _crossed_row(one: Crossing) -> CrossedRow:
    return CrossedRow(
        one.row,
        Value(one.value, one.numerator, one.denominator, currency=one.currency),
        Value(one.line, currency=one.currency),
        one.question,
    )


def count_incident(alert: Alert, metric: Metric | None = None, question: Question | None = None) -> Message:
    """The card of an incident of another count than leads, with the question that counts it again.

    Without a metric, of a count that the playbook watches no more.
    """
    called = alert.found.segment.partition(":")[2]
    return _message(
        "count_incident",
        alert=alert,
        metric=metric,
        question=str(question or ""),
        called=called,
        **_pressed(alert.case),
    )


def incident_turn(turn: Turn, zone: ZoneInfo, metric: Metric | None = None) -> Message:
    """A reply under an incident's card: one of its changes; `metric` is what was counted if not leads."""
    about, called = named(turn.found.segment)
    called = called if about == "count" else ""
    return _message("incident_turn", turn=_local(turn, zone), metric=metric, called=called)


def threshold_turn(turn: Turn, crossing: Crossing, zone: ZoneInfo) -> Message:
    """A reply under a threshold's card: which number is how far beyond its line, or that it is back."""
    metric = METRICS[crossing.metric]
    return _message("threshold_turn", turn=_local(turn, zone), row=_crossed_row(crossing), metric=metric)


def _local(turn: Turn, zone: ZoneInfo) -> Turn:
    return replace(turn, at=turn.at.astimezone(zone))


def expected(case: Case) -> View:
    """The form in which somebody says why an incident was to be expected."""
    return _about(case, "expected", modal.expected)


def _about(case: Case, page: str, form: Callable[[Page, str], View]) -> View:
    key = token(case.incident.key)
    return make(page, lambda page: form(page, key), about=named(leading(case.incident).segment))


def leads_found(text: str, matches: Sequence[LeadSummary]) -> Message:
    """Several leads for one search, each with a button."""
    return _message("choose_lead", text=text, matches=matches, shown=CHOICES)


def lead_not_found(text: str) -> Message:
    return _message("lead_not_found", text=text)


def claimed(brief: Brief) -> Message:
    """Who has taken a lead, for whoever claims it after them."""
    return _message("claimed", brief=brief)


def refused(refusal: Refusal) -> Message:
    """Who may do what somebody may not, and whom to ask."""
    return _message("refused", refusal=refusal)


def trouble(error: TipoffError) -> Message:
    """A mistake that its reader can mend: the error's own sentences."""
    return _message("error", sentences=str(error).splitlines())


def apology(reference: str) -> Message:
    """A mistake of ours; `reference` finds it in the log."""
    return _message("apology", reference=reference)


def help(commands: Sequence[CommandHelp]) -> Message:  # noqa: A001 - said as `catalog.help`
    """What each command does, with examples that work."""
    return _message("help", commands=commands)


def _message(template: str, **values: Any) -> Message:
    return make(template, _said, **values)


def _said(page: Page) -> Message:
    text = plain(page)
    return Message(fallback(text), draw(page), text, page.name)
