"""Who may not do something is told whose turn it is, and nothing changes."""

import itertools
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select, update

from bot.domain import closing, debriefing, planning, reassigning
from bot.domain.access import EVERY
from bot.domain.chat import About, Spot
from bot.domain.closing import Closing, Unfinished
from bot.domain.debrief import Question
from bot.domain.handoff import Handoff
from bot.domain.items import Item, SectionKey
from bot.domain.notices import Notice, NoticeKind, Place, Priority
from bot.domain.people import Role
from bot.domain.plan import MilestoneOwner, MilestoneState, MilestoneText
from bot.domain.reviews import Outcome
from bot.domain.verification import Checks, RecordKind, Restatement
from bot.flows.asked import Kind
from bot.flows.registration import all_listeners
from bot.sandbox.view_state import elements_of
from bot.storage.channels import ChannelFacts
from bot.storage.people import PersonFacts
from bot.storage.tables import outbox
from bot.storage.tables import promise as promises
from bot.storage.unit_of_work import Store
from bot.views.chat import TAGS
from bot.views.ids import ActionId, CommandId, MoreChoice, ShortcutId, ViewId
from bot.views.payload import Ref
from tests.builders import WEDNESDAY, Deal, Team, assigned, posted, signed, start, started
from tests.flows.app import App, Modal
from tests.flows.slack import DEAL, NOT_MEMBERS, Json, account

AE, CSM, CS_MANAGER, AE_MANAGER = "UAE", "UCSM", "UCS_MANAGER", "UAE_MANAGER"
REVOPS, NO_PART = "UREVOPS", "UOUTSIDER"
MEMBERS = (AE, CSM, CS_MANAGER, AE_MANAGER, REVOPS, NO_PART)
SIGNERS = (AE, AE_MANAGER, REVOPS)
NO_PLAN_IS_NO = Checks(metric=True, no_plan=False, champion=True)
TWO_DAYS_ON = int((WEDNESDAY + timedelta(days=2)).timestamp())
WORDS = Restatement(why="The lease ends", success="Four days", risk="none")


# What a handoff has come to before somebody asks


def acknowledged(store: Store, team: Team) -> int:
    handoff_id = assigned(store, team)
    with store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        handoff.acknowledge(version=handoff.brief_version, by=team.csm, at=unit.now)
        unit.save(handoff, actor_id=team.csm.id)
        unit.commit()
    return handoff_id


def checked(store: Store, team: Team) -> int:
    """Acknowledged, and the red flags need a joint plan."""
    return changed(
        store,
        team,
        acknowledged(store, team),
        lambda handoff, at: handoff.answer_checks(NO_PLAN_IS_NO, revision=1, by=team.csm, at=at),
    )


def restated(store: Store, team: Team) -> int:
    handoff_id = checked(store, team)
    with store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        by, at = team.csm.id, unit.now
        revision = unit.records.save(handoff_id, RecordKind.RESTATEMENT, WORDS, by=by, at=at)
        handoff.restate(WORDS, revision=revision, by=team.csm, at=at)
        unit.save(handoff, actor_id=by)
        unit.commit()
    return handoff_id


def asked(store: Store, team: Team) -> int:
    """The CSM asked the AE something about the debrief."""
    handoff_id = assigned(store, team)
    with store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        by, at = team.csm, unit.now
        one = unit.debriefs.add_ask(handoff_id, None, "Who raised it?", by=by.id, at=at)
        debriefing.ask(handoff, one, by=by, at=at)
        unit.save(handoff, actor_id=by.id)
        unit.commit()
    return handoff_id


def in_chat(store: Store, team: Team) -> int:
    """The AE answers the debrief in a chat, and is at its first question."""
    handoff_id = assigned(store, team)
    with store.write(team.workspace_id) as unit:
        unit.handoffs.lock(handoff_id)
        at = Spot("debrief", Question.BOUGHT.value)
        unit.chats.begin(handoff_id, team.ae.id, About.DEBRIEF, at, since="1.1", at=unit.now)
        unit.commit()
    return handoff_id


def sent_back(store: Store, team: Team) -> int:
    return changed(
        store,
        team,
        assigned(store, team),
        lambda handoff, at: handoff.send_back((Item.TRIGGER,), "Which?", by=team.csm, at=at),
    )


def changed(
    store: Store, team: Team, handoff_id: int, act: Callable[[Handoff, datetime], None]
) -> int:
    with store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        act(handoff, unit.now)
        unit.save(handoff, actor_id=team.csm.id)
        unit.commit()
    return handoff_id


def planned(store: Store, team: Team) -> int:
    """One with a success plan: a milestone that everybody may read, and nobody's yes."""
    handoff_id = assigned(store, team)
    with store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        by, at = team.csm, unit.now
        due = at.date() + timedelta(days=30)
        text = MilestoneText("Live in Hamburg", owner=MilestoneOwner.CSM, due=due)
        made = unit.plans.add(handoff_id, text, by=by.id, at=at)
        planning.added(handoff, made, [made], by=by, at=at)
        unit.save(handoff, actor_id=by.id)
        unit.commit()
    return handoff_id


def dropped(store: Store, team: Team) -> int:
    """The same once its milestone is no longer in the plan."""
    handoff_id = planned(store, team)
    with store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        (one,) = unit.plans.all_of(handoff_id)
        state, by, at = MilestoneState.DROPPED, team.csm, unit.now
        gone = unit.plans.conclude(handoff_id, one, state, by=by, at=at)
        planning.conclude(handoff, one, state, [gone], by=by, version=1, at=at)
        unit.save(handoff, actor_id=by.id)
        unit.commit()
    return handoff_id


def time_proposed(store: Store, team: Team) -> int:
    """The CSM proposed a time for the debrief."""

    def act(handoff: Handoff, at: datetime) -> None:
        handoff.propose_talk(at + timedelta(hours=26), turn=0, by=team.csm, at=at)

    return changed(store, team, assigned(store, team), act)


def to_interview(store: Store, team: Team) -> int:
    """The AE followed another one who had not written the brief."""
    one = signed(store, team)
    return changed(
        store, team, one, lambda handoff, at: reassigning.open_interviews(handoff, at=at)
    )


def with_partner(store: Store, team: Team) -> int:
    """A partner sells it along."""

    def act(handoff: Handoff, _at: datetime) -> None:
        handoff.marks = replace(handoff.marks, partner=True)

    return changed(store, team, assigned(store, team), act)


def reviewable(store: Store, team: Team) -> int:
    """Signed 88 days ago, with a kickoff: all of day 30, 60 and 90 can be recorded."""

    def act(handoff: Handoff, at: datetime) -> None:
        handoff.countersign(at - timedelta(days=88), by=team.ae, at=at, ae=team.ae)
        handoff.hold_kickoff(at - timedelta(days=80), by=team.csm, at=at)

    return changed(store, team, assigned(store, team), act)


def closed(store: Store, team: Team) -> int:
    handoff_id = reviewable(store, team)
    with store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        closing.close(
            handoff,
            Closing(outcome=Outcome.LOST, line="They went under."),
            left=Unfinished((), 0, 0, still_true=False, defined_done=False),
            owed=unit.deadlines.of(handoff_id),
            revision=1,
            by=team.csm,
            at=unit.now,
        )
        unit.save(handoff, actor_id=team.csm.id)
        unit.commit()
    return handoff_id


def cancelled(store: Store, team: Team) -> int:
    handoff_id = signed(store, team)
    with store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        handoff.cancel("They chose another vendor.", by=team.ae, at=unit.now)
        unit.save(handoff, actor_id=team.ae.id)
        unit.commit()
    return handoff_id


def started_for_the_ae(store: Store, team: Team) -> int:
    with store.write(team.workspace_id) as unit:
        handoff = start(unit, team)
        handoff.ae_confirmed_at = None
        unit.save(handoff, actor_id=team.ae_manager.id)
        unit.commit()
    return handoff.id


def beside_another_channel(store: Store, team: Team) -> int:
    handoff_id = signed(store, team)
    with store.write(team.workspace_id) as unit:
        unit.channels.ensure("C0ELSEWHERE", facts=ChannelFacts(name="else", bot_inside=True))
        unit.commit()
    return handoff_id


def in_a_shared_channel(store: Store, team: Team) -> int:
    """A handoff whose channel became unsafe; those of other tests keep theirs."""
    with store.write(team.workspace_id) as unit:
        number = next(_NUMBERS)
        facts = ChannelFacts(name=f"shared-{number}", bot_inside=True)
        channel = unit.channels.ensure(f"C0SHARED{number}", facts=facts)
        handoff = start(unit, team, Deal(channel_id=channel.id))
        unit.channels.note(channel.slack_id, shared=True)
        unit.commit()
    return handoff.id


def two_in_a_channel(store: Store, team: Team) -> int:
    """The second of two handoffs that one channel of their own holds."""
    number = next(_NUMBERS)
    with store.write(team.workspace_id) as unit:
        facts = ChannelFacts(name=f"two-{number}", bot_inside=True)
        channel = unit.channels.ensure(f"C0TWO{number}", facts=facts)
        unit.commit()
    assigned(store, team, Deal(channel_id=channel.id))
    return assigned(store, team, Deal(channel_id=channel.id))


_NUMBERS = itertools.count(1)


# What somebody asks


Ask = Callable[[App, str, int], Json]


def pressed(action: ActionId) -> Ask:
    return lambda app, user, one: app.press_body(user, action, app.shown(one))


def chosen(choice: MoreChoice) -> Ask:
    def ask(app: App, user: str, one: int) -> Json:
        value = Ref(handoff=one, thing=choice.value).dump()
        body = app.press_body(user, ActionId.MORE)
        del body["actions"][0]["value"]
        body["actions"][0] |= {"type": "overflow", "selected_option": {"value": value}}
        return body

    return ask


