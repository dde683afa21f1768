"""Calls to Slack: each at its rate, and what its end means; reading back what was posted."""

import contextlib
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from slack_sdk import WebClient
from slack_sdk.web import SlackResponse

from bot.delivery.constants import Constants
from bot.delivery.failpoints import Reached
from bot.delivery.outcomes import Heard, Outcome, Verdict, answered, failed, unheard
from bot.delivery.plans import Reader, Spot
from bot.delivery.shaping import Shaping
from bot.domain.errors import HandoffError
from bot.domain.notices import Priority
from bot.domain.ports import MachineClock
from bot.slack_calls import CALL_FAILED, put_file
from bot.storage.delivery import DeliveryStore
from bot.storage.jobs import Job

EVENT_TYPE = "handoff_notice"
CLOCK_WAS_AHEAD = timedelta(days=1)
"""How far back is looked where nothing says when a post was tried first."""
OF_ANOTHER = timedelta(hours=1)
"""How much further where another process says it: an older version went by its own clock alone, and
nobody knows how far that was ahead."""
HISTORY_PAGE = 200
"""As many messages as Slack recommends to ask for at once."""
MOST_PAGES = 50
"""Of one look; where more was written since, it is not looked through."""
TOO_MUCH = "too_much_history"

ClientOf = Callable[[int], WebClient]
"""A workspace's client, which must not retry writes by itself; raises NoToken."""

PutFile = Callable[[WebClient, str, bytes], None]
"""Brings content to an address; raises one of CALL_FAILED."""

_METHODS: Mapping[str, Callable[..., SlackResponse]] = {
    "chat.delete": WebClient.chat_delete,
    "chat.postMessage": WebClient.chat_postMessage,
    "chat.postEphemeral": WebClient.chat_postEphemeral,
    "chat.update": WebClient.chat_update,
    "views.publish": WebClient.views_publish,
    "files.getUploadURLExternal": WebClient.files_getUploadURLExternal,
    "files.completeUploadExternal": WebClient.files_completeUploadExternal,
    "conversations.history": WebClient.conversations_history,
    "conversations.invite": WebClient.conversations_invite,
    "conversations.open": WebClient.conversations_open,
    "conversations.replies": WebClient.conversations_replies,
}


@dataclass(frozen=True)
class Posted:
    """A message that stands, and by what it is known."""

    ts: str
    keys: frozenset[object]
    marks: frozenset[str]


