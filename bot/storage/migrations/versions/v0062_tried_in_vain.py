"""What is tried again and again: since when Slack says nothing to it, and a list of it."""

import sqlalchemy as sa
from alembic import op

from bot.storage.types import Instant

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None

_WAITING = sa.text("state = 'pending' AND reason IS NOT NULL")


def upgrade() -> None:
    """Add both; what is tried now is noted at its next try."""
    for table in ("outbox", "surface"):
        op.add_column(table, sa.Column("unheard_since", Instant(), nullable=True))
    op.create_index(
        "ix_outbox_in_vain",
        "outbox",
        ["workspace_id"],
        unique=False,
        sqlite_where=_WAITING,
        postgresql_where=_WAITING,
    )


def downgrade() -> None:
    """Take them out again."""
    op.drop_index("ix_outbox_in_vain", "outbox")
    for table in ("surface", "outbox"):
        op.drop_column(table, "unheard_since")
