"""What every name of `funnel.counts` is in rows: of which table, at which time, and which of them.

One table for all: `counting` and `sampling` turn an entry into SQL, and know no name themselves.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa

from funnel.counts import BY, GOALS, Family
from funnel.dimension import OF_LEAD, Dimension
from funnel.lead import MoveKind
from funnel.stage import EXITS, Stage
from storage.columns import Moment, PlainText
from storage.expressions import earliest, elapsed
from storage.tables import deal, deal_move, exposure, lead, spend, touch, visit

Condition = sa.ColumnElement[bool]
NOW: sa.BindParameter[Any] = sa.bindparam("now", type_=Moment())  # the time of asking
PERSISTENT = 6  # touches of ours within 14 days
A_DAY = 86_400  # seconds
FIELDS = 6  # of a profile that reports want filled


class Span(NamedTuple):
    """A window as SQL sees it: values, or the columns of a table of windows."""

    start: Any
    end: Any
    first_day: Any
    last_day: Any


Inside = Callable[[sa.ColumnElement[Any], Span], Condition]


def within(at: sa.ColumnElement[Any], span: Span) -> Condition:
    """What happened in a window."""
    return sa.and_(at >= span.start, at < span.end)


def on_a_day(day: sa.ColumnElement[Any], span: Span) -> Condition:
    """What belongs to one of the window's days."""
    return sa.and_(day >= span.first_day, day <= span.last_day)


def open_at_start(_at: sa.ColumnElement[Any], span: Span) -> Condition:
    """The last move of each deal that is open as a window begins."""
    return _open(span.start)


def open_at_end(_at: sa.ColumnElement[Any], span: Span) -> Condition:
    """The last move of each deal that is open as a window ends."""
    return _open(span.end)


def slipped(_at: sa.ColumnElement[Any], span: Span) -> Condition:
    """Of those open as a window ends, the deals that were expected to close in it.

    What was expected at any time within the window counts. As long as the window goes on, who may still close
    in it has not slipped.
    """
    then = deal_move.alias("expected")
    expected = sa.exists().where(
        *(then.c[name] == deal_move.c[name] for name in ("workspace_id", "lead_id", "deal_id")),
        then.c.open,
        then.c.at < span.end,
        sa.or_(then.c.until.is_(None), sa.and_(then.c.until > span.start, then.c.until > then.c.at)),
        then.c.due_at > span.start,
        then.c.due_at <= span.end,
    )
    too_late = sa.or_(deal_move.c.due_at <= NOW, deal_move.c.due_at > span.end)
    return sa.and_(_open(span.end), too_late, expected.correlate_except(then))


def _open(time: Any) -> Condition:
    still = sa.or_(deal_move.c.until.is_(None), deal_move.c.until >= time)
    return sa.and_(deal_move.c.at < time, still, deal_move.c.open)


@dataclass(frozen=True, slots=True)
class Number:
    """One count: rows of `table` that are `inside` the window by `at`, of those that fit `when`.

    It is the number of rows, or the sum of `total`, or how many different values `different` has.
    """

    table: sa.Table
    at: sa.Column[Any]
    when: Condition | None = None
    total: sa.ColumnElement[Any] | None = None
    different: sa.Column[Any] | None = None
    inside: Inside = within


@dataclass(frozen=True, slots=True)
class Length:
    """One spread: `value` of rows that are there (`at` is known), in parts of `unit`; of others, `so_far`.

    With `several`, a row has a JSON list of values in place of one. `scored` are values that only the
    playbook's rules tell.
    """

    table: sa.Table
    at: sa.Column[Any]
    value: sa.ColumnElement[Any]
    unit: float = 1
    so_far: sa.ColumnElement[Any] | None = None
    goes_on: Condition | None = None
    when: Condition | None = None
    several: bool = False
    scored: bool = False


SEES: Mapping[sa.Table, Condition] = {
    touch: touch.c.machine.is_(False),
    visit: visit.c.machine.is_(False),
}
"""The rows that are ever counted, where that is not all."""

FAMILY: Mapping[sa.Table, Family] = {
    lead: "leads",
    deal: "deals",
    deal_move: "deals",
    spend: "spend",
    touch: "touches",
    visit: "visits",
    exposure: "exposures",
}

