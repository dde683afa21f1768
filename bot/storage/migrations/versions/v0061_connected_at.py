"""When some process of the bot was last connected to Slack."""

import sqlalchemy as sa
from alembic import op

from bot.storage.types import Instant

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; whoever is connected notes it at their next look."""
    op.add_column("workspace", sa.Column("connected_at", Instant(), nullable=True))


def downgrade() -> None:
    """Drop the column."""
    op.drop_column("workspace", "connected_at")
