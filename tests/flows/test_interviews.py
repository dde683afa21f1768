"""The list of whom to ask what an AE who is gone knew: found, ticked, corrected, and read."""

from datetime import timedelta
from typing import Any

from bot.domain.access import EVERY
from bot.domain.succession import Interviews, Source
from bot.domain.verification import RecordKind
from bot.storage.people import PersonFacts
from bot.storage.unit_of_work import RECEIVED_KEPT
from bot.views.ids import ActionId, ViewId
from bot.views.payload import Ref
from tests.builders import WEDNESDAY, FakeMachine, assigned, signed
from tests.flows.app import App, Reply
from tests.flows.test_reassigning import NEW, reassign
from tests.flows.test_together import history_is_sound
from tests.flows.test_verification import AE, AE_MANAGER, CSM, handoff_of, opened, whole

TALK: dict[str, Any] = {
    "interviewed": "Ada, who showed it to them",
    "interview_on": WEDNESDAY.date().isoformat(),
    "interview_note": "The connector was shown with one site, never with three.",
}


def left(app: App) -> int:
    """A handoff whose AE has no account any more, with the brief still to be written."""
    handoff_id = signed(app.store, app.team)
    with app.store.write(app.team.workspace_id) as unit:
        facts = PersonFacts(name=app.team.ae.name, deactivated=True)
        unit.note_account(app.team.ae.slack_id, facts)
        unit.commit()
    return handoff_id


def tick(app: App, handoff_id: int, *, by: str = AE_MANAGER, **typed: Any) -> Reply:
    form = opened(app, by, ActionId.OPEN_INTERVIEWS, handoff_id)
    assert form.callback_id == ViewId.INTERVIEWS
    return app.submit(by, form.type(**{**TALK, **typed}))


def kept(app: App, handoff_id: int) -> Interviews:
    with app.store.read(app.team.workspace_id) as unit:
        found = unit.records.load(handoff_id, audiences=EVERY)[RecordKind.INTERVIEWS].record
    assert isinstance(found, Interviews)
    return found


def test_the_ae_manager_ticks_one_after_the_other_in_the_order_to_ask_in(app: App) -> None:
    handoff_id = left(app)
    for number, source in enumerate(Source):
        form = opened(app, AE_MANAGER, ActionId.OPEN_INTERVIEWS, handoff_id)
        assert form.holds("interview_with") == source.value
        assert form.words.count("✅") == number
        assert app.submit(AE_MANAGER, form.type(**TALK)).body == {}
    talks = kept(app, handoff_id).talks
    assert [one.source for one in talks] == list(Source)
    assert {one.by for one in talks} == {app.team.ae_manager.id}
    assert app.events(handoff_id).count("interviews.ticked") == len(Source)
    assert handoff_of(app, handoff_id).succession.interviewed_at is not None
    assert history_is_sound(app, handoff_id)


def test_the_list_and_the_next_ae_go_on_from_what_was_ticked(app: App) -> None:
    handoff_id = left(app)
    tick(app, handoff_id)
    reassign(app, handoff_id)
    assert tick(app, handoff_id, by=NEW, interview_with="champion").body == {}
    assert {one.by for one in kept(app, handoff_id).talks} == {
        app.team.ae_manager.id,
        app.team.outsider.id,
    }
    # Who asked something before corrects it; what somebody else ticked meanwhile is theirs.
    first = opened(app, NEW, ActionId.OPEN_INTERVIEWS, handoff_id)
    tick(app, handoff_id, interview_with="pre_sales")
    reply = app.submit(NEW, first.type(**TALK, interview_with="pre_sales"))
    assert list(reply.errors) == [first.block_of("interview_with")]
    assert app.submit(NEW, first.type(**TALK, interview_with="ae_manager")).body == {}
    assert kept(app, handoff_id).open == ()


def test_a_talk_is_ticked_once_and_an_old_form_undoes_no_correction(
    app: App, machine: FakeMachine
) -> None:
    handoff_id = left(app)
    form = opened(app, AE_MANAGER, ActionId.OPEN_INTERVIEWS, handoff_id)
    source = form.holds("interview_with")
    body = app.submit_body(AE_MANAGER, form.type(**TALK))
    assert app.deliver(body).body == {}
    again = opened(app, AE_MANAGER, ActionId.OPEN_INTERVIEWS, handoff_id)
    refused = app.submit(AE_MANAGER, again.type(**TALK, interview_with=source))
    assert list(refused.errors) == [again.block_of("interview_with")]
    corrected = tick(app, handoff_id, interview_with=source, interview_note="They want Theo.")
    assert corrected.body == {}
    machine.advance(RECEIVED_KEPT + timedelta(hours=1))
    app.store.housekeeping()
    app.deliver(body)
    assert [one.note for one in kept(app, handoff_id).talks] == ["They want Theo."]
    assert app.events(handoff_id).count("interviews.ticked") == 2


def test_its_readers_are_those_of_reasons_and_it_stands_on_the_page(app: App) -> None:
    handoff_id = left(app)
    tick(app, handoff_id)
    note = TALK["interview_note"]
    readers = {user: note in whole(app, user, handoff_id) for user in (AE_MANAGER, "UREVOPS", NEW)}
    assert readers == {AE_MANAGER: True, "UREVOPS": True, NEW: False}
    assert "Interview list" in whole(app, AE_MANAGER, handoff_id)
    assert "Ada, who showed it to them" not in whole(app, NEW, handoff_id)


def test_where_the_brief_is_done_there_is_no_list(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    refused = app.press(AE_MANAGER, ActionId.OPEN_INTERVIEWS, Ref(handoff=handoff_id))
    assert "There is no interview list here" in refused.sentence
    for user in (CSM, AE):
        page = app.modal(app.press(user, ActionId.OPEN_HANDOFF, Ref(handoff=handoff_id)))
        assert ActionId.OPEN_INTERVIEWS not in str(page.view)


def test_a_name_left_out_and_a_day_still_to_come_keep_the_form_open(app: App) -> None:
    handoff_id = left(app)
    for changed, field in (
        ({"interviewed": "   "}, "interviewed"),
        ({"interview_on": "2027-01-01"}, "interview_on"),
    ):
        form = opened(app, AE_MANAGER, ActionId.OPEN_INTERVIEWS, handoff_id)
        reply = app.submit(AE_MANAGER, form.type(**{**TALK, **changed}))
        assert list(reply.errors) == [form.block_of(field)]
    assert "interviews.ticked" not in app.events(handoff_id)
