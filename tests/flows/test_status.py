"""`/handoff-status`: its answer, its modal with the menus, the post and the file."""

import json
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from bot.domain.deadlines import Step
from bot.domain.money import Money
from bot.domain.notices import NoticeKind, Place, Priority
from bot.domain.people import Role
from bot.domain.policy import Tier
from bot.domain.status import EVERYTHING, Bucket, Filter, Whose
from bot.storage.people import PersonFacts
from bot.storage.tables import outbox
from bot.views import sentences
from bot.views.ids import ActionId, MoreChoice
from bot.views.payload import Ref
from tests.builders import Deal, posted, signed, started
from tests.flows.app import App, Modal
from tests.flows.slack import DEAL, Json, account

AE, REVOPS, CS_MANAGER, NO_PART = "UAE", "UREVOPS", "UCS_MANAGER", "UOUTSIDER"
# Slack's own ids have a shape; the menu of people is filled with one that has it.
MAYA = "U0MAYA0001"


def opened(app: App, user: str = REVOPS, action: ActionId = ActionId.STATUS_OPEN) -> Modal:
    return app.modal(app.press(user, action, Ref()))


def choose(app: App, modal: Modal, user: str = REVOPS, **chosen: str) -> Modal:
    """Set menus of the modal; the last of them is the one that tells the app."""
    filled = modal.type(**chosen)
    app.press(user, list(chosen)[-1], "", modal=filled)
    return app.updated(filled, app.slack.called("views.update")[-1]["view"])


def press(app: App, modal: Modal, action: ActionId, user: str = REVOPS) -> Modal:
    """Press a button of the modal, with the value it was drawn with."""
    (button,) = [one for one in buttons(modal) if one["action_id"] == action]
    app.press(user, action, button["value"], modal=modal)
    return app.updated(modal, app.slack.called("views.update")[-1]["view"])


def buttons(modal: Modal) -> list[Json]:
    return [
        one
        for block in modal.view["blocks"]
        if block["type"] == "actions"
        for one in block["elements"]
        if one["type"] == "button"
    ]


def accounts(modal: Modal) -> list[str]:
    """The handoffs that are listed, in order."""
    return [
        block["text"]["text"].split(" ", 1)[1].split(" · ")[0]
        for block in modal.view["blocks"]
        if "accessory" in block
    ]


def kept(modal: Modal) -> Ref:
    return Ref.load(modal.view["private_metadata"])


def notices(app: App, kind: NoticeKind) -> list[Any]:
    with app.store.database.reading() as connection:
        found = connection.execute(select(outbox).where(outbox.c.kind == kind.value))
        return list(found.mappings())


@pytest.fixture
def deals(app: App) -> App:
    """Four handoffs that differ in whose they are, stage and tier."""
    with app.store.write(app.team.workspace_id) as unit:
        maya = unit.people.ensure(MAYA, facts=PersonFacts("Maya Reed"))
        unit.commit()
    theirs = replace(app.team, ae=maya, ae_manager=app.team.revops)
    small = Money(20_000_00, "USD")
    signed(app.store, app.team, Deal(account="Northwind Robotics"))
    posted(app.store, app.team, Deal(account="Larkfield Clinics"))
    started(app.store, theirs, Deal(account="Harbor Lane"))
    signed(app.store, theirs, Deal(account="Tidewater Freight", value=small))
    return app


def test_each_menu_narrows_the_list_and_what_stands_in_the_others_stays(deals: App) -> None:
    app = deals
    modal = choose(app, opened(app), status_step="message")
    assert set(accounts(modal)) == {"Northwind Robotics", "Tidewater Freight"}
    modal = choose(app, modal, status_tier="light")
    assert accounts(modal) == ["Tidewater Freight"]
    assert (modal.holds("status_step"), modal.holds("status_tier")) == ("message", "light")
    modal = choose(app, modal, status_step="any")
    modal = choose(app, modal, status_tier="any", status_bucket="waiting")
    assert accounts(modal) == ["Harbor Lane"]
    modal = choose(app, modal, status_bucket="any", status_person=MAYA)
    assert set(accounts(modal)) == {"Harbor Lane", "Tidewater Freight"}
    assert kept(modal).chosen == Filter(whose=Whose.ALL, person=_id(app, MAYA))


def _id(app: App, slack_id: str) -> int:
    with app.store.read(app.team.workspace_id) as unit:
        found = unit.people.by_slack_id(slack_id)
    assert found is not None
    return found.id


def test_two_choices_made_before_the_first_was_drawn_both_hold(deals: App) -> None:
    app = deals
    first = opened(app)
    app.press(REVOPS, "status_step", "", modal=first.type(status_step="message"))
    # The second leaves a screen that still shows the first view, with both menus set.
    modal = choose(app, first, status_step="message", status_tier="light")
    assert accounts(modal) == ["Tidewater Freight"]


