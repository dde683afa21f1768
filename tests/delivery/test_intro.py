"""What goes out about the intro: that it was sent, who wrote before, and the clock's own words."""

from datetime import datetime, timedelta

from bot.clock.sweep import Sweep
from bot.domain import introducing
from bot.domain.breakdowns import Breakdown
from bot.domain.handoff import Handoff
from bot.domain.intro import Contacted, CsBefore, IntroDraft, Sent, Way
from bot.domain.people import Person
from bot.domain.verification import Checks, RecordKind, Restatement
from bot.storage.unit_of_work import Store, WriteUnit
from tests.builders import WEDNESDAY, FixedClock, Team, assigned, signed
from tests.delivery.desk import Desk
from tests.delivery.test_briefing import settled, shown
from tests.delivery.test_verification import acknowledge, change, last

HOUR = timedelta(hours=1)
YES = Checks(metric=True, no_plan=True, champion=True)
WORDS = Restatement(why="The lease ends", success="0.8 %", risk="none")


def read(store: Store, team: Team) -> int:
    """Nothing holds the intro any more."""
    handoff_id = assigned(store, team)
    acknowledge(store, team, handoff_id)

    def act(unit: WriteUnit, handoff: Handoff) -> None:
        handoff.answer_checks(YES, revision=1, by=team.csm, at=unit.now)
        handoff.restate(WORDS, revision=1, by=team.csm, at=unit.now)

    change(store, team, handoff_id, team.csm.id, act)
    return handoff_id


def send(
    store: Store,
    team: Team,
    handoff_id: int,
    at: datetime,
    *,
    by: Person | None = None,
    csm: datetime | None = None,
    reason: str = "",
) -> None:
    actor = by or team.ae
    before = CsBefore.CSM if csm is not None else CsBefore.NO
    wrote = Contacted(csm, Way.PHONE) if csm is not None else None
    sent = Sent(Contacted(at, Way.EMAIL), before, wrote)

    def act(unit: WriteUnit, handoff: Handoff) -> None:
        policy = unit.policy
        introducing.mark_sent(handoff, sent, by=actor, at=unit.now, policy=policy, reason=reason)

    change(store, team, handoff_id, actor.id, act)


def note(store: Store, team: Team, handoff_id: int, at: datetime | None) -> None:
    wrote = Contacted(at, Way.CHAT) if at is not None else None

    def act(unit: WriteUnit, handoff: Handoff) -> None:
        introducing.note_contact(handoff, wrote, by=team.csm, at=unit.now, policy=unit.policy)

    change(store, team, handoff_id, team.csm.id, act)


def take_back(store: Store, team: Team, handoff_id: int) -> None:
    def act(unit: WriteUnit, handoff: Handoff) -> None:
        introducing.take_back(handoff, by=team.ae, at=unit.now, policy=unit.policy)

    change(store, team, handoff_id, team.ae.id, act)


def sweep(desk: Desk) -> None:
    Sweep(store=desk.store, clock=desk.clock).run()


def thread(desk: Desk) -> str:
    return "\n".join(str(one.args) for one in desk.slack.ledger.in_channel("C0DEAL"))


def test_the_thread_reads_that_it_went_out_while_that_is_so(
    desk: Desk, store: Store, team: Team
) -> None:
    sent, mistaken = read(store, team), read(store, team)
    send(store, team, sent, WEDNESDAY)
    send(store, team, mistaken, WEDNESDAY)
    take_back(store, team, mistaken)
    desk.drain()
    assert [state for state, _, _ in settled(desk, "intro_sent")] == ["sent", "cancelled"]
    assert [state for state, _, _ in settled(desk, "intro_not_sent")] == ["sent"]
    assert "Maya sent the intro to the champion, by e-mail" in thread(desk)


