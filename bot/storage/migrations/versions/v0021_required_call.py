"""Since when a briefing call is required: it outlasts the CSM whose restatements did not match."""

import sqlalchemy as sa
from alembic import op

from bot.storage.types import Instant

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; the history says since when it was so."""
    op.add_column("handoff", sa.Column("call_required_at", Instant(), nullable=True))
    handoff = sa.table(
        "handoff", sa.column("id", sa.Integer()), sa.column("call_required_at", Instant())
    )
    event = sa.table(
        "event",
        sa.column("handoff_id", sa.Integer()),
        sa.column("tag", sa.Text()),
        sa.column("at", Instant()),
    )
    since = (
        sa.select(sa.func.min(event.c.at))
        .where(event.c.handoff_id == handoff.c.id, event.c.tag == "call.required")
        .scalar_subquery()
    )
    op.execute(handoff.update().values(call_required_at=since))


def downgrade() -> None:
    """Drop the column."""
    op.drop_column("handoff", "call_required_at")
