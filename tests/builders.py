"""Small invented people, deals and stores that tests of several rooms start from."""

import functools
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Dialect
from sqlalchemy.engine import Compiled

from bot.domain import briefing_call, debriefing, introducing, planning
from bot.domain.access import EVERY
from bot.domain.channels import Channel
from bot.domain.completeness import completeness
from bot.domain.debrief import Answer, Outlook, Question, Standing, Talk
from bot.domain.handoff import Handoff, Start
from bot.domain.intro import Contacted, CsBefore, Sent, Way
from bot.domain.introducing import side_of_sender
from bot.domain.items import SectionKey
from bot.domain.keeping import conclude
from bot.domain.ledger import Delivery, initial
from bot.domain.money import Money
from bot.domain.people import Person, Role
from bot.domain.plan import (
    INITIAL_OF,
    Confirmation,
    ConfirmedWay,
    MilestoneOwner,
    MilestoneState,
    MilestoneText,
    Party,
)
from bot.domain.policy import Policy
from bot.domain.ports import MachineClock, Poke
from bot.domain.promises import Fate, Kind, PromiseText, Side
from bot.storage.channels import ChannelFacts
from bot.storage.cipher import NoteCipher
from bot.storage.engine import Database, open_database
from bot.storage.migrate import migrate
from bot.storage.people import PersonFacts
from bot.storage.unit_of_work import Store, WriteUnit
from tests.briefs import FULL_BRIEF, SUCCESS

WEDNESDAY = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
"""Ten o'clock in Berlin, on a day that is no holiday anywhere near."""
__all__ = ["SUCCESS"]

KEY = "aW52ZW50ZWQtZm9yLXRlc3RzLW5ldmVyLWluLXVzZSE="
"""The key under which tests keep private notes."""
VALUE = Money(48_000_00, "USD")
PROMISE = PromiseText("The ERP connector is live in 30 days.", Kind.INTEGRATION, "Ilse Brandt")


class FixedClock:
    """Calendar time that moves only when told to."""

    def __init__(self, now: datetime = WEDNESDAY) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def advance(self, by: timedelta) -> datetime:
        """Go on and give the new time."""
        self._now += by
        return self._now


class FakeMachine(FixedClock):
    """Machine time that moves only when told to, on a day of its own so that a mix-up shows."""

    def __init__(self, now: datetime = datetime(2030, 1, 1, tzinfo=UTC)) -> None:
        super().__init__(now)
        self._began = now

    def catch_up(self, _told: datetime, /) -> datetime:
        """It goes by no server."""
        return self._now

    def monotonic(self) -> float:
        return (self._now - self._began).total_seconds()

    def set_wall(self, by: timedelta) -> None:
        """What a process that starts now reads is another time; none has gone by."""
        self._now += by
        self._began += by


@dataclass
class Pokes:
    """Counts how often delivery was told that there is something to do."""

    count: int = 0

    def __call__(self) -> None:
        self.count += 1


def wait_until(check: Callable[[], bool], *, seconds: float = 10.0) -> None:
    """Return as soon as something another thread does has happened; fail when it does not."""
    deadline, tick = time.monotonic() + seconds, threading.Event()
    while not check():
        assert time.monotonic() < deadline, "it did not happen in time"
        tick.wait(0.001)


def no_holidays(region: str, year: int) -> frozenset[date]:
    """A world in which every weekday is worked."""
    return frozenset()


