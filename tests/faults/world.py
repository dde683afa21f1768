"""A workspace of many people, in the sandbox and in the rows, and what will happen in it."""

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, time, timedelta

import yaml

from bot.clock.clocks import SteadyMachineClock
from bot.domain.deadlines import Step, settle
from bot.domain.handoff import Handoff, Start
from bot.domain.nudging import Stage
from bot.domain.people import Person, Role
from bot.domain.policy import Policy
from bot.flows.manifest import manifest
from bot.flows.registration import all_listeners
from bot.sandbox.server import SandboxServer
from bot.sandbox.workspace_file import read_workspace
from bot.storage.channels import ChannelFacts
from bot.storage.cipher import NoteCipher
from bot.storage.engine import open_database
from bot.storage.people import PersonFacts
from bot.storage.unit_of_work import Store, WriteUnit
from tests.builders import KEY, VALUE, compile_once, no_holidays

HOUR = time(14, 30)
"""When a run begins on its calendar, in UTC: nobody sleeps."""
BRIEF_HOURS = 24
"""From the signature to the due time of the brief, by the policy as shipped."""
HALF_BEFORE = timedelta(hours=19, minutes=30)
"""From a brief's first reminder to its due time, where that reminder comes at `HOUR`."""
MOST_BEFORE = timedelta(hours=1, minutes=48)
"""From its second reminder to its due time, where that is at `HOUR`: a fifth of a working day."""


def calendar_start(now: datetime) -> datetime:
    """The next Tuesday, Wednesday or Thursday afternoon."""
    day = now.date() + timedelta(days=1)
    while day.weekday() not in (1, 2, 3):
        day += timedelta(days=1)
    return datetime.combine(day, HOUR, tzinfo=UTC)


@dataclass(frozen=True)
class Stream:
    """Notices at a steady rate, each said `lead` seconds before the instant it is planned for.

    Without a lead it is to go out at once. Times are seconds from the start of the calendar.
    """

    first: int
    count: int
    begins: float
    per_second: float
    lead: float = 0.0

    def instant(self, number: int) -> float:
        """When a notice of this stream is planned for."""
        return self.begins + (number - self.first) / self.per_second

    def said_until(self, now: float) -> int:
        """How many have been said by then."""
        gone = (now + self.lead - self.begins) * self.per_second
        return max(0, min(self.count, int(gone) + 1 if gone >= 0 else 0))


@dataclass(frozen=True)
class Scenario:
    """What happens in one workspace, whoever is killed meanwhile; a process can take it up."""

    workspace_id: int
    starts: str
    """The start of the calendar, in ISO format."""
    readers: list[int]
    streams: list[Stream] = field(default_factory=list)
    due: dict[int, float] = field(default_factory=dict)
    """When the brief of a handoff falls due and its AE is told that it is late."""
    reminded: dict[int, str] = field(default_factory=dict)
    """Which reminder of its brief the AE of a handoff gets, by its stage."""
    cancelled: dict[int, float] = field(default_factory=dict)
    """When a handoff is cancelled, so that nothing is due in it any more."""
    renamed: list[int] = field(default_factory=list)
    """The handoffs whose account changes all the time, so that their cards do."""
    rename_every: float = 0.5
    rename_until: float = 0.0

    def instant(self, number: int) -> float:
        """When a notice that is said here is planned for; raises StopIteration for another one."""
        mine = (one for one in self.streams if one.first <= number < one.first + one.count)
        return next(mine).instant(number)

    def name_of(self, handoff_id: int, now: float) -> str:
        """What the account of a renamed handoff is called at a time."""
        turns = int(max(0.0, min(now, self.rename_until)) / self.rename_every)
        return f"Northwind Robotics {handoff_id}, change {turns}"

    @property
    def ends(self) -> float:
        """When nothing new happens any more."""
        last = [one.instant(one.first + one.count - 1) for one in self.streams]
        return max([*last, *self.due.values(), *self.cancelled.values(), self.rename_until, 0.0])

    def dumped(self) -> str:
        """For the process that lives it."""
        return json.dumps(asdict(self))


def scenario_of(text: str) -> Scenario:
    """What `dumped` wrote."""
    given = json.loads(text)
    given["streams"] = [Stream(**one) for one in given["streams"]]
    for name in ("due", "reminded", "cancelled"):
        given[name] = {int(key): value for key, value in given[name].items()}
    return Scenario(**given)


# --- The workspace in the sandbox


