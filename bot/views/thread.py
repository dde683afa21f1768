"""What is said once: below the card, and in a DM or to one person about it."""

from collections.abc import Mapping

from slack_sdk.models.blocks import Block

from bot.domain.errors import Problem
from bot.domain.history import Tag
from bot.domain.notices import JobSource, NoticeKind
from bot.domain.read_models import Card, NamedPerson
from bot.views import sentences as said
from bot.views.card import Row
from bot.views.ids import ActionId
from bot.views.message import (
    Message,
    actions,
    button,
    lines,
    plain_section,
    section,
    when,
    words,
)
from bot.views.payload import Ref
from bot.views.text import channel_link, escape, instant_token, isolate, mention, one_line

_SOMEBODY = "The bot"


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
    actor = people.get(int(facts.get("actor", 0)))
    by = isolate(actor.name) if actor else _SOMEBODY
    if kind is NoticeKind.SIGNATURE_CORRECTED:
        return _signature_corrected(card, by)
    version = int(facts.get("version", card.brief_version))
    sentence = {
        NoticeKind.ACKNOWLEDGED: said.thread_acknowledged(by, version),
        NoticeKind.ACKNOWLEDGE_UNDONE: said.thread_acknowledge_undone(by),
        NoticeKind.CANCELLED: said.thread_cancelled(by),
        NoticeKind.CANCEL_UNDONE: said.thread_cancel_undone(by),
    }[kind]
    return Message(f"{_account(card)}: {escape(sentence)}", (plain_section(sentence),))


def _csm_mention(card: Card, csm: NamedPerson | None) -> Message:
    if csm is None:
        raise KeyError(NoticeKind.CSM_MENTION)
    sentence = said.THREAD_CSM.format(csm=mention(csm))
    if card.next is not None and card.next.owner is not None and card.next.owner.id == csm.id:
        sentence += f", due {instant_token(card.next.due_at)}"
    return Message(f"{_account(card)}: {sentence}.", (section(f"{sentence}."),))


def _signature_corrected(card: Card, by: str) -> Message:
    lead = said.THREAD_SIGNED.format(by=by)
    if card.signed_at is None:
        raise KeyError(NoticeKind.SIGNATURE_CORRECTED)
    row: Row = [words(lead), when(card.signed_at), words(said.THREAD_SIGNED_END)]
    text = f"{escape(lead)}{instant_token(card.signed_at)}{said.THREAD_SIGNED_END}"
    return Message(f"{_account(card)}: {text}", (lines(row),))


def bot_posted_message(card: Card) -> Message:
    """One line to the AE after the bot posted the message at its due time."""
    left = said.open_items(card.completeness)
    holes = said.BOT_POSTED_HOLES.format(items=left) if left else said.BOT_POSTED_FULL
    posted, text = [words(one_line(card.account), bold=True), words(f": {said.BOT_POSTED}")], ""
    if card.posted_at is not None:
        posted += [words(", "), when(card.posted_at)]
        text = f", {instant_token(card.posted_at)}"
    rows: list[Row] = [posted, [words(holes)]]
    about = Ref(handoff=card.handoff_id)
    write = ActionId.WRITE_BRIEF
    pressed = [] if card.gate_passed else [button(write, said.BUTTONS[write], about, primary=True)]
    look = button(ActionId.OPEN_HANDOFF, said.BUTTONS[ActionId.OPEN_HANDOFF], about)
    blocks: list[Block] = [lines(*rows), *actions([*pressed, look])]
    return Message(f"{_account(card)}: {said.BOT_POSTED}{text}.", tuple(blocks))


def cannot_post_message(card: Card, *, problem: Problem, channel_slack_id: str) -> Message:
    """To the AE: why the handoff message does not stand in its channel, and what to do.

    Raises KeyError for a problem that keeps no message from being posted.
    """
    why, remedy = said.CANNOT_POST[problem]
    told = said.CANNOT_POST_BECAUSE.format(why=why)
    waits = card.posted_at is None
    then = said.CANNOT_POST_PRESS if waits else said.CANNOT_POST_ITSELF
    about = Ref(handoff=card.handoff_id)
    press = ActionId.PREVIEW_MESSAGE if waits else ActionId.OPEN_HANDOFF
    blocks: list[Block] = [
        section(f"{_account(card)} · {channel_link(channel_slack_id)}"),
        plain_section(told),
        plain_section(f"{remedy} {then}"),
        plain_section(said.CANNOT_POST_ELSEWHERE),
        *actions([button(press, said.BUTTONS[press], about, primary=waits)]),
    ]
    return Message(f"{_account(card)}: {told}", tuple(blocks))


def undo_offer_message(handoff_id: int, tag: Tag, *, minutes: int = 10) -> Message:
    """Shown to the one who acted, for as long as the act can be taken back; `minutes` by policy.

    Raises KeyError for an act that cannot be taken back.
    """
    done, undo = said.UNDO_OFFERS[tag]
    sentence = f"{done} {said.UNDO_FOR.format(minutes=minutes)}"
    press = button(undo, said.BUTTONS[undo], Ref(handoff=handoff_id))
    return Message(sentence, (plain_section(sentence), *actions([press])))


def invite_by_hand_message(card: Card, csm: NamedPerson) -> Message:
    """The line to type where the bot could not invite the CSM itself."""
    lead = said.INVITE_BY_HAND.format(account=one_line(card.account), csm=isolate(csm.name))
    line = said.INVITE_LINE.format(csm=csm.name)
    return Message(escape(f"{lead} {line}"), (plain_section(lead), plain_section(line)))


def unconfirmed_message(
    card: Card, *, source: JobSource, entry: int, channel_slack_id: str
) -> Message:
    """Whether something arrived in the channel is asked of somebody who can look.

    `source` and `entry` say what would be posted again: a surface, which is the card, or a
    notice, by its row's id.
    """
    told = said.UNCONFIRMED_CARD if source is JobSource.SURFACE else said.UNCONFIRMED_LINE
    where = section(f"{_account(card)} · {channel_link(channel_slack_id)}")
    again = button(
        ActionId.POST_AGAIN,
        said.BUTTONS[ActionId.POST_AGAIN],
        Ref(handoff=card.handoff_id, thing=source.value, entry=entry),
    )
    return Message(f"{_account(card)}: {told}", (where, plain_section(told), *actions([again])))


def welcome_message() -> Message:
    """The first DM: what the bot will send, and how to quieten it."""
    return Message(said.WELCOME[0], tuple(plain_section(line) for line in said.WELCOME))


def _account(card: Card) -> str:
    return escape(one_line(card.account))
