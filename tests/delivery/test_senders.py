import os
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection
from structlog.testing import capture_logs

from bot.delivery.failpoints import fail_points_from, nowhere
from bot.delivery.outcomes import Verdict
from bot.delivery.senders import NoSender
from bot.delivery.shaping import Shaping
from bot.domain.errors import Conflict, HandoffError, Problem
from bot.domain.notices import NoticeKind
from bot.storage.engine import StorageUnavailable
from bot.storage.leasing import Candidate, HeldBack, candidates
from bot.storage.tables import outbox, surface
from bot.storage.unit_of_work import Store
from tests.builders import FixedClock, Team, make_store, posted, wait_until
from tests.delivery.desk import MINUTE, SECOND, Desk
from tests.delivery.slack import FakeSlack, Fault, Refusal, Script


class Gate:
    """Holds one call of a method until it is let through."""

    def __init__(self, method: str) -> None:
        self.method = method
        self.inside = threading.Event()
        self.let_through = threading.Event()

    def __call__(self, method: str, _args: dict[str, Any]) -> Fault | Refusal | None:
        if method == self.method and not self.inside.is_set():
            self.inside.set()
            assert self.let_through.wait(10)
        return None


def test_a_poke_wakes_the_senders_and_stop_waits_for_work_in_hand(desk: Desk) -> None:
    gate = Gate("chat.postMessage")
    desk.slack.trouble = gate
    desk.senders.start()
    desk.say("hello")
    desk.senders.poke()
    assert gate.inside.wait(10)
    stopped: list[bool] = []
    stopping = threading.Thread(target=lambda: stopped.append(desk.senders.stop()))
    stopping.start()
    assert not stopped
    gate.let_through.set()
    stopping.join(10)
    assert stopped == [True]
    assert desk.state("hello") == "sent"


def test_stop_gives_up_on_a_call_that_does_not_end(desk: Desk) -> None:
    gate = Gate("chat.postMessage")
    desk.slack.trouble = gate
    desk.senders.start()
    desk.say("hello")
    desk.senders.poke()
    assert gate.inside.wait(10)
    assert not desk.senders.stop(timeout=0.0)
    gate.let_through.set()
    wait_until(lambda: desk.senders.stop(timeout=10.0))


def test_two_posts_to_one_person_are_never_under_way_together(desk: Desk, team: Team) -> None:
    gate = Gate("chat.postMessage")
    desk.slack.trouble = gate
    desk.say("first")
    desk.say("second")
    desk.say("other", person_id=team.csm.id)
    desk.senders.start()
    assert gate.inside.wait(10)
    wait_until(lambda: desk.state("other") == "sent" or desk.state("first") == "sent")
    assert desk.state("second") == "pending"
    gate.let_through.set()
    assert desk.senders.stop()


def test_the_log_of_a_failure_holds_a_reference_and_no_words(
    desk: Desk, store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_name: str) -> None:
        raise LookupError("words that a person wrote")

    desk.hire(fail)
    desk.say("hello")
    assert desk.senders.work_once()
    printed = capsys.readouterr().out
    assert "reference" in printed
    assert "LookupError" in printed
    assert "words that a person wrote" not in printed
    row = desk.row(outbox, key="hello")
    assert (row["attempts"], row["lease"]) == (1, None)


class Failing:
    """Ends every job with an error, as it is taken in hand."""

    def __init__(self, error: Exception) -> None:
        self.error = error
        self.times = 0

    def __call__(self, name: str) -> None:
        if name == "leased":
            self.times += 1
            raise self.error


def test_a_busy_database_is_counted_in_a_quiet_line_a_minute_and_the_job_is_tried_again(
    desk: Desk,
) -> None:
    busy = Failing(Conflict(Problem.BUSY))
    desk.hire(busy)
    desk.say("hello")
    with capture_logs() as logs:
        desk.pass_time(50 * SECOND, step=10 * SECOND)
        (first,) = logs
        seen = busy.times
        assert seen > 1
        desk.pass_time(3 * MINUTE, step=10 * SECOND)
    assert {one["log_level"] for one in logs} == {"info"}
    assert {one["event"] for one in logs} == {first["event"]}
    row = desk.row(outbox, key="hello")
    assert (first["times"], first["id"], first["workspace"]) == (1, row["id"], row["workspace_id"])
    assert logs[1]["times"] == seen + 1
    assert 2 < len(logs) <= 4
    assert (row["attempts"], row["lease"]) == (0, None)
    desk.hire()
    desk.drain()
    assert desk.state("hello") == "sent"


