"""When AE and CSM talk the debrief over: the time that is proposed, and the one agreed on."""

import sqlalchemy as sa
from alembic import op

from bot.storage.types import Instant

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

_COUNTS = ("talk_turn", "talk_agreed")
_INSTANTS = ("talk_proposed_at", "talk_agreed_at")
_SIDE, _PERSON = "talk_proposed_side", "talk_proposed_by"


def upgrade() -> None:
    """Add the columns; so far nobody was asked for a time."""
    for name in _COUNTS:
        count = sa.Column(name, sa.Integer(), nullable=False, server_default="0")
        op.add_column("handoff", count)
    for name in _INSTANTS:
        op.add_column("handoff", sa.Column(name, Instant, nullable=True))
    op.add_column("handoff", sa.Column(_SIDE, sa.Text(), nullable=True))
    if op.get_bind().dialect.name == "sqlite":
        # SQLite adds a column with what it refers to, but no constraint afterwards.
        op.execute(f"ALTER TABLE handoff ADD COLUMN {_PERSON} INTEGER REFERENCES person (id)")
        return
    op.add_column("handoff", sa.Column(_PERSON, sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f(f"fk_handoff_{_PERSON}_person"), "handoff", "person", [_PERSON], ["id"]
    )


def downgrade() -> None:
    """Drop the columns."""
    for name in (_PERSON, _SIDE, *_INSTANTS, *_COUNTS):
        op.drop_column("handoff", name)
