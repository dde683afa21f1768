"""A guide card remembers the step its reader was told of."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; a guide that stands already is told of anew once."""
    op.add_column("surface", sa.Column("step", sa.Text(), nullable=True))


def downgrade() -> None:
    """Drop the column."""
    op.drop_column("surface", "step")
