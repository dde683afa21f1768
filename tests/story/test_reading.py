"""From the assignment to *has read*, as people live it: checked, restated, judged, sent back."""

from dataclasses import replace
from datetime import timedelta

from bot.domain.access import EVERY
from bot.domain.completeness import completeness
from bot.domain.deadlines import DeadlineState, Step
from bot.domain.debrief import Question
from bot.domain.history import verify
from bot.domain.items import SectionKey
from bot.domain.steps import STEPS
from bot.sandbox.seen import Seen
from bot.sandbox.visitor import Visitor
from bot.storage.unit_of_work import WriteUnit
from tests.briefs import FULL_BRIEF
from tests.builders import PROMISE
from tests.story.stack import DEAL, Stack, modal
from tests.story.test_clocks import HOUR, begin, menu_value, settled

ACCOUNT = "Northwind Mills"
YES = {"check_metric": "yes", "check_no_plan": "yes", "check_champion": "yes"}
WORDS = {
    "restated_why": "The lease ends in June.",
    "restated_success": "Four days from order to dispatch.",
    "restated_risk": "none",
}


HELD = {
    "customers": "Ilse Brandt, two of her team",
    "ran": "csm",
    "metric_right": "yes",
    "timing_right": "yes",
}
"""What the form after a kickoff wants at least."""


def save(unit: WriteUnit, key: SectionKey, **changed: object) -> None:
    """What the AE types into one section; the forms have stories of their own."""
    handoff = unit.handoffs.lock(1)
    maya = unit.people.get(handoff.ae_id)
    section = FULL_BRIEF.section(key).model_copy(update=changed)
    revision = unit.brief.save_section(1, key, section, by=maya.id, at=unit.now)
    handoff.save_section(
        key,
        changed={name: str(value) for name, value in changed.items()} or {"section": key.value},
        revision=revision,
        state=completeness(unit.brief.load(1, audiences=EVERY), handoff.tier, unit.policy),
        by=maya,
        at=unit.now,
        policy=unit.policy,
    )
    unit.save(handoff, actor_id=maya.id)


def assigned(place: Stack, *, value: str | None = None) -> Seen:
    """The brief is written, the message stands there and Jonas is the CSM; gives the message."""
    begin(place, value)
    with place.bot.store.write(place.bot.workplace.id) as unit:
        unit.handoffs.lock(1)
        by = unit.handoffs.get(1).ae_id
        unit.brief.add_promise(1, PROMISE, by=by, at=unit.now)
        for key in SectionKey:
            save(unit, key)
        unit.commit()
    place.maya.click(guide(place, place.maya, "preview_message"), "preview_message")
    place.maya.submit({})
    place.card_says("Posted by")
    place.priya.click(guide(place, place.priya, "open_assign"), "open_assign")
    assert not place.priya.submit({"csm": place.jonas.id}).field_errors
    return place.card_says("Acknowledge brief")


def guide(place: Stack, reader: Visitor, action: str) -> Seen:
    """The newest direct message that offers an action, as soon as there is one."""

    def look() -> Seen | None:
        return next((one for one in reversed(reader.dms()) if action in one.action_ids()), None)

    found = place.sandbox.wait_until(look, within=15.0)
    assert found is not None
    return found


def press(place: Stack, reader: Visitor, action: str) -> None:
    assert reader.click(guide(place, reader, action), action).answered


def fill(reader: Visitor, **typed: object) -> None:
    sent = reader.submit(dict(typed))  # type: ignore[arg-type]
    assert not sent.field_errors, sent.field_errors
    assert sent.answered, reader.notices


def hold_debrief(place: Stack) -> None:
    """The CSM goes through the seven questions with the AE, and records the talk."""
    jonas = place.jonas
    press(place, jonas, "open_debrief")
    for question in Question:
        last = {"outlook": "fine"} if question is Question.YEAR else {}
        fill(jonas, answer="Said in the talk.", mark="clear", **last)
    assert jonas.click_in_modal("debrief_talk").answered
    fill(jonas, minutes="40")
    jonas.close()

    settled(place)


