"""Disputes through their buttons and forms: raised, answered alone, settled, decided."""

import threading
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.clock.sweep import Sweep
from bot.domain.deadlines import Deadline, DeadlineState, Step
from bot.domain.history import Tag
from bot.domain.notices import NoticeKind
from bot.domain.people import Role
from bot.domain.promises import Signing
from bot.storage.tables import handoff, outbox
from bot.views.ids import ActionId, Field, MoreChoice
from bot.views.ledger_file import ledger_markdown
from bot.views.payload import Ref
from tests.builders import FixedClock
from tests.flows.app import App, Modal, Reply
from tests.flows.test_ledger import (
    AE,
    CS_MANAGER,
    CSM,
    OUTSIDER,
    ae_initials,
    csm_initials,
    deliverable,
    edit,
    entry,
    ref,
    sound,
)

AE_MANAGER, REVOPS = "UAE_MANAGER", "UREVOPS"
WHY = "Nobody asked the platform team."
KEPT, WITHDRAWN = {"settlement": "kept"}, {"settlement": "withdrawn", "reason": "Never said so"}
REWORDED = {"settlement": "reworded", "words": "A login page in their colours"}
RENEGOTIATED = {"settlement": "renegotiated", "due": "2026-09-01"}


def dispute(app: App, user: str, handoff_id: int, why: str = WHY) -> Reply:
    form = app.modal(app.press(user, ActionId.OPEN_DISPUTE, ref(app, handoff_id)))
    return app.submit(user, form.type(reason=why))


def opened(app: App, user: str, handoff_id: int) -> Modal:
    return app.modal(app.press(user, ActionId.OPEN_SETTLE, ref(app, handoff_id)))


def answer(app: App, user: str, handoff_id: int, **typed: str) -> Reply:
    return app.submit(user, opened(app, user, handoff_id).type(**typed))


def signing(app: App, handoff_id: int) -> Signing:
    with app.store.read(app.team.workspace_id) as unit:
        return unit.handoffs.get(handoff_id).signing


def owed(app: App, handoff_id: int) -> dict[Step, Deadline]:
    with app.store.read(app.team.workspace_id) as unit:
        return {one.step: one for one in unit.deadlines.of(handoff_id) if one.subject}


def told(app: App, kind: NoticeKind) -> set[int | None]:
    with app.store.database.reading() as connection:
        found = connection.execute(select(outbox.c.person_id).where(outbox.c.kind == kind.value))
        return set(found.scalars())


def new_cs_manager(app: App, handoff_id: int) -> None:
    with app.store.write(app.team.workspace_id) as unit:
        one = unit.handoffs.lock(handoff_id)
        one.cs_manager_id = app.team.outsider.id
        unit.save(one, actor_id=None)
        unit.commit()


@pytest.fixture
def handoff_id(app: App) -> int:
    """One whose only promise is initialed by both, and disputed by the CSM."""
    one = deliverable(app)
    ae_initials(app, one)
    csm_initials(app, one)
    assert dispute(app, CSM, one).body == {}
    return one


def test_a_dispute_keeps_the_initials_and_nothing_counts_as_signed(
    app: App, handoff_id: int
) -> None:
    now = entry(app, handoff_id)
    assert now.signed
    assert now.dispute is not None
    assert (now.dispute.reason, now.dispute.by.slack_id) == (WHY, CSM)
    state = signing(app, handoff_id)
    assert (state.signed, state.disputed, state.complete) == (1, 1, False)
    assert state.done_at(now.dispute.side) is None
    team = app.team
    assert told(app, NoticeKind.SETTLE_ASKED) == {team.ae_manager.id, team.cs_manager.id}
    # Who raised it knows; below the card it stands for everybody.
    assert told(app, NoticeKind.DISPUTED) == {team.ae.id, None}
    page = app.modal(app.press(AE, ActionId.OPEN_LEDGER, Ref(handoff=handoff_id)))
    assert "1 disputed" in page.words
    assert WHY in page.words
    assert sound(app, handoff_id)


