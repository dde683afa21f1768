"""Earlier versions of a section, turned through from the page of the whole handoff."""

from datetime import timedelta

import pytest

from bot.domain.access import EVERY
from bot.domain.items import SectionKey
from bot.storage.channels import ChannelFacts
from bot.views.ids import ActionId
from bot.views.payload import Ref
from tests.briefs import ILSE, RED_FLAGS, SUCCESS
from tests.builders import FixedClock, assigned
from tests.flows.app import App, Modal
from tests.flows.slack import DEAL


def rewrite(app: App, clock: FixedClock, handoff_id: int, key: SectionKey, **new: object) -> None:
    clock.advance(timedelta(minutes=1))
    with app.store.write(app.team.workspace_id) as unit:
        unit.handoffs.lock(handoff_id)
        section = unit.brief.load(handoff_id, audiences=EVERY).section(key)
        changed = section.model_copy(update=new)
        unit.brief.save_section(handoff_id, key, changed, by=app.team.ae.id, at=unit.now)
        unit.commit()


def opened(app: App, user: str, handoff_id: int, key: SectionKey) -> Modal:
    """The versions of a section, by its button on the page or as if there were one."""
    whole = app.modal(app.press(user, ActionId.OPEN_HANDOFF, Ref(handoff=handoff_id)))
    buttons = (
        Ref.load(element["value"])
        for block in whole.view["blocks"]
        for element in block.get("elements", ())
        if element.get("action_id") == ActionId.OPEN_VERSIONS
    )
    forged = Ref(handoff=handoff_id, thing=key.value)
    ref = next((one for one in buttons if one.thing == key), forged)
    return app.modal(app.press(user, ActionId.OPEN_VERSIONS, ref, modal=whole))


def turned(app: App, user: str, modal: Modal, label: str) -> Modal:
    (value,) = (
        element["value"]
        for block in modal.view["blocks"]
        for element in block.get("elements", ())
        if element.get("type") == "button" and element["text"]["text"] == label
    )
    app.press(user, ActionId.OPEN_VERSIONS, value, modal=modal)
    return app.updated(modal, app.slack.called("views.update")[-1]["view"])


def test_the_newest_version_opens_and_older_ones_are_turned_to(app: App, clock: FixedClock) -> None:
    handoff_id = assigned(app.store, app.team)
    rewrite(app, clock, handoff_id, SectionKey.SUCCESS, metric="Another one")
    newest = opened(app, "UCSM", handoff_id, SectionKey.SUCCESS)
    assert newest.callback_id == "versions"
    assert "Version 2 of 2, saved by <@UAE>" in newest.words
    assert "Another one" in newest.words
    older = turned(app, "UCSM", newest, "Older version")
    assert "Version 1 of 2" in older.words
    assert SUCCESS.metric in older.words
    assert "Another one" in turned(app, "UCSM", older, "Newer version").words


@pytest.mark.parametrize("user", ["UAE_MANAGER", "UREVOPS", "UOUTSIDER"])
def test_earlier_words_have_the_readers_of_todays(app: App, clock: FixedClock, user: str) -> None:
    handoff_id = assigned(app.store, app.team)
    rewrite(app, clock, handoff_id, SectionKey.RED_FLAGS, nearly="")
    ilse = ILSE.model_copy(update={"stake": ""})
    rewrite(app, clock, handoff_id, SectionKey.PEOPLE, contacts=(ilse,))
    flags = opened(app, user, handoff_id, SectionKey.RED_FLAGS)
    assert RED_FLAGS.nearly not in flags.words
    assert "Version" not in flags.words
    people = opened(app, user, handoff_id, SectionKey.PEOPLE)
    while "Older version" in people.words:
        people = turned(app, user, people, "Older version")
        assert ILSE.stake not in people.words
    csm = opened(app, "UCSM", handoff_id, SectionKey.PEOPLE)
    assert ILSE.stake in turned(app, "UCSM", csm, "Older version").words


def test_who_cannot_see_the_handoff_sees_no_version_of_it(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    facts = ChannelFacts(name="deal-northwind", private=True, bot_inside=True)
    with app.store.write(app.team.workspace_id) as unit:
        unit.channels.ensure(DEAL, facts=facts)
        unit.commit()
    ref = Ref(handoff=handoff_id, thing="success")
    refused = app.press("UOUTSIDER", ActionId.OPEN_VERSIONS, ref, channel="D0SOMEBODY")
    assert "private channel" in refused.sentence
    inside = opened(app, "UOUTSIDER", handoff_id, SectionKey.SUCCESS)
    assert SUCCESS.metric in inside.words


def test_a_section_nobody_knows_is_answered_with_a_sentence(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    ref = Ref(handoff=handoff_id, thing="weather")
    assert "older version" in app.press("UAE", ActionId.OPEN_VERSIONS, ref).sentence