def test_what_is_chosen_survives_turning_pages_and_clearing_puts_it_back(app: App) -> None:
    for number in range(12):
        signed(app.store, app.team, Deal(account=f"Deal {number}"))
    posted(app.store, app.team, Deal(account="Another stage"))
    modal = choose(app, opened(app), status_step="message")
    modal = press(app, modal, ActionId.STATUS_PAGE_ON)
    assert (accounts(modal), kept(modal).page) == (["Deal 10", "Deal 11"], 1)
    assert kept(modal).chosen == Filter(whose=Whose.ALL, step=Step.MESSAGE)
    modal = press(app, modal, ActionId.STATUS_PAGE_BACK)
    assert (len(accounts(modal)), modal.holds("status_step")) == (10, "message")
    modal = press(app, modal, ActionId.STATUS_CLEAR)
    # The menus are others now: what stood in the old ones is not carried along.
    assert modal.holds("status_step") == "any"
    assert "13 open" in modal.words
    modal = press(app, modal, ActionId.STATUS_PAGE_ON)
    assert (modal.holds("status_step"), kept(modal).revision) == ("any", 1)


def test_mine_and_late_open_the_list_with_that_choice(deals: App) -> None:
    app = deals
    mine = opened(app, AE, ActionId.STATUS_MINE)
    assert mine.holds("status_whose") == "mine"
    assert set(accounts(mine)) == {"Northwind Robotics", "Larkfield Clinics"}
    late = opened(app, AE, ActionId.STATUS_LATE)
    assert (late.holds("status_bucket"), accounts(late)) == ("late", [])
    assert sentences.status.STATUS_NONE_CHOSEN in late.words


def test_a_manager_begins_with_their_team_and_may_look_at_all(deals: App) -> None:
    app = deals
    modal = opened(app, CS_MANAGER)
    assert modal.holds("status_whose") == "team"
    assert "Your team · 4 open" in modal.words
    with app.store.write(app.team.workspace_id) as unit:
        facts = PersonFacts("New here")
        unit.people.set_part(
            unit.people.ensure("U0NEWLEAD01", facts=facts).id, roles={Role.AE_MANAGER}
        )
        unit.commit()
    reply = app.command("U0NEWLEAD01", name="/handoff-status")
    assert reply.sentence == sentences.status.STATUS_EMPTY[Whose.TEAM]
    modal = opened(app, "U0NEWLEAD01")
    assert len(accounts(choose(app, modal, "U0NEWLEAD01", status_whose="all"))) == 4


def test_a_person_the_bot_never_met_is_asked_for_and_has_no_handoff(deals: App) -> None:
    app = deals
    app.slack.users["U0NEWHERE1"] = account("U0NEWHERE1")
    modal = choose(app, opened(app), status_person="U0NEWHERE1")
    assert accounts(modal) == []
    assert kept(modal).chosen == Filter(whose=Whose.ALL, person=_id(app, "U0NEWHERE1"))


def test_a_value_that_no_menu_has_is_refused(deals: App) -> None:
    app = deals
    modal = opened(app)
    block = modal.block_of("status_step")
    state = {**modal.state, block: dict(modal.state[block])}
    option = {"value": "no_such_step", "text": {"type": "plain_text", "text": "x"}}
    state[block]["status_step"] = {"type": "static_select", "selected_option": option}
    reply = app.press(REVOPS, "status_step", "", modal=replace(modal, state=state))
    assert "Open it anew" in reply.sentence or "older version" in reply.sentence


# --- The file


def test_a_file_of_what_is_chosen_is_asked_for_once_and_said(deals: App) -> None:
    app = deals
    modal = choose(app, opened(app), status_step="message", status_tier="light")
    again = press(app, modal, ActionId.STATUS_CSV)
    assert sentences.status.CSV_COMES in again.words
    assert accounts(again) == ["Tidewater Freight"]
    (row,) = notices(app, NoticeKind.STATUS_CSV)
    assert (row["place"], row["priority"], row["person_id"]) == (
        Place.DM,
        Priority.ANSWER,
        app.team.revops.id,
    )
    chosen = Filter.model_validate_json(json.loads(row["facts"])["chosen"])
    assert chosen == Filter(whose=Whose.ALL, step=Step.MESSAGE, tier=Tier.LIGHT)


def test_from_the_answer_the_file_is_of_what_one_sees_by_default(deals: App) -> None:
    app = deals
    body = app.press_body(AE, ActionId.MORE, "")
    value = Ref(thing=MoreChoice.STATUS_CSV.value).dump()
    body["actions"][0] = {
        **{key: body["actions"][0][key] for key in ("action_id", "block_id", "action_ts")},
        "type": "overflow",
        "selected_option": {"value": value},
    }
    for _ in range(2):  # Delivered twice it is one file.
        app.deliver(body)
    (row,) = notices(app, NoticeKind.STATUS_CSV)
    assert Filter.model_validate_json(json.loads(row["facts"])["chosen"]) == EVERYTHING


def test_of_nothing_there_is_no_file(deals: App) -> None:
    app = deals
    reply = app.press(NO_PART, ActionId.STATUS_CSV, Ref())
    assert "nothing to send" in reply.sentence
    late = opened(app, REVOPS, ActionId.STATUS_LATE)
    assert ActionId.STATUS_CSV not in [one["action_id"] for one in buttons(late)]
    refused = app.press(REVOPS, ActionId.STATUS_CSV, "", modal=late)
    assert "nothing to send" in refused.sentence
    assert notices(app, NoticeKind.STATUS_CSV) == []
    assert kept(late).chosen == Filter(whose=Whose.ALL, bucket=Bucket.LATE)
    assert app.command(REVOPS, name="/handoff-status", channel=DEAL).status == 200
