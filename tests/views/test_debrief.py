"""The debrief's forms, lists and messages: what they show whom, and Slack's limits."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.brief import Brief, Contact, ContactRole
from bot.domain.debrief import (
    LONGEST_ANSWER,
    LONGEST_ASK,
    LONGEST_SHORT,
    MOST_ASKS,
    NOT_BEGUN,
    RULES,
    Answer,
    AnswerPart,
    Ask,
    Debrief,
    KeptAnswer,
    Outlook,
    OwnPart,
    Question,
    Standing,
)
from bot.domain.debrief_pages import AnswerShown, AskShown, DebriefPage, TalkShown
from bot.domain.merging import FieldConflict
from bot.domain.promises import Promise, PromiseText
from bot.domain.read_models import Clash, DebriefStep, Writer
from bot.views import sentences as said
from bot.views.debrief import (
    ahead_message,
    all_questions_view,
    asks_message,
    debrief_view,
    done_message,
    listener_view,
    next_line,
    own_part_view,
    replied_message,
    reply_view,
    talk_view,
    you_listen_message,
)
from bot.views.ids import ActionId, Field
from tests.briefs import FULL_BRIEF
from tests.views.shown import (
    HEBREW,
    JONAS,
    LONG,
    MAYA,
    NOW,
    OMAR,
    PRIYA,
    TRICKY,
    action_ids,
    check_message,
    parsed_texts,
    parts,
    pressable,
    seen_text,
    view_dict,
)

ACCOUNT = "Northwind Robotics"
WORST_ACCOUNT = f"{TRICKY[:50]} {HEBREW}".ljust(80, "x")[:80]
STEP = DebriefStep(
    handoff_id=7,
    account=ACCOUNT,
    question=Question.BOUGHT,
    revision=0,
    answer=Answer(),
    debrief=NOT_BEGUN,
    leads=True,
    marks=True,
    ae=MAYA,
    brief=Brief(),
)
ASK = Ask(5, Question.NEARLY, "Who raised it?", JONAS.id, NOW)
FULL = Debrief(dict.fromkeys(Question, Standing.CLEAR), NOW, 40, NOW, NOW + timedelta(minutes=1))
_WORST_ANSWER = Answer(words=LONG[:LONGEST_ANSWER], short=LONG[:LONGEST_SHORT], outlook=None)
_WORST_BRIEF = replace(
    FULL_BRIEF,
    why=FULL_BRIEF.why.model_copy(update={"trigger": LONG, "event": LONG}),
    red_flags=FULL_BRIEF.red_flags.model_copy(update={"nearly": LONG, "top_risk": LONG}),
    commercials=FULL_BRIEF.commercials.model_copy(
        update={"growth": LONG, "growth_needs": LONG, "competitors": LONG}
    ),
    first_days=FULL_BRIEF.first_days.model_copy(update={"outcome": LONG}),
    success=FULL_BRIEF.success.model_copy(update={"metric": LONG, "target": LONG}),
    people=FULL_BRIEF.people.model_copy(
        update={
            "contacts": tuple(
                Contact(
                    id=number,
                    name=LONG[:80],
                    title=LONG[:80],
                    stake=LONG,
                    roles=(ContactRole.CHAMPION,),
                    skeptic=True,
                )
                for number in range(1, 31)
            )
        }
    ),
)


def asks(count: int, text: str = "Who raised it?", reply: str = "") -> tuple[Ask, ...]:
    one = Ask(1, Question.NEARLY, text, JONAS.id, NOW)
    if reply:
        one = replace(one, reply=reply, replied_by=MAYA.id, replied_at=NOW)
    return tuple(replace(one, id=number) for number in range(count))


def worst(question: Question, *, leads: bool = True) -> DebriefStep:
    clash = Clash(
        (
            FieldConflict("words", yours=LONG[:LONGEST_ANSWER], theirs=LONG[:LONGEST_ANSWER]),
            FieldConflict("short", yours=LONG[:LONGEST_SHORT], theirs=LONG[:LONGEST_SHORT]),
        ),
        {one: Writer(OMAR, NOW, own=False) for one in ("words", "short")},
    )
    promises = tuple(Promise(n, n, 1, PromiseText(LONG)) for n in range(1, 51))
    return replace(
        STEP,
        account=WORST_ACCOUNT,
        question=question,
        revision=99,
        answer=_WORST_ANSWER.checked(question),
        debrief=Debrief(dict.fromkeys(Question, Standing.ASKED), asks_open=50),
        leads=leads,
        marks=leads,
        brief=_WORST_BRIEF,
        asks=asks(MOST_ASKS, LONG[:LONGEST_ASK], LONG[:LONGEST_ANSWER]),
        promises=promises,
        clash=clash,
        unseen=True,
    )


def fields(view: dict[str, Any]) -> list[str]:
    return [one for one in action_ids(view["blocks"]) if one in {field.value for field in Field}]


# --- One question


@pytest.mark.parametrize("question", list(Question))
@pytest.mark.parametrize("leads", [True, False])
def test_every_question_fits_slack_empty_typical_and_at_its_worst(
    question: Question, leads: bool
) -> None:
    empty = replace(STEP, question=question, leads=leads, marks=leads)
    typical = replace(
        empty, answer=Answer(words="Said."), brief=FULL_BRIEF, asks=asks(2), revision=3
    )
    for step in (empty, typical, worst(question, leads=leads)):
        view = view_dict(debrief_view(step))
        assert view["title"]["text"] == f"Debrief {question.number} of 7"
        told = said.debrief.QUESTIONS[question]
        seen = seen_text(view["blocks"])
        for words in (told.name, told.ask, told.why, *told.follow_ups):
            assert words in seen


@pytest.mark.parametrize("question", list(Question))
def test_the_ae_is_not_shown_what_only_the_csm_decides(question: Question) -> None:
    of_csm = view_dict(debrief_view(replace(STEP, question=question)))
    of_ae = view_dict(debrief_view(replace(STEP, question=question, leads=False, marks=False)))
    marks = {Field.MARK, Field.ASK}
    assert marks <= set(fields(of_csm))
    assert not marks & set(fields(of_ae))
    for label in (said.debrief.MARK_CLEAR, said.debrief.MARK_NOT_KNOWN, said.debrief.MARK_ASK):
        assert label in str(of_csm)
        assert label not in str(of_ae)
    assert ActionId.OPEN_DEBRIEF_CHAT in action_ids(of_ae["blocks"])
    assert ActionId.OPEN_DEBRIEF_CHAT not in action_ids(of_csm["blocks"])


@pytest.mark.parametrize("question", list(Question))
def test_each_field_says_who_reads_it(question: Question) -> None:
    view = view_dict(debrief_view(replace(STEP, question=question)))
    hints = [part["hint"]["text"] for part in parts(view["blocks"]) if "hint" in part]
    wanted = [
        said.debrief.readers(audience)
        for part, audience in RULES[question].parts.items()
        if part is not AnswerPart.OUTLOOK
    ]
    assert [hint for hint in hints if hint.startswith("Read by ")] == wanted


@pytest.mark.parametrize("question", list(Question))
def test_a_form_has_the_fields_of_its_question_and_no_other(question: Question) -> None:
    shown = fields(
        view_dict(debrief_view(replace(STEP, question=question, leads=False, marks=False)))
    )
    named = {
        AnswerPart.WORDS: Field.ANSWER,
        AnswerPart.SHORT: Field.SHORT,
        AnswerPart.OUTLOOK: Field.OUTLOOK,
    }
    assert shown == [named[part].value for part in RULES[question].parts]


def test_the_first_has_no_way_back_and_the_last_ends_in_the_list() -> None:
    first = view_dict(debrief_view(STEP))
    last = view_dict(debrief_view(replace(STEP, question=Question.YEAR)))
    assert ActionId.DEBRIEF_BACK not in action_ids(first["blocks"])
    assert ActionId.DEBRIEF_BACK in action_ids(last["blocks"])
    assert first["submit"]["text"] == said.forms.SAVE_AND_NEXT
    assert last["submit"]["text"] == said.forms.SAVE


@pytest.mark.parametrize(
    ("standing", "chosen"),
    [
        (Standing.OPEN, None),
        (Standing.ANSWERED, None),
        (Standing.ASKED, None),
        (Standing.CLEAR, "clear"),
        (Standing.NOT_KNOWN, "not_known"),
    ],
)
def test_a_mark_stands_there_as_it_was_made(standing: Standing, chosen: str | None) -> None:
    view = view_dict(debrief_view(replace(STEP, debrief=Debrief({Question.BOUGHT: standing}))))
    (mark,) = [one for one in parts(view["blocks"]) if one.get("action_id") == Field.MARK]
    initial = mark.get("initial_option")
    assert (initial and initial["value"]) == chosen


def test_only_the_fourth_leads_to_the_ledger() -> None:
    for question in Question:
        view = view_dict(debrief_view(replace(STEP, question=question)))
        leads_there = ActionId.DEBRIEF_PROMISE in action_ids(view["blocks"])
        assert leads_there is (question is Question.PROMISED)
    promises = (Promise(1, 1, 1, PromiseText("Training for ten")),)
    step = replace(STEP, question=Question.PROMISED, promises=promises)
    assert "1 promise is in the ledger so far." in seen_text(
        view_dict(debrief_view(step))["blocks"]
    )
    assert next_line("- Training for ten\n- A named contact", step) == "A named contact"


def test_a_brief_that_says_nothing_for_this_reader_says_that() -> None:
    seen = seen_text(view_dict(debrief_view(STEP))["blocks"])
    assert said.debrief.NOTHING_IN_BRIEF in seen
    filled = seen_text(view_dict(debrief_view(replace(STEP, brief=FULL_BRIEF)))["blocks"])
    assert said.debrief.NOTHING_IN_BRIEF not in filled


def test_both_texts_are_shown_where_two_wrote_the_same_field() -> None:
    conflict = FieldConflict("words", yours="Mine", theirs="Theirs")
    clash = Clash((conflict,), {"words": Writer(MAYA, NOW, own=False)})
    step = replace(STEP, answer=Answer(words="Theirs"), clash=clash)
    view = view_dict(debrief_view(step))
    (typed,) = [one for one in parts(view["blocks"]) if one.get("action_id") == Field.ANSWER]
    assert typed["initial_value"] == "Mine"
    assert "Theirs" in seen_text(view["blocks"])


# --- All of them


def shown(question: Question, *, count: int = 0, text: str = "Said.") -> AnswerShown:
    kept = KeptAnswer(Answer(words=text), 1, MAYA.id, NOW, frozenset({AnswerPart.WORDS}))
    about = tuple(AskShown(one, JONAS, MAYA) for one in asks(count, text[:LONGEST_ASK]))
    return AnswerShown(question, Standing.CLEAR, kept, MAYA, about)


PAGE = DebriefPage(
    7,
    ACCOUNT,
    NOT_BEGUN,
    tuple(AnswerShown(one, Standing.OPEN, None) for one in Question),
    reads_own=True,
    ae=MAYA,
    csm=JONAS,
    leads=True,
    marks=True,
    answers_it=True,
)
WORST_PAGE = replace(
    PAGE,
    account=WORST_ACCOUNT,
    debrief=FULL,
    answers=tuple(shown(one, count=50, text=LONG) for one in Question),
    own=OwnPart(flags=LONG[:LONGEST_ANSWER], readiness=LONG[:LONGEST_ANSWER]),
    asks=tuple(
        AskShown(one, JONAS, MAYA)
        for one in asks(MOST_ASKS, LONG[:LONGEST_ASK], LONG[:LONGEST_ANSWER])
    ),
    talk=TalkShown(NOW, 480, tuple([replace(OMAR, name=TRICKY[:70])] * 20)),
    listener=replace(PRIYA, name=f"{HEBREW} <!here> {'n' * 60}"),
    wants_listener=True,
    replies=50,
)


@pytest.mark.parametrize("page", [PAGE, WORST_PAGE, replace(PAGE, debrief=FULL)])
@pytest.mark.parametrize("leads", [True, False])
def test_the_list_fits_slack_and_shows_how_far_each_is(page: DebriefPage, leads: bool) -> None:
    view = view_dict(all_questions_view(replace(page, leads=leads, marks=leads)))
    seen = seen_text(view["blocks"])
    for question in Question:
        assert said.debrief.named(question) in seen
    assert sum(one.get("style") == "primary" for one in pressable(view["blocks"])) <= 1
    for text in parsed_texts(view):
        assert "<!here>" not in text
        assert "<!channel>" not in text


def test_the_list_offers_each_only_what_they_may_do() -> None:
    of_csm = action_ids(view_dict(all_questions_view(replace(PAGE, wants_listener=True)))["blocks"])
    for action in (ActionId.DEBRIEF_TALK, ActionId.DEBRIEF_OWN, ActionId.OPEN_LISTENER):
        assert action in of_csm
    assert ActionId.DEBRIEF_REPLY not in of_csm
    of_ae = replace(PAGE, leads=False, marks=False, wants_listener=True, replies=2)
    offered = action_ids(view_dict(all_questions_view(of_ae))["blocks"])
    assert set(offered) == {ActionId.DEBRIEF_REPLY, ActionId.DEBRIEF_GO}
    reader = replace(PAGE, leads=False, marks=False, answers_it=False)
    assert action_ids(view_dict(all_questions_view(reader))["blocks"]) == []


def test_who_may_not_read_the_csms_part_sees_none_of_it() -> None:
    hidden = replace(WORST_PAGE, reads_own=False, own=None, asks=())
    seen = seen_text(view_dict(all_questions_view(hidden))["blocks"])
    assert said.debrief.OWN_PART not in seen
    assert said.debrief.NO_ASKS not in seen


def test_what_is_left_is_said_once_all_answers_count() -> None:
    answers_in = replace(FULL, recorded_at=None, held_at=None, done_at=None)
    missing = seen_text(view_dict(all_questions_view(replace(PAGE, debrief=answers_in)))["blocks"])
    assert said.debrief.TALK_MISSING in missing
    done = seen_text(view_dict(all_questions_view(replace(PAGE, debrief=FULL)))["blocks"])
    assert said.debrief.ALL_IN in done
    assert said.debrief.TALK_MISSING not in done


# --- The other forms


def test_the_other_forms_fit_slack_at_their_worst() -> None:
    crowd = [replace(OMAR, slack_id=f"U0{number:09}") for number in range(20)]
    long_asks = asks(MOST_ASKS, LONG[:LONGEST_ASK], LONG[:LONGEST_ANSWER])
    about = AskShown(replace(ASK, text=LONG[:LONGEST_ASK]), JONAS, None)
    for view in (
        talk_view(
            7, WORST_ACCOUNT, revision=9, held_at=NOW, minutes=480, there=crowd, asks_why=True
        ),
        talk_view(7, ACCOUNT, revision=0, held_at=NOW, minutes=None, there=[]),
        own_part_view(7, WORST_ACCOUNT, WORST_PAGE.own or OwnPart(), long_asks, revision=9),
        own_part_view(7, ACCOUNT, OwnPart(), (), revision=0),
        reply_view(
            7, WORST_ACCOUNT, about, answer=LONG[:LONGEST_ANSWER], number=50, count=MOST_ASKS
        ),
        reply_view(7, ACCOUNT, AskShown(ASK, None, None), answer="", number=1, count=1),
        listener_view(7, WORST_ACCOUNT, PRIYA),
        listener_view(7, ACCOUNT, None),
    ):
        view_dict(view)


def test_a_reason_is_asked_only_of_who_owes_one() -> None:
    given = {"revision": 0, "held_at": NOW, "minutes": None, "there": [MAYA, JONAS]}
    own = view_dict(talk_view(7, ACCOUNT, **given))  # type: ignore[arg-type]
    theirs = view_dict(talk_view(7, ACCOUNT, asks_why=True, **given))  # type: ignore[arg-type]
    assert set(action_ids(theirs["blocks"])) - set(action_ids(own["blocks"])) == {Field.REASON}
    (there,) = [one for one in parts(own["blocks"]) if one.get("action_id") == Field.THERE]
    assert there["initial_users"] == [MAYA.slack_id, JONAS.slack_id]


def test_a_question_is_shown_with_what_it_is_about_and_which_of_how_many_it_is() -> None:
    view = view_dict(
        reply_view(7, ACCOUNT, AskShown(ASK, JONAS, None), answer="The CFO", number=2, count=3)
    )
    seen = seen_text(view["blocks"])
    for words in ("Who raised it?", "The CFO", "3. What nearly stopped it", "Question 2 of 3"):
        assert words in seen


# --- Messages


@pytest.mark.parametrize("account", [ACCOUNT, WORST_ACCOUNT])
@pytest.mark.parametrize("by", [JONAS, None])
def test_every_message_fits_slack_and_calls_nobody(account: str, by: Any) -> None:
    long_asks = asks(MOST_ASKS, LONG[:LONGEST_ASK])
    for message in (
        asks_message(7, account, by, asks(1)),
        asks_message(7, account, by, long_asks),
        replied_message(7, account, by, 50),
        ahead_message(7, account, by),
        you_listen_message(7, account, by),
        done_message(account, NOW),
    ):
        args = check_message(message)
        assert not any("<@" in text for text in parsed_texts(args))


def test_questions_come_with_what_they_are_about_and_the_rest_is_counted() -> None:
    one = check_message(asks_message(7, ACCOUNT, JONAS, [ASK, replace(ASK, question=None)]))
    seen = seen_text(one["blocks"])
    assert "3. What nearly stopped it: Who raised it?" in seen
    assert "has 2 questions for the debrief" in seen.replace("\u2068", "").replace("\u2069", "")
    many = seen_text(check_message(asks_message(7, ACCOUNT, JONAS, asks(50)))["blocks"])
    assert "and 40 more" in many
    assert many.count("Who raised it?") == 10


def test_what_was_replied_is_not_in_the_message_about_it() -> None:
    args = check_message(replied_message(7, ACCOUNT, MAYA, 2))
    assert action_ids(args["blocks"]) == [ActionId.OPEN_DEBRIEF, ActionId.OPEN_HANDOFF]
    assert "2 of your questions" in seen_text(args["blocks"])


def test_what_people_wrote_is_shown_as_they_wrote_it() -> None:
    tricky = TRICKY[:LONGEST_ASK]
    args = check_message(asks_message(7, TRICKY, JONAS, asks(1, tricky)))
    assert tricky in seen_text(args["blocks"])
    step = replace(STEP, question=Question.NEARLY, asks=asks(1, tricky, TRICKY))
    view = view_dict(debrief_view(step))
    assert TRICKY in seen_text(view["blocks"])
    for text in parsed_texts(view):
        assert "<!channel>" not in text
        assert "<@U0OMAR>" not in text


def test_the_outlooks_are_all_offered() -> None:
    view = view_dict(debrief_view(replace(STEP, question=Question.YEAR)))
    (choice,) = [one for one in parts(view["blocks"]) if one.get("action_id") == Field.OUTLOOK]
    assert [one["value"] for one in choice["options"]] == [one.value for one in Outlook]
