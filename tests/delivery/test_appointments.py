"""What goes out about the time of a debrief: the question, and the file for a calendar."""

from datetime import datetime, timedelta

from icalendar import Calendar, Event

from bot.domain.people import Person, Role
from bot.domain.policy import Policy
from bot.storage.people import PersonFacts
from bot.storage.tables import outbox
from bot.storage.unit_of_work import Store
from bot.views.text import instant_token
from tests.builders import WEDNESDAY, Team, assigned
from tests.delivery.desk import Desk
from tests.delivery.test_debrief import stand_in
from tests.delivery.test_verification import change, last

HOUR = timedelta(hours=1)
TOMORROW = WEDNESDAY + 24 * HOUR


def propose(
    store: Store, team: Team, handoff_id: int, by: Person, at: datetime, line: str = ""
) -> None:
    change(
        store,
        team,
        handoff_id,
        by.id,
        lambda unit, h: h.propose_talk(at, turn=h.debrief_talk.turn, by=by, at=unit.now, line=line),
    )


def agree(store: Store, team: Team, handoff_id: int, by: Person) -> None:
    change(
        store,
        team,
        handoff_id,
        by.id,
        lambda unit, h: h.agree_talk(turn=h.debrief_talk.turn, by=by, at=unit.now),
    )


def sent(desk: Desk) -> list[bytes]:
    """The files that arrived, the first one first."""
    return [one.content or b"" for one in desk.slack.ledger.files]


def event_in(content: bytes, *, method: str = "PUBLISH") -> Event:
    calendar = Calendar.from_ical(content)
    assert isinstance(calendar, Calendar)
    assert (calendar["VERSION"], calendar["METHOD"]) == ("2.0", method)
    assert calendar["PRODID"]
    (event,) = calendar.walk("VEVENT")
    assert isinstance(event, Event)
    return event


def test_who_answers_reads_the_time_what_came_with_it_and_both_answers(
    desk: Desk, store: Store, team: Team
) -> None:
    handoff_id = assigned(store, team)
    propose(store, team, handoff_id, team.csm, TOMORROW)
    desk.drain()
    asked = last(desk, "UAE")
    assert "Jonas proposes to talk the deal over" in asked
    assert instant_token(TOMORROW) in asked or str(int(TOMORROW.timestamp())) in asked
    for words in ("fine_talk", "open_talk", "Other time"):
        assert words in asked
    propose(store, team, handoff_id, team.ae, TOMORROW + HOUR, "On a plane <until> noon.")
    desk.drain()
    answered = last(desk, "UCSM")
    assert "Maya proposes" in answered
    assert "On a plane <until> noon." in answered


def test_a_question_that_was_overtaken_is_not_asked(desk: Desk, store: Store, team: Team) -> None:
    handoff_id = assigned(store, team)
    propose(store, team, handoff_id, team.csm, TOMORROW)
    propose(store, team, handoff_id, team.csm, TOMORROW + HOUR)
    desk.drain()
    kept = [row for row in desk.rows(outbox) if row["kind"] == "talk_proposed"]
    assert [(row["state"], row["reason"]) for row in kept] == [
        ("cancelled", "no_longer_owed"),
        ("sent", None),
    ]


def test_a_question_to_a_stand_in_goes_to_the_ae_who_is_back(
    desk: Desk, store: Store, team: Team
) -> None:
    handoff_id = assigned(store, team)
    stand_in(desk, team.ae, team.outsider)
    propose(store, team, handoff_id, team.csm, TOMORROW, "Before the call.")
    stand_in(desk, team.ae, None)
    desk.drain()
    assert "Before the call." in last(desk, "UAE")
    assert "fine_talk" in last(desk, "UAE")
    kept = [row for row in desk.rows(outbox) if row["kind"] == "talk_proposed"]
    assert [(row["state"], row["person_id"]) for row in kept] == [
        ("cancelled", team.outsider.id),
        ("sent", team.ae.id),
    ]


