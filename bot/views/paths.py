"""What handoffs are linked to, the ways beside the straight one, and the forms on them."""

from collections.abc import Sequence
from typing import Final

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.domain.handoff import LONGEST_REASON, State
from bot.domain.linked import Linked
from bot.domain.notices import NoticeKind
from bot.domain.partner import LONGEST_TEXT, PartnerForm, PartnerSide, as_line
from bot.domain.path_pages import Fell, PathsPage
from bot.domain.read_models import Card, NamedPerson
from bot.domain.reopening import Booked
from bot.views import sentences
from bot.views.blocks import Place, as_typed, form, small_as_typed, text_input
from bot.views.ids import ActionId, Field, ViewId
from bot.views.limits import LINE, SECTION_TEXT, truncate
from bot.views.links import links_line
from bot.views.message import (
    Message,
    actions,
    button,
    context,
    labelled,
    lines,
    plain_section,
    section,
    when,
    words,
)
from bot.views.payload import Ref
from bot.views.text import escape, instant_token, isolate, mention, one_line

BOOKS: Final = {
    Booked.BRIEFING: ActionId.OPEN_BOOKING,
    Booked.KICKOFF: ActionId.OPEN_KICKOFF_BOOKING,
}
"""The ways to book anew what fell with a cancellation."""


def link_blocks(linked: Sequence[Linked]) -> list[Block]:
    """Each other handoff, with the way to it for who may know of it."""
    blocks: list[Block] = []
    for one in linked:
        line = links_line([one])
        if one.state is State.CANCELLED:
            line += f" ({sentences.whole.WHOLE_CANCELLED})"
        look = ActionId.OPEN_HANDOFF
        press = button(look, sentences.buttons.BUTTONS[look], Ref(handoff=one.link.other_id))
        # Within one view an action id stands in several rows only with rows of its own.
        blocks += [plain_section(line), *(actions([press]) if one.account else ())]
    return blocks


def path_blocks(card: Card, paths: PathsPage) -> list[Block]:
    """What the deal is linked to, and what this viewer may do about where it goes."""
    blocks: list[Block] = []
    if paths.reopened_at is not None:
        told = sentences.paths.reopened_on(instant_token(paths.reopened_at))
        blocks.append(context(sentences.terms.at_start(told)))
    blocks += link_blocks(card.linked)
    about = Ref(handoff=card.handoff_id)
    offered = (
        (ActionId.UNDO_CANCEL, paths.undoes),
        (ActionId.OPEN_REOPEN, paths.reopens),
        (ActionId.OPEN_AMEND, paths.amends),
        (ActionId.OPEN_MOVE, paths.moves),
    )
    pressed = [
        button(one, sentences.buttons.BUTTONS[one], about) for one, wanted in offered if wanted
    ]
    return [*blocks, *actions(pressed)]


def partner_blocks(paths: PathsPage) -> list[Block]:
    """The partner's side for who may read it."""
    blocks: list[Block] = []
    side = paths.partner
    if side is not None:
        blocks += _side(side)
        if paths.partner_at is not None:
            by = mention(paths.partner_by) if paths.partner_by else sentences.terms.SOMEBODY
            blocks.append(context(f"{by} · {instant_token(paths.partner_at)}"))
    elif paths.enters_partner:
        blocks.append(context(sentences.paths.PARTNER_NOBODY))
    return blocks


def partner_length(paths: PathsPage) -> int:
    """Characters that people wrote of the partner's side."""
    side = paths.partner
    if side is None:
        return 0
    people = sum(len(as_line(one)) for one in side.people)
    return people + len(side.lives) + len(side.source)


def _side(side: PartnerSide) -> list[Block]:
    blocks: list[Block] = []
    if side.people:
        rows = [[words(sentences.paths.PARTNER_PEOPLE, bold=True)]]
        rows += [[words(one_line(as_line(one), LINE))] for one in side.people]
        blocks.append(lines(*rows))
    if side.lives:
        text = truncate(side.lives, SECTION_TEXT)
        blocks.append(labelled(sentences.paths.PARTNER_LIVES, text))
    if side.source:
        source = f"{sentences.paths.PARTNER_SOURCE}: {truncate(side.source, SECTION_TEXT)}"
        blocks.append(small_as_typed(source))
    return blocks


