"""What is owed may be about one promise: its number becomes part of a deadline's key."""

import re

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

_KEYS = {
    "deadline": ["handoff_id", "step"],
    "digest_line": ["person_id", "handoff_id", "step", "stage"],
}


def upgrade() -> None:
    """All there is today is about the handoff as a whole, which is 0."""
    for table in (*_KEYS, "outbox_about"):
        subject = sa.Column("subject", sa.Integer(), nullable=False, server_default="0")
        op.add_column(table, subject)
    for table, key in _KEYS.items():
        _key(table, [*key, "subject"])


def downgrade() -> None:
    """Forget what is about one promise; the key is of the handoff and its step again."""
    for table in (*_KEYS, "outbox_about"):
        about = sa.table(table, sa.column("subject"))
        op.execute(about.delete().where(about.c.subject != 0))
    for table, key in _KEYS.items():
        _key(table, key)
    for table in (*_KEYS, "outbox_about"):
        op.drop_column(table, "subject")


def _key(table: str, columns: list[str]) -> None:
    """Give a table another primary key; SQLite changes none, so there it is made anew.

    From its own words: made by a list of columns, the older revisions could not drop theirs again.
    """
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint(f"pk_{table}", table, type_="primary")
        op.create_primary_key(f"pk_{table}", table, columns)
        return
    master = sa.table("sqlite_master", *(sa.column(name) for name in ("type", "tbl_name", "sql")))
    found = op.get_bind().execute(
        sa.select(master.c.type, master.c.sql).where(
            master.c.tbl_name == table, master.c.sql.is_not(None)
        )
    )
    words = [(kind, str(sql)) for kind, sql in found]
    made = next(sql for kind, sql in words if kind == "table")
    keyed = re.sub(r"PRIMARY KEY \([^)]*\)", f"PRIMARY KEY ({', '.join(columns)})", made)
    op.execute(re.sub(r'^CREATE TABLE "?\w+"?', "CREATE TABLE _anew", keyed))
    names = [one["name"] for one in sa.inspect(op.get_bind()).get_columns(table)]
    old, new = (sa.table(one, *map(sa.column, names)) for one in (table, "_anew"))
    op.execute(new.insert().from_select(names, sa.select(*old.c)))
    op.drop_table(table)
    op.rename_table("_anew", table)
    for kind, sql in words:
        if kind == "index":
            op.execute(sql)
