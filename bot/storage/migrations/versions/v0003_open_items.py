"""A handoff keeps which items of its brief are open."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; the first look after the start fills it for open handoffs."""
    # The default stays: without it SQLite adds no column that must not be null.
    column = sa.Column("open_items", sa.Text(), nullable=False, server_default="[]")
    op.add_column("handoff", column)


def downgrade() -> None:
    """Drop the column."""
    op.drop_column("handoff", "open_items")
