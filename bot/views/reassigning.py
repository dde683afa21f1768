"""Another AE, manager or implementation lead: the forms, their ways, and what is told of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.domain.access import Act, Capacity
from bot.domain.promises import Side
from bot.domain.read_models import NamedPerson
from bot.views import sentences as said
from bot.views.blocks import Place, as_typed, form, person_input
from bot.views.ids import ActionId, Field, ViewId
from bot.views.message import Message, account_line, actions, button, context, plain_section
from bot.views.payload import Ref
from bot.views.text import escape, isolate, one_line

MOST_ASKED = 15
"""Handoffs of one channel that are named, each in three blocks at most."""
PEOPLE_BUTTONS = {
    Act.REASSIGN_AE: ActionId.OPEN_REASSIGN_AE,
    Act.ASSIGN: ActionId.OPEN_ASSIGN,
    Act.REASSIGN_AE_MANAGER: ActionId.OPEN_AE_MANAGER,
    Act.REASSIGN_CS_MANAGER: ActionId.OPEN_CS_MANAGER,
    Act.NAME_LEAD: ActionId.OPEN_LEAD,
    Act.INTERVIEW: ActionId.OPEN_INTERVIEWS,
    Act.RECORD_CHAMPION: ActionId.OPEN_CHAMPION,
}
"""What may be done about the people in a handoff, in the order in which it is offered."""


def reassign_ae_view(
    handoff_id: int,
    account: str,
    *,
    delivers: tuple[str, int] | None = None,
    channel: int | None = None,
) -> View:
    """Who the AE is from now on; `delivers` is whom how many promises name as who delivers."""
    blocks: list[Block] = [as_typed(account), plain_section(said.reassigning.AE_MEANS)]
    if delivers is not None:
        blocks.append(plain_section(said.reassigning.delivers(*delivers)))
    place = Place("reassign-ae", entry=handoff_id)
    blocks.append(person_input(place, Field.AE, words=said.forms.NEW_AE))
    return _form(ViewId.REASSIGN_AE, Ref(handoff=handoff_id, channel=channel), blocks)


def reassign_manager_view(
    handoff_id: int,
    account: str,
    side: Side,
    now: NamedPerson | None,
    *,
    channel: int | None = None,
) -> View:
    """Who manages a side of this handoff; `now` is who does so far."""
    part = Capacity.AE_MANAGER if side is Side.AE else Capacity.CS_MANAGER
    name = said.terms.at_start(said.terms.ROLE_NAMES[part])
    present = isolate(now.name) if now is not None else said.terms.NOBODY
    ref = Ref(handoff=handoff_id, thing=side.value, channel=channel)
    blocks = [
        as_typed(account),
        plain_section(f"{said.reassigning.OF_PART.format(part=name)}{present}"),
        plain_section(said.reassigning.MANAGER_MEANS),
        person_input(
            Place(f"manager-{side.value}", entry=handoff_id),
            Field.MANAGER,
            words=said.forms.NEW_MANAGER,
        ),
    ]
    return _form(ViewId.REASSIGN_MANAGER, ref, blocks)


def lead_view(
    handoff_id: int, account: str, lead: NamedPerson | None, *, channel: int | None = None
) -> View:
    """Who the implementation lead is; `lead` is who it is so far."""
    chosen = lead.slack_id if lead is not None else None
    place = Place("lead", entry=handoff_id)
    blocks: list[Block] = [
        as_typed(account),
        plain_section(said.reassigning.LEAD_MEANS),
        person_input(place, Field.PERSON, chosen, optional=True, words=said.forms.LEAD),
    ]
    shown = lead.id if lead is not None else 0
    return _form(ViewId.LEAD, Ref(handoff=handoff_id, entry=shown, channel=channel), blocks)


def _form(view_id: ViewId, ref: Ref, blocks: Sequence[Block]) -> View:
    return form(
        view_id,
        ref,
        blocks,
        title=said.forms.FORM_TITLES[view_id],
        submit=said.forms.FORM_SUBMITS[view_id],
        close=said.forms.CLOSE,
    )


def people_buttons(
    handoff_id: int,
    acts: Sequence[Act],
    *,
    assigned: bool,
    champion: bool = True,
    channel: int | None = None,
) -> list[Block]:
    """The ways to what may be done about the people in a handoff.

    `assigned`: it has a CSM already; `champion`: the brief names one who is still there.
    """
    ref = Ref(handoff=handoff_id, channel=channel)
    labels = dict(said.buttons.BUTTONS)
    if assigned:
        labels[ActionId.OPEN_ASSIGN] = said.reassigning.ANOTHER_CSM
    if not champion:
        labels[ActionId.OPEN_CHAMPION] = said.buttons.NAME_CHAMPION
    shown = [PEOPLE_BUTTONS[act] for act in PEOPLE_BUTTONS if act in acts]
    rows = (shown[:3], shown[3:])
    return [
        block for row in rows if row for block in actions([button(a, labels[a], ref) for a in row])
    ]


@dataclass(frozen=True)
class Offered:
    """A handoff of a channel, with what its asker may do about the people in it."""

    handoff_id: int
    account: str
    acts: tuple[Act, ...]
    assigned: bool
    champion: bool


def reassign_message(offered: Sequence[Offered], *, channel: int | None) -> Message:
    """What `/handoff reassign` is answered with."""
    blocks: list[Block] = [plain_section(said.reassigning.WHO_ELSE)]
    for one in offered[:MOST_ASKED]:
        blocks.append(as_typed(one.account))
        blocks += people_buttons(
            one.handoff_id,
            one.acts,
            assigned=one.assigned,
            champion=one.champion,
            channel=channel,
        )
    if len(offered) > MOST_ASKED:
        blocks.append(context(said.assign.and_more(len(offered) - MOST_ASKED)))
    return Message(said.reassigning.WHO_ELSE, tuple(blocks))


@dataclass(frozen=True)
class Succeeded:
    """Who has a part now, and who had it, as one reader is told."""

    handoff_id: int
    account: str
    part: Capacity
    by: NamedPerson | None
    now: NamedPerson
    before: NamedPerson | None
    reader_id: int | None = None
    """Who is told; None below the card."""
    primary: bool = False
    """Whether it is a CSM after the kickoff, who is the customer's primary contact."""
    delivers: int = 0
    """Open promises that name the former one as who delivers."""
    interviews: bool = False
    """Whether the reader has a list of whom to ask what the former AE knew."""
    kickoff: bool = False
    """Whether the kickoff lies ahead of an implementation lead, who is in it."""
    owes: bool = False
    """Whether the reader owes something that they could say is not theirs."""


