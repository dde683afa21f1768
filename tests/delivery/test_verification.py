"""What goes out while the CSM reads: guides with the reason, anchors, and no more than that."""

from collections.abc import Callable
from datetime import timedelta

from bot.clock.sweep import Sweep
from bot.delivery.notices import NoticeText
from bot.domain.access import EVERY
from bot.domain.handoff import DealChange, Handoff
from bot.domain.items import Item
from bot.domain.money import Money
from bot.domain.notices import NoticeKind, Place, announcements
from bot.domain.policy import Policy
from bot.domain.verification import Checks, RecordKind, Restatement, Verdict
from bot.storage.people import PersonFacts
from bot.storage.tables import outbox
from bot.storage.unit_of_work import Store, WriteUnit
from bot.views.message import Message
from tests.builders import (
    Team,
    assigned,
    deliver_all,
    hold_debrief,
    initial_all,
    signed,
    skip_briefing,
)
from tests.delivery.desk import Desk

HOUR = timedelta(hours=1)
YES = Checks(metric=True, no_plan=True, champion=True)
WORDS = Restatement(why="The lease ends", success="Four days", risk="none")
ITEMS = (Item.TRIGGER, Item.PRIVATE_NOTE)


def change(
    store: Store, team: Team, handoff_id: int, by: int, act: Callable[[WriteUnit, Handoff], None]
) -> None:
    with store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        act(unit, handoff)
        unit.save(handoff, actor_id=by)
        unit.commit()


def acknowledge(store: Store, team: Team, handoff_id: int) -> None:
    change(
        store,
        team,
        handoff_id,
        team.csm.id,
        lambda unit, h: h.acknowledge(version=h.brief_version, by=team.csm, at=unit.now),
    )


def restate(store: Store, team: Team, handoff_id: int) -> None:
    def act(unit: WriteUnit, handoff: Handoff) -> None:
        if handoff.verification.checks_at is None:
            handoff.answer_checks(YES, revision=1, by=team.csm, at=unit.now)
        revision = unit.records.save(
            handoff.id, RecordKind.RESTATEMENT, WORDS, by=team.csm.id, at=unit.now
        )
        handoff.restate(WORDS, revision=revision, by=team.csm, at=unit.now)

    change(store, team, handoff_id, team.csm.id, act)


def judge(store: Store, team: Team, handoff_id: int, verdict: Verdict) -> None:
    def act(unit: WriteUnit, handoff: Handoff) -> None:
        unit.records.save(handoff.id, RecordKind.VERDICT, verdict, by=team.ae.id, at=unit.now)
        handoff.judge(verdict, revision=1, by=team.ae, at=unit.now)

    change(store, team, handoff_id, team.ae.id, act)


def send_back(store: Store, team: Team, handoff_id: int) -> None:
    change(
        store,
        team,
        handoff_id,
        team.csm.id,
        lambda unit, h: h.send_back(ITEMS, "Which orders?", by=team.csm, at=unit.now),
    )


def all_but_the_brief(team: Team) -> Callable[[WriteUnit, Handoff], None]:
    """What else is owed is done, so that nobody is reminded of it."""

    def act(unit: WriteUnit, handoff: Handoff) -> None:
        skip_briefing(unit, handoff, team)
        hold_debrief(unit, handoff, team)
        initial_all(unit, handoff, team)
        handoff.hold_kickoff(unit.now, by=team.csm, at=unit.now)
        deliver_all(unit, handoff, team)

    return act


def last(desk: Desk, reader: str) -> str:
    return str(desk.slack.ledger.in_channel(f"D-{reader}")[-1].args)


def count(desk: Desk, reader: str) -> int:
    return len(desk.slack.ledger.in_channel(f"D-{reader}"))


