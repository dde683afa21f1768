"""Bots that are wrong in one way each: whoever says that nothing is lost has to find them out."""

import hashlib
import json
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from slack_sdk import WebClient
from sqlalchemy import select

from bot.bootstrap import Parts
from bot.clock.ticks import Ticks
from bot.clock.watchdog import Watchdog
from bot.delivery.calls import ClientOf
from bot.delivery.constants import Constants
from bot.delivery.plans import Edit
from bot.delivery.protocol import Protocol
from bot.delivery.senders import Senders
from bot.domain.deadlines import Step
from bot.domain.notices import JobSource, Notice, NoticeKind
from bot.domain.nudging import Stage
from bot.slack_calls import Clients, OneToken
from bot.storage.delivery import DeliveryStore
from bot.storage.jobs import Job
from bot.storage.outbox import Outbox
from bot.storage.tables import surface
from bot.storage.unit_of_work import Store, WriteUnit


class Address(NamedTuple):
    """How the Slack of a workspace is reached."""

    url: str
    token: str


class Mutant(StrEnum):
    """What is wrong."""

    SDK_RETRIES = "sdk_retries"
    """The SDK sends a post again when the connection broke."""
    SENT_FIRST = "sent_first"
    """A message is noted as sent before it is."""
    REPOSTS_BLINDLY = "reposts_blindly"
    """What is in doubt is posted again without a look."""
    SHORT_QUARANTINE = "short_quarantine"
    """The look comes before Slack may have accepted late."""
    SHORT_LEASE = "short_lease"
    """A lease outlasts a call and not the quarantine after it, which a death leaves to it alone."""
    NO_DEDUP_KEY = "no_dedup_key"
    """What is said twice is said twice."""
    NO_WATCHDOG = "no_watchdog"
    """Nobody wakes the ticks after the wall clock was set back."""
    BY_HASH_ALONE = "by_hash_alone"
    """A surface is stale or not, and not of a version."""
    HOLDS_BACK = "holds_back"
    """A reminder waits until after the due time, and nobody looks whether it still holds."""


class _AlwaysInTime(Protocol):
    @property
    def _lasting(self) -> timedelta:
        return -timedelta(days=1)


class _SentFirst(Protocol):
    def _mark(self, job: Job, step: Step | None = None, *, key: str | None = None) -> bool:
        marked = super()._mark(job, step, key=key)
        if marked and job.source is JobSource.NOTICE:
            self._delivery.sent(job, ts=None, channel=None)
        return marked


class _Blind(Protocol):
    def _ended_before(self, job: Job) -> bool:
        return True


class _ByHashAlone(Protocol):
    """Takes the flag down after the edit, and edits only where the content has another hash."""

    _hashes: dict[int, str]

    def _edit(self, job: Job, edit: Edit) -> bool:
        if job.surface is None:
            return super()._edit(job, edit)
        known = self.__dict__.setdefault("_hashes", {})
        digest = hashlib.sha256(json.dumps(edit.args, sort_keys=True).encode()).hexdigest()
        if known.get(job.id) == digest:
            return self._sent(job, {}, step=edit.step)
        done = super()._edit(job, edit)
        if done:
            known[job.id] = digest
        return done

    def _sent(self, job: Job, answer: Mapping[str, Any], *, step: Step | None = None) -> bool:
        if job.surface is None:
            return super()._sent(job, answer, step=step)
        with self._store.database.reading() as connection:
            asked = select(surface.c.wanted).where(surface.c.id == job.id)
            wanted = connection.execute(asked).scalar_one()
        return super()._sent(
            replace(job, surface=replace(job.surface, wanted=wanted)), answer, step=step
        )


class _HoldsBack(Protocol):
    _FOR = timedelta(seconds=2)
    """After the due time: longer than a call that was made before it may take."""

    def deliver(self, job: Job) -> None:
        notice = job.notice
        if notice is None or notice.facts.get("stage") not in (Stage.HALF, Stage.MOST):
            super().deliver(job)
            return
        word = notice.about[0]
        with self._store.read(job.workspace_id) as unit:
            owed = unit.deadlines.of(word.handoff_id)
            due = next(one.due_at for one in owed if one.key == (word.step, word.subject))
            held = unit.now < due + self._FOR
        if held:
            self._shaping.unused(job)
            self._delivery.retry(job, after=self._constants.idle, maybe_sent=False, counted=False)
            return
        facts = {name: value for name, value in notice.facts.items() if name != "stage"}
        super().deliver(replace(job, notice=replace(notice, facts=facts)))


