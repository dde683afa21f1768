"""From a held kickoff to the day the AE may leave, as people live it, with the time moved."""

from datetime import datetime, timedelta
from functools import partial

from bot.domain.deadlines import Deadline, DeadlineState, Step
from bot.domain.items import SectionKey
from bot.sandbox.seen import Seen
from bot.sandbox.view_state import elements_of
from bot.sandbox.visitor import Visitor
from tests.story.stack import DEAL, Stack, modal
from tests.story.test_clocks import HOUR, settled
from tests.story.test_reading import HELD, assigned, fill, press

ACCOUNT = "Northwind Mills"


def owed(place: Stack, step: Step) -> Deadline:
    with place.bot.store.read(place.bot.workplace.id) as unit:
        return next(one for one in unit.deadlines.of(1) if one.step is step)


def go_to(place: Stack, at: datetime | None) -> None:
    """On to an instant, and a minute more."""
    assert at is not None
    place.sandbox.advance((at - place.sandbox.now() + timedelta(minutes=1)).total_seconds())
    settled(place)


def is_open(place: Stack, step: Step) -> bool:
    return owed(place, step).state is DeadlineState.OPEN


def open_all(place: Stack, *steps: Step) -> None:
    """On until the time of each has come, and it opened by itself."""
    for step in steps:
        one = owed(place, step)
        if one.opens_by_time:
            go_to(place, one.next_at)
        place.until(partial(is_open, place, step))


def leave(reader: Visitor) -> None:
    if reader.modal is not None:
        reader.close(whole_stack=True)


def on_page(place: Stack, reader: Visitor, action: str) -> None:
    """Out of the page of the handoff, which has every way."""
    leave(reader)
    press(place, reader, "open_handoff")
    while action not in modal(reader).action_ids():
        # The last of the ways on a page leads to the next one.
        *_, following = (
            block["block_id"]
            for block, element in elements_of(modal(reader).view["blocks"])
            if element["action_id"] == "open_handoff"
        )
        assert reader.click_in_modal("open_handoff", block_id=following).answered
    assert reader.click_in_modal(action).answered, reader.notices


def until_done(place: Stack, step: Step) -> None:
    place.until(lambda: owed(place, step).state is DeadlineState.DONE)


def stamp(place: Stack) -> int:
    return int(place.sandbox.now().timestamp())


def today(place: Stack) -> str:
    return place.sandbox.now().date().isoformat()


def day_30(place: Stack) -> None:
    maya, jonas = place.maya, place.jonas
    on_page(place, maya, "open_check_in")
    assert maya.submit({"note": "Hello, time for an upgrade?"}).answered
    assert "This sells something" in modal(maya).words
    fill(maya, note="Dear Ilse, how are the first weeks? Call me.", note_sent_at=stamp(place))
    until_done(place, Step.CHECK_IN)
    on_page(place, jonas, "open_milestone_review")
    fill(jonas, milestone_notes="The connector is behind by a week.")
    until_done(place, Step.MILESTONES)
    on_page(place, jonas, "open_nps")
    assert "Row 2" in str(jonas.submit({"nps": "9\n11"}).field_errors)
    fill(jonas, nps="9\n10\n8\n9\n6")
    until_done(place, Step.NPS)
    on_page(place, jonas, "open_still_true")
    fill(
        jonas,
        holds_champion="yes",
        holds_growth="no",
        changed_growth="The second site is off.",
        holds_year="not_known",
    )
    on_page(place, jonas, "open_first_value")
    fill(jonas, first_value_on=today(place), engagement="green")
    leave(jonas)


def day_60(place: Stack) -> None:
    for reader, more, score in (
        (place.maya, "open_expansion_ae", "open_score_ae"),
        (place.jonas, "open_expansion", "open_score"),
    ):
        on_page(place, reader, more)
        fill(
            reader,
            talked_on=today(place),
            appetite="later",
            expansion_words="Next year, with the new hall.",
        )
        on_page(place, reader, score)
        fill(
            reader,
            **{f"score_{one.value}": "4" for one in SectionKey},
            carried=["why"],
            thin=["people"],
        )
        leave(reader)
    for step in (Step.EXPANSION, Step.EXPANSION_AE, Step.SCORE, Step.SCORE_AE):
        until_done(place, step)


def test_a_handoff_is_reviewed_at_30_60_and_90_days_and_closed(place: Stack) -> None:
    card = assigned(place)
    maya, jonas, theo = place.maya, place.jonas, place.theo
    place.sandbox.advance(24 * HOUR)
    settled(place)
    on_page(place, jonas, "open_held")
    fill(jonas, **HELD)
    leave(jonas)
    place.card_says("Kickoff held")

    # Nothing of day 30 can be late before its week, and then it is there by itself.
    assert owed(place, Step.NPS).opens_by_time
    open_all(place, Step.NPS, Step.CHECK_IN)
    assert {owed(place, one).state for one in (Step.NPS, Step.CHECK_IN)} == {DeadlineState.OPEN}
    place.dm_says(jonas, "Day 30: is what the AE said")
    place.dm_says(maya, "Write to the customer at day 30")
    day_30(place)
    open_all(place, Step.SCORE, Step.SCORE_AE)
    day_60(place)
    open_all(place, Step.OUTCOME)
    on_page(place, jonas, "open_closing")
    assert modal(jonas).title == "Defined done"
    fill(
        jonas,
        met_live_by="moved",
        note_live_by="to the summer",
        met_outcome="met",
        met_second_outcome="met",
        met_confirms="met",
        met_review_on="met",
    )
    assert modal(jonas).title == "Close the handoff"
    fill(jonas, closing_outcome="onboarded", closing_line="Both halls run on it, says Ilse.")
    leave(jonas)
    place.card_says("handoff closed")

    place.sandbox.advance(11 * 60)

    def summary() -> list[Seen]:
        found = theo.messages(DEAL)
        return [one for one in found if "closed this handoff: onboarded." in one.words]

    place.until(summary)
    settled(place)
    (told,) = summary()
    assert told.thread_ts == card.ts
    assert " leaves; Jonas Lindqvist has been the primary contact since the kickoff." in told.words
    assert "Thank you, Maya" in told.words
    assert "says Ilse" not in told.words
    # In Berlin it is nine in the morning; New York sleeps, and reads it when it is awake.
    place.sandbox.advance(6 * HOUR)
    settled(place)
    for reader in (maya, jonas):
        place.dm_says(reader, "Jonas Lindqvist closed it: onboarded.")
        place.dm_says(reader, "with the handoff closed")
    below = theo.thread(DEAL, card.ts)
    assert len([one for one in below if "with the handoff closed" in one.words]) == 1
    # What people wrote stands on the page of those who may read it, and in no channel.
    press(place, maya, "open_handoff")
    pages = modal(maya).words
    assert "closed" in pages
    for secret in ("The second site is off.", "with the new hall", "behind by a week", "NPS 40"):
        assert secret not in "\n".join(one.words for one in [*theo.messages(DEAL), *below])
    count = len(theo.messages(DEAL))
    for _ in range(5):
        place.sandbox.advance(24 * HOUR)
        settled(place)
    assert len(theo.messages(DEAL)) == count