def test_an_acknowledgement_puts_the_history_below_the_card_and_to_ae_and_csm(
    desk: Desk, store: Store, team: Team
) -> None:
    handoff_id = assigned(store, team)
    acknowledge(store, team, handoff_id)
    desk.drain()
    with store.read(team.workspace_id) as unit:
        length, head = unit.history.head(handoff_id)
        version = unit.handoffs.get(handoff_id).brief_version
    told = f"{length} records, head {head.hex()[:16]}, with the brief at version {version}."
    card, *replies = desk.slack.ledger.in_channel("C0DEAL")
    (anchor,) = [one for one in replies if told in one.args["text"]]
    assert anchor.thread_ts == card.ts
    for reader in ("D-UAE", "D-UCSM"):
        found = [one for one in desk.slack.ledger.in_channel(reader) if told in one.args["text"]]
        assert len(found) == 1
    everywhere = [one.args["text"] for one in desk.slack.ledger.messages]
    assert sum("history anchor" in text for text in everywhere) == 3


def test_an_anchor_tells_nothing_to_who_has_no_part_any_more(
    desk: Desk, store: Store, team: Team
) -> None:
    handoff_id = assigned(store, team)
    acknowledge(store, team, handoff_id)
    change(
        store,
        team,
        handoff_id,
        team.csm.id,
        lambda unit, h: h.decline("Not my region", by=team.csm, at=unit.now),
    )
    desk.drain()
    assert not [
        one
        for one in desk.slack.ledger.in_channel("D-UCSM")
        if "history anchor" in one.args["text"]
    ]
    reasons = [row["reason"] for row in desk.rows(outbox) if row["kind"] == "anchor"]
    assert sorted(reasons, key=str) == [None, None, "no_part"]


def test_a_brief_that_is_sent_back_is_a_new_guide_of_the_ae_with_items_and_reason(
    desk: Desk, store: Store, team: Team
) -> None:
    handoff_id = assigned(store, team)
    desk.drain()
    before = count(desk, "UAE")
    send_back(store, team, handoff_id)
    desk.drain()
    assert count(desk, "UAE") == before + 1
    told = last(desk, "UAE")
    for words in ("Jonas sent the brief back", "real trigger", "private note", "Which orders?"):
        assert words in told
    assert "return_brief" in told
    assert not [row for row in desk.rows(outbox) if row["kind"] == "sent_back"]


def test_a_returned_brief_is_a_new_guide_of_the_csm_and_the_reason_is_gone(
    desk: Desk, store: Store, team: Team
) -> None:
    handoff_id = assigned(store, team)
    desk.drain()
    send_back(store, team, handoff_id)
    desk.drain()
    before = count(desk, "UCSM")
    change(
        store,
        team,
        handoff_id,
        team.ae.id,
        lambda unit, h: h.return_brief(by=team.ae, at=unit.now, policy=unit.policy),
    )
    desk.drain()
    assert count(desk, "UCSM") == before + 1
    assert "acknowledge" in last(desk, "UCSM")
    assert "Which orders?" not in last(desk, "UAE")


def test_an_ae_who_was_writing_anyway_gets_one_message_about_it(
    desk: Desk, store: Store, team: Team
) -> None:
    handoff_id = signed(store, team)
    why = "They start on Monday"
    change(
        store,
        team,
        handoff_id,
        team.cs_manager.id,
        lambda unit, h: h.assign_csm(team.csm, by=team.cs_manager, at=unit.now, override=why),
    )
    desk.drain()
    send_back(store, team, handoff_id)
    desk.drain()
    row = desk.row(outbox, kind="sent_back")
    assert (row["state"], row["person_id"]) == ("sent", team.ae.id)
    assert "Which orders?" in last(desk, "UAE")