def sent(view_id: ViewId, opener: str, button: ActionId, **typed: str | int | list[str]) -> Ask:
    """A form that one person opened and another submits."""

    def ask(app: App, user: str, one: int) -> Json:
        form = app.modal(app.press(opener, button, Ref(handoff=one)))
        assert form.callback_id == view_id
        return app.submit_body(user, form.type(**typed))

    return ask


def recorded(view_id: ViewId, button: ActionId, **typed: str | int) -> Ask:
    """A form of the AE's that the AE manager sends with a reason."""
    own = sent(view_id, AE, button, **typed)
    for_ae = sent(view_id, AE_MANAGER, button, reason="Maya is on leave.", **typed)
    return lambda app, user, one: (for_ae if user == AE_MANAGER else own)(app, user, one)


def for_csm(view_id: ViewId, button: ActionId, **typed: str) -> Ask:
    """A form of the CSM's that the CS manager sends with a reason."""
    own = sent(view_id, CSM, button, **typed)
    for_them = sent(view_id, CS_MANAGER, button, reason="Jonas is on a plane.", **typed)
    return lambda app, user, one: (for_them if user == CS_MANAGER else own)(app, user, one)


def checked_note(app: App, user: str, one: int) -> Json:
    """*Check words* in the note that the AE opened."""
    form = app.modal(app.press(AE, ActionId.OPEN_CHECK_IN, Ref(handoff=one)))
    ref = Ref(handoff=one)
    return app.press_body(user, ActionId.CHECK_NOTE, ref, modal=form.type(note="Dear Ilse"))


def closing_sent(app: App, user: str, one: int) -> Json:
    """The outcome, after the CSM went through defined done."""
    form = app.modal(app.press(CSM, ActionId.OPEN_CLOSING, Ref(handoff=one)))
    if form.callback_id == ViewId.DEFINED_DONE:
        form = app.screen(app.submit(CSM, form.type(**DONE)).body["view"])
    return app.submit_body(user, form.type(closing_outcome="partly", closing_line="One hall."))


DONE = {
    "met_live_by": "met",
    "met_outcome": "met",
    "met_second_outcome": "met",
    "met_confirms": "met",
    "met_review_on": "met",
}
_SCORES = {f"score_{key.value}": "4" for key in SectionKey}
REVIEWS_OF_THE_CSM: tuple[tuple[ViewId, ActionId, dict[str, str]], ...] = (
    (ViewId.MILESTONE_REVIEW, ActionId.OPEN_MILESTONE_REVIEW, {"milestone_notes": "Fine"}),
    (ViewId.NPS, ActionId.OPEN_NPS, {"nps": "9, 10"}),
    (
        ViewId.STILL_TRUE,
        ActionId.OPEN_STILL_TRUE,
        {"holds_champion": "yes", "holds_growth": "yes", "holds_year": "not_known"},
    ),
    (ViewId.FIRST_VALUE, ActionId.OPEN_FIRST_VALUE, {"engagement": "green"}),
    (
        ViewId.EXPANSION,
        ActionId.OPEN_EXPANSION,
        {"talked_on": "2026-03-04", "appetite": "later", "expansion_words": "Next year"},
    ),
    (ViewId.SCORE, ActionId.OPEN_SCORE, _SCORES),
    (ViewId.DEFINED_DONE, ActionId.OPEN_DEFINED_DONE, DONE),
)


def recorded_call(app: App, user: str, one: int) -> Json:
    """The card of the briefing call, which either manager sends with a reason."""
    call = {"minutes": "20", "tone": "warm", "mood": "calm", "emphasis": "The date in June."}
    by, why = (user, "Both are away.") if user in (AE_MANAGER, CS_MANAGER) else (AE, None)
    form = app.modal(app.press(by, ActionId.OPEN_BRIEFING, app.shown(one)))
    return app.submit_body(user, form.type(**call, **({"reason": why} if why else {})))


def of_the_plan(app: App, one: int) -> Ref:
    """What a button that is about the plan as a whole carries."""
    with app.store.read(app.team.workspace_id) as unit:
        version = unit.handoffs.get(one).success_plan.version
    return Ref(handoff=one, revision=version, page=0)


def initial_plan(app: App, user: str, one: int) -> Json:
    return app.press_body(user, ActionId.INITIAL_PLAN, of_the_plan(app, one))


def initial_plan_for(app: App, user: str, one: int) -> Json:
    """The form that managers get; whoever else sends that of the CS manager."""
    opener = AE_MANAGER if user == AE_MANAGER else CS_MANAGER
    reply = app.press(opener, ActionId.INITIAL_PLAN, of_the_plan(app, one))
    return app.submit_body(user, app.modal(reply).type(reason="Jonas is on a plane."))


def of_a_milestone(action: ActionId) -> Ask:
    """A button beside the milestone."""

    def ask(app: App, user: str, one: int) -> Json:
        return app.press_body(user, action, milestone_ref(app, one))

    return ask


def milestone_ref(app: App, one: int) -> Ref:
    with app.store.read(app.team.workspace_id) as unit:
        (found,) = unit.plans.milestones(one, audiences=EVERY)
    return Ref(handoff=one, entry=found.id, revision=found.version)


def confirm_plan(app: App, user: str, one: int) -> Json:
    return app.press_body(user, ActionId.OPEN_CONFIRM_PLAN, Ref(handoff=one, thing="customer"))


def confirmation(app: App, user: str, one: int) -> Json:
    opener = CS_MANAGER if user == CS_MANAGER else CSM
    form = app.modal(app.deliver(confirm_plan(app, opener, one)))
    typed = {"confirmed_by": "Ilse", "confirmed_way": "mail"}
    if opener == CS_MANAGER:
        typed["reason"] = "Jonas is on a plane."
    return app.submit_body(user, form.type(**typed))


def booked_kickoff(app: App, user: str, one: int) -> Json:
    """The form of the kickoff's time, which AE and CS manager send with a reason."""
    by, why = (user, {"reason": "They called."}) if user in (AE, CS_MANAGER) else (CSM, {})
    form = app.modal(app.press(by, ActionId.OPEN_KICKOFF_BOOKING, Ref(handoff=one)))
    return app.submit_body(user, form.type(kickoff_at=TWO_DAYS_ON, **why))


def prepared(app: App, user: str, one: int) -> Json:
    """The card of the kickoff, which either manager sends with a reason."""
    managers = (AE_MANAGER, CS_MANAGER)
    by, why = (user, {"reason": "They told me."}) if user in managers else (CSM, {})
    form = app.modal(app.press(by, ActionId.OPEN_KICKOFF_CARD, Ref(handoff=one)))
    return app.submit_body(user, form.type(**why))


KICKOFF = {"customers": "Ilse Brandt", "ran": "csm", "metric_right": "yes", "timing_right": "yes"}


def checked_intro(app: App, user: str, one: int) -> Json:
    """*Check words* in the editor that the AE opened."""
    form = app.modal(app.press(AE, ActionId.OPEN_INTRO, Ref(handoff=one)))
    typed = form.type(intro="Dear Ilse, Jonas will call.")
    return app.press_body(user, ActionId.CHECK_INTRO, Ref(handoff=one), modal=typed)


def take_time(app: App, user: str, one: int) -> Json:
    return app.press_body(user, ActionId.FINE_TALK, Ref(handoff=one, revision=1))


def acknowledge_for_csm(app: App, user: str, one: int) -> Json:
    """The form that the CS manager gets where the CSM just presses the button."""
    form = app.modal(app.press(CS_MANAGER, ActionId.ACKNOWLEDGE, app.shown(one)))
    return app.submit_body(user, form.type(reason="Jonas is on a plane."))


def brief(app: App, one: int) -> Modal:
    return app.modal(app.press(AE, ActionId.WRITE_BRIEF, Ref(handoff=one)))


def in_brief(action: ActionId) -> Ask:
    """A button within the brief that its writer opened."""

    def ask(app: App, user: str, one: int) -> Json:
        ref = Ref(handoff=one, thing="success", revision=0)
        form = brief(app, one).type(trigger="The lease ends")
        return app.press_body(user, action, ref, modal=form)

    return ask


def shortcut(app: App, user: str, one: int) -> Json:
    """*Add to handoff* on a message of the handoff's own channel."""
    with app.store.read(app.team.workspace_id) as unit:
        channel = unit.channels.get(unit.handoffs.get(one).channel_id)
    message = {"user": AE, "text": "Live in June.", "ts": "1772540000.000200"}
    return app.shortcut_body(user, message, channel=channel.slack_id)


def copy_where(app: App, user: str, one: int) -> Json:
    """Its form, of which each writer has their own, and whoever else sends the AE's."""
    opener = user if user in (AE, CSM) else AE
    form = app.modal(app.deliver(shortcut(app, opener, one)))
    assert form.callback_id == ViewId.COPY_WHERE
    return app.submit_body(user, form.type(handoff=str(one)))


def copy_form(app: App, user: str, one: int) -> Json:
    opener = user if user in (AE, CSM) else AE
    which = app.modal(app.deliver(shortcut(app, opener, one)))
    reply = app.submit(opener, which.type(handoff=str(one)))
    form = app.updated(which, reply.body["view"])
    return app.submit_body(user, form.type(becomes="promise", means="Live in June."))


def edit_promise(app: App, user: str, one: int) -> Json:
    with app.store.read(app.team.workspace_id) as unit:
        (entry,) = unit.brief.load(one, audiences=EVERY).entries
    ref = Ref(handoff=one, entry=entry.id, revision=entry.version)
    return app.press_body(user, ActionId.PROMISE_EDIT, ref, modal=brief(app, one))


