from dataclasses import replace
from datetime import time, timedelta
from itertools import pairwise
from typing import Any

import pytest

from bot.clock.sweep import Sweep
from bot.domain.channels import Channel
from bot.domain.errors import Problem, SlackUnavailable
from bot.domain.items import SectionKey
from bot.domain.notices import DRAWN_AS, Notice, NoticeKind, Notify, Place, Priority
from bot.domain.people import Person
from bot.domain.policy import Policy
from bot.domain.times import OwnTimes
from bot.storage.channels import ChannelFacts
from bot.storage.people import PersonFacts
from bot.storage.tables import outbox, surface
from bot.storage.unit_of_work import Store
from bot.views.sentences.notices import WELCOME
from tests.builders import SUCCESS, FixedClock, Team, assigned, posted, signed, started
from tests.delivery.desk import MINUTE, SECOND, CrashAt, Desk
from tests.delivery.slack import Fault, Refusal, Script

HOUR = timedelta(hours=1)
SOME_TIME = 11 * MINUTE


def _sweep(desk: Desk) -> int:
    return Sweep(store=desk.store, clock=desk.clock).run()


def _texts(desk: Desk, channel: str) -> list[str]:
    return [one.args["text"] for one in desk.slack.ledger.in_channel(channel)]


def test_a_posted_handoff_has_its_card_in_the_channel_and_a_guide_in_the_dm(
    desk: Desk, store: Store, team: Team
) -> None:
    posted(store, team)
    desk.drain()
    assert len(desk.slack.ledger.in_channel("C0DEAL")) == 1
    for reader in ("D-UAE", "D-UCS_MANAGER"):
        greeting, guide = _texts(desk, reader)
        assert "Northwind Robotics" not in greeting
        assert "Northwind Robotics" in guide
    assert "Northwind Robotics" in _texts(desk, "C0DEAL")[0]


def test_a_change_edits_the_card_in_place_and_replies_in_its_thread(
    desk: Desk, store: Store, team: Team
) -> None:
    assigned(store, team)
    desk.drain()
    card, reply = desk.slack.ledger.in_channel("C0DEAL")
    assert reply.thread_ts == card.ts
    assert "<@UCSM>" in reply.args["text"]
    assert desk.slack.ledger.invitations == [("C0DEAL", "UCSM")]


def _signs(store: Store, team: Team, handoff_id: int, by: Person) -> None:
    with store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        handoff.countersign(unit.now, by=by, at=unit.now, ae=team.ae)
        unit.save(handoff, actor_id=by.id)
        unit.commit()


def _invites(store: Store, team: Team, handoff_id: int, *sections: SectionKey) -> None:
    with store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        handoff.invite_helper(team.outsider, sections, by=team.ae, at=unit.now)
        unit.save(handoff, actor_id=team.ae.id)
        unit.commit()


def test_a_helper_gets_one_message_and_not_at_night(desk: Desk, store: Store, team: Team) -> None:
    handoff_id = started(store, team)
    desk.clock.advance(13 * HOUR)  # 23:00 in Berlin.
    _invites(store, team, handoff_id, SectionKey.WHY)
    desk.pass_time(MINUTE)
    assert _texts(desk, "D-UOUTSIDER") == []
    desk.clock.advance(9 * HOUR)
    desk.pass_time(MINUTE)
    welcome, told = _texts(desk, "D-UOUTSIDER")
    assert welcome == WELCOME[0]
    assert "asks you to fill this part of the brief: Why they bought" in told


def test_the_guide_of_the_csm_says_how_much_is_new_since_they_read(
    desk: Desk, store: Store, team: Team
) -> None:
    handoff_id = assigned(store, team)
    with store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        handoff.acknowledge(version=handoff.brief_version, by=team.csm, at=unit.now)
        unit.save(handoff, actor_id=team.csm.id)
        unit.commit()
    desk.drain()
    new = "1 thing in the brief is new since you read it"
    assert new not in str([one.args for one in desk.slack.ledger.in_channel("D-UCSM")])
    with store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        later = SUCCESS.model_copy(update={"metric": "Another one"})
        unit.brief.save_section(handoff_id, SectionKey.SUCCESS, later, by=team.ae.id, at=unit.now)
        unit.save(handoff, actor_id=team.ae.id)
        unit.commit()
    desk.drain()
    assert new in str([one.args for one in desk.slack.ledger.in_channel("D-UCSM")])
    to_ae = str([one.args for one in desk.slack.ledger.in_channel("D-UAE")])
    assert "new since you read" not in to_ae


