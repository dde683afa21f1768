import http.client
import json
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.sandbox.fault_plan import BadPlan, FaultPlan, PostRate, PostRates, Rule, Trouble, read_plan
from bot.sandbox.server import SandboxServer
from bot.sandbox.visitor import Sandbox
from tests.sandbox.desk import LARKFIELD, NORTHWIND, Desk, Ticker


@pytest.fixture
def client(server: SandboxServer) -> WebClient:
    return WebClient(server.bot_token, server.api_url, timeout=1, retry_handlers=[])


def plan(trouble: Trouble, method: str = "chat.postMessage", **more: Any) -> dict[str, Any]:
    more = more or {"calls": [1]}
    return {"rules": [{"method": method, "trouble": trouble.value, **more}]}


def texts(server: SandboxServer, channel: str = NORTHWIND) -> list[str]:
    return [one.text for one in server.workspace.channels[channel].messages.values()]


# ---- what a plan decides


def test_each_trouble_meets_its_share_and_the_same_seed_meets_the_same_calls() -> None:
    rules = (
        Rule(method="chat.*", trouble=Trouble.LOST, share=0.2),
        Rule(method="chat.postMessage", trouble=Trouble.RESET, share=0.1),
    )
    plans = [FaultPlan(rules, seed=seed) for seed in (1, 1, 2)]
    met = [[one.meet("chat.postMessage", None) for _ in range(2000)] for one in plans]
    assert met[0] == met[1] != met[2]
    counted = Counter(one.trouble for one in met[0] if one is not None)
    assert 340 < counted[Trouble.LOST] < 460
    assert 150 < counted[Trouble.RESET] < 250
    assert plans[0].met == counted


def test_a_script_names_the_calls_by_their_number() -> None:
    rules = (Rule(method="chat.*", trouble=Trouble.REFUSED, calls=(2, 4), channel=NORTHWIND),)
    followed = FaultPlan(rules)
    assert followed.meet("chat.update", LARKFIELD) is None
    assert followed.meet("views.publish", NORTHWIND) is None
    met = [followed.meet("chat.update", NORTHWIND) is not None for _ in range(5)]
    assert met == [False, True, False, True, False]


@pytest.mark.parametrize(
    "wrong",
    [
        {"rule": []},
        {"rules": {}},
        {"rules": [{"method": "chat.*"}]},
        {"rules": [{"method": "chat.*", "trouble": "flood"}]},
        {"rules": [{"method": "chat.*", "trouble": "lost", "share": 1.5}]},
        {"rules": [{"method": "chat.*", "trouble": "late", "seconds": 3, "most_seconds": 1}]},
        {"rules": [{"method": "chat.*", "trouble": "lost", "chance": 1}]},
        {"posts": {"per_second": 0}},
        {"seed": "seven"},
    ],
)
def test_a_plan_that_means_nothing_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(BadPlan):
        read_plan(wrong)


def test_a_conversation_takes_a_post_a_second_and_says_when_the_next_may_come() -> None:
    ticker = Ticker()
    rates = PostRates(PostRate(per_second=0.5, burst=2), seconds=ticker)
    assert [rates.too_soon("C1"), rates.too_soon("C1")] == [None, None]
    assert rates.too_soon("C1") == 2
    assert rates.too_soon("C2") is None
    ticker.seconds += 2.0
    assert [rates.too_soon("C1"), rates.too_soon("C1")] == [None, 2]


# ---- what the app meets, over the wire


def test_too_many_calls_are_refused_with_a_time(client: WebClient, sandbox: Sandbox) -> None:
    sandbox.follow_plan(plan(Trouble.LIMITED, calls=[1], seconds=7))
    with pytest.raises(SlackApiError) as refused:
        client.chat_postMessage(channel=NORTHWIND, text="x")
    assert refused.value.response.status_code == 429
    assert refused.value.response.headers["Retry-After"] == "7"
    assert client.chat_postMessage(channel=NORTHWIND, text="y")["ok"]


@pytest.mark.parametrize(("trouble", "there"), [(Trouble.REFUSED, []), (Trouble.LOST, ["x"])])
def test_a_server_error_comes_before_or_after_accepting(
    server: SandboxServer, client: WebClient, sandbox: Sandbox, trouble: Trouble, there: list[str]
) -> None:
    sandbox.follow_plan(plan(trouble, calls=[1], status=502))
    with pytest.raises(SlackApiError) as refused:
        client.chat_postMessage(channel=NORTHWIND, text="x")
    assert refused.value.response.status_code == 502
    assert texts(server) == there