def slack_workspace(number: int, *, people: int, channels: int) -> SandboxServer:
    """A sandbox of so many people and deal channels, not yet serving."""
    names = [f"p{one}" for one in range(people)]
    content = {
        "team": {"id": f"T0FAULTS{number:02}", "name": "Northwind", "domain": f"northwind{number}"},
        "people": [
            {"id": f"U0P{one:06}", "name": name, "real_name": f"Person {one}", "tz": "UTC"}
            for one, name in enumerate(names)
        ],
        "channels": [
            {"id": f"C0D{one:06}", "name": f"deal-{one}", "members": [*names[:3], "handoff"]}
            for one in range(channels)
        ],
        "app": {
            "id": "A0HANDOFF1",
            "name": "Handoff",
            "bot_name": "handoff",
            "manifest": manifest(all_listeners()),
        },
    }
    return SandboxServer(read_workspace(yaml.safe_dump(content)))


# --- The same in the rows


class SeedClock:
    """The calendar of who writes the rows: any time they like."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


def open_store(url: str, clock: SeedClock) -> Store:
    """The database, looked at from outside of the bot."""
    database = open_database(url, pool_size=3, wait_seconds=30.0)
    compile_once(database)
    return Store(
        database,
        clock=clock,
        machine=SteadyMachineClock(),
        policy=Policy(),
        holidays=no_holidays,
        on_commit=lambda: None,
        cipher=NoteCipher([KEY]),
    )


@dataclass
class Settled:
    """A workspace that people work in."""

    server: SandboxServer
    workspace_id: int
    people: list[Person]
    handoffs: list[int] = field(default_factory=list)


MANAGERS = 3
"""The first people of each workspace: RevOps, the AE manager and the CS manager."""


def settle_in(store: Store, server: SandboxServer) -> Settled:
    """Everybody of a sandbox's workspace known to the bot, each with their direct messages."""
    workspace = server.workspace
    workspace_id = store.workspace(
        enterprise_id=None, team_id=workspace.team.id, bot_user_id=workspace.app.bot_user_id
    )
    known = [one for one in workspace.people() if not one.is_bot]
    with store.write(workspace_id) as unit:
        people = [
            unit.people.ensure(one.id, facts=PersonFacts(one.real_name, one.tz)) for one in known
        ]
        for person, role in zip(
            people, (Role.REVOPS, Role.AE_MANAGER, Role.CS_MANAGER), strict=False
        ):
            unit.people.set_part(person.id, roles={role})
        for person in people[1:]:
            above = 0 if person in people[:MANAGERS] else 1
            unit.people.set_part(person.id, manager_id=people[above].id)
        for channel in workspace.channels.values():
            unit.channels.ensure(channel.id, facts=ChannelFacts(channel.name, bot_inside=True))
        unit.commit()
    for person, user in zip(people, known, strict=True):
        store.delivery.set_dm(person.id, workspace.open_app_dm(user.id).id)
    with store.read(workspace_id) as read:
        return Settled(server, workspace_id, [read.people.get(one.id) for one in people])


def sign_all(
    store: Store,
    clock: SeedClock,
    place: Settled,
    dues: Sequence[datetime],
    *,
    each_in_a_channel: bool,
    said: Collection[Stage] = (Stage.HALF, Stage.MOST),
) -> list[int]:
    """Handoffs signed so that their briefs fall due at these times, each with an AE of its own.

    Of their reminders these are noted as `said`. With both of them the next word is at the due
    time: so it is where that is too near for a reminder.
    """
    channels = [one for one in place.server.workspace.channels.values() if not one.is_im]
    made: list[int] = []
    for number, due in enumerate(dues):
        clock.at = due - timedelta(hours=BRIEF_HOURS)
        with store.write(place.workspace_id) as unit:
            slack_id = channels[len(place.handoffs) + number if each_in_a_channel else 0].id
            made.append(_sign(unit, place, number, slack_id, said))
            unit.commit()
    place.handoffs += made
    return made


def _sign(
    unit: WriteUnit, place: Settled, number: int, channel: str, said: Collection[Stage]
) -> int:
    _, ae_manager, cs_manager, *others = place.people
    ae = others[(len(place.handoffs) + number) % len(others)]
    wish = Start(
        account="Northwind Robotics",
        value=VALUE,
        ae=ae,
        cs_manager=cs_manager,
        ae_manager=ae_manager,
        signed_at=unit.now,
    )
    lives_in = unit.channels.ensure(channel)
    begun = Handoff.start(wish, channel_id=lives_in.id, by=ae, at=unit.now, policy=unit.policy)
    unit.save(begun, actor_id=ae.id)
    posted = unit.handoffs.lock(begun.id)
    posted.post_by_bot(at=unit.now)
    unit.save(posted, actor_id=None)
    for one in unit.deadlines.of(begun.id):
        if one.step is Step.BRIEF:
            unit.deadlines.settle([(begun.id, settle(one, said=said))])
    return begun.id
