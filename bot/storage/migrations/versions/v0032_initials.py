"""The promise ledger: initials, the entry that says that none were made, a message a wording."""

import sqlalchemy as sa
from alembic import op

from bot.storage.types import Instant

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_COUNTS = ("promises_open", "promises_ae", "promises_csm", "promises_signed")
_TIMES = ("initials_ae_at", "initials_csm_at")
_PROMISE = sa.text("kind = 'promise'")


def upgrade() -> None:
    """Add what the ledger needs; the promises that are in force are counted."""
    op.create_table(
        "initial",
        sa.Column("promise_id", _ID, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("workspace_id", _ID, nullable=False),
        sa.Column("handoff_id", _ID, nullable=False),
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("delivery", sa.Text(), nullable=True),
        sa.Column("check_with", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["promise_id"], ["promise.id"], name=op.f("fk_initial_promise_id_promise")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_initial_workspace_id_workspace")
        ),
        sa.ForeignKeyConstraint(
            ["handoff_id"], ["handoff.id"], name=op.f("fk_initial_handoff_id_handoff")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_initial_person_id_person")
        ),
        sa.PrimaryKeyConstraint("promise_id", "version", "side", name=op.f("pk_initial")),
    )
    op.create_index("ix_initial_handoff_id", "initial", ["handoff_id"], unique=False)
    op.add_column(
        "promise",
        sa.Column("none_made", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    for name in _COUNTS:
        count = sa.Column(name, sa.Integer(), nullable=False, server_default="0")
        op.add_column("handoff", count)
    for name in _TIMES:
        op.add_column("handoff", sa.Column(name, Instant(), nullable=True))
    op.execute(
        "UPDATE handoff SET promises_open = (SELECT count(*) FROM promise"
        " WHERE promise.handoff_id = handoff.id AND promise.withdrawn_at IS NULL)"
    )
    if op.get_bind().dialect.name == "sqlite":
        # SQLite adds a column with what it refers to, but no constraint afterwards.
        op.execute("ALTER TABLE surface ADD COLUMN promise_id INTEGER REFERENCES promise (id)")
    else:
        op.add_column("surface", sa.Column("promise_id", sa.BigInteger(), nullable=True))
        op.create_foreign_key(
            op.f("fk_surface_promise_id_promise"), "surface", "promise", ["promise_id"], ["id"]
        )
    op.add_column("surface", sa.Column("promise_version", sa.Integer(), nullable=True))
    for name, columns, unique in (
        ("ux_surface_promise", ["promise_id", "promise_version", "channel_id"], True),
        ("ix_surface_posted", ["posted_in", "ts"], False),
    ):
        op.create_index(
            name,
            "surface",
            columns,
            unique=unique,
            sqlite_where=_PROMISE,
            postgresql_where=_PROMISE,
        )


def downgrade() -> None:
    """Take it all out again."""
    op.execute("DELETE FROM surface WHERE kind = 'promise'")
    for name in ("ix_surface_posted", "ux_surface_promise"):
        op.drop_index(name, "surface")
    op.drop_column("surface", "promise_version")
    op.drop_column("surface", "promise_id")
    for name in (*_TIMES, *_COUNTS):
        op.drop_column("handoff", name)
    op.execute(
        "DELETE FROM promise_version WHERE promise_id IN (SELECT id FROM promise WHERE none_made)"
    )
    op.drop_table("initial")
    op.execute("DELETE FROM promise WHERE none_made")
    op.drop_column("promise", "none_made")
