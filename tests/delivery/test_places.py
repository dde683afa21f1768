"""A channel that can be used no more: its AE is asked where to go on, and it comes back by itself.

What counts is what Slack says when it is asked, whatever events came, and in whatever order.
"""

from dataclasses import replace
from typing import Any

import pytest

from bot.delivery.asking import Refused
from bot.domain.errors import Invalid, Problem, SlackUnavailable
from bot.domain.notices import NoticeKind
from bot.storage.people import PersonFacts
from bot.storage.tables import outbox, surface
from bot.views import sentences
from tests.builders import assigned, posted, signed
from tests.delivery.desk import MINUTE, SECOND, Desk
from tests.delivery.slack import Message, Refusal

LATER = 11 * MINUTE


def _note(desk: Desk, channel: str = "C0DEAL", **flags: Any) -> None:
    """What an event of Slack's leaves."""
    with desk.store.write(desk.team.workspace_id) as unit:
        unit.channels.note(channel, forget_check=True, **flags)
        unit.commit()


def _slack_says(desk: Desk, **facts: Any) -> None:
    desk.facts = replace(desk.facts, **facts)


def _archived(desk: Desk) -> None:
    _slack_says(desk, archived=True)
    _note(desk, archived=True)


def _asked(desk: Desk) -> list[Message]:
    asks = "Where shall it go on?"
    return [one for one in desk.slack.ledger.messages if asks in str(one.args["blocks"])]


def _nothing_given_up(desk: Desk) -> None:
    counts = desk.store.delivery.counts()
    assert (counts.pending, counts.dead, counts.unconfirmed) == (0, 0, 0)


@pytest.mark.parametrize("begun", [signed, posted, assigned])
def test_the_ae_is_asked_once_where_a_handoff_goes_on_whose_channel_was_archived(
    desk: Desk, begun: Any
) -> None:
    begun(desk.store, desk.team)
    desk.drain()
    _archived(desk)
    desk.drain()
    (asked,) = _asked(desk)
    assert asked.channel == f"D-{desk.team.ae.slack_id}"
    pressed = [one["action_id"] for one in asked.args["blocks"][-1]["elements"]]
    assert pressed == ["open_move", "open_make_channel", "open_handoff"]
    # Said again, and looked at again: nothing is new.
    _archived(desk)
    desk.machine.advance(LATER)
    _note(desk)
    desk.drain()
    assert len(_asked(desk)) == 1
    _nothing_given_up(desk)


def test_an_archived_channel_that_is_back_shows_the_card_as_it_is_by_then(desk: Desk) -> None:
    posted(desk.store, desk.team)
    desk.drain()
    (card,) = [one for one in desk.slack.ledger.in_channel("C0DEAL") if not one.thread_ts]
    _archived(desk)
    desk.drain()
    edits = card.edits
    _slack_says(desk, archived=False)
    _note(desk, archived=False)
    desk.drain()
    assert card.edits > edits
    _archived(desk)
    desk.drain()
    assert len(_asked(desk)) == 2, "a second time is told of anew"


@pytest.mark.parametrize(
    ("told", "really"),
    [
        ({"archived": True}, {}),
        ({"bot_inside": False}, {}),
        ({"archived": False}, {"archived": True}),
        ({"bot_inside": True}, {"bot_inside": False}),
    ],
)
def test_events_in_the_wrong_order_end_as_slack_says_when_it_is_asked(
    desk: Desk, told: dict[str, Any], really: dict[str, Any]
) -> None:
    posted(desk.store, desk.team)
    desk.drain()
    _slack_says(desk, **really)
    _note(desk, **told)
    desk.drain()
    assert len(_asked(desk)) == (1 if really else 0)
    with desk.store.read(desk.team.workspace_id) as unit:
        channel = unit.channels.get(desk.team.channel.id)
    assert channel.archived is really.get("archived", False)
    assert channel.bot_inside is really.get("bot_inside", True)


def test_a_late_word_that_a_channel_was_shared_takes_nothing_down_where_it_is_not(
    desk: Desk,
) -> None:
    assigned(desk.store, desk.team)
    desk.drain()
    before = [(one.ts, one.args["text"]) for one in desk.slack.ledger.in_channel("C0DEAL")]
    _note(desk, shared=True)
    desk.drain()
    assert [(m.ts, m.args["text"]) for m in desk.slack.ledger.in_channel("C0DEAL")] == before


