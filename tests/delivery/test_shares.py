"""One workspace whose Slack hangs, or refuses its token, does not keep the others waiting."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from slack_sdk.web import SlackResponse

from bot.delivery.constants import Constants
from bot.delivery.directory import SlackDirectory
from bot.delivery.shares import SLOW_AFTER, Shares
from bot.domain.errors import SlackUnavailable
from bot.domain.notices import Notice, NoticeKind, Place, Priority
from bot.storage.people import PersonFacts
from bot.storage.unit_of_work import Store
from tests.builders import FakeMachine, Team, make_team, wait_until
from tests.delivery.desk import Desk
from tests.delivery.slack import FakeSlack, Refusal

SECOND = timedelta(seconds=1)
EACH = Constants().senders


@pytest.fixture
def shares(machine: FakeMachine) -> Shares:
    made = Shares(each=EACH, monotonic=machine.monotonic)
    made.of(3 * EACH)
    return made


def test_a_workspace_holds_so_many_and_no_more(shares: Shares) -> None:
    for _ in range(EACH - 1):
        shares.take(1)
    assert shares.full() == []
    began = shares.take(1)
    assert shares.full() == [1]
    shares.give_back(1, began)
    assert shares.full() == []


def test_one_that_hangs_gets_no_further_one_and_then_one_at_a_time(
    shares: Shares, machine: FakeMachine
) -> None:
    began = shares.take(1)
    machine.advance(SLOW_AFTER + SECOND)
    assert shares.full() == [1]
    shares.give_back(1, began)
    assert shares.full() == []
    again = shares.take(1)
    assert shares.full() == [1]
    shares.give_back(1, again)  # It ended at once: all is well again.
    shares.take(1)
    assert shares.full() == []


def test_all_that_hang_hold_half_of_them(shares: Shares, machine: FakeMachine) -> None:
    hanging = range(1, 3 * EACH // 2 + 1)
    for one in hanging:
        shares.take(one)
    machine.advance(SLOW_AFTER + SECOND)
    assert sorted(shares.full()) == list(hanging)
    shares.take(99)
    assert 99 not in shares.full()
    # One more that is known to be slow gets none as long as the others hold so many.
    began = shares.take(100)
    machine.advance(SLOW_AFTER + SECOND)
    shares.give_back(100, began)
    assert 100 in shares.full()


def test_where_there_is_one_workspace_nobody_is_spared(machine: FakeMachine) -> None:
    alone = Shares(each=EACH, monotonic=machine.monotonic)
    for _ in range(EACH):
        alone.take(1)
    machine.advance(SLOW_AFTER + SECOND)
    assert alone.full() == []


class Hanging(FakeSlack):
    """Answers nothing until it is let go, and knows how many wait for it."""

    def __init__(self, machine: FakeMachine) -> None:
        super().__init__(machine)
        self.waiting = 0
        self.let_go = threading.Event()
        self._guard = threading.Lock()

    def api_call(self, api_method: str, **given: Any) -> SlackResponse:
        with self._guard:
            self.waiting += 1
        assert self.let_go.wait(30)
        return super().api_call(api_method, **given)


def _people(store: Store, workspace_id: int, count: int) -> None:
    """So many people who are each told something."""
    with store.write(workspace_id) as unit:
        for number in range(count):
            name = f"U{number}"
            person = unit.people.ensure(name, facts=PersonFacts(name))
            key, late = f"late:{name}", Priority.LATE
            unit.outbox.add(Notice(NoticeKind.WELCOME, Place.DM, key, late, person_id=person.id))
        unit.commit()


@pytest.fixture
def other(store: Store) -> Team:
    return make_team(store, team_id="T200")


@pytest.fixture
def hanging(desk: Desk, team: Team, machine: FakeMachine) -> Iterator[Hanging]:
    slow = Hanging(machine)
    desk.clients = {team.workspace_id: slow}
    desk.constants = Constants().divided(30)
    desk.hire()
    yield slow
    slow.let_go.set()
    assert desk.senders.stop()


def test_what_hangs_holds_as_many_senders_as_one_may_and_the_others_are_served(
    desk: Desk, store: Store, team: Team, other: Team, hanging: Hanging
) -> None:
    _people(store, team.workspace_id, 3 * EACH)
    desk.senders.start()
    wait_until(lambda: hanging.waiting == EACH)
    _people(store, other.workspace_id, 2)
    desk.senders.poke()
    wait_until(lambda: len(desk.slack.ledger.messages) == 2)
    assert hanging.waiting == EACH


def test_threads_for_more_workspaces_come_when_these_do(
    desk: Desk, store: Store, team: Team, hanging: Hanging
) -> None:
    _people(store, team.workspace_id, 3 * EACH)
    desk.senders.start()
    wait_until(lambda: hanging.waiting == EACH)
    other = make_team(store, team_id="T200")
    desk.senders.fit()
    _people(store, other.workspace_id, 1)
    desk.senders.poke()
    wait_until(lambda: len(desk.slack.ledger.messages) == 1)


def test_a_workspace_without_a_token_rests_and_the_others_are_served(
    desk: Desk, store: Store, team: Team, other: Team
) -> None:
    desk.clients = {other.workspace_id: FakeSlack(desk.machine)}
    desk.slack.trouble = lambda _method, _args: Refusal("token_revoked")
    for workspace_id in (team.workspace_id, other.workspace_id):
        _people(store, workspace_id, 1)
    desk.work()
    assert store.delivery.blocked() == {team.workspace_id: "token_revoked"}
    assert len(desk.clients[other.workspace_id].ledger.messages) == 1


def test_a_question_in_delivery_finds_the_token_revoked_too(
    desk: Desk, store: Store, team: Team
) -> None:
    desk.slack.trouble = lambda _method, _args: Refusal("token_revoked")
    directory = SlackDirectory(
        store=store, client_of=lambda _: desk.slack, machine=desk.machine, budget=20
    )
    with pytest.raises(SlackUnavailable):
        directory.channel(team.workspace_id, "C0OTHER")
    assert store.delivery.blocked() == {team.workspace_id: "token_revoked"}
