"""Who reads what is behind the lock on the card, and what all others are told."""

import pytest

from bot.domain.items import SectionKey
from bot.storage.channels import ChannelFacts
from bot.views.ids import ActionId
from bot.views.payload import Ref
from tests.briefs import RED_FLAGS
from tests.builders import assigned, signed
from tests.flows.app import App
from tests.flows.slack import DEAL

READERS = ("UAE", "UCSM", "UCS_MANAGER")
OTHERS = ("UAE_MANAGER", "UREVOPS", "UOUTSIDER")
WRITTEN = (RED_FLAGS.nearly, RED_FLAGS.top_risk, RED_FLAGS.private_note)


def looked(app: App, user: str, handoff_id: int, *, channel: str = DEAL) -> str:
    ref = Ref(handoff=handoff_id)
    modal = app.modal(app.press(user, ActionId.OPEN_RED_FLAGS, ref, channel=channel))
    assert modal.callback_id == "red_flags"
    return modal.words


@pytest.mark.parametrize("user", READERS)
def test_ae_csm_and_cs_manager_read_what_is_behind_the_lock(app: App, user: str) -> None:
    seen = looked(app, user, assigned(app.store, app.team))
    assert all(words in seen for words in WRITTEN)


@pytest.mark.parametrize("user", OTHERS)
def test_all_others_hear_who_may_look_and_nothing_else(app: App, user: str) -> None:
    seen = looked(app, user, assigned(app.store, app.team))
    assert not any(words in seen for words in WRITTEN)
    assert "Maya, Jonas and Priya" in seen


def test_the_refusal_is_the_same_whether_there_is_anything_or_not(app: App) -> None:
    full, empty = assigned(app.store, app.team), signed(app.store, app.team)
    with app.store.write(app.team.workspace_id) as unit:
        handoff = unit.handoffs.lock(empty)
        handoff.csm_id = app.team.csm.id
        unit.save(handoff, actor_id=None)
        unit.commit()
    assert looked(app, "UREVOPS", full) == looked(app, "UREVOPS", empty)


def test_a_helper_does_not_look_behind_the_lock(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    with app.store.write(app.team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        handoff.helpers = {app.team.outsider.id: frozenset(SectionKey)}
        unit.save(handoff, actor_id=None)
        unit.commit()
    seen = looked(app, "UOUTSIDER", handoff_id)
    assert not any(words in seen for words in WRITTEN)


def test_who_cannot_see_the_card_does_not_learn_whose_it_is(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    facts = ChannelFacts(name="deal-northwind", private=True, bot_inside=True)
    with app.store.write(app.team.workspace_id) as unit:
        unit.channels.ensure(DEAL, facts=facts)
        unit.commit()
    button = Ref(handoff=handoff_id)
    refused = app.press("UOUTSIDER", ActionId.OPEN_RED_FLAGS, button, channel="D0SOMEBODY")
    assert "private channel" in refused.sentence
    assert "Northwind" not in refused.sentence
    assert "Maya, Jonas and Priya" in looked(app, "UOUTSIDER", handoff_id)
