"""What goes out once a handoff is closed, and what does not where that is taken back."""

from datetime import datetime, timedelta

from bot.domain import closing, reviewing
from bot.domain.closing import Closing, Unfinished
from bot.domain.handoff import Handoff
from bot.domain.history import anchor_in, anchored
from bot.domain.reviews import Outcome, ReviewKind
from bot.storage.tables import outbox
from bot.storage.unit_of_work import Store, WriteUnit
from tests.builders import FixedClock, Team, assigned
from tests.delivery.desk import Desk
from tests.delivery.test_verification import change

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
UNDO = timedelta(minutes=10)
LINE = "The second hall is a year away."


def ready(desk: Desk, store: Store, team: Team, clock: FixedClock) -> int:
    """A handoff on day 90, Tuesday 2 June 2026, of which the review was opened."""
    handoff_id = assigned(store, team)

    def hold(unit: WriteUnit, handoff: Handoff) -> None:
        handoff.hold_kickoff(unit.now, by=team.csm, at=unit.now)

    change(store, team, handoff_id, team.csm.id, hold)
    clock.advance(datetime.fromisoformat("2026-06-02T09:00:00+00:00") - clock.now())
    change(store, team, handoff_id, team.csm.id, _nps)
    desk.drain()
    return handoff_id


def _nps(unit: WriteUnit, handoff: Handoff) -> None:
    csm = unit.people.get(handoff.csm_id or 0)
    reviewing.record(handoff, ReviewKind.NPS, revision=1, by=csm, at=unit.now)


def close(store: Store, team: Team, handoff_id: int, outcome: Outcome = Outcome.PARTLY) -> None:
    def act(unit: WriteUnit, handoff: Handoff) -> None:
        closing.close(
            handoff,
            Closing(outcome=outcome, line=LINE),
            left=Unfinished((), 0, 0, still_true=False, defined_done=False),
            owed=unit.deadlines.of(handoff_id),
            revision=1,
            by=team.csm,
            at=unit.now,
        )

    change(store, team, handoff_id, team.csm.id, act)


def undo(store: Store, team: Team, handoff_id: int) -> None:
    def act(unit: WriteUnit, handoff: Handoff) -> None:
        closing.undo_close(handoff, by=team.csm, at=unit.now, policy=unit.policy)

    change(store, team, handoff_id, team.csm.id, act)


def settled(desk: Desk, kind: str) -> list[tuple[str, str | None]]:
    return [(row["state"], row["reason"]) for row in desk.rows(outbox) if row["kind"] == kind]


def below(desk: Desk) -> list[str]:
    """What stands below the card."""
    return [str(one.args) for one in desk.slack.ledger.messages if one.thread_ts is not None]


def test_the_channel_sees_the_summary_with_thanks_by_name_and_no_word_of_the_line(
    desk: Desk, store: Store, team: Team, clock: FixedClock
) -> None:
    handoff_id = ready(desk, store, team, clock)
    close(store, team, handoff_id)
    desk.work()
    assert not [one for one in below(desk) if "closed this handoff" in one]
    clock.advance(UNDO)
    desk.drain()
    (summary,) = [one for one in below(desk) if "closed this handoff" in one]
    assert "'reply_broadcast': True" in summary
    assert "Jonas closed this handoff: partly onboarded." in summary
    assert "Maya leaves; Jonas has been the primary contact since the kickoff." in summary
    # The brief was ready in time and the CSM assigned; the answers of the customer came late.
    assert "Thank you, Maya: " in summary
    assert "brief" in summary
    assert "NPS" not in summary
    assert LINE not in str(desk.slack.ledger.messages)
    broadcast = [one for one in below(desk) if "reply_broadcast" in one]
    assert broadcast == [summary]


def test_both_read_that_the_ae_leaves_and_keep_the_last_anchor(
    desk: Desk, store: Store, team: Team, clock: FixedClock
) -> None:
    handoff_id = ready(desk, store, team, clock)
    close(store, team, handoff_id)
    clock.advance(UNDO)
    desk.drain()
    for reader in ("UAE", "UCSM"):
        told = [str(one.args) for one in desk.slack.ledger.in_channel(f"D-{reader}")]
        assert [one for one in told if "Maya leaves; Jonas has been" in one]
        assert len([one for one in told if "with the handoff closed" in one]) == 1
    anchors = [one for one in below(desk) if "with the handoff closed" in one]
    assert len(anchors) == 1
    with store.read(team.workspace_id) as unit:
        records = unit.history.records(handoff_id)
        count, _ = unit.handoffs.chain(handoff_id)
    found = anchor_in(anchors[0])
    assert found.count == count
    assert anchored(records, found).value == "holds"


def test_what_was_taken_back_is_never_told_and_what_is_closed_again_once(
    desk: Desk, store: Store, team: Team, clock: FixedClock
) -> None:
    handoff_id = ready(desk, store, team, clock)
    close(store, team, handoff_id)
    clock.advance(timedelta(minutes=5))
    undo(store, team, handoff_id)
    clock.advance(timedelta(minutes=1))
    close(store, team, handoff_id, Outcome.AT_RISK)
    clock.advance(UNDO)
    desk.drain()
    assert settled(desk, "handoff_closed") == [
        ("cancelled", "closing_undone"),
        ("sent", None),
    ]
    assert settled(desk, "ae_leaves") == [
        ("cancelled", "closing_undone"),
        ("cancelled", "closing_undone"),
        ("sent", None),
        ("sent", None),
    ]
    anchors = [one for one in below(desk) if "with the handoff closed" in one]
    assert len(anchors) == 1
    (summary,) = [one for one in below(desk) if "closed this handoff" in one]
    assert "at risk" in summary


def test_the_card_and_the_guides_show_that_it_is_closed_and_nobody_is_reminded(
    desk: Desk, store: Store, team: Team, clock: FixedClock
) -> None:
    handoff_id = ready(desk, store, team, clock)
    close(store, team, handoff_id)
    clock.advance(HOUR)
    desk.drain()
    (card,) = [
        one
        for one in desk.slack.ledger.messages
        if one.thread_ts is None
        and not one.channel.startswith("D-")
        and "handoff closed" in str(one.args)
    ]
    assert "the handoff is closed: partly onboarded." in str(card.args)
    assert "This handoff is closed." in str(desk.slack.ledger.in_channel("D-UCSM"))
    before = len(desk.slack.ledger.messages)
    for _ in range(20):
        clock.advance(DAY)
        desk.drain()
    assert len(desk.slack.ledger.messages) == before
