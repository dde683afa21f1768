"""An owner says that a step is not theirs: who may name somebody else is asked, once."""

from typing import Any

import pytest
from sqlalchemy import select

from bot.domain.access import EVERY
from bot.domain.deadlines import Step
from bot.domain.history import Tag
from bot.domain.notices import NoticeKind
from bot.storage.tables import outbox
from bot.views.ids import ActionId, MoreChoice
from bot.views.payload import Ref
from tests.builders import assigned, posted, signed
from tests.flows.app import App, Modal
from tests.flows.slack import account

AE, CSM, CS_MANAGER = "UAE", "UCSM", "UCS_MANAGER"


def asked(app: App) -> list[Any]:
    with app.store.database.reading() as connection:
        rows = connection.execute(select(outbox).order_by(outbox.c.id)).all()
    return [row for row in rows if row.kind == NoticeKind.NOT_MINE.value]


def form(app: App, user: str, handoff_id: int, step: Step) -> Modal:
    ref = Ref(handoff=handoff_id, thing=MoreChoice.NOT_MINE.value, words=step.value)
    return app.modal(app.press(user, ActionId.MORE, ref))


def test_the_ae_manager_is_asked_once_and_the_step_stays_the_aes(app: App) -> None:
    handoff_id = signed(app.store, app.team)
    told = form(app, AE, handoff_id, Step.BRIEF)
    assert "stays yours" in told.words
    assert not app.submit(AE, told.type(reason="Theo sold it.")).errors
    (row,) = asked(app)
    assert row.person_id == app.team.ae_manager.id
    with app.store.read(app.team.workspace_id) as unit:
        brief = next(one for one in unit.deadlines.of(handoff_id) if one.step is Step.BRIEF)
        (facts,) = unit.history.facts_of(handoff_id, Tag.NOT_MINE, app.team.ae.id)
        (reason,) = unit.history.reasons(handoff_id, audiences=EVERY)
    assert brief.owner_id == app.team.ae.id
    assert facts == {"step": "brief", "asked": app.team.ae_manager.id}
    assert (reason.tag, reason.value) == (Tag.NOT_MINE, "Theo sold it.")


def test_saying_so_again_of_the_same_step_changes_nothing_and_says_who_was_asked(app: App) -> None:
    handoff_id = signed(app.store, app.team)
    first = form(app, AE, handoff_id, Step.BRIEF)
    second = form(app, AE, handoff_id, Step.BRIEF)
    assert not app.submit(AE, first).errors
    before = app.rows()
    reply = app.submit(AE, second)
    assert "You said so already, and Tomás was asked" in reply.sentence
    ref = Ref(handoff=handoff_id, thing=Step.BRIEF.value)
    assert "You said so already" in app.press(AE, ActionId.OPEN_NOT_MINE, ref).sentence
    assert app.rows() == before
    assert not app.submit(AE, form(app, AE, handoff_id, Step.MESSAGE)).errors
    assert [row.person_id for row in asked(app)] == [app.team.ae_manager.id] * 2


def test_without_a_reason_none_is_kept(app: App) -> None:
    handoff_id = signed(app.store, app.team)
    assert not app.submit(AE, form(app, AE, handoff_id, Step.BRIEF).type(reason="  ")).errors
    with app.store.read(app.team.workspace_id) as unit:
        assert unit.history.reasons(handoff_id, audiences=EVERY) == []
        assert unit.history.facts_of(handoff_id, Tag.NOT_MINE, app.team.ae.id)


def test_revops_names_another_cs_manager(app: App) -> None:
    handoff_id = posted(app.store, app.team)
    assert not app.submit(CS_MANAGER, form(app, CS_MANAGER, handoff_id, Step.ASSIGN)).errors
    assert [row.person_id for row in asked(app)] == [app.team.revops.id]


def test_where_nobody_could_name_another_it_is_said_under_the_field(app: App) -> None:
    handoff_id = posted(app.store, app.team)
    with app.store.write(app.team.workspace_id) as unit:
        unit.people.set_part(app.team.revops.id, roles=frozenset())
        unit.commit()
    typed = form(app, CS_MANAGER, handoff_id, Step.ASSIGN).type(reason="Not my region")
    reply = app.submit(CS_MANAGER, typed)
    assert list(reply.errors) == [typed.block_of("reason")]
    assert "Nobody is known who could name somebody else" in reply.sentence


def test_an_assigned_csm_gives_the_handoff_back_instead(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    assert form(app, CSM, handoff_id, Step.READ).callback_id == "decline"


def test_a_csms_stand_in_does_not_give_back_what_is_not_theirs(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    with app.store.write(app.team.workspace_id) as unit:
        until = unit.now.date().replace(day=20)
        unit.set_leave(app.team.csm.id, until, app.team.outsider.id, by=app.team.csm)
        unit.commit()
    opened = form(app, "UOUTSIDER", handoff_id, Step.READ)
    assert opened.callback_id == "not_mine"
    assert not app.submit("UOUTSIDER", opened).errors
    assert [row.person_id for row in asked(app)] == [app.team.cs_manager.id]


def test_a_stand_in_whose_account_is_closed_owes_nothing_at_once(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    with app.store.write(app.team.workspace_id) as unit:
        until = unit.now.date().replace(day=20)
        unit.set_leave(app.team.csm.id, until, app.team.outsider.id, by=app.team.csm)
        unit.commit()
    for closed, owner in ((True, app.team.csm.id), (False, app.team.outsider.id)):
        changed = account("UOUTSIDER", deleted=closed)
        assert app.deliver(app.event_body(type="user_change", user=changed)).status == 200
        with app.store.read(app.team.workspace_id) as unit:
            owed = {one.step: one.owner_id for one in unit.deadlines.of(handoff_id)}
        assert owed[Step.READ] == owner


@pytest.mark.parametrize("step", [Step.READ, Step.ASSIGN])
def test_a_step_that_waits_is_nobodys_to_refuse(app: App, step: Step) -> None:
    handoff_id = signed(app.store, app.team)
    ref = Ref(handoff=handoff_id, thing=step.value)
    assert not app.press(AE, ActionId.OPEN_NOT_MINE, ref).opened
    assert asked(app) == []
