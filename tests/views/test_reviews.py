from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from slack_sdk.models.views import View

from bot.domain.check_in import CheckIn, NoteLook
from bot.domain.closing import Closing, Unfinished
from bot.domain.debrief import Answer, Outlook, Question
from bot.domain.defined_done import DefinedDone, DoneLine, Met, WrittenLine
from bot.domain.expansion import Appetite, Expansion
from bot.domain.first_value import Engagement, FirstValue
from bot.domain.items import SectionKey
from bot.domain.milestone_review import reviewed
from bot.domain.nps import Nps
from bot.domain.promises import Side, Surfaced
from bot.domain.review_pages import (
    CheckInForm,
    ClosingForm,
    DefinedDoneForm,
    ExpansionForm,
    FirstValueForm,
    FormHead,
    LatePromise,
    MilestoneForm,
    NpsForm,
    ScoreForm,
    StillTrueForm,
)
from bot.domain.reviews import Outcome, ReviewDay, ReviewKind
from bot.domain.scoring import BriefScore
from bot.domain.steps import Step
from bot.domain.still_true import ASKED_AGAIN, Holds, StillTrue
from bot.domain.verification import Record
from bot.views.check_in import check_in_view
from bot.views.closing import closing_view, defined_done_view
from bot.views.guide import STEP_BUTTONS, step_button
from bot.views.ids import ActionId
from bot.views.nps import nps_view
from bot.views.review_rows import review_rows
from bot.views.reviews import (
    expansion_view,
    first_value_view,
    milestone_view,
    score_view,
    still_true_view,
)
from bot.views.sentences.reviews import note_look, nps_line

NOW = datetime(2026, 4, 1, 9, tzinfo=UTC)
TODAY = NOW.date()
LONG = "مرحبا 🎉 <&> " * 300
HEAD = FormHead(7, LONG[:80], ReviewKind.NPS, 3, asks_why=True, side=Side.CSM)
ANSWERS = {one: Answer(words=LONG[:3000], outlook=Outlook.WRONG_FIT) for one in ASKED_AGAIN}
TRUE = StillTrue(
    holds=dict.fromkeys(ASKED_AGAIN, Holds.NO), changed=dict.fromkeys(ASKED_AGAIN, LONG[:1000])
)
MANY = tuple((number, LONG) for number in range(1, 31))
REVIEWED = reviewed(
    [one for one, _ in MANY], done=[1], behind=[2], notes=f"2: {LONG[:2000]}\n{LONG[:500]}"
)
SCORE = BriefScore(
    scores=dict.fromkeys(SectionKey, 5),
    carried=(SectionKey.WHY,),
    thin=(SectionKey.PEOPLE,),
    words=LONG[:3000],
    late=(1, 2),
)
LINES = (
    WrittenLine(DoneLine.LIVE_BY, date(2026, 6, 30)),
    *(WrittenLine(one, LONG[:3000]) for one in list(DoneLine)[1:4]),
    WrittenLine(DoneLine.REVIEW_ON, TODAY),
)
DONE = DefinedDone(
    met=dict.fromkeys(DoneLine, Met.MOVED), notes=dict.fromkeys(DoneLine, LONG[:1000])
)
TALKED = Expansion(talked_on=TODAY, appetite=Appetite.NOT_NOW, words=LONG[:3000])
VALUE = FirstValue(reached_on=TODAY, engagement=Engagement.RED)
LATE = tuple(LatePromise(one, LONG, Surfaced.CUSTOMER) for one in range(1, 20))
LEFT = Unfinished(tuple(Step), 12, 3, still_true=True, defined_done=True)
NOTHING = Unfinished((), 0, 0, still_true=False, defined_done=False)
EMPTY = replace(HEAD, account="Northwind Robotics", revision=0, asks_why=False)
FORMS = {
    "note, empty": check_in_view(CheckInForm(EMPTY, None)),
    "note": check_in_view(
        CheckInForm(
            HEAD,
            CheckIn(words=LONG[:3000], sent_at=NOW),
            NoteLook(900, names=False, selling=("upgrade", "Rabatt", "add-on")),
            saved=True,
        )
    ),
    "milestones, empty": milestone_view(MilestoneForm(EMPTY, (), None)),
    "milestones": milestone_view(MilestoneForm(HEAD, MANY, REVIEWED)),
    "NPS, empty": nps_view(NpsForm(EMPTY, None)),
    "NPS": nps_view(NpsForm(HEAD, Nps(answers=(10,) * 1000, asked_on=TODAY))),
    "still true, empty": still_true_view(StillTrueForm(EMPTY, ReviewDay.FIRST, {}, None)),
    "still true": still_true_view(StillTrueForm(HEAD, ReviewDay.LAST, ANSWERS, TRUE)),
    "first value, empty": first_value_view(FirstValueForm(EMPTY, None)),
    "first value": first_value_view(FirstValueForm(HEAD, VALUE)),
    "expansion, empty": expansion_view(ExpansionForm(EMPTY, None)),
    "expansion": expansion_view(ExpansionForm(HEAD, TALKED)),
    "score, empty": score_view(ScoreForm(EMPTY, tuple(SectionKey), (), None)),
    "score": score_view(ScoreForm(HEAD, tuple(SectionKey), LATE, SCORE)),
    "defined done, empty": defined_done_view(DefinedDoneForm(EMPTY, LINES[:1], None)),
    "defined done": defined_done_view(DefinedDoneForm(HEAD, LINES, DONE)),
    "closing, empty": closing_view(ClosingForm(EMPTY, NOTHING, early=False, lines=False)),
    "closing": closing_view(ClosingForm(HEAD, LEFT, early=True, lines=True)),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=list(FORMS))
