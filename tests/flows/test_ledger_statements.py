"""What an act on the ledger asks of the database is the same however long the ledger is."""

from collections.abc import Iterator
from datetime import date
from functools import partial
from itertools import count

import pytest

from bot.domain.promises import PromiseText
from bot.views.ids import ActionId
from bot.views.payload import Ref
from tests.flows.app import App
from tests.flows.test_keeping import deliver
from tests.flows.test_ledger import AE, CSM, ae_initials, deliverable, entry, ref
from tests.flows.test_long_briefs import statements
from tests.flows.test_promise_days import hold

MOST = 12
"""Statements of an initial, besides that its transaction begins."""
_NUMBERS: Iterator[int] = count(1)


@pytest.fixture
def sizes() -> tuple[int, ...]:
    return (1, 15, 150)


def with_owners_outside(app: App, promises: int) -> int:
    """A ledger with as many more promises, each delivered by somebody of their own elsewhere."""
    one = deliverable(app)
    with app.store.write(app.team.workspace_id) as unit:
        handoff = unit.handoffs.lock(one)
        by, at = app.team.ae.id, unit.now
        for number in range(promises):
            owner, boss = (unit.people.ensure(f"UX{next(_NUMBERS)}") for _ in range(2))
            unit.people.set_part(owner.id, manager_id=boss.id)
            # Half of them are due soon, so that somebody is to be told that they are late.
            due = date(2026, 3, 4 if number % 2 else 30)
            text = PromiseText(f"Hall {number} is live.", owner_id=owner.id, due=due)
            unit.brief.add_promise(handoff.id, text, by=by, at=at)
        unit.reckon(one)
        unit.commit()
    return one


def dispute_the_last(app: App, handoff_id: int, number: int) -> None:
    about = ref(app, handoff_id, number)
    form = app.modal(app.press(CSM, ActionId.OPEN_DISPUTE, about))
    assert app.submit(CSM, form.type(reason="Nobody asked the platform team.")).body == {}


def begun(executed: list[str]) -> list[str]:
    return [one for one in executed if not one.startswith("BEGIN")]


@pytest.mark.parametrize("disputed", [False, True])
def test_an_initial_costs_the_same_in_a_long_ledger(
    app: App, sizes: tuple[int, ...], *, disputed: bool
) -> None:
    found = []
    for promises in sizes:
        one = with_owners_outside(app, promises)
        if disputed:
            dispute_the_last(app, one, promises + 1)
        about: Ref = ref(app, one)
        made = statements(app, partial(app.press, AE, ActionId.INITIAL_PROMISE, about))
        assert entry(app, one).initials
        found.append(len(begun(made)))
    assert len(set(found)) == 1, found
    assert found[0] <= MOST


def test_what_became_of_a_promise_costs_the_same_in_a_long_ledger(
    app: App, sizes: tuple[int, ...]
) -> None:
    found = []
    for promises in sizes:
        one = with_owners_outside(app, promises)
        ae_initials(app, one)
        hold(app, one)
        found.append(len(begun(statements(app, partial(deliver, app, AE, one)))))
    assert len(set(found)) == 1, found
