"""Whether the database takes what is written, found out by writing."""

import secrets

from sqlalchemy import delete, insert, select

from bot.storage.engine import Database
from bot.storage.tables import received, workspace
from bot.storage.types import EPOCH

ROOM = 20_000
"""Characters: about what a step of a long form leaves, more than any page has left over."""


def try_to_write(database: Database) -> None:
    """Write a row and take it away again, in one transaction that is committed.

    Raises StorageUnavailable, or Conflict where others write for too long.
    """
    with database.writing(patient=True) as connection:
        workspace_id = connection.execute(select(workspace.c.id).limit(1)).scalar()
        if workspace_id is None:
            return
        key = f"probe:{secrets.token_hex(8)}"
        row = {"workspace_id": workspace_id, "key": key, "answer": "x" * ROOM}
        connection.execute(insert(received).values(**row, received_at=EPOCH))
        connection.execute(delete(received).where(received.c.key == key))
        connection.commit()
