"""Who can read a channel is asked in pages and one by one, within the time there is."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.web import SlackResponse

from bot.delivery.directory import TRUSTED_FOR, LooksGoOn, SlackDirectory
from bot.domain.errors import Problem, SlackUnavailable
from bot.slack_calls import Patience
from bot.storage.people import PersonFacts
from bot.storage.unit_of_work import Store
from tests.builders import FakeMachine, Team, posted, wait_until
from tests.delivery.slack import FakeSlack, Refusal
from tests.flows.slack import account

PAGES = 3


class SlowSlack(WebClient):
    """A channel of several pages of members; every call takes a second, or as long as it says."""

    def __init__(self, machine: FakeMachine, *, member: bool = True) -> None:
        super().__init__(token="xoxb-invented", retry_handlers=[])
        self.machine = machine
        self.member, self.takes = member, timedelta(seconds=1)
        self.called: list[str] = []

    def api_call(self, api_method: str, **given: Any) -> SlackResponse:
        args = given.get("json") or given.get("params") or given.get("data") or {}
        self.called.append(api_method)
        self.machine.advance(self.takes)
        answer: dict[str, Any] = {"ok": True}
        if api_method == "conversations.info":
            answer["channel"] = {"id": "CBIG", "name": "big", "is_member": self.member}
        elif api_method == "conversations.members":
            page = int(args.get("cursor") or 0)
            answer["members"] = [f"UMANY{page}"]
            following = str(page + 1) if page + 1 < PAGES else ""
            answer["response_metadata"] = {"next_cursor": following}
        else:
            answer["user"] = account(args["user"])
        return SlackResponse(
            client=self,
            http_verb="POST",
            api_url="",
            req_args={},
            data=answer,
            headers={},
            status_code=200,
        )


def _directory(store: Store, slack: SlowSlack, budget: float, **more: Any) -> SlackDirectory:
    return SlackDirectory(
        store=store,
        client_of=lambda _: slack,
        machine=slack.machine,
        monotonic=slack.machine.monotonic,
        budget=budget,
        **more,
    )


@pytest.mark.parametrize("budget", [1.5, 4.5])
def test_a_look_without_time_for_all_pages_or_people_is_told_on_and_stops(
    store: Store, team: Team, machine: FakeMachine, budget: float
) -> None:
    slack, told = SlowSlack(machine), list[tuple[int, str]]()
    directory = _directory(store, slack, budget, on_unfinished=lambda *which: told.append(which))
    with pytest.raises(SlackUnavailable) as refused:
        directory.channel(team.workspace_id, "CBIG")
    assert refused.value.problem is Problem.CHANNEL_UNKNOWN
    assert told == [(team.workspace_id, "CBIG")]
    assert len(slack.called) <= budget + 2.5


@pytest.mark.parametrize(
    ("who", "found", "pages"), [("UMANY0", True, 1), ("UMANY1", True, 2), ("UNOBODY", False, PAGES)]
)
def test_a_member_is_looked_for_page_by_page_until_found_and_asked_nothing_about(
    store: Store, team: Team, machine: FakeMachine, who: str, found: bool, pages: int
) -> None:
    slack = SlowSlack(machine)
    directory = _directory(store, slack, 4.5)
    assert directory.is_member(team.workspace_id, who, "CBIG") is found
    assert slack.called == ["conversations.members"] * pages


@pytest.mark.parametrize("waiting", [True, False])
def test_who_was_not_found_before_the_time_was_over_is_not_taken_for_absent(
    store: Store, team: Team, machine: FakeMachine, waiting: bool
) -> None:
    slack, told = SlowSlack(machine), list[tuple[int, str]]()
    directory = _directory(store, slack, 1.5, on_unfinished=lambda *which: told.append(which))
    within = Patience(monotonic=machine.monotonic) if waiting else None
    with pytest.raises(SlackUnavailable):
        directory.is_member(team.workspace_id, "UMANY2", "CBIG", within)
    assert slack.called == ["conversations.members"] * 2
    assert told == []


def test_the_look_that_goes_on_lets_the_second_press_through(
    store: Store, team: Team, machine: FakeMachine
) -> None:
    slack = SlowSlack(machine)
    longer = _directory(store, slack, 60.0)
    ended = threading.Event()

    def look(workspace_id: int, slack_id: str) -> None:
        longer.channel(workspace_id, slack_id)
        ended.set()

    directory = _directory(store, slack, 1.5, on_unfinished=LooksGoOn(look))
    with pytest.raises(SlackUnavailable):
        directory.channel(team.workspace_id, "CBIG")
    assert ended.wait(10)
    asked = len(slack.called)
    assert directory.channel(team.workspace_id, "CBIG").problem() is None
    assert len(slack.called) == asked


def test_a_look_at_a_public_channel_without_the_bot_goes_on_there_too(
    store: Store, team: Team, machine: FakeMachine
) -> None:
    slack = SlowSlack(machine, member=False)
    longer = _directory(store, slack, 60.0)
    longer.channel(team.workspace_id, "CBIG", anywhere=True)
    assert slack.called.count("users.info") == PAGES
    # Whoever is in it is known now: the next press asks only who is.
    slack.called.clear()
    slack.takes = timedelta(milliseconds=200)
    directory = _directory(store, slack, 1.5)
    assert not directory.channel(team.workspace_id, "CBIG", anywhere=True).bot_inside
    assert "users.info" not in slack.called


@pytest.fixture
def inside(store: Store, team: Team, slack: FakeSlack) -> SlackDirectory:
    """Looks at a channel in which the AE and Sam are."""
    slack.members["C0DEAL"] = [team.ae.slack_id, team.outsider.slack_id]
    slack.accounts = {one.slack_id: {"real_name": one.name} for one in (team.ae, team.outsider)}
    return SlackDirectory(
        store=store,
        client_of=lambda _: slack,
        machine=slack.machine,
        monotonic=slack.machine.monotonic,
        budget=60.0,
    )


@pytest.mark.parametrize("word", ["user_not_found", "user_not_visible"])
def test_a_member_nobody_can_look_up_counts_as_an_outsider(
    team: Team, slack: FakeSlack, inside: SlackDirectory, word: str
) -> None:
    slack.members["C0DEAL"].append("UHIDDEN")
    slack.trouble = lambda method, args: Refusal(word) if method == "users.info" else None
    problem = inside.channel(team.workspace_id, "C0DEAL", anew=True).problem()
    assert problem is Problem.CHANNEL_GUESTS


def test_a_member_who_was_asked_about_days_ago_is_asked_about_again(
    store: Store, team: Team, slack: FakeSlack, inside: SlackDirectory
) -> None:
    posted(store, team)
    slack.accounts[team.outsider.slack_id]["is_restricted"] = True
    slack.machine.advance(TRUSTED_FOR)
    assert inside.channel(team.workspace_id, "C0DEAL").problem() is None
    slack.machine.advance(timedelta(minutes=11))
    assert inside.channel(team.workspace_id, "C0DEAL").problem() is Problem.CHANNEL_GUESTS
    with store.read(team.workspace_id) as unit:
        assert unit.people.get(team.outsider.id).guest
    slack.machine.advance(timedelta(minutes=11))
    before = len(slack.ledger.calls)
    inside.channel(team.workspace_id, "C0DEAL")
    assert "users.info" not in [method for method, _ in slack.ledger.calls[before:]]


def test_what_is_heard_while_members_are_asked_about_counts(
    store: Store, team: Team, slack: FakeSlack, inside: SlackDirectory
) -> None:
    slack.members["C0DEAL"].append("UNEW")
    slack.accounts["UNEW"] = {"real_name": "Nia"}

    def hears(method: str, _args: dict[str, Any]) -> None:
        if method == "users.info":
            with store.write(team.workspace_id) as unit:
                guest = PersonFacts(team.outsider.name, guest=True)
                unit.note_account(team.outsider.slack_id, guest, heard=True)
                unit.commit()

    slack.trouble = hears
    problem = inside.channel(team.workspace_id, "C0DEAL", anew=True).problem()
    assert problem is Problem.CHANNEL_GUESTS


def test_one_channel_is_never_looked_at_twice_at_once_and_can_be_again_afterwards() -> None:
    go, looked = threading.Semaphore(0), list[str]()

    def look(_workspace_id: int, slack_id: str) -> None:
        looked.append(slack_id)
        go.acquire(timeout=10)
        raise SlackUnavailable(Problem.SLACK_SILENT)

    looks = LooksGoOn(look)
    for slack_id in ("CONE", "CONE", "CTWO"):
        looks(1, slack_id)
    wait_until(lambda: len(looked) == 2)
    assert sorted(looked) == ["CONE", "CTWO"]
    go.release(2)

    def again() -> bool:
        looks(1, "CONE")
        return len(looked) == 3

    wait_until(again)
    go.release()
