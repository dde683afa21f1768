"""The success plan: how far it is, its milestones, and who said yes to it."""

import sqlalchemy as sa
from alembic import op

from bot.storage.types import Instant

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_NUMBERS = (
    "version",
    "shared_version",
    "milestones",
    "incomplete",
    "shared",
    "csm_version",
    "ae_version",
    "customer_version",
    "partner_version",
)
_INSTANTS = (
    "started_at",
    "drafted_at",
    "redraft_at",
    "csm_at",
    "ae_at",
    "customer_at",
    "partner_at",
    "csm_done_at",
    "csm_again_at",
    "ae_done_at",
    "ae_again_at",
    "signed_at",
)
_PEOPLE = ("csm_by", "ae_by")


def upgrade() -> None:
    """Add columns and tables; no handoff has a plan until now."""
    for name in _NUMBERS:
        number = sa.Column(f"success_plan_{name}", sa.Integer(), nullable=False, server_default="0")
        op.add_column("handoff", number)
    for name in _INSTANTS:
        op.add_column("handoff", sa.Column(f"success_plan_{name}", Instant(), nullable=True))
    op.add_column(
        "handoff",
        sa.Column("success_plan_partner", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    for name in _PEOPLE:
        _add_person(f"success_plan_{name}")
    _add_milestones()
    _add_marks()


def _add_person(column: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        # SQLite adds a column with what it refers to, but no constraint afterwards.
        op.execute(f"ALTER TABLE handoff ADD COLUMN {column} INTEGER REFERENCES person (id)")
        return
    op.add_column("handoff", sa.Column(column, sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f(f"fk_handoff_{column}_person"), "handoff", "person", [column], ["id"]
    )


def _refers(table: str, *columns: tuple[str, str]) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}_{to}"))
        for column, to in columns
    ]


_PLACE = (("workspace_id", "workspace"), ("handoff_id", "handoff"))


def _add_milestones() -> None:
    op.create_table(
        "milestone",
        sa.Column("id", _ID, nullable=False),
        sa.Column("workspace_id", _ID, nullable=False),
        sa.Column("handoff_id", _ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("added_at", Instant(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False, server_default="open"),
        sa.Column("state_by", _ID, nullable=True),
        sa.Column("state_at", Instant(), nullable=True),
        *_refers("milestone", *_PLACE, ("state_by", "person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_milestone")),
        sa.UniqueConstraint("handoff_id", "number", name=op.f("uq_milestone_handoff_id_number")),
    )
    op.create_table(
        "milestone_version",
        sa.Column("milestone_id", _ID, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("workspace_id", _ID, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("sharing", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("who", sa.Text(), nullable=False, server_default=""),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("written_by", _ID, nullable=False),
        sa.Column("written_at", Instant(), nullable=False),
        *_refers(
            "milestone_version",
            ("milestone_id", "milestone"),
            ("workspace_id", "workspace"),
            ("written_by", "person"),
        ),
        sa.PrimaryKeyConstraint("milestone_id", "version", name=op.f("pk_milestone_version")),
    )


def _add_marks() -> None:
    op.create_table(
        "plan_mark",
        sa.Column("id", _ID, nullable=False),
        sa.Column("workspace_id", _ID, nullable=False),
        sa.Column("handoff_id", _ID, nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False, server_default=""),
        sa.Column("on", sa.Date(), nullable=True),
        sa.Column("way", sa.Text(), nullable=True),
        *_refers("plan_mark", *_PLACE, ("person_id", "person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_mark")),
    )
    op.create_index("ix_plan_mark_handoff_id", "plan_mark", ["handoff_id", "party"], unique=False)


def downgrade() -> None:
    """Take it all out again."""
    for table in ("plan_mark", "milestone_version", "milestone"):
        op.drop_table(table)
    for name in (*_PEOPLE, "partner", *_INSTANTS, *_NUMBERS):
        op.drop_column("handoff", f"success_plan_{name}")
