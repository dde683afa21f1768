"""Writing the brief step by step, and the list of its steps."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any, Final

from slack_sdk.models.blocks import Block, ButtonElement, DividerBlock
from slack_sdk.models.views import View

from bot.domain.brief import Contact, ContactRole
from bot.domain.completeness import Completeness, OpenItem
from bot.domain.hints import Pointed
from bot.domain.items import NOT_FOR_THE_CUSTOMER, Item, SectionKey, to_confirm
from bot.domain.merging import FieldConflict
from bot.domain.promises import Promise
from bot.domain.read_models import Because, BriefStep, Clash, NamedPerson, Writer
from bot.views import sentences
from bot.views.because import because_blocks
from bot.views.blocks import (
    Place,
    as_typed,
    boxes_input,
    date_input,
    form,
    meanwhile,
    named_state,
    option,
    person_input,
    small_as_typed,
    text_input,
)
from bot.views.brief_form import FORMS, TICKED, FormField, Input
from bot.views.ids import ActionId, Field, ViewId
from bot.views.limits import LINE, paginate
from bot.views.message import actions, button, context, header, section
from bot.views.payload import Ref
from bot.views.text import day, instant_token, isolate, mention, one_line

ENTRIES_A_PAGE: Final = 40
"""With every input and button besides, well within a view's blocks."""
WORDS_IN_LIST: Final = 300
ONE_LINE: Final = 2 * LINE
"""What may stand beside the sentence that tells of it; a longer text gets a block of its own."""
ROOM_FOR_THEIRS: Final = 40_000
"""Bytes of a view for what others wrote; the rest is for what its reader did."""


def brief_view(step: BriefStep, *, page: int = 0) -> View:
    """One section to fill in; `page` is that of its list of people or promises."""
    ref = Ref(handoff=step.handoff_id, thing=step.section.value, revision=step.revision)
    last = step.number in (0, step.count)
    submit = sentences.forms.SAVE if last else sentences.forms.SAVE_AND_NEXT
    progress = sentences.brief.brief_progress(step.completeness, step.section, fallen=step.fallen)
    blocks: list[Block] = [
        header(sentences.terms.SECTION_NAMES[step.section]),
        named_state(step.account, progress),
        *(because_blocks(step.because) if step.because is not None else ()),
        *hints_lead(step.pointed, submit),
        section(sentences.brief.SECTION_QUESTIONS[step.section]),
    ]
    if step.section in sentences.brief.SECTION_PROMPTS:
        blocks.append(context(sentences.brief.SECTION_PROMPTS[step.section]))
    if step.section is SectionKey.PROMISES:
        blocks += _promise_list(step, ref, page)
    if step.section is SectionKey.PEOPLE:
        blocks += _contact_list(step, ref, page)
    shown = _shown(step)
    first = [one for one in FORMS[step.section] if one.counts(step.counted)]
    for one in first:
        blocks += _input(step, one, shown[one.field.value])
        blocks += hints_under(step.pointed, one.field)
    blocks += _must_confirm(step, shown)
    beside = [
        block
        for one in FORMS[step.section]
        if one not in first
        for block in [
            *_input(step, one, shown[one.field.value]),
            *hints_under(step.pointed, one.field),
        ]
    ]
    if beside and step.counted:
        blocks += [DividerBlock(), context(sentences.brief.NOT_COUNTED)]
    blocks += beside
    back = button(ActionId.BRIEF_BACK, sentences.buttons.BUTTONS[ActionId.BRIEF_BACK], ref)
    blocks += actions(
        [
            button(ActionId.CHECK_WORDS, sentences.buttons.BUTTONS[ActionId.CHECK_WORDS], ref),
            back if step.number > 1 else None,
            button(
                ActionId.BRIEF_ALL_STEPS, sentences.buttons.BUTTONS[ActionId.BRIEF_ALL_STEPS], ref
            ),
            _pasted(step.handoff_id, sentences.buttons.BUTTONS[ActionId.PASTED_OPEN])
            if step.pasted
            else None,
        ]
    )
    return form(
        ViewId.BRIEF,
        ref.model_copy(update={"seen": step.pointed.seen}),
        blocks,
        title=sentences.brief.brief_title(step.number, step.count),
        submit=submit,
        close=sentences.forms.CLOSE_UNSAVED,
    )


