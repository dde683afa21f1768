"""Answering in chat: which question each is at, and what was written in its thread."""

import sqlalchemy as sa
from alembic import op

from bot.storage.types import Instant

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_ROOTS = sa.text("kind = 'chat_opened'")


def upgrade() -> None:
    """Add both tables, and the way from a thread to its chat."""
    op.create_table(
        "chat",
        sa.Column("id", _ID, nullable=False),
        sa.Column("workspace_id", _ID, nullable=False),
        sa.Column("handoff_id", _ID, nullable=False),
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("root_id", _ID, nullable=True),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("asked_more", sa.Boolean(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("tag_asked", sa.Boolean(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("started_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_chat_workspace_id_workspace")
        ),
        sa.ForeignKeyConstraint(
            ["handoff_id"], ["handoff.id"], name=op.f("fk_chat_handoff_id_handoff")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_chat_person_id_person")
        ),
        sa.ForeignKeyConstraint(["root_id"], ["outbox.id"], name=op.f("fk_chat_root_id_outbox")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat")),
        sa.UniqueConstraint(
            "handoff_id", "person_id", "about", name=op.f("uq_chat_handoff_id_person_id_about")
        ),
    )
    op.create_index("ix_chat_person_id", "chat", ["person_id", "state"], unique=False)
    op.create_index("ix_chat_root_id", "chat", ["root_id"], unique=False)
    op.create_table(
        "chat_message",
        sa.Column("chat_id", _ID, nullable=False),
        sa.Column("ts", sa.Text(), nullable=False),
        sa.Column("workspace_id", _ID, nullable=False),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("saved", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["chat_id"], ["chat.id"], name=op.f("fk_chat_message_chat_id_chat")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_chat_message_workspace_id_workspace")
        ),
        sa.PrimaryKeyConstraint("chat_id", "ts", name=op.f("pk_chat_message")),
    )
    op.create_index(
        "ix_outbox_chat",
        "outbox",
        ["ts"],
        unique=False,
        sqlite_where=_ROOTS,
        postgresql_where=_ROOTS,
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_outbox_chat", table_name="outbox")
    op.drop_table("chat_message")
    op.drop_index("ix_chat_root_id", table_name="chat")
    op.drop_index("ix_chat_person_id", table_name="chat")
    op.drop_table("chat")
