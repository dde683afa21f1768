"""How an initial was given: a reaction takes back only what a reaction gave."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; of those there are it is not known, and a button takes them back, too."""
    via = sa.Column("via", sa.Text(), nullable=False, server_default="button")
    op.add_column("initial", via)


def downgrade() -> None:
    """Drop the column."""
    op.drop_column("initial", "via")
