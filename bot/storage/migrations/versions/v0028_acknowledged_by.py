"""Who said that the brief was acknowledged: the CSM, or who recorded it for them."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

_COLUMN = "acknowledged_by"


def upgrade() -> None:
    """Add the column; what was acknowledged before shows as the CSM's."""
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