@functools.cache
def migrated_file() -> bytes:
    """What stands in a migrated SQLite file, which a database of a test may begin with."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "migrated.db"
        database = open_database(f"sqlite:///{path}")
        migrate(database)
        database.close()
        return path.read_bytes()


_dialects: dict[str, Dialect] = {}
_compiled: dict[Any, Compiled] = {}
_compiling = threading.Lock()


def compile_once(database: Database) -> None:
    """Let the database use the statements that others of this process compiled.

    An engine compiles each statement the first time it runs, and tests open thousands of engines:
    without this, half of their time. Nothing of a database stands in a compiled statement.
    """
    for engine in (database.readers, database.writers):
        with _compiling:
            if database.dialect not in _dialects:
                engine.connect().close()  # The dialect learns now which server it speaks to.
                _dialects[database.dialect] = engine.dialect
        engine.dialect = _dialects[database.dialect]
        engine.update_execution_options(compiled_cache=_compiled)


def make_store(
    url: str,
    *,
    clock: FixedClock | None = None,
    machine: MachineClock | None = None,
    policy: Policy | None = None,
    holidays: Callable[[str, int], frozenset[date]] = no_holidays,
    on_commit: Poke | None = None,
    wait_seconds: float = 2.0,
    keys: Sequence[str] = (KEY,),
) -> Store:
    """A store on a database that is migrated already; the caller closes it."""
    database = open_database(url, wait_seconds=wait_seconds)
    compile_once(database)
    return Store(
        database,
        clock=clock or FixedClock(),
        machine=machine or FakeMachine(),
        policy=policy or Policy(),
        holidays=holidays,
        on_commit=on_commit or Pokes(),
        cipher=NoteCipher(keys),
    )


@dataclass(frozen=True)
class Team:
    """The people of one workspace, in Berlin unless said otherwise, and their deal channel."""

    workspace_id: int
    ae: Person
    csm: Person
    cs_manager: Person
    ae_manager: Person
    revops: Person
    outsider: Person
    channel: Channel


_PEOPLE: dict[str, tuple[str, Role | None]] = {
    "ae": ("Maya", None),
    "csm": ("Jonas", None),
    "cs_manager": ("Priya", Role.CS_MANAGER),
    "ae_manager": ("Tomás", Role.AE_MANAGER),
    "revops": ("Wren", Role.REVOPS),
    "outsider": ("Sam", None),
}


def make_team(store: Store, *, team_id: str = "T100", zone: str = "Europe/Berlin") -> Team:
    """Six people with their parts and a safe deal channel, stored."""
    workspace_id = store.workspace(enterprise_id=None, team_id=team_id, bot_user_id="U0BOT")
    with store.write(workspace_id) as unit:
        people: dict[str, Person] = {}
        for part, (name, role) in _PEOPLE.items():
            facts = PersonFacts(name, zone)
            made = unit.people.ensure(f"U{part.upper()}", facts=facts)
            people[part] = unit.people.set_part(made.id, roles={role}) if role else made
        for part, manager in (("ae", "ae_manager"), ("csm", "cs_manager")):
            people[part] = unit.people.set_part(people[part].id, manager_id=people[manager].id)
        channel = unit.channels.ensure(
            "C0DEAL", facts=ChannelFacts(name="deal-northwind", bot_inside=True)
        )
        unit.commit()
    return Team(workspace_id=workspace_id, channel=channel, **people)


@dataclass(frozen=True)
class Deal:
    """What differs between deals; the rest is that of the team."""

    account: str = "Northwind Robotics"
    value: Money = VALUE
    signed_at: datetime | None = None
    expected_on: date | None = None
    channel_id: int | None = None
    links: tuple[str, ...] = ()
    commitment_on: date | None = None


def start(unit: WriteUnit, team: Team, deal: Deal | None = None) -> Handoff:
    """A handoff begun by its AE and saved in the unit."""
    deal = deal or Deal()
    expected = deal.expected_on
    if deal.signed_at is None and expected is None:
        expected = unit.now.date() + timedelta(days=7)
    handoff = Handoff.start(
        Start(
            account=deal.account,
            value=deal.value,
            ae=team.ae,
            cs_manager=team.cs_manager,
            ae_manager=team.ae_manager,
            proposed_csm=team.csm,
            signed_at=deal.signed_at,
            expected_on=expected,
            links=deal.links,
            commitment_on=deal.commitment_on,
        ),
        channel_id=deal.channel_id or team.channel.id,
        by=team.ae,
        at=unit.now,
        policy=Policy(),
    )
    unit.save(handoff, actor_id=team.ae.id)
    return handoff


def started(store: Store, team: Team, deal: Deal | None = None) -> int:
    """The id of a handoff that waits for its signature, unless the deal says it is signed."""
    with store.write(team.workspace_id) as unit:
        handoff = start(unit, team, deal)
        unit.commit()
    return handoff.id


def signed(store: Store, team: Team, deal: Deal | None = None) -> int:
    """The id of a handoff that was signed at the unit's time; its clocks run."""
    with store.write(team.workspace_id) as unit:
        handoff = start(unit, team, replace(deal or Deal(), signed_at=unit.now))
        unit.commit()
    return handoff.id


def fill_brief(unit: WriteUnit, handoff: Handoff, team: Team) -> None:
    """Fill every counted item of a locked handoff, so that it passes the gate; saved."""
    promise = unit.brief.add_promise(handoff.id, PROMISE, by=team.ae.id, at=unit.now)
    for key in SectionKey:
        section = FULL_BRIEF.section(key)
        revision = unit.brief.save_section(handoff.id, key, section, by=team.ae.id, at=unit.now)
        brief = unit.brief.load(handoff.id, audiences=EVERY)
        handoff.copy_from(brief, at=unit.now)
        handoff.save_section(
            key,
            changed={"section": key.value},
            revision=revision,
            state=completeness(brief, handoff.tier, unit.policy),
            by=team.ae,
            at=unit.now,
            policy=Policy(),
        )
    assert promise.number == 1
    unit.save(handoff, actor_id=team.ae.id)


