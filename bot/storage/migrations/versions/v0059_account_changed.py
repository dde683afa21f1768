"""When Slack says that an account changed last: what is older is not taken for the newer."""

import sqlalchemy as sa
from alembic import op

from bot.storage.types import Instant

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add it; of nobody it is known yet."""
    op.add_column("person", sa.Column("changed_at", Instant(), nullable=True))


def downgrade() -> None:
    """Take it out again."""
    op.drop_column("person", "changed_at")
