"""The briefing call: its booking, the card both have before them in it, and what is told of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from slack_sdk.models.blocks import Block, DividerBlock
from slack_sdk.models.views import View

from bot.domain.briefing import BriefingCall, Mood, Overrun, Tone
from bot.domain.handoff import LONGEST_REASON
from bot.domain.read_models import BookingForm, BriefingCard, Card, NamedPerson
from bot.views import sentences as said
from bot.views.blocks import (
    Place,
    as_typed,
    boxes_input,
    choice_input,
    form,
    instant_input,
    many_input,
    option,
    reason_input,
    small_as_typed,
    text_input,
)
from bot.views.card import success_line
from bot.views.ids import ActionId, Field, ViewId
from bot.views.message import Message, actions, button, context, lines, section, when, words
from bot.views.payload import Ref
from bot.views.text import escape, instant_token, isolate, one_line

STANDS: Final = "stands"
IN_SCRIPT: Final = 600
"""Characters of one answer of the brief in the opening."""
IN_OPTION: Final = 70
"""Characters of a promise beside its number, in a box to tick."""


def shown_mark(at: datetime | None) -> int:
    """What a form carries of the time it was drawn with, 0 for none."""
    return int(at.timestamp()) if at is not None else 0


def booking_view(model: BookingForm) -> View:
    """When the call is to be; where nothing requires one, that writing is enough."""
    place = Place("booking", entry=model.handoff_id, revision=shown_mark(model.at))
    about = Ref(handoff=model.handoff_id)
    blocks: list[Block] = [as_typed(model.account), section(_why(model))]
    if not model.required:
        blocks += _without(model)
    blocks.append(instant_input(place, Field.BRIEFING_AT, model.at))
    if model.skips:
        action = ActionId.SKIP_BRIEFING
        blocks += actions([button(action, said.buttons.BUTTONS[action], about)])
    if model.asks_why:
        blocks.append(reason_input(place))
    return _form(
        ViewId.BOOKING, Ref(handoff=model.handoff_id, revision=shown_mark(model.at)), blocks
    )


def _why(model: BookingForm) -> str:
    if model.asked:
        return said.briefing.ASKED_MEANS
    return said.briefing.REQUIRED_MEANS if model.required else said.briefing.OPTIONAL_MEANS


def _without(model: BookingForm) -> list[Block]:
    """Who of the two finds that writing is enough."""
    if model.own_without and model.other_without is not None:
        return [context(said.briefing.BOTH_WITHOUT)]
    if model.own_without:
        return [context(said.briefing.OWN_WITHOUT)]
    if model.other_without is not None:
        return [context(said.briefing.other_without(escape(isolate(model.other_without))))]
    return []


def briefing_view(model: BriefingCard) -> View:
    """What is read aloud and asked in the call, and below it what is written down of it."""
    place = Place("briefing", entry=model.handoff_id, revision=model.revision)
    blocks: list[Block] = [as_typed(model.account), context(_booked(model))]
    if model.in_it:
        blocks += _opening(model)
    blocks += _aloud(place, model)
    if model.in_it:
        blocks += _pushes(model)
    blocks += [DividerBlock(), section(said.briefing.RECORD_MEANS)]
    if model.debrief_held_at is not None:
        stands = option(STANDS, said.briefing.DEBRIEF_STANDS)
        ticked = (STANDS,) if model.record is not None and model.record.debrief else ()
        blocks.append(boxes_input(place, Field.STANDS_FOR, [stands], ticked))
    blocks += _record(place, model)
    if model.asks_why:
        blocks.append(reason_input(place, words=said.forms.FOR_BOTH_REASON))
    return _form(ViewId.BRIEFING, Ref(handoff=model.handoff_id, revision=model.revision), blocks)


def _booked(model: BriefingCard) -> str:
    if model.held_at is not None:
        return said.briefing.held_line(instant_token(model.held_at))
    if model.at is None:
        return said.briefing.NOT_BOOKED
    return said.briefing.booked_line(instant_token(model.at))


def _opening(model: BriefingCard) -> list[Block]:
    """The AE's script, filled from the brief; what is not written is said to be so."""
    why, nothing = model.brief.why, said.brief.NOTHING_WRITTEN
    told = (
        (said.briefing.PAIN, one_line(f"{why.trigger} {why.event}", IN_SCRIPT)),
        (said.briefing.METRIC, success_line(model.brief.success, IN_SCRIPT)),
    )
    blocks: list[Block] = [section(said.briefing.OPENING)]
    for label, text in told:
        blocks += [small_as_typed(label), as_typed(text or nothing)]
    return blocks


def _aloud(place: Place, model: BriefingCard) -> list[Block]:
    """A tick for every promise that was read aloud."""
    if not model.promises:
        return [context(said.briefing.NO_PROMISES)]
    options = [
        option(str(number), f"{number} · {one_line(text, IN_OPTION)}" if text else str(number))
        for number, text in model.promises
    ]
    read = model.record.read if model.record is not None else ()
    return [many_input(place, Field.READ_ALOUD, options, [str(number) for number in read])]