def test_who_was_taken_off_before_the_morning_hears_nothing_of_it(
    desk: Desk, store: Store, team: Team
) -> None:
    handoff_id = started(store, team)
    desk.clock.advance(13 * HOUR)
    _invites(store, team, handoff_id, SectionKey.WHY)
    _invites(store, team, handoff_id)
    desk.clock.advance(9 * HOUR)
    desk.pass_time(MINUTE)
    assert _texts(desk, "D-UOUTSIDER") == [WELCOME[0]]
    assert desk.row(outbox, kind="helper_invited")["reason"] == "no_longer_helper"


def test_a_guide_is_posted_anew_when_its_readers_step_changes_and_the_old_one_is_a_line(
    desk: Desk, store: Store, team: Team
) -> None:
    handoff_id = started(store, team)
    desk.drain()
    _signs(store, team, handoff_id, team.revops)
    desk.drain()
    _, old, anew = desk.slack.ledger.in_channel("D-UAE")
    assert len(old.args["blocks"]) == 1
    assert "Post the handoff message" in str(anew.args["blocks"])
    assert anew.key != old.key
    row = desk.row(surface, kind="guide")
    assert (row["ts"], row["step"]) == (anew.ts, "message")
    assert desk.surfaces_at_rest()


def test_within_a_step_a_guide_is_edited(desk: Desk, store: Store, team: Team) -> None:
    handoff_id = signed(store, team)
    desk.drain()
    with store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        handoff.countersign(unit.now - HOUR, by=team.ae, at=unit.now, ae=team.ae)
        unit.save(handoff, actor_id=team.ae.id)
        unit.commit()
    desk.drain()
    _, guide = desk.slack.ledger.in_channel("D-UAE")
    assert guide.edits


def test_the_retired_guide_names_what_was_done(desk: Desk, store: Store, team: Team) -> None:
    handoff_id = signed(store, team)
    desk.drain()
    with store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        handoff.post(by=team.ae, at=unit.now)
        unit.save(handoff, actor_id=team.ae.id)
        unit.commit()
    desk.drain()
    _, old, anew = desk.slack.ledger.in_channel("D-UAE")
    assert old.args["text"].startswith("Northwind Robotics: Message posted <!date^")
    assert "brief" in anew.args["text"]


def test_at_night_a_step_from_somebody_else_is_shown_silently_and_told_in_the_morning(
    desk: Desk, store: Store, team: Team
) -> None:
    handoff_id = started(store, team)
    desk.drain()
    desk.clock.advance(13 * HOUR)  # 23:00 in Berlin.
    _signs(store, team, handoff_id, team.revops)
    desk.pass_time(MINUTE)
    _, guide = desk.slack.ledger.in_channel("D-UAE")
    assert "Post the handoff message" in str(guide.args["blocks"])
    desk.clock.advance(9 * HOUR)
    desk.drain()
    _, old, anew = desk.slack.ledger.in_channel("D-UAE")
    assert len(old.args["blocks"]) == 1
    assert anew.args["blocks"] != old.args["blocks"]
    assert desk.surfaces_at_rest()


def test_at_night_a_step_from_ones_own_act_is_told_at_once(
    desk: Desk, store: Store, team: Team
) -> None:
    handoff_id = started(store, team)
    desk.drain()
    desk.clock.advance(13 * HOUR)
    _signs(store, team, handoff_id, team.ae)
    desk.drain()
    assert len(desk.slack.ledger.in_channel("D-UAE")) == 3


@pytest.mark.parametrize("point", ["retired", "marked", "posted", "settled"])
def test_a_crash_while_a_guide_is_replaced_leaves_one_guide(
    desk: Desk, store: Store, team: Team, point: str
) -> None:
    handoff_id = started(store, team)
    desk.drain()
    _signs(store, team, handoff_id, team.revops)
    crash = CrashAt(point)
    desk.survive(crash, desk.drain)
    assert crash.died
    _, old, anew = desk.slack.ledger.in_channel("D-UAE")
    assert (len(old.args["blocks"]), len(anew.args["blocks"]) > 1) == (1, True)
    assert desk.row(surface, kind="guide")["ts"] == anew.ts


def test_a_new_guide_in_doubt_is_found_and_not_posted_a_third_time(
    desk: Desk, store: Store, team: Team
) -> None:
    handoff_id = started(store, team)
    desk.drain()
    desk.slack.trouble = Script(chat__postMessage=[Fault.TAKEN_THEN_RESET])
    _signs(store, team, handoff_id, team.revops)
    desk.drain()
    _, _, anew = desk.slack.ledger.in_channel("D-UAE")
    assert desk.row(surface, kind="guide")["ts"] == anew.ts


