"""Files that people bring: into a message, or into a form for the app."""

import binascii
from base64 import b64decode
from collections.abc import Iterable
from typing import Final

from bot.sandbox.limits import FILE_BYTES, FILES_AT_ONCE
from bot.sandbox.view_state import FILE_INPUT, CannotAct, State
from bot.sandbox.workspace import Channel, StoredFile, Workspace

_LONGEST_NAME: Final = 255


def as_megabytes(count: int) -> str:
    return f"{count / 1_000_000:g} MB"


def bring_file(workspace: Workspace, user_id: str, *, name: str, content: bytes) -> StoredFile:
    """A file of this person's that nobody else sees yet; CannotAct where it is none."""
    last = name.replace("\\", "/").rpartition("/")[2].strip()
    if not last or len(last) > _LONGEST_NAME:
        raise CannotAct(f"A file needs a name of 1 to {_LONGEST_NAME} characters.")
    if not content:
        raise CannotAct(f"{last} is empty.")
    if len(content) > FILE_BYTES:
        raise CannotAct(f"{last} is larger than {as_megabytes(FILE_BYTES)}.")
    stored = StoredFile(
        id=workspace.new_id("F"),
        name=last,
        title=last,
        user=user_id,
        created=int(workspace.clock.timestamp()),
        content=content,
    )
    workspace.add_file(stored)
    return stored


def content_of(encoded: str) -> bytes:
    """What base64 stands for; CannotAct where it is none."""
    try:
        return b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise CannotAct("The content is no base64.") from None


def take_back(workspace: Workspace, user_id: str, ids: Iterable[str]) -> None:
    """Forgets files of this person's which nobody was shown."""
    mine = {one.id: one for one in workspace.own_files(user_id)}
    for file_id in ids:
        if file_id in mine:
            workspace.remove_file(mine[file_id])


def share(workspace: Workspace, user_id: str, ids: list[str], channel: Channel) -> None:
    """Shows files of this person's in a conversation; CannotAct for any that is not theirs."""
    if len(ids) > FILES_AT_ONCE:
        raise CannotAct(f"At most {FILES_AT_ONCE} files go into one message.")
    mine = {one.id: one for one in workspace.own_files(user_id)}
    for file_id in ids:
        if file_id not in mine:
            raise CannotAct(f"There is no file {file_id} of this person to send.")
    for file_id in ids:
        mine[file_id].channels.append(channel.id)


def give(workspace: Workspace, ids: Iterable[str]) -> None:
    """Lets the app look at files that came with a form."""
    for file_id in ids:
        if file_id in workspace.files:
            workspace.files[file_id].is_given = True


def files_in(state: State) -> list[str]:
    """The ids of the files in a form."""
    held = (one for actions in state.values() for one in actions.values())
    return [file_id for one in held if one["type"] == FILE_INPUT for file_id in one["files"]]