def _pushes(model: BriefingCard) -> list[Block]:
    blocks: list[Block] = [section(said.briefing.PUSHES)]
    items = said.terms.open_items(model.completeness)
    if items:
        blocks.append(context(said.briefing.open_in_brief(escape(items))))
    return blocks


def _record(place: Place, model: BriefingCard) -> list[Block]:
    record = model.record
    tones = [option(one.value, said.briefing.TONES[one]) for one in Tone]
    moods = [option(one.value, said.briefing.MOODS[one]) for one in Mood]
    overruns = [option(one.value, said.briefing.OVERRUNS[one]) for one in Overrun]
    minutes = str(record.minutes) if record is not None else ""
    return [
        instant_input(place, Field.HELD_AT, model.likely_at),
        text_input(
            place,
            Field.MINUTES,
            minutes,
            longest=3,
            # Of a debrief that stands for it the record says how long it took.
            optional=model.debrief_held_at is not None,
            words=said.forms.BRIEFING_MINUTES,
        ),
        choice_input(
            place,
            Field.OVERRUN,
            overruns,
            record.overrun.value if record is not None and record.overrun else "",
            optional=True,
        ),
        choice_input(place, Field.TONE, tones, record.tone.value if record else ""),
        choice_input(place, Field.MOOD, moods, record.mood.value if record else ""),
        text_input(place, Field.EMPHASIS, record.emphasis if record else "", multiline=True),
        text_input(
            place,
            Field.OPEN_QUESTIONS,
            record.questions if record else "",
            optional=True,
            multiline=True,
        ),
    ]


def record_rows(call: BriefingCall) -> list[tuple[str, str]]:
    """What was written of the call, each line with what it answers."""
    rows = [
        (said.briefing.LASTED, said.briefing.lasted(call.minutes, debrief=call.debrief)),
        (said.forms.FIELDS[Field.TONE].label, said.briefing.TONES[call.tone]),
        (said.forms.FIELDS[Field.MOOD].label, said.briefing.MOODS[call.mood]),
        (said.forms.FIELDS[Field.EMPHASIS].label, call.emphasis),
    ]
    if call.overrun is not None:
        rows.insert(1, (said.briefing.WHY_LONGER, said.briefing.OVERRUNS[call.overrun]))
    if call.questions:
        rows.append((said.forms.FIELDS[Field.OPEN_QUESTIONS].label, call.questions))
    if call.unread:
        rows.append((said.briefing.UNREAD, said.briefing.unread(call.unread)))
    return rows


def lift_view(handoff_id: int, account: str) -> View:
    """The CS manager says why the intro goes out without the call."""
    reason = text_input(
        Place("lift", entry=handoff_id),
        Field.REASON,
        multiline=True,
        longest=LONGEST_REASON,
        words=said.forms.LIFT_REASON,
    )
    blocks = [as_typed(account), section(said.briefing.LIFT_MEANS), reason]
    return _form(ViewId.LIFT, Ref(handoff=handoff_id), blocks)


def booked_message(
    handoff_id: int, account: str, at: datetime, by: NamedPerson, *, moved: bool
) -> Message:
    """To the other one of the two: when the call is, with the card for it."""
    lead = said.briefing.booked_by(isolate(by.name), moved=moved)
    action = ActionId.OPEN_BRIEFING
    press = actions([button(action, said.buttons.BUTTONS[action], Ref(handoff=handoff_id))])
    name = one_line(account)
    row = [words(name, bold=True), words(f": {lead}"), when(at), words(".")]
    text = f"{escape(name)}: {escape(lead)}{instant_token(at)}."
    return Message(text, (lines(row), *press))


def without_message(handoff_id: int, account: str, by: NamedPerson, *, both: bool) -> Message:
    """To the other one: that writing is enough for them, and the yes that ends the step."""
    name = one_line(account)
    told = said.briefing.without_by(isolate(by.name), both=both)
    press: Sequence[Block] = ()
    if not both:
        skip = ActionId.SKIP_BRIEFING
        press = actions([button(skip, said.buttons.BUTTONS[skip], Ref(handoff=handoff_id))])
    row = [words(name, bold=True), words(f": {told}")]
    return Message(f"{escape(name)}: {escape(told)}", (lines(row), *press))


def held_message(card: Card, facts: Mapping[str, str | int], by: NamedPerson | None) -> Message:
    """A reply below the card: that the call was held, when, and nothing of what was said."""
    held_at = datetime.fromisoformat(str(facts["held_at"]))
    who = isolate(by.name) if by is not None else said.terms.SOMEBODY
    lead = said.briefing.held_by(who, debrief=bool(facts.get("debrief")))
    row = [words(lead), when(held_at), words(".")]
    account = escape(one_line(card.account))
    return Message(f"{account}: {escape(lead)}{instant_token(held_at)}.", (lines(row),))


def _form(view_id: ViewId, ref: Ref, blocks: list[Block]) -> View:
    return form(
        view_id,
        ref,
        blocks,
        title=said.forms.FORM_TITLES[view_id],
        submit=said.forms.FORM_SUBMITS[view_id],
        close=said.forms.CLOSE,
    )
