"""What `/handoff` shows: the handoffs that stand in the channel, and the form that starts one."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.domain.amended import OFFERED
from bot.domain.handoff import LONGEST_ACCOUNT
from bot.domain.items import SectionKey
from bot.domain.path_pages import Amends
from bot.domain.policy import Policy
from bot.domain.read_models import Card, Light, NamedPerson
from bot.domain.size import Size
from bot.views import sentences
from bot.views.blocks import (
    Place,
    as_typed,
    boxes_input,
    date_input,
    form,
    instant_input,
    option,
    person_input,
    text_input,
)
from bot.views.deal import DealTyped, mark_inputs, value_inputs
from bot.views.guide import step_button
from bot.views.ids import ActionId, Field, ViewId
from bot.views.message import Message, actions, button, context, section
from bot.views.payload import Ref
from bot.views.text import distance, escape, local_time, mention, one_line

MOST_STANDING: Final = 10
"""Handoffs of one channel that are listed; each takes two blocks of a message."""
ANOTHER: Final = "another"
"""The thing of a form in which one more handoff beside those in the channel is asked for."""


@dataclass(frozen=True)
class StartTyped(DealTyped):
    """What stands in the form: texts as typed, people as Slack ids."""

    account: str = ""
    ae: str | None = None
    ae_manager: str | None = None
    csm: str | None = None
    cs_manager: str | None = None
    signed_at: datetime | None = None
    expected_on: date | None = None
    commitment_on: date | None = None
    links: str = ""
    take_along: tuple[SectionKey, ...] = ()
    """Of an amended contract: sections of the first brief that the new one begins with."""

    def link_lines(self) -> tuple[str, ...]:
        """The links one by one; empty lines are none."""
        return tuple(line.strip() for line in self.links.splitlines() if line.strip())


@dataclass(frozen=True)
class StartedHere:
    """The handoff that somebody started in the channel while the form was open."""

    account: str
    by: NamedPerson | None


def start_view(
    *,
    channel_id: int,
    policy: Policy,
    ae: NamedPerson | None = None,
    typed: StartTyped | None = None,
    another: bool = False,
    meanwhile: StartedHere | None = None,
    commitment_on: date | None = None,
    today: date | None = None,
    amends: Amends | None = None,
) -> View:
    """The form for a channel (by our id); with `typed` it shows that, else who and what is given.

    `another`: one more is wanted whatever stands in the channel; so it is once `meanwhile` told.
    `today` is the day a rate is asked for; `amends` is the first contract, where this is another.
    """
    filled = typed or StartTyped(
        ae=ae.slack_id if ae else None,
        commitment_on=commitment_on,
    )
    place = Place("start", entry=channel_id)
    blocks: list[Block] = []
    if amends is not None:
        blocks.append(section(sentences.paths.amends(escape(one_line(amends.account)))))
    if meanwhile is not None:
        who = mention(meanwhile.by) if meanwhile.by else sentences.terms.SOMEBODY
        account = escape(one_line(meanwhile.account))
        blocks.append(section(sentences.deal.started_meanwhile(who, account)))
    blocks += [
        text_input(place, Field.ACCOUNT, filled.account, longest=LONGEST_ACCOUNT),
        *value_inputs(place, policy, filled, today),
        person_input(place, Field.AE, filled.ae),
        person_input(place, Field.AE_MANAGER, filled.ae_manager, optional=True),
        person_input(place, Field.CSM, filled.csm, optional=True),
        person_input(place, Field.CS_MANAGER, filled.cs_manager, optional=True),
        instant_input(place, Field.SIGNED_AT, filled.signed_at, optional=True),
        date_input(place, Field.EXPECTED_ON, filled.expected_on),
        date_input(place, Field.COMMITMENT_ON, filled.commitment_on),
        *mark_inputs(place, filled),
        text_input(place, Field.LINKS, filled.links, optional=True, multiline=True),
    ]
    if amends is not None:
        sections = [
            option(key.value, sentences.terms.at_start(sentences.terms.SECTION_NAMES[key]))
            for key in OFFERED
        ]
        ticked = [key.value for key in filled.take_along]
        blocks.append(boxes_input(place, Field.TAKE_ALONG, sections, ticked))
    return form(
        ViewId.START,
        Ref(
            handoff=amends.handoff_id if amends is not None else None,
            channel=channel_id,
            thing=ANOTHER if another or meanwhile else None,
        ),
        blocks,
        title=sentences.forms.FORM_TITLES[ViewId.START],
        submit=sentences.forms.FORM_SUBMITS[ViewId.START],
        close=sentences.forms.CLOSE,
    )


def with_size(view: View, size: Size) -> View:
    """The view that follows the form, with the size of the deal that was started on top."""
    view.blocks = [context(escape(sentences.deal.size_line(size))), *(view.blocks or [])]
    return view


def standing_message(
    cards: Sequence[Card],
    *,
    viewer: NamedPerson,
    as_of: datetime,
    zone: str,
    may_sign: Collection[int] = (),
) -> Message:
    """What stands in a channel: each handoff with the one next step, and the way to another.

    It is rendered for one reader at `as_of`; the button is the reader's own step, where it is one,
    or the signature in a handoff (by id) in which they may record it.
    """
    shown = cards[:MOST_STANDING]
    blocks: list[Block] = []
    for card in shown:
        blocks.append(as_typed(card.account))
        action = _next_action(card, viewer, may_sign=card.handoff_id in may_sign)
        # With the version, so that what is acknowledged here is what stands in the card.
        ref = Ref(handoff=card.handoff_id, revision=card.brief_version or None)
        next_step = button(action, sentences.buttons.BUTTONS[action], ref)
        blocks.append(section(_standing(card, as_of=as_of, zone=zone), accessory=next_step))
    if len(cards) > len(shown):
        blocks.append(context(sentences.assign.and_more(len(cards) - len(shown))))
    another = sentences.buttons.BUTTONS[ActionId.START_ANOTHER]
    blocks += actions([button(ActionId.START_ANOTHER, another, Ref())])
    told = "\n".join(
        f"{escape(one_line(card.account))}: {_standing(card, as_of=as_of, zone=zone)}"
        for card in shown
    )
    return Message(told, tuple(blocks))


def _standing(card: Card, *, as_of: datetime, zone: str) -> str:
    line = card.next
    if line is None:
        return sentences.card.NOTHING_DUE if card.signed_at else sentences.card.NO_CLOCK_YET
    name = sentences.terms.step_name(line.step, line.left)
    sign = f"{sentences.terms.LIGHT_SIGNS[line.light]} {name}"
    if line.light is Light.WAITING:
        waits = sentences.terms.STEP_NAMES[line.waits_for or line.step]
        return f"{sign} {sentences.guide.WAITS_FOR.format(step=waits)}"
    who = f" · {mention(line.owner)}" if line.owner else ""
    if line.light is Light.UNTIMED:
        return f"{sign}{who} · {sentences.terms.LIGHT_WORDS[line.light]}"
    if line.light is Light.LATE:
        return f"{sign}{who} · {sentences.status.late_by(distance(as_of - line.due_at))}"
    by = sentences.reminders.by_when(line.light)
    return f"{sign}{who} · {by}{local_time(line.due_at, zone, as_of)}"


def _next_action(card: Card, viewer: NamedPerson, *, may_sign: bool) -> ActionId:
    if card.signed_at is None:
        return ActionId.OPEN_SIGNATURE if may_sign else ActionId.OPEN_HANDOFF
    line = card.next
    mine = line is not None and line.owner is not None and line.owner.id == viewer.id
    if line is None or not mine or line.light is Light.WAITING:
        return ActionId.OPEN_HANDOFF
    return step_button(line.step, line.left)
