"""From a delivery to an answer: the one way every listener is called and every refusal is shown."""

import contextlib
import re
import secrets
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

import structlog
from slack_bolt import Ack, App, BoltContext, BoltResponse
from slack_sdk import WebClient
from slack_sdk.web import SlackResponse

from bot.domain import access
from bot.domain.channels import UNSAFE, Channel
from bot.domain.copied import Origin
from bot.domain.errors import (
    HandoffError,
    Invalid,
    NotAllowed,
    NotFound,
    Problem,
    SlackUnavailable,
)
from bot.domain.people import Person
from bot.domain.ports import ProfileField
from bot.domain.read_models import NamedPerson, named
from bot.flows.answers import Answer, Done, FieldErrors, Open, Push, Say, Update
from bot.flows.arrival import seconds_since
from bot.flows.asked import Asked, Kind, Source, read
from bot.flows.inputs import Typed
from bot.flows.listeners import Listener, Listeners
from bot.flows.shape import UNREADABLE
from bot.flows.telling import (
    LAST_WORD,
    Screen,
    Through,
    field_refusal,
    payload_of,
    show,
    whisper,
)
from bot.slack_calls import CALL_FAILED, Patience
from bot.storage.unit_of_work import ReadUnit, Store
from bot.views import sentences
from bot.views.ids import ActionId, CommandId, ViewId
from bot.views.payload import Ref
from bot.views.problem import done_view, problem_message, problem_view

log = structlog.get_logger()

LONGEST_RETRIED = 100
"""Characters of a command's words kept for another try: no word it knows is longer."""
_ANYTHING = re.compile(".*")
_PASSING = frozenset(
    {
        Problem.BUSY,
        Problem.STORAGE_DOWN,
        Problem.STORAGE_FULL,
        Problem.STORAGE_READ_ONLY,
        Problem.STORAGE_FAULT,
        Problem.SLACK_SILENT,
        Problem.UNEXPECTED,
    }
)
"""What may go away by itself: the refusal offers to try again."""
_WRITING = ("received", "acted", "answer_kept", "committed")
POINTS = frozenset(
    f"{kind}-{step}"
    for kind in Kind
    for step in ("showing", "answering", *(() if kind is Kind.COMMAND else _WRITING))
)
"""Between the steps of an act, of which a command, which only looks, has two."""
_LOOK_THERE = frozenset(
    {
        Problem.NOT_YOUR_TURN,
        Problem.NOTHING_TO_UNDO,
        Problem.BRIEF_CHANGED,
        Problem.STALE_BUTTON,
    }
)
"""What is explained by the handoff itself: the refusal opens it, where it is known which."""


class Directory(Protocol):
    """Who people are and whether channels are safe, as Slack says; asks Slack only when needed."""

    def person(self, workspace_id: int, slack_id: str, within: Patience) -> Person:
        """A person by Slack's id; raises NotFound or SlackUnavailable."""
        ...

    def channel(
        self, workspace_id: int, slack_id: str, within: Patience, *, anywhere: bool = False
    ) -> Channel:
        """A conversation as checked within the last ten minutes; raises SlackUnavailable."""
        ...

    def permalink(self, workspace_id: int, channel: str, ts: str, within: Patience) -> str | None:
        """The address of a message; None where Slack does not give it in time."""
        ...

    def is_member(
        self, workspace_id: int, slack_id: str, channel_slack_id: str, within: Patience
    ) -> bool:
        """Whether a person is in a conversation now; raises SlackUnavailable."""
        ...

    def profile_fields(self, workspace_id: int, within: Patience) -> tuple[ProfileField, ...]:
        """The profile's fields that hold a person; raises Invalid or SlackUnavailable."""
        ...

    def make_channel(self, workspace_id: int, name: str, within: Patience) -> Channel:
        """A private channel, made once; raises Invalid or SlackUnavailable."""
        ...


Answered = Callable[[str, float], object]
"""Is told the kind of what was answered, and after how many seconds."""


def _nowhere(_name: str) -> None:
    return None


def _unmeasured(_kind: str, _seconds: float) -> None:
    return None


