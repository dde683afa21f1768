"""Where the briefing call of a handoff is."""

import sqlalchemy as sa
from alembic import op

from bot.storage.types import Instant

revision = "0050"
down_revision = "0047"
branch_labels = None
depends_on = None

_INSTANTS = (
    "at",
    "booked_at",
    "without_ae_at",
    "without_csm_at",
    "held_at",
    "recorded_at",
    "lifted_at",
)


def upgrade() -> None:
    """Add the columns; of the calls until now nothing is known."""
    for name in _INSTANTS:
        op.add_column("handoff", sa.Column(f"briefing_{name}", Instant(), nullable=True))
    op.add_column("handoff", sa.Column("briefing_minutes", sa.Integer(), nullable=True))


def downgrade() -> None:
    """Take them out again."""
    op.drop_column("handoff", "briefing_minutes")
    for name in reversed(_INSTANTS):
        op.drop_column("handoff", f"briefing_{name}")
