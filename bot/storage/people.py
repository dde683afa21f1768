"""The people of a workspace, their calendars and who manages whom."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import (
    RowMapping,
    bindparam,
    case,
    delete,
    func,
    insert,
    not_,
    or_,
    select,
    union,
    update,
)

from bot.domain import managers
from bot.domain.erasing import ERASED
from bot.domain.errors import Invalid, NotFound, Problem
from bot.domain.leave import Away, leave_ends_at
from bot.domain.managers import Told
from bot.domain.people import ManagerBy, Person, RegionBy, Role
from bot.domain.policy import Policy
from bot.domain.read_models import You, named
from bot.domain.times import OwnTimes
from bot.domain.worktime import Calendar
from bot.storage.holidays import HolidayShelf, region_name, region_of_zone
from bot.storage.statements import Scope, once
from bot.storage.tables import HANDOFF_OPEN, ON_LEAVE, handoff, person, person_role

_managed = person.alias("managed")
_PEOPLE = (
    select(person, person_role.c.role)
    .outerjoin(person_role, person_role.c.person_id == person.c.id)
    .where(person.c.workspace_id == bindparam("workspace"))
)
_BY_IDS = _PEOPLE.where(person.c.id.in_(bindparam("ids", expanding=True)))
_BY_SLACK_ID = _PEOPLE.where(person.c.slack_id == bindparam("slack_id"))
# Not the strongest lock: rows that refer to the person are still added meanwhile.
_LOCKED = _BY_SLACK_ID.with_for_update(of=person, key_share=True)
_BY_SLACK_IDS = _PEOPLE.where(person.c.slack_id.in_(bindparam("slack_ids", expanding=True)))
_WITH_ROLE = _PEOPLE.where(
    person.c.id.in_(
        select(person_role.c.person_id).where(
            person_role.c.workspace_id == bindparam("workspace"),
            person_role.c.role == bindparam("role"),
        )
    )
)
_ADMINS = _PEOPLE.where(
    or_(
        person.c.workspace_admin,
        person.c.slack_id.in_(bindparam("slack_ids", expanding=True)),
        person.c.id.in_(
            select(person_role.c.person_id).where(
                person_role.c.workspace_id == bindparam("workspace"),
                person_role.c.role == Role.ADMIN.value,
            )
        ),
    )
)
# Whom it matters of who manages them: they have a role, manage or are managed, or owe something.
_OF_INTEREST = select(person.c.id).where(
    person.c.workspace_id == bindparam("workspace"),
    not_(or_(person.c.guest, person.c.external, person.c.bot, person.c.deactivated)),
    or_(
        person.c.manager_id.is_not(None),
        person.c.id.in_(
            select(person_role.c.person_id).where(
                person_role.c.workspace_id == bindparam("workspace")
            )
        ),
        person.c.id.in_(
            select(_managed.c.manager_id).where(
                _managed.c.workspace_id == bindparam("workspace"),
                _managed.c.manager_id.is_not(None),
            )
        ),
        *(
            person.c.id.in_(
                select(part).where(
                    handoff.c.workspace_id == bindparam("workspace"),
                    HANDOFF_OPEN,
                    part.is_not(None),
                )
            )
            for part in (handoff.c.ae_id, handoff.c.csm_id)
        ),
    ),
)
_PAGE_OF_INTEREST = (
    _OF_INTEREST.order_by(person.c.name, person.c.id)
    .limit(bindparam("size"))
    .offset(bindparam("skip"))
)
_COUNT_OF_INTEREST = _OF_INTEREST.with_only_columns(func.count())
_OF = person.alias("of")
# By their ids, so that each of the three is looked up in an index of its own.
_AWAY_OR_NEAR = _PEOPLE.where(
    person.c.id.in_(
        union(
            select(person.c.id).where(
                person.c.workspace_id == bindparam("workspace"),
                ON_LEAVE,
                person.c.leave_ends_at > bindparam("now"),
            ),
            select(person.c.id).where(person.c.id.in_(bindparam("near", expanding=True))),
            select(_OF.c.manager_id).where(_OF.c.id.in_(bindparam("near", expanding=True))),
        )
    )
).order_by(person.c.id)
_BACK = (
    select(person.c.id)
    .where(
        person.c.workspace_id == bindparam("workspace"),
        ON_LEAVE,
        person.c.leave_ends_at <= bindparam("now"),
    )
    .order_by(person.c.leave_ends_at, person.c.id)
    .limit(bindparam("most"))
)
_IN_OPEN_HANDOFFS = union(
    *(
        select(part).where(handoff.c.workspace_id == bindparam("workspace"), HANDOFF_OPEN)
        for part in (
            handoff.c.ae_id,
            handoff.c.csm_id,
            handoff.c.proposed_csm_id,
            handoff.c.cs_manager_id,
            handoff.c.ae_manager_id,
        )
    )
)
_MANAGER_UNCHECKED = (
    select(person.c.id)
    .where(
        person.c.workspace_id == bindparam("workspace"),
        person.c.id.in_(_IN_OPEN_HANDOFFS),
        person.c.id > bindparam("after"),
        or_(person.c.manager_by.is_(None), person.c.manager_by != ManagerBy.HAND.value),
        or_(
            person.c.manager_checked_at.is_(None),
            person.c.manager_checked_at < bindparam("before"),
        ),
        person.c.bot.is_(False),
        person.c.guest.is_(False),
        person.c.external.is_(False),
        person.c.deactivated.is_(False),
    )
    .order_by(person.c.id)
    .limit(bindparam("most"))
)
_FORGET_PROFILES = (
    update(person)
    .where(
        person.c.workspace_id == bindparam("b_workspace"),
        person.c.manager_by == ManagerBy.PROFILE.value,
    )
    .values(manager_id=None, manager_by=None)
)
_ASK_PROFILES_AGAIN = (
    update(person)
    .where(
        person.c.workspace_id == bindparam("b_workspace"), person.c.manager_checked_at.is_not(None)
    )
    .values(manager_checked_at=None)
)
_ADD = once(person)
_CHANGE = update(person).where(
    person.c.id == bindparam("b_id"), person.c.workspace_id == bindparam("b_workspace")
)
_FREE = person.alias("free")
_TOLD_OF = bindparam("b_changed_at", type_=person.c.changed_at.type)
# Of many at once whoever somebody else changes just now is left out: nobody waits for anybody.
_CONFIRM = _CHANGE.where(
    person.c.id.in_(
        select(_FREE.c.id)
        .where(_FREE.c.id == bindparam("b_id"))
        .with_for_update(key_share=True, skip_locked=True)
    )
).values(
    checked_at=bindparam("machine_now", type_=person.c.checked_at.type),
    changed_at=case(
        (or_(person.c.changed_at.is_(None), person.c.changed_at < _TOLD_OF), _TOLD_OF),
        else_=person.c.changed_at,
    ),
)
_ADD_ROLES = insert(person_role)
_IN_DOUBT: dict[str, Any] = {"checked_at": None, "looked_at": None}
_DROP_ROLES = delete(person_role).where(
    person_role.c.person_id == bindparam("b_id"),
    person_role.c.workspace_id == bindparam("b_workspace"),
)


@dataclass(frozen=True)
class PersonFacts:
    """What Slack's user object says about an account."""

    name: str
    zone: str = "UTC"
    workspace_admin: bool = False
    guest: bool = False
    external: bool = False
    bot: bool = False
    deactivated: bool = False
    changed_at: datetime | None = None
    """Since when it is so, by Slack's clock; None where Slack does not say it."""


