"""The bot is stopped, or loses its connection, in the middle of what people do."""

import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.domain.history import Tag
from tests.crash import stories
from tests.crash.process import HURRY, LARKFIELD, ROOT, Life, living, wait

ENDS_WITHIN = 10.0
"""Seconds after SIGTERM in which a container's host kills what still runs."""


def test_a_form_that_is_open_during_a_restart_can_be_submitted(tmp_path: Path) -> None:
    with living(tmp_path) as life:
        life.start()
        maya = life.person("maya")
        assert maya.slash("/handoff", channel=LARKFIELD).answered
        life.terminate()
        assert life.ended(within=ENDS_WITHIN) == 0, life.log.read_text()
        assert not stories.start(life).answered
        life.start()
        sent = stories.start(life)
        assert sent.answered
        assert not sent.field_errors
        assert maya.modal is not None
        assert maya.modal.callback_id == "brief"
        life.see(maya.dms)
        life.rest()
        assert life.stands() == {"maya": 2}
        assert life.tags(1) == [Tag.STARTED, Tag.SIGNED]


def test_a_connection_that_slack_ends_comes_back_and_an_open_form_works(tmp_path: Path) -> None:
    with living(tmp_path) as life:
        life.start()
        maya = life.person("maya")
        assert maya.slash("/handoff", channel=LARKFIELD).answered
        life.sandbox.disconnect()
        life.sandbox.wait_for_app(within=20)
        assert life.returncode is None
        assert stories.start(life).answered
        life.see(maya.dms)
        life.rest()
        assert life.stands() == {"maya": 2}
        assert life.tags(1) == [Tag.STARTED, Tag.SIGNED]


@pytest.mark.parametrize("over_http", [False, True], ids=["socket", "http"])
def test_an_act_in_hand_is_answered_before_the_process_ends(
    tmp_path: Path, over_http: bool
) -> None:
    with living(tmp_path, over_http=over_http) as life, ThreadPoolExecutor(1) as aside:
        life.start()
        maya = life.person("maya")
        life.sandbox.fail_next("views.open", after=True, delay_seconds=1.0)
        asked = aside.submit(maya.slash, "/handoff", channel=LARKFIELD)
        wait(lambda: "views.open" in life.sandbox.calls())
        life.terminate()
        begun = time.monotonic()
        assert asked.result(timeout=ENDS_WITHIN).answered, maya.notices
        assert maya.modal is not None
        left = ENDS_WITHIN - (time.monotonic() - begun)
        assert life.ended(within=left) == 0, life.log.read_text()


@pytest.mark.parametrize("taken", [True, False], ids=["taken by Slack", "not taken"])
def test_a_sender_in_a_hanging_call_keeps_nobody_and_its_message_is_there_once(
    tmp_path: Path, taken: bool
) -> None:
    with living(tmp_path) as life:
        life.hurry = 1  # As shipped: a call may hang for ten seconds.
        life.start()
        maya = life.person("maya")
        assert maya.slash("/handoff", channel=LARKFIELD).answered
        life.sandbox.fail_next("chat.postMessage", after=taken, delay_seconds=12.0)
        assert stories.start(life).answered
        wait(lambda: "chat.postMessage" in life.sandbox.calls())
        life.terminate()
        assert life.ended(within=ENDS_WITHIN) == 0, life.log.read_text()
        life.leases_run_out()
        life.hurry = HURRY
        life.start()
        life.see(lambda: len(maya.dms()) == 2)
        life.rest()
        assert life.stands() == {"maya": 2}
        assert life.doubtful() == []
        assert life.tags(1) == [Tag.STARTED, Tag.SIGNED]


def connects_later(life: Life, seconds: int) -> None:
    """Slack has no time for the next connection."""
    life.sandbox.fail_next(
        "apps.connections.open", error="ratelimited", status=429, retry_after=seconds
    )


def test_a_bot_that_slack_lets_connect_later_connects_then(tmp_path: Path) -> None:
    with living(tmp_path) as life:
        connects_later(life, 1)
        life.start()
        assert life.person("maya").slash("/handoff", channel=LARKFIELD).answered
        assert "connection_limited" in life.log.read_text()


def test_a_bot_that_waits_to_connect_is_alive_and_ends_in_time(tmp_path: Path) -> None:
    with living(tmp_path) as life:
        connects_later(life, 60)
        starting = life.spawn(life.port)
        try:
            wait(lambda: "connection_limited" in life.log.read_text())
            assert life.page("/healthz")[0] == 200
            status, facts = life.page("/readyz")
            assert (status, facts["problem"]) == (503, "There is no connection to Slack.")
            starting.send_signal(signal.SIGTERM)
            assert starting.wait(ENDS_WITHIN) == 0, life.log.read_text()
            assert '"running"' not in life.log.read_text()
        finally:
            starting.kill()
            starting.wait()


_AT_THE_WORST_MOMENT = """
import os, signal
from bot.bootstrap import ended_by_signal
ended = ended_by_signal()
with ended._cond:  # As while the main thread goes to sleep in the event's own wait.
    os.kill(os.getpid(), signal.SIGTERM)
assert ended.wait(10)
"""


def test_a_signal_ends_the_bot_also_while_it_goes_to_sleep() -> None:
    subprocess.run([sys.executable, "-c", _AT_THE_WORST_MOMENT], cwd=ROOT, timeout=60, check=True)


def test_a_load_balancer_is_told_at_once_and_what_it_still_sends_is_answered(
    tmp_path: Path,
) -> None:
    with living(tmp_path, over_http=True) as life:
        life.start()
        wait(lambda: life.page("/readyz")[0] == 200)
        life.terminate()
        seen: list[tuple[int, object]] = []

        def unready() -> bool:
            status, facts = life.page("/readyz")
            seen.append((status, facts.get("problem")))
            return status != 200

        wait(unready)
        assert seen[-1] == (503, "The bot is stopping.")
        assert life.person("maya").slash("/handoff", channel=LARKFIELD).answered
        assert life.ended(within=ENDS_WITHIN) == 0, life.log.read_text()