class Unfinished(Exception):
    """A call that a post needs first did not end well."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.word)
        self.outcome = outcome


class Calls:
    """Makes one call for a job and says how it ended."""

    def __init__(
        self,
        *,
        delivery: DeliveryStore,
        client_of: ClientOf,
        shaping: Shaping,
        machine: MachineClock,
        constants: Constants,
        reached: Reached,
        put: PutFile = put_file,
        heard: Heard = unheard,
    ) -> None:
        self._delivery = delivery
        self._client_of = client_of
        self._shaping = shaping
        self._machine = machine
        self._constants = constants
        self._reached = reached
        self._put = put
        self._heard = heard

    def call(self, job: Job, method: str, values: Mapping[str, Any]) -> Outcome:
        """Call a method once, at a moment its rate allows."""
        began = time.monotonic()
        try:
            client = self._client_of(job.workspace_id)
            outcome = answered(_METHODS[method](client, **values))
        except CALL_FAILED as error:
            outcome = failed(error)
        took = time.monotonic() - began
        self._heard(job.workspace_id, method, outcome, took)
        self._delivery.slack_showed(outcome.date)
        if outcome.verdict is Verdict.LIMITED:
            self._shaping.limited(job.workspace_id, method, outcome.retry_after)
        if outcome.verdict in (Verdict.NOT_SENT, Verdict.AMBIGUOUS):
            self._shaping.failed(job.workspace_id, took=timedelta(seconds=took))
        else:
            self._shaping.reached(job.workspace_id)
        if job.probing and outcome.verdict is Verdict.OK:
            self._let_in_again(job.workspace_id)
        return outcome

    def _let_in_again(self, workspace_id: int) -> None:
        """Slack takes the token again, whatever the call was for and becomes of its job."""
        self._reached("probed")
        # What the call came to is settled all the same; else the next job finds it out.
        with contextlib.suppress(HandoffError):
            self._delivery.unblock_workspace(workspace_id)

    def channel(self, job: Job, spot: Spot) -> str:
        """The conversation a message goes to; that with a person is opened once and remembered.

        Raises Unfinished where it could not be opened.
        """
        if spot.channel is not None:
            return spot.channel
        if spot.reader is None:
            raise TypeError(spot)
        known = self._delivery.dm_of(spot.reader.person_id)
        return known if known is not None else self._open(job, spot.reader)

    def lay_down(self, job: Job, name: str, content: bytes) -> tuple[Outcome, str]:
        """Bring a file to Slack, where nobody sees it until it is completed; gives its id.

        It may be repeated: what is not completed is nowhere. Raises Unfinished where it may not
        be done now.
        """
        begun = {"filename": name, "length": len(content)}
        outcome = self._at_its_rate(job, "files.getUploadURLExternal", begun)
        if outcome.verdict is not Verdict.OK or outcome.answer is None:
            return outcome, ""
        self._reached("upload_begun")
        try:
            url, file_id = str(outcome.answer["upload_url"]), str(outcome.answer["file_id"])
            self._put(self._client_of(job.workspace_id), url, content)
        except (*CALL_FAILED, KeyError) as error:
            return failed(error), ""
        self._reached("uploaded")
        return outcome, file_id

    def at_its_rate(self, job: Job, method: str) -> None:
        """Note a call that is made at once; raises Unfinished where it may not be made now."""
        answer = job.priority == Priority.ANSWER
        wait = self._shaping.take_in_turn(job.workspace_id, method, answer=answer)
        if wait > timedelta(0):
            raise Unfinished(Outcome(Verdict.LIMITED, "shaped", wait))

    def find(self, job: Job, channel: str, thread_ts: str | None) -> tuple[Outcome, str | None]:
        """Look where a post of this job would stand; gives its timestamp where it is there.

        Raises Unfinished where that may not be asked now.
        """
        for outcome in self._pages(job, channel, thread_ts):
            for message in _messages(outcome):
                if job.key in _keys_of(message):
                    return outcome, str(message["ts"])
        return outcome, None

    def posted(self, job: Job, channel: str, thread_ts: str | None) -> tuple[Outcome, list[Posted]]:
        """All that the bot posted where this job would stand since its first try, newest first.

        Raises Unfinished where that may not be asked now.
        """
        found: list[Posted] = []
        for outcome in self._pages(job, channel, thread_ts):
            found += (
                Posted(str(one["ts"]), frozenset(_keys_of(one)), frozenset(_marks_of(one)))
                for one in _messages(outcome)
            )
        return outcome, sorted(found, key=lambda one: one.ts, reverse=True)

    def _pages(self, job: Job, channel: str, thread_ts: str | None) -> Iterator[Outcome]:
        """What was posted in a conversation or thread since a job's first try; ends with a page
        that could not be read, or with a refusal where it is too much.

        Only the first page waits for its turn. Who waited in the middle would have to begin anew,
        and come no further where there is more to read than turns were saved up.
        """
        since = self._since(job)
        span: dict[str, Any] = {
            "channel": channel,
            "oldest": _stamp(since),
            "include_all_metadata": True,
            "limit": HISTORY_PAGE,
        }
        method = "conversations.history"
        if thread_ts is not None:
            method = "conversations.replies"
            span["ts"] = thread_ts
        self.at_its_rate(job, method)
        outcome = self.call(job, method, span)
        earlier = self._since(job)
        if outcome.verdict is Verdict.OK and since - earlier > self._constants.look_back / 2:
            # Nothing told before this answer that our clock is so far ahead of Slack's.
            span["oldest"] = _stamp(earlier)
            self._in_advance(job, method)
            outcome = self.call(job, method, span)
        for left in reversed(range(MOST_PAGES)):
            yield outcome
            cursor = _next_cursor(outcome)
            if not cursor:
                return
            if not left:
                yield Outcome(Verdict.REFUSED, TOO_MUCH)
                return
            self._in_advance(job, method)
            outcome = self.call(job, method, {**span, "cursor": cursor})

    def _in_advance(self, job: Job, method: str) -> None:
        """Note a call that goes on with others, and is made before its turn.

        Raises Unfinished where Slack asked for a pause.
        """
        wait = self._shaping.take_in_turn(job.workspace_id, method)
        if not wait:
            return
        if self._shaping.resting(job.workspace_id, method):
            raise Unfinished(Outcome(Verdict.LIMITED, "shaped", wait))
        self._shaping.take(job.workspace_id, method)

    def _since(self, job: Job) -> datetime:
        """From when on, by Slack's clock, a post of this job may stand there."""
        now = self._machine.now()
        first = job.first_try_at or now
        if first > now:
            # A process before this one wrote it down by a clock that was ahead.
            first = now - CLOCK_WAS_AHEAD
        elif first <= self._delivery.others_tried_until and not job.restored:
            # What was restored is also looked for by marks, and those are not of one post alone.
            first -= OF_ANOTHER
        # What was tried before Slack's clock was known, or is known to a backup, is machine time.
        return first - self._constants.look_back - self._delivery.ahead

    def _open(self, job: Job, reader: Reader) -> str:
        outcome = self._at_its_rate(job, "conversations.open", {"users": reader.slack_id})
        if outcome.verdict is not Verdict.OK or outcome.answer is None:
            if outcome.verdict is Verdict.AMBIGUOUS:
                # Opening twice opens nothing new: there is no doubt to wait out.
                outcome = Outcome(Verdict.NOT_SENT, outcome.reason)
            raise Unfinished(outcome)
        channel = str(outcome.answer["channel"]["id"])
        self._delivery.set_dm(reader.person_id, channel)
        self._reached("opened")
        return channel

    def _at_its_rate(self, job: Job, method: str, values: Mapping[str, Any]) -> Outcome:
        self.at_its_rate(job, method)
        return self.call(job, method, values)


