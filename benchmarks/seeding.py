"""A workspace in use: people, deal channels, and handoffs that wait to be acknowledged.

Everything goes through the bot's own storage. What these handoffs would have posted is noted as
posted, as if it had happened on other days.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import bindparam, func, or_, select, update

from benchmarks.processes import KEY
from benchmarks.slack_stub import BOT_USER, TEAM_ID
from bot.clock.clocks import SteadyMachineClock, SystemClock
from bot.domain import read_models
from bot.domain.access import EVERY
from bot.domain.brief import (
    Commercials,
    Contact,
    ContactRole,
    FirstDays,
    People,
    Promises,
    RedFlagsSection,
    Section,
    Success,
    Why,
)
from bot.domain.channels import Channel
from bot.domain.completeness import completeness
from bot.domain.handoff import Handoff, Start
from bot.domain.items import SectionKey
from bot.domain.money import Money
from bot.domain.notices import DRAWN_AS, SurfaceKind
from bot.domain.people import Person, Role
from bot.domain.policy import Policy
from bot.domain.promises import Kind, PromiseText
from bot.storage.channels import ChannelFacts
from bot.storage.cipher import NoteCipher
from bot.storage.engine import Database, open_database
from bot.storage.holidays import HolidayBook
from bot.storage.migrate import migrate
from bot.storage.people import PersonFacts
from bot.storage.tables import (
    OUTBOX_PENDING,
    SURFACE_STALE,
    OutboxState,
    handoff,
    outbox,
    surface,
)
from bot.storage.unit_of_work import Store, WriteUnit
from bot.views.card import card_message

EACH = 40
"""Handoffs of one AE and of one CSM, the most that a CSM should have open."""
BATCH = 5
"""Handoffs seeded in one transaction, few because a running bot waits for its turn meanwhile."""
REVOPS = "U0REVOPS01"
_POLICY = Policy()
_ZONES = ("Europe/Berlin", "Europe/London", "America/New_York", "America/Chicago")
_PROMISES = (
    PromiseText("The warehouse connector is live in 30 days.", Kind.INTEGRATION, "Ilse Brandt"),
    PromiseText("Two administrators are trained on site.", Kind.SUPPORT, "Ilse Brandt"),
)

_BRIEF: dict[SectionKey, Section] = {
    SectionKey.WHY: Why(
        trigger="The lease on the old hall ends.",
        event="The board moved the date.",
        runs_on=date(2026, 6, 30),
        quote="We move once.",
        quote_by="Ilse Brandt",
        quote_on=date(2026, 2, 12),
        quote_source="call",
    ),
    SectionKey.PEOPLE: People(
        contacts=(
            Contact(
                id=1,
                name="Ilse Brandt",
                title="Head of Operations",
                roles=(ContactRole.CHAMPION, ContactRole.USER),
                behaviour="Decides in the meeting.",
                stake="Her plan rests on it.",
                consequence="A second move.",
            ),
            Contact(id=2, name="Omar Vance", title="CFO", roles=(ContactRole.BUYER,)),
        ),
        no_skeptic=True,
    ),
    SectionKey.PROMISES: Promises(refused="Work on weekends."),
    SectionKey.RED_FLAGS: RedFlagsSection(
        nearly="The price", top_risk="One owner leaves", private_note="Watch the board."
    ),
    SectionKey.COMMERCIALS: Commercials(
        term="12 months",
        starts_on=date(2026, 3, 1),
        renews_on=date(2027, 3, 1),
        products="Sorting",
        use_case="Orders",
        scope="One hall",
        live_on=date(2026, 5, 15),
        growth="The second hall",
        growth_needs="Target met",
    ),
    SectionKey.FIRST_DAYS: FirstDays(
        live_by=date(2026, 5, 15),
        outcome="Both shifts sort with it.",
        second_outcome="Errors are counted.",
        confirms="Ilse writes so.",
        review_on=date(2026, 6, 10),
        style="Short mails",
        cadence="Every Tuesday",
    ),
}


@dataclass(frozen=True)
class Written:
    """A handoff with a long brief that its AE goes on writing."""

    handoff_id: int
    ae: str


@dataclass(frozen=True)
class Assigned:
    """A handoff that its CSM can acknowledge, and where its card stands."""

    handoff_id: int
    csm: str
    channel: str
    brief_version: int
    team_id: str = TEAM_ID


@contextmanager
def opened(url: str) -> Iterator[Store]:
    """A store on the database, beside the running bot's own."""
    store = Store(
        open_database(url, pool_size=2, wait_seconds=30.0),
        clock=SystemClock(),
        machine=SteadyMachineClock(),
        policy=_POLICY,
        holidays=HolidayBook().holidays,
        on_commit=lambda: None,
        cipher=NoteCipher([KEY]),
    )
    try:
        yield store
    finally:
        store.close()


