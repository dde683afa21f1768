"""Milestones, what is still true, first value, expansion and score: their forms."""

from collections.abc import Mapping, Sequence
from typing import Final

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.domain.debrief import Answer, Question
from bot.domain.expansion import Appetite
from bot.domain.first_value import Engagement
from bot.domain.milestone_review import Progress
from bot.domain.review_pages import (
    ExpansionForm,
    FirstValueForm,
    MilestoneForm,
    ScoreForm,
    StillTrueForm,
)
from bot.domain.scoring import BEST, LEAST, score_field
from bot.domain.still_true import (
    ASKED_AGAIN,
    LONGEST_CHANGE,
    Holds,
    changed_field,
    holds_field,
)
from bot.views import sentences as said
from bot.views.blocks import (
    as_typed,
    choice_input,
    date_input,
    many_input,
    option,
    small_as_typed,
    text_input,
)
from bot.views.ids import Field, ViewId
from bot.views.message import context, plain_section, section
from bot.views.review_form import place_of, review_form
from bot.views.text import one_line

IN_OPTION: Final = 60
"""Characters of a milestone beside its number."""
MOST_LATE: Final = 10
"""Late promises that are named one by one."""
IN_LINE: Final = 200


def milestone_view(model: MilestoneForm) -> View:
    """What is done, what is behind, and a note to each."""
    place, record = place_of(model.head), model.record
    blocks: list[Block] = []
    if model.milestones:
        blocks.append(section(said.reviews.MILESTONES_MEAN))
        options = [
            option(str(number), f"{number} · {one_line(text, IN_OPTION)}")
            for number, text in model.milestones
        ]
        for field, progress in (
            (Field.MILESTONES_DONE, Progress.DONE),
            (Field.MILESTONES_BEHIND, Progress.BEHIND),
        ):
            said_so = set(record.standing(progress)) if record is not None else set[int]()
            # What became of one since it was reviewed stands in the plan.
            now = said_so | model.done if progress is Progress.DONE else said_so - model.done
            ticked = [str(number) for number, _ in model.milestones if number in now]
            blocks.append(many_input(place, field, options, ticked))
    else:
        blocks.append(plain_section(said.reviews.NO_MILESTONES))
    blocks.append(
        text_input(
            place,
            Field.MILESTONE_NOTES,
            record.notes() if record is not None else "",
            optional=bool(model.milestones),
            multiline=True,
        )
    )
    return review_form(ViewId.MILESTONE_REVIEW, model.head, blocks)


def still_true_view(model: StillTrueForm) -> View:
    """Each answer of the debrief that comes back, and whether it is still so."""
    place, record = place_of(model.head), model.record
    options = [option(one.value, said.reviews.HOLDS[one]) for one in Holds]
    blocks: list[Block] = [
        plain_section(said.reviews.still_true_on(model.day)),
        section(said.reviews.STILL_TRUE_MEANS),
    ]
    for question in ASKED_AGAIN:
        holds = record.holds.get(question) if record is not None else None
        changed = record.changed.get(question, "") if record is not None else ""
        blocks += [
            small_as_typed(said.debrief.named(question)),
            as_typed(_answer(model.answers, question)),
            choice_input(
                place, Field(holds_field(question)), options, holds.value if holds else ""
            ),
            text_input(
                place,
                Field(changed_field(question)),
                changed,
                optional=True,
                multiline=True,
                longest=LONGEST_CHANGE,
            ),
        ]
    return review_form(ViewId.STILL_TRUE, model.head, blocks)


def _answer(answers: Mapping[Question, Answer], question: Question) -> str:
    answer = answers.get(question)
    if answer is None or not answer.given:
        return said.reviews.NOT_ANSWERED
    if answer.outlook is None:
        return answer.words
    return f"{said.debrief.OUTLOOKS[answer.outlook]}: {answer.words}"


def first_value_view(model: FirstValueForm) -> View:
    """A day and a colour, of which either may stay open."""
    place, record = place_of(model.head), model.record
    options = [option(one.value, said.reviews.ENGAGEMENTS[one]) for one in Engagement]
    chosen = record.engagement if record is not None else None
    blocks: Sequence[Block] = [
        section(said.reviews.FIRST_VALUE_MEANS),
        date_input(place, Field.FIRST_VALUE_ON, record.reached_on if record else None),
        choice_input(
            place, Field.ENGAGEMENT, options, chosen.value if chosen else "", optional=True
        ),
    ]
    return review_form(ViewId.FIRST_VALUE, model.head, blocks)


def expansion_view(model: ExpansionForm) -> View:
    """When it was talked about, what came of it, and in whose words."""
    place, record = place_of(model.head), model.record
    options = [option(one.value, said.reviews.APPETITES[one]) for one in Appetite]
    blocks: Sequence[Block] = [
        section(said.reviews.EXPANSION_MEANS),
        date_input(place, Field.TALKED_ON, record.talked_on if record else None),
        choice_input(place, Field.APPETITE, options, record.appetite.value if record else ""),
        text_input(place, Field.EXPANSION_WORDS, record.words if record else "", multiline=True),
    ]
    return review_form(ViewId.EXPANSION, model.head, blocks)


def score_view(model: ScoreForm) -> View:
    """A score for every section, which carried and which were thin, and what surfaced late."""
    place, record = place_of(model.head), model.record
    scores = [option(str(one), str(one)) for one in range(LEAST, BEST + 1)]
    sections = [option(key.value, said.terms.SECTION_NAMES[key]) for key in model.sections]
    blocks: list[Block] = [section(said.reviews.SCORE_MEANS), *_late(model)]
    for key in model.sections:
        given = record.scores.get(key) if record is not None else None
        field = Field(score_field(key))
        blocks.append(choice_input(place, field, scores, str(given) if given else ""))
    carried = record.carried if record is not None else ()
    thin = record.thin if record is not None else ()
    blocks += [
        many_input(place, Field.CARRIED, sections, [one.value for one in carried]),
        many_input(place, Field.THIN, sections, [one.value for one in thin]),
        text_input(
            place,
            Field.SCORE_WORDS,
            record.words if record is not None else "",
            optional=True,
            multiline=True,
        ),
    ]
    return review_form(ViewId.SCORE, model.head, blocks)


def _late(model: ScoreForm) -> list[Block]:
    if not model.late:
        return [context(said.reviews.NO_LATE)]
    shown = [
        small_as_typed(
            said.reviews.late_promise(one.number, one_line(one.words, IN_LINE), one.surfaced)
        )
        for one in model.late[:MOST_LATE]
    ]
    more = len(model.late) - len(shown)
    left = [context(said.assign.and_more(more))] if more > 0 else []
    return [section(said.reviews.LATE_LEAD), *shown, *left]
