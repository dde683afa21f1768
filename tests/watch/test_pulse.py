"""However many ask and however long the database is silent, one look is under way."""

import threading
from datetime import timedelta

from structlog.testing import capture_logs

from bot.domain.errors import Conflict, Problem
from bot.storage.engine import StorageUnavailable
from bot.storage.vitals import Vitals
from bot.watch.pulse import Pulse
from tests.builders import wait_until

NOTHING = timedelta(0)


def vitals(**changed: int) -> Vitals:
    counts = dict.fromkeys(("notices", "surfaces", "most_tries", "in_vain", "unconfirmed"), 0)
    return Vitals(
        sweep_lag=NOTHING,
        oldest=NOTHING,
        stands_still=False,
        resting=frozenset(),
        refused_tokens=0,
        paused=0,
        **{**counts, "dead": 0, **changed},
    )


def test_a_look_is_shared_for_a_second() -> None:
    looks, now = list[int](), [0.0]

    def look() -> Vitals:
        looks.append(1)
        return vitals(dead=len(looks))

    pulse = Pulse(look, monotonic=lambda: now[0], within=10.0)
    for expected in (1, 1, 2, 2):
        found = pulse.vitals()
        assert found is not None
        assert found.dead == expected
        now[0] += 0.6


def test_a_database_that_hangs_is_silent_and_is_not_asked_a_second_time() -> None:
    go_on, looks = threading.Event(), list[int]()

    def look() -> Vitals:
        looks.append(1)
        assert go_on.wait(10)
        return vitals()

    pulse = Pulse(look, within=0.01)
    assert [pulse.vitals() for _ in range(5)] == [None] * 5
    assert len(looks) == 1
    go_on.set()
    wait_until(lambda: pulse.vitals() is not None)


def test_what_goes_wrong_is_no_answer_and_is_noted_without_its_words() -> None:
    ends: list[Exception] = [
        StorageUnavailable(),
        Conflict(Problem.BUSY),
        LookupError("words that a person wrote"),
    ]

    def look() -> Vitals:
        raise ends[0]

    pulse = Pulse(look, within=10.0, fresh=0.0)
    with capture_logs() as logs:
        while ends:
            assert pulse.vitals() is None
            ends.pop(0)
    assert [one["log_level"] for one in logs] == ["info", "info", "error"]
    assert "words" not in str(logs)