def of_a_promise(app: App, one: int) -> Ref:
    """What a button beside the promise carries; it says who delivers it by when."""
    with app.store.write(app.team.workspace_id) as unit:
        unit.handoffs.lock(one)
        (entry,) = unit.brief.load(one, audiences=EVERY).entries
        due, owner = date(2026, 7, 1), app.team.csm.id
        text = replace(entry.text, due=due, owner_id=owner)
        at, by = unit.now, app.team.ae.id
        now, _ = unit.brief.edit_promise(entry.id, text, base_version=entry.version, by=by, at=at)
        unit.commit()
    return Ref(handoff=one, entry=now.id, revision=now.version)


def promised(action: ActionId) -> Ask:
    """A button of the promise's message."""
    return lambda app, user, one: app.press_body(user, action, of_a_promise(app, one))


def initialed(action: ActionId) -> Ask:
    """The same once AE and CSM have initialed it."""

    def ask(app: App, user: str, one: int) -> Json:
        ref = of_a_promise(app, one)
        app.press(AE, ActionId.INITIAL_PROMISE, ref)
        form = app.press(CSM, ActionId.INITIAL_PROMISE, ref)
        if form.opened:
            app.submit(CSM, app.modal(form).type(delivery="can"))
        return app.press_body(user, action, ref)

    return ask


def initial_form(app: App, user: str, one: int) -> Json:
    form = app.modal(app.press(CSM, ActionId.INITIAL_PROMISE, of_a_promise(app, one)))
    return app.submit_body(user, form.type(delivery="can"))


def dispute_form(app: App, user: str, one: int) -> Json:
    form = app.modal(app.press(CSM, ActionId.OPEN_DISPUTE, of_a_promise(app, one)))
    return app.submit_body(user, form.type(reason="Nobody asked us"))


def disputed(app: App, one: int) -> Ref:
    """The same promise once the AE disputes it, if they do not already."""
    with app.store.read(app.team.workspace_id) as unit:
        (entry,) = unit.ledger.entries(one)
    if entry.dispute is not None:
        return Ref(handoff=one, entry=entry.promise.id, revision=entry.promise.version)
    ref = of_a_promise(app, one)
    form = app.modal(app.press(AE, ActionId.OPEN_DISPUTE, ref))
    app.submit(AE, form.type(reason="Nobody said so"))
    return ref


def of_a_dispute(action: ActionId) -> Ask:
    """A button about a disputed promise."""
    return lambda app, user, one: app.press_body(user, action, disputed(app, one))


def settle_form(app: App, user: str, one: int) -> Json:
    form = app.modal(app.press(CS_MANAGER, ActionId.OPEN_SETTLE, disputed(app, one)))
    return app.submit_body(user, form.type(settlement="kept"))


def kicked_off(store: Store, team: Team) -> int:
    """One whose kickoff was held, and whose promise is still to be kept."""
    one = assigned(store, team)
    with store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.lock(one)
        handoff.kickoff_held_at = unit.now
        unit.save(handoff, actor_id=None)
        unit.commit()
    return one


def late_ones(store: Store, team: Team) -> int:
    """One whose promise surfaced after the AE's initials."""
    one = assigned(store, team)
    with store.write(team.workspace_id) as unit:
        unit.handoffs.lock(one)
        (entry,) = unit.brief.load(one, audiences=EVERY).entries
        late = update(promises).where(promises.c.id == entry.id).values(late="customer")
        unit.ledger._scope.connection.execute(late)
        unit.commit()
    return one


def late_after_kickoff(store: Store, team: Team) -> int:
    one = late_ones(store, team)
    with store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.lock(one)
        handoff.kickoff_held_at = unit.now
        unit.save(handoff, actor_id=None)
        unit.commit()
    return one


def talked_form(app: App, user: str, one: int) -> Json:
    """The form that the AE manager gets where the AE says no more than what was said."""
    about = of_a_promise(app, one)
    opener = AE_MANAGER if user == AE_MANAGER else AE
    form = app.modal(app.press(opener, ActionId.OPEN_TALKED, about))
    typed = {"settlement": "kept", "line": "They know that it takes until fall."}
    if opener == AE_MANAGER:
        typed["reason"] = "Maya is on a plane."
    return app.submit_body(user, form.type(**typed))


def decide_form(app: App, user: str, one: int) -> Json:
    """Each side sends its own form, and whoever else that of the AE."""
    opener = CSM if user == CSM else AE
    form = app.modal(app.press(opener, ActionId.OPEN_DECIDE_LATE, of_a_promise(app, one)))
    return app.submit_body(user, form.type(settlement="kept"))


def kept_form(action: ActionId, **typed: str) -> Ask:
    """What AE or CSM write of what became of a promise, sent by another."""

    def ask(app: App, user: str, one: int) -> Json:
        form = app.modal(app.press(CSM, action, of_a_promise(app, one)))
        return app.submit_body(user, form.type(**typed))

    return ask


def of_a_question(action: ActionId) -> Ask:
    """A button that is about the third question of the debrief."""
    return lambda app, user, one: app.press_body(
        user, action, Ref(handoff=one, thing=Question.NEARLY.value)
    )


def of_a_chat(action: ActionId) -> Ask:
    """A button below the question that the AE is asked in their chat."""

    def ask(app: App, user: str, one: int) -> Json:
        with app.store.read(app.team.workspace_id) as unit:
            chat = unit.chats.of(one, app.team.ae.id, About.DEBRIEF)
        assert chat is not None
        ref = Ref(handoff=one, entry=chat.id, thing=chat.at.item, revision=chat.asked)
        return app.press_body(user, action, ref)

    return ask


def question(app: App, one: int) -> Modal:
    """The third question, as the CSM has it on their screen."""
    body = of_a_question(ActionId.DEBRIEF_GO)(app, CSM, one)
    return app.modal(app.deliver(body)).type(answer="The discount")


def in_debrief(action: ActionId) -> Ask:
    """A button within a question that the CSM opened."""
    return lambda app, user, one: app.press_body(user, action, modal=question(app, one))


def answered(app: App, user: str, one: int) -> Json:
    return app.submit_body(user, question(app, one))


def change_promise(app: App, user: str, one: int) -> Json:
    with app.store.read(app.team.workspace_id) as unit:
        (entry,) = unit.brief.load(one, audiences=EVERY).entries
    return app.press_body(user, ActionId.PROMISE_CHANGE, Ref(handoff=one, entry=entry.id))


def edit_person(app: App, user: str, one: int) -> Json:
    step = app.brief_step(AE, one, "people")
    edit = next(
        block["accessory"]["value"] for block in step.view["blocks"] if "accessory" in block
    )
    return app.press_body(user, ActionId.CONTACT_EDIT, edit, modal=step)


def person(app: App, user: str, one: int) -> Json:
    ref = Ref(handoff=one, thing="people", revision=0)
    step = app.brief_step(AE, one, "people")
    form = app.modal(app.press(AE, ActionId.CONTACT_ADD, ref, modal=step))
    return app.submit_body(user, form.type(name="Ines"))


def paste(app: App, user: str, one: int) -> Json:
    ref = Ref(handoff=one)
    form = app.modal(app.press(AE, ActionId.PASTED_OPEN, ref, modal=brief(app, one)))
    return app.submit_body(user, form.type(pasted="Notes of the first call."))


def promise(app: App, user: str, one: int) -> Json:
    ref = Ref(handoff=one, thing="success", revision=0)
    form = app.modal(app.press(AE, ActionId.PROMISE_ADD, ref, modal=brief(app, one)))
    return app.submit_body(user, form.type(words="Live in 30 days."))


def versions(app: App, user: str, one: int) -> Json:
    return app.press_body(user, ActionId.OPEN_VERSIONS, Ref(handoff=one, thing="why"))


def steps(app: App, one: int) -> Modal:
    """The list of all steps, as the AE has it open."""
    about = Ref(handoff=one, thing="why", revision=0)
    app.press(AE, ActionId.BRIEF_ALL_STEPS, about, modal=brief(app, one))
    return app.screen(app.slack.called("views.update")[-1]["view"])


def invite_helper(app: App, user: str, one: int) -> Json:
    return app.press_body(user, ActionId.INVITE_HELPER, Ref(handoff=one), modal=steps(app, one))


def helpers(app: App, user: str, one: int) -> Json:
    opened = app.press(AE, ActionId.INVITE_HELPER, Ref(handoff=one), modal=steps(app, one))
    form = app.modal(opened).type(helper=NO_PART, helped_sections=["why"])
    return app.submit_body(user, form)


def roles(app: App, user: str, one: int) -> Json:
    form = app.modal(app.press("UADMIN", ActionId.OPEN_ROLES))
    return app.submit_body(user, form.type(person=user))


def of_an_admin(view_id: ViewId, button: ActionId, **typed: str) -> Ask:
    """A form that an admin opened and somebody submits."""
    return lambda app, user, one: sent(view_id, "UADMIN", button, **typed)(app, user, one)


def in_a_list(action: ActionId) -> Ask:
    """Another page of a list that an admin opened."""

    def ask(app: App, user: str, one: int) -> Json:
        form = app.modal(app.press("UADMIN", ActionId.OPEN_MANAGED))
        return app.press_body(user, action, Ref(thing=ViewId.MANAGED.value, page=1), modal=form)

    return ask


