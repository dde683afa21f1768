"""From a delivery to an answer: the one way every listener is called and every refusal is shown."""

import contextlib
import re
import secrets
import traceback
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol

import structlog
from slack_bolt import Ack, App, BoltContext, BoltResponse
from slack_sdk import WebClient
from slack_sdk.errors import SlackClientError
from slack_sdk.webhook import WebhookClient

from bot.domain import access
from bot.domain.channels import Channel
from bot.domain.errors import HandoffError, Invalid, NotAllowed, Problem, SlackUnavailable
from bot.domain.people import Person
from bot.domain.read_models import NamedPerson, named
from bot.flows.answers import Answer, Done, FieldErrors, Open, Push, Say, Update
from bot.flows.asked import READERS, Asked, Kind
from bot.flows.inputs import Typed
from bot.flows.listeners import Listener, Listeners
from bot.storage.unit_of_work import ReadUnit, Store
from bot.views import sentences
from bot.views.ids import ActionId
from bot.views.payload import Ref
from bot.views.problem import problem_message, problem_view

log = structlog.get_logger()

RESPONSE_URL_TIMEOUT = 1
"""Seconds for a sentence sent before the answer; Slack waits three in all."""
LONGEST_RETRIED = 100
"""Characters of a command's words kept for another try: no word it knows is longer."""
_ANYTHING = re.compile(".*")
_PASSING = frozenset({Problem.BUSY, Problem.STORAGE_DOWN, Problem.SLACK_SILENT, Problem.UNEXPECTED})
"""What may go away by itself: the refusal offers to try again."""


class Directory(Protocol):
    """Who people are and whether channels are safe, as Slack says; asks Slack only when needed."""

    def person(self, workspace_id: int, slack_id: str) -> Person:
        """A person by Slack's id; raises NotFound or SlackUnavailable."""
        ...

    def channel(self, workspace_id: int, slack_id: str) -> Channel:
        """A conversation as checked within the last ten minutes; raises SlackUnavailable."""
        ...


def _nowhere(_name: str) -> None:
    return None


class _UnknownPerson(Exception):
    """The person acted before the bot ever heard of them."""


