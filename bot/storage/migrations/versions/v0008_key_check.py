"""A workspace keeps a known text under the key that its private notes are encrypted with."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column, which the first start with a key fills; forget the forms once answered."""
    op.add_column("workspace", sa.Column("key_check", sa.Text(), nullable=True))
    # Until now the whole form was kept there, with what people had written in it.
    op.execute("UPDATE received SET answer = NULL")


def downgrade() -> None:
    """Drop the column."""
    op.drop_column("workspace", "key_check")
