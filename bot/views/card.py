"""The handoff message in the deal channel, and its preview, which is the same blocks in a modal."""

from slack_sdk.models.blocks import Block, ContextBlock, DividerBlock
from slack_sdk.models.blocks.block_elements import RichTextElement
from slack_sdk.models.views import View

from bot.domain.brief import Commercials, ContactRole, People, Success, Why
from bot.domain.deadlines import Step
from bot.domain.handoff import State
from bot.domain.policy import Tier
from bot.domain.read_models import Card, Light, NamedPerson, StepLine
from bot.views import sentences as said
from bot.views.blocks import Place, instant_input
from bot.views.ids import ActionId, Field, MoreChoice, ViewId
from bot.views.limits import CARD_CHARACTERS, CARD_FOOT, NAME_SHOWN
from bot.views.links import links_line
from bot.views.message import (
    Message,
    actions,
    button,
    context,
    header,
    lines,
    more,
    mrkdwn,
    plain,
    plain_section,
    section,
    visible_length,
    when,
    who,
    words,
)
from bot.views.payload import Ref
from bot.views.text import channel_link, day, escape, instant_token, mention, money, one_line

WHY = 120
WHY_AT_WORST = 70
"""What is left of it where everything else is as long as it can be."""
METRIC = 80
SHORT = 32
"""Typed words of the card by their room; whole they stand behind *Open handoff*."""

Row = list[RichTextElement]


def card_message(card: Card) -> Message:
    """The card as it stands in the channel; without its buttons while it is only a preview."""
    if card.neutral:
        return Message(said.card.CARD_NEUTRAL, (plain_section(said.card.CARD_NEUTRAL),))
    blocks = _content(card)
    if not card.preview:
        blocks += actions(
            [
                button(
                    ActionId.ACKNOWLEDGE,
                    said.buttons.BUTTONS[ActionId.ACKNOWLEDGE],
                    Ref(handoff=card.handoff_id, revision=card.brief_version),
                    primary=True,
                )
                if card.to_acknowledge
                else None,
                button(
                    ActionId.OPEN_HANDOFF,
                    said.buttons.BUTTONS[ActionId.OPEN_HANDOFF],
                    Ref(handoff=card.handoff_id),
                ),
                # It stands there for all and whatever is behind it: neither says anything.
                button(
                    ActionId.OPEN_RED_FLAGS,
                    said.buttons.BUTTONS[ActionId.OPEN_RED_FLAGS],
                    Ref(handoff=card.handoff_id),
                ),
                more(
                    card.handoff_id,
                    _choices(card),
                    said.buttons.more_choices(signed=card.signed_at is not None),
                ),
            ]
        )
    blocks += [context(f"{mention(one)}{said.managers.CLOSED}") for one in card.gone]
    if card.posted_at is not None:
        by = mention(card.posted_by) if card.posted_by else said.terms.THE_BOT
        blocks.append(context(f"Posted by {by} {instant_token(card.posted_at)}"))
    return Message(_lead(card), tuple(blocks))


def card_left_message(card: Card, *, channel_slack_id: str) -> Message:
    """What is left of a card in the channel that its handoff left for the one named.

    Where others can read, not even that there is another channel is told.
    """
    if card.neutral:
        return card_message(card)
    account = escape(one_line(card.account))
    told = said.card.CARD_LEFT.format(account=account, channel=channel_link(channel_slack_id))
    return Message(told, (section(told),))


def preview_view(card: Card, ref: Ref) -> View:
    """The card in a modal; it can be posted from there once the signature is recorded."""
    lead = said.card.PREVIEW_LEAD
    if card.state is State.CLOSED:
        lead = said.card.PREVIEW_CLOSED
    elif card.state is not State.OPEN:
        lead = said.card.PREVIEW_CANCELLED
    elif card.posted_at is not None:
        lead = said.card.PREVIEW_POSTED
    elif card.signed_at is None:
        lead = said.card.PREVIEW_NOT_SIGNED
    postable = lead is said.card.PREVIEW_LEAD
    # A time that is booked is what the message names, and nobody proposes another one here.
    proposes = postable and (card.kickoff is None or not card.kickoff.booked)
    return View(
        type="modal",
        callback_id=ViewId.PREVIEW.value,
        private_metadata=ref.dump(),
        title=plain(said.card.PREVIEW_TITLE),
        submit=plain(said.card.PREVIEW_SUBMIT) if postable else None,
        close=plain(said.forms.CLOSE),
        blocks=[
            context(lead),
            DividerBlock(),
            *_content(card),
            *([kickoff_input(Place("preview", entry=card.handoff_id), card)] if proposes else []),
        ],
    )


def kickoff_input(place: Place, card: Card) -> Block:
    """The time the AE proposes for the kickoff, which may be left open."""
    kickoff = card.kickoff
    proposed = kickoff.at if kickoff is not None and kickoff.proposed else None
    told = said.forms.KICKOFF_IN_PREVIEW
    return instant_input(place, Field.KICKOFF, proposed, optional=True, words=told)


