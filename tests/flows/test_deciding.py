"""Late promises: talked over with the customer before the kickoff, decided by both sides after."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.clock.sweep import Sweep
from bot.domain.deadlines import Deadline, DeadlineState, Step
from bot.domain.disputes import Outcome
from bot.domain.history import Tag
from bot.domain.notices import NoticeKind
from bot.domain.nudging import Stage
from bot.domain.promises import Fate
from bot.domain.verification import Checks, RecordKind
from bot.storage.tables import late_answer, outbox
from bot.views.ids import ActionId
from bot.views.payload import Ref
from tests.builders import FixedClock
from tests.flows.app import App, Modal, Reply
from tests.flows.test_disputes import AE_MANAGER, REVOPS
from tests.flows.test_late_promises import WORDS, opened
from tests.flows.test_ledger import (
    AE,
    CS_MANAGER,
    CSM,
    OUTSIDER,
    ae_initials,
    deliverable,
    edit,
    entry,
    ref,
    sound,
)
from tests.flows.test_promise_days import hold

SAID = "They know that it takes until September."
NUMBER = 2
KEPT = {"settlement": "kept"}
RENEGOTIATED = {"settlement": "renegotiated", "words": "A login page", "due": "2026-09-01"}
WITHDRAWN = {"settlement": "withdrawn", "reason": "They have one already"}


def add_late(
    app: App, handoff_id: int, user: str = AE, how: str = "customer", words: str = WORDS
) -> None:
    form = opened(app, user, handoff_id)
    typed = form.type(words=words, surfaced=how, due="2026-08-01", owner_id=CSM)
    assert not app.submit(user, typed).errors


def about(app: App, handoff_id: int) -> Ref:
    return ref(app, handoff_id, NUMBER)


def talk(app: App, user: str, handoff_id: int, **typed: str) -> Reply:
    form = app.modal(app.press(user, ActionId.OPEN_TALKED, about(app, handoff_id)))
    return app.submit(user, form.type(**typed))


def deciding(app: App, user: str, handoff_id: int) -> Modal:
    return app.modal(app.press(user, ActionId.OPEN_DECIDE_LATE, about(app, handoff_id)))


def decide(app: App, user: str, handoff_id: int, **typed: str) -> Reply:
    return app.submit(user, deciding(app, user, handoff_id).type(**typed))


def owed(app: App, handoff_id: int) -> dict[Step, Deadline]:
    with app.store.read(app.team.workspace_id) as unit:
        assert not unit.drifted(handoff_id)
        found = unit.deadlines.of(handoff_id)
        return {one.step: one for one in found if one.subject == NUMBER}


def states(app: App, handoff_id: int) -> dict[Step, DeadlineState]:
    late = (Step.LATE_TALK, Step.LATE_DECIDE, Step.LATE_DECIDE_AE)
    return {step: one.state for step, one in owed(app, handoff_id).items() if step in late}


def told(app: App) -> list[int | None]:
    kind = NoticeKind.LATE_DIFFERS.value
    with app.store.database.reading() as connection:
        asked = select(outbox.c.person_id).where(outbox.c.kind == kind).order_by(outbox.c.id)
        return list(connection.execute(asked).scalars())


@pytest.fixture
def before_kickoff(app: App) -> int:
    """One with a late promise that the AE has not talked over."""
    one = deliverable(app)
    ae_initials(app, one)
    add_late(app, one)
    return one


@pytest.fixture
def handoff_id(app: App, before_kickoff: int) -> int:
    """The same once the kickoff was held."""
    hold(app, before_kickoff)
    return before_kickoff


def page(app: App, handoff_id: int) -> str:
    return app.modal(app.press(AE, ActionId.OPEN_LEDGER, Ref(handoff=handoff_id))).words


def test_the_ae_owes_a_talk_by_the_day_before_the_kickoff(app: App, before_kickoff: int) -> None:
    with app.store.read(app.team.workspace_id) as unit:
        of_ledger = [
            one.raw_due_at
            for one in unit.deadlines.of(before_kickoff)
            if one.step is Step.INITIALS_AE
        ]
    talked = owed(app, before_kickoff)[Step.LATE_TALK]
    assert (talked.state, talked.owner_id) == (DeadlineState.OPEN, app.team.ae.id)
    assert talked.manager_id == app.team.ae_manager.id
    assert [talked.due_at] == of_ledger
    assert "The AE still has to talk to the customer about it" in page(app, before_kickoff)


def test_it_moves_with_the_kickoff(app: App, before_kickoff: int) -> None:
    """A check that is no yes asks for a call, and with that for a later kickoff."""
    before = owed(app, before_kickoff)[Step.LATE_TALK].due_at
    with app.store.write(app.team.workspace_id) as unit:
        handoff = unit.handoffs.lock(before_kickoff)
        by, at = app.team.csm, unit.now
        handoff.acknowledge(version=handoff.brief_version, by=by, at=at)
        unit.save(handoff, actor_id=by.id)
        checks = Checks(metric=False, no_plan=True, champion=True)
        revision = unit.records.save(handoff.id, RecordKind.CHECKS, checks, by=by.id, at=at)
        handoff.answer_checks(checks, revision=revision, by=by, at=at)
        unit.save(handoff, actor_id=by.id)
        unit.commit()
    assert owed(app, before_kickoff)[Step.LATE_TALK].due_at >= before


def test_found_shortly_before_the_kickoff_it_leaves_the_ordinary_window(
    app: App, clock: FixedClock
) -> None:
    one = deliverable(app)
    ae_initials(app, one)
    with app.store.read(app.team.workspace_id) as unit:
        due = next(d.due_at for d in unit.deadlines.of(one) if d.step is Step.INITIALS_AE)
    clock.advance(due - timedelta(hours=1) - clock.now())
    add_late(app, one)
    talked = owed(app, one)[Step.LATE_TALK]
    # One of the eight hours lies before the end of that day.
    assert talked.due_at.date() == (due + timedelta(days=3)).date()  # After the weekend.
    assert talked.due_at > due


def test_who_does_not_talk_is_reminded_and_late_the_ae_manager_is_told(
    app: App, before_kickoff: int, clock: FixedClock
) -> None:
    sweep = Sweep(store=app.store, clock=clock)
    due = owed(app, before_kickoff)[Step.LATE_TALK].due_at
    clock.advance(due - timedelta(hours=1) - clock.now())
    sweep.run()
    assert Stage.MOST in owed(app, before_kickoff)[Step.LATE_TALK].said
    clock.advance(timedelta(hours=1, minutes=1))
    sweep.run()
    clock.advance(timedelta(days=3))
    sweep.run()
    late = owed(app, before_kickoff)[Step.LATE_TALK]
    assert {Stage.LATE, Stage.LATE_MANAGER} <= late.said


def test_kept_after_the_talk_it_keeps_its_initials_and_says_who_talked(
    app: App, before_kickoff: int
) -> None:
    ae_initials(app, before_kickoff, NUMBER)
    unsaid = talk(app, AE, before_kickoff, **KEPT)
    assert unsaid.errors
    assert not talk(app, AE, before_kickoff, **KEPT, line=SAID).errors
    now = entry(app, before_kickoff, NUMBER)
    assert now.initials
    assert now.dealt is not None
    assert (now.dealt.outcome, now.dealt.line) == (Outcome.KEPT, SAID)
    assert not now.dealt.together
    assert states(app, before_kickoff) == {Step.LATE_TALK: DeadlineState.DONE}
    told_of = page(app, before_kickoff)
    assert SAID in told_of
    assert "still has to talk" not in told_of
    again = app.press(AE, ActionId.OPEN_TALKED, about(app, before_kickoff)).sentence
    assert again
    # After the kickoff there is nothing left to decide.
    hold(app, before_kickoff)
    assert states(app, before_kickoff) == {Step.LATE_TALK: DeadlineState.DONE}
    assert app.events(before_kickoff).count(Tag.LATE_TALKED) == 1
    assert sound(app, before_kickoff)


def test_renegotiated_before_the_kickoff_it_is_another_wording_with_open_boxes(
    app: App, before_kickoff: int
) -> None:
    ae_initials(app, before_kickoff, NUMBER)
    assert not talk(app, AE, before_kickoff, **RENEGOTIATED, line=SAID).errors
    now = entry(app, before_kickoff, NUMBER)
    assert (now.promise.text.words, now.promise.version) == ("A login page", 2)
    assert now.promise.text.due == date(2026, 9, 1)
    assert not now.initials
    assert now.fate is Fate.OPEN  # What becomes of a promise is said after the kickoff.
    assert states(app, before_kickoff) == {Step.LATE_TALK: DeadlineState.DONE}
    same = {"settlement": "renegotiated", "words": WORDS, "due": "2026-08-01"}
    other = deliverable(app)
    ae_initials(app, other)
    add_late(app, other)
    assert talk(app, AE, other, **same, line=SAID).errors


def test_withdrawn_after_the_talk_its_line_is_the_reason_and_for_fewer_readers(
    app: App, before_kickoff: int
) -> None:
    assert not talk(app, AE, before_kickoff, settlement="withdrawn", line=SAID).errors
    now = entry(app, before_kickoff, NUMBER)
    assert not now.open
    assert now.reason == SAID
    assert now.dealt is not None
    assert now.dealt.line == ""
    assert states(app, before_kickoff) == {Step.LATE_TALK: DeadlineState.DONE}
    assert sound(app, before_kickoff)


def test_withdrawn_without_a_talk_it_is_owed_by_nobody(app: App, before_kickoff: int) -> None:
    edit(app, AE, before_kickoff, NUMBER, withdraw="Never said so")
    assert states(app, before_kickoff) == {Step.LATE_TALK: DeadlineState.DROPPED}


def test_the_ae_manager_records_the_talk_with_a_reason_and_the_ae_is_told(
    app: App, before_kickoff: int
) -> None:
    without = talk(app, AE_MANAGER, before_kickoff, **KEPT, line=SAID)
    assert without.errors
    reason = {"reason": "Maya is on a plane."}
    assert not talk(app, AE_MANAGER, before_kickoff, **KEPT, line=SAID, **reason).errors
    with app.store.database.reading() as connection:
        kind = NoticeKind.RECORDED_FOR.value
        asked = select(outbox.c.person_id).where(outbox.c.kind == kind)
        assert list(connection.execute(asked).scalars()) == [app.team.ae.id]


@pytest.mark.parametrize("user", [CSM, CS_MANAGER, REVOPS, OUTSIDER])
def test_nobody_else_records_the_talk(app: App, before_kickoff: int, user: str) -> None:
    before = app.rows()
    refused = app.press(user, ActionId.OPEN_TALKED, about(app, before_kickoff)).sentence
    assert "is up to Maya." in refused
    assert app.rows() == before


def test_before_the_kickoff_nobody_decides_and_what_is_not_late_is_not_talked_over(
    app: App, before_kickoff: int
) -> None:
    early = app.press(CSM, ActionId.OPEN_DECIDE_LATE, about(app, before_kickoff)).sentence
    assert "not recorded as held" in early
    other = app.press(AE, ActionId.OPEN_TALKED, ref(app, before_kickoff)).sentence
    assert "not a late one" in other


def test_after_the_kickoff_both_sides_owe_a_decision_in_two_business_days(
    app: App, handoff_id: int, clock: FixedClock
) -> None:
    """It was held on a Wednesday; what was not talked over is decided by Friday evening."""
    steps = owed(app, handoff_id)
    assert steps[Step.LATE_TALK].state is DeadlineState.DROPPED
    assert clock.now().date() == date(2026, 3, 4)
    team, due = app.team, datetime(2026, 3, 6, 17, tzinfo=UTC)
    for step, owner, manager in (
        (Step.LATE_DECIDE, team.csm, team.cs_manager),
        (Step.LATE_DECIDE_AE, team.ae, team.ae_manager),
    ):
        one = steps[step]
        assert (one.state, one.owner_id, one.manager_id, one.due_at) == (
            DeadlineState.OPEN,
            owner.id,
            manager.id,
            due,
        )
    refused = app.press(AE, ActionId.OPEN_TALKED, about(app, handoff_id)).sentence
    assert "AE and CSM decide about a late promise together" in refused
    assert "AE and CSM still have to decide about it" in page(app, handoff_id)
    # What became of it is not asked before that.
    early = app.press(AE, ActionId.PROMISE_DELIVERED, about(app, handoff_id)).sentence
    assert "have not decided about it yet" in early


def test_heard_from_the_customer_after_the_kickoff_it_is_decided_from_then_on(
    app: App, clock: FixedClock
) -> None:
    one = deliverable(app)
    ae_initials(app, one)
    hold(app, one)
    clock.advance(timedelta(days=3))  # Saturday.
    add_late(app, one, CSM)
    steps = owed(app, one)
    assert Step.LATE_TALK not in steps
    assert {steps[step].due_at for step in (Step.LATE_DECIDE, Step.LATE_DECIDE_AE)} == {
        datetime(2026, 3, 10, 17, tzinfo=UTC)
    }


def test_who_does_not_decide_is_late_to_their_own_manager(
    app: App, handoff_id: int, clock: FixedClock
) -> None:
    assert not decide(app, AE, handoff_id, **KEPT).errors
    sweep = Sweep(store=app.store, clock=clock)
    due = owed(app, handoff_id)[Step.LATE_DECIDE].due_at
    for at in (due - timedelta(hours=1), due + timedelta(minutes=1), due + timedelta(days=3)):
        clock.advance(at - clock.now())
        sweep.run()
    steps = owed(app, handoff_id)
    assert {Stage.MOST, Stage.LATE, Stage.LATE_MANAGER} <= steps[Step.LATE_DECIDE].said
    assert steps[Step.LATE_DECIDE].manager_id == app.team.cs_manager.id
    # The AE answered and waits: that is not late.
    assert steps[Step.LATE_DECIDE_AE].state is DeadlineState.DONE
    assert Stage.LATE not in steps[Step.LATE_DECIDE_AE].said


@pytest.mark.parametrize(("first", "second"), [(AE, CSM), (CSM, AE)])
def test_two_answers_that_are_the_same_decide_at_once(
    app: App, handoff_id: int, first: str, second: str
) -> None:
    assert not decide(app, first, handoff_id, **KEPT).errors
    again = app.press(first, ActionId.OPEN_DECIDE_LATE, about(app, handoff_id)).sentence
    assert "once the other side answers the same" in again
    assert entry(app, handoff_id, NUMBER).dealt is None
    # Nothing shows the second what the first one answered.
    form = deciding(app, second, handoff_id)
    assert "answers differ" not in form.words
    assert "initial_option" not in str(form.view)
    assert app.submit(second, form.type(**KEPT)).body == {}
    now = entry(app, handoff_id, NUMBER)
    assert now.dealt is not None
    assert (now.dealt.outcome, now.dealt.together) == (Outcome.KEPT, True)
    assert set(states(app, handoff_id).values()) <= {DeadlineState.DONE, DeadlineState.DROPPED}
    assert "Decided by AE and CSM: it stays as it is" in page(app, handoff_id)
    assert told(app) == []
    assert app.events(handoff_id)[-1] == Tag.LATE_DECIDED
    # From now on it is said what became of it.
    assert app.press(AE, ActionId.PROMISE_DELIVERED, about(app, handoff_id)).body == {}
    assert entry(app, handoff_id, NUMBER).fate is Fate.DELIVERED
    assert sound(app, handoff_id)


def test_two_different_answers_are_shown_to_both_and_changed_until_they_are_the_same(
    app: App, handoff_id: int, clock: FixedClock
) -> None:
    decide(app, AE, handoff_id, **WITHDRAWN)
    assert "They have one already" not in deciding(app, CSM, handoff_id).words
    form = deciding(app, CSM, handoff_id)
    differs = app.submit(CSM, form.type(**RENEGOTIATED))
    shown = app.updated(form, differs.body["view"])
    for words in ("The two answers differ", "They have one already", "A login page"):
        assert words in shown.words
    # The AE answered before, and is told.
    assert told(app) == [app.team.ae.id]
    steps = owed(app, handoff_id)
    assert steps[Step.LATE_DECIDE].state is DeadlineState.OPEN
    assert steps[Step.LATE_DECIDE_AE].state is DeadlineState.OPEN
    again = deciding(app, AE, handoff_id)
    assert "A login page" in again.words
    same = app.submit(AE, again.type(**WITHDRAWN))
    assert list(same.errors) == [again.block_of("settlement")]
    # Another answer that still is not the same is told to the other side.
    kept = app.submit(AE, again.type(**KEPT))
    assert "It stays as it is" in app.updated(again, kept.body["view"]).words
    assert told(app) == [app.team.ae.id, app.team.csm.id]
    clock.advance(timedelta(hours=1))
    assert decide(app, AE, handoff_id, **RENEGOTIATED).body == {}
    now = entry(app, handoff_id, NUMBER)
    assert now.promise.text.words == "A login page"
    assert now.fate is Fate.RENEGOTIATED
    assert now.dealt is not None
    assert set(states(app, handoff_id).values()) <= {DeadlineState.DONE, DeadlineState.DROPPED}
    assert sound(app, handoff_id)


def test_a_late_answer_that_differs_gives_both_the_ordinary_window(
    app: App, handoff_id: int, clock: FixedClock
) -> None:
    decide(app, AE, handoff_id, **KEPT)
    due = owed(app, handoff_id)[Step.LATE_DECIDE].due_at
    clock.advance(due - timedelta(hours=1) - clock.now())
    decide(app, CSM, handoff_id, **WITHDRAWN)
    steps = owed(app, handoff_id)
    again = steps[Step.LATE_DECIDE].due_at
    assert again > due
    # Whoever changes an answer without an end to it wins no more time.
    clock.advance(timedelta(minutes=30))
    decide(app, CSM, handoff_id, **RENEGOTIATED)
    assert owed(app, handoff_id)[Step.LATE_DECIDE].due_at == again


def test_withdrawn_by_both_it_keeps_the_reason_of_the_answer_that_decided(
    app: App, handoff_id: int
) -> None:
    decide(app, CSM, handoff_id, settlement="withdrawn", reason="Nobody can build it")
    assert not decide(app, AE, handoff_id, **WITHDRAWN).errors
    now = entry(app, handoff_id, NUMBER)
    assert not now.open
    assert now.reason == WITHDRAWN["reason"]
    assert app.press(CSM, ActionId.OPEN_DECIDE_LATE, about(app, handoff_id)).sentence


def test_what_it_says_now_is_answered_and_nothing_else(app: App, handoff_id: int) -> None:
    stale = deciding(app, CSM, handoff_id)
    decide(app, AE, handoff_id, **KEPT)
    edit(app, AE, handoff_id, NUMBER, words="Two login pages")
    refused = app.submit(CSM, stale.type(**KEPT))
    assert "reads differently now" in refused.sentence
    # The answer of the AE was about other words.
    assert states(app, handoff_id)[Step.LATE_DECIDE_AE] is DeadlineState.OPEN
    assert decide(app, CSM, handoff_id, **KEPT).body == {}
    assert entry(app, handoff_id, NUMBER).dealt is None
    assert decide(app, AE, handoff_id, **KEPT).body == {}
    assert entry(app, handoff_id, NUMBER).dealt is not None


def test_an_answer_needs_what_it_says(app: App, handoff_id: int) -> None:
    form = deciding(app, AE, handoff_id)
    assert list(app.submit(AE, form).errors) == [form.block_of("settlement")]
    bare = app.submit(AE, form.type(settlement="withdrawn"))
    assert list(bare.errors) == [form.block_of("reason")]
    same = app.submit(AE, form.type(settlement="renegotiated"))
    assert list(same.errors) == [form.block_of("words")]
    with app.store.database.reading() as connection:
        assert not connection.execute(select(late_answer)).all()


def test_another_csm_has_answered_nothing_yet(app: App, handoff_id: int) -> None:
    decide(app, CSM, handoff_id, **KEPT)
    with app.store.write(app.team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        handoff.decline("Not mine", by=app.team.csm, at=unit.now)
        unit.save(handoff, actor_id=app.team.csm.id)
        unit.commit()
    with app.store.database.reading() as connection:
        assert not connection.execute(select(late_answer)).all()


def test_a_button_that_names_no_promise_leads_to_the_first_that_waits(
    app: App, before_kickoff: int
) -> None:
    """As the buttons of a summary and of Home do."""
    whole = Ref(handoff=before_kickoff)
    assert WORDS in app.modal(app.press(AE, ActionId.OPEN_TALKED, whole)).words
    hold(app, before_kickoff)
    add_late(app, before_kickoff, words="Weekly calls in the first summer.")
    decide(app, AE, before_kickoff, **KEPT)
    form = app.modal(app.press(AE, ActionId.OPEN_DECIDE_LATE, whole))
    assert "Promise 3" in form.words
    app.submit(AE, form.type(**KEPT))
    waits = app.press(AE, ActionId.OPEN_DECIDE_LATE, whole).sentence
    assert "once the other side answers the same" in waits
    other = deliverable(app)
    nothing = app.press(AE, ActionId.OPEN_DECIDE_LATE, Ref(handoff=other)).sentence
    assert "No late promise of this handoff waits" in nothing


@pytest.mark.parametrize("user", [AE_MANAGER, CS_MANAGER, REVOPS, OUTSIDER])
def test_nobody_but_the_two_sides_decides(app: App, handoff_id: int, user: str) -> None:
    before = app.rows()
    refused = app.press(user, ActionId.OPEN_DECIDE_LATE, about(app, handoff_id)).sentence
    assert "Deciding about a late promise is up to Maya or Jonas." in refused
    assert app.rows() == before