def _directly(_workspace_id: int, _method: str, call: Callable[[], SlackResponse]) -> None:
    call()


class _UnknownPerson(Exception):
    """The person acted before the bot ever heard of them."""


@dataclass(frozen=True)
class _Ended:
    """What a listener came to."""

    payload: dict[str, Any]
    """What the acknowledgement carries."""
    answer: Answer | None = None
    """None where the same was answered before: then there is nothing more to show."""
    committed: bool = False


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
        monotonic: Callable[[], float] = time.monotonic,
        answered: Answered = _unmeasured,
        through: Through = _directly,
    ) -> None:
        self._store = store
        self._directory = directory
        self._listeners = listeners
        self._workspace_of = workspace_of
        self._reached = reached
        self._monotonic = monotonic
        self._answered = answered
        self._through = through

    def bind(self, app: App) -> None:
        """Let Bolt bring every command, event, button, form and shortcut here, to be looked up.

        Bolt goes through what is registered one by one, at every call: so commands and events,
        which Slack sends by name, are the only ones it is told by name. What an older version put
        on the screen comes here too, and gets a sentence, not silence.
        """
        for kind, register in ((Kind.COMMAND, app.command), (Kind.EVENT, app.event)):
            for name in self._listeners.names(kind):
                register(name)(self._entry(kind))
        app.action(_ANYTHING)(self._entry(Kind.ACTION))
        app.view(_ANYTHING)(self._entry(Kind.SUBMISSION))
        app.message_shortcut(_ANYTHING)(self._entry(Kind.SHORTCUT))

    def _entry(self, kind: Kind) -> Callable[..., BoltResponse | None]:
        def answer(
            body: dict[str, Any], ack: Ack, client: WebClient, context: BoltContext
        ) -> BoltResponse | None:
            began = time.monotonic()
            try:
                with self._store.act():
                    return self._answer(kind, body, ack, client, context)
            finally:
                seconds = seconds_since()
                self._answered(kind.value, time.monotonic() - began if seconds is None else seconds)

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
        screen = Screen(client, Patience(monotonic=self._monotonic), self._through)
        try:
            workspace_id = self._workspace_of(context.enterprise_id, context.team_id)
            if workspace_id is None:
                return BoltResponse(status=404)
            asked = _read(kind, body, workspace_id)
            if asked is None:
                return BoltResponse(status=400)
            ended = self._perform(asked, screen)
            payload = ended.payload
        except HandoffError as error:
            if kind is Kind.EVENT and error.problem in _PASSING:
                # Only events are delivered again by Slack, so only they may fail.
                return BoltResponse(status=500)
            payload = self._refuse(error, asked, screen)
        except Exception as error:  # noqa: BLE001, the top of a request
            reference = _note(error, kind, asked, what="request failed")
            if kind is Kind.EVENT:
                return BoltResponse(status=500)
            unexpected = HandoffError(Problem.UNEXPECTED, facts={"reference": reference})
            payload = self._refuse(unexpected, asked, screen)
        else:
            if ended.committed and ended.answer is not None:
                self._show_what_stands(ended.answer, asked, screen)
        self._passed(kind, "answering")
        ack(**payload)
        return None

    def _passed(self, kind: Kind, step: str) -> None:
        self._reached(f"{kind.value}-{step}")

    def _perform(self, asked: Asked, screen: Screen) -> _Ended:
        patience = screen.patience
        listener = self._listeners.of(asked.kind, asked.name)
        if listener is None and asked.kind is Kind.ACTION:
            listener = self._listeners.of(Kind.COMMAND, asked.name)  # *Try again* of a command.
        if listener is None or asked.stale:
            raise Invalid(Problem.STALE_BUTTON)
        if listener.wants_safe_channel(asked):
            self._require_safe_channel(asked, patience)
        if listener.looks_at_channel and asked.channel is not None and not asked.direct:
            with contextlib.suppress(HandoffError):  # Unknown is an answer too: not safe.
                self._directory.channel(asked.workspace_id, asked.channel, patience)
        if listener.looks_at_deal_channel:
            self._look_at_deal_channel(asked, patience)
        for slack_id in listener.named(asked) if listener.named else ():
            self._directory.person(asked.workspace_id, slack_id, patience)
        if listener.named_by_policy is not None:
            self._meet(asked.workspace_id, listener.named_by_policy(self._store.policy), patience)
        if listener.meets is not None and self._is_admin(asked):
            self._meet(asked.workspace_id, listener.meets(asked), patience)
        for slack_id in listener.channels(asked) if listener.channels else ():
            channel = self._directory.channel(asked.workspace_id, slack_id, patience)
            if listener.inside and channel.private:
                asked = replace(asked, inside=self._is_inside(channel, asked, patience))
        if listener.looks_at_profile:
            asked = self._with_profile(asked, patience)
        if listener.looks_at_message:
            asked = self._with_source(asked, patience)
        if listener.makes_channel is not None:
            asked = self._with_channel(listener.makes_channel, asked, patience)
        try:
            ended = self._run(listener, asked)
        except _UnknownPerson:
            self._directory.person(asked.workspace_id, asked.slack_user or "", patience)
            ended = self._run(listener, asked)
        if ended.answer is not None and not ended.committed:
            self._show(ended.answer, asked, screen)
        return ended

    def _meet(self, workspace_id: int, slack_ids: Iterable[str], patience: Patience) -> None:
        for slack_id in slack_ids:
            with contextlib.suppress(HandoffError):  # Nobody waits for a name in a file.
                self._directory.person(workspace_id, slack_id, patience)

    def _is_admin(self, asked: Asked) -> bool:
        """Whether who acted is known as an admin; the listener decides on the right."""
        with self._store.read(asked.workspace_id) as unit:
            known = unit.people.by_slack_id(asked.slack_user or "")
        return known is not None and known.admin

    def _is_inside(self, channel: Channel, asked: Asked, patience: Patience) -> bool | None:
        """Whether who acted is a member; None where Slack does not say it in time."""
        try:
            return self._directory.is_member(
                asked.workspace_id, asked.slack_user or "", channel.slack_id, patience
            )
        except SlackUnavailable:
            return None

    def _with_profile(self, asked: Asked, patience: Patience) -> Asked:
        """The delivery with the profile's fields; nobody but an admin has Slack asked for them."""
        actor = self._directory.person(asked.workspace_id, asked.slack_user or "", patience)
        if not actor.admin:
            return asked
        fields = self._directory.profile_fields(asked.workspace_id, patience)
        return replace(asked, profile_fields=fields)

    def _with_source(self, asked: Asked, patience: Patience) -> Asked:
        """The delivery with where the message stands; raises Invalid where outsiders read it."""
        workspace_id = asked.workspace_id
        actor = self._directory.person(workspace_id, asked.slack_user or "", patience)
        if not actor.full_member:
            raise NotAllowed(Problem.NOT_A_MEMBER)
        origin = self._origin(asked, patience)
        if author := asked.message.get("user"):
            with contextlib.suppress(SlackUnavailable, NotFound):
                # Where the bot cannot look, who wrote it tells who is there.
                wrote = self._directory.person(workspace_id, author, patience)
                _require_ours(shared=wrote.external, guests=wrote.guest)
        ts = asked.message["ts"]
        link = self._directory.permalink(workspace_id, asked.channel or "", ts, patience)
        return replace(asked, source=Source(origin, link))

    def _origin(self, asked: Asked, patience: Patience) -> Origin:
        """Who can read the conversation; Slack tells nothing of those the bot may not look into."""
        if asked.direct:
            return Origin.DIRECT
        try:
            channel = self._directory.channel(
                asked.workspace_id, asked.channel or "", patience, anywhere=True
            )
        except Invalid as closed:
            if closed.problem is Problem.CHANNEL_IS_DM:
                return Origin.DIRECT
            return Origin.PRIVATE
        _require_ours(shared=channel.shared or channel.pending, guests=channel.guests)
        if channel.direct:
            return Origin.DIRECT
        return Origin.PRIVATE if channel.private else Origin.PUBLIC

    def _with_channel(
        self, named: Callable[[Asked, ReadUnit, Person], str], asked: Asked, patience: Patience
    ) -> Asked:
        """The delivery with the channel made for it; one that was answered before needs none."""
        actor = self._directory.person(asked.workspace_id, asked.slack_user or "", patience)
        if not actor.full_member:
            raise NotAllowed(Problem.NOT_A_MEMBER)
        with self._store.read(asked.workspace_id) as unit:
            if unit.received.seen(asked.key) is not None:
                return asked
            name = named(asked, unit, actor)
        channel = self._directory.make_channel(asked.workspace_id, name, patience)
        return replace(asked, made=channel.id)

    def _require_safe_channel(self, asked: Asked, patience: Patience) -> None:
        if asked.direct:
            raise Invalid(Problem.CHANNEL_IS_DM)
        channel = self._directory.channel(asked.workspace_id, asked.channel or "", patience)
        problem = channel.problem()
        if problem is not None:
            raise Invalid(problem)

    def _look_at_deal_channel(self, asked: Asked, patience: Patience) -> None:
        # The listener decides on what is unknown; what Slack does say is said to the person.
        with contextlib.suppress(SlackUnavailable, NotFound):
            with self._store.read(asked.workspace_id) as unit:
                channel_id = asked.ref.channel or 0
                if asked.ref.handoff is not None:
                    channel_id = unit.handoffs.get(asked.ref.handoff).channel_id
                slack_id = unit.channels.get(channel_id).slack_id
            self._directory.channel(asked.workspace_id, slack_id, patience)

    def _run(self, listener: Listener, asked: Asked) -> _Ended:
        """What the listener came to, or what the first delivery was answered with."""
        if not listener.writes:
            with self._store.read(asked.workspace_id) as unit:
                actor = self._actor(unit, asked)
                self._require_right(listener, asked, unit, actor)
                answer = listener.answer(asked=asked, unit=unit, actor=actor)
                return _Ended(payload_of(answer, asked), answer)
        with self._store.write(asked.workspace_id) as unit:
            kept = unit.received.claim(asked.key, for_good=listener.once_for_good)
            if kept is not None:
                once_more = self._once_more(kept, asked, unit)
                return _Ended(payload_of(once_more, asked))
            self._passed(asked.kind, "received")
            actor = self._actor(unit, asked)
            self._require_right(listener, asked, unit, actor)
            answer = listener.answer(asked=asked, unit=unit, actor=actor)
            payload = payload_of(answer, asked)
            if isinstance(answer, FieldErrors) or (isinstance(answer, Update) and not answer.acted):
                return _Ended(payload, answer)  # Nothing was kept, so nothing is committed.
            self._passed(asked.kind, "acted")
            recipe = _recipe(answer, asked)
            if recipe:  # An empty answer is what a claimed key stands for.
                unit.received.keep(asked.key, recipe)
            self._passed(asked.kind, "answer_kept")
            unit.commit()
            self._passed(asked.kind, "committed")
        return _Ended(payload, answer, committed=True)

    def _once_more(self, kept: Mapping[str, Any], asked: Asked, unit: ReadUnit) -> Answer:
        """What the first delivery was answered with, drawn from the rows of now."""
        actor = self._actor(unit, asked)
        if not kept or actor is None:
            return Done()
        ref = Ref.load(kept["metadata"])
        redraw = self._listeners.redraws.get(ViewId(kept["view"]))
        view = redraw(asked, ref, unit, actor) if redraw else done_view()
        return Push(view) if kept["action"] == "push" else Update(view)

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

    def _show(self, answer: Answer, asked: Asked, screen: Screen) -> None:
        """Show what nothing was kept for; raises SlackUnavailable."""
        self._passed(asked.kind, "showing")
        try:
            show(answer, asked, screen)
        except CALL_FAILED as error:
            log.warning("view not shown", name=asked.name, error=type(error).__name__)
            raise SlackUnavailable(Problem.SLACK_SILENT) from error

    def _show_what_stands(self, answer: Answer, asked: Asked, screen: Screen) -> None:
        """The act is kept: whatever goes wrong now, it must not be said that nothing was."""
        self._passed(asked.kind, "showing")
        try:
            show(answer, asked, screen)
        except CALL_FAILED as error:
            log.warning("view not shown", name=asked.name, error=type(error).__name__)
        except Exception as error:  # noqa: BLE001, the top of a request
            _note(error, asked.kind, asked, what="view not shown")

    def _refuse(self, error: HandoffError, asked: Asked | None, screen: Screen) -> dict[str, Any]:
        if asked is None or asked.kind is Kind.EVENT:
            return {}
        sentence = sentences.problems.problem(error, people=self._named(error, asked))
        about = asked.ref.handoff or _handoff_of(error)
        look_at = about if error.problem in _LOOK_THERE else None
        if asked.name == ActionId.OPEN_HANDOFF:
            look_at = None  # It was refused just now.
        instead = problem_view(sentence, handoff_id=look_at)
        if asked.kind is Kind.SUBMISSION and asked.view is not None:
            return field_refusal(error, sentence, Typed(asked.view), instead)
        offer = _offer(error, asked)
        answer = Say(
            problem_message(sentence, _retry(error, asked), handoff_id=look_at, offer=offer)
        )
        if asked.kind in (Kind.ACTION, Kind.SHORTCUT):
            try:
                whisper(answer, asked, screen, instead, least=LAST_WORD)
            except CALL_FAILED as silent:
                log.warning("refusal not shown", name=asked.name, error=type(silent).__name__)
        return payload_of(answer, asked)

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


