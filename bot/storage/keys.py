"""Whether a key is the one of this database, and everything encrypted anew under a newer one."""

from sqlalchemy import Connection, bindparam, select, update

from bot.domain.ports import Cipher
from bot.storage.briefs import ENCRYPTED
from bot.storage.tables import document, workspace

_KNOWN_TEXT = "handoff"
_CHECK = select(workspace.c.key_check).where(workspace.c.id == bindparam("workspace"))
_KEEP_CHECK = (
    update(workspace)
    .where(workspace.c.id == bindparam("b_workspace"))
    .values(key_check=bindparam("check"))
)
_ENCRYPTED = (
    select(document.c.id, document.c.body)
    .where(
        document.c.workspace_id == bindparam("workspace"),
        document.c.audience.in_(sorted(ENCRYPTED)),
    )
    .with_for_update()
)
_RENEW = update(document).where(document.c.id == bindparam("b_id")).values(body=bindparam("body"))


def fits(connection: Connection, workspace_id: int, cipher: Cipher) -> bool:
    """Whether the key is this database's, which it is where none was used; raises WrongKey."""
    check = connection.execute(_CHECK, {"workspace": workspace_id}).scalar_one()
    return check is None or cipher.decrypt(check) == _KNOWN_TEXT


def take(connection: Connection, workspace_id: int, cipher: Cipher) -> int:
    """Take the key into use and give how many notes were encrypted anew; raises WrongKey.

    Once nothing lies under an older key any more, that one may be taken out of the setting. What
    tells which key is in use is written in the same transaction, so that a crash forgets both.
    """
    # Replicas that start together with different keys must not both find that there is none yet.
    check = connection.execute(_CHECK.with_for_update(), {"workspace": workspace_id}).scalar_one()
    kept = cipher.encrypt(_KNOWN_TEXT) if check is None else cipher.renewed(check)
    if kept is None:
        return 0
    renewed = [
        {"b_id": row.id, "body": body}
        for row in connection.execute(_ENCRYPTED, {"workspace": workspace_id})
        if (body := cipher.renewed(row.body)) is not None
    ]
    if renewed:
        connection.execute(_RENEW, renewed)
    connection.execute(_KEEP_CHECK, {"b_workspace": workspace_id, "check": kept})
    return len(renewed)
