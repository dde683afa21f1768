"""Once a day every open handoff's surroundings are looked at, in the background.

Events tell of most things at once. What no event told, because the bot was down or Slack tells of
it to nobody, is found here: a deleted message, a channel that is archived, shared or without the
bot, a colleague who became a guest, an account that was closed.

Where nothing is open any more, what was said stands on: who reads it there is looked at once a
week.
"""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import chain, groupby
from typing import Any

import structlog
from slack_sdk.errors import SlackApiError

from bot.delivery.asking import Asking, Silences, Sleep, not_said, why
from bot.delivery.still_there import gone
from bot.domain.channels import CHECK_AFTER, Channel
from bot.domain.errors import HandoffError, Invalid
from bot.domain.notices import SurfaceKind
from bot.domain.ports import MachineClock
from bot.slack_calls import CALL_FAILED
from bot.storage.daily import Standing
from bot.storage.facts import person_facts
from bot.storage.unit_of_work import Store

log = structlog.get_logger()

LOOKED_AT_AFTER = timedelta(hours=24)
OVER_LOOKED_AT_AFTER = timedelta(days=7)
OVER_A_ROUND = 400
"""Channels in which nothing is open that one round looks at, in about half an hour: those of years
shall not keep the next round from its begin."""
PAGE = 50
ACCOUNTS_A_PAGE = 200
BETWEEN = 4.0
"""Seconds of rest after each look: most of Slack's rates is left to what people wait for."""
_SETTLES = timedelta(minutes=10)
"""What was sent so lately may be missing from a history that lags; what was edited stands."""
_NOBODY = frozenset({"user_not_found", "user_not_visible", "users_not_found"})
_NOT_READ = frozenset(
    {"missing_scope", "not_in_channel", "channel_not_found", "no_permission", "ekm_access_denied"}
)

LookAnew = Callable[[int, str], Channel]
"""Asks Slack about a channel, whatever is known, and keeps the answer; raises as a directory."""


