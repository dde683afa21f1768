"""From the calendar to the message: reminders before the signature, questions, the team's line."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.clock.sweep import Sweep
from bot.domain.channels import Channel
from bot.domain.errors import Invalid, Problem
from bot.domain.handoff import CommitmentAnswer
from bot.domain.notices import NoticeKind
from bot.domain.policy import Policy
from bot.storage.tables import digest_line, handoff, outbox
from bot.storage.unit_of_work import Store
from tests.builders import Deal, FixedClock, Team, fill_brief, signed, start, started
from tests.delivery.desk import Desk
from tests.delivery.slack import Refusal

MONDAY = date(2026, 3, 23)
"""The signature is expected; written on Wednesday, 4 March."""


def at(text: str) -> datetime:
    """A wall time in Berlin before the clocks go forward."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC) - timedelta(hours=1)


def say_until(desk: Desk, when: datetime) -> None:
    """Let the calendar go on and everything be said that is due then."""
    desk.clock.advance(when - desk.clock.now())
    Sweep(store=desk.store, clock=desk.clock).run()
    desk.pass_time(timedelta(minutes=2))


def told(desk: Desk, channel: str, *words: str) -> list[str]:
    texts = [one.args["text"] for one in desk.slack.ledger.in_channel(channel)]
    return [text for text in texts if all(word in text for word in words)]


def shown(desk: Desk, channel: str, words: str) -> int:
    """In how many messages the words stand somewhere."""
    return sum(words in str(one.args) for one in desk.slack.ledger.in_channel(channel))


def test_the_ae_is_reminded_twice_with_what_is_missing_and_then_asked_once(
    desk: Desk, store: Store, team: Team
) -> None:
    started(store, team, Deal(expected_on=MONDAY))
    say_until(desk, at("2026-03-16T08:59"))
    assert told(desk, "D-UAE", "signature expected") == []
    say_until(desk, at("2026-03-16T09:00"))
    (first,) = told(desk, "D-UAE", "signature expected 23 Mar 2026")
    assert first.endswith("Still without a word: People, Success, Red flags, Promises.")
    say_until(desk, at("2026-03-20T09:00"))
    assert len(told(desk, "D-UAE", "signature expected 23 Mar 2026")) == 2
    say_until(desk, at("2026-03-24T09:00"))
    say_until(desk, at("2026-03-27T09:00"))
    assert len(told(desk, "D-UAE", "What became of it?")) == 1
    assert len(told(desk, "D-UAE", "signature expected 23 Mar 2026")) == 2


def test_a_captured_deal_is_reminded_of_its_alignment_and_a_signed_one_of_nothing(
    desk: Desk, store: Store, team: Team
) -> None:
    handoff_id = started(store, team, Deal(expected_on=MONDAY))
    with store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        fill_brief(unit, handoff, team)
        unit.commit()
    say_until(desk, at("2026-03-16T09:00"))
    (only,) = told(desk, "D-UAE", "signature expected")
    assert "metric and promises" in only
    with store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        handoff.countersign(unit.now, by=team.ae, at=unit.now, ae=team.ae)
        unit.save(handoff, actor_id=team.ae.id)
        unit.commit()
    say_until(desk, at("2026-03-27T09:00"))
    # What was said before says so; nothing else is.
    assert told(desk, "D-UAE", "pre-close alignment", "nothing is due any more") == [
        "Northwind Robotics: pre-close alignment, nothing is due any more."
    ]
    assert told(desk, "D-UAE", "Before it, go through") == []
    assert told(desk, "D-UAE", "What became of it?") == []


def test_what_was_decided_before_the_signature_is_dropped_after_it(
    desk: Desk, store: Store, team: Team
) -> None:
    handoff_id = started(store, team, Deal(expected_on=MONDAY))
    desk.clock.advance(at("2026-03-24T09:00") - desk.clock.now())
    Sweep(store=store, clock=desk.clock).run()
    with store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        handoff.countersign(unit.now, by=team.ae, at=unit.now, ae=team.ae)
        unit.save(handoff, actor_id=team.ae.id)
        unit.commit()
    desk.drain()
    assert told(desk, "D-UAE", "What became of it?") == []
    assert desk.row(outbox, kind="summary")["state"] == "cancelled"


