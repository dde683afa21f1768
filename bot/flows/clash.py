"""Who wrote what a form runs into, for its writer, field by field."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from bot.domain.access import EVERY
from bot.domain.brief import SECTIONS, Contact
from bot.domain.items import SectionKey
from bot.domain.merging import FieldConflict, Save, last_changed
from bot.domain.people import Person
from bot.domain.plan import MilestoneText
from bot.domain.promises import PromiseText
from bot.domain.read_models import Clash, Writer
from bot.flows.showing import name_of
from bot.storage.unit_of_work import ReadUnit
from bot.views.ids import Field

Conflicts = Sequence[FieldConflict]


def in_section(
    unit: ReadUnit, handoff_id: int, key: SectionKey, conflicts: Conflicts, writer: Person
) -> Clash:
    """Conflicts in a section's own fields."""
    versions = unit.brief.versions(handoff_id, key, audiences=EVERY)
    saves = (Save(dict(one.brief.section(key)), one.by, one.at) for one in versions)
    return _clash(unit, conflicts, saves, dict(SECTIONS[key]()), writer)


def in_contact(
    unit: ReadUnit, handoff_id: int, contact_id: int, conflicts: Conflicts, writer: Person
) -> Clash:
    """Conflicts about one person at the customer."""
    versions = unit.brief.versions(handoff_id, SectionKey.PEOPLE, audiences=EVERY)
    saves = (
        Save(dict(contact), one.by, one.at)
        for one in versions
        for contact in one.brief.people.contacts
        if contact.id == contact_id
    )
    return _clash(unit, conflicts, saves, dict(Contact(id=contact_id, name="")), writer)


def in_promise(unit: ReadUnit, promise_id: int, conflicts: Conflicts, writer: Person) -> Clash:
    """Conflicts in the wording of one promise."""
    versions = unit.brief.promise_versions(promise_id)
    saves = (Save(asdict(one.text), one.by, one.at) for one in versions)
    named = [_with_names(unit, one) if one.field == Field.OWNER else one for one in conflicts]
    return _clash(unit, named, saves, asdict(PromiseText("")), writer)


def in_milestone(unit: ReadUnit, milestone_id: int, conflicts: Conflicts, writer: Person) -> Clash:
    """Conflicts in one milestone of a success plan."""
    versions = unit.plans.versions(milestone_id)
    saves = (Save(asdict(one.text), one.by, one.at) for one in versions)
    return _clash(unit, conflicts, saves, asdict(MilestoneText("")), writer)


def _with_names(unit: ReadUnit, conflict: FieldConflict) -> FieldConflict:
    """People as a form names them, in place of our ids of them."""
    theirs, yours = name_of(unit, conflict.theirs), name_of(unit, conflict.yours)
    return FieldConflict(conflict.field, theirs, yours)


def _clash(
    unit: ReadUnit,
    conflicts: Conflicts,
    saves: Iterable[Save],
    before: Mapping[str, Any],
    writer: Person,
) -> Clash:
    known = list(saves)
    found = {one.field: last_changed(one.field, known, before=before) for one in conflicts}
    return Clash(
        tuple(conflicts),
        {
            field: Writer(name_of(unit, save.by), save.at, own=save.by == writer.id)
            for field, save in found.items()
            if save is not None
        },
    )
