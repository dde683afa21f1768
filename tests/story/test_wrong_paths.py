"""One deal that goes wrong in every way, and another one whose AE is gone before the brief is."""

from bot.domain.deadlines import DeadlineState
from bot.domain.erasing import Names
from bot.domain.handoff import State
from bot.domain.history import Tag, verify
from tests.story.stack import Stack
from tests.story.test_clocks import late_notices
from tests.story.wrong_paths import NEW_CHAMPION, OF_BEFORE, WrongWay, wrong_paths

HAPPENED = (
    (Tag.AWAY, 1),
    (Tag.BACK, 1),
    (Tag.ACKNOWLEDGED, 1),
    (Tag.SENT_BACK, 1),
    (Tag.CHAMPION_LEFT, 1),
    (Tag.AE_REASSIGNED, 1),
    (Tag.MANAGER_CHANGED, 2),
    (Tag.ASSIGNED, 3),
    (Tag.PARTNER_ENTERED, 1),
    (Tag.PROMISE_CARRIED, 1),
    (Tag.CANCELLED, 1),
    (Tag.REOPENED, 1),
    (Tag.MOVED, 1),
    (Tag.ERASED, 1),
)
"""What the history has of it, and how often."""


def tags(place: Stack, handoff_id: int) -> list[str]:
    """The tags of a history, which verifies."""
    with place.bot.store.read(place.bot.workplace.id) as unit:
        records = unit.history.records(handoff_id)
        count, head = unit.history.head(handoff_id)
    assert verify(records, expected_count=count, expected_head=head).sound
    return [str(one.columns["tag"]) for one in records if one.columns]


def test_a_deal_that_goes_wrong_in_every_way_is_still_one_deal(place: Stack) -> None:
    wrong_paths(place, WrongWay(place, "northwind"))
    first = tags(place, 1)
    assert [(tag, first.count(tag)) for tag, _ in HAPPENED] == list(HAPPENED)
    assert tags(place, 2).count(Tag.STARTED) == 1
    gone = tags(place, 3)
    assert (gone.count(Tag.INTERVIEWED), gone.count(Tag.AE_REASSIGNED)) == (1, 1)
    before = tags(place, 4)
    assert (before.count(Tag.BACKFILLED), before.count(Tag.ERASED)) == (1, 0)
    with place.bot.store.read(place.bot.workplace.id) as unit:
        deal, expansion, light, of_before = (unit.handoffs.get(number) for number in (1, 2, 3, 4))
        people = unit.people.by_slack_ids([place.sam.id, place.jonas.id])
        # No clock runs in what was told of in retrospect, and of it nothing is ever late.
        owed = {one.state for one in unit.deadlines.of(of_before.id)}
        assert unit.erasing.find(Names([NEW_CHAMPION])) == []
        carried = [one.promise.origin for one in unit.ledger.entries(2) if one.open]
    assert of_before.account == OF_BEFORE
    assert of_before.backfilled_at is not None
    assert not owed & {DeadlineState.OPEN}
    assert [one.handoff_id for one in carried if one is not None] == [1]
    assert [one.state for one in (deal, expansion, light)] == [State.OPEN] * 3
    # Sam has all three by now, and Jonas is the CSM again.
    assert {one.ae_id for one in (deal, expansion, light)} == {people[place.sam.id].id}
    assert deal.csm_id == people[place.jonas.id].id
    # What is open again has its own window: nobody was told that anything is late.
    for reader in (place.maya, place.jonas, place.priya, place.theo, place.sam, place.ada):
        assert late_notices(reader) == []