class People:
    """The people as they are in this unit; each is read once."""

    def __init__(self, scope: Scope, *, policy: Policy, shelf: HolidayShelf) -> None:
        self._scope = scope
        self._policy = policy
        self._shelf = shelf
        self._known: dict[int, Person] = {}
        self._checked: dict[int, datetime | None] = {}
        self._changed: dict[int, datetime | None] = {}
        self._calendars: dict[tuple[int, str | None], Calendar] = {}
        self._alike: dict[tuple[str, str], Calendar] = {}
        self._revops: list[Person] | None = None
        self._manager_checked: dict[int, datetime | None] = {}
        self._away: Mapping[int, Away] | None = None
        self._leave_ends: dict[int, datetime | None] = {}
        self.fresh_holidays: dict[tuple[str, int], frozenset[date]] = {}
        """Days off that were computed in this unit because none were kept."""

    def get(self, person_id: int) -> Person:
        """One person; raises NotFound for nobody of this workspace."""
        found = self.many([person_id]).get(person_id)
        if found is None:
            raise NotFound(Problem.UNEXPECTED)
        return found

    def many(self, ids: Iterable[int | None]) -> dict[int, Person]:
        """Those of the ids that are people of this workspace."""
        wanted = [one for one in dict.fromkeys(ids) if one is not None]
        missing = sorted(one for one in wanted if one not in self._known)
        if missing:
            self._read(_BY_IDS, {"ids": missing})
        return {one: self._known[one] for one in wanted if one in self._known}

    def with_managers(self, ids: Iterable[int]) -> None:
        """Read people and their managers ahead, in at most two statements."""
        people = self.many(ids).values()
        self.many(one.manager_id for one in people)

    def by_slack_id(self, slack_id: str) -> Person | None:
        """The person behind a Slack account, where the bot met it before."""
        found = next((one for one in self._known.values() if one.slack_id == slack_id), None)
        if found is not None:
            return found
        return next(iter(self._read(_BY_SLACK_ID, {"slack_id": slack_id})), None)

    def by_slack_ids(self, slack_ids: Collection[str]) -> dict[str, Person]:
        """Those of the Slack accounts the bot met before."""
        found = self._read(_BY_SLACK_IDS, {"slack_ids": sorted(slack_ids)})
        return {one.slack_id: one for one in found}

    def with_role(self, role: Role) -> list[Person]:
        """The full members with a role, longest known first."""
        if role is Role.ADMIN:
            found = self._read(_ADMINS, {"slack_ids": list(self._policy.admins)})
        else:
            found = self._read(_WITH_ROLE, {"role": role.value})
        return [one for one in found if one.full_member]

    def of_interest(self, *, skip: int, size: int) -> list[Person]:
        """Some of the full members of whom it matters who manages them, in the order of names."""
        values = {"workspace": self._scope.workspace_id, "skip": skip, "size": size}
        ids = list(self._scope.connection.execute(_PAGE_OF_INTEREST, values).scalars())
        self.with_managers(ids)
        return list(self.many(ids).values())

    def count_of_interest(self) -> int:
        """How many these are."""
        values = {"workspace": self._scope.workspace_id}
        return int(self._scope.connection.execute(_COUNT_OF_INTEREST, values).scalar_one())

    def away(self, near: Iterable[int] = ()) -> Mapping[int, Away]:
        """Who is away now, and who acts for each: nobody who is away or gone, too.

        Where it has to be asked, people who are `near` and their managers are read along.
        """
        if self._away is None:
            now = self._scope.now
            found = self._read(_AWAY_OR_NEAR, {"now": now, "near": sorted(near)})
            ends = ((one, self._leave_ends[one.id]) for one in found)
            absent = [one for one, end in ends if end is not None and end > now]
            ids = {one.id for one in absent}
            acting = self.many(one.stand_in_id for one in absent)
            fit = {one.id for one in acting.values() if one.full_member} - ids
            self._away = {
                one.id: Away(one.leave_until, one.stand_in_id if one.stand_in_id in fit else None)
                for one in absent
                if one.leave_until is not None
            }
        return self._away

    def closed(self, person_id: int) -> bool:
        """Whether somebody has no account any more."""
        found = self.many([person_id]).get(person_id)
        return found is not None and found.deactivated

    def replaced_by(self, person_id: int) -> tuple[int, ...]:
        """For whom a person stands in now."""
        return tuple(one for one, gone in self.away().items() if gone.stand_in_id == person_id)

    def manager_or(self, person_id: int | None, fallback: str) -> tuple[Person, ManagerBy] | None:
        """A person's own manager, else whom the policy names by Slack's id; full members alone."""
        someone = self.get(person_id) if person_id is not None else None
        if someone is not None and someone.manager_id is not None:
            own = self.get(someone.manager_id)
            if own.full_member:
                return own, someone.manager_by or ManagerBy.HAND
        named = self.by_slack_id(fallback) if fallback else None
        if named is None or not named.full_member or named.id == person_id:
            return None
        return named, ManagerBy.POLICY

    def manager_beside(
        self, ae_id: int, person_id: int | None, fallback: str
    ) -> tuple[Person, ManagerBy] | None:
        """The same for a handoff, of which its AE is no manager: in their place it is who is above.

        None where neither the person nor the policy names anybody, or nobody is left.
        """
        found = self.manager_or(person_id, fallback)
        if found is not None and found[0].id != ae_id:
            return found
        named = self.by_slack_id(fallback) if fallback else None
        if found is None and (named is None or named.id != ae_id):
            return None
        return self.above(ae_id)

    def above(self, ae_id: int) -> tuple[Person, ManagerBy] | None:
        """The AE's own manager, else somebody of RevOps; never the AE."""
        own = self.manager_or(ae_id, "")
        if own is not None and own[0].id != ae_id:
            return own
        beside = (one for one in self._of_revops() if one.id != ae_id)
        return next(((one, ManagerBy.REVOPS) for one in beside), None)

    def revops(self, holder: int, *, but: Collection[int]) -> Told | None:
        """Somebody of RevOps who is there; never the holder nor one of `but`."""
        for one in self._of_revops():
            if one.id not in self.away() and one.id not in {holder, *but}:
                return Told(one.id, ManagerBy.REVOPS, holder)
        return None

    def revops_beside(self, person_id: int) -> int | None:
        """Who of RevOps stands in for a missing manager of a person; never that person."""
        found = self.revops(person_id, but=())
        return found.person_id if found is not None else None

    def _of_revops(self) -> list[Person]:
        if self._revops is None:
            self._revops = self.with_role(Role.REVOPS)
        return self._revops

    def told(
        self,
        holder: int,
        *,
        named: tuple[int, ManagerBy | None] | None = None,
        but: Collection[int] = (),
    ) -> Told | None:
        """Who is told of what somebody owes, and why they; see `managers.told`."""
        return managers.told(
            holder,
            named=named,
            but={holder, *but},
            person_of=self.get,
            away=self.away(),
            revops=self._of_revops,
        )

    def manager_of(
        self,
        holder: int,
        /,
        *,
        named: tuple[int, ManagerBy | None] | None = None,
        but: Collection[int] = (),
    ) -> int | None:
        """The same, by id alone."""
        found = self.told(holder, named=named, but=but)
        return found.person_id if found is not None else None

    def manager_checked_at(self, person_id: int) -> datetime | None:
        """When a person's profile was last asked for their manager, in machine time."""
        self.get(person_id)
        return self._manager_checked[person_id]

    def manager_unchecked(self, before: datetime, *, after: int, most: int) -> list[int]:
        """People in open handoffs whose profile was not asked since; by hand it is not asked.

        `before` is machine time.
        """
        values = {"workspace": self._scope.workspace_id, "before": before, "after": after}
        found = self._scope.connection.execute(_MANAGER_UNCHECKED, {**values, "most": most})
        return list(found.scalars())

    def back(self, most: int) -> list[int]:
        """Whose leave is over and was not ended yet, the longest ago first."""
        values = {"workspace": self._scope.workspace_id, "now": self._scope.now, "most": most}
        return list(self._scope.connection.execute(_BACK, values).scalars())

    def checked_at(self, person_id: int) -> datetime | None:
        """When Slack was last asked about the account, in machine time.

        None where it never was, or where what was heard of it since leaves in doubt who it is.
        """
        self.get(person_id)
        return self._checked[person_id]

    def knows_newer(self, person_id: int, facts: PersonFacts) -> bool:
        """Whether the account changed, by Slack's clock, after it was as these facts say."""
        self.get(person_id)
        known = self._changed[person_id]
        return known is not None and facts.changed_at is not None and facts.changed_at < known

    def region(self, person_id: int) -> str:
        """The person's region, else the policy's, else the country of their zone."""
        return self.get(person_id).region or self.usual_region(person_id)[0]

    def region_by(self, person_id: int) -> RegionBy:
        """Where `region` comes from."""
        someone = self.get(person_id)
        if someone.region:
            return someone.region_by or RegionBy.ADMIN
        return self.usual_region(person_id)[1]

    def usual_region(self, person_id: int) -> tuple[str, RegionBy]:
        """The region of somebody for whom nobody set one, and where it comes from."""
        if self._policy.default_region:
            return self._policy.default_region, RegionBy.TEAM
        guessed = region_of_zone(self.get(person_id).zone)
        return guessed, RegionBy.ZONE if guessed else RegionBy.NOWHERE

    def you(self, person_id: int) -> You:
        """A person's region, hours and leave as they hold, and where each comes from."""
        someone, calendar = self.get(person_id), self.calendar(person_id)
        region, until = self.region(person_id), someone.leave_until
        away = until is not None and until >= calendar.local_date(self._scope.now)
        return You(
            zone=someone.zone,
            region=region_name(region) if region else "",
            region_by=self.region_by(person_id),
            quiet=calendar.quiet,
            own_quiet=calendar.quiet != self._policy.quiet_hours(),
            summary_at=calendar.summary_time,
            own_summary=calendar.morning is not None,
            leave_until=until if away else None,
            stand_in=named(someone.stand_in_id, self.many([someone.stand_in_id])) if away else None,
        )

    def calendar(self, person_id: int, zone: str | None = None) -> Calendar:
        """A person's working calendar, in the zone given or else in their zone of today."""
        kept = self._calendars.get((person_id, zone))
        if kept is None:
            someone = self.get(person_id)
            kept = self._calendar(zone or someone.zone, self.region(person_id), someone.times)
            self._calendars[(person_id, zone)] = kept
        return kept

    def calendar_of(self, zone: str, region: str) -> Calendar:
        """The calendar of anybody with this zone, and this region where they have one."""
        kept = self._alike.get((zone, region))
        if kept is None:
            kept = self._alike[zone, region] = self._calendar(zone, self._region(region, zone))
        return kept

    def _region(self, region: str, zone: str) -> str:
        return region or self._policy.default_region or region_of_zone(zone)

    def _calendar(self, zone: str, region: str, times: OwnTimes | None = None) -> Calendar:
        hours, usual = self._policy.working_hours(region), self._policy.quiet_hours()
        quiet, summary = (times or OwnTimes()).in_force(hours, usual)
        return Calendar(
            ZoneInfo(zone), hours, quiet, lambda year: self._days_off(region, year), summary
        )

    def _days_off(self, region: str, year: int) -> frozenset[date]:
        if not region:
            return frozenset()
        return self._shelf.days(
            region, year, connection=self._scope.connection, fresh=self.fresh_holidays
        )

    def _read(self, statement: Any, values: dict[str, Any]) -> list[Person]:
        values["workspace"] = self._scope.workspace_id
        rows: dict[int, RowMapping] = {}
        roles: dict[int, set[Role]] = {}
        for row in self._scope.connection.execute(statement, values).mappings():
            rows.setdefault(row["id"], row)
            held = roles.setdefault(row["id"], set())
            if row["role"] is not None:
                held.add(Role(row["role"]))
        for one, row in rows.items():
            if row["slack_id"] in self._policy.admins:
                roles[one].add(Role.ADMIN)
            self._known[one] = _person(row, frozenset(roles[one]))
            self._checked[one] = row["checked_at"]
            self._changed[one] = row["changed_at"]
            self._leave_ends[one] = row["leave_ends_at"]
            self._manager_checked[one] = row["manager_checked_at"]
        return [self._known[one] for one in sorted(rows)]