_IN_PLAY = lead.c.stage.not_in([Stage.CUSTOMER, *sorted(EXITS)])
_FROM_MQL_ON = lead.c.stage.in_([Stage.MQL, Stage.SAL, Stage.SQL, Stage.OPPORTUNITY])
_WON = deal.c.stage == Stage.CUSTOMER.value
_DUE = sa.or_(lead.c.answer_due_at <= NOW, lead.c.answer_came_at.is_not(None))
_IN_TIME = lead.c.answer_came_at <= lead.c.answer_due_at
_VIEWED = sa.and_(touch.c.kind == "page_viewed", touch.c.gated.is_not(None))
_TAKEN = sa.and_(touch.c.kind.in_(["asset_downloaded", "captured"]), touch.c.gated.is_not(None))
_CONTENT = sa.or_(_VIEWED, _TAKEN)
_OURS = touch.c.kind.in_(["call_made", "email_sent"])


def _has_touch(*those: Condition) -> Condition:
    """Whether a lead has a touch like those."""
    of_lead = (touch.c.workspace_id == lead.c.workspace_id, touch.c.lead_id == lead.c.lead_id)
    return sa.exists().where(*of_lead, *those).correlate(lead)


_KNOWN = elapsed(lead.c.first_touch_at, lead.c.created_at) >= A_DAY
_BY_MACHINES = sa.and_(
    _has_touch(touch.c.machine), sa.not_(_has_touch(touch.c.machine.is_(False), touch.c.done_by == "they"))
)
_IMPORTED = _has_touch(touch.c.quiet, touch.c.at == lead.c.created_at)


def _leads(at: str, when: Condition | None = None, total: sa.ColumnElement[Any] | None = None) -> Number:
    return Number(lead, lead.c[at], when, total)


def _touches(when: Condition, different: sa.Column[Any] | None = None) -> Number:
    return Number(touch, touch.c.at, when, different=different)


def _of_kind(kind: str) -> Number:
    return _touches(touch.c.kind == kind)


def _amount(at: str, when: Condition | None = None) -> Number:
    return Number(deal, deal.c[at], when, deal.c.amount)


def _moves(kind: MoveKind, total: sa.ColumnElement[Any] | None = None) -> Number:
    return Number(deal_move, deal_move.c.at, deal_move.c.kind == kind, total)


def _standing(inside: Inside, total: sa.ColumnElement[Any] | None = None) -> Number:
    return Number(deal_move, deal_move.c.at, None, total, inside=inside)


def _spent(total: sa.ColumnElement[Any], when: Condition | None = None) -> Number:
    return Number(spend, spend.c.day, when, total, inside=on_a_day)


def _exposed(when: Condition | None = None) -> Number:
    return Number(exposure, exposure.c.at, when)


def _reached(goal: str) -> sa.Column[Any]:
    return lead.c.created_at if goal == "lead" else lead.c[f"{goal}_at"]


def _not_before(goal: str) -> Condition:
    """Who had got there before they were shown anything can no longer be won by it."""
    return sa.or_(_reached(goal).is_(None), _reached(goal) > exposure.c.at)


_THEIRS = spend.c.kind == "competitor"
_OUR_MENTIONS = sa.or_(spend.c.kind.is_(None), sa.not_(_THEIRS))

