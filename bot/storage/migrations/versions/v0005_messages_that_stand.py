"""What the bot said in a channel is found by the channel, to be taken down there."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

STANDING = sa.text("state = 'sent' AND ts IS NOT NULL AND (place = 'thread' OR place = 'channel')")
OUTSIDERS = sa.text("channel_id IN (SELECT id FROM channel WHERE shared OR pending OR guests)")
outbox = sa.table(
    "outbox",
    *(sa.column(name) for name in ("state", "method", "priority", "attempts", "not_before", "ts")),
)


def upgrade() -> None:
    """Add the index, and have taken down what stands where outsiders can read already."""
    op.create_index(
        "ix_outbox_standing",
        "outbox",
        ["channel_id"],
        unique=False,
        sqlite_where=STANDING,
        postgresql_where=STANDING,
    )
    taken_down = {"state": "pending", "method": "chat.delete", "priority": 0, "attempts": 0}
    op.execute(
        outbox.update().where(STANDING, OUTSIDERS).values(**taken_down, not_before=sa.null())
    )


def downgrade() -> None:
    """Drop the index; what waits to be taken down stays where it is."""
    waits = (outbox.c.state == "pending", outbox.c.ts.is_not(None))
    op.execute(outbox.update().where(*waits).values(state="sent"))
    op.drop_index("ix_outbox_standing", "outbox")
