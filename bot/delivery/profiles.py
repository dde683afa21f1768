"""Managers as the Slack profile names them, asked for only where an admin chose a field for it."""

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import structlog
from slack_sdk.errors import SlackApiError

from bot.delivery.asking import Asking, Silences, not_said, why
from bot.domain.errors import HandoffError, Invalid, Problem, SlackUnavailable
from bot.domain.people import ManagerBy, Person
from bot.domain.ports import MachineClock, ProfileField
from bot.slack_calls import CALL_FAILED, Patience
from bot.storage.unit_of_work import Store

log = structlog.get_logger()

ASKED_AFTER = timedelta(days=1)
"""How long what a profile said is taken for true."""
PAGE = 50
_PERSON = re.compile(r"[UW][A-Z0-9]+")
_NOBODY = frozenset({"user_not_found", "user_not_visible", "users_not_found"})
_NOT_LET = frozenset({"missing_scope", "no_permission", "access_denied"})

Meet = Callable[[int, str, Patience | None], Person]
"""Looks a person up by Slack's id."""


class Profiles:
    """Asks about fields and values of profiles, and keeps who manages whom."""

    def __init__(self, *, store: Store, asking: Asking, machine: MachineClock, meet: Meet) -> None:
        self._store = store
        self._asking = asking
        self._machine = machine
        self._meet = meet

    def fields(self, workspace_id: int, within: Patience | None) -> tuple[ProfileField, ...]:
        """The fields of the workspace's profile that hold a person.

        Raises Invalid where Slack does not let the bot read them, SlackUnavailable.
        """
        try:
            told = self._asking.ask(workspace_id, "team.profile.get", within)
        except SlackApiError as error:
            if error.response.get("error") in _NOT_LET:
                raise Invalid(Problem.NO_PROFILE_SCOPE) from error
            raise SlackUnavailable(Problem.SLACK_SILENT) from error
        except CALL_FAILED as error:
            raise SlackUnavailable(Problem.SLACK_SILENT) from error
        listed = (told.get("profile") or {}).get("fields") or ()
        return tuple(
            ProfileField(str(one["id"]), str(one.get("label") or ""))
            for one in listed
            if isinstance(one, dict) and one.get("type") == "user" and one.get("id")
        )

    def refresh(self, workspace_id: int, person_id: int) -> None:
        """Ask for a person's manager where that was not done for a day; raises SlackUnavailable.

        Nobody is asked about whose manager was set by hand, or where no field was chosen.
        """
        with self._store.read(workspace_id) as unit:
            field = unit.workspace.manager_field
            person = unit.people.get(person_id)
            asked_at = unit.people.manager_checked_at(person_id)
        by_hand = person.manager_by is ManagerBy.HAND
        fresh = asked_at is not None and asked_at >= self._machine.now() - ASKED_AFTER
        if field is None or by_hand or fresh or not person.full_member:
            return
        manager = self._manager(workspace_id, person, field)
        with self._store.write(workspace_id) as unit:
            unit.note_manager(person_id, manager.id if manager is not None else None)
            unit.commit()

    def refresh_all(self, workspace_id: int) -> int:
        """The same for everybody with a part in an open handoff, one after another.

        Ends early where Slack cannot be asked; gives how many were asked about.
        """
        with self._store.read(workspace_id) as unit:
            if unit.workspace.manager_field is None:
                return 0
        asked, after, silences = 0, 0, Silences()
        while True:
            before = self._machine.now() - ASKED_AFTER
            with self._store.read(workspace_id) as unit:
                ids = unit.people.manager_unchecked(before, after=after, most=PAGE)
            for person_id in ids:
                try:
                    self.refresh(workspace_id, person_id)
                except HandoffError as error:
                    about = {"workspace": workspace_id, "person": person_id}
                    log.info("profile not read", **about, **why(error))
                    if silences.met(error):
                        return asked  # The next round goes on with whoever is left.
                else:
                    asked += 1
                    silences.broken()
                after = person_id
            if not ids:
                return asked

    def _manager(self, workspace_id: int, person: Person, field: str) -> Person | None:
        try:
            told = self._asking.ask(workspace_id, "users.profile.get", None, user=person.slack_id)
        except SlackApiError as error:
            if error.response.get("error") in _NOBODY:
                return None
            raise not_said(error) from error
        except CALL_FAILED as error:
            raise not_said(error) from error
        named = _value(told.get("profile"), field)
        if named is None or named == person.slack_id:
            return None
        try:
            return self._meet(workspace_id, named, None)
        except SlackUnavailable:
            raise
        except HandoffError:
            return None  # Slack knows nobody of that id any more.


def _value(profile: Any, field: str) -> str | None:
    """The first person in a field; profiles without any fields come with none at all."""
    fields = profile.get("fields") if isinstance(profile, Mapping) else None
    held = fields.get(field) if isinstance(fields, Mapping) else None
    value = held.get("value") if isinstance(held, Mapping) else None
    found = _PERSON.search(value) if isinstance(value, str) else None
    return found.group() if found is not None else None
