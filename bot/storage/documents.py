"""What briefs and debriefs share: texts by section and by who may read them, in revisions."""

from sqlalchemy import Update, bindparam, update

from bot.storage.tables import IS_CURRENT, document


def retire(kind: str) -> Update:
    """Makes the texts in force of a section, for some audiences, those of an earlier revision."""
    return (
        update(document)
        .where(
            document.c.workspace_id == bindparam("b_workspace"),
            document.c.handoff_id == bindparam("b_handoff"),
            document.c.kind == kind,
            document.c.section == bindparam("b_section"),
            document.c.audience.in_(bindparam("b_audiences", expanding=True)),
            IS_CURRENT,
        )
        .values(is_current=False)
    )