def hints_lead(pointed: Pointed, submit: str) -> list[Block]:
    """Why the form stays, where it was looked for vague words; `submit` is its own button."""
    if pointed.occasion is None:
        return []
    found = bool(pointed.hints)
    return [context(sentences.hints.hints_shown(pointed.occasion, found=found, submit=submit))]


def hints_under(pointed: Pointed, field: Field, entry: int | None = None) -> list[Block]:
    """What is pointed out about one input, to stand right under it; `entry` is the editor's."""
    found = (one for one in pointed.hints if one.entry == entry and one.field == field)
    return [small_as_typed(sentences.hints.hint(one)) for one in found]


def _pasted(handoff_id: int, label: str) -> ButtonElement:
    return button(ActionId.PASTED_OPEN, label, Ref(handoff=handoff_id))


def _place(step: BriefStep) -> Place:
    return Place(step.section.value, entry=step.handoff_id, revision=step.revision)


def _input(step: BriefStep, one: FormField, value: Any) -> list[Block]:
    place, field = _place(step), one.field
    theirs = theirs_of(step.clash, field)
    if one.kind is Input.DAY:
        chosen = value if isinstance(value, date) else None
        return [*theirs, date_input(place, field, chosen)]
    if one.kind is Input.TICK:
        if not value and _idle(step, field):
            return []
        box = option(TICKED, sentences.forms.TICKS[field])
        return [*theirs, boxes_input(place, field, [box], {TICKED} if value else set())]
    told = sentences.forms.LINKS_IN_BRIEF if field is Field.LINKS else None
    multiline = one.kind is Input.TEXT
    shown = text_input(place, field, str(value), optional=True, multiline=multiline, words=told)
    return [*theirs, shown]


def _idle(step: BriefStep, field: Field) -> bool:
    """Whether a box that nobody ticked would contradict the entries above it, or answer nothing."""
    people = step.brief.people
    contacts = people.contacts
    # In a full deal a buyer who was not found stays open.
    no_answer = Item.BUYER_AND_SKEPTIC not in step.counted
    return {
        Field.NONE_MADE: bool(step.brief.entries),
        Field.NO_BUYER: no_answer or bool(people.having(ContactRole.BUYER)),
        Field.NO_SKEPTIC: any(one.skeptic for one in contacts),
    }.get(field, False)


def _promise_list(step: BriefStep, ref: Ref, page: int) -> list[Block]:
    lines = [
        [_promise_line(step.handoff_id, promise), *_hints_on_entry(step, promise.id)]
        for promise in step.brief.entries
    ]
    return _list(lines, ref, page, sentences.whole.NO_PROMISES_YET, ActionId.PROMISE_ADD)


def _contact_list(step: BriefStep, ref: Ref, page: int) -> list[Block]:
    lines = [
        [_contact_line(step, contact), *_hints_on_entry(step, contact.id)]
        for contact in step.brief.people.contacts
    ]
    return _list(lines, ref, page, sentences.brief.NO_PEOPLE_YET, ActionId.CONTACT_ADD)


def _hints_on_entry(step: BriefStep, entry: int) -> list[Block]:
    found = (one for one in step.pointed.hints if one.entry == entry)
    return [small_as_typed(sentences.hints.hint(one, named=True)) for one in found]


def page_with(step: BriefStep, entry: int | None) -> int:
    """The page of the step's list on which an entry stands, else the first with a hint."""
    if entry is None:
        entry = next((one.entry for one in step.pointed.hints if one.entry is not None), None)
    people = step.section is SectionKey.PEOPLE
    ids = [one.id for one in (step.brief.people.contacts if people else step.brief.entries)]
    return ids.index(entry) // ENTRIES_A_PAGE if entry in ids else 0


