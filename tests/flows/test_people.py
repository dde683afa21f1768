"""What admins set of people: it holds for the handoffs that run already."""

import pytest
from sqlalchemy import select

from bot.clock.sweep import Sweep
from bot.domain.deadlines import Step
from bot.domain.history import Tag
from bot.domain.people import Role
from bot.storage.tables import outbox
from tests.builders import FixedClock, signed
from tests.flows.app import App, Modal, Reply
from tests.flows.test_start import filled

ADMIN = "UADMIN"


@pytest.fixture(autouse=True)
def admin(app: App) -> None:
    with app.store.write(app.team.workspace_id) as unit:
        unit.people.set_part(unit.people.ensure(ADMIN).id, roles={Role.ADMIN})
        unit.commit()


def form_for(app: App, person: str) -> Modal:
    asked = app.modal(app.press(ADMIN, "open_roles"))
    reply = app.submit(ADMIN, asked.type(person=person))
    return app.screen(reply.body["view"])


def set_manager(app: App, person: str, manager: str) -> Reply:
    return app.submit(ADMIN, form_for(app, person).type(manager=manager))


def told_late(app: App) -> list[int]:
    """Whom the bot told of a late brief, by person."""
    with app.store.database.reading() as connection:
        rows = connection.execute(select(outbox).order_by(outbox.c.id)).all()
    late = [row for row in rows if row.key.startswith("clock") and "late" in row.key]
    return [row.person_id for row in late if Step.BRIEF in row.key]


def test_a_manager_set_afterwards_hears_of_what_is_late_and_nobody_is_told_twice(
    app: App, clock: FixedClock
) -> None:
    with app.store.write(app.team.workspace_id) as unit:
        unit.people.set_part(app.team.ae.id, clear_manager=True)
        unit.commit()
    form = filled(app.modal(app.command("UAE")), "Northwind Mills")
    app.submit("UAE", form.type(signed_at=int(clock.now().timestamp())))
    with app.store.read(app.team.workspace_id) as unit_before:
        (handoff_id,) = unit_before.handoffs.open_of(app.team.ae.id, 2)
        owed = unit_before.deadlines.of(handoff_id)
    assert {one.manager_id for one in owed if one.step is Step.BRIEF} == {app.team.revops.id}
    before = app.events(handoff_id)
    assert not set_manager(app, "UAE", "UOUTSIDER").errors
    assert app.events(handoff_id) == [*before, "manager.changed"]
    with app.store.read(app.team.workspace_id) as unit_after:
        brief = next(one for one in unit_after.deadlines.of(handoff_id) if one.step is Step.BRIEF)
    assert brief.manager_id == app.team.outsider.id
    sweep = Sweep(store=app.store, clock=clock)
    clock.advance(max(plan.at for plan in brief.stages) - clock.now())
    sweep.run()
    assert sorted(told_late(app)) == sorted([app.team.ae.id, app.team.outsider.id])
    assert not set_manager(app, "UAE", "UREVOPS").errors
    sweep.run()
    assert sorted(told_late(app)) == sorted([app.team.ae.id, app.team.outsider.id])


def test_an_unknown_region_is_refused_at_its_field(app: App) -> None:
    for typed in ("Germania", "DE-XX", "Nowhere"):
        form = form_for(app, "UAE")
        reply = app.submit(ADMIN, form.type(region=typed))
        assert "No public holidays are known" in reply.errors[form.block_of("region")]
    with app.store.read(app.team.workspace_id) as unit:
        assert unit.people.get(app.team.ae.id).region == ""


def test_a_known_region_is_kept_and_an_emptied_one_taken_away(app: App) -> None:
    for typed, kept in (("de", "DE"), ("de-be", "DE-BE"), ("", "")):
        assert not app.submit(ADMIN, form_for(app, "UAE").type(region=typed)).errors
        with app.store.read(app.team.workspace_id) as unit:
            assert unit.people.get(app.team.ae.id).region == kept


def test_nobody_is_set_as_their_own_manager(app: App) -> None:
    form = form_for(app, "UCSM").type(manager="UCSM")
    reply = app.submit(ADMIN, form)
    assert list(reply.errors) == [form.block_of("manager")]
    assert "Nobody is their own manager" in reply.sentence


def test_an_admin_says_of_who_cannot_that_they_are_away_and_who_stands_in(app: App) -> None:
    handoff_id, team = signed(app.store, app.team), app.team

    def owner() -> int | None:
        with app.store.read(team.workspace_id) as unit:
            owed = unit.deadlines.of(handoff_id)
        return next(one.owner_id for one in owed if one.step is Step.BRIEF)

    alone = form_for(app, "UAE").type(stand_in="UOUTSIDER")
    assert list(app.submit(ADMIN, alone).errors) == [alone.block_of("until")]
    over = form_for(app, "UAE").type(until="2020-01-01", stand_in="UOUTSIDER")
    assert list(app.submit(ADMIN, over).errors) == [over.block_of("until")]
    assert owner() == team.ae.id
    away = form_for(app, "UAE").type(until="2026-03-20", stand_in="UOUTSIDER")
    assert not app.submit(ADMIN, away).errors
    assert owner() == team.outsider.id
    # What an admin set, the form shows; a form that changes nothing of it leaves it.
    shown = form_for(app, "UAE")
    assert (shown.holds("until"), shown.holds("stand_in")) == ("2026-03-20", "UOUTSIDER")
    assert not app.submit(ADMIN, shown).errors
    assert owner() == team.outsider.id
    back = form_for(app, "UAE").type(until=None, stand_in=None)
    assert not app.submit(ADMIN, back).errors
    assert owner() == team.ae.id
    with app.store.read(team.workspace_id) as unit:
        events = unit.history.records(handoff_id)
        admin = unit.people.by_slack_id(ADMIN)
    assert admin is not None
    told = [one.columns for one in events if one.columns]
    tags = [one["tag"] for one in told]
    assert (tags.count(Tag.AWAY), tags.count(Tag.BACK)) == (1, 1)
    assert [one["actor"] for one in told if one["tag"] == Tag.AWAY] == [admin.id]
