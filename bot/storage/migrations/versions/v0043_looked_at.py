"""When channels and people were looked at last: once a day, whatever events came or did not."""

import sqlalchemy as sa
from alembic import op

from bot.storage.types import Instant

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add both; nobody was looked at yet."""
    for table in ("channel", "person"):
        op.add_column(table, sa.Column("looked_at", Instant(), nullable=True))


def downgrade() -> None:
    """Take both out again."""
    for table in ("channel", "person"):
        op.drop_column(table, "looked_at")