def test_one_dispute_at_a_time_and_only_with_a_reason(app: App, handoff_id: int) -> None:
    before = app.rows()
    for user in (AE, CSM):
        refused = app.press(user, ActionId.OPEN_DISPUTE, ref(app, handoff_id)).sentence
        assert "Jonas disputes this promise already" in refused
    assert app.rows() == before
    other = deliverable(app)
    assert dispute(app, AE, other, why="  ").errors
    assert dispute(app, AE, other, why="x" * 1001).errors
    assert entry(app, other).dispute is None


@pytest.mark.parametrize("user", [CS_MANAGER, AE_MANAGER, REVOPS, OUTSIDER])
def test_nobody_but_the_two_sides_disputes(app: App, user: str) -> None:
    one = deliverable(app)
    before = app.rows()
    refused = app.press(user, ActionId.OPEN_DISPUTE, ref(app, one)).sentence
    assert "Disputing a promise is up to Maya or Jonas." in refused
    assert app.rows() == before


def test_a_dispute_is_taken_back_by_the_side_that_raised_it(app: App, handoff_id: int) -> None:
    value = ref(app, handoff_id).model_copy(update={"thing": MoreChoice.TAKE_BACK_DISPUTE.value})
    refused = app.press(AE, ActionId.TAKE_BACK_DISPUTE, ref(app, handoff_id)).sentence
    assert "up to Jonas." in refused
    body = app.press_body(CSM, ActionId.MORE)
    del body["actions"][0]["value"]
    body["actions"][0] |= {"type": "overflow", "selected_option": {"value": value.dump()}}
    assert app.deliver(body).body == {}
    assert entry(app, handoff_id).dispute is None
    assert signing(app, handoff_id).complete
    assert all(one.state is not DeadlineState.OPEN for one in owed(app, handoff_id).values())
    late = app.press(AE_MANAGER, ActionId.OPEN_SETTLE, ref(app, handoff_id)).sentence
    assert "No dispute about this promise is open" in late
    # Another may be raised then.
    assert dispute(app, AE, handoff_id).body == {}
    assert sound(app, handoff_id)


def test_two_managers_who_keep_it_settle_it(app: App, handoff_id: int) -> None:
    assert answer(app, AE_MANAGER, handoff_id, **KEPT).body == {}
    steps = owed(app, handoff_id)
    assert steps[Step.SETTLE_AE].state is DeadlineState.DONE
    assert steps[Step.SETTLE].state is DeadlineState.OPEN
    assert entry(app, handoff_id).dispute is not None
    # What the first one answered is not the second one's to read.
    form = opened(app, CS_MANAGER, handoff_id)
    assert WHY in form.words
    assert "Tomás" not in form.words
    assert app.submit(CS_MANAGER, form.type(**KEPT)).body == {}
    assert entry(app, handoff_id).dispute is None
    assert entry(app, handoff_id).signed
    assert signing(app, handoff_id).complete
    assert app.events(handoff_id)[-3:] == [
        Tag.DISPUTE_ANSWERED,
        Tag.DISPUTE_SETTLED,
        Tag.LEDGER_SIGNED,
    ]
    team = app.team
    assert told(app, NoticeKind.DISPUTE_OVER) == {
        None,
        team.ae.id,
        team.csm.id,
        team.ae_manager.id,
    }
    assert owed(app, handoff_id)[Step.SETTLE].state is DeadlineState.DONE
    assert sound(app, handoff_id)


def test_each_answers_once_and_nobody_else_does(app: App, handoff_id: int) -> None:
    form = opened(app, AE_MANAGER, handoff_id)
    assert list(app.submit(AE_MANAGER, form).errors) == [form.block_of("settlement")]
    answer(app, AE_MANAGER, handoff_id, **KEPT)
    before = app.rows()
    again = app.press(AE_MANAGER, ActionId.OPEN_SETTLE, ref(app, handoff_id)).sentence
    assert "You answered this dispute" in again
    assert "answered" in app.submit(AE_MANAGER, form.type(**KEPT)).sentence
    for user in (AE, CSM, REVOPS, OUTSIDER):
        refused = app.press(user, ActionId.OPEN_SETTLE, ref(app, handoff_id)).sentence
        assert "Settling a dispute is up to" in refused
    assert app.rows()["dispute_answer"] == before["dispute_answer"]


