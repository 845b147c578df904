"""What SQL counts: every number that a formula may name, and how it is asked for.

Clock `cohort`: of the leads created in the window, how many did it by the time of asking. Clock `activity`:
how often it happened in the window, whoever did it. What is not about leads (spend, visits, touches, deals)
is always counted by when it happened. Money is in minor units.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NamedTuple

from funnel.dimension import OF_LEAD, OF_TIME, Dimension
from funnel.period import Period

Clock = Literal["cohort", "activity"]
Family = Literal["leads", "deals", "spend", "touches", "visits", "exposures", "rules"]

BY: Mapping[Family, tuple[Dimension, ...]] = {
    "leads": (*OF_LEAD, *OF_TIME),
    "deals": (*OF_LEAD, *OF_TIME),
    "spend": ("campaign", "channel", "kind", "day", "week", "month", "quarter"),
    "touches": (*OF_LEAD, "asset", "type", "topic", "kind", *OF_TIME),
    "visits": ("source", "medium", "campaign", "channel", "landing", "country", "device", *OF_TIME),
    "exposures": (*OF_LEAD, "experiment", "variant", *OF_TIME),
    "rules": (),
}
"""What each family can be broken down by; a formula of several families, by what all of them can."""


class Count(NamedTuple):
    """One number: what it is, in words; `send` says which event, or which rule, brings it."""

    family: Family
    says: str
    send: str = ""
    money: bool = False


CAPTURED = "`tipoff.lead.captured`"
STAGED = "`tipoff.lead.staged` with `stage`"
DEAL = "`tipoff.deal.moved`"
SPENT = "`tipoff.campaign.spent`"
ENGAGED = "`tipoff.lead.engaged` with `kind`"
VIEWED = f"{ENGAGED} `page_viewed` and an `asset`"
CALLED = f"{ENGAGED} `call_made`"
AMOUNT = f"{DEAL} with `amount`"
REOPENED = f"{DEAL} with `stage` `open` after `won` or `lost`"
SHOWN = "`tipoff.experiment.viewed`, or Segment `Experiment Viewed`"

GOALS: Mapping[str, str] = {
    "lead": "became known",
    "mql": "became MQL",
    "sal": "were accepted by sales",
    "sql": "were qualified by sales",
    "opportunity": "had an opportunity",
    "customer": "became customers",
}
"""What an experiment can be for: the stages, and what whoever gets there did."""

COUNTS: Mapping[str, Count] = {
    # Leads: cohort by created_at, activity by the moment itself. Skipped stages count as passed.
    "leads": Count("leads", "people who became known", CAPTURED),
    "mqls": Count("leads", "leads that became MQL", CAPTURED),
    "sals": Count("leads", "leads that sales accepted", f"{STAGED} `sal`, or a claim in Slack"),
    "sqls": Count("leads", "leads that sales qualified", f"{STAGED} `sql`"),
    "opportunities": Count("leads", "leads with an opportunity", f"{DEAL} with `stage` `open`"),
    "customers": Count("leads", "leads that became customers", f"{DEAL} with `stage` `won`"),
    "disqualified": Count("leads", "leads that were disqualified", f"{STAGED} `disqualified` and a `reason`"),
    "recycled": Count("leads", "leads that were recycled", f"{STAGED} `recycled` and a `reason`"),
    "lost": Count("leads", "leads whose deal was lost", f"{DEAL} with `stage` `lost`"),
    "returned": Count("leads", "recycled leads that were MQL again within 180 days", f"{STAGED} `mql`"),
    "hand_raisers": Count(
        "leads", "leads that asked to talk", f"{CAPTURED} with a `form` of `hand_raise.forms`"
    ),
    "demand_first": Count(
        "leads",
        "leads that asked to talk before they gave details for content",
        f"{CAPTURED} with a `form` of `hand_raise.forms`",
    ),
    "lead_first": Count(
        "leads", "leads that gave their details for content first", f"{CAPTURED} with an `asset`"
    ),
    "known_leads": Count(
        "leads", "leads of whom we had a trace a day before they became known", f"{ENGAGED} `page_viewed`"
    ),
    "machine_leads": Count("leads", "leads of whom there is nothing but hits of machines", ENGAGED),
    "imported_leads": Count("leads", "leads that became known by an import", f"{CAPTURED} that is quiet"),
    "good_fits": Count("leads", "leads of fit A or B", f"{CAPTURED} with a `title`, `company` or `traits`"),
    "contacts": Count("leads", "leads that a person of ours has spoken or written to", CALLED),
    "due_answers": Count("leads", "leads owed an answer whose time is up or that were answered", CAPTURED),
    "answered_in_time": Count("leads", "of those, answered within the SLA", CALLED),
    "followed_up": Count("leads", "leads with six touches of ours within 14 days", CALLED),
    "untouched": Count("leads", "open leads that nobody has spoken or written to", CAPTURED),
    "unclaimed": Count("leads", "open leads from MQL on that nobody has claimed", CAPTURED),
    "open_leads": Count("leads", "leads that are neither customers nor out", CAPTURED),
    "captured_fields": Count(
        "leads", "fields known of leads, of name, e-mail, company, title, phone, country", CAPTURED
    ),
    "asked_fields": Count("leads", "those six fields for every lead", CAPTURED),
    "content_customers": Count("leads", "customers with a touch of content before", DEAL),
    "alerts": Count("leads", "leads that a brief was due about", CAPTURED),
    "acted_alerts": Count("leads", "of those, claimed, called or written to by one of us since", CALLED),
    # Deals: always by when they opened or closed.
    "deals_opened": Count("deals", "deals that opened", DEAL),
    "deals_won": Count("deals", "deals that were won, by closing date", DEAL),
    "deals_lost": Count("deals", "deals that were lost, by closing date", DEAL),
    "revenue": Count("deals", "the amount of deals won", AMOUNT, money=True),
    "opened_pipeline": Count("deals", "the amount of deals that opened", AMOUNT, money=True),
    "deals_open_at_start": Count("deals", "deals open as the window begins", DEAL),
    "deals_open_at_end": Count("deals", "deals open as the window ends", DEAL),
    "deals_reopened": Count("deals", "deals that were open again after they had been closed", REOPENED),
    "closed_won": Count(
        "deals", "deals that left the open pipeline as won, each time", f"{DEAL} with `stage` `won`"
    ),
    "closed_lost": Count(
        "deals",
        "deals that left the open pipeline in any other way, each time",
        f"{DEAL} with `stage` `lost`",
    ),
    "deals_slipped": Count(
        "deals",
        "deals open as the window ends that were expected to close in it",
        f"{DEAL} with `close_date`",
    ),
    "pipeline_at_start": Count(
        "deals", "the amount, as it was then, of deals open as the window begins", AMOUNT, money=True
    ),
    "pipeline_at_end": Count(
        "deals", "the amount, as it was then, of deals open as the window ends", AMOUNT, money=True
    ),
    "pipeline_created": Count("deals", "the amount of deals as they were created", AMOUNT, money=True),
    "pipeline_reopened": Count(
        "deals", "the amount of deals as they were open again", f"{REOPENED} and `amount`", money=True
    ),
    "pipeline_changed": Count(
        "deals", "by how much the amounts of open deals changed", f"a second {AMOUNT}", money=True
    ),
    "pipeline_won": Count(
        "deals",
        "the amount with which deals left the open pipeline as won",
        f"{DEAL} with `stage` `won`",
        money=True,
    ),
    "pipeline_lost": Count(
        "deals",
        "the amount with which deals left the open pipeline in any other way",
        f"{DEAL} with `stage` `lost`",
        money=True,
    ),
    "pipeline_slipped": Count(
        "deals",
        "the amount of deals open as the window ends that were expected to close in it",
        f"{AMOUNT} and `close_date`",
        money=True,
    ),
    "sourced_pipeline": Count(
        "deals", "the amount of deals opened whose lead's first touch was marketing's", AMOUNT, money=True
    ),
    "influenced_pipeline": Count(
        "deals", "the amount of deals opened with any marketing touch before", AMOUNT, money=True
    ),
    # Spend: by its day.
    "spend": Count("spend", "what campaigns cost", f"{SPENT} with `amount`", money=True),
    "impressions": Count("spend", "impressions", f"{SPENT} with `impressions`"),
    "ad_clicks": Count("spend", "clicks on ads", f"{SPENT} with `clicks`"),
    "likes": Count("spend", "likes", f"{SPENT} with `likes`"),
    "comments": Count("spend", "comments", f"{SPENT} with `comments`"),
    "shares": Count("spend", "shares", f"{SPENT} with `shares`"),
    "positive": Count("spend", "positive mentions", f"{SPENT} with `mentions`"),
    "neutral": Count("spend", "neutral mentions", f"{SPENT} with `mentions`"),
    "negative": Count("spend", "negative mentions", f"{SPENT} with `mentions`"),
    "competitor_mentions": Count(
        "spend", "mentions of competitors", f"{SPENT} with `mentions` and `kind: competitor`"
    ),
    # Touches: by when they happened; machines' are never counted.
    "form_submissions": Count("touches", "forms that people sent", CAPTURED),
    "engagements": Count("touches", "things that leads did", ENGAGED),
    "content_views": Count("touches", "views of content", VIEWED),
    "content_viewers": Count("touches", "different people who viewed content", VIEWED),
    "content_leads": Count("touches", "of those, people who became known with it or after", CAPTURED),
    "downloads": Count("touches", "downloads of content", f"{ENGAGED} `asset_downloaded`"),
    "takers": Count(
        "touches", "different people who took content, through a form or not", f"{CAPTURED} with an `asset`"
    ),
    "content_touches": Count("touches", "views and downloads of content", f"{ENGAGED} `asset_downloaded`"),
    "gated_touches": Count("touches", "of those, behind a form", f"{CAPTURED} with an `asset`"),
    "emails": Count("touches", "e-mails delivered", f"{ENGAGED} `email_sent`"),
    "email_openers": Count("touches", "e-mails opened at least once", f"{ENGAGED} `email_opened`"),
    "email_clickers": Count("touches", "e-mails clicked at least once", f"{ENGAGED} `email_clicked`"),
    "email_bounces": Count("touches", "e-mails that bounced", f"{ENGAGED} `email_bounced`"),
    "unsubscribes": Count("touches", "unsubscriptions", f"{ENGAGED} `email_unsubscribed`"),
    "spam_reports": Count("touches", "e-mails reported as spam", f"{ENGAGED} `email_marked_spam`"),
    "our_touches": Count("touches", "calls and e-mails of ours", CALLED),
    "wasted_touches": Count("touches", "of those, to leads that were disqualified later", CALLED),
    "calls": Count("touches", "calls made", CALLED),
    "calls_connected": Count(
        "touches", "calls in which somebody was reached", f"{ENGAGED} `call_made` and `outcome: connected`"
    ),
    "meetings_booked": Count("touches", "meetings booked", f"{ENGAGED} `meeting_booked`"),
    "meetings_held": Count("touches", "meetings held", f"{ENGAGED} `meeting_held`"),
    # Visits: sessions by the 30-minute rule, channels by GA4's rules.
    "sessions": Count("visits", "visits to the site", f"{ENGAGED} `page_viewed`, or Segment `page`"),
    "visitors": Count("visits", "different visitors", f"{ENGAGED} `page_viewed`, or Segment `page`"),
    "known_visitors": Count("visits", "of those, visitors who became known then or later", CAPTURED),
    "organic_sessions": Count(
        "visits", "visits from unpaid search", f"{ENGAGED} `page_viewed` with `origin.referrer`"
    ),
    "page_views": Count("visits", "pages viewed", f"{ENGAGED} `page_viewed`"),
    # Experiments: by when a person was shown a variant first; whatever they did before it is not its doing.
    "exposed": Count("exposures", "people who were shown a variant, each once an experiment", SHOWN),
    "crossed_over": Count("exposures", "of those, people who were shown another variant later", SHOWN),
    **{
        f"exposed_before_{goal}": Count(
            "exposures", f"people who were shown a variant before they {did}", SHOWN
        )
        for goal, did in GOALS.items()
    },
    **{
        f"{goal}_after_exposure": Count("exposures", f"people who {did} after they were shown one", SHOWN)
        for goal, did in GOALS.items()
    },
    # What no event says: the playbook's `finance` and `targets`.
    "margin": Count("rules", "gross margin, 0 to 1", "`finance.gross_margin` in the playbook"),
    "monthly_churn": Count(
        "rules", "share of customers lost a month", "`finance.monthly_churn` in the playbook"
    ),
    "arpa": Count(
        "rules",
        "revenue per account and month",
        "`finance.monthly_revenue_per_account` in the playbook",
        money=True,
    ),
    "sales_cost": Count(
        "rules",
        "cost of sales and marketing beside spend, for the window",
        "`finance.monthly_sales_cost` in the playbook",
        money=True,
    ),
    "unit_cost": Count(
        "rules", "cost of goods of an average deal", "`finance.cost_of_goods` in the playbook", money=True
    ),
    "unit_overhead": Count(
        "rules", "overhead of an average deal", "`finance.overhead` in the playbook", money=True
    ),
    "unit_profit": Count(
        "rules", "target profit of an average deal", "`finance.target_profit` in the playbook", money=True
    ),
    "revenue_target": Count(
        "rules", "the revenue target of the window", "`targets` in the playbook", money=True
    ),
    "days": Count("rules", "days in the window"),
}


class Spread(NamedTuple):
    """What medians are taken of: one number a lead, deal or page; who is not there yet is censored."""

    family: Family
    says: str
    unit: Literal["minutes", "days", "seconds", "touches", "points", "money"]
    send: str = ""


SPREADS: Mapping[str, Spread] = {
    "response_time": Spread(
        "leads", "from becoming known to our first call or e-mail by a person", "minutes", CALLED
    ),
    "time_to_mql": Spread("leads", "from becoming known to MQL", "days", CAPTURED),
    "time_to_sal": Spread("leads", "from becoming known to SAL", "days", STAGED),
    "time_to_sql": Spread("leads", "from becoming known to SQL", "days", STAGED),
    "time_to_opportunity": Spread("leads", "from becoming known to opportunity", "days", DEAL),
    "time_in_mql": Spread("leads", "from MQL to the next stage", "days", STAGED),
    "time_in_sal": Spread("leads", "from SAL to the next stage", "days", STAGED),
    "time_in_sql": Spread("leads", "from SQL to the next stage", "days", STAGED),
    "time_in_opportunity": Spread("leads", "from opportunity to the next stage", "days", DEAL),
    "time_to_customer": Spread("leads", "from becoming known to customer", "days", DEAL),
    "sales_cycle": Spread("deals", "from a won deal's opening to its closing", "days", DEAL),
    "deal_size": Spread("deals", "the amount of a won deal, in minor units", "money", AMOUNT),
    "touches_before_mql": Spread("leads", "things that a lead did before MQL", "touches", ENGAGED),
    "touches_before_deal": Spread(
        "leads",
        "campaigns responded to before the deal was won",
        "touches",
        f"{ENGAGED} and `origin.campaign`",
    ),
    "age_of_open_leads": Spread("leads", "since an open lead became known", "days", CAPTURED),
    "lead_score": Spread("leads", "engagement points at the time of asking", "points", ENGAGED),
    "time_on_page": Spread(
        "visits", "on a page of content, until the next one of the same visit", "seconds", VIEWED
    ),
}


@dataclass(frozen=True, slots=True)
class Filter:
    """`where` one dimension has one value; None means "not captured"."""

    dimension: Dimension
    value: str | None


@dataclass(frozen=True, slots=True)
class Ask:
    """What a question wants of the store: some of `COUNTS` and `SPREADS`, by name, over one window.

    `as_of` counts only what had been received by then; None is now.
    """

    names: frozenset[str]
    period: Period
    clock: Clock = "cohort"
    by: Dimension | None = None
    where: tuple[Filter, ...] = ()
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """What a median is taken of: what `ended`, and for how long what has not ended yet goes on."""

    ended: tuple[float, ...] = ()
    going_on: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """The counts of one group; a count that is absent is 0.

    Money is of `currency`; where a group has several, it is absent and `mixed` names it.
    """

    counts: Mapping[str, float] = field(default_factory=dict)
    samples: Mapping[str, Sample] = field(default_factory=dict)
    currency: str | None = None
    mixed: frozenset[str] = frozenset()


Cells = Mapping[str | None, Cell]
"""A cell for each value of the dimension asked for, None where it was not captured; without one, for None."""


@dataclass(frozen=True, slots=True)
class CountedLead:
    """A lead behind a number: the store's id, who it is, and the moment for which it counts."""

    id: int
    name: str | None
    email: str | None
    company: str | None
    campaign: str | None
    stage: str
    owner: str | None
    created_at: datetime | None
    at: datetime | None
