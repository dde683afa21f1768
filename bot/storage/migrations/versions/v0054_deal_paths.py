"""Where a deal went beside the straight way: opened again, linked, copied promises, a partner."""

import sqlalchemy as sa
from alembic import op

from bot.storage.types import Instant

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add columns and table; of the deals until now no such turn is known."""
    op.add_column("handoff", sa.Column("path_reopened_at", Instant(), nullable=True))
    for name in ("path_links", "partner_people"):
        op.add_column("handoff", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    op.add_column("handoff", sa.Column("partner_entered_at", Instant(), nullable=True))
    op.add_column("promise", sa.Column("origin_number", sa.Integer(), nullable=True))
    op.add_column("promise", sa.Column("origin_account", sa.Text(), nullable=True))
    if op.get_bind().dialect.name == "sqlite":
        # SQLite adds a column with what it refers to, but no constraint afterwards.
        op.execute(
            "ALTER TABLE promise ADD COLUMN origin_handoff_id INTEGER REFERENCES handoff (id)"
        )
    else:
        op.add_column("promise", sa.Column("origin_handoff_id", sa.BigInteger(), nullable=True))
        name = op.f("fk_promise_origin_handoff_id_handoff")
        op.create_foreign_key(name, "promise", "handoff", ["origin_handoff_id"], ["id"])
    op.create_table(
        "linked",
        sa.Column("id", _ID, nullable=False),
        sa.Column("workspace_id", _ID, nullable=False),
        sa.Column("earlier_id", _ID, nullable=False),
        sa.Column("later_id", _ID, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("linked_by", _ID, nullable=False),
        sa.Column("linked_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_linked_workspace_id_workspace")
        ),
        sa.ForeignKeyConstraint(
            ["earlier_id"], ["handoff.id"], name=op.f("fk_linked_earlier_id_handoff")
        ),
        sa.ForeignKeyConstraint(
            ["later_id"], ["handoff.id"], name=op.f("fk_linked_later_id_handoff")
        ),
        sa.ForeignKeyConstraint(
            ["linked_by"], ["person.id"], name=op.f("fk_linked_linked_by_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_linked")),
    )
    op.create_index("ix_linked_earlier_id", "linked", ["earlier_id"])
    op.create_index("ix_linked_later_id", "linked", ["later_id"])


def downgrade() -> None:
    """Take them out again."""
    op.drop_table("linked")
    for name in ("origin_handoff_id", "origin_account", "origin_number"):
        op.drop_column("promise", name)
    for name in ("partner_entered_at", "partner_people", "path_links", "path_reopened_at"):
        op.drop_column("handoff", name)