@pytest.mark.parametrize(
    ("typed", "words", "due"),
    [
        (REWORDED, "A login page in their colours", date(2026, 6, 30)),
        (RENEGOTIATED, "", date(2026, 9, 1)),
    ],
)
def test_two_answers_with_the_same_words_make_another_wording(
    app: App, handoff_id: int, typed: dict[str, str], words: str, due: date
) -> None:
    before = entry(app, handoff_id)
    answer(app, AE_MANAGER, handoff_id, **typed)
    shouted = {**typed, **({"words": typed["words"].upper()} if "words" in typed else {})}
    answer(app, CS_MANAGER, handoff_id, **shouted)
    after = entry(app, handoff_id)
    assert after.promise.version == before.promise.version + 1
    assert after.promise.text.words.casefold() == (words or before.promise.text.words).casefold()
    assert after.promise.text.due == due
    assert (after.initials, after.dispute) == ({}, None)
    events = [one for one in app.events(handoff_id) if one != Tag.PROMISE_RENEGOTIATED]
    settled = events.index(Tag.DISPUTE_SETTLED)
    assert events[settled : settled + 3] == [
        Tag.DISPUTE_SETTLED,
        Tag.INITIALS_VOIDED,
        Tag.PROMISE_EDITED,
    ]
    # Settled is settled: nobody is asked about the new wording.
    assert signing(app, handoff_id).disputed == 0
    assert sound(app, handoff_id)


def test_two_who_withdraw_it_withdraw_it_for_whatever_reasons(app: App, handoff_id: int) -> None:
    answer(app, CS_MANAGER, handoff_id, **WITHDRAWN)
    form = opened(app, AE_MANAGER, handoff_id)
    unsaid = app.submit(AE_MANAGER, form.type(settlement="withdrawn"))
    assert list(unsaid.errors) == [form.block_of("reason")]
    app.submit(AE_MANAGER, form.type(settlement="withdrawn", reason="They have one"))
    gone = entry(app, handoff_id)
    assert not gone.open
    assert (gone.reason, gone.dispute) == ("They have one", None)
    assert signing(app, handoff_id).disputed == 0
    assert sound(app, handoff_id)


def test_reworded_to_what_it_says_is_no_answer(app: App, handoff_id: int) -> None:
    form = opened(app, AE_MANAGER, handoff_id)
    for outcome in ("reworded", "renegotiated"):
        refused = app.submit(AE_MANAGER, form.type(settlement=outcome))
        assert list(refused.errors) == [form.block_of("words")]
        assert "says just this" in refused.sentence
    emptied = app.submit(AE_MANAGER, form.type(settlement="reworded", words=" "))
    assert list(emptied.errors) == [form.block_of("words")]


@pytest.mark.parametrize("second", [WITHDRAWN, {**REWORDED, "words": "Something else"}])
def test_two_different_answers_go_to_revops_who_decides_alone(
    app: App, handoff_id: int, second: dict[str, str]
) -> None:
    answer(app, AE_MANAGER, handoff_id, **REWORDED)
    answer(app, CS_MANAGER, handoff_id, **second)
    now = entry(app, handoff_id)
    assert now.dispute is not None
    assert now.dispute.escalated_at is not None
    assert app.team.revops.id in told(app, NoticeKind.SETTLE_ASKED)
    assert owed(app, handoff_id)[Step.DECIDE].owner_id == app.team.revops.id
    for user in (AE_MANAGER, CS_MANAGER):
        refused = app.press(user, ActionId.OPEN_SETTLE, ref(app, handoff_id)).sentence
        assert "RevOps decides this dispute now" in refused
    form = opened(app, REVOPS, handoff_id)
    assert "Tomás" in form.words
    assert "Priya" in form.words
    assert str(REWORDED["words"]) in form.words
    app.submit(REVOPS, form.type(**KEPT))
    assert entry(app, handoff_id).dispute is None
    assert entry(app, handoff_id).signed
    assert owed(app, handoff_id)[Step.DECIDE].state is DeadlineState.DONE
    assert sound(app, handoff_id)


