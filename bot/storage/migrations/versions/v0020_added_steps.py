"""When a deal got a step that it had not had at the signature; its window starts there."""

import sqlalchemy as sa
from alembic import op

from bot.storage.types import Instant

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; until now every step began with the signature."""
    op.add_column("deadline", sa.Column("added_at", Instant(), nullable=True))


def downgrade() -> None:
    """Drop the column, and call a dropped step what it was called."""
    op.execute("UPDATE deadline SET state = 'cancelled' WHERE state = 'dropped'")
    op.drop_column("deadline", "added_at")
