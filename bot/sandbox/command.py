"""The sandbox as a command builds it: from files and addresses that somebody typed."""

from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

from bot.sandbox.limits import LOOPBACK
from bot.sandbox.persistence import UnreadableFile
from bot.sandbox.server import SandboxServer
from bot.sandbox.story import BadStory, load_story
from bot.sandbox.workspace_file import load_workspace
from bot.sandbox.written import BadWorkspaceFile

T = TypeVar("T")
_ANY_ADDRESS: Final = frozenset({"0.0.0.0", "::"})  # noqa: S104, only to be recognised


class BadCommand(Exception):
    """What is wrong with one option, as a sentence."""

    def __init__(self, option: str, sentence: str) -> None:
        super().__init__(sentence)
        self.option = option


def prepared(
    *,
    workspace: Path | None,
    story: Path | None,
    data: Path | None,
    port: int,
    deliver: str | None,
    rates: bool,
    host: str,
    name: str | None,
) -> SandboxServer:
    """A server that is bound and not yet served; raises BadCommand."""
    if host in _ANY_ADDRESS and name is None:
        raise BadCommand("name", f"By which name do apps reach {host}?")
    if name is not None and host in LOOPBACK:
        raise BadCommand("name", "Loopback has its names already.")
    if deliver == "":
        raise BadCommand("deliver", "The app's request URL is empty.")
    place = _file("workspace", workspace, load_workspace)
    told = _file("story", story, load_story)
    try:
        return SandboxServer(
            place,
            port=port,
            request_url=deliver,
            story=told,
            data=data,
            rates=rates,
            host=host,
            name=name,
        )
    except BadStory as error:  # Whom it names is known only now.
        raise BadCommand("story", str(error)) from error
    except UnreadableFile as error:
        raise BadCommand("data", str(error)) from error
    except OSError as error:
        raise BadCommand("port", f"{error.strerror or error}.") from error
    except ValueError as error:
        raise BadCommand("deliver", str(error)) from error


def _file(option: str, path: Path | None, load: Callable[[Path], T]) -> T | None:
    try:
        return load(path) if path is not None else None
    except OSError as error:
        raise BadCommand(option, f"{path}: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise BadCommand(option, f"{path} is no text in UTF-8.") from error
    except BadWorkspaceFile as error:
        raise BadCommand(option, f"{path}: {error}") from error
    except BadStory as error:
        raise BadCommand(option, str(error)) from error
