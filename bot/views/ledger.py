"""The promise ledger: a message for each wording below the card, its forms, and all of it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from slack_sdk.models.blocks import Block, ButtonElement, Option, OverflowMenuElement
from slack_sdk.models.views import View

from bot.domain.ledger import (
    LONGEST_CHECK,
    Delivery,
    Entry,
    Initial,
    LedgerPage,
    Over,
    PromiseHistory,
    PromiseShown,
)
from bot.domain.promises import Fate, Side
from bot.views import sentences as said
from bot.views.blocks import Place, as_typed, choice_input, form, option, text_input
from bot.views.card import Row
from bot.views.disputes import disputed_blocks, past_blocks
from bot.views.ids import ActionId, Field, MoreChoice, ViewId
from bot.views.keeping import fate_blocks
from bot.views.late import late_blocks
from bot.views.limits import LINE, truncate
from bot.views.message import (
    Message,
    actions,
    button,
    context,
    lines,
    plain,
    plain_section,
    when,
    words,
)
from bot.views.payload import Ref
from bot.views.text import escape, instant_token, isolate, mention, one_line

ONE_BY_ONE: Final = "all"
"""What a form is about that goes on with the next open entry."""
EACH: Final = 8
"""Entries on one page of the ledger."""
MOST_WORDINGS: Final = 25
_FATES: Final[Mapping[ActionId, Fate | None]] = {
    ActionId.PROMISE_DELIVERED: Fate.DELIVERED,
    # What is agreed anew may be agreed anew once more.
    ActionId.OPEN_RENEGOTIATED: None,
    ActionId.OPEN_BROKEN: Fate.BROKEN,
}
"""What is pressed after the kickoff, until just that was said."""
HISTORY_WORDS: Final = 1000
"""Of each of them; whole it stands in its message."""


def promise_message(shown: PromiseShown) -> Message:
    """One wording below the card: with its boxes while it is in force, else only what became of it.

    Where others can read, nothing of it stands there.
    """
    if shown.neutral:
        return Message(said.card.WITHDRAWN, (plain_section(said.card.WITHDRAWN),))
    entry = shown.entry
    title = said.ledger.title(entry.promise.number, none_made=entry.none_made)
    lead = f"{escape(one_line(shown.account))}: {title}"
    if shown.over is not None:
        told = said.ledger.OVER[shown.over].format(number=entry.promise.number)
        blocks: list[Block] = [lines([words(title, bold=True), words(f" — {told}")])]
        # What is written elsewhere now is not for whoever reads here.
        if not entry.none_made and shown.over is not Over.MOVED:
            blocks.append(as_typed(entry.promise.text.words))
        return Message(f"{lead} — {told}", tuple(blocks))
    blocks = [*_entry(entry, shown), *actions(_buttons(shown))]
    words_of = escape(one_line(entry.promise.text.words, LINE))
    return Message(f"{lead} · {words_of}" if words_of else lead, tuple(blocks))


def _entry(entry: Entry, shown: PromiseShown) -> list[Block]:
    """What it says, and both boxes."""
    number, none_made = entry.promise.number, entry.none_made
    head: Row = [words(said.ledger.title(number, none_made=none_made), bold=True)]
    if none_made:
        return [lines(head), _boxes(entry, shown)]
    head.append(words(f" — {said.brief.promise_details(entry.promise)}"))
    words_of = as_typed(entry.promise.text.words)
    late = late_blocks(entry, after_kickoff=shown.after_kickoff)
    became = [*late, *disputed_blocks(entry), *fate_blocks(entry)]
    return [lines(head), words_of, *became, _boxes(entry, shown)]


def _boxes(entry: Entry, shown: PromiseShown) -> Block:
    return lines(*(_box(entry.initials.get(side), side, shown) for side in Side))


def _box(given: Initial | None, side: Side, shown: PromiseShown) -> Row:
    name = said.ledger.SIDES[side]
    owner = shown.ae if side is Side.AE else shown.csm
    if given is None:
        # By name, for a mention in each of many new messages would call them as often.
        return [words(f"⚪ {name} {isolate(owner.name) if owner else said.ledger.NO_CSM}")]
    return _given(given, name)


def _given(given: Initial, name: str) -> Row:
    row: Row = [words(f"✍️ {name} {isolate(given.by.name)} "), when(given.at)]
    if given.delivery is Delivery.CAN:
        row.append(words(f" · {said.ledger.CAN}"))
    if given.delivery is Delivery.CHECK:
        row.append(words(f" · {said.ledger.checks(given.check_with)}"))
    return row


def _buttons(shown: PromiseShown) -> list[ButtonElement | OverflowMenuElement]:
    """What it needs now as buttons, three at most, and the rest in the menu, five at most."""
    entry = shown.entry
    ref = Ref(handoff=shown.handoff_id, entry=entry.promise.id, revision=entry.promise.version)
    signs = [] if entry.signed else [ActionId.INITIAL_PROMISE]
    disputes = entry.dispute is None and not entry.none_made
    choices: list[MoreChoice] = []
    if shown.after_kickoff and disputes and not entry.undealt:
        pressed = [action for action, fate in _FATES.items() if entry.fate is not fate]
        choices += [MoreChoice.INITIAL_PROMISE] if signs else []
        choices.append(MoreChoice.DISPUTE)
    else:
        late = ActionId.OPEN_DECIDE_LATE if shown.after_kickoff else ActionId.OPEN_TALKED
        pressed = [
            *signs,
            *([late] if entry.undealt else []),
            *([ActionId.OPEN_DISPUTE] if disputes else []),
        ]
    if not entry.none_made:
        choices.append(MoreChoice.PROMISE_CHANGE)
    choices.append(MoreChoice.PROMISE_HISTORY)
    if entry.initials:
        choices.append(MoreChoice.TAKE_BACK_INITIAL)
    if entry.dispute is not None:
        choices.append(MoreChoice.TAKE_BACK_DISPUTE)
    options = [
        Option(
            value=ref.model_copy(update={"thing": choice.value}).dump(),
            text=plain(said.buttons.MORE_CHOICES[choice]),
        )
        for choice in choices
    ]
    first = (ActionId.INITIAL_PROMISE, ActionId.PROMISE_DELIVERED)
    row = [
        button(action, said.buttons.BUTTONS[action], ref, primary=action in first)
        for action in pressed
    ]
    return [*row, OverflowMenuElement(action_id=ActionId.MORE.value, options=options)]


def initial_view(
    handoff_id: int,
    account: str,
    entry: Entry,
    *,
    side: Side,
    left: int | None = None,
) -> View:
    """One entry, whole, for whoever initials it; the CSM says whether they can deliver it.

    `left` is how many more follow where somebody goes through all that waits for them.
    """
    promise = entry.promise
    place = Place("initial", entry=promise.id, revision=promise.version)
    one_by_one = ONE_BY_ONE if left is not None else None
    title = said.ledger.title(promise.number, none_made=entry.none_made)
    blocks: list[Block] = [as_typed(account)]
    if left is not None:
        blocks.append(context(said.ledger.more_left(left)))
    blocks.append(lines([words(title, bold=True)]))
    if not entry.none_made:
        blocks += [
            as_typed(promise.text.words),
            plain_section(said.brief.promise_details(promise)),
            *([context(said.ledger.LATE[entry.late])] if entry.late is not None else []),
            *disputed_blocks(entry),
        ]
    blocks.append(plain_section(said.ledger.MEANS[side]))
    if side is Side.CSM and not entry.none_made:
        answers = [
            option(Delivery.CAN.value, said.ledger.CAN_DELIVER),
            option(Delivery.CHECK.value, said.ledger.TO_CHECK),
        ]
        blocks += [
            choice_input(place, Field.DELIVERY, answers, ""),
            text_input(place, Field.CHECK_WITH, optional=True, longest=LONGEST_CHECK),
        ]
    if entry.dispute is None and not entry.none_made:
        ref = Ref(handoff=handoff_id, entry=promise.id, revision=promise.version)
        action = ActionId.OPEN_DISPUTE
        blocks += actions([button(action, said.buttons.BUTTONS[action], ref)])
    return form(
        ViewId.INITIAL,
        Ref(
            handoff=handoff_id,
            entry=promise.id,
            revision=promise.version,
            thing=one_by_one,
        ),
        blocks,
        title=said.forms.FORM_TITLES[ViewId.INITIAL],
        submit=said.forms.FORM_SUBMITS[ViewId.INITIAL],
        close=said.forms.CLOSE,
    )


def ledger_view(ledger: LedgerPage, *, page: int = 0, told: str = "") -> View:
    """Every entry with its boxes, some on a page, and the way through what waits for the viewer.

    `told` is what the viewer's last press led to.
    """
    pages = [ledger.entries[at : at + EACH] for at in range(0, len(ledger.entries), EACH)] or [()]
    here = min(max(page, 0), len(pages) - 1)
    blocks: list[Block] = [as_typed(ledger.account), context(_state(ledger, here, len(pages)))]
    about = Ref(handoff=ledger.handoff_id)
    action = ActionId.INITIAL_ALL
    if ledger.waiting:
        label = said.ledger.initial_all(ledger.waiting)
        blocks += actions([button(action, label, about, primary=True)])
    if told:
        blocks.append(plain_section(told))
    if ledger.incomplete:
        blocks.append(context(said.ledger.incomplete(ledger.incomplete)))
    for shown in pages[here]:
        blocks += _in_page(shown, settles=shown.entry.promise.number in ledger.settles)
    if ledger.refused and here == len(pages) - 1:
        label = said.forms.FIELDS[Field.REFUSED].label
        blocks += [lines([words(label, bold=True)]), as_typed(ledger.refused)]
    # Within one row of buttons Slack wants different action ids: each way gets its own row.
    for label, target in (
        (said.whole.PAGE_BACK, here - 1),
        (said.whole.PAGE_ON, here + 1),
    ):
        if 0 <= target < len(pages):
            ref = about.model_copy(update={"page": target})
            blocks += actions([button(ActionId.OPEN_LEDGER, label, ref)])
    if ledger.entries:
        action, ref = ActionId.LEDGER_FILE, about.model_copy(update={"page": here})
        blocks += actions([button(action, said.buttons.BUTTONS[action], ref)])
    return form(
        ViewId.LEDGER,
        Ref(handoff=ledger.handoff_id, page=here),
        blocks,
        title=said.forms.FORM_TITLES[ViewId.LEDGER],
        close=said.forms.CLOSE,
    )


def _state(ledger: LedgerPage, here: int, pages: int) -> str:
    told = said.ledger.state(ledger.signing, withdrawn=ledger.withdrawn)
    if ledger.late:
        told = f"{told} · {said.ledger.late(ledger.late)}"
    return f"{told} · {said.brief.page_of(here, pages)}" if pages > 1 else told


def _in_page(shown: PromiseShown, *, settles: bool) -> list[Block]:
    entry = shown.entry
    ref = Ref(handoff=shown.handoff_id, entry=entry.promise.id, revision=entry.promise.version)
    action = ActionId.PROMISE_HISTORY
    if not entry.open:
        title = said.ledger.title(entry.promise.number, none_made=entry.none_made)
        told = said.ledger.WITHDRAWN_LINE.format(title=title)
        rest = one_line(entry.promise.text.words, LINE)
        gone: list[Block] = [lines([words(told)]), as_typed(rest)]
        if entry.reason:
            gone.append(as_typed(f"{said.ledger.BECAUSE} {entry.reason}"))
        return [*gone, *actions([button(action, said.buttons.BUTTONS[action], ref)])]
    short = replace(
        entry.promise,
        text=replace(entry.promise.text, words=one_line(entry.promise.text.words, 4 * LINE)),
    )
    rows = _entry(replace(entry, promise=short), shown)
    settle = ActionId.OPEN_SETTLE
    pressed = [button(settle, said.buttons.BUTTONS[settle], ref)] if settles else []
    pressed.append(button(action, said.buttons.BUTTONS[action], ref))
    return [*rows, *actions(pressed)]


def promise_history_view(history: PromiseHistory) -> View:
    """What was disputed about a promise, and every wording with its initials, the newest first."""
    blocks: list[Block] = [as_typed(history.account), *past_blocks(history.disputes)]
    for wording in history.wordings[:MOST_WORDINGS]:
        by = mention(wording.by) if wording.by else said.terms.SOMEBODY
        blocks.append(context(said.ledger.wording(wording.version, by, instant_token(wording.at))))
        blocks.append(as_typed(truncate(wording.words, HISTORY_WORDS)))
        if wording.initials:
            rows = (_given(one, said.ledger.SIDES[one.side]) for one in wording.initials)
            blocks.append(lines(*rows))
    if (left := len(history.wordings) - MOST_WORDINGS) > 0:
        blocks.append(context(said.ledger.older(left)))
    return form(
        ViewId.PROMISE_HISTORY,
        Ref(handoff=history.handoff_id),
        blocks,
        title=said.ledger.title(history.number, none_made=False),
        close=said.forms.CLOSE,
    )


def not_taken_message(account: str, sentence: str) -> Message:
    """To whoever reacted to a promise, where that changed nothing."""
    told = f"{one_line(account)}: {sentence}"
    return Message(escape(told), (plain_section(told),))
