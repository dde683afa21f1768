"""A surface remembers how its message was drawn."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; what stands already is drawn anew once."""
    column: sa.Column[int] = sa.Column(
        "drawn_as", sa.SmallInteger(), nullable=False, server_default="0"
    )
    op.add_column("surface", column)


def downgrade() -> None:
    """Drop the column."""
    op.drop_column("surface", "drawn_as")
