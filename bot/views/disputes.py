"""Disputes: how one is shown, raised, put to the managers, and told of when it is over."""

from collections.abc import Sequence
from typing import Final

from slack_sdk.models.blocks import Block, ButtonElement
from slack_sdk.models.views import View

from bot.domain.disputes import (
    REWORDING,
    Answer,
    Dispute,
    Escalation,
    Outcome,
    PastDispute,
    Settlement,
)
from bot.domain.handoff import LONGEST_REASON
from bot.domain.ledger import Entry
from bot.domain.promises import LONGEST_WORDS
from bot.domain.settling import answers_of
from bot.views import sentences as said
from bot.views.blocks import (
    Place,
    as_typed,
    choice_input,
    date_input,
    form,
    option,
    text_input,
)
from bot.views.card import Row
from bot.views.ids import ActionId, Field, ViewId
from bot.views.limits import truncate
from bot.views.message import Message, actions, button, context, lines, plain_section, when, words
from bot.views.payload import Ref
from bot.views.text import day, escape, isolate, one_line

MOST_PAST: Final = 5
PAST_WORDS: Final = 500


def disputed_blocks(entry: Entry) -> list[Block]:
    """Who disputes a promise since when and why; nothing where nobody does."""
    found = entry.dispute
    if found is None:
        return []
    row: Row = [words(f"{said.disputes.disputed(isolate(found.by.name))} "), when(found.at)]
    if found.escalated_at is not None:
        row.append(words(f" · {said.disputes.REVOPS_DECIDES}"))
    return [lines(row), as_typed(found.reason)]


def past_blocks(found: Sequence[PastDispute]) -> list[Block]:
    """The last of the disputes that are over: who, why, what it came to, and why that."""
    blocks: list[Block] = []
    for one in found[-MOST_PAST:]:
        row: Row = [words(f"{said.disputes.disputed_once(isolate(one.by.name))} "), when(one.at)]
        blocks += [lines(row), as_typed(truncate(one.reason, PAST_WORDS))]
        blocks.append(lines([words(f"{said.disputes.came_to(one.ending)} · "), when(one.ended_at)]))
        if one.why:
            blocks.append(as_typed(truncate(one.why, PAST_WORDS)))
    return blocks


def dispute_view(handoff_id: int, account: str, entry: Entry) -> View:
    """Why somebody disputes a promise."""
    promise = entry.promise
    place = Place("dispute", entry=promise.id, revision=promise.version)
    return form(
        ViewId.DISPUTE,
        Ref(handoff=handoff_id, entry=promise.id, revision=promise.version),
        [
            *promise_blocks(account, entry),
            context(said.disputes.MEANS),
            text_input(
                place,
                Field.REASON,
                multiline=True,
                longest=LONGEST_REASON,
                words=said.forms.DISPUTE_REASON,
            ),
        ],
        title=said.forms.FORM_TITLES[ViewId.DISPUTE],
        submit=said.forms.FORM_SUBMITS[ViewId.DISPUTE],
        close=said.forms.CLOSE_UNSAVED,
    )


def settle_view(
    handoff_id: int, account: str, entry: Entry, *, decides: bool, page: int | None = None
) -> View:
    """What is to become of a disputed promise; who `decides` between two reads both answers.

    `page` is the page of the ledger below it.
    """
    promise = entry.promise
    place = Place("settle", entry=promise.id, revision=promise.version)
    choices = [option(one.value, said.disputes.OUTCOMES[one]) for one in Outcome]
    blocks = [*promise_blocks(account, entry), *disputed_blocks(entry)]
    blocks.append(context(said.disputes.DECIDE_MEANS if decides else said.disputes.SETTLE_MEANS))
    if decides:
        for one in answers_of(entry.dispute).values():
            blocks += _answer(one)
    return form(
        ViewId.SETTLE,
        Ref(handoff=handoff_id, entry=promise.id, revision=promise.version, page=page),
        [
            *blocks,
            choice_input(place, Field.SETTLEMENT, choices, ""),
            text_input(
                place,
                Field.WORDS,
                promise.text.words,
                optional=True,
                multiline=True,
                longest=LONGEST_WORDS,
                words=said.forms.SETTLED_WORDS,
            ),
            date_input(place, Field.DUE, promise.text.due, words=said.forms.SETTLED_DUE),
            text_input(
                place,
                Field.REASON,
                optional=True,
                multiline=True,
                longest=LONGEST_REASON,
                words=said.forms.SETTLED_REASON,
            ),
        ],
        title=said.forms.FORM_TITLES[ViewId.SETTLE],
        submit=said.forms.FORM_SUBMITS[ViewId.SETTLE],
        close=said.forms.CLOSE_UNSAVED,
    )


