from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.delivery.calls import EVENT_TYPE, HISTORY_PAGE, MOST_PAGES, TOO_MUCH
from bot.domain.notices import Notice, NoticeKind, Place, Priority
from bot.storage.people import PersonFacts
from bot.storage.tables import outbox
from bot.storage.unit_of_work import Store
from tests.builders import FakeMachine, Team, make_store, make_team, posted
from tests.delivery.desk import MINUTE, SECOND, Desk, Nth
from tests.delivery.slack import FakeSlack, Fault, Refusal, Script

DOUBTFUL = [
    Fault.TAKEN_THEN_SERVER_ERROR,
    Fault.TAKEN_THEN_RESET,
    Fault.TAKEN_THEN_SILENT,
    Fault.TAKEN_LATE,
    Fault.SERVER_ERROR,
    Fault.SILENT,
]


def test_a_notice_is_posted_once_with_its_key_and_without_previews(desk: Desk) -> None:
    key = desk.say("hello")
    desk.drain()
    (message,) = desk.slack.ledger.messages
    assert message.channel == "D-UAE"
    assert message.args["metadata"]["event_type"] == "handoff_notice"
    payload = message.args["metadata"]["event_payload"]
    assert payload["key"] == key
    assert [len(mark) for mark in payload["marks"]] == [32]
    assert (message.args["unfurl_links"], message.args["unfurl_media"]) == (False, False)
    assert message.args["text"]
    row = desk.row(outbox, key="hello")
    assert (row["state"], row["ts"], row["sent_channel"]) == ("sent", message.ts, "D-UAE")


def test_the_conversation_with_a_person_is_opened_once(desk: Desk) -> None:
    desk.say("one")
    desk.say("two")
    desk.drain()
    methods = [method for method, _ in desk.slack.ledger.calls]
    assert methods.count("conversations.open") == 1
    assert desk.store.delivery.dm_of(desk.team.ae.id) == "D-UAE"


@pytest.mark.parametrize("fault", DOUBTFUL)
def test_a_post_in_doubt_ends_up_there_exactly_once(desk: Desk, fault: Fault) -> None:
    desk.slack.trouble = Script(chat__postMessage=[fault])
    key = desk.say("hello")
    desk.drain()
    assert desk.slack.ledger.keys() == [key]
    assert desk.row(outbox, key="hello")["ts"] == desk.slack.ledger.messages[0].ts


def test_a_post_in_doubt_is_not_touched_before_the_quarantine_ends(desk: Desk) -> None:
    desk.slack.trouble = Script(chat__postMessage=[Fault.SILENT])
    desk.say("hello")
    desk.pass_time(desk.constants.quarantine - SECOND)
    methods = [method for method, _ in desk.slack.ledger.calls]
    assert methods == ["conversations.open", "chat.postMessage"]
    desk.pass_time(2 * SECOND)
    assert len(desk.slack.ledger.messages) == 1


def test_a_shorter_quarantine_would_miss_a_late_acceptance(desk: Desk) -> None:
    # The fake can double a post: what keeps it from that is the wait, not the fake.
    desk.constants = replace(desk.constants, quarantine=SECOND)
    desk.hire()
    desk.slack.trouble = Script(chat__postMessage=[Fault.TAKEN_LATE])
    key = desk.say("hello")
    desk.drain()
    assert desk.slack.ledger.keys() == [key, key]


@pytest.mark.parametrize("chatter", [250, 2_500])
def test_a_look_back_reads_every_page(desk: Desk, chatter: int) -> None:
    desk.slack.trouble = Script(chat__postMessage=[Fault.TAKEN_THEN_RESET])
    key = desk.say("hello")
    desk.work()
    _talk(desk, chatter)
    desk.drain()
    assert desk.slack.ledger.keys().count(key) == 1
    assert desk.state("hello") == "sent"
    assert _looks(desk) == chatter // HISTORY_PAGE + 1


