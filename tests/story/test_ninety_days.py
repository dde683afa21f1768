"""Three deals from the signature to day 90: a light one, a full one, and one with a briefing call.

Everything goes as the process has it. What the bot says meanwhile is counted, and printed.
"""

from collections import Counter
from collections.abc import Callable

from bot.domain.handoff import State
from bot.domain.history import verify
from bot.sandbox.seen import Seen
from bot.sandbox.visitor import Visitor
from tests.story.ninety_days import Way, ninety_days
from tests.story.stack import Stack

Figure = Callable[[str], None]
MOST_MESSAGES = 25
"""Direct messages that one person gets about one handoff in its 90 days."""
MOST_A_DAY = 6
"""Of the clock's to one person on one day; the policy's own number."""
PEOPLE = ("maya", "jonas", "priya", "theo", "ada", "sam")


def about(way: Way, reader: Visitor) -> list[Seen]:
    """The direct messages that a person got about a deal."""
    return [one for one in reader.dms() if way.account in one.words]


def by_the_clock(reader: Visitor) -> list[Seen]:
    """Those that nobody's act brought: they say why they come."""
    return [one for one in reader.dms() if "Why you" in one.words]


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
        posts = [one for one in place.theo.messages(way.channel) if one.bot_id]
        mine = [one for one in posts if way.account in one.words]
        assert len(mine) == 2, [one.words for one in mine]
        card, summary = mine
        assert summary.thread_ts == card.ts
        assert "Thank you, Maya Ferrant" in summary.words
        assert "morning" not in summary.words, "a reminder is no step that anybody does"
        counts = {name: len(about(way, getattr(place, name))) for name in PEOPLE}
        told = ", ".join(f"{name} {count}" for name, count in counts.items())
        figure(f"{way.account}: direct messages in 90 days: {told}")
        assert max(counts.values()) <= MOST_MESSAGES
    for name in PEOPLE:
        reader: Visitor = getattr(place, name)
        days = Counter(int(float(one.ts)) // 86_400 for one in by_the_clock(reader))
        assert max(days.values(), default=0) <= MOST_A_DAY, (name, days)