def succeeded_message(told: Succeeded) -> Message:
    """To one who works by it, or below the card."""
    sentence = _sentence(told)
    to_one = told.reader_id is not None
    blocks: list[Block] = [
        account_line(told.account, sentence) if to_one else plain_section(sentence)
    ]
    if to_one:
        if told.before is not None and told.delivers:
            name = isolate(told.before.name)
            blocks.append(plain_section(said.reassigning.delivers(name, told.delivers)))
        blocks += _buttons(told)
    return Message(f"{escape(one_line(told.account))}: {escape(sentence)}", tuple(blocks))


def _sentence(told: Succeeded) -> str:
    by = isolate(told.by.name) if told.by is not None else said.terms.THE_BOT
    before = isolate(told.before.name) if told.before is not None else None
    if told.reader_id == told.now.id:
        return said.reassigning.to_successor(by, told.part, before)
    if told.before is not None and told.reader_id == told.before.id:
        return said.reassigning.to_former(by, told.part, isolate(told.now.name))
    now = isolate(told.now.name)
    return said.reassigning.to_others(by, told.part, now, before, primary=told.primary)


def _buttons(told: Succeeded) -> list[Block]:
    about, labels = Ref(handoff=told.handoff_id), said.buttons.BUTTONS
    first = told.reader_id == told.now.id
    shown = [ActionId.OPEN_HANDOFF]
    if told.interviews:
        shown.append(ActionId.OPEN_INTERVIEWS)
    if told.kickoff and first:
        shown.append(ActionId.OPEN_KICKOFF_CARD)
    if told.owes:
        shown.append(ActionId.OPEN_NOT_MINE)
    return actions(
        [
            button(one, labels[one], about, primary=first and index == 0)
            for index, one in enumerate(shown)
        ]
    )
