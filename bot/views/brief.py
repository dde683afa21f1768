"""Writing the brief step by step, the list of its steps, and the editor of one promise."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Final

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.domain.brief import ITEMS, Completeness, Item, SectionKey
from bot.domain.merging import FieldConflict
from bot.domain.policy import Tier
from bot.domain.promises import LONGEST_WORDS, Kind, Promise, PromiseText
from bot.domain.read_models import BriefStep, Clash
from bot.views import sentences
from bot.views.blocks import (
    Place,
    as_typed,
    boxes_input,
    choice_input,
    date_input,
    form,
    meanwhile,
    named_state,
    option,
    text_input,
)
from bot.views.ids import ActionId, Field, ViewId
from bot.views.limits import LINE, paginate
from bot.views.message import actions, button, context, header, section
from bot.views.payload import Ref
from bot.views.text import day, instant_token, mention, one_line

PROMISES_A_PAGE: Final = 40
"""With every input and button besides, well within a view's blocks."""
WORDS_IN_LIST: Final = 300
LONGEST_NAME: Final = 300
NONE_MADE: Final = "none"
"""Value of the one option of that name."""

_LINES: Final = frozenset({Field.TODAY, Field.TARGET, Field.WHOSE})
_SUCCESS: Final = (
    Field.METRIC,
    Field.TODAY,
    Field.TARGET,
    Field.BY,
    Field.WHOSE,
    Field.SAID_ON,
)


def brief_view(step: BriefStep, *, page: int = 0) -> View:
    """One section to fill in; `page` is that of its list of promises."""
    ref = Ref(handoff=step.handoff_id, thing=step.section.value, revision=step.revision)
    blocks: list[Block] = [
        header(sentences.SECTION_NAMES[step.section]),
        named_state(step.account, sentences.brief_progress(step.completeness, step.section)),
        section(sentences.SECTION_QUESTIONS[step.section]),
    ]
    if step.section is SectionKey.SUCCESS:
        blocks += _success(step)
    else:
        blocks += _promises(step, ref, page)
    blocks += _must_confirm(step)
    back = button(ActionId.BRIEF_BACK, sentences.BUTTONS[ActionId.BRIEF_BACK], ref)
    blocks += actions(
        [
            back if step.number > 1 else None,
            button(ActionId.BRIEF_ALL_STEPS, sentences.BUTTONS[ActionId.BRIEF_ALL_STEPS], ref),
        ]
    )
    last = step.number == step.count
    return form(
        ViewId.BRIEF,
        ref,
        blocks,
        title=sentences.brief_title(step.number, step.count),
        submit=sentences.SAVE if last else sentences.SAVE_AND_NEXT,
        close=sentences.CLOSE,
    )


def _place(step: BriefStep) -> Place:
    return Place(step.section.value, entry=step.handoff_id, revision=step.revision)


def _success(step: BriefStep) -> list[Block]:
    place, shown = _place(step), _shown(step)
    blocks: list[Block] = []
    for field in _SUCCESS:
        blocks += _theirs(step.clash, field)
        value = shown[field.value]
        if field in (Field.BY, Field.SAID_ON):
            blocks.append(date_input(place, field, value if isinstance(value, date) else None))
        else:
            blocks.append(
                text_input(place, field, str(value), optional=True, multiline=field not in _LINES)
            )
    return blocks


def _promises(step: BriefStep, ref: Ref, page: int) -> list[Block]:
    place, shown = _place(step), _shown(step)
    blocks = _promise_list(step, ref, page)
    # With promises in the list the box would only contradict them, unless it has to be unticked.
    if shown["none_made"] or not step.brief.entries:
        none = option(NONE_MADE, sentences.TICK_NONE_MADE)
        ticked = {NONE_MADE} if shown["none_made"] else set[str]()
        blocks += _theirs(step.clash, Field.NONE_MADE)
        blocks.append(boxes_input(place, Field.NONE_MADE, [none], ticked))
    blocks += _theirs(step.clash, Field.REFUSED)
    blocks.append(
        text_input(place, Field.REFUSED, str(shown["refused"]), optional=True, multiline=True)
    )
    return blocks


def _promise_list(step: BriefStep, ref: Ref, page: int) -> list[Block]:
    entries, here, pages = paginate(step.brief.entries, page=page, size=PROMISES_A_PAGE)
    blocks: list[Block] = [_promise_line(step.handoff_id, promise) for promise in entries]
    if not blocks:
        blocks.append(context(sentences.NO_PROMISES_YET))
    if pages > 1:
        blocks.append(context(sentences.page_of(here, pages)))
    # Within one row of buttons Slack wants different action ids: each way gets its own row.
    for label, target in ((sentences.PAGE_BACK, here - 1), (sentences.PAGE_ON, here + 1)):
        if 0 <= target < pages:
            turned = ref.model_copy(update={"page": target})
            blocks += actions([button(ActionId.BRIEF_GO, label, turned)])
    add = button(ActionId.PROMISE_ADD, sentences.BUTTONS[ActionId.PROMISE_ADD], ref)
    return [*blocks, *actions([add])]