def seed(url: str, *, first: int, count: int, team_id: str = TEAM_ID) -> list[Assigned]:
    """Add handoffs number `first` and on, each in a deal channel of its own."""
    made: list[Assigned] = []
    with opened(url) as store:
        migrate(store.database)
        workspace_id = store.workspace(
            enterprise_id=None, team_id=team_id, bot_user_id=BOT_USER, name="Benchmark"
        )
        for start in range(first, first + count, BATCH):
            numbers = range(start, min(start + BATCH, first + count))
            with store.write(workspace_id) as unit:
                made += [replace(_assigned(unit, one), team_id=team_id) for one in numbers]
                unit.commit()
        _note_as_posted(store.database)
    return made


def seed_written(url: str, *, first: int, count: int, people: int, promises: int) -> list[Written]:
    """Add handoffs number `first` and on, whose briefs name so many people and promises."""
    with opened(url) as store:
        migrate(store.database)
        workspace_id = store.workspace(
            enterprise_id=None, team_id=TEAM_ID, bot_user_id=BOT_USER, name="Benchmark"
        )
        made: list[Written] = []
        for number in range(first, first + count):
            with store.write(workspace_id) as unit:
                one = _assigned(unit, number)
                handoff = unit.handoffs.lock(one.handoff_id)
                ae = unit.people.get(handoff.ae_id)
                _lengthen(unit, handoff, ae, people=people, promises=promises)
                unit.save(handoff, actor_id=ae.id)
                unit.commit()
            made.append(Written(one.handoff_id, ae.slack_id))
        _note_as_posted(store.database)
    return made


def workspace_of(store: Store) -> int:
    """The one workspace that was seeded."""
    with store.system() as system:
        return system.workspaces()[0].id


def revisions(
    url: str, wanted: Iterable[tuple[int, SectionKey]]
) -> dict[tuple[int, SectionKey], int]:
    """How often each of the sections was saved, by handoff."""
    with opened(url) as store, store.read(workspace_of(store)) as unit:
        return {(one, key): unit.brief.revision(one, key) for one, key in wanted}


def card_blocks(url: str, one: Assigned) -> list[dict[str, Any]]:
    """The blocks of a handoff's card, which Slack sends along with every press on it."""
    with opened(url) as store, store.read(workspace_of(store)) as unit:
        bundle = unit.bundle(one.handoff_id, viewer=None)
        card = read_models.card(
            bundle.handoff, bundle.brief, bundle.deadlines, bundle.people, as_of=unit.now
        )
    blocks: list[dict[str, Any]] = card_message(card).to_args()["blocks"]
    return blocks


def settle(url: str) -> None:
    """Note everything that still waits to be sent as sent."""
    with opened(url) as store:
        _note_as_posted(store.database)


def acknowledged(url: str) -> set[int]:
    """The ids of all handoffs that are acknowledged now."""
    statement = select(handoff.c.id).where(handoff.c.acknowledged_at.is_not(None))
    with opened(url) as store, store.database.reading() as connection:
        return set(connection.execute(statement).scalars())


def waiting_to_be_sent(url: str) -> int:
    """How many notices and surfaces wait to be sent."""
    with opened(url) as store, store.database.reading() as connection:
        return sum(
            connection.execute(select(func.count()).select_from(table).where(waits)).scalar_one()
            for table, waits in ((outbox, OUTBOX_PENDING), (surface, SURFACE_STALE))
        )


def _assigned(unit: WriteUnit, number: int) -> Assigned:
    team = number // EACH
    revops = _person(unit, REVOPS, "Wren", Role.REVOPS)
    ae_manager = _person(unit, f"U0AEM{team // 8:05d}", "Tomás", Role.AE_MANAGER, revops)
    cs_manager = _person(unit, f"U0CSM{team // 8:05d}", "Priya", Role.CS_MANAGER, revops)
    ae = _person(unit, f"U0AE{team:06d}", f"Maya {team}", None, ae_manager, zone=team)
    csm = _person(unit, f"U0CS{team:06d}", f"Jonas {team}", None, cs_manager, zone=team)
    channel = _channel(unit, number)
    started = Handoff.start(
        Start(
            account=f"Northwind Mills {number}",
            value=Money(48_000_00 + number, "USD"),
            ae=ae,
            cs_manager=cs_manager,
            ae_manager=ae_manager,
            proposed_csm=csm,
            signed_at=unit.now - timedelta(minutes=number % 90),
        ),
        channel_id=channel.id,
        by=ae,
        at=unit.now,
        policy=_POLICY,
    )
    unit.save(started, actor_id=ae.id)
    begun = unit.handoffs.lock(started.id)
    _write_brief(unit, begun, ae)
    begun.post(by=ae, at=unit.now)
    begun.assign_csm(csm, by=cs_manager, at=unit.now)
    unit.save(begun, actor_id=cs_manager.id)
    return Assigned(started.id, csm.slack_id, channel.slack_id, begun.brief_version)


