"""Another AE, CSM or manager by hand: where it is found, who may, and what both AEs then see."""

from datetime import timedelta

import pytest

from bot.domain.access import EVERY
from bot.domain.deadlines import Step
from bot.domain.items import SectionKey
from bot.domain.people import ManagerBy, Role
from bot.domain.promises import Side
from bot.storage.channels import ChannelFacts
from bot.views.ids import ActionId, ViewId
from bot.views.payload import Ref
from tests.builders import WEDNESDAY, assigned, initial_all, signed
from tests.flows.app import App, Reply
from tests.flows.slack import DEAL
from tests.flows.test_kickoff import told
from tests.flows.test_together import history_is_sound
from tests.flows.test_verification import (
    AE,
    AE_MANAGER,
    CS_MANAGER,
    CSM,
    handoff_of,
    opened,
    whole,
)

NEW = "UOUTSIDER"
REVOPS = "UREVOPS"


def reassign(app: App, handoff_id: int, ae: str = NEW, *, by: str = AE_MANAGER) -> Reply:
    form = opened(app, by, ActionId.OPEN_REASSIGN_AE, handoff_id)
    assert form.callback_id == ViewId.REASSIGN_AE
    return app.submit(by, form.type(ae=ae))


def make_private(app: App) -> None:
    with app.store.write(app.team.workspace_id) as unit:
        facts = ChannelFacts(name="deal-northwind", private=True, bot_inside=True)
        unit.channels.ensure(DEAL, facts=facts)
        unit.commit()


