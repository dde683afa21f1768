"""Which champion is in the call that the closed-won gate asks for."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; of a call recorded before nobody knows, and the gate asks for it again."""
    op.add_column("handoff", sa.Column("call_champion", sa.Integer(), nullable=True))


def downgrade() -> None:
    """Drop the column."""
    op.drop_column("handoff", "call_champion")