def _promise_line(handoff_id: int, promise: Promise) -> Block:
    words = one_line(promise.text.words, WORDS_IN_LIST)
    edit = button(
        ActionId.PROMISE_EDIT,
        sentences.edit_promise(promise.number),
        Ref(handoff=handoff_id, entry=promise.id, revision=promise.version),
    )
    details = sentences.promise_details(promise.text)
    return as_typed(f"{promise.number}. {words}\n{details}", accessory=edit)


def _must_confirm(step: BriefStep) -> list[Block]:
    items = [rule.item for rule in ITEMS if rule.section is step.section]
    ticked = _shown(step)["must_confirm"]
    boxes = boxes_input(
        _place(step),
        Field.MUST_CONFIRM,
        [option(item.value, sentences.item_label(item)) for item in items],
        {item.value for item in items if item in ticked},
    )
    return [*_theirs(step.clash, Field.MUST_CONFIRM), boxes]


def _shown(step: BriefStep) -> Mapping[str, Any]:
    """What stands in the fields: this person's own words before what is saved."""
    saved = step.brief.section(step.section).model_dump()
    if step.clash is not None:
        # The rest was merged and saved. What was typed there may be older than what others wrote,
        # and the next save would put it back.
        return {**saved, **_yours(step.clash)}
    return {**saved, **(step.typed or {})}


def _yours(clash: Clash) -> dict[str, Any]:
    return {conflict.field: conflict.yours for conflict in clash.conflicts}


def _theirs(clash: Clash | None, field: Field) -> list[Block]:
    """What somebody else wrote into a field that this person changed, too."""
    conflicts = clash.conflicts if clash else ()
    conflict = next((entry for entry in conflicts if entry.field == field.value), None)
    if clash is None or conflict is None:
        return []
    theirs = _told(conflict)
    told = sentences.saved_meanwhile(
        mention(clash.by) if clash.by else sentences.SOMEBODY,
        instant_token(clash.at) if clash.at else "",
        emptied=not theirs,
    )
    return [meanwhile(told, one_line(theirs, 2 * LINE)) if theirs else context(told)]


def _told(conflict: FieldConflict) -> str:
    theirs = conflict.theirs
    if isinstance(theirs, bool):
        return sentences.TICKED if theirs else sentences.NOT_TICKED
    if isinstance(theirs, date):
        return day(theirs)
    if isinstance(theirs, Kind):
        return sentences.KIND_NAMES[theirs]
    if isinstance(theirs, tuple | list):
        return ", ".join(sentences.ITEM_NAMES[Item(item)] for item in theirs)
    return str(theirs or "").strip()


def brief_steps_view(
    *, handoff_id: int, account: str, completeness: Completeness, tier: Tier
) -> View:
    """All sections with what is open in them, and the way to each."""
    blocks: list[Block] = [named_state(account, sentences.brief_filled(completeness))]
    for key in SectionKey:
        counted = sum(rule.section is key and rule.counted(tier) for rule in ITEMS)
        go = button(
            ActionId.BRIEF_GO, sentences.go_to(key), Ref(handoff=handoff_id, thing=key.value)
        )
        told = sentences.brief_section(completeness, key, counted=counted)
        blocks.append(section(told, accessory=go))
    return form(
        ViewId.BRIEF_STEPS,
        Ref(handoff=handoff_id),
        blocks,
        title=sentences.FORM_TITLES[ViewId.BRIEF_STEPS],
        close=sentences.CLOSE,
    )


def promise_view(
    handoff_id: int, promise: Promise | None = None, *, clash: Clash | None = None
) -> View:
    """The editor of one promise, on top of its step; in a `clash` with this person's words."""
    text = promise.text if promise else PromiseText(words="")
    if clash is not None:
        text = replace(text, **_yours(clash))
    ref, place = Ref(handoff=handoff_id), Place("promise")
    if promise is not None:
        ref = Ref(handoff=handoff_id, entry=promise.id, revision=promise.version)
        place = Place("promise", entry=promise.id, revision=promise.version)
    kinds = [option(kind.value, sentences.KIND_NAMES[kind]) for kind in Kind]
    blocks: list[Block] = [
        *_theirs(clash, Field.WORDS),
        text_input(place, Field.WORDS, text.words, multiline=True, longest=LONGEST_WORDS),
        *_theirs(clash, Field.KIND),
        choice_input(place, Field.KIND, kinds, text.kind.value),
        *_theirs(clash, Field.SAID_TO),
        text_input(place, Field.SAID_TO, text.said_to, optional=True, longest=LONGEST_NAME),
        *_theirs(clash, Field.DUE),
        date_input(place, Field.DUE, text.due),
    ]
    if promise is not None:
        blocks.append(text_input(place, Field.WITHDRAW, optional=True, multiline=True))
    return form(
        ViewId.PROMISE,
        ref,
        blocks,
        title=sentences.promise_title(promise.number if promise else None),
        submit=sentences.FORM_SUBMITS[ViewId.PROMISE],
        close=sentences.CLOSE,
    )
