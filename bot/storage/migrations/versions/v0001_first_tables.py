"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
INSTANT = sa.BigInteger().with_variant(sa.TIMESTAMP(timezone=True), "postgresql")


def upgrade() -> None:
    """Make every table."""
    _holiday()
    _workspace()
    _channel()
    _person()
    _received()
    _handoff()
    _person_role()
    _deadline()
    _document()
    _event()
    _outbox()
    _promise()
    _surface()
    _event_value()
    _promise_version()


def downgrade() -> None:
    """Drop every table with what is in it."""
    for table in (
        "promise_version",
        "event_value",
        "surface",
        "promise",
        "outbox",
        "event",
        "document",
        "deadline",
        "person_role",
        "handoff",
        "received",
        "person",
        "channel",
        "workspace",
        "holiday",
    ):
        op.drop_table(table)


def _holiday() -> None:
    op.create_table(
        "holiday",
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("days", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("region", "year", name=op.f("pk_holiday")),
    )


def _workspace() -> None:
    op.create_table(
        "workspace",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("enterprise_id", sa.Text(), nullable=False),
        sa.Column("team_id", sa.Text(), nullable=False),
        sa.Column("bot_user_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("paused_at", INSTANT, nullable=True),
        sa.Column("blocked_at", INSTANT, nullable=True),
        sa.Column("blocked_reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workspace")),
        sa.UniqueConstraint(
            "enterprise_id", "team_id", name=op.f("uq_workspace_enterprise_id_team_id")
        ),
    )


def _channel() -> None:
    op.create_table(
        "channel",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("workspace_id", ROW_ID, nullable=False),
        sa.Column("slack_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("private", sa.Boolean(), nullable=False),
        sa.Column("direct", sa.Boolean(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("pending", sa.Boolean(), nullable=False),
        sa.Column("guests", sa.Boolean(), nullable=False),
        sa.Column("archived", sa.Boolean(), nullable=False),
        sa.Column("bot_inside", sa.Boolean(), nullable=False),
        sa.Column("checked_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_channel_workspace_id_workspace")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel")),
        sa.UniqueConstraint(
            "workspace_id", "slack_id", name=op.f("uq_channel_workspace_id_slack_id")
        ),
    )


def _person() -> None:
    op.create_table(
        "person",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("workspace_id", ROW_ID, nullable=False),
        sa.Column("slack_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("manager_id", ROW_ID, nullable=True),
        sa.Column("stand_in_id", ROW_ID, nullable=True),
        sa.Column("leave_until", sa.Date(), nullable=True),
        sa.Column("workspace_admin", sa.Boolean(), nullable=False),
        sa.Column("guest", sa.Boolean(), nullable=False),
        sa.Column("external", sa.Boolean(), nullable=False),
        sa.Column("bot", sa.Boolean(), nullable=False),
        sa.Column("deactivated", sa.Boolean(), nullable=False),
        sa.Column("dm_slack_id", sa.Text(), nullable=True),
        sa.Column("checked_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["manager_id"], ["person.id"], name=op.f("fk_person_manager_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["stand_in_id"], ["person.id"], name=op.f("fk_person_stand_in_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_person_workspace_id_workspace")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint(
            "workspace_id", "slack_id", name=op.f("uq_person_workspace_id_slack_id")
        ),
    )


def _received() -> None:
    op.create_table(
        "received",
        sa.Column("workspace_id", ROW_ID, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_received_workspace_id_workspace")
        ),
        sa.PrimaryKeyConstraint("workspace_id", "key", name=op.f("pk_received")),
    )
    op.create_index("ix_received_received_at", "received", ["received_at"], unique=False)


def _handoff() -> None:
    op.create_table(
        "handoff",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("workspace_id", ROW_ID, nullable=False),
        sa.Column("channel_id", ROW_ID, nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("value_cents", ROW_ID, nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("tier", sa.Text(), nullable=False),
        sa.Column("ae_id", ROW_ID, nullable=False),
        sa.Column("started_by", ROW_ID, nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("ae_confirmed_at", INSTANT, nullable=True),
        sa.Column("ae_manager_id", ROW_ID, nullable=True),
        sa.Column("cs_manager_id", ROW_ID, nullable=True),
        sa.Column("proposed_csm_id", ROW_ID, nullable=True),
        sa.Column("csm_id", ROW_ID, nullable=True),
        sa.Column("expected_on", sa.Date(), nullable=True),
        sa.Column("signed_at", INSTANT, nullable=True),
        sa.Column("signature_learned_at", INSTANT, nullable=True),
        sa.Column("day0", sa.Date(), nullable=True),
        sa.Column("links", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("cancelled_at", INSTANT, nullable=True),
        sa.Column("posted_at", INSTANT, nullable=True),
        sa.Column("posted_by", ROW_ID, nullable=True),
        sa.Column("brief_version", sa.Integer(), nullable=False),
        sa.Column("items_filled", sa.Integer(), nullable=False),
        sa.Column("items_counted", sa.Integer(), nullable=False),
        sa.Column("gate_at", INSTANT, nullable=True),
        sa.Column("assigned_at", INSTANT, nullable=True),
        sa.Column("acknowledged_at", INSTANT, nullable=True),
        sa.Column("acknowledged_version", sa.Integer(), nullable=True),
        sa.Column("event_count", sa.Integer(), nullable=False),
        sa.Column("head", sa.LargeBinary(), nullable=False),
        sa.Column("attention_state", sa.Text(), nullable=False),
        sa.Column("attention_step", sa.Text(), nullable=True),
        sa.Column("attention_owner_id", ROW_ID, nullable=True),
        sa.Column("attention_due_at", INSTANT, nullable=True),
        sa.Column("light_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["ae_id"], ["person.id"], name=op.f("fk_handoff_ae_id_person")),
        sa.ForeignKeyConstraint(
            ["ae_manager_id"], ["person.id"], name=op.f("fk_handoff_ae_manager_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["attention_owner_id"], ["person.id"], name=op.f("fk_handoff_attention_owner_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["channel.id"], name=op.f("fk_handoff_channel_id_channel")
        ),
        sa.ForeignKeyConstraint(
            ["cs_manager_id"], ["person.id"], name=op.f("fk_handoff_cs_manager_id_person")
        ),
        sa.ForeignKeyConstraint(["csm_id"], ["person.id"], name=op.f("fk_handoff_csm_id_person")),
        sa.ForeignKeyConstraint(
            ["posted_by"], ["person.id"], name=op.f("fk_handoff_posted_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["proposed_csm_id"], ["person.id"], name=op.f("fk_handoff_proposed_csm_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["started_by"], ["person.id"], name=op.f("fk_handoff_started_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_handoff_workspace_id_workspace")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handoff")),
    )
    op.create_index("ix_handoff_ae_id", "handoff", ["ae_id"], unique=False)
    op.create_index("ix_handoff_ae_manager_id", "handoff", ["ae_manager_id"], unique=False)
    op.create_index("ix_handoff_channel_id", "handoff", ["channel_id", "state"], unique=False)
    op.create_index("ix_handoff_cs_manager_id", "handoff", ["cs_manager_id"], unique=False)
    op.create_index("ix_handoff_csm_id", "handoff", ["csm_id"], unique=False)
    op.create_index(
        "ix_handoff_light_at",
        "handoff",
        ["workspace_id", "light_at"],
        unique=False,
        sqlite_where=sa.text("light_at IS NOT NULL"),
        postgresql_where=sa.text("light_at IS NOT NULL"),
    )
    op.create_index(
        "ix_handoff_status",
        "handoff",
        [
            "workspace_id",
            "attention_state",
            "attention_due_at",
            "ae_id",
            "csm_id",
            "cs_manager_id",
            "ae_manager_id",
            "channel_id",
        ],
        unique=False,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )


def _person_role() -> None:
    op.create_table(
        "person_role",
        sa.Column("person_id", ROW_ID, nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("workspace_id", ROW_ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_person_role_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_person_role_workspace_id_workspace")
        ),
        sa.PrimaryKeyConstraint("person_id", "role", name=op.f("pk_person_role")),
    )
    op.create_index("ix_person_role_by_role", "person_role", ["workspace_id", "role"], unique=False)


def _deadline() -> None:
    op.create_table(
        "deadline",
        sa.Column("handoff_id", ROW_ID, nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("workspace_id", ROW_ID, nullable=False),
        sa.Column("owner_id", ROW_ID, nullable=True),
        sa.Column("zone", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("waits_for", sa.Text(), nullable=True),
        sa.Column("start_at", INSTANT, nullable=True),
        sa.Column("raw_due_at", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("stages", sa.Text(), nullable=False),
        sa.Column("manager_id", ROW_ID, nullable=True),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("passed", sa.Text(), nullable=False),
        sa.Column("snoozed_until", INSTANT, nullable=True),
        sa.Column("next_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["handoff_id"], ["handoff.id"], name=op.f("fk_deadline_handoff_id_handoff")
        ),
        sa.ForeignKeyConstraint(
            ["manager_id"], ["person.id"], name=op.f("fk_deadline_manager_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["person.id"], name=op.f("fk_deadline_owner_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_deadline_workspace_id_workspace")
        ),
        sa.PrimaryKeyConstraint("handoff_id", "step", name=op.f("pk_deadline")),
    )
    op.create_index(
        "ix_deadline_next_at",
        "deadline",
        ["workspace_id", "next_at"],
        unique=False,
        sqlite_where=sa.text("next_at IS NOT NULL"),
        postgresql_where=sa.text("next_at IS NOT NULL"),
    )
    op.create_index("ix_deadline_owner_id", "deadline", ["owner_id", "state"], unique=False)


def _document() -> None:
    op.create_table(
        "document",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("workspace_id", ROW_ID, nullable=False),
        sa.Column("handoff_id", ROW_ID, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("schema", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("written_by", ROW_ID, nullable=True),
        sa.Column("written_at", INSTANT, nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["handoff_id"], ["handoff.id"], name=op.f("fk_document_handoff_id_handoff")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_document_workspace_id_workspace")
        ),
        sa.ForeignKeyConstraint(
            ["written_by"], ["person.id"], name=op.f("fk_document_written_by_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
        sa.UniqueConstraint(
            "handoff_id",
            "kind",
            "section",
            "audience",
            "revision",
            name=op.f("uq_document_handoff_id_kind_section_audience_revision"),
        ),
    )
    op.create_index(
        "ix_document_current",
        "document",
        ["handoff_id", "kind", "section", "audience"],
        unique=True,
        sqlite_where=sa.text("is_current IS 1"),
        postgresql_where=sa.text("is_current IS true"),
    )


def _event() -> None:
    op.create_table(
        "event",
        sa.Column("handoff_id", ROW_ID, nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("workspace_id", ROW_ID, nullable=False),
        sa.Column("tag", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("actor_id", ROW_ID, nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"], name=op.f("fk_event_actor_id_person")),
        sa.ForeignKeyConstraint(
            ["handoff_id"], ["handoff.id"], name=op.f("fk_event_handoff_id_handoff")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_event_workspace_id_workspace")
        ),
        sa.PrimaryKeyConstraint("handoff_id", "seq", name=op.f("pk_event")),
    )


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("workspace_id", ROW_ID, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("destination", sa.Text(), nullable=False),
        sa.Column("priority", sa.SmallInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("opaque", sa.Text(), nullable=False),
        sa.Column("handoff_id", ROW_ID, nullable=True),
        sa.Column("person_id", ROW_ID, nullable=True),
        sa.Column("channel_id", ROW_ID, nullable=True),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("not_before", INSTANT, nullable=True),
        sa.Column("next_try_at", INSTANT, nullable=False),
        sa.Column("lease", sa.Text(), nullable=True),
        sa.Column("lease_until", INSTANT, nullable=True),
        sa.Column("maybe_sent", sa.Boolean(), nullable=False),
        sa.Column("first_try_at", INSTANT, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("batch", sa.Text(), nullable=True),
        sa.Column("ts", sa.Text(), nullable=True),
        sa.Column("sent_channel", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("settled_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["channel.id"], name=op.f("fk_outbox_channel_id_channel")
        ),
        sa.ForeignKeyConstraint(
            ["handoff_id"], ["handoff.id"], name=op.f("fk_outbox_handoff_id_handoff")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_outbox_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_outbox_workspace_id_workspace")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("workspace_id", "key", name=op.f("uq_outbox_workspace_id_key")),
    )
    op.create_index(
        "ix_outbox_failed",
        "outbox",
        ["workspace_id", "state"],
        unique=False,
        sqlite_where=sa.text("state = 'dead' OR state = 'unconfirmed'"),
        postgresql_where=sa.text("state = 'dead' OR state = 'unconfirmed'"),
    )
    op.create_index(
        "ix_outbox_leased",
        "outbox",
        ["destination", "workspace_id"],
        unique=False,
        sqlite_where=sa.text("lease IS NOT NULL"),
        postgresql_where=sa.text("lease IS NOT NULL"),
    )
    op.create_index(
        "ix_outbox_pending",
        "outbox",
        ["next_try_at", "workspace_id", "destination"],
        unique=False,
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_index("ix_outbox_settled_at", "outbox", ["settled_at"], unique=False)


def _promise() -> None:
    op.create_table(
        "promise",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("workspace_id", ROW_ID, nullable=False),
        sa.Column("handoff_id", ROW_ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", INSTANT, nullable=True),
        sa.Column("withdrawn_by", ROW_ID, nullable=True),
        sa.Column("withdrawn_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["handoff_id"], ["handoff.id"], name=op.f("fk_promise_handoff_id_handoff")
        ),
        sa.ForeignKeyConstraint(
            ["withdrawn_by"], ["person.id"], name=op.f("fk_promise_withdrawn_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_promise_workspace_id_workspace")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promise")),
        sa.UniqueConstraint("handoff_id", "number", name=op.f("uq_promise_handoff_id_number")),
    )


def _surface() -> None:
    op.create_table(
        "surface",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("workspace_id", ROW_ID, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("handoff_id", ROW_ID, nullable=True),
        sa.Column("person_id", ROW_ID, nullable=True),
        sa.Column("channel_id", ROW_ID, nullable=True),
        sa.Column("destination", sa.Text(), nullable=False),
        sa.Column("priority", sa.SmallInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("wanted", sa.Integer(), nullable=False),
        sa.Column("shown", sa.Integer(), nullable=False),
        sa.Column("opaque", sa.Text(), nullable=False),
        sa.Column("ts", sa.Text(), nullable=True),
        sa.Column("posted_in", sa.Text(), nullable=True),
        sa.Column("not_before", INSTANT, nullable=True),
        sa.Column("next_try_at", INSTANT, nullable=False),
        sa.Column("lease", sa.Text(), nullable=True),
        sa.Column("lease_until", INSTANT, nullable=True),
        sa.Column("maybe_sent", sa.Boolean(), nullable=False),
        sa.Column("first_try_at", INSTANT, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("opened_at", INSTANT, nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["channel.id"], name=op.f("fk_surface_channel_id_channel")
        ),
        sa.ForeignKeyConstraint(
            ["handoff_id"], ["handoff.id"], name=op.f("fk_surface_handoff_id_handoff")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_surface_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_surface_workspace_id_workspace")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_surface")),
    )
    op.create_index(
        "ix_surface_card",
        "surface",
        ["handoff_id"],
        unique=True,
        sqlite_where=sa.text("kind = 'card'"),
        postgresql_where=sa.text("kind = 'card'"),
    )
    op.create_index(
        "ix_surface_guide",
        "surface",
        ["handoff_id", "person_id"],
        unique=True,
        sqlite_where=sa.text("kind = 'guide'"),
        postgresql_where=sa.text("kind = 'guide'"),
    )
    op.create_index("ix_surface_handoff_id", "surface", ["handoff_id"], unique=False)
    op.create_index(
        "ix_surface_home",
        "surface",
        ["person_id"],
        unique=True,
        sqlite_where=sa.text("kind = 'home'"),
        postgresql_where=sa.text("kind = 'home'"),
    )
    op.create_index(
        "ix_surface_leased",
        "surface",
        ["destination", "workspace_id"],
        unique=False,
        sqlite_where=sa.text("lease IS NOT NULL"),
        postgresql_where=sa.text("lease IS NOT NULL"),
    )
    op.create_index(
        "ix_surface_stale",
        "surface",
        ["next_try_at", "workspace_id", "destination"],
        unique=False,
        sqlite_where=sa.text("wanted > shown AND state = 'live'"),
        postgresql_where=sa.text("wanted > shown AND state = 'live'"),
    )


def _event_value() -> None:
    op.create_table(
        "event_value",
        sa.Column("handoff_id", ROW_ID, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("workspace_id", ROW_ID, nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["handoff_id", "seq"],
            ["event.handoff_id", "event.seq"],
            name=op.f("fk_event_value_handoff_id_seq_event"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_event_value_workspace_id_workspace")
        ),
        sa.PrimaryKeyConstraint("handoff_id", "seq", "field", name=op.f("pk_event_value")),
    )


def _promise_version() -> None:
    op.create_table(
        "promise_version",
        sa.Column("promise_id", ROW_ID, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("workspace_id", ROW_ID, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("said_to", sa.Text(), nullable=False),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("written_by", ROW_ID, nullable=True),
        sa.Column("written_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["promise_id"], ["promise.id"], name=op.f("fk_promise_version_promise_id_promise")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
            name=op.f("fk_promise_version_workspace_id_workspace"),
        ),
        sa.ForeignKeyConstraint(
            ["written_by"], ["person.id"], name=op.f("fk_promise_version_written_by_person")
        ),
        sa.PrimaryKeyConstraint("promise_id", "version", name=op.f("pk_promise_version")),
    )
