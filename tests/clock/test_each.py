"""What goes wrong in one workspace is said, and keeps no other from its turn."""

from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bot.clock.each import for_each
from bot.clock.ticks import Tick
from bot.domain.errors import Conflict, Problem
from bot.storage.engine import StorageUnavailable


class Work:
    """Goes wrong in some workspaces."""

    def __init__(self, wrong: dict[int, Exception]) -> None:
        self._wrong = wrong
        self.tried: list[int] = []

    def __call__(self, workspace_id: int) -> None:
        self.tried.append(workspace_id)
        if workspace_id in self._wrong:
            raise self._wrong[workspace_id]


def test_it_is_done_for_each_and_counted() -> None:
    work = Work({})
    assert for_each([3, 1, 2], work) == 3
    assert work.tried == [3, 1, 2]


def test_where_others_write_it_is_left_to_the_next_run() -> None:
    work = Work({1: Conflict(Problem.BUSY)})
    assert for_each([1, 2], work) == 1
    assert work.tried == [1, 2]


def test_another_conflict_than_that_of_two_writers_is_no_reason_to_be_silent() -> None:
    work = Work({1: Conflict(Problem.ALREADY_DONE)})
    with pytest.raises(Conflict):
        for_each([1, 2], work)
    assert work.tried == [1, 2]


def test_the_first_that_goes_wrong_is_raised_after_the_others() -> None:
    work = Work({1: LookupError("first"), 3: KeyError("second")})
    with capture_logs() as logs, pytest.raises(LookupError, match="first"):
        for_each([1, 2, 3, 4], work)
    assert work.tried == [1, 2, 3, 4]
    assert [(one["workspace"], one["error"]) for one in logs] == [
        (1, "LookupError"),
        (3, "KeyError"),
    ]


def test_a_database_that_does_not_work_is_not_tried_for_each() -> None:
    work = Work({1: StorageUnavailable()})
    with pytest.raises(StorageUnavailable):
        for_each([1, 2], work)
    assert work.tried == [1]


def test_each_that_goes_wrong_has_a_reference_of_its_own_and_the_tick_fails_once() -> None:
    work = Work({1: LookupError("first"), 3: KeyError("second")})
    tick = Tick("sweep", lambda: for_each([1, 2, 3], work), every=timedelta(seconds=5))
    with capture_logs() as logs:
        tick()
    assert [one["event"] for one in logs] == ["workspace left out"] * 2 + ["tick failed"]
    assert len({one["reference"] for one in logs}) == 3