class Conversations:
    """Calls listeners inside a unit of work and turns what they return into Slack's answers."""

    def __init__(
        self,
        *,
        store: Store,
        directory: Directory,
        listeners: Listeners,
        workspace_of: Callable[[str | None, str | None], int | None],
        reached: Callable[[str], None] = _nowhere,
    ) -> None:
        self._store = store
        self._directory = directory
        self._listeners = listeners
        self._workspace_of = workspace_of
        self._reached = reached

    def bind(self, app: App) -> None:
        """Register every listener with Bolt; Bolt keeps the order, and each name is unique."""
        for kind, register in (
            (Kind.COMMAND, app.command),
            (Kind.ACTION, app.action),
            (Kind.SUBMISSION, app.view),
            (Kind.EVENT, app.event),
        ):
            for name in self._listeners.names(kind):
                register(name)(self._entry(kind))
        # These two have no listener of their own: they stand for a button's or a command's.
        for stand_in in (ActionId.MORE, ActionId.RETRY_COMMAND):
            app.action(stand_in.value)(self._entry(Kind.ACTION))
        # Last of all: what an older version put on the screen gets a sentence, not silence.
        app.action(_ANYTHING)(self._entry(Kind.ACTION))
        app.view(_ANYTHING)(self._entry(Kind.SUBMISSION))

    def _entry(self, kind: Kind) -> Callable[..., BoltResponse | None]:
        def answer(
            body: dict[str, Any], ack: Ack, client: WebClient, context: BoltContext
        ) -> BoltResponse | None:
            with self._store.act():
                return self._answer(kind, body, ack, client, context)

        return answer

    def _answer(
        self,
        kind: Kind,
        body: Mapping[str, Any],
        ack: Ack,
        client: WebClient,
        context: BoltContext,
    ) -> BoltResponse | None:
        asked: Asked | None = None
        try:
            workspace_id = self._workspace_of(context.enterprise_id, context.team_id)
            if workspace_id is None:
                return BoltResponse(status=404)
            asked = _read(kind, body, workspace_id)
            if asked is None:
                return BoltResponse(status=400)
            payload = self._perform(asked, client)
        except HandoffError as error:
            if kind is Kind.EVENT and error.problem in _PASSING:
                # Only events are delivered again by Slack, so only they may fail.
                return BoltResponse(status=500)
            payload = self._refuse(error, asked, client)
        except Exception as error:  # noqa: BLE001, the top of a request
            reference = secrets.token_hex(4)
            log.error(
                "request failed",
                reference=reference,
                kind=kind.value,
                name=_name(asked),
                traceback="".join(_where(error)),
            )
            if kind is Kind.EVENT:
                return BoltResponse(status=500)
            unexpected = HandoffError(Problem.UNEXPECTED, facts={"reference": reference})
            payload = self._refuse(unexpected, asked, client)
        self._passed(kind, "answering")
        ack(**payload)
        return None

    def _passed(self, kind: Kind, step: str) -> None:
        self._reached(f"{kind.value}-{step}")

    def _perform(self, asked: Asked, client: WebClient) -> dict[str, Any]:
        listener = self._listeners.of(asked.kind, asked.name)
        if listener is None and asked.kind is Kind.ACTION:
            listener = self._listeners.of(Kind.COMMAND, asked.name)  # *Try again* of a command.
        if listener is None or asked.stale:
            raise Invalid(Problem.STALE_BUTTON)
        if listener.wants_safe_channel(asked):
            self._require_safe_channel(asked)
        if listener.looks_at_channel and asked.channel is not None and not asked.direct:
            with contextlib.suppress(HandoffError):  # Unknown is an answer too: not safe.
                self._directory.channel(asked.workspace_id, asked.channel)
        if listener.looks_at_deal_channel:
            self._look_at_deal_channel(asked)
        for slack_id in listener.named(asked) if listener.named else ():
            self._directory.person(asked.workspace_id, slack_id)
        try:
            answer, kept = self._run(listener, asked)
        except _UnknownPerson:
            self._directory.person(asked.workspace_id, asked.slack_user or "")
            answer, kept = self._run(listener, asked)
        if answer is None:
            return kept or {}
        return self._shown(answer, asked, client, committed=listener.writes)

    def _require_safe_channel(self, asked: Asked) -> None:
        if asked.direct:
            raise Invalid(Problem.CHANNEL_IS_DM)
        channel = self._directory.channel(asked.workspace_id, asked.channel or "")
        problem = channel.problem()
        if problem is not None:
            raise Invalid(problem)

    def _look_at_deal_channel(self, asked: Asked) -> None:
        with contextlib.suppress(HandoffError):  # The listener decides on what is known then.
            with self._store.read(asked.workspace_id) as unit:
                handoff = unit.handoffs.get(asked.handoff_id)
                slack_id = unit.channels.get(handoff.channel_id).slack_id
            self._directory.channel(asked.workspace_id, slack_id)

    def _run(self, listener: Listener, asked: Asked) -> tuple[Answer | None, dict[str, Any] | None]:
        """The listener's answer, or None and what was answered the first time."""
        if not listener.writes:
            with self._store.read(asked.workspace_id) as unit:
                actor = self._actor(unit, asked)
                self._require_right(listener, asked, unit, actor)
                return listener.answer(asked=asked, unit=unit, actor=actor), None
        with self._store.write(asked.workspace_id) as unit:
            kept = unit.received.claim(asked.key)
            if kept is not None:
                return None, kept
            self._passed(asked.kind, "received")
            actor = self._actor(unit, asked)
            self._require_right(listener, asked, unit, actor)
            answer = listener.answer(asked=asked, unit=unit, actor=actor)
            if isinstance(answer, FieldErrors):
                return answer, None  # Nothing was kept, so nothing is committed.
            self._passed(asked.kind, "acted")
            payload = _payload(answer, asked)
            if payload:  # An empty answer is what a claimed key stands for.
                unit.received.keep(asked.key, payload)
            self._passed(asked.kind, "answer_kept")
            unit.commit()
            self._passed(asked.kind, "committed")
            return answer, None

    def _actor(self, unit: ReadUnit, asked: Asked) -> Person | None:
        if asked.slack_user is None:
            return None
        person = unit.people.by_slack_id(asked.slack_user)
        if person is None and asked.kind is Kind.EVENT:
            return None
        if person is None:
            raise _UnknownPerson
        if asked.kind is not Kind.EVENT and not person.full_member:
            raise NotAllowed(Problem.NOT_A_MEMBER)
        return person

    def _require_right(
        self, listener: Listener, asked: Asked, unit: ReadUnit, actor: Person | None
    ) -> None:
        if listener.act is None or actor is None or listener.writes:
            return  # An act checks it again on the locked handoff; one look is enough for it.
        access.require(listener.act, actor, unit.handoffs.get(asked.handoff_id))

    def _shown(
        self, answer: Answer, asked: Asked, client: WebClient, *, committed: bool
    ) -> dict[str, Any]:
        try:
            self._call_slack(answer, asked, client)
        except (SlackClientError, OSError) as error:
            # The act stands: the view is only how it would have been shown.
            log.warning("view not shown", name=asked.name, error=type(error).__name__)
            if not committed:
                raise SlackUnavailable(Problem.SLACK_SILENT) from error
        return _payload(answer, asked)

    def _call_slack(self, answer: Answer, asked: Asked, client: WebClient) -> None:
        if isinstance(answer, Done) and answer.refresh is not None:
            client.views_update(view_id=answer.refresh.view_id, view=answer.refresh.view)
        if asked.kind is Kind.SUBMISSION:
            return
        if isinstance(answer, Done) and answer.spent and asked.whispered and asked.response_url:
            _hook(asked.response_url).send(delete_original=True)
        if isinstance(answer, Open) or (isinstance(answer, Push | Update) and not asked.in_modal):
            client.views_open(trigger_id=asked.trigger_id or "", view=answer.view)
        elif isinstance(answer, Push):
            client.views_push(trigger_id=asked.trigger_id or "", view=answer.view)
            if answer.refresh is not None:
                client.views_update(view_id=answer.refresh.view_id, view=answer.refresh.view)
        elif isinstance(answer, Update) and asked.view is not None:
            client.views_update(view_id=asked.view["id"], view=answer.view)
        elif isinstance(answer, Say) and asked.kind is Kind.ACTION:
            self._whisper(answer, asked, client)

    def _whisper(self, answer: Say, asked: Asked, client: WebClient) -> None:
        """A sentence to the person who pressed, where they pressed."""
        if asked.response_url is None:
            opens = client.views_push if asked.in_modal else client.views_open
            opens(trigger_id=asked.trigger_id or "", view=problem_view(answer.message.text))
            return
        _hook(asked.response_url).send(
            text=answer.message.text,
            blocks=answer.message.blocks,
            response_type="ephemeral",
            replace_original=False,
        )

    def _refuse(
        self, error: HandoffError, asked: Asked | None, client: WebClient
    ) -> dict[str, Any]:
        if asked is None or asked.kind is Kind.EVENT:
            return {}
        sentence = sentences.problem(error, people=self._named(error, asked))
        if asked.kind is Kind.SUBMISSION and asked.view is not None:
            return _field_refusal(error, sentence, Typed(asked.view))
        answer = Say(problem_message(sentence, _retry(error, asked)))
        if asked.kind is Kind.ACTION:
            try:
                self._whisper(answer, asked, client)
            except (SlackClientError, OSError) as silent:
                log.warning("refusal not shown", name=asked.name, error=type(silent).__name__)
        return _payload(answer, asked)

    def _named(self, error: HandoffError, asked: Asked) -> dict[int, NamedPerson]:
        if not error.whose:
            return {}
        try:
            with self._store.read(asked.workspace_id) as unit:
                people = unit.people.many(error.whose)
        except HandoffError:  # Without names the sentence still says what to do.
            return {}
        found = {person_id: named(person_id, people) for person_id in error.whose}
        return {person_id: person for person_id, person in found.items() if person is not None}


