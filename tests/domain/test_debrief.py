"""The debrief: what counts, what opens it again, who asks whom, and what a talk is."""

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from bot.domain import debriefing
from bot.domain.access import Act, Audience
from bot.domain.breakdowns import Breakdown
from bot.domain.debrief import (
    LONGEST_ANSWER,
    LONGEST_ASK,
    LONGEST_SHORT,
    LONGEST_TALK,
    MOST_ASKS,
    MOST_THERE,
    NOT_BEGUN,
    RULES,
    SETTLED,
    Answer,
    AnswerPart,
    Ask,
    Goes,
    Outlook,
    OwnPart,
    Question,
    Standing,
    Talk,
    ask_audience,
    next_promise,
)
from bot.domain.errors import Conflict, HandoffError, Invalid, NotAllowed, Problem
from bot.domain.handoff import CLOCK_SLACK, Handoff
from bot.domain.history import Tag
from bot.domain.kickoff import debrief_due, kickoff_due
from bot.domain.people import Person
from tests.domain.deals import (
    AE,
    AE_MANAGER,
    CS_MANAGER,
    CSM,
    HOUR,
    MEMBER,
    MONDAY,
    POLICY,
    REVOPS,
    Office,
    assigned,
    gated,
    started,
)

weigh = debriefing.weigh_debrief
NOON = MONDAY + 3 * HOUR
LATER = NOON + HOUR
WORDS = Answer(words="The lease ends on 30 June")


def talk(at: datetime = NOON, minutes: int = 40, there: tuple[int, ...] = (AE.id, CSM.id)) -> Talk:
    return Talk(held_at=at, minutes=minutes, there=there)


def answer(
    handoff: Handoff,
    question: Question,
    after: Answer = WORDS,
    *,
    before: Answer | None = None,
    by: Person = AE,
    at: datetime = NOON,
) -> None:
    debriefing.save_answer(
        handoff, question, before=before or Answer(), after=after, revision=1, by=by, at=at
    )


def mark(
    handoff: Handoff,
    question: Question,
    standing: Standing = Standing.CLEAR,
    what: Answer = WORDS,
    *,
    by: Person = CSM,
    at: datetime = NOON,
) -> None:
    debriefing.mark(handoff, question, standing, what, revision=1, by=by, at=at)


def record(handoff: Handoff, held: Talk | None = None, *, by: Person = CSM, **more: object) -> None:
    given = {"at": NOON, **more}
    debriefing.record_talk(handoff, held or talk(), revision=1, by=by, **given)  # type: ignore[arg-type]


def an_ask(number: int, question: Question | None = None) -> Ask:
    return Ask(number, question, "Who raised it?", CSM.id, NOON)


def all_clear(handoff: Handoff, *, but: Collection[Question] = (), at: datetime = NOON) -> None:
    for question in Question:
        if question not in but:
            what = Answer(words="Said.", outlook=Outlook.FINE)
            answer(handoff, question, what, at=at)
            mark(handoff, question, what=what, at=at)


def tags(handoff: Handoff) -> list[Tag]:
    return [event.tag for event in handoff.events if event.tag.value.startswith("debrief.")]


def problem(refused: pytest.ExceptionInfo[HandoffError]) -> tuple[Problem, str | None]:
    return refused.value.problem, refused.value.field


# --- What the process says of the seven


def test_the_seven_stand_in_order_with_where_each_goes() -> None:
    assert [one.number for one in Question] == list(range(1, 8))
    assert set(RULES) == set(Question)
    words = [RULES[one].goes[AnswerPart.WORDS] for one in Question]
    assert words == [
        (Goes.CRM,),
        (Goes.CS_PLATFORM,),
        (Goes.INTERNAL,),
        (Goes.LEDGER,),
        (Goes.CS_PLATFORM,),
        (Goes.INTERNAL,),
        (Goes.CS_PLATFORM,),
    ]
    assert [one.number for one in Question if RULES[one].comes_back] == [2, 5, 7]


