"""The rates at which Slack may be called, kept where all replicas see them."""

import sqlalchemy as sa
from alembic import op

from bot.storage.types import Instant

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the buckets; they begin full, as those in memory did."""
    op.create_table(
        "rate",
        sa.Column("workspace_id", _ID, nullable=False),
        sa.Column("family", sa.Text(), nullable=False),
        sa.Column("destination", sa.Text(), nullable=False),
        sa.Column("tokens", sa.Double(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("per_second", sa.Double(), nullable=False),
        sa.Column("slowed_at", Instant(), nullable=False),
        sa.Column("paused_until", Instant(), nullable=False),
        sa.Column("opens_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_rate_workspace_id_workspace")
        ),
        sa.PrimaryKeyConstraint("workspace_id", "family", "destination", name=op.f("pk_rate")),
    )
    op.create_index("ix_rate_opens_at", "rate", ["opens_at"])


def downgrade() -> None:
    """Take them out again."""
    op.drop_table("rate")