def test_a_date_that_moved_on_makes_the_old_question_moot(
    desk: Desk, store: Store, team: Team
) -> None:
    handoff_id = started(store, team, Deal(expected_on=MONDAY))
    desk.clock.advance(at("2026-03-24T09:00") - desk.clock.now())
    Sweep(store=store, clock=desk.clock).run()
    with store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        handoff.expect(date(2026, 3, 26), by=team.ae, at=unit.now, ae=team.ae)
        unit.save(handoff, actor_id=team.ae.id)
        unit.commit()
    desk.drain()
    assert told(desk, "D-UAE", "What became of it?") == []
    # The clocks went forward on the 29th; the 27th is a Friday before it.
    say_until(desk, at("2026-03-27T09:00"))
    assert len(told(desk, "D-UAE", "expected 26 Mar 2026", "What became of it?")) == 1


def test_a_bot_that_was_away_says_nothing_of_a_day_that_is_gone(
    desk: Desk, store: Store, team: Team
) -> None:
    started(store, team, Deal(expected_on=MONDAY))
    say_until(desk, at("2026-03-24T12:00"))
    assert told(desk, "D-UAE", "signature expected 23 Mar 2026") == []
    assert len(told(desk, "D-UAE", "What became of it?")) == 1


def test_the_ae_manager_is_asked_once_and_not_after_the_answer(
    desk: Desk, store: Store, team: Team
) -> None:
    ids = [signed(store, team, Deal(commitment_on=date(2026, 3, 5))) for _ in range(2)]
    with store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.lock(ids[1])
        handoff.answer_commitment(CommitmentAnswer.DONE, by=team.ae_manager, at=unit.now)
        unit.save(handoff, actor_id=team.ae_manager.id)
        unit.commit()
    say_until(desk, at("2026-03-12T08:59"))
    assert shown(desk, "D-UAE_MANAGER", "Was it?") == 0
    say_until(desk, at("2026-03-12T09:00"))
    say_until(desk, at("2026-03-20T09:00"))
    assert shown(desk, "D-UAE_MANAGER", "Was it?") == 1


# --- The team's line


def commit_to(store: Store, team: Team, day: date = date(2026, 3, 5)) -> None:
    with store.write(team.workspace_id) as unit:
        unit.policy = Policy(team_channel="C0TEAM")
        start(unit, team, Deal(commitment_on=day))
        unit.commit()


def cancel(store: Store, team: Team) -> None:
    with store.write(team.workspace_id) as unit:
        (found,) = unit.handoffs.open_in(team.channel.id)
        one = unit.handoffs.lock(found.id)
        one.cancel("They chose another vendor", by=team.ae, at=unit.now)
        unit.save(one, actor_id=team.ae.id)
        unit.commit()


def test_the_team_channel_gets_one_line_without_the_content(
    desk: Desk, store: Store, team: Team
) -> None:
    commit_to(store, team)
    desk.drain()
    assert told(desk, "C0TEAM") == [
        "Northwind Robotics: Maya will have the brief ready by 5 Mar 2026. CSM: Jonas (proposed)."
    ]


@pytest.mark.parametrize(
    ("unsafe", "why"),
    [
        ({"shared": True}, "shared"),
        ({"guests": True}, "guests"),
        ({"bot_inside": False}, "not_inside"),
        ({"archived": True}, "archived"),
    ],
)
def test_a_team_channel_that_is_not_safe_gets_nothing_and_the_managers_read_it(
    desk: Desk, store: Store, team: Team, unsafe: dict[str, bool], why: str
) -> None:
    desk.facts = replace(desk.facts, **unsafe)  # type: ignore[arg-type]
    commit_to(store, team)
    desk.drain()
    assert told(desk, "C0TEAM") == []
    assert in_summaries(desk) == {team.ae_manager.id, team.cs_manager.id}
    assert given_up(desk) == [f"channel_{why}"]


