"""The success plan: begun from the brief, changed, initialed, confirmed, and read by whom."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from bot.domain.access import EVERY
from bot.domain.deadlines import DeadlineState, Step
from bot.domain.plan import Milestone, MilestoneOwner, MilestoneState, Party
from bot.domain.promises import Side
from bot.storage.tables import outbox
from bot.storage.unit_of_work import RECEIVED_KEPT
from bot.views.ids import ActionId, ViewId
from bot.views.payload import Ref
from tests.builders import FakeMachine, FixedClock, assigned
from tests.flows.app import App, Modal, Reply
from tests.flows.test_kickoff import told
from tests.flows.test_together import history_is_sound
from tests.flows.test_verification import (
    AE,
    AE_MANAGER,
    CS_MANAGER,
    CSM,
    handoff_of,
    opened,
    states,
    whole,
)

HOUR = timedelta(hours=1)
DUE = date(2026, 4, 1)
WRITTEN: dict[str, Any] = {
    "milestone": "Live in Hamburg",
    "sharing": "shared",
    "milestone_owner": "csm",
    "milestone_due": DUE.isoformat(),
}
INTERNAL = {**WRITTEN, "milestone": "Who answers at night", "sharing": "internal"}
HEARD = {"confirmed_by": "Ilse Brandt", "confirmed_on": "2026-03-04", "confirmed_way": "mail"}
OUTSIDER = "UOUTSIDER"


def plan_of(app: App, handoff_id: int) -> list[Milestone]:
    with app.store.read(app.team.workspace_id) as unit:
        return unit.plans.milestones(handoff_id, audiences=EVERY)


def shown(app: App, user: str, handoff_id: int) -> Modal:
    return opened(app, user, ActionId.OPEN_SUCCESS_PLAN, handoff_id)


def add(app: App, handoff_id: int, *, by: str = CSM, **typed: Any) -> Reply:
    form = opened(app, by, ActionId.MILESTONE_ADD, handoff_id)
    return app.submit(by, form.type(**{**WRITTEN, **typed}))


def about(app: App, handoff_id: int, number: int = 1, *, page: int | None = None) -> Ref:
    one = plan_of(app, handoff_id)[number - 1]
    return Ref(handoff=handoff_id, entry=one.id, revision=one.version, page=page)


def edit(app: App, handoff_id: int, number: int = 1, *, by: str = CSM) -> Modal:
    reply = app.press(by, ActionId.MILESTONE_EDIT, about(app, handoff_id, number, page=0))
    return app.modal(reply)


def initial(app: App, user: str, handoff_id: int) -> Reply:
    version = handoff_of(app, handoff_id).success_plan.version
    ref = Ref(handoff=handoff_id, revision=version, page=0)
    return app.press(user, ActionId.INITIAL_PLAN, ref, modal=shown(app, user, handoff_id))


def confirm(app: App, handoff_id: int, *, by: str = CSM, **typed: Any) -> Reply:
    ref = Ref(handoff=handoff_id, thing=Party.CUSTOMER.value, page=0)
    form = app.modal(app.press(by, ActionId.OPEN_CONFIRM_PLAN, ref))
    return app.submit(by, form.type(**{**HEARD, **typed}))


def screen(app: App) -> Modal:
    """What the list shows after the last press in it."""
    return app.screen(app.slack.called("views.update")[-1]["view"])


def planned(app: App) -> int:
    handoff_id = assigned(app.store, app.team)
    assert add(app, handoff_id).body == {}
    assert add(app, handoff_id, **INTERNAL).body == {}
    return handoff_id


def signed(app: App) -> int:
    handoff_id = planned(app)
    for user in (CSM, AE):
        initial(app, user, handoff_id)
    assert confirm(app, handoff_id).body == {}
    assert handoff_of(app, handoff_id).success_plan.signed_at is not None
    return handoff_id


def test_the_brief_gives_an_outline_that_the_csm_edits(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    form = shown(app, CSM, handoff_id)
    assert "an outline to take along to the kickoff" in form.words
    start = Ref(handoff=handoff_id, page=0)
    app.press(CSM, ActionId.START_PLAN, start, modal=form)
    made = plan_of(app, handoff_id)
    assert len(made) == 5
    assert all(one.shared for one in made)
    assert made[0].text.words in screen(app).words
    assert "done already" in app.press(CSM, ActionId.START_PLAN, start).sentence
    assert handoff_of(app, handoff_id).success_plan.version == 1
    editor = edit(app, handoff_id, 1)
    assert editor.holds("milestone") == made[0].text.words
    assert app.submit(CSM, editor.type(milestone="Live in both halls")).body == {}
    assert plan_of(app, handoff_id)[0].text.words == "Live in both halls"
    assert history_is_sound(app, handoff_id)


def test_the_outline_of_the_brief_and_then_the_plan_go_to_the_kickoff(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    card = opened(app, CSM, ActionId.OPEN_KICKOFF_CARD, handoff_id)
    assert "nobody began it, and the brief outlines" in card.words
    app.press(CSM, ActionId.START_PLAN, Ref(handoff=handoff_id, page=0))
    outlined = plan_of(app, handoff_id)
    assert len(outlined) == 5
    for one in outlined:
        assert one.text.words in card.words
    # Once it is begun, what the customer shares of it, by day, and nothing of what is internal.
    add(app, handoff_id, milestone="Live in Kiel")
    add(app, handoff_id, **INTERNAL)
    for reader in (CSM, AE):
        begun = opened(app, reader, ActionId.OPEN_KICKOFF_CARD, handoff_id).words
        assert "who reaches what by when?" in begun
        assert "Live in Kiel — CSM Jonas · by 1 Apr 2026" in begun
        assert "at night" not in begun


def test_a_milestone_is_added_and_the_list_below_shows_it(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    below = shown(app, CSM, handoff_id)
    form = opened(app, CSM, ActionId.MILESTONE_ADD, handoff_id)
    assert app.submit(CSM, form.type(**WRITTEN), previous=below.id).body == {}
    assert "Live in Hamburg" in screen(app).words
    (made,) = plan_of(app, handoff_id)
    assert (made.text.owner, made.text.due) == (MilestoneOwner.CSM, DUE)
    # The same form once more adds nothing.
    again = opened(app, CSM, ActionId.MILESTONE_ADD, handoff_id)
    app.submit(CSM, again.type(**WRITTEN))
    assert len(plan_of(app, handoff_id)) == 1


def test_bad_input_gets_its_sentence_and_keeps_what_was_typed(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    form = opened(app, CSM, ActionId.MILESTONE_ADD, handoff_id).type(**WRITTEN)
    for field, value, words in (
        ("milestone", "  ", "Write something here"),
        ("milestone_who", "Theo", "A name is for a milestone of customer or partner"),
        ("milestone_due", "2026-12-01", "from 4 Mar 2026 to 2 Jun 2026"),
    ):
        reply = app.submit(CSM, form.type(**{field: value}))
        assert list(reply.errors) == [form.block_of(field)]
        assert words in reply.sentence
    assert plan_of(app, handoff_id) == []
    assert app.submit(CSM, form).body == {}


def test_two_who_change_different_fields_both_have_theirs(app: App) -> None:
    handoff_id = planned(app)
    mine, theirs = edit(app, handoff_id), edit(app, handoff_id)
    assert app.submit(CSM, theirs.type(milestone_due="2026-04-08")).body == {}
    assert app.submit(CSM, mine.type(milestone="Live in Kiel")).body == {}
    one = plan_of(app, handoff_id)[0]
    assert (one.text.words, one.text.due) == ("Live in Kiel", date(2026, 4, 8))
    assert one.version == 3


def test_two_who_change_the_same_field_see_both_values_and_lose_nothing(app: App) -> None:
    handoff_id = planned(app)
    mine, theirs = edit(app, handoff_id), edit(app, handoff_id)
    app.submit(CSM, theirs.type(milestone="Live in Bremen"))
    reply = app.submit(CSM, mine.type(milestone="Live in Kiel", milestone_due="2026-04-08"))
    clash = app.screen(reply.body["view"])
    assert clash.callback_id == ViewId.MILESTONE
    assert "Live in Bremen" in clash.words
    assert clash.holds("milestone") == "Live in Kiel"
    assert clash.holds("milestone_due") == "2026-04-08"
    assert plan_of(app, handoff_id)[0].text.words == "Live in Bremen"
    assert app.submit(CSM, clash).body == {}
    one = plan_of(app, handoff_id)[0]
    assert (one.text.words, one.text.due) == ("Live in Kiel", date(2026, 4, 8))


def test_everybody_asked_signs_one_version_and_the_steps_end(app: App, clock: FixedClock) -> None:
    handoff_id = planned(app)
    with app.store.write(app.team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        handoff.hold_kickoff(unit.now, by=app.team.csm, at=unit.now)
        unit.save(handoff, actor_id=app.team.csm.id)
        unit.commit()
    now = states(app, handoff_id)
    assert now[Step.PLAN] is DeadlineState.DONE
    assert {now[Step.SIGN_PLAN], now[Step.SIGN_PLAN_AE]} == {DeadlineState.OPEN}
    initial(app, CSM, handoff_id)
    assert "✍️ CSM" in screen(app).words
    initial(app, AE, handoff_id)
    assert states(app, handoff_id)[Step.SIGN_PLAN_AE] is DeadlineState.DONE
    assert states(app, handoff_id)[Step.SIGN_PLAN] is DeadlineState.OPEN
    assert confirm(app, handoff_id).body == {}
    assert states(app, handoff_id)[Step.SIGN_PLAN] is DeadlineState.DONE
    assert told(app, "plan_signed") == [None]
    assert "Ilse Brandt, 4 Mar 2026, by mail" in shown(app, CSM, handoff_id).words
    assert app.events(handoff_id)[-2:] == ["plan.confirmed", "plan.signed"]
    assert history_is_sound(app, handoff_id)


def test_a_change_opens_what_was_signed_and_is_told_once(app: App) -> None:
    handoff_id = signed(app)
    editor = edit(app, handoff_id)
    below = shown(app, CSM, handoff_id)
    app.submit(CSM, editor.type(milestone="Live in Kiel"), previous=below.id)
    assert "what was signed of it is open again" in screen(app).words
    plan = handoff_of(app, handoff_id).success_plan
    assert not any(plan.holds(party) for party in (Party.CSM, Party.AE, Party.CUSTOMER))
    assert told(app, "plan_voided") == [app.team.ae.id]
    assert told(app, "plan_reopened") == [None]
    app.submit(CSM, edit(app, handoff_id).type(milestone="Live in Bremen"))
    assert told(app, "plan_voided") == [app.team.ae.id]


def test_nobody_signs_what_they_have_not_seen(app: App) -> None:
    handoff_id = planned(app)
    stale = Ref(handoff=handoff_id, revision=1, page=0)
    reply = app.press(AE, ActionId.INITIAL_PLAN, stale)
    assert "The plan changed since it was shown to you" in reply.sentence
    ref = Ref(handoff=handoff_id, thing=Party.CUSTOMER.value, page=0)
    form = app.modal(app.press(CSM, ActionId.OPEN_CONFIRM_PLAN, ref))
    app.submit(CSM, edit(app, handoff_id).type(milestone="Live in Kiel"))
    refused = app.submit(CSM, form.type(**HEARD))
    assert list(refused.errors) == [form.block_of("confirmed_by")]
    assert not handoff_of(app, handoff_id).success_plan.confirmed(Party.CUSTOMER)


def test_who_said_yes_is_asked_field_by_field_and_can_be_corrected(app: App) -> None:
    handoff_id = planned(app)
    ref = Ref(handoff=handoff_id, thing=Party.CUSTOMER.value, page=0)
    form = app.modal(app.press(CSM, ActionId.OPEN_CONFIRM_PLAN, ref))
    # The champion of the brief stands there to begin with.
    assert form.holds("confirmed_by")
    for field, value in (
        ("confirmed_by", " "),
        ("confirmed_on", "2026-03-05"),
        ("confirmed_on", "2026-03-03"),
    ):
        reply = app.submit(CSM, form.type(**{**HEARD, field: value}))
        assert list(reply.errors) == [form.block_of(field)]
    unchosen = app.submit(CSM, form.type(confirmed_by="Ilse Brandt"))
    assert list(unchosen.errors) == [form.block_of("confirmed_way")]
    assert app.submit(CSM, form.type(**HEARD)).body == {}
    assert confirm(app, handoff_id, confirmed_way="call").body == {}
    assert "on a call" in shown(app, CSM, handoff_id).words
    assert (
        "no partner"
        in app.press(
            CSM, ActionId.OPEN_CONFIRM_PLAN, Ref(handoff=handoff_id, thing="partner")
        ).sentence.lower()
    )


def test_a_yes_is_recorded_once_and_an_old_form_undoes_no_correction(
    app: App, machine: FakeMachine
) -> None:
    handoff_id = planned(app)
    ref = Ref(handoff=handoff_id, thing=Party.CUSTOMER.value, page=0)
    form = app.modal(app.press(CSM, ActionId.OPEN_CONFIRM_PLAN, ref))
    body = app.submit_body(CSM, form.type(**HEARD))
    assert app.deliver(body).body == {}
    again = app.modal(app.press(CSM, ActionId.OPEN_CONFIRM_PLAN, ref))
    refused = app.submit(CSM, again.type(**HEARD))
    assert list(refused.errors) == [again.block_of("confirmed_by")]
    assert confirm(app, handoff_id, confirmed_way="call").body == {}
    machine.advance(RECEIVED_KEPT + HOUR)
    app.store.housekeeping()
    before = app.events(handoff_id)
    app.deliver(body)
    assert app.events(handoff_id) == before
    assert "on a call" in shown(app, CSM, handoff_id).words


def test_whoever_confirms_second_reads_what_the_first_recorded_and_loses_nothing(app: App) -> None:
    handoff_id = planned(app)
    ref = Ref(handoff=handoff_id, thing=Party.CUSTOMER.value, page=0)
    mine = app.modal(app.press(CSM, ActionId.OPEN_CONFIRM_PLAN, ref))
    theirs = app.modal(app.press(CS_MANAGER, ActionId.OPEN_CONFIRM_PLAN, ref))
    why = "He is on a plane."
    assert app.submit(CS_MANAGER, theirs.type(**HEARD, reason=why)).body == {}
    before = app.events(handoff_id)
    late = mine.type(**{**HEARD, "confirmed_by": "Owen Marsh", "confirmed_way": "call"})
    refused = app.submit(CSM, late)
    # The form stays open as it is typed, and says whose yes stands there now.
    assert list(refused.errors) == [mine.block_of("confirmed_by")]
    assert "Priya" in refused.sentence
    assert "Ilse Brandt, 4 Mar 2026, by mail" in refused.sentence
    assert "What you typed is still here" in refused.sentence
    assert app.events(handoff_id) == before
    assert "Ilse Brandt, 4 Mar 2026, by mail" in shown(app, CSM, handoff_id).words
    # Opened again it shows that yes, and corrects it.
    again = app.modal(app.press(CSM, ActionId.OPEN_CONFIRM_PLAN, ref))
    assert again.holds("confirmed_by") == "Ilse Brandt"
    assert app.submit(CSM, again.type(confirmed_by="Owen Marsh")).body == {}
    assert "Owen Marsh" in shown(app, CSM, handoff_id).words
    # After a change nothing holds, and a form filled then knows of what was said before.
    app.submit(CSM, edit(app, handoff_id).type(milestone="Live in Kiel"))
    fresh = app.modal(app.press(CSM, ActionId.OPEN_CONFIRM_PLAN, ref))
    assert app.submit(CSM, fresh.type(**HEARD)).body == {}


def test_a_milestone_is_done_open_again_dropped_and_taken_up(app: App) -> None:
    handoff_id = signed(app)
    version = handoff_of(app, handoff_id).success_plan.version

    def press(user: str, action: ActionId) -> MilestoneState:
        app.press(
            user,
            action,
            about(app, handoff_id, page=0),
            modal=shown(app, user, handoff_id),
        )
        return plan_of(app, handoff_id)[0].state

    assert press(AE, ActionId.MILESTONE_DONE) is MilestoneState.DONE
    assert press(CSM, ActionId.MILESTONE_AGAIN) is MilestoneState.OPEN
    assert handoff_of(app, handoff_id).success_plan.version == version
    assert press(AE, ActionId.MILESTONE_DROP) is MilestoneState.OPEN
    assert press(CSM, ActionId.MILESTONE_DROP) is MilestoneState.DROPPED
    assert "dropped" in screen(app).words
    assert handoff_of(app, handoff_id).success_plan.signed_at is None
    assert press(CSM, ActionId.MILESTONE_AGAIN) is MilestoneState.OPEN
    # Out of a reminder nothing is shown.
    reply = app.press(AE, ActionId.MILESTONE_DONE, about(app, handoff_id))
    assert reply.body == {}
    assert plan_of(app, handoff_id)[0].state is MilestoneState.DONE


def test_a_milestone_that_reads_differently_now_is_looked_at_first(app: App) -> None:
    handoff_id = planned(app)
    before = about(app, handoff_id)
    app.submit(CSM, edit(app, handoff_id).type(milestone="Live in Kiel"))
    reply = app.press(CSM, ActionId.MILESTONE_DONE, before)
    assert "Milestone 1 reads differently now" in reply.sentence
    assert "Live in Kiel" in reply.sentence


def test_managers_act_for_their_side_with_a_reason(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    why = "He is on a plane."
    form = shown(app, CS_MANAGER, handoff_id)
    start = Ref(handoff=handoff_id, page=0)
    app.press(CS_MANAGER, ActionId.START_PLAN, start, modal=form)
    asked = screen(app)
    assert asked.callback_id == ViewId.PLAN_FOR_ANOTHER
    assert plan_of(app, handoff_id) == []
    reply = app.submit(CS_MANAGER, asked.type(reason=" "))
    assert list(reply.errors) == [asked.block_of("reason")]
    back = app.submit(CS_MANAGER, asked.type(reason=why))
    assert back.body["view"]["callback_id"] == ViewId.SUCCESS_PLAN
    assert add(app, handoff_id, by=CS_MANAGER, reason=why).body == {}
    for number in range(1, 6):
        filled = {"milestone_due": DUE.isoformat(), "milestone_owner": "csm", "milestone_who": ""}
        editor = edit(app, handoff_id, number)
        app.submit(CSM, editor.type(**filled))
    for user in (CS_MANAGER, AE_MANAGER):
        initial(app, user, handoff_id)
        app.submit(user, screen(app).type(reason=why))
    plan = handoff_of(app, handoff_id).success_plan
    assert (plan.initialed_by(Side.CSM), plan.initialed_by(Side.AE)) == (
        app.team.cs_manager.id,
        app.team.ae_manager.id,
    )
    assert why in whole(app, CSM, handoff_id)
    assert app.team.ae.id in told(app, "recorded_for")
    drop = about(app, handoff_id, page=0)
    app.press(CS_MANAGER, ActionId.MILESTONE_DROP, drop, modal=shown(app, CS_MANAGER, handoff_id))
    app.submit(CS_MANAGER, screen(app).type(reason=why))
    assert plan_of(app, handoff_id)[0].state is MilestoneState.DROPPED


def test_internal_milestones_are_for_those_who_read_reasons(app: App) -> None:
    handoff_id = planned(app)
    for reader, reads in (
        (CSM, True),
        (AE, True),
        (CS_MANAGER, True),
        (AE_MANAGER, True),
        ("UREVOPS", True),
        (OUTSIDER, False),
    ):
        for words in (shown(app, reader, handoff_id).words, whole(app, reader, handoff_id)):
            assert "Live in Hamburg" in words
            assert ("at night" in words) is reads


def test_the_text_for_the_customer_has_what_is_shared_alone(app: App) -> None:
    handoff_id = planned(app)
    for reader in (CSM, OUTSIDER):
        text = opened(app, reader, ActionId.PLAN_TEXT, handoff_id)
        assert "1. Live in Hamburg — Jonas — by 1 Apr 2026" in text.words
        assert "at night" not in text.words
    app.press(CSM, ActionId.PLAN_FILE, Ref(handoff=handoff_id), modal=text)
    assert "comes to your direct messages" in screen(app).words
    with app.store.database.reading() as connection:
        query = select(outbox.c.person_id).where(outbox.c.kind == "plan_file")
        assert connection.execute(query).scalars().all() == [app.team.csm.id]


def test_a_form_that_comes_twice_changes_the_plan_once(app: App) -> None:
    handoff_id = planned(app)
    body = app.submit_body(CSM, edit(app, handoff_id).type(milestone="Live in Kiel"))
    assert app.deliver(body).body == {}
    before = app.rows()
    app.deliver(body)
    assert app.rows() == before


def test_a_plan_waits_for_the_assignment_and_ends_with_the_handoff(app: App) -> None:
    handoff_id = planned(app)
    with app.store.write(app.team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        handoff.cancel("They withdrew", by=app.team.ae, at=unit.now)
        unit.save(handoff, actor_id=app.team.ae.id)
        unit.commit()
    reply = app.press(CSM, ActionId.MILESTONE_ADD, Ref(handoff=handoff_id))
    assert "cancelled" in reply.sentence
    assert ActionId.MILESTONE_ADD not in str(shown(app, CSM, handoff_id).view)
