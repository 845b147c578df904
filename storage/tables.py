"""The tables. The workspace comes first in every key, so that one can be moved or sharded.

`journal` is the truth and never changes but for `lead_id`. `lead`, `touch`, `visit`, `exposure`, `mail_hit`,
`stage_entry`, `deal`, `deal_move`, `spend` and `identity` are derived from it. `card` and `lane` remember
what Slack was told, which nothing else knows; `rendering` remembers what it would not draw. `watch` and
`watched` are what was learned of the inflow of leads, `incident` what was unusual in it, `foreseen` and
`mute` what people said of it. `audit` remembers who was shown what, and only grows.
"""

from collections.abc import Iterator

import sqlalchemy as sa

from storage.columns import NAMING, Moment, PlainText, UtcTime

metadata = sa.MetaData(naming_convention=NAMING)

UNTOLD, NOBODY, SET_ASIDE = None, 0, -1  # what `journal.lead_id` says instead of a lead


def _workspace() -> sa.Column[str]:
    return sa.Column("workspace_id", PlainText, primary_key=True)


def _lead_id() -> sa.Column[int]:
    return sa.Column("lead_id", sa.BigInteger, primary_key=True, autoincrement=False)


def _receipt(*, primary_key: bool = False) -> tuple[sa.Column[str], sa.Column[str]]:
    return (
        sa.Column("receipt_source", PlainText, primary_key=primary_key, nullable=False),
        sa.Column("receipt_id", PlainText, primary_key=primary_key, nullable=False),
    )


