"""People as lines of a table: what a pasted one would change, and which of its lines are wrong.

A line is a Slack id, roles, manager, region and, for whoever reads it, the name. An empty cell
stays as it is, and one with a hyphen is taken away.
"""

import csv
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from bot.domain.people import Person, Role

NOTHING: Final = "-"
"""In a cell: taken away."""
HEADINGS: Final = ("slack id", "roles", "manager", "region", "name")
LONGEST_NAME: Final = 40
_AND: Final = "+"
_ID = re.compile(r"[UW][A-Z0-9]{2,}")
_MENTION = re.compile(r"<@([UW][A-Z0-9]+)(\|[^>]*)?>")
_SEPARATORS = ("\t", ";", ",")
_LEADS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class LineProblem(StrEnum):
    """What is wrong with a line."""

    NO_ID = "no_id"
    UNKNOWN_PERSON = "unknown_person"
    NOT_A_COLLEAGUE = "not_a_colleague"
    TWICE = "twice"
    NO_ROLE = "no_role"
    NO_MANAGER_ID = "no_manager_id"
    UNKNOWN_MANAGER = "unknown_manager"
    MANAGER_NO_COLLEAGUE = "manager_no_colleague"
    OWN_MANAGER = "own_manager"
    UNKNOWN_REGION = "unknown_region"
    TOO_MANY_CELLS = "too_many_cells"


@dataclass(frozen=True)
class Wrong:
    """A line that cannot be followed, by its number from 1, and the cell that is wrong."""

    number: int
    problem: LineProblem
    cell: str


@dataclass(frozen=True)
class Line:
    """A line that reads well; None stays as it is, and empty is taken away."""

    number: int
    slack_id: str
    roles: frozenset[Role] | None
    manager: str | None
    region: str | None


@dataclass(frozen=True)
class Change:
    """What a line would change of somebody; None stays as it is."""

    person: Person
    roles: frozenset[Role] | None = None
    manager: Person | None = None
    no_manager: bool = False
    region: str | None = None

    @property
    def anything(self) -> bool:
        """Whether they have not all of it already."""
        return self.roles is not None or self.region is not None or self.moves_handoffs

    @property
    def moves_handoffs(self) -> bool:
        """Whether their handoffs follow from it: who hears of what, and when it is due."""
        return self.manager is not None or self.no_manager or self.region is not None


@dataclass(frozen=True)
class Plan:
    """What a table comes to: nothing of it is done while a line is wrong."""

    changes: tuple[Change, ...]
    wrong: tuple[Wrong, ...]
    same: int
    """Lines that say what is so already."""


def ids_in(text: str) -> tuple[str, ...]:
    """Every Slack id in the first and the third cells, each once."""
    found: list[str] = []
    for _, cells in _rows(text):
        found += [one for at in (0, 2) if at < len(cells) and (one := slack_id_in(cells[at]))]
    return tuple(dict.fromkeys(found))


def plan(text: str, people: Mapping[str, Person], find_region: Callable[[str], str | None]) -> Plan:
    """What would change; `people` are those known by Slack's id, managers of today among them."""
    changes: list[Change] = []
    wrong: list[Wrong] = []
    seen: set[str] = set()
    by_id = {one.id: one for one in people.values()}
    same = 0
    for number, cells in _rows(text):
        read = _read(number, cells)
        if isinstance(read, Line) and read.slack_id in seen:
            read = Wrong(number, LineProblem.TWICE, cells[0])
        found = _change(read, cells, people, by_id, find_region) if isinstance(read, Line) else read
        if isinstance(found, Wrong):
            wrong.append(found)
            continue
        seen.add(found.person.slack_id)
        if found.anything:
            changes.append(found)
        else:
            same += 1
    return Plan(tuple(changes), tuple(wrong), same)


def as_lines(people: Iterable[Person], managers: Mapping[int, Person]) -> list[str]:
    """The present state as lines that can be pasted back; managers by our id."""
    return [
        ",".join(
            (
                one.slack_id,
                _AND.join(role.value for role in Role if role in one.roles) or NOTHING,
                _manager(one, managers),
                one.region or NOTHING,
                _plain(one.name),
            )
        )
        for one in people
    ]


def _manager(person: Person, managers: Mapping[int, Person]) -> str:
    manager = managers.get(person.manager_id) if person.manager_id is not None else None
    return manager.slack_id if manager is not None else NOTHING


def _plain(name: str) -> str:
    """A name that no table program takes for a formula, in one cell."""
    kept = " ".join(re.sub(r'[",;]', " ", name).split())[:LONGEST_NAME]
    return f"'{kept}" if kept.startswith(_LEADS_A_FORMULA) else kept


def _rows(text: str) -> Iterable[tuple[int, list[str]]]:
    """The lines with their numbers, less empty ones and the headings."""
    for number, line in enumerate(text.splitlines(), start=1):
        separator = next((one for one in _SEPARATORS if one in line), ",")
        cells = [cell.strip() for cell in next(csv.reader([line], delimiter=separator), [])]
        if any(cells) and not cells[0].replace("_", " ").casefold().startswith(HEADINGS[0]):
            yield number, cells


def slack_id_in(cell: str) -> str | None:
    """The Slack id that a cell holds, also as a mention; None where it holds none."""
    mentioned = _MENTION.fullmatch(cell)
    found = mentioned.group(1) if mentioned else cell.upper()
    return found if _ID.fullmatch(found) else None


def _read(number: int, cells: list[str]) -> Line | Wrong:
    if len(cells) > len(HEADINGS):
        return Wrong(number, LineProblem.TOO_MANY_CELLS, cells[len(HEADINGS)])
    first, roles, manager, region, _ = (*cells, *("",) * (len(HEADINGS) - len(cells)))
    slack_id = slack_id_in(first)
    if slack_id is None:
        return Wrong(number, LineProblem.NO_ID, first)
    held = _roles(roles)
    if isinstance(held, str):
        return Wrong(number, LineProblem.NO_ROLE, held)
    managed_by = manager if manager in ("", NOTHING) else slack_id_in(manager)
    if managed_by is None:
        return Wrong(number, LineProblem.NO_MANAGER_ID, manager)
    if managed_by == slack_id:
        return Wrong(number, LineProblem.OWN_MANAGER, manager)
    return Line(number, slack_id, held, _given(managed_by), _given(region))


def _given(cell: str) -> str | None:
    """None for what stays as it is, empty for what is taken away."""
    return None if not cell else "" if cell == NOTHING else cell


def _roles(cell: str) -> frozenset[Role] | str | None:
    """The roles of a cell, or the word in it that is none."""
    if not cell:
        return None
    held: set[Role] = set()
    for word in () if cell == NOTHING else re.split(r"[+/|&]", cell):
        name = "_".join(word.casefold().replace("-", " ").replace("_", " ").split())
        if name not in set(Role):
            return word.strip()
        held.add(Role(name))
    return frozenset(held)


def _change(
    line: Line,
    cells: list[str],
    people: Mapping[str, Person],
    by_id: Mapping[int, Person],
    find_region: Callable[[str], str | None],
) -> Change | Wrong:
    person = people.get(line.slack_id)
    if person is None:
        return Wrong(line.number, LineProblem.UNKNOWN_PERSON, cells[0])
    if not person.full_member:
        return Wrong(line.number, LineProblem.NOT_A_COLLEAGUE, cells[0])
    manager = people.get(line.manager) if line.manager else None
    if line.manager and manager is None:
        return Wrong(line.number, LineProblem.UNKNOWN_MANAGER, cells[2])
    if manager is not None and not manager.full_member:
        return Wrong(line.number, LineProblem.MANAGER_NO_COLLEAGUE, cells[2])
    region = find_region(line.region) if line.region else line.region
    if line.region and region is None:
        return Wrong(line.number, LineProblem.UNKNOWN_REGION, cells[3])
    now = by_id.get(person.manager_id) if person.manager_id is not None else None
    return Change(
        person,
        roles=line.roles if line.roles not in (None, person.roles) else None,
        manager=manager if manager is not None and manager != now else None,
        no_manager=line.manager == "" and person.manager_id is not None,
        region=region if region not in (None, person.region) else None,
    )
