"""A channel counts how often what forbids a message in it has changed."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; every channel begins at nought."""
    op.add_column(
        "channel", sa.Column("turns", sa.Integer(), server_default=sa.text("0"), nullable=False)
    )


def downgrade() -> None:
    """Drop the column."""
    op.drop_column("channel", "turns")
