"""Messages that are copied into a handoff, word by word."""

import sqlalchemy as sa
from alembic import op

from bot.storage.types import Instant

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_NOT_ADDED = sa.text("handoff_id IS NULL")


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "copied",
        sa.Column("id", _ID, nullable=False),
        sa.Column("workspace_id", _ID, nullable=False),
        sa.Column("taken_by", _ID, nullable=False),
        sa.Column("taken_at", Instant(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("cut", sa.Boolean(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("said_at", Instant(), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("handoff_id", _ID, nullable=True),
        sa.Column("target", sa.Text(), nullable=True),
        sa.Column("section", sa.Text(), nullable=True),
        sa.Column("audience", sa.Text(), nullable=True),
        sa.Column("entry", sa.Integer(), nullable=True),
        sa.Column("means", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_copied_workspace_id_workspace")
        ),
        sa.ForeignKeyConstraint(
            ["taken_by"], ["person.id"], name=op.f("fk_copied_taken_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["handoff_id"], ["handoff.id"], name=op.f("fk_copied_handoff_id_handoff")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_copied")),
    )
    op.create_index("ix_copied_handoff_id", "copied", ["handoff_id"], unique=False)
    op.create_index(
        "ix_copied_taken_at",
        "copied",
        ["taken_at"],
        unique=False,
        sqlite_where=_NOT_ADDED,
        postgresql_where=_NOT_ADDED,
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("copied")
