"""Where a manager comes from, and when somebody who is away is back."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0017"
branch_labels = None
depends_on = None

INSTANT = sa.BigInteger().with_variant(sa.TIMESTAMP(timezone=True), "postgresql")
ON_LEAVE = sa.text("leave_ends_at IS NOT NULL")
_TEXTS = (
    ("workspace", "manager_field"),
    ("workspace", "manager_field_label"),
    ("person", "manager_by"),
    ("handoff", "ae_manager_by"),
    ("handoff", "cs_manager_by"),
)
_INSTANTS = (("person", "manager_checked_at"), ("person", "leave_ends_at"))


def upgrade() -> None:
    """Add the columns; a manager known until now was set by hand, and nobody is away."""
    for table, name in _TEXTS:
        op.add_column(table, sa.Column(name, sa.Text(), nullable=True))
    for table, name in _INSTANTS:
        op.add_column(table, sa.Column(name, INSTANT, nullable=True))
    op.execute("UPDATE person SET manager_by = 'hand' WHERE manager_id IS NOT NULL")
    op.create_index(
        "ix_person_on_leave",
        "person",
        ["workspace_id", "leave_ends_at"],
        unique=False,
        sqlite_where=ON_LEAVE,
        postgresql_where=ON_LEAVE,
    )
    known: sa.Column[str] = sa.Column("away_known", sa.Text(), nullable=False, server_default="{}")
    op.add_column("handoff", known)
    if op.get_bind().dialect.name == "sqlite":
        # SQLite adds a column with what it refers to, but no constraint afterwards.
        op.execute("ALTER TABLE deadline ADD COLUMN told_id INTEGER REFERENCES person (id)")
        return
    op.add_column("deadline", sa.Column("told_id", sa.BigInteger(), nullable=True))
    constraint = op.f("fk_deadline_told_id_person")
    op.create_foreign_key(constraint, "deadline", "person", ["told_id"], ["id"])


def downgrade() -> None:
    """Drop the columns."""
    op.drop_column("deadline", "told_id")
    op.drop_column("handoff", "away_known")
    op.drop_index("ix_person_on_leave", "person")
    for table, name in (*_INSTANTS, *_TEXTS):
        op.drop_column(table, name)
