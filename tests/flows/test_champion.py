"""AE or CSM records that the champion left: the brief, the card, the question, and who hears it."""

from bot.domain.access import EVERY
from bot.domain.brief import ContactRole
from bot.domain.items import Hole, Item, SectionKey
from bot.views.ids import ActionId, ViewId
from bot.views.payload import Ref
from bot.views.sentences.brief import NEW_SINCE_READ
from tests.builders import assigned, signed
from tests.flows.app import App, Reply
from tests.flows.test_kickoff import told
from tests.flows.test_together import history_is_sound
from tests.flows.test_verification import (
    AE,
    AE_MANAGER,
    CS_MANAGER,
    CSM,
    acknowledged,
    handoff_of,
    opened,
    whole,
)


def champion(app: App, handoff_id: int) -> str:
    with app.store.read(app.team.workspace_id) as unit:
        people = unit.brief.load(handoff_id, audiences=EVERY).people
    return ", ".join(one.name for one in people.having(ContactRole.CHAMPION))


def leave(app: App, handoff_id: int, *, by: str = CSM, **typed: str) -> Reply:
    form = opened(app, by, ActionId.OPEN_CHAMPION, handoff_id)
    assert form.callback_id == ViewId.CHAMPION
    return app.submit(by, form.type(**typed))


def held(app: App, handoff_id: int) -> None:
    with app.store.write(app.team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        handoff.kickoff_held_at = unit.now
        unit.save(handoff, actor_id=None)
        unit.commit()


def test_the_csm_records_it_after_the_kickoff_and_finds_out_who_follows(app: App) -> None:
    handoff_id = acknowledged(app)
    held(app, handoff_id)
    before = champion(app, handoff_id)
    assert before
    form = opened(app, CSM, ActionId.OPEN_CHAMPION, handoff_id)
    assert before in str(form.view)
    assert app.submit(CSM, form.type(last_day="2026-03-20")).body == {}
    handoff = handoff_of(app, handoff_id)
    hole = next(one for one in handoff.completeness.open if one.item is Item.CHAMPION)
    assert (hole.hole, hole.asker) == (Hole.MUST_CONFIRM, app.team.csm.id)
    assert handoff.acknowledged
    assert set(told(app, "champion_left")) == {
        app.team.ae.id,
        app.team.ae_manager.id,
        app.team.cs_manager.id,
    }
    page = whole(app, CSM, handoff_id)
    assert f"{before}, " in page
    assert "gone, last day 20 Mar 2026" in page
    assert "Jonas" in page
    assert champion(app, handoff_id) == ""
    assert history_is_sound(app, handoff_id)

    again = opened(app, CSM, ActionId.OPEN_CHAMPION, handoff_id)
    assert "names no champion who is still there" in again.words
    assert app.submit(CSM, again.type(new_champion="Nora Blum", new_title="COO")).body == {}
    assert champion(app, handoff_id) == "Nora Blum"
    assert told(app, "champion_named") == [app.team.ae.id]
    now = handoff_of(app, handoff_id)
    (hole,) = (one for one in now.completeness.open if one.item is Item.CHAMPION)
    assert hole.hole is Hole.NO_LINE
    assert now.champions.left == 1


def test_the_ae_records_it_with_who_follows_and_the_csm_reads_it_as_new(app: App) -> None:
    handoff_id = acknowledged(app)
    form = opened(app, AE, ActionId.OPEN_CHAMPION, handoff_id)
    with app.store.read(app.team.workspace_id) as unit:
        people = unit.brief.load(handoff_id, audiences=EVERY).people
    other = next(one for one in people.present if ContactRole.CHAMPION not in one.roles)
    assert app.submit(AE, form.type(follower=str(other.id))).body == {}
    assert champion(app, handoff_id) == other.name
    assert NEW_SINCE_READ in whole(app, CSM, handoff_id)
    assert set(told(app, "champion_left")) == {
        app.team.csm.id,
        app.team.ae_manager.id,
        app.team.cs_manager.id,
    }


def test_both_a_choice_and_a_name_are_refused_under_the_name_and_nothing_is_lost(
    app: App,
) -> None:
    handoff_id = assigned(app.store, app.team)
    with app.store.read(app.team.workspace_id) as unit:
        people = unit.brief.load(handoff_id, audiences=EVERY).people
    other = next(one for one in people.present if ContactRole.CHAMPION not in one.roles)
    form = opened(app, AE, ActionId.OPEN_CHAMPION, handoff_id)
    reply = app.submit(AE, form.type(follower=str(other.id), new_champion="Nora"))
    assert list(reply.errors) == [form.block_of("new_champion")]
    assert "champion.left" not in app.events(handoff_id)


def test_two_who_record_it_at_once_record_it_once(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    first, second = (opened(app, by, ActionId.OPEN_CHAMPION, handoff_id) for by in (AE, CSM))
    assert app.submit(AE, first).body == {}
    reply = app.submit(CSM, second)
    assert list(reply.errors) == [second.block_of("champion_gone")]
    assert app.events(handoff_id).count("champion.left") == 1


def test_a_brief_that_names_none_has_nobody_who_could_leave(app: App) -> None:
    handoff_id = signed(app.store, app.team)
    refused = app.press(AE, ActionId.OPEN_CHAMPION, Ref(handoff=handoff_id))
    assert "names no champion yet" in refused.sentence
    refused = app.command(AE, "champion")
    assert "names no champion yet" in refused.sentence


def test_the_command_opens_the_form_or_asks_which_deal_is_meant(app: App) -> None:
    first = assigned(app.store, app.team)
    assert app.modal(app.command(CSM, "champion")).callback_id == ViewId.CHAMPION
    assert "Recording who the champion is" in app.command(AE_MANAGER, "champion").sentence
    second = assigned(app.store, app.team)
    buttons = app.command(CSM, "champion").buttons
    assert {Ref.load(one["value"]).handoff for one in buttons} == {first, second}


def test_the_second_contact_stands_in_the_form_of_who_may_read_it(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    second = "Omar, by phone"
    with app.store.write(app.team.workspace_id) as unit:
        unit.handoffs.lock(handoff_id)
        people = unit.brief.load(handoff_id, audiences=EVERY).people
        now = people.model_copy(update={"second_contact": second})
        ae, at = app.team.ae.id, unit.now
        unit.brief.save_section(handoff_id, SectionKey.PEOPLE, now, by=ae, at=at)
        unit.commit()
    assert second in opened(app, CSM, ActionId.OPEN_CHAMPION, handoff_id).words
    for by in (AE_MANAGER, CS_MANAGER):
        refused = app.press(by, ActionId.OPEN_CHAMPION, Ref(handoff=handoff_id))
        assert second not in refused.sentence
