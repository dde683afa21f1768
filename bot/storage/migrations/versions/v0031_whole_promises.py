"""Of a promise what it rests on, who said it when, where it was said, and who delivers it."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

_OWNER = "owner_id"
_TABLE = "promise_version"


def upgrade() -> None:
    """Add the columns; of what was written before nobody was asked."""
    op.add_column(_TABLE, sa.Column("basis", sa.Text(), nullable=True))
    op.add_column(_TABLE, sa.Column("said_by", sa.Text(), nullable=False, server_default=""))
    op.add_column(_TABLE, sa.Column("said_on", sa.Date(), nullable=True))
    op.add_column(_TABLE, sa.Column("source", sa.Text(), nullable=False, server_default=""))
    if op.get_bind().dialect.name == "sqlite":
        # SQLite adds a column with what it refers to, but no constraint afterwards.
        op.execute(f"ALTER TABLE {_TABLE} ADD COLUMN {_OWNER} INTEGER REFERENCES person (id)")
        return
    op.add_column(_TABLE, sa.Column(_OWNER, sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f(f"fk_{_TABLE}_{_OWNER}_person"), _TABLE, "person", [_OWNER], ["id"])


def downgrade() -> None:
    """Drop the columns."""
    for name in (_OWNER, "source", "said_on", "said_by", "basis"):
        op.drop_column(_TABLE, name)
