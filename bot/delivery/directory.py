"""Who people are and whether channels are safe, asked of Slack only when the rows do not say."""

import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import structlog
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.delivery.asking import Asking, NoTurn, Sleep, not_said
from bot.delivery.constants import Constants
from bot.delivery.finding import Finding
from bot.delivery.outcomes import Heard, unheard
from bot.delivery.profiles import Profiles
from bot.delivery.shaping import Shaping
from bot.delivery.trouble import frames, reference
from bot.domain.channels import Channel
from bot.domain.errors import HandoffError, Invalid, NotFound, Problem, SlackUnavailable
from bot.domain.people import Person
from bot.domain.ports import MachineClock, ProfileField
from bot.slack_calls import CALL_FAILED, Patience
from bot.storage.facts import channel_facts, person_facts
from bot.storage.people import PersonFacts
from bot.storage.unit_of_work import Store

log = structlog.get_logger()

MEMBERS_A_PAGE = 200
MEMBERS_A_LOOK = 999
"""As many as Slack gives at once, where one of them is looked for and nobody is asked about."""
CHANNELS_A_PAGE = 1000
TRUSTED_FOR = timedelta(days=2)
"""An account that was asked about longer ago may be anybody's by now, whatever was heard of it.

Longer than a day: usually the daily look comes before, and nobody waits for it.
"""
_NOBODY = frozenset({"user_not_found", "user_not_visible", "users_not_found"})
_NO_CHANNELS = frozenset(
    {"missing_scope", "restricted_action", "no_permission", "user_is_restricted"}
)
_NOT_INSIDE = frozenset({"channel_not_found", "not_in_channel"})


def _let_be(_workspace_id: int, _slack_id: str) -> None:
    return None


def _never() -> bool:
    return False


class LooksGoOn:
    """Takes looks at channels that ran out of their time to their end, in the background.

    One channel is never looked at twice at once. `stopping` is whether the bot ends: what a look
    comes to then is nobody's trouble.
    """

    def __init__(
        self, look: Callable[[int, str], object], *, stopping: Callable[[], bool] = _never
    ) -> None:
        self._look = look
        self._stopping = stopping
        self._guard = threading.Lock()
        self._under_way: set[tuple[int, str]] = set()

    def __call__(self, workspace_id: int, slack_id: str) -> None:
        """Begin, unless the same look is under way."""
        with self._guard:
            if (workspace_id, slack_id) in self._under_way:
                return
            self._under_way.add((workspace_id, slack_id))
        threading.Thread(
            target=self._go_on, args=(workspace_id, slack_id), name="look", daemon=True
        ).start()

    def _go_on(self, workspace_id: int, slack_id: str) -> None:
        try:
            self._look(workspace_id, slack_id)
        except HandoffError as error:
            if not self._stopping():
                log.info("channel not looked at", problem=error.problem.value)
        except Exception as error:  # noqa: BLE001, the top of a thread
            if not self._stopping():
                log.error(
                    "look failed",
                    reference=reference(),
                    error=type(error).__name__,
                    frames=frames(error),
                )
        finally:
            with self._guard:
                self._under_way.discard((workspace_id, slack_id))


