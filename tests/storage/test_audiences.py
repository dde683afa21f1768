"""Whatever is edited, stored and read again: nobody ever reads more of it than they may."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from bot.domain.access import EVERY, GIVEABLE, HELPED, Audience
from bot.domain.brief import SECTIONS, Brief, Contact, audience_of, merge
from bot.domain.items import SectionKey
from bot.domain.promises import PromiseText
from bot.domain.snapshots import Snapshot
from bot.storage.unit_of_work import ReadUnit, Store, WriteUnit
from tests.builders import Team, signed

MARK = re.compile(r"«(\w+)\.(\w+)»")
ALL_MODELS: tuple[type[BaseModel], ...] = (*SECTIONS.values(), Contact)
MODELS = {one.__name__: one for one in ALL_MODELS}
PROMISE = "PromiseText"


def texts_of(model: type[BaseModel]) -> list[str]:
    return [name for name, info in model.model_fields.items() if info.annotation is str]


FIELDS = [(key, name) for key, model in SECTIONS.items() for name in texts_of(model)]


@dataclass(frozen=True)
class Edit:
    """What one person does in a form that was opened `age` revisions ago."""

    what: str
    key: SectionKey = SectionKey.PEOPLE
    field: str = ""
    which: int = 0
    age: int = 0


AGE, WHICH = st.integers(0, 3), st.integers(0, 5)
EDITS = st.lists(
    st.one_of(
        st.builds(
            lambda place, age: Edit("section", place[0], place[1], age=age),
            st.sampled_from(FIELDS),
            AGE,
        ),
        st.builds(Edit, st.just("add")),
        st.builds(
            lambda name, which, age: Edit("person", SectionKey.PEOPLE, name, which, age),
            st.sampled_from(texts_of(Contact)),
            WHICH,
            AGE,
        ),
        st.builds(lambda which, age: Edit("gone", which=which, age=age), WHICH, AGE),
        st.builds(
            lambda what, which: Edit(what, SectionKey.PROMISES, which=which),
            st.sampled_from(["promise", "reword", "withdraw"]),
            WHICH,
        ),
    ),
    min_size=1,
    max_size=12,
)


def marked(model: type[BaseModel] | str, field: str, number: int) -> str:
    name = model if isinstance(model, str) else model.__name__
    return f"«{name}.{field}» {number}"


def edited(section: Any, edit: Edit, number: int) -> Any:
    """A form as it is submitted, filled from a section as it was."""
    if edit.what == "section":
        return section.model_copy(
            update={edit.field: marked(type(section), edit.field, number)},
        )
    contacts = list(section.contacts)
    if edit.what == "add":
        texts = {name: marked(Contact, name, number) for name in texts_of(Contact)}
        contacts.append(Contact.model_validate({"id": number, "skeptic": True, **texts}))
    elif contacts:
        place = edit.which % len(contacts)
        if edit.what == "gone":
            del contacts[place]
        else:
            text = {edit.field: marked(Contact, edit.field, number)}
            contacts[place] = contacts[place].model_copy(update=text)
    return section.with_contacts(tuple(contacts))


def apply(unit: WriteUnit, handoff_id: int, edit: Edit, number: int, team: Team) -> None:
    by, at = team.ae.id, unit.now
    if edit.what in ("promise", "reword", "withdraw"):
        entries = unit.brief.load(handoff_id, audiences=EVERY).entries
        text = PromiseText(marked(PROMISE, "words", number))
        if edit.what == "promise" or not entries:
            unit.brief.add_promise(handoff_id, text, by=by, at=at)
            return
        entry = entries[edit.which % len(entries)]
        if edit.what == "withdraw":
            unit.brief.withdraw_promise(entry.id, "No", by=by, at=at)
        else:
            unit.brief.edit_promise(entry.id, text, base_version=1, by=by, at=at)
        return
    revision = unit.brief.revision(handoff_id, edit.key)
    opened_at = max(revision - edit.age, 0)
    base = unit.brief.at_revision(handoff_id, edit.key, opened_at, audiences=EVERY)
    current = unit.brief.load(handoff_id, audiences=EVERY).section(edit.key)
    merged = merge(base=base, current=current, submitted=edited(base, edit, number)).section
    unit.brief.save_section(handoff_id, edit.key, merged, by=by, at=at)


def shown(
    unit: ReadUnit,
    handoff_id: int,
    kept: list[Snapshot],
    audiences: Collection[Audience],
    sections: Collection[SectionKey] = (),
) -> Iterator[tuple[SectionKey, str]]:
    """All that a reader gets of each section, on every way there is to read it."""
    briefs: list[Brief] = [unit.brief.load(handoff_id, audiences=audiences, given=sections)]
    briefs += [unit.brief.at(handoff_id, one, audiences=audiences, given=sections) for one in kept]
    for brief in briefs:
        for key in SectionKey:
            entries = brief.entries if key is SectionKey.PROMISES else ()
            yield key, repr((brief.section(key), entries))
    for key in SectionKey:
        versions = unit.brief.versions(handoff_id, key, audiences=audiences, given=sections)
        yield key, repr([(one.brief.section(key), one.brief.entries) for one in versions])
        if sections:
            continue
        for revision in range(unit.brief.revision(handoff_id, key) + 1):
            found = unit.brief.at_revision(handoff_id, key, revision, audiences=audiences)
            yield key, repr(found)


def audience(model: str, field: str) -> Audience:
    return Audience.CHANNEL if model == PROMISE else audience_of(MODELS[model], field)


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(edits=EDITS)
def test_no_edit_ever_widens_who_reads_a_field(store: Store, team: Team, edits: list[Edit]) -> None:
    handoff_id = signed(store, team)
    kept: list[Snapshot] = []
    written: set[tuple[str, str]] = set()
    for number, edit in enumerate(edits, 1):
        with store.write(team.workspace_id) as unit:
            unit.handoffs.lock(handoff_id)
            apply(unit, handoff_id, edit, number, team)
            unit.commit()
        with store.read(team.workspace_id) as after:
            kept.append(after.brief.snapshot(handoff_id))
            stands = repr(after.brief.load(handoff_id, audiences=EVERY))
        written |= set(MARK.findall(stands))
    with store.read(team.workspace_id) as unit:
        read: set[tuple[str, str]] = set()
        for one in Audience:
            readers = {one, Audience.CHANNEL}
            for _, text in shown(unit, handoff_id, kept, readers):
                found = set(MARK.findall(text))
                assert {audience(*place) for place in found} <= readers
                read |= found
            for _, text in shown(unit, handoff_id, kept, {one}):
                assert {audience(*place) for place in MARK.findall(text)} <= {one}
        # What nobody had read would prove nothing.
        assert written <= read
        for mine in GIVEABLE:
            for key, text in shown(unit, handoff_id, kept, (), {mine}):
                allowed = HELPED if key is mine else frozenset[Audience]()
                assert {audience(*place) for place in MARK.findall(text)} <= allowed
