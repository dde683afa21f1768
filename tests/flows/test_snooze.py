"""An owner puts off their reminders, and sees that they did."""

from datetime import timedelta

import pytest

from bot.domain.deadlines import Step
from bot.views.payload import Ref
from tests.builders import FixedClock, signed
from tests.flows.app import App, Modal

AE = "UAE"


def form(app: App, handoff_id: int) -> Modal:
    ref = Ref(handoff=handoff_id, thing=Step.BRIEF.value)
    return app.modal(app.press(AE, "open_snooze", ref)).type(reason="On the road.")


@pytest.mark.parametrize(
    ("hours", "told"),
    [(-1, "This time has passed"), (0, "This time has passed"), (12, "outside your working hours")],
)
def test_a_time_that_cannot_be_is_refused_at_its_field(
    app: App, clock: FixedClock, hours: int, told: str
) -> None:
    until = clock.now() + timedelta(hours=hours)
    snoozing = form(app, signed(app.store, app.team)).type(until=int(until.timestamp()))
    reply = app.submit(AE, snoozing)
    assert list(reply.errors) == [snoozing.block_of("until")]
    assert told in reply.sentence


def test_the_form_closes_and_the_owners_step_shows_the_snooze(app: App, clock: FixedClock) -> None:
    handoff_id = signed(app.store, app.team)
    until = clock.now() + timedelta(hours=2)
    reply = app.submit(AE, form(app, handoff_id).type(until=int(until.timestamp())))
    assert (reply.status, reply.body) == (200, {})
    with app.store.read(app.team.workspace_id) as unit:
        brief = next(one for one in unit.deadlines.of(handoff_id) if one.step is Step.BRIEF)
    assert brief.snoozed_until == until
    # When the snooze is over the guide that shows it is drawn anew.
    clock.advance(timedelta(hours=2))
    with app.store.write(app.team.workspace_id) as unit:
        assert unit.refresh_due(10) == 1
