"""Which reviews of a handoff are recorded, and how it was closed."""

import sqlalchemy as sa
from alembic import op

from bot.storage.types import Instant

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None

_INSTANTS = (
    "check_in_at",
    "milestones_at",
    "nps_at",
    "still_true_30_at",
    "still_true_60_at",
    "still_true_90_at",
    "first_value_at",
    "expansion_at",
    "expansion_ae_at",
    "score_at",
    "score_ae_at",
    "defined_done_at",
    "closed_at",
)


def upgrade() -> None:
    """Add the columns; nothing was reviewed or closed until now."""
    for name in _INSTANTS:
        op.add_column("handoff", sa.Column(f"review_{name}", Instant(), nullable=True))
    op.add_column("handoff", sa.Column("review_outcome", sa.Text(), nullable=True))
    closed = sa.text("state = 'closed'")
    op.create_index(
        "ix_handoff_closed",
        "handoff",
        ["workspace_id", "review_closed_at"],
        sqlite_where=closed,
        postgresql_where=closed,
    )


def downgrade() -> None:
    """Take them out again."""
    op.drop_index("ix_handoff_closed", "handoff")
    op.drop_column("handoff", "review_outcome")
    for name in reversed(_INSTANTS):
        op.drop_column("handoff", f"review_{name}")
