"""Disputes about promises, what managers answer to them, and what became of a promise."""

import sqlalchemy as sa
from alembic import op

from bot.storage.types import Instant

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the tables, and how many disputes are open in a handoff: none is."""
    op.create_table(
        "dispute",
        sa.Column("id", _ID, nullable=False),
        sa.Column("workspace_id", _ID, nullable=False),
        sa.Column("handoff_id", _ID, nullable=False),
        sa.Column("promise_id", _ID, nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("raised_by", _ID, nullable=False),
        sa.Column("raised_at", Instant(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("escalated_at", Instant(), nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("ending", sa.Text(), nullable=True),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        *(
            _refers("dispute", column, table)
            for column, table in (
                ("workspace_id", "workspace"),
                ("handoff_id", "handoff"),
                ("promise_id", "promise"),
                ("raised_by", "person"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute")),
    )
    op.create_index("ix_dispute_handoff_id", "dispute", ["handoff_id"], unique=False)
    op.create_index(
        "ux_dispute_current",
        "dispute",
        ["promise_id"],
        unique=True,
        sqlite_where=sa.text("is_current IS 1"),
        postgresql_where=sa.text("is_current IS true"),
    )
    op.create_table(
        "dispute_answer",
        sa.Column("dispute_id", _ID, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("seat", sa.Text(), nullable=False),
        sa.Column("workspace_id", _ID, nullable=False),
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        *(
            _refers("dispute_answer", column, table)
            for column, table in (
                ("dispute_id", "dispute"),
                ("workspace_id", "workspace"),
                ("person_id", "person"),
            )
        ),
        sa.PrimaryKeyConstraint("dispute_id", "version", "seat", name=op.f("pk_dispute_answer")),
    )
    op.add_column(
        "handoff",
        sa.Column("promises_disputed", sa.Integer(), nullable=False, server_default="0"),
    )
    op.add_column("handoff", sa.Column("disputes_clear_at", Instant(), nullable=True))
    for name, default in (("fate", "open"), ("fate_line", "")):
        words = sa.Column(name, sa.Text(), nullable=False, server_default=default)
        op.add_column("promise", words)
    op.add_column("promise", sa.Column("fate_at", Instant(), nullable=True))
    op.add_column("promise", sa.Column("late", sa.Text(), nullable=True))
    if op.get_bind().dialect.name == "sqlite":
        # SQLite adds a column with what it refers to, but no constraint afterwards.
        op.execute("ALTER TABLE promise ADD COLUMN fate_by INTEGER REFERENCES person (id)")
    else:
        op.add_column("promise", sa.Column("fate_by", sa.BigInteger(), nullable=True))
        name = op.f("fk_promise_fate_by_person")
        op.create_foreign_key(name, "promise", "person", ["fate_by"], ["id"])


def downgrade() -> None:
    """Take it all out again."""
    for name in ("late", "fate_by", "fate_at", "fate_line", "fate"):
        op.drop_column("promise", name)
    op.drop_column("handoff", "disputes_clear_at")
    op.drop_column("handoff", "promises_disputed")
    op.drop_table("dispute_answer")
    op.drop_table("dispute")


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{to}")
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=name)