def _read(kind: Kind, body: Mapping[str, Any], workspace_id: int) -> Asked | None:
    """The delivery as a value, or None for one that lacks what Slack always sends."""
    try:
        return READERS[kind](body, workspace_id)
    except (KeyError, IndexError, TypeError, AttributeError) as error:
        log.warning("unreadable delivery", kind=kind, error=type(error).__name__)
        return None


def _hook(response_url: str) -> WebhookClient:
    return WebhookClient(response_url, timeout=RESPONSE_URL_TIMEOUT, retry_handlers=[])


def _name(asked: Asked | None) -> str:
    return asked.name if asked else "unread"


def _where(error: BaseException | None) -> Iterator[str]:
    """The traceback without messages and values: these quote what people wrote."""
    while error is not None:
        yield f"{type(error).__module__}.{type(error).__qualname__}\n"
        yield from traceback.format_tb(error.__traceback__)
        error = error.__cause__ or error.__context__


def _retry(error: HandoffError, asked: Asked) -> tuple[str, str] | None:
    if error.problem not in _PASSING and error.problem is not Problem.CHANNEL_UNKNOWN:
        return None
    if asked.kind is Kind.COMMAND:
        again = Ref(thing=asked.name, words=asked.words[:LONGEST_RETRIED] or None)
        return ActionId.RETRY_COMMAND.value, again.dump()
    return asked.name, asked.ref.dump()


def _field_refusal(error: HandoffError, sentence: str, typed: Typed) -> dict[str, Any]:
    block = typed.block_named(error.field) or typed.first_block()
    if block is None:
        return {"response_action": "update", "view": problem_view(sentence).to_dict()}
    return {"response_action": "errors", "errors": {block: sentence}}


def _payload(answer: Answer, asked: Asked) -> dict[str, Any]:
    """What the acknowledgement itself carries."""
    if asked.kind is Kind.COMMAND and isinstance(answer, Say):
        return {**answer.message.to_args(), "response_type": "ephemeral"}
    if asked.kind is not Kind.SUBMISSION:
        return {}
    if isinstance(answer, Update | Open):
        return {"response_action": "update", "view": answer.view.to_dict()}
    if isinstance(answer, Push):
        return {"response_action": "push", "view": answer.view.to_dict()}
    if isinstance(answer, FieldErrors):
        typed = asked.typed
        errors = {typed.block_of(name): text for name, text in answer.sentences.items()}
        return {"response_action": "errors", "errors": errors}
    return {}
