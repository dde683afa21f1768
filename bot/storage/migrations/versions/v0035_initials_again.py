"""When a promise waited for a side again that had initialed all of them."""

import sqlalchemy as sa
from alembic import op

from bot.storage.types import Instant

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; of what was opened again before, no clock ran."""
    for side in ("ae", "csm"):
        op.add_column("handoff", sa.Column(f"initials_{side}_again_at", Instant, nullable=True))


def downgrade() -> None:
    """Drop the columns."""
    for side in ("csm", "ae"):
        op.drop_column("handoff", f"initials_{side}_again_at")