def test_both_and_the_listener_get_the_agreed_time_for_their_calendars(
    desk: Desk, store: Store, team: Team
) -> None:
    handoff_id = assigned(store, team)
    with store.write(team.workspace_id) as unit:
        listener = unit.people.ensure("ULISTENER", facts=PersonFacts("Lin", "Europe/Berlin"))
        unit.people.set_part(listener.id, roles={Role.REVOPS})
        handoff = unit.handoffs.lock(handoff_id)
        handoff.listener_id = listener.id
        unit.save(handoff, actor_id=None)
        unit.commit()
    propose(store, team, handoff_id, team.csm, TOMORROW, "Only for Maya.")
    agree(store, team, handoff_id, team.ae)
    desk.drain()
    files = sent(desk)
    assert len(files) == 3
    for content in files:
        event = event_in(content)
        assert event["SUMMARY"] == "Debrief: Northwind Robotics"
        assert event.start == TOMORROW
        assert event.end == TOMORROW + timedelta(minutes=45)
        assert content.count(b"DTSTART:20260305T090000Z") == 1
        # Nothing of the deal but whose it is.
        assert set(event.keys()) == {"UID", "SEQUENCE", "DTSTART", "DTEND", "DTSTAMP", "SUMMARY"}
        assert b"Maya" not in content


def test_a_moved_talk_replaces_the_one_before_in_the_calendar(
    desk: Desk, store: Store, team: Team
) -> None:
    handoff_id = assigned(store, team)
    seen = []
    for by, other, at in (
        (team.csm, team.ae, TOMORROW),
        (team.csm, team.ae, TOMORROW + 2 * HOUR),
        (team.ae, team.csm, TOMORROW + 3 * HOUR),
    ):
        before = len(sent(desk))
        propose(store, team, handoff_id, by, at)
        desk.drain()
        agree(store, team, handoff_id, other)
        desk.drain()
        new = [event_in(one) for one in sent(desk)[before:]]
        assert len(new) == 2
        assert len({(event["UID"], event["SEQUENCE"]) for event in new}) == 1
        seen.append(new[0])
    assert len({event["UID"] for event in seen}) == 1
    assert [event["SEQUENCE"] for event in seen] == [1, 2, 3]
    assert [event.start for event in seen] == [TOMORROW, TOMORROW + 2 * HOUR, TOMORROW + 3 * HOUR]


def test_a_file_of_a_time_that_holds_no_longer_is_not_sent(
    desk: Desk, store: Store, team: Team
) -> None:
    handoff_id = assigned(store, team)
    for at in (TOMORROW, TOMORROW + HOUR):
        propose(store, team, handoff_id, team.csm, at)
        agree(store, team, handoff_id, team.ae)
    desk.drain()
    kept = [row for row in desk.rows(outbox) if row["kind"] == "talk_file"]
    assert [row["state"] for row in kept] == ["cancelled", "cancelled", "sent", "sent"]
    assert {event_in(one).start for one in sent(desk)} == {TOMORROW + HOUR}


def test_who_asked_to_move_it_hears_that_it_stays(desk: Desk, store: Store, team: Team) -> None:
    handoff_id = assigned(store, team)
    propose(store, team, handoff_id, team.csm, TOMORROW)
    agree(store, team, handoff_id, team.ae)
    propose(store, team, handoff_id, team.csm, TOMORROW + HOUR)
    desk.drain()
    propose(store, team, handoff_id, team.ae, TOMORROW, "Then I am on a <plane>.")
    before = len(sent(desk))
    desk.drain()
    told = last(desk, "UCSM")
    assert "Maya does not move the debrief; it stays at" in told
    assert str(int(TOMORROW.timestamp())) in told
    assert "Then I am on a <plane>." in told
    assert len(sent(desk)) == before


def test_that_it_stays_is_not_told_once_another_time_is_asked_for(
    desk: Desk, store: Store, team: Team
) -> None:
    handoff_id = assigned(store, team)
    propose(store, team, handoff_id, team.csm, TOMORROW)
    agree(store, team, handoff_id, team.ae)
    propose(store, team, handoff_id, team.csm, TOMORROW + HOUR)
    propose(store, team, handoff_id, team.ae, TOMORROW)
    propose(store, team, handoff_id, team.ae, TOMORROW + 2 * HOUR)
    desk.drain()
    assert [row["state"] for row in desk.rows(outbox) if row["kind"] == "talk_kept"] == [
        "cancelled"
    ]


def files_to(desk: Desk, kind: str) -> list[tuple[int, str]]:
    return [(row["person_id"], row["state"]) for row in desk.rows(outbox) if row["kind"] == kind]


