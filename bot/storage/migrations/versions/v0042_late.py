"""What becomes of late promises: talked over with the customer, or decided by both sides."""

import sqlalchemy as sa
from alembic import op

from bot.storage.types import Instant

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add what both sides answer, and what became of it; of the late ones until now nothing did."""
    op.create_table(
        "late_answer",
        sa.Column("promise_id", _ID, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("workspace_id", _ID, nullable=False),
        sa.Column("handoff_id", _ID, nullable=False),
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{table}.id"], name=op.f(f"fk_late_answer_{column}_{table}")
            )
            for column, table in (
                ("promise_id", "promise"),
                ("workspace_id", "workspace"),
                ("handoff_id", "handoff"),
                ("person_id", "person"),
            )
        ),
        sa.PrimaryKeyConstraint("promise_id", "version", "side", name=op.f("pk_late_answer")),
    )
    op.create_index("ix_late_answer_handoff_id", "late_answer", ["handoff_id"], unique=False)
    op.add_column("promise", sa.Column("dealt", sa.Text(), nullable=True))
    op.add_column("promise", sa.Column("dealt_at", Instant(), nullable=True))
    op.add_column("promise", sa.Column("dealt_line", sa.Text(), nullable=False, server_default=""))
    op.add_column(
        "promise",
        sa.Column("dealt_together", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    if op.get_bind().dialect.name == "sqlite":
        # SQLite adds a column with what it refers to, but no constraint afterwards.
        op.execute("ALTER TABLE promise ADD COLUMN dealt_by INTEGER REFERENCES person (id)")
    else:
        op.add_column("promise", sa.Column("dealt_by", sa.BigInteger(), nullable=True))
        name = op.f("fk_promise_dealt_by_person")
        op.create_foreign_key(name, "promise", "person", ["dealt_by"], ["id"])


def downgrade() -> None:
    """Take it all out again."""
    for name in ("dealt_by", "dealt_together", "dealt_line", "dealt_at", "dealt"):
        op.drop_column("promise", name)
    op.drop_table("late_answer")