def undelivered(action: ActionId) -> Ask:
    """What to do about a message that Slack refused."""

    def ask(app: App, user: str, one: int) -> Json:
        key = f"refused:{next(_NUMBERS)}"
        with app.store.write(app.team.workspace_id) as unit:
            reader = app.team.ae.id
            notice = Notice(
                NoticeKind.DUE_MOVED, Place.DM, key, Priority.HAND_OVER, one, person_id=reader
            )
            unit.outbox.add(notice)
            unit.commit()
        with app.store.database.writing() as connection:
            refused = outbox.update().where(outbox.c.key == key)
            connection.execute(refused.values(state="dead", reason="channel_not_found"))
            entry = connection.execute(select(outbox.c.id).where(outbox.c.key == key)).scalar_one()
            connection.commit()
        form = app.modal(app.press("UADMIN", ActionId.OPEN_UNDELIVERED))
        return app.press_body(user, action, Ref(thing="notice", entry=entry), modal=form)

    return ask


def managers(app: App, user: str, one: int) -> Json:
    app.slack.profile_fields = [{"id": "Xf0BOSS", "label": "Manager", "type": "user"}]
    form = app.modal(app.press("UADMIN", ActionId.OPEN_MANAGERS))
    return app.submit_body(user, form.type(profile_field="Xf0BOSS"))


def command(name: CommandId) -> Ask:
    return lambda app, user, one: app.command_body(user, name=name.value)


@dataclass(frozen=True)
class Door:
    """One thing that can be asked of the bot, who may, and what a refusal says."""

    what: ActionId | ViewId | CommandId | MoreChoice | ShortcutId
    ask: Ask
    may: Collection[str]
    told: tuple[str, ...]
    prepare: Callable[[Store, Team], int] = signed


