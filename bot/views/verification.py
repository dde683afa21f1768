"""The forms of the CSM's reading: three checks, the joint plan, the restatement, its verdict."""

from collections.abc import Mapping
from typing import Final

from slack_sdk.models.blocks import Block, InputBlock
from slack_sdk.models.views import View

from bot.domain.brief import Brief
from bot.domain.verification import LONGEST_LINE, Restatement
from bot.views import sentences
from bot.views.blocks import (
    Place,
    as_typed,
    choice_input,
    form,
    option,
    reason_input,
    small_as_typed,
    text_input,
)
from bot.views.card import success_line
from bot.views.ids import Field, ViewId
from bot.views.message import labelled, plain_section
from bot.views.payload import Ref
from bot.views.text import isolate, one_line

YES: Final = "yes"
NO: Final = "no"
MATCH: Final = "match"
NO_MATCH: Final = "no_match"
IN_BRIEF: Final = 600
"""Characters of the brief beside what was restated of it."""
CHECKS: Final = (Field.CHECK_METRIC, Field.CHECK_NO_PLAN, Field.CHECK_CHAMPION)


def acknowledge_view(handoff_id: int, account: str, *, version: int) -> View:
    """That the CSM took the brief over at `version`, for who records it in their place."""
    place = Place("acknowledge", entry=handoff_id, revision=version)
    blocks: list[Block] = [
        as_typed(account),
        plain_section(sentences.reading.acknowledged_for(version)),
        _why(place),
    ]
    return _form(ViewId.ACKNOWLEDGE, Ref(handoff=handoff_id, revision=version), blocks)


def _why(place: Place) -> InputBlock:
    """What a manager is asked for who records the CSM's reading."""
    return reason_input(place, words=sentences.forms.FOR_CSM_REASON)


def checks_view(handoff_id: int, account: str, *, revision: int, asks_why: bool = False) -> View:
    """Three questions, none of which is answered beforehand; nothing of the brief is shown.

    Who answers them for the CSM is asked why, here and in the two forms below.
    """
    place = Place("checks", entry=handoff_id, revision=revision)
    answers = [option(YES, sentences.reading.YES), option(NO, sentences.reading.NO)]
    of_plan = [
        option(YES, sentences.reading.NO_PLAN_NEEDED),
        option(NO, sentences.reading.PLAN_NEEDED),
    ]
    blocks: list[Block] = [
        as_typed(account),
        plain_section(sentences.reading.CHECKS_MEAN),
        *(
            choice_input(place, field, of_plan if field is Field.CHECK_NO_PLAN else answers, "")
            for field in CHECKS
        ),
        text_input(
            place, Field.PLAN, optional=True, multiline=True, words=sentences.forms.PLAN_IN_CHECKS
        ),
        *([_why(place)] if asks_why else []),
    ]
    return _form(ViewId.CHECKS, Ref(handoff=handoff_id), blocks)


def plan_view(
    handoff_id: int, account: str, plan: str, *, revision: int, asks_why: bool = False
) -> View:
    """What AE and CSM do about the red flags, as it was written down at `revision`."""
    place = Place("plan", entry=handoff_id, revision=revision)
    blocks: list[Block] = [
        as_typed(account),
        plain_section(sentences.reading.PLAN_MEANS),
        text_input(place, Field.PLAN, plan, multiline=True),
        *([_why(place)] if asks_why else []),
    ]
    return _form(ViewId.PLAN, Ref(handoff=handoff_id, revision=revision), blocks)


def restate_view(
    handoff_id: int,
    account: str,
    *,
    revision: int,
    before: Restatement | None = None,
    line: str | None = None,
    asks_why: bool = False,
) -> View:
    """Empty the first time, then what the CSM wrote `before` with what the AE said of it.

    The brief is not shown: it is written from memory.
    """
    place = Place("restate", entry=handoff_id, revision=revision)
    blocks: list[Block] = [as_typed(account), plain_section(sentences.reading.RESTATE_MEANS)]
    if line is not None:
        blocks.append(labelled(sentences.reading.AE_SAYS, line))
    for field, typed in (
        (Field.RESTATED_WHY, before.why if before else ""),
        (Field.RESTATED_SUCCESS, before.success if before else ""),
        (Field.RESTATED_RISK, before.risk if before else ""),
    ):
        blocks.append(text_input(place, field, typed, multiline=True))
    if asks_why:
        blocks.append(_why(place))
    return _form(ViewId.RESTATE, Ref(handoff=handoff_id), blocks)


def judge_view(
    handoff_id: int,
    account: str,
    words: Restatement | None,
    *,
    revision: int,
    brief: Brief,
    mismatches: int = 0,
    written_by: str | None = None,
    asks_why: bool = False,
) -> View:
    """What the CSM wrote at `revision` beside the brief, for the AE to say whether it matches.

    Who records that for the AE is asked why; `words` is None for who may not read them;
    `written_by` names who wrote them for the CSM.
    """
    place = Place("judge", entry=handoff_id, revision=revision)
    answers = [option(MATCH, sentences.reading.MATCH), option(NO_MATCH, sentences.reading.NO_MATCH)]
    means = sentences.reading.JUDGE_UNREAD_MEANS
    if words is not None:
        means = sentences.reading.judge_means(mismatches, isolate(written_by or ""))
    blocks: list[Block] = [as_typed(account), plain_section(means)]
    written = _in_the_brief(brief)
    for field, text in restated_lines(words) if words else ():
        blocks += [
            small_as_typed(sentences.forms.FIELDS[field].label),
            as_typed(text),
            small_as_typed(f"{sentences.reading.IN_THE_BRIEF}: {written[field]}"),
        ]
    blocks += [
        choice_input(place, Field.VERDICT, answers, ""),
        text_input(place, Field.LINE, optional=True, longest=LONGEST_LINE),
        *([reason_input(place)] if asks_why else []),
    ]
    return _form(ViewId.JUDGE, Ref(handoff=handoff_id, revision=revision), blocks)


def _in_the_brief(brief: Brief) -> Mapping[Field, str]:
    """What the brief says to each question, in a line."""
    none = sentences.forms.TICKS[Field.NO_RISKS] if brief.red_flags.no_risks else ""
    told = {
        Field.RESTATED_WHY: one_line(f"{brief.why.trigger} {brief.why.event}", IN_BRIEF),
        Field.RESTATED_SUCCESS: success_line(brief.success, IN_BRIEF),
        Field.RESTATED_RISK: one_line(brief.red_flags.top_risk, IN_BRIEF) or none,
    }
    return {field: text or sentences.brief.NOTHING_WRITTEN for field, text in told.items()}


def restated_lines(words: Restatement) -> tuple[tuple[Field, str], ...]:
    """A restatement by the questions it answers."""
    return (
        (Field.RESTATED_WHY, words.why),
        (Field.RESTATED_SUCCESS, words.success),
        (Field.RESTATED_RISK, words.risk),
    )


def _form(view_id: ViewId, ref: Ref, blocks: list[Block]) -> View:
    return form(
        view_id,
        ref,
        blocks,
        title=sentences.forms.FORM_TITLES[view_id],
        submit=sentences.forms.FORM_SUBMITS[view_id],
        close=sentences.forms.CLOSE,
    )
