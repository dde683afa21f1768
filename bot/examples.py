"""The deals of `examples/`, put into a workspace as their people would have brought them there."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import IntEnum
from itertools import count
from pathlib import Path
from typing import Any

from bot.domain.access import EVERY
from bot.domain.brief import (
    SECTIONS,
    Contact,
    ContactRole,
    OtherRole,
    Section,
    changed_fields,
    refuse_contradictions,
)
from bot.domain.commitment import check_day, proposed_day
from bot.domain.completeness import completeness
from bot.domain.handoff import Handoff, Start
from bot.domain.history import Tag
from bot.domain.items import SectionKey
from bot.domain.money import Money, parse_amount
from bot.domain.people import Person
from bot.domain.promises import Kind, PromiseText
from bot.domain.size import Marks
from bot.storage.unit_of_work import WriteUnit

SIGNED_BEFORE = timedelta(minutes=30)
WRITING, A_STEP = timedelta(minutes=25), timedelta(minutes=2)
"""Since when a brief is written, and for how long each part of it was."""
BEGUN = (SectionKey.WHY, SectionKey.PEOPLE, SectionKey.SUCCESS)
"""What is written of a brief that is only begun."""
_DAYS = (("_in_days", 1), ("_days_ago", -1))
_LISTED = ("contacts", "entries")
_SKEPTIC = "skeptic"


class Stage(IntEnum):
    """How far a deal is brought."""

    BEGUN = 0
    """Before its signature, with the brief begun."""
    POSTED = 1
    """Signed, its brief written and its message posted; a CSM is to be named."""
    ASSIGNED = 2
    """Its CSM has it to read."""


@dataclass(frozen=True)
class Cast:
    """Who plays which part in the deals."""

    ae: Person
    csm: Person
    cs_manager: Person
    ae_manager: Person


@dataclass(frozen=True)
class Example:
    """One file of `examples/`, with its days counted from a date."""

    content: Mapping[str, Any]
    today: date

    def section(self, key: SectionKey) -> Section:
        """One section of the brief, with the people in it."""
        table = self.content[key.value]
        values = dict(self._fields(table))
        if key is SectionKey.PEOPLE:
            listed = enumerate(table.get("contacts", ()), 1)
            values["contacts"] = tuple(self._contact(number, one) for number, one in listed)
        return SECTIONS[key].model_validate(values)

    def promises(self) -> list[PromiseText]:
        """The promises, in order."""
        tables = self.content[SectionKey.PROMISES.value].get("entries", ())
        fields = [dict(self._fields(one)) for one in tables]
        return [PromiseText(**{**one, "kind": Kind(one.get("kind", "other"))}) for one in fields]

    def _contact(self, number: int, table: Mapping[str, Any]) -> Contact:
        roles = table.get("roles", ())
        parts = {
            "id": number,
            "roles": tuple(one for one in ContactRole if one.value in roles),
            "other_roles": tuple(one for one in OtherRole if one.value in roles),
            "skeptic": _SKEPTIC in roles,
        }
        return Contact.model_validate({**dict(self._fields(table)), **parts})

    def _fields(self, table: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        for name, value in table.items():
            if name in _LISTED:
                continue
            ending, sign = next((one for one in _DAYS if name.endswith(one[0])), ("", 0))
            if sign:
                yield name.removesuffix(ending), self.today + timedelta(days=sign * value)
            else:
                yield name, value


def read_example(path: Path, *, today: date) -> Example:
    """One deal by its file."""
    return Example(tomllib.loads(path.read_text(encoding="utf-8")), today)


def place_example(
    unit: WriteUnit, example: Example, *, channel_id: int, cast: Cast, stage: Stage
) -> Handoff:
    """Begin a deal in a channel and bring it as far as a stage, act by act."""
    signed = stage > Stage.BEGUN
    minutes = (unit.now - WRITING + number * A_STEP for number in count())
    handoff = _start(unit, example, channel_id, cast, signed=signed, at=next(minutes))
    for text in example.promises() if signed else ():
        _promise(unit, handoff, text, cast.ae, next(minutes))
    for key in SectionKey if signed else BEGUN:
        _write(unit, handoff, key, example.section(key), cast.ae, next(minutes))
    if stage >= Stage.POSTED:
        handoff.post(by=cast.ae, at=unit.now)
        unit.save(handoff, actor_id=cast.ae.id)
    if stage >= Stage.ASSIGNED:
        calendar = unit.people.calendar(cast.ae.id)
        kickoff = calendar.at(calendar.business_day(example.today, 2), time(11))
        handoff.propose_kickoff(kickoff, shown=None, by=cast.ae, at=unit.now)
        handoff.assign_csm(cast.csm, by=cast.cs_manager, at=unit.now)
        unit.save(handoff, actor_id=cast.cs_manager.id)
    return handoff


def _start(
    unit: WriteUnit,
    example: Example,
    channel_id: int,
    cast: Cast,
    *,
    signed: bool,
    at: datetime,
) -> Handoff:
    start, calendar = example.content["start"], unit.people.calendar(cast.ae.id)
    expected = example.today + timedelta(days=start["expected_in_days"])
    wish = Start(
        account=start["account"],
        value=Money(int(parse_amount(start["value"]) * 100), start["currency"]),
        ae=cast.ae,
        cs_manager=cast.cs_manager,
        ae_manager=cast.ae_manager,
        proposed_csm=cast.csm,
        signed_at=unit.now - SIGNED_BEFORE if signed else None,
        expected_on=None if signed else expected,
        links=tuple(start["links"]),
        marks=Marks(**example.content.get("marks", {})),
        commitment_on=proposed_day(at=unit.now, policy=unit.policy, calendar=calendar),
    )
    handoff = Handoff.start(wish, channel_id=channel_id, by=cast.ae, at=at, policy=unit.policy)
    check_day(handoff, at=unit.now, policy=unit.policy, calendar=calendar)
    unit.save(handoff, actor_id=cast.ae.id)
    return unit.handoffs.lock(handoff.id)


def _write(
    unit: WriteUnit, handoff: Handoff, key: SectionKey, section: Section, by: Person, at: datetime
) -> None:
    before = unit.brief.load(handoff.id, audiences=EVERY)
    after = before.with_section(key, section)
    refuse_contradictions(after, key)
    revision = unit.brief.save_section(handoff.id, key, section, by=by.id, at=at)
    handoff.copy_from(after, at=at)
    handoff.save_section(
        key,
        changed=changed_fields(before.section(key), section),
        revision=revision,
        state=completeness(after, handoff.tier, unit.policy),
        by=by,
        at=at,
        policy=unit.policy,
    )
    unit.save(handoff, actor_id=by.id)


def _promise(
    unit: WriteUnit, handoff: Handoff, text: PromiseText, by: Person, at: datetime
) -> None:
    kept = unit.brief.add_promise(handoff.id, text, by=by.id, at=at)
    brief = unit.brief.load(handoff.id, audiences=EVERY)
    handoff.copy_from(brief, at=at)
    handoff.save_promise(
        Tag.PROMISE_ADDED,
        number=kept.number,
        version=kept.version,
        words=text.words,
        state=completeness(brief, handoff.tier, unit.policy),
        by=by,
        at=at,
        policy=unit.policy,
    )
    unit.save(handoff, actor_id=by.id)
