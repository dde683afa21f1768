"""What goes out when somebody else has a part or the champion left: to whom, in whose words."""

from datetime import date

import pytest

from bot.domain import champion_left, reassigning
from bot.domain.access import EVERY
from bot.domain.champion import CHAMPION, NOBODY_YET, Follower
from bot.domain.champion_left import Leaving
from bot.domain.items import SectionKey
from bot.domain.people import Person
from bot.domain.promises import Side
from bot.storage.people import PersonFacts
from bot.storage.tables import outbox
from bot.storage.unit_of_work import Store
from bot.views.sentences.champion import OWED
from tests.builders import Team, assigned, signed
from tests.delivery.desk import Desk
from tests.delivery.test_briefing import settled, shown


def reassign(store: Store, team: Team, handoff_id: int, ae: Person) -> None:
    with store.write(team.workspace_id) as unit:
        unit.reassign_ae(unit.handoffs.lock(handoff_id), ae, by=team.ae_manager)
        unit.commit()


def leave(
    store: Store, team: Team, handoff_id: int, follower: Follower = NOBODY_YET, *, by: Person
) -> None:
    """Recorded with its last day, as the form does it."""
    with store.write(team.workspace_id) as unit:
        handoff, brief = (
            unit.handoffs.lock(handoff_id),
            unit.brief.load(handoff_id, audiences=EVERY),
        )
        leaving = Leaving(brief.people.having(CHAMPION)[0].id, date(2026, 3, 20), follower)
        at, key = unit.now, SectionKey.PEOPLE
        after = champion_left.changed(
            handoff, brief.people, leaving, fresh=90, by=by, at=at
        ).model_copy(update={"second_contact": "Omar, by phone"})
        revision = unit.brief.save_section(handoff_id, key, after, by=by.id, at=at)
        champion_left.record(
            handoff,
            leaving,
            before=brief,
            people=after,
            revision=revision,
            by=by,
            at=at,
            policy=unit.policy,
        )
        unit.save(handoff, actor_id=by.id)
        unit.commit()


def test_everybody_whom_another_ae_concerns_is_told_in_words_for_them(
    desk: Desk, store: Store, team: Team
) -> None:
    handoff_id = assigned(store, team)
    desk.drain()
    reassign(store, team, handoff_id, team.outsider)
    desk.drain()
    new, former = shown(desk, "UOUTSIDER"), shown(desk, "UAE")
    assert "named you as the AE in place of Maya" in new
    assert "Not mine" in new
    assert "named Sam as the AE in your place" in former
    assert "goes on showing it to you" in former
    assert "You have no part in this handoff any more" in former
    for reader in ("UCSM", "UCS_MANAGER"):
        assert "named Sam as the AE in place of Maya" in shown(desk, reader)
    assert "in place of Maya" not in shown(desk, "UAE_MANAGER")
    thread = [one for one in desk.slack.ledger.messages if one.thread_ts is not None]
    assert sum("named Sam as the AE" in str(one.args) for one in thread) == 1
    (invited,) = [row for row in desk.rows(outbox) if row["kind"] == "member_invite"]
    assert (invited["state"], invited["person_id"]) == ("sent", team.outsider.id)


def test_where_it_changed_again_before_anybody_was_told_only_what_is_so_is_said(
    desk: Desk, store: Store, team: Team
) -> None:
    handoff_id = assigned(store, team)
    desk.drain()
    reassign(store, team, handoff_id, team.outsider)
    reassign(store, team, handoff_id, team.revops)
    desk.drain()
    told = settled(desk, "reassigned")
    assert {one for one in told if one[0] == "cancelled"} <= {
        ("cancelled", "no_longer_so", person)
        for person in (None, team.outsider.id, team.csm.id, team.cs_manager.id)
    }
    assert "named Wren as the AE in your place" in shown(desk, "UOUTSIDER")
    # Maya had it before Sam, who never heard of it before he had not.
    assert "in your place" in shown(desk, "UAE")
    assert "named Wren as the AE" in shown(desk, "UCSM")
    assert "named Sam as the AE in place" not in shown(desk, "UCSM")


