"""The debrief: how far it is, what the AE is asked, the second listener's origin, breakdowns."""

import sqlalchemy as sa
from alembic import op

from bot.storage.types import Instant

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIMES = (
    "debrief_held_at",
    "debrief_recorded_at",
    "debrief_done_at",
    "debrief_reopened_at",
)


def upgrade() -> None:
    """Add the columns and the table; no debrief was held before."""
    for name in ("debrief_standings", "breakdowns"):
        column = sa.Column(name, sa.Text(), nullable=False, server_default="{}")
        op.add_column("handoff", column)
    for name in _TIMES:
        op.add_column("handoff", sa.Column(name, Instant(), nullable=True))
    op.add_column("handoff", sa.Column("debrief_minutes", sa.Integer(), nullable=True))
    asks = sa.Column("debrief_asks_open", sa.Integer(), nullable=False, server_default="0")
    op.add_column("handoff", asks)
    op.add_column(
        "handoff",
        sa.Column("listener_named", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.create_table(
        "debrief_ask",
        sa.Column("id", _ID, nullable=False),
        sa.Column("workspace_id", _ID, nullable=False),
        sa.Column("handoff_id", _ID, nullable=False),
        sa.Column("question", sa.Text(), nullable=True),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("asked_by", _ID, nullable=True),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("reply", sa.Text(), nullable=False, server_default=""),
        sa.Column("replied_by", _ID, nullable=True),
        sa.Column("replied_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_debrief_ask_workspace_id_workspace")
        ),
        sa.ForeignKeyConstraint(
            ["handoff_id"], ["handoff.id"], name=op.f("fk_debrief_ask_handoff_id_handoff")
        ),
        sa.ForeignKeyConstraint(
            ["asked_by"], ["person.id"], name=op.f("fk_debrief_ask_asked_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["replied_by"], ["person.id"], name=op.f("fk_debrief_ask_replied_by_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_debrief_ask")),
    )
    op.create_index("ix_debrief_ask_handoff_id", "debrief_ask", ["handoff_id"], unique=False)


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_debrief_ask_handoff_id", table_name="debrief_ask")
    op.drop_table("debrief_ask")
    op.drop_column("handoff", "listener_named")
    op.drop_column("handoff", "debrief_asks_open")
    op.drop_column("handoff", "debrief_minutes")
    for name in reversed(_TIMES):
        op.drop_column("handoff", name)
    for name in ("breakdowns", "debrief_standings"):
        op.drop_column("handoff", name)