class WritablePeople(People):
    """The people, and what is learned of them or set about them."""

    def ensure(self, slack_id: str, *, facts: PersonFacts | None = None) -> Person:
        """The person behind a Slack account, made or brought up to date from what Slack says."""
        found = self.by_slack_id(slack_id)
        if found is None:
            self._scope.connection.execute(_ADD[self._scope.dialect], self._new(slack_id, facts))
            added = self._read(_BY_SLACK_ID, {"slack_id": slack_id})
            if facts is None or self._checked[added[0].id] == self._scope.machine_now:
                return added[0]
            found = added[0]  # Another was faster; what Slack says is brought in below.
        return found if facts is None else self._learn(found, facts, heard=False)

    def note(self, slack_id: str, facts: PersonFacts, *, heard: bool = False) -> Person | None:
        """Take note of what Slack says of an account; None where the bot never met it.

        `heard` is what an event says: it may be late, and is no look at the account.
        """
        found = self.by_slack_id(slack_id)
        return self._learn(found, facts, heard=heard) if found is not None else None

    def lock(self, slack_id: str) -> Person | None:
        """The person whom nobody else changes until this unit ends; None for nobody met."""
        return next(iter(self._read(_LOCKED, {"slack_id": slack_id})), None)

    def confirm(self, told: Mapping[str, PersonFacts]) -> list[str]:
        """Keep that Slack was asked about accounts; gives those that are not as they were.

        Of these nothing is kept, and of accounts the bot never met neither.
        """
        same, differ = list[dict[str, Any]](), list[str]()
        scope = {"b_workspace": self._scope.workspace_id, "machine_now": self._scope.machine_now}
        for slack_id, one in self.by_slack_ids(told).items():
            facts = told[slack_id]
            if _as_known(one, facts):
                same.append({**scope, "b_id": one.id, "b_changed_at": facts.changed_at})
            else:
                differ.append(slack_id)
        if same:
            self._scope.connection.execute(_CONFIRM, same)
        return differ

    def doubt(self, person_id: int) -> Person:
        """Have Slack asked about an account before it counts as a colleague's."""
        return self._change(person_id, _IN_DOUBT)

    def _learn(self, found: Person, facts: PersonFacts, *, heard: bool) -> Person:
        if self.knows_newer(found.id, facts):
            return found
        learned = _checked_facts(facts)
        known = self._changed[found.id]
        in_order = facts.changed_at is not None and facts.changed_at != known
        if facts.changed_at is None:
            del learned["changed_at"]
        if not heard:
            learned["checked_at"] = self._scope.machine_now
        elif not in_order and _standing(found) != _standing(facts):
            # Which of two was the later, only Slack can tell.
            learned |= _IN_DOUBT
        if found.erased:
            del learned["name"]
        if found.leave_until is not None and learned["zone"] != found.zone:
            # Who travels comes back at the midnight of where they are.
            learned["leave_ends_at"] = leave_ends_at(found.leave_until, learned["zone"])
        return self._change(found.id, learned)

    def forget_name(self, person_id: int) -> Person:
        """Erase a person's name for good: what Slack says of it is not taken any more."""
        return self._change(person_id, {"name": ERASED, "erased_at": self._scope.now})

    def set_part(
        self,
        person_id: int,
        *,
        roles: Collection[Role] | None = None,
        manager_id: int | None = None,
        region: str | None = None,
        region_by: RegionBy = RegionBy.ADMIN,
        clear_manager: bool = False,
    ) -> Person:
        """Set what is given of a person's roles, manager and region; the rest stays.

        A manager set so is one by hand, unless it is the one they have; without one the profile
        counts again. `region_by` is who gives the region; the same one given again stays whose it
        was. Raises NotFound where person or manager are of another workspace.
        """
        known = self.get(person_id)
        changes: dict[str, Any] = {}
        if manager_id is not None and manager_id != known.manager_id:
            changes["manager_id"] = self.get(manager_id).id
            changes["manager_by"] = ManagerBy.HAND.value
        elif clear_manager:
            changes |= {"manager_id": None, "manager_by": None, "manager_checked_at": None}
        if region is not None and region != known.region:
            changes |= {"region": region, "region_by": region_by.value if region else None}
        if roles is not None:
            self._set_roles(person_id, roles)
        return self._change(person_id, changes)

    def set_times(self, person_id: int, times: OwnTimes) -> Person:
        """A person's own quiet hours and time of summary; raises Invalid, see `OwnTimes`."""
        hours = self._policy.working_hours(self.region(person_id))
        own = times.checked(hours, self._policy.quiet_hours())
        return self._change(
            person_id,
            {
                "quiet_begin": own.quiet_begin,
                "quiet_end": own.quiet_end,
                "digest_time": own.summary,
            },
        )

    def note_manager(self, person_id: int, manager_id: int | None) -> Person:
        """Keep what a person's profile says of their manager; one set by hand stays."""
        known = self.get(person_id)
        changes: dict[str, Any] = {"manager_checked_at": self._scope.machine_now}
        if known.manager_by is not ManagerBy.HAND and manager_id != person_id:
            by = ManagerBy.PROFILE.value if manager_id is not None else None
            changes |= {"manager_id": manager_id, "manager_by": by}
        return self._change(person_id, changes)

    def ask_profiles_again(self, *, forget: bool) -> None:
        """Another field holds the managers now; `forget` what the one before said."""
        scope = {"b_workspace": self._scope.workspace_id}
        self._scope.connection.execute(_ASK_PROFILES_AGAIN, scope)
        if forget:
            self._scope.connection.execute(_FORGET_PROFILES, scope)
        self._known.clear()

    def set_leave(self, person_id: int, until: date | None, stand_in_id: int | None) -> Person:
        """Somebody is away from now on, up to and with a day in their own zone; None ends it.

        `WriteUnit.set_leave` also brings the handoffs in line, and is what an act calls. Raises
        Invalid for a day that is over, and for a stand-in who is no full member, is away, too, or
        is the person themselves.
        """
        known = self.get(person_id)
        if until is None:
            return self._changed_leave(person_id, None, None, None)
        ends = leave_ends_at(until, known.zone)
        if ends <= self._scope.now:
            raise Invalid(Problem.DATE_IN_PAST, field="until")
        if stand_in_id is not None:
            stand_in = self.get(stand_in_id)
            if stand_in_id == person_id:
                raise Invalid(Problem.OWN_STAND_IN, field="stand_in")
            if not stand_in.full_member:
                raise Invalid(Problem.NOT_A_COLLEAGUE, field="stand_in")
            if stand_in_id in self.away():
                raise Invalid(Problem.STAND_IN_AWAY, field="stand_in")
        return self._changed_leave(person_id, until, stand_in_id, ends)

    def _changed_leave(
        self, person_id: int, until: date | None, stand_in_id: int | None, ends: datetime | None
    ) -> Person:
        self._away = None
        return self._change(
            person_id,
            {"leave_until": until, "stand_in_id": stand_in_id, "leave_ends_at": ends},
        )

    def _set_roles(self, person_id: int, roles: Collection[Role]) -> None:
        workspace_id = self._scope.workspace_id
        self._scope.connection.execute(
            _DROP_ROLES, {"b_id": person_id, "b_workspace": workspace_id}
        )
        if roles:
            self._scope.connection.execute(
                _ADD_ROLES,
                [
                    {"person_id": person_id, "role": role.value, "workspace_id": workspace_id}
                    for role in sorted(set(roles))
                ],
            )
        self._revops = None

    def _new(self, slack_id: str, facts: PersonFacts | None) -> dict[str, Any]:
        return {
            "workspace_id": self._scope.workspace_id,
            "slack_id": slack_id,
            "region": "",
            **_checked_facts(facts or PersonFacts(slack_id)),
            "checked_at": self._scope.machine_now if facts is not None else None,
        }

    def _change(self, person_id: int, changes: dict[str, Any]) -> Person:
        if changes:
            self._scope.connection.execute(
                _CHANGE,
                {"b_id": person_id, "b_workspace": self._scope.workspace_id, **changes},
            )
        self._calendars.clear()
        self._away = None
        return self._read(_BY_IDS, {"ids": [person_id]})[0]


