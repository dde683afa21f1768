"""Whose name was erased on request."""

import sqlalchemy as sa
from alembic import op

from bot.storage.types import Instant

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; nobody's name was erased until now."""
    op.add_column("person", sa.Column("erased_at", Instant(), nullable=True))


def downgrade() -> None:
    """Take it out again."""
    op.drop_column("person", "erased_at")