NUMBERS: Mapping[str, Number] = {
    "leads": _leads("created_at"),
    "mqls": _leads("mql_at"),
    "sals": _leads("sal_at"),
    "sqls": _leads("sql_at"),
    "opportunities": _leads("opportunity_at"),
    "customers": _leads("customer_at"),
    "disqualified": _leads("disqualified_at"),
    "recycled": _leads("recycled_at"),
    "lost": _leads("lost_at"),
    "returned": _leads("returned_at"),
    "hand_raisers": _leads("hand_raised_at"),
    "demand_first": _leads("created_at", lead.c.motion == "demand-first"),
    "lead_first": _leads("created_at", lead.c.motion == "lead-first"),
    "known_leads": _leads("created_at", _KNOWN),
    "machine_leads": _leads("created_at", _BY_MACHINES),
    "imported_leads": _leads("created_at", _IMPORTED),
    "good_fits": _leads("created_at", lead.c.fit.in_(["A", "B"])),
    "contacts": _leads("answered_at"),
    "due_answers": _leads("answer_due_at", _DUE),
    "answered_in_time": _leads("answer_due_at", sa.and_(_DUE, _IN_TIME)),
    "followed_up": _leads("created_at", lead.c.followups >= PERSISTENT),
    "untouched": _leads("created_at", sa.and_(_IN_PLAY, lead.c.answered_at.is_(None))),
    "unclaimed": _leads("created_at", sa.and_(_FROM_MQL_ON, lead.c.owner.is_(None))),
    "open_leads": _leads("created_at", _IN_PLAY),
    "captured_fields": _leads("created_at", total=lead.c.captured_fields),
    "asked_fields": _leads("created_at", total=sa.literal(FIELDS)),
    "content_customers": _leads("customer_at", lead.c.content_before_deal),
    "alerts": _leads("alerted_at"),
    "acted_alerts": _leads("acted_at"),
    "deals_opened": Number(deal, deal.c.opened_at),
    "deals_won": Number(deal, deal.c.closed_at, _WON),
    "deals_lost": Number(deal, deal.c.closed_at, deal.c.stage == Stage.LOST.value),
    "revenue": _amount("closed_at", _WON),
    "opened_pipeline": _amount("opened_at"),
    "deals_open_at_start": _standing(open_at_start),
    "deals_open_at_end": _standing(open_at_end),
    "deals_slipped": _standing(slipped),
    "deals_reopened": _moves("reopened"),
    "closed_won": _moves("won"),
    "closed_lost": _moves("lost"),
    "pipeline_at_start": _standing(open_at_start, deal_move.c.amount),
    "pipeline_at_end": _standing(open_at_end, deal_move.c.amount),
    "pipeline_slipped": _standing(slipped, deal_move.c.amount),
    "pipeline_created": _moves("created", deal_move.c.added),
    "pipeline_reopened": _moves("reopened", deal_move.c.added),
    "pipeline_changed": _moves("changed", deal_move.c.added),
    "pipeline_won": _moves("won", -deal_move.c.added),
    "pipeline_lost": _moves("lost", -deal_move.c.added),
    "sourced_pipeline": _amount("opened_at", deal.c.sourced),
    "influenced_pipeline": _amount("opened_at", deal.c.influenced),
    "spend": _spent(spend.c.amount),
    "impressions": _spent(spend.c.impressions),
    "ad_clicks": _spent(spend.c.clicks),
    "likes": _spent(spend.c.likes),
    "comments": _spent(spend.c.comments),
    "shares": _spent(spend.c.shares),
    "positive": _spent(spend.c.positive, _OUR_MENTIONS),
    "neutral": _spent(spend.c.neutral, _OUR_MENTIONS),
    "negative": _spent(spend.c.negative, _OUR_MENTIONS),
    "competitor_mentions": _spent(
        sum(
            (sa.func.coalesce(spend.c[name], 0) for name in ("positive", "neutral", "negative")),
            sa.literal(0),
        ),
        _THEIRS,
    ),
    "engagements": _touches(touch.c.done_by == "they"),
    "content_views": _touches(_VIEWED),
    "content_viewers": _touches(_VIEWED, different=touch.c.lead_id),
    "content_leads": _touches(sa.and_(_VIEWED, lead.c.created_at >= touch.c.at), different=touch.c.lead_id),
    "downloads": _touches(_TAKEN),
    "takers": _touches(_TAKEN, different=touch.c.lead_id),
    "content_touches": _touches(_CONTENT),
    "gated_touches": _touches(sa.and_(_CONTENT, touch.c.gated)),
    "form_submissions": _of_kind("captured"),
    "emails": _of_kind("email_sent"),
    "email_openers": _touches(sa.and_(touch.c.kind == "email_opened", touch.c.first_of_mail)),
    "email_clickers": _touches(sa.and_(touch.c.kind == "email_clicked", touch.c.first_of_mail)),
    "email_bounces": _of_kind("email_bounced"),
    "unsubscribes": _of_kind("email_unsubscribed"),
    "spam_reports": _of_kind("email_marked_spam"),
    "our_touches": _touches(_OURS),
    "wasted_touches": _touches(sa.and_(_OURS, lead.c.disqualified_at >= touch.c.at)),
    "calls": _of_kind("call_made"),
    "calls_connected": _touches(sa.and_(touch.c.kind == "call_made", touch.c.outcome == "connected")),
    "meetings_booked": _of_kind("meeting_booked"),
    "meetings_held": _of_kind("meeting_held"),
    "sessions": Number(visit, visit.c.at),
    "visitors": Number(visit, visit.c.at, different=visit.c.lead_id),
    "known_visitors": Number(visit, visit.c.at, lead.c.created_at >= visit.c.at, different=visit.c.lead_id),
    "organic_sessions": Number(visit, visit.c.at, visit.c.channel == "Organic Search"),
    "page_views": Number(visit, visit.c.at, total=visit.c.pages),
    "exposed": _exposed(),
    "crossed_over": _exposed(exposure.c.crossed_over),
    **{f"exposed_before_{goal}": _exposed(_not_before(goal)) for goal in GOALS},
    **{f"{goal}_after_exposure": _exposed(_reached(goal) > exposure.c.at) for goal in GOALS},
}