def _require_ours(*, shared: bool, guests: bool) -> None:
    """Raise Invalid where others than colleagues read along: nothing is taken in from there."""
    if shared:
        raise Invalid(Problem.COPY_FROM_SHARED)
    if guests:
        raise Invalid(Problem.COPY_FROM_GUESTS)


def _read(kind: Kind, body: Mapping[str, Any], workspace_id: int) -> Asked | None:
    """The delivery as a value, or None for one that lacks what Slack always sends."""
    try:
        return read(kind, body, workspace_id)
    except UNREADABLE as error:
        log.warning("unreadable delivery", kind=kind, error=type(error).__name__)
        return None


def _note(error: Exception, kind: Kind, asked: Asked | None, *, what: str) -> str:
    """Log what nobody foresaw; gives the reference by which it is found."""
    reference = secrets.token_hex(4)
    log.error(
        what,
        reference=reference,
        kind=kind.value,
        name=asked.name if asked else "unread",
        traceback="".join(_where(error)),
    )
    return reference


def _where(error: BaseException | None) -> Iterator[str]:
    """The traceback without messages and values: these quote what people wrote."""
    while error is not None:
        yield f"{type(error).__module__}.{type(error).__qualname__}\n"
        yield from traceback.format_tb(error.__traceback__)
        error = error.__cause__ or error.__context__


