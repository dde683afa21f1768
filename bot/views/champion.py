"""The customer's champion left: the form, and what is told of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.domain.brief import Contact
from bot.domain.read_models import NamedPerson
from bot.views import sentences as said
from bot.views.blocks import (
    Place,
    as_typed,
    choice_input,
    date_input,
    form,
    option,
    small_as_typed,
    text_input,
)
from bot.views.entries import LONGEST_NAME, MOST_ASKED
from bot.views.ids import ActionId, Field, ViewId
from bot.views.limits import SELECT_OPTIONS
from bot.views.message import Message, account_line, actions, button, context, plain_section
from bot.views.payload import Ref
from bot.views.text import day, escape, isolate, one_line

NOBODY: Final = "nobody"
"""Value of the choice that nobody follows yet."""


@dataclass(frozen=True)
class ChampionForm:
    """What the form is drawn from."""

    handoff_id: int
    account: str
    champions: tuple[Contact, ...]
    others: tuple[Contact, ...]
    """Who else of the customer is in the brief, and still there."""
    second_contact: str = ""
    """Whom to call when the champion goes quiet; only for who may read it."""


def champion_view(model: ChampionForm) -> View:
    """Who leaves, when, and who follows; without a champion only the last of these."""
    place = Place("champion", entry=model.handoff_id)
    blocks: list[Block] = [as_typed(model.account)]
    if model.champions:
        blocks.append(plain_section(said.champion.MEANS))
        leaving = [option(str(one.id), _name(one)) for one in model.champions]
        only = str(model.champions[0].id) if len(model.champions) == 1 else ""
        blocks += [
            choice_input(place, Field.CHAMPION_GONE, leaving[:SELECT_OPTIONS], only),
            date_input(place, Field.LAST_DAY),
        ]
    else:
        blocks.append(plain_section(said.champion.NAME_MEANS))
    if model.second_contact.strip():
        told = f"{said.champion.SECOND_CONTACT}{one_line(model.second_contact)}"
        blocks.append(small_as_typed(told))
    follow = [option(NOBODY, said.champion.NOBODY_YET)]
    follow += [option(str(one.id), _name(one)) for one in model.others[: SELECT_OPTIONS - 1]]
    blocks += [
        choice_input(place, Field.FOLLOWER, follow, NOBODY),
        text_input(place, Field.NEW_CHAMPION, optional=True, longest=LONGEST_NAME),
        text_input(place, Field.NEW_TITLE, optional=True, longest=LONGEST_NAME),
    ]
    return form(
        ViewId.CHAMPION,
        Ref(handoff=model.handoff_id),
        blocks,
        title=said.forms.FORM_TITLES[ViewId.CHAMPION],
        submit=said.forms.FORM_SUBMITS[ViewId.CHAMPION],
        close=said.forms.CLOSE,
    )


def _name(contact: Contact) -> str:
    title = f", {one_line(contact.title)}" if contact.title.strip() else ""
    return f"{one_line(contact.name)}{title}"


def which_champion_message(deals: Sequence[tuple[int, str]]) -> Message:
    """Which of the handoffs in a channel is meant: each by account, with the button."""
    opens = ActionId.OPEN_CHAMPION
    blocks: list[Block] = [plain_section(said.signature.WHICH_DEAL)]
    for handoff_id, account in deals[:MOST_ASKED]:
        press = button(opens, said.buttons.BUTTONS[opens], Ref(handoff=handoff_id))
        blocks.append(as_typed(account, accessory=press))
    if len(deals) > MOST_ASKED:
        blocks.append(context(said.assign.and_more(len(deals) - MOST_ASKED)))
    return Message(said.signature.WHICH_DEAL, tuple(blocks))


@dataclass(frozen=True)
class ChampionTold:
    """What one reader is told: names stand in the brief, and only as far as they may read them."""

    handoff_id: int
    account: str
    by: NamedPerson | None
    gone: str | None
    """Who left; None where one was only named."""
    last_day: date | None
    follows: str | None
    second_contact: str = ""
    after_kickoff: bool = False


def champion_message(told: ChampionTold) -> Message:
    """To AE, CSM or one of their managers."""
    by = isolate(told.by.name) if told.by is not None else said.terms.THE_BOT
    if told.gone is None:
        sentence = said.champion.named(by, isolate(told.follows or said.terms.SOMEBODY))
    else:
        last = day(told.last_day) if told.last_day is not None else None
        follows = isolate(told.follows) if told.follows is not None else None
        sentence = said.champion.left(
            by, isolate(told.gone), last, follows, after_kickoff=told.after_kickoff
        )
    blocks: list[Block] = [account_line(told.account, sentence)]
    if told.second_contact.strip():
        second = f"{said.champion.SECOND_CONTACT}{one_line(told.second_contact)}"
        blocks.append(small_as_typed(second))
    opens = ActionId.OPEN_HANDOFF
    press = button(opens, said.buttons.BUTTONS[opens], Ref(handoff=told.handoff_id), primary=True)
    blocks += actions([press])
    return Message(f"{escape(one_line(told.account))}: {escape(sentence)}", tuple(blocks))