def test_a_guide_nobody_can_look_for_comes_back_when_its_rows_change(
    desk: Desk, store: Store, team: Team
) -> None:
    desk.slack.without_scopes = {"conversations.history"}
    desk.slack.trouble = Script(chat__postMessage=[None, Fault.TAKEN_THEN_RESET])
    handoff_id = started(store, team)
    desk.drain()
    assert store.delivery.counts().unconfirmed == 1
    desk.pass_time(10 * MINUTE, step=MINUTE)
    _, doubtful = desk.slack.ledger.in_channel("D-UAE")
    _signs(store, team, handoff_id, team.revops)
    desk.drain()
    _, _, anew = desk.slack.ledger.in_channel("D-UAE")
    assert anew.key != doubtful.key
    assert desk.row(surface, kind="guide")["ts"] == anew.ts
    counts = store.delivery.counts()
    assert (counts.unconfirmed, counts.dead) == (0, 0)


def test_what_the_actor_sees_is_edited_at_once_and_others_settle(
    desk: Desk, store: Store, team: Team
) -> None:
    handoff_id = posted(store, team)
    desk.drain()
    (card,) = desk.slack.ledger.in_channel("C0DEAL")
    edits = []
    for asked_in in (team.channel.id, None, team.channel.id):
        with store.write(team.workspace_id) as unit:
            unit.save(unit.handoffs.lock(handoff_id), actor_id=None, asked_in=asked_in)
            unit.commit()
        desk.work()
        edits.append(card.edits)
    assert edits == [1, 1, 2]
    desk.pass_time(desk.constants.settle)
    assert desk.surfaces_at_rest()


def test_a_message_that_another_version_drew_differently_is_drawn_anew_once(
    desk: Desk, store: Store, team: Team
) -> None:
    posted(store, team)
    desk.drain()
    (card,) = desk.slack.ledger.in_channel("C0DEAL")
    store.housekeeping()
    desk.drain()
    assert card.edits == 0
    with store.database.writing() as connection:
        connection.execute(surface.update().values(drawn_as=0))
        connection.commit()
    for _ in range(2):
        store.housekeeping()
        desk.drain()
    assert card.edits == 1
    assert {row["drawn_as"] for row in desk.rows(surface)} == {DRAWN_AS}


def test_a_card_that_was_deleted_is_posted_anew(desk: Desk, store: Store, team: Team) -> None:
    handoff_id = posted(store, team)
    desk.drain()
    (card,) = desk.slack.ledger.in_channel("C0DEAL")
    desk.slack.ledger.messages.remove(card)
    with store.write(team.workspace_id) as unit:
        unit.save(unit.handoffs.lock(handoff_id), actor_id=None, asked_in=team.channel.id)
        unit.commit()
    desk.drain()
    (anew,) = desk.slack.ledger.in_channel("C0DEAL")
    row = desk.row(surface, kind="card")
    assert (row["ts"], row["opaque"]) == (anew.ts, anew.key)
    assert anew.key != card.key
    assert desk.surfaces_at_rest()


def test_a_card_in_a_channel_that_became_shared_shows_nothing_of_the_deal(
    desk: Desk, store: Store, team: Team
) -> None:
    posted(store, team)
    desk.drain()
    with store.write(team.workspace_id) as unit:
        unit.channels.note("C0DEAL", shared=True)
        unit.commit()
    desk.drain()
    (card,) = desk.slack.ledger.in_channel("C0DEAL")
    assert card.edits
    assert "Northwind" not in str(card.args)


@pytest.mark.parametrize("stood", [True, False])
def test_an_event_that_a_channel_is_shared_is_enough_while_slack_does_not_say_more(
    desk: Desk, store: Store, team: Team, *, stood: bool
) -> None:
    posted(store, team)
    if stood:
        desk.drain()

    def silent(_workspace_id: int, _slack_id: str) -> Channel:
        raise SlackUnavailable(Problem.SLACK_SILENT)

    with store.write(team.workspace_id) as unit:
        unit.channels.note("C0DEAL", shared=True, forget_check=True)
        unit.commit()
    looks = desk.check_channel
    desk.check_channel = silent  # type: ignore[assignment,method-assign]
    desk.hire()
    desk.pass_time(10 * SECOND)
    desk.check_channel = looks  # type: ignore[method-assign]
    desk.facts = replace(desk.facts, shared=True)
    desk.hire()
    desk.drain()
    assert "Northwind" not in str([one.args for one in desk.slack.ledger.in_channel("C0DEAL")])
    told = desk.row(outbox, kind="cannot_post")
    assert (told["state"], told["reason"], told["person_id"]) == ("sent", None, team.ae.id)
    assert "shared outside the company" in _texts(desk, "D-UAE")[-1]


