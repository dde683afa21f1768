"""Time passes: the bot posts itself, reminds, tells a manager, and is quiet when asked."""

from datetime import datetime, timedelta

from sqlalchemy import func, or_, select

from bot.domain.steps import STEPS
from bot.sandbox.seen import Seen
from bot.sandbox.visitor import Visitor
from bot.storage.tables import OUTBOX_PENDING, SURFACE_STALE, outbox, surface
from tests.story.stack import DEAL, Stack
from tests.story.typing import example, start_deal, write_brief

HOUR = 3600


def signed(stack: Stack) -> datetime:
    """Half an hour ago: 14:00 UTC, 09:00 in New York, on a working day."""
    return (stack.sandbox.now() - timedelta(minutes=30)).replace(second=0, microsecond=0)


def begin(stack: Stack, value: str | None = None) -> None:
    deal = example("northwind", today=stack.sandbox.now().date())
    if value is not None:
        deal.content["start"]["value"] = value
    start_deal(stack, deal, signed_at=signed(stack))
    stack.maya.close()


def settled(stack: Stack) -> None:
    """Nothing is due, nothing may be sent now, and every message shows what the rows say."""
    stack.until(lambda: at_rest(stack))


def at_rest(stack: Stack) -> bool:
    now = stack.sandbox.now()
    # The bot asks for the demo's time every so often: until then it lives in the past.
    if stack.bot.travel is not None and now - stack.bot.travel.now() > timedelta(seconds=5):
        return False
    with stack.bot.store.system() as system:
        due = system.due_workspaces(now)
    held = or_(outbox.c.not_before.is_(None), outbox.c.not_before <= now)
    waiting = select(func.count()).select_from(outbox).where(OUTBOX_PENDING, held)
    shown = or_(surface.c.not_before.is_(None), surface.c.not_before <= now)
    stale = select(func.count()).select_from(surface).where(SURFACE_STALE, shown)
    with stack.bot.store.database.reading() as connection:
        return not (due or connection.scalar(waiting) or connection.scalar(stale))


def late_notices(reader: Visitor) -> list[Seen]:
    """Messages the clock sent because something is late; a guide card is no such message."""
    return [one for one in reader.dms() if "Why you" in one.words and "was due" in one.words]


def test_the_bot_posts_the_message_itself_at_four_hours_with_its_holes(place: Stack) -> None:
    begin(place)
    assert place.card() is None
    place.sandbox.advance(3 * HOUR)
    place.dm_says(place.maya, "due")
    settled(place)
    assert place.card() is None
    place.sandbox.advance(HOUR)
    card = place.card_says("Northwind Mills")
    assert "the bot" in card.words.lower()
    assert "0 of 23" in card.words
    place.dm_says(place.maya, "posted")
    settled(place)
    place.sandbox.advance(HOUR)
    settled(place)
    posts = [one for one in place.theo.messages(DEAL) if "Northwind Mills" in one.words]
    assert len(posts) == 1


def test_a_late_brief_is_told_once_to_the_ae_and_once_to_their_manager(place: Stack) -> None:
    begin(place)
    place.sandbox.advance(23.6 * HOUR)
    place.dm_says(place.theo, "was due")
    settled(place)
    assert len(late_notices(place.theo)) == 1
    late = late_notices(place.maya)
    assert len(late) == 1
    place.sandbox.advance(3 * HOUR)
    settled(place)
    assert len(late_notices(place.theo)) == 1
    assert len(late_notices(place.maya)) == 1


