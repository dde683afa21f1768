"""`handoff-bot backfill`: deals that were signed before the bot came, from a file, all or none."""

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from slack_sdk import WebClient

from bot.bootstrap import IN_BACKGROUND_BUDGET, bare_store, reach_workplace
from bot.clock.clocks import SteadyMachineClock
from bot.delivery.asked_once import AskedOnce
from bot.delivery.directory import SlackDirectory
from bot.domain.backfill import BACKFILLED_AFTER, BACKFILLED_WITHIN, in_retrospect
from bot.domain.backfill_csv import (
    PEOPLE,
    Column,
    Deal,
    Row,
    RowProblem,
    Wrong,
    deal_in,
    folded,
    key_of,
    rows_in,
    signed_in,
)
from bot.domain.channels import Channel
from bot.domain.commitment import check_day
from bot.domain.errors import (
    Conflict,
    HandoffError,
    Problem,
    SlackUnavailable,
)
from bot.domain.handoff import CLOCK_SLACK, Handoff, Start
from bot.domain.people import ManagerBy, Person, Role
from bot.domain.policy import Tier
from bot.settings import Settings
from bot.slack_calls import CALL_TIMEOUT
from bot.storage.unit_of_work import ReadUnit, Store
from bot.views.sentences import backfill as said

DAYS = (30, 90)
_FIELDS: Mapping[str, Column] = {
    "account": Column.ACCOUNT,
    "value": Column.VALUE,
    "rate": Column.RATE,
    "signed_at": Column.SIGNED,
    "ae": Column.AE,
    "csm": Column.CSM,
    "ae_manager": Column.AE_MANAGER,
    "cs_manager": Column.CS_MANAGER,
    "stakeholders": Column.STAKEHOLDERS,
    "links": Column.LINK,
    "commitment_on": Column.BRIEF_BY,
}
"""The columns of what the domain refuses by the names of the start form."""


class BackfillError(Exception):
    """Nothing was imported; the message says why, a line for each thing to mend."""


@dataclass(frozen=True)
class Wish:
    """What somebody at the command line asks for."""

    file: Path
    days: int = DAYS[0]
    apply: bool = False
    by: str = ""
    channel: str = ""
    """For rows that name none."""


def backfill(settings: Settings, wish: Wish) -> list[str]:
    """Import a file's deals, or without `apply` say what would come of it; gives what to print.

    Raises BackfillError, StartError or SettingsError.
    """
    if wish.days not in DAYS:
        raise BackfillError(said.DAYS)
    rows, wrong = rows_in(_text_of(wish.file))
    if wrong:
        raise BackfillError(_listed(wrong))
    token = settings.require_slack()
    with closing(bare_store(settings)) as store, _sentences():
        client = WebClient(token, settings.slack_api_url, timeout=CALL_TIMEOUT, retry_handlers=[])
        workspace_id = reach_workplace(client, store).id
        asked = AskedOnce(workspace_id, _directory(store, client))
        return _Import(store, workspace_id, wish, rows, asked).run()


def _text_of(file: Path) -> str:
    try:
        return file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BackfillError(said.NOT_UTF8.format(file=file)) from None
    except OSError:
        raise BackfillError(said.NO_SUCH_FILE.format(file=file)) from None


@contextmanager
def _sentences() -> Iterator[None]:
    try:
        yield
    except SlackUnavailable:
        raise BackfillError(said.SLACK_SILENT) from None
    except Conflict:
        raise BackfillError(said.BUSY) from None


def _listed(wrong: Iterable[Wrong]) -> str:
    """In the order of the rows, and of the columns in each."""
    order = list(Column)
    by_place = sorted(
        wrong, key=lambda one: (one.number, order.index(one.column) if one.column else -1)
    )
    return "\n".join([*(said.row_wrong(one) for one in by_place), said.NOTHING_DONE])


def _directory(store: Store, client: WebClient) -> SlackDirectory:
    return SlackDirectory(
        store=store,
        client_of=lambda _: client,
        machine=SteadyMachineClock(),
        budget=IN_BACKGROUND_BUDGET,
        sleep=time.sleep,
    )


@dataclass(frozen=True)
class _Ready:
    """A row that can begin, with what it is recognised by."""

    row: Row
    key: str
    handoff: Handoff
    channel: Channel
    ae: Person
    csm: Person | None


