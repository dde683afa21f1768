"""Three deals from the signature to day 90: a light one, a full one, and one with a briefing call.

Everything goes as the process has it. What the bot says meanwhile is counted, and printed.
"""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from bot.domain.handoff import State
from bot.domain.history import verify
from bot.domain.notices import OF_THE_CLOCK
from bot.domain.policy import Policy
from bot.sandbox.seen import Seen
from bot.sandbox.visitor import Visitor
from bot.storage.tables import OutboxState, outbox
from tests.story.ninety_days import Way, ninety_days
from tests.story.stack import Stack

Figure = Callable[[str], None]
MOST_MESSAGES = 25
"""Direct messages that one person gets about one handoff in its 90 days."""
MOST_A_DAY = Policy().nudges.most_a_day
"""Of the clock's to one person on one day of theirs."""
GREETING = "Here the bot writes to you"
PEOPLE = ("maya", "jonas", "priya", "theo", "ada", "sam")


def about(way: Way, reader: Visitor) -> list[Seen]:
    """The direct messages that a person got about a deal."""
    return [one for one in reader.dms() if way.account in one.words]


def by_the_clock(place: Stack) -> Counter[tuple[str, date]]:
    """How many messages nobody's act brought, by who got them on which day of their own."""
    kinds = [kind.value for kind in OF_THE_CLOCK]
    sent = select(outbox.c.person_id, outbox.c.ts).where(
        outbox.c.kind.in_(kinds), outbox.c.state == OutboxState.SENT.value
    )
    with place.bot.store.database.reading() as connection:
        rows = connection.execute(sent).all()
    with place.bot.store.read(place.bot.workplace.id) as unit:
        people = unit.people.many([row.person_id for row in rows])
    found: Counter[tuple[str, date]] = Counter()
    for row in rows:
        reader = people[row.person_id]
        at = datetime.fromtimestamp(float(row.ts), UTC).astimezone(ZoneInfo(reader.zone))
        found[reader.name, at.date()] += 1
    return found


def test_three_deals_go_their_ninety_days(place: Stack, figure: Figure) -> None:
    ways = [Way(place, name) for name in ("larkfield", "northwind", "alderbay")]
    ninety_days(place, *ways)

    for way in ways:
        with place.bot.store.read(place.bot.workplace.id) as unit:
            handoff = unit.handoffs.get(way.handoff_id)
            records = unit.history.records(way.handoff_id)
            count, head = unit.history.head(way.handoff_id)
        assert handoff.state is State.CLOSED
        assert handoff.breakdowns == {}, way.name
        assert verify(records, expected_count=count, expected_head=head).sound
        # Each has its channel, and the bot says nothing else there.
        posts = [one for one in place.theo.messages(way.channel) if one.bot_id]
        assert len(posts) == 2, [one.words for one in posts]
        card, summary = posts
        assert way.account in card.words
        assert summary.thread_ts == card.ts
        assert "Thank you, Maya Ferrant" in summary.words
        assert "morning" not in summary.words, "a reminder is no step that anybody does"
        counts = {name: len(about(way, getattr(place, name))) for name in PEOPLE}
        told = ", ".join(f"{name} {count}" for name, count in counts.items())
        figure(f"{way.account}: direct messages in 90 days: {told}")
        # One more is what the bot says of itself, once.
        assert max(counts.values()) + 1 <= MOST_MESSAGES
    days = by_the_clock(place)
    (busiest, day), most = days.most_common(1)[0]
    figure(f"most that the clock said to one person on one day: {most} ({busiest}, {day:%a %d %b})")
    assert most <= MOST_A_DAY, days
    for name in PEOPLE:
        reader: Visitor = getattr(place, name)
        # Every one but the first names the deal it is about, so that the count leaves none out;
        # what only answers a press, and is gone with the page, is no message.
        stands = [one for one in reader.dms() if not one.ephemeral]
        unnamed = [one for one in stands if not any(way.account in one.words for way in ways)]
        assert len(unnamed) <= 1, (name, [one.words for one in unnamed])
        assert all(one.words.startswith(GREETING) for one in unnamed), name
