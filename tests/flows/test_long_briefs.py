"""A brief with many people and promises is saved like a short one."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from sqlalchemy import event

from bot.domain.brief import Contact, People
from bot.domain.items import SectionKey
from bot.domain.promises import PromiseText
from bot.views.payload import Ref
from tests.builders import posted
from tests.flows.app import App, Modal

AE = "UAE"


def lengthened(app: App, *, people: int, promises: int) -> int:
    """The id of a handoff whose brief names so many people and promises."""
    handoff_id = posted(app.store, app.team)
    with app.store.write(app.team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        by, at = app.team.ae.id, unit.now
        contacts = tuple(Contact(id=one, name=f"Lead {one}") for one in range(1, people + 1))
        unit.brief.save_section(
            handoff_id, SectionKey.PEOPLE, People(contacts=contacts), by=by, at=at
        )
        for number in range(promises):
            unit.brief.add_promise(handoff_id, PromiseText(f"Hall {number} is live."), by=by, at=at)
        unit.save(handoff, actor_id=by)
        unit.commit()
    return handoff_id


def section(app: App, handoff_id: int, key: str) -> Modal:
    none = {"type": "modal", "callback_id": "brief_steps", "blocks": [], "private_metadata": ""}
    app.press(AE, "brief_go", Ref(handoff=handoff_id, thing=key), modal=app.screen(none))
    return app.screen(app.slack.called("views.update")[-1]["view"])


def statements(app: App, act: Callable[[], Any]) -> list[str]:
    """What an act asks of the database in its own transaction."""
    executed: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        executed.append(statement)

    event.listen(app.store.database.writers, "before_cursor_execute", note)
    act()
    event.remove(app.store.database.writers, "before_cursor_execute", note)
    return executed


@pytest.mark.parametrize(
    ("key", "field"), [("people", "history"), ("success", "today"), ("promises", "refused")]
)
def test_a_save_takes_as_many_statements_with_thirty_people_as_with_three(
    app: App, key: str, field: str
) -> None:
    executed = []
    for people, promises in ((3, 3), (30, 60)):
        handoff_id = lengthened(app, people=people, promises=promises)
        modal = section(app, handoff_id, key).type(**{field: "Counted on Monday."})
        executed.append(statements(app, partial(app.submit, AE, modal)))
    few, many = executed
    assert len(few) == len(many)
    assert len(many) <= 24


def test_a_promise_and_a_person_cost_the_same_in_a_long_brief(app: App) -> None:
    counts = []
    for people, promises in ((3, 3), (30, 60)):
        handoff_id = lengthened(app, people=people, promises=promises)
        for key, add, typed in (
            ("promises", "promise_add", {"words": "The second hall is live."}),
            ("people", "contact_add", {"name": "Omar Vance"}),
        ):
            step = section(app, handoff_id, key)
            ref = step.view["private_metadata"]
            editor = app.modal(app.press(AE, add, ref, modal=step)).type(**typed)
            made = statements(app, partial(app.submit, AE, editor, previous=step.id))
            counts.append(len(made))
    assert counts[:2] == counts[2:]
