"""What came after the signature and what is new to the CSM, from the acts to the page."""

from datetime import timedelta

from bot.domain.access import EVERY
from bot.domain.items import SectionKey
from bot.views.ids import ActionId
from bot.views.payload import Ref
from tests.briefs import RED_FLAGS, SUCCESS
from tests.builders import FixedClock, assigned, started
from tests.flows.app import App

MARK = "added after signature"


def page(app: App, user: str, handoff_id: int) -> str:
    return app.modal(app.press(user, ActionId.OPEN_HANDOFF, Ref(handoff=handoff_id))).words


def save(app: App, handoff_id: int, key: SectionKey, **changed: object) -> None:
    """The AE saves fields of a section, whatever else stands in it."""
    with app.store.write(app.team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        section = unit.brief.load(handoff_id, audiences=EVERY).section(key)
        new = section.model_copy(update=changed)
        by, at = app.team.ae, unit.now
        revision = unit.brief.save_section(handoff_id, key, new, by=by.id, at=at)
        handoff.save_section(
            key,
            changed={"any": "thing"},
            revision=revision,
            state=handoff.completeness,
            by=by,
            at=at,
            policy=unit.policy,
        )
        unit.save(handoff, actor_id=by.id)
        unit.commit()


def sign(app: App, handoff_id: int, at: int) -> None:
    form = app.modal(app.press("UAE", ActionId.OPEN_SIGNATURE, Ref(handoff=handoff_id)))
    reply = app.submit("UAE", form.type(signed_at=at))
    assert not reply.errors


def test_what_is_filled_after_the_signature_is_marked_and_stays_so_through_a_correction(
    app: App, clock: FixedClock
) -> None:
    handoff_id = started(app.store, app.team)
    save(app, handoff_id, SectionKey.SUCCESS, metric=SUCCESS.metric)
    clock.advance(timedelta(minutes=20))
    now = int(clock.now().timestamp())
    sign(app, handoff_id, now)
    assert MARK not in page(app, "UAE", handoff_id)
    save(app, handoff_id, SectionKey.SUCCESS, today=SUCCESS.today, metric="Reworded")
    sign(app, handoff_id, now - 600)
    seen = page(app, "UAE", handoff_id)
    assert f"Today's value  \n({MARK})  \n{SUCCESS.today}" in seen
    assert seen.count(MARK) == 1
    # Signed before anything was written, all of it came afterwards.
    sign(app, handoff_id, now - 1_800)
    assert page(app, "UAE", handoff_id).count(MARK) == 2


def test_the_mark_shows_nobody_more_than_they_may_read(app: App, clock: FixedClock) -> None:
    handoff_id = started(app.store, app.team)
    sign(app, handoff_id, int(clock.now().timestamp()))
    save(app, handoff_id, SectionKey.RED_FLAGS, nearly=RED_FLAGS.nearly)
    assert page(app, "UCS_MANAGER", handoff_id).count(MARK) == 1
    for user in ("UREVOPS", "UOUTSIDER"):
        assert MARK not in page(app, user, handoff_id)


def test_edits_after_the_acknowledgement_are_listed_to_the_csm_alone(
    app: App, clock: FixedClock
) -> None:
    handoff_id = assigned(app.store, app.team)
    app.press("UCSM", ActionId.ACKNOWLEDGE, app.shown(handoff_id))
    assert "New since you read" not in page(app, "UCSM", handoff_id)
    clock.advance(timedelta(hours=1))
    save(app, handoff_id, SectionKey.SUCCESS, metric="Another one", today="")
    seen = page(app, "UCSM", handoff_id)
    assert "New since you read" in seen
    assert "Success metric (changed), Today's value (taken out)" in seen
    for user in ("UAE", "UCS_MANAGER", "UREVOPS"):
        assert "New since you read" not in page(app, user, handoff_id)


def test_an_acknowledgement_pressed_twice_or_by_somebody_else_keeps_what_was_read(
    app: App,
) -> None:
    handoff_id = assigned(app.store, app.team)
    shown = app.shown(handoff_id)
    app.press("UAE", ActionId.ACKNOWLEDGE, shown)
    app.press("UCSM", ActionId.ACKNOWLEDGE, shown)
    save(app, handoff_id, SectionKey.SUCCESS, metric="Another one")
    again = app.press("UCSM", ActionId.ACKNOWLEDGE, app.shown(handoff_id))
    assert "done already" in again.sentence
    assert "Success metric (changed)" in page(app, "UCSM", handoff_id)
