"""The rate of a deal, what is recorded before its signature, and the closed-won gate."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

INSTANT = sa.BigInteger().with_variant(sa.TIMESTAMP(timezone=True), "postgresql")
_TEXTS = ("commitment_answer", "rate", "call_customer")
_DAYS = ("rate_of", "aligned_on")
_INSTANTS = ("commitment_answered_at", "captured_at", "aligned_at", "call_at", "overridden_at")
_PEOPLE = ("cs_contact_id", "call_cs_id", "overridden_by")


def upgrade() -> None:
    """Add the columns; a handoff that stands already has none of it."""
    for name in _TEXTS:
        op.add_column("handoff", sa.Column(name, sa.Text(), nullable=True))
    for name in _DAYS:
        op.add_column("handoff", sa.Column(name, sa.Date(), nullable=True))
    for name in _INSTANTS:
        op.add_column("handoff", sa.Column(name, INSTANT, nullable=True))
    for name in _PEOPLE:
        _add_person(name)


def _add_person(name: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        # SQLite adds a column with what it refers to, but no constraint afterwards.
        op.execute(f"ALTER TABLE handoff ADD COLUMN {name} INTEGER REFERENCES person (id)")
        return
    op.add_column("handoff", sa.Column(name, sa.BigInteger(), nullable=True))
    constraint = op.f(f"fk_handoff_{name}_person")
    op.create_foreign_key(constraint, "handoff", "person", [name], ["id"])


def downgrade() -> None:
    """Drop the columns."""
    for name in (*_PEOPLE, *_INSTANTS, *_DAYS, *_TEXTS):
        op.drop_column("handoff", name)