def test_who_reads_what_follows_the_rows_of_the_process() -> None:
    rows = {
        Audience.DEBRIEF_FACTS: {(1, AnswerPart.WORDS), (4, AnswerPart.SHORT)},
        Audience.DEBRIEF: {
            (2, AnswerPart.WORDS),
            (5, AnswerPart.WORDS),
            (6, AnswerPart.SHORT),
            (7, AnswerPart.WORDS),
            (7, AnswerPart.OUTLOOK),
        },
        Audience.RECORDS: {(3, AnswerPart.WORDS), (4, AnswerPart.WORDS), (6, AnswerPart.WORDS)},
    }
    for audience, parts in rows.items():
        found = {
            (question.number, part)
            for question in Question
            for part, read_by in RULES[question].parts.items()
            if read_by is audience
        }
        assert found == parts


def test_what_the_ae_is_asked_is_never_for_more_than_the_csms_own_part() -> None:
    assert ask_audience(None) is Audience.REASONS
    assert ask_audience(Question.BOUGHT) is Audience.REASONS
    assert ask_audience(Question.NEARLY) is Audience.RECORDS
    assert ask_audience(Question.PROMISED) is Audience.RECORDS
    assert ask_audience(Question.YEAR) is Audience.DEBRIEF


# --- Answers


def test_an_answer_keeps_only_what_its_question_asks_for() -> None:
    whole = Answer(words=" The lease \n", short="a\nb  c", outlook=Outlook.GREAT)
    kept = {one: whole.checked(one) for one in Question}
    assert {one for one, found in kept.items() if found.short} == {
        Question.PROMISED,
        Question.AGAINST,
    }
    assert {one for one, found in kept.items() if found.outlook} == {Question.YEAR}
    assert kept[Question.AGAINST] == Answer(words="The lease", short="a b c")
    assert not Answer(words=" \n ").given


@pytest.mark.parametrize(
    ("too_long", "field", "most"),
    [
        (Answer(words="w" * (LONGEST_ANSWER + 1)), "answer", LONGEST_ANSWER),
        (Answer(short="s" * (LONGEST_SHORT + 1)), "short", LONGEST_SHORT),
    ],
)
def test_an_answer_that_is_too_long_names_its_field(
    too_long: Answer, field: str, most: int
) -> None:
    with pytest.raises(Invalid) as refused:
        too_long.checked(Question.AGAINST)
    assert problem(refused) == (Problem.TOO_LONG, field)
    assert refused.value.facts == {"most": str(most)}


def test_an_answer_is_written_down_by_the_ae_ahead_or_by_who_leads() -> None:
    handoff = gated()
    answer(handoff, Question.BOUGHT)
    assert handoff.debrief.standing(Question.BOUGHT) is Standing.ANSWERED
    assert handoff.debrief.unanswered == tuple(Question)[1:]
    handoff.assign_csm(CSM, by=CS_MANAGER, at=NOON)
    for by in (CSM, CS_MANAGER):
        answer(handoff, Question.CHAMPION, Answer(words=by.name), by=by)
    for by in (AE_MANAGER, REVOPS, MEMBER):
        with pytest.raises(NotAllowed):
            answer(handoff, Question.NEARLY, by=by)


def test_what_was_said_stands_in_values_and_never_in_the_history_itself() -> None:
    handoff = assigned()
    answer(handoff, Question.NEARLY)
    event = handoff.events[-1]
    assert event.values == {"words": WORDS.words}
    assert WORDS.words not in str(event.facts)


def test_nothing_changed_is_nothing_that_happened() -> None:
    handoff = assigned()
    answer(handoff, Question.BOUGHT)
    mark(handoff, Question.BOUGHT)
    before = list(handoff.events)
    answer(handoff, Question.BOUGHT, before=WORDS, by=CSM)
    mark(handoff, Question.BOUGHT)
    assert handoff.events == before


def test_other_words_are_not_what_was_marked_but_another_short_form_is() -> None:
    handoff = assigned()
    whole = Answer(words="Their head of IT", short="IT")
    answer(handoff, Question.AGAINST, whole)
    mark(handoff, Question.AGAINST, what=whole)
    shorter = whole.model_copy(update={"short": "Head of IT"})
    answer(handoff, Question.AGAINST, shorter, before=whole)
    assert handoff.debrief.standing(Question.AGAINST) is Standing.CLEAR
    answer(handoff, Question.AGAINST, WORDS, before=shorter)
    assert handoff.debrief.standing(Question.AGAINST) is Standing.ANSWERED
    answer(handoff, Question.AGAINST, Answer(), before=WORDS)
    assert handoff.debrief.standing(Question.AGAINST) is Standing.OPEN