def test_every_form_keeps_the_limits_of_slack(form: View) -> None:
    drawn = form.to_dict()
    assert len(drawn["blocks"]) <= 100
    assert len(drawn["title"]["text"]) <= 24
    assert len(str(drawn).encode()) < 250_000


@pytest.mark.parametrize(
    "record",
    [
        CheckIn(words=LONG),
        REVIEWED,
        Nps(),
        Nps(answers=(9,) * 7, asked_on=TODAY),
        TRUE,
        VALUE,
        FirstValue(),
        TALKED,
        SCORE,
        DONE,
        Closing(outcome=Outcome.AT_RISK, line="Why"),
    ],
)
def test_every_record_has_rows_with_a_label_and_words(record: Record) -> None:
    rows = review_rows(record, dict(MANY))
    assert rows
    assert all(label and words for label, words in rows)


def test_a_record_of_another_sort_has_none() -> None:
    with pytest.raises(TypeError):
        review_rows(Record(), {})


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ((), "nobody answered"),
        ((9,), "1 answer; a score from 5 on"),
        ((9, 9, 9, 9, 0), "NPS 60 from 5 answers"),
        ((0,) * 5, "NPS \N{MINUS SIGN}100 from 5 answers"),
    ],
)
def test_answers_are_shown_as_count_and_score_from_five_on(
    answers: tuple[int, ...], told: str
) -> None:
    assert nps_line(answers) == told


def test_what_is_pointed_out_in_a_note_is_said_in_words() -> None:
    assert note_look(NoteLook(12, names=True)) == (
        "12 words. Short, to somebody by name, and nothing sold in it."
    )
    assert note_look(NoteLook(90, names=False, selling=("upgrade",))) == (
        "90 words; 80 at most read as a short note. It names nobody of the customer. "
        "This sells something: “upgrade”."
    )


def test_each_review_has_the_button_that_does_it() -> None:
    reviews = (
        Step.CHECK_IN,
        Step.MILESTONES,
        Step.NPS,
        Step.EXPANSION,
        Step.EXPANSION_AE,
        Step.SCORE,
        Step.SCORE_AE,
        Step.OUTCOME,
    )
    assert len({STEP_BUTTONS[step] for step in reviews}) == len(reviews)
    assert step_button(Step.OUTCOME) is ActionId.OPEN_CLOSING


def test_a_question_that_comes_back_is_one_of_three() -> None:
    assert ASKED_AGAIN == (Question.CHAMPION, Question.GROWTH, Question.YEAR)
