"""The machine can fail: it sees what breaks the protocol, in plays that a sound process stands."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial

import pytest

from bot.domain.history import Tag
from tests.delivery.slack import Fault
from tests.machine import acts
from tests.machine.acts import Act, OnHandoff
from tests.machine.mutants import (
    ChecksNoKey,
    DecidesInTwo,
    ForgetsVersions,
    HardlyWaits,
    MarksAfterPosting,
    NeverLooks,
    NotesItsOwnTime,
    SettlesBeforePosting,
    TrustsTheWall,
)
from tests.machine.process import Process
from tests.machine.world import World

HOUR, SOON = timedelta(hours=1), timedelta(seconds=20)
BEGIN = Act("begin", acts.begin("Deal 001", signed=True), account="Deal 001")


@contextmanager
def world_of(kind: type[Process]) -> Iterator[World]:
    world = World(kind)
    try:
        yield world
    finally:
        world.close()


def on(change: OnHandoff, key: str, tag: Tag | None = None) -> Act:
    return Act(key, acts.on(1, change), 1, tag)


def posted(world: World) -> None:
    """One handoff that waits for its CSM; all it says is there."""
    world.act(BEGIN)
    world.act(on(acts.write, "write"))
    world.act(on(acts.post, "post"))
    world.live(timedelta(minutes=5), SOON)


def posts_fail(world: World) -> None:
    world.act(BEGIN)
    world.outside.slack.plan([Fault.SERVER_ERROR] * 4, only="chat.postMessage")
    world.deliver()


def it_dies_after_a_post(world: World) -> None:
    world.act(BEGIN)
    world.outside.doom.arm("posted")
    world.deliver()
    assert world.outside.doom.deaths == 1


def answers_are_lost(world: World) -> None:
    world.act(BEGIN)
    world.outside.slack.plan([Fault.TAKEN_THEN_RESET] * 2, only="chat.postMessage")
    world.deliver()


def slack_takes_it_late_and_shows_it_later(world: World) -> None:
    world.act(BEGIN)
    world.outside.slack.plan([Fault.TAKEN_LATE] * 2, only="chat.postMessage")
    world.outside.slack.lags = True
    for _ in range(12):
        world.deliver()
        world.outside.go_on(timedelta(seconds=5))


def the_wall_is_set_forward_over_a_quarantine(world: World) -> None:
    world.act(BEGIN)
    world.outside.slack.plan([Fault.TAKEN_LATE] * 2, only="chat.postMessage")
    world.deliver()
    world.start_again(timedelta(minutes=4))
    world.live(timedelta(minutes=2), timedelta(seconds=5))


def the_wall_was_ahead_when_answers_were_lost(world: World) -> None:
    world.start_again(3 * HOUR)
    world.act(BEGIN)
    world.outside.slack.plan([Fault.TAKEN_THEN_RESET] * 2, only="chat.postMessage")
    world.deliver()
    world.outside.go_on(5 * HOUR)
    world.start_again(timedelta(0))


def somebody_acts_while_it_is_drawn(world: World) -> None:
    posted(world)
    world.act(on(acts.assign(other=False), "assign", Tag.ASSIGNED))
    acknowledge = on(acts.acknowledge, "acknowledge", Tag.ACKNOWLEDGED)
    world.outside.slack.meanwhile = partial(world.act_within, acknowledge)
    world.outside.slack.only = "chat.update"
    world.live(timedelta(minutes=2), SOON)
    assert world.model.done[1, Tag.ACKNOWLEDGED] == 1


def an_act_is_done_and_not_answered(world: World) -> None:
    world.outside.doom.arm("act committed")
    world.act(BEGIN)
    assert world.outside.doom.deaths == 1


def it_dies_after_a_sweep(world: World) -> None:
    posted(world)
    world.outside.doom.arm("swept")
    while not world.outside.doom.deaths:
        world.outside.go_on(HOUR)
        world.sweep()


Play = Callable[[World], None]
PLAYS: list[tuple[type[Process], Play, str]] = [
    (SettlesBeforePosting, posts_fail, "lost"),
    (MarksAfterPosting, it_dies_after_a_post, "twice"),
    (NeverLooks, answers_are_lost, "twice"),
    (HardlyWaits, slack_takes_it_late_and_shows_it_later, "twice"),
    (TrustsTheWall, the_wall_is_set_forward_over_a_quarantine, "twice"),
    (NotesItsOwnTime, the_wall_was_ahead_when_answers_were_lost, "twice"),
    (ForgetsVersions, somebody_acts_while_it_is_drawn, "stood wrong"),
    (ChecksNoKey, an_act_is_done_and_not_answered, "begun 2 times"),
    (DecidesInTwo, it_dies_after_a_sweep, "not decided"),
]


def _play_to_the_end(world: World, play: Play) -> None:
    play(world)
    world.come_to_rest()


@pytest.mark.parametrize(("_mutant", "play", "_seen"), PLAYS)
def test_a_sound_process_stands_the_play(_mutant: type[Process], play: Play, _seen: str) -> None:
    with world_of(Process) as world:
        _play_to_the_end(world, play)


@pytest.mark.parametrize(("mutant", "play", "seen"), PLAYS)
def test_a_process_that_breaks_the_protocol_is_found_out(
    mutant: type[Process], play: Play, seen: str
) -> None:
    with world_of(mutant) as world, pytest.raises(AssertionError, match=seen):
        _play_to_the_end(world, play)
