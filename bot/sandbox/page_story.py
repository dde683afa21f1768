"""The story's panel: what lies behind, what to try next, and the way there."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from bot.sandbox.page_seat import APP_DM, HOME, Seat
from bot.sandbox.story import SEEN, Step, Story, person_named, place_named
from bot.sandbox.story_acts import StoryActs
from bot.sandbox.story_progress import Progress
from bot.sandbox.workspace import User, Workspace

_AHEAD: Final = 3
_FOLLOWS_WITHIN: Final = 6.0
"""Seconds within which an app shows what an act led to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """The story as one seat is told it; without `step` it is at its end."""

    story: Story
    passed: Sequence[Step]
    step: Step | None
    ahead: Sequence[Step]
    who: str = ""
    where: str = ""
    go: str = ""
    """The way to the step's seat; empty for who sits there already."""
    go_to: tuple[str, str] = ("", "")
    does: str = ""
    """What the button says that does it for the visitor."""

    @property
    def last(self) -> Step | None:
        return self.passed[-1] if self.passed else None


class Stories:
    """One story in one workspace, as its page shows and acts on it."""

    def __init__(self, story: Story, workspace: Workspace, acts: StoryActs) -> None:
        self.progress = Progress(story, workspace)
        self._workspace = workspace
        self._acts = acts

    def panel(self, seat: Seat, *, beside: bool = False) -> Panel:
        """`beside` where two people are shown: a step is then brought to one of them."""
        story, step, passed = self.progress.story, self.progress.step, self.progress.passed
        behind = story.steps[:passed]
        if step is None:
            return Panel(story=story, passed=behind, step=None, ahead=())
        user, place = self.seat_of(step)
        there = beside or (user.id == seat.user.id and place == seat.place)
        return Panel(
            story=story,
            passed=behind,
            step=step,
            ahead=story.steps[passed + 1 : passed + 1 + _AHEAD],
            who=user.real_name,
            where=_where(step.place),
            go="" if there else Seat(user=user, place=place).link(place),
            go_to=(user.id, place),
            does=self._does(step),
        )

    def made_of(self, seat: Seat) -> object:
        """Differs where the panel differs."""
        step, passed = self.progress.step, self.progress.passed
        who = person_named(self._workspace, step.as_).id if step is not None else ""
        filled = self._does(step) if step is not None else ""
        return passed, who, filled, seat.place, self._workspace.changed()

    def seat_of(self, step: Step) -> tuple[User, str]:
        """Who does a step, and where."""
        user = person_named(self._workspace, step.as_)
        if step.place in (APP_DM, HOME):
            return user, step.place
        channel = place_named(self._workspace, step.place)
        return user, channel.id if channel is not None else APP_DM

    def beside(self, seat: Seat) -> str:
        """The way to two people next to each other: the one who sits here, and whom it is about."""
        other, place = self._other(seat)
        return _beside(seat, other, place)

    def _other(self, seat: Seat) -> tuple[User, str]:
        step = self.progress.step
        if step is not None:
            user, place = self.seat_of(step)
            if user.id != seat.user.id:
                return user, place
            if step.with_ is not None:
                return person_named(self._workspace, step.with_), place
        return next_to(self._workspace, seat)

    def _does(self, step: Step) -> str:
        if step.done == SEEN:
            return "Go on"
        if not step.do:
            return ""
        if step.do[-1].fill is None:
            return "Do it for me"
        return "Send it for me" if self._acts.is_filled(step) else "Fill in an example"

    async def do(self, step_id: str) -> None:
        """Does the current step; nothing where the story has gone on since the button was drawn."""
        step = self.progress.step
        if step is None or step.id != step_id:
            return
        if step.done == SEEN:
            self.progress.note_done(step)
            return
        fills = bool(step.do) and step.do[-1].fill is not None and not self._acts.is_filled(step)
        await self._acts.do(step)
        if not fills:
            await self._until_done(step)

    async def _until_done(self, step: Step) -> None:
        """Lets the button wait for what follows from the acts, so that none is done twice."""
        clock = self._workspace.clock
        until = clock.machine_seconds() + _FOLLOWS_WITHIN
        while self.progress.step is step:
            left = until - clock.machine_seconds()
            if left <= 0:
                return
            await self._workspace.wait_for_change(self._workspace.version, left)

    def skip(self, step_id: str) -> None:
        step = self.progress.step
        if step is not None and step.id == step_id:
            self.progress.note_done(step)


def beside_link(workspace: Workspace, seat: Seat) -> str:
    other, place = next_to(workspace, seat)
    return _beside(seat, other, place)


def _beside(seat: Seat, other: User, place: str) -> str:
    asked = {"as": seat.user.id, "place": seat.place, "with": other.id, "at": place}
    return f"/beside?{urlencode(asked)}"


def next_to(workspace: Workspace, seat: Seat) -> tuple[User, str]:
    """Somebody else in the workspace, in the same place; where it is not for all, one of those."""
    others = [one for one in workspace.people() if one.id != seat.user.id]
    for direct in workspace.dms_of(seat.user.id):
        if direct.id == seat.place:
            others = [one for one in others if one.id in direct.members]
    return (others[0] if others else seat.user), seat.place


def _where(place: str) -> str:
    return {APP_DM: "their messages with the app", HOME: "the Home tab"}.get(place, place)