def _handoff_of(error: HandoffError) -> int | None:
    """The one a command was about, which says none itself."""
    found = error.facts.get("handoff")
    return int(found) if found is not None else None


def _retry(error: HandoffError, asked: Asked) -> tuple[str, str] | None:
    if error.problem not in _PASSING and error.problem is not Problem.CHANNEL_UNKNOWN:
        return None
    if asked.kind is Kind.COMMAND:
        again = Ref(thing=asked.name, words=asked.words[:LONGEST_RETRIED] or None)
        return ActionId.RETRY_COMMAND.value, again.dump()
    return asked.name, asked.ref.dump()


def _offer(error: HandoffError, asked: Asked) -> ActionId | None:
    """Where no handoff may be, a channel in which one may."""
    starts = asked.name in (CommandId.HANDOFF, ActionId.START_ANOTHER)
    return ActionId.OPEN_MAKE_CHANNEL if starts and error.problem in UNSAFE else None


def _recipe(answer: Answer, asked: Asked) -> dict[str, str]:
    """What it takes to draw an answer once more: ids, and nothing that anybody wrote."""
    if asked.kind is not Kind.SUBMISSION or not isinstance(answer, Update | Open | Push):
        return {}
    return {
        "action": "push" if isinstance(answer, Push) else "update",
        "view": answer.view.callback_id or "",
        "metadata": answer.view.private_metadata or "",
    }