# --- Marks


def test_an_answer_counts_once_the_csm_says_so() -> None:
    handoff = assigned()
    answer(handoff, Question.BOUGHT)
    assert handoff.debrief.settled == 0
    mark(handoff, Question.BOUGHT)
    mark(handoff, Question.CHAMPION, Standing.NOT_KNOWN, Answer())
    assert handoff.debrief.settled == 2
    assert handoff.debrief.unsettled == tuple(Question)[2:]
    for standing in (Standing.ANSWERED, Standing.CLEAR):
        mark(handoff, Question.BOUGHT, standing)
        assert handoff.debrief.standing(Question.BOUGHT) is standing
    mark(handoff, Question.CHAMPION, Standing.ANSWERED, Answer())
    assert handoff.debrief.standing(Question.CHAMPION) is Standing.OPEN


def test_what_is_empty_or_without_a_word_for_the_year_is_not_clear() -> None:
    handoff = assigned()
    with pytest.raises(Invalid) as refused:
        mark(handoff, Question.NEARLY, what=Answer(short="x"))
    assert problem(refused) == (Problem.EMPTY, "answer")
    with pytest.raises(Invalid) as refused:
        mark(handoff, Question.YEAR)
    assert problem(refused) == (Problem.CHOOSE, "outlook")
    assert handoff.debrief == NOT_BEGUN


@pytest.mark.parametrize("by", [AE, AE_MANAGER, REVOPS, MEMBER])
def test_only_the_csm_and_their_manager_mark_ask_and_record(by: Person) -> None:
    handoff = assigned()
    answer(handoff, Question.BOUGHT)
    before = handoff.debrief
    acts: tuple[Callable[[], None], ...] = (
        lambda: mark(handoff, Question.BOUGHT, by=by),
        lambda: debriefing.ask(handoff, an_ask(1), by=by, at=NOON),
        lambda: debriefing.save_own_part(handoff, OwnPart(), revision=1, by=by, at=NOON),
        lambda: record(handoff, by=by),
    )
    for act in acts:
        with pytest.raises(NotAllowed) as refused:
            act()
        assert refused.value.whose == (CSM.id,)
    assert handoff.debrief == before
    assert not debriefing.leads(by, handoff)


# --- Asking the AE


def test_what_is_asked_about_does_not_count_until_all_of_it_is_answered() -> None:
    handoff = assigned()
    answer(handoff, Question.NEARLY)
    mark(handoff, Question.NEARLY)
    one, two, free = an_ask(1, Question.NEARLY), an_ask(2, Question.NEARLY), an_ask(3)
    for asked in (one, two, free):
        debriefing.ask(handoff, asked, by=CSM, at=NOON)
    assert handoff.debrief.asks_open == 3
    assert handoff.debrief.standing(Question.NEARLY) is Standing.ASKED
    # Other words of the AE do not answer it; only their reply does.
    answer(handoff, Question.NEARLY, Answer(words="The CFO"), before=WORDS)
    assert handoff.debrief.standing(Question.NEARLY) is Standing.ASKED
    debriefing.reply(handoff, one, "The CFO", others=[two, free], by=AE, at=LATER)
    assert handoff.debrief.standing(Question.NEARLY) is Standing.ASKED
    debriefing.reply(handoff, two, "In May", others=[free], by=AE, at=LATER)
    assert handoff.debrief.standing(Question.NEARLY) is Standing.ANSWERED
    debriefing.reply(handoff, free, "No", others=[], by=AE, at=LATER)
    assert handoff.debrief.asks_open == 0


def test_a_reply_leaves_a_mark_that_was_made_meanwhile() -> None:
    handoff = assigned()
    answer(handoff, Question.NEARLY)
    asked = an_ask(1, Question.NEARLY)
    debriefing.ask(handoff, asked, by=CSM, at=NOON)
    mark(handoff, Question.NEARLY, Standing.NOT_KNOWN)
    debriefing.reply(handoff, asked, "The CFO", others=[], by=AE, at=LATER)
    assert handoff.debrief.standing(Question.NEARLY) is Standing.NOT_KNOWN


