"""Helpers find on their Home tab what they are asked to fill: an index of such handoffs alone."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

HELPED = "state = 'open' AND helpers != '{}'"


def upgrade() -> None:
    """Add the index."""
    helped = sa.text(HELPED)
    op.create_index(
        "ix_handoff_helped",
        "handoff",
        ["workspace_id"],
        unique=False,
        sqlite_where=helped,
        postgresql_where=helped,
    )


def downgrade() -> None:
    """Drop the index."""
    op.drop_index("ix_handoff_helped", "handoff")
