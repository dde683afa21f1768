"""Each invariant is broken by evidence made for it, and by no other; a sound run breaks none."""

from collections.abc import Callable

import pytest

from bot.domain.nudging import Stage
from bot.storage.tables import OutboxState
from tests.faults.by_hand import (
    CALM_AT,
    DUE_AT,
    ENDS_AT,
    GOES_ON,
    OVER,
    OVER_AT,
    TOMORROW,
    ByHand,
)
from tests.faults.invariants import Invariant, breaches, counted, reminders_held_against, told

Change = Callable[[ByHand], object]
NOTICES = 5
"""Two that the scenario says, and three of the clock's."""
LATE = f"{Stage.LATE.value} {GOES_ON}"
HALF = f"{Stage.HALF.value} {GOES_ON}"
HALF_OF_OVER = f"{Stage.HALF.value} {OVER}"


def _no_intent(made: ByHand) -> None:
    made.unsaid("said:1")
    del made.rows["said:1"]


def _nobody_told(made: ByHand) -> None:
    made.unsaid(LATE)
    del made.rows[LATE]


def _nobody_reminded(made: ByHand) -> None:
    made.unsaid(HALF)
    del made.rows[HALF]


def _told_under_two_keys(made: ByHand) -> None:
    made.tell((GOES_ON, Stage.LATE), at=DUE_AT + 2.0, again=" once more")


def _never_there(made: ByHand) -> None:
    made.unsaid("said:0")


def _there_twice(made: ByHand) -> None:
    made.post(made.rows["said:0"]["opaque"], "D1", at=30.0)


def _dropped(made: ByHand) -> None:
    made.unsaid("said:0").update(state=OutboxState.CANCELLED.value, reason="not_found")


def _due_and_dropped(made: ByHand) -> None:
    made.unsaid(LATE).update(state=OutboxState.CANCELLED.value, reason="not_found")


def _dropped_before_it_was_late(made: ByHand) -> None:
    made.drop(HALF, at=DUE_AT - 2.0)


def _void_and_there(made: ByHand) -> None:
    made.post(made.rows["void"]["opaque"], "D1", at=30.0)


def _put_off(made: ByHand) -> None:
    made.unsaid("said:0").update(state=OutboxState.PENDING.value, not_before=TOMORROW)


def _two_cards(made: ByHand) -> None:
    made.post("a key that was given up", f"C{GOES_ON}", at=30.0)


def _decided_too_late(made: ByHand) -> None:
    made.tell((OVER, Stage.LATE), at=DUE_AT + 1.5)


def _in_other_company(made: ByHand) -> None:
    made.tell((GOES_ON, Stage.MOST), (OVER, Stage.MOST), at=OVER_AT + 2.0)


def _reminded_too_late(made: ByHand) -> None:
    made.tell((GOES_ON, Stage.MOST), at=DUE_AT + 3.0)


def _every_reminder_too_late(made: ByHand) -> None:
    for key in (HALF, HALF_OF_OVER):
        made.drop(key, at=DUE_AT)


def _crowded_conversation(made: ByHand) -> None:
    for _ in range(10):
        made.say(at=15.0, channel="D2")


def _crowded_workspace(made: ByHand) -> None:
    for number in range(40):
        made.say(at=15.0, channel=f"D{number + 10}")


def _long_queue(made: ByHand) -> None:
    made.drained = CALM_AT + 60.0


def _never_edited(made: ByHand) -> None:
    made.rows["said:0"]["state"] = OutboxState.PENDING.value


def _another_timestamp(made: ByHand) -> None:
    made.rows["said:0"]["ts"] = made.rows["said:1"]["ts"]


def _another_conversation(made: ByHand) -> None:
    made.rows["said:0"]["sent_channel"] = "D2"


def _forgotten(made: ByHand) -> None:
    made.edit(LATE, at=30.0).update(ts=None)


def _forgotten_without_a_last_edit(made: ByHand) -> None:
    made.rows[HALF_OF_OVER].update(ts=None)


def _given_up(made: ByHand) -> None:
    made.add("lost", at=30.0, state=OutboxState.DEAD, posted=False)


def _in_doubt_for_good(made: ByHand) -> None:
    made.add("unclear", at=30.0, state=OutboxState.UNCONFIRMED, posted=False)


def _card_in_trouble(made: ByHand) -> None:
    made.surfaces[GOES_ON]["reason"] = "http_503"


def _card_behind(made: ByHand) -> None:
    made.surfaces[GOES_ON]["wanted"] = 2


def _card_otherwise(made: ByHand) -> None:
    made.wrong_at_rest.append("card 1 stands with other words than its rows")


