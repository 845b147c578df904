"""For each count that has no data yet, an event that brings it, as it can be sent to `/intake/events`.

Events of one person: whoever sends all of them sees that person go through the funnel.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Literal, NamedTuple

from funnel.counts import GOALS

Fields = Mapping[str, Any]


class Shape(NamedTuple):
    """What an event of a type says, and the names of `COUNTS` and `SPREADS` that it brings."""

    type: str
    data: Fields
    brings: tuple[str, ...]


ANA = {"email": "ana@example.com"}
GUIDE = {"title": "Sensors That Last", "type": "white paper"}
NEWS = {"subject": "News in March"}
PAGE = {"url": "https://www.example.com/pricing"}


def _captured(*brings: str, **fields: Any) -> Shape:
    return Shape("tipoff.lead.captured", {"person": ANA, "form": "Contact sales", **fields}, brings)


def _staged(stage: str, *brings: str, **fields: Any) -> Shape:
    return Shape("tipoff.lead.staged", {"person": ANA, "stage": stage, **fields}, brings)


def _deal(stage: str, *brings: str, **fields: Any) -> Shape:
    deal = {"deal": "7", "person": ANA, "stage": stage, "amount": 12500, "currency": "USD", **fields}
    return Shape("tipoff.deal.moved", deal, brings)


def _engaged(kind: str, *brings: str, **fields: Any) -> Shape:
    return Shape("tipoff.lead.engaged", {"person": ANA, "kind": kind, **fields}, brings)


def _spent(*brings: str, **fields: Any) -> Shape:
    return Shape(
        "tipoff.campaign.spent", {"campaign": "sensors-2026", "channel": "paid social", **fields}, brings
    )


def _shown(*brings: str) -> Shape:
    shown = {"person": {"anonymous_id": "a-1"}, "experiment": "Hero headline", "variant": "B"}
    return Shape("tipoff.experiment.viewed", shown, brings)


_LEADS = (
    "leads",
    "mqls",
    "hand_raisers",
    "demand_first",
    "due_answers",
    "untouched",
    "unclaimed",
    "open_leads",
)
_BEFORE = tuple(f"exposed_before_{goal}" for goal in GOALS)
_AFTER = tuple(f"{goal}_after_exposure" for goal in GOALS)
_TIMES = ("time_in_mql", "time_in_sal", "time_in_sql", "time_to_sal", "time_to_sql")
_AMOUNTS = ("deals_won", "revenue", "deal_size", "sales_cycle", "time_to_customer", "time_in_opportunity")
SHAPES = (
    _captured(*_LEADS, "imported_leads", "form_submissions", "captured_fields", "asked_fields",
              "alerts", "content_leads", "known_visitors", "time_to_mql", "age_of_open_leads"),
    _captured("lead_first", "gated_touches", "takers", form="Guide", asset={**GUIDE, "gated": True}),
    _captured("good_fits", person={**ANA, "title": "Head of Plant", "company": "Fjord Pack"}),
    _staged("mql", "returned"),
    _staged("sal", "sals"),
    _staged("sql", "sqls", *_TIMES),
    _staged("disqualified", "disqualified", reason="student"),
    _staged("recycled", "recycled", reason="timing"),
    _deal("open", "opportunities", "deals_opened", "opened_pipeline", "pipeline_at_start", "pipeline_at_end",
          "sourced_pipeline", "influenced_pipeline", "time_to_opportunity", "deals_open_at_start",
          "deals_open_at_end", "pipeline_created"),
    _deal("open", "deals_slipped", "pipeline_slipped", close_date="2026-03-31"),
    _deal("open", "deals_reopened", "pipeline_reopened", reason="they came back"),
    _deal("open", "pipeline_changed", amount=15000),
    _deal("won", "customers", "content_customers", "closed_won", "pipeline_won", *_AMOUNTS),
    _deal("lost", "lost", "deals_lost", "closed_lost", "pipeline_lost"),
    _spent("spend", amount=310, currency="USD"),
    _spent("impressions", "ad_clicks", impressions=8200, clicks=164),
    _spent("likes", "comments", "shares", likes=31, comments=4, shares=6),
    _spent("positive", "neutral", "negative", mentions={"positive": 9, "neutral": 20, "negative": 2}),
    _spent("competitor_mentions", kind="competitor", mentions={"positive": 12, "neutral": 30, "negative": 5}),
    _engaged("page_viewed", "sessions", "visitors", "page_views", "engagements", "touches_before_mql",
             "lead_score", "known_leads", page=PAGE),
    _engaged("page_viewed", "organic_sessions", page=PAGE, origin={"referrer": "https://www.google.com/"}),
    _engaged("page_viewed", "content_views", "content_viewers", "time_on_page", page=PAGE, asset=GUIDE),
    _engaged("ad_clicked", "touches_before_deal", origin={"source": "google", "campaign": "sensors-2026"}),
    _engaged("asset_downloaded", "downloads", "content_touches", asset=GUIDE),
    _engaged("email_sent", "emails", email=NEWS),
    _engaged("email_opened", "email_openers", email=NEWS),
    _engaged("email_clicked", "email_clickers", "machine_leads", email={**NEWS, "link": "https://www.example.com/news"}),
    _engaged("email_bounced", "email_bounces", email=NEWS),
    _engaged("email_unsubscribed", "unsubscribes", email=NEWS),
    _engaged("email_marked_spam", "spam_reports", email=NEWS),
    _engaged("call_made", "contacts", "answered_in_time", "followed_up", "acted_alerts", "our_touches",
             "wasted_touches", "calls", "response_time"),
    _engaged("call_made", "calls_connected", outcome="connected"),
    _engaged("meeting_booked", "meetings_booked"),
    _engaged("meeting_held", "meetings_held"),
    _shown("exposed", "crossed_over", *_BEFORE, *_AFTER),
)  # fmt: skip
_BY_NAME: Mapping[str, Shape] = {name: shape for shape in SHAPES for name in shape.brings}
_IN_PLAYBOOK: Mapping[str, str] = {
    "margin": "finance: { gross_margin: 0.42 }",
    "monthly_churn": "finance: { monthly_churn: 0.012 }",
    "arpa": "finance: { monthly_revenue_per_account: 2400 }",
    "sales_cost": "finance: { monthly_sales_cost: 48000 }",
    "unit_cost": "finance: { cost_of_goods: 20000 }",
    "unit_overhead": "finance: { overhead: 4500 }",
    "unit_profit": "finance: { target_profit: 4000 }",
    "revenue_target": "targets: { revenue: { quarter: 750000 } }",
}


def event(shape: Shape, day: date) -> dict[str, Any]:
    """The whole event of a shape, as one JSON object; what is spent is spent on `day`."""
    on = {"day": day.isoformat()} if shape.type == "tipoff.campaign.spent" else {}
    return {
        "specversion": "1.0",
        "type": shape.type,
        "id": f"{shape.brings[0]}-1",
        "source": "/website",
        "data": {**shape.data, **on},
    }


class Example(NamedTuple):
    """What to write: JSON for the door of events, or YAML for the playbook."""

    place: Literal["intake", "playbook"]
    text: str


def examples(wanted: Iterable[str], day: date) -> tuple[Example, ...]:
    """What brings the counts that are wanted, each once, in their order."""
    return tuple(dict.fromkeys(one for name in wanted if (one := _example(name, day))))


def _example(name: str, day: date) -> Example | None:
    if name in _IN_PLAYBOOK:
        return Example("playbook", _IN_PLAYBOOK[name])
    return Example("intake", _written(event(_BY_NAME[name], day))) if name in _BY_NAME else None


def _written(envelope: dict[str, Any]) -> str:
    """An event on two lines: what every event says, and its data."""
    data = json.dumps(envelope.pop("data"))
    return f'{json.dumps(envelope)[:-1]},\n "data": {data}}}'