def test_the_csm_reads_checks_and_restates_and_the_ae_judges(place: Stack) -> None:
    card = assigned(place)
    jonas, maya = place.jonas, place.maya
    press(place, jonas, "acknowledge")
    place.card_says("Acknowledged")

    def anchored() -> list[Seen]:
        replies = place.theo.thread(DEAL, card.ts)
        return [one for one in replies if "history anchor" in one.words]

    place.until(anchored)
    for reader in (maya, jonas):
        place.dm_says(reader, "history anchor")

    press(place, jonas, "open_checks")
    assert jonas.submit({}).field_errors
    fill(jonas, **{**YES, "check_champion": "no"})
    assert modal(jonas).title == "Restate the brief"
    assert "order to dispatch" not in modal(jonas).words
    fill(jonas, **WORDS)
    assert jonas.modal is None

    press(place, maya, "open_judge")
    assert "The lease ends in June." in modal(maya).words
    assert maya.submit({"verdict": "no_match"}).field_errors
    fill(maya, verdict="no_match", line="It was the board, not the lease.")
    place.dm_says(jonas, "It was the board, not the lease.")
    press(place, jonas, "open_restate")
    assert "It was the board" in modal(jonas).words
    fill(jonas, restated_why="The board set the day of the move.")
    press(place, maya, "open_judge")
    assert "The board set the day" in modal(maya).words
    fill(maya, verdict="match")
    place.dm_says(jonas, "Restatement matches")
    place.dm_says(jonas, "Intro: waiting on the CSM.")

    with place.bot.store.write(place.bot.workplace.id) as unit:
        save(unit, SectionKey.SUCCESS, target="3 days")
        unit.commit()
    place.card_says("the metric or a promise changed since")
    press(place, jonas, "acknowledge")
    place.until(lambda: "changed since" not in place.card_says(ACCOUNT).words)
    settled(place)
    assert "open_checks" not in guide(place, jonas, "open_handoff").action_ids()

    with place.bot.store.read(place.bot.workplace.id) as unit_after:
        count, head = unit_after.history.head(1)
        records = unit_after.history.records(1)
    assert verify(records, expected_count=count, expected_head=head).sound
    # What was anchored is still in the chain, where it was.
    (first, *_) = anchored()
    kept = next(one for one in records if one.hash.hex()[:16] in first.words)
    assert f"{kept.seq} records" in first.words


def test_the_csm_sends_the_brief_back_and_later_says_that_they_are_not_the_right_one(
    place: Stack,
) -> None:
    card = assigned(place)
    jonas, maya, priya = place.jonas, place.maya, place.priya
    press(place, jonas, "open_send_back")
    fill(jonas, items=["trigger", "quote"], reason="Which orders does it count?")
    told = place.dm_says(maya, "Which orders does it count?")
    assert "real trigger, a quote" in told.words
    place.until(lambda: "acknowledge" not in place.card_says(ACCOUNT).action_ids())
    assert "Which orders" not in place.card_says(ACCOUNT).words
    press(place, maya, "return_brief")
    assert "Nothing in the brief changed" in modal(maya).words
    fill(maya)
    press(place, jonas, "acknowledge")
    place.card_says("Acknowledged")

    mine = guide(place, jonas, "open_checks")
    jonas.click(mine, "more", chosen=menu_value(mine, "decline"))
    fill(jonas, reason="I have no one in that region.")
    place.dm_says(priya, "I have no one in that region.")
    press(place, priya, "open_assign")
    fill(priya, csm=place.sam.id)
    place.dm_says(place.sam, "Read and acknowledge the brief")
    place.dm_says(jonas, "You have no part in this handoff any more.")
    replies = [one.words for one in place.theo.thread(DEAL, card.ts)]
    assert not any("region" in words or "Which orders" in words for words in replies)