def test_looking_for_work_in_a_busy_database_is_no_error_either(
    store: Store, team: Team, slack: FakeSlack, clock: FixedClock, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'handoff.db'}"
    hasty = make_store(url, clock=clock, machine=slack.machine, wait_seconds=0.05)
    desk = Desk(hasty, team, slack, clock)
    desk.say("hello")
    with capture_logs() as logs, store.database.writing():
        assert not desk.senders.work_once()
    (told,) = logs
    assert (told["log_level"], told["times"], told["id"]) == ("info", 1, None)
    assert desk.senders.work_once()
    assert desk.state("hello") == "sent"
    hasty.close()


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (Conflict(Problem.BUSY), "pending"),
        (StorageUnavailable(), "pending"),
        (Conflict(Problem.CHANGED_MEANWHILE), "dead"),
        (LookupError("words"), "dead"),
    ],
)
def test_what_only_the_database_is_to_blame_for_is_never_given_up(
    desk: Desk, error: Exception, state: str
) -> None:
    desk.hire(Failing(error))
    desk.say("hello")
    desk.pass_time(60 * MINUTE, step=MINUTE)
    assert desk.state("hello") == state
    assert desk.row(outbox, key="hello")["reason"] == (
        type(error).__name__ if state == "dead" else None
    )


@pytest.mark.parametrize(
    "error",
    [
        Conflict(Problem.CHANGED_MEANWHILE),
        StorageUnavailable(),
        HandoffError(Problem.BUSY),
        LookupError("words"),
    ],
)
def test_every_other_failure_is_an_error_each_time(
    desk: Desk, team: Team, error: Exception
) -> None:
    desk.hire(Failing(error))
    desk.say("first")
    desk.say("second", person_id=team.csm.id)
    with capture_logs() as logs:
        assert desk.work() == 2
    assert len(logs) == 2
    for told in logs:
        assert (told["log_level"], told["event"]) == ("error", "sending failed")
        assert told["error"] == type(error).__name__
        assert told["reference"]
        assert told["frames"]


def test_a_fail_point_kills_at_the_nth_time_only() -> None:
    killed: list[bool] = []
    reached = fail_points_from({"HANDOFF_FAILPOINT": "marked:2"}, kill=lambda: killed.append(True))
    for name in ("marked", "posted", "marked", "marked"):
        reached(name)
    assert killed == [True]
    assert fail_points_from({}) is nowhere


def test_a_fail_point_needs_a_count_above_nought() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        fail_points_from({"HANDOFF_FAILPOINT": "marked:0"})


def test_a_fail_point_ends_a_real_process_without_a_word() -> None:
    code = (
        "import os; from bot.delivery.failpoints import fail_points_from;"
        "fail_points_from(os.environ)('posted'); print('still here')"
    )
    environ = {**os.environ, "HANDOFF_FAILPOINT": "posted"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environ, capture_output=True, check=False, timeout=60
    )
    assert done.returncode == -signal.SIGKILL
    assert done.stdout == b""


def test_how_each_call_ended_is_told_with_what_slacks_clock_showed(desk: Desk) -> None:
    desk.slack.trouble = Script(chat__postMessage=[Fault.LIMITED, Fault.NO_CONNECTION])
    desk.say("hello")
    desk.drain()
    posts = [outcome for method, outcome in desk.heard if method == "chat.postMessage"]
    assert [one.verdict for one in posts] == [Verdict.LIMITED, Verdict.NOT_SENT, Verdict.OK]
    assert [one.date is not None for one in posts] == [True, False, True]


@pytest.mark.parametrize(("poked", "looks"), [(False, 2), (True, 4)])
def test_what_a_long_look_found_serves_until_something_new_is_said(
    desk: Desk, team: Team, monkeypatch: pytest.MonkeyPatch, *, poked: bool, looks: int
) -> None:
    counted: list[object] = []

    def look(*given: Any, **more: Any) -> list[Candidate]:
        counted.append(given)
        desk.machine.advance(SECOND)
        return candidates(*given, **more)

    monkeypatch.setattr("bot.storage.delivery.candidates", look)
    for person in (team.ae, team.csm, team.revops):
        desk.say(person.name, person_id=person.id)
    while desk.senders.work_once():
        if poked:
            desk.senders.poke()
    assert [desk.state(one.name) for one in (team.ae, team.csm, team.revops)] == ["sent"] * 3
    assert len(counted) == looks


def test_what_fails_in_our_own_hands_stays_in_doubt_where_it_may_be_there(desk: Desk) -> None:
    def fail(point: str) -> None:
        if point == "posted":
            raise LookupError("an answer nobody foresaw")

    posted(desk.store, desk.team)
    desk.say("hello")
    desk.constants = replace(desk.constants, most_failures=1)
    desk.hire(fail)
    with capture_logs():
        desk.drain()
    assert desk.state("hello") == "unconfirmed"
    assert desk.row(surface, kind="card")["state"] == "dead"
    asked = [row for row in desk.rows(outbox) if row["kind"] == NoticeKind.UNCONFIRMED]
    assert len(asked) == 1, "of the card its AE is asked"


