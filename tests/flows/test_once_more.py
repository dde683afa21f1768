"""A form delivered again is answered as the first time, from rows and ids alone."""

import json
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from sqlalchemy import select

from bot.domain.brief import Contact, People
from bot.domain.items import SectionKey
from bot.domain.promises import Kind, PromiseText
from bot.flows.registration import all_listeners
from bot.storage.tables import received
from bot.views.ids import ViewId
from bot.views.payload import Ref
from tests.builders import assigned, signed, started
from tests.flows.app import App, Modal, Reply
from tests.flows.slack import DEAL, Json
from tests.views.shown import pieces

AE, CSM, CS_MANAGER, REVOPS = "UAE", "UCSM", "UCS_MANAGER", "UREVOPS"
SECRET = "Never to lie in the table of requests"
AT_NINE = 1772614800
"""The signature of the day on which the tests play."""


@dataclass(frozen=True)
class Sent:
    """A form as it was submitted, and the view it is answered with."""

    body: Json
    answered: ViewId


def step_of(app: App, handoff_id: int, section: SectionKey) -> Modal:
    """One step of the brief as it opens from the list."""
    opened = app.modal(app.press(AE, "write_brief", Ref(handoff=handoff_id)))
    ref = Ref(handoff=handoff_id, thing=section.value)
    app.press(AE, "brief_go", ref, modal=opened)
    name, args = next(one for one in reversed(app.slack.calls) if one[0] == "views.update")
    assert name
    return app.screen(args["view"])


def a_step(app: App) -> Sent:
    modal = step_of(app, signed(app.store, app.team), SectionKey.SUCCESS)
    return Sent(app.submit_body(AE, modal.type(metric=SECRET)), ViewId.BRIEF)


def a_step_in_conflict(app: App) -> Sent:
    handoff_id = signed(app.store, app.team)
    mine = step_of(app, handoff_id, SectionKey.SUCCESS)
    theirs = step_of(app, handoff_id, SectionKey.SUCCESS)
    app.submit(AE, theirs.type(metric="Orders an hour"))
    return Sent(app.submit_body(AE, mine.type(metric=SECRET)), ViewId.BRIEF)


def a_promise_in_conflict(app: App) -> Sent:
    handoff_id = signed(app.store, app.team)
    with app.store.write(app.team.workspace_id) as unit:
        unit.handoffs.lock(handoff_id)
        text = PromiseText("Two trainers on site.", Kind.SUPPORT)
        promise = unit.brief.add_promise(handoff_id, text, by=app.team.ae.id, at=unit.now)
        unit.commit()
    ref = Ref(handoff=handoff_id, entry=promise.id, revision=promise.version)
    below = step_of(app, handoff_id, SectionKey.PROMISES)
    mine, theirs = (editor(app, "promise_edit", ref, below) for _ in range(2))
    app.submit(AE, theirs.type(words="Three trainers on site."))
    return Sent(app.submit_body(AE, mine.type(words=SECRET)), ViewId.PROMISE)


def a_person_in_conflict(app: App) -> Sent:
    handoff_id = signed(app.store, app.team)
    with app.store.write(app.team.workspace_id) as unit:
        unit.handoffs.lock(handoff_id)
        people = People(contacts=(Contact(id=1, name="Ilse Brandt"),))
        unit.brief.save_section(
            handoff_id, SectionKey.PEOPLE, people, by=app.team.ae.id, at=unit.now
        )
        unit.commit()
    ref = Ref(handoff=handoff_id, entry=1, revision=1)
    below = step_of(app, handoff_id, SectionKey.PEOPLE)
    mine, theirs = (editor(app, "contact_edit", ref, below) for _ in range(2))
    app.submit(AE, theirs.type(stake="A budget of her own."))
    return Sent(app.submit_body(AE, mine.type(stake=SECRET)), ViewId.CONTACT)


def editor(app: App, action: str, ref: Ref, below: Modal) -> Modal:
    """An editor as it opens on top of its step."""
    return app.modal(app.press(AE, action, ref, modal=below))


def the_last_step(app: App) -> Sent:
    modal = step_of(app, signed(app.store, app.team), SectionKey.FIRST_DAYS)
    return Sent(app.submit_body(AE, modal.type(style=SECRET)), ViewId.PREVIEW)


def the_last_step_before_the_signature(app: App) -> Sent:
    modal = step_of(app, started(app.store, app.team), SectionKey.FIRST_DAYS)
    return Sent(app.submit_body(AE, modal.type(style=SECRET)), ViewId.BRIEF_STEPS)


def a_signature(app: App) -> Sent:
    handoff_id = started(app.store, app.team)
    modal = app.modal(app.press(AE, "open_signature", Ref(handoff=handoff_id)))
    return Sent(app.submit_body(AE, modal.type(signed_at=AT_NINE - 600)), ViewId.WHOLE)


def a_start(app: App) -> Sent:
    modal = app.modal(app.command(AE))
    typed = {"account": SECRET, "value": "48000", "cs_manager": "UCS_MANAGER"}
    return Sent(app.submit_body(AE, modal.type(**typed, signed_at=AT_NINE - 600)), ViewId.BRIEF)


