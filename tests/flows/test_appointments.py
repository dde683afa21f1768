"""The time of the debrief in Slack: proposed, taken, answered with another one, and stale."""

from datetime import date, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import select

from bot.domain.appointments import Appointment
from bot.domain.deadlines import Step
from bot.domain.kickoff import debrief_due
from bot.domain.people import Role
from bot.storage.people import PersonFacts
from bot.storage.tables import outbox
from bot.views.ids import ActionId, ViewId
from bot.views.payload import Ref
from bot.views.text import instant_token
from tests.builders import WEDNESDAY, Deal, FixedClock, assigned, hold_debrief, posted
from tests.flows.app import App, Modal, Reply
from tests.flows.test_together import history_is_sound, together
from tests.flows.test_verification import AE, CSM, handoff_of, opened, whole

HOUR = timedelta(hours=1)
TOMORROW = WEDNESDAY + 24 * HOUR


def talk(app: App, handoff_id: int) -> Appointment:
    return handoff_of(app, handoff_id).debrief_talk


def propose(app: App, user: str, handoff_id: int, at: datetime, **typed: str) -> Reply:
    form = opened(app, user, ActionId.OPEN_TALK, handoff_id)
    return app.submit(user, form.type(talk_at=int(at.timestamp()), **typed))


def fine(app: App, user: str, handoff_id: int, turn: int) -> Reply:
    return app.press(user, ActionId.FINE_TALK, Ref(handoff=handoff_id, revision=turn))


def told(app: App, kind: str) -> list[int]:
    with app.store.database.reading() as connection:
        query = select(outbox.c.person_id).where(outbox.c.kind == kind).order_by(outbox.c.id)
        return list(connection.execute(query).scalars())


def offered(form: Modal) -> list[tuple[str, datetime]]:
    return [
        (one["text"]["text"], datetime.fromisoformat(one["value"]))
        for block in form.view["blocks"]
        if block["type"] == "input" and block["element"]["type"] == "static_select"
        for one in block["element"]["options"]
    ]