def _stamp(at: datetime) -> str:
    """An instant as Slack writes the time of a message."""
    return f"{at.timestamp():.6f}"


def _next_cursor(outcome: Outcome) -> str | None:
    """Where a page that was read goes on; None where there is nothing more."""
    if outcome.verdict is not Verdict.OK or outcome.answer is None:
        return None
    return (outcome.answer.get("response_metadata") or {}).get("next_cursor") or None


def _keys_of(message: Mapping[str, Any]) -> set[object]:
    """By what a message of the bot's is known: its metadata, or the files that came with it."""
    keys: set[object] = {one.get("id") for one in message.get("files") or ()}
    return keys | {_payload(message).get("key")}


def _marks_of(message: Mapping[str, Any]) -> Iterable[str]:
    marks = _payload(message).get("marks")
    return marks if isinstance(marks, dict) else ()


def _payload(message: Mapping[str, Any]) -> Mapping[str, Any]:
    metadata = message.get("metadata") or {}
    if metadata.get("event_type") != EVENT_TYPE:
        return {}
    return metadata.get("event_payload") or {}


def _messages(outcome: Outcome) -> Iterable[Mapping[str, Any]]:
    if outcome.verdict is not Verdict.OK or outcome.answer is None:
        return ()
    found: Iterable[Mapping[str, Any]] = outcome.answer.get("messages", ())
    return found
