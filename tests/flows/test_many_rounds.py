"""An AE and two helpers write in one brief at the same time, for many rounds: nothing is lost.

Each types into forms that may be rounds old. What a person typed is stored afterwards, or it
stands in front of them beside what somebody else wrote; and what nobody typed over stays.
"""

import json
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pytest

from bot.domain.access import EVERY, GIVEABLE
from bot.domain.brief import Brief
from bot.domain.history import verify
from bot.domain.items import SectionKey
from bot.storage.people import PersonFacts
from bot.views.brief_form import FORMS, Input
from bot.views.payload import Ref
from tests.builders import posted
from tests.flows.app import App, Modal, Reply

ROUNDS = 200
WAIT = 30.0
HELPERS = {
    "UHELP1": frozenset({SectionKey.WHY, SectionKey.SUCCESS, SectionKey.PROMISES}),
    "UHELP2": GIVEABLE,
}
CONTACT_TEXTS = ("title", "behaviour", "stake", "consequence")
PROMISE_TEXTS = ("words", "said_to")
FELL_BEHIND = "changed this field"

Place = tuple[str, int, str]
"""What is typed into: a section with 0, or *contact* or *promise* with an id; and the field."""


@dataclass
class Writer:
    """One person with at most one form open, which may have grown old."""

    user: str
    sections: tuple[SectionKey, ...]
    form: Modal | None = None
    below: str | None = None
    thing: str = ""
    entry: int = 0
    """0 of a section and of an entry that is not stored yet."""
    typed: dict[str, str] = field(default_factory=dict)

    @property
    def adds(self) -> bool:
        return self.thing in ("contact", "promise") and not self.entry

    def places(self) -> dict[Place, str]:
        return {(self.thing, self.entry, name): text for name, text in self.typed.items()}

    def close(self) -> None:
        self.form, self.below, self.typed = None, None, {}