def test_the_ae_manager_finds_it_on_the_page_and_the_handoff_is_the_next_ones(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    page = app.modal(app.press(AE_MANAGER, ActionId.OPEN_HANDOFF, Ref(handoff=handoff_id)))
    assert "Who has which part" in page.words
    assert ActionId.OPEN_REASSIGN_AE in str(page.view)
    assert reassign(app, handoff_id).body == {}
    handoff = handoff_of(app, handoff_id)
    assert (handoff.ae_id, handoff.ae_confirmed_at) == (app.team.outsider.id, app_now(app))
    assert set(told(app, "reassigned")) == {
        None,
        app.team.ae.id,
        app.team.outsider.id,
        app.team.csm.id,
        app.team.cs_manager.id,
    }
    assert told(app, "member_invite") == [app.team.outsider.id]
    assert history_is_sound(app, handoff_id)
    # Theirs to write from now on, and nobody else's.
    assert app.press(NEW, ActionId.WRITE_BRIEF, Ref(handoff=handoff_id)).opened
    refused = app.press(AE, ActionId.WRITE_BRIEF, Ref(handoff=handoff_id))
    assert "Sam" in refused.sentence


def app_now(app: App) -> object:
    with app.store.read(app.team.workspace_id) as unit:
        return unit.now


def test_a_second_press_with_the_same_form_says_that_it_is_done(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    first, second = (opened(app, AE_MANAGER, ActionId.OPEN_REASSIGN_AE, handoff_id) for _ in "12")
    assert app.submit(AE_MANAGER, first.type(ae=NEW)).body == {}
    reply = app.submit(AE_MANAGER, second.type(ae=NEW))
    assert list(reply.errors) == [second.block_of("ae")]
    assert app.events(handoff_id).count("ae.reassigned") == 1


@pytest.mark.parametrize(
    ("ae", "words"),
    [
        (CSM, "two different people"),
        (CS_MANAGER, "no manager of their own deal"),
        ("U0GUEST", "guest"),
        (AE, "done already"),
    ],
)
def test_who_cannot_be_it_is_told_at_the_field_and_what_was_chosen_stays(
    app: App, ae: str, words: str
) -> None:
    handoff_id = assigned(app.store, app.team)
    before = app.rows()
    reply = reassign(app, handoff_id, ae)
    (sentence,) = reply.errors.values()
    assert words in sentence
    changed = {name for name, rows in app.rows().items() if rows != before[name]}
    assert changed <= {"person"}


def test_promises_that_the_former_ae_delivers_are_counted_before_it_is_done(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    assert (
        "who delivers" not in opened(app, AE_MANAGER, ActionId.OPEN_REASSIGN_AE, handoff_id).words
    )
    with app.store.write(app.team.workspace_id) as unit:
        unit.handoffs.lock(handoff_id)
        (entry,) = unit.brief.load(handoff_id, audiences=EVERY).entries
        text = entry.text
        theirs = type(text)(**{**vars(text), "owner_id": app.team.ae.id})
        by, at = app.team.ae.id, unit.now
        unit.brief.edit_promise(entry.id, theirs, base_version=entry.version, by=by, at=at)
        unit.commit()
    form = opened(app, AE_MANAGER, ActionId.OPEN_REASSIGN_AE, handoff_id)
    assert "1 promise names Maya as who delivers" in form.words


def test_the_former_ae_reads_their_own_words_and_no_others_in_a_private_channel(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    with app.store.read(app.team.workspace_id) as unit:
        flags = unit.brief.load(handoff_id, audiences=EVERY).red_flags
    make_private(app)
    reassign(app, handoff_id)
    page = app.modal(
        app.press(AE, ActionId.OPEN_HANDOFF, Ref(handoff=handoff_id), channel="D0MAYA")
    ).words
    assert "You have no part in this handoff any more" in page
    assert flags.nearly in page
    assert flags.private_note in page
    with app.store.write(app.team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        at, team = unit.now, app.team
        handoff.acknowledge(version=handoff.brief_version, by=team.csm, at=at)
        newer = flags.model_copy(update={"nearly": "Only the next AE heard this."})
        unit.brief.save_section(handoff_id, SectionKey.RED_FLAGS, newer, by=team.outsider.id, at=at)
        unit.save(handoff, actor_id=team.csm.id)
        unit.commit()
    again = app.modal(
        app.press(AE, ActionId.OPEN_HANDOFF, Ref(handoff=handoff_id), channel="D0MAYA")
    ).words
    assert "Only the next AE heard this." not in again
    assert flags.nearly in again
    assert "Only the next AE heard this." in whole(app, NEW, handoff_id)


def test_the_new_ae_says_not_mine_and_the_manager_is_asked_with_the_way_to_name_another(
    app: App,
) -> None:
    handoff_id = signed(app.store, app.team)
    reassign(app, handoff_id)
    form = app.modal(app.press(NEW, ActionId.OPEN_NOT_MINE, Ref(handoff=handoff_id)))
    assert form.callback_id == ViewId.NOT_MINE
    assert app.submit(NEW, form.type(reason="I sold nothing to them.")).body == {}
    assert told(app, "not_mine") == [app.team.ae_manager.id]


def test_the_new_ae_initials_anew_what_the_former_one_had(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    with app.store.write(app.team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        initial_all(unit, handoff, app.team)
        unit.save(handoff, actor_id=app.team.ae.id)
        unit.commit()
    reassign(app, handoff_id)
    page = app.modal(app.press(NEW, ActionId.INITIAL_ALL, Ref(handoff=handoff_id)))
    assert app.submit(NEW, page).body.get("errors") is None
    with app.store.read(app.team.workspace_id) as unit:
        (entry,) = unit.ledger.entries(handoff_id)
    assert entry.initials[Side.AE].by.id == app.team.outsider.id
    assert app.events(handoff_id).count("promise.initialed") == 3


# --- The command


def test_the_command_offers_what_its_asker_may_do_and_nothing_else(app: App) -> None:
    assigned(app.store, app.team)
    offered = {
        user: {one["action_id"] for one in app.command(user, "reassign").buttons}
        for user in (AE_MANAGER, CS_MANAGER, REVOPS, AE, CSM)
    }
    assert offered == {
        AE_MANAGER: {ActionId.OPEN_REASSIGN_AE, ActionId.OPEN_AE_MANAGER},
        CS_MANAGER: {ActionId.OPEN_ASSIGN, ActionId.OPEN_CS_MANAGER, ActionId.OPEN_LEAD},
        REVOPS: {ActionId.OPEN_AE_MANAGER, ActionId.OPEN_CS_MANAGER},
        AE: {ActionId.OPEN_CHAMPION},
        CSM: {ActionId.OPEN_CHAMPION, ActionId.OPEN_LEAD},
    }


def test_who_may_do_nothing_of_it_is_told_who_may(app: App) -> None:
    assigned(app.store, app.team)
    refused = app.command(NEW, "reassign")
    assert "Naming another AE" in refused.sentence
    assert "Tomás" in refused.sentence


def test_the_command_names_each_handoff_of_the_channel(app: App) -> None:
    for _ in range(2):
        assigned(app.store, app.team)
    reply = app.command(AE_MANAGER, "reassign")
    handoffs = {Ref.load(one["value"]).handoff for one in reply.buttons}
    assert len(handoffs) == 2


# --- The implementation lead


def name_lead(app: App, handoff_id: int, lead: str | None = NEW, *, by: str = CSM) -> Reply:
    form = opened(app, by, ActionId.OPEN_LEAD, handoff_id)
    assert form.callback_id == ViewId.LEAD
    return app.submit(by, form.type(person=lead))


def test_the_csm_names_who_leads_the_implementation_and_they_have_the_kickoff_and_its_card(
    app: App,
) -> None:
    handoff_id = assigned(app.store, app.team)
    assert "private channel" not in whole(app, NEW, handoff_id)
    assert name_lead(app, handoff_id).body == {}
    assert handoff_of(app, handoff_id).lead_id == app.team.outsider.id
    assert set(told(app, "reassigned")) == {app.team.outsider.id, app.team.ae.id}
    assert "Implementation lead" in whole(app, CSM, handoff_id)
    # What they read by it: reasons, and no commercials.
    page = whole(app, NEW, handoff_id, channel="D0LEAD")
    assert "CSM" in page
    assert opened(app, NEW, ActionId.OPEN_KICKOFF_CARD, handoff_id).callback_id == "kickoff_card"
    at = int((WEDNESDAY + timedelta(days=2)).timestamp())
    form = opened(app, CSM, ActionId.OPEN_KICKOFF_BOOKING, handoff_id)
    assert "view" in app.submit(CSM, form.type(kickoff_at=at)).body
    everybody = {app.team.csm.id, app.team.ae.id, app.team.outsider.id}
    assert set(told(app, "kickoff_file")) == everybody
    assert told(app, "kickoff_card") == [app.team.outsider.id]
    assert history_is_sound(app, handoff_id)


def test_named_after_the_booking_they_get_the_time_and_the_former_one_is_rid_of_it(
    app: App,
) -> None:
    handoff_id = assigned(app.store, app.team)
    at = int((WEDNESDAY + timedelta(days=2)).timestamp())
    form = opened(app, CSM, ActionId.OPEN_KICKOFF_BOOKING, handoff_id)
    assert "view" in app.submit(CSM, form.type(kickoff_at=at)).body
    before = told(app, "kickoff_file")
    assert name_lead(app, handoff_id).body == {}
    assert told(app, "kickoff_file") == [*before, app.team.outsider.id]
    assert name_lead(app, handoff_id, REVOPS, by=CS_MANAGER).body == {}
    assert told(app, "kickoff_file") == [*before, app.team.outsider.id, app.team.revops.id]
    assert told(app, "kickoff_fell") == [app.team.outsider.id]
    assert handoff_of(app, handoff_id).lead_id == app.team.revops.id


def test_nobody_is_the_lead_any_more_where_the_form_is_left_empty(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    assert name_lead(app, handoff_id).body == {}
    heard = told(app, "reassigned")
    assert name_lead(app, handoff_id, None).body == {}
    assert handoff_of(app, handoff_id).lead_id is None
    assert told(app, "reassigned") == heard
    assert app.events(handoff_id)[-2:] == ["lead.changed"] * 2


def test_ae_and_csm_are_no_lead_and_a_stale_form_overwrites_nobody(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    form = opened(app, CSM, ActionId.OPEN_LEAD, handoff_id)
    for chosen in (AE, CSM):
        reply = app.submit(CSM, form.type(person=chosen))
        assert list(reply.errors) == [form.block_of("person")]
        assert "AE and CSM are in it already" in reply.sentence
    assert name_lead(app, handoff_id, by=CS_MANAGER).body == {}
    stale = app.submit(CSM, form.type(person=REVOPS))
    assert list(stale.errors) == [form.block_of("person")]
    assert handoff_of(app, handoff_id).lead_id == app.team.outsider.id


# --- The managers


@pytest.mark.parametrize(
    ("by", "action", "side"),
    [
        (AE_MANAGER, ActionId.OPEN_AE_MANAGER, "ae"),
        (REVOPS, ActionId.OPEN_AE_MANAGER, "ae"),
        (CS_MANAGER, ActionId.OPEN_CS_MANAGER, "cs"),
        (REVOPS, ActionId.OPEN_CS_MANAGER, "cs"),
    ],
)
def test_another_manager_is_named_for_this_handoff_and_told_on_from_then_on(
    app: App, by: str, action: ActionId, side: str
) -> None:
    handoff_id = assigned(app.store, app.team)
    form = opened(app, by, action, handoff_id)
    assert "For this handoff alone" in form.words
    assert app.submit(by, form.type(manager=NEW)).body == {}
    handoff = handoff_of(app, handoff_id)
    manager, how = (
        (handoff.ae_manager_id, handoff.ae_manager_by)
        if side == "ae"
        else (handoff.cs_manager_id, handoff.cs_manager_by)
    )
    assert (manager, how) == (app.team.outsider.id, ManagerBy.REASSIGNED)
    with app.store.read(app.team.workspace_id) as unit:
        owed = {one.step: one for one in unit.deadlines.of(handoff_id)}
    step = Step.INITIALS_AE if side == "ae" else Step.READ
    assert owed[step].manager_id == app.team.outsider.id
    assert app.team.outsider.id in told(app, "reassigned")


def test_an_admin_names_one_where_they_can_read_and_is_shown_nothing_elsewhere(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    with app.store.write(app.team.workspace_id) as unit:
        unit.people.set_part(app.team.outsider.id, roles={Role.ADMIN})
        unit.commit()
    form = opened(app, NEW, ActionId.OPEN_AE_MANAGER, handoff_id)
    assert app.submit(NEW, form.type(manager=REVOPS)).body == {}
    make_private(app)
    ref = Ref(handoff=handoff_id)
    refused = app.press(NEW, ActionId.OPEN_CS_MANAGER, ref, channel="D0SAM")
    assert "lives in a private channel" in refused.sentence
    inside = app.modal(app.press(NEW, ActionId.OPEN_CS_MANAGER, ref, channel=DEAL))
    assert app.submit(NEW, inside.type(manager=REVOPS)).body == {}


def test_nobody_manages_their_own_deal(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    form = opened(app, REVOPS, ActionId.OPEN_AE_MANAGER, handoff_id)
    for chosen, words in ((AE, "no manager of their own deal"), (CSM, "does not manage the AE")):
        reply = app.submit(REVOPS, form.type(manager=chosen))
        assert list(reply.errors) == [form.block_of("manager")]
        assert words in reply.sentence