def test_a_manager_who_is_late_by_a_business_day_leaves_it_to_revops(
    app: App, handoff_id: int, clock: FixedClock
) -> None:
    answer(app, AE_MANAGER, handoff_id, **KEPT)
    step = owed(app, handoff_id)[Step.SETTLE]
    sweep = Sweep(store=app.store, clock=clock)
    clock.advance(step.due_at + timedelta(hours=23) - clock.now())
    sweep.run()
    assert entry(app, handoff_id).dispute is not None
    assert Tag.DISPUTE_ESCALATED not in app.events(handoff_id)
    clock.advance(timedelta(days=3))
    sweep.run()
    sweep.run()
    assert app.events(handoff_id).count(Tag.DISPUTE_ESCALATED) == 1
    assert app.team.revops.id in told(app, NoticeKind.SETTLE_ASKED)
    steps = owed(app, handoff_id)
    assert steps[Step.SETTLE].state is DeadlineState.DROPPED
    assert steps[Step.DECIDE].state is DeadlineState.OPEN
    answer(app, REVOPS, handoff_id, **WITHDRAWN)
    assert not entry(app, handoff_id).open
    assert sound(app, handoff_id)


def test_another_wording_meanwhile_asks_both_anew(app: App, handoff_id: int) -> None:
    old = opened(app, CS_MANAGER, handoff_id)
    answer(app, AE_MANAGER, handoff_id, **KEPT)
    edit(app, AE, handoff_id, words="A login page, later")
    assert entry(app, handoff_id).dispute is not None
    stale = app.submit(CS_MANAGER, old.type(**KEPT)).sentence
    assert "A login page, later" in stale
    assert owed(app, handoff_id)[Step.SETTLE_AE].state is DeadlineState.OPEN
    with app.store.database.reading() as connection:
        keys = connection.execute(
            select(outbox.c.key).where(outbox.c.kind == NoticeKind.SETTLE_ASKED.value)
        ).scalars()
        assert len(list(keys)) == 4
    answer(app, AE_MANAGER, handoff_id, **KEPT)
    answer(app, CS_MANAGER, handoff_id, **KEPT)
    assert entry(app, handoff_id).dispute is None
    assert sound(app, handoff_id)


def test_with_a_withdrawn_promise_its_dispute_is_over(app: App, handoff_id: int) -> None:
    edit(app, AE, handoff_id, withdraw="They have one already.")
    assert not entry(app, handoff_id).open
    assert signing(app, handoff_id).disputed == 0
    assert all(one.state is not DeadlineState.OPEN for one in owed(app, handoff_id).values())


def test_who_was_asked_is_told_that_a_disputed_promise_was_withdrawn(
    app: App, handoff_id: int
) -> None:
    edit(app, AE, handoff_id, withdraw="They have one already.")
    team = app.team
    assert told(app, NoticeKind.DISPUTE_OVER) == {team.ae_manager.id, team.cs_manager.id}


def test_who_was_to_decide_is_told_that_a_disputed_promise_was_withdrawn(
    app: App, handoff_id: int
) -> None:
    answer(app, AE_MANAGER, handoff_id, **KEPT)
    answer(app, CS_MANAGER, handoff_id, **WITHDRAWN)
    edit(app, AE, handoff_id, withdraw="They have one already.")
    assert app.team.revops.id in told(app, NoticeKind.DISPUTE_OVER)


def test_whoever_takes_the_seat_of_a_manager_is_asked_once(app: App, handoff_id: int) -> None:
    new_cs_manager(app, handoff_id)
    assert owed(app, handoff_id)[Step.SETTLE].owner_id == app.team.outsider.id
    assert app.team.outsider.id in told(app, NoticeKind.SETTLE_ASKED)
    before = app.rows()
    with app.store.write(app.team.workspace_id) as unit:
        unit.save(unit.handoffs.lock(handoff_id), actor_id=None)
        unit.commit()
    assert app.rows()["outbox"] == before["outbox"]
    answer(app, AE_MANAGER, handoff_id, **KEPT)
    answer(app, OUTSIDER, handoff_id, **KEPT)
    assert entry(app, handoff_id).dispute is None


def test_who_stands_in_for_a_manager_is_asked(app: App, handoff_id: int) -> None:
    team = app.team
    with app.store.write(team.workspace_id) as unit:
        unit.set_leave(team.ae_manager.id, date(2026, 3, 20), team.outsider.id, by=None)
        unit.commit()
    assert team.outsider.id in told(app, NoticeKind.SETTLE_ASKED)


