"""Whether what a notice says changed while it was on its way."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; of what is on its way during the upgrade nothing is known to have changed."""
    changed: sa.Column[bool] = sa.Column(
        "changed", sa.Boolean(), nullable=False, server_default=sa.false()
    )
    op.add_column("outbox", changed)


def downgrade() -> None:
    """Drop the column."""
    op.drop_column("outbox", "changed")