class SlackDirectory:
    """Looks people and channels up, in the rows first; keeps what Slack says.

    `budget` is how long, in seconds, one look at a channel's members may take: before an answer
    little, in delivery more. What was found in time is kept, so that the next look goes on there;
    `on_unfinished` is told of a look that ran out of its time or of calls, by workspace and Slack's
    id. `within` is what is left of somebody's patience, where somebody waits. With `sleep` calls
    wait for their turn.
    """

    def __init__(
        self,
        *,
        store: Store,
        client_of: Callable[[int], WebClient],
        machine: MachineClock,
        budget: float,
        shaping: Shaping | None = None,
        sleep: Sleep | None = None,
        on_unfinished: Callable[[int, str], None] = _let_be,
        monotonic: Callable[[], float] = time.monotonic,
        heard: Heard = unheard,
    ) -> None:
        self._store = store
        self._machine = machine
        self._budget = budget
        self._on_unfinished = on_unfinished
        self._monotonic = monotonic
        shaping = shaping or Shaping(machine=machine, constants=Constants())
        self._asking = Asking(
            client_of=client_of,
            shaping=shaping,
            sleep=sleep,
            on_no_access=store.delivery.block_workspace,
            heard=heard,
        )
        self.finding = Finding(self._asking)
        self.profiles = Profiles(
            store=store, asking=self._asking, machine=machine, meet=self.person
        )

    def person(self, workspace_id: int, slack_id: str, within: Patience | None = None) -> Person:
        """A person by Slack's id; raises NotFound for no such account, SlackUnavailable."""
        with self._store.read(workspace_id) as unit:
            known = unit.people.by_slack_id(slack_id)
            team_id = unit.workspace.team_id
        if known is not None:
            return known
        facts = self._ask_person(workspace_id, slack_id, team_id, within)
        with self._store.write(workspace_id) as unit:
            person = unit.people.ensure(slack_id, facts=facts)
            unit.commit()
        return person

    def channel(
        self,
        workspace_id: int,
        slack_id: str,
        within: Patience | None = None,
        *,
        anywhere: bool = False,
        anew: bool = False,
    ) -> Channel:
        """A conversation, checked within the last ten minutes, or with `anew` just now.

        Who is in a public channel the bot is not in matters only `anywhere` something of it is
        taken in; then its members are looked at, too.
        Raises Invalid where the bot is not inside, SlackUnavailable where Slack cannot be asked
        or the look at the members has to go on at the next call.
        """
        with self._store.read(workspace_id) as unit:
            known = unit.channels.by_slack_id(slack_id)
            team_id = unit.workspace.team_id
        fresh = known is not None and not anew and not known.stale(self._machine.now())
        if known is not None and fresh and (known.bot_inside or not anywhere):
            return known
        try:
            told = self._asking.ask(workspace_id, "conversations.info", within, channel=slack_id)
            info = told["channel"]
            open_to_all = not any(info.get(one) for one in ("is_private", "is_im", "is_mpim"))
            looks = bool(info.get("is_member")) or (anywhere and open_to_all)
            # Where outsiders read anyway, who else does changes nothing.
            guests = (
                looks
                and not _shared(info)
                and self._has_guests(workspace_id, slack_id, team_id, within)
            )
        except SlackApiError as error:
            if error.response.get("error") in _NOT_INSIDE:
                self._not_inside(workspace_id, slack_id)
                raise Invalid(Problem.CHANNEL_NOT_INSIDE) from error
            if error.response.get("error") == "missing_scope":
                # The bot may look into channels only; what is left are conversations of a few.
                raise Invalid(Problem.CHANNEL_IS_DM) from error
            raise not_said(error) from error
        except CALL_FAILED as error:
            raise not_said(error) from error
        with self._store.write(workspace_id) as unit:
            channel = unit.channels.ensure(slack_id, facts=channel_facts(info, guests=guests))
            unit.commit()
        return channel

    def is_member(
        self,
        workspace_id: int,
        slack_id: str,
        channel_slack_id: str,
        within: Patience | None = None,
    ) -> bool:
        """Whether a person is in a conversation now; kept nowhere.

        Raises SlackUnavailable where Slack does not say it, or has not named them before the time
        for one look is over.
        """
        look = self._look(within)
        members = self._members(workspace_id, channel_slack_id, look, within, a_page=MEMBERS_A_LOOK)
        try:
            return slack_id in members
        except CALL_FAILED as error:
            raise SlackUnavailable(Problem.SLACK_SILENT) from error

    def permalink(
        self, workspace_id: int, channel: str, ts: str, within: Patience | None = None
    ) -> str | None:
        """The address of a message; None where Slack refuses it or does not say it in time."""
        try:
            told = self._asking.ask(
                workspace_id, "chat.getPermalink", within, channel=channel, message_ts=ts
            )
        except (*CALL_FAILED, SlackUnavailable):
            return None
        link = told.get("permalink")
        return link if isinstance(link, str) else None

    def profile_fields(
        self, workspace_id: int, within: Patience | None = None
    ) -> tuple[ProfileField, ...]:
        """The fields of the profile that hold a person; raises Invalid or SlackUnavailable."""
        return self.profiles.fields(workspace_id, within)

    def make_channel(self, workspace_id: int, name: str, within: Patience | None = None) -> Channel:
        """A private channel of this name, for one handoff; asked for twice it is made once.

        Raises Invalid for a name that is taken or where Slack lets the bot make none,
        SlackUnavailable where nothing is known: then the same name may be asked for again.
        """
        try:
            told = self._asking.ask(
                workspace_id,
                "conversations.create",
                within,
                http_verb="POST",
                name=name,
                is_private=True,
            )
            info = told["channel"]
        except SlackApiError as error:
            return self._made_before(workspace_id, name, error, within)
        except CALL_FAILED as error:
            raise SlackUnavailable(Problem.SLACK_SILENT) from error
        with self._store.write(workspace_id) as unit:
            facts = replace(channel_facts(info, guests=False), bot_inside=True)
            channel = unit.channels.note_made(unit.channels.ensure(info["id"], facts=facts).id)
            unit.commit()
        return channel

    def _made_before(
        self, workspace_id: int, name: str, error: SlackApiError, within: Patience | None
    ) -> Channel:
        """The channel of an earlier try whose answer got lost: ours, and without a handoff."""
        told = str(error.response.get("error"))
        if told in _NO_CHANNELS:
            raise Invalid(Problem.NO_CHANNEL_MADE) from error
        if told.startswith("invalid_name"):
            raise Invalid(Problem.BAD_CHANNEL_NAME, field="channel_name") from error
        if told != "name_taken":
            raise SlackUnavailable(Problem.SLACK_SILENT) from error
        with self._store.read(workspace_id) as unit:
            bot = unit.workspace.bot_user_id
        found = next(
            (
                one["id"]
                for one in self._private_channels(workspace_id, within)
                if one.get("name") == name and one.get("creator") == bot
            ),
            None,
        )
        if found is None:
            raise Invalid(Problem.TAKEN_CHANNEL_NAME, field="channel_name") from error
        known = self.channel(workspace_id, found, within)
        with self._store.write(workspace_id) as unit:
            if unit.handoffs.open_in(known.id):
                raise Invalid(Problem.TAKEN_CHANNEL_NAME, field="channel_name")
            channel = unit.channels.note_made(known.id)
            unit.commit()
        return channel

    def _private_channels(
        self, workspace_id: int, within: Patience | None
    ) -> Iterator[Mapping[str, Any]]:
        """Those the bot is in: Slack tells it of no others."""
        cursor: str | None = None
        while True:
            try:
                page = self._asking.ask(
                    workspace_id,
                    "conversations.list",
                    within,
                    one_of_many=cursor is not None,
                    types="private_channel",
                    exclude_archived=True,
                    limit=CHANNELS_A_PAGE,
                    cursor=cursor,
                )
            except CALL_FAILED as error:
                raise SlackUnavailable(Problem.SLACK_SILENT) from error
            yield from page["channels"]
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return

    def _not_inside(self, workspace_id: int, slack_id: str) -> None:
        with self._store.write(workspace_id) as unit:
            unit.channels.note(slack_id, bot_inside=False)
            unit.commit()

    def _has_guests(
        self, workspace_id: int, slack_id: str, team_id: str, within: Patience | None
    ) -> bool:
        look = self._look(within)
        found: dict[str, PersonFacts] = {}
        try:
            members = list(self._members(workspace_id, slack_id, look, within))
            outsiders, unsure = self._known(workspace_id, members)
            for member in () if outsiders else unsure:
                _go_on(look)
                found[member] = self._ask_person(
                    workspace_id, member, team_id, within, one_of_many=True
                )
        except NoTurn as unfinished:
            self._on_unfinished(workspace_id, slack_id)
            raise SlackUnavailable(Problem.CHANNEL_UNKNOWN) from unfinished
        except NotFound:
            return True  # Whom Slack does not show counts as somebody from outside.
        finally:
            self._keep(workspace_id, found)
        # What was heard of others, while some were asked about, counts as well.
        told = any(facts.guest or facts.external for facts in found.values())
        return told or self._known(workspace_id, members)[0]

    def _known(self, workspace_id: int, members: Collection[str]) -> tuple[bool, list[str]]:
        """Whether others than colleagues are among them, and about whom Slack has to be asked."""
        now = self._machine.now()
        with self._store.read(workspace_id) as unit:
            known = unit.people.by_slack_ids(members)
            checked = {name: unit.people.checked_at(one.id) for name, one in known.items()}
        outsiders = any(one.guest or one.external for one in known.values())
        return outsiders, [one for one in members if _outdated(checked.get(one), now)]

    def _look(self, within: Patience | None) -> Patience:
        """The time for one look at the members of a channel."""
        if within is not None:
            return within.part(self._budget)
        return Patience(self._budget, monotonic=self._monotonic)

    def _members(
        self,
        workspace_id: int,
        slack_id: str,
        look: Patience,
        within: Patience | None,
        *,
        a_page: int = MEMBERS_A_PAGE,
    ) -> Iterator[str]:
        cursor: str | None = None
        while True:
            page = self._asking.ask(
                workspace_id,
                "conversations.members",
                within,
                one_of_many=cursor is not None,
                channel=slack_id,
                limit=a_page,
                cursor=cursor,
            )
            yield from page["members"]
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return
            _go_on(look)

    def _keep(self, workspace_id: int, found: dict[str, PersonFacts]) -> None:
        if not found:
            return
        with self._store.write(workspace_id) as unit:
            for member in sorted(found):
                unit.meet(member, found[member])
            unit.commit()

    def _ask_person(
        self,
        workspace_id: int,
        slack_id: str,
        team_id: str,
        within: Patience | None,
        *,
        one_of_many: bool = False,
    ) -> PersonFacts:
        try:
            told = self._asking.ask(
                workspace_id, "users.info", within, one_of_many=one_of_many, user=slack_id
            )
            user = told["user"]
        except SlackApiError as error:
            if error.response.get("error") in _NOBODY:
                raise NotFound(Problem.NOT_A_COLLEAGUE) from error
            raise not_said(error) from error
        except CALL_FAILED as error:
            raise not_said(error) from error
        return person_facts(user, team_id=team_id)


def _shared(info: Mapping[str, Any]) -> bool:
    told = channel_facts(info, guests=False)
    return told.shared or told.pending


def _outdated(checked_at: datetime | None, now: datetime) -> bool:
    # A look that is still to come was noted by a clock that was ahead, and says nothing.
    return checked_at is None or not timedelta(0) <= now - checked_at <= TRUSTED_FOR


def _go_on(look: Patience) -> None:
    """A look that has used up its time is told of like one that has used up its calls."""
    if look.over:
        raise NoTurn
