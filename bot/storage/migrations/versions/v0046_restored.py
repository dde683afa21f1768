"""What a restore needs: marks in messages that outlive their rows, and from when on to look."""

import secrets

import sqlalchemy as sa
from alembic import op

from bot.storage.types import Instant

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_WORKSPACE = sa.table(
    "workspace",
    sa.column("id", sa.BigInteger()),
    sa.column("team_id", sa.Text()),
    sa.column("key_check", sa.Text()),
    sa.column("marks_key", sa.Text()),
)


def upgrade() -> None:
    """Add the columns, and a key for the marks of each workspace."""
    op.add_column("workspace", sa.Column("marks_key", sa.Text(), nullable=False, server_default=""))
    op.add_column("workspace", sa.Column("restored_from", Instant(), nullable=True))
    op.add_column("workspace", sa.Column("restored_at", Instant(), nullable=True))
    op.add_column("workspace", sa.Column("handoffs_from", _ID, nullable=True))
    connection = op.get_bind()
    for row in connection.execute(sa.select(_WORKSPACE)).all():
        # Whoever restores the backup made before this step gets the same key as came of it first:
        # what stands there under a random one of its own can be guessed by nobody else.
        key = f"{row.team_id}:{row.key_check}" if row.key_check else secrets.token_hex(16)
        connection.execute(
            sa.update(_WORKSPACE).where(_WORKSPACE.c.id == row.id).values(marks_key=key)
        )


def downgrade() -> None:
    """Drop the columns."""
    for name in ("handoffs_from", "restored_at", "restored_from", "marks_key"):
        op.drop_column("workspace", name)
