"""Who of sales is in the call that the closed-won gate asks for."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

_COLUMN = "call_sales_id"


def upgrade() -> None:
    """Add the column; of a call recorded before nobody was asked."""
    if op.get_bind().dialect.name == "sqlite":
        # SQLite adds a column with what it refers to, but no constraint afterwards.
        op.execute(f"ALTER TABLE handoff ADD COLUMN {_COLUMN} INTEGER REFERENCES person (id)")
        return
    op.add_column("handoff", sa.Column(_COLUMN, sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f(f"fk_handoff_{_COLUMN}_person"), "handoff", "person", [_COLUMN], ["id"]
    )


def downgrade() -> None:
    """Drop the column."""
    op.drop_column("handoff", _COLUMN)