def test_what_a_long_look_takes_in_advance_is_given_back_by_those_after_it(desk: Desk) -> None:
    desk.slack.trouble = Script(chat__postMessage=[Fault.TAKEN_THEN_RESET])
    desk.say("hello")
    desk.work()
    _talk(desk, 30 * HISTORY_PAGE)
    desk.pass_time(desk.constants.quarantine)
    assert desk.state("hello") == "sent"
    ended = desk.machine.monotonic()
    desk.say("first", person_id=desk.team.csm.id)
    desk.drain()
    opened = [at for method, at in desk.slack.ledger.calls if method == "conversations.open"]
    # 31 pages of which five were saved up, at 50 a minute.
    assert 25 < opened[-1] - ended < 40


def test_a_look_that_slack_cuts_short_begins_anew_after_the_pause(desk: Desk) -> None:
    desk.slack.trouble = Script(
        chat__postMessage=[Fault.TAKEN_THEN_RESET],
        conversations__history=[None, None, Fault.LIMITED],
    )
    key = desk.say("hello")
    desk.work()
    _talk(desk, 5 * HISTORY_PAGE)
    desk.drain()
    assert desk.slack.ledger.keys().count(key) == 1
    assert desk.state("hello") == "sent"
    assert _looks(desk) == 3 + 6


def test_where_too_much_was_written_since_it_is_not_repeated_and_shown(desk: Desk) -> None:
    desk.slack.trouble = Script(chat__postMessage=[Fault.TAKEN_THEN_RESET])
    key = desk.say("hello")
    desk.work()
    _talk(desk, MOST_PAGES * HISTORY_PAGE)
    desk.drain()
    assert desk.slack.ledger.keys().count(key) == 1
    assert _looks(desk) == MOST_PAGES
    (letter,) = desk.store.delivery.dead_letters(desk.team.workspace_id)
    assert (desk.state("hello"), letter.reason) == ("unconfirmed", TOO_MUCH)


def test_what_waits_to_be_looked_for_takes_no_turn_from_what_is_new(desk: Desk) -> None:
    old, new = _colleagues(desk, 60), _colleagues(desk, 40, first=60)
    for number, person_id in enumerate(old):
        desk.say(f"old:{number}", person_id=person_id)
    _doubt_all(desk)
    for number, person_id in enumerate(new):
        desk.say(f"new:{number}", person_id=person_id)
    desk.pass_time(10 * SECOND)
    said = [f"new:{number}" for number in range(len(new))]
    assert {desk.state(key) for key in said} == {"sent"}, "five a second, and a burst"
    desk.drain()
    assert len(desk.slack.ledger.keys()) == len(set(desk.slack.ledger.keys())) == 100


def test_what_was_found_gives_back_the_turn_of_its_post(desk: Desk) -> None:
    readers = _colleagues(desk, 4)
    for number, person_id in enumerate(readers):
        key = desk.say(f"there:{number}", person_id=person_id)
        metadata = {"event_type": EVENT_TYPE, "event_payload": {"key": key}}
        desk.slack.chat_postMessage(channel=f"D-U{number:04}", text="there", metadata=metadata)
    _doubt_all(desk)
    desk.work()
    assert {desk.state(f"there:{number}") for number in range(4)} == {"sent"}
    for number, person_id in enumerate(_colleagues(desk, 10, first=4)):
        desk.say(f"new:{number}", person_id=person_id, priority=Priority.ANSWER)
    desk.work()
    assert {desk.state(f"new:{number}") for number in range(10)} == {"sent"}, "of a burst of ten"


def test_doubt_that_cannot_be_looked_into_as_slack_refuses_the_place_stays_doubt(
    desk: Desk,
) -> None:
    desk.slack.trouble = Script(chat__postMessage=[Fault.TAKEN_THEN_RESET])
    key = desk.say("hello")
    desk.work()
    desk.store.delivery.set_dm(desk.team.ae.id, None)
    refused = [Refusal("channel_not_found")] * 3
    desk.slack.trouble = Script(conversations__open=refused)
    desk.drain()
    assert desk.slack.ledger.keys().count(key) == 1
    assert desk.state("hello") == "unconfirmed"


def _colleagues(desk: Desk, count: int, *, first: int = 0) -> list[int]:
    """People whose conversation with the bot is known."""
    found = []
    with desk.store.write(desk.team.workspace_id) as unit:
        for number in range(first, first + count):
            slack_id = f"U{number:04}"
            facts = PersonFacts(f"Colleague {number}", "Europe/Berlin")
            found.append(unit.people.ensure(slack_id, facts=facts).id)
        unit.commit()
    for number, person_id in enumerate(found, first):
        desk.store.delivery.set_dm(person_id, f"D-U{number:04}")
    return found