def test_a_connection_is_reset_after_accepting(
    server: SandboxServer, client: WebClient, sandbox: Sandbox
) -> None:
    sandbox.follow_plan(plan(Trouble.RESET))
    with pytest.raises(ConnectionResetError):
        client.chat_postMessage(channel=NORTHWIND, text="x")
    assert texts(server) == ["x"]
    assert client.chat_postMessage(channel=NORTHWIND, text="y")["ok"]


def test_what_hangs_is_never_accepted(
    server: SandboxServer, client: WebClient, sandbox: Sandbox
) -> None:
    sandbox.follow_plan(plan(Trouble.HANG, calls=[1], seconds=1.2))
    with pytest.raises(TimeoutError):
        client.chat_postMessage(channel=NORTHWIND, text="x")
    assert client.chat_postMessage(channel=NORTHWIND, text="y")["ok"]
    assert texts(server) == ["y"]


def test_what_is_late_is_accepted_when_nobody_waits_any_more(
    server: SandboxServer, client: WebClient, sandbox: Sandbox
) -> None:
    sandbox.follow_plan(plan(Trouble.LATE, calls=[1], seconds=1.3))
    with pytest.raises(TimeoutError):
        client.chat_postMessage(channel=NORTHWIND, text="x")
    assert texts(server) == []
    assert sandbox.get("/control/fault-plan")["on_their_way"] == 1
    sandbox.wait_until(lambda: texts(server) == ["x"])
    (accepted,) = server.edge.record.after()
    assert accepted.at - accepted.asked_at >= 1.3
    assert sandbox.get("/control/fault-plan") == {
        "followed": True,
        "met": {"late": 1},
        "on_their_way": 0,
    }


def test_a_slow_answer_comes_after_the_message_stands(
    server: SandboxServer, client: WebClient, sandbox: Sandbox
) -> None:
    sandbox.follow_plan(plan(Trouble.SLOW, calls=[1], seconds=0.3))
    began = time.monotonic()
    assert client.chat_postMessage(channel=NORTHWIND, text="x")["ok"]
    assert time.monotonic() - began >= 0.3
    (accepted,) = server.edge.record.after()
    assert accepted.at - accepted.asked_at < 0.2


def test_an_accepted_message_may_come_into_the_history_later(desk: Desk) -> None:
    rule = Rule(method="chat.postMessage", trouble=Trouble.LAG, calls=(1, 3), seconds=20)
    desk.built.edge.follow(FaultPlan((rule,)))
    parent = desk.call("chat.postMessage", channel=NORTHWIND, text="hidden")["ts"]
    desk.call("chat.postMessage", channel=NORTHWIND, text="shown")
    desk.call("chat.postMessage", channel=NORTHWIND, text="reply", thread_ts=parent)

    def seen(method: str, **more: str) -> list[str]:
        answer = desk.call(f"conversations.{method}", channel=NORTHWIND, **more)
        return [one["text"] for one in answer["messages"]]

    desk.workspace.app.bot_scopes.append("channels:history")
    assert seen("history") == ["shown"]
    assert seen("replies", ts=parent) == ["hidden"]
    desk.ticker.seconds += 20
    assert seen("history") == ["shown", "hidden"]
    assert seen("replies", ts=parent) == ["hidden", "reply"]


def test_an_edit_hides_no_message_that_stood_there_before(desk: Desk) -> None:
    late = Rule(method="chat.*", trouble=Trouble.LAG, share=1.0, seconds=20)
    posted = desk.call("chat.postMessage", channel=NORTHWIND, text="first")["ts"]
    desk.built.edge.follow(FaultPlan((late,)))
    desk.call("chat.update", channel=NORTHWIND, ts=posted, text="second")
    desk.call("chat.postMessage", channel=NORTHWIND, text="hidden")
    desk.workspace.app.bot_scopes.append("channels:history")
    answer = desk.call("conversations.history", channel=NORTHWIND)
    assert [one["text"] for one in answer["messages"]] == ["second"]