def _list(
    lines: Sequence[Sequence[Block]], ref: Ref, page: int, none_yet: str, adds: ActionId
) -> list[Block]:
    entries, here, pages = paginate(lines, page=page, size=ENTRIES_A_PAGE)
    blocks = [block for line in entries for block in line] or [context(none_yet)]
    if pages > 1:
        blocks.append(context(sentences.brief.page_of(here, pages)))
    # Within one row of buttons Slack wants different action ids: each way gets its own row.
    for label, target in (
        (sentences.whole.PAGE_BACK, here - 1),
        (sentences.whole.PAGE_ON, here + 1),
    ):
        if 0 <= target < pages:
            turned = ref.model_copy(update={"page": target})
            blocks += actions([button(ActionId.BRIEF_GO, label, turned)])
    return [*blocks, *actions([button(adds, sentences.buttons.BUTTONS[adds], ref)])]


def _promise_line(handoff_id: int, promise: Promise) -> Block:
    words = one_line(promise.text.words, WORDS_IN_LIST)
    edit = button(
        ActionId.PROMISE_EDIT,
        sentences.brief.edit_promise(promise.number),
        Ref(handoff=handoff_id, entry=promise.id, revision=promise.version),
    )
    details = sentences.brief.promise_details(promise)
    return as_typed(f"{promise.number}. {words}\n{details}", accessory=edit)


def _contact_line(step: BriefStep, contact: Contact) -> Block:
    edit = button(
        ActionId.CONTACT_EDIT,
        sentences.buttons.BUTTONS[ActionId.CONTACT_EDIT],
        Ref(
            handoff=step.handoff_id,
            thing=SectionKey.PEOPLE.value,
            entry=contact.id,
            revision=step.revision,
        ),
    )
    name = one_line(contact.name, LINE)
    title = f", {one_line(contact.title, LINE)}" if contact.title.strip() else ""
    # Who writes this section reads every role, so that none is there is so.
    roles = sentences.brief.contact_roles(contact) or sentences.brief.NO_ROLE
    return as_typed(f"{name}{title}\n{roles}", accessory=edit)


def _must_confirm(step: BriefStep, shown: Mapping[str, Any]) -> list[Block]:
    asked = [item for item in step.counted if item not in NOT_FOR_THE_CUSTOMER]
    if not asked:
        return []
    ticked = shown["must_confirm"]
    boxes = boxes_input(
        _place(step),
        Field.MUST_CONFIRM,
        [
            option(item.value, sentences.terms.at_start(sentences.terms.ITEM_NAMES[item]))
            for item in asked
        ],
        {item.value for item in asked if to_confirm(item, ticked)},
    )
    asker = step.askers.get(shown["asker"])
    return [
        *theirs_of(step.clash, Field.MUST_CONFIRM),
        boxes,
        *theirs_of(step.clash, Field.ASKER),
        person_input(_place(step), Field.ASKER, asker.slack_id if asker else None, optional=True),
    ]


def _shown(step: BriefStep) -> Mapping[str, Any]:
    """What stands in the fields: this person's own words before what is saved."""
    saved = step.brief.section(step.section)
    fields = {name: getattr(saved, name) for name in type(saved).model_fields}
    if step.clash is not None:
        # The rest was merged and saved. What was typed there may be older than what others wrote,
        # and the next save would put it back.
        return {**fields, **yours_of(step.clash)}
    return {**fields, **(step.typed or {})}


def yours_of(clash: Clash) -> dict[str, Any]:
    """What this person typed into the fields that somebody else changed, too."""
    return {conflict.field: conflict.yours for conflict in clash.conflicts}


def theirs_of(clash: Clash | None, field: Field, name: str | None = None) -> list[Block]:
    """What was written meanwhile into a field that this person changed, too.

    `name` is the field's in the model, where the form has another one for it.
    """
    conflicts = clash.conflicts if clash else ()
    wanted = name or field.value
    conflict = next((entry for entry in conflicts if entry.field == wanted), None)
    if clash is None or conflict is None:
        return []
    theirs = _told(conflict)
    told = _saved_meanwhile(clash.writers.get(wanted), emptied=not theirs)
    if len(theirs) <= ONE_LINE and len(theirs.splitlines()) == 1:
        return [meanwhile(told, isolate(theirs))]
    if not theirs:
        return [context(told)]
    # Whoever decides between two texts reads both to their end, laid out as they were typed.
    if _room_for(conflict, clash):
        return [context(told), as_typed(theirs)]
    cut = meanwhile(told, one_line(theirs, ONE_LINE))
    return [cut, context(sentences.brief.THEIRS_IS_LONGER)]


