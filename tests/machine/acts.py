"""What people do, each with the key under which Slack delivers it, however often."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from bot.domain.deadlines import DeadlineState, snooze
from bot.domain.errors import Invalid, Problem
from bot.domain.handoff import Handoff
from bot.domain.history import Tag
from bot.domain.people import Person
from bot.domain.verification import Checks, RecordKind, Restatement
from bot.storage.unit_of_work import WriteUnit
from tests.builders import Deal, Team, fill_brief, start

YES = Checks(metric=True, no_plan=True, champion=True)
WORDS = Restatement(why="The lease ends.", success="Orders an hour.", risk="None.")

Do = Callable[[WriteUnit, Team], object]


@dataclass(frozen=True)
class Act:
    """One act of a person; what it leaves in the history, where it is done."""

    key: str
    do: Do
    handoff_id: int | None = None
    tag: Tag | None = None
    account: str | None = None
    """Of an act that begins a handoff."""


OnHandoff = Callable[[WriteUnit, Team, Handoff], Person]
"""Changes a locked handoff; gives who acted."""


def on(handoff_id: int, change: OnHandoff, *, asked_in_channel: bool = False) -> Do:
    """A change of one handoff, locked and saved."""

    def do(unit: WriteUnit, team: Team) -> None:
        handoff = unit.handoffs.lock(handoff_id)
        by = change(unit, team, handoff)
        asked_in = team.channel.id if asked_in_channel else None
        unit.save(handoff, actor_id=by.id, asked_in=asked_in)

    return do


def begin(account: str, *, signed: bool) -> Do:
    def do(unit: WriteUnit, team: Team) -> None:
        start(unit, team, Deal(account, signed_at=unit.now if signed else None))

    return do


def sign(*, earlier: timedelta) -> OnHandoff:
    """The first record of the signature, or a correction of it."""

    def change(unit: WriteUnit, team: Team, handoff: Handoff) -> Person:
        signed_at = min((handoff.signed_at or unit.now) - earlier, unit.now)
        handoff.countersign(signed_at, by=team.ae, at=unit.now, ae=team.ae)
        return team.ae

    return change


def write(unit: WriteUnit, team: Team, handoff: Handoff) -> Person:
    if handoff.gate_at is None and handoff.open:
        fill_brief(unit, handoff, team)
    return team.ae


def post(unit: WriteUnit, team: Team, handoff: Handoff) -> Person:
    handoff.post(by=team.ae, at=unit.now)
    return team.ae


def assign(*, other: bool) -> OnHandoff:
    def change(unit: WriteUnit, team: Team, handoff: Handoff) -> Person:
        csm = team.outsider if other else team.csm
        handoff.assign_csm(csm, by=team.cs_manager, at=unit.now)
        return team.cs_manager

    return change


def _csm(team: Team, handoff: Handoff) -> Person:
    return team.outsider if handoff.csm_id == team.outsider.id else team.csm


def acknowledge(unit: WriteUnit, team: Team, handoff: Handoff) -> Person:
    by = _csm(team, handoff)
    handoff.acknowledge(version=handoff.brief_version, by=by, at=unit.now)
    return by


def read(unit: WriteUnit, team: Team, handoff: Handoff) -> Person:
    """All that is missing of the reading, once it was acknowledged."""
    by = _csm(team, handoff)
    if handoff.verification.checks_at is None:
        handoff.answer_checks(YES, revision=1, by=by, at=unit.now)
    revision = unit.records.save(handoff.id, RecordKind.RESTATEMENT, WORDS, by=by.id, at=unit.now)
    handoff.restate(WORDS, revision=revision, by=by, at=unit.now)
    return by


def undo_acknowledge(unit: WriteUnit, team: Team, handoff: Handoff) -> Person:
    by = _csm(team, handoff)
    handoff.undo_acknowledge(by=by, at=unit.now, policy=unit.policy)
    return by


def cancel(unit: WriteUnit, team: Team, handoff: Handoff) -> Person:
    handoff.cancel("It came to nothing.", by=team.ae, at=unit.now)
    return team.ae


def reopen(unit: WriteUnit, team: Team, handoff: Handoff) -> Person:
    handoff.undo_cancel(by=team.ae, at=unit.now, policy=unit.policy)
    return team.ae


def snooze_for(span: timedelta) -> OnHandoff:
    """Whoever owes the first open step wants to hear of it again later."""

    def change(unit: WriteUnit, team: Team, handoff: Handoff) -> Person:
        owed = [one for one in unit.deadlines.of(handoff.id) if one.owner_id is not None]
        mine = [one for one in owed if one.state is DeadlineState.OPEN and not one.subject]
        if not mine:
            raise Invalid(Problem.ALREADY_DONE)
        until = unit.now + span
        by = unit.people.get(mine[0].owner_id or 0)
        handoff.snoozed(mine[0].step.value, until=until, reason="Later.", by=by, at=unit.now)
        unit.deadlines.keep(handoff.id, snooze(mine[0], until))
        return by

    return change


def leave(part: str, *, days: int, stand_in: bool) -> Do:
    """Somebody is away from now on; with no days they are back."""

    def do(unit: WriteUnit, team: Team) -> None:
        who: Person = getattr(team, part)
        until = unit.now.date() + timedelta(days=days) if days else None
        instead = team.revops.id if stand_in and days else None
        unit.set_leave(who.id, until, instead, by=who)

    return do
