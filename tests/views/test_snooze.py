"""The form that snoozes reminders."""

import json
from datetime import timedelta

import pytest

from bot.domain.read_models import Light
from bot.domain.steps import Step
from bot.views.ids import Field, ViewId
from bot.views.payload import Ref
from bot.views.snooze import snooze_view
from tests.views.shown import DUE, NOW, TRICKY, line, parsed_texts, seen_text
from tests.views.submitted import block_of, form_dict, refused_by_slack, submitted

MORNING = NOW + timedelta(days=3)


@pytest.mark.parametrize("step", list(Step))
@pytest.mark.parametrize(
    ("light", "before", "after"),
    [(Light.LATE, "It was due", ", and stays late."), (Light.SOON, "It stays due", ". AE, CSM")],
)
def test_the_form_names_the_step_and_that_its_due_time_stays(
    step: Step, light: Light, before: str, after: str
) -> None:
    ref = Ref(handoff=7, thing=step.value)
    made = snooze_view(account=TRICKY, line=line(step, light), until=MORNING, ref=ref)
    view = form_dict(made)
    assert view["callback_id"] == ViewId.SNOOZE
    assert json.loads(view["private_metadata"]) == {"h": 7, "t": step.value}
    seen = seen_text(view["blocks"])
    assert f"{before} <!date^{int(DUE.timestamp())}" in seen
    assert after in seen
    assert not any("U0OMAR" in text for text in parsed_texts(view))


def test_the_next_working_morning_stands_there_and_a_reason_is_needed() -> None:
    ref = Ref(handoff=7, thing="brief")
    made = snooze_view(account="Northwind Robotics", line=line(), until=MORNING, ref=ref)
    view = form_dict(made)
    element = block_of(view, Field.UNTIL)["element"]
    assert element["initial_date_time"] == int(MORNING.timestamp())
    assert set(refused_by_slack(submitted(made))) == {block_of(view, Field.REASON)["block_id"]}
