"""First house: journal, leads and their facts, spend, cards and lanes, audit."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "2026_11_22_0000"
down_revision: str | None = None
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


MOMENT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")
STAGES = ("mql", "sal", "sql", "opportunity", "customer")


def upgrade() -> None:
    if op.get_context().dialect.supports_sequences:
        op.execute(sa.schema.CreateSequence(sa.Sequence("journal_seq")))
    op.create_table(
        "audit",
        sa.Column("workspace_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("lead_id", sa.BigInteger(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_audit")),
    )
    op.create_index("ix_audit_at", "audit", ["workspace_id", "at"])
    op.create_index("ix_audit_lead", "audit", ["workspace_id", "lead_id"])

    op.create_table(
        "card",
        sa.Column("workspace_id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("lead_id", sa.BigInteger(), nullable=True),
        sa.Column("episode", sa.Integer(), nullable=False),
        sa.Column("burst", sa.Integer(), nullable=True),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("parent", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("said_version", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_owner", sa.Text(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("first_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("channel_id", sa.Text(), nullable=True),
        sa.Column("ts", sa.Text(), nullable=True),
        sa.Column("thread_ts", sa.Text(), nullable=True),
        sa.Column("said_hash", sa.Text(), nullable=True),
        sa.Column("said_receipts", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "key", name=op.f("pk_card")),
    )
    op.create_index("ix_card_lead", "card", ["workspace_id", "lead_id"])
    op.create_index("ix_card_message", "card", ["workspace_id", "channel_id", "ts"])
    op.create_index(
        "ix_card_open",
        "card",
        ["workspace_id", "lane", "due_at"],
        sqlite_where=sa.text("state IN ('due', 'waiting', 'doubt')"),
        postgresql_where=sa.text("state IN ('due', 'waiting', 'doubt')"),
    )
    op.create_index("ix_card_parent", "card", ["workspace_id", "parent"])

    op.create_table(
        "deal",
        sa.Column("workspace_id", sa.Text(), nullable=False),
        sa.Column("lead_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("deal_id", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("moved_at", MOMENT, nullable=False),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("receipt_source", sa.Text(), nullable=False),
        sa.Column("receipt_id", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("team", sa.Text(), nullable=True),
        sa.Column("sourced", sa.Boolean(), nullable=True),
        sa.Column("influenced", sa.Boolean(), nullable=True),
        sa.PrimaryKeyConstraint("workspace_id", "lead_id", "deal_id", name=op.f("pk_deal")),
    )
    op.create_index("ix_deal_closed", "deal", ["workspace_id", "closed_at"])
    op.create_index("ix_deal_opened", "deal", ["workspace_id", "opened_at"])
    op.create_table(
        "deal_move",
        sa.Column("workspace_id", sa.Text(), nullable=False),
        sa.Column("lead_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("deal_id", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("receipt_source", sa.Text(), nullable=False),
        sa.Column("receipt_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("until", MOMENT, nullable=True),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("added", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("due_at", MOMENT, nullable=True),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("workspace_id", "lead_id", "deal_id", "place", name=op.f("pk_deal_move")),
    )
    op.create_index("ix_deal_move_at", "deal_move", ["workspace_id", "at"])
    op.create_table(
        "identity",
        sa.Column("workspace_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("lead_id", sa.BigInteger(), nullable=False),
        sa.Column("family", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("workspace_id", "kind", "value", name=op.f("pk_identity")),
    )
    op.create_index("ix_identity_lead", "identity", ["workspace_id", "lead_id"])
    op.create_index(
        "ix_identity_family",
        "identity",
        ["workspace_id", "family"],
        sqlite_where=sa.text("family IS NOT NULL"),
        postgresql_where=sa.text("family IS NOT NULL"),
    )

    op.create_table(
        "journal",
        sa.Column("workspace_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("quiet", sa.Boolean(), nullable=False),
        sa.Column("lead_id", sa.BigInteger(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "seq", name=op.f("pk_journal")),
        sa.UniqueConstraint(
            "workspace_id", "source", "event_id", name=op.f("uq_journal_workspace_id_source_event_id")
        ),
    )
    op.create_index(
        "ix_journal_lead",
        "journal",
        ["workspace_id", "lead_id"],
        sqlite_where=sa.text("lead_id IS NOT NULL"),
        postgresql_where=sa.text("lead_id IS NOT NULL"),
    )
    op.create_index(
        "ix_journal_untold",
        "journal",
        ["workspace_id", "seq"],
        sqlite_where=sa.text("lead_id IS NULL"),
        postgresql_where=sa.text("lead_id IS NULL"),
    )

    op.create_table(
        "lane",
        sa.Column("workspace_id", sa.Text(), nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("held", sa.Text(), nullable=True),
        sa.Column("masks", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("workspace_id", "lane", name=op.f("pk_lane")),
    )
    op.create_table(
        "lead",
        sa.Column("workspace_id", sa.Text(), nullable=False),
        sa.Column("lead_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("company", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("country", sa.Text(), nullable=True),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=True),
        sa.Column("mql_at", MOMENT, nullable=True),
        sa.Column("sal_at", MOMENT, nullable=True),
        sa.Column("sql_at", MOMENT, nullable=True),
        sa.Column("opportunity_at", MOMENT, nullable=True),
        sa.Column("customer_at", MOMENT, nullable=True),
        sa.Column("recycled_at", MOMENT, nullable=True),
        sa.Column("disqualified_at", MOMENT, nullable=True),
        sa.Column("lost_at", MOMENT, nullable=True),
        sa.Column("mql_left_at", MOMENT, nullable=True),
        sa.Column("sal_left_at", MOMENT, nullable=True),
        sa.Column("sql_left_at", MOMENT, nullable=True),
        sa.Column("opportunity_left_at", MOMENT, nullable=True),
        sa.Column("hand_raised_at", MOMENT, nullable=True),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column("answer_due_at", MOMENT, nullable=True),
        sa.Column("answer_came_at", MOMENT, nullable=True),
        sa.Column("returned_at", MOMENT, nullable=True),
        sa.Column("alerted_at", MOMENT, nullable=True),
        sa.Column("acted_at", MOMENT, nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("medium", sa.Text(), nullable=True),
        sa.Column("campaign", sa.Text(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=True),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("motion", sa.Text(), nullable=True),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("team", sa.Text(), nullable=True),
        sa.Column("form", sa.Text(), nullable=True),
        sa.Column("landing", sa.Text(), nullable=True),
        sa.Column("industry", sa.Text(), nullable=True),
        sa.Column("size", sa.Text(), nullable=True),
        sa.Column("device", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("fit", sa.Text(), nullable=True),
        sa.Column("band", sa.Text(), nullable=True),
        sa.Column("points", sa.Text(), nullable=True),
        sa.Column("scored_at", MOMENT, nullable=True),
        sa.Column("followups", sa.Integer(), nullable=True),
        sa.Column("captured_fields", sa.Integer(), nullable=True),
        sa.Column("touches_before_mql", sa.Integer(), nullable=True),
        sa.Column("touches_before_deal", sa.Integer(), nullable=True),
        sa.Column("content_before_deal", sa.Boolean(), nullable=True),
        sa.Column("score", sa.Float(precision=53), nullable=True),
        sa.Column("grade", sa.Text(), nullable=True),
        sa.Column("first_touch_at", MOMENT, nullable=True),
        sa.Column("last_touch_at", MOMENT, nullable=True),
        sa.Column("forgotten", sa.Boolean(), nullable=False),
        sa.Column("found_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "lead_id", name=op.f("pk_lead")),
    )
    op.create_index("ix_lead_campaign", "lead", ["workspace_id", "campaign"])
    op.create_index(
        "ix_lead_created",
        "lead",
        ["workspace_id", "created_at", *(f"{stage}_at" for stage in STAGES), "source", "campaign", "channel"],
    )
    for stage in (*STAGES, "recycled", "disqualified", "lost"):
        op.create_index(
            f"ix_lead_{stage}",
            "lead",
            ["workspace_id", f"{stage}_at", "source", "campaign", "channel"],
            sqlite_where=sa.text(f"{stage}_at IS NOT NULL"),
            postgresql_where=sa.text(f"{stage}_at IS NOT NULL"),
        )

    op.create_table(
        "rendering",
        sa.Column("workspace_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "kind", name=op.f("pk_rendering")),
    )
    op.create_table(
        "mail_hit",
        sa.Column("workspace_id", sa.Text(), nullable=False),
        sa.Column("lead_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ip", sa.Text(), nullable=False),
        sa.Column("second", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "lead_id", "ip", "second", name=op.f("pk_mail_hit")),
    )
    op.create_index("ix_mail_hit_ip", "mail_hit", ["workspace_id", "ip", "second", "lead_id"])
    op.create_table(
        "spend",
        sa.Column("workspace_id", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("campaign", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("impressions", sa.BigInteger(), nullable=True),
        sa.Column("clicks", sa.BigInteger(), nullable=True),
        sa.Column("sessions", sa.BigInteger(), nullable=True),
        sa.Column("likes", sa.BigInteger(), nullable=True),
        sa.Column("comments", sa.BigInteger(), nullable=True),
        sa.Column("shares", sa.BigInteger(), nullable=True),
        sa.Column("positive", sa.BigInteger(), nullable=True),
        sa.Column("neutral", sa.BigInteger(), nullable=True),
        sa.Column("negative", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint(
            "workspace_id", "day", "campaign", "source", "channel", name=op.f("pk_spend")
        ),
    )
    op.create_table(
        "stage_entry",
        sa.Column("workspace_id", sa.Text(), nullable=False),
        sa.Column("lead_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("receipt_source", sa.Text(), nullable=False),
        sa.Column("receipt_id", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("implied", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "lead_id", "stage", name=op.f("pk_stage_entry")),
    )
    op.create_table(
        "touch",
        sa.Column("workspace_id", sa.Text(), nullable=False),
        sa.Column("lead_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("receipt_source", sa.Text(), nullable=False),
        sa.Column("receipt_id", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("done_by", sa.Text(), nullable=False),
        sa.Column("trust", sa.Text(), nullable=False),
        sa.Column("machine", sa.Boolean(), nullable=False),
        sa.Column("quiet", sa.Boolean(), nullable=False),
        sa.Column("form", sa.Text(), nullable=True),
        sa.Column("asset", sa.Text(), nullable=True),
        sa.Column("type", sa.Text(), nullable=True),
        sa.Column("topic", sa.Text(), nullable=True),
        sa.Column("gated", sa.Boolean(), nullable=True),
        sa.Column("page", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("medium", sa.Text(), nullable=True),
        sa.Column("campaign", sa.Text(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=True),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("own_origin", sa.Boolean(), nullable=True),
        sa.Column("of_marketing", sa.Boolean(), nullable=True),
        sa.Column("of_sales", sa.Boolean(), nullable=True),
        sa.Column("first_of_mail", sa.Boolean(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint(
            "workspace_id", "lead_id", "receipt_source", "receipt_id", name=op.f("pk_touch")
        ),
    )
    op.create_index(
        "ix_touch_at",
        "touch",
        [
            *("workspace_id", "at", "machine", "kind", "done_by", "gated", "first_of_mail", "outcome"),
            *("campaign", "channel", "lead_id"),
        ],
    )

    op.create_table(
        "visit",
        sa.Column("workspace_id", sa.Text(), nullable=False),
        sa.Column("lead_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("receipt_source", sa.Text(), nullable=False),
        sa.Column("receipt_id", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("machine", sa.Boolean(), nullable=False),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("medium", sa.Text(), nullable=True),
        sa.Column("campaign", sa.Text(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=True),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("landing", sa.Text(), nullable=True),
        sa.Column("country", sa.Text(), nullable=True),
        sa.Column("device", sa.Text(), nullable=True),
        sa.Column("reading", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint(
            "workspace_id", "lead_id", "receipt_source", "receipt_id", name=op.f("pk_visit")
        ),
    )
    op.create_index("ix_visit_at", "visit", ["workspace_id", "at"])

    op.create_table(
        "exposure",
        sa.Column("workspace_id", sa.Text(), nullable=False),
        sa.Column("lead_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("experiment", sa.Text(), nullable=False),
        sa.Column("variant", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("receipt_source", sa.Text(), nullable=False),
        sa.Column("receipt_id", sa.Text(), nullable=False),
        sa.Column("crossed_over", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "lead_id", "experiment", name=op.f("pk_exposure")),
    )
    op.create_index("ix_exposure_at", "exposure", ["workspace_id", "at", "experiment", "variant"])

    op.create_table(
        "watch",
        sa.Column("workspace_id", sa.Text(), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_owner", sa.Text(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("workspace_id", name=op.f("pk_watch")),
    )

    op.create_table(
        "watched",
        sa.Column("workspace_id", sa.Text(), nullable=False),
        sa.Column("segment", sa.Text(), nullable=False),
        sa.Column("learned", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("workspace_id", "segment", name=op.f("pk_watched")),
    )

    op.create_table(
        "incident",
        sa.Column("workspace_id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hushed", sa.Boolean(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=True),
        sa.Column("verdict_by", sa.Text(), nullable=True),
        sa.Column("verdict_why", sa.Text(), nullable=True),
        sa.Column("verdict_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("workspace_id", "key", name=op.f("pk_incident")),
    )
    op.create_index("ix_incident_opened", "incident", ["workspace_id", "opened_at"])
    op.create_index("ix_incident_token", "incident", ["workspace_id", "token"])
    op.create_index(
        "ix_incident_open",
        "incident",
        ["workspace_id", "key"],
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )

    op.create_table(
        "foreseen",
        sa.Column("workspace_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("segment", sa.Text(), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("weekly", sa.Boolean(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("said_by", sa.Text(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_foreseen")),
    )

    op.create_table(
        "mute",
        sa.Column("workspace_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("segment", sa.Text(), nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("said_by", sa.Text(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_mute")),
    )


def downgrade() -> None:
    for table in (
        *("watched", "watch", "mute", "incident", "foreseen"),
        *("visit", "touch", "exposure", "stage_entry", "spend", "rendering", "mail_hit", "lead", "lane"),
        *("journal", "identity", "deal_move", "deal", "card", "audit"),
    ):
        op.drop_table(table)
    if op.get_context().dialect.supports_sequences:
        op.execute(sa.schema.DropSequence(sa.Sequence("journal_seq")))