def test_what_fails_before_anything_was_sent_is_given_up_as_not_there(desk: Desk) -> None:
    def fail(point: str) -> None:
        if point == "rendered":
            raise LookupError("a row nobody foresaw")

    desk.say("hello")
    desk.constants = replace(desk.constants, most_failures=1)
    desk.hire(fail)
    with capture_logs():
        desk.drain()
    assert desk.state("hello") == "dead"


# --- Threads that go on


def _alone(desk: Desk, reached: Failing, *, idle: float) -> None:
    """One sender, which rests for so long."""
    desk.constants = replace(desk.constants, senders=1, idle=idle * SECOND)
    desk.hire(reached)


class Once(Failing):
    """Ends the first job with an error."""

    def __call__(self, name: str) -> None:
        if not self.times:
            super().__call__(name)


def test_a_sender_outlives_what_it_cannot_even_give_back(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def malformed(*_: Any, **__: Any) -> None:
        raise ValueError("a row nobody foresaw")

    _alone(desk, Once(LookupError("words")), idle=0.05)
    monkeypatch.setattr(desk.senders, "_give_back", malformed)
    desk.say("hello")
    with capture_logs() as logs:
        desk.senders.start()
        wait_until(lambda: len(logs) == 2)
        desk.machine.advance(2 * desk.constants.lease)
        desk.senders.poke()
        wait_until(lambda: desk.state("hello") == "sent")
    assert desk.senders.stop()
    assert [one["error"] for one in logs] == ["LookupError", "ValueError"]
    assert len({one["reference"] for one in logs}) == 2


def test_after_an_error_at_its_top_a_sender_rests_whoever_pokes(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[int] = []

    def fail() -> bool:
        tries.append(1)
        raise ValueError("a row nobody foresaw")

    _alone(desk, Once(LookupError()), idle=60)
    monkeypatch.setattr(desk.senders, "work_once", fail)
    with capture_logs() as logs:
        desk.senders.start()
        wait_until(lambda: len(logs) == 1)
        for _ in range(100):
            desk.senders.poke()
        assert desk.senders.stop()
    assert len(tries) == 1


def test_a_look_in_which_the_process_was_frozen_keeps_nobody_waiting(desk: Desk) -> None:
    looks: list[int] = []

    class Frozen(Shaping):
        """Is stopped for two minutes in the first look."""

        def held_back(self, within: Connection, /) -> HeldBack:
            looks.append(1)
            if len(looks) == 1:
                desk.machine.advance(2 * MINUTE)
            return super().held_back(within)

    desk.constants = replace(desk.constants, senders=1)
    desk.hire(shaping=Frozen(machine=desk.machine, constants=desk.constants))
    desk.senders.start()
    wait_until(lambda: bool(looks))
    desk.say("hello")
    desk.senders.poke()
    wait_until(lambda: desk.state("hello") == "sent")
    assert desk.senders.stop()


def _ends(**_: object) -> None:
    """Of a thread all there is."""


def _alive(desk: Desk) -> list[str]:
    return [one.name for one in desk.senders._threads.values() if one.is_alive()]


def test_a_sender_that_died_is_replaced(desk: Desk) -> None:
    run = desk.senders._run

    def end_one(*, looks_by_itself: bool) -> None:
        if threading.current_thread().name != "sender-2":
            run(looks_by_itself=looks_by_itself)

    desk.senders._run = end_one  # type: ignore[method-assign]
    desk.senders.start()
    wait_until(lambda: len(_alive(desk)) == desk.constants.senders - 1)
    desk.senders.look_after()
    assert "sender-2" not in _alive(desk)
    desk.senders._run = run  # type: ignore[method-assign]
    with capture_logs() as logs:
        desk.senders.fit()
    assert [one["number"] for one in logs] == [2]
    assert len(_alive(desk)) == desk.constants.senders
    assert desk.senders.stop()


def test_where_no_sender_is_alive_that_is_an_error_and_others_begin(desk: Desk) -> None:
    run = desk.senders._run
    desk.senders.look_after()
    desk.senders._run = _ends  # type: ignore[method-assign]
    desk.senders.start()
    wait_until(lambda: not _alive(desk))
    desk.senders._run = run  # type: ignore[method-assign]
    desk.say("hello")
    with pytest.raises(NoSender):
        desk.senders.look_after()
    wait_until(lambda: desk.state("hello") == "sent")
    desk.senders.look_after()
    assert desk.senders.stop()
    desk.senders.look_after()