def test_whoever_is_of_revops_first_after_it_was_handed_over_is_asked(
    app: App, handoff_id: int
) -> None:
    team = app.team
    with app.store.write(team.workspace_id) as unit:
        unit.people.set_part(team.revops.id, roles=set())
        unit.commit()
    answer(app, AE_MANAGER, handoff_id, **KEPT)
    answer(app, CS_MANAGER, handoff_id, **WITHDRAWN)
    assert Step.DECIDE not in owed(app, handoff_id)
    with app.store.write(team.workspace_id) as unit:
        unit.people.set_part(team.outsider.id, roles={Role.REVOPS})
        unit.reckon(handoff_id)
        unit.commit()
    assert owed(app, handoff_id)[Step.DECIDE].owner_id == team.outsider.id
    assert team.outsider.id in told(app, NoticeKind.SETTLE_ASKED)


def test_revops_stands_in_for_a_missing_manager(app: App) -> None:
    one = deliverable(app)
    with app.store.database.writing() as connection:
        connection.execute(update(handoff).values(ae_manager_id=None, ae_manager_by=None))
        connection.commit()
    dispute(app, AE, one)
    assert told(app, NoticeKind.SETTLE_ASKED) == {app.team.revops.id, app.team.cs_manager.id}
    answer(app, REVOPS, one, **KEPT)
    answer(app, CS_MANAGER, one, **KEPT)
    assert entry(app, one).dispute is None


def test_a_nudge_that_names_no_promise_opens_the_first_that_waits(
    app: App, handoff_id: int
) -> None:
    about = Ref(handoff=handoff_id)
    form = app.modal(app.press(CS_MANAGER, ActionId.OPEN_SETTLE, about))
    assert WHY in form.words
    snoozed = Ref(handoff=handoff_id, thing=Step.SETTLE.value, entry=1)
    assert app.modal(app.press(CS_MANAGER, ActionId.OPEN_SNOOZE, snoozed)).callback_id == "snooze"
    answer(app, CS_MANAGER, handoff_id, **KEPT)
    assert "You answered" in app.press(CS_MANAGER, ActionId.OPEN_SETTLE, about).sentence


def test_what_settled_it_is_done_also_where_the_promise_reads_differently_then(
    app: App, handoff_id: int
) -> None:
    for user in (AE_MANAGER, CS_MANAGER):
        answer(app, user, handoff_id, **REWORDED)
    steps = owed(app, handoff_id)
    assert steps[Step.SETTLE].state is DeadlineState.DONE
    assert steps[Step.SETTLE_AE].state is DeadlineState.DONE


def test_who_did_not_answer_is_told_who_did(app: App, handoff_id: int) -> None:
    answer(app, CS_MANAGER, handoff_id, **KEPT)
    new_cs_manager(app, handoff_id)
    refused = app.press(OUTSIDER, ActionId.OPEN_SETTLE, ref(app, handoff_id)).sentence
    assert "Priya answered this dispute in your place" in refused


def test_what_is_typed_beside_an_answer_that_has_no_use_for_it_stays_in_the_form(
    app: App, handoff_id: int
) -> None:
    form = opened(app, AE_MANAGER, handoff_id)
    kept = app.submit(AE_MANAGER, form.type(**{**REWORDED, **KEPT}))
    assert list(kept.errors) == [form.block_of("words")]
    moved = app.submit(AE_MANAGER, form.type(**REWORDED, due="2026-09-01"))
    assert list(moved.errors) == [form.block_of("due")]
    assert app.submit(AE_MANAGER, form.type(**KEPT)).body == {}


def test_the_ledger_below_the_form_shows_what_came_of_it(app: App, handoff_id: int) -> None:
    page = app.modal(app.press(AE_MANAGER, ActionId.OPEN_LEDGER, Ref(handoff=handoff_id)))
    value = ref(app, handoff_id)
    form = app.modal(app.press(AE_MANAGER, ActionId.OPEN_SETTLE, value, modal=page))
    answer(app, CS_MANAGER, handoff_id, **KEPT)
    app.submit(AE_MANAGER, form.type(**KEPT), previous=page.id)
    shown = app.slack.called("views.update")[-1]
    assert shown["view_id"] == page.id
    assert WHY not in app.screen(shown["view"]).words