def initial_all(unit: WriteUnit, handoff: Handoff, team: Team) -> None:
    """Have AE and CSM initial every promise of a locked handoff; whoever asked saves it."""
    for found in unit.ledger.entries(handoff.id):
        promise = found.promise
        text = replace(promise.text, owner_id=team.csm.id, due=unit.now.date())
        unit.brief.edit_promise(
            promise.id, text, base_version=promise.version, by=team.ae.id, at=unit.now
        )
        entry = unit.ledger.entry(handoff.id, promise.id)
        for side, by in ((Side.AE, team.ae), (Side.CSM, team.csm)):
            entry = initial(
                handoff,
                entry,
                by=by,
                version=entry.promise.version,
                at=unit.now,
                delivery=Delivery.CAN,
            )
            unit.ledger.put(handoff.id, entry, entry.initials[side])


def deliver_all(unit: WriteUnit, handoff: Handoff, team: Team) -> None:
    """Have every promise delivered, once the kickoff was held; whoever asked saves the handoff."""
    for entry in unit.ledger.entries(handoff.id):
        version = entry.promise.version
        became = conclude(handoff, entry, Fate.DELIVERED, by=team.csm, version=version, at=unit.now)
        unit.ledger.conclude(handoff.id, entry, became)


def skip_briefing(unit: WriteUnit, handoff: Handoff, team: Team) -> None:
    """Have AE and CSM do without the briefing call; whoever asked saves the handoff."""
    for by in (team.ae, team.csm):
        briefing_call.do_without(handoff, by=by, at=unit.now, policy=unit.policy)


def send_intro(unit: WriteUnit, handoff: Handoff, team: Team) -> None:
    """Have the intro sent now, by whose it is; whoever asked saves the handoff."""
    by = team.ae if side_of_sender(handoff.size(unit.policy)) is Side.AE else team.csm
    sent = Sent(Contacted(unit.now, Way.EMAIL), CsBefore.NO)
    introducing.mark_sent(handoff, sent, by=by, at=unit.now, policy=unit.policy)


def hold_debrief(unit: WriteUnit, handoff: Handoff, team: Team) -> None:
    """Have all seven answers count and the talk recorded; whoever asked saves the handoff."""
    by, at = team.csm, unit.now
    for question in Question:
        answer = Answer(words="Asked and told.", outlook=Outlook.FINE).checked(question)
        revision = unit.debriefs.save_answer(handoff.id, question, answer, by=by.id, at=at)
        debriefing.save_answer(
            handoff, question, before=Answer(), after=answer, revision=revision, by=by, at=at
        )
        debriefing.mark(handoff, question, Standing.CLEAR, answer, revision=revision, by=by, at=at)
    talk = Talk(held_at=at, minutes=40, there=(team.ae.id, team.csm.id))
    revision = unit.debriefs.save_talk(handoff.id, talk, by=by.id, at=at)
    debriefing.record_talk(handoff, talk, revision=revision, by=by, at=at)


def sign_plan(unit: WriteUnit, handoff: Handoff, team: Team) -> None:
    """Have a success plan signed by all, its one milestone reached; whoever asked saves it."""
    csm, at, size = team.csm, unit.now, handoff.size(unit.policy)
    live = MilestoneText("Live.", owner=MilestoneOwner.CSM, due=at.date() + timedelta(days=30))
    made = unit.plans.add(handoff.id, live, by=csm.id, at=at)
    planning.added(handoff, made, [made], by=csm, at=at)
    for by in (csm, team.ae):
        side = planning.initial(handoff, size, by=by, version=1, at=at)
        unit.plans.mark(handoff.id, INITIAL_OF[side], version=1, by=by.id, at=at)
    heard, today = Confirmation("Ilse Brandt", at.date(), ConfirmedWay.CALL), at.date()
    party = Party.CUSTOMER
    planning.confirm(handoff, size, party, heard, by=csm, version=1, at=at, today=today)
    unit.plans.mark(handoff.id, party, version=1, by=csm.id, at=at, confirmation=heard)
    reached = unit.plans.conclude(handoff.id, made, MilestoneState.DONE, by=csm, at=at)
    planning.conclude(handoff, made, MilestoneState.DONE, [reached], by=csm, version=1, at=at)


def posted(store: Store, team: Team, deal: Deal | None = None) -> int:
    """The id of a signed handoff whose card the AE posted and whose brief passed the gate."""
    handoff_id = signed(store, team, deal)
    with store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        fill_brief(unit, handoff, team)
        handoff.post(by=team.ae, at=unit.now)
        unit.save(handoff, actor_id=team.ae.id, asked_in=team.channel.id)
        unit.commit()
    return handoff_id


def assigned(store: Store, team: Team, deal: Deal | None = None) -> int:
    """The id of a posted handoff whose CSM was named and has not acknowledged yet."""
    handoff_id = posted(store, team, deal)
    with store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        handoff.assign_csm(team.csm, by=team.cs_manager, at=unit.now)
        unit.save(handoff, actor_id=team.cs_manager.id)
        unit.commit()
    return handoff_id