def test_nothing_is_posted_to_a_channel_that_is_shared_when_it_is_looked_at(
    desk: Desk, store: Store, team: Team
) -> None:
    assigned(store, team)
    desk.machine.advance(SOME_TIME)
    desk.facts = replace(desk.facts, shared=True)
    desk.drain()
    assert not desk.slack.ledger.in_channel("C0DEAL")
    assert desk.row(outbox, kind="csm_mention")["reason"] == "channel_shared"


def _reminded(desk: Desk, store: Store, team: Team, *, after: timedelta = 20 * HOUR) -> int:
    handoff_id = signed(store, team)
    with store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        handoff.post(by=team.ae, at=unit.now)
        unit.save(handoff, actor_id=team.ae.id)
        unit.commit()
    desk.drain()
    desk.clock.advance(after)
    assert _sweep(desk)
    return handoff_id


def test_a_reminder_reaches_its_owner_in_working_hours(
    desk: Desk, store: Store, team: Team
) -> None:
    _reminded(desk, store, team, after=23 * HOUR)
    desk.drain()
    assert desk.row(outbox, kind="nudge")["state"] == "sent"
    assert len(_texts(desk, "D-UAE")) == 3  # The greeting and the guide were there before.


def test_a_reminder_waits_for_the_quiet_hours_to_end(desk: Desk, store: Store, team: Team) -> None:
    _reminded(desk, store, team, after=20 * HOUR)  # Five in the morning, in Berlin six.
    desk.pass_time(5 * SECOND)
    row = desk.row(outbox, kind="nudge")
    assert row["state"] == "pending"
    assert row["not_before"] == desk.clock.now() + 2 * HOUR
    desk.clock.advance(2 * HOUR)
    desk.drain()
    assert desk.state(row["key"]) == "sent"


def test_a_reminder_waits_for_the_readers_own_quiet_hours(
    desk: Desk, store: Store, team: Team
) -> None:
    with store.write(team.workspace_id) as unit:
        unit.people.set_times(team.ae.id, OwnTimes(quiet_end=time(9), summary=time(10, 30)))
        unit.commit()
    _reminded(desk, store, team, after=20 * HOUR)  # In Berlin six in the morning.
    desk.say("late", priority=Priority.LATE)
    desk.pass_time(5 * SECOND)
    nudge, late = desk.row(outbox, kind="nudge"), desk.row(outbox, key="late")
    assert nudge["not_before"] == desk.clock.now() + 3 * HOUR
    assert late["not_before"] == desk.clock.now() + 4.5 * HOUR


@pytest.mark.parametrize(
    ("notify", "reached"), [(Notify.OFF, False), (Notify.ME, False), (Notify.ALL, True)]
)
def test_what_the_clock_says_reaches_whom_an_admin_chose(
    desk: Desk, store: Store, team: Team, notify: Notify, reached: bool
) -> None:
    with store.write(team.workspace_id) as unit:
        unit.workspace_notify(notify, by=team.revops)
        unit.commit()
    _reminded(desk, store, team, after=23 * HOUR)
    desk.drain()
    row = desk.row(outbox, kind="nudge")
    assert row["state"] == ("sent" if reached else "cancelled")
    assert reached or row["reason"] == f"notify_{notify}"
    # What comes of somebody's act goes out all the same: the greeting and the guide were there.
    assert len(_texts(desk, "D-UAE")) == (3 if reached else 2)


def test_the_admin_who_tries_the_bot_out_hears_what_the_clock_says(
    desk: Desk, store: Store, team: Team
) -> None:
    with store.write(team.workspace_id) as unit:
        unit.workspace_notify(Notify.ME, by=team.ae_manager)
        unit.commit()
    _reminded(desk, store, team, after=7 * 24 * HOUR)
    desk.drain()
    greeting, late = _texts(desk, "D-UAE_MANAGER")
    assert _is_greeting(greeting)
    assert "Northwind Robotics" in late
    assert "notify_me" in {row["reason"] for row in desk.rows(outbox)}


