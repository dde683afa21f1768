"""The kickoff: the form that records when it was held, and the line below the card about it."""

from collections.abc import Mapping
from datetime import datetime

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.domain.read_models import Card, NamedPerson
from bot.views import sentences as said
from bot.views.blocks import Place, as_typed, form, instant_input, reason_input
from bot.views.ids import Field, ViewId
from bot.views.message import Message, lines, section, when, words
from bot.views.payload import Ref
from bot.views.text import escape, instant_token, isolate, one_line


def shown_mark(recorded: datetime | None) -> int:
    """What the form carries of the record it was drawn from, 0 for none."""
    return int(recorded.timestamp()) if recorded is not None else 0


def held_view(card: Card, *, at: datetime, asks_why: bool = False) -> View:
    """The time stands at `at`; a manager is asked why they record it."""
    place = Place("held", entry=card.handoff_id)
    kickoff = card.kickoff
    means, recorded = said.kickoff.HELD_MEANS, None
    if kickoff is not None and kickoff.held:
        recorded = kickoff.at
        means = said.kickoff.held_corrects(instant_token(kickoff.at))
    blocks: list[Block] = [
        as_typed(card.account),
        section(means),
        instant_input(place, Field.HELD_AT, at),
        *([reason_input(place, words=said.forms.FOR_CSM_REASON)] if asks_why else []),
    ]
    return form(
        ViewId.HELD,
        Ref(handoff=card.handoff_id, revision=shown_mark(recorded)),
        blocks,
        title=said.forms.FORM_TITLES[ViewId.HELD],
        submit=said.forms.FORM_SUBMITS[ViewId.HELD],
        close=said.forms.CLOSE,
    )


def kickoff_held_message(
    card: Card, facts: Mapping[str, str | int], by: NamedPerson | None
) -> Message:
    """A reply below the card: when it was held, or from when to when that was corrected."""
    who = isolate(by.name) if by else said.terms.SOMEBODY
    held_at = datetime.fromisoformat(str(facts["held_at"]))
    account = escape(one_line(card.account))
    if "before" not in facts:
        lead = said.kickoff.held(who)
        text = f"{escape(lead)}{instant_token(held_at)}."
        return Message(f"{account}: {text}", (lines([words(lead), when(held_at), words(".")]),))
    before, to = datetime.fromisoformat(str(facts["before"])), said.thread.TO_INSTANT
    lead = said.kickoff.held_corrected(who)
    row = [words(lead), when(before), words(to), when(held_at), words(".")]
    text = f"{escape(lead)}{instant_token(before)}{to}{instant_token(held_at)}."
    return Message(f"{account}: {text}", (lines(row),))
