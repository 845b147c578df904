"""From a typed question to its answer: parse, gather, say. Slack and the terminal take the same way.

Dividing and drawing take tens of milliseconds, and the first statistics a second of imports: that is done in
a thread, beside the loop that acknowledges.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from difflib import get_close_matches
from typing import Any, TypeVar, cast, get_args

from bot.house import House
from briefs import catalog
from briefs.catalog import Foot
from briefs.message import Message
from funnel.ab_result import AbResult, ShownLead, ab_ask, ab_json, ab_result
from funnel.answer import Answer, answer, asks, columns
from funnel.answer import as_json as answer_json
from funnel.asking import clock_of
from funnel.attribution import attribute, ranks
from funnel.behind import behind
from funnel.campaign_kind import NOTE as OF_KINDS
from funnel.campaign_kind import CampaignKind, by_motion, motion_ask, stated
from funnel.comparison import (
    Comparison,
    compared,
    meant,
    named_campaigns,
    renamed,
    segment_asks,
    whole_ask,
)
from funnel.counts import Ask, Cells, CountedLead, Filter
from funnel.credited import NOTE, Shares, credited, is_shared
from funnel.dimension import OF_TIME, Dimension
from funnel.errors import NotFoundError, PeriodError, QuestionError
from funnel.example_event import Example
from funnel.example_event import examples as examples_of
from funnel.explained import Explained, change_asks, explained
from funnel.handed_over import comparison_json, explained_json, metric_json
from funnel.metrics import METRICS, Metric
from funnel.period import Period, previous
from funnel.period_words import DEFAULT_PERIOD, parse_period
from funnel.playbook import Playbook
from funnel.question import (
    About,
    AbTest,
    Define,
    KpiRequest,
    ListMetrics,
    Question,
    ScoreAudit,
    examples,
    parse_kpi,
    parse_question,
)
from funnel.score_audit import ScoreAudit as Audit
from funnel.score_audit import ScoreTally
from funnel.score_audit import as_json as audit_json
from funnel.typed import quote
from storage.crediting import Credit, Journeys
from storage.store import Store

BY_DEFAULT: Dimension = "source"  # what a change is explained by
MOST_ROWS = 50_000  # leads in a file
SHOWN = "exposed"  # who stands behind the result of a test: all people in the experiment
COMPARED = "leads"  # who stands behind a comparison: all leads of the campaigns


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it was typed after its command, and when; `again` where it was answered then already.

    What is answered again is computed as of that time, so that it is the same answer.
    """

    about: About
    words: str
    at: datetime
    again: bool = False

    def understood(self, playbook: Playbook) -> KpiRequest:
        """What is asked for.

        Raises:
            QuestionError: says what was not understood, and a question that works.

        """
        if self.about == "kpi":
            return parse_kpi(self.words, self.at, playbook, METRICS)
        return parse_question(self.about, self.words, self.at, playbook, METRICS)

    def carried(self, question: object) -> str:
        """What a button carries to ask `question` of the same time again; nothing where it is too long."""
        value = f"{self.at.isoformat()} {question}"
        return value if len(value) <= LONGEST_VALUE else ""


LONGEST_VALUE = 2_000  # characters; Slack's limit
LONGEST_EXAMPLE = 60  # characters of a name in the help
NAMED = 5  # experiments, where one is asked for that nobody knows
YEARS = range(2000, 2100)


def recalled(value: str) -> Asked:
    """The question that a button carries; buttons are client-visible, so it may be anything.

    Raises:
        QuestionError: it is none.

    """
    at, _, text = value.partition(" ")
    command, _, words = text.removeprefix("/").partition(" ")
    when = _moment(at)
    if when is None or command not in get_args(About):
        raise QuestionError("That button asks nothing that I understand. Try `/tipoff help`.")
    return Asked(cast("About", command), words, when, again=True)


