"""How far a story is, found by looking at the workspace and by hearing what people do."""

from collections.abc import Iterator
from typing import Any

from bot.sandbox.deliver import Delivery, Envelope, Kind, Reply
from bot.sandbox.story import (
    Condition,
    HomeShows,
    MessageThere,
    ModalOpen,
    Step,
    Story,
    conditions_in,
    person_named,
    place_named,
)
from bot.sandbox.view_state import elements_of
from bot.sandbox.workspace import STORY, Blocks, Json, Message, OpenView, Workspace


class HeardDelivery:
    """Passes envelopes on, and notes in the workspace which acts the app answered."""

    def __init__(self, inner: Delivery, workspace: Workspace) -> None:
        self._inner = inner
        self._workspace = workspace

    async def send(self, envelope: Envelope) -> Reply:
        reply = await self._inner.send(envelope)
        deed, known = _deed(envelope), self._workspace.story_deeds
        if deed is not None and deed not in known and reply.ok and not _refused(reply.body):
            known.append(deed)
            self._workspace.touch(STORY)
        return reply

    async def close(self) -> None:
        await self._inner.close()


def _deed(envelope: Envelope) -> list[str] | None:
    payload: Json = envelope.payload
    if envelope.kind is Kind.COMMAND:
        return [payload["user_id"], "command", payload["command"]]
    if envelope.kind is not Kind.INTERACTION:
        return None
    user = payload["user"]["id"]
    if payload["type"] == "block_actions":
        return [user, "pressed", payload["actions"][0]["action_id"]]
    if payload["type"] == "view_submission":
        return [user, "submitted", payload["view"]["callback_id"]]
    return None


def _refused(body: Any) -> bool:
    return isinstance(body, dict) and body.get("response_action") == "errors"


class Progress:
    """Looks only at what changed since it last looked, so that it may look at every change.

    What was once true of a step stays so: a modal closes, a message is edited, and the step they
    stood for was done all the same.
    """

    def __init__(self, story: Story, workspace: Workspace) -> None:
        self.story = story
        self._workspace = workspace
        self._met: set[int] = set()
        self._looked_at = -1

    @property
    def passed(self) -> int:
        """How many steps lie behind: the last one that was done, and all before it."""
        self._look()
        return self._behind()

    def _behind(self) -> int:
        done = set(self._workspace.story_done)
        return max((n for n, s in enumerate(self.story.steps, 1) if s.id in done), default=0)

    @property
    def step(self) -> Step | None:
        """What to try next; None at the end."""
        passed = self.passed
        return self.story.steps[passed] if passed < len(self.story.steps) else None

    def note_done(self, step: Step) -> None:
        if step.id not in self._workspace.story_done:
            self._workspace.story_done.append(step.id)
            self._workspace.touch(STORY)

    def _look(self) -> None:
        if self._looked_at == self._workspace.version:
            return
        before, self._looked_at = self._looked_at, self._workspace.version
        found = False
        for step in self.story.steps[self._behind() :]:
            if isinstance(step.done, Condition) and self._is_met(step.done, before):
                self._workspace.story_done.append(step.id)
                found = True
        if found:
            # Saved with the workspace, and shown to whoever looks on elsewhere.
            self._looked_at = self._workspace.touch(STORY)

    def _is_met(self, done: Condition, before: int) -> bool:
        for one in conditions_in(done):
            if id(one) not in self._met and self._is_true(one, before):
                self._met.add(id(one))
        return self._holds(done)

    def _holds(self, done: Condition) -> bool:
        if done.all is not None:
            return all(self._holds(one) for one in done.all)
        if done.any is not None:
            return any(self._holds(one) for one in done.any)
        return id(done) in self._met

    def _is_true(self, one: Condition, before: int) -> bool:
        if one.message is not None:
            return any(
                message.version > before and _fits(message, one.message, self._workspace)
                for message in self._messages(one.message)
            )
        if one.modal is not None:
            return self._modal(one.modal)
        if one.home is not None:
            return self._home(one.home)
        for kind, named in (
            ("pressed", one.pressed and (one.pressed.by, one.pressed.action_id)),
            ("submitted", one.submitted and (one.submitted.by, one.submitted.callback_id)),
            ("command", one.command and (one.command.by, one.command.command)),
        ):
            if named:
                who = person_named(self._workspace, named[0]).id
                return [who, kind, named[1]] in self._workspace.story_deeds
        return False

    def _messages(self, wanted: MessageThere) -> list[Message]:
        channel = place_named(self._workspace, wanted.in_)
        return list(channel.messages.values()) if channel is not None else []

    def _modal(self, wanted: ModalOpen) -> bool:
        top = self._workspace.top_modal(person_named(self._workspace, wanted.for_).id)
        if top is None or wanted.callback_id not in (None, top.callback_id):
            return False
        title = str(top.view.get("title", {}).get("text", ""))
        if wanted.title is not None and wanted.title not in title:
            return False
        return wanted.says is None or wanted.says in words_of(top.view["blocks"])

    def _home(self, wanted: HomeShows) -> bool:
        home = self._workspace.homes.get(person_named(self._workspace, wanted.for_).id)
        if home is None:
            return False
        return _has(home.view["blocks"], says=wanted.says, action_id=wanted.action_id)


def _fits(message: Message, wanted: MessageThere, workspace: Workspace) -> bool:
    if message.tombstone:
        return False
    event_type = (message.metadata or {}).get("event_type")
    if wanted.event_type not in (None, event_type):
        return False
    if wanted.by is not None and not _is_by(message, wanted.by, workspace):
        return False
    given = {reaction.name for reaction in message.reactions if reaction.users}
    if wanted.reaction is not None and wanted.reaction not in given:
        return False
    return message_has(message, says=wanted.says, action_id=wanted.action_id)


def _is_by(message: Message, by: str, workspace: Workspace) -> bool:
    if by == "app":
        return message.bot_id is not None
    return message.user == person_named(workspace, by).id


def message_has(message: Message, *, says: str | None, action_id: str | None) -> bool:
    if says is not None and says in message.text and action_id is None:
        return True
    return _has(message.blocks, says=says, action_id=action_id)


def view_has(view: OpenView, action_id: str) -> bool:
    return _has(view.view["blocks"], says=None, action_id=action_id)


def _has(blocks: Blocks, *, says: str | None, action_id: str | None) -> bool:
    if action_id is not None and action_id not in {e["action_id"] for _, e in elements_of(blocks)}:
        return False
    return says is None or says in words_of(blocks)


def words_of(part: Any) -> str:
    """Every text in blocks, joined by line breaks."""
    return "\n".join(_words(part))


def _words(part: Any) -> Iterator[str]:
    if isinstance(part, list):
        for entry in part:
            yield from _words(entry)
    elif isinstance(part, dict):
        for name, value in part.items():
            if name == "text" and isinstance(value, str):
                yield value
            else:
                yield from _words(value)