def _doubt_all(desk: Desk) -> None:
    """All that waits was tried, and nobody knows whether it is there."""
    delivery = desk.store.delivery
    for job in delivery.lease(100, lease=desk.constants.lease):
        assert delivery.mark_maybe_sent(job)
        assert delivery.retry(job, after=timedelta(0))


def _talk(desk: Desk, count: int) -> None:
    """Others write where the bot wrote to the AE."""
    for number in range(count):
        desk.slack.chat_postMessage(channel="D-UAE", text=f"chatter {number}")


def _looks(desk: Desk) -> int:
    methods = [method for method, _ in desk.slack.ledger.calls]
    return methods.count("conversations.history")


def test_a_rate_limit_is_waited_out_and_leaves_no_doubt(desk: Desk) -> None:
    desk.slack.trouble = Script(chat__postMessage=[Fault.LIMITED])
    desk.say("hello")
    desk.work()
    assert not desk.row(outbox, key="hello")["maybe_sent"]
    desk.pass_time(6 * SECOND)
    assert not desk.slack.ledger.messages
    desk.pass_time(3 * SECOND)
    assert len(desk.slack.ledger.messages) == 1


def test_without_a_connection_nothing_is_in_doubt_and_it_is_tried_again(desk: Desk) -> None:
    desk.slack.trouble = Script(chat__postMessage=[Fault.NO_CONNECTION] * 3)
    desk.say("hello")
    desk.drain()
    assert len(desk.slack.ledger.messages) == 1
    methods = [method for method, _ in desk.slack.ledger.calls]
    assert "conversations.history" not in methods


def test_what_slack_will_never_take_is_given_up_and_shown(desk: Desk) -> None:
    desk.slack.trouble = Script(chat__postMessage=[Refusal("invalid_blocks")])
    desk.say("hello")
    desk.drain()
    assert desk.state("hello") == "dead"
    (letter,) = desk.store.delivery.dead_letters(desk.team.workspace_id)
    assert (letter.kind, letter.reason) == ("welcome", "invalid_blocks")
    assert desk.store.delivery.counts().dead == 1


def test_a_refused_token_blocks_one_workspace_and_is_tried_again_later(
    desk: Desk, store: Store
) -> None:
    other = make_team(store, team_id="T200")
    theirs = FakeSlack(desk.machine, lambda *_: Refusal("token_revoked"))
    desk.clients[other.workspace_id] = theirs
    for number in range(5):
        desk.say(f"ours {number}")
    _say_in(store, other, "theirs")
    desk.pass_time(2 * MINUTE, step=5 * SECOND)
    assert len(desk.slack.ledger.messages) == 5
    assert store.delivery.blocked() == {other.workspace_id: "token_revoked"}
    assert len(theirs.ledger.calls) == 1
    theirs.trouble = Script()
    desk.pass_time(4 * MINUTE, step=5 * SECOND)
    assert len(theirs.ledger.messages) == 1
    assert store.delivery.blocked() == {}


def test_a_channel_whose_keys_are_revoked_blocks_nobody_and_is_given_up(
    desk: Desk, store: Store, team: Team
) -> None:
    def locked(_method: str, args: dict[str, Any]) -> Refusal | None:
        return Refusal("ekm_access_denied") if args.get("channel") == "C0DEAL" else None

    desk.slack.trouble = locked
    handoff_id = posted(store, team)
    desk.add(_status_post(team, "to the channel"))
    desk.say("to a person")
    desk.drain()
    assert store.delivery.blocked() == {}
    assert desk.state("to a person") == "sent"
    letters = store.delivery.dead_letters(team.workspace_id)
    assert {one.reason for one in letters} == {"ekm_access_denied"}
    assert {one.kind for one in letters} >= {"status_post", "card"}
    desk.slack.trouble = lambda _method, _args: None
    with store.write(team.workspace_id) as unit:
        unit.surfaces.refresh(handoff_id)
        unit.commit()
    desk.drain()
    assert len(desk.slack.ledger.in_channel("C0DEAL")) == 1, "the card, once the keys are back"