def given_up(desk: Desk) -> list[str]:
    """Why an admin finds the line in Delivery problems."""
    with desk.store.read(desk.team.workspace_id) as unit:
        page = unit.undelivered.page(skip=0, size=9)
    return [one.reason for one in page if one.kind is NoticeKind.COMMITTED]


def in_summaries(desk: Desk) -> set[int]:
    """Who reads the line in their next summary."""
    return {row["person_id"] for row in desk.rows(digest_line) if row["stage"] == "committed"}


def test_a_team_channel_the_bot_is_not_in_gets_the_line_once_it_is_sent_again_from_there(
    desk: Desk, store: Store, team: Team
) -> None:
    there = desk.check_channel

    def not_inside(workspace_id: int, slack_id: str) -> Channel:
        if slack_id == "C0TEAM":
            raise Invalid(Problem.CHANNEL_NOT_INSIDE)
        return there(workspace_id, slack_id)

    desk.check_channel = not_inside  # type: ignore[method-assign]
    desk.hire()
    commit_to(store, team)
    desk.drain()
    assert given_up(desk) == ["channel_not_inside"]
    assert in_summaries(desk) == {team.ae_manager.id, team.cs_manager.id}
    say_until(desk, at("2026-03-05T09:30"))
    for manager in (team.ae_manager, team.cs_manager):
        assert shown(desk, f"D-{manager.slack_id}", "will have the brief ready by 5 Mar 2026") == 1
    desk.check_channel = there  # type: ignore[method-assign]
    desk.hire()
    with store.write(team.workspace_id) as unit:
        (trouble,) = unit.undelivered.page(skip=0, size=9)
        assert unit.outbox.try_again(trouble.id)
        unit.commit()
    desk.drain()
    assert len(told(desk, "C0TEAM")) == 1
    assert given_up(desk) == []


def test_a_line_that_slack_does_not_take_in_the_team_channel_is_for_the_managers(
    desk: Desk, store: Store, team: Team
) -> None:
    desk.slack.trouble = lambda method, args: (
        Refusal("restricted_action") if args.get("channel") == "C0TEAM" else None
    )
    commit_to(store, team)
    desk.drain()
    assert given_up(desk) == ["restricted_action"]
    assert in_summaries(desk) == {team.ae_manager.id, team.cs_manager.id}


def test_a_line_whose_handoff_cannot_be_read_is_given_up_though_nobody_can_be_told(
    desk: Desk, store: Store, team: Team
) -> None:
    commit_to(store, team)
    with store.database.writing() as connection:
        connection.execute(handoff.update().values(tier="unheard-of"))
        connection.commit()
    with pytest.raises(ValueError, match="unheard-of"):  # A sender logs it, and goes on.
        desk.pass_time(timedelta(minutes=20), step=timedelta(seconds=10))
    row = desk.row(outbox, kind="committed")
    assert (row["state"], row["reason"]) == ("dead", "ValueError")
    assert in_summaries(desk) == set()


def test_of_a_handoff_that_was_cancelled_meanwhile_managers_are_not_told_either(
    desk: Desk, store: Store, team: Team, clock: FixedClock
) -> None:
    desk.facts = replace(desk.facts, archived=True)
    commit_to(store, team)
    cancel(store, team)
    clock.advance(Policy().undo_window)
    desk.drain()
    assert desk.row(outbox, kind="committed")["state"] == "cancelled"
    assert in_summaries(desk) == set()


def test_a_handoff_that_was_cancelled_meanwhile_is_not_told(
    desk: Desk, store: Store, team: Team, clock: FixedClock
) -> None:
    commit_to(store, team)
    cancel(store, team)
    clock.advance(Policy().undo_window)
    desk.drain()
    assert told(desk, "C0TEAM") == []
