"""Answering in chat: what the bot says in the thread."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from slack_sdk.models.blocks import Block

from bot.domain.chat import ASKS, DEBRIEF, About, Says, Spot
from bot.domain.debrief import RULES, AnswerPart, Outlook, Question
from bot.domain.words import HintKind
from bot.views import sentences as said
from bot.views.brief_form import FORMS, Input
from bot.views.ids import ActionId, Field
from bot.views.message import (
    Message,
    actions,
    button,
    context,
    lines,
    plain_section,
    section,
    words,
)
from bot.views.payload import Ref
from bot.views.text import escape, one_line

MOST_THREADS: Final = 10
_BUTTONS: Final = (
    ActionId.CHAT_NEXT,
    ActionId.CHAT_SKIP,
    ActionId.CHAT_BACK,
    ActionId.CHAT_STOP,
)
TAGS: Final = {
    ActionId.CHAT_GREAT: Outlook.GREAT,
    ActionId.CHAT_FINE: Outlook.FINE,
    ActionId.CHAT_WORRIED: Outlook.WORRIED,
    ActionId.CHAT_WRONG_FIT: Outlook.WRONG_FIT,
}
"""The word that the last question asks for besides."""
_DAYS: Final = frozenset(
    one.field.value for fields in FORMS.values() for one in fields if one.kind is Input.DAY
)


@dataclass(frozen=True)
class ChatSaid:
    """One turn of the bot in a chat."""

    chat_id: int
    handoff_id: int
    says: Says
    spot: Spot
    saved: int = 0
    """How many messages were saved just before it."""
    hint: HintKind | None = None
    left: int = 0
    """How many questions were left open."""
    turn: int = 0
    promised: bool = False
    """Whether what was saved just before it is what was promised."""
    current: bool = True
    """Whether it is what the person is asked now."""


def chat_opened_message(account: str, about: About) -> Message:
    """The message on which the thread hangs."""
    told = said.chat.OPENED[about]
    row = [words(one_line(account), bold=True), words(f": {told}")]
    lead = f"{escape(one_line(account))}: {told}"
    return Message(lead, (lines(row), context(said.chat.HOW)))


def chat_message(turn: ChatSaid) -> Message:
    """What was saved, then the question, or what else there is to say."""
    saved = said.chat.saved(turn.saved)
    told = _told(turn)
    blocks: list[Block] = [context(saved)] if saved else []
    if turn.promised:
        adds = ActionId.DEBRIEF_PROMISE
        press = button(adds, said.buttons.BUTTONS[adds], Ref(handoff=turn.handoff_id))
        blocks += [context(said.chat.TO_LEDGER), *actions([press])]
    if turn.says is Says.QUESTION:
        blocks += _question(turn.spot)
    else:
        blocks.append(plain_section(told))
    if turn.says in ASKS and turn.current:
        ref = Ref(
            handoff=turn.handoff_id,
            entry=turn.chat_id,
            thing=turn.spot.item,
            revision=turn.turn,
        )
        offered = (*TAGS, ActionId.CHAT_SKIP) if turn.says is Says.TAG else _BUTTONS
        blocks += actions(
            [
                button(one, said.buttons.BUTTONS[one], ref, primary=one is ActionId.CHAT_NEXT)
                for one in offered
            ]
        )
    text = f"{saved} {told}".strip()
    return Message(escape(text), tuple(blocks))


def _told(turn: ChatSaid) -> str:
    if turn.says is Says.QUESTION:
        return _asks(turn.spot)
    if turn.says is Says.FOLLOW_UP:
        return said.chat.FOLLOW_UPS[turn.hint or HintKind.WEASEL]
    if turn.says is Says.DONE:
        return said.chat.done(turn.left)
    if turn.says is Says.ADDED:
        return said.chat.added(_name(turn.spot))
    return said.chat.SAYS[turn.says]


def _name(spot: Spot) -> str:
    """What a question is called, in plain text."""
    if spot.section == DEBRIEF:
        return said.debrief.named(Question(spot.item))
    return said.forms.FIELDS[Field(spot.item)].label


def _asks(spot: Spot) -> str:
    """The question itself, in plain text."""
    if spot.section == DEBRIEF:
        return said.debrief.QUESTIONS[Question(spot.item)].ask
    return said.chat.field_question(Field(spot.item), day=spot.item in _DAYS)


def _question(spot: Spot) -> list[Block]:
    if spot.section == DEBRIEF:
        question = Question(spot.item)
        told = said.debrief.QUESTIONS[question]
        reads = said.debrief.readers(RULES[question].parts[AnswerPart.WORDS])
        return [
            section(f"*{said.debrief.named(question)}*\n{told.ask}"),
            context(f"{said.debrief.GOOD_ANSWER}: {said.debrief.quoted(told.follow_ups)}", reads),
        ]
    label = said.forms.FIELDS[Field(spot.item)].label
    return [section(f"*{label}*\n{_asks(spot)}")]


def chat_elsewhere_message(chats: Sequence[tuple[str, About]]) -> Message:
    """To who wrote beside the thread: each chat that waits, by its account."""
    rows = [
        [words(f"{one_line(account)}: {said.chat.NAMES[about]}")]
        for account, about in chats[:MOST_THREADS]
    ]
    if (left := len(chats) - MOST_THREADS) > 0:
        rows.append([words(said.debrief.more_asks(left))])
    return Message(said.chat.ELSEWHERE, (plain_section(said.chat.ELSEWHERE), lines(*rows)))