def _room_for(conflict: FieldConflict, clash: Clash) -> bool:
    """Whether a text fits whole, after those of the fields before it."""
    place = clash.conflicts.index(conflict) + 1
    # A view travels as JSON inside of JSON, where a letter may take many bytes.
    texts = (json.dumps(json.dumps(_told(one))) for one in clash.conflicts[:place])
    return sum(map(len, texts)) <= ROOM_FOR_THEIRS


def _saved_meanwhile(writer: Writer | None, *, emptied: bool) -> str:
    if writer is None:
        return sentences.brief.saved_meanwhile(sentences.terms.SOMEBODY, "", emptied=emptied)
    if writer.own:
        return sentences.brief.saved_elsewhere(instant_token(writer.at), emptied=emptied)
    who = mention(writer.by) if writer.by else sentences.terms.SOMEBODY
    return sentences.brief.saved_meanwhile(who, instant_token(writer.at), emptied=emptied)


def _told(conflict: FieldConflict) -> str:
    theirs = conflict.theirs
    if isinstance(theirs, bool):
        return sentences.brief.TICKED if theirs else sentences.brief.NOT_TICKED
    if isinstance(theirs, date):
        return day(theirs)
    if isinstance(theirs, NamedPerson):
        return theirs.name
    if isinstance(theirs, tuple | list):
        return ", ".join(_named(one) for one in theirs)
    return _named(theirs) if isinstance(theirs, StrEnum) else str(theirs or "").strip()


def _named(value: Any) -> str:
    return sentences.forms.CHOICE_NAMES.get(value, str(value))


def brief_steps_view(
    *,
    handoff_id: int,
    account: str,
    completeness: Completeness,
    counted: Mapping[SectionKey, Sequence[Item]],
    fallen: Sequence[OpenItem] = (),
    quick: bool = False,
    pasted: bool = False,
    helpers: Sequence[tuple[NamedPerson, Collection[SectionKey]]] = (),
    invites: bool = False,
    because: Because | None = None,
    postable: bool = False,
) -> View:
    """The sections a person may fill, with what is open in them, and the way to each.

    `counted` holds the counted items of each section that is shown, `fallen` what the save before
    emptied; `quick` adds that the brief was written in few minutes, for its AE alone; `pasted` says
    whether there is a pasted text already. Who `invites` helpers sees the `helpers` there are, with
    their sections; `postable`: the message can be looked at and posted next. `because` is what the
    CSM asked, of a brief that was sent back.
    """
    filled = sentences.brief.brief_filled(completeness, fallen=fallen)
    blocks: list[Block] = [named_state(account, filled)]
    if quick:
        blocks.append(context(sentences.hints.written_quickly()))
    if because is not None:
        blocks += because_blocks(because)
    asked = because.items if because is not None else ()
    for key, items in counted.items():
        go = button(
            ActionId.BRIEF_GO, sentences.brief.go_to(key), Ref(handoff=handoff_id, thing=key.value)
        )
        told = sentences.brief.brief_section(completeness, key, counted=len(items))
        told += sentences.brief.asked_about(one for one in items if one in asked)
        blocks.append(section(told, accessory=go))
    blocks += [context(sentences.brief.helps_with(mention(one), keys)) for one, keys in helpers]
    label = (
        sentences.buttons.BUTTONS[ActionId.PASTED_OPEN] if pasted else sentences.brief.PASTE_A_TEXT
    )
    row = [_pasted(handoff_id, label)]
    if invites:
        invite = ActionId.INVITE_HELPER
        row.append(button(invite, sentences.buttons.BUTTONS[invite], Ref(handoff=handoff_id)))
    if postable:
        preview = ActionId.PREVIEW_MESSAGE
        row.append(button(preview, sentences.buttons.BUTTONS[preview], Ref(handoff=handoff_id)))
    blocks += actions(row)
    return form(
        ViewId.BRIEF_STEPS,
        Ref(handoff=handoff_id),
        blocks,
        title=sentences.forms.FORM_TITLES[ViewId.BRIEF_STEPS],
        close=sentences.forms.CLOSE,
    )
