"""Whether the bot can do its work: looked at every minute, logged, and told to the admins.

Everything goes through the outbox, under keys that are said once. An alarm that cannot be delivered
itself is no reason for another.
"""

import threading
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

import structlog

from bot.clock.each import for_each
from bot.delivery.granted import Granted
from bot.delivery.missing import MissingScopes
from bot.delivery.trouble import reference
from bot.domain.alarms import OVER, SUMMED_UP_AFTER, About, alarm
from bot.domain.people import Person, Role
from bot.domain.ports import Clock
from bot.storage.alarms import Lasting
from bot.storage.undelivered import LOTS
from bot.storage.undelivered import Trouble as NotArrived
from bot.storage.unit_of_work import ReadUnit, Store, WriteUnit

log = structlog.get_logger()

LOST_FOR = timedelta(minutes=3)
"""Slack sends connections away now and then, and the SDK is back within seconds."""
NOTED_AFTER = timedelta(seconds=30)
"""That there is a connection is noted once by all who look in so long."""
MOST_TOLD = 10
"""Admins; more of them need no message each."""
MOST_LOGGED = 20

Trouble = tuple[About, str]
"""What it is about, and the detail."""
Anew = Callable[[], frozenset[str] | None]
"""Asks Slack for the scopes, once a look at most."""
_SOCKET: Trouble = (About.SOCKET, "")


def _let_be() -> None:
    return None


@dataclass
class _Silence:
    """A time without a connection of this process."""

    since: datetime
    long: bool = False


