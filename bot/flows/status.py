"""`/handoff-status`: where everything stands, worst first."""

from bot.domain.errors import Invalid, Problem
from bot.domain.notices import Notice, NoticeKind, Place, Priority
from bot.domain.people import Person
from bot.flows.answers import Answer, Done, Open, Say, Update
from bot.flows.asked import Asked
from bot.flows.listeners import CommandWords, Listeners
from bot.flows.showing import status_of
from bot.storage.unit_of_work import ReadUnit, WriteUnit
from bot.views.ids import ActionId, CommandId
from bot.views.status import status_message, status_view


def answer_command(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """The first page for the person who asked alone; in a modal where the channel is not safe.

    Nothing internal is shown in a channel that outsiders or guests can read, that the bot cannot
    look into, or of which Slack does not say now who can read it; a modal is in no channel.
    """
    page = status_of(unit, actor)
    here = unit.channels.by_slack_id(asked.channel or "")
    if here is None or unit.channels.problem(here) is not None:
        return Open(status_view(page, actor.zone))
    return Say(status_message(page, actor.zone))


def open_page(unit: ReadUnit, actor: Person) -> Answer:
    """The list in a modal."""
    return Open(status_view(status_of(unit, actor), actor.zone))


def turn_page(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """Another page of it."""
    return Update(status_view(status_of(unit, actor, page=asked.ref.page or 0), actor.zone))


def post(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """*Post to channel*: what this channel may read of the list, once."""
    channel = unit.channels.by_slack_id(asked.channel or "")
    problem = unit.channels.problem(channel) if channel else None
    if channel is None or problem is not None:
        raise Invalid(problem or Problem.CHANNEL_UNKNOWN)
    if not status_of(unit, actor).rows:
        raise Invalid(Problem.NOTHING_TO_POST)
    unit.outbox.add(
        Notice(
            NoticeKind.STATUS_POST,
            Place.CHANNEL,
            f"status:{asked.key}",
            Priority.ANSWER,
            person_id=actor.id,
            channel_id=channel.id,
        )
    )
    return Done()


def register(listeners: Listeners) -> None:
    """The command, its modal and the posting."""
    listeners.command(
        CommandId.STATUS,
        answer_command,
        looks_at_channel=True,
        words=CommandWords("Show where all handoffs stand, worst first", ""),
    )
    listeners.opens(ActionId.STATUS_OPEN, open_page)
    listeners.opens(ActionId.STATUS_PAGE_BACK, turn_page)
    listeners.opens(ActionId.STATUS_PAGE_ON, turn_page)
    listeners.acts(ActionId.STATUS_POST, post, safe_channel=True)
