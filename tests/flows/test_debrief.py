"""The won-deal debrief through its forms: live, ahead, by whom, twice, and two at once."""

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select

from bot.domain import debriefing
from bot.domain.access import EVERY
from bot.domain.breakdowns import Breakdown
from bot.domain.debrief import MOST_ASKS, Outlook, Question, Standing
from bot.domain.handoff import Handoff
from bot.domain.history import Tag
from bot.domain.kickoff import debrief_due
from bot.domain.money import Money
from bot.domain.notices import NoticeKind
from bot.domain.people import Person, Role
from bot.flows.showing import whole_of
from bot.storage.debriefs import Debriefing
from bot.storage.tables import outbox
from bot.views.ids import ActionId, ViewId
from bot.views.payload import Ref
from bot.views.whole import whole_view
from tests.builders import WEDNESDAY, Deal, FixedClock, assigned, posted, started
from tests.flows.app import App, Modal, Reply
from tests.flows.test_kickoff import hold
from tests.flows.test_ledger import edit, entries
from tests.flows.test_together import history_is_sound, together
from tests.flows.test_verification import whole

AE, CSM, CS_MANAGER, AE_MANAGER, OUTSIDER = (
    "UAE",
    "UCSM",
    "UCS_MANAGER",
    "UAE_MANAGER",
    "UOUTSIDER",
)


def handoff_of(app: App, handoff_id: int) -> Handoff:
    with app.store.read(app.team.workspace_id) as unit:
        return unit.handoffs.get(handoff_id)


def written(app: App, handoff_id: int) -> Debriefing:
    with app.store.read(app.team.workspace_id) as unit:
        return unit.debriefs.load(handoff_id, audiences=EVERY)


def notices(app: App, kind: NoticeKind) -> list[int | None]:
    """Who is to be told of it."""
    with app.store.database.reading() as connection:
        found = select(outbox.c.person_id).where(outbox.c.kind == kind.value)
        return list(connection.execute(found).scalars())


