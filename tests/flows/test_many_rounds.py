"""An AE and two helpers write in one brief at the same time, for many rounds: nothing is lost.

Each types, ticks and chooses in forms that may be rounds old, and takes people and promises off
their lists. What a person put in is stored afterwards, or it stands in front of them beside what
somebody else wrote; what nobody typed over stays, and nothing goes that who let it go had not read.
"""

import json
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest

from bot.domain.access import EVERY, GIVEABLE
from bot.domain.brief import Brief, People
from bot.domain.history import verify
from bot.domain.items import Item, SectionKey
from bot.sandbox.view_state import elements_of
from bot.storage.people import PersonFacts
from bot.views.brief_form import FORMS
from bot.views.payload import Ref
from bot.views.sentences.terms import ITEM_NAMES
from bot.views.text import day
from tests.builders import posted
from tests.flows.app import App, Modal, Reply

ROUNDS = 200
KINDS = {"plain_text_input", "datepicker", "checkboxes", "skeptic", "must_confirm"}
"""What has to be typed, ticked or chosen for the test to mean something: elements, two by name."""
WAIT = 30.0
HELPERS = {
    "UHELP1": frozenset({SectionKey.WHY, SectionKey.SUCCESS, SectionKey.PROMISES}),
    "UHELP2": GIVEABLE,
}
CONTACT_FIELDS = ("title", "behaviour", "stake", "consequence", "last_contact", "skeptic")
PROMISE_FIELDS = ("words", "said_to", "due")
LISTED = (SectionKey.PEOPLE, SectionKey.PROMISES)
FOLLOWING = {("people", 0, "no_skeptic"), ("people", 0, "no_buyer"), ("promises", 0, "none_made")}
"""Boxes that what is written beside them unticks."""
TURNED = frozenset({"must_confirm", "skeptic"})
"""What is ticked and not typed."""
FELL_BEHIND = ("changed this field", "emptied this field")
ASKED_AGAIN = ("still on the list", "still in force")
FIRST_DAY = date(2026, 4, 1)

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
    """Plain values by field, as `values` gives them."""
    goes: bool = False
    """Whether this entry is to be taken off its list."""

    @property
    def adds(self) -> bool:
        return self.thing in ("contact", "promise") and not self.entry

    def places(self) -> dict[Place, str]:
        return {(self.thing, self.entry, name): text for name, text in self.typed.items()}

    def close(self) -> None:
        self.form, self.below, self.typed, self.goes = None, None, {}, False


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
        self.clashes = self.gone = self.asked = 0
        self.kinds: set[str] = set()

    def brief(self) -> Brief:
        with self.app.store.read(self.app.team.workspace_id) as unit:
            return unit.brief.load(self.handoff_id, audiences=EVERY)

    # --- What people do one after the other

    def open(self, writer: Writer) -> None:
        """A section at random, and in it now and then the editor of an entry."""
        listed = [one for one in writer.sections if one in LISTED]
        key = self.random.choice(listed if self.random.random() < 0.4 else writer.sections)
        none = {"type": "modal", "callback_id": "brief_steps", "blocks": [], "private_metadata": ""}
        ref = Ref(handoff=self.handoff_id, thing=key.value)
        self.app.press(writer.user, "brief_go", ref, modal=self.app.screen(none))
        step = self.app.screen(self.app.slack.called("views.update")[-1]["view"])
        writer.form, writer.below = step, None
        writer.thing, writer.entry, writer.typed = key.value, 0, {}
        if key in LISTED and self.random.random() < 0.7:
            self._open_editor(writer, step, "contact" if key is SectionKey.PEOPLE else "promise")

    def _open_editor(self, writer: Writer, step: Modal, thing: str) -> None:
        edits = [one["accessory"]["value"] for one in step.view["blocks"] if "accessory" in one]
        value, entry = step.view["private_metadata"], 0
        action = f"{thing}_add"
        if edits and self.random.random() < 0.85:
            # The first ones are everybody's, so that two often have the same one open.
            value, action = self.random.choice(edits[:2]), f"{thing}_edit"
            entry = json.loads(value)["e"]
        writer.form = self.app.modal(self.app.press(writer.user, action, value, modal=step))
        writer.below, writer.thing, writer.entry = step.id, thing, entry

    def type(self, writer: Writer, number: int) -> None:
        """Something new in one or two fields, on top of what a clash left standing in the form."""
        assert writer.form is not None
        names = {"contact": CONTACT_FIELDS, "promise": PROMISE_FIELDS}.get(writer.thing)
        if names is None:
            forms = FORMS[SectionKey(writer.thing)]
            shown = {element["action_id"] for _, element in elements_of(writer.form.view["blocks"])}
            fields = {one.field.value for one in forms} | {"must_confirm"}
            names = tuple(sorted(shown & fields - {name for _, _, name in FOLLOWING}))
        chosen = set(self.random.sample(names, k=min(len(names), self.random.choice((1, 2)))))
        if writer.adds:
            chosen.add("name" if writer.thing == "contact" else "words")
        for name in sorted(chosen):
            self._put(writer, name, number)
        if writer.entry and self.random.random() < 0.15:
            writer.goes = True
        if writer.goes:
            last = {"remove": ["yes"]} if writer.thing == "contact" else {"withdraw": "Not so."}
            writer.form = writer.form.type(**last)

    def _put(self, writer: Writer, name: str, number: int) -> None:
        """One field typed, ticked or chosen anew."""
        assert writer.form is not None
        form, raw = writer.form, "contact_roles" if name == "skeptic" else name
        element = next(
            one for _, one in elements_of(form.view["blocks"]) if one["action_id"] == raw
        )
        kind = element["type"]
        self.kinds.add(name if name in ("skeptic", "must_confirm") else kind)
        if kind == "datepicker":
            value = (FIRST_DAY + timedelta(days=self.random.randrange(300))).isoformat()
            writer.form, writer.typed[name] = form.type(**{raw: value}), value
        elif kind == "checkboxes":
            offered = [one["value"] for one in element["options"]]
            ticked = [one["value"] for one in form.holds(raw) or ()]
            turned = "skeptic" if name == "skeptic" else self.random.choice(offered)
            ticked = [one for one in offered if (one in ticked) is not (one == turned)]
            writer.form = form.type(**{raw: ticked})
            writer.typed[name] = plain(
                tuple(Item(one) for one in ticked) if name == "must_confirm" else turned in ticked
            )
        else:
            text = f"{writer.user} {number} {name}"
            if name == "links":
                text = f"https://docs.example/{writer.user}/{number}"
            writer.form, writer.typed[name] = form.type(**{raw: text}), text

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
            if reply.errors:
                self._look_at_refused(writer, reply, stored)
                continue
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
            if self._stands(place, stored):
                assert stored[place] in typed.get(place, set()) | {text}, place
        self.stood = stored

    def _stands(self, place: Place, stored: dict[Place, str]) -> bool:
        thing, entry, _ = place
        return not entry or any(one[:2] == (thing, entry) for one in stored)

    def _look_at_refused(self, writer: Writer, reply: Reply, stored: dict[Place, str]) -> None:
        """Only for an entry that is gone, or a box against what stands beside it.

        What was typed is still in the form.
        """
        assert writer.form is not None
        if writer.entry:
            assert not self._stands((writer.thing, writer.entry, ""), stored)
        else:
            assert list(reply.errors) == [writer.form.block_of("no_risks")]
        writer.close()

    def _look_at_gone(self, writer: Writer) -> None:
        """Who let an entry go had read every word of it, or wrote it themselves."""
        assert writer.form is not None
        read_at = json.loads(writer.form.view["private_metadata"])["r"]
        with self.app.store.read(self.app.team.workspace_id) as unit:
            if writer.thing == "promise":
                wordings = unit.brief.promise_versions(writer.entry)
                read, last = (
                    vars(next(one.text for one in wordings if one.version == number))
                    for number in (read_at, wordings[-1].version)
                )
            else:
                key = SectionKey.PEOPLE
                versions = unit.brief.versions(self.handoff_id, key, audiences=EVERY)
                found = [
                    dict(one)
                    for version in versions
                    for one in version.brief.people.contacts
                    if one.id == writer.entry
                ]
                last = found[-1]
                then = unit.brief.at_revision(self.handoff_id, key, read_at, audiences=EVERY)
                assert isinstance(then, People)
                read = next(dict(one) for one in then.contacts if one.id == writer.entry)
        for name, value in last.items():
            assert plain(value) in {plain(read[name]), writer.typed.get(name)}, name
        self.gone += 1

    def _look_for_added(self, writer: Writer, stored: dict[Place, str]) -> None:
        called = "name" if writer.thing == "contact" else "words"
        added = {
            entry
            for (thing, entry, name), text in stored.items()
            if (thing, name) == (writer.thing, called) and writer.typed[called] == text
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
        form, view = writer.form, reply.body.get("view")
        assert form is not None
        told = json.dumps(view) if view is not None else ""
        asked = any(words in told for words in ASKED_AGAIN)
        if writer.goes and not asked:
            # Whatever else was typed into it went along, and stays in its versions.
            assert reply.body == {}
            assert not self._stands((writer.thing, writer.entry, ""), stored)
            self._look_at_gone(writer)
            writer.close()
            return
        here = self._stands((writer.thing, writer.entry, ""), stored)
        lost = {
            name: text
            for name, text in writer.typed.items()
            if here and stored[writer.thing, writer.entry, name] != text
        }
        if not asked and not any(words in told for words in FELL_BEHIND):
            # A tick has so few values that another's, who turned it in an older form, found it as
            # it had stood there: that is no clash, and the later of the two holds.
            turned_after = {
                name
                for name in TURNED & lost.keys()
                for place in ((writer.thing, writer.entry, name),)
                if stored[place] in typed.get(place, set())
            }
            assert not lost.keys() - turned_after, (writer.user, lost)
            writer.close()
            return
        shown = self.app.updated(form, view or {})
        assert shown.callback_id == form.callback_id
        for name, text in lost.items():
            assert held(shown, name) == text, name
            place = writer.thing, writer.entry, name
            others = {one for one in (typed[place] - {text}) | {self.stood[place]} if one != text}
            # Theirs is what stood there at that instant; a third may have saved right after. Of
            # who only waits for another look at an entry nobody need have changed it.
            assert asked or any(theirs(one) in shown.words for one in others), (name, others)
        self.clashes += 1
        self.asked += asked
        writer.form, writer.typed, writer.goes = shown, lost, False


def plain(value: Any) -> str:
    """A value of a field as one text, whatever its kind."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple | list):
        return ", ".join(str(one) for one in value)
    return str(value) if value is not None else ""


def held(form: Modal, name: str) -> str:
    """What stands in a field of a form, in the same way."""
    if name == "skeptic":
        return plain("skeptic" in [one["value"] for one in form.holds("contact_roles") or ()])
    found = form.holds(name)
    if name == "no_risks":
        return plain(bool(found))
    return plain([one["value"] for one in found] if isinstance(found, list) else found)


def theirs(value: str) -> str:
    """What a form says of somebody else's value."""
    if not value:
        return "emptied this field"
    try:
        return day(date.fromisoformat(value))
    except ValueError:
        pass
    named = [ITEM_NAMES[Item(one)] for one in value.split(", ") if one in set(Item)]
    return ", ".join(named) if named else value


def values(brief: Brief) -> dict[Place, str]:
    """Every field of a brief that is put in here, by its place."""
    found: dict[Place, str] = {}

    def add(thing: str, entry: int, fields: dict[str, Any]) -> None:
        found.update(
            {
                (thing, entry, name): plain(one)
                for name, one in fields.items()
                if name not in ("contacts", "id")
            }
        )

    for key in SectionKey:
        add(key.value, 0, dict(brief.section(key)))
    for contact in brief.people.contacts:
        add("contact", contact.id, dict(contact))
    for promise in brief.entries:
        add("promise", promise.id, vars(promise.text))
    return {place: one for place, one in found.items() if place not in FOLLOWING}


@pytest.mark.slow
def test_three_writers_lose_nothing_they_typed_in_two_hundred_rounds(app: App) -> None:
    room = Room(app, seed=7)
    for number in range(3 * ROUNDS):
        if number >= ROUNDS and room.asked and room.kinds >= KINDS:
            break  # Whose thread comes first is chance, and so what is asked and what is open.
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
    assert room.gone > 5
    assert room.asked > 0
    assert room.kinds >= KINDS
    with app.store.read(app.team.workspace_id) as unit:
        count, head = unit.history.head(room.handoff_id)
        records = unit.history.records(room.handoff_id)
    assert verify(records, expected_count=count, expected_head=head).sound
