"""What acts on promises ask of the database: as much in a long ledger as in a short one."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from bot.domain.promises import PromiseText
from bot.views.ids import ActionId
from tests.builders import posted
from tests.flows.app import App
from tests.flows.test_copying import MEANS, form_of
from tests.flows.test_disputes import (
    AE_MANAGER,
    KEPT,
    RENEGOTIATED,
    REWORDED,
    answer,
    dispute,
    opened,
)
from tests.flows.test_keeping import deliver
from tests.flows.test_ledger import AE, CS_MANAGER, CSM, deliverable, edit, ref
from tests.flows.test_long_briefs import statements
from tests.flows.test_promise_days import hold

Act = Callable[[], Any]


def lengthened(app: App, handoff_id: int, *, by: int) -> None:
    with app.store.write(app.team.workspace_id) as unit:
        handoff, ae = unit.handoffs.lock(handoff_id), app.team.ae.id
        for number in range(by):
            text = PromiseText(f"Hall {number} is live.")
            unit.brief.add_promise(handoff_id, text, by=ae, at=unit.now)
        unit.save(handoff, actor_id=ae)
        unit.commit()


def _copy(app: App, handoff_id: int, target: str) -> Act:
    form = form_of(app, AE).type(becomes=target, means=MEANS)
    return partial(app.submit, AE, form)


def _copy_promise(app: App, handoff_id: int) -> Act:
    return _copy(app, handoff_id, "promise")


def _copy_red_flag(app: App, handoff_id: int) -> Act:
    return _copy(app, handoff_id, "red_flag")


def _edit(app: App, handoff_id: int) -> Act:
    return partial(edit, app, AE, handoff_id, words="Another login page")


def _dispute(app: App, handoff_id: int) -> Act:
    return partial(dispute, app, CSM, handoff_id)


def _answer(app: App, handoff_id: int) -> Act:
    dispute(app, CSM, handoff_id)
    return partial(answer, app, AE_MANAGER, handoff_id, **KEPT)


def _settle(app: App, handoff_id: int, typed: dict[str, str]) -> Act:
    dispute(app, CSM, handoff_id)
    answer(app, AE_MANAGER, handoff_id, **typed)
    return partial(app.submit, CS_MANAGER, opened(app, CS_MANAGER, handoff_id).type(**typed))


def _settle_kept(app: App, handoff_id: int) -> Act:
    return _settle(app, handoff_id, KEPT)


def _settle_reworded(app: App, handoff_id: int) -> Act:
    return _settle(app, handoff_id, REWORDED)


def _settle_renegotiated(app: App, handoff_id: int) -> Act:
    return _settle(app, handoff_id, RENEGOTIATED)


def _deliver(app: App, handoff_id: int) -> Act:
    hold(app, handoff_id)
    return partial(deliver, app, AE, handoff_id)


def _renegotiate(app: App, handoff_id: int) -> Act:
    hold(app, handoff_id)
    form = app.modal(app.press(CSM, ActionId.OPEN_RENEGOTIATED, ref(app, handoff_id)))
    return partial(app.submit, CSM, form.type(words="A login page, simpler"))


@pytest.mark.parametrize(
    ("prepare", "most"),
    [
        (_copy_promise, 30),
        (_copy_red_flag, 22),
        (_edit, 31),
        (_dispute, 26),
        (_answer, 26),
        (_settle_kept, 24),
        (_settle_reworded, 33),
        (_settle_renegotiated, 34),
        (_deliver, 18),
        (_renegotiate, 27),
    ],
)
def test_an_act_on_a_promise_takes_as_many_statements_with_forty_as_with_one(
    app: App, prepare: Callable[[App, int], Act], most: int
) -> None:
    copies = prepare in (_copy_promise, _copy_red_flag)
    one = posted(app.store, app.team) if copies else deliverable(app)
    few = len(statements(app, prepare(app, one)))
    other = one if copies else deliverable(app)
    lengthened(app, other, by=40)
    many = len(statements(app, prepare(app, other)))
    assert few == many
    assert many <= most
