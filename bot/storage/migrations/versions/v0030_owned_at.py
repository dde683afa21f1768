"""Since when a step is its reader's, where somebody else had it before them."""

import sqlalchemy as sa
from alembic import op

from bot.storage.types import Instant

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; of what changed hands before it is not known."""
    op.add_column("deadline", sa.Column("owned_at", Instant(), nullable=True))


def downgrade() -> None:
    """Drop the column."""
    op.drop_column("deadline", "owned_at")