journal = sa.Table(
    "journal",
    metadata,
    _workspace(),
    sa.Column("seq", sa.BigInteger, sa.Sequence("journal_seq", metadata=metadata), primary_key=True),
    sa.Column("source", PlainText, nullable=False),
    sa.Column("event_id", PlainText, nullable=False),
    sa.Column("type", PlainText, nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("received_at", UtcTime, nullable=False),
    sa.Column("quiet", sa.Boolean, nullable=False),
    sa.Column("lead_id", sa.BigInteger),
    sa.Column("body", sa.Text, nullable=False),
    sa.UniqueConstraint("workspace_id", "source", "event_id"),
)
sa.Index(
    "ix_journal_untold",
    journal.c.workspace_id,
    journal.c.seq,
    sqlite_where=journal.c.lead_id.is_(None),
    postgresql_where=journal.c.lead_id.is_(None),
)
sa.Index(
    "ix_journal_lead",
    journal.c.workspace_id,
    journal.c.lead_id,
    sqlite_where=journal.c.lead_id.is_not(None),
    postgresql_where=journal.c.lead_id.is_not(None),
)

identity = sa.Table(
    "identity",
    metadata,
    _workspace(),
    sa.Column("kind", PlainText, primary_key=True),
    sa.Column("value", PlainText, primary_key=True),
    sa.Column("lead_id", sa.BigInteger, nullable=False),
    sa.Column("family", sa.BigInteger),  # of all who were ever joined in any way, once a split parted them
    sa.Index("ix_identity_lead", "workspace_id", "lead_id"),
)
sa.Index(
    "ix_identity_family",
    identity.c.workspace_id,
    identity.c.family,
    sqlite_where=identity.c.family.is_not(None),
    postgresql_where=identity.c.family.is_not(None),
)

ORIGIN = ("source", "medium", "campaign", "channel", "content")  # UTM words and the channel they make
ENTERED = ("mql", "sal", "sql", "opportunity", "customer", "recycled", "disqualified", "lost")
LEFT = ("mql", "sal", "sql", "opportunity")


def _origin() -> Iterator[sa.Column[str]]:
    return (sa.Column(name, PlainText) for name in ORIGIN)


lead = sa.Table(
    "lead",
    metadata,
    _workspace(),
    _lead_id(),
    sa.Column("name", PlainText),
    sa.Column("email", PlainText),
    sa.Column("company", PlainText),
    sa.Column("title", PlainText),
    sa.Column("phone", PlainText),
    sa.Column("country", PlainText),
    sa.Column("stage", PlainText, nullable=False),
    sa.Column("created_at", Moment),
    *(sa.Column(f"{stage}_at", Moment) for stage in ENTERED),  # first entries
    *(sa.Column(f"{stage}_left_at", Moment) for stage in LEFT),
    sa.Column("hand_raised_at", Moment),
    sa.Column("answered_at", Moment),
    sa.Column("answer_due_at", Moment),
    sa.Column("answer_came_at", Moment),
    sa.Column("returned_at", Moment),
    sa.Column("alerted_at", Moment),
    sa.Column("acted_at", Moment),
    *_origin(),
    sa.Column("motion", PlainText),
    sa.Column("owner", PlainText),
    sa.Column("team", PlainText),  # of its owner
    *(sa.Column(name, PlainText) for name in ("form", "landing", "industry", "size", "device", "reason")),
    sa.Column("fit", PlainText),
    sa.Column("band", PlainText),
    sa.Column("points", PlainText),  # JSON: the engagement of each group of rules at `scored_at`, before caps
    sa.Column("scored_at", Moment),
    sa.Column("followups", sa.Integer),
    sa.Column("captured_fields", sa.Integer),
    sa.Column("touches_before_mql", sa.Integer),
    sa.Column("touches_before_deal", sa.Integer),
    sa.Column("content_before_deal", sa.Boolean),
    sa.Column("score", sa.Float(53)),
    sa.Column("grade", PlainText),
    sa.Column("first_touch_at", Moment),
    sa.Column("last_touch_at", Moment),
    sa.Column("forgotten", sa.Boolean, nullable=False),
    sa.Column("found_by", PlainText, nullable=False),  # name, e-mail and company with their case folded away
    sa.Index("ix_lead_campaign", "workspace_id", "campaign"),
)
COVERED = tuple(lead.c[name] for name in ("source", "campaign", "channel"))  # what most questions go by
sa.Index(
    "ix_lead_created",
    lead.c.workspace_id,
    lead.c.created_at,
    *(lead.c[f"{stage}_at"] for stage in ENTERED[:5]),
    *COVERED,
)
INDEXED = tuple(
    sa.Index(
        f"ix_lead_{stage}",
        lead.c.workspace_id,
        lead.c[f"{stage}_at"],
        *COVERED,
        sqlite_where=lead.c[f"{stage}_at"].is_not(None),
        postgresql_where=lead.c[f"{stage}_at"].is_not(None),
    )
    for stage in ENTERED
)
"""Half of all leads never come to a stage: those that did are found by when."""

touch = sa.Table(
    "touch",
    metadata,
    _workspace(),
    _lead_id(),
    *_receipt(primary_key=True),
    sa.Column("at", Moment, nullable=False),
    sa.Column("kind", PlainText, nullable=False),
    sa.Column("done_by", PlainText, nullable=False),
    sa.Column("trust", PlainText, nullable=False),
    sa.Column("machine", sa.Boolean, nullable=False),
    sa.Column("quiet", sa.Boolean, nullable=False),
    sa.Column("form", PlainText),
    *(sa.Column(name, PlainText) for name in ("asset", "type", "topic")),  # of content: its title, ...
    sa.Column("gated", sa.Boolean),  # of content; null where it is about none
    sa.Column("page", PlainText),
    *_origin(),  # its own, or its lead's where it names none
    sa.Column("own_origin", sa.Boolean),  # whether it says itself where it came from
    sa.Column("of_marketing", sa.Boolean),  # what the lead did that marketing may be credited for
    sa.Column("of_sales", sa.Boolean),  # a person of ours, or a talk with one
    sa.Column("first_of_mail", sa.Boolean),  # the first open or click of a mail since it was sent
    sa.Column("outcome", PlainText),  # of a call
    sa.Index(  # all that counting touches looks at, but for rarer breakdowns
        "ix_touch_at",
        *("workspace_id", "at", "machine", "kind", "done_by", "gated", "first_of_mail", "outcome"),
        *("campaign", "channel", "lead_id"),
    ),
)

visit = sa.Table(
    "visit",
    metadata,
    _workspace(),
    _lead_id(),
    *_receipt(primary_key=True),  # of its first page
    sa.Column("at", Moment, nullable=False),
    sa.Column("ended_at", Moment, nullable=False),
    sa.Column("pages", sa.Integer, nullable=False),
    sa.Column("machine", sa.Boolean, nullable=False),
    *_origin(),
    *(sa.Column(name, PlainText) for name in ("landing", "country", "device")),
    sa.Column("reading", PlainText),  # JSON: the seconds on each page of content that another page followed
    sa.Index("ix_visit_at", "workspace_id", "at"),
)

exposure = sa.Table(
    "exposure",
    metadata,
    _workspace(),
    _lead_id(),
    sa.Column("experiment", PlainText, primary_key=True),
    sa.Column("variant", PlainText, nullable=False),  # the one that they were shown first
    sa.Column("at", Moment, nullable=False),
    *_receipt(),
    sa.Column("crossed_over", sa.Boolean, nullable=False),  # whether they were shown another one later
    sa.Index("ix_exposure_at", "workspace_id", "at", "experiment", "variant"),
)

mail_hit = sa.Table(
    "mail_hit",
    metadata,
    _workspace(),
    _lead_id(),
    sa.Column("ip", PlainText, primary_key=True),
    sa.Column("second", sa.BigInteger, primary_key=True, autoincrement=False),  # since 1970
    sa.Index("ix_mail_hit_ip", "workspace_id", "ip", "second", "lead_id"),
)

stage_entry = sa.Table(
    "stage_entry",
    metadata,
    _workspace(),
    _lead_id(),
    sa.Column("stage", PlainText, primary_key=True),
    sa.Column("at", Moment, nullable=False),
    *_receipt(),
    sa.Column("reason", PlainText),
    sa.Column("implied", sa.Boolean, nullable=False),
)

deal = sa.Table(
    "deal",
    metadata,
    _workspace(),
    _lead_id(),
    sa.Column("deal_id", PlainText, primary_key=True),
    sa.Column("stage", PlainText, nullable=False),
    sa.Column("opened_at", Moment, nullable=False),
    sa.Column("moved_at", Moment, nullable=False),
    sa.Column("closed_at", Moment),
    *_receipt(),
    sa.Column("amount", sa.BigInteger),
    sa.Column("currency", PlainText),
    sa.Column("owner", PlainText),
    sa.Column("team", PlainText),  # of its owner, or else of its lead's
    sa.Column("sourced", sa.Boolean),  # whether marketing had the lead's first touch
    sa.Column("influenced", sa.Boolean),  # whether marketing touched the lead before the deal opened
    sa.Index("ix_deal_opened", "workspace_id", "opened_at"),
    sa.Index("ix_deal_closed", "workspace_id", "closed_at"),
)

deal_move = sa.Table(  # what each deal did to the open pipeline, and how it stood until its next move
    "deal_move",
    metadata,
    _workspace(),
    _lead_id(),
    sa.Column("deal_id", PlainText, primary_key=True),
    sa.Column("place", sa.Integer, primary_key=True, autoincrement=False),  # among the deal's moves, from 0
    *_receipt(),
    sa.Column("kind", PlainText, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("until", Moment),
    sa.Column("open", sa.Boolean, nullable=False),
    sa.Column("added", sa.BigInteger, nullable=False),  # to the open pipeline
    sa.Column("amount", sa.BigInteger, nullable=False),  # of the deal since
    sa.Column("currency", PlainText),
    sa.Column("due_at", Moment),  # when the day ends by which the deal was expected to close
    sa.Column("opened_at", Moment, nullable=False),  # the deal
    sa.Column("owner", PlainText),  # of the deal, now
    sa.Index("ix_deal_move_at", "workspace_id", "at"),
)

spend = sa.Table(
    "spend",
    metadata,
    _workspace(),
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("campaign", PlainText, primary_key=True),
    sa.Column("source", PlainText, primary_key=True),
    sa.Column("channel", PlainText, primary_key=True),  # empty where the event names none
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("event_id", PlainText, nullable=False),
    sa.Column("kind", PlainText),
    sa.Column("amount", sa.BigInteger),
    sa.Column("currency", PlainText, nullable=False),
    *(
        sa.Column(name, sa.BigInteger)
        for name in ("impressions", "clicks", "sessions", "likes", "comments", "shares")
    ),
    *(sa.Column(name, sa.BigInteger) for name in ("positive", "neutral", "negative")),
)

card = sa.Table(
    "card",
    metadata,
    _workspace(),
    sa.Column("key", PlainText, primary_key=True),
    sa.Column("kind", PlainText, nullable=False),
    sa.Column("lead_id", sa.BigInteger),
    sa.Column("episode", sa.Integer, nullable=False),  # which of the lead's episodes it is about, from 1
    sa.Column("burst", sa.Integer),  # which burst of what the lead did since, from 1
    sa.Column("lane", PlainText, nullable=False),
    sa.Column("parent", PlainText),  # the digest that a folded card is a member of
    sa.Column("version", sa.Integer, nullable=False),  # moves whenever what the card shows may have changed
    sa.Column("said_version", sa.Integer, nullable=False),
    sa.Column("state", PlainText, nullable=False),
    sa.Column("due_at", UtcTime, nullable=False),
    sa.Column("lease_owner", PlainText),
    sa.Column("lease_until", UtcTime),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("first_attempt_at", UtcTime),
    sa.Column("channel_id", PlainText),
    sa.Column("ts", PlainText),
    sa.Column("thread_ts", PlainText),  # the brief's message that a reply stands under
    sa.Column("said_hash", PlainText),
    sa.Column("said_receipts", sa.Text),  # JSON: for each line that was said, the events that prove it
    sa.Column("error", PlainText),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Index("ix_card_lead", "workspace_id", "lead_id"),
    sa.Index("ix_card_message", "workspace_id", "channel_id", "ts"),
    sa.Index("ix_card_parent", "workspace_id", "parent"),
)
OPEN_STATES = ("due", "waiting", "doubt")
sa.Index(
    "ix_card_open",
    card.c.workspace_id,
    card.c.lane,
    card.c.due_at,
    sqlite_where=card.c.state.in_(OPEN_STATES),
    postgresql_where=card.c.state.in_(OPEN_STATES),
)

lane = sa.Table(
    "lane",
    metadata,
    _workspace(),
    sa.Column("lane", PlainText, primary_key=True),
    sa.Column("next_at", UtcTime, nullable=False),
    sa.Column("held", PlainText),  # why nothing is said here before `next_at`
    sa.Column("masks", PlainText),  # the masks that its messages were last made to follow
)

audit = sa.Table(
    "audit",
    metadata,
    _workspace(),
    sa.Column("id", PlainText, primary_key=True),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("actor", PlainText, nullable=False),
    sa.Column("action", PlainText, nullable=False),
    sa.Column("lead_id", sa.BigInteger),
    sa.Column("channel", PlainText),
    sa.Index("ix_audit_at", "workspace_id", "at"),
    sa.Index("ix_audit_lead", "workspace_id", "lead_id"),
)

rendering = sa.Table(
    "rendering",
    metadata,
    _workspace(),
    sa.Column("kind", PlainText, primary_key=True),  # of message: the page that it is made of
    sa.Column("level", PlainText, nullable=False),
    sa.Column("error", PlainText, nullable=False),  # what Slack answered to a richer level
    sa.Column("since", UtcTime, nullable=False),
)

watch = sa.Table(
    "watch",
    metadata,
    _workspace(),
    sa.Column("looked_at", UtcTime),  # up to when the inflow of leads was looked at
    sa.Column("lease_owner", PlainText),  # of the one replica that looks
    sa.Column("lease_until", UtcTime),
)

watched = sa.Table(
    "watched",
    metadata,
    _workspace(),
    sa.Column("segment", PlainText, primary_key=True),
    sa.Column("learned", sa.LargeBinary, nullable=False),  # as `funnel.surge` writes it
    sa.Column("state", PlainText),  # learning, active, paused
)

incident = sa.Table(
    "incident",
    metadata,
    _workspace(),
    sa.Column("key", PlainText, primary_key=True),  # its card's
    sa.Column("token", PlainText, nullable=False),  # what its buttons carry: a key may hold anything
    sa.Column("kind", PlainText, nullable=False),
    sa.Column("channel", PlainText, nullable=False),
    sa.Column("body", sa.Text, nullable=False),  # JSON: what was found, and how it went on
    sa.Column("opened_at", UtcTime, nullable=False),
    sa.Column("seen_at", UtcTime, nullable=False),
    sa.Column("closed_at", UtcTime),
    sa.Column("told_at", UtcTime),  # when its card was opened
    sa.Column("shown_at", UtcTime),  # when its card was last made to follow
    sa.Column("hushed", sa.Boolean, nullable=False),  # nobody is told, ever
    sa.Column("verdict", PlainText),
    sa.Column("verdict_by", PlainText),
    sa.Column("verdict_why", PlainText),
    sa.Column("verdict_at", UtcTime),
    sa.Index("ix_incident_opened", "workspace_id", "opened_at"),
    sa.Index("ix_incident_token", "workspace_id", "token"),
)
sa.Index(
    "ix_incident_open",
    incident.c.workspace_id,
    incident.c.key,
    sqlite_where=incident.c.closed_at.is_(None),
    postgresql_where=incident.c.closed_at.is_(None),
)

foreseen = sa.Table(
    "foreseen",
    metadata,
    _workspace(),
    sa.Column("id", PlainText, primary_key=True),
    sa.Column("segment", PlainText),  # null: everything
    sa.Column("since", UtcTime, nullable=False),
    sa.Column("until", UtcTime, nullable=False),
    sa.Column("weekly", sa.Boolean, nullable=False),
    sa.Column("why", PlainText, nullable=False),
    sa.Column("said_by", PlainText, nullable=False),
    sa.Column("said_at", UtcTime, nullable=False),
)

mute = sa.Table(
    "mute",
    metadata,
    _workspace(),
    sa.Column("id", PlainText, primary_key=True),
    sa.Column("segment", PlainText),  # null: everything
    sa.Column("until", UtcTime, nullable=False),
    sa.Column("said_by", PlainText, nullable=False),
    sa.Column("said_at", UtcTime, nullable=False),
)
