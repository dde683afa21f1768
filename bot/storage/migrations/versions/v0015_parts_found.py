"""Handoffs are found by their second listener and implementation lead, as by everybody else."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_PARTS = ("listener_id", "lead_id")
_OF_A_LIST = ("workspace_id", "attention_state", "attention_due_at")
_OWNERS = ("ae_id", "csm_id", "cs_manager_id", "ae_manager_id")


def upgrade() -> None:
    """Let the index of the lists cover both parts, and give each an index of its own."""
    _index_anew(*_OWNERS, *_PARTS)
    for name in _PARTS:
        op.create_index(f"ix_handoff_{name}", "handoff", [name], unique=False)


def downgrade() -> None:
    """Leave both out."""
    for name in _PARTS:
        op.drop_index(f"ix_handoff_{name}", "handoff")
    _index_anew(*_OWNERS)


def _index_anew(*parts: str) -> None:
    still_open = sa.text("state = 'open'")
    op.drop_index("ix_handoff_status", "handoff")
    op.create_index(
        "ix_handoff_status",
        "handoff",
        [*_OF_A_LIST, *parts, "channel_id"],
        unique=False,
        sqlite_where=still_open,
        postgresql_where=still_open,
    )