def test_a_snooze_silences_the_owner_only_and_moves_no_deadline(place: Stack) -> None:
    begin(place)
    before = due_of(place)
    # The brief is what is snoozed, from its own reminder.
    place.sandbox.advance(5 * HOUR)
    reminder = place.dm_says(place.maya, "Why you")
    brief = place.sandbox.wait_until(lambda: reminder_of_the_brief(place))
    assert brief is not None, reminder.words
    place.maya.click(brief, "open_snooze")
    until = (place.sandbox.now() + timedelta(days=2)).replace(hour=16, minute=0, second=0)
    refused = place.maya.submit({"until": until.replace(hour=3), "reason": "On a plane."})
    assert refused.field_errors
    sent = place.maya.submit({"until": until, "reason": "The customer is on a plane."})
    assert not sent.field_errors, sent.field_errors
    place.sandbox.advance(20 * HOUR)
    place.dm_says(place.theo, "was due")
    settled(place)
    assert late_notices(place.maya) == []
    assert due_of(place) == before
    place.sandbox.advance((until - place.sandbox.now()).total_seconds() + 60)
    told = place.dm_says(place.maya, "The customer is on a plane.")
    assert "Why you" in told.words
    settled(place)
    # Theo heard that it is late, and reads of it in the morning again.
    assert len(late_notices(place.theo)) == 2


def reminder_of_the_brief(stack: Stack) -> Seen | None:
    found = (one for one in stack.maya.dms() if "Why you" in one.words)
    return next((one for one in found if "write_brief" in one.action_ids()), None)


def test_a_correction_of_the_signature_recomputes_and_is_said_in_the_thread(place: Stack) -> None:
    deal = example("northwind", today=place.sandbox.now().date())
    start_deal(place, deal, signed_at=None)
    place.maya.close()
    mine = place.dm_says(place.maya, "you are the AE")
    place.maya.click(mine, "open_signature")
    at = signed(place)
    assert not place.maya.submit({"signed_at": at}).field_errors
    place.maya.close()
    before = due_of(place)
    assert before[0] == at + timedelta(hours=4)
    place.until(lambda: "preview_message" in place.dm_says(place.maya, "you are").action_ids())
    place.maya.click(place.dm_says(place.maya, "you are the AE"), "preview_message")
    place.maya.submit({})
    card = place.card_says("Posted by")
    assert place.maya.slash("/handoff", "signed", channel=DEAL).answered
    future = place.maya.submit({"signed_at": place.sandbox.now() + timedelta(hours=3)})
    assert future.field_errors
    corrected = at - timedelta(hours=1)
    assert not place.maya.submit({"signed_at": corrected}).field_errors
    assert due_of(place)[1] == corrected + timedelta(hours=24) + timedelta(hours=2)
    place.until(
        lambda: any(
            "corrected the signature from" in one.words and "brief is now due" in one.words
            for one in place.theo.thread(DEAL, card.ts)
            if one.ts != card.ts
        )
    )


def test_a_csm_who_does_not_acknowledge_is_reminded_and_their_manager_told(place: Stack) -> None:
    deal = example("northwind", today=place.sandbox.now().date())
    start_deal(place, deal, signed_at=signed(place))
    write_brief(place.maya, deal)
    place.priya.click(place.dm_says(place.priya, "Northwind Mills"), "open_assign")
    place.priya.submit({"csm": place.jonas.id})
    place.dm_says(place.jonas, "Northwind Mills")
    place.sandbox.advance(44 * HOUR)
    place.dm_says(place.priya, "Why you")
    settled(place)
    late = late_notices(place.jonas)
    assert len(late) == 1
    assert "acknowledge" in late[0].action_ids()
    place.jonas.click(late[0], "acknowledge")
    place.until(lambda: read_done(place))


def menu_value(message: Seen, thing: str) -> str:
    """The value of a menu entry, by what it carries."""
    values: list[str] = [
        option["value"]
        for block in message.blocks
        for element in block.get("elements", ())
        for option in element.get("options", ())
    ]
    return next(value for value in values if f'"{thing}"' in value)


def due_of(stack: Stack) -> list[datetime]:
    clocks = {rule.step for rule in STEPS}
    with stack.bot.store.read(stack.bot.workplace.id) as unit:
        return [one.due_at for one in unit.deadlines.of(1) if one.step in clocks]


def read_done(stack: Stack) -> bool:
    with stack.bot.store.read(stack.bot.workplace.id) as unit:
        return unit.handoffs.get(1).acknowledged_at is not None