def _moment(text: str) -> datetime | None:
    """A time at which a question can have been answered."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo and at.year in YEARS else None


@dataclass(frozen=True, slots=True)
class Listed:
    """Every metric with its value."""

    answer: Answer


@dataclass(frozen=True, slots=True)
class Defined:
    """What a metric means, and what to send or to write to have it."""

    metric: Metric
    brought_by: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """Several campaigns for one name, or several experiments; each with the question that means it."""

    name: str
    choices: tuple[tuple[str, Question | AbTest], ...]
    what: str = "campaigns"


Asking = TypeVar("Asking", Question, AbTest)
Reply = Answer | Comparison | Explained | Listed | Defined | Audit | AbResult | Ambiguous


async def gather(store: Store, playbook: Playbook, asked: Asked) -> Reply:  # noqa: PLR0911 - as below
    """What a question is answered with.

    Raises:
        QuestionError: it cannot be understood, or cannot be answered.
        NotFoundError: it names a campaign or an experiment that nobody knows.

    """
    request = await with_known_names(store, asked.understood(playbook))
    match request:
        case Ambiguous():
            return request
        case Define(name):
            day = asked.at.astimezone(playbook.zone).date()
            return Defined(METRICS[name], examples_of(METRICS[name].counts, day))
        case ScoreAudit(period):
            return await _audited(store, playbook, period, asked.at)
        case AbTest():
            return await _tested(store, playbook, asked, request)
        case ListMetrics():
            period = parse_period(DEFAULT_PERIOD, asked.at, playbook.zone, playbook.calendar)
            everything = Question("kpi", period)
            return Listed(await _answered(store, playbook, asked, everything, tuple(METRICS.values())))
        case Question(names=[_, *_]):
            return await _compared(store, playbook, asked, request)
        case Question(why=True):
            return await _explained(store, playbook, asked, request)
        case Question():
            beside = _beside_the_past(request, asked.at)
            found = await _answered(store, playbook, asked, beside, columns(beside))
            return replace(found, question=request)


def _beside_the_past(question: Question, at: datetime) -> Question:
    """The question, with the window before to compare with: a number alone says neither good nor bad.

    Campaigns come and go, days and months stand beside each other, and nothing comes before everything.
    """
    if question.versus or question.about == "campaigns" or question.by in OF_TIME:
        return question
    try:
        return replace(question, versus=previous(question.period, question.as_of or at))
    except PeriodError:
        return question


async def _answered(
    store: Store, playbook: Playbook, asked: Asked, question: Question, metrics: Sequence[Metric]
) -> Answer:
    known = _as_known(asked, question)
    found = await store.count_each(asks(known, metrics, asked.at), playbook, now=asked.at)
    model = known.sharing
    if model:
        found = {
            ask: await _credited(store, playbook, asked, known, ask, cells) for ask, cells in found.items()
        }
    made = await asyncio.to_thread(answer, known, metrics, found, playbook, asked.at)
    made = replace(made, question=question, notes=(*made.notes, NOTE) if model else made.notes)
    named = [line.by for line in made.lines if line.by and not line.more]
    if question.about != "campaigns" or question.by != "campaign" or not named:
        return made
    kinds = await _kinds(store, playbook, asked, known, named)
    shared = any(kind.share is not None for kind in kinds.values())
    return replace(made, kinds=kinds, notes=(*made.notes, OF_KINDS) if shared else made.notes)


async def _kinds(
    store: Store, playbook: Playbook, asked: Asked, question: Question, campaigns: Sequence[str]
) -> dict[str, CampaignKind]:
    """What campaigns are for; their leads are only asked where nobody says it."""
    booked = await store.campaign_kinds()
    said = {name: stated(name, booked.get(name, ()), playbook.campaigns) for name in campaigns}
    kinds = {name: kind for name, kind in said.items() if kind}
    if len(kinds) == len(campaigns):
        return kinds
    motions = await store.count(motion_ask(question), playbook, now=asked.at)
    return kinds | by_motion([name for name in campaigns if name not in kinds], motions)


async def _credited(
    store: Store, playbook: Playbook, asked: Asked, question: Question, ask: Ask, cells: Cells
) -> Cells:
    """The groups of a breakdown as the question's model credits them; a total as it is."""
    model = question.sharing
    if ask.by is None or model is None:
        return cells
    shares = {}
    for name in filter(is_shared, ask.names):
        one = replace(ask, names=frozenset({name}), by=None)
        ways = await _ways(store, playbook, asked, one, ask.by, question)
        credit = attribute(ways.conversions, ways.nulls, model, playbook.attribution)
        shares[name] = Shares(credit, ways.currencies)
    return credited(cells, shares)


