"""The form of the kickoff's time."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.domain.kickoff_pages import BookingPage, Elsewhere
from bot.domain.kickoff_prep import Missing
from bot.views import sentences as said
from bot.views.blocks import (
    Place,
    as_typed,
    boxes_input,
    form,
    instant_input,
    option,
    reason_input,
    small_as_typed,
)
from bot.views.ids import Field, ViewId
from bot.views.limits import NAME_SHOWN
from bot.views.message import context, section
from bot.views.payload import Ref
from bot.views.text import instant_token, isolate, one_line, wall_time

OFF: Final = "off"


def shown_mark(at: datetime | None) -> int:
    """What a form carries of the time it was drawn with, 0 for none."""
    return int(at.timestamp()) if at is not None else 0


def booking_view(page: BookingPage, *, as_of: datetime) -> View:
    """When it is to be, and the slot offered to a customer who wanted a later one."""
    mark = shown_mark(page.at)
    place = Place("kickoff_booking", entry=page.handoff_id, revision=mark)
    due = instant_token(page.due_at) if page.due_at is not None else ""
    blocks: list[Block] = [
        as_typed(page.account),
        section(said.kickoff.booking_means(joint=page.joint, due=due)),
        small_as_typed(said.kickoff.of_the_customer(one_line(page.champion, NAME_SHOWN))),
    ]
    if page.at is not None:
        blocks.append(context(said.kickoff.booked_so_far(instant_token(page.at))))
        blocks += elsewhere_blocks(page.at, page.elsewhere, as_of=as_of)
    blocks.append(context(said.kickoff.HOLD if page.hold else said.kickoff.INVITE))
    blocks += missing_blocks(page.missing)
    blocks.append(instant_input(place, Field.KICKOFF_AT, page.at))
    blocks.append(instant_input(place, Field.OFFERED_AT, page.offered_at, optional=True))
    if page.at is not None:
        off = option(OFF, said.kickoff.CALL_OFF)
        blocks.append(boxes_input(place, Field.KICKOFF_OFF, [off], ()))
    if page.asks_why:
        blocks.append(reason_input(place, words=said.forms.FOR_CSM_REASON))
    return form(
        ViewId.KICKOFF_BOOKING,
        Ref(handoff=page.handoff_id, revision=mark),
        blocks,
        title=said.forms.FORM_TITLES[ViewId.KICKOFF_BOOKING],
        submit=said.forms.FORM_SUBMITS[ViewId.KICKOFF_BOOKING],
        close=said.forms.CLOSE,
    )


def elsewhere_blocks(at: datetime, people: Iterable[Elsewhere], *, as_of: datetime) -> list[Block]:
    """What the clocks of the others in it show then; nothing where they show the same."""
    times = [(isolate(one.name), wall_time(at, one.zone, as_of)) for one in people]
    told = said.kickoff.elsewhere(times)
    return [small_as_typed(told)] if told else []


def missing_blocks(found: Iterable[Missing]) -> list[Block]:
    """What it should not begin without; nothing where nothing is missing."""
    told = said.kickoff.still_missing(found)
    return [context(f"{told} {said.kickoff.STOPS_NOTHING}")] if told else []
