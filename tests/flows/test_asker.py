"""An item that only the customer can answer is a hole with an owner: somebody asks them."""

from bot.domain.access import EVERY
from bot.domain.completeness import OpenItem
from bot.domain.items import Hole, Item, SectionKey
from bot.flows.showing import card_of
from bot.storage.people import PersonFacts
from bot.views.card import card_message
from bot.views.payload import Ref
from tests.builders import posted, signed
from tests.flows.app import App, Modal
from tests.flows.slack import account
from tests.views.shown import seen_text

AE, CSM, HELPER = "UAE", "UCSM", "UOUTSIDER"
TICKED = {"must_confirm": ["metric"]}


def success(app: App, handoff_id: int, user: str = AE) -> Modal:
    return app.brief_step(user, handoff_id, "success")


def asker(app: App, handoff_id: int) -> int | None:
    with app.store.read(app.team.workspace_id) as unit:
        return unit.brief.load(handoff_id, audiences=EVERY).success.asker


def hole(app: App, handoff_id: int) -> OpenItem:
    with app.store.read(app.team.workspace_id) as unit:
        assert not unit.drifted(handoff_id)
        found = unit.handoffs.get(handoff_id).completeness.open
    return next(one for one in found if one.hole is Hole.MUST_CONFIRM)


def words(app: App, handoff_id: int) -> str:
    """What stands on the page of the whole handoff."""
    return app.modal(app.press(AE, "open_handoff", Ref(handoff=handoff_id))).words


def test_it_is_the_ae_unless_somebody_else_is_chosen(app: App) -> None:
    handoff_id = posted(app.store, app.team)
    step = success(app, handoff_id)
    assert step.holds("asker") == AE
    app.submit(AE, step.type(**TICKED))
    assert asker(app, handoff_id) is None
    assert hole(app, handoff_id) == OpenItem(Item.METRIC, Hole.MUST_CONFIRM)
    assert "success metric (must confirm with customer, @Maya" in words(app, handoff_id)
    app.submit(AE, success(app, handoff_id).type(asker=CSM))
    assert hole(app, handoff_id) == OpenItem(Item.METRIC, Hole.MUST_CONFIRM, app.team.csm.id)
    assert "must confirm with customer, @Jonas" in words(app, handoff_id)
    assert success(app, handoff_id).holds("asker") == CSM
    app.submit(AE, success(app, handoff_id).type(asker=None))
    assert asker(app, handoff_id) is None


def test_a_helper_may_name_them_and_the_default_stays_the_ae(app: App) -> None:
    handoff_id = signed(app.store, app.team)
    with app.store.write(app.team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        handoff.helpers = {app.team.outsider.id: frozenset({SectionKey.SUCCESS})}
        unit.save(handoff, actor_id=app.team.ae.id)
        unit.commit()
    step = success(app, handoff_id, HELPER)
    assert step.holds("asker") == AE
    app.submit(HELPER, step.type(**TICKED, asker=HELPER))
    assert asker(app, handoff_id) == app.team.outsider.id


def test_a_colleague_the_bot_never_met_can_ask_and_a_guest_cannot(app: App) -> None:
    handoff_id = signed(app.store, app.team)
    app.slack.users["U0NEW"] = account("U0NEW")
    step = success(app, handoff_id)
    refused = app.submit(AE, step.type(**TICKED, asker="U0GUEST"))
    assert "full member" in refused.errors[step.block_of("asker")]
    ref = Ref(handoff=handoff_id, thing="success", revision=0)
    app.press(AE, "check_words", ref, modal=step.type(**TICKED, asker="U0NEW"))
    with app.store.read(app.team.workspace_id) as unit:
        met = unit.people.by_slack_id("U0NEW")
    assert met is not None
    assert asker(app, handoff_id) == met.id


def test_who_left_the_company_since_holds_nothing_up(app: App) -> None:
    handoff_id = signed(app.store, app.team)
    app.submit(AE, success(app, handoff_id).type(**TICKED, asker=CSM))
    step = success(app, handoff_id)
    with app.store.write(app.team.workspace_id) as unit:
        gone = PersonFacts("Jonas", deactivated=True)
        unit.people.ensure(CSM, facts=gone)
        unit.commit()
    assert not app.submit(AE, step.type(today="2 %")).errors
    assert asker(app, handoff_id) == app.team.csm.id


def test_two_who_name_somebody_else_are_told_the_name(app: App) -> None:
    handoff_id = signed(app.store, app.team)
    mine, theirs = (success(app, handoff_id) for _ in range(2))
    app.submit(AE, theirs.type(**TICKED, asker=CSM))
    filled = mine.type(**TICKED, asker=HELPER)
    shown = app.updated(filled, app.submit(AE, filled).body["view"])
    assert shown.holds("asker") == HELPER
    assert "changed this field" in shown.words
    assert "Jonas" in shown.words
    app.submit(AE, shown)
    assert asker(app, handoff_id) == app.team.outsider.id


def test_a_restricted_hole_keeps_its_owner_from_the_channel(app: App) -> None:
    handoff_id = posted(app.store, app.team)
    people = app.brief_step(AE, handoff_id, "people")
    app.submit(AE, people.type(must_confirm=["stake"], asker=CSM))
    with app.store.read(app.team.workspace_id) as unit:
        card = card_of(unit, handoff_id)
    told = seen_text(card_message(card).to_args()["blocks"])
    assert "open: one private item" in told
    assert "@Jonas" not in told
    people = app.brief_step(AE, handoff_id, "people")
    app.submit(AE, people.type(must_confirm=["buyer"]))
    with app.store.read(app.team.workspace_id) as unit:
        card = card_of(unit, handoff_id)
    told = seen_text(card_message(card).to_args()["blocks"])
    assert "economic buyer (must confirm with customer, @Jonas" in told