def test_before_the_brief_is_ready_priya_assigns_with_a_reason(place: Stack) -> None:
    begin(place)
    press(place, place.maya, "preview_message")
    place.maya.submit({})
    card = place.card_says("Posted by")
    place.maya.click(card, "more", chosen=menu_value(card, "assign"))
    place.until(lambda: any("Priya" in one.words for one in place.maya.ephemerals(DEAL)))
    place.priya.click(card, "more", chosen=menu_value(card, "assign"))
    assert "real trigger (empty)" in modal(place.priya).words
    assert place.priya.submit({"csm": place.jonas.id}).field_errors
    fill(place.priya, csm=place.jonas.id, reason="They start on Monday.")
    place.card_says("Acknowledge brief")
    assert "They start on Monday" not in place.card_says(ACCOUNT).words
    press(place, place.maya, "write_brief")


MOST_MESSAGES = 13
"""New direct messages to one person over a handoff that goes well, until its kickoff was held."""


def test_a_clean_handoff_sends_nobody_more_than_thirteen_messages(place: Stack) -> None:
    begin(place)
    people = (place.maya, place.jonas, place.priya, place.theo)

    def hours(count: float) -> None:
        """People work on other things meanwhile, and are reminded of this where it is time."""
        place.sandbox.advance(count * HOUR)
        settled(place)

    hours(2)
    with place.bot.store.write(place.bot.workplace.id) as unit:
        by = unit.handoffs.lock(1).ae_id
        whole = replace(PROMISE, owner_id=by, due=unit.now.date() + timedelta(days=60))
        unit.brief.add_promise(1, whole, by=by, at=unit.now)
        for key in SectionKey:
            save(unit, key)
        unit.commit()
    hours(1)
    press(place, place.maya, "preview_message")
    place.maya.submit({})
    place.card_says("Posted by")
    hours(3)
    press(place, place.priya, "open_assign")
    assert not place.priya.submit({"csm": place.jonas.id}).field_errors
    place.card_says("Acknowledge brief")
    press(place, place.maya, "open_booking")
    assert place.maya.click_in_modal("skip_briefing").answered
    place.maya.close()
    hours(18)
    press(place, place.jonas, "skip_briefing")
    press(place, place.jonas, "acknowledge")
    place.card_says("Acknowledged")
    press(place, place.jonas, "open_checks")
    fill(place.jonas, **YES)
    fill(place.jonas, **WORDS)
    hours(2)
    press(place, place.maya, "open_judge")
    fill(place.maya, verdict="match")
    settled(place)
    press(place, place.maya, "open_intro")
    fill(
        place.maya, intro="Dear Ilse, Jonas will call you about the kickoff. Does Monday suit you?"
    )
    assert place.maya.click_in_modal("mark_intro_sent").answered
    fill(place.maya, intro_way="email", cs_before="no")
    place.maya.close()
    settled(place)
    for person, answer in ((place.maya, {}), (place.jonas, {"delivery": "can"})):
        press(place, person, "initial_all")
        fill(person, **answer)
        person.close()
    place.card_says("initialed by both")
    hold_debrief(place)
    hours(24)
    press(place, place.jonas, "open_held")
    fill(place.jonas, **HELD)
    place.card_says("Kickoff held")
    settled(place)
    with place.bot.store.read(place.bot.workplace.id) as after:
        owed = [one for one in after.deadlines.of(1) if one.state is DeadlineState.OPEN]
    # What was promised is delivered later, and what follows on the kickoff begins with it.
    beyond = {rule.step for rule in STEPS if rule.beyond}
    assert {one.step for one in owed} <= {Step.DELIVERY} | beyond
    # All are counted here, also those that answer what the reader did a moment before.
    counted = {one.id: len(one.dms()) for one in people}
    assert max(counted.values()) <= MOST_MESSAGES, counted
    assert min(counted[one.id] for one in people[:3]) > 1, counted