MINUTE, DAY = 60.0, 86_400.0
_OUT = (lead.c.disqualified_at, lead.c.recycled_at, lead.c.lost_at, lead.c.customer_at)


def _waited(start: sa.Column[Any], end: sa.Column[Any], unit: float, when: Condition | None = None) -> Length:
    """From one time of a lead to another; who is out of the funnel stopped waiting when they left."""
    left = (sa.func.coalesce(sa.case((out >= start, out)), NOW) for out in _OUT)
    until = sa.case((_IN_PLAY, NOW), else_=earliest(NOW, *left))
    return Length(
        lead,
        end,
        elapsed(start, end),
        unit,
        so_far=elapsed(start, until),
        goes_on=sa.and_(start.is_not(None), end.is_(None)),
        when=when,
    )


def _time_in(stage: str) -> Length:
    """How long a stage lasted; one that was skipped, or passed in the moment it was entered, did not."""
    entered, left = lead.c[f"{stage}_at"], lead.c[f"{stage}_left_at"]
    return _waited(entered, left, DAY, sa.or_(left.is_(None), left > entered))


SPREADS: Mapping[str, Length] = {
    "response_time": _waited(lead.c.created_at, lead.c.answered_at, MINUTE),
    "time_to_mql": _waited(lead.c.created_at, lead.c.mql_at, DAY),
    "time_to_sal": _waited(lead.c.created_at, lead.c.sal_at, DAY),
    "time_to_sql": _waited(lead.c.created_at, lead.c.sql_at, DAY),
    "time_to_opportunity": _waited(lead.c.created_at, lead.c.opportunity_at, DAY),
    "time_in_mql": _time_in("mql"),
    "time_in_sal": _time_in("sal"),
    "time_in_sql": _time_in("sql"),
    "time_in_opportunity": _time_in("opportunity"),
    "time_to_customer": _waited(lead.c.created_at, lead.c.customer_at, DAY),
    "sales_cycle": Length(
        deal, deal.c.closed_at, elapsed(deal.c.opened_at, deal.c.closed_at), DAY, when=_WON
    ),
    "deal_size": Length(deal, deal.c.closed_at, deal.c.amount, when=_WON),
    "touches_before_mql": Length(lead, lead.c.mql_at, lead.c.touches_before_mql),
    "touches_before_deal": Length(lead, lead.c.customer_at, lead.c.touches_before_deal),
    "age_of_open_leads": Length(lead, lead.c.created_at, elapsed(lead.c.created_at, NOW), DAY, when=_IN_PLAY),
    "lead_score": Length(lead, lead.c.created_at, lead.c.points, scored=True),
    "time_on_page": Length(visit, visit.c.at, visit.c.reading, several=True),
}


def breakdown(table: sa.Table, dimension: Dimension) -> sa.ColumnElement[Any] | None:
    """What rows of a table are broken down by; None for what its family cannot be, and for times."""
    if dimension not in BY[FAMILY[table]]:
        return None
    if FAMILY[table] == "deals" and dimension == "owner":
        return sa.func.coalesce(table.c.owner, lead.c.owner, type_=PlainText())
    if table is spend and dimension in {"campaign", "channel"}:
        return sa.func.nullif(spend.c[dimension], "", type_=PlainText())
    if dimension in table.c and not (table is touch and dimension == "form"):
        return table.c[dimension]
    return lead.c[dimension] if dimension in OF_LEAD else None
