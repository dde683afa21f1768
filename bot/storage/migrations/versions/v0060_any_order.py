"""When a message of a chat was edited last, and whether it was deleted."""

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0058"
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


def downgrade() -> None:
    """Take them out again."""
    op.drop_column("chat_message", "deleted")
    op.drop_column("chat_message", "edited")
