"""What is due is read in the order in which it is told, without sorting it."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

_NAME = "ix_deadline_next_at"
_BEFORE = ("workspace_id", "next_at")


def upgrade() -> None:
    """Let the index of what is to be said end with the handoff."""
    _index_anew(*_BEFORE, "handoff_id")


def downgrade() -> None:
    """Leave the handoff out."""
    _index_anew(*_BEFORE)


def _index_anew(*columns: str) -> None:
    to_say = sa.text("next_at IS NOT NULL")
    op.drop_index(_NAME, "deadline")
    op.create_index(
        _NAME,
        "deadline",
        list(columns),
        unique=False,
        sqlite_where=to_say,
        postgresql_where=to_say,
    )
