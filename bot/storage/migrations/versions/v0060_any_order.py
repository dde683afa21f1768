"""When a message of a chat was edited last, and until when a restore leaves posts in doubt."""

import sqlalchemy as sa
from alembic import op

from bot.storage.types import Instant

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; what has no words any more was deleted."""
    op.add_column("chat_message", sa.Column("edited", sa.Text(), nullable=False, server_default=""))
    op.add_column(
        "chat_message",
        sa.Column("deleted", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.execute("UPDATE chat_message SET deleted = true WHERE words = ''")
    op.add_column("workspace", sa.Column("in_doubt_until", Instant(), nullable=True))


def downgrade() -> None:
    """Take them out again."""
    op.drop_column("workspace", "in_doubt_until")
    op.drop_column("chat_message", "deleted")
    op.drop_column("chat_message", "edited")
