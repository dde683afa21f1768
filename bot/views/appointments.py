"""The time of the debrief: the form, what the other one is asked, and the file for a calendar."""

from datetime import datetime

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.domain.appointments import LONGEST_LINE, CalendarEntry, TalkForm
from bot.domain.read_models import NamedPerson, TalkLine
from bot.views import sentences as said
from bot.views.blocks import (
    Place,
    as_typed,
    choice_input,
    form,
    instant_input,
    option,
    text_input,
)
from bot.views.calendar_file import calendar_file
from bot.views.card import Row
from bot.views.ids import ActionId, Field, ViewId
from bot.views.message import (
    Message,
    actions,
    button,
    context,
    lines,
    section,
    when,
    words,
)
from bot.views.payload import Ref
from bot.views.text import escape, instant_token, isolate, one_line, wall_time


def talk_view(model: TalkForm, *, as_of: datetime) -> View:
    """The form: times that suit both, or any other; with the other one's proposal on top."""
    place = Place("talk", entry=model.handoff_id, revision=model.talk.turn)
    other = isolate(model.other)
    until = instant_token(model.until) if model.until is not None else ""
    blocks: list[Block] = [
        as_typed(model.account),
        section(said.appointments.form_means(escape(other), until, overdue=model.overdue)),
    ]
    named = (model.taking, model.keeping)
    offered = [one for one in model.suggested if one not in named]
    choices = [option(one.isoformat(), _choice(model, one, as_of)) for one in offered]
    if model.taking is not None:
        label = said.appointments.taking(other, _choice(model, model.taking, as_of))
        choices.insert(0, option(model.taking.isoformat(), label))
    if model.keeping is not None:
        label = said.appointments.keeping(_choice(model, model.keeping, as_of))
        choices.append(option(model.keeping.isoformat(), label))
    if choices:
        first = choices[0].value or ""
        blocks.append(choice_input(place, Field.TALK_CHOICE, choices, first))
        blocks.append(instant_input(place, Field.TALK_AT, optional=True))
    else:
        ends = model.until is not None and not model.overdue
        blocks.append(context(said.appointments.nobody_free(before_due=ends)))
        blocks.append(instant_input(place, Field.TALK_AT, words=said.forms.TALK_ONLY))
    if not model.first:
        line = text_input(place, Field.TALK_LINE, optional=True, longest=LONGEST_LINE)
        blocks.append(line)
    return form(
        ViewId.TALK,
        Ref(handoff=model.handoff_id, revision=model.talk.turn),
        blocks,
        title=said.forms.FORM_TITLES[ViewId.TALK],
        submit=said.forms.FORM_SUBMITS[ViewId.TALK],
        close=said.forms.CLOSE,
    )


def _choice(model: TalkForm, at: datetime, as_of: datetime) -> str:
    own, theirs = (wall_time(at, zone, as_of) for zone in (model.zone, model.other_zone))
    if own == theirs:
        return own
    return said.appointments.both_zones(own, isolate(model.other), theirs)


def talk_proposed_message(
    handoff_id: int, account: str, line: TalkLine, by: NamedPerson, *, turn: int, told: str
) -> Message:
    """To who answers: the time, what came with it, and both answers."""
    at, agreed, name = line.proposed_at, line.agreed_at, isolate(by.name)
    if at is None:
        raise ValueError("Nothing is proposed.")
    moved = agreed is not None
    lead = said.appointments.proposed_anew(name) if moved else said.appointments.proposed(name)
    row: Row = [words(one_line(account), bold=True), words(f": {lead}"), when(at)]
    if agreed is not None:
        row += [words(said.appointments.HOLDS), when(agreed)]
    about = Ref(handoff=handoff_id, revision=turn)
    press = actions(
        [
            button(
                ActionId.FINE_TALK,
                said.buttons.BUTTONS[ActionId.FINE_TALK],
                about,
                primary=True,
            ),
            button(ActionId.OPEN_TALK, said.buttons.OTHER_TIME, about),
        ]
    )
    text = f"{escape(one_line(account))}: {escape(lead)}{instant_token(at)}."
    typed = [as_typed(told)] if told else []
    return Message(text, (lines([*row, words(".")]), *typed, *press))


def talk_kept_message(account: str, at: datetime, by: NamedPerson, *, told: str) -> Message:
    """To the other one: it stays at the time agreed on, with what came with that."""
    name, lead = one_line(account), said.appointments.kept(isolate(by.name))
    row: Row = [words(name, bold=True), words(f": {lead}"), when(at), words(".")]
    text = f"{escape(name)}: {escape(lead)}{instant_token(at)}."
    return Message(text, (lines(row), *([as_typed(told)] if told else [])))


def talk_buttons(handoff_id: int, line: TalkLine) -> list[Block]:
    """What can be done about the time, where anything can."""
    if not line.opens:
        return []
    about = Ref(handoff=handoff_id, revision=line.turn)
    fine, opens = ActionId.FINE_TALK, ActionId.OPEN_TALK
    other = said.buttons.OTHER_TIME if line.yours else said.buttons.BUTTONS[opens]
    return actions(
        [
            button(fine, said.buttons.BUTTONS[fine], about) if line.yours else None,
            button(opens, other, about),
        ]
    )


def talk_line(line: TalkLine) -> str:
    """Where AE and CSM are in agreeing on a time (mrkdwn); empty where nothing was named."""
    agreed, proposed = line.agreed_at, line.proposed_at
    if proposed is None and agreed is not None:
        return said.appointments.AGREED_LINE.format(when=instant_token(agreed))
    if proposed is None:
        return ""
    by = escape(isolate(line.proposed_by.name)) if line.proposed_by else said.terms.SOMEBODY
    if agreed is None:
        return said.appointments.PROPOSED_LINE.format(by=by, when=instant_token(proposed))
    return said.appointments.AGREED_AND_PROPOSED.format(
        agreed=instant_token(agreed), by=by, when=instant_token(proposed)
    )


def talk_ics(entry: CalendarEntry, account: str, *, as_of: datetime) -> bytes:
    """The talk as a calendar takes it: when, and whose deal, and nothing else of that."""
    return calendar_file(entry, said.appointments.summary(" ".join(account.split())), as_of=as_of)