def _sending_by(protocol: type[Protocol]) -> type[Senders]:
    class Altered(Senders):
        def __init__(self, **parts: Any) -> None:
            super().__init__(**parts)
            sound, altered = self._protocol, protocol.__new__(protocol)
            altered.__dict__.update(sound.__dict__)
            self._protocol = altered

    return Altered


class _EveryTimeAnew(Outbox):
    def _row(self, notice: Notice) -> dict[str, Any]:
        row = super()._row(notice)
        if notice.kind is NoticeKind.WELCOME and not notice.facts:
            return row  # A greeting is no intent of the scenario's.
        return {**row, "key": f"{notice.key} {secrets.token_hex(4)}"}


class _Forgetful(Store):
    @contextmanager
    def write(self, workspace_id: int) -> Iterator[WriteUnit]:
        with super().write(workspace_id) as unit:
            unit.outbox.__class__ = _EveryTimeAnew
            yield unit


class _OneOfSeveral(DeliveryStore):
    def take_over(self, **_: timedelta) -> None:
        """Wait for nothing anew, as where several processes trust in the leases of each other."""


class _TakesNothingOver(Store):
    def __init__(self, *given: Any, **parts: Any) -> None:
        super().__init__(*given, **parts)
        self.delivery.__class__ = _OneOfSeveral


class _Asleep(Watchdog):
    def look(self) -> None:
        """See nothing."""


class _Unwatched(Ticks):
    def __init__(self, **parts: Any) -> None:
        super().__init__(**parts)
        self._watchdog.__class__ = _Asleep


def constants_of(mutant: Mutant | None, sound: Constants) -> Constants:
    """The waits that a bot keeps to, sound or not."""
    altered = replace(sound)
    if mutant is Mutant.SHORT_QUARANTINE:
        return replace(sound, quarantine=timedelta(seconds=0.05))
    if mutant is Mutant.SHORT_LEASE:
        # The record would refuse it. Longer than a call: as long as the process lives nobody else
        # takes up what it has in hand. Where there is but one, its next start waits anew, so this
        # one does as several do.
        object.__setattr__(altered, "lease", sound.http_timeout * 2)
    return altered


def parts_of(mutant: Mutant | None, reached: Mapping[int, Address], *, timeout: int) -> Parts:
    """What a bot is made of, sound or not, whose workspaces are reached as it says."""
    protocols = {
        Mutant.SENT_FIRST: _SentFirst,
        Mutant.REPOSTS_BLINDLY: _Blind,
        Mutant.SHORT_LEASE: _AlwaysInTime,
        Mutant.BY_HASH_ALONE: _ByHashAlone,
        Mutant.HOLDS_BACK: _HoldsBack,
    }
    stores: dict[Mutant | None, type[Store]] = {
        Mutant.NO_DEDUP_KEY: _Forgetful,
        Mutant.SHORT_LEASE: _TakesNothingOver,
    }
    return Parts(
        store=stores.get(mutant, Store),
        senders=_sending_by(protocols[mutant]) if mutant in protocols else Senders,
        ticks=_Unwatched if mutant is Mutant.NO_WATCHDOG else Ticks,
        client_of=_client_of(mutant, reached, timeout),
    )


def _client_of(
    mutant: Mutant | None, reached: Mapping[int, Address], timeout: int
) -> ClientOf | None:
    """With which client what is sent goes out; None for the one that the bot makes by itself.

    The bot knows one address for all workspaces, and here each has a Slack of its own. Where there
    are several each gets the bot's kind of client for its address.
    """
    if mutant is Mutant.SDK_RETRIES:
        return lambda workspace_id: WebClient(
            reached[workspace_id].token, reached[workspace_id].url, timeout=timeout
        )
    if len(reached) == 1:
        return None
    clients = {
        one: Clients(OneToken(one, at.token), base_url=at.url, timeout=timeout)
        for one, at in reached.items()
    }
    return lambda workspace_id: clients[workspace_id].of(workspace_id)
