"""Late promises: what is open about one, and the forms in which it is talked over or decided."""

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.domain.deciding import differing
from bot.domain.disputes import Outcome
from bot.domain.handoff import LONGEST_REASON
from bot.domain.late import OUTCOMES
from bot.domain.ledger import Entry
from bot.domain.promises import LONGEST_WORDS, Side
from bot.views import sentences as said
from bot.views.blocks import (
    Place,
    as_typed,
    choice_input,
    date_input,
    option,
    reason_input,
    text_input,
)
from bot.views.card import Row
from bot.views.disputes import answer_blocks, promise_blocks
from bot.views.ids import ActionId, Field, ViewId
from bot.views.keeping import promise_form
from bot.views.message import (
    Message,
    actions,
    button,
    context,
    lines,
    plain_section,
    when,
    words,
)
from bot.views.payload import Ref
from bot.views.text import escape, isolate, one_line


def late_blocks(entry: Entry, *, after_kickoff: bool) -> list[Block]:
    """That it is late, and what became of that; nothing of one that is not."""
    if entry.late is None:
        return []
    rows: list[Row] = [[words(said.ledger.LATE[entry.late])]]
    found = entry.dealt
    if found is not None:
        by = isolate(found.by.name)
        told = said.late.talked_over(found.outcome, by)
        if found.together:
            told = said.late.decided(found.outcome)
        rows.append([words(f"{told} "), when(found.at)])
    elif entry.undealt:
        rows.append([words(said.late.UNDECIDED if after_kickoff else said.late.TALK_MISSING)])
    blocks: list[Block] = [lines(*rows)]
    return [*blocks, as_typed(found.line)] if found is not None and found.line else blocks


def talked_view(handoff_id: int, account: str, entry: Entry, *, asks_why: bool = False) -> View:
    """What was said to the customer, and what becomes of the promise; a manager says why."""
    place = Place("talked", entry=entry.promise.id, revision=entry.promise.version)
    line = text_input(
        place,
        Field.LINE,
        multiline=True,
        longest=LONGEST_REASON,
        words=said.forms.TALKED_LINE,
    )
    blocks = [
        *promise_blocks(account, entry),
        context(said.late.TALK_MEANS),
        *_becomes(place, entry, ""),
        line,
        *([reason_input(place)] if asks_why else []),
    ]
    return promise_form(ViewId.TALKED, handoff_id, entry, blocks)


def decide_view(handoff_id: int, account: str, entry: Entry, *, side: Side) -> View:
    """What one side wants to become of it; both answers where there are two that differ."""
    place = Place("decide", entry=entry.promise.id, revision=entry.promise.version)
    blocks = [*promise_blocks(account, entry), context(said.late.DECIDE_MEANS)]
    own = (entry.answers or {}).get(side)
    if differing(entry):
        blocks += _both(entry)
    chosen = own.settlement.outcome.value if own is not None else ""
    blocks += _becomes(place, entry, chosen, side=side)
    reason = text_input(
        place,
        Field.REASON,
        own.settlement.reason if own is not None else "",
        optional=True,
        multiline=True,
        longest=LONGEST_REASON,
        words=said.forms.SETTLED_REASON,
    )
    return promise_form(ViewId.DECIDE_LATE, handoff_id, entry, [*blocks, reason])


def _becomes(place: Place, entry: Entry, chosen: str, *, side: Side | None = None) -> list[Block]:
    choices = [option(one.value, said.disputes.OUTCOMES[one]) for one in OUTCOMES]
    own = (entry.answers or {}).get(side) if side is not None else None
    text, due = entry.promise.text.words, entry.promise.text.due
    if own is not None and own.settlement.outcome is Outcome.RENEGOTIATED:
        text, due = own.settlement.words, own.settlement.due
    return [
        choice_input(place, Field.SETTLEMENT, choices, chosen),
        text_input(
            place,
            Field.WORDS,
            text,
            optional=True,
            multiline=True,
            longest=LONGEST_WORDS,
            words=said.forms.LATE_WORDS,
        ),
        date_input(place, Field.DUE, due, words=said.forms.LATE_DUE),
    ]


def _both(entry: Entry) -> list[Block]:
    """Both answers, and that they are not the same."""
    blocks: list[Block] = [plain_section(said.late.DIFFER)]
    answers = entry.answers or {}
    for side in Side:
        if side in answers:
            given = answers[side]
            told = said.late.answered(side, isolate(given.by.name))
            blocks += answer_blocks(told, given.settlement)
    return blocks


def differs_message(handoff_id: int, account: str, entry: Entry) -> Message:
    """To the side that answered before: both answers, and the way to change one's own."""
    promise = entry.promise
    told = f"{one_line(account)}: {said.late.differs(promise.number)}"
    decides, opens = ActionId.OPEN_DECIDE_LATE, ActionId.OPEN_HANDOFF
    about = Ref(handoff=handoff_id, entry=promise.id, revision=promise.version)
    blocks: list[Block] = [
        *promise_blocks(account, entry),
        *_both(entry),
        *actions(
            [
                button(decides, said.buttons.BUTTONS[decides], about, primary=True),
                button(opens, said.buttons.BUTTONS[opens], Ref(handoff=handoff_id)),
            ]
        ),
    ]
    return Message(escape(told), tuple(blocks))
