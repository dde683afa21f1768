"""The inputs of the forms: one a row, found by action id, named by one builder of block ids."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final

from slack_sdk.models.blocks import (
    Block,
    ButtonElement,
    CheckboxesElement,
    ContextBlock,
    ConversationFilter,
    ConversationSelectElement,
    DatePickerElement,
    DateTimePickerElement,
    InputBlock,
    InputInteractiveElement,
    Option,
    PlainTextInputElement,
    PlainTextObject,
    SectionBlock,
    StaticMultiSelectElement,
    StaticSelectElement,
    TimePickerElement,
    UserMultiSelectElement,
    UserSelectElement,
)
from slack_sdk.models.views import View

from bot.domain.handoff import LONGEST_REASON
from bot.views.ids import ActionId, Field, ViewId
from bot.views.limits import (
    BOXES,
    INPUT_TEXT,
    OPTION_TEXT,
    SECTION_TEXT,
    SELECT_OPTIONS,
    truncate,
)
from bot.views.message import mrkdwn
from bot.views.payload import Ref
from bot.views.sentences.forms import FIELDS, FOR_AE_REASON, FieldWords

BLANK: Final = "–"
"""Slack refuses an empty text object."""


@dataclass(frozen=True)
class Place:
    """Where the inputs of a form belong; Slack keeps what was typed while their ids stay the same.

    A new revision gets new ids, so that old text never reappears in it.
    """

    section: str
    entry: int = 0
    revision: int = 0

    def block_id(self, field: Field | ActionId) -> str:
        """The block id of one input; built here only, and never read back."""
        return f"{self.section}/{self.entry}/{self.revision}/{field.value}"


def form(
    view_id: ViewId,
    ref: Ref,
    blocks: Sequence[Block],
    *,
    title: str,
    close: str,
    submit: str | None = None,
) -> View:
    """A modal that carries what it is about."""
    return View(
        type="modal",
        callback_id=view_id.value,
        title=title,
        submit=submit,
        close=close,
        blocks=blocks,
        private_metadata=ref.dump(),
    )


def as_typed(text: str, *, accessory: ButtonElement | None = None) -> SectionBlock:
    """What a person wrote, letter by letter: plain text mentions nobody and draws no emoji."""
    return SectionBlock(text=_letters(text), accessory=accessory)


def small_as_typed(text: str) -> ContextBlock:
    """The same, smaller."""
    return ContextBlock(elements=[_letters(text)])


def meanwhile(told: str, theirs: str) -> ContextBlock:
    """A line in our words (mrkdwn) about what somebody else wrote."""
    return ContextBlock(elements=[mrkdwn(told), _letters(theirs)])


def _letters(text: str) -> PlainTextObject:
    shown = truncate(text, SECTION_TEXT) if text.strip() else BLANK
    return PlainTextObject(text=shown, emoji=False)


def option(value: str, label: str, *, hint: str | None = None) -> Option:
    """One choice of a menu or a group of boxes; only boxes show a hint below it."""
    return Option(
        value=value,
        text=PlainTextObject(text=truncate(label, OPTION_TEXT), emoji=False),
        description=PlainTextObject(text=truncate(hint, OPTION_TEXT), emoji=False)
        if hint
        else None,
    )


def _input(
    place: Place,
    field: Field,
    element: InputInteractiveElement,
    *,
    optional: bool,
    words: FieldWords | None,
) -> InputBlock:
    told = words or FIELDS[field]
    return InputBlock(
        block_id=place.block_id(field),
        label=told.label,
        hint=told.hint or None,
        element=element,
        optional=optional,
    )


def reason_input(place: Place, words: FieldWords = FOR_AE_REASON) -> InputBlock:
    """What a manager is asked for who records the step of somebody else."""
    return text_input(
        place,
        Field.REASON,
        multiline=True,
        longest=LONGEST_REASON,
        words=words,
    )


def text_input(
    place: Place,
    field: Field,
    typed: str = "",
    *,
    optional: bool = False,
    multiline: bool = False,
    longest: int = INPUT_TEXT,
    words: FieldWords | None = None,
) -> InputBlock:
    """A text; Slack itself refuses more than `longest` characters."""
    told = words or FIELDS[field]
    element = PlainTextInputElement(
        action_id=field.value,
        initial_value=typed[:longest] or None,
        multiline=multiline,
        max_length=longest,
        placeholder=PlainTextObject(text=told.placeholder) if told.placeholder else None,
    )
    return _input(place, field, element, optional=optional, words=words)


def person_input(
    place: Place,
    field: Field,
    chosen: str | None = None,
    *,
    optional: bool = False,
    words: FieldWords | None = None,
) -> InputBlock:
    """One member of the workspace, by Slack id."""
    element = UserSelectElement(action_id=field.value, initial_user=chosen)
    return _input(place, field, element, optional=optional, words=words)


def people_input(place: Place, field: Field, chosen: Sequence[str] = ()) -> InputBlock:
    """Several members of the workspace, by Slack id."""
    element = UserMultiSelectElement(action_id=field.value, initial_users=list(chosen) or None)
    return _input(place, field, element, optional=False, words=None)


def channel_input(place: Place, field: Field) -> InputBlock:
    """A channel of the workspace, private or not; such as are shared outside are not offered."""
    within = ConversationFilter(
        include=["public", "private"], exclude_bot_users=True, exclude_external_shared_channels=True
    )
    element = ConversationSelectElement(action_id=field.value, filter=within)
    return _input(place, field, element, optional=False, words=None)


def date_input(
    place: Place,
    field: Field,
    chosen: date | None = None,
    *,
    optional: bool = True,
    words: FieldWords | None = None,
) -> InputBlock:
    """A day; it may be left open, unless the form is about it."""
    element = DatePickerElement(
        action_id=field.value, initial_date=chosen.isoformat() if chosen else None
    )
    return _input(place, field, element, optional=optional, words=words)


def time_input(place: Place, field: Field, chosen: time | None = None) -> InputBlock:
    """A time of day in the person's own zone; it may be left open."""
    element = TimePickerElement(
        action_id=field.value,
        initial_time=chosen.isoformat("minutes") if chosen is not None else None,
    )
    return _input(place, field, element, optional=True, words=None)