def _as_known(asked: Asked, question: Asking) -> Asking:
    """The question as of when it was answered, where it has been and does not say of when."""
    return replace(question, as_of=asked.at) if asked.again and question.as_of is None else question


async def with_known_names(store: Store, request: KpiRequest) -> KpiRequest | Ambiguous:
    """The request with every campaign and experiment by its whole name.

    Where a part could be several, the choice; where nobody is in an experiment, the number that says what to
    send.

    Raises:
        NotFoundError: it names a campaign or an experiment that nobody knows.
        QuestionError: it wants an experiment and names none.

    """
    if not isinstance(request, AbTest):
        return await _with_known_campaigns(store, request)
    known = await store.experiment_names()
    if not known:
        return Question("kpi", request.period, metric=f"ab_{request.goal}")
    found = meant(request.experiment, known) if request.experiment else []
    if not found:
        raise _no_experiment(request.experiment, known)
    choices = tuple((one, replace(request, experiment=one)) for one in found)
    return choices[0][1] if len(choices) == 1 else Ambiguous(request.experiment, choices, "experiments")


async def _with_known_campaigns(store: Store, request: KpiRequest) -> KpiRequest | Ambiguous:
    """The request with every campaign by its whole name; where a part could be several, the choice.

    Raises:
        NotFoundError: it names a campaign that nobody knows.

    """
    if not isinstance(request, Question) or not (typed := named_campaigns(request)):
        return request
    known = await store.campaign_names()
    for name in typed:
        found = meant(name, known)
        if not found:
            raise NotFoundError(_unknown_campaign(name, known))
        choices = tuple((one, renamed(request, name, one)) for one in found)
        if len(choices) > 1:
            return Ambiguous(name, choices)
        request = choices[0][1]
    return replace(request, names=tuple(dict.fromkeys(request.names)))


async def _compared(store: Store, playbook: Playbook, asked: Asked, plain: Question) -> Comparison:
    wanted = segment_asks(_as_known(asked, plain), plain.names)
    cells = await store.count_each(wanted.values(), playbook, now=asked.at)
    table = await _answered(store, playbook, asked, plain, columns(plain))
    ways = await _ways(store, playbook, asked, whole_ask(_as_known(asked, plain)), "campaign", plain)
    segments = {name: cells[ask] for name, ask in wanted.items()}
    ranked = await asyncio.to_thread(ranks, ways.conversions, ways.nulls, rules=playbook.attribution)
    return await asyncio.to_thread(compared, table, segments, ranked)


async def _ways(
    store: Store, playbook: Playbook, asked: Asked, ask: Ask, key: Dimension, question: Question
) -> Journeys:
    """The conversions of the one count that `ask` names, with the touches before them by `key`."""
    (name,) = ask.names
    credit = Credit(
        name,
        key,
        question.touches or "marketing",
        timedelta(days=playbook.attribution.lookback_days),
        nulls=bool(question.names) or question.model == "markov",
    )
    return await store.conversions(ask, credit, playbook=playbook, now=asked.at)