class DailyLook:
    """Looks at channels and people one after another, and has what is gone posted anew.

    The first round of a process, and the one after `missed_something`, looks at everything: of
    what happened while nobody listened Slack tells no more. Of channels in which nothing is open
    it takes some, and the rounds after it the others.

    Before that Slack lists all accounts. Who is in it as they are known is looked after with that,
    so that thousands cost few calls; the others are asked about one by one.
    """

    def __init__(
        self,
        *,
        store: Store,
        asking: Asking,
        look_anew: LookAnew,
        machine: MachineClock,
        sleep: Sleep,
    ) -> None:
        self._store = store
        self._asking = asking
        self._look_anew = look_anew
        self._machine = machine
        self._sleep = sleep
        self._guard = threading.Lock()
        self._deaf_until = machine.now() - CHECK_AFTER
        self._listed: dict[int, datetime] = {}
        """When the last list of all accounts of a workspace that came to its end was begun."""

    def missed_something(self) -> None:
        """Nobody listened for a while until now."""
        with self._guard:
            self._deaf_until = self._machine.now()

    def run(self, workspace_id: int) -> int:
        """One round; ends early where Slack cannot be asked. Gives how much was looked at."""
        with self._guard:
            deaf_until = self._deaf_until
        before = max(self._machine.now() - LOOKED_AT_AFTER, deaf_until)
        self._accounts(workspace_id, before)
        count, silences = 0, Silences()
        due = chain(self._due(workspace_id, before), self._over(workspace_id, deaf_until))
        for kind, one, slack_id in due:
            look = self._person if kind == "person" else self._channel
            try:
                look(workspace_id, one, slack_id)
            except HandoffError as error:
                log.info("not looked at", workspace=workspace_id, **{kind: one}, **why(error))
                if silences.met(error):
                    log.info("daily look ended early", workspace=workspace_id)
                    break
            else:
                if not count:
                    # Slack takes the token: where nothing is to be sent nobody else would find out.
                    self._store.delivery.unblock_workspace(workspace_id)
                count += 1
                silences.broken()
            self._sleep(BETWEEN)
        return count  # What is left is due in the next round, too.

    def _due(self, workspace_id: int, before: datetime) -> Iterator[tuple[str, int, str]]:
        for kind in ("channel", "person"):
            after = 0
            while True:
                with self._store.read(workspace_id) as unit:
                    due = unit.daily.people if kind == "person" else unit.daily.channels
                    ids = due(before, after=after, most=PAGE)
                for one, slack_id in ids:
                    yield kind, one, slack_id
                    after = one
                if not ids:
                    break

    def _over(self, workspace_id: int, deaf_until: datetime) -> Iterator[tuple[str, int, str]]:
        """Last of all: nobody works there."""
        before = max(self._machine.now() - OVER_LOOKED_AT_AFTER, deaf_until)
        with self._store.read(workspace_id) as unit:
            ids = unit.daily.channels_over(before, most=OVER_A_ROUND)
        for one, slack_id in ids:
            yield "channel", one, slack_id

    # --- Accounts

    def _accounts(self, workspace_id: int, before: datetime) -> None:
        """Have Slack list everybody, where that was not done since; it holds up nothing else."""
        began, listed = self._machine.now(), self._listed.get(workspace_id)
        if listed is not None and listed >= before:
            return
        differ: list[str] = []
        try:
            for page in self._pages(workspace_id):
                with self._store.write(workspace_id) as unit:
                    team_id = unit.workspace.team_id
                    told = {one["id"]: person_facts(one, team_id=team_id) for one in page}
                    differ += unit.people.confirm(told)
                    unit.commit()
        except HandoffError as error:
            # Each is asked about by itself then.
            log.info("accounts not listed", workspace=workspace_id, **why(error))
        else:
            self._listed[workspace_id] = began
        # Once all that is as it was counts: nobody waits for those of whom something is new.
        silences = Silences()
        for slack_id in differ:
            try:
                self._account(workspace_id, slack_id)
            except HandoffError as error:
                log.info("not looked at", workspace=workspace_id, account=slack_id, **why(error))
                if silences.met(error):
                    return
            else:
                silences.broken()
            self._sleep(BETWEEN)

    def _pages(self, workspace_id: int) -> Iterator[Sequence[Mapping[str, Any]]]:
        cursor: str | None = None
        while True:
            try:
                page = self._asking.ask(
                    workspace_id, "users.list", None, limit=ACCOUNTS_A_PAGE, cursor=cursor
                )
            except CALL_FAILED as error:
                raise not_said(error) from error
            yield page["members"]
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return
            self._sleep(BETWEEN)

    def _account(self, workspace_id: int, slack_id: str) -> None:
        try:
            user = self._asking.ask(workspace_id, "users.info", None, user=slack_id)["user"]
        except SlackApiError as error:
            if error.response.get("error") not in _NOBODY:
                raise not_said(error) from error
            user = None
        except CALL_FAILED as error:
            raise not_said(error) from error
        with self._store.write(workspace_id) as unit:
            if user is None:
                unit.doubt_account(slack_id)
            else:
                unit.note_account(slack_id, person_facts(user, team_id=unit.workspace.team_id))
            unit.commit()

    # --- Channels

    def _channel(self, workspace_id: int, channel_id: int, slack_id: str) -> None:
        lost: list[Standing] = []
        unread: list[Standing] = []
        try:
            usable = self._look_anew(workspace_id, slack_id).problem() is None
        except Invalid:
            usable = False  # It is noted, and who has to know of it is told.
        if usable:
            with self._store.read(workspace_id) as unit:
                standing = unit.daily.in_channel(channel_id)
            lost, unread = self._gone_from(workspace_id, standing)
        with self._store.write(workspace_id) as unit:
            posted_anew = unit.daily.lost(lost)
            unit.daily.draw_anew(unread)
            unit.daily.looked_at(channel_id=channel_id)
            unit.commit()
        self._told(workspace_id, posted_anew, channel=channel_id)

    def _gone_from(
        self, workspace_id: int, standing: Sequence[Standing]
    ) -> tuple[list[Standing], list[Standing]]:
        """What is gone of cards and of the promises below them, and which cards nobody can read."""
        cards = {one.handoff_id: one for one in standing if one.kind is SurfaceKind.CARD}
        lost: list[Standing] = []
        try:
            lost += self._missing(workspace_id, list(cards.values()))
            below = [one for one in standing if one.kind is SurfaceKind.PROMISE]
            for handoff_id, card in cards.items():
                theirs = [one for one in below if one.handoff_id == handoff_id]
                if card not in lost:
                    lost += self._missing(workspace_id, theirs, thread=card.ts)
        except SlackApiError as error:
            if error.response.get("error") not in _NOT_READ:
                raise not_said(error) from error
            return [], list(cards.values())
        return lost, []

    # --- People

    def _person(self, workspace_id: int, person_id: int, slack_id: str) -> None:
        self._account(workspace_id, slack_id)
        with self._store.read(workspace_id) as unit:
            person, standing = unit.people.get(person_id), unit.daily.with_person(person_id)
            loud = unit.people.calendar(person_id).first_loud(unit.now)
            not_before = loud if loud != unit.now else None
        lost: list[Standing] = []
        if person.full_member:
            try:
                lost = self._missing(workspace_id, standing)
            except SlackApiError as error:
                if error.response.get("error") not in _NOT_READ:
                    raise not_said(error) from error
        with self._store.write(workspace_id) as unit:
            posted_anew = unit.daily.lost(lost, not_before=not_before)
            unit.daily.looked_at(person_id=person_id)
            unit.commit()
        self._told(workspace_id, posted_anew, person=person_id)

    # --- Both

    def _missing(
        self, workspace_id: int, standing: Sequence[Standing], *, thread: str | None = None
    ) -> list[Standing]:
        def ask(method: str, **args: Any) -> Mapping[str, Any]:
            try:
                told = self._asking.ask(workspace_id, method, None, **args).data
            except SlackApiError:
                raise
            except CALL_FAILED as error:
                raise not_said(error) from error
            return told if isinstance(told, dict) else {}

        # Not by the time on it: a calendar that is moved, as in the demo, makes that look old.
        settled = self._machine.now() - _SETTLES
        old = [one for one in standing if one.rests_since < settled]
        found: list[Standing] = []
        for where, several in groupby(sorted(old, key=_place), key=_place):
            theirs = list(several)
            away = gone(ask, where, [one.ts for one in theirs], thread=thread)
            found += [one for one in theirs if one.ts in away]
        return found

    def _told(self, workspace_id: int, posted_anew: int, **where: int) -> None:
        if posted_anew:
            log.info(
                "deleted messages posted anew", workspace=workspace_id, count=posted_anew, **where
            )


def _place(one: Standing) -> str:
    return one.posted_in
