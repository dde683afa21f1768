"""When the AE proposes that the kickoff is."""

import sqlalchemy as sa
from alembic import op

from bot.storage.types import Instant

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; until somebody proposes a time the message names when it is due."""
    op.add_column("handoff", sa.Column("kickoff_proposed_at", Instant, nullable=True))


def downgrade() -> None:
    """Drop the column."""
    op.drop_column("handoff", "kickoff_proposed_at")
