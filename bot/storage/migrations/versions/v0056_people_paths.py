"""Who took over from whom in a handoff, and how often a champion left."""

import sqlalchemy as sa
from alembic import op

from bot.storage.types import Instant

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None

_INSTANTS = (
    "succession_ae_since",
    "succession_interviews_at",
    "succession_interviewed_at",
    "champions_left_at",
)


def upgrade() -> None:
    """Add the columns; until now nobody could follow an AE, and no champion was marked as gone."""
    for name in _INSTANTS:
        op.add_column("handoff", sa.Column(name, Instant(), nullable=True))
    count = sa.Column("champions_left", sa.Integer(), nullable=False, server_default="0")
    op.add_column("handoff", count)


def downgrade() -> None:
    """Take them out again."""
    op.drop_column("handoff", "champions_left")
    for name in reversed(_INSTANTS):
        op.drop_column("handoff", name)