def test_not_a_match_is_a_new_guide_of_the_csm_with_the_line_of_the_ae(
    desk: Desk, store: Store, team: Team
) -> None:
    handoff_id = assigned(store, team)
    acknowledge(store, team, handoff_id)
    restate(store, team, handoff_id)
    desk.drain()
    assert any("open_judge" in str(one.args) for one in desk.slack.ledger.in_channel("D-UAE"))
    before = count(desk, "UCSM")
    judge(store, team, handoff_id, Verdict(match=False, line="The board decided."))
    desk.drain()
    assert count(desk, "UCSM") == before + 1
    told = last(desk, "UCSM")
    assert "Maya says that the restatement is not a match." in told
    assert "The board decided." in told
    assert "open_restate" in told
    restate(store, team, handoff_id)
    desk.drain()
    assert "The board decided." not in last(desk, "UCSM")


def test_the_cs_manager_hears_who_declined_and_why_and_the_csms_guide_ends(
    desk: Desk, store: Store, team: Team
) -> None:
    handoff_id = assigned(store, team)
    desk.drain()
    before = count(desk, "UCS_MANAGER")
    change(
        store,
        team,
        handoff_id,
        team.csm.id,
        lambda unit, h: h.decline("Not my region", by=team.csm, at=unit.now),
    )
    desk.drain()
    assert count(desk, "UCS_MANAGER") == before + 1
    told = last(desk, "UCS_MANAGER")
    assert "Jonas is not the right CSM." in told
    assert "Not my region" in told
    assert "open_assign" in told
    assert "You have no part in this handoff any more." in last(desk, "UCSM")


def test_a_step_that_came_back_is_reminded_of_and_called_late_by_its_new_time(
    desk: Desk, store: Store, team: Team
) -> None:
    handoff_id = assigned(store, team)
    desk.drain()
    desk.clock.advance(50 * HOUR)
    desk.drain()
    # Friday 12:00 in Berlin: eight working hours reach to Monday 11:00.
    send_back(store, team, handoff_id)
    change(store, team, handoff_id, team.csm.id, all_but_the_brief(team))
    desk.drain()
    sweep = Sweep(store=store, clock=desk.clock)
    sweep.run()
    assert not [row for row in desk.rows(outbox) if row["kind"] == "late"]
    desk.clock.advance(72 * HOUR)
    sweep.run()
    late = [row["person_id"] for row in desk.rows(outbox) if row["kind"].startswith("late")]
    assert sorted(late) == sorted([team.ae.id, team.ae_manager.id])
    desk.drain()
    assert "sent the brief back" in last(desk, "UAE")


def test_what_changed_reaches_who_stands_in_for_whose_work_it_touches(
    store: Store, team: Team
) -> None:
    handoff_id = assigned(store, team)
    with store.write(team.workspace_id) as unit:
        stand_in = unit.people.ensure("U0NIKO", facts=PersonFacts("Niko", "Europe/Berlin"))
        for absent in (team.ae, team.csm):
            instead = team.outsider if absent is team.ae else stand_in
            unit.set_leave(absent.id, unit.now.date() + timedelta(days=5), instead.id, by=absent)
        unit.commit()

    def more(unit: WriteUnit, handoff: Handoff) -> None:
        handoff.override_closed_won("Their board meets", by=team.ae_manager, at=unit.now)
        brief = unit.brief.load(handoff.id, audiences=EVERY)
        deal = DealChange(Money(9_000_000, "USD"), handoff.marks)
        handoff.change_deal(deal, brief=brief, by=team.outsider, at=unit.now, policy=unit.policy)

    with store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        more(unit, handoff)
        told = announcements(handoff, list(enumerate(handoff.events)), asked_in=None)
        unit.save(handoff, actor_id=None)
        unit.commit()
    private = {(one.kind, one.person_id): one for one in told if one.place is Place.DM}
    assert private.keys() == {
        (NoticeKind.OVERRIDDEN, team.outsider.id),
        (NoticeKind.TIER_CHANGED, stand_in.id),
        (NoticeKind.TIER_CHANGED, team.cs_manager.id),
    }
    text = NoticeText(policy=Policy())
    with store.read(team.workspace_id) as now:
        for (_, reader), notice in private.items():
            said = text.for_person(now, notice, now.people.get(reader or 0))
            assert isinstance(said, Message)
