"""Trouble on demand: the next calls of a method fail as Slack's now and then do."""

from dataclasses import dataclass
from fnmatch import fnmatchcase


@dataclass(slots=True, kw_only=True)
class Fault:
    """`after` lets the call do its work first, so that the app cannot know that it was done.

    `skip` calls go through before; with `channel` only calls to that conversation count. `cut`
    ends the connection in the middle of the answer.
    """

    method: str
    channel: str | None = None
    skip: int = 0
    times: int = 1
    error: str = "internal_error"
    status: int = 200
    retry_after: int | None = None
    after: bool = False
    cut: bool = False
    delay_seconds: float = 0.0


class Faults:
    """A list of faults, each used up `times` times by calls whose method matches its pattern."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        self._waiting.append(fault)

    def clear(self) -> None:
        self._waiting.clear()

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def take(self, method: str, channel: str | None = None) -> Fault | None:
        for fault in self._waiting:
            if fnmatchcase(method, fault.method) and fault.channel in (None, channel):
                if fault.skip > 0:
                    fault.skip -= 1
                    return None
                fault.times -= 1
                if fault.times <= 0:
                    self._waiting.remove(fault)
                return fault
        return None