def test_a_plan_may_keep_slacks_rate_and_is_followed_until_it_is_cleared(
    client: WebClient, sandbox: Sandbox
) -> None:
    sandbox.follow_plan({"posts": {"per_second": 0.1, "burst": 1}})
    assert client.chat_postMessage(channel=NORTHWIND, text="x")["ok"]
    assert client.chat_postMessage(channel=LARKFIELD, text="x")["ok"]
    with pytest.raises(SlackApiError) as refused:
        client.chat_postMessage(channel=NORTHWIND, text="y")
    assert refused.value.response.headers["Retry-After"] == "10"
    sandbox.follow_plan(None)
    assert client.chat_postMessage(channel=NORTHWIND, text="y")["ok"]


def test_a_wrong_plan_is_told(sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match="trouble"):
        sandbox.follow_plan({"rules": [{"method": "chat.*"}]})


# ---- the record


def test_the_record_has_every_write_that_was_accepted_and_nothing_else(
    server: SandboxServer, client: WebClient, sandbox: Sandbox
) -> None:
    metadata = {"event_type": "said", "event_payload": {"key": "k1"}}
    posted = client.chat_postMessage(channel=NORTHWIND, text="x", metadata=metadata)
    sandbox.follow_plan(plan(Trouble.LOST, method="chat.update"))
    with pytest.raises(SlackApiError):
        client.chat_update(channel=NORTHWIND, ts=posted["ts"], text="y")
    client.auth_test()
    with pytest.raises(SlackApiError):
        client.chat_update(channel=NORTHWIND, ts="1.000001", text="y")
    client.chat_delete(channel=NORTHWIND, ts=posted["ts"])
    told = sandbox.get("/control/record")
    assert told["of"] == 3
    assert [one["method"] for one in told["accepted"]] == [
        "chat.postMessage",
        "chat.update",
        "chat.delete",
    ]
    assert [one["seq"] for one in told["accepted"]] == [1, 2, 3]
    assert {one["ts"] for one in told["accepted"]} == {posted["ts"]}
    assert told["accepted"][0]["metadata"] == metadata
    assert sandbox.get("/control/record", after=2)["accepted"] == told["accepted"][2:]
    assert sandbox.get("/control/record", most=1)["accepted"] == told["accepted"][:1]


def test_a_file_is_recorded_with_where_it_stands(desk: Desk) -> None:
    desk.workspace.app.bot_scopes.append("files:write")
    begun = desk.call("files.getUploadURLExternal", filename="list.csv", length=3)
    path = begun["upload_url"].removeprefix("http://127.0.0.1:9")
    headers = {"content-type": "text/csv", "content-length": "3"}
    assert desk.run(desk.request(path, headers=headers, body=b"a,b"))[0] == 200
    files = [{"id": begun["file_id"], "title": "List"}]
    desk.call("files.completeUploadExternal", files=files, channel_id=NORTHWIND)
    (accepted,) = desk.built.edge.record.after()
    (message,) = desk.workspace.channels[NORTHWIND].messages.values()
    assert (accepted.files, accepted.ts) == ((begun["file_id"],), message.ts)


def test_the_record_can_be_kept_as_a_file(tmp_path: Path) -> None:
    path = tmp_path / "kept" / "record.jsonl"
    with SandboxServer(record=path) as running:
        client = WebClient(running.bot_token, running.api_url)
        for text in ("one", "two"):
            client.chat_postMessage(channel=NORTHWIND, text=text)
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [line["seq"] for line in lines] == [1, 2]
    assert {line["channel"] for line in lines} == {NORTHWIND}


# ---- how much it takes


@pytest.fixture
def posting(server: SandboxServer) -> Iterator[http.client.HTTPConnection]:
    connection = http.client.HTTPConnection("127.0.0.1", int(server.url.rpartition(":")[2]))
    yield connection
    connection.close()


@pytest.mark.slow
def test_thousands_of_posts_all_stand_on_the_record_in_their_order(
    server: SandboxServer, posting: http.client.HTTPConnection
) -> None:
    headers = {
        "authorization": f"Bearer {server.bot_token}",
        "content-type": "application/json",
    }
    posted = []
    for number in range(2000):
        body = {"channel": NORTHWIND, "text": f"Number {number}"}
        posting.request("POST", "/api/chat.postMessage", json.dumps(body), headers)
        posted.append(json.loads(posting.getresponse().read())["ts"])
    assert [accepted.ts for accepted in server.edge.record.after()] == posted
    assert len(set(posted)) == len(posted)