def a_start_in_another_currency(app: App) -> Sent:
    modal = app.modal(app.command(AE))
    typed = {
        "account": SECRET,
        "value": "900",
        "currency": "other",
        "cs_manager": "UCS_MANAGER",
    }
    return Sent(app.submit_body(AE, modal.type(**typed, signed_at=AT_NINE - 600)), ViewId.START)


def a_start_for_another(app: App) -> Sent:
    modal = app.modal(app.command(REVOPS))
    typed = {"account": SECRET, "value": "48000", "cs_manager": "UCS_MANAGER", "ae": AE}
    body = app.submit_body(REVOPS, modal.type(**typed, signed_at=AT_NINE - 600))
    return Sent(body, ViewId.PROBLEM)


def a_booked_kickoff(app: App) -> Sent:
    ref = Ref(handoff=assigned(app.store, app.team))
    modal = app.modal(app.press(CSM, "open_kickoff_booking", ref))
    tomorrow = modal.type(kickoff_at=AT_NINE + 24 * 3600)
    return Sent(app.submit_body(CSM, tomorrow), ViewId.KICKOFF_CARD)


def a_plan_begun_for_the_csm(app: App) -> Sent:
    ref = Ref(handoff=assigned(app.store, app.team))
    modal = app.modal(app.press(CS_MANAGER, "start_plan", ref))
    return Sent(app.submit_body(CS_MANAGER, modal.type(reason=SECRET)), ViewId.SUCCESS_PLAN)


FORMS: list[Callable[[App], Sent]] = [
    a_step,
    a_step_in_conflict,
    a_promise_in_conflict,
    a_person_in_conflict,
    the_last_step,
    the_last_step_before_the_signature,
    a_signature,
    a_start,
    a_start_in_another_currency,
    a_booked_kickoff,
    a_plan_begun_for_the_csm,
]


def kept(app: App) -> list[str]:
    with app.store.database.reading() as connection:
        return [text for text in connection.execute(select(received.c.answer)).scalars() if text]


def twice(app: App, sent: Sent) -> tuple[Reply, Reply]:
    first = app.deliver(sent.body)
    assert first.body["view"]["callback_id"] == sent.answered, first.body
    after = app.rows()
    again = app.deliver(sent.body)
    assert app.rows() == after
    return first, again


@pytest.mark.parametrize("make", FORMS)
def test_a_form_delivered_again_is_answered_with_the_same_view(
    app: App, make: Callable[[App], Sent]
) -> None:
    first, again = twice(app, make(app))
    assert (again.status, again.body) == (first.status, first.body)


@pytest.mark.parametrize("make", [*FORMS, a_start_for_another])
def test_nothing_that_people_wrote_is_kept_with_what_was_answered(
    app: App, make: Callable[[App], Sent]
) -> None:
    twice(app, make(app))
    for answer in kept(app):
        recipe = json.loads(answer)
        assert set(recipe) == {"action", "view", "metadata"}
        assert recipe["view"] in set(ViewId)
        assert Ref.load(recipe["metadata"]).words is None
        assert SECRET not in answer


def test_what_cannot_be_drawn_again_says_that_it_was_done(app: App) -> None:
    _, again = twice(app, a_start_for_another(app))
    assert "This was done when you sent it first" in "\n".join(pieces(again.body["view"]["blocks"]))
    with app.store.read(app.team.workspace_id) as unit:
        channel = unit.channels.by_slack_id(DEAL)
        assert channel is not None
        assert len(unit.handoffs.open_in(channel.id)) == 1


def test_a_conflict_shown_again_still_holds_what_the_loser_typed(app: App) -> None:
    _, again = twice(app, a_step_in_conflict(app))
    assert SECRET in json.dumps(again.body)
    assert "Orders an hour" in json.dumps(again.body)


def test_drawn_again_is_what_stands_now(app: App) -> None:
    sent = a_step(app)
    first = app.deliver(sent.body)
    handoff_id = Ref.load(first.body["view"]["private_metadata"]).handoff or 0
    text = PromiseText("Two trainers on site.", Kind.SUPPORT)
    with app.store.write(app.team.workspace_id) as unit:
        unit.handoffs.lock(handoff_id)
        unit.brief.add_promise(handoff_id, text, by=app.team.ae.id, at=unit.now)
        unit.commit()
    assert "Two trainers on site." in json.dumps(app.deliver(sent.body).body)


def test_every_form_that_answers_with_a_view_of_its_own_can_be_drawn_again() -> None:
    assert set(all_listeners().redraws) == {
        ViewId.BRIEF,
        ViewId.CHECK_IN,
        ViewId.CLOSING,
        ViewId.BRIEF_STEPS,
        ViewId.PREVIEW,
        ViewId.PROMISE,
        ViewId.INITIAL,
        ViewId.LEDGER,
        ViewId.COPIED,
        ViewId.CONTACT,
        ViewId.WHOLE,
        ViewId.RESTATE,
        ViewId.INTRO,
        ViewId.KICKOFF_CARD,
        ViewId.SUCCESS_PLAN,
        ViewId.START,
        ViewId.GATE,
        ViewId.DEBRIEF,
        ViewId.DEBRIEF_ALL,
        ViewId.DEBRIEF_REPLY,
    }