def test_a_shared_channel_is_neutral_at_once_also_where_slack_does_not_say_who_reads(
    desk: Desk,
) -> None:

    assigned(desk.store, desk.team)
    desk.drain()

    def silent(workspace_id: int, slack_id: str) -> Any:
        raise SlackUnavailable(Problem.SLACK_SILENT)

    desk.check_channel = silent  # type: ignore[method-assign]
    desk.hire()
    _note(desk, shared=True)
    desk.drain()
    (card,) = desk.slack.ledger.in_channel("C0DEAL")
    assert card.args["text"] == sentences.card.CARD_NEUTRAL


def test_a_handoff_that_was_not_posted_yet_hears_that_its_channel_became_shared(
    desk: Desk,
) -> None:
    signed(desk.store, desk.team)
    desk.drain()
    _slack_says(desk, shared=True)
    _note(desk, shared=True)
    desk.drain()
    (asked,) = _asked(desk)
    assert "shared outside the company" in asked.args["text"]


@pytest.mark.parametrize("refusal", ["is_archived", "channel_not_found", "not_in_channel"])
def test_what_slack_refuses_in_a_channel_that_changed_unheard_is_not_given_up(
    desk: Desk, refusal: str
) -> None:
    """The look is some minutes old, no event came, and Slack takes nothing there."""
    assigned(desk.store, desk.team)
    lost = Problem.CHANNEL_ARCHIVED if refusal == "is_archived" else Problem.CHANNEL_NOT_INSIDE

    def trouble(method: str, args: dict[str, Any]) -> Refusal | None:
        return Refusal(refusal) if args.get("channel") == "C0DEAL" else None

    def check(workspace_id: int, slack_id: str) -> Any:
        if lost is Problem.CHANNEL_NOT_INSIDE:
            raise Invalid(lost)
        return Desk.check_channel(desk, workspace_id, slack_id)

    desk.slack.trouble = trouble
    _slack_says(desk, archived=lost is Problem.CHANNEL_ARCHIVED)
    desk.check_channel = check  # type: ignore[method-assign]
    desk.hire()
    desk.drain()
    _nothing_given_up(desk)
    told = [
        one.args["text"]
        for one in desk.slack.ledger.messages
        if "it is not there" in one.args["text"].lower()
    ]
    assert len(told) == 1


def test_what_slack_goes_on_refusing_where_it_says_all_is_well_is_given_up_once(
    desk: Desk,
) -> None:
    posted(desk.store, desk.team)
    desk.slack.trouble = lambda method, args: (
        Refusal("not_in_channel") if args.get("channel") == "C0DEAL" else None
    )
    desk.drain()
    assert desk.row(surface, kind="card")["reason"] == "not_in_channel"
    assert len([one for one in desk.slack.ledger.calls if one[0] == "chat.postMessage"]) < 12


def test_what_waits_for_a_card_looks_no_oftener_than_the_card_and_goes_once_that_stands(
    desk: Desk,
) -> None:
    there, leased = desk.check_channel, list[str]()

    def silent(workspace_id: int, slack_id: str) -> Any:
        raise SlackUnavailable(Problem.SLACK_SILENT)

    desk.check_channel = silent  # type: ignore[method-assign]
    desk.hire(lambda point: leased.append(point) if point == "leased" else None)
    handoff_id = posted(desk.store, desk.team)
    desk.say("posted", kind=NoticeKind.BOT_POSTED, handoff_id=handoff_id)
    desk.machine.advance(LATER)
    desk.pass_time(5 * SECOND)
    leased.clear()
    desk.pass_time(5 * SECOND)
    assert not leased, "nothing can go before Slack says who reads there"
    desk.check_channel = there  # type: ignore[method-assign]
    desk.hire()
    with desk.store.write(desk.team.workspace_id) as unit:
        unit.save(unit.handoffs.lock(handoff_id), actor_id=None, asked_in=desk.team.channel.id)
        unit.commit()
    desk.pass_time(2 * SECOND)
    assert desk.row(surface, kind="card")["ts"] is not None
    assert desk.state("posted") == "sent"


