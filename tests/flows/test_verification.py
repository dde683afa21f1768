"""From the assignment to *has read*: each form, by whom, twice, and two at once."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest

from bot.domain.access import EVERY
from bot.domain.deadlines import DeadlineState, Step
from bot.domain.handoff import Handoff
from bot.domain.items import Item, SectionKey
from bot.domain.read_models import Because, BecauseOf
from bot.domain.verification import Part, RecordKind
from bot.sandbox.view_state import elements_of
from bot.storage.because import because
from bot.storage.channels import ChannelFacts
from bot.views.ids import ActionId, MoreChoice, ViewId
from bot.views.payload import Ref
from bot.views.sentences.buttons import FOR_CSM
from tests.builders import assigned, posted, signed
from tests.flows.app import App, Modal, Reply
from tests.flows.slack import DEAL
from tests.flows.test_rights import MEMBERS
from tests.flows.test_together import history_is_sound, together

AE, CSM, CS_MANAGER, AE_MANAGER = "UAE", "UCSM", "UCS_MANAGER", "UAE_MANAGER"
YES = {"check_metric": "yes", "check_no_plan": "yes", "check_champion": "yes"}
WORDS = {
    "restated_why": "The lease ends.",
    "restated_success": "Four days from order to dispatch.",
    "restated_risk": "none",
}


def handoff_of(app: App, handoff_id: int) -> Handoff:
    with app.store.read(app.team.workspace_id) as unit:
        return unit.handoffs.get(handoff_id)


def states(app: App, handoff_id: int) -> dict[Step, DeadlineState]:
    with app.store.read(app.team.workspace_id) as unit:
        return {one.step: one.state for one in unit.deadlines.of(handoff_id)}


def acknowledge(app: App, handoff_id: int) -> Reply:
    return app.press(CSM, ActionId.ACKNOWLEDGE, app.shown(handoff_id))


def acknowledged(app: App) -> int:
    handoff_id = assigned(app.store, app.team)
    assert acknowledge(app, handoff_id).body == {}
    return handoff_id


def opened(app: App, user: str, action: ActionId, handoff_id: int) -> Modal:
    return app.modal(app.press(user, action, Ref(handoff=handoff_id)))


def check(app: App, handoff_id: int, **answers: str) -> Reply:
    form = opened(app, CSM, ActionId.OPEN_CHECKS, handoff_id)
    return app.submit(CSM, form.type(**{**YES, **answers}))


def restate(app: App, handoff_id: int, **words: str) -> Reply:
    form = opened(app, CSM, ActionId.OPEN_RESTATE, handoff_id)
    return app.submit(CSM, form.type(**{**WORDS, **words}))


def judge(app: App, handoff_id: int, verdict: str, line: str = "") -> Reply:
    form = opened(app, AE, ActionId.OPEN_JUDGE, handoff_id)
    return app.submit(AE, form.type(verdict=verdict, line=line))


def restated(app: App) -> int:
    handoff_id = acknowledged(app)
    check(app, handoff_id)
    restate(app, handoff_id)
    return handoff_id


def send_back(app: App, handoff_id: int, *items: Item, reason: str = "Which orders?") -> Reply:
    form = opened(app, CSM, ActionId.OPEN_SEND_BACK, handoff_id)
    return app.submit(CSM, form.type(items=[item.value for item in items], reason=reason))


def whole(app: App, user: str, handoff_id: int, *, channel: str = DEAL) -> str:
    reply = app.press(user, ActionId.OPEN_HANDOFF, Ref(handoff=handoff_id), channel=channel)
    found = app.modal(reply).words
    more = [
        app.press(user, ActionId.OPEN_HANDOFF, Ref(handoff=handoff_id, page=page), channel=channel)
        for page in range(1, 4)
    ]
    return "\n".join([found, *(app.modal(one).words for one in more if one.opened)])


# --- In one go


def test_the_csm_acknowledges_checks_and_restates_and_the_ae_says_that_it_matches(
    app: App,
) -> None:
    handoff_id = acknowledged(app)
    reply = check(app, handoff_id)
    # The next thing follows in the same window, and nothing of the brief stands in it.
    following = reply.body["view"]
    assert following["callback_id"] == ViewId.RESTATE
    assert "order to dispatch" not in str(following)
    form = app.screen(following)
    assert app.submit(CSM, form.type(**WORDS)).body == {}
    assert handoff_of(app, handoff_id).reading_left() == ()
    assert states(app, handoff_id)[Step.JUDGE] is DeadlineState.OPEN
    shown = opened(app, AE, ActionId.OPEN_JUDGE, handoff_id)
    assert "Four days from order to dispatch." in shown.words
    assert judge(app, handoff_id, "match").body == {}
    assert states(app, handoff_id)[Step.JUDGE] is DeadlineState.DONE
    assert app.events(handoff_id)[-4:] == [
        "brief.acknowledged",
        "checks.answered",
        "brief.restated",
        "restatement.matched",
    ]
    assert history_is_sound(app, handoff_id)


def test_checks_without_an_answer_and_words_left_out_keep_the_form_open(app: App) -> None:
    handoff_id = acknowledged(app)
    form = opened(app, CSM, ActionId.OPEN_CHECKS, handoff_id)
    reply = app.submit(CSM, form.type(check_metric="yes", check_no_plan="yes"))
    assert list(reply.errors) == [form.block_of("check_champion")]
    form = opened(app, CSM, ActionId.OPEN_RESTATE, handoff_id)
    reply = app.submit(CSM, form.type(**{**WORDS, "restated_risk": "  "}))
    assert list(reply.errors) == [form.block_of("restated_risk")]
    assert handoff_of(app, handoff_id).reading_left() == (Part.CHECKS, Part.RESTATEMENT)


def test_a_check_that_is_no_yes_holds_the_intro_for_those_who_may_know(app: App) -> None:
    handoff_id = acknowledged(app)
    check(app, handoff_id, check_no_plan="no", plan="Omar is called every Tuesday.")
    handoff = handoff_of(app, handoff_id)
    assert handoff.verification.intro_held_at is not None
    assert not handoff.verification.plan_missing
    seen = {user: whole(app, user, handoff_id) for user in MEMBERS}
    for private in ("Intro: waiting on the CSM", "Omar is called every Tuesday.", "Three checks"):
        assert {user for user in MEMBERS if private in seen[user]} == {AE, CSM, CS_MANAGER}


def test_a_plan_beside_the_answer_that_none_is_needed_is_refused_under_it(app: App) -> None:
    handoff_id = acknowledged(app)
    form = opened(app, CSM, ActionId.OPEN_CHECKS, handoff_id)
    typed = form.type(**YES, plan="Omar is called every Tuesday.")
    reply = app.submit(CSM, typed)
    assert list(reply.errors) == [form.block_of("plan")]
    assert "Answer no there, or empty this." in reply.sentence
    assert handoff_of(app, handoff_id).verification.checks_at is None
    app.submit(CSM, typed.type(check_no_plan="no"))
    assert "Omar is called every Tuesday." in whole(app, CSM, handoff_id)


def test_a_joint_plan_is_written_later_and_changed_only_by_who_saw_the_last_one(app: App) -> None:
    handoff_id = acknowledged(app)
    check(app, handoff_id, check_no_plan="no")
    first = opened(app, CSM, ActionId.OPEN_PLAN, handoff_id)
    second = opened(app, CSM, ActionId.OPEN_PLAN, handoff_id)
    assert app.submit(CSM, first.type(plan="A call on Tuesdays")).body == {}
    reply = app.submit(CSM, second.type(plan="A call on Fridays"))
    assert list(reply.errors) == [second.block_of("plan")]
    again = opened(app, CSM, ActionId.OPEN_PLAN, handoff_id)
    assert again.holds("plan") == "A call on Tuesdays"
    assert app.submit(CSM, again.type(plan="A call on Fridays")).body == {}
    assert "A call on Fridays" in whole(app, AE, handoff_id)


def test_not_a_match_takes_a_line_and_brings_the_csms_words_back(app: App) -> None:
    handoff_id = restated(app)
    form = opened(app, AE, ActionId.OPEN_JUDGE, handoff_id)
    reply = app.submit(AE, form.type(verdict="no_match"))
    assert list(reply.errors) == [form.block_of("line")]
    assert judge(app, handoff_id, "no_match", "The board decided, not the lease.").body == {}
    again = opened(app, CSM, ActionId.OPEN_RESTATE, handoff_id)
    assert again.holds("restated_why") == "The lease ends."
    assert "The board decided, not the lease." in again.words
    assert app.submit(CSM, again.type(restated_why="The board decided.")).body == {}
    judge(app, handoff_id, "no_match", "Not quite.")
    assert app.events(handoff_id)[-1] == "call.required"
    assert "A briefing call is required" in whole(app, CSM, handoff_id)
    assert "A briefing call is required" not in whole(app, "UOUTSIDER", handoff_id)


def test_an_answer_to_words_that_were_replaced_is_refused(app: App) -> None:
    handoff_id = restated(app)
    old = opened(app, AE, ActionId.OPEN_JUDGE, handoff_id)
    judge(app, handoff_id, "no_match", "Read it again.")
    restate(app, handoff_id)
    reply = app.submit(AE, old.type(verdict="match"))
    assert "No restatement waits" in reply.sentence
    assert handoff_of(app, handoff_id).verification.to_judge


# --- Sent back


def test_a_brief_that_is_sent_back_is_returned_once_it_is_ready(app: App) -> None:
    handoff_id = acknowledged(app)
    form = opened(app, CSM, ActionId.OPEN_SEND_BACK, handoff_id)
    reply = app.submit(CSM, form.type(reason="Which orders?"))
    assert list(reply.errors) == [form.block_of("items")]
    assert send_back(app, handoff_id, Item.TRIGGER, Item.QUOTE).body == {}
    handoff = handoff_of(app, handoff_id)
    assert handoff.verification.sent_back_items == (Item.TRIGGER, Item.QUOTE)
    assert states(app, handoff_id)[Step.READ] is DeadlineState.WAITING
    assert "brief was sent back" in acknowledge(app, handoff_id).sentence
    again = app.press(CSM, ActionId.OPEN_SEND_BACK, Ref(handoff=handoff_id))
    assert "brief was sent back" in again.sentence

    with app.store.write(app.team.workspace_id) as unit:
        emptied = unit.handoffs.lock(handoff_id)
        success = unit.brief.load(handoff_id, audiences=EVERY).success
        blank = success.model_copy(update={"target": ""})
        unit.brief.save_section(
            handoff_id, SectionKey.SUCCESS, blank, by=app.team.ae.id, at=unit.now
        )
        unit.save(emptied, actor_id=app.team.ae.id)
        unit.reckon(handoff_id)
        unit.commit()
    refused = app.press(AE, ActionId.RETURN_BRIEF, Ref(handoff=handoff_id))
    assert "does not pass its gate" in refused.sentence
    first = app.modal(app.press(AE, ActionId.WRITE_BRIEF, Ref(handoff=handoff_id)))
    app.press(AE, ActionId.BRIEF_GO, Ref(handoff=handoff_id, thing="success"), modal=first)
    step = app.updated(first, app.slack.called("views.update")[-1]["view"])
    assert not app.submit(AE, step.type(target="3 days")).errors
    assert states(app, handoff_id)[Step.BRIEF] is DeadlineState.OPEN
    assert app.press(AE, ActionId.RETURN_BRIEF, Ref(handoff=handoff_id)).body == {}
    assert states(app, handoff_id)[Step.READ] is DeadlineState.OPEN
    assert not acknowledge(app, handoff_id).whispered
    assert "done already" in app.press(AE, ActionId.RETURN_BRIEF, Ref(handoff=handoff_id)).sentence


def test_writing_a_brief_that_was_sent_back_begins_at_what_was_asked(app: App) -> None:
    handoff_id = acknowledged(app)
    send_back(app, handoff_id, Item.STAKE, Item.BUYER, reason="Who signs it now?")
    step = opened(app, AE, ActionId.WRITE_BRIEF, handoff_id)
    assert Ref.load(step.view["private_metadata"]).thing == "people"
    asked = "sent the brief back. It is about: champion's stake, economic buyer."
    assert asked in step.words
    assert "Who signs it now?" in step.words
    app.press(AE, ActionId.BRIEF_ALL_STEPS, Ref(handoff=handoff_id, thing="people"), modal=step)
    steps = app.updated(step, app.slack.called("views.update")[-1]["view"])
    assert "The CSM asks about: champion's stake, economic buyer" in steps.words
    assert "Who signs it now?" in steps.words
    app.press(AE, ActionId.BRIEF_GO, Ref(handoff=handoff_id, thing="why"), modal=steps)
    other = app.updated(steps, app.slack.called("views.update")[-1]["view"])
    assert "sent the brief back" not in other.words


def test_who_stands_in_for_the_ae_begins_at_what_was_asked_too(app: App) -> None:
    handoff_id = acknowledged(app)
    with app.store.write(app.team.workspace_id) as unit:
        until = unit.now.date() + timedelta(days=5)
        unit.set_leave(app.team.ae.id, until, app.team.outsider.id, by=app.team.ae)
        unit.commit()
    send_back(app, handoff_id, Item.STAKE, Item.BUYER, reason="Who signs it now?")
    step = opened(app, "UOUTSIDER", ActionId.WRITE_BRIEF, handoff_id)
    assert Ref.load(step.view["private_metadata"]).thing == "people"
    assert "Who signs it now?" in step.words


def test_an_unchanged_brief_is_returned_only_after_a_question(app: App) -> None:
    handoff_id = acknowledged(app)
    send_back(app, handoff_id, Item.TRIGGER, reason="Which orders?")
    asked = opened(app, AE, ActionId.RETURN_BRIEF, handoff_id)
    assert "Nothing in the brief changed" in asked.words
    assert "Which orders?" in asked.words
    assert handoff_of(app, handoff_id).verification.with_ae
    assert app.submit(AE, asked).body == {}
    assert not handoff_of(app, handoff_id).verification.with_ae


def test_old_words_of_the_ae_do_not_outlive_a_brief_that_was_sent_back(app: App) -> None:
    handoff_id = restated(app)
    judge(app, handoff_id, "no_match", "Read the metric again.")

    def told() -> Because | None:
        with app.store.read(app.team.workspace_id) as unit:
            return because(unit, unit.bundle(handoff_id, viewer=app.team.csm), app.team.csm)

    first = told()
    assert first is not None
    assert first.of is BecauseOf.MISMATCH
    send_back(app, handoff_id, Item.TRIGGER, reason="Which orders?")
    second = told()
    assert second is not None
    assert (second.of, second.words) == (BecauseOf.GIVEN_BACK, "Which orders?")
    app.submit(AE, opened(app, AE, ActionId.RETURN_BRIEF, handoff_id))
    assert told() is None


def test_the_reason_of_a_brief_sent_back_is_for_those_who_may_read_reasons(app: App) -> None:
    handoff_id = acknowledged(app)
    send_back(app, handoff_id, Item.TRIGGER, reason="Nobody here knows what they bought.")
    seen = {user for user in MEMBERS if "Nobody here knows" in whole(app, user, handoff_id)}
    assert seen == set(MEMBERS) - {"UOUTSIDER"}


# --- A changed metric


def test_a_changed_metric_asks_for_the_acknowledgement_alone(app: App) -> None:
    handoff_id = restated(app)
    step = app.modal(app.press(AE, ActionId.WRITE_BRIEF, Ref(handoff=handoff_id)))
    go = Ref(handoff=handoff_id, thing="success")
    app.press(AE, ActionId.BRIEF_GO, go, modal=step)
    success = app.screen(app.slack.called("views.update")[-1]["view"])
    app.submit(AE, success.type(target="3 days"))
    assert handoff_of(app, handoff_id).reading_left() == (Part.ACKNOWLEDGEMENT,)
    assert app.events(handoff_id)[-1] == "acknowledgement.outdated"
    assert not acknowledge(app, handoff_id).whispered
    handoff = handoff_of(app, handoff_id)
    assert (handoff.reading_left(), handoff.acknowledged_version) == ((), handoff.brief_version)
    # Before the AE has answered the first restatement, it is still the one that waits.
    assert handoff.verification.to_judge


# --- Not the right one, and before the gate


def test_a_csm_who_declines_keeps_their_own_words_and_no_others(app: App) -> None:
    handoff_id = acknowledged(app)
    check(app, handoff_id, check_no_plan="no", plan="A call on Tuesdays")
    restate(app, handoff_id)
    judge(app, handoff_id, "match", "All of it.")
    private = ChannelFacts(name="deal-northwind", private=True, bot_inside=True)
    with app.store.write(app.team.workspace_id) as unit:
        unit.channels.ensure(DEAL, facts=private)
        unit.commit()
    form = opened(app, CSM, ActionId.OPEN_DECLINE, handoff_id)
    assert app.submit(CSM, form.type(reason="Not my region.")).body == {}
    handoff = handoff_of(app, handoff_id)
    assert (handoff.csm_id, states(app, handoff_id)[Step.ASSIGN]) == (None, DeadlineState.OPEN)
    seen = whole(app, CSM, handoff_id, channel="D0CSM")
    for mine in ("The lease ends.", "A call on Tuesdays", "Not my region."):
        assert mine in seen
    for theirs in ("All of it.", "48,000", "The ERP connector", "dispatch →", "UAE"):
        assert theirs not in seen
    stranger = app.press("UOUTSIDER", ActionId.OPEN_HANDOFF, Ref(handoff=handoff_id), channel="D0X")
    assert "private channel" in stranger.sentence


def test_who_assigns_anew_reads_why_and_finds_nobody_chosen(app: App) -> None:
    handoff_id = acknowledged(app)
    with app.store.read(app.team.workspace_id) as unit:
        assert unit.handoffs.get(handoff_id).proposed_csm_id == app.team.csm.id
    form = opened(app, CSM, ActionId.OPEN_DECLINE, handoff_id)
    app.submit(CSM, form.type(reason="I cover the <south> only."))
    assert handoff_of(app, handoff_id).proposed_csm_id is None
    assign = opened(app, CS_MANAGER, ActionId.OPEN_ASSIGN, handoff_id)
    assert assign.holds("csm") is None
    assert "is not the right CSM.\nI cover the <south> only." in assign.words
    assert not app.submit(CS_MANAGER, assign.type(csm="UOUTSIDER")).errors
    later = opened(app, CS_MANAGER, ActionId.OPEN_ASSIGN, handoff_id)
    assert "south" not in later.words


def test_whoever_comes_after_reads_what_was_written_and_is_asked_anew(app: App) -> None:
    handoff_id = restated(app)
    form = opened(app, CSM, ActionId.OPEN_DECLINE, handoff_id)
    app.submit(CSM, form.type(reason="Not my region."))
    assign = opened(app, CS_MANAGER, ActionId.OPEN_ASSIGN, handoff_id)
    assert not app.submit(CS_MANAGER, assign.type(csm="UOUTSIDER")).errors
    seen = whole(app, "UOUTSIDER", handoff_id)
    assert "The lease ends." in seen
    assert "asked for again" in seen
    assert handoff_of(app, handoff_id).reading_left() == tuple(Part)
    # Words of somebody else are nothing to go on from.
    app.press("UOUTSIDER", ActionId.ACKNOWLEDGE, app.shown(handoff_id))
    form = opened(app, "UOUTSIDER", ActionId.OPEN_RESTATE, handoff_id)
    assert form.holds("restated_why") is None


def test_before_the_gate_the_cs_manager_assigns_with_a_reason(app: App) -> None:
    handoff_id = signed(app.store, app.team)
    assign = opened(app, CS_MANAGER, ActionId.OPEN_ASSIGN, handoff_id)
    assert "real trigger (empty)" in assign.words
    reply = app.submit(CS_MANAGER, assign.type(csm=CSM, reason=" "))
    assert list(reply.errors) == [assign.block_of("reason")]
    assert not app.submit(CS_MANAGER, assign.type(csm=CSM, reason="They start Monday.")).errors
    handoff = handoff_of(app, handoff_id)
    assert handoff.csm_id == app.team.csm.id
    assert states(app, handoff_id)[Step.BRIEF] is DeadlineState.OPEN
    assert app.events(handoff_id)[-2:] == ["gate.overridden", "csm.assigned"]
    assert "assigned before the brief was ready" in whole(app, "UOUTSIDER", handoff_id)
    assert "They start Monday." in whole(app, AE, handoff_id)
    assert "They start Monday." not in whole(app, "UOUTSIDER", handoff_id)


def test_past_the_gate_the_assignment_asks_for_no_reason(app: App) -> None:
    handoff_id = posted(app.store, app.team)
    assign = opened(app, CS_MANAGER, ActionId.OPEN_ASSIGN, handoff_id)
    assert "reason" not in str(assign.view["blocks"])


# --- Whose turn it is


def _form(action: ActionId, opener: str, **typed: str | list[str]) -> Callable[[App, int], Modal]:
    return lambda app, one: opened(app, opener, action, one).type(**typed)


def _checked(app: App) -> int:
    handoff_id = acknowledged(app)
    check(app, handoff_id, check_no_plan="no")
    return handoff_id


def _sent_back(app: App) -> int:
    handoff_id = acknowledged(app)
    send_back(app, handoff_id, Item.TRIGGER)
    return handoff_id


def _given(app: App) -> int:
    return assigned(app.store, app.team)


DOORS: list[tuple[ActionId, str, Callable[[App], int], dict[str, str | list[str]]]] = [
    (ActionId.OPEN_CHECKS, CSM, acknowledged, dict(YES)),
    (ActionId.OPEN_PLAN, CSM, _checked, {"plan": "A call"}),
    (ActionId.OPEN_RESTATE, CSM, acknowledged, dict(WORDS)),
    (ActionId.OPEN_SEND_BACK, CSM, _given, {"items": ["trigger"], "reason": "Which?"}),
    (ActionId.OPEN_DECLINE, CSM, _given, {"reason": "Not mine"}),
]


@pytest.mark.parametrize(("action", "whose", "prepare", "typed"), DOORS)
def test_each_form_is_one_sides_and_the_others_hear_whose(
    app: App,
    action: ActionId,
    whose: str,
    prepare: Callable[[App], int],
    typed: dict[str, str | list[str]],
) -> None:
    handoff_id = prepare(app)
    form = opened(app, whose, action, handoff_id).type(**typed)
    before = app.rows()
    name = {AE: "Maya", CSM: "Jonas"}[whose]
    recorder = CS_MANAGER if action in FOR_CSM else None
    for user in MEMBERS:
        if user not in (whose, recorder):
            pressed = app.press(user, action, Ref(handoff=handoff_id))
            assert f"is up to {name}." in pressed.sentence
            assert f"is up to {name}." in app.submit(user, form).sentence
    assert app.rows() == before
    assert not app.submit(whose, form).errors
    assert app.rows() != before


@pytest.mark.parametrize(("action", "whose", "prepare", "typed"), DOORS)
def test_a_form_that_is_sent_twice_is_one_act(
    app: App,
    action: ActionId,
    whose: str,
    prepare: Callable[[App], int],
    typed: dict[str, str | list[str]],
) -> None:
    handoff_id = prepare(app)
    body = app.submit_body(whose, opened(app, whose, action, handoff_id).type(**typed))
    first = app.deliver(body)
    after = app.rows()
    assert app.deliver(body).body == first.body
    assert app.rows() == after


def test_the_ae_manager_answers_for_the_ae_unread_and_with_a_reason(app: App) -> None:
    handoff_id, button = restated(app), "Answer restatement for the AE"
    assert button in whole(app, AE_MANAGER, handoff_id)
    assert button not in whole(app, AE, handoff_id)
    form = opened(app, AE_MANAGER, ActionId.OPEN_JUDGE, handoff_id).type(verdict="match")
    assert not any(words in form.words for words in WORDS.values())
    refused = app.submit(AE_MANAGER, form.type(reason=" "))
    assert list(refused.errors) == [form.block_of("reason")]
    assert not app.submit(AE_MANAGER, form.type(reason="Maya is on leave.")).errors
    for user, told in ((AE_MANAGER, True), (CSM, True), ("UOUTSIDER", False)):
        after = whole(app, user, handoff_id)
        assert ("Maya is on leave." in after) is told
        assert button not in after
    own = opened(app, AE, ActionId.OPEN_JUDGE, restated(app))
    assert "Why you record it" not in own.words


def test_the_cs_manager_records_the_whole_reading_for_the_csm_with_reasons(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    for action, button, typed in (
        (ActionId.ACKNOWLEDGE, "Acknowledge for the CSM", {}),
        (ActionId.OPEN_CHECKS, "Answer checks for the CSM", YES | {"check_no_plan": "no"}),
        (ActionId.OPEN_RESTATE, "Restate brief for the CSM", WORDS),
        (ActionId.OPEN_PLAN, "Write joint plan for the CSM", {"plan": "A call on Tuesdays."}),
    ):
        page = app.modal(app.press(CS_MANAGER, ActionId.OPEN_HANDOFF, Ref(handoff=handoff_id)))
        (about,) = [
            one["value"]
            for _, one in elements_of(page.view["blocks"])
            if one["action_id"] == action
        ]
        assert button in page.words
        assert not any(one in whole(app, CSM, handoff_id) for one in FOR_CSM.values())
        reply = app.press(CS_MANAGER, action, about, modal=page)
        # The page gives way to the first of them, the others come on top of it.
        views = reply.opened or [one["view"] for one in app.slack.called("views.update")]
        form = app.screen(views[-1])
        form = form.type(**typed)
        before = app.rows()
        refused = app.submit(CS_MANAGER, form.type(reason=" "))
        assert list(refused.errors) == [form.block_of("reason")]
        assert app.rows() == before
        assert not app.submit(CS_MANAGER, form.type(reason=f"{action}: on a plane.")).errors
        assert button not in whole(app, CS_MANAGER, handoff_id)
        for user, told in ((CSM, True), (AE_MANAGER, True), ("UOUTSIDER", False)):
            assert (f"{action}: on a plane." in whole(app, user, handoff_id)) is told
    handoff = handoff_of(app, handoff_id)
    assert handoff.reading_left() == ()
    assert handoff.acknowledged_by == app.team.cs_manager.id
    assert history_is_sound(app, handoff_id)
    assert not app.submit(
        AE, opened(app, AE, ActionId.OPEN_JUDGE, handoff_id).type(verdict="match")
    ).errors


def as_manager(app: App, handoff_id: int, action: ActionId, **typed: str) -> Reply:
    ref = app.shown(handoff_id) if action is ActionId.ACKNOWLEDGE else Ref(handoff=handoff_id)
    form = app.modal(app.press(CS_MANAGER, action, ref))
    return app.submit(CS_MANAGER, form.type(**typed, reason="On a plane."))


def read_by_manager(app: App) -> int:
    handoff_id = assigned(app.store, app.team)
    as_manager(app, handoff_id, ActionId.ACKNOWLEDGE)
    as_manager(app, handoff_id, ActionId.OPEN_CHECKS, **YES)
    as_manager(app, handoff_id, ActionId.OPEN_RESTATE, **WORDS)
    return handoff_id


def test_a_csm_for_whom_it_was_recorded_is_told_once_of_each_and_the_owner_of_none(
    app: App,
) -> None:
    read_by_manager(app)
    told = [row for row in app.rows()["outbox"] if "'recorded_for'" in row]
    assert len(told) == 3
    assert all(f"dm:{app.team.csm.id}'" in row for row in told)
    restated(app)
    assert len([row for row in app.rows()["outbox"] if "'recorded_for'" in row]) == 3


def test_the_ae_reads_who_restated_the_brief_for_the_csm(app: App) -> None:
    form = opened(app, AE, ActionId.OPEN_JUDGE, read_by_manager(app))
    assert "Priya, for the CSM, wrote this from memory." in form.words
    form = opened(app, AE, ActionId.OPEN_JUDGE, restated(app))
    assert "The CSM wrote this from memory." in form.words


def test_nobody_judges_their_own_words_whomever_they_stand_in_for(app: App) -> None:
    handoff_id = read_by_manager(app)
    with app.store.write(app.team.workspace_id) as unit:
        until = (unit.now + timedelta(days=3)).date()
        unit.set_leave(app.team.ae.id, until, app.team.cs_manager.id, by=None)
        unit.commit()
    before = app.rows()
    form = opened(app, CS_MANAGER, ActionId.OPEN_JUDGE, handoff_id).type(verdict="match")
    assert "You wrote this restatement" in app.submit(CS_MANAGER, form).sentence
    assert app.rows() == before
    form = opened(app, AE_MANAGER, ActionId.OPEN_JUDGE, handoff_id)
    form = form.type(verdict="match", reason="On leave.")
    assert not app.submit(AE_MANAGER, form).errors


def test_what_the_ae_says_of_a_restatement_stands_before_whoever_writes_the_next(
    app: App,
) -> None:
    handoff_id = read_by_manager(app)
    judge(app, handoff_id, "no_match", "Not the lease.")
    for user, own in ((CSM, False), (CS_MANAGER, True)):
        form = opened(app, user, ActionId.OPEN_RESTATE, handoff_id)
        assert "Not the lease." in form.words
        assert (form.holds("restated_why") == WORDS["restated_why"]) is own


def test_a_form_that_was_opened_as_the_owners_says_what_to_do_once_it_is_not(app: App) -> None:
    handoff_id = acknowledged(app)
    with app.store.write(app.team.workspace_id) as unit:
        until = (unit.now + timedelta(days=3)).date()
        unit.set_leave(app.team.csm.id, until, app.team.cs_manager.id, by=None)
        unit.commit()
    form = opened(app, CS_MANAGER, ActionId.OPEN_CHECKS, handoff_id).type(**YES)
    with app.store.write(app.team.workspace_id) as unit:
        unit.set_leave(app.team.csm.id, None, None, by=None)
        unit.commit()
    before = app.rows()
    assert "open it again" in app.submit(CS_MANAGER, form).sentence
    assert app.rows() == before


def test_the_cs_manager_who_presses_the_button_of_the_card_is_asked_why(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    before = app.rows()
    form = app.modal(app.press(CS_MANAGER, ActionId.ACKNOWLEDGE, app.shown(handoff_id)))
    assert form.callback_id == ViewId.ACKNOWLEDGE
    assert app.rows() == before
    # The CSM was faster.
    assert acknowledge(app, handoff_id).body == {}
    late = app.submit(CS_MANAGER, form.type(reason="On a plane."))
    assert list(late.errors) == [form.block_of("reason")]
    assert handoff_of(app, handoff_id).acknowledged_by == app.team.csm.id


def test_of_an_acknowledgement_for_the_csm_only_the_csm_takes_back(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    form = app.modal(app.press(CS_MANAGER, ActionId.ACKNOWLEDGE, app.shown(handoff_id)))
    assert app.submit(CS_MANAGER, form.type(reason="On a plane.")).body == {}
    about = app.shown(handoff_id)
    assert "up to Jonas." in app.press(CS_MANAGER, ActionId.UNDO_ACKNOWLEDGE, about).sentence
    app.press(CSM, ActionId.UNDO_ACKNOWLEDGE, about)
    handoff = handoff_of(app, handoff_id)
    assert (handoff.acknowledged_at, handoff.acknowledged_by) == (None, None)


def test_nothing_is_recorded_for_a_csm_who_has_no_brief(app: App) -> None:
    for handoff_id in (posted(app.store, app.team), _sent_back(app)):
        page = whole(app, CS_MANAGER, handoff_id)
        # A joint kickoff can be booked before there is a CSM, and be held without a brief.
        kickoff = {ActionId.OPEN_KICKOFF_BOOKING, ActionId.OPEN_HELD}
        assert not any(FOR_CSM[action] in page for action in FOR_CSM.keys() - kickoff)


def test_a_csm_rewords_and_withdraws_a_promise_from_the_page_of_the_handoff(app: App) -> None:
    handoff_id = acknowledged(app)
    assert "Edit or withdraw" not in whole(app, AE_MANAGER, handoff_id)
    assert "Edit or withdraw" in whole(app, CSM, handoff_id)
    with app.store.read(app.team.workspace_id) as unit:
        (entry,) = unit.brief.load(handoff_id, audiences=EVERY).entries
    ref = Ref(handoff=handoff_id, entry=entry.id)
    page = app.modal(app.press(CSM, ActionId.OPEN_HANDOFF, Ref(handoff=handoff_id)))
    editor = app.modal(app.press(CSM, ActionId.PROMISE_CHANGE, ref, modal=page))
    editor = editor.type(words="A login page in their colours by 3 June")
    assert not app.submit(CSM, editor).errors
    assert "in their colours by 3 June" in whole(app, AE, handoff_id)
    # What was acknowledged is no longer so.
    with app.store.read(app.team.workspace_id) as unit:
        assert not unit.handoffs.get(handoff_id).acknowledged
    editor = app.modal(app.press(CSM, ActionId.PROMISE_CHANGE, ref, modal=page))
    assert not app.submit(CSM, editor.type(withdraw="Asked for twice.")).errors
    with app.store.read(app.team.workspace_id) as unit:
        assert unit.brief.load(handoff_id, audiences=EVERY).entries == ()


def test_only_the_ae_returns_a_brief(app: App) -> None:
    handoff_id = _sent_back(app)
    before = app.rows()
    for user in MEMBERS:
        if user != AE:
            reply = app.press(user, ActionId.RETURN_BRIEF, Ref(handoff=handoff_id))
            assert "is up to Maya." in reply.sentence
    assert app.rows() == before


@pytest.mark.parametrize(
    ("choice", "action"),
    [
        (MoreChoice.SEND_BACK, ViewId.SEND_BACK),
        (MoreChoice.DECLINE, ViewId.DECLINE),
        (MoreChoice.PLAN, ViewId.PLAN),
    ],
)
def test_the_menu_leads_to_the_same_forms(app: App, choice: MoreChoice, action: ViewId) -> None:
    handoff_id = _checked(app)
    body = app.press_body(CSM, ActionId.MORE)
    del body["actions"][0]["value"]
    value = Ref(handoff=handoff_id, thing=choice.value).dump()
    body["actions"][0] |= {"type": "overflow", "selected_option": {"value": value}}
    assert app.modal(app.deliver(body)).callback_id == action


# --- Two at once


def test_of_two_restatements_at_one_instant_one_counts_and_the_other_stays_typed(
    open_app: Callable[..., App],
) -> None:
    desk, phone = open_app(), open_app()
    handoff_id = acknowledged(desk)
    forms = [opened(app, CSM, ActionId.OPEN_RESTATE, handoff_id) for app in (desk, phone)]
    texts = ("From the desk.", "From the phone.")
    filled = [
        form.type(**{**WORDS, "restated_why": text})
        for form, text in zip(forms, texts, strict=True)
    ]
    replies = together(
        partial(desk.submit, CSM, filled[0]),
        partial(phone.submit, CSM, filled[1]),
    )
    assert sorted(bool(one.errors) for one in replies) == [False, True]
    kept = texts[[bool(one.errors) for one in replies].index(False)]
    with desk.store.read(desk.team.workspace_id) as unit:
        (words,) = [
            one.record
            for kind, one in unit.records.load(handoff_id, audiences=EVERY).items()
            if kind is RecordKind.RESTATEMENT
        ]
    assert kept in str(words)
    assert desk.events(handoff_id).count("brief.restated") == 1
    assert history_is_sound(desk, handoff_id)


def test_sending_back_and_declining_at_one_instant_leave_one_state(
    open_app: Callable[..., App],
) -> None:
    desk, phone = open_app(), open_app()
    handoff_id = assigned(desk.store, desk.team)
    back = opened(desk, CSM, ActionId.OPEN_SEND_BACK, handoff_id)
    decline = opened(phone, CSM, ActionId.OPEN_DECLINE, handoff_id)
    together(
        partial(desk.submit, CSM, back.type(items=["trigger"], reason="Which?")),
        partial(phone.submit, CSM, decline.type(reason="Not mine")),
    )
    handoff = handoff_of(desk, handoff_id)
    assert handoff.csm_id is None
    assert "csm.declined" in desk.events(handoff_id)
    assert handoff.verification.with_ae is ("brief.sent_back" in desk.events(handoff_id))
    assert history_is_sound(desk, handoff_id)