def test_a_post_that_is_found_while_the_workspace_is_blocked_ends_that(
    desk: Desk, store: Store, team: Team
) -> None:
    desk.slack.trouble = Script(chat__postMessage=[Fault.TAKEN_THEN_RESET])
    desk.say("hello")
    desk.work()
    store.delivery.block_workspace(team.workspace_id, "token_revoked")
    desk.pass_time(6 * MINUTE, step=5 * SECOND)
    assert desk.state("hello") == "sent"
    assert len(desk.slack.ledger.messages) == 1
    assert store.delivery.blocked() == {}


def test_a_block_ends_also_where_only_a_part_of_the_job_that_tries_is_taken(
    desk: Desk, store: Store, team: Team
) -> None:
    store.delivery.block_workspace(team.workspace_id, "token_revoked")
    desk.slack.trouble = Script(chat__postMessage=[Refusal("invalid_blocks")])
    desk.say("hello")
    desk.pass_time(6 * MINUTE, step=5 * SECOND)
    assert desk.state("hello") == "dead"
    assert store.delivery.blocked() == {}


def test_a_whisper_that_is_taken_ends_a_block(desk: Desk, store: Store, team: Team) -> None:
    store.delivery.block_workspace(team.workspace_id, "token_revoked")
    desk.say("hello", place=Place.EPHEMERAL, channel_id=team.channel.id)
    desk.pass_time(6 * MINUTE, step=5 * SECOND)
    assert len(desk.slack.ledger.whispers) == 1
    assert store.delivery.blocked() == {}


def test_a_token_that_may_read_and_not_post_goes_on_to_block(
    desk: Desk, store: Store, team: Team
) -> None:
    store.delivery.block_workspace(team.workspace_id, "token_revoked")
    desk.slack.trouble = lambda method, _args: (
        Refusal("not_allowed_token_type") if method == "chat.postMessage" else None
    )
    desk.say("hello")
    desk.pass_time(21 * MINUTE, step=5 * SECOND)
    assert store.delivery.blocked() == {team.workspace_id: "not_allowed_token_type"}
    posts = [method for method, _ in desk.slack.ledger.calls if method == "chat.postMessage"]
    assert 2 <= len(posts) <= 4


def _say_in(store: Store, team: Team, key: str) -> None:
    with store.write(team.workspace_id) as unit:
        unit.outbox.add(
            Notice(NoticeKind.WELCOME, Place.DM, key, Priority.HAND_OVER, person_id=team.ae.id)
        )
        unit.commit()


def test_a_workspace_slack_does_not_answer_for_leaves_the_others_alone(
    desk: Desk, store: Store
) -> None:
    other = make_team(store, team_id="T200")
    desk.clients[other.workspace_id] = FakeSlack(desk.machine, lambda *_: Fault.NO_CONNECTION)
    for number in range(8):
        desk.say(f"ours {number}")
        _say_in(store, other, f"theirs {number}")
    desk.pass_time(10 * SECOND)
    assert len(desk.slack.ledger.messages) == 8
    assert len(desk.clients[other.workspace_id].ledger.calls) < 8


def test_a_channel_post_in_doubt_without_a_history_scope_is_unconfirmed_and_not_repeated(
    desk: Desk, store: Store, team: Team
) -> None:
    desk.slack.without_scopes = {"conversations.history", "conversations.replies"}
    desk.add(_status_post(team, "once"))
    desk.drain()
    desk.slack.trouble = Script(chat__postMessage=[Fault.TAKEN_THEN_RESET])
    desk.add(_status_post(team, "again"))
    desk.drain()
    assert desk.state("again") == "unconfirmed"
    assert len(desk.slack.ledger.in_channel("C0DEAL")) == 2
    assert store.delivery.counts().unconfirmed == 1
    desk.pass_time(10 * MINUTE, step=MINUTE)
    assert len(desk.slack.ledger.in_channel("C0DEAL")) == 2


def _status_post(team: Team, key: str) -> Notice:
    return Notice(
        NoticeKind.STATUS_POST,
        Place.CHANNEL,
        key,
        Priority.ANSWER,
        person_id=team.revops.id,
        channel_id=team.channel.id,
    )