BY_AE, BY_SIGNERS = ("is up to Maya.",), ("is up to Maya or Tomás.",)
RECORDERS, BY_AE_MANAGER = (AE, AE_MANAGER), ("is up to Tomás.",)
BY_CSM, BY_EITHER = ("is up to Jonas.",), ("is up to Maya or Jonas.",)
ADDED_BY = ("is up to Maya or Jonas, and to whoever the AE asked",)
READERS = (CSM, CS_MANAGER)
CALLERS = (AE, AE_MANAGER, CSM, CS_MANAGER)
BOOKERS, IN_IT = (AE, CSM, CS_MANAGER), (*CALLERS, REVOPS)
BY_CS_MANAGER = ("is up to Priya.",)
BY_AE_AND_MANAGER = ("is up to Maya or Tomás.",)
TALKERS, BY_TALKERS = (AE, CSM, CS_MANAGER), ("is up to Maya, Jonas or Priya.",)
BY_EITHER_OF_CS = ("is up to Jonas or Priya.",)
ADMINS = ("Only admins", "Ask an admin")
DOORS = [
    Door(ActionId.CONFIRM_AE, pressed(ActionId.CONFIRM_AE), [AE], BY_AE, started_for_the_ae),
    Door(ActionId.OPEN_SIGNATURE, pressed(ActionId.OPEN_SIGNATURE), SIGNERS, BY_SIGNERS, started),
    Door(MoreChoice.SIGNATURE, chosen(MoreChoice.SIGNATURE), SIGNERS, BY_SIGNERS),
    Door(
        ViewId.SIGNATURE,
        sent(ViewId.SIGNATURE, AE, ActionId.OPEN_SIGNATURE, signed_at=1_772_600_000),
        SIGNERS,
        BY_SIGNERS,
        started,
    ),
    Door(ActionId.OPEN_NEW_DATE, pressed(ActionId.OPEN_NEW_DATE), SIGNERS, BY_SIGNERS, started),
    Door(MoreChoice.NEW_DATE, chosen(MoreChoice.NEW_DATE), SIGNERS, BY_SIGNERS, started),
    Door(
        ViewId.NEW_DATE,
        sent(ViewId.NEW_DATE, AE, ActionId.OPEN_NEW_DATE, expected_on="2026-04-01"),
        SIGNERS,
        BY_SIGNERS,
        started,
    ),
    Door(ActionId.OPEN_DEAL, pressed(ActionId.OPEN_DEAL), [AE], BY_AE),
    Door(MoreChoice.CHANGE_DEAL, chosen(MoreChoice.CHANGE_DEAL), [AE], BY_AE),
    Door(ViewId.DEAL, sent(ViewId.DEAL, AE, ActionId.OPEN_DEAL, value="61,000"), [AE], BY_AE),
    Door(ActionId.OPEN_ALIGNMENT, pressed(ActionId.OPEN_ALIGNMENT), RECORDERS, BY_AE, started),
    Door(MoreChoice.ALIGN, chosen(MoreChoice.ALIGN), RECORDERS, BY_AE, started),
    Door(
        ViewId.ALIGNMENT,
        recorded(ViewId.ALIGNMENT, ActionId.OPEN_ALIGNMENT, cs_contact=CSM),
        RECORDERS,
        BY_AE,
        started,
    ),
    *(
        Door(action, pressed(action), [AE_MANAGER], BY_AE_MANAGER, started)
        for action in (
            ActionId.COMMITMENT_DONE,
            ActionId.COMMITMENT_NOT_DONE,
            ActionId.COMMITMENT_CANCELLED,
        )
    ),
    Door(ActionId.OPEN_CALL, pressed(ActionId.OPEN_CALL), RECORDERS, BY_AE),
    Door(
        ViewId.CALL,
        recorded(ViewId.CALL, ActionId.OPEN_CALL, call_cs=CSM, call_customer="Ilse"),
        RECORDERS,
        BY_AE,
    ),
    Door(ActionId.OPEN_CLOSED_WON, pressed(ActionId.OPEN_CLOSED_WON), [AE_MANAGER], BY_AE_MANAGER),
    Door(
        ViewId.CLOSED_WON,
        sent(ViewId.CLOSED_WON, AE_MANAGER, ActionId.OPEN_CLOSED_WON, reason="They insist."),
        [AE_MANAGER],
        BY_AE_MANAGER,
    ),
    Door(ActionId.WRITE_BRIEF, pressed(ActionId.WRITE_BRIEF), [AE], BY_AE),
    Door(
        ViewId.BRIEF,
        sent(ViewId.BRIEF, AE, ActionId.WRITE_BRIEF, trigger="The lease ends"),
        [AE],
        BY_AE,
    ),
    Door(ActionId.BRIEF_ALL_STEPS, in_brief(ActionId.BRIEF_ALL_STEPS), [AE], BY_AE),
    Door(ActionId.BRIEF_BACK, in_brief(ActionId.BRIEF_BACK), [AE], BY_AE),
    Door(ActionId.BRIEF_GO, in_brief(ActionId.BRIEF_GO), [AE], BY_AE),
    Door(ActionId.CHECK_WORDS, in_brief(ActionId.CHECK_WORDS), [AE], BY_AE),
    Door(ActionId.PROMISE_ADD, in_brief(ActionId.PROMISE_ADD), [AE], BY_AE),
    Door(ActionId.PROMISE_NEW, pressed(ActionId.PROMISE_NEW), [AE], BY_AE),
    Door(ActionId.PROMISE_EDIT, edit_promise, [AE], BY_AE, posted),
    Door(ViewId.PROMISE, promise, [AE], BY_AE),
    Door(ActionId.PROMISE_CHANGE, change_promise, [AE, CSM], BY_EITHER, assigned),
    Door(
        ActionId.INITIAL_PROMISE,
        promised(ActionId.INITIAL_PROMISE),
        [AE, CSM],
        BY_EITHER,
        assigned,
    ),
    Door(ViewId.INITIAL, initial_form, [AE, CSM], BY_EITHER, assigned),
    Door(
        ActionId.TAKE_BACK_INITIAL,
        initialed(ActionId.TAKE_BACK_INITIAL),
        [AE, CSM],
        BY_EITHER,
        assigned,
    ),
    Door(ActionId.OPEN_DISPUTE, promised(ActionId.OPEN_DISPUTE), [AE, CSM], BY_EITHER, assigned),
    Door(ViewId.DISPUTE, dispute_form, [AE, CSM], BY_EITHER, assigned),
    Door(
        ActionId.TAKE_BACK_DISPUTE,
        of_a_dispute(ActionId.TAKE_BACK_DISPUTE),
        [AE],
        ("is up to Maya",),
        assigned,
    ),
    Door(
        ActionId.OPEN_SETTLE,
        of_a_dispute(ActionId.OPEN_SETTLE),
        [CS_MANAGER, AE_MANAGER],
        ("Settling a dispute is up to Priya or Tomás.",),
        assigned,
    ),
    Door(
        ViewId.SETTLE,
        settle_form,
        [CS_MANAGER, AE_MANAGER],
        ("Settling a dispute is up to Priya or Tomás.",),
        assigned,
    ),
    Door(
        ActionId.OPEN_TALKED,
        promised(ActionId.OPEN_TALKED),
        [AE, AE_MANAGER],
        ("Talking a late promise over with the customer is up to Maya.",),
        late_ones,
    ),
    Door(
        ViewId.TALKED,
        talked_form,
        [AE, AE_MANAGER],
        ("Talking a late promise over with the customer is up to Maya.",),
        late_ones,
    ),
    Door(
        ActionId.OPEN_DECIDE_LATE,
        promised(ActionId.OPEN_DECIDE_LATE),
        [AE, CSM],
        BY_EITHER,
        late_after_kickoff,
    ),
    Door(ViewId.DECIDE_LATE, decide_form, [AE, CSM], BY_EITHER, late_after_kickoff),
    Door(
        ActionId.PROMISE_DELIVERED,
        promised(ActionId.PROMISE_DELIVERED),
        [AE, CSM],
        BY_EITHER,
        kicked_off,
    ),
    Door(ActionId.OPEN_BROKEN, promised(ActionId.OPEN_BROKEN), [AE, CSM], BY_EITHER, kicked_off),
    Door(
        ViewId.BROKEN,
        kept_form(ActionId.OPEN_BROKEN, line="Nobody had time"),
        [AE, CSM],
        BY_EITHER,
        kicked_off,
    ),
    Door(
        ActionId.OPEN_RENEGOTIATED,
        promised(ActionId.OPEN_RENEGOTIATED),
        [AE, CSM],
        BY_EITHER,
        kicked_off,
    ),
    Door(
        ViewId.RENEGOTIATED,
        kept_form(ActionId.OPEN_RENEGOTIATED, words="Later"),
        [AE, CSM],
        BY_EITHER,
        kicked_off,
    ),
    Door(ActionId.INITIAL_ALL, promised(ActionId.INITIAL_ALL), [AE, CSM], BY_EITHER, assigned),
    Door(ShortcutId.ADD, shortcut, [AE, CSM], ADDED_BY, two_in_a_channel),
    Door(ViewId.COPY_WHERE, copy_where, [AE, CSM], ADDED_BY, two_in_a_channel),
    Door(ViewId.COPY, copy_form, [AE, CSM], BY_EITHER, two_in_a_channel),
    Door(ActionId.CONTACT_ADD, in_brief(ActionId.CONTACT_ADD), [AE], BY_AE),
    Door(ActionId.CONTACT_EDIT, edit_person, [AE], BY_AE, posted),
    Door(ViewId.CONTACT, person, [AE], BY_AE),
    Door(ActionId.PASTED_OPEN, in_brief(ActionId.PASTED_OPEN), [AE], BY_AE),
    Door(ActionId.PASTED_MORE, in_brief(ActionId.PASTED_MORE), [AE], BY_AE),
    Door(ActionId.PASTED_FORGET, in_brief(ActionId.PASTED_FORGET), [AE], BY_AE),
    Door(ViewId.PASTE, paste, [AE], BY_AE),
    Door(ActionId.INVITE_HELPER, invite_helper, [AE], BY_AE),
    Door(ViewId.HELPERS, helpers, [AE], BY_AE),
    Door(ActionId.PREVIEW_MESSAGE, pressed(ActionId.PREVIEW_MESSAGE), [AE], BY_AE),
    Door(ViewId.PREVIEW, sent(ViewId.PREVIEW, AE, ActionId.PREVIEW_MESSAGE), [AE], BY_AE),
    Door(
        ActionId.OPEN_ASSIGN,
        pressed(ActionId.OPEN_ASSIGN),
        [CS_MANAGER],
        ("is up to Priya.",),
        posted,
    ),
    Door(
        ViewId.ASSIGN,
        sent(ViewId.ASSIGN, CS_MANAGER, ActionId.OPEN_ASSIGN, csm=CSM),
        [CS_MANAGER],
        ("is up to Priya.",),
        posted,
    ),
    Door(
        ActionId.ACKNOWLEDGE,
        pressed(ActionId.ACKNOWLEDGE),
        READERS,
        BY_CSM,
        assigned,
    ),
    Door(ViewId.ACKNOWLEDGE, acknowledge_for_csm, READERS, BY_CSM, assigned),
    Door(
        ActionId.UNDO_ACKNOWLEDGE,
        pressed(ActionId.UNDO_ACKNOWLEDGE),
        [CSM],
        BY_CSM,
        acknowledged,
    ),
    Door(ActionId.OPEN_CHECKS, pressed(ActionId.OPEN_CHECKS), READERS, BY_CSM, acknowledged),
    Door(
        ViewId.CHECKS,
        for_csm(
            ViewId.CHECKS,
            ActionId.OPEN_CHECKS,
            check_metric="yes",
            check_no_plan="yes",
            check_champion="yes",
        ),
        READERS,
        BY_CSM,
        acknowledged,
    ),
    Door(ActionId.OPEN_PLAN, pressed(ActionId.OPEN_PLAN), READERS, BY_CSM, checked),
    Door(
        ViewId.PLAN,
        for_csm(ViewId.PLAN, ActionId.OPEN_PLAN, plan="A call on Tuesdays"),
        READERS,
        BY_CSM,
        checked,
    ),
    Door(ActionId.OPEN_RESTATE, pressed(ActionId.OPEN_RESTATE), READERS, BY_CSM, acknowledged),
    Door(
        ViewId.RESTATE,
        for_csm(
            ViewId.RESTATE,
            ActionId.OPEN_RESTATE,
            restated_why="The lease ends",
            restated_success="Four days",
            restated_risk="none",
        ),
        READERS,
        BY_CSM,
        acknowledged,
    ),
    Door(ActionId.OPEN_JUDGE, pressed(ActionId.OPEN_JUDGE), RECORDERS, BY_AE, restated),
    Door(
        ViewId.JUDGE,
        recorded(ViewId.JUDGE, ActionId.OPEN_JUDGE, verdict="match"),
        RECORDERS,
        BY_AE,
        restated,
    ),
    Door(ActionId.OPEN_BOOKING, pressed(ActionId.OPEN_BOOKING), RECORDERS, BY_AE, assigned),
    Door(MoreChoice.BOOKING, chosen(MoreChoice.BOOKING), RECORDERS, BY_AE, assigned),
    Door(
        ViewId.BOOKING,
        recorded(ViewId.BOOKING, ActionId.OPEN_BOOKING, briefing_at=TWO_DAYS_ON),
        RECORDERS,
        BY_AE,
        assigned,
    ),
    Door(ActionId.SKIP_BRIEFING, pressed(ActionId.SKIP_BRIEFING), [AE, CSM], BY_EITHER, assigned),
    Door(ActionId.OPEN_BRIEFING, pressed(ActionId.OPEN_BRIEFING), CALLERS, BY_EITHER, assigned),
    Door(MoreChoice.BRIEFING, chosen(MoreChoice.BRIEFING), CALLERS, BY_EITHER, assigned),
    Door(ViewId.BRIEFING, recorded_call, CALLERS, BY_EITHER, assigned),
    Door(ActionId.OPEN_LIFT, pressed(ActionId.OPEN_LIFT), [CS_MANAGER], BY_CS_MANAGER, checked),
    Door(MoreChoice.LIFT, chosen(MoreChoice.LIFT), [CS_MANAGER], BY_CS_MANAGER, checked),
    Door(
        ViewId.LIFT,
        sent(ViewId.LIFT, CS_MANAGER, ActionId.OPEN_LIFT, reason="They wait for our mail."),
        [CS_MANAGER],
        BY_CS_MANAGER,
        checked,
    ),
    Door(ActionId.START_PLAN, pressed(ActionId.START_PLAN), READERS, BY_CSM, assigned),
    Door(ActionId.MILESTONE_ADD, pressed(ActionId.MILESTONE_ADD), READERS, BY_CSM, assigned),
    Door(
        ViewId.MILESTONE,
        for_csm(ViewId.MILESTONE, ActionId.MILESTONE_ADD, milestone="Live in Kiel"),
        READERS,
        BY_CSM,
        assigned,
    ),
    Door(
        ActionId.MILESTONE_EDIT,
        of_a_milestone(ActionId.MILESTONE_EDIT),
        READERS,
        BY_CSM,
        planned,
    ),
    Door(
        ActionId.MILESTONE_DROP,
        of_a_milestone(ActionId.MILESTONE_DROP),
        READERS,
        BY_CSM,
        planned,
    ),
    Door(
        ActionId.MILESTONE_AGAIN,
        of_a_milestone(ActionId.MILESTONE_AGAIN),
        READERS,
        BY_CSM,
        dropped,
    ),
    Door(
        ActionId.MILESTONE_DONE,
        of_a_milestone(ActionId.MILESTONE_DONE),
        [AE, CSM],
        BY_EITHER,
        planned,
    ),
    Door(ActionId.INITIAL_PLAN, initial_plan, CALLERS, ("nitialing the success plan",), planned),
    Door(
        ViewId.PLAN_FOR_ANOTHER,
        initial_plan_for,
        # From AE and CSM it is their own side's initial.
        CALLERS,
        ("nitialing the success plan",),
        planned,
    ),
    Door(ActionId.OPEN_CONFIRM_PLAN, confirm_plan, READERS, BY_CSM, planned),
    Door(ViewId.CONFIRM_PLAN, confirmation, READERS, BY_CSM, planned),
    Door(ActionId.OPEN_INTRO, pressed(ActionId.OPEN_INTRO), [AE], BY_AE, assigned),
    Door(MoreChoice.INTRO, chosen(MoreChoice.INTRO), [AE], BY_AE, assigned),
    Door(
        ViewId.INTRO,
        sent(ViewId.INTRO, AE, ActionId.OPEN_INTRO, intro="Dear Ilse, Jonas will call."),
        [AE],
        BY_AE,
        assigned,
    ),
    Door(ActionId.CHECK_INTRO, checked_intro, [AE], BY_AE, assigned),
    Door(ActionId.MARK_INTRO_SENT, pressed(ActionId.MARK_INTRO_SENT), RECORDERS, BY_AE, assigned),
    Door(MoreChoice.INTRO_SENT, chosen(MoreChoice.INTRO_SENT), RECORDERS, BY_AE, assigned),
    Door(
        ViewId.INTRO_SENT,
        recorded(ViewId.INTRO_SENT, ActionId.MARK_INTRO_SENT, intro_way="email", cs_before="no"),
        RECORDERS,
        BY_AE,
        assigned,
    ),
    Door(ActionId.OPEN_CONTACT, pressed(ActionId.OPEN_CONTACT), [AE, CSM], BY_EITHER, assigned),
    Door(MoreChoice.WROTE_BEFORE, chosen(MoreChoice.WROTE_BEFORE), [AE, CSM], BY_EITHER, assigned),
    Door(
        ViewId.WROTE_BEFORE,
        sent(ViewId.WROTE_BEFORE, AE, ActionId.OPEN_CONTACT, wrote_way="chat"),
        [AE, CSM],
        BY_EITHER,
        assigned,
    ),
    Door(ActionId.OPEN_TALK, pressed(ActionId.OPEN_TALK), [AE, CSM], BY_EITHER, time_proposed),
    Door(MoreChoice.TALK, chosen(MoreChoice.TALK), [AE, CSM], BY_EITHER, time_proposed),
    Door(
        ViewId.TALK,
        sent(ViewId.TALK, CSM, ActionId.OPEN_TALK, talk_at=TWO_DAYS_ON),
        [AE, CSM],
        BY_EITHER,
        time_proposed,
    ),
    # Whoever proposed a time waits for the other one's answer.
    Door(ActionId.FINE_TALK, take_time, [AE], ("is up to Maya",), time_proposed),
    *(
        Door(what, ask, BOOKERS, BY_CSM, assigned)
        for what, ask in (
            (ActionId.OPEN_KICKOFF_BOOKING, pressed(ActionId.OPEN_KICKOFF_BOOKING)),
            (MoreChoice.KICKOFF_BOOKING, chosen(MoreChoice.KICKOFF_BOOKING)),
            (ViewId.KICKOFF_BOOKING, booked_kickoff),
        )
    ),
    Door(ActionId.OPEN_KICKOFF_CARD, pressed(ActionId.OPEN_KICKOFF_CARD), IN_IT, (), assigned),
    Door(MoreChoice.KICKOFF_CARD, chosen(MoreChoice.KICKOFF_CARD), IN_IT, (), assigned),
    Door(ViewId.KICKOFF_CARD, prepared, CALLERS, BY_EITHER, assigned),
    Door(ActionId.OPEN_HELD, pressed(ActionId.OPEN_HELD), READERS, BY_CSM, assigned),
    Door(MoreChoice.HELD, chosen(MoreChoice.HELD), READERS, BY_CSM, assigned),
    Door(
        ViewId.HELD,
        for_csm(ViewId.HELD, ActionId.OPEN_HELD, **KICKOFF),
        READERS,
        BY_CSM,
        assigned,
    ),
    *(
        Door(action, pressed(action), RECORDERS, BY_AE, reviewable)
        for action in (
            ActionId.OPEN_CHECK_IN,
            ActionId.OPEN_EXPANSION_AE,
            ActionId.OPEN_SCORE_AE,
        )
    ),
    Door(ActionId.CHECK_NOTE, checked_note, RECORDERS, BY_AE, reviewable),
    Door(
        ViewId.CHECK_IN,
        recorded(ViewId.CHECK_IN, ActionId.OPEN_CHECK_IN, note="Dear Ilse"),
        RECORDERS,
        BY_AE,
        reviewable,
    ),
    *(
        Door(action, pressed(action), READERS, BY_CSM, reviewable)
        for action in (
            ActionId.OPEN_MILESTONE_REVIEW,
            ActionId.OPEN_NPS,
            ActionId.OPEN_STILL_TRUE,
            ActionId.OPEN_FIRST_VALUE,
            ActionId.OPEN_EXPANSION,
            ActionId.OPEN_SCORE,
            ActionId.OPEN_DEFINED_DONE,
        )
    ),
    Door(MoreChoice.FIRST_VALUE, chosen(MoreChoice.FIRST_VALUE), READERS, BY_CSM, reviewable),
    *(
        Door(view_id, for_csm(view_id, button, **typed), READERS, BY_CSM, reviewable)
        for view_id, button, typed in REVIEWS_OF_THE_CSM
    ),
    Door(ActionId.OPEN_CLOSING, pressed(ActionId.OPEN_CLOSING), [CSM], BY_CSM, reviewable),
    Door(MoreChoice.CLOSING, chosen(MoreChoice.CLOSING), [CSM], BY_CSM, reviewable),
    Door(ViewId.CLOSING, closing_sent, [CSM], BY_CSM, reviewable),
    Door(ActionId.UNDO_CLOSING, pressed(ActionId.UNDO_CLOSING), [CSM], BY_CSM, closed),
    Door(MoreChoice.UNDO_CLOSING, chosen(MoreChoice.UNDO_CLOSING), [CSM], BY_CSM, closed),
    Door(ActionId.OPEN_DEBRIEF, pressed(ActionId.OPEN_DEBRIEF), TALKERS, BY_TALKERS, assigned),
    Door(ActionId.DEBRIEF_GO, of_a_question(ActionId.DEBRIEF_GO), TALKERS, BY_TALKERS, assigned),
    *(
        Door(action, in_debrief(action), TALKERS, BY_TALKERS, assigned)
        for action in (
            ActionId.DEBRIEF_ALL,
            ActionId.DEBRIEF_BACK,
            ActionId.DEBRIEF_PROMISE,
        )
    ),
    Door(ViewId.DEBRIEF, answered, TALKERS, BY_TALKERS, assigned),
    Door(ActionId.DEBRIEF_OWN, pressed(ActionId.DEBRIEF_OWN), [CSM], BY_CSM, assigned),
    Door(ActionId.DEBRIEF_TALK, pressed(ActionId.DEBRIEF_TALK), READERS, BY_CSM, assigned),
    Door(
        ViewId.DEBRIEF_OWN,
        sent(ViewId.DEBRIEF_OWN, CSM, ActionId.DEBRIEF_OWN, flags="Two plants"),
        [CSM],
        BY_CSM,
        assigned,
    ),
    Door(
        ViewId.DEBRIEF_TALK,
        for_csm(ViewId.DEBRIEF_TALK, ActionId.DEBRIEF_TALK, minutes="40"),
        READERS,
        BY_CSM,
        assigned,
    ),
    Door(ActionId.DEBRIEF_REPLY, pressed(ActionId.DEBRIEF_REPLY), [AE], BY_AE, asked),
    Door(
        ViewId.DEBRIEF_REPLY,
        sent(ViewId.DEBRIEF_REPLY, AE, ActionId.DEBRIEF_REPLY, reply="Their CFO"),
        [AE],
        BY_AE,
        asked,
    ),
    Door(
        ActionId.OPEN_LISTENER, pressed(ActionId.OPEN_LISTENER), READERS, BY_EITHER_OF_CS, assigned
    ),
    Door(
        ViewId.LISTENER,
        sent(ViewId.LISTENER, CSM, ActionId.OPEN_LISTENER, person=CS_MANAGER),
        READERS,
        BY_EITHER_OF_CS,
        assigned,
    ),
    Door(MoreChoice.DEBRIEF, chosen(MoreChoice.DEBRIEF), TALKERS, BY_TALKERS, assigned),
    Door(ActionId.OPEN_DEBRIEF_CHAT, pressed(ActionId.OPEN_DEBRIEF_CHAT), [AE], BY_AE, assigned),
    Door(MoreChoice.DEBRIEF_CHAT, chosen(MoreChoice.DEBRIEF_CHAT), [AE], BY_AE, assigned),
    Door(ActionId.OPEN_BRIEF_CHAT, pressed(ActionId.OPEN_BRIEF_CHAT), [AE], BY_AE),
    Door(MoreChoice.BRIEF_CHAT, chosen(MoreChoice.BRIEF_CHAT), [AE], BY_AE),
    *(
        Door(action, of_a_chat(action), [AE], BY_AE, in_chat)
        for action in (
            ActionId.CHAT_NEXT,
            ActionId.CHAT_SKIP,
            ActionId.CHAT_BACK,
            ActionId.CHAT_STOP,
            *TAGS,
        )
    ),
    Door(ActionId.OPEN_SEND_BACK, pressed(ActionId.OPEN_SEND_BACK), [CSM], BY_CSM, assigned),
    Door(
        ViewId.SEND_BACK,
        sent(ViewId.SEND_BACK, CSM, ActionId.OPEN_SEND_BACK, items=["trigger"], reason="Which?"),
        [CSM],
        BY_CSM,
        assigned,
    ),
    Door(ActionId.RETURN_BRIEF, pressed(ActionId.RETURN_BRIEF), [AE], BY_AE, sent_back),
    Door(
        ViewId.RETURN_BRIEF,
        sent(ViewId.RETURN_BRIEF, AE, ActionId.RETURN_BRIEF),
        [AE],
        BY_AE,
        sent_back,
    ),
    Door(ActionId.OPEN_DECLINE, pressed(ActionId.OPEN_DECLINE), [CSM], BY_CSM, assigned),
    Door(
        ViewId.DECLINE,
        sent(ViewId.DECLINE, CSM, ActionId.OPEN_DECLINE, reason="Not my region"),
        [CSM],
        BY_CSM,
        assigned,
    ),
    Door(ActionId.OPEN_MOVE, pressed(ActionId.OPEN_MOVE), SIGNERS, BY_SIGNERS),
    Door(
        ViewId.MOVE,
        sent(ViewId.MOVE, AE, ActionId.OPEN_MOVE, channel="C0ELSEWHERE"),
        SIGNERS,
        BY_SIGNERS,
        beside_another_channel,
    ),
    Door(
        ActionId.OPEN_MAKE_CHANNEL,
        pressed(ActionId.OPEN_MAKE_CHANNEL),
        SIGNERS,
        BY_SIGNERS,
        in_a_shared_channel,
    ),
    Door(
        ViewId.MAKE_CHANNEL,
        sent(ViewId.MAKE_CHANNEL, AE, ActionId.OPEN_MAKE_CHANNEL),
        SIGNERS,
        BY_SIGNERS,
        in_a_shared_channel,
    ),
    Door(
        ActionId.OPEN_REASSIGN_AE, pressed(ActionId.OPEN_REASSIGN_AE), [AE_MANAGER], BY_AE_MANAGER
    ),
    Door(
        ViewId.REASSIGN_AE,
        sent(ViewId.REASSIGN_AE, AE_MANAGER, ActionId.OPEN_REASSIGN_AE, ae=NO_PART),
        [AE_MANAGER],
        BY_AE_MANAGER,
    ),
    Door(
        ActionId.OPEN_AE_MANAGER,
        pressed(ActionId.OPEN_AE_MANAGER),
        [AE_MANAGER, REVOPS],
        BY_AE_MANAGER,
    ),
    Door(
        ActionId.OPEN_CS_MANAGER,
        pressed(ActionId.OPEN_CS_MANAGER),
        [CS_MANAGER, REVOPS],
        BY_CS_MANAGER,
    ),
    Door(
        ViewId.REASSIGN_MANAGER,
        sent(ViewId.REASSIGN_MANAGER, REVOPS, ActionId.OPEN_AE_MANAGER, manager=NO_PART),
        [AE_MANAGER, REVOPS],
        BY_AE_MANAGER,
    ),
    Door(ActionId.OPEN_LEAD, pressed(ActionId.OPEN_LEAD), READERS, BY_EITHER_OF_CS, assigned),
    Door(
        ViewId.LEAD,
        sent(ViewId.LEAD, CSM, ActionId.OPEN_LEAD, person=NO_PART),
        READERS,
        BY_EITHER_OF_CS,
        assigned,
    ),
    Door(
        ActionId.OPEN_INTERVIEWS,
        pressed(ActionId.OPEN_INTERVIEWS),
        [AE, AE_MANAGER],
        BY_AE_AND_MANAGER,
        to_interview,
    ),
    Door(
        ViewId.INTERVIEWS,
        sent(ViewId.INTERVIEWS, AE_MANAGER, ActionId.OPEN_INTERVIEWS, interviewed="Ada"),
        [AE, AE_MANAGER],
        BY_AE_AND_MANAGER,
        to_interview,
    ),
    Door(ActionId.OPEN_CHAMPION, pressed(ActionId.OPEN_CHAMPION), [AE, CSM], BY_EITHER, assigned),
    Door(
        ViewId.CHAMPION,
        sent(ViewId.CHAMPION, AE, ActionId.OPEN_CHAMPION, new_champion="Nora"),
        [AE, CSM],
        BY_EITHER,
        assigned,
    ),
    Door(ActionId.OPEN_CANCEL, pressed(ActionId.OPEN_CANCEL), SIGNERS, BY_SIGNERS),
    Door(
        ViewId.CANCEL,
        sent(ViewId.CANCEL, AE, ActionId.OPEN_CANCEL, reason="They chose another vendor."),
        SIGNERS,
        BY_SIGNERS,
    ),
    Door(ActionId.UNDO_CANCEL, pressed(ActionId.UNDO_CANCEL), SIGNERS, BY_SIGNERS, cancelled),
    Door(ActionId.OPEN_REOPEN, pressed(ActionId.OPEN_REOPEN), SIGNERS, BY_SIGNERS, cancelled),
    Door(MoreChoice.REOPEN, chosen(MoreChoice.REOPEN), SIGNERS, BY_SIGNERS, cancelled),
    Door(
        ViewId.REOPEN,
        sent(ViewId.REOPEN, AE, ActionId.OPEN_REOPEN, reason="They came back."),
        SIGNERS,
        BY_SIGNERS,
        cancelled,
    ),
    Door(ActionId.OPEN_PARTNER, pressed(ActionId.OPEN_PARTNER), [AE], BY_AE, with_partner),
    Door(
        ViewId.PARTNER,
        sent(
            ViewId.PARTNER,
            AE,
            ActionId.OPEN_PARTNER,
            partner_people="Ada, Larkfield Clinics, partner manager",
            source="Ada, call",
        ),
        [AE],
        BY_AE,
        with_partner,
    ),
    Door(ActionId.OPEN_SNOOZE, pressed(ActionId.OPEN_SNOOZE), [AE], BY_AE),
    Door(
        ViewId.SNOOZE,
        sent(ViewId.SNOOZE, AE, ActionId.OPEN_SNOOZE, reason="They are on holiday."),
        [AE],
        BY_AE,
    ),
    Door(ActionId.OPEN_NOT_MINE, pressed(ActionId.OPEN_NOT_MINE), [AE], BY_AE),
    Door(
        ViewId.NOT_MINE,
        sent(ViewId.NOT_MINE, AE, ActionId.OPEN_NOT_MINE, reason="Theo sold it."),
        [AE],
        BY_AE,
    ),
    Door(ActionId.OPEN_MANAGERS, pressed(ActionId.OPEN_MANAGERS), [], ADMINS),
    Door(ViewId.MANAGERS, managers, [], ADMINS),
    Door(ActionId.OPEN_ROLES, pressed(ActionId.OPEN_ROLES), [], ADMINS),
    Door(ViewId.ROLES, roles, [], ADMINS),
    *(
        Door(action, pressed(action), [], ADMINS)
        for action in (
            ActionId.OPEN_PEOPLE_CSV,
            ActionId.OPEN_PEOPLE_LIST,
            ActionId.OPEN_MANAGED,
            ActionId.OPEN_NOTIFY,
            ActionId.OPEN_UNDELIVERED,
        )
    ),
    *(
        Door(action, turned, [], ADMINS)
        for action, turned in (
            (ActionId.LIST_BACK, in_a_list(ActionId.LIST_BACK)),
            (ActionId.LIST_ON, in_a_list(ActionId.LIST_ON)),
        )
    ),
    *(
        Door(action, undelivered(action), [], ADMINS)
        for action in (ActionId.SEND_AGAIN, ActionId.PUT_ASIDE)
    ),
    Door(
        ViewId.PEOPLE_CSV,
        of_an_admin(ViewId.PEOPLE_CSV, ActionId.OPEN_PEOPLE_CSV, people_lines="UCSM,revops"),
        [],
        ADMINS,
    ),
    Door(
        ViewId.NOTIFY,
        of_an_admin(ViewId.NOTIFY, ActionId.OPEN_NOTIFY, notify="off"),
        [],
        ADMINS,
    ),
    Door(ActionId.PAUSE, pressed(ActionId.PAUSE), [], ADMINS),
    Door(ActionId.RESUME, pressed(ActionId.RESUME), [], ADMINS),
]
LISTS = [
    # Without a role and a part the list is one's own, and empty; there is nothing of it to post.
    Door(CommandId.STATUS, command(CommandId.STATUS), MEMBERS, (), assigned),
    *(
        Door(action, pressed(action), MEMBERS, (), assigned)
        for action in (
            ActionId.STATUS_OPEN,
            ActionId.STATUS_PAGE_ON,
            ActionId.STATUS_PAGE_BACK,
            ActionId.STATUS_MINE,
            ActionId.STATUS_LATE,
            ActionId.STATUS_WHOSE,
            ActionId.STATUS_BUCKET,
            ActionId.STATUS_PERSON,
            ActionId.STATUS_STEP,
            ActionId.STATUS_TIER,
            ActionId.STATUS_CLEAR,
        )
    ),
    Door(
        ActionId.STATUS_CSV,
        pressed(ActionId.STATUS_CSV),
        MEMBERS[:-1],
        ("nothing to send",),
        assigned,
    ),
    Door(
        MoreChoice.STATUS_CSV,
        chosen(MoreChoice.STATUS_CSV),
        MEMBERS[:-1],
        ("nothing to send",),
        assigned,
    ),
    Door(
        MoreChoice.STATUS_POST,
        chosen(MoreChoice.STATUS_POST),
        MEMBERS[:-1],
        ("nothing to post",),
        assigned,
    ),
    Door(
        ActionId.STATUS_POST,
        pressed(ActionId.STATUS_POST),
        MEMBERS[:-1],
        ("nothing to post",),
        assigned,
    ),
]
FOR_ALL_MEMBERS = [
    Door(CommandId.HANDOFF, command(CommandId.HANDOFF), MEMBERS, ()),
    Door(ActionId.START_ANOTHER, pressed(ActionId.START_ANOTHER), MEMBERS, ()),
    Door(ViewId.START, sent(ViewId.START, AE, ActionId.START_ANOTHER), MEMBERS, ()),
    Door(ActionId.OPEN_HANDOFF, pressed(ActionId.OPEN_HANDOFF), MEMBERS, ()),
    Door(ActionId.OPEN_AMEND, pressed(ActionId.OPEN_AMEND), MEMBERS, ()),
    Door(ActionId.OPEN_VERSIONS, versions, MEMBERS, ()),
    Door(ActionId.OPEN_LEDGER, pressed(ActionId.OPEN_LEDGER), MEMBERS, ()),
    Door(ActionId.LEDGER_FILE, pressed(ActionId.LEDGER_FILE), MEMBERS, ()),
    Door(ActionId.OPEN_SUCCESS_PLAN, pressed(ActionId.OPEN_SUCCESS_PLAN), MEMBERS, ()),
    Door(MoreChoice.SUCCESS_PLAN, chosen(MoreChoice.SUCCESS_PLAN), MEMBERS, ()),
    Door(ActionId.PLAN_TEXT, pressed(ActionId.PLAN_TEXT), MEMBERS, ()),
    Door(ActionId.PLAN_FILE, pressed(ActionId.PLAN_FILE), MEMBERS, ()),
    Door(ActionId.PROMISE_HISTORY, promised(ActionId.PROMISE_HISTORY), MEMBERS, (), assigned),
    Door(ActionId.KICKOFF_LINK, pressed(ActionId.KICKOFF_LINK), MEMBERS, ()),
    Door(ActionId.OPEN_TIMES, pressed(ActionId.OPEN_TIMES), MEMBERS, ()),
    Door(
        ViewId.TIMES, sent(ViewId.TIMES, AE, ActionId.OPEN_TIMES, quiet_begin="19:00"), MEMBERS, ()
    ),
    # What is behind the lock is for some; that and for whom is said to all.
    Door(ActionId.OPEN_RED_FLAGS, pressed(ActionId.OPEN_RED_FLAGS), MEMBERS, ()),
]
AFTER_SILENCE = [
    # What the AE's own press does needs a post of unknown fate: delivery's tests have one.
    Door(ActionId.POST_AGAIN, pressed(ActionId.POST_AGAIN), [AE], BY_AE, posted),
]
EVERY_DOOR = [*DOORS, *LISTS, *FOR_ALL_MEMBERS, *AFTER_SILENCE]
AT_ONCE = 8
"""Doors that share a database: all of it is compared for each, and each brings a handoff."""