def test_one_question_is_answered_once_and_by_the_ae() -> None:
    handoff = assigned()
    asked = an_ask(1)
    debriefing.ask(handoff, asked, by=CSM, at=NOON)
    for by in (CSM, CS_MANAGER, AE_MANAGER):
        with pytest.raises(NotAllowed):
            debriefing.reply(handoff, asked, "No", others=[], by=by, at=LATER)
    replied = replace(asked, reply="No", replied_by=AE.id, replied_at=LATER)
    assert not replied.open
    with pytest.raises(Conflict) as refused:
        debriefing.reply(handoff, replied, "Yes", others=[], by=AE, at=LATER)
    assert refused.value.problem is Problem.ALREADY_DONE
    assert handoff.debrief.asks_open == 1


@pytest.mark.parametrize(
    ("text", "asked", "found"),
    [
        (" \n ", 0, Problem.EMPTY),
        ("a" * (LONGEST_ASK + 1), 0, Problem.TOO_LONG),
        ("Who?", MOST_ASKS, Problem.TOO_MANY),
    ],
)
def test_a_question_is_one_line_of_some_length_and_one_of_fifty(
    text: str, asked: int, found: Problem
) -> None:
    with pytest.raises(Invalid) as refused:
        debriefing.checked_ask(text, asked=asked)
    assert problem(refused) == (found, "ask")
    assert debriefing.checked_ask(" Who \n raised it? ", asked=MOST_ASKS - 1) == "Who raised it?"


@pytest.mark.parametrize(
    ("text", "found"), [("  ", Problem.EMPTY), ("a" * (LONGEST_ANSWER + 1), Problem.TOO_LONG)]
)
def test_a_reply_says_something_and_not_too_much(text: str, found: Problem) -> None:
    with pytest.raises(Invalid) as refused:
        debriefing.checked_reply(text)
    assert problem(refused) == (found, "reply")
    assert debriefing.checked_reply(" The CFO \n") == "The CFO"


@pytest.mark.parametrize("field", ["flags", "readiness"])
def test_the_csms_own_part_names_the_field_of_too_many_words(field: str) -> None:
    with pytest.raises(Invalid) as refused:
        OwnPart.model_validate({field: "x" * (LONGEST_ANSWER + 1)}).checked()
    assert problem(refused) == (Problem.TOO_LONG, field)
    assert OwnPart(flags=" a ", readiness="\nb").checked() == OwnPart(flags="a", readiness="b")


# --- The talk


