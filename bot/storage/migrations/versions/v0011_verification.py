"""How far the CSM's reading is, and a gate that was overridden."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from bot.storage.types import Instant

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_INSTANTS = (
    "gate_overridden_at",
    "declined_at",
    "outdated_at",
    "checks_at",
    "intro_held_at",
    "plan_at",
    "restated_at",
    "matched_at",
    "reopened_at",
    "sent_back_at",
    "returned_at",
)
_REST = ("plan_needed", "mismatches", "sent_back_items")


def upgrade() -> None:
    """Add the columns; of a brief that is acknowledged already the rest is asked for from now."""
    for name in _INSTANTS:
        op.add_column("handoff", sa.Column(name, Instant(), nullable=True))
    needed: sa.Column[bool] = sa.Column(
        "plan_needed", sa.Boolean(), nullable=False, server_default=sa.false()
    )
    op.add_column("handoff", needed)
    missed = sa.Column("mismatches", sa.Integer(), nullable=False, server_default="0")
    op.add_column("handoff", missed)
    items = sa.Column("sent_back_items", sa.Text(), nullable=False, server_default="[]")
    op.add_column("handoff", items)
    handoff = sa.table(
        "handoff",
        sa.column("state", sa.Text()),
        sa.column("acknowledged_at", Instant()),
        sa.column("reopened_at", Instant()),
    )
    # Else whoever acknowledged long ago would be late with what nobody had asked for.
    op.execute(
        handoff.update()
        .where(handoff.c.state == "open", handoff.c.acknowledged_at.is_not(None))
        .values(reopened_at=datetime.now(UTC))
    )


def downgrade() -> None:
    """Drop the columns."""
    for name in (*_INSTANTS, *_REST):
        op.drop_column("handoff", name)
