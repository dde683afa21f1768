"""What is said once: below the card, and in a DM or to one person about it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from slack_sdk.models.blocks import Block

from bot.domain.errors import Problem
from bot.domain.handoff import CAME, WENT
from bot.domain.history import Tag
from bot.domain.items import SectionKey
from bot.domain.notices import JobSource, NoticeKind
from bot.domain.policy import Tier
from bot.domain.read_models import Because, Card, Light, NamedPerson, StepLine
from bot.domain.size import AddOn, Size
from bot.views import sentences as said
from bot.views.blocks import as_typed
from bot.views.card import Row
from bot.views.guide import step_button
from bot.views.ids import ActionId
from bot.views.message import (
    Message,
    actions,
    button,
    lines,
    plain_section,
    section,
    when,
    who,
    words,
)
from bot.views.payload import Ref
from bot.views.text import channel_link, escape, instant_token, isolate, mention, one_line

_SOMEBODY = "The bot"
_ELSEWHERE = (ActionId.OPEN_MAKE_CHANNEL, ActionId.OPEN_MOVE)
"""How a handoff gets out of a channel that may not hold it."""


def thread_message(
    kind: NoticeKind,
    card: Card,
    facts: Mapping[str, str | int],
    people: Mapping[int, NamedPerson],
) -> Message:
    """A reply below the card; only the CSM who must act now is mentioned, others are named.

    Raises KeyError for a notice that is no thread reply.
    """
    if kind is NoticeKind.CSM_MENTION:
        return _csm_mention(card, people.get(int(facts["csm"])))
    actor, csm = (people.get(int(facts.get(name, 0))) for name in ("actor", "csm"))
    by = isolate(actor.name) if actor else _SOMEBODY
    reader = isolate(csm.name) if csm else None
    if kind is NoticeKind.ANCHOR:
        return anchor_message(card, facts)
    version = int(facts.get("version", card.brief_version))
    sentence = {
        NoticeKind.ACKNOWLEDGED: said.thread.thread_acknowledged(by, version, reader),
        NoticeKind.ACKNOWLEDGE_UNDONE: said.thread.thread_acknowledge_undone(by),
        NoticeKind.CANCEL_UNDONE: said.thread.thread_cancel_undone(by),
    }[kind]
    return Message(f"{_account(card)}: {escape(sentence)}", (plain_section(sentence),))


def size_changed_message(
    card: Card,
    facts: Mapping[str, str | int],
    by: NamedPerson | None,
    size: Size,
    *,
    in_thread: bool = True,
) -> Message:
    """What a changed deal gets now and no longer; `size` is as the readers may know it.

    Below the card, or to one of those who plan by it.
    """
    told = said.thread.size_changed(
        isolate(by.name) if by else _SOMEBODY,
        Tier(str(facts["tier"])) if "tier" in facts else None,
        [said.deal.add_on_of(size, one) for one in AddOn if facts.get(one.value) == CAME],
        [said.terms.ADD_ON_NAMES[one] for one in AddOn if facts.get(one.value) == WENT],
    )
    return _line(card, told, ()) if in_thread else _line(card, told, (ActionId.OPEN_HANDOFF,))


def outdated_message(
    card: Card,
    facts: Mapping[str, str | int],
    people: Mapping[int, NamedPerson],
    *,
    in_thread: bool = True,
) -> Message:
    """Which change made an acknowledgement one of what is no longer so."""
    actor, csm = (people.get(int(facts.get(name, 0))) for name in ("actor", "csm"))
    by = isolate(actor.name) if actor else _SOMEBODY
    changed, number = Tag(str(facts["changed"])), int(facts.get("number", 0))
    if in_thread:
        reader = isolate(csm.name) if csm else said.terms.SOMEBODY
        own = actor is not None and actor == csm
        line = said.thread.outdated(by, changed, number, None if own else reader)
        return _line(card, line, ())
    told = said.thread.outdated_for_csm(by, changed, number)
    return _line(card, told, (ActionId.OPEN_HANDOFF, ActionId.ACKNOWLEDGE))


def promise_changed_message(
    card: Card,
    facts: Mapping[str, str | int],
    people: Mapping[int, NamedPerson],
    *,
    in_thread: bool = True,
) -> Message:
    """That customer success reworded or withdrew a promise: below the card, or to the AE."""
    actor = people.get(int(facts.get("actor", 0)))
    by = isolate(actor.name) if actor else _SOMEBODY
    changed, number = Tag(str(facts["changed"])), int(facts["number"])
    if in_thread:
        return _line(card, said.thread.promise_changed(by, changed, number), ())
    told = said.thread.promise_changed_for_ae(by, changed, number)
    return _line(card, told, (ActionId.OPEN_HANDOFF,))


def recorded_for_message(card: Card, facts: Mapping[str, str | int], by: NamedPerson) -> Message:
    """To the owner of a step: who recorded it for them, and the way to their reason."""
    told = said.thread.recorded_for(isolate(by.name), Tag(str(facts["tag"])))
    return _line(card, told, (ActionId.OPEN_HANDOFF,))


def overridden_message(card: Card, by: NamedPerson | None, reason: str) -> Message:
    """To the AE, whose deal may be closed as won because somebody else said so."""
    told = said.thread.overridden(isolate(by.name) if by else _SOMEBODY)
    return _with_reason(card, told, reason)


def hold_lifted_message(card: Card, by: NamedPerson | None, reason: str) -> Message:
    """To AE and CSM: the intro need not wait for the call any more."""
    told = said.thread.hold_lifted(isolate(by.name) if by else _SOMEBODY)
    return _with_reason(card, told, reason)


def _with_reason(card: Card, told: str, reason: str) -> Message:
    line = _line(card, told, (ActionId.OPEN_HANDOFF,))
    lead, *presses = line.blocks
    return Message(line.text, (lead, as_typed(reason), *presses))


def _line(card: Card, told: str, pressed: Sequence[ActionId]) -> Message:
    """One sentence, below the card; with buttons it goes to one person and names the account."""
    about = Ref(handoff=card.handoff_id, revision=card.brief_version)
    buttons = [button(one, said.buttons.BUTTONS[one], about) for one in pressed]
    account = [words(one_line(card.account), bold=True), words(f": {told}")]
    blocks = (lines(account), *actions(buttons)) if buttons else (plain_section(told),)
    return Message(f"{_account(card)}: {escape(told)}", blocks)


def _csm_mention(card: Card, csm: NamedPerson | None) -> Message:
    if csm is None:
        raise KeyError(NoticeKind.CSM_MENTION)
    sentence = said.thread.THREAD_CSM.format(csm=mention(csm))
    due = card.next is not None and card.next.light is not Light.UNTIMED
    if due and card.next and card.next.owner is not None and card.next.owner.id == csm.id:
        sentence += f", due {instant_token(card.next.due_at)}"
    return Message(f"{_account(card)}: {sentence}.", (section(f"{sentence}."),))


def signature_corrected_message(
    card: Card,
    facts: Mapping[str, str | int],
    by: NamedPerson | None,
    moved: Sequence[StepLine],
) -> Message:
    """A reply below the card: from when to when, and which owed steps moved with it."""
    before, after = (datetime.fromisoformat(str(facts[name])) for name in ("before", "signed_at"))
    lead = said.thread.signature_corrected(isolate(by.name) if by else _SOMEBODY)
    rows: list[Row] = [
        [words(lead), when(before), words(said.thread.TO_INSTANT), when(after), words(".")],
        *_moved(moved),
    ]
    text = f"{escape(lead)}{instant_token(before)}{said.thread.TO_INSTANT}{instant_token(after)}."
    return Message(f"{_account(card)}: {text}", (lines(*rows),))


def due_moved_message(card: Card, by: NamedPerson | None, moved: Sequence[StepLine]) -> Message:
    """To the owner of steps that are due at another time, because somebody corrected the signature.

    `moved` are theirs, and not empty.
    """
    first = min(moved, key=lambda line: line.due_at)
    lead = said.thread.due_moved(isolate(by.name) if by else _SOMEBODY)
    rows: list[Row] = [[words(one_line(card.account), bold=True), words(f": {lead}")]]
    rows += _moved(moved)
    does, look = step_button(first.step, first.left), ActionId.OPEN_HANDOFF
    pressed = [
        button(
            does,
            said.buttons.BUTTONS[does],
            Ref(handoff=card.handoff_id, revision=card.brief_version),
            primary=True,
        ),
        button(look, said.buttons.BUTTONS[look], Ref(handoff=card.handoff_id)),
    ]
    due = said.reminders.WAS_DUE if first.light is Light.LATE else said.reminders.DUE
    text = f"{said.terms.step_name(first.step, first.left)} {due}{instant_token(first.due_at)}."
    return Message(f"{_account(card)}: {text}", (lines(*rows), *actions(pressed)))


def _moved(moved: Sequence[StepLine]) -> list[Row]:
    return [
        [
            words(said.thread.due_now(one.step, late=one.light is Light.LATE)),
            when(one.due_at),
            words("."),
        ]
        for one in moved
    ]


def anchor_message(card: Card, facts: Mapping[str, str | int]) -> Message:
    """How long the history is and its last hash, below the card and to AE and CSM."""
    told = said.thread.anchor(
        one_line(card.account),
        count=int(facts["count"]),
        head=str(facts["head"]),
        version=int(facts.get("version", card.brief_version)),
        signed="signed" in facts,
        closed="closed" in facts,
    )
    return Message(escape(told), (plain_section(told),))


def sent_back_message(card: Card, because: Because) -> Message:
    """To an AE who was writing the brief when the CSM sent it back: what they ask."""
    by = isolate(because.by.name) if because.by else said.terms.SOMEBODY
    told = said.guide.because(because.of, by, because.items)
    write, gives = ActionId.WRITE_BRIEF, ActionId.RETURN_BRIEF
    about = Ref(handoff=card.handoff_id)
    blocks: list[Block] = [
        as_typed(one_line(card.account)),
        plain_section(told),
        as_typed(because.words),
        *actions(
            [
                button(write, said.buttons.BUTTONS[write], about, primary=True),
                button(gives, said.buttons.BUTTONS[gives], about),
            ]
        ),
    ]
    return Message(f"{_account(card)}: {escape(told)}", tuple(blocks))


def bot_posted_message(card: Card) -> Message:
    """One line to the AE after the bot posted the message at its due time.

    Raises KeyError for a card that was not posted.
    """
    left = said.terms.open_items(card.completeness)
    holes = (
        said.notices.BOT_POSTED_HOLES.format(items=left) if left else said.notices.BOT_POSTED_FULL
    )
    if card.posted_at is None:
        raise KeyError(NoticeKind.BOT_POSTED)
    posted: Row = [words(one_line(card.account), bold=True), words(f": {said.notices.BOT_POSTED}")]
    posted += [when(card.posted_at), words(said.notices.BOT_POSTED_WHY)]
    rows: list[Row] = [posted, [words(holes)]]
    about = Ref(handoff=card.handoff_id)
    write = ActionId.WRITE_BRIEF
    pressed = (
        []
        if card.gate_passed
        else [button(write, said.buttons.BUTTONS[write], about, primary=True)]
    )
    look = button(ActionId.OPEN_HANDOFF, said.buttons.BUTTONS[ActionId.OPEN_HANDOFF], about)
    blocks: list[Block] = [lines(*rows), *actions([*pressed, look])]
    text = f"{said.notices.BOT_POSTED}{instant_token(card.posted_at)}{said.notices.BOT_POSTED_WHY}"
    return Message(f"{_account(card)}: {text}", tuple(blocks))


def cannot_post_message(
    card: Card, *, problem: Problem, channel_slack_id: str, stood: bool = False
) -> Message:
    """To the AE: why the handoff message does not stand in its channel, and what to do.

    `stood`: it did, and was replaced. Raises KeyError for a problem that keeps no message from
    being posted.
    """
    why, remedy = said.notices.CANNOT_POST[problem]
    told = (said.notices.TAKEN_BACK_BECAUSE if stood else said.notices.CANNOT_POST_BECAUSE).format(
        why=why
    )
    waits = card.posted_at is None and not stood
    then = said.notices.CANNOT_POST_PRESS if waits else said.notices.CANNOT_POST_ITSELF
    about = Ref(handoff=card.handoff_id)
    press = ActionId.PREVIEW_MESSAGE if waits else ActionId.OPEN_HANDOFF
    blocks: list[Block] = [
        section(f"{_account(card)} · {channel_link(channel_slack_id)}"),
        plain_section(said.terms.at_start(told)),
        plain_section(f"{remedy} {then}"),
        plain_section(said.notices.CANNOT_POST_ELSEWHERE),
        *actions(
            [
                button(press, said.buttons.BUTTONS[press], about, primary=waits),
                *(button(way, said.buttons.BUTTONS[way], about) for way in _ELSEWHERE),
            ]
        ),
    ]
    return Message(f"{_account(card)}: {told}", tuple(blocks))


def where_next_message(
    card: Card, *, problem: Problem, channel_slack_id: str, stands: bool
) -> Message:
    """To the AE: their channel cannot be used any more, and where shall the handoff go on.

    `stands`: its message is there and cannot be edited. Raises KeyError for another problem.
    """
    what, remedy = said.notices.WHERE_NEXT[problem]
    meanwhile = said.notices.WHERE_NEXT_MEANWHILE
    if stands:
        meanwhile = f"{meanwhile} {said.notices.WHERE_NEXT_STANDS}"
    about = Ref(handoff=card.handoff_id)
    ways = (*_ELSEWHERE[::-1], ActionId.OPEN_HANDOFF)
    blocks: list[Block] = [
        section(f"{_account(card)} · {channel_link(channel_slack_id)}"),
        plain_section(said.terms.at_start(what)),
        plain_section(meanwhile),
        plain_section(said.notices.WHERE_NEXT_ASKS.format(remedy=remedy)),
        *actions(button(way, said.buttons.BUTTONS[way], about) for way in ways),
    ]
    return Message(f"{_account(card)}: {what}", tuple(blocks))


def undo_offer_message(handoff_id: int, tag: Tag, *, minutes: int = 10) -> Message:
    """Shown to the one who acted, for as long as the act can be taken back; `minutes` by policy.

    Raises KeyError for an act that cannot be taken back.
    """
    done, undo = said.notices.UNDO_OFFERS[tag]
    sentence = f"{done} {said.notices.UNDO_FOR.format(minutes=minutes)}"
    press = button(undo, said.buttons.BUTTONS[undo], Ref(handoff=handoff_id))
    return Message(sentence, (plain_section(sentence), *actions([press])))


def invite_by_hand_message(card: Card, csm: NamedPerson) -> Message:
    """The line to type where the bot could not invite the CSM itself."""
    lead = said.notices.INVITE_BY_HAND.format(account=one_line(card.account), csm=isolate(csm.name))
    line = said.notices.INVITE_LINE.format(csm=csm.name)
    return Message(escape(f"{lead} {line}"), (plain_section(lead), plain_section(line)))


def helper_message(card: Card, sections: Collection[SectionKey]) -> Message:
    """To a colleague whom the AE asked to fill these sections."""
    told = said.notices.HELP_WANTED.format(sections=said.brief.sections_named(sections))
    row: Row = [who(card.ae), words(f" {told}")]
    write = button(
        ActionId.WRITE_BRIEF,
        said.buttons.BUTTONS[ActionId.WRITE_BRIEF],
        Ref(handoff=card.handoff_id),
        primary=True,
    )
    blocks: list[Block] = [
        lines([words(one_line(card.account), bold=True)], row),
        plain_section(said.notices.HELP_SAVED),
        *actions([write]),
    ]
    return Message(f"{_account(card)}: {mention(card.ae)} {told}", tuple(blocks))


def unconfirmed_message(
    card: Card, *, source: JobSource, entry: int, is_card: bool, channel_slack_id: str
) -> Message:
    """Whether something arrived in the channel is asked of somebody who can look.

    `source` and `entry` say what would be posted again: a surface, which is the card or a promise
    below it, or a notice, by its row's id.
    """
    told = said.notices.UNCONFIRMED_CARD if is_card else said.notices.UNCONFIRMED_LINE
    where = section(f"{_account(card)} · {channel_link(channel_slack_id)}")
    again = button(
        ActionId.POST_AGAIN,
        said.buttons.BUTTONS[ActionId.POST_AGAIN],
        Ref(handoff=card.handoff_id, thing=source.value, entry=entry),
    )
    return Message(f"{_account(card)}: {told}", (where, plain_section(told), *actions([again])))


def withdrawn_message() -> Message:
    """What is left of a message that others may read, where it cannot be taken away."""
    return Message(said.card.WITHDRAWN, (plain_section(said.card.WITHDRAWN),))


def welcome_message() -> Message:
    """The first DM: what the bot will send, and how to quieten it."""
    return Message(
        said.notices.WELCOME[0], tuple(plain_section(line) for line in said.notices.WELCOME)
    )


def _account(card: Card) -> str:
    return escape(one_line(card.account))
