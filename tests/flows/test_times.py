"""People set their own times, and what the clock says follows."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import select

from bot.clock.sweep import Sweep
from bot.domain.deadlines import Deadline, Step
from bot.domain.digest import Day
from bot.domain.people import Person, RegionBy
from bot.domain.policy import Hours, Policy
from bot.domain.times import OwnTimes
from bot.storage.tables import outbox, outbox_about, person, surface
from tests.builders import FixedClock, signed
from tests.flows.app import App, Modal, Reply
from tests.flows.slack import account

AE = "UAE"


def at(text: str) -> datetime:
    """A wall time in Berlin, before its clocks change."""
    return datetime.fromisoformat(f"2026-03-{text}:00+01:00").astimezone(UTC)


def form(app: App, user: str = AE) -> Modal:
    return app.modal(app.press(user, "open_times"))


def save(app: App, **typed: str | None) -> Reply:
    return app.submit(AE, form(app).type(**typed))


def me(app: App) -> Person:
    with app.store.read(app.team.workspace_id) as unit:
        return unit.people.get(app.team.ae.id)


def brief(app: App, handoff_id: int) -> Deadline:
    with app.store.read(app.team.workspace_id) as unit:
        return next(one for one in unit.deadlines.of(handoff_id) if one.step is Step.BRIEF)


def clock_said(app: App, reader: int) -> list[tuple[str, str, datetime | None]]:
    """What the clock told somebody: kind, stage, and from when on it may go."""
    with app.store.database.reading() as connection:
        rows = connection.execute(
            select(outbox.c.kind, outbox_about.c.stage, outbox.c.not_before)
            .join(outbox_about, outbox_about.c.outbox_id == outbox.c.id)
            .where(outbox.c.person_id == reader)
            .order_by(outbox.c.id)
        )
        return [(row.kind, row.stage, row.not_before) for row in rows]


def test_what_is_saved_is_kept_and_shown_again(app: App) -> None:
    reply = save(
        app,
        region="DE-BE",
        quiet_begin="18:30",
        quiet_end="07:00",
        summary_at="07:15",
        until="2026-03-20",
        stand_in="UOUTSIDER",
    )
    assert (reply.status, reply.body) == (200, {})
    known = me(app)
    assert (known.region, known.region_by) == ("DE-BE", RegionBy.SELF)
    assert known.times == OwnTimes(time(18, 30), time(7), time(7, 15))
    assert (known.leave_until, known.stand_in_id) == (date(2026, 3, 20), app.team.outsider.id)
    again = form(app)
    shown = ("region", "quiet_begin", "quiet_end", "summary_at", "until", "stand_in")
    assert [again.holds(one) for one in shown] == [
        "DE-BE",
        "18:30",
        "07:00",
        "07:15",
        "2026-03-20",
        "UOUTSIDER",
    ]
    assert "Germany, Berlin (DE-BE), set by you" in str(again.view)


def test_what_is_emptied_is_the_policys_again(app: App) -> None:
    save(app, region="DE-BE", quiet_begin="18:30", summary_at="10:00", until="2026-03-20")
    reply = save(app, region="-", quiet_begin=None, summary_at=None, until=None)
    assert not reply.errors
    known = me(app)
    assert (known.region, known.region_by, known.times) == ("", None, OwnTimes())
    assert known.leave_until is None


def test_a_typed_region_comes_before_the_chosen_one(app: App) -> None:
    assert not save(app, region="DE-BE", other_region="United States, Oregon").errors
    assert me(app).region == "US-OR"
    # Then it is among those that are offered.
    assert form(app).holds("region") == "US-OR"


@pytest.mark.parametrize(
    ("typed", "field", "told"),
    [
        ({"other_region": "Atlantis"}, "other_region", "No public holidays are known"),
        ({"quiet_begin": "17:00"}, "quiet_begin", "begin at 18:00 or later and end at 09:00 or"),
        ({"quiet_end": "09:30"}, "quiet_end", "leave the working hours free"),
        ({"summary_at": "07:00"}, "summary_at", "Choose a time from 08:00 to before 20:00"),
        ({"until": "2026-03-01"}, "until", "This date has passed"),
        ({"until": "2026-03-20", "stand_in": AE}, "stand_in", "Nobody stands in for themselves"),
        ({"stand_in": "UCSM"}, "until", "Choose a date"),
        ({"until": "2026-03-20", "stand_in": "U0GUEST"}, "stand_in", "is a guest"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field_and_nothing_of_it_is_kept(
    app: App, typed: dict[str, str], field: str, told: str
) -> None:
    app.slack.users["U0GUEST"] = account("U0GUEST", is_restricted=True)
    before = me(app)
    shown = form(app).type(**typed)
    reply = app.submit(AE, shown)
    assert list(reply.errors) == [shown.block_of(field)]
    assert told in reply.sentence
    assert me(app) == before


def test_what_an_admin_set_stays_theirs_until_it_is_changed(app: App) -> None:
    with app.store.write(app.team.workspace_id) as unit:
        unit.people.set_part(app.team.ae.id, region="DE-BY")
        unit.commit()
    assert "Germany, Bayern (DE-BY), set by an admin" in str(form(app).view)
    save(app, quiet_begin="19:00")
    assert me(app).region_by is RegionBy.ADMIN


def test_a_leave_that_is_over_is_not_shown_and_can_be_left_alone(
    app: App, clock: FixedClock
) -> None:
    save(app, until="2026-03-05", stand_in="UOUTSIDER")
    clock.advance(timedelta(days=5))
    again = form(app)
    assert (again.holds("until"), again.holds("stand_in")) == (None, None)
    assert not app.submit(AE, again.type(quiet_begin="19:00")).errors


def test_the_home_tab_follows_at_once(app: App) -> None:
    save(app, quiet_begin="19:00")
    with app.store.database.reading() as connection:
        row = connection.execute(select(surface).where(surface.c.kind == "home")).one()
    assert (row.person_id, row.wanted > row.shown) == (app.team.ae.id, True)


def test_own_quiet_hours_and_summary_time_move_what_the_clock_says(
    app: App, clock: FixedClock
) -> None:
    clock.advance(at("04T18:00") - clock.now())
    handoff_id = signed(app.store, app.team)
    with app.store.write(app.team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        handoff.post(by=app.team.ae, at=unit.now)
        unit.save(handoff, actor_id=app.team.ae.id)
        unit.commit()
    owed = brief(app, handoff_id)
    stages = {plan.stage.value: plan.at for plan in owed.stages}
    # Thursday at six: for the AE the evening is not quiet yet.
    assert (owed.due_at, stages["late"]) == (at("05T18:00"), at("05T18:00"))
    assert stages["late_manager"] == at("05T18:00")

    assert not save(app, quiet_begin="18:00", summary_at="11:00").errors
    moved = brief(app, handoff_id)
    after = {plan.stage.value: plan.at for plan in moved.stages}
    # What is due stays due; the AE hears of it with their summary, the manager as before.
    assert moved.due_at == owed.due_at
    assert (after["late"], after["late_manager"]) == (at("06T11:00"), at("05T18:00"))

    sweep = Sweep(store=app.store, clock=clock)
    clock.advance(at("05T18:00") - clock.now())
    sweep.run()
    assert [stage for _, stage, _ in clock_said(app, app.team.ae_manager.id)] == ["late_manager"]
    assert "late" not in [stage for _, stage, _ in clock_said(app, app.team.ae.id)]
    clock.advance(at("06T10:49") - clock.now())
    sweep.run()
    assert "late" not in [stage for _, stage, _ in clock_said(app, app.team.ae.id)]
    clock.advance(at("06T11:00") - clock.now())
    sweep.run()
    assert clock_said(app, app.team.ae.id)[-1] == ("late", "late", None)
    # The first summary after it is at eleven, too: on Monday.
    with app.store.database.reading() as connection:
        due = connection.execute(
            select(person.c.digest_at).where(person.c.id == app.team.ae.id)
        ).scalar_one()
    assert due == at("09T11:00")
    told = len(clock_said(app, app.team.ae.id))
    for when, more in (("09T10:49", 0), ("09T11:00", 1)):
        clock.advance(at(when) - clock.now())
        sweep.run()
        assert len(clock_said(app, app.team.ae.id)) == told + more


def test_a_summary_that_is_ahead_comes_at_the_new_time(app: App) -> None:
    with app.store.write(app.team.workspace_id) as unit:
        unit.digests.keep({app.team.ae.id: Day(None, 0, at("05T09:00"))})
        unit.commit()
    save(app, summary_at="11:30")
    with app.store.database.reading() as connection:
        due = connection.execute(
            select(person.c.digest_at).where(person.c.id == app.team.ae.id)
        ).scalar_one()
    assert due == at("05T11:30")


def travels(app: App, zone: str) -> None:
    user = account(AE, tz=zone)
    assert app.deliver(app.event_body(type="user_change", user=user)).status == 200


def stages(app: App, handoff_id: int) -> dict[str, datetime]:
    return {plan.stage.value: plan.at for plan in brief(app, handoff_id).stages}


def test_another_zone_moves_what_the_clock_says_at_once(app: App, clock: FixedClock) -> None:
    clock.advance(at("04T18:00") - clock.now())
    handoff_id = signed(app.store, app.team)
    before, due = stages(app, handoff_id), brief(app, handoff_id).due_at
    travels(app, "America/New_York")
    after = stages(app, handoff_id)
    assert brief(app, handoff_id).due_at == due
    assert after["half"] != before["half"]
    with app.store.read(app.team.workspace_id) as unit:
        assert not unit.drifted(handoff_id)


@pytest.mark.parametrize(("zone", "moved"), [("Europe/Berlin", 0), ("America/New_York", 1)])
def test_an_open_home_follows_another_zone(app: App, zone: str, moved: int) -> None:
    with app.store.write(app.team.workspace_id) as unit:
        unit.surfaces.open_home(app.team.ae.id)
        unit.commit()

    def wanted() -> int:
        with app.store.database.reading() as connection:
            chosen = select(surface.c.wanted).where(surface.c.kind == "home")
            return int(connection.execute(chosen).scalar_one())

    shown = wanted()
    travels(app, zone)
    assert wanted() == shown + moved


def test_in_another_zone_a_stand_in_has_the_others_reminders_moved(
    app: App, clock: FixedClock
) -> None:
    clock.advance(at("04T18:00") - clock.now())
    handoff_id = signed(app.store, replace(app.team, ae=app.team.outsider))
    with app.store.write(app.team.workspace_id) as unit:
        unit.set_leave(app.team.outsider.id, date(2026, 3, 20), app.team.ae.id, by=app.team.ae)
        unit.commit()
    before = stages(app, handoff_id)
    travels(app, "America/New_York")
    assert stages(app, handoff_id) != before


@pytest.mark.parametrize(
    ("zone", "hours"),
    [("America/Los_Angeles", 17), ("America/New_York", 14), ("Asia/Tokyo", 0), ("UTC", 9)],
)
def test_the_next_summary_is_that_of_the_same_morning_in_another_zone(
    app: App, zone: str, hours: int
) -> None:
    with app.store.write(app.team.workspace_id) as unit:
        unit.digests.keep({app.team.ae.id: Day(None, 2, at("05T09:00"))})
        unit.commit()
    travels(app, zone)
    travels(app, "Pacific/Auckland")
    travels(app, zone)
    with app.store.database.reading() as connection:
        row = connection.execute(select(person).where(person.c.id == app.team.ae.id)).one()
    assert row.digest_at == datetime(2026, 3, 5, hours, tzinfo=UTC)
    assert (row.zone, row.told) == (zone, 2)


def test_a_morning_that_is_over_where_somebody_arrives_is_followed_by_the_next(
    app: App, clock: FixedClock
) -> None:
    clock.advance(at("05T08:00") - clock.now())
    with app.store.write(app.team.workspace_id) as unit:
        unit.digests.keep({app.team.ae.id: Day(None, 0, at("05T09:00"))})
        unit.commit()
    travels(app, "Asia/Tokyo")
    with app.store.database.reading() as connection:
        due = connection.execute(
            select(person.c.digest_at).where(person.c.id == app.team.ae.id)
        ).scalar_one()
    assert due == datetime(2026, 3, 6, 0, tzinfo=UTC)


def test_another_region_moves_what_is_due_and_what_shows_it_is_drawn_anew(
    open_app: Callable[..., App], clock: FixedClock
) -> None:
    sunday_to_thursday = Hours(weekdays={"AE": (6, 0, 1, 2, 3)})
    app = open_app(policy=Policy(hours=sunday_to_thursday))
    clock.advance(at("05T10:00") - clock.now())
    handoff_id = signed(app.store, app.team)
    assert brief(app, handoff_id).due_at == at("06T10:00")
    with app.store.database.reading() as connection:
        shown = connection.execute(select(surface.c.id, surface.c.wanted)).all()
    assert not save(app, other_region="United Arab Emirates").errors
    assert brief(app, handoff_id).due_at == at("08T10:00")
    with app.store.database.reading() as connection:
        rows = connection.execute(select(surface.c.id, surface.c.wanted)).all()
    wanted = {row.id: row.wanted for row in rows}
    assert all(wanted[one.id] > one.wanted for one in shown)


def test_a_leave_hands_the_steps_to_the_stand_in_until_it_is_taken_back(app: App) -> None:
    handoff_id = signed(app.store, app.team)
    assert not save(app, until="2026-03-20", stand_in="UOUTSIDER").errors
    assert brief(app, handoff_id).owner_id == app.team.outsider.id
    assert not save(app, until=None, stand_in=None).errors
    assert brief(app, handoff_id).owner_id == app.team.ae.id


def test_who_is_away_is_nobodys_stand_in(app: App) -> None:
    with app.store.write(app.team.workspace_id) as unit:
        unit.set_leave(app.team.outsider.id, date(2026, 3, 20), None, by=None)
        unit.commit()
    shown = form(app).type(until="2026-03-10", stand_in="UOUTSIDER")
    reply = app.submit(AE, shown)
    assert list(reply.errors) == [shown.block_of("stand_in")]
    assert "away themselves" in reply.sentence