def test_the_csm_chooses_a_suggestion_and_the_ae_says_fine(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    form = opened(app, CSM, ActionId.OPEN_TALK, handoff_id)
    assert form.callback_id == ViewId.TALK
    # Wednesday 10:00 in Berlin; the kickoff is due on Monday, the debrief on Friday.
    assert [at for _, at in offered(form)] == [
        WEDNESDAY + HOUR,
        WEDNESDAY + 23 * HOUR,
        WEDNESDAY + 47 * HOUR,
    ]
    (_, first), *_ = offered(form)
    assert app.submit(CSM, form).body == {}
    assert talk(app, handoff_id).proposed_at == first
    assert told(app, "talk_proposed") == [app.team.ae.id]
    assert fine(app, AE, handoff_id, 1).body == {}
    assert talk(app, handoff_id).agreed_at == first
    assert sorted(told(app, "talk_file")) == sorted([app.team.ae.id, app.team.csm.id])
    again = fine(app, AE, handoff_id, 1)
    assert "done already" in again.sentence
    assert len(told(app, "talk_file")) == 2


def test_a_time_that_is_entered_counts_in_place_of_the_chosen_one(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    assert propose(app, CSM, handoff_id, TOMORROW + 9 * HOUR).body == {}
    assert talk(app, handoff_id).proposed_at == TOMORROW + 9 * HOUR


def test_the_ae_answers_with_another_time_and_the_csm_takes_it_in_the_form(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    propose(app, CSM, handoff_id, TOMORROW)
    propose(app, AE, handoff_id, TOMORROW + 2 * HOUR, talk_line="I am on a plane until noon.")
    assert told(app, "talk_proposed") == [app.team.ae.id, app.team.csm.id]
    form = opened(app, CSM, ActionId.OPEN_TALK, handoff_id)
    # What the other one proposes stands on top, and sending the form takes it.
    label, first = offered(form)[0]
    assert (first, label) == (TOMORROW + 2 * HOUR, "Thu 12:00, as Maya proposes")
    assert app.submit(CSM, form).body == {}
    assert talk(app, handoff_id).agreed_at == TOMORROW + 2 * HOUR
    assert len(told(app, "talk_file")) == 2


def test_a_fine_on_an_older_time_is_refused_with_what_is_proposed_now(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    propose(app, CSM, handoff_id, TOMORROW)
    stale = opened(app, AE, ActionId.OPEN_TALK, handoff_id)
    propose(app, CSM, handoff_id, TOMORROW + HOUR)
    refused = fine(app, AE, handoff_id, 1)
    assert "Thu 5 Mar 2026, 10:00 UTC" in refused.sentence
    late = app.submit(AE, stale.type(talk_at=int((TOMORROW + 3 * HOUR).timestamp())))
    assert list(late.errors) == [stale.block_of("talk_at")]
    assert talk(app, handoff_id).proposed_at == TOMORROW + HOUR
    assert talk(app, handoff_id).agreed_at is None


def test_who_is_asked_to_move_it_can_leave_it_where_it_is(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    propose(app, CSM, handoff_id, TOMORROW)
    fine(app, AE, handoff_id, 1)
    propose(app, CSM, handoff_id, TOMORROW + 3 * HOUR)
    form = opened(app, AE, ActionId.OPEN_TALK, handoff_id)
    labels = {at: label for label, at in offered(form)}
    assert labels[TOMORROW] == "Thu 10:00, as agreed before"
    assert next(iter(labels)) == TOMORROW + 3 * HOUR
    assert app.submit(AE, form.type(talk_at=int(TOMORROW.timestamp()))).body == {}
    now = talk(app, handoff_id)
    assert (now.agreed_at, now.proposed_at, now.agreed) == (TOMORROW, None, 1)
    assert told(app, "talk_kept") == [app.team.csm.id]
    # Both have it in their calendars as it is.
    assert len(told(app, "talk_file")) == 2
    assert "is now: Thu 5 Mar 2026, 09:00 UTC" in fine(app, AE, handoff_id, 2).sentence


def test_once_it_is_recorded_nobody_arranges_it_any_more(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    propose(app, CSM, handoff_id, TOMORROW)
    with app.store.write(app.team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        hold_debrief(unit, handoff, app.team)
        unit.save(handoff, actor_id=app.team.csm.id)
        unit.commit()
    over = "The debrief is recorded"
    assert over in fine(app, AE, handoff_id, 1).sentence
    assert over in app.press(CSM, ActionId.OPEN_TALK, Ref(handoff=handoff_id)).sentence
    assert talk(app, handoff_id).agreed_at is None
    assert told(app, "talk_file") == []
    assert "proposes" not in whole(app, AE, handoff_id)


def test_once_it_was_due_the_next_hours_are_suggested(app: App, clock: FixedClock) -> None:
    handoff_id = assigned(app.store, app.team)
    clock.advance(5 * 24 * HOUR)
    form = opened(app, CSM, ActionId.OPEN_TALK, handoff_id)
    assert "It was to be over by" in form.words
    assert [at for _, at in offered(form)] == [
        WEDNESDAY + (5 * 24 + 1) * HOUR,
        WEDNESDAY + (6 * 24 - 1) * HOUR,
        WEDNESDAY + (7 * 24 - 1) * HOUR,
    ]


def test_to_who_is_assigned_late_the_due_time_of_the_step_is_named(
    app: App, clock: FixedClock
) -> None:
    handoff_id = posted(app.store, app.team, Deal())
    clock.advance(9 * 24 * HOUR)
    with app.store.write(app.team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        handoff.assign_csm(app.team.csm, by=app.team.cs_manager, at=unit.now, override="Late")
        unit.save(handoff, actor_id=app.team.cs_manager.id)
        unit.commit()
    with app.store.read(app.team.workspace_id) as unit:
        (due,) = (one.due_at for one in unit.deadlines.of(handoff_id) if one.step is Step.DEBRIEF)
        counted = debrief_due(unit.handoffs.get(handoff_id), unit.policy, unit.people.calendar)
    assert counted is not None
    assert counted < due
    form = opened(app, CSM, ActionId.OPEN_TALK, handoff_id)
    assert f"It was to be over by {instant_token(due)}" in str(form.view)
    assert offered(form)


def test_no_time_is_suggested_in_the_leave_of_either(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    for person, until in ((app.team.ae, date(2026, 3, 5)), (app.team.csm, date(2026, 3, 4))):
        with app.store.write(app.team.workspace_id) as unit:
            unit.set_leave(person.id, until, None, by=None)
            unit.commit()
    form = opened(app, CSM, ActionId.OPEN_TALK, handoff_id)
    days = {at.date() for _, at in offered(form)}
    assert days == {date(2026, 3, 6)}


def test_an_ae_whom_nobody_asked_yet_is_told_whose_turn_it_is(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    refused = app.press(AE, ActionId.OPEN_TALK, Ref(handoff=handoff_id))
    assert "up to Jonas." in refused.sentence


def test_a_time_that_has_passed_keeps_the_form_open(app: App, clock: FixedClock) -> None:
    handoff_id = assigned(app.store, app.team)
    refused = propose(app, CSM, handoff_id, WEDNESDAY - HOUR)
    assert "has passed" in refused.sentence
    propose(app, CSM, handoff_id, TOMORROW)
    clock.advance(26 * HOUR)
    assert "has passed" in fine(app, AE, handoff_id, 1).sentence
    assert talk(app, handoff_id).agreed_at is None


def test_people_in_two_zones_read_both_times(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    with app.store.write(app.team.workspace_id) as unit:
        unit.people.ensure("UCSM", facts=PersonFacts("Jonas", "America/New_York"))
        unit.commit()
    labels = [label for label, _ in offered(opened(app, CSM, ActionId.OPEN_TALK, handoff_id))]
    assert labels[0] == "09:00 (15:00 for Maya)"
    assert labels[1] == "Thu 09:00 (Thu 15:00 for Maya)"


def test_whoever_sees_no_shared_hour_enters_one(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    with app.store.write(app.team.workspace_id) as unit:
        unit.people.ensure("UAE", facts=PersonFacts("Maya", "Africa/Accra"))
        unit.people.ensure("UCSM", facts=PersonFacts("Jonas", "Pacific/Fiji"))
        unit.commit()
    form = opened(app, CSM, ActionId.OPEN_TALK, handoff_id)
    assert offered(form) == []
    assert "No hour suits both" in form.words
    empty = app.submit(CSM, form)
    assert "Choose a date" in empty.sentence
    assert app.submit(CSM, form.type(talk_at=int(TOMORROW.timestamp()))).body == {}


def test_a_second_listener_gets_the_file_and_a_line_of_its_own(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    with app.store.write(app.team.workspace_id) as unit:
        listener = unit.people.ensure("ULISTENER", facts=PersonFacts("Lin", "Europe/Berlin"))
        unit.people.set_part(listener.id, roles={Role.REVOPS})
        handoff = unit.handoffs.lock(handoff_id)
        handoff.listener_id = listener.id
        unit.save(handoff, actor_id=None)
        unit.commit()
    propose(app, CSM, handoff_id, TOMORROW)
    assert told(app, "talk_proposed") == [app.team.ae.id]
    fine(app, AE, handoff_id, 1)
    assert listener.id in told(app, "talk_file")
    assert "Debrief: agreed on for" in whole(app, "ULISTENER", handoff_id)
    assert "Debrief: agreed on for" not in whole(app, "UCS_MANAGER", handoff_id)


@pytest.mark.parametrize("value", ["tomorrow", "2026-03-05T10:00:00"])
def test_a_choice_that_no_form_offered_is_refused(app: App, value: str) -> None:
    handoff_id = assigned(app.store, app.team)
    form = opened(app, CSM, ActionId.OPEN_TALK, handoff_id)
    body = app.submit_body(CSM, form)
    for block in body["view"]["state"]["values"].values():
        if "talk_choice" in block:
            block["talk_choice"]["selected_option"]["value"] = value
    assert "older version" in app.deliver(body).sentence
    assert talk(app, handoff_id) == Appointment()


def test_two_who_answer_at_the_same_instant_leave_one_answer(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    propose(app, CSM, handoff_id, TOMORROW)
    form = opened(app, CSM, ActionId.OPEN_TALK, handoff_id)
    form = form.type(talk_at=int((TOMORROW + HOUR).timestamp()))
    bodies = (
        app.press_body(AE, ActionId.FINE_TALK, Ref(handoff=handoff_id, revision=1)),
        app.submit_body(CSM, form),
    )
    together(*(partial(app.deliver, body) for body in bodies))
    now = talk(app, handoff_id)
    # Either the time was taken and another one proposed, or only the other one was.
    assert now.turn == 2
    assert now.proposed_at == TOMORROW + HOUR
    assert now.agreed_at in (None, TOMORROW)
    assert history_is_sound(app, handoff_id)