def kickoff_line(card: Card) -> str:
    """When the kickoff is, as far as anybody knows (mrkdwn); empty where nobody does."""
    if card.kickoff is None:
        return ""
    said_as = said.card.KICKOFF_PROPOSED if card.kickoff.proposed else said.card.KICKOFF_DUE
    if card.kickoff.booked:
        said_as = said.card.KICKOFF_BOOKED
    if card.kickoff.held:
        said_as = said.card.KICKOFF_HELD
    return f"{said_as} {instant_token(card.kickoff.at)}"


def _lead(card: Card) -> str:
    account = escape(one_line(card.account))
    if card.state is State.CANCELLED:
        return f"{account}: the handoff is cancelled."
    if card.outcome is not None:
        return f"{account}: {said.card.closed(said.closing.OUTCOMES[card.outcome])}"
    if card.next is None:
        return f"{account}: {said.card.NOTHING_DUE}"
    if card.next.light is Light.WAITING:
        return f"{account}: the {said.terms.STEP_NAMES[card.next.step]} is waiting."
    step = said.terms.step_name(card.next.step, card.next.left)
    if card.next.light is Light.UNTIMED:
        return f"{account}: {step}, {said.terms.LIGHT_WORDS[Light.UNTIMED]}."
    due = said.reminders.by_when(card.next.light)
    return f"{account}: {step} {due}{instant_token(card.next.due_at)}."


def _content(card: Card) -> list[Block]:
    """The card with all its holes by name, or as many of them as it has room for."""
    named = len(card.completeness.open)
    blocks = _drawn(card, named)
    while named > 1 and visible_length(blocks) > CARD_CHARACTERS - CARD_FOOT:
        named -= 1
        blocks = _drawn(card, named)
    if visible_length(blocks) > CARD_CHARACTERS - CARD_FOOT:
        blocks = _drawn(card, named, why=WHY_AT_WORST)
    return blocks


def _drawn(card: Card, named: int, *, why: int = WHY) -> list[Block]:
    account = one_line(card.account)
    cancelled = card.state is State.CANCELLED
    title = said.card.CARD_CANCELLED if cancelled else said.card.CARD_TITLE
    if card.state is State.CLOSED:
        title = said.card.CARD_CLOSED
    return [
        header(title.format(account=account)),
        _size(card),
        section(_people(card)),
        *([plain_section(linked)] if (linked := links_line(card.linked, longest=SHORT)) else ()),
        DividerBlock(),
        lines(*([words(said.card.NOTHING_DUE)],) if cancelled else _rows(card, named, why)),
    ]


def _size(card: Card) -> ContextBlock:
    kickoff = kickoff_line(card)
    parts = [said.terms.at_start(kickoff)] if kickoff else []
    parts.append(said.card.value_a_year(money(card.value), card.tier))
    if card.two_dates is not None:
        parts.append(said.backfill.CARD)
    if card.signed_at is not None:
        parts.append(f"signed {instant_token(card.signed_at)}")
    elif card.expected_on is not None:
        parts.append(f"signature expected {day(card.expected_on)}")
    if card.plan_signed_at is not None:
        parts.append(said.plan.signed(instant_token(card.plan_signed_at)))
    term = _term(card.brief.commercials)
    told = mrkdwn(" · ".join(parts))
    return ContextBlock(elements=[told, plain(term)] if term else [told])


def _term(deal: Commercials) -> str:
    starts = day(deal.starts_on) if deal.starts_on is not None else ""
    return said.card.term_from(one_line(deal.term, SHORT), starts)


def _people(card: Card) -> str:
    ae = f"AE {mention(card.ae)}"
    if card.csm is not None:
        return f"{ae} → CSM {mention(card.csm)}"
    # Whoever has no turn yet is named, not called for.
    name = escape(one_line(card.proposed_csm.name, NAME_SHOWN)) if card.proposed_csm else ""
    proposed = f"{name} (proposed)" if name else "to be assigned"
    assigns = card.cs_manager if card.state is State.OPEN else None
    manager = f" · {mention(assigns)} assigns the CSM" if assigns else ""
    return f"{ae} → CSM {proposed}{manager}"


def _rows(card: Card, named: int, room: int) -> list[Row]:
    why = why_line(card.brief.why, room)
    # A light deal is not asked why; nothing is missing where nobody wrote it.
    rows = (
        [_labelled(said.card.WHY_NOW, why or said.card.NOT_WRITTEN)]
        if why or _is_full(card)
        else []
    )
    rows += [
        _labelled(said.card.SUCCESS, success_line(card.brief.success) or said.card.NOT_WRITTEN),
        _labelled(said.card.CHAMPION, _champion(card.brief.people) or said.card.NOT_WRITTEN),
        _labelled(said.card.PROMISED, _promised(card)),
        _labelled(said.card.BRIEF, said.card.brief_state(card.completeness)),
    ]
    left = said.terms.open_items(card.completeness, named)
    if left:
        rows[-1].append(words(f"  {said.reminders.OPEN_NOW.format(items=left)}"))
    rows.append([words(f"{said.card.NEXT}  ", bold=True), *_next(card)])
    if card.acknowledged_at is not None and card.csm is not None:
        read = said.terms.version_read(card.acknowledged_version or 0)
        changed = said.thread.CHANGED_SINCE if card.changed_since else ""
        since = said.guide.OUTDATED if card.outdated else changed
        rows.append(
            [
                words(f"{said.card.ACKNOWLEDGED}  ", bold=True),
                *_acknowledged_by(card.csm, card.acknowledged_by),
                words(" "),
                when(card.acknowledged_at),
                words(f", {read}; {since}" if since else f", {read}"),
            ]
        )
    return rows


