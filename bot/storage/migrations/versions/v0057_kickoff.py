"""Where the kickoff of a handoff is."""

import sqlalchemy as sa
from alembic import op

from bot.storage.types import Instant

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None

_INSTANTS = (
    "at",
    "set_at",
    "offered_at",
    "ready_at",
    "ready_ae_at",
    "brief_opened_at",
    "recorded_at",
)


def upgrade() -> None:
    """Add the columns; whoever acknowledged the brief until now had opened it."""
    for name in _INSTANTS:
        op.add_column("handoff", sa.Column(f"kickoff_{name}", Instant(), nullable=True))
    sequence = sa.Column("kickoff_sequence", sa.Integer(), nullable=False, server_default="0")
    op.add_column("handoff", sequence)
    op.execute("UPDATE handoff SET kickoff_brief_opened_at = acknowledged_at")


def downgrade() -> None:
    """Take them out again."""
    op.drop_column("handoff", "kickoff_sequence")
    for name in reversed(_INSTANTS):
        op.drop_column("handoff", f"kickoff_{name}")
