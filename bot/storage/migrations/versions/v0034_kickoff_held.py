"""When the kickoff was held."""

import sqlalchemy as sa
from alembic import op

from bot.storage.types import Instant

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; of none of the handoffs there are was it asked before."""
    op.add_column("handoff", sa.Column("kickoff_held_at", Instant, nullable=True))


def downgrade() -> None:
    """Drop the column."""
    op.drop_column("handoff", "kickoff_held_at")