def _acknowledged_by(csm: NamedPerson, by: NamedPerson | None) -> Row:
    """Whose acknowledgement it is, and who recorded it where it was not they."""
    if by is None or by == csm:
        return [words("by "), who(csm)]
    return [words("by "), who(by), words(" for "), who(csm)]


def _is_full(card: Card) -> bool:
    return card.tier is Tier.FULL


def _labelled(label: str, text: str) -> Row:
    return [words(f"{label}  ", bold=True), words(text)]


def why_line(why: Why, room: int = WHY) -> str:
    """What made them buy and what made it now, in one line; empty where there is nothing."""
    told = (" ".join(text.split()) for text in (why.trigger, why.event))
    sentences = (part if part[-1] in ".!?…" else f"{part}." for part in told if part)
    line = one_line(" ".join(sentences), room)
    if line and why.runs_on is not None:
        line = f"{line} {said.card.runs_on(day(why.runs_on))}"
    return line


def _champion(people: People) -> str:
    """Name and title alone: the rest of them is not for the channel."""
    found = people.having(ContactRole.CHAMPION)
    if not found:
        gone = people.champions_gone
        return said.champion.on_card(one_line(gone[-1].name, SHORT)) if gone else ""
    parts = (one_line(found[0].name, SHORT), one_line(found[0].title, SHORT))
    return ", ".join(part for part in parts if part)


def success_line(success: Success, longest: int = METRIC) -> str:
    """The success metric in one line, with what there is of it; empty where there is nothing."""
    metric = one_line(success.metric, longest)
    today, target = one_line(success.today, SHORT), one_line(success.target, SHORT)
    numbers = " → ".join(part for part in (today, target) if part)
    if success.by is not None:
        numbers = f"{numbers} by {day(success.by)}".strip()
    line = ": ".join(part for part in (metric, numbers) if part)
    whose = one_line(success.whose, SHORT)
    return f"{line} ({whose})".strip() if whose else line


def _promised(card: Card) -> str:
    if card.brief.entries:
        told = said.card.promises_made(len(card.brief.entries))
    elif card.brief.promises.none_made:
        told = said.card.NO_PROMISES
    else:
        return said.card.NOT_WRITTEN
    # Before somebody is assigned nobody could initial them all.
    shown = card.csm is not None and card.signing.entries
    return f"{told} · {said.ledger.by_both(card.signing)}" if shown else told


def _next(card: Card) -> Row:
    if card.next is None:
        return [words(said.card.NO_CLOCK_YET if card.signed_at is None else said.card.NOTHING_DUE)]
    return step_row(card.next)


def step_row(line: StepLine) -> Row:
    """Who does what by when, with how it stands in a sign and in words."""
    sign = said.terms.LIGHT_SIGNS[line.light]
    if line.light in (Light.CANCELLED, Light.AHEAD, Light.MISSED):
        told = said.terms.LIGHT_WORDS[line.light]
        return [words(f"{sign} {said.terms.STEP_NAMES[line.step]}, {told}")]
    if line.opens_at is not None:
        name = said.terms.STEP_NAMES[line.step]
        return [words(f"{sign} {name}, {said.guide.OPENS}"), when(line.opens_at)]
    if line.light is Light.WAITING or line.owner is None:
        waits = said.guide.WAITS_FOR.format(
            step=said.terms.STEP_NAMES[line.waits_for or Step.ASSIGN]
        )
        return [
            words(
                f"{said.terms.LIGHT_SIGNS[line.light]} {said.terms.STEP_NAMES[line.step]} {waits}"
            )
        ]
    does = said.terms.step_does(line.step, line.left)
    if line.light is Light.UNTIMED:
        told = said.terms.LIGHT_WORDS[line.light]
        return [words(f"{sign} "), who(line.owner), words(f" {does}, {told}")]
    due = said.reminders.DUE_STATES.get(line.light, said.reminders.DUE)
    return [words(f"{sign} "), who(line.owner), words(f" {does}, {due}"), when(line.due_at)]


def _choices(card: Card) -> list[MoreChoice]:
    if card.state is not State.OPEN:
        return []
    # Before the gate the CS manager may assign with a reason.
    return [
        MoreChoice.SIGNATURE,
        MoreChoice.WRITE_BRIEF,
        MoreChoice.ASSIGN,
        MoreChoice.CANCEL,
    ]
