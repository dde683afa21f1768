"""Work for one workspace after the other, of which none keeps the others from theirs."""

from collections.abc import Callable, Iterable

import structlog

from bot.delivery.trouble import named
from bot.domain.errors import busy
from bot.storage.engine import StorageUnavailable

log = structlog.get_logger()


def for_each(workspaces: Iterable[int], work: Callable[[int], object]) -> int:
    """Do it for all of them; gives for how many it was done.

    Where others write for too long it is left to the next run. What else goes wrong with one is
    logged, and the first of it is raised after the others had their turn; only a database that does
    not work is the trouble of all.
    """
    done = 0
    wrong: Exception | None = None
    for workspace_id in workspaces:
        try:
            work(workspace_id)
        except StorageUnavailable:
            raise
        except Exception as error:  # noqa: BLE001, the top of one workspace's part of a tick
            if busy(error):
                continue
            log.error("workspace left out", workspace=workspace_id, **named(error))
            wrong = wrong or error
        else:
            done += 1
    if wrong is not None:
        raise wrong
    return done