class Alarms:
    """Finds what begins and what is over, and has admins told of it.

    Several processes do so for one workspace, and each knows something else. What one does not know
    to be over it leaves to those who do.

    `connected` is whether Slack reaches this process, where it does so by a connection of the
    bot's; `granted` are the scopes of the token, and `required` those without which the bot does
    not work. `heard_again` is told when Slack reaches this process again.
    """

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        missing: MissingScopes,
        granted: Granted,
        required: Collection[str] = (),
        connected: Callable[[], bool] | None = None,
        heard_again: Callable[[], object] = _let_be,
    ) -> None:
        self._store = store
        self._clock = clock
        self._missing = missing
        self._granted = granted
        self._required = frozenset(required)
        self._connected = connected
        self._heard_again = heard_again
        self._silence: _Silence | None = None
        self._noticed: dict[int, frozenset[str]] = {}
        """By workspace, the scopes that were found lacking by what is known, and looked after."""
        self._turn = threading.Lock()

    def look(self) -> None:
        """One look over everything."""
        with self._turn:
            self._listen()
            anew = cache(self._granted.anew)
            with self._store.system() as system:
                workspaces = [row.id for row in system.workspaces()]
            blocked = self._store.delivery.blocked()
            # What is left out as somebody else writes for long is found again in a minute.
            for_each(workspaces, lambda one: self._look_at(one, blocked.get(one), anew))

    # --- The connection

    def _listen(self) -> None:
        """Notice how it stands with this process's own."""
        if self._connected is None:
            return
        if self._connected():
            silence, self._silence = self._silence, None
            if silence is not None and silence.long:
                log.info("connected to Slack again", since=silence.since.isoformat())
                self._heard_again()
            return
        now = self._clock.now()
        if self._silence is None:
            self._silence = _Silence(now)
        if not self._silence.long and now - self._silence.since >= LOST_FOR:
            self._silence.long = True
            log.error("no connection to Slack", since=self._silence.since.isoformat())

    @property
    def _reached(self) -> bool:
        return self._connected is not None and self._silence is None

    def _silent_since(self, now: datetime, ago: timedelta | None) -> datetime | None:
        """Since when no process is connected, where that is so for long.

        One was `ago`, by the machine's clock; the silence of this one is in calendar time.
        """
        silence = self._silence
        if silence is None or not silence.long:
            return None
        if ago is None:
            return silence.since
        return max(silence.since, now - ago) if ago >= LOST_FOR else None

    # --- One workspace

    def _look_at(self, workspace_id: int, blocked: str | None, anew: Anew) -> None:
        met, lacking = self._missing.met(workspace_id), self._lacking()
        new = lacking - self._noticed.get(workspace_id, frozenset())
        with self._store.read(workspace_id) as unit:
            lasting = {(one.about, one.detail): one for one in unit.alarms.lasting()}
            wanted = self._wanted(unit, (*met, *new), _first_word(blocked, lasting))
            ago = unit.alarms.connected_ago()
            silent_since = self._silent_since(unit.now, ago)
            if silent_since is not None:
                wanted[_SOCKET] = silent_since
            before = unit.now - SUMMED_UP_AFTER
            awake = _awake(unit)
        began = {key: since for key, since in wanted.items() if key not in lasting}
        left = [one for key, one in lasting.items() if key not in wanted]
        ended = [one for one in left if self._is_over(one, anew)]
        again = awake and any(_to_tell(one, before) for one in lasting.values())
        noted = self._reached and (ago is None or ago >= NOTED_AFTER)
        if began or ended or again or noted:
            with self._store.write(workspace_id) as unit:
                self._settle(unit, began, ended)
                if awake:
                    self._tell(unit)
                if noted:
                    unit.alarms.note_connected()
                unit.commit()
        self._missing.forget(workspace_id, met)
        self._noticed[workspace_id] = lacking

    def _lacking(self) -> frozenset[str]:
        known = self._granted.known()
        return self._required - known if known is not None else frozenset()

    def _wanted(
        self, unit: ReadUnit, lacking: Collection[str], blocked: str | None
    ) -> dict[Trouble, datetime]:
        """What is found in trouble now."""
        wanted = [(About.SCOPE, scope) for scope in lacking]
        counted = unit.undelivered.count_but_alarms
        wanted += [(about, "") for about, lot in LOTS.items() if counted(lot)]
        if blocked is not None:
            wanted.append((About.TOKEN, blocked))
        return dict.fromkeys(wanted, unit.now)

    def _is_over(self, one: Lasting, anew: Anew) -> bool:
        """Whether what was not found any more is over."""
        if one.about is About.SOCKET:
            return self._reached
        if one.about is not About.SCOPE:
            return True
        # That nothing asked for it lately does not mean that it was granted, and what is known may
        # be from before it was taken away.
        known = self._granted.known()
        return known is not None and one.detail in known and one.detail in (anew() or ())

    def _settle(
        self,
        unit: WriteUnit,
        began: Mapping[Trouble, datetime],
        ended: Collection[Lasting],
    ) -> None:
        for (about, detail), since in sorted(began.items()):
            name = reference()
            if unit.alarms.begin(about, reference=name, detail=detail, since=since):
                logged = _logged(unit, about, detail)
                log.error("trouble", about=about.value, reference=name, **logged)
                if about is About.SOCKET:  # What is posted still goes out.
                    self._say(unit, about, name, since=since)
        for one in ended:
            if unit.alarms.over(one):
                log.info("trouble is over", about=one.about.value, reference=one.reference)
                if one.about in (About.TOKEN, About.SOCKET):
                    self._say_over(unit, one)

    def _tell(self, unit: WriteUnit) -> None:
        before = unit.now - SUMMED_UP_AFTER
        for one in unit.alarms.lasting():
            times = unit.alarms.tell(one, before=before) if _to_tell(one, before) else None
            if times is None:
                continue
            if times:
                about = {"about": one.about.value, "reference": one.reference}
                log.error("trouble lasts", **about, **_logged(unit, one.about, one.detail))
            self._say(unit, one.about, one.reference, times=times, detail=one.detail)

    def _say_over(self, unit: WriteUnit, one: Lasting) -> None:
        span = {"since": one.since, "until": unit.now}
        self._say(unit, one.about, one.reference, times=OVER, detail=one.detail, **span)

    def _say(
        self,
        unit: WriteUnit,
        about: About,
        name: str,
        *,
        times: int = 0,
        detail: str = "",
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> None:
        unit.outbox.add_all(
            [
                alarm(
                    about,
                    one.id,
                    reference=name,
                    times=times,
                    detail=detail,
                    since=since,
                    until=until,
                )
                for one in _readers(unit)
            ]
        )


def _readers(unit: ReadUnit) -> list[Person]:
    found = unit.people.with_role(Role.ADMIN) or unit.people.with_role(Role.REVOPS)
    return found[:MOST_TOLD]


def _awake(unit: ReadUnit) -> bool:
    """Whether anybody reads it now: else what is told today and tomorrow would come at once."""
    people = [one.id for one in _readers(unit)]
    return not people or any(not unit.people.calendar(one).is_quiet(unit.now) for one in people)


def _to_tell(one: Lasting, before: datetime) -> bool:
    """Whether it is time: of a permission once is enough, of a token when it is over.

    Of a connection is told as it begins and when it is over.
    """
    if one.about in LOTS:
        return one.told_at is None or one.told_at <= before
    return one.about is About.SCOPE and one.told_at is None


def _first_word(blocked: str | None, lasting: Iterable[tuple[About, str]]) -> str | None:
    """Slack's word for refusing the token, as it was when that began: it may change meanwhile."""
    began = (detail for about, detail in lasting if about is About.TOKEN)
    return next(began, blocked) if blocked is not None else None


def _logged(unit: ReadUnit, about: About, detail: str) -> dict[str, object]:
    """What a line of the log says, and the things that were not delivered by their ids."""
    where: dict[str, object] = {"workspace": unit.workspace.id}
    lot = LOTS.get(about)
    if lot is None:
        return {**where, "detail": detail} if detail else where
    newest = unit.undelivered.page(skip=0, size=MOST_LOGGED, lot=lot)
    entries = [f"{one.source.value} {one.id} {_place(one)}{one.reason}" for one in newest]
    return {**where, "count": unit.undelivered.count_but_alarms(lot), "newest": entries}


def _place(one: NotArrived) -> str:
    if one.channel_id is not None:
        return f"channel {one.channel_id} "
    return f"person {one.person_id} " if one.person_id is not None else ""