def in_rounds(doors: Sequence[Door]) -> pytest.MarkDecorator:
    """Have a test go through some doors at a time, as `doors`."""
    rounds = [doors[at : at + AT_ONCE] for at in range(0, len(doors), AT_ONCE)]
    return pytest.mark.parametrize("doors", rounds, ids=[f"from-{one[0].what}" for one in rounds])


@pytest.fixture
def admin(app: App) -> str:
    """Somebody with the role an admin gives, and no part in anything."""
    with app.store.write(app.team.workspace_id) as unit:
        unit.people.set_part(unit.people.ensure("UADMIN").id, roles={Role.ADMIN})
        unit.commit()
    return "UADMIN"


def test_every_listener_has_a_door() -> None:
    listeners = all_listeners()
    asked = {
        name
        for kind in (Kind.COMMAND, Kind.ACTION, Kind.SUBMISSION, Kind.SHORTCUT)
        for name in listeners.names(kind)
    }
    doors = [door.what for door in EVERY_DOOR]
    assert {one.value for one in doors if not isinstance(one, MoreChoice)} == asked


def refuses(app: App, door: Door, users: Collection[str], told: tuple[str, ...]) -> None:
    """Each of them is told this, and nothing has changed after they have all asked."""
    handoff_id = door.prepare(app.store, app.team)
    bodies = {user: door.ask(app, user, handoff_id) for user in users}
    before = app.rows()
    for user, body in bodies.items():
        reply = app.deliver(body)
        assert reply.status == 200, (door.what, user)
        for words in told:
            assert words in reply.sentence, (door.what, user, reply.sentence)
    assert app.rows() == before, door.what