@pytest.mark.parametrize("held", [True, False])
def test_another_csm_is_the_primary_contact_only_after_the_kickoff(
    desk: Desk, store: Store, team: Team, held: bool
) -> None:
    handoff_id = assigned(store, team)
    with store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        handoff.kickoff_held_at = unit.now if held else None
        unit.save(handoff, actor_id=None)
        unit.commit()
    desk.drain()
    with store.write(team.workspace_id) as unit:
        unit.assign(unit.handoffs.lock(handoff_id), team.outsider, by=team.cs_manager)
        unit.commit()
    desk.drain()
    assert "named Sam as the CSM in your place" in shown(desk, "UCSM")
    assert ("primary contact" in shown(desk, "UAE")) is held
    assert ("primary contact" in shown(desk, "UOUTSIDER")) is held
    assert "named Sam as the CSM in place of Jonas" in shown(desk, "UAE_MANAGER")


def test_a_manager_of_one_handoff_is_told_and_who_was_it(
    desk: Desk, store: Store, team: Team
) -> None:
    handoff_id = assigned(store, team)
    desk.drain()
    with store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        at, by = unit.now, team.revops
        reassigning.name_manager(handoff, Side.CSM, team.outsider, by=by, at=at)
        unit.save(handoff, actor_id=by.id)
        unit.commit()
    desk.drain()
    assert "Wren named you as the CS manager in place of Priya" in shown(desk, "UOUTSIDER")
    assert "Wren named Sam as the CS manager in your place" in shown(desk, "UCS_MANAGER")
    assert "as the CS manager" in shown(desk, "UCSM")
    assert "as the CS manager" not in shown(desk, "UAE")


def test_of_a_champion_who_left_hear_the_other_one_and_the_managers_each_what_they_may_read(
    desk: Desk, store: Store, team: Team
) -> None:
    handoff_id = assigned(store, team)
    desk.drain()
    leave(store, team, handoff_id, by=team.csm)
    desk.drain()
    for reader in ("UAE", "UAE_MANAGER", "UCS_MANAGER"):
        told = shown(desk, reader)
        assert "recorded that the champion" in told
        assert "20 Mar 2026" in told
        # Whom to call instead is for the inner circle.
        assert ("Omar, by phone" in told) is (reader != "UAE_MANAGER")
    assert "recorded that the champion" not in shown(desk, "UCSM")
    card = next(one for one in desk.slack.ledger.in_channel("C0DEAL") if one.thread_ts is None)
    assert "nobody yet (" in str(card.args)
    # Before the kickoff the AE finds out who follows.
    assert OWED in shown(desk, "UAE")
    assert OWED not in shown(desk, "UCSM")


def test_who_follows_is_said_with_it(desk: Desk, store: Store, team: Team) -> None:
    handoff_id = assigned(store, team)
    desk.drain()
    leave(store, team, handoff_id, Follower(name="Nora Blum"), by=team.ae)
    desk.drain()
    assert "The champion is now Nora Blum." in shown(desk, "UCSM")
    assert OWED not in shown(desk, "UAE")


def test_an_ae_who_is_gone_before_the_brief_is_done_leaves_their_manager_the_list_once(
    desk: Desk, store: Store, team: Team
) -> None:
    signed(store, team)
    assigned(store, team)
    desk.drain()
    for closed in (True, False, True):
        with store.write(team.workspace_id) as unit:
            facts = PersonFacts(name=team.ae.name, deactivated=closed)
            unit.note_account(team.ae.slack_id, facts)
            unit.commit()
        desk.drain()
    told = shown(desk, "UAE_MANAGER")
    assert told.count("Pre-sales: ") == 1
    assert told.count("open_interviews") == 1
    assert told.count("Reassign AE") >= 2
    rows = [row for row in desk.rows(outbox) if row["kind"] == "owner_gone"]
    assert [row["person_id"] for row in rows] == [team.ae_manager.id]