def partner_view(shown: PartnerForm) -> View:
    """The partner's side as it was entered last; one of their people a line."""
    place = Place("partner", entry=shown.handoff_id, revision=shown.revision)
    side = shown.side
    blocks: list[Block] = [
        as_typed(shown.account),
        section(sentences.paths.PARTNER_MEANS),
        text_input(
            place,
            Field.PARTNER_PEOPLE,
            "\n".join(as_line(one) for one in side.people),
            optional=True,
            multiline=True,
            longest=LONGEST_TEXT,
        ),
        text_input(
            place,
            Field.PARTNER_LIVES,
            side.lives,
            optional=True,
            multiline=True,
            longest=LONGEST_TEXT,
        ),
        text_input(
            place,
            Field.SOURCE,
            side.source,
            optional=True,
            longest=LONGEST_TEXT,
            words=sentences.forms.PARTNER_SOURCE,
        ),
    ]
    return form(
        ViewId.PARTNER,
        Ref(handoff=shown.handoff_id, revision=shown.revision),
        blocks,
        title=sentences.forms.FORM_TITLES[ViewId.PARTNER],
        submit=sentences.forms.FORM_SUBMITS[ViewId.PARTNER],
        close=sentences.forms.CLOSE_UNSAVED,
    )


def reopen_view(handoff_id: int, account: str) -> View:
    """It says what begins anew and who reads the reason before it asks for one."""
    reason = text_input(
        Place("reopen", entry=handoff_id),
        Field.REASON,
        multiline=True,
        longest=LONGEST_REASON,
        words=sentences.forms.REOPEN_REASON,
    )
    return form(
        ViewId.REOPEN,
        Ref(handoff=handoff_id),
        [as_typed(account), section(sentences.paths.REOPEN_MEANS), reason],
        title=sentences.forms.FORM_TITLES[ViewId.REOPEN],
        submit=sentences.forms.FORM_SUBMITS[ViewId.REOPEN],
        close=sentences.forms.CLOSE,
    )


def cancelled_message(
    card: Card,
    by: NamedPerson | None,
    *,
    reason: str = "",
    linked: Sequence[Linked] = (),
    in_thread: bool = True,
) -> Message:
    """That it is over; to one with a part also why, and what the deal became."""
    told = sentences.paths.cancelled(_name(by))
    if in_thread:
        return _in_thread(card, told)
    more: list[Block] = [as_typed(reason)] if reason else []
    more += [plain_section(links_line(linked))] if linked else []
    return _to_one(card, told, *more)


def reopened_message(
    card: Card, by: NamedPerson | None, reason: str, *, fell: Sequence[Fell] = ()
) -> Message:
    """To one with a part: it goes on, and why; without the reason it stands below the card.

    `fell` is what was booked and has no time any more.
    """
    told = sentences.paths.reopened(_name(by))
    if not reason:
        return _in_thread(card, told)
    presses = [BOOKS[one.booked] for one in fell if one.yours]
    return _to_one(card, told, as_typed(reason), *map(_fell, fell), presses=presses)


def _fell(one: Fell) -> Block:
    before, after = sentences.paths.FELL[one.booked], sentences.paths.FELL_AFTER
    return lines([words(before), when(one.at), words(after)])


def linked_message(
    kind: NoticeKind,
    card: Card,
    one: Linked,
    by: NamedPerson | None,
    *,
    promises: int = 0,
    in_thread: bool = True,
) -> Message:
    """What another handoff is to this one now, or is no longer."""
    account = one_line(one.account, LINE) if one.account else None
    onward = one.link.onward
    if kind is NoticeKind.UNLINKED:
        told = sentences.paths.unlink_told(_name(by), account)
    else:
        told = sentences.paths.link_told(
            one.link.kind, _name(by), account, onward=onward, promises=promises
        )
    return _in_thread(card, told) if in_thread else _to_one(card, told)


def _name(by: NamedPerson | None) -> str:
    return isolate(by.name) if by else sentences.terms.SOMEBODY


def _in_thread(card: Card, told: str) -> Message:
    return Message(f"{escape(one_line(card.account))}: {escape(told)}", (plain_section(told),))


def _to_one(card: Card, told: str, *more: Block, presses: Sequence[ActionId] = ()) -> Message:
    about, labels = Ref(handoff=card.handoff_id), sentences.buttons.BUTTONS
    ways = [button(one, labels[one], about) for one in (*presses, ActionId.OPEN_HANDOFF)]
    account = one_line(card.account)
    row = [words(account, bold=True), words(f": {told}")]
    return Message(f"{escape(account)}: {escape(told)}", (lines(row), *more, *actions(ways)))