async def _explained(store: Store, playbook: Playbook, asked: Asked, question: Question) -> Explained:
    metric = METRICS[question.metric or ""]
    by = question.by or _usual(metric)
    known = _as_known(asked, question)
    after, before = change_asks(known, metric, by)
    cells = await store.count_each((after, before), playbook, now=asked.at)
    return explained(replace(question, by=by), metric, asked.at, cells[before], cells[after])


def _usual(metric: Metric) -> Dimension:
    """What a change is explained by where nobody says by what."""
    return BY_DEFAULT if BY_DEFAULT in metric.by or not metric.by else metric.by[0]


async def _audited(store: Store, playbook: Playbook, period: Period, now: datetime) -> Audit:
    tally = ScoreTally(playbook, period, now)
    async for lead in store.leads(period, playbook):
        tally.add(lead)
    return await asyncio.to_thread(tally.audit)


async def _tested(store: Store, playbook: Playbook, asked: Asked, test: AbTest) -> AbResult:
    cells = await store.count(ab_ask(_as_known(asked, test)), playbook, now=asked.at)
    return await asyncio.to_thread(ab_result, test, cells, asked.at)


async def leads_behind(store: Store, playbook: Playbook, asked: Asked) -> Sequence[CountedLead]:
    """The leads behind the number that a question is answered with; none where no leads stand behind it."""
    request = asked.understood(playbook)
    if isinstance(request, AbTest):
        return await _shown(store, playbook, asked, request)
    if not isinstance(request, Question) or request.why:
        return []
    known, metric = _as_known(asked, request), columns(request)[0]
    name = COMPARED if known.names else behind(metric)
    if name is None:
        return []
    ask = Ask(frozenset({name}), known.period, clock_of(known, metric), None, known.where, known.as_of)
    filters = [(*ask.where, Filter("campaign", campaign)) for campaign in known.names] or [ask.where]
    asks = [replace(ask, where=where) for where in filters]
    found = [await store.counted(ask, name, MOST_ROWS, playbook=playbook, now=asked.at) for ask in asks]
    return [lead for leads in found for lead in leads][:MOST_ROWS]


async def _shown(store: Store, playbook: Playbook, asked: Asked, test: AbTest) -> list[ShownLead]:
    """The people of an experiment, variant by variant."""
    whole = ab_ask(_as_known(asked, test))
    result = await _tested(store, playbook, asked, test)
    found: list[ShownLead] = []
    for variant in (one.arm.name for one in result.variants):
        ask = replace(whole, by=None, where=(*whole.where, Filter("variant", variant)))
        leads = await store.counted(ask, SHOWN, MOST_ROWS, playbook=playbook, now=asked.at)
        found += [ShownLead(**asdict(lead), variant=variant) for lead in leads]
    return found[:MOST_ROWS]


def _unknown_campaign(name: str, known: Sequence[str]) -> str:
    hint = _nearest(name, known)
    return f"I know no campaign “{name[:60]}”.{hint} `/campaigns last 12 months` names those that I know."


def _no_experiment(name: str, known: Sequence[str]) -> QuestionError | NotFoundError:
    some = ", ".join(f"“{one[:LONGEST_EXAMPLE]}”" for one in known[:NAMED])
    more = f" and {len(known) - NAMED} more" if len(known) > NAMED else ""
    if not name:
        return QuestionError(f"Which experiment? I know {some}{more}. Try `/kpi ab {quote(known[0][:60])}`.")
    return NotFoundError(f"I know no experiment “{name[:60]}”.{_nearest(name, known)} I know {some}{more}.")


def _nearest(name: str, known: Sequence[str]) -> str:
    """A question back, where a known name is spelled nearly so."""
    near = get_close_matches(name.casefold(), {one.casefold(): one for one in known}, n=1)
    return f" Did you mean “{next(one for one in known if one.casefold() == near[0])[:60]}”?" if near else ""


