"""What is asked of Slack keeps to the rates of what is posted, and acts go first."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from bot.delivery.asking import is_silence, not_said
from bot.delivery.constants import Constants
from bot.delivery.directory import SlackDirectory
from bot.delivery.shaping import Shaping
from bot.domain.errors import Problem, SlackUnavailable
from bot.slack_calls import Patience
from bot.storage.unit_of_work import Store
from tests.builders import FakeMachine, Team
from tests.flows.slack import account

SECOND = timedelta(seconds=1)
MANY = 400
A_MINUTE = 100
"""How often Slack lets `users.info` be called in one."""


class Crowd(WebClient):
    """A channel full of people, and when who was asked about; it may say that it was too much."""

    def __init__(self, machine: FakeMachine) -> None:
        super().__init__(token="xoxb-invented", retry_handlers=[])
        self.machine = machine
        self.asked: list[tuple[str, float]] = []
        self.too_much: dict[str, int] = {}
        """Methods that answer 429 once, with the seconds to wait."""

    def api_call(self, api_method: str, **given: Any) -> SlackResponse:
        args = given["params"]
        self.asked.append((api_method, self.machine.monotonic()))
        if api_method in self.too_much:
            headers = {"Retry-After": str(self.too_much.pop(api_method))}
            limited = self._answer({"ok": False, "error": "ratelimited"}, 429, headers)
            raise SlackApiError("too much", limited)  # type: ignore[no-untyped-call]
        if api_method == "conversations.info":
            return self._answer({"channel": {"id": "CBIG", "name": "big", "is_member": True}})
        if api_method == "conversations.members":
            begin = int(args["cursor"] or 0)
            end = min(begin + int(args["limit"]), MANY)
            cursor = {"next_cursor": str(end) if end < MANY else ""}
            members = [f"U{number}" for number in range(begin, end)]
            return self._answer({"members": members, "response_metadata": cursor})
        return self._answer({"user": account(args["user"])})

    def times(self, method: str) -> list[float]:
        return [at for name, at in self.asked if name == method]

    def _answer(
        self, data: dict[str, Any], status: int = 200, headers: dict[str, str] | None = None
    ) -> SlackResponse:
        return SlackResponse(
            client=self,
            http_verb="POST",
            api_url="",
            req_args={},
            data={"ok": True, **data},
            headers=headers or {},
            status_code=status,
        )


class Desk:
    """The three ways of asking, on one Slack, one store and one set of rates."""

    def __init__(self, store: Store, team: Team, machine: FakeMachine) -> None:
        self.workspace, self.machine, self.slack = team.workspace_id, machine, Crowd(machine)
        self.shaping = Shaping(machine=machine, constants=Constants())
        self.unfinished: list[tuple[int, str]] = []

        def directory(budget: float, **more: Any) -> SlackDirectory:
            return SlackDirectory(
                store=store,
                client_of=lambda _: self.slack,
                machine=machine,
                monotonic=machine.monotonic,
                shaping=self.shaping,
                budget=budget,
                on_unfinished=lambda *which: self.unfinished.append(which),
                **more,
            )

        self.before_answer, self.in_delivery = directory(1.2), directory(20)
        self.in_background = directory(
            600, sleep=lambda seconds: machine.advance(timedelta(seconds=seconds))
        )

    def use_up(self, method: str) -> None:
        while not self.shaping.take_in_turn(self.workspace, method):
            pass

    def act(self, slack_id: str) -> str:
        """Somebody names a person: the name, or why it is not known."""
        try:
            patience = Patience(monotonic=self.machine.monotonic)
            return self.before_answer.person(self.workspace, slack_id, patience).name
        except SlackUnavailable as refused:
            return refused.problem.value


@pytest.fixture
def desk(store: Store, team: Team, machine: FakeMachine) -> Desk:
    return Desk(store, team, machine)


def most_in_a_minute(times: list[float]) -> int:
    return max(sum(began <= at < began + 60 for at in times) for began in times)


@pytest.mark.parametrize("waiting", [True, False], ids=["before an answer", "in delivery"])
def test_a_channel_full_of_unknown_people_is_looked_at_no_faster_than_slack_allows(
    desk: Desk, waiting: bool
) -> None:
    directory = desk.before_answer if waiting else desk.in_delivery
    within = Patience(monotonic=desk.machine.monotonic) if waiting else None
    with pytest.raises(SlackUnavailable) as refused:
        directory.channel(desk.workspace, "CBIG", within)
    assert refused.value.problem is Problem.CHANNEL_UNKNOWN
    assert desk.unfinished == [(desk.workspace, "CBIG")]
    # A fifth of what was saved up is left for questions that somebody waits for.
    assert len(desk.slack.times("users.info")) == 0.8 * Constants().rates["users.info"].burst

    # The look that goes on in the background waits for its turns, and asks about nobody twice.
    assert desk.in_background.channel(desk.workspace, "CBIG").problem() is None
    times = desk.slack.times("users.info")
    assert len(times) == MANY
    assert most_in_a_minute(times) <= A_MINUTE
    asked = len(desk.slack.asked)
    assert directory.channel(desk.workspace, "CBIG", within).problem() is None
    assert len(desk.slack.asked) == asked


def test_an_act_goes_ahead_where_a_job_comes_again(desk: Desk) -> None:
    for method in ("users.info", "conversations.info"):
        desk.use_up(method)
    with pytest.raises(SlackUnavailable):
        desk.in_delivery.person(desk.workspace, "U1")
    with pytest.raises(SlackUnavailable):
        desk.in_delivery.channel(desk.workspace, "CBIG")
    assert desk.slack.asked == []
    assert desk.act("U1") == "U1"


def test_what_is_asked_counts_for_what_is_sent(desk: Desk) -> None:
    for number in range(int(Constants().rates["users.info"].burst)):
        assert desk.act(f"U{number}") == f"U{number}"
    assert desk.shaping.take_in_turn(desk.workspace, "users.info") > timedelta(0)


def test_a_pause_slack_asked_for_holds_for_acts_and_jobs_and_slows_the_method(
    desk: Desk,
) -> None:
    desk.slack.too_much = {"users.info": 30}
    assert desk.act("U1") == Problem.SLACK_SILENT
    assert desk.act("U1") == Problem.SLACK_SILENT
    with pytest.raises(SlackUnavailable):
        desk.in_delivery.person(desk.workspace, "U1")
    assert len(desk.slack.asked) == 1
    # What Slack said of one method it did not say of another.
    assert not desk.shaping.resting(desk.workspace, "conversations.info")

    desk.machine.advance(30 * SECOND)
    assert desk.act("U1") == "U1"
    full = Constants().rates["users.info"].per_second
    wait = desk.shaping.take_in_turn(desk.workspace, "users.info")
    assert wait / SECOND == pytest.approx(2 / full, rel=0.01)


def test_a_pause_in_the_middle_of_a_look_is_waited_out_in_the_background(desk: Desk) -> None:
    desk.slack.too_much = {"users.info": 30}
    with pytest.raises(SlackUnavailable):
        desk.in_background.channel(desk.workspace, "CBIG")
    began = desk.machine.monotonic()
    assert desk.in_background.channel(desk.workspace, "CBIG").problem() is None
    assert min(at for at in desk.slack.times("users.info") if at > began) >= began + 30


def test_no_two_threads_take_one_token(machine: FakeMachine) -> None:
    shaping = Shaping(machine=machine, constants=Constants())
    with ThreadPoolExecutor(8) as pool:
        waits = list(
            pool.map(lambda _: shaping.take_in_turn(1, "users.info", answer=True), range(400))
        )
    assert waits.count(timedelta(0)) == Constants().rates["users.info"].burst


@pytest.mark.parametrize(
    ("word", "silent"),
    [("missing_scope", False), ("ekm_access_denied", False), ("internal_error", True)],
)
def test_what_slack_says_of_one_question_alone_is_no_silence(word: str, silent: bool) -> None:
    answer = {"ok": False, "error": word}
    refused = SlackApiError("refused", answer)  # type: ignore[no-untyped-call]
    assert is_silence(not_said(refused)) is silent
