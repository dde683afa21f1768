"""`/handoff` for a deal that was signed long ago: typed by hand it is a backfilled one, too."""

from datetime import timedelta

import pytest

from bot.domain.deadlines import DeadlineState, Step
from bot.domain.read_models import Light
from bot.views.payload import Ref
from tests.builders import WEDNESDAY
from tests.flows.app import App
from tests.flows.test_start import MAYA, filled

LONG_AGO = WEDNESDAY - timedelta(days=20)


@pytest.fixture
def handoff_id(app: App) -> int:
    """Started by its AE, with a commitment within a week."""
    modal = filled(app.modal(app.command(MAYA, "")), "Larkfield Clinics")
    modal = modal.type(signed_at=int(LONG_AGO.timestamp()), commitment_on="2026-03-11")
    reply = app.submit(MAYA, modal)
    assert reply.body.get("response_action") != "errors", reply
    with app.store.read(app.team.workspace_id) as unit:
        (handoff,) = unit.handoffs.open_in(app.team.channel.id)
    return handoff.id


def test_no_clock_runs_in_it(app: App, handoff_id: int) -> None:
    with app.store.read(app.team.workspace_id) as unit:
        assert unit.handoffs.get(handoff_id).backfilled_at is not None
        states = {one.step: one.state for one in unit.deadlines.of(handoff_id)}
        (row,) = unit.status.home(app.team.ae).needs_you
    assert states[Step.MESSAGE] is DeadlineState.UNTIMED
    assert states[Step.BRIEF] is DeadlineState.AGREED
    assert row.light is Light.UNTIMED


def test_a_step_without_a_time_has_no_reminder_to_put_off(app: App, handoff_id: int) -> None:
    ref = Ref(handoff=handoff_id, thing=Step.MESSAGE.value)
    told = app.press(MAYA, "open_snooze", ref)
    assert "Nobody is reminded of this" in str(told.whispered)


def test_the_day_of_the_brief_can_be_put_off(app: App, handoff_id: int) -> None:
    ref = Ref(handoff=handoff_id, thing=Step.BRIEF.value)
    assert app.modal(app.press(MAYA, "open_snooze", ref)).callback_id == "snooze"