class _Firsts:
    """The first row of each deal of a file, for two of one deal are most likely a mistake."""

    def __init__(self) -> None:
        self._by_key: dict[str, Row] = {}
        self._by_account: dict[tuple[str, date | None], Row] = {}

    def double(self, row: Row, key: str, about: tuple[str, date | None]) -> Wrong | None:
        """What is wrong with a row whose deal stands in an earlier one; None for a new one.

        Two deals of one account and day are told apart by their names.
        """
        by_key = self._by_key.setdefault(key, row)
        alike = self._by_account.setdefault(about, row)
        if by_key is not row and row.cell(Column.DEAL):
            facts = {"row": str(by_key.number)}
            return Wrong(row.number, Column.DEAL, RowProblem.TWICE, facts=facts)
        if alike is row or (row.cell(Column.DEAL) and alike.cell(Column.DEAL)):
            return None
        facts = {"row": str(alike.number)}
        return Wrong(row.number, Column.ACCOUNT, RowProblem.SAME_DEAL_TWICE, facts=facts)


class _Import:
    """One run over one file."""

    def __init__(
        self, store: Store, workspace_id: int, wish: Wish, rows: list[Row], asked: AskedOnce
    ) -> None:
        self._store = store
        self._workspace_id = workspace_id
        self._wish = wish
        self._rows = rows
        self._asked = asked
        self._wrong: list[Wrong] = []
        self._told: dict[int, str] = {}
        self._here = self._left = 0

    def run(self) -> list[str]:
        """What to print; raises BackfillError where anything is to be mended."""
        by = self._importer()
        # Slack is asked before any transaction begins.
        for row in self._rows:
            self._ask(row)
        if not self._wish.apply:
            with self._store.read(self._workspace_id) as unit:
                ready = self._look(unit, by)
            return self._lines(ready)
        with self._store.write(self._workspace_id) as unit:
            ready = self._look(unit, by)
            for one in ready:
                unit.received.claim(one.key, for_good=True)
                unit.save(one.handoff, actor_id=by.id)
            unit.commit()
        return self._lines(ready)

    def _importer(self) -> Person:
        if not self._wish.by:
            with self._store.read(self._workspace_id) as unit:
                revops = unit.people.with_role(Role.REVOPS)
            if len(revops) != 1:
                raise BackfillError(said.WHO_IMPORTS)
            return revops[0]
        found = self._asked.person(self._wish.by)
        if not isinstance(found, Person):
            raise BackfillError(said.WHO_IMPORTS)
        if Role.REVOPS not in found.roles and not found.admin:
            raise BackfillError(said.NOT_ALLOWED)
        return found

    def _ask(self, row: Row) -> None:
        for column in PEOPLE:
            if cell := row.cell(column):
                found = self._asked.person(cell)
                if not isinstance(found, Person):
                    self._wrong.append(Wrong(row.number, column, found, cell))
        cell = self._channel_cell(row)
        found_channel = self._asked.channel(cell) if cell else RowProblem.NO_CHANNEL
        if not isinstance(found_channel, Channel):
            self._wrong.append(Wrong(row.number, Column.CHANNEL, found_channel, cell))

    def _channel_cell(self, row: Row) -> str:
        return row.cell(Column.CHANNEL) or self._wish.channel or self._store.policy.team_channel

    def _look(self, unit: ReadUnit, by: Person) -> list[_Ready]:
        """The rows that can begin; raises BackfillError with everything that is to be mended."""
        standing = {
            (folded(account), day0): handoff_id
            for handoff_id, account, day0 in unit.handoffs.signed_deals()
        }
        ready: list[_Ready] = []
        firsts = _Firsts()
        for row in self._rows:
            found = self._one(unit, row, by)
            if found is None:
                continue
            about = (folded(found.handoff.account), found.handoff.day0)
            double = firsts.double(row, found.key, about)
            if double is not None:
                self._wrong.append(double)
            elif unit.received.seen(found.key) is not None:
                self._say(row, said.HERE_BEFORE, here=True)
            elif about in standing:
                self._say(row, said.HERE_ALREADY.format(handoff=standing[about]), here=True)
            else:
                ready.append(found)
        if self._wrong:
            raise BackfillError(_listed(self._wrong))
        return ready

    def _one(self, unit: ReadUnit, row: Row, by: Person) -> _Ready | None:
        """A row as a handoff that began; None where it does not, which is noted."""
        deal, wrong = deal_in(row, unit.policy, today=unit.now.astimezone(UTC).date())
        self._wrong += wrong
        ae, csm = self._person(row, Column.AE), self._person(row, Column.CSM)
        signed = signed_in(row, ae.zone if ae is not None else "UTC")
        if isinstance(signed, Wrong):
            self._wrong.append(signed)
            return None
        channel = self._asked.channel(self._channel_cell(row))
        broken = any(one.number == row.number for one in self._wrong)
        if broken or deal is None or ae is None or not isinstance(channel, Channel):
            return None
        if self._left_out(unit, row, deal, ae, signed):
            return None
        try:
            handoff = self._begin(unit, row, deal, ae, csm, signed, channel, by)
        except HandoffError as error:
            column = _FIELDS.get(error.field or "")
            self._wrong.append(
                Wrong(
                    row.number, column, error.problem, row.cell(column or Column.DEAL), error.facts
                )
            )
            return None
        key = key_of(row, handoff.day0 or signed.date())
        return _Ready(row, key, handoff, channel, ae, csm)

    def _person(self, row: Row, column: Column) -> Person | None:
        cell = row.cell(column)
        found = self._asked.person(cell) if cell else None
        return found if isinstance(found, Person) else None

    def _left_out(self, unit: ReadUnit, row: Row, deal: Deal, ae: Person, signed: datetime) -> bool:
        """Whether a deal is none of those that are wanted, which is said."""
        if signed > unit.now + CLOCK_SLACK:
            self._wrong.append(Wrong(row.number, Column.SIGNED, Problem.SIGNED_IN_FUTURE))
            return True
        if unit.now - signed > timedelta(days=self._wish.days):
            self._say(row, said.TOO_OLD.format(days=self._wish.days))
            return True
        calendar = unit.people.calendar(ae.id)
        if not in_retrospect(signed, told_at=unit.now, ae=calendar):
            self._say(row, said.TOO_NEW.format(business=BACKFILLED_AFTER))
            return True
        if unit.policy.tier(deal.value, deal.rate) is Tier.NONE:
            self._say(row, said.TOO_SMALL)
            return True
        return False

    def _say(self, row: Row, told: str, *, here: bool = False) -> None:
        self._told[row.number] = said.row_state(row.number, row.cell(Column.ACCOUNT), told)
        self._here += here
        self._left += not here

    def _begin(
        self,
        unit: ReadUnit,
        row: Row,
        deal: Deal,
        ae: Person,
        csm: Person | None,
        signed: datetime,
        channel: Channel,
        by: Person,
    ) -> Handoff:
        calendar = unit.people.calendar(ae.id)
        managers = unit.policy.managers
        cs_manager, cs_by = self._manager(unit, row, Column.CS_MANAGER, csm, managers.cs, ae)
        ae_manager, ae_by = self._manager(unit, row, Column.AE_MANAGER, ae, managers.ae, ae)
        handoff = Handoff.start(
            Start(
                account=row.cell(Column.ACCOUNT),
                value=deal.value,
                rate=deal.rate,
                marks=deal.marks,
                ae=ae,
                cs_manager=cs_manager,
                cs_manager_by=cs_by,
                ae_manager=ae_manager,
                ae_manager_by=ae_by,
                proposed_csm=csm,
                signed_at=signed,
                commitment_on=deal.brief_by or calendar.local_date(unit.now) + BACKFILLED_WITHIN,
                links=deal.links,
            ),
            channel_id=channel.id,
            by=by,
            at=unit.now,
            policy=unit.policy,
        )
        check_day(handoff, at=unit.now, policy=unit.policy, calendar=calendar)
        return handoff

    def _manager(
        self,
        unit: ReadUnit,
        row: Row,
        column: Column,
        of: Person | None,
        fallback: str,
        ae: Person,
    ) -> tuple[Person | None, ManagerBy]:
        """As the row names them, else as the start form finds them."""
        named = self._person(row, column)
        if named is not None:
            return named, ManagerBy.NAMED
        found = unit.people.manager_beside(ae.id, of.id if of is not None else None, fallback)
        return found if found is not None else (None, ManagerBy.NAMED)

    def _lines(self, ready: list[_Ready]) -> list[str]:
        told = dict(self._told)
        for one in ready:
            sentence = said.begins(
                one.channel.name,
                one.ae.name,
                one.csm.name if one.csm is not None else None,
                one.handoff.commitment_on.isoformat() if one.handoff.commitment_on else "",
                applied=self._wish.apply,
            )
            told[one.row.number] = said.row_state(one.row.number, one.handoff.account, sentence)
        summary = said.summed_up(len(ready), self._here, self._left, applied=self._wish.apply)
        return [*(told[number] for number in sorted(told)), summary]
