"""Whether the bot was told of a deal only long after its signature."""

import sqlalchemy as sa
from alembic import op

from bot.storage.types import Instant

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; handoffs that run already go on by their clocks."""
    op.add_column("handoff", sa.Column("backfilled_at", Instant(), nullable=True))


def downgrade() -> None:
    """Take it out again."""
    op.drop_column("handoff", "backfilled_at")