@pytest.mark.parametrize("notify", [Notify.OFF, Notify.ME])
def test_hand_overs_reach_everybody_whatever_was_chosen(
    desk: Desk, store: Store, team: Team, notify: Notify
) -> None:
    with store.write(team.workspace_id) as unit:
        unit.workspace_notify(notify, by=team.revops)
        unit.commit()
    _invites(store, team, started(store, team), SectionKey.WHY)
    desk.drain()
    greeting, asked = _texts(desk, "D-UOUTSIDER")
    assert _is_greeting(greeting)
    assert "Northwind Robotics" in asked


def _is_greeting(text: str) -> bool:
    return text == WELCOME[0]


def test_the_first_message_a_manager_ever_gets_is_a_greeting_then_what_is_late(
    desk: Desk, store: Store, team: Team
) -> None:
    _reminded(desk, store, team, after=7 * 24 * HOUR)
    desk.drain()
    greeting, late = _texts(desk, "D-UAE_MANAGER")
    assert _is_greeting(greeting)
    assert "Northwind Robotics" in late
    # Once: the next one comes by itself.
    desk.say("more", kind=NoticeKind.LATE_FOR_MANAGER, person_id=team.ae_manager.id)
    desk.drain()
    greetings = [row for row in desk.rows(outbox) if row["kind"] == "welcome"]
    assert [row["person_id"] for row in greetings].count(team.ae_manager.id) == 1


def test_a_greeting_keeps_to_the_hours_of_what_it_precedes(
    desk: Desk, store: Store, team: Team
) -> None:
    _reminded(desk, store, team, after=7 * 24 * HOUR)
    desk.clock.advance(12 * HOUR)  # Decided at ten in the morning, sent at ten at night.
    desk.pass_time(MINUTE)
    assert not _texts(desk, "D-UAE_MANAGER")
    desk.clock.advance(11 * HOUR)  # A late notice waits for nine.
    desk.drain()
    greeting, _ = _texts(desk, "D-UAE_MANAGER")
    assert _is_greeting(greeting)


def test_who_acts_at_night_is_greeted_then_and_not_in_the_morning(
    desk: Desk, store: Store, team: Team
) -> None:
    desk.clock.advance(13 * HOUR)  # 23:00 in Berlin.
    handoff_id = posted(store, team)
    desk.pass_time(MINUTE)
    assert not _texts(desk, "D-UCS_MANAGER")
    with store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        handoff.assign_csm(team.csm, by=team.cs_manager, at=unit.now)
        unit.save(handoff, actor_id=team.cs_manager.id)
        unit.commit()
    desk.pass_time(MINUTE)
    greeting, guide = _texts(desk, "D-UCS_MANAGER")
    assert (_is_greeting(greeting), _is_greeting(guide)) == (True, False)


def test_a_step_that_became_late_by_a_correction_at_night_is_told_at_nine(
    desk: Desk, store: Store, team: Team
) -> None:
    handoff_id = signed(store, team)
    desk.drain()
    desk.clock.advance(14 * HOUR)  # Wednesday midnight in Berlin.
    with store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        handoff.countersign(unit.now - 40 * HOUR, by=team.ae, at=unit.now, ae=team.ae)
        unit.save(handoff, actor_id=team.ae.id)
        unit.commit()
    assert _sweep(desk)
    desk.pass_time(5 * SECOND)
    row = desk.row(outbox, kind="late")
    assert (row["state"], row["not_before"]) == ("pending", desk.clock.now() + 9 * HOUR)


def _corrects(store: Store, team: Team, handoff_id: int, by: Person) -> None:
    with store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        before = handoff.signed_at or unit.now
        handoff.countersign(before + HOUR, by=by, at=unit.now, ae=team.ae)
        unit.save(handoff, actor_id=by.id)
        unit.commit()


def test_a_correction_is_told_the_owner_of_what_moved_and_in_the_thread(
    desk: Desk, store: Store, team: Team
) -> None:
    handoff_id = signed(store, team)
    with store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        handoff.post(by=team.ae, at=unit.now)
        unit.save(handoff, actor_id=team.ae.id)
        unit.commit()
    desk.clock.advance(2 * HOUR)
    desk.drain()
    _corrects(store, team, handoff_id, team.ae_manager)
    desk.drain()
    told = _texts(desk, "D-UAE")[-1]
    assert told.startswith("Northwind Robotics: brief due <!date^")
    assert "Thu 5 Mar 2026, 10:00 UTC" in told
    reply = desk.slack.ledger.in_channel("C0DEAL")[-1]
    assert "corrected the signature from <!date^" in reply.args["text"]
    assert "The brief is now due " in str(reply.args["blocks"])
    assert not [kind for kind in ("D-UCS_MANAGER", "D-UCSM") if _texts(desk, kind)]