BREAKS: list[tuple[Change, set[Invariant]]] = [
    (_no_intent, {Invariant.ONE_INTENT}),
    (_nobody_told, {Invariant.ONE_INTENT}),
    (_nobody_reminded, {Invariant.ONE_INTENT}),
    (_told_under_two_keys, {Invariant.ONE_INTENT}),
    (_never_there, {Invariant.ONCE}),
    (_there_twice, {Invariant.ONCE}),
    (_dropped, {Invariant.ONCE}),
    (_due_and_dropped, {Invariant.ONCE}),
    (_dropped_before_it_was_late, {Invariant.ONCE}),
    (_void_and_there, {Invariant.ONCE}),
    (_two_cards, {Invariant.ONCE}),
    # What waits is not there, and the queue is not empty.
    (_put_off, {Invariant.ONCE, Invariant.DRAINS}),
    (_decided_too_late, {Invariant.NOT_AFTER}),
    (_in_other_company, {Invariant.NOT_AFTER}),
    (_reminded_too_late, {Invariant.BEFORE}),
    (_every_reminder_too_late, {Invariant.BEFORE}),
    (_crowded_conversation, {Invariant.RATE}),
    (_crowded_workspace, {Invariant.RATE}),
    (_long_queue, {Invariant.DRAINS}),
    (_never_edited, {Invariant.DRAINS}),
    (_another_timestamp, {Invariant.KNOWS_WHERE}),
    (_forgotten, {Invariant.KNOWS_WHERE}),
    (_forgotten_without_a_last_edit, {Invariant.KNOWS_WHERE}),
    (_another_conversation, {Invariant.KNOWS_WHERE}),
    (_given_up, {Invariant.CONFIRMED}),
    (_in_doubt_for_good, {Invariant.CONFIRMED}),
    (_card_in_trouble, {Invariant.CONFIRMED}),
    (_card_behind, {Invariant.AT_REST}),
    (_card_otherwise, {Invariant.AT_REST}),
]


def test_a_sound_run_breaks_nothing() -> None:
    seen = ByHand().seen()
    assert breaches(seen) == {}
    assert counted(seen) == (NOTICES, 0, 0)
    assert reminders_held_against([seen]) == (2, 2)


@pytest.mark.parametrize(("change", "broken"), BREAKS, ids=lambda one: getattr(one, "__name__", ""))
def test_what_is_wrong_breaks_its_own_invariant_alone(
    change: Change, broken: set[Invariant]
) -> None:
    made = ByHand()
    change(made)
    found = breaches(made.seen())
    assert set(found) == broken, told(found)


def test_that_something_was_done_may_be_told_of_what_is_over() -> None:
    made = ByHand()
    made.tell((GOES_ON, Stage.MOST), (OVER, Stage.POST), at=OVER_AT + 2.0)
    assert breaches(made.seen()) == {}


def test_what_waits_may_name_what_is_over_beside_what_is_not() -> None:
    made = ByHand()
    key = made.tell((GOES_ON, Stage.LATE_MANAGER), (OVER, Stage.LATE_MANAGER), at=DUE_AT + 2.0)
    made.unsaid(key).update(state=OutboxState.PENDING.value, not_before=TOMORROW)
    assert breaches(made.seen()) == {}


def test_a_reminder_may_be_dropped_once_what_it_reminds_of_is_late() -> None:
    made = ByHand()
    made.drop(HALF, at=DUE_AT)
    seen = made.seen()
    assert breaches(seen) == {}
    assert counted(seen) == (NOTICES - 1, 0, 0)
    assert reminders_held_against([seen]) == (1, 1)


def test_a_reminder_whose_due_time_is_not_in_the_run_is_held_against_it_and_counted_apart() -> None:
    made = ByHand()
    seen = made.seen()
    seen.looked_at -= ENDS_AT - DUE_AT + 1.0
    assert reminders_held_against([seen]) == (2, 0)
    assert set(breaches(seen)) == {Invariant.BEFORE}, "nothing could have come too late"


@pytest.mark.parametrize(
    ("begin", "end", "excused"),
    [(DUE_AT - 1.0, DUE_AT + 2.5, True), (DUE_AT - 3.0, DUE_AT - 1.0, False), (30.0, 31.0, False)],
)
def test_who_stood_still_at_the_due_time_may_have_had_a_reminder_in_hand(
    begin: float, end: float, excused: bool
) -> None:
    made = ByHand()
    _reminded_too_late(made)
    made.freeze(begin, end)
    assert set(breaches(made.seen())) == (set() if excused else {Invariant.BEFORE})


def test_what_is_over_is_edited_for_the_last_time_and_not_known_any_more() -> None:
    made = ByHand()
    made.edit(HALF_OF_OVER, at=OVER_AT + 1.0).update(ts=None, sent_channel=None)
    assert breaches(made.seen()) == {}


def test_every_invariant_is_broken_by_something() -> None:
    alone = [broken for _, broken in BREAKS if len(broken) == 1]
    assert set().union(*alone) == set(Invariant)


@pytest.mark.parametrize(
    ("change", "lost", "doubled"),
    [
        (_no_intent, 1, 0),
        (_never_there, 1, 0),
        (_dropped, 1, 0),
        (_due_and_dropped, 1, 0),
        (_put_off, 1, 0),
        (_there_twice, 0, 1),
        (_two_cards, 0, 1),
    ],
)
def test_what_is_not_there_counts_as_lost_whatever_its_row_says(
    change: Change, lost: int, doubled: int
) -> None:
    made = ByHand()
    change(made)
    assert counted(made.seen())[1:] == (lost, doubled)