def test_where_slack_will_not_say_who_reads_each_look_is_a_try_in_vain(desk: Desk) -> None:
    there = desk.check_channel

    def refused(workspace_id: int, slack_id: str) -> Any:
        raise Refused("a_new_word")

    desk.check_channel = refused  # type: ignore[method-assign]
    desk.hire()
    posted(desk.store, desk.team)
    desk.machine.advance(LATER)
    desk.pass_time(LATER)
    assert desk.store.delivery.counts().most_tries > 5
    assert not desk.slack.ledger.in_channel("C0DEAL")
    desk.check_channel = there  # type: ignore[method-assign]
    desk.hire()
    desk.drain()
    (card,) = desk.slack.ledger.in_channel("C0DEAL")
    assert card.args["blocks"]


def test_a_conversation_with_a_person_that_slack_knows_no_more_is_opened_anew(desk: Desk) -> None:
    desk.say("first")
    desk.drain()
    desk.store.delivery.set_dm(desk.team.ae.id, "D0GONE")
    desk.slack.trouble = lambda method, args: (
        Refusal("channel_not_found") if args.get("channel") == "D0GONE" else None
    )
    desk.say("second")
    desk.drain()
    assert desk.state("second") == "sent"


def test_the_card_left_in_an_archived_channel_is_left_alone(desk: Desk) -> None:
    handoff_id = posted(desk.store, desk.team)
    desk.drain()
    _archived(desk)
    desk.drain()
    with desk.store.write(desk.team.workspace_id) as unit:
        facts = replace(desk.facts, name="other", archived=False)
        other = unit.channels.ensure("C0OTHER", facts=facts)
        unit.move(unit.handoffs.lock(handoff_id), other, by=desk.team.ae)
        unit.commit()
    desk.drain()
    assert desk.row(outbox, kind="moved")["state"] == "cancelled"
    assert [one for one in desk.slack.ledger.in_channel("C0OTHER") if not one.thread_ts]
    _nothing_given_up(desk)


# --- Another id


def test_what_stands_in_a_channel_with_another_id_is_edited_there(desk: Desk) -> None:
    assigned(desk.store, desk.team)
    desk.drain()
    for message in desk.slack.ledger.in_channel("C0DEAL"):
        message.channel = "C0NEW"
    with desk.store.write(desk.team.workspace_id) as unit:
        unit.channels.renumber("C0DEAL", "C0NEW")
        unit.commit()
    desk.drain()
    (card, *_) = desk.slack.ledger.in_channel("C0NEW")
    assert card.edits
    assert not desk.slack.ledger.in_channel("C0DEAL")
    _slack_says(desk, shared=True)
    _note(desk, "C0NEW", shared=True)
    desk.drain()
    (card,) = desk.slack.ledger.in_channel("C0NEW")
    assert card.args["text"] == sentences.card.CARD_NEUTRAL


def test_both_ids_of_a_channel_become_one_where_the_new_one_was_met_first(desk: Desk) -> None:
    old = posted(desk.store, desk.team)
    desk.drain()
    with desk.store.write(desk.team.workspace_id) as unit:
        twin = unit.channels.ensure("C0NEW", facts=desk.facts)
        unit.commit()
    later = posted(desk.store, replace(desk.team, channel=twin))
    desk.drain()
    for message in desk.slack.ledger.in_channel("C0DEAL"):
        message.channel = "C0NEW"
    for _ in range(2):  # Slack may say so twice.
        with desk.store.write(desk.team.workspace_id) as unit:
            unit.channels.renumber("C0DEAL", "C0NEW")
            unit.commit()
        desk.drain()
    with desk.store.read(desk.team.workspace_id) as unit:
        both = {unit.handoffs.get(one).channel_id for one in (old, later)}
        assert both == {desk.team.channel.id}
        assert unit.channels.get(desk.team.channel.id).slack_id == "C0NEW"
        assert unit.channels.by_slack_id("C0DEAL") is None
    assert not desk.slack.ledger.in_channel("C0DEAL")
    _nothing_given_up(desk)


# --- Nobody there to be asked


def test_where_the_ae_has_no_account_any_more_their_manager_is_asked(desk: Desk) -> None:
    posted(desk.store, desk.team)
    desk.drain()
    gone = PersonFacts(name="Maya", deactivated=True)
    with desk.store.write(desk.team.workspace_id) as unit:
        unit.people.note(desk.team.ae.slack_id, gone)
        unit.commit()
    _archived(desk)
    desk.drain()
    (asked,) = _asked(desk)
    assert asked.channel == f"D-{desk.team.ae_manager.slack_id}"