def _write_brief(unit: WriteUnit, begun: Handoff, ae: Person) -> None:
    success = Success(
        metric="Days from order to dispatch",
        today="9 days",
        target="4 days",
        by=unit.now.date() + timedelta(days=200),
        whose="Head of Operations",
        said_on=date(unit.now.year, 1, 2),
    )
    for promise in _PROMISES:
        unit.brief.add_promise(begun.id, promise, by=ae.id, at=unit.now)
    sections = {**_BRIEF, SectionKey.SUCCESS: success}
    for key, section in sections.items():
        revision = unit.brief.save_section(begun.id, key, section, by=ae.id, at=unit.now)
        begun.save_section(
            key,
            changed={"section": key.value},
            revision=revision,
            state=completeness(unit.brief.load(begun.id, audiences=EVERY), begun.tier, _POLICY),
            by=ae,
            at=unit.now,
            policy=_POLICY,
        )


def _lengthen(unit: WriteUnit, begun: Handoff, ae: Person, *, people: int, promises: int) -> None:
    """Add people and promises until there are so many."""
    known = unit.brief.load(begun.id, audiences=EVERY)
    for number in range(len(known.entries), promises):
        words = f"Line {number} of the hall is connected by the end of May, with one test run."
        text = PromiseText(words, Kind.INTEGRATION, "Ilse Brandt", date(2026, 5, 31))
        unit.brief.add_promise(begun.id, text, by=ae.id, at=unit.now)
    contacts = known.people.contacts + tuple(
        Contact(
            id=number + 1,
            name=f"Shift lead {number}",
            title="Shift lead",
            roles=(ContactRole.USER,),
            behaviour="Asks for the numbers before the meeting and reads them there.",
            stake="Two hours less at the end of each shift.",
            consequence="Another year with the old sorting line.",
        )
        for number in range(len(known.people.contacts), people)
    )
    section = known.people.model_copy(update={"contacts": contacts})
    revision = unit.brief.save_section(begun.id, SectionKey.PEOPLE, section, by=ae.id, at=unit.now)
    begun.save_section(
        SectionKey.PEOPLE,
        changed={"section": SectionKey.PEOPLE.value},
        revision=revision,
        state=completeness(unit.brief.load(begun.id, audiences=EVERY), begun.tier, _POLICY),
        by=ae,
        at=unit.now,
        policy=_POLICY,
    )


def _person(
    unit: WriteUnit,
    slack_id: str,
    name: str,
    role: Role | None,
    manager: Person | None = None,
    *,
    zone: int = 0,
) -> Person:
    known = unit.people.by_slack_id(slack_id)
    if known is not None:
        return known
    made = unit.people.ensure(slack_id, facts=PersonFacts(name, _ZONES[zone % len(_ZONES)]))
    return unit.people.set_part(
        made.id, roles={role} if role else set(), manager_id=manager.id if manager else None
    )


def _channel(unit: WriteUnit, number: int) -> Channel:
    facts = ChannelFacts(name=f"deal-{number}", bot_inside=True)
    return unit.channels.ensure(f"C0DEAL{number:06d}", facts=facts)


def _note_as_posted(database: Database) -> None:
    now = SteadyMachineClock().now()
    sent: dict[str, Any] = {"state": OutboxState.SENT.value, "settled_at": now}
    waiting = or_(SURFACE_STALE, surface.c.ts.is_(None))
    posted = select(surface.c.id, surface.c.kind).where(waiting)
    shown = (
        update(surface)
        .where(surface.c.id == bindparam("b_id"))
        .values(
            shown=surface.c.wanted,
            ts=bindparam("b_ts"),
            posted_in=bindparam("b_in"),
            drawn_as=DRAWN_AS,
        )
    )
    with database.writing() as connection:
        connection.execute(update(outbox).where(OUTBOX_PENDING).values(**sent))
        rows = [
            {
                "b_id": row.id,
                "b_ts": f"1790000000.{row.id:06d}",
                "b_in": f"{'C' if row.kind == SurfaceKind.CARD.value else 'D'}{row.id:010d}",
            }
            for row in connection.execute(posted)
        ]
        if rows:
            connection.execute(shown, rows)
        connection.commit()