def test_a_moved_due_time_is_told_in_the_morning_and_only_of_what_is_still_owed(
    desk: Desk, store: Store, team: Team
) -> None:
    handoff_id = signed(store, team)
    desk.drain()
    desk.clock.advance(13 * HOUR)  # Eleven in the evening in Berlin.
    _corrects(store, team, handoff_id, team.ae_manager)
    desk.pass_time(5 * SECOND)
    row = desk.row(outbox, kind="due_moved")
    assert (row["state"], row["not_before"]) == ("pending", desk.clock.now() + 9 * HOUR)
    with store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        handoff.cancel("They chose another vendor.", by=team.ae, at=unit.now)
        unit.save(handoff, actor_id=team.ae.id)
        unit.commit()
    desk.clock.advance(9 * HOUR)
    desk.drain()
    assert desk.state(row["key"]) == "cancelled"


def test_a_reminder_for_what_was_done_meanwhile_is_not_sent(
    desk: Desk, store: Store, team: Team, clock: FixedClock
) -> None:
    handoff_id = _reminded(desk, store, team, after=23 * HOUR)
    with store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        handoff.cancel("They chose another vendor.", by=team.ae, at=unit.now)
        unit.save(handoff, actor_id=team.ae.id)
        unit.commit()
    clock.advance(Policy().undo_window)
    desk.drain()
    row = desk.row(outbox, kind="nudge")
    assert (row["state"], row["reason"]) == ("cancelled", "no_longer_owed")


@pytest.mark.parametrize("fact", ["deactivated", "guest", "external"])
def test_nothing_reaches_an_account_that_is_no_colleague_any_more(
    desk: Desk, store: Store, team: Team, fact: str
) -> None:
    facts: dict[str, Any] = {fact: True}
    with store.write(team.workspace_id) as unit:
        unit.people.ensure("UAE", facts=PersonFacts("Maya", "Europe/Berlin", **facts))
        unit.commit()
    desk.say("hello")
    signed(store, team)
    desk.drain()
    assert not desk.slack.ledger.messages
    assert desk.row(outbox, key="hello")["reason"] == "reader_inactive"
    assert desk.surfaces_at_rest()


def test_a_refused_invitation_gives_the_cs_manager_the_line_to_type(
    desk: Desk, store: Store, team: Team
) -> None:
    desk.slack.trouble = Script(conversations__invite=[Refusal("cant_invite")])
    assigned(store, team)
    desk.drain()
    row = desk.row(outbox, kind="invite_by_hand")
    assert (row["state"], row["person_id"]) == ("sent", team.cs_manager.id)
    assert "/invite" in _texts(desk, "D-UCS_MANAGER")[-1]


def test_a_csm_who_is_in_the_channel_already_needs_no_invitation(
    desk: Desk, store: Store, team: Team
) -> None:
    desk.slack.trouble = Script(conversations__invite=[Refusal("already_in_channel")])
    assigned(store, team)
    desk.drain()
    assert desk.row(outbox, kind="csm_invite")["state"] == "sent"
    assert all(row["kind"] != "invite_by_hand" for row in desk.rows(outbox))


def _acknowledged(store: Store, team: Team) -> int:
    handoff_id = assigned(store, team)
    with store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        handoff.acknowledge(version=handoff.brief_version, by=team.csm, at=unit.now)
        unit.save(handoff, actor_id=team.csm.id, asked_in=team.channel.id)
        unit.commit()
    return handoff_id


def test_the_offer_to_undo_is_whispered_to_the_one_who_acted(
    desk: Desk, store: Store, team: Team
) -> None:
    _acknowledged(store, team)
    desk.drain()
    (whisper,) = desk.slack.ledger.whispers
    assert (whisper["channel"], whisper["user"]) == ("C0DEAL", "UCSM")


def test_the_offer_to_undo_goes_by_dm_to_who_is_not_in_the_channel(
    desk: Desk, store: Store, team: Team
) -> None:
    desk.slack.trouble = Script(chat__postEphemeral=[Refusal("user_not_in_channel")])
    _acknowledged(store, team)
    desk.drain()
    row = desk.row(outbox, kind="undo_offer")
    (offer,) = [one for one in desk.slack.ledger.messages if one.key == row["opaque"]]
    assert offer.channel == "D-UCSM"
    _a_second_apart(desk, "D-UCSM")