def test_with_another_csm_the_agreed_time_is_taken_out_of_both_calendars(
    desk: Desk, store: Store, team: Team
) -> None:
    handoff_id = assigned(store, team)
    propose(store, team, handoff_id, team.csm, TOMORROW)
    agree(store, team, handoff_id, team.ae)
    desk.drain()
    published = event_in(sent(desk)[0])
    before = len(sent(desk))
    by = team.cs_manager
    change(
        store,
        team,
        handoff_id,
        by.id,
        lambda unit, handoff: handoff.assign_csm(team.outsider, by=by, at=unit.now),
    )
    desk.drain()
    assert files_to(desk, "talk_fell") == [(team.ae.id, "sent"), (team.csm.id, "sent")]
    off = sent(desk)[before:]
    assert len(off) == 2
    for content in off:
        event = event_in(content, method="CANCEL")
        assert (event["UID"], event["STATUS"]) == (published["UID"], "CANCELLED")
        assert event.sequence > published.sequence
        assert event.start == TOMORROW
    propose(store, team, handoff_id, team.outsider, TOMORROW + HOUR)
    agree(store, team, handoff_id, team.ae)
    desk.drain()
    anew = event_in(sent(desk)[-1])
    assert anew.sequence > event.sequence


def test_a_cancelled_handoff_takes_it_out_once_that_is_final(
    desk: Desk, store: Store, team: Team
) -> None:
    handoff_id = assigned(store, team)
    propose(store, team, handoff_id, team.csm, TOMORROW)
    agree(store, team, handoff_id, team.ae)
    desk.drain()
    before, ae, policy = len(sent(desk)), team.ae, Policy()

    def cancel() -> None:
        change(
            store,
            team,
            handoff_id,
            ae.id,
            lambda unit, handoff: handoff.cancel("They withdrew", by=ae, at=unit.now),
        )

    cancel()
    desk.pass_time(timedelta(seconds=20))
    assert len(sent(desk)) == before
    change(
        store,
        team,
        handoff_id,
        ae.id,
        lambda unit, handoff: handoff.undo_cancel(by=ae, at=unit.now, policy=policy),
    )
    desk.clock.advance(timedelta(minutes=1))
    cancel()
    desk.clock.advance(policy.undo_window + timedelta(minutes=1))
    desk.drain()
    kept = [state for _, state in files_to(desk, "talk_fell")]
    assert kept == ["cancelled", "cancelled", "sent", "sent"]
    assert {event_in(one, method="CANCEL").start for one in sent(desk)[before:]} == {TOMORROW}


def test_who_is_named_to_listen_later_gets_the_agreed_time_too(
    desk: Desk, store: Store, team: Team
) -> None:
    handoff_id = assigned(store, team)
    propose(store, team, handoff_id, team.csm, TOMORROW)
    agree(store, team, handoff_id, team.ae)
    desk.drain()
    before = len(sent(desk))
    change(
        store,
        team,
        handoff_id,
        team.csm.id,
        lambda unit, handoff: handoff.listen(team.revops.id, by=team.csm, at=unit.now),
    )
    desk.drain()
    assert files_to(desk, "talk_file")[2:] == [(team.revops.id, "sent")]
    assert [event_in(one).start for one in sent(desk)[before:]] == [TOMORROW]


def test_the_file_of_a_stand_in_goes_to_the_ae_who_is_back(
    desk: Desk, store: Store, team: Team
) -> None:
    handoff_id = assigned(store, team)
    stand_in(desk, team.ae, team.outsider)
    propose(store, team, handoff_id, team.csm, TOMORROW)
    agree(store, team, handoff_id, team.outsider)
    stand_in(desk, team.ae, None)
    desk.drain()
    assert (team.ae.id, "sent") in files_to(desk, "talk_file")
    assert (team.outsider.id, "cancelled") in files_to(desk, "talk_file")


def test_the_own_card_says_where_the_two_are(desk: Desk, store: Store, team: Team) -> None:
    handoff_id = assigned(store, team)
    propose(store, team, handoff_id, team.csm, TOMORROW)
    agree(store, team, handoff_id, team.ae)
    propose(store, team, handoff_id, team.csm, TOMORROW + HOUR)
    desk.pass_time(timedelta(minutes=2))
    for reader in ("D-UAE", "D-UCSM"):
        cards = "\n".join(str(one.args) for one in desk.slack.ledger.in_channel(reader))
        assert f"Debrief: agreed on for {instant_token(TOMORROW)}; Jonas asks to move it" in cards