def promise_blocks(account: str, entry: Entry) -> list[Block]:
    """Which promise a form or message is about, whole."""
    title = said.ledger.title(entry.promise.number, none_made=entry.none_made)
    return [
        as_typed(account),
        lines([words(title, bold=True)]),
        as_typed(entry.promise.text.words),
        plain_section(said.brief.promise_details(entry.promise)),
    ]


def _answer(given: Answer) -> list[Block]:
    told = said.disputes.answered(given.seat, isolate(given.by.name))
    return answer_blocks(told, given.settlement)


def answer_blocks(told: str, wish: Settlement) -> list[Block]:
    """What somebody answered; `told` says who."""
    row = [words(f"{told} ", bold=True), words(said.disputes.OUTCOMES[wish.outcome])]
    blocks: list[Block] = [lines(row)]
    if wish.outcome in REWORDING:
        blocks.append(as_typed(wish.words))
        if wish.due is not None:
            blocks.append(plain_section(said.disputes.due(day(wish.due))))
    if wish.reason:
        blocks.append(as_typed(wish.reason))
    return blocks


def disputed_message(
    handoff_id: int, account: str, entry: Entry, found: Dispute, *, in_thread: bool
) -> Message:
    """That somebody disputes a promise: below the card, or to the other side."""
    told = said.disputes.raised(isolate(found.by.name), entry.promise.number)
    blocks: list[Block] = [plain_section(told), as_typed(found.reason)]
    if not in_thread:
        head: Row = [words(one_line(account), bold=True), words(f": {told}")]
        blocks = [lines(head), as_typed(found.reason), *_look(handoff_id)]
    return Message(f"{escape(one_line(account))}: {escape(told)}", tuple(blocks))


def settle_message(
    handoff_id: int, account: str, entry: Entry, found: Dispute, *, decides: bool
) -> Message:
    """To a manager, or to RevOps: what is disputed, why, and the way to answer."""
    promise = entry.promise
    told = said.disputes.to_settle(isolate(found.by.name), promise.number, one_line(account))
    about = Ref(handoff=handoff_id, entry=promise.id, revision=promise.version)
    settle = ActionId.OPEN_SETTLE
    asked = said.disputes.ASKED_REVOPS if decides else said.disputes.ASKED
    blocks: list[Block] = [
        *promise_blocks(account, entry),
        *disputed_blocks(entry),
        plain_section(asked),
        *actions(
            [
                button(settle, said.buttons.BUTTONS[settle], about, primary=True),
                _open(handoff_id),
            ]
        ),
    ]
    return Message(escape(told), tuple(blocks))


def escalated_message(account: str, why: Escalation, number: int) -> Message:
    """Below the card: RevOps decides."""
    return _told(account, said.disputes.escalated(why, number))


def over_message(handoff_id: int, account: str, told: str, *, in_thread: bool) -> Message:
    """What came of a dispute: below the card, or to one of those whom it touches."""
    if in_thread:
        return _told(account, told)
    row: Row = [words(one_line(account), bold=True), words(f": {told}")]
    text = f"{escape(one_line(account))}: {escape(told)}"
    return Message(text, (lines(row), *_look(handoff_id)))


def _told(account: str, told: str) -> Message:
    return Message(f"{escape(one_line(account))}: {escape(told)}", (plain_section(told),))


def _look(handoff_id: int) -> list[Block]:
    ledger = ActionId.OPEN_LEDGER
    press = button(ledger, said.buttons.BUTTONS[ledger], Ref(handoff=handoff_id))
    return actions([press, _open(handoff_id)])


def _open(handoff_id: int) -> ButtonElement:
    look = ActionId.OPEN_HANDOFF
    return button(look, said.buttons.BUTTONS[look], Ref(handoff=handoff_id))
