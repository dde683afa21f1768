"""How the running bot looks to whoever watches over it."""

import json
import threading
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from structlog.testing import capture_logs

from bot.bootstrap import all_end
from tests import postgres
from tests.story.stack import DEAL, Stack, Transport, running
from tests.unwritable import read_only
from tests.watch.test_heartbeat import watcher
from tests.watch.test_metrics import exposed
from tests.web.asgi import request

CALLS = "handoff_slack_calls_total"


def page(stack: Stack, path: str) -> tuple[int, dict[str, Any]]:
    reply = request(stack.bot.web, "GET", path)
    return reply.status, json.loads(reply.body)


def metrics(stack: Stack) -> dict[tuple[str, str], float]:
    """By name and the labels' values."""
    reply = request(stack.bot.web, "GET", "/metrics")
    assert reply.status == 200
    return {
        (sample.name, " ".join(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(reply.body.decode())
        for sample in family.samples
    }


@pytest.mark.parametrize("transport", list(Transport))
def test_the_pages_tell_how_the_bot_is_and_count_what_it_does(
    tmp_path: Path, transport: Transport
) -> None:
    with running(tmp_path, transport=transport) as stack:
        assert stack.maya.slash("/handoff", channel=DEAL).answered
        stack.until(lambda: metrics(stack)["handoff_answer_seconds_count", "command"] == 1)
        found = metrics(stack)
        missing = exposed() - {name for name, _ in found}
        only_in_socket_mode = {"handoff_socket_connected"}
        assert missing <= {"handoff_methods_paused"} | (
            only_in_socket_mode if transport is Transport.HTTP else set()
        )
        assert found["handoff_answer_seconds_sum", "command"] > 0
        assert found[CALLS, "conversations.info ok"] >= 1
        assert found[CALLS, "views.open ok"] == 1
        stack.until(lambda: metrics(stack).get((CALLS, "auth.test ok")))
        asked_to_connect = found.get((CALLS, "apps.connections.open ok"))
        assert asked_to_connect == (1 if transport is Transport.SOCKET else None)
        stack.sandbox.fail_next("views.open", error="internal_error")
        assert stack.maya.slash("/handoff", channel=DEAL).answered
        stack.until(lambda: metrics(stack).get((CALLS, "views.open ambiguous")) == 1)
        stack.jonas.open_home()
        stack.until(lambda: metrics(stack).get((CALLS, "views.publish ok")) == 1)
        stack.sandbox.fail_next("views.publish", status=429, retry_after=60)
        stack.priya.open_home()
        stack.until(lambda: metrics(stack).get((CALLS, "views.publish limited")) == 1)
        stack.until(lambda: metrics(stack).get(("handoff_methods_paused", "views.publish")) == 1)
        assert abs(found["handoff_clock_drift_seconds", ""]) < 5
        assert found["handoff_database_up", ""] == 1

        stack.until(lambda: page(stack, "/readyz")[0] == 200)
        status, facts = page(stack, "/healthz")
        assert (status, facts["status"], facts["writing"]) == (200, "ok", "ok")
        assert facts["sqlite_version"] == stack.bot.store.database.sqlite_version
        assert set(facts["last_ticks_seconds"]) == {"sweep", "deliver", "housekeeping", "alarms"}
        assert abs(facts["clock_drift_seconds"]) < 5
        assert ("socket" in facts) is (transport is Transport.SOCKET)

        with read_only(stack.bot.store.database):
            stack.maya.open_home()
            stack.until(lambda: page(stack, "/healthz")[1]["writing"] == "storage_read_only")
            assert page(stack, "/readyz")[0] == 200, "who acts must read what is wrong"
            assert metrics(stack)["handoff_writes_refused", "storage_read_only"] == 1
        stack.until(lambda: page(stack, "/healthz")[1]["writing"] == "ok")

        stack.bot.stopping.set()
        status, facts = page(stack, "/readyz")
        assert (status, facts["problem"]) == (503, "The bot is stopping.")
        assert page(stack, "/healthz")[0] == 200


@pytest.mark.postgres
def test_a_server_that_does_not_answer_is_told_on_the_page_and_does_not_fail_it(
    tmp_path: Path, postgres_url: str
) -> None:
    with running(tmp_path, database_url=postgres_url) as stack:
        stack.sandbox.fail_next("views.publish", status=429, retry_after=60)
        stack.priya.open_home()
        stack.until(lambda: metrics(stack).get(("handoff_methods_paused", "views.publish")) == 1)
        postgres.drop_database(postgres_url)
        stack.until(lambda: metrics(stack)["handoff_database_up", ""] == 0)
        silent = {name for name, _ in metrics(stack)}
        assert silent >= {"handoff_answer_seconds_count", "process_resident_memory_bytes"}
        assert not silent & {"handoff_methods_paused", "handoff_sweep_lag_seconds"}


def test_the_heartbeat_is_heard_while_the_bot_is_well_and_ends_with_it(tmp_path: Path) -> None:
    with watcher() as (url, heard), running(tmp_path, heartbeat_url=url) as stack:
        assert stack.bot.heartbeat is not None
        stack.until(lambda: page(stack, "/readyz")[0] == 200)
        assert stack.bot.heartbeat.beat()
        assert heard.is_set()
        stack.bot.stopping.set()
        with capture_logs() as logged:
            assert not stack.bot.heartbeat.beat()
        assert [one["event"] for one in logged] == ["heartbeat held back"]


def test_what_does_not_end_in_time_or_says_so_is_left_behind() -> None:
    never = threading.Event()
    assert all_end([lambda: None, lambda: True], within=10)
    assert not all_end([lambda: None, lambda: False], within=10)
    assert not all_end([lambda: None, never.wait], within=0.05)
    never.set()


def test_a_connection_that_slack_ends_makes_the_bot_unready_until_another_stands(
    tmp_path: Path,
) -> None:
    with running(tmp_path) as stack:
        stack.until(lambda: page(stack, "/readyz")[0] == 200)
        assert stack.bot.socket is not None
        stack.bot.socket.close()
        status, facts = page(stack, "/readyz")
        assert (status, facts["socket"]) == (503, "not connected")
        assert metrics(stack)["handoff_socket_connected", ""] == 0