@pytest.mark.slow
@pytest.mark.usefixtures("admin")
@in_rounds([*DOORS, *LISTS, *AFTER_SILENCE])
def test_who_has_no_right_hears_whose_turn_it_is_and_nothing_changes(
    app: App, doors: Sequence[Door]
) -> None:
    for door in doors:
        refuses(app, door, [one for one in MEMBERS if one not in door.may], door.told)


@pytest.mark.slow
@pytest.mark.usefixtures("admin")
@in_rounds(EVERY_DOOR)
def test_guests_bots_strangers_and_closed_accounts_are_turned_away_everywhere(
    app: App, doors: Sequence[Door]
) -> None:
    for door in doors:
        refuses(app, door, list(NOT_MEMBERS), ("full members of this workspace", "Ask a colleague"))


@pytest.mark.slow
@in_rounds([*DOORS, *LISTS])
def test_who_has_the_right_is_not_turned_away(app: App, admin: str, doors: Sequence[Door]) -> None:
    for door in doors:
        for user in door.may or [admin]:
            handoff_id = door.prepare(app.store, app.team)
            reply = app.deliver(door.ask(app, user, handoff_id))
            assert not reply.errors, (door.what, user)
            refused = "Try again" in str(reply.whispered) or "not done" in str(reply.opened)
            assert not refused, (door.what, user, reply)


