"""The status list is filtered on its index alone, and a manager's people are found by theirs."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

BEFORE = (
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
)
ADDED = ("attention_owner_id", "attention_step", "tier")


def upgrade() -> None:
    """Widen the one index and add the other."""
    _index_anew(*BEFORE, *ADDED)
    op.create_index("ix_person_manager_id", "person", ["workspace_id", "manager_id"])


def downgrade() -> None:
    """As it was."""
    op.drop_index("ix_person_manager_id", "person")
    _index_anew(*BEFORE)


def _index_anew(*columns: str) -> None:
    is_open = sa.text("state = 'open'")
    op.drop_index("ix_handoff_status", "handoff")
    op.create_index(
        "ix_handoff_status",
        "handoff",
        list(columns),
        unique=False,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )
