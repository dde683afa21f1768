"""Success plans: milestones by number and version, and who said yes to which version of a plan."""

from collections.abc import Collection
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, and_, bindparam, func, insert, select, update

from bot.domain.access import EVERY, Audience
from bot.domain.errors import Conflict, Invalid, NotFound, Problem
from bot.domain.merging import FieldConflict, merge_fields
from bot.domain.people import NamedPerson, Person
from bot.domain.plan import (
    MOST_MILESTONES,
    Confirmation,
    ConfirmedWay,
    Milestone,
    MilestoneOwner,
    MilestoneState,
    MilestoneText,
    MilestoneVersion,
    Party,
    PlanMark,
    Sharing,
)
from bot.domain.reaching import Planned
from bot.storage.handoffs import WritableHandoffs
from bot.storage.statements import Scope
from bot.storage.tables import milestone, milestone_version, person, plan_mark

_IN_FORCE = and_(
    milestone_version.c.milestone_id == milestone.c.id,
    milestone_version.c.version == milestone.c.version,
)
_OF = (
    milestone.c.workspace_id == bindparam("workspace"),
    milestone.c.handoff_id == bindparam("handoff"),
)
_WORDED = (
    select(
        milestone,
        milestone_version.c.words,
        milestone_version.c.sharing,
        milestone_version.c.owner,
        milestone_version.c.who,
        milestone_version.c.due,
        person.c.slack_id.label("state_slack_id"),
        person.c.name.label("state_name"),
    )
    .join(milestone_version, _IN_FORCE)
    .join(person, person.c.id == milestone.c.state_by, isouter=True)
)
_ALL = _WORDED.where(
    *_OF, milestone_version.c.sharing.in_(bindparam("sharing", expanding=True))
).order_by(milestone.c.number)
_NUMBERED = _WORDED.where(*_OF, milestone.c.number == bindparam("number"))
_ONE = _WORDED.where(*_OF, milestone.c.id == bindparam("milestone"))
_PLANNED = (
    select(
        milestone.c.number,
        milestone.c.added_at,
        milestone.c.state,
        milestone_version.c.owner,
        milestone_version.c.due,
    )
    .join(milestone_version, _IN_FORCE)
    .where(
        *_OF,
        milestone.c.state != MilestoneState.DROPPED.value,
        milestone_version.c.owner.is_not(None),
        milestone_version.c.due.is_not(None),
    )
    .order_by(milestone.c.number)
)
_VERSIONS = (
    select(milestone_version)
    .where(
        milestone_version.c.workspace_id == bindparam("workspace"),
        milestone_version.c.milestone_id == bindparam("milestone"),
    )
    .order_by(milestone_version.c.version)
)
_MARKS = (
    select(plan_mark, person.c.slack_id, person.c.name)
    .join(person, person.c.id == plan_mark.c.person_id)
    .where(
        plan_mark.c.workspace_id == bindparam("workspace"),
        plan_mark.c.handoff_id == bindparam("handoff"),
    )
    .order_by(plan_mark.c.id)
)
_LAST_NUMBER = select(func.coalesce(func.max(milestone.c.number), 0)).where(*_OF)
_IN_THE_PLAN = select(func.count()).where(*_OF, milestone.c.state != MilestoneState.DROPPED.value)
_ADD = insert(milestone).returning(milestone.c.id)
_ADD_VERSION = insert(milestone_version)
_ADD_MARK = insert(plan_mark)
_CHANGE = update(milestone).where(
    milestone.c.id == bindparam("b_id"), milestone.c.workspace_id == bindparam("b_workspace")
)


class Plans:
    """The success plans of one workspace."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def milestones(self, handoff_id: int, *, audiences: Collection[Audience]) -> list[Milestone]:
        """The milestones that a person may read, by number; those that were dropped, too."""
        readable = [one.value for one in Sharing if one.audience in audiences]
        rows = self._rows(_ALL, handoff=handoff_id, sharing=readable)
        return [_milestone(row) for row in rows]

    def shared(self, handoff_id: int, *, dropped: bool = False) -> dict[int, str]:
        """What the customer reads of the plan by number; on demand also what was dropped."""
        found = self.milestones(handoff_id, audiences={Audience.SHARED_MILESTONES})
        return {one.number: one.text.words for one in found if one.in_force or dropped}

    def milestone(self, handoff_id: int, milestone_id: int) -> Milestone:
        """One of a handoff, whoever may read it; raises NotFound for none of this handoff."""
        for row in self._rows(_ONE, handoff=handoff_id, milestone=milestone_id):
            return _milestone(row)
        raise NotFound(Problem.STALE_BUTTON)

    def numbered(self, handoff_id: int, number: int) -> Milestone | None:
        """The same by its number; None where there is none."""
        rows = self._rows(_NUMBERED, handoff=handoff_id, number=number)
        return next((_milestone(row) for row in rows), None)

    def planned(self, handoff_id: int) -> list[Planned]:
        """The milestones in force that have owner and day, for the clocks."""
        return [
            Planned(
                row["number"],
                MilestoneOwner(row["owner"]),
                row["due"],
                row["added_at"],
                MilestoneState(row["state"]),
            )
            for row in self._rows(_PLANNED, handoff=handoff_id)
        ]

    def versions(self, milestone_id: int) -> list[MilestoneVersion]:
        """Every wording of a milestone, the first one first."""
        return [
            MilestoneVersion(row["version"], _text(row), row["written_by"], row["written_at"])
            for row in self._rows(_VERSIONS, milestone=milestone_id)
        ]

    def merged(
        self, handoff_id: int, milestone_id: int, text: MilestoneText, *, base_version: int
    ) -> tuple[Milestone, MilestoneText, tuple[FieldConflict, ...]]:
        """A milestone as it is, and what was typed over it since `base_version` merged with it.

        A field that both changed keeps its present value and is given back as a conflict. Raises
        NotFound for a version that there never was.
        """
        known = self.milestone(handoff_id, milestone_id)
        wordings = {one.version: one.text for one in self.versions(milestone_id)}
        if base_version not in wordings:
            raise NotFound(Problem.STALE_BUTTON)
        merged, conflicts = merge_fields(
            base=asdict(wordings[base_version]),
            current=asdict(known.text),
            submitted=asdict(text),
        )
        return known, MilestoneText(**merged), conflicts

    def marks(self, handoff_id: int, *, audiences: Collection[Audience]) -> dict[Party, PlanMark]:
        """The last yes of each party; names at the customer only for who may read them."""
        found = {Party(row["party"]): _mark(row) for row in self._rows(_MARKS, handoff=handoff_id)}
        if Audience.CHANNEL in audiences:
            return found
        return {party: replace(one, confirmation=None) for party, one in found.items()}

    def _rows(self, statement: Any, **values: Any) -> list[RowMapping]:
        values["workspace"] = self._scope.workspace_id
        return list(self._scope.connection.execute(statement, values).mappings())


class WritablePlans(Plans):
    """The success plans, changed only under the lock of their handoff."""

    def __init__(self, scope: Scope, *, handoffs: WritableHandoffs) -> None:
        super().__init__(scope)
        self._handoffs = handoffs

    def add(self, handoff_id: int, text: MilestoneText, *, by: int, at: datetime) -> Milestone:
        """Write down a milestone under the plan's next number.

        Raises Invalid where the plan has as many as it may.
        """
        self._handoffs.locked_chain(handoff_id)
        of = {"workspace": self._scope.workspace_id, "handoff": handoff_id}
        if self._scope.connection.execute(_IN_THE_PLAN, of).scalar_one() >= MOST_MILESTONES:
            most = {"most": str(MOST_MILESTONES)}
            raise Invalid(Problem.TOO_MANY, field="milestone", facts=most)
        number = self._scope.connection.execute(_LAST_NUMBER, of).scalar_one() + 1
        row = {
            "workspace_id": self._scope.workspace_id,
            "handoff_id": handoff_id,
            "number": number,
            "version": 1,
            "added_at": at,
        }
        milestone_id = self._scope.connection.execute(_ADD, row).scalar_one()
        self._add_version(milestone_id, 1, text, by, at)
        return self.milestone(handoff_id, milestone_id)

    def edit(
        self, handoff_id: int, known: Milestone, text: MilestoneText, *, by: int, at: datetime
    ) -> Milestone:
        """Write a milestone's next version; the same text again writes nothing."""
        self._handoffs.locked_chain(handoff_id)
        if not known.in_force:
            raise Conflict(Problem.MILESTONE_WAS_DROPPED, field="milestone")
        if known.text == text:
            return known
        version = known.version + 1
        self._add_version(known.id, version, text, by, at)
        self._change(known.id, {"version": version})
        return replace(known, version=version, text=text)

    def conclude(
        self, handoff_id: int, known: Milestone, state: MilestoneState, *, by: Person, at: datetime
    ) -> Milestone:
        """Keep what became of a milestone, in place of what was said of it before."""
        self._handoffs.locked_chain(handoff_id)
        self._change(known.id, {"state": state.value, "state_by": by.id, "state_at": at})
        said_by = NamedPerson(by.id, by.slack_id, by.name)
        return replace(known, state=state, state_by=said_by, state_at=at)

    def mark(
        self,
        handoff_id: int,
        party: Party,
        *,
        version: int,
        by: int,
        at: datetime,
        confirmation: Confirmation | None = None,
    ) -> None:
        """Keep a yes to a version of the plan; earlier ones stay."""
        self._handoffs.locked_chain(handoff_id)
        row: dict[str, Any] = {
            "workspace_id": self._scope.workspace_id,
            "handoff_id": handoff_id,
            "party": party.value,
            "version": version,
            "person_id": by,
            "at": at,
            "who": "",
            "on": None,
            "way": None,
        }
        if confirmation is not None:
            way = confirmation.way.value
            row |= {"who": confirmation.who, "on": confirmation.on, "way": way}
        self._scope.connection.execute(_ADD_MARK, row)

    def all_of(self, handoff_id: int) -> list[Milestone]:
        """Every milestone, to be counted; never for what is shown."""
        return self.milestones(handoff_id, audiences=EVERY)

    def _add_version(
        self, milestone_id: int, version: int, text: MilestoneText, by: int, at: datetime
    ) -> None:
        self._scope.connection.execute(
            _ADD_VERSION,
            {
                "milestone_id": milestone_id,
                "version": version,
                "workspace_id": self._scope.workspace_id,
                "words": text.words,
                "sharing": text.sharing.value,
                "owner": text.owner.value if text.owner is not None else None,
                "who": text.who,
                "due": text.due,
                "written_by": by,
                "written_at": at,
            },
        )

    def _change(self, milestone_id: int, values: dict[str, Any]) -> None:
        key = {"b_id": milestone_id, "b_workspace": self._scope.workspace_id}
        changed = _CHANGE.values({name: bindparam(name) for name in values})
        self._scope.connection.execute(changed, {**key, **values})


def _text(row: RowMapping) -> MilestoneText:
    return MilestoneText(
        row["words"],
        Sharing(row["sharing"]),
        MilestoneOwner(row["owner"]) if row["owner"] is not None else None,
        row["who"],
        row["due"],
    )


def _milestone(row: RowMapping) -> Milestone:
    said_by = None
    if row["state_by"] is not None:
        said_by = NamedPerson(row["state_by"], row["state_slack_id"], row["state_name"])
    return Milestone(
        row["id"],
        row["number"],
        row["version"],
        _text(row),
        MilestoneState(row["state"]),
        said_by,
        row["state_at"],
    )


def _mark(row: RowMapping) -> PlanMark:
    confirmation = None
    if row["way"] is not None:
        confirmation = Confirmation(row["who"], row["on"], ConfirmedWay(row["way"]))
    by = NamedPerson(row["person_id"], row["slack_id"], row["name"])
    return PlanMark(Party(row["party"]), row["version"], by, row["at"], confirmation, row["id"])