async def answered(house: House, asked: Asked, shared_by: str | None = None) -> Message:
    """The answer in words; `shared_by` is the member who shares it with everybody.

    Whoever asks the same a moment later, while nothing was written, is given the same answer.

    Raises:
        QuestionError: it cannot be understood, or cannot be answered.
        NotFoundError: it names a campaign that nobody knows.

    """
    if asked.again:
        return await _worked_out(house, asked, shared_by)
    day = asked.at.astimezone(house.playbook.zone).date()
    question = asked.understood(house.playbook), day, house.sight.mask
    version = await house.store.version()
    message = house.answers.still_true(question, asked.at, version)
    if message is None:
        message = await _worked_out(house, asked)
        house.answers.keep(question, asked.at, version, message)
    return message


async def _worked_out(house: House, asked: Asked, shared_by: str | None = None) -> Message:
    reply = await gather(house.store, house.playbook, asked)
    return await asyncio.to_thread(said, reply, asked, shared_by)


async def examples_for(store: Store, playbook: Playbook, about: About, now: datetime) -> tuple[str, ...]:
    """Questions that work on the store at hand: about the campaigns that brought most of its leads."""
    year = parse_period("last 12 months", now, playbook.zone, playbook.calendar)
    found = await store.count(Ask(frozenset({"leads"}), year, by="campaign"), playbook, now=now)
    sizes = {name: cell.counts.get("leads", 0) for name, cell in found.items() if name}
    shown = examples(about, sorted(_short(sizes), key=lambda name: (-sizes[name], name)))
    experiments = _short(await store.experiment_names()) if about == "kpi" else []
    return (*shown, *(f"ab {quote(name)}" for name in experiments[:1]))


def _short(names: Iterable[str]) -> list[str]:
    """The names that a line of the help has room for."""
    return [name for name in names if len(name) <= LONGEST_EXAMPLE and name.isprintable()]


def as_json(reply: Reply) -> dict[str, Any]:  # noqa: PLR0911 - a line for each kind of reply
    """A reply in the one shape that other programs rely on: question, terms, rows, notes."""
    match reply:
        case Answer():
            return answer_json(reply)
        case Listed(listed):
            return answer_json(listed) | {"question": str(ListMetrics())}
        case Comparison():
            return comparison_json(reply)
        case Explained():
            return explained_json(reply)
        case Defined(metric, brought_by):
            return metric_json(metric, brought_by)
        case AbResult():
            return ab_json(reply)
        case Ambiguous(name, choices):
            return {"question": name, "choices": [str(question) for _, question in choices]}
    return audit_json(reply, str(ScoreAudit(reply.period)))


def said(reply: Reply, asked: Asked, shared_by: str | None = None) -> Message:  # noqa: PLR0911 - as above
    """A reply in words, with the buttons that ask it again."""
    match reply:
        case Answer():
            return catalog.answered(reply, _foot(asked, reply.question, shared_by, behind(reply.metrics[0])))
        case Listed(listed):
            return catalog.metric_list(listed, _foot(asked, ListMetrics(), shared_by))
        case Comparison():
            return catalog.comparison(reply, _foot(asked, reply.answer.question, shared_by, COMPARED))
        case Explained():
            return catalog.why(reply, _foot(asked, reply.question, shared_by))
        case Defined(metric, brought_by):
            return catalog.metric(metric, brought_by, _foot(asked, Define(metric.name), shared_by))
        case AbResult():
            return catalog.ab_result(reply, _foot(asked, reply.test, shared_by, SHOWN))
        case Ambiguous(name, choices, what):
            return catalog.campaigns_found(
                name, [(one, asked.carried(question)) for one, question in choices], what
            )
    return catalog.score_audit(reply, _foot(asked, ScoreAudit(reply.period), shared_by))


def _foot(asked: Asked, question: object, shared_by: str | None, count: str | None = None) -> Foot:
    return Foot(asked.carried(question), count is not None, shared_by)