def test_a_manager_who_records_it_is_named_as_who_recorded_it(
    desk: Desk, store: Store, team: Team
) -> None:
    handoff_id = read(store, team)
    boss = team.ae_manager
    send(store, team, handoff_id, WEDNESDAY, by=boss, reason="Maya is on leave")
    desk.drain()
    assert f"{boss.name} recorded that the intro to the champion went out" in thread(desk)
    assert "recorded that the intro went out for you" in last(desk, "UAE")


def test_the_ae_hears_that_the_csm_wrote_and_not_what_holds_no_more(
    desk: Desk, store: Store, team: Team, clock: FixedClock
) -> None:
    noted, corrected, taken, sent = (read(store, team) for _ in range(4))
    clock.advance(3 * HOUR)
    for one in (noted, corrected, taken, sent):
        note(store, team, one, WEDNESDAY + HOUR)
    note(store, team, corrected, WEDNESDAY + 2 * HOUR)
    note(store, team, taken, None)
    send(store, team, sent, WEDNESDAY + 2 * HOUR)
    desk.drain()
    reasons = [reason for _, reason, _ in settled(desk, "csm_wrote")]
    # The form after the intro said nobody wrote, where the CSM's own word stands against it.
    assert reasons.count(None) == 2
    assert set(reasons) == {None, "no_longer_so"}
    assert "Jonas wrote to the champion before your intro, in a chat" in shown(desk, "UAE")


def test_the_csm_hears_that_the_ae_says_so(
    desk: Desk, store: Store, team: Team, clock: FixedClock
) -> None:
    handoff_id = read(store, team)
    clock.advance(3 * HOUR)
    send(store, team, handoff_id, WEDNESDAY + 2 * HOUR, csm=WEDNESDAY + HOUR)
    desk.drain()
    told = last(desk, "UCSM")
    assert "Maya recorded that you wrote to the champion before the intro" in told
    assert "open_contact" in told


def test_the_reminder_counts_the_words_of_the_draft_for_its_sender_alone(
    desk: Desk, store: Store, team: Team, clock: FixedClock
) -> None:
    handoff_id = read(store, team)

    def act(unit: WriteUnit, handoff: Handoff) -> None:
        of = introducing.sender(handoff, unit.policy)
        revision = unit.records.save(
            handoff.id,
            RecordKind.INTRO_DRAFT,
            IntroDraft(words="Dear Ilse, zzdraftzz"),
            by=team.ae.id,
            at=unit.now,
            audience=of.readers,
        )
        introducing.save_draft(
            handoff, revision=revision, by=team.ae, at=unit.now, policy=unit.policy
        )

    change(store, team, handoff_id, team.ae.id, act)
    desk.drain()
    for _ in range(60):
        clock.advance(HOUR)
        sweep(desk)
        desk.drain()
    told = shown(desk, "UAE")
    assert "The draft has 3 words; 80 to 120 read best." in told
    assert "mark_intro_sent" in told
    # It is late to their manager at once, who reads no word of it.
    boss = shown(desk, "UAE_MANAGER")
    assert "intro to the champion" in boss
    assert "first contact" in boss
    assert "The draft has" not in boss
    assert "zzdraftzz" not in told + boss


def test_a_day_after_the_signature_a_brief_that_says_nothing_is_recorded_once(
    desk: Desk, store: Store, team: Team, clock: FixedClock
) -> None:
    silent, ready = signed(store, team), assigned(store, team)

    def breakdowns(handoff_id: int) -> set[Breakdown]:
        with store.read(team.workspace_id) as unit:
            return set(unit.handoffs.get(handoff_id).breakdowns)

    clock.advance(23 * HOUR)
    sweep(desk)
    assert breakdowns(silent) == set()
    clock.advance(HOUR)
    sweep(desk)
    sweep(desk)
    assert breakdowns(silent) == {Breakdown.AE_SILENT}
    assert breakdowns(ready) == set()
    with store.read(team.workspace_id) as unit:
        bodies = [record.body for record in unit.history.records(silent)]
    assert sum(b"breakdown.recorded" in body for body in bodies) == 1