def test_a_form_that_was_opened_from_a_message_has_no_ledger_below_it(
    app: App, handoff_id: int
) -> None:
    before = len(app.slack.called("views.update"))
    form = opened(app, AE_MANAGER, handoff_id)
    app.submit(AE_MANAGER, form.type(**KEPT), previous="VOTHER")
    assert len(app.slack.called("views.update")) == before


def test_a_dispute_that_is_over_stays_to_be_read(app: App, handoff_id: int) -> None:
    for user in (AE_MANAGER, CS_MANAGER):
        answer(app, user, handoff_id, settlement="kept", reason="Legal agreed to it.")
    dispute(app, AE, handoff_id, "Too early.")
    app.press(AE, ActionId.TAKE_BACK_DISPUTE, ref(app, handoff_id))
    for user in (AE, CSM, AE_MANAGER):
        pressed = app.press(user, ActionId.PROMISE_HISTORY, ref(app, handoff_id))
        shown = app.modal(pressed).words
        for words in (WHY, "it stays as it is", "Legal agreed to it.", "Too early.", "Taken back"):
            assert words in shown
    with app.store.read(app.team.workspace_id) as unit:
        handoff, reader = unit.handoffs.get(handoff_id), app.team.ae
        page = unit.ledger_page(handoff, viewer=reader, past=True)
        file = ledger_markdown(page, as_of=unit.now, zone=reader.zone).decode()
    for words in ("platform team", "it stays as it is", "Legal agreed to it", "Taken back"):
        assert words in file


def test_why_a_disputed_promise_was_withdrawn_is_for_who_reads_reasons(
    app: App, handoff_id: int
) -> None:
    for user in (AE_MANAGER, CS_MANAGER):
        answer(app, user, handoff_id, **WITHDRAWN)
    shown = {
        user: app.modal(app.press(user, ActionId.PROMISE_HISTORY, ref(app, handoff_id))).words
        for user in (AE, OUTSIDER)
    }
    assert "Never said so" in shown[AE]
    assert WHY in shown[OUTSIDER]
    assert "Never said so" not in shown[OUTSIDER]


def test_two_managers_who_answer_at_the_same_instant_settle_it_once(
    app: App, handoff_id: int
) -> None:
    forms = {user: opened(app, user, handoff_id) for user in (AE_MANAGER, CS_MANAGER)}
    bodies = [app.submit_body(user, form.type(**KEPT)) for user, form in forms.items()]
    together = threading.Barrier(len(bodies))
    replies: list[Reply] = []

    def deliver(body: Any) -> None:
        together.wait(timeout=30)
        replies.append(app.deliver(body))

    threads = [threading.Thread(target=deliver, args=(body,)) for body in bodies]
    for one in threads:
        one.start()
    for one in threads:
        one.join(timeout=60)
    assert [one.body for one in replies] == [{}, {}]
    assert entry(app, handoff_id).dispute is None
    assert app.events(handoff_id).count(Tag.DISPUTE_SETTLED) == 1
    assert sound(app, handoff_id)


def test_what_both_managers_need_not_answer_is_their_own_time(
    app: App, handoff_id: int, clock: FixedClock
) -> None:
    due = owed(app, handoff_id)[Step.SETTLE].due_at
    with app.store.read(app.team.workspace_id) as unit:
        kickoff = unit.kickoff(unit.bundle(handoff_id, viewer=None))
        least = unit.people.calendar(app.team.cs_manager.id).add_working(
            clock.now(), timedelta(hours=8)
        )
    assert kickoff is not None
    assert due == max(least, kickoff.at - timedelta(hours=24))


def test_twice_delivered_an_answer_is_one(app: App, handoff_id: int) -> None:
    form = opened(app, AE_MANAGER, handoff_id)
    body = app.submit_body(AE_MANAGER, form.type(**KEPT))
    app.deliver(body)
    before = app.rows()
    app.deliver(body)
    assert app.rows() == before
    assert Field.SETTLEMENT.value in str(form.view)
