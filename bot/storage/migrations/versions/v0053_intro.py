"""Where the intro of a handoff is."""

import sqlalchemy as sa
from alembic import op

from bot.storage.types import Instant

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None

_INSTANTS = ("drafted_at", "sent_at", "recorded_at", "ae_wrote_at", "csm_wrote_at")
_WORDS = ("sent_way", "cs_before", "ae_way", "csm_way")


def upgrade() -> None:
    """Add the columns; of the intros until now nothing is known."""
    for name in _INSTANTS:
        op.add_column("handoff", sa.Column(f"intro_{name}", Instant(), nullable=True))
    for name in _WORDS:
        op.add_column("handoff", sa.Column(f"intro_{name}", sa.Text(), nullable=True))


def downgrade() -> None:
    """Take them out again."""
    for name in reversed((*_INSTANTS, *_WORDS)):
        op.drop_column("handoff", f"intro_{name}")
