"""A person's own hours, who set a region, and whom what the clock says reaches."""

import sqlalchemy as sa
from alembic import op

from bot.storage.types import ROW_ID

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

TROUBLE = sa.text("reason IS NOT NULL")
_OWN = ("quiet_begin", "quiet_end", "digest_time")


def upgrade() -> None:
    """Add the columns; every region that is set so far was set by an admin."""
    op.add_column("person", sa.Column("region_by", sa.Text()))
    op.execute("UPDATE person SET region_by = 'admin' WHERE region <> ''")
    for name in _OWN:
        op.add_column("person", sa.Column(name, sa.Time()))
    notify: sa.Column[str] = sa.Column("notify", sa.Text(), nullable=False, server_default="all")
    op.add_column("workspace", notify)
    op.add_column("workspace", sa.Column("notify_by", ROW_ID))
    op.create_index(
        "ix_surface_trouble",
        "surface",
        ["workspace_id"],
        unique=False,
        sqlite_where=TROUBLE,
        postgresql_where=TROUBLE,
    )


def downgrade() -> None:
    """Drop them again."""
    op.drop_index("ix_surface_trouble", "surface")
    op.drop_column("workspace", "notify_by")
    op.drop_column("workspace", "notify")
    for name in (*_OWN, "region_by"):
        op.drop_column("person", name)