def test_what_is_whispered_in_a_dm_takes_turns_with_the_other_posts_to_its_reader(
    desk: Desk, store: Store, team: Team
) -> None:
    with store.write(team.workspace_id) as unit:
        dm = unit.channels.ensure("D-UCSM", facts=ChannelFacts(direct=True))
        unit.commit()
    desk.say("hello", person_id=team.csm.id)
    handoff_id = assigned(store, team)
    with store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        handoff.acknowledge(version=handoff.brief_version, by=team.csm, at=unit.now)
        unit.save(handoff, actor_id=team.csm.id, asked_in=dm.id)
        unit.commit()
    leased = store.delivery.lease(9, lease=MINUTE)
    assert len([one for one in leased if one.destination == f"dm:{team.csm.id}"]) == 1
    assert desk.row(outbox, kind="undo_offer")["destination"] == f"dm:{team.csm.id}"
    desk.drain()
    assert not desk.slack.ledger.whispers
    assert desk.row(outbox, kind="undo_offer")["sent_channel"] == "D-UCSM"
    _a_second_apart(desk, "D-UCSM")


def _a_second_apart(desk: Desk, channel: str) -> None:
    stamps = [float(one.ts) for one in desk.slack.ledger.in_channel(channel)]
    assert len(stamps) > 1
    assert all(later - before >= 0.99 for before, later in pairwise(stamps))


def test_the_offer_to_undo_is_not_made_when_it_is_too_late(
    desk: Desk, store: Store, team: Team, clock: FixedClock
) -> None:
    _acknowledged(store, team)
    clock.advance(SOME_TIME)
    desk.drain()
    assert not desk.slack.ledger.whispers
    assert desk.row(outbox, kind="undo_offer")["reason"] == "too_late_to_undo"


def test_a_reply_waits_until_its_card_is_there(desk: Desk, store: Store, team: Team) -> None:
    desk.slack.trouble = Script(chat__postMessage=[Refusal("ratelimited")] * 3)
    assigned(store, team)
    desk.drain()
    card, reply = desk.slack.ledger.in_channel("C0DEAL")
    assert reply.thread_ts == card.ts
    assert card.thread_ts is None


def test_a_reply_below_a_card_that_never_came_is_not_sent(
    desk: Desk, store: Store, team: Team, clock: FixedClock
) -> None:
    handoff_id = posted(store, team)
    with store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        handoff.cancel("Posted too soon.", by=team.ae, at=unit.now)
        unit.save(handoff, actor_id=team.ae.id)
        unit.commit()
    clock.advance(Policy().undo_window)
    desk.drain()
    assert not desk.slack.ledger.in_channel("C0DEAL")
    assert desk.row(outbox, kind="cancelled", place="thread")["reason"] == "no_card"


def test_the_home_tab_is_published_for_who_opened_it(desk: Desk, store: Store, team: Team) -> None:
    with store.write(team.workspace_id) as unit:
        unit.surfaces.open_home(team.csm.id)
        unit.commit()
    desk.work()
    (home,) = desk.slack.ledger.views
    assert (home["user_id"], home["view"]["type"]) == ("UCSM", "home")


@pytest.mark.parametrize(
    ("part", "told"),
    [
        ("revops", ("Handoff status", "Posted by Wren")),
        ("ae", ("Handoff status", "Posted by Maya")),
    ],
)
def test_a_status_list_is_posted_for_the_channel_it_stands_in(
    desk: Desk, store: Store, team: Team, part: str, told: tuple[str, ...]
) -> None:
    posted(store, team)
    viewer: Person = getattr(team, part)
    desk.add(
        Notice(
            NoticeKind.STATUS_POST,
            Place.CHANNEL,
            "status",
            Priority.ANSWER,
            person_id=viewer.id,
            channel_id=team.channel.id,
        )
    )
    desk.drain()
    assert desk.state("status") == "sent"
    shown = str(desk.slack.ledger.in_channel("C0DEAL")[-1].args["blocks"])
    assert [words for words in told if words not in shown] == []