def test_a_refusal_that_speaks_of_the_handoff_has_the_button_that_opens_it(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    about = Ref(handoff=handoff_id)
    refusals = [
        app.press(AE, ActionId.OPEN_ASSIGN, about),
        app.press(CSM, ActionId.ACKNOWLEDGE, about),  # A version that is no longer the brief's.
        app.press(CSM, ActionId.UNDO_ACKNOWLEDGE, about),
    ]
    for reply in refusals:
        assert "Open the handoff" in reply.sentence
        (opens,) = reply.buttons
        assert (opens["action_id"], opens["value"]) == (ActionId.OPEN_HANDOFF, about.dump())
        shown = app.modal(app.press(CSM, opens["action_id"], opens["value"]))
        assert shown.callback_id == "whole"
    inside = app.press(AE, ActionId.OPEN_ASSIGN, about, modal=shown)
    (view,) = inside.opened
    (pressed,) = [one for _, one in elements_of(view["blocks"])]
    assert (pressed["action_id"], pressed["value"]) == (ActionId.OPEN_HANDOFF, about.dump())
    # Where it is not known which handoff is meant there is nothing to open.
    assert app.press(AE, ActionId.OPEN_ASSIGN, "from another version").buttons == []


def test_a_name_in_a_refusal_is_shown_as_it_is_in_a_modal(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    with app.store.write(app.team.workspace_id) as unit:
        unit.people.ensure(CS_MANAGER, facts=PersonFacts("Priya & Co", "Europe/Berlin"))
        unit.commit()
    form = app.modal(app.press(AE, ActionId.OPEN_HANDOFF, Ref(handoff=handoff_id)))
    refused = app.press(AE, ActionId.OPEN_ASSIGN, Ref(handoff=handoff_id), modal=form)
    assert "up to Priya & Co." in refused.sentence


def test_a_full_member_who_became_a_guest_has_no_right_any_more(app: App) -> None:
    handoff_id = signed(app.store, app.team)
    changed = {"id": AE, "team_id": "T100", "real_name": "Maya", "is_restricted": True}
    app.deliver(app.event_body(type="user_change", user=changed))
    before = app.rows()
    reply = app.press(AE, ActionId.WRITE_BRIEF, Ref(handoff=handoff_id))
    assert "full members" in reply.sentence
    assert app.rows() == before


def test_a_request_of_another_workspace_is_not_answered(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    body = app.press_body(CSM, ActionId.ACKNOWLEDGE, app.shown(handoff_id))
    before = app.rows()
    assert app.deliver({**body, "team": {"id": "T0ELSEWHERE"}}).status == 404
    assert app.rows() == before


@pytest.mark.parametrize("user", NOT_MEMBERS)
def test_the_home_tab_stays_empty_for_who_is_no_full_member(app: App, user: str) -> None:
    for tab in ("home", "messages"):
        before = app.rows()
        app.deliver(app.event_body(type="app_home_opened", user=user, tab=tab, channel="D0X"))
        after = app.rows()
        assert (after["surface"], after["outbox"]) == (before["surface"], before["outbox"])


def test_links_are_shown_to_who_has_a_part_and_not_to_all_of_the_channel(app: App) -> None:
    link = "https://crm.example/deal/1"
    handoff_id = signed(app.store, app.team, Deal(links=(link,)))
    seen = {
        user
        for user in MEMBERS
        if link in str(app.press(user, ActionId.OPEN_HANDOFF, Ref(handoff=handoff_id)).opened)
    }
    assert seen == {AE, CS_MANAGER, AE_MANAGER, REVOPS}


def test_the_home_tab_is_there_for_an_admin_whom_the_bot_never_met(app: App) -> None:
    app.slack.users["UNEW"] = account("UNEW", is_admin=True)
    event = app.event_body(type="app_home_opened", user="UNEW", tab="home", channel="D0X")
    assert app.deliver(event).status == 200
    assert any("'home'" in row for row in app.rows()["surface"])


@pytest.mark.parametrize("value", ['{"v":2}', '{"h":"x"}', "not json", '{"t":"unheard of"}'])
@pytest.mark.parametrize("action", [ActionId.ACKNOWLEDGE, ActionId.MORE])
def test_a_button_of_another_version_is_answered_with_a_sentence(
    app: App, action: ActionId, value: str
) -> None:
    assert "older version" in app.press(CSM, action, value).sentence


def test_a_form_of_another_version_stays_open_with_a_sentence(app: App) -> None:
    handoff_id = signed(app.store, app.team)
    form = app.modal(app.press(AE, ActionId.WRITE_BRIEF, Ref(handoff=handoff_id)))
    form.view["private_metadata"] = '{"v":2}'
    reply = app.submit(AE, form.type(trigger="The lease ends"))
    assert list(reply.errors) == [form.block_of("trigger")]
    assert "older version" in reply.sentence


def test_a_button_nobody_knows_is_answered_with_a_sentence(app: App) -> None:
    assert "older version" in app.press(CSM, "from_last_year").sentence


def test_a_handoff_in_a_private_channel_opens_for_its_people_and_inside_the_channel(
    app: App,
) -> None:
    one = assigned(app.store, app.team)
    facts = ChannelFacts(name="deal-northwind", private=True, bot_inside=True)
    with app.store.write(app.team.workspace_id) as unit:
        unit.channels.ensure(DEAL, facts=facts)
        unit.commit()
    elsewhere = "D0SOMEBODY"
    for known in (AE, "UCSM", "UREVOPS"):
        ref = Ref(handoff=one)
        opened = app.modal(app.press(known, ActionId.OPEN_HANDOFF, ref, channel=elsewhere))
        assert "Days from order to dispatch" in opened.words
    refused = app.press("UOUTSIDER", ActionId.OPEN_HANDOFF, Ref(handoff=one), channel=elsewhere)
    assert "private channel" in refused.sentence
    inside = app.press("UOUTSIDER", ActionId.OPEN_HANDOFF, Ref(handoff=one), channel=DEAL)
    assert "Days from order to dispatch" in app.modal(inside).words