def assigned_to(app: App, handoff_id: int, csm: Person) -> None:
    """Another CSM has it from now on."""
    with app.store.write(app.team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        handoff.assign_csm(csm, by=app.team.cs_manager, at=unit.now)
        unit.save(handoff, actor_id=app.team.cs_manager.id)
        unit.commit()


def opened(app: App, user: str, handoff_id: int) -> Modal:
    return app.modal(app.press(user, ActionId.OPEN_DEBRIEF, Ref(handoff=handoff_id)))


def next_form(app: App, reply: Reply) -> Modal:
    return app.screen(reply.body["view"])


def updated(app: App) -> Modal:
    """What the window on the screen shows by now."""
    return app.screen(app.slack.called("views.update")[-1]["view"])


def question(app: App, user: str, handoff_id: int, one: Question) -> Modal:
    ref = Ref(handoff=handoff_id, thing=one.value)
    return app.modal(app.press(user, ActionId.DEBRIEF_GO, ref))


def answer(app: App, user: str, handoff_id: int, one: Question, **typed: str) -> Reply:
    return app.submit(user, question(app, user, handoff_id, one).type(**typed))


def all_clear(app: App, handoff_id: int) -> None:
    for one in Question:
        typed = {"answer": f"About {one.value}", "mark": "clear"}
        if one is Question.YEAR:
            typed["outlook"] = "fine"
        assert not answer(app, CSM, handoff_id, one, **typed).errors


def record(app: App, handoff_id: int, user: str = CSM, **typed: object) -> Reply:
    form = app.modal(app.press(user, ActionId.DEBRIEF_TALK, Ref(handoff=handoff_id)))
    return app.submit(user, form.type(**{"minutes": "40", **typed}))  # type: ignore[arg-type]


# --- Live


def test_the_csm_goes_through_the_seven_questions_and_each_is_saved_by_itself(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    form = opened(app, CSM, handoff_id)
    assert form.callback_id == ViewId.DEBRIEF
    for one in Question:
        assert form.view["title"]["text"] == f"Debrief {one.number} of 7"
        assert "From the brief" in form.words
        typed = {"answer": f"Said about {one.value}", "mark": "clear"}
        if one is Question.YEAR:
            typed["outlook"] = "worried"
        form = next_form(app, app.submit(CSM, form.type(**typed)))
        assert handoff_of(app, handoff_id).debrief.settled == one.number
    assert form.callback_id == ViewId.DEBRIEF_ALL
    assert "What is left is to record the talk." in form.words
    assert handoff_of(app, handoff_id).debrief.done_at is None
    assert record(app, handoff_id).body == {}
    done = handoff_of(app, handoff_id).debrief
    assert (done.done_at, done.minutes) == (done.recorded_at, 40)
    kept = written(app, handoff_id)
    assert kept.answer(Question.YEAR).outlook is Outlook.WORRIED
    assert kept.talk is not None
    assert kept.talk.talk.there == (app.team.ae.id, app.team.csm.id)
    assert app.events(handoff_id)[-2:] == [Tag.DEBRIEF_HELD, Tag.DEBRIEF_DONE]
    assert notices(app, NoticeKind.DEBRIEF_DONE) == [None]


def test_whoever_comes_goes_on_where_the_other_stopped(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    form = opened(app, CSM, handoff_id)
    app.submit(CSM, form.type(answer="The lease ends in June", mark="clear"))
    # The AE is asked what nobody answered; what they see of the first is what the CSM wrote.
    theirs = opened(app, AE, handoff_id)
    assert theirs.view["title"]["text"] == "Debrief 2 of 7"
    assert "mark" not in str(theirs.view["blocks"])
    app.submit(AE, theirs.type(answer="Ilse staked her name on it"))
    again = opened(app, CSM, handoff_id)
    assert again.view["title"]["text"] == "Debrief 2 of 7"
    assert again.holds("answer") == "Ilse staked her name on it"


def test_an_answer_without_words_is_not_clear_and_the_year_needs_its_word(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    form = question(app, CSM, handoff_id, Question.BOUGHT)
    assert list(app.submit(CSM, form.type(mark="clear")).errors) == [form.block_of("answer")]
    year = question(app, CSM, handoff_id, Question.YEAR)
    refused = app.submit(CSM, year.type(answer="Fine, I hope", mark="clear"))
    assert list(refused.errors) == [year.block_of("outlook")]
    assert handoff_of(app, handoff_id).debrief.settled == 0
    assert answer(app, CSM, handoff_id, Question.AGAINST, mark="not_known").errors == {}
    assert handoff_of(app, handoff_id).debrief.standing(Question.AGAINST) is Standing.NOT_KNOWN


def test_back_and_all_questions_save_what_was_typed_first(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    form = question(app, CSM, handoff_id, Question.CHAMPION).type(answer="Ilse Brandt")
    app.press(CSM, ActionId.DEBRIEF_BACK, modal=form)
    back = updated(app)
    assert back.view["title"]["text"] == "Debrief 1 of 7"
    form = question(app, CSM, handoff_id, Question.NEARLY).type(answer="The discount")
    app.press(CSM, ActionId.DEBRIEF_ALL, modal=form)
    listed = updated(app)
    assert listed.callback_id == ViewId.DEBRIEF_ALL
    kept = written(app, handoff_id)
    assert kept.answer(Question.CHAMPION).words == "Ilse Brandt"
    assert kept.answer(Question.NEARLY).words == "The discount"


# --- Ahead


def test_the_ae_answers_ahead_and_the_csm_hears_once_that_all_seven_are_there(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    for one in Question:
        assert notices(app, NoticeKind.DEBRIEF_AHEAD) == []
        answer(app, AE, handoff_id, one, answer=f"I say {one.value}")
    assert notices(app, NoticeKind.DEBRIEF_AHEAD) == [app.team.csm.id]
    answer(app, AE, handoff_id, Question.BOUGHT, answer="I say it better")
    assert len(notices(app, NoticeKind.DEBRIEF_AHEAD)) == 1
    assert handoff_of(app, handoff_id).debrief.settled == 0
    assert handoff_of(app, handoff_id).debrief.unanswered == ()


def test_whoever_becomes_csm_hears_that_all_seven_are_there(app: App) -> None:
    handoff_id = posted(app.store, app.team)
    for one in Question:
        answer(app, AE, handoff_id, one, answer=f"I say {one.value}")
    assert notices(app, NoticeKind.DEBRIEF_AHEAD) == []
    assigned_to(app, handoff_id, app.team.csm)
    assert notices(app, NoticeKind.DEBRIEF_AHEAD) == [app.team.csm.id]
    assigned_to(app, handoff_id, app.team.outsider)
    assert notices(app, NoticeKind.DEBRIEF_AHEAD) == [app.team.csm.id, app.team.outsider.id]


@pytest.mark.parametrize("mark", ["clear", "later"])
def test_what_the_csm_wrote_themselves_was_not_answered_ahead(app: App, mark: str) -> None:
    handoff_id = assigned(app.store, app.team)
    for one in list(Question)[:-1]:
        answer(app, CSM, handoff_id, one, answer=f"About {one.value}", mark=mark)
    answer(app, AE, handoff_id, Question.YEAR, answer="Fine")
    answer(app, AE, handoff_id, Question.BOUGHT, answer="The lease")
    assert notices(app, NoticeKind.DEBRIEF_AHEAD) == []


def test_what_the_csm_asks_comes_as_one_message_and_is_answered_one_by_one(
    app: App, clock: FixedClock
) -> None:
    handoff_id = assigned(app.store, app.team)
    answer(app, AE, handoff_id, Question.NEARLY, answer="Price")
    answer(app, CSM, handoff_id, Question.NEARLY, mark="ask", ask="Who raised it?")
    own = app.modal(app.press(CSM, ActionId.DEBRIEF_OWN, Ref(handoff=handoff_id)))
    typed = {"flags": "Two plants", "asks": "Who signs off IT?\n\nIs there a test system?"}
    assert app.submit(CSM, own.type(**typed)).body == {}
    assert notices(app, NoticeKind.DEBRIEF_ASKED) == [app.team.ae.id]
    assert handoff_of(app, handoff_id).debrief.standing(Question.NEARLY) is Standing.ASKED
    assert handoff_of(app, handoff_id).debrief.asks_open == 3
    form = app.modal(app.press(AE, ActionId.DEBRIEF_REPLY, Ref(handoff=handoff_id)))
    assert "Question 1 of 3 that wait for you" in form.words
    assert {"Who raised it?", "Price"} <= set(form.words.splitlines())
    assert app.submit(AE, form).errors == {form.block_of("reply"): "Write something here."}
    for told in ("Their CFO", "Rosa in IT", "Yes, since May"):
        reply = app.submit(AE, form.type(reply=told))
        form = next_form(app, reply) if reply.body else form
    assert handoff_of(app, handoff_id).debrief.asks_open == 0
    # It is answered, and counts once the CSM says so.
    assert handoff_of(app, handoff_id).debrief.standing(Question.NEARLY) is Standing.ANSWERED
    assert notices(app, NoticeKind.DEBRIEF_REPLIED) == [app.team.csm.id]
    assert "already" in app.press(AE, ActionId.DEBRIEF_REPLY, Ref(handoff=handoff_id)).sentence
    asks = written(app, handoff_id).asks
    assert [one.reply for one in asks] == ["Their CFO", "Rosa in IT", "Yes, since May"]
    clock.advance(timedelta(hours=1))
    answer(app, CSM, handoff_id, Question.NEARLY, mark="ask", ask="And what did it cost?")
    assert len(notices(app, NoticeKind.DEBRIEF_ASKED)) == 2


def test_an_answer_is_not_marked_and_asked_about_in_one_go(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    form = question(app, CSM, handoff_id, Question.BOUGHT)
    typed = form.type(answer="The lease", mark="clear", ask="Which lease?")
    assert list(app.submit(CSM, typed).errors) == [form.block_of("ask")]
    unasked = form.type(answer="The lease", mark="ask")
    assert list(app.submit(CSM, unasked).errors) == [form.block_of("ask")]
    assert app.events(handoff_id).count(Tag.DEBRIEF_ASKED) == 0


# --- The talk


def test_a_talk_needs_a_time_that_was_two_people_and_minutes(app: App, clock: FixedClock) -> None:
    handoff_id = assigned(app.store, app.team)
    form = app.modal(app.press(CSM, ActionId.DEBRIEF_TALK, Ref(handoff=handoff_id)))
    later = int((clock.now() + timedelta(days=1)).timestamp())
    before = int((clock.now() - timedelta(days=30)).timestamp())
    for field, typed in (
        ("held_at", {"minutes": "40", "held_at": later}),
        ("held_at", {"minutes": "40", "held_at": before}),
        ("minutes", {"minutes": "half an hour"}),
        ("minutes", {"minutes": "0"}),
        ("minutes", {"minutes": "999"}),
        ("there", {"minutes": "40", "there": [CSM]}),
    ):
        assert list(app.submit(CSM, form.type(**typed)).errors) == [form.block_of(field)], typed
    assert written(app, handoff_id).talk is None
    assert app.submit(CSM, form.type(minutes="35", there=[AE, CSM, "UREVOPS"])).body == {}
    older = app.modal(app.press(CSM, ActionId.DEBRIEF_TALK, Ref(handoff=handoff_id)))
    # Once more, because it was wrong: the newer one holds, and the form knows what was there.
    assert record(app, handoff_id, minutes="45").body == {}
    assert handoff_of(app, handoff_id).debrief.minutes == 45
    stale = app.submit(CSM, older.type(minutes="50"))
    assert list(stale.errors) == [older.block_of("minutes")]


def test_the_cs_manager_records_it_with_a_reason(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    form = app.modal(app.press(CS_MANAGER, ActionId.DEBRIEF_TALK, Ref(handoff=handoff_id)))
    refused = app.submit(CS_MANAGER, form.type(minutes="40"))
    assert list(refused.errors) == [form.block_of("reason")]
    assert app.submit(CS_MANAGER, form.type(minutes="40", reason="Jonas is ill")).body == {}
    assert notices(app, NoticeKind.RECORDED_FOR) == [app.team.csm.id]
    assert "Jonas is ill" in whole(app, AE, handoff_id)


def test_what_counts_is_said_by_the_csm_and_by_no_manager(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    form = question(app, CSM, handoff_id, Question.BOUGHT)
    for typed in ({"mark": "clear"}, {"mark": "not_known"}, {"ask": "Which lease?"}):
        refused = app.submit(CS_MANAGER, form.type(answer="The lease", **typed))
        assert refused.sentence.startswith("Saying what counts in the debrief is up to Jonas.")
    own = app.press(CS_MANAGER, ActionId.DEBRIEF_OWN, Ref(handoff=handoff_id))
    assert "up to Jonas" in own.sentence
    assert handoff_of(app, handoff_id).debrief.settled == 0
    # They write down what they hear as anybody in the talk, and are not offered the rest.
    theirs = question(app, CS_MANAGER, handoff_id, Question.BOUGHT)
    assert "mark" not in str(theirs.view["blocks"])
    assert ActionId.OPEN_DEBRIEF_CHAT not in str(theirs.view["blocks"])
    assert app.submit(CS_MANAGER, theirs.type(answer="The lease")).errors == {}
    app.press(CS_MANAGER, ActionId.DEBRIEF_ALL, modal=theirs)
    listed = str(updated(app).view["blocks"])
    assert ActionId.DEBRIEF_TALK in listed
    assert ActionId.DEBRIEF_OWN not in listed


def test_who_stands_in_for_the_csm_marks_for_them(app: App, clock: FixedClock) -> None:
    handoff_id = assigned(app.store, app.team)
    until = clock.now().date() + timedelta(days=2)
    with app.store.write(app.team.workspace_id) as unit:
        unit.set_leave(app.team.csm.id, until, app.team.outsider.id, by=None)
        unit.commit()
    marked = answer(app, OUTSIDER, handoff_id, Question.BOUGHT, answer="The lease", mark="clear")
    assert marked.errors == {}
    assert handoff_of(app, handoff_id).debrief.settled == 1


def test_held_past_the_business_day_before_the_kickoff_it_is_a_breakdown(
    app: App, clock: FixedClock
) -> None:
    in_time, late = assigned(app.store, app.team), assigned(app.store, app.team)
    record(app, in_time)
    assert handoff_of(app, in_time).breakdowns == {}
    with app.store.read(app.team.workspace_id) as unit:
        latest = debrief_due(unit.handoffs.get(late), unit.policy, unit.people.calendar)
    assert latest is not None
    clock.advance(latest - clock.now() + timedelta(minutes=1))
    record(app, late)
    assert list(handoff_of(app, late).breakdowns) == [Breakdown.DEBRIEF_LATE]
    told = "The debrief was held later than the business day before the kickoff."
    assert told in whole(app, CSM, late)
    assert told not in whole(app, OUTSIDER, late)


def of_the_debrief(app: App, handoff_id: int) -> set[Breakdown]:
    """What went otherwise with the debrief; a kickoff that was held has breakdowns of its own."""
    its_own = {Breakdown.DEBRIEF_LATE, Breakdown.KICKOFF_BEFORE_DEBRIEF}
    return its_own & handoff_of(app, handoff_id).breakdowns.keys()


@pytest.mark.parametrize("kickoff_first", [False, True])
def test_on_the_day_of_the_kickoff_it_was_too_late_whichever_is_told_first(
    app: App, clock: FixedClock, kickoff_first: bool
) -> None:
    handoff_id = assigned(app.store, app.team)
    clock.advance(timedelta(hours=4))
    talked = int(clock.now().timestamp())
    clock.advance(timedelta(hours=2))
    acts = [
        partial(record, app, handoff_id, held_at=talked),
        partial(hold, app, handoff_id, clock.now()),
    ]
    for act in reversed(acts) if kickoff_first else acts:
        assert act().body == {}
    assert of_the_debrief(app, handoff_id) == {Breakdown.DEBRIEF_LATE}


def test_a_corrected_signature_makes_a_debrief_late_that_was_in_time(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    record(app, handoff_id)
    assert handoff_of(app, handoff_id).breakdowns == {}
    with app.store.write(app.team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        earlier = (handoff.signed_at or unit.now) - timedelta(days=7)
        handoff.countersign(earlier, by=app.team.ae, at=unit.now, ae=app.team.ae)
        unit.save(handoff, actor_id=app.team.ae.id)
        unit.commit()
    assert of_the_debrief(app, handoff_id) == {Breakdown.DEBRIEF_LATE}


def test_a_kickoff_that_is_held_later_puts_it_in_time_after_all(
    app: App, clock: FixedClock
) -> None:
    handoff_id = assigned(app.store, app.team)
    with app.store.read(app.team.workspace_id) as unit:
        latest = debrief_due(unit.handoffs.get(handoff_id), unit.policy, unit.people.calendar)
    assert latest is not None
    clock.advance(latest - clock.now() + timedelta(minutes=1))
    record(app, handoff_id)
    assert of_the_debrief(app, handoff_id) == {Breakdown.DEBRIEF_LATE}
    clock.advance(timedelta(days=5))
    hold(app, handoff_id, clock.now())
    assert of_the_debrief(app, handoff_id) == set()


def test_a_changed_answer_opens_a_debrief_that_was_done(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    all_clear(app, handoff_id)
    record(app, handoff_id)
    assert handoff_of(app, handoff_id).debrief.done_at is not None
    answer(app, AE, handoff_id, Question.GROWTH, answer="A second plant")
    reopened = handoff_of(app, handoff_id).debrief
    assert (reopened.done_at, reopened.settled) == (None, 6)
    answer(app, CSM, handoff_id, Question.GROWTH, mark="clear")
    assert handoff_of(app, handoff_id).debrief.done_at is not None


@pytest.mark.parametrize("gave_back", [False, True])
def test_another_csm_owes_the_debrief_again_with_the_words_that_were_said(
    app: App, gave_back: bool
) -> None:
    handoff_id = assigned(app.store, app.team)
    all_clear(app, handoff_id)
    record(app, handoff_id)
    if gave_back:
        form = app.modal(app.press(CSM, ActionId.OPEN_DECLINE, Ref(handoff=handoff_id)))
        assert not app.submit(CSM, form.type(reason="Not my region")).errors
    assigned_to(app, handoff_id, app.team.outsider)
    left = handoff_of(app, handoff_id).debrief
    assert (left.done_at, left.recorded_at, left.settled, left.unanswered) == (None, None, 0, ())
    page = whole(app, OUTSIDER, handoff_id)
    assert "About growth" in page
    assert "Held with an earlier CSM: " in page
    form = app.modal(app.press(OUTSIDER, ActionId.DEBRIEF_TALK, Ref(handoff=handoff_id)))
    assert form.holds("minutes") in (None, "")
    assert app.submit(OUTSIDER, form.type(minutes="30")).body == {}
    for one in Question:
        assert answer(app, OUTSIDER, handoff_id, one, mark="clear").errors == {}
    assert handoff_of(app, handoff_id).debrief.done_at is not None
    assert "Held with an earlier CSM: " not in whole(app, OUTSIDER, handoff_id)


def test_after_the_kickoff_a_debrief_stays_done_for_another_csm(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    all_clear(app, handoff_id)
    record(app, handoff_id)
    hold(app, handoff_id, handoff_of(app, handoff_id).debrief.held_at or WEDNESDAY)
    assigned_to(app, handoff_id, app.team.outsider)
    assert handoff_of(app, handoff_id).debrief.done_at is not None


# --- What was promised


def test_lines_of_the_fourth_answer_become_entries_one_by_one(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    form = question(app, CSM, handoff_id, Question.PROMISED)
    form = form.type(answer="- Training for ten people\n- A named contact\n")
    for number, words in ((2, "Training for ten people"), (3, "A named contact")):
        editor = app.modal(app.press(CSM, ActionId.DEBRIEF_PROMISE, modal=form))
        assert editor.callback_id == ViewId.PROMISE
        assert editor.holds("words") == words
        assert not app.submit(CSM, editor, previous=form.id).errors
        assert len(entries(app, handoff_id)) == number
        form = question(app, CSM, handoff_id, Question.PROMISED)
        assert f"{number} promises are in the ledger so far." in form.words
    assert "Every line is in the ledger." in form.words
    empty = app.modal(app.press(CSM, ActionId.DEBRIEF_PROMISE, modal=form))
    assert empty.holds("words") in (None, "")


def test_a_promise_that_was_reworded_or_withdrawn_is_not_offered_again(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    form = question(app, CSM, handoff_id, Question.PROMISED)
    form = form.type(answer="Training for ten people\nA named contact")
    for _ in range(2):
        editor = app.modal(app.press(CSM, ActionId.DEBRIEF_PROMISE, modal=form))
        assert not app.submit(CSM, editor, previous=form.id).errors
        form = question(app, CSM, handoff_id, Question.PROMISED)
    assert not edit(app, CSM, handoff_id, 2, words="Two days of training").errors
    assert not edit(app, CSM, handoff_id, 3, withdraw="A slip of mine").errors
    form = question(app, CSM, handoff_id, Question.PROMISED)
    assert "Every line is in the ledger." in form.words


def test_the_list_says_that_nothing_is_asked_only_where_nothing_is(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    form = question(app, CSM, handoff_id, Question.NEARLY)
    app.press(CSM, ActionId.DEBRIEF_ALL, modal=form)
    assert "No questions to the AE." in updated(app).words
    answer(app, CSM, handoff_id, Question.NEARLY, mark="ask", ask="Who raised it?")
    app.press(CSM, ActionId.DEBRIEF_ALL, modal=question(app, CSM, handoff_id, Question.NEARLY))
    assert "No questions to the AE." not in updated(app).words


def test_much_that_is_asked_about_one_answer_goes_over_pages(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    with app.store.write(app.team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        for number in range(MOST_ASKS):
            text, at = f"Question {number}?", unit.now
            csm = app.team.csm
            one = unit.debriefs.add_ask(handoff_id, Question.NEARLY, text, by=csm.id, at=at)
            debriefing.ask(handoff, one, by=csm, at=at)
        unit.save(handoff, actor_id=app.team.csm.id)
        unit.commit()
    with app.store.read(app.team.workspace_id) as unit:
        page = whole_of(unit, handoff_id, app.team.csm)
    pages = [whole_view(page, page=number) for number in range(3)]
    assert max(len(one.blocks) for one in pages) <= 100
    shown = "".join(str(one.to_dict()) for one in pages)
    assert all(f"Question {number}?" in shown for number in range(MOST_ASKS))


def test_a_debrief_that_is_done_presses_nobody(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    all_clear(app, handoff_id)
    record(app, handoff_id)
    for user in (AE, CSM):
        listed = opened(app, user, handoff_id)
        assert listed.callback_id == ViewId.DEBRIEF_ALL
        assert "The debrief is done." in listed.words
        assert "primary" not in str(listed.view["blocks"])
    form = question(app, AE, handoff_id, Question.GROWTH)
    assert ActionId.OPEN_DEBRIEF_CHAT not in str(form.view["blocks"])


# --- Together, twice, and by whom


def test_two_who_answer_at_once_lose_nothing_either_typed(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    hers = question(app, AE, handoff_id, Question.AGAINST)
    his = question(app, CSM, handoff_id, Question.AGAINST)
    app.submit(AE, hers.type(answer="Their head of IT"))
    # Another field of the same answer: both are kept, and nothing is marked that nobody saw.
    shown = next_form(app, app.submit(CSM, his.type(short="IT is against us", mark="clear")))
    assert "so it is not marked yet" in shown.words
    kept = written(app, handoff_id).answer(Question.AGAINST)
    assert (kept.words, kept.short) == ("Their head of IT", "IT is against us")
    assert handoff_of(app, handoff_id).debrief.settled == 0
    assert app.submit(CSM, shown.type(mark="clear")).errors == {}
    assert handoff_of(app, handoff_id).debrief.settled == 1
    # The same field: both texts are shown to whoever came second.
    hers = question(app, AE, handoff_id, Question.AGAINST)
    his = question(app, CSM, handoff_id, Question.AGAINST)
    app.submit(AE, hers.type(answer="Their head of IT, Rosa"))
    clash = next_form(app, app.submit(CSM, his.type(answer="Rosa, who built the old one")))
    assert "Their head of IT, Rosa" in clash.words
    assert clash.holds("answer") == "Rosa, who built the old one"
    app.submit(CSM, clash)
    assert written(app, handoff_id).answer(Question.AGAINST).words == "Rosa, who built the old one"


@pytest.mark.parametrize("typed", [{}, {"mark": "ask"}, {"answer": "Mine"}, {"mark": "later"}])
def test_a_question_to_the_ae_is_kept_when_the_answer_changed_under_the_form(
    app: App, typed: dict[str, str]
) -> None:
    handoff_id = assigned(app.store, app.team)
    form = question(app, CSM, handoff_id, Question.NEARLY)
    answer(app, AE, handoff_id, Question.NEARLY, answer="Price")
    app.submit(CSM, form.type(ask="Who raised it?", **typed))
    assert [one.text for one in written(app, handoff_id).asks] == ["Who raised it?"]
    assert handoff_of(app, handoff_id).debrief.standing(Question.NEARLY) is Standing.ASKED
    assert notices(app, NoticeKind.DEBRIEF_ASKED) == [app.team.ae.id]


def test_a_mark_on_an_answer_that_both_changed_is_asked_for_anew(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    form = question(app, CSM, handoff_id, Question.NEARLY)
    answer(app, AE, handoff_id, Question.NEARLY, answer="Price")
    clash = next_form(app, app.submit(CSM, form.type(answer="Mine", mark="clear")))
    assert "so it is not marked yet: decide what is to stand" in clash.words
    assert clash.holds("answer") == "Mine"
    assert "What you wrote is saved." not in clash.words
    assert app.submit(CSM, clash.type(mark="clear")).errors == {}
    assert handoff_of(app, handoff_id).debrief.standing(Question.NEARLY) is Standing.CLEAR


def test_a_mark_that_was_not_kept_is_told_also_where_the_form_is_delivered_again(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    form = question(app, CSM, handoff_id, Question.AGAINST)
    answer(app, AE, handoff_id, Question.AGAINST, answer="Their head of IT")
    body = app.submit_body(CSM, form.type(short="IT is against us", mark="clear"))
    for _ in range(2):
        assert "so it is not marked yet" in next_form(app, app.deliver(body)).words


def test_not_yet_takes_a_mark_off_also_when_another_field_changed_under_the_form(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    answer(app, CSM, handoff_id, Question.AGAINST, answer="Rosa", mark="clear")
    form = question(app, CSM, handoff_id, Question.AGAINST)
    answer(app, AE, handoff_id, Question.AGAINST, short="IT is against us")
    app.submit(CSM, form.type(mark="later"))
    assert handoff_of(app, handoff_id).debrief.standing(Question.AGAINST) is Standing.ANSWERED


def test_a_slip_mended_under_its_mark_leaves_the_debrief_done(app: App, clock: FixedClock) -> None:
    handoff_id = assigned(app.store, app.team)
    all_clear(app, handoff_id)
    record(app, handoff_id)
    done = handoff_of(app, handoff_id).debrief
    clock.advance(timedelta(days=1))
    answer(app, CSM, handoff_id, Question.GROWTH, answer="A second plant, not a third")
    now = handoff_of(app, handoff_id).debrief
    assert (now.done_at, now.reopened_at, now.settled) == (done.done_at, None, 7)
    assert app.events(handoff_id)[-2:] == [Tag.DEBRIEF_ANSWERED, Tag.DEBRIEF_MARKED]
    assert notices(app, NoticeKind.DEBRIEF_DONE) == [None]


def test_submitted_in_the_same_instant_both_are_kept(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    ae = question(app, AE, handoff_id, Question.BOUGHT).type(answer="The lease")
    csm = question(app, CSM, handoff_id, Question.CHAMPION).type(answer="Ilse")
    together(partial(app.submit, AE, ae), partial(app.submit, CSM, csm))
    kept = written(app, handoff_id)
    assert kept.answer(Question.BOUGHT).words == "The lease"
    assert kept.answer(Question.CHAMPION).words == "Ilse"
    assert history_is_sound(app, handoff_id)


def test_a_delivery_that_comes_again_changes_nothing_and_shows_the_same(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    form = question(app, CSM, handoff_id, Question.BOUGHT).type(answer="The lease", mark="clear")
    body = app.submit_body(CSM, form)
    first = app.deliver(body)
    rows = app.rows()
    again = app.deliver(body)
    assert app.rows() == rows
    assert again.body["view"]["title"] == first.body["view"]["title"]


@pytest.mark.parametrize("user", [AE_MANAGER, "UREVOPS", OUTSIDER])
def test_others_are_told_whose_it_is(app: App, user: str) -> None:
    handoff_id = assigned(app.store, app.team)
    before = app.rows()
    for action in (ActionId.OPEN_DEBRIEF, ActionId.DEBRIEF_TALK, ActionId.OPEN_LISTENER):
        assert "Jonas" in app.press(user, action, Ref(handoff=handoff_id)).sentence
    assert app.rows() == before


def test_the_ae_marks_nothing_and_asks_nothing(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    form = question(app, CSM, handoff_id, Question.BOUGHT).type(answer="x", mark="clear")
    # A form that was opened by somebody else is judged by who sends it.
    refused = app.submit(AE, form)
    assert "up to Jonas" in refused.sentence
    assert handoff_of(app, handoff_id).debrief.settled == 0


def test_before_the_signature_and_before_the_csm_there_is_nothing_to_lead(app: App) -> None:
    unsigned = started(app.store, app.team)
    told = app.press(AE, ActionId.OPEN_DEBRIEF, Ref(handoff=unsigned)).sentence
    assert "The signature is not recorded." in told
    alone = posted(app.store, app.team)
    assert opened(app, AE, alone).view["title"]["text"] == "Debrief 1 of 7"
    assert "assigned" in app.press(CS_MANAGER, ActionId.DEBRIEF_TALK, Ref(handoff=alone)).sentence


# --- The second listener


def test_from_its_value_on_the_cs_manager_listens_and_another_may_be_chosen(app: App) -> None:
    small = assigned(app.store, app.team)
    assert handoff_of(app, small).listener_id is None
    large = assigned(app.store, app.team, Deal(value=Money(60_000_00, "USD")))
    assert handoff_of(app, large).listener_id == app.team.cs_manager.id
    assert notices(app, NoticeKind.LISTENER_NAMED) == [app.team.cs_manager.id]
    form = app.modal(app.press(CSM, ActionId.OPEN_LISTENER, Ref(handoff=large)))
    for user in (AE, CSM, OUTSIDER):
        refused = app.submit(CSM, form.type(person=user))
        assert list(refused.errors) == [form.block_of("person")]
    assert app.submit(CSM, form.type(person="UREVOPS")).body == {}
    chosen = handoff_of(app, large)
    assert chosen.listener_named
    with app.store.read(app.team.workspace_id) as unit:
        revops = unit.people.get(chosen.listener_id or 0)
        assert Role.REVOPS in revops.roles
    answer(app, CSM, large, Question.NEARLY, answer="The discount was noticed")
    assert "The discount was noticed" in whole(app, "UREVOPS", large)


def test_a_listener_chosen_while_the_form_was_open_is_not_replaced_unseen(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    stale = app.modal(app.press(CSM, ActionId.OPEN_LISTENER, Ref(handoff=handoff_id)))
    other = app.modal(app.press(CS_MANAGER, ActionId.OPEN_LISTENER, Ref(handoff=handoff_id)))
    assert app.submit(CS_MANAGER, other.type(person=CS_MANAGER)).body == {}
    refused = app.submit(CSM, stale.type(person="UREVOPS"))
    assert list(refused.errors) == [stale.block_of("person")]
    assert "changed this while the form was open" in refused.sentence
    with app.store.read(app.team.workspace_id) as unit:
        manager = unit.people.get(app.team.cs_manager.id)
    assert manager.name in refused.sentence
    assert handoff_of(app, handoff_id).listener_id == manager.id
    assert app.submit(CSM, stale.type(person=CS_MANAGER)).body == {}


def with_a_listener(app: App) -> int:
    """A large deal whose CSM chose somebody of RevOps to listen."""
    handoff_id = assigned(app.store, app.team, Deal(value=Money(60_000_00, "USD")))
    form = app.modal(app.press(CSM, ActionId.OPEN_LISTENER, Ref(handoff=handoff_id)))
    assert app.submit(CSM, form.type(person="UREVOPS")).body == {}
    answer(app, CSM, handoff_id, Question.NEARLY, answer="The discount was noticed")
    assert "The discount was noticed" in whole(app, "UREVOPS", handoff_id)
    return handoff_id


def test_a_chosen_listener_who_may_not_listen_any_more_reads_no_longer(app: App) -> None:
    handoff_id = with_a_listener(app)
    with app.store.write(app.team.workspace_id) as unit:
        unit.people.set_part(app.team.revops.id, roles=set())
        unit.commit()
    assert "The discount was noticed" not in whole(app, "UREVOPS", handoff_id)
    with app.store.write(app.team.workspace_id) as unit:
        unit.reckon(handoff_id)
        unit.commit()
    now = handoff_of(app, handoff_id)
    # It is the policy's rule again that says who listens.
    assert (now.listener_id, now.listener_named) == (app.team.cs_manager.id, False)


def test_a_listener_who_becomes_the_csm_makes_room_for_another(app: App) -> None:
    handoff_id = with_a_listener(app)
    assigned_to(app, handoff_id, app.team.revops)
    now = handoff_of(app, handoff_id)
    assert (now.csm_id, now.listener_id) == (app.team.revops.id, app.team.cs_manager.id)


# --- Who reads what


def test_each_answer_is_read_by_whom_the_process_names(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    for one in Question:
        answer(app, CSM, handoff_id, one, answer=f"whole {one.value}")
    for one in (Question.PROMISED, Question.AGAINST):
        answer(app, CSM, handoff_id, one, short=f"short {one.value}")
    own = app.modal(app.press(CSM, ActionId.DEBRIEF_OWN, Ref(handoff=handoff_id)))
    app.submit(CSM, own.type(flags="own flags", asks="own ask"))
    texts = {
        **{one.value: f"whole {one.value}" for one in Question},
        "promised short": "short promised",
        "against short": "short against",
        "flags": "own flags",
        "ask": "own ask",
    }
    channel = {"bought", "promised short"}
    both_sides = channel | {"champion", "growth", "year", "against short", "flags", "ask"}
    for user, reads in (
        (CSM, set(texts)),
        (AE, set(texts)),
        (CS_MANAGER, set(texts)),
        (AE_MANAGER, both_sides),
        ("UREVOPS", both_sides),
        (OUTSIDER, channel),
    ):
        page = whole(app, user, handoff_id)
        assert {name for name, text in texts.items() if text in page} == reads, user