def instant_input(
    place: Place,
    field: Field,
    chosen: datetime | None = None,
    *,
    optional: bool = False,
    words: FieldWords | None = None,
) -> InputBlock:
    """A day and a time; Slack shows and takes them in the person's own zone."""
    element = DateTimePickerElement(
        action_id=field.value, initial_date_time=int(chosen.timestamp()) if chosen else None
    )
    return _input(place, field, element, optional=optional, words=words)


def choice_input(
    place: Place,
    field: Field,
    options: Sequence[Option],
    chosen: str,
    *,
    hint: str = "",
    optional: bool = False,
) -> InputBlock:
    """One of several; `chosen` is an option's value, or something else for none."""
    told = FIELDS[field]
    element = StaticSelectElement(
        action_id=field.value,
        options=options,
        initial_option=next((entry for entry in options if entry.value == chosen), None),
    )
    words = FieldWords(told.label, hint or told.hint, told.placeholder)
    return _input(place, field, element, optional=optional, words=words)


def boxes_input(
    place: Place, field: Field, options: Sequence[Option], ticked: Collection[str]
) -> InputBlock:
    """Boxes to tick, none of which has to be."""
    element = CheckboxesElement(
        action_id=field.value,
        options=options,
        # Slack refuses an empty list of initial options.
        initial_options=[entry for entry in options if entry.value in ticked] or None,
    )
    return _input(place, field, element, optional=True, words=None)


def many_input(
    place: Place, field: Field, options: Sequence[Option], ticked: Collection[str]
) -> InputBlock:
    """Any of several, none of which has to be: boxes, and a menu where they would be too many."""
    if len(options) <= BOXES:
        return boxes_input(place, field, options, ticked)
    offered = list(options[:SELECT_OPTIONS])
    element = StaticMultiSelectElement(
        action_id=field.value,
        options=offered,
        initial_options=[entry for entry in offered if entry.value in ticked] or None,
    )
    return _input(place, field, element, optional=True, words=None)


def named_state(account: str, told: str) -> ContextBlock:
    """Which handoff a form is about, as typed, and how it stands in our words (mrkdwn)."""
    return ContextBlock(elements=[_letters(account), mrkdwn(told)])
