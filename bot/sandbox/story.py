"""A story that a page can lead a visitor through: data, told in the workspace's own terms.

docs/story.md says how one is written. Nothing here knows which app plays in it.
"""

from collections.abc import Iterator
from datetime import time
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeAlias

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from bot.sandbox.workspace import Channel, User, Workspace

SEEN: Final = "seen"


class BadStory(Exception):
    """What is wrong in a story, and where."""


class _Told(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Person(_Told):
    """Stands for somebody's id in a form."""

    user: str


class Days(_Told):
    """A date, counted in days from the person's today."""

    days: int


class Hours(_Told):
    """A moment, counted in hours from now; a picker takes it as seconds since 1970."""

    hours: float


class Workday(_Told):
    """A moment on a Monday to Friday: so many of them after the person's today, by their clock."""

    workdays: Annotated[int, Field(gt=0)]
    at: time


Value: TypeAlias = str | int | list[str] | Person | Days | Hours | Workday
Example: TypeAlias = dict[str, Value]


class MessageThere(_Told):
    """A message in a channel (`#name`) or in somebody's messages with the app (`@name`)."""

    in_: str = Field(alias="in")
    says: str | None = None
    action_id: str | None = None
    event_type: str | None = None
    by: str | None = None
    reaction: str | None = None


class ModalOpen(_Told):
    """The modal on top of somebody's screen."""

    for_: str = Field(alias="for")
    callback_id: str | None = None
    title: str | None = None
    says: str | None = None


class HomeShows(_Told):
    """Somebody's Home tab."""

    for_: str = Field(alias="for")
    says: str | None = None
    action_id: str | None = None


class Pressed(_Told):
    """Somebody used an element, and the app answered."""

    by: str
    action_id: str


class Submitted(_Told):
    """Somebody sent a modal, and the app took it."""

    by: str
    callback_id: str


class Commanded(_Told):
    """Somebody ran a command, and the app answered."""

    by: str
    command: str


class Condition(_Told):
    """One thing that is true of the workspace, or several."""

    message: MessageThere | None = None
    modal: ModalOpen | None = None
    home: HomeShows | None = None
    pressed: Pressed | None = None
    submitted: Submitted | None = None
    command: Commanded | None = None
    all: "tuple[Condition, ...] | None" = None
    any: "tuple[Condition, ...] | None" = None

    @model_validator(mode="after")
    def _one(self) -> "Condition":
        if len(self.model_fields_set) != 1:
            raise ValueError("a condition names exactly one thing")
        return self


class Press(_Told):
    """A button or menu: in the newest message that has it, in the open modal or in Home."""

    action_id: str
    in_: str | None = Field(default=None, alias="in")
    says: str | None = None
    label: str | None = None
    option: str | None = None


class React(_Told):
    """A reaction to the newest message that says something."""

    in_: str = Field(alias="in")
    says: str
    name: str


class Write(_Told):
    """A message of the person's own, in a thread where `thread` says what its parent says."""

    in_: str = Field(alias="in")
    text: str
    thread: str | None = None


class Forward(_Told):
    """The workspace's calendar: so many hours on."""

    hours: Annotated[float, Field(gt=0)]


class ForwardTo(_Told):
    """The workspace's calendar: to a moment of the person's."""

    to: Workday


class Act(_Told):
    """One thing to do for the visitor; `fill` waits for another press before it sends."""

    command: str | None = None
    fill: Example | None = None
    send: Example | None = None
    press: Press | None = None
    react: React | None = None
    write: Write | None = None
    forward: Forward | ForwardTo | None = None
    close: Literal[True] | None = None
    by: str | None = None
    """Who does it, where that is not the person of the step."""
    form: str | None = None
    """The callback id of the modal that is filled, where its fields alone do not tell it."""

    @model_validator(mode="after")
    def _one(self) -> "Act":
        if len(self.model_fields_set - {"by", "form"}) != 1:
            raise ValueError("an act does exactly one thing")
        if self.form is None and self.example == {}:
            raise ValueError("a form that is sent as it stands is named by its callback id")
        return self

    @property
    def example(self) -> Example | None:
        return self.send if self.fill is None else self.fill


class Step(_Told):
    """What to try next, as whom and where, and what tells that it was done."""

    id: str
    title: str
    as_: str = Field(alias="as")
    place: str
    say: str
    look: str = ""
    done: Condition | Literal["seen"]
    do: tuple[Act, ...] = ()
    with_: str | None = Field(default=None, alias="with")
    """Whom it is worth having beside, where two people are shown."""

    @model_validator(mode="after")
    def _can_be_done(self) -> "Step":
        if any(act.fill is not None for act in self.do[:-1]):
            raise ValueError("only the last act of a step may be a fill: the others are `send`")
        if self.done == SEEN and self.do:
            raise ValueError("what is only looked at has nothing to do")
        return self


class Story(_Told):
    """Steps in their order; one that is found done takes those before it with it."""

    title: str
    about: str = ""
    end: str = ""
    steps: Annotated[tuple[Step, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _ids_differ(self) -> "Story":
        ids = [step.id for step in self.steps]
        if len(set(ids)) != len(ids):
            raise ValueError("every step has an id of its own")
        return self


def parse_story(content: Any) -> Story:
    try:
        return Story.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BadStory(f"{where or 'The story'}: {first['msg']}.") from error


def load_story(path: Path) -> Story:
    """A story from a YAML (or JSON) file."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise BadStory(f"{path} is not readable as YAML.") from error
    try:
        return parse_story(content)
    except BadStory as error:
        raise BadStory(f"{path}: {error}") from error


def check_cast(story: Story, workspace: Workspace) -> None:
    """Everybody and every channel that the story names is there; BadStory for the first not."""
    people = workspace.people()
    for name in sorted(_people(story)):
        if person_named(workspace, name) not in people:
            raise BadStory(f"{name} cannot act in this workspace.")
    for place in sorted(_places(story)):
        if place in ("app", "home"):
            continue
        if place_named(workspace, place) is None and not place.startswith("@"):
            raise BadStory(f"There is no channel {place} in this workspace.")


def person_named(workspace: Workspace, name: str) -> User:
    """Somebody by handle or id, also somebody who was deactivated while the story was told."""
    for user in workspace.users.values():
        if name in (user.name, user.id):
            return user
    raise BadStory(f"There is nobody called {name} in this workspace.")


def place_named(workspace: Workspace, place: str) -> Channel | None:
    """A channel as `#name`, or a person's messages with the app as `@name`, if it is there."""
    if place.startswith("@"):
        return workspace.app_dm(person_named(workspace, place.removeprefix("@")).id)
    return workspace.channel_named(place)


def conditions_in(done: Condition) -> Iterator[Condition]:
    """The single conditions that one is made of."""
    inside = (done.all or ()) + (done.any or ())
    if not inside:
        yield done
    for one in inside:
        yield from conditions_in(one)


def _people(story: Story) -> Iterator[str]:
    for step in story.steps:
        yield step.as_
        if step.with_:
            yield step.with_
        for act in step.do:
            if act.by:
                yield act.by
            for value in (act.example or {}).values():
                if isinstance(value, Person):
                    yield value.user
        if isinstance(step.done, Condition):
            yield from filter(None, map(_who, conditions_in(step.done)))


def _who(one: Condition) -> str | None:
    shown = one.modal or one.home
    if shown is not None:
        return shown.for_
    done = one.pressed or one.submitted or one.command
    return done.by if done is not None else None


def _places(story: Story) -> Iterator[str]:
    for step in story.steps:
        yield step.place
        for act in step.do:
            for placed in (act.press, act.react, act.write):
                if placed is not None and placed.in_ not in (None, "modal", "home"):
                    yield str(placed.in_)
        if isinstance(step.done, Condition):
            for one in conditions_in(step.done):
                if one.message is not None:
                    yield one.message.in_
