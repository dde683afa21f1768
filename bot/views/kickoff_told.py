"""What one person is told of a kickoff in a direct message."""

from datetime import datetime

from slack_sdk.models.blocks import Block

from bot.domain.items import SectionKey
from bot.domain.kickoff_prep import Missing
from bot.domain.read_models import NamedPerson
from bot.views import sentences as said
from bot.views.card import Row
from bot.views.ids import ActionId
from bot.views.kickoff_booking import missing_blocks
from bot.views.message import Message, actions, button, context, lines, when, words
from bot.views.payload import Ref
from bot.views.text import escape, instant_token, isolate, one_line

_CARD, _WHOLE = ActionId.OPEN_KICKOFF_CARD, ActionId.OPEN_HANDOFF


def _press(handoff_id: int, *wanted: ActionId) -> list[Block]:
    about = Ref(handoff=handoff_id)
    return actions([button(one, said.buttons.BUTTONS[one], about) for one in wanted])


def lead_message(handoff_id: int, account: str, at: datetime) -> Message:
    """To the implementation lead: when it is, with the card for it."""
    return _at(handoff_id, account, said.kickoff.LEAD, at, _CARD)


def _at(handoff_id: int, account: str, lead: str, at: datetime, *wanted: ActionId) -> Message:
    name = one_line(account)
    row: Row = [words(name, bold=True), words(f": {lead}"), when(at), words(".")]
    text = f"{escape(name)}: {escape(lead)}{instant_token(at)}."
    return Message(text, (lines(row), *_press(handoff_id, *wanted)))


def morning_message(
    handoff_id: int, account: str, at: datetime, missing: tuple[Missing, ...]
) -> Message:
    """Shortly before it: when it is, what is still missing, and the card."""
    told = _at(handoff_id, account, said.kickoff.BEGINS, at)
    found = missing_blocks(missing) or [context(said.kickoff.NOTHING_MISSING)]
    press = _press(handoff_id, _CARD, ActionId.OPEN_HELD)
    return Message(told.text, (*told.blocks, *found, *press))


def later_message(handoff_id: int, account: str, at: datetime, offered: datetime) -> Message:
    """The customer wanted it later than it should be; what they were offered is told besides."""
    name, lead, then = one_line(account), said.kickoff.LATER, said.kickoff.OFFERED
    row: Row = [
        words(name, bold=True),
        words(f": {lead}"),
        when(at),
        words(then),
        when(offered),
        words("."),
    ]
    text = f"{escape(name)}: {lead}{instant_token(at)}{then}{instant_token(offered)}."
    return Message(text, (lines(row), *_press(handoff_id, _WHOLE)))


def past_message(handoff_id: int, account: str, at: datetime | None) -> Message:
    """To RevOps, with the time it is booked for, where there is one."""
    name = one_line(account)
    row: Row = [words(name, bold=True), words(f": {said.kickoff.PAST}")]
    text = f"{escape(name)}: {said.kickoff.PAST}"
    if at is not None:
        row += [words(said.kickoff.PAST_BOOKED), when(at), words(".")]
        text += f"{said.kickoff.PAST_BOOKED}{instant_token(at)}."
    else:
        row.append(words(f"{said.kickoff.PAST_UNBOOKED}."))
        text += f"{said.kickoff.PAST_UNBOOKED}."
    return Message(text, (lines(row), *_press(handoff_id, _WHOLE)))


def lacked_message(
    handoff_id: int,
    account: str,
    by: NamedPerson | None,
    lacked: SectionKey,
    carried: SectionKey | None,
) -> Message:
    """To the AE: what of their brief was missing in the kickoff, and what helped."""
    name, teller = one_line(account), isolate(by.name) if by is not None else said.terms.SOMEBODY
    told = said.kickoff.lacked(teller, said.terms.SECTION_NAMES[lacked])
    if carried is not None:
        told += f" {said.kickoff.carried(said.terms.SECTION_NAMES[carried])}"
    row: Row = [words(name, bold=True), words(f": {told}")]
    return Message(f"{escape(name)}: {escape(told)}", (lines(row), *_press(handoff_id, _WHOLE)))
