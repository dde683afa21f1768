"""What a deal's size rests on besides its value, and who else has a part in a handoff."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_MARKS = ("complex_onboarding", "strategic", "serious_flags", "partner")
_PARTS = ("listener_id", "lead_id")
_REST = ("stakeholders", "strength", "commitment_on", "helpers")


def upgrade() -> None:
    """Add the columns; a handoff that stands already has none of it."""
    op.add_column("handoff", sa.Column("stakeholders", sa.Integer(), nullable=True))
    op.add_column("handoff", sa.Column("strength", sa.SmallInteger(), nullable=True))
    op.add_column("handoff", sa.Column("commitment_on", sa.Date(), nullable=True))
    for name in _MARKS:
        column: sa.Column[bool] = sa.Column(
            name, sa.Boolean(), nullable=False, server_default=sa.false()
        )
        op.add_column("handoff", column)
    helpers = sa.Column("helpers", sa.Text(), nullable=False, server_default="{}")
    op.add_column("handoff", helpers)
    for name in _PARTS:
        _add_part(name)


def _add_part(name: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        # SQLite adds a column with what it refers to, but no constraint afterwards.
        op.execute(f"ALTER TABLE handoff ADD COLUMN {name} INTEGER REFERENCES person (id)")
        return
    op.add_column("handoff", sa.Column(name, sa.BigInteger(), nullable=True))
    constraint = op.f(f"fk_handoff_{name}_person")
    op.create_foreign_key(constraint, "handoff", "person", [name], ["id"])


def downgrade() -> None:
    """Drop the columns."""
    for name in (*_PARTS, *_MARKS, *_REST):
        op.drop_column("handoff", name)
