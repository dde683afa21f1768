"""Which deliveries are remembered for good."""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; what came in until now is forgotten as before."""
    op.add_column(
        "received",
        sa.Column("for_good", sa.Boolean(), nullable=False, server_default=sa.false()),
    )


def downgrade() -> None:
    """Take it out again."""
    op.drop_column("received", "for_good")
