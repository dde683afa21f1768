"""What the clock tells a person together: their day's measure, the summary and what is in it."""

import sqlalchemy as sa
from alembic import op

from bot.storage.types import ROW_ID, Instant

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

AHEAD = sa.text("digest_at IS NOT NULL")


def upgrade() -> None:
    """Add the columns and tables; no message was ever made of several."""
    op.add_column("person", sa.Column("told_on", sa.Date()))
    told: sa.Column[int] = sa.Column("told", sa.Integer(), nullable=False, server_default="0")
    op.add_column("person", told)
    op.add_column("person", sa.Column("digest_at", Instant))
    op.create_index(
        "ix_person_digest_at",
        "person",
        ["workspace_id", "digest_at"],
        unique=False,
        sqlite_where=AHEAD,
        postgresql_where=AHEAD,
    )
    op.create_index("ix_deadline_manager_id", "deadline", ["manager_id", "state"], unique=False)
    op.create_table(
        "digest_line",
        _reference("workspace_id", "workspace"),
        _reference("person_id", "person"),
        _reference("handoff_id", "handoff"),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "handoff_id", "step", "stage"),
    )
    op.create_table(
        "outbox_about",
        _reference("outbox_id", "outbox"),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        _reference("handoff_id", "handoff"),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("outbox_id", "place"),
    )
    op.create_index(
        "ix_outbox_about_handoff_id", "outbox_about", ["handoff_id", "step"], unique=False
    )
    op.drop_column("outbox", "batch")


def downgrade() -> None:
    """Drop them again."""
    op.add_column("outbox", sa.Column("batch", sa.Text()))
    op.drop_table("outbox_about")
    op.drop_table("digest_line")
    op.drop_index("ix_deadline_manager_id", "deadline")
    op.drop_index("ix_person_digest_at", "person")
    for name in ("digest_at", "told", "told_on"):
        op.drop_column("person", name)


def _reference(name: str, table: str) -> sa.Column[int]:
    return sa.Column(name, ROW_ID, sa.ForeignKey(f"{table}.id"), nullable=False)
