"""Which channels the bot made itself; what it says where a card stood is found by the channel."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

PLACES = "place = 'thread' OR place = 'channel'"
STANDING = "state = 'sent' AND ts IS NOT NULL AND ({places})"


def upgrade() -> None:
    """Add the column; until now it made none."""
    made: sa.Column[bool] = sa.Column(
        "made", sa.Boolean(), nullable=False, server_default=sa.false()
    )
    op.add_column("channel", made)
    _index_anew(f"{PLACES} OR place = 'old_card'")


def downgrade() -> None:
    """Drop the column."""
    _index_anew(PLACES)
    op.drop_column("channel", "made")


def _index_anew(places: str) -> None:
    standing = sa.text(STANDING.format(places=places))
    op.drop_index("ix_outbox_standing", "outbox")
    op.create_index(
        "ix_outbox_standing",
        "outbox",
        ["channel_id"],
        unique=False,
        sqlite_where=standing,
        postgresql_where=standing,
    )
