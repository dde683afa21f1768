"""What admins are told when the bot cannot deliver, and that it lasts."""

import sqlalchemy as sa
from alembic import op

from bot.storage.types import Instant

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the table; what is in trouble now is told of at the first look."""
    op.create_table(
        "alarm",
        sa.Column("workspace_id", _ID, nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.Column("told_at", Instant(), nullable=True),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_alarm_workspace_id_workspace")
        ),
        sa.PrimaryKeyConstraint("workspace_id", "about", "detail", name=op.f("pk_alarm")),
    )


def downgrade() -> None:
    """Take it out again."""
    op.drop_table("alarm")
