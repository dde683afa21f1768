"""`handoff-bot erase`: a person's name, taken out of everything that the bot keeps of them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass

from bot.bootstrap import bare_store
from bot.domain.erasing import Names
from bot.domain.errors import Conflict
from bot.domain.people import Person
from bot.settings import Settings
from bot.storage.cipher import WrongKey
from bot.storage.erasing import Place
from bot.storage.tables import event_value
from bot.storage.unit_of_work import ReadUnit, Store, WriteUnit
from bot.views.sentences import erasing as said


class EraseError(Exception):
    """Nothing was erased; the message is one sentence that says why."""


@dataclass(frozen=True)
class Request:
    """Whose name is to be erased."""

    names: tuple[str, ...]
    """Every spelling: the whole name, and what else they are called by."""
    account: str = ""
    """Slack's id of an account whose name goes, too."""
    by: str = ""
    """Slack's id of the admin who does it, for the history; nobody is named without."""
    apply: bool = False


def erase(settings: Settings, request: Request) -> list[str]:
    """Erase names, or without `apply` say where they stand; gives what to print.

    Raises Invalid for what is no name, EraseError or SettingsError.
    """
    names = Names(request.names)
    with closing(bare_store(settings)) as store:
        try:
            with store.system() as system:
                workspaces = [one.id for one in system.workspaces()]
            return [
                line
                for workspace_id in workspaces
                for line in _in_workspace(store, workspace_id, names, request)
            ]
        except WrongKey:
            raise EraseError(said.NO_KEY) from None
        except Conflict:
            raise EraseError(said.BUSY) from None


def _in_workspace(store: Store, workspace_id: int, names: Names, request: Request) -> list[str]:
    if not request.apply:
        with store.read(workspace_id) as unit:
            account, _ = _people(unit, request)
            return _report(unit, names, unit.erasing.find(names), account, applied=False)
    with store.write(workspace_id) as unit:
        account, by = _people(unit, request)
        places = _erase(unit, names, by)
        if account is not None:
            unit.people.forget_name(account.id)
            unit.bring_in_line(account.id)
        told = _report(unit, names, places, account, applied=True)
        unit.commit()
    return told


def _people(unit: ReadUnit, request: Request) -> tuple[Person | None, Person | None]:
    """Whose account's name goes, and who does it."""
    account = unit.people.by_slack_id(request.account) if request.account else None
    if request.account and account is None:
        raise EraseError(said.UNKNOWN_ACCOUNT)
    if account is not None and account.full_member:
        raise EraseError(said.STILL_HERE)
    by = unit.people.by_slack_id(request.by) if request.by else None
    if request.by and (by is None or not by.admin):
        raise EraseError(said.NO_ADMIN)
    return account, by


def _erase(unit: WriteUnit, names: Names, by: Person | None) -> list[Place]:
    """Erase what is found, and note in each history what that was."""
    for handoff_id in _handoffs(unit.erasing.find(names)):
        unit.handoffs.lock(handoff_id)
    # Under the locks once more: somebody may have written meanwhile.
    places = unit.erasing.find(names)
    found = {one: unit.handoffs.lock(one) for one in _handoffs(places)}
    unit.erasing.replace(places)
    actor_id = by.id if by is not None else None
    for handoff_id in found:
        here = [one for one in places if one.handoff_id == handoff_id]
        of = unit.handoffs.lock(handoff_id)
        values = [
            (int(one.row["seq"]), str(one.row["field"]))
            for one in here
            if one.table == event_value.name
        ]
        unit.history.erase(of, values, actor_id=actor_id, places=Counter(one.kind for one in here))
        for entry in unit.ledger.entries(handoff_id):
            promise = entry.promise
            unit.surfaces.show_promise(of, promise.id, promise.version, reworded=True)
        unit.save(of, actor_id=None)
        unit.outbox.show_as_now(handoff_id, [one.key for one in unit.deadlines.of(handoff_id)])
    return places


def _handoffs(places: Iterable[Place]) -> list[int]:
    return sorted({one.handoff_id for one in places if one.handoff_id is not None})


def _report(
    unit: ReadUnit,
    names: Names,
    places: Sequence[Place],
    account: Person | None,
    *,
    applied: bool,
) -> list[str]:
    lines = [
        said.found(
            kind,
            sum(one.times for one in places if one.kind == kind),
            _handoffs(one for one in places if one.kind == kind),
        )
        for kind in sorted({one.kind for one in places})
    ]
    lines += [said.ACCOUNT.format(account=account.slack_id)] if account is not None else []
    if not lines:
        return [said.NOWHERE]
    alone = ((part, unit.erasing.find(Names([part]))) for part in names.parts)
    lines += [said.part_left(part, sum(one.times for one in left)) for part, left in alone if left]
    lines.append(said.ERASED if applied else said.NOT_YET)
    handoffs = _handoffs(places)
    return [*lines, *said.stays(unit.erasing.messages_about(handoffs) if handoffs else 0)]
