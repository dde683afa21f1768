"""Handoffs are found by the proposed CSM and the contact before the close, as by who has a part."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_BEFORE = (
    "workspace_id",
    "attention_state",
    "attention_due_at",
    "ae_id",
    "csm_id",
    "cs_manager_id",
    "ae_manager_id",
    "listener_id",
    "lead_id",
    "channel_id",
    "attention_owner_id",
    "attention_step",
    "tier",
)
_EXPECTED = ("proposed_csm_id", "cs_contact_id")


def upgrade() -> None:
    """Let the index of the lists cover both, and give each an index of its own."""
    _index_anew(*_BEFORE, *_EXPECTED)
    for name in _EXPECTED:
        op.create_index(f"ix_handoff_{name}", "handoff", [name], unique=False)


def downgrade() -> None:
    """Leave both out."""
    for name in _EXPECTED:
        op.drop_index(f"ix_handoff_{name}", "handoff")
    _index_anew(*_BEFORE)


def _index_anew(*columns: str) -> None:
    still_open = sa.text("state = 'open'")
    op.drop_index("ix_handoff_status", "handoff")
    op.create_index(
        "ix_handoff_status",
        "handoff",
        list(columns),
        unique=False,
        sqlite_where=still_open,
        postgresql_where=still_open,
    )