@pytest.mark.parametrize(
    ("held", "found", "field"),
    [
        (talk(NOON + CLOCK_SLACK + timedelta(seconds=1)), Problem.HELD_LATER, "held_at"),
        (talk(MONDAY - timedelta(seconds=1)), Problem.HELD_BEFORE_SIGNATURE, "held_at"),
        (talk(minutes=0), Problem.BAD_MINUTES, "minutes"),
        (talk(minutes=-5), Problem.BAD_MINUTES, "minutes"),
        (talk(minutes=LONGEST_TALK + 1), Problem.BAD_MINUTES, "minutes"),
        (talk(there=(AE.id,)), Problem.TOO_FEW, "there"),
        (talk(there=(AE.id, AE.id)), Problem.TOO_FEW, "there"),
        (talk(there=tuple(range(1, MOST_THERE + 2))), Problem.TOO_MANY, "there"),
    ],
)
def test_a_talk_that_cannot_have_been_held_so_is_refused(
    held: Talk, found: Problem, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        debriefing.checked_talk(held, assigned(), at=NOON)
    assert problem(refused) == (found, field)


def test_a_talk_is_kept_in_utc_with_everybody_once() -> None:
    berlin = timezone(2 * HOUR)
    held = talk(NOON.astimezone(berlin), LONGEST_TALK, (AE.id, CSM.id, AE.id))
    kept = debriefing.checked_talk(held, assigned(), at=NOON)
    assert (kept.held_at.isoformat(), kept.there) == (NOON.isoformat(), (AE.id, CSM.id))
    # Just before now, and the clocks of two machines differ a little.
    assert debriefing.checked_talk(talk(NOON + CLOCK_SLACK), assigned(), at=NOON).minutes == 40


def test_it_is_done_once_every_answer_counts_and_the_talk_is_recorded() -> None:
    first, second = assigned(), assigned()
    all_clear(first)
    assert first.debrief.done_at is None
    record(first, at=LATER)
    assert first.debrief.done_at == LATER
    assert tags(first)[-2:] == [Tag.DEBRIEF_HELD, Tag.DEBRIEF_DONE]
    record(second)
    all_clear(second, but=[Question.YEAR])
    assert second.debrief.done_at is None
    mark(second, Question.YEAR, Standing.NOT_KNOWN, at=LATER)
    assert second.debrief.done_at == LATER
    assert tags(second).count(Tag.DEBRIEF_DONE) == 1


def test_recorded_once_more_it_stays_done_from_the_first_time() -> None:
    handoff = assigned()
    all_clear(handoff)
    record(handoff)
    record(handoff, talk(minutes=25), at=LATER)
    debrief = handoff.debrief
    assert (debrief.minutes, debrief.recorded_at, debrief.done_at) == (25, NOON, NOON)
    assert tags(handoff).count(Tag.DEBRIEF_DONE) == 1


@pytest.mark.parametrize("how", ["changed", "asked", "unmarked"])
def test_what_is_changed_asked_or_unmarked_opens_it_again_until_it_counts(how: str) -> None:
    handoff = assigned()
    all_clear(handoff)
    record(handoff)
    if how == "changed":
        answer(handoff, Question.GROWTH, before=Answer(words="Said."), at=LATER)
    elif how == "asked":
        debriefing.ask(handoff, an_ask(1, Question.GROWTH), by=CSM, at=LATER)
    else:
        mark(handoff, Question.GROWTH, Standing.ANSWERED, at=LATER)
    assert (handoff.debrief.done_at, handoff.debrief.reopened_at) == (None, LATER)
    mark(handoff, Question.GROWTH, at=LATER + HOUR)
    assert handoff.debrief.done_at == LATER + HOUR
    assert handoff.debrief.reopened_at == LATER
    assert tags(handoff).count(Tag.DEBRIEF_DONE) == 2


def test_a_question_about_no_answer_opens_nothing_again() -> None:
    handoff = assigned()
    all_clear(handoff)
    record(handoff)
    debriefing.ask(handoff, an_ask(1), by=CSM, at=LATER)
    assert handoff.debrief.done_at == NOON


def test_the_cs_manager_records_it_with_a_reason_and_the_csm_without() -> None:
    handoff = assigned()
    with pytest.raises(Invalid) as refused:
        record(handoff, by=CS_MANAGER)
    assert refused.value.field == "reason"
    assert handoff.debrief.recorded_at is None
    record(handoff, by=CS_MANAGER, reason="Cleo is ill")
    assert handoff.events[-1].values == {"reason": "Cleo is ill"}


# --- When there is a debrief at all


def test_before_the_signature_and_after_the_end_nobody_writes_in_it() -> None:
    unsigned, ended = started(), assigned()
    ended.cancel("They withdrew", by=AE, at=NOON)
    for handoff, found in (
        (unsigned, Problem.NOT_SIGNED),
        (ended, Problem.HANDOFF_CANCELLED),
    ):
        for act in (Act.ANSWER_DEBRIEF, Act.CHAT_DEBRIEF):
            with pytest.raises(Invalid) as refused:
                debriefing.require(act, AE, handoff)
            assert refused.value.problem is found
    alone = gated()
    with pytest.raises(Invalid) as refused:
        debriefing.require(Act.LEAD_DEBRIEF, CS_MANAGER, alone)
    assert refused.value.problem is Problem.NOT_ASSIGNED
    debriefing.require(Act.ANSWER_DEBRIEF, AE, alone)


# --- Breakdowns


def test_the_last_moment_is_the_end_of_the_business_day_before_the_kickoff() -> None:
    handoff, calendar_of = assigned(), Office().calendar_of
    latest, due = (
        debrief_due(handoff, POLICY, calendar_of),
        kickoff_due(handoff, POLICY, calendar_of),
    )
    assert latest is not None
    assert due is not None
    assert timedelta() < due - latest <= timedelta(days=4)
    assert debrief_due(started(), POLICY, calendar_of) is None


def test_held_too_late_is_a_breakdown_once_and_in_time_is_none() -> None:
    handoff = assigned()
    record(handoff)
    weigh(handoff, NOON, at=NOON)
    assert handoff.breakdowns == {}
    for at in (LATER, LATER + HOUR):
        record(handoff, talk(LATER), at=at)
        weigh(handoff, NOON, at=at)
    assert handoff.breakdowns == {Breakdown.DEBRIEF_LATE: LATER}
    found = [event.facts for event in handoff.events if event.tag is Tag.BREAKDOWN]
    assert found == [{"kind": Breakdown.DEBRIEF_LATE.value, "happened": True}]
    # It was held in time after all: the time was a slip.
    record(handoff, talk(NOON), at=LATER)
    weigh(handoff, NOON, at=LATER)
    assert handoff.breakdowns == {}


def test_a_kickoff_before_the_debrief_is_a_breakdown_whichever_is_told_first() -> None:
    first, second, none = assigned(), assigned(), assigned()
    first.hold_kickoff(NOON, by=CSM, at=LATER)
    weigh(first, None, at=LATER)
    record(first, talk(LATER), at=LATER)
    record(second, talk(LATER), at=LATER)
    weigh(second, NOON, at=LATER)
    assert second.breakdowns == {Breakdown.DEBRIEF_LATE: LATER}
    second.hold_kickoff(NOON, by=CSM, at=LATER)
    for handoff in (first, second):
        weigh(handoff, NOON, at=LATER)
        assert handoff.breakdowns == {Breakdown.KICKOFF_BEFORE_DEBRIEF: LATER}
    record(none, talk(NOON), at=LATER)
    none.hold_kickoff(LATER, by=CSM, at=LATER)
    weigh(none, NOON, at=LATER)
    assert none.breakdowns == {}
    # The kickoff was later than it was recorded first.
    second.hold_kickoff(LATER, by=CSM, at=LATER)
    weigh(second, LATER, at=LATER)
    assert second.breakdowns == {}


# --- The second listener


def test_a_person_s_choice_of_a_listener_outlasts_the_rule() -> None:
    handoff = assigned()
    handoff.listen(CS_MANAGER.id, by=None, at=NOON)
    assert (handoff.listener_id, handoff.listener_named) == (CS_MANAGER.id, False)
    handoff.listen(REVOPS.id, by=CSM, at=NOON)
    assert (handoff.listener_id, handoff.listener_named) == (REVOPS.id, True)
    handoff.listen(None, by=CS_MANAGER, at=NOON)
    assert handoff.listener_id is None
    for by in (AE, AE_MANAGER, REVOPS, MEMBER):
        with pytest.raises(NotAllowed):
            handoff.listen(REVOPS.id, by=by, at=NOON)
    changes = [event for event in handoff.events if event.tag is Tag.LISTENER_CHANGED]
    assert [event.facts["listener"] for event in changes] == [CS_MANAGER.id, REVOPS.id, None]
    handoff.listen(None, by=CSM, at=NOON)
    assert [event for event in handoff.events if event.tag is Tag.LISTENER_CHANGED] == changes


# --- From an answer to the ledger


def test_the_next_line_that_is_in_no_entry_is_the_next_promise() -> None:
    words = "\n- Training for ten\n • A named contact \n\n* Live by May\n– \n"
    known: list[str] = []
    for line in ("Training for ten", "A named contact", "Live by May", ""):
        assert next_promise(words, known) == line
        known.append(line)
    assert next_promise("", []) == ""


def test_what_was_reworded_on_its_way_into_the_ledger_is_not_offered_again() -> None:
    words = "1. Training  for ten people\n2) A named contact on weekdays\n30. June is the go-live"
    known = ["training for ten people at both plants"]
    assert next_promise(words, known) == "A named contact on weekdays"
    known.append("A named contact")
    assert next_promise(words, known) == "30. June is the go-live"
    # Another promise that begins with the same letters is another promise.
    assert next_promise("Training forty people", ["Training for"]) == "Training forty people"
    assert next_promise("Live by May", [""]) == "Live by May"


def test_only_two_standings_settle_an_answer() -> None:
    assert {Standing.CLEAR, Standing.NOT_KNOWN} == SETTLED
