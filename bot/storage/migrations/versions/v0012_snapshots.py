"""Which state of the brief was signed, and which one the CSM read."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_COLUMNS = ("signed_brief", "read_brief")


def upgrade() -> None:
    """Add the columns; of a handoff that was signed or read before, no state is known."""
    for name in _COLUMNS:
        op.add_column("handoff", sa.Column(name, sa.Text(), nullable=True))


def downgrade() -> None:
    """Drop the columns."""
    for name in _COLUMNS:
        op.drop_column("handoff", name)
