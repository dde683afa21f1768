"""A workspace keeps a known text under the key that its private notes are encrypted with."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; the first start with a key fills it."""
    op.add_column("workspace", sa.Column("key_check", sa.Text(), nullable=True))


def downgrade() -> None:
    """Drop the column."""
    op.drop_column("workspace", "key_check")