class Room:
    """Three writers in one handoff, and what stood in its brief after the last round."""

    def __init__(self, app: App, seed: int) -> None:
        self.app = app
        self.random = random.Random(seed)  # noqa: S311, a seed makes the run repeatable
        self.handoff_id = posted(app.store, app.team)
        with app.store.write(app.team.workspace_id) as unit:
            handoff = unit.handoffs.lock(self.handoff_id)
            handoff.helpers = {
                unit.people.ensure(user, facts=PersonFacts(user)).id: sections
                for user, sections in HELPERS.items()
            }
            unit.save(handoff, actor_id=app.team.ae.id)
            unit.commit()
        self.writers = [Writer("UAE", tuple(SectionKey))]
        self.writers += [
            Writer(user, tuple(key for key in SectionKey if key in sections))
            for user, sections in HELPERS.items()
        ]
        self.stood = values(self.brief())
        self.clashes = 0

    def brief(self) -> Brief:
        with self.app.store.read(self.app.team.workspace_id) as unit:
            return unit.brief.load(self.handoff_id, audiences=EVERY)

    # --- What people do one after the other

    def open(self, writer: Writer) -> None:
        """A section at random, and in it now and then the editor of an entry."""
        key = self.random.choice(writer.sections)
        none = {"type": "modal", "callback_id": "brief_steps", "blocks": [], "private_metadata": ""}
        ref = Ref(handoff=self.handoff_id, thing=key.value)
        self.app.press(writer.user, "brief_go", ref, modal=self.app.screen(none))
        step = self.app.screen(self.app.slack.called("views.update")[-1]["view"])
        writer.form, writer.below = step, None
        writer.thing, writer.entry, writer.typed = key.value, 0, {}
        if key in (SectionKey.PEOPLE, SectionKey.PROMISES) and self.random.random() < 0.7:
            self._open_editor(writer, step, "contact" if key is SectionKey.PEOPLE else "promise")

    def _open_editor(self, writer: Writer, step: Modal, thing: str) -> None:
        edits = [one["accessory"]["value"] for one in step.view["blocks"] if "accessory" in one]
        value, entry = step.view["private_metadata"], 0
        action = f"{thing}_add"
        if edits and self.random.random() < 0.85:
            value, action = self.random.choice(edits), f"{thing}_edit"
            entry = json.loads(value)["e"]
        writer.form = self.app.modal(self.app.press(writer.user, action, value, modal=step))
        writer.below, writer.thing, writer.entry = step.id, thing, entry

    def type(self, writer: Writer, number: int) -> None:
        """New text in one or two fields, on top of what a clash left standing in the form."""
        assert writer.form is not None
        names = {"contact": CONTACT_TEXTS, "promise": PROMISE_TEXTS}.get(writer.thing)
        if names is None:
            forms = FORMS[SectionKey(writer.thing)]
            names = tuple(one.field.value for one in forms if one.kind in (Input.LINE, Input.TEXT))
        chosen = set(self.random.sample(names, k=min(len(names), self.random.choice((1, 2)))))
        if writer.adds:
            chosen.add("name" if writer.thing == "contact" else "words")
        for name in chosen:
            writer.typed[name] = f"{writer.user} {number} {name}"
        writer.form = writer.form.type(**writer.typed)

    # --- At once

    def submit_together(self, writers: list[Writer]) -> list[Reply]:
        start = threading.Barrier(len(writers))

        def submit(writer: Writer) -> Reply:
            assert writer.form is not None
            start.wait(WAIT)
            return self.app.submit(writer.user, writer.form, previous=writer.below)

        with ThreadPoolExecutor(len(writers)) as pool:
            running = [pool.submit(submit, one) for one in writers]
            return [one.result(WAIT) for one in running]

    # --- Whether anything was lost

    def look(self, writers: list[Writer], replies: list[Reply]) -> None:
        stored = values(self.brief())
        typed: dict[Place, set[str]] = {}
        for writer, reply in zip(writers, replies, strict=True):
            assert reply.status == 200
            assert reply.errors == {}
            if writer.adds:
                self._look_for_added(writer, stored)
                writer.close()
                continue
            for place, text in writer.places().items():
                typed.setdefault(place, set()).add(text)
        for writer, reply in zip(writers, replies, strict=True):
            if writer.form is not None:
                self._look_for_typed(writer, reply, stored, typed)
        for place, text in self.stood.items():
            assert stored[place] in typed.get(place, set()) | {text}, place
        self.stood = stored

    def _look_for_added(self, writer: Writer, stored: dict[Place, str]) -> None:
        added = {
            entry
            for (thing, entry, name), text in stored.items()
            if thing == writer.thing and writer.typed.get(name) == text
        }
        assert len(added) == 1, writer.typed
        (entry,) = added
        for name, text in writer.typed.items():
            assert stored[writer.thing, entry, name] == text

    def _look_for_typed(
        self,
        writer: Writer,
        reply: Reply,
        stored: dict[Place, str],
        typed: dict[Place, set[str]],
    ) -> None:
        lost = {
            name: text
            for name, text in writer.typed.items()
            if stored[writer.thing, writer.entry, name] != text
        }
        form, view = writer.form, reply.body.get("view")
        assert form is not None
        if view is None or FELL_BEHIND not in json.dumps(view):
            assert not lost, (writer.user, lost)
            writer.close()
            return
        shown = self.app.updated(form, view)
        assert shown.callback_id == form.callback_id
        for name, text in lost.items():
            assert shown.holds(name) == text
            # Theirs is what stood there at that instant; a third may have saved right after.
            place = writer.thing, writer.entry, name
            assert any(one in shown.words for one in (typed[place] - {text}) | {self.stood[place]})
        self.clashes += 1
        writer.form, writer.typed = shown, lost


def values(brief: Brief) -> dict[Place, str]:
    """Every text of a brief by its place."""
    found: dict[Place, str] = {}

    def add(thing: str, entry: int, held: dict[str, Any]) -> None:
        found.update({(thing, entry, name): one for name, one in held.items() if type(one) is str})

    for key in SectionKey:
        add(key.value, 0, brief.section(key).model_dump())
    for contact in brief.people.contacts:
        add("contact", contact.id, contact.model_dump())
    for promise in brief.entries:
        add("promise", promise.id, {name: getattr(promise.text, name) for name in PROMISE_TEXTS})
    return found


@pytest.mark.slow
def test_three_writers_lose_nothing_they_typed_in_two_hundred_rounds(app: App) -> None:
    room = Room(app, seed=7)
    for number in range(ROUNDS):
        for writer in room.writers:
            if writer.form is None:
                room.open(writer)
        app.slack.calls.clear()
        # Who waits submits a form in a later round that is older than what others saved.
        ready = [one for one in room.writers if room.random.random() < 0.75]
        for writer in ready:
            room.type(writer, number)
        if ready:
            room.look(ready, room.submit_together(ready))
    assert room.clashes > 5
    with app.store.read(app.team.workspace_id) as unit:
        count, head = unit.history.head(room.handoff_id)
        records = unit.history.records(room.handoff_id)
    assert verify(records, expected_count=count, expected_head=head).sound
