"""`/handoff-status`: where everything stands, worst first."""

from collections.abc import Sequence

from bot.domain.errors import Invalid, Problem
from bot.domain.notices import Notice, NoticeKind, Place, Priority, status_csv
from bot.domain.people import Person
from bot.domain.status import EVERYTHING, Bucket, Filter, Whose
from bot.flows.answers import Answer, Done, Open, Say, Update
from bot.flows.asked import Asked
from bot.flows.inputs import person_chosen, status_filter
from bot.flows.listeners import CommandWords, Listeners
from bot.flows.showing import status_of
from bot.storage.unit_of_work import ReadUnit, WriteUnit
from bot.views import sentences
from bot.views.ids import ActionId, CommandId
from bot.views.message import Message
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


def open_mine(unit: ReadUnit, actor: Person) -> Answer:
    """The same with one's own alone."""
    chosen = Filter(whose=Whose.MINE)
    return Open(status_view(status_of(unit, actor, chosen=chosen), actor.zone))


def open_late(unit: ReadUnit, actor: Person) -> Answer:
    """The same with what is late."""
    chosen = Filter(bucket=Bucket.LATE)
    return Open(status_view(status_of(unit, actor, chosen=chosen), actor.zone))


def turn_page(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """Another page of it."""
    return _redrawn(asked, unit, actor, page=asked.ref.page or 0)


def choose(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """The list as narrowed by what stands in the menus, from its first page."""
    return _redrawn(asked, unit, actor)


def clear(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """Nothing is left out any more but by whose handoffs they are."""
    whose = Filter(whose=_chosen(asked, unit).whose)
    page = status_of(unit, actor, chosen=whose)
    return Update(status_view(page, actor.zone, drawn=_drawn(asked) + 1))


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


def send_csv(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """The list as it is chosen, as a file in one's own direct messages; delivery makes it."""
    chosen = _chosen(asked, unit)
    page = status_of(unit, actor, chosen=chosen)
    if not page.rows:
        raise Invalid(Problem.NOTHING_TO_SEND)
    unit.outbox.add(status_csv(actor.id, chosen, key=asked.key))
    if asked.in_modal:
        return _redrawn(
            asked, unit, actor, page=asked.form.page or 0, told=sentences.status.CSV_COMES
        )
    return Say(Message(sentences.status.CSV_COMES))


def _redrawn(
    asked: Asked, unit: ReadUnit, actor: Person, *, page: int = 0, told: str = ""
) -> Answer:
    found = status_of(unit, actor, page=page, chosen=_chosen(asked, unit))
    return Update(status_view(found, actor.zone, drawn=_drawn(asked), told=told))


def _drawn(asked: Asked) -> int:
    return asked.form.revision or 0 if asked.in_modal else 0


def _chosen(asked: Asked, unit: ReadUnit) -> Filter:
    """What stands in the menus; for those that are not shown, what the view carries along.

    The menus come first: whoever chooses twice in a row sends the second time a view that was
    drawn before the first.
    """
    if not asked.in_modal:
        return asked.ref.chosen or EVERYTHING
    chosen = status_filter(asked.typed, asked.form.chosen or EVERYTHING)
    slack_id = person_chosen(asked.typed)
    if slack_id is None:
        return chosen
    person = unit.people.by_slack_id(slack_id)
    return chosen.model_copy(update={"person": person.id if person else None})


def _people_chosen(asked: Asked) -> Sequence[str]:
    slack_id = person_chosen(asked.typed) if asked.in_modal else None
    return [slack_id] if slack_id else []


def register(listeners: Listeners) -> None:
    """The command, its modal, the posting and the file."""
    listeners.command(
        CommandId.STATUS,
        answer_command,
        looks_at_channel=True,
        words=CommandWords("Show where the handoffs stand, worst first", ""),
    )
    listeners.opens(ActionId.STATUS_OPEN, open_page)
    listeners.opens(ActionId.STATUS_MINE, open_mine)
    listeners.opens(ActionId.STATUS_LATE, open_late)
    listeners.opens(ActionId.STATUS_PAGE_BACK, turn_page)
    listeners.opens(ActionId.STATUS_PAGE_ON, turn_page)
    for menu in (
        ActionId.STATUS_WHOSE,
        ActionId.STATUS_BUCKET,
        ActionId.STATUS_STEP,
        ActionId.STATUS_TIER,
    ):
        listeners.opens(menu, choose)
    listeners.opens(ActionId.STATUS_PERSON, choose, named=_people_chosen)
    listeners.opens(ActionId.STATUS_CLEAR, clear)
    listeners.acts(ActionId.STATUS_POST, post, safe_channel=True)
    listeners.acts(ActionId.STATUS_CSV, send_csv)