def test_in_a_paused_workspace_only_answers_are_sent(desk: Desk, store: Store, team: Team) -> None:
    with store.write(team.workspace_id) as unit:
        unit.workspace_pause(unit.now)
        unit.commit()
    desk.say("own accord")
    desk.say("answer", priority=Priority.ANSWER)
    desk.pass_time(5 * SECOND)
    assert (desk.state("own accord"), desk.state("answer")) == ("pending", "sent")
    with store.write(team.workspace_id) as unit:
        unit.workspace_pause(None)
        unit.commit()
    desk.pass_time(5 * SECOND)
    assert desk.state("own accord") == "sent"


def test_a_job_that_fails_in_our_own_hands_is_given_up_visibly_in_the_end(
    desk: Desk, team: Team
) -> None:
    desk.say("broken", kind=NoticeKind.UNDO_OFFER, facts={"tag": "no such tag"})
    handoff_id = signed(desk.store, team)
    desk.say("broken too", kind=NoticeKind.UNDO_OFFER, handoff_id=handoff_id, facts={})
    desk.drain()
    assert desk.state("broken") == "cancelled"
    row = desk.row(outbox, key="broken too")
    assert (row["state"], row["reason"]) == ("dead", "KeyError")
    assert row["attempts"] == desk.constants.most_failures - 1


def _bot_posts(desk: Desk) -> None:
    desk.clock.advance(4 * HOUR)
    _sweep(desk)


def test_the_ae_is_told_that_the_bot_posted_only_once_the_card_stands_there(
    desk: Desk, store: Store, team: Team
) -> None:
    signed(store, team)
    desk.drain()
    _bot_posts(desk)
    desk.slack.trouble = Script(chat__postMessage=[Refusal("ratelimited")] * 3)
    desk.drain()
    assert desk.row(outbox, kind="bot_posted")["state"] == "sent"
    (card,) = desk.slack.ledger.in_channel("C0DEAL")
    told = desk.row(outbox, kind="bot_posted")["opaque"]
    assert desk.slack.ledger.keys().index(card.key) < desk.slack.ledger.keys().index(told)


@pytest.mark.parametrize(
    "unsafe",
    [
        ChannelFacts(bot_inside=True, shared=True),
        ChannelFacts(bot_inside=True, guests=True),
        ChannelFacts(bot_inside=True, archived=True),
    ],
)
def test_a_card_whose_channel_turned_out_unsafe_is_told_to_the_ae_and_not_called_posted(
    desk: Desk, store: Store, team: Team, unsafe: ChannelFacts
) -> None:
    signed(store, team)
    desk.drain()
    _bot_posts(desk)
    desk.machine.advance(SOME_TIME)
    safe, desk.facts = desk.facts, unsafe
    desk.drain()
    assert not desk.slack.ledger.in_channel("C0DEAL")
    assert desk.row(outbox, kind="bot_posted")["reason"] == "no_card"
    row = desk.row(outbox, kind="cannot_post")
    assert (row["state"], row["person_id"]) == ("sent", team.ae.id)
    desk.facts = safe
    with store.write(team.workspace_id) as unit:
        unit.channels.note("C0DEAL", forget_check=True)
        unit.commit()
    desk.drain()
    assert len(desk.slack.ledger.in_channel("C0DEAL")) == 1


def test_a_channel_archived_a_second_time_is_told_a_second_time_and_no_oftener(
    desk: Desk, store: Store, team: Team
) -> None:
    def becomes(*, archived: bool) -> None:
        with store.write(team.workspace_id) as unit:
            unit.channels.note("C0DEAL", archived=archived)
            unit.save(unit.handoffs.lock(handoff_id), actor_id=None)
            unit.commit()

    handoff_id = posted(store, team)
    desk.slack.trouble = lambda method, args: (
        Fault.LIMITED if method == "chat.postMessage" and args["channel"] == "C0DEAL" else None
    )
    for archived in (True, True, False, True, True):
        becomes(archived=archived)
        desk.pass_time(2 * MINUTE, step=5 * SECOND)
    told = [row for row in desk.rows(outbox) if row["kind"] == "cannot_post"]
    assert [row["state"] for row in told] == ["sent", "sent"]


def test_during_a_pause_the_persons_own_act_is_answered_and_others_wait(
    desk: Desk, store: Store, team: Team
) -> None:
    with store.write(team.workspace_id) as unit:
        unit.workspace_pause(unit.now)
        unit.commit()
    posted(store, team)
    desk.pass_time(5 * SECOND)
    assert len(desk.slack.ledger.in_channel("C0DEAL")) == 1
    assert any("Northwind" in one for one in _texts(desk, "D-UAE"))
    assert not any("Northwind" in one for one in _texts(desk, "D-UCS_MANAGER"))