def test_a_card_in_doubt_is_found_by_its_key_and_then_brought_up_to_date(
    desk: Desk, store: Store, team: Team
) -> None:
    desk.slack.trouble = Script(chat__postMessage=[Fault.TAKEN_THEN_RESET] * 6)
    posted(store, team)
    desk.drain()
    cards = desk.slack.ledger.in_channel("C0DEAL")
    assert len(cards) == 1
    assert cards[0].edits == 1
    assert desk.surfaces_at_rest()


def test_a_sender_frozen_past_its_lease_does_not_post(desk: Desk) -> None:
    desk.say("hello")

    def freeze(name: str) -> None:
        if name == "rendered":
            desk.machine.advance(timedelta(seconds=55))

    desk.hire(freeze)
    assert desk.senders.work_once()
    assert not desk.slack.ledger.messages
    desk.hire()
    desk.drain()
    assert len(desk.slack.ledger.messages) == 1


def _looked_at(desk: Desk) -> None:
    """A posted handoff, and a reader of its Home tab, with everything shown as it is."""
    posted(desk.store, desk.team)
    with desk.store.write(desk.team.workspace_id) as unit:
        unit.surfaces.open_home(desk.team.ae.id)
        unit.commit()
    desk.drain()


def _renamed(desk: Desk, account: str) -> None:
    with desk.store.write(desk.team.workspace_id) as unit:
        handoff = unit.handoffs.lock(1)
        handoff.account = account
        unit.save(handoff, actor_id=None)
        unit.commit()


def _overtaken(desk: Desk, *, frozen_for: timedelta) -> None:
    """The rows change while a sender is frozen, and others show them before it thaws."""
    senders = desk.senders
    desk.machine.advance(frozen_for)
    _renamed(desk, "Renamed later")
    desk.hire()
    desk.drain()
    desk.senders = senders


@pytest.mark.parametrize("nth", [1, 2, 3, 4])
def test_a_sender_frozen_past_its_lease_changes_no_message_that_others_drew_since(
    desk: Desk, nth: int
) -> None:
    _looked_at(desk)
    _renamed(desk, "Renamed before")
    freeze = Nth("rendered", nth, lambda: _overtaken(desk, frozen_for=2 * desk.constants.lease))
    desk.hire(freeze)
    desk.machine.advance(MINUTE)
    desk.work()
    assert freeze.done
    assert "Renamed before" not in str(desk.slack.ledger.messages)
    assert "Renamed before" not in str(desk.slack.ledger.views[-1])


@pytest.mark.parametrize("method", ["chat.update", "views.publish"])
def test_an_edit_that_arrives_after_the_lease_went_to_somebody_else_is_drawn_over(
    desk: Desk, method: str
) -> None:
    _looked_at(desk)
    _renamed(desk, "Renamed before")
    freeze = Nth(method, 1, lambda: _overtaken(desk, frozen_for=2 * desk.constants.lease))

    def trouble(called: str, _args: dict[str, Any]) -> None:
        freeze(called)

    desk.slack.trouble = trouble
    desk.machine.advance(MINUTE)
    desk.drain()
    assert freeze.done
    assert "Renamed before" not in str(desk.slack.ledger.messages)
    assert "Renamed before" not in str(desk.slack.ledger.views[-1])
    assert desk.surfaces_at_rest()


def test_a_sender_whose_clock_stood_still_while_its_lease_went_calls_nothing(
    desk: Desk, tmp_path: Path
) -> None:
    # A machine that slept does not count the time, so its own clock shows a lease that is gone.
    _looked_at(desk)
    _renamed(desk, "Renamed before")
    ahead = FakeMachine(desk.machine.now() + 2 * desk.constants.lease)
    other = make_store(f"sqlite:///{tmp_path / 'handoff.db'}", clock=desk.clock, machine=ahead)
    desk.hire(Nth("rendered", 1, lambda: other.delivery.lease(9, lease=MINUTE)))
    desk.machine.advance(MINUTE)
    before = len(desk.slack.ledger.calls)
    assert desk.senders.work_once()
    other.close()
    assert len(desk.slack.ledger.calls) == before
