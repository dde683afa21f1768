"""Who is told that a promise is late: the managers of the handoff, and nobody who may not know."""

from datetime import date, timedelta

from sqlalchemy import update

from bot.clock.sweep import Sweep
from bot.domain.nudging import Stage
from bot.storage.channels import ChannelFacts
from bot.storage.people import PersonFacts
from bot.storage.tables import handoff
from tests.builders import FixedClock
from tests.flows.app import App
from tests.flows.test_ledger import AE, CSM, OUTSIDER, deliverable, edit
from tests.flows.test_promise_days import DUE, OPENS, delivery, hold, reckoned


def boss_of(app: App, *people: int) -> int:
    """Their manager, who has no part in any handoff."""
    with app.store.write(app.team.workspace_id) as unit:
        boss = unit.people.ensure("UBOSS", facts=PersonFacts("Ines", "Europe/Berlin"))
        for one in people:
            unit.people.set_part(one, manager_id=boss.id)
        unit.commit()
    return boss.id


def keep_private(app: App) -> None:
    with app.store.write(app.team.workspace_id) as unit:
        facts = ChannelFacts(name="deal-northwind", private=True, bot_inside=True)
        unit.channels.ensure("C0DEAL", facts=facts)
        unit.commit()


def told_late(app: App, clock: FixedClock, handoff_id: int) -> int | None:
    """Who is told as a manager once the day of the promise is over."""
    hold(app, handoff_id)
    clock.advance(OPENS - clock.now())
    manager = reckoned(app, handoff_id).manager_id
    sweep = Sweep(store=app.store, clock=clock)
    clock.advance(DUE + timedelta(minutes=1) - clock.now())
    sweep.run()
    clock.advance(timedelta(hours=16))
    sweep.run()
    owed = delivery(app, handoff_id)
    assert Stage.LATE_MANAGER in owed.said
    # Who hears of it is whom the words of it are for.
    with app.store.read(app.team.workspace_id) as unit:
        found = unit.told_on(unit.handoffs.get(handoff_id), owed)
    assert found is not None
    assert found.person_id == manager
    return manager


def test_of_the_csm_it_is_the_cs_manager_of_the_handoff(app: App, clock: FixedClock) -> None:
    boss_of(app, app.team.csm.id)
    one = deliverable(app)
    keep_private(app)
    assert told_late(app, clock, one) == app.team.cs_manager.id


def test_of_the_ae_or_their_stand_in_it_is_the_ae_manager_of_the_handoff(
    app: App, clock: FixedClock
) -> None:
    team = app.team
    boss_of(app, team.outsider.id)
    one = deliverable(app)
    edit(app, AE, one, owner_id=AE)
    with app.store.write(team.workspace_id) as unit:
        unit.set_leave(team.ae.id, date(2026, 12, 31), team.outsider.id, by=None)
        unit.commit()
    keep_private(app)
    assert delivery(app, one).owner_id == team.outsider.id
    assert told_late(app, clock, one) == team.ae_manager.id


def test_of_others_it_is_their_own_manager(app: App, clock: FixedClock) -> None:
    boss = boss_of(app, app.team.outsider.id)
    one = deliverable(app)
    edit(app, CSM, one, owner_id=OUTSIDER)
    assert told_late(app, clock, one) == boss


def test_where_that_one_may_not_know_of_the_handoff_it_is_the_cs_manager(
    app: App, clock: FixedClock
) -> None:
    team = app.team
    boss_of(app, team.outsider.id)
    one = deliverable(app)
    with app.store.write(team.workspace_id) as unit:
        found = unit.handoffs.lock(one)
        found.listener_id, found.listener_named = team.outsider.id, True
        unit.save(found, actor_id=None)
        unit.commit()
    keep_private(app)
    edit(app, CSM, one, owner_id=OUTSIDER)
    assert delivery(app, one).owner_id == team.outsider.id
    assert told_late(app, clock, one) == team.cs_manager.id


def test_of_the_implementation_lead_it_is_the_cs_manager(app: App, clock: FixedClock) -> None:
    team = app.team
    boss_of(app, team.outsider.id)
    one = deliverable(app)
    with app.store.database.writing() as connection:
        connection.execute(update(handoff).values(lead_id=team.outsider.id))
        connection.commit()
    edit(app, CSM, one, owner_id=OUTSIDER)
    assert told_late(app, clock, one) == team.cs_manager.id
