"""Who people are and whether channels are safe, asked of Slack only when the rows do not say."""

import threading
import time
from collections.abc import Callable, Iterator

import structlog
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.delivery.trouble import frames, reference
from bot.domain.channels import Channel
from bot.domain.errors import HandoffError, Invalid, NotFound, Problem, SlackUnavailable
from bot.domain.people import Person
from bot.domain.ports import MachineClock
from bot.slack_calls import CALL_FAILED, Patience
from bot.storage.facts import channel_facts, person_facts
from bot.storage.people import PersonFacts
from bot.storage.unit_of_work import Store

log = structlog.get_logger()

MEMBERS_A_PAGE = 200
_NOBODY = frozenset({"user_not_found", "user_not_visible", "users_not_found"})
_NOT_INSIDE = frozenset({"channel_not_found", "not_in_channel"})


def _let_be(_workspace_id: int, _slack_id: str) -> None:
    return None


class LooksGoOn:
    """Takes looks at channels that ran out of their time to their end, in the background.

    One channel is never looked at twice at once.
    """

    def __init__(self, look: Callable[[int, str], object]) -> None:
        self._look = look
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
            log.info("channel not looked at", problem=error.problem.value)
        except Exception as error:  # noqa: BLE001, the top of a thread
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
    `on_unfinished` is told of a look that ran out of its time, by workspace and Slack's id.
    `within` is what is left of somebody's patience, where somebody waits.
    """

    def __init__(
        self,
        *,
        store: Store,
        client_of: Callable[[int], WebClient],
        machine: MachineClock,
        budget: float,
        on_unfinished: Callable[[int, str], None] = _let_be,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._client_of = client_of
        self._machine = machine
        self._budget = budget
        self._on_unfinished = on_unfinished
        self._monotonic = monotonic

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

    def channel(self, workspace_id: int, slack_id: str, within: Patience | None = None) -> Channel:
        """A conversation, checked within the last ten minutes.

        Raises Invalid where the bot is not inside, SlackUnavailable where Slack cannot be asked
        or the look at the members has to go on at the next call.
        """
        with self._store.read(workspace_id) as unit:
            known = unit.channels.by_slack_id(slack_id)
            team_id = unit.workspace.team_id
        if known is not None and not known.stale(self._machine.now()):
            return known
        try:
            client = self._client(workspace_id, within)
            info = client.conversations_info(channel=slack_id)["channel"]
            inside = bool(info.get("is_member"))
            guests = inside and self._has_guests(workspace_id, slack_id, team_id, within)
        except SlackApiError as error:
            if error.response.get("error") in _NOT_INSIDE:
                self._not_inside(workspace_id, slack_id)
                raise Invalid(Problem.CHANNEL_NOT_INSIDE) from error
            if error.response.get("error") == "missing_scope":
                # The bot may look into channels only; what is left are conversations of a few.
                raise Invalid(Problem.CHANNEL_IS_DM) from error
            raise SlackUnavailable(Problem.SLACK_SILENT) from error
        except CALL_FAILED as error:
            raise SlackUnavailable(Problem.SLACK_SILENT) from error
        with self._store.write(workspace_id) as unit:
            channel = unit.channels.ensure(slack_id, facts=channel_facts(info, guests=guests))
            unit.commit()
        return channel

    def _not_inside(self, workspace_id: int, slack_id: str) -> None:
        with self._store.write(workspace_id) as unit:
            unit.channels.note(slack_id, bot_inside=False)
            unit.commit()

    def _has_guests(
        self, workspace_id: int, slack_id: str, team_id: str, within: Patience | None
    ) -> bool:
        look = (
            within.part(self._budget)
            if within is not None
            else Patience(self._budget, monotonic=self._monotonic)
        )
        members = list(self._members(workspace_id, slack_id, look, within))
        with self._store.read(workspace_id) as unit:
            known = unit.people.by_slack_ids(members)
        if any(person.guest or person.external for person in known.values()):
            return True
        found: dict[str, PersonFacts] = {}
        try:
            for member in members:
                if member in known:
                    continue
                self._stop_after(look, workspace_id, slack_id)
                found[member] = self._ask_person(workspace_id, member, team_id, within)
        finally:
            self._keep(workspace_id, found)
        return any(facts.guest or facts.external for facts in found.values())

    def _stop_after(self, look: Patience, workspace_id: int, slack_id: str) -> None:
        if look.over:
            self._on_unfinished(workspace_id, slack_id)
            raise SlackUnavailable(Problem.CHANNEL_UNKNOWN)

    def _members(
        self, workspace_id: int, slack_id: str, look: Patience, within: Patience | None
    ) -> Iterator[str]:
        cursor: str | None = None
        while True:
            page = self._client(workspace_id, within).conversations_members(
                channel=slack_id, limit=MEMBERS_A_PAGE, cursor=cursor
            )
            yield from page["members"]
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return
            self._stop_after(look, workspace_id, slack_id)

    def _client(self, workspace_id: int, within: Patience | None) -> WebClient:
        client = self._client_of(workspace_id)
        return client if within is None else within.lend(client)

    def _keep(self, workspace_id: int, found: dict[str, PersonFacts]) -> None:
        if not found:
            return
        with self._store.write(workspace_id) as unit:
            for member, facts in found.items():
                unit.people.ensure(member, facts=facts)
            unit.commit()

    def _ask_person(
        self, workspace_id: int, slack_id: str, team_id: str, within: Patience | None
    ) -> PersonFacts:
        try:
            user = self._client(workspace_id, within).users_info(user=slack_id)["user"]
        except SlackApiError as error:
            if error.response.get("error") in _NOBODY:
                raise NotFound(Problem.NOT_A_COLLEAGUE) from error
            raise SlackUnavailable(Problem.SLACK_SILENT) from error
        except CALL_FAILED as error:
            raise SlackUnavailable(Problem.SLACK_SILENT) from error
        return person_facts(user, team_id=team_id)