def _standing(account: Person | PersonFacts) -> tuple[bool, bool, bool]:
    """What decides whose account it is, and what they may read."""
    return account.guest, account.external, account.deactivated


def _as_known(known: Person, facts: PersonFacts) -> bool:
    """Whether Slack says of an account what is known of it."""
    told = _checked_facts(facts)
    del told["changed_at"]
    if known.erased:
        del told["name"]
    return all(getattr(known, name) == value for name, value in told.items())


def _checked_facts(facts: PersonFacts) -> dict[str, Any]:
    try:
        ZoneInfo(facts.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        # OSError is a folder of zones, or a name too long for a file. Slack may
        # know a zone that this machine does not; a wrong hour is better than no bot.
        return {**asdict(facts), "zone": "UTC"}
    return asdict(facts)


def _person(row: RowMapping, roles: frozenset[Role]) -> Person:
    return Person(
        id=row["id"],
        workspace_id=row["workspace_id"],
        slack_id=row["slack_id"],
        name=row["name"],
        zone=row["zone"],
        region=row["region"],
        region_by=RegionBy(row["region_by"]) if row["region_by"] else None,
        roles=roles,
        manager_id=row["manager_id"],
        manager_by=ManagerBy(row["manager_by"]) if row["manager_by"] else None,
        stand_in_id=row["stand_in_id"],
        leave_until=row["leave_until"],
        times=OwnTimes(row["quiet_begin"], row["quiet_end"], row["digest_time"]),
        workspace_admin=row["workspace_admin"],
        guest=row["guest"],
        external=row["external"],
        bot=row["bot"],
        deactivated=row["deactivated"],
        erased=row["erased_at"] is not None,
    )
