"""The intro: its draft, what is found in it, that it went out, and who wrote before it."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.domain.access import EVERY
from bot.domain.breakdowns import Breakdown
from bot.domain.deadlines import DeadlineState, Step
from bot.domain.intro import Contacted, CsBefore, IntroDraft, Way
from bot.domain.money import Money
from bot.domain.promises import Side
from bot.domain.verification import RecordKind
from bot.views.ids import ActionId, Field, ViewId
from bot.views.payload import Ref
from bot.views.sentences.buttons import CORRECT_INTRO
from tests.builders import WEDNESDAY, Deal, FixedClock, assigned, posted
from tests.flows.app import App, Modal, Reply
from tests.flows.test_briefing import page_of, record
from tests.flows.test_kickoff import told
from tests.flows.test_rights import MEMBERS
from tests.flows.test_together import history_is_sound, together
from tests.flows.test_verification import (
    AE,
    AE_MANAGER,
    CS_MANAGER,
    CSM,
    WORDS,
    acknowledge,
    acknowledged,
    check,
    handoff_of,
    opened,
    states,
    whole,
)

HOUR = timedelta(hours=1)
DRAFT = "Dear Ilse, Jonas will call you about the kickoff. zzdraftzz"
OTHER = "Dear Ilse, Jonas writes to you tomorrow."
LIGHT = Deal(value=Money(20_000_00, "USD"))


def seconds(at: datetime) -> int:
    return int(at.timestamp())


def read(app: App, deal: Deal | None = None, **answers: str) -> int:
    """Acknowledged, checked and restated: nothing but a failed check holds the intro."""
    handoff_id = assigned(app.store, app.team, deal)
    assert acknowledge(app, handoff_id).body == {}
    check(app, handoff_id, **answers)
    form = opened(app, CSM, ActionId.OPEN_RESTATE, handoff_id)
    assert app.submit(CSM, form.type(**WORDS)).body == {}
    return handoff_id


def editor(app: App, handoff_id: int, *, by: str = AE) -> Modal:
    return opened(app, by, ActionId.OPEN_INTRO, handoff_id)


def save(app: App, form: Modal, words: str, *, by: str = AE) -> Modal:
    """Save a draft and give the form as it stands then."""
    reply = app.submit(by, form.type(intro=words))
    assert reply.body["response_action"] == "update"
    return app.screen(reply.body["view"])


def check_words(app: App, form: Modal, words: str, *, by: str = AE) -> Modal:
    ref = Ref(handoff=Ref.load(form.view["private_metadata"]).handoff)
    app.press(by, ActionId.CHECK_INTRO, ref, modal=form.type(intro=words))
    return app.screen(app.slack.called("views.update")[-1]["view"])


def mark(app: App, handoff_id: int, at: datetime, *, by: str = AE, **typed: Any) -> Reply:
    form = opened(app, by, ActionId.MARK_INTRO_SENT, handoff_id)
    usual = {"intro_sent_at": seconds(at), "intro_way": "email", "cs_before": "no"}
    return app.submit(by, form.type(**{**usual, **typed}))


def note(app: App, handoff_id: int, at: datetime, *, by: str = CSM, **typed: Any) -> Reply:
    form = opened(app, by, ActionId.OPEN_CONTACT, handoff_id)
    usual = {"wrote_at": seconds(at), "wrote_way": "phone"}
    return app.submit(by, form.type(**{**usual, **typed}))


def stored(app: App, handoff_id: int) -> str | None:
    with app.store.read(app.team.workspace_id) as unit:
        found = unit.records.load(handoff_id, audiences=EVERY).get(RecordKind.INTRO_DRAFT)
    if found is None:
        return None
    assert isinstance(found.record, IntroDraft)
    return found.record.words


# --- The draft


def test_saving_keeps_the_draft_and_shows_what_it_lacks_and_the_ways_out(app: App) -> None:
    handoff_id = read(app)
    form = editor(app, handoff_id)
    assert "Nothing is saved yet." in form.words
    shown = save(app, form, DRAFT)
    assert stored(app, handoff_id) == DRAFT
    assert shown.holds("intro") == DRAFT
    assert "⚪ 10 words; 80 to 120 read best" in shown.words
    assert "✅ the name of the CSM" in shown.words
    assert "⚪ what the kickoff covers" in shown.words
    assert "⚪ an invitation to answer" in shown.words
    assert "mailto:?subject=" in str(shown.view)
    assert "About%20the%20kickoff".lower() in str(shown.view).lower()
    assert ActionId.MARK_INTRO_SENT in str(shown.view)
    assert app.events(handoff_id)[-1] == "intro.drafted"
    assert history_is_sound(app, handoff_id)


def test_check_words_saves_first_and_an_empty_draft_is_only_looked_at(app: App) -> None:
    handoff_id = read(app)
    form = editor(app, handoff_id)
    empty = check_words(app, form, "  ")
    assert "0 words" in empty.words
    assert stored(app, handoff_id) is None
    checked = check_words(app, empty, DRAFT)
    assert "10 words" in checked.words
    assert stored(app, handoff_id) == DRAFT
    # Once more without a change nothing new is written down.
    check_words(app, checked, DRAFT)
    with app.store.read(app.team.workspace_id) as unit:
        assert unit.records.revision(handoff_id, RecordKind.INTRO_DRAFT) == 1


def test_nothing_is_no_draft_and_the_form_stays_open(app: App) -> None:
    handoff_id = read(app)
    form = editor(app, handoff_id)
    reply = app.submit(AE, form.type(intro="  "))
    assert list(reply.errors) == [form.block_of("intro")]


def test_two_windows_see_each_others_words_and_nothing_typed_is_lost(app: App) -> None:
    handoff_id = read(app)
    first, second = editor(app, handoff_id), editor(app, handoff_id)
    save(app, first, DRAFT)
    shown = save(app, second, OTHER)
    assert stored(app, handoff_id) == DRAFT
    assert shown.holds("intro") == OTHER
    assert "You changed this field in another window" in shown.words
    assert DRAFT in shown.words
    # Saving again keeps what stands in the field.
    save(app, shown, OTHER)
    assert stored(app, handoff_id) == OTHER


def test_who_typed_nothing_gets_what_was_saved_meanwhile(app: App) -> None:
    handoff_id = read(app)
    save(app, editor(app, handoff_id), DRAFT)
    first, second = editor(app, handoff_id), editor(app, handoff_id)
    save(app, first, OTHER)
    shown = save(app, second, DRAFT)
    assert shown.holds("intro") == OTHER
    assert stored(app, handoff_id) == OTHER


def test_a_save_that_is_delivered_twice_is_answered_alike(app: App) -> None:
    handoff_id = read(app)
    body = app.submit_body(AE, editor(app, handoff_id).type(intro=DRAFT))
    first, second = app.deliver(body), app.deliver(body)
    assert first.body["view"]["blocks"] == second.body["view"]["blocks"]
    assert app.events(handoff_id).count("intro.drafted") == 1


def test_the_draft_is_read_by_its_sender_and_the_csm_alone(app: App) -> None:
    handoff_id = read(app)
    save(app, editor(app, handoff_id), DRAFT)
    seen = {user for user in MEMBERS if "zzdraftzz" in whole(app, user, handoff_id)}
    assert seen == {AE, CSM}
    small = read(app, LIGHT)
    save(app, editor(app, small, by=CSM), DRAFT, by=CSM)
    assert {user for user in MEMBERS if "zzdraftzz" in whole(app, user, small)} == {CSM}


# --- What holds it


def test_while_held_it_can_be_written_and_nothing_offers_to_mark_it(app: App) -> None:
    handoff_id = read(app, check_champion="no")
    shown = save(app, editor(app, handoff_id), DRAFT)
    assert "Waiting on <@UCSM>: not every check is a yes" in shown.words
    assert ActionId.MARK_INTRO_SENT not in str(shown.view)
    assert "mailto:" not in str(shown.view)
    for user in (AE, CSM, AE_MANAGER, CS_MANAGER):
        assert ActionId.MARK_INTRO_SENT not in str(page_of(app, user, handoff_id))
    assert states(app, handoff_id)[Step.INTRO] is DeadlineState.WAITING
    # The call that is recorded frees it.
    record(app, handoff_id)
    assert ActionId.MARK_INTRO_SENT in str(editor(app, handoff_id).view)
    assert "mailto:" in str(editor(app, handoff_id).view)
    assert ActionId.MARK_INTRO_SENT in str(page_of(app, AE, handoff_id))
    assert states(app, handoff_id)[Step.INTRO] is DeadlineState.OPEN


def test_an_unread_brief_has_it_wait_on_the_csm(app: App) -> None:
    handoff_id = acknowledged(app)
    assert "Waiting on <@UCSM>, for the" in editor(app, handoff_id).words


def test_what_was_sent_while_held_is_recorded_as_sent_with_a_breakdown(
    app: App, clock: FixedClock
) -> None:
    handoff_id = read(app, check_champion="no")
    clock.advance(3 * HOUR)
    form = opened(app, AE, ActionId.OPEN_CONTACT, handoff_id)
    assert "Was it the intro itself?" in form.words
    typed = form.type(wrote_at=seconds(WEDNESDAY + 2 * HOUR), wrote_way="chat")
    app.press(AE, ActionId.MARK_INTRO_SENT, Ref(handoff=handoff_id), modal=typed)
    shown = app.screen(app.slack.called("views.update")[-1]["view"])
    assert shown.callback_id == ViewId.INTRO_SENT
    assert "It was to wait for a check that is no yes" in shown.words
    # What was typed comes along.
    assert app.submit(AE, shown.type(cs_before="no")).body == {}
    handoff = handoff_of(app, handoff_id)
    assert handoff.intro.sent == Contacted(WEDNESDAY + 2 * HOUR, Way.CHAT)
    assert set(handoff.breakdowns) == {Breakdown.INTRO_WHILE_HELD}
    assert states(app, handoff_id)[Step.INTRO] is DeadlineState.DONE
    assert "Waiting on" not in editor(app, handoff_id).words
    assert history_is_sound(app, handoff_id)


def test_who_may_not_read_the_checks_learns_from_no_form_that_one_is_no_yes(app: App) -> None:
    handoff_id = read(app, check_champion="no")
    for user, reads in ((AE, True), (AE_MANAGER, False)):
        # Out of a message that stood there before the checks were answered.
        form = opened(app, user, ActionId.MARK_INTRO_SENT, handoff_id)
        assert ("a check that is no yes" in form.words) is reads
        assert ("It was to wait for the briefing call" in form.words) is not reads


# --- That it went out


def test_what_is_marked_as_sent_is_done_and_the_thread_hears_it_once(
    app: App, clock: FixedClock
) -> None:
    handoff_id = read(app)
    save(app, editor(app, handoff_id), DRAFT)
    clock.advance(3 * HOUR)
    assert mark(app, handoff_id, WEDNESDAY + 2 * HOUR).body == {}
    handoff = handoff_of(app, handoff_id)
    assert handoff.intro.sent_at == WEDNESDAY + 2 * HOUR
    assert handoff.intro.cs_before is CsBefore.NO
    assert states(app, handoff_id)[Step.INTRO] is DeadlineState.DONE
    assert told(app, "intro_sent") == [None]
    shown = editor(app, handoff_id).words
    assert "It went out by e-mail" in shown
    # A corrected time is said to nobody.
    assert CORRECT_INTRO in str(page_of(app, AE, handoff_id))
    assert mark(app, handoff_id, WEDNESDAY + HOUR, intro_way="phone").body == {}
    assert handoff_of(app, handoff_id).intro.sent == Contacted(WEDNESDAY + HOUR, Way.PHONE)
    assert told(app, "intro_sent") == [None]


def test_a_record_that_was_changed_meanwhile_is_not_overwritten_unseen(app: App) -> None:
    handoff_id = read(app)
    first, second = (opened(app, AE, ActionId.MARK_INTRO_SENT, handoff_id) for _ in range(2))
    typed = {"intro_way": "email", "cs_before": "no"}
    assert app.submit(AE, first.type(**typed)).body == {}
    reply = app.submit(AE, second.type(**{**typed, "intro_way": "chat"}))
    assert list(reply.errors) == [second.block_of("intro_sent_at")]
    assert handoff_of(app, handoff_id).intro.sent_way is Way.EMAIL


@pytest.mark.parametrize(
    ("typed", "field", "says"),
    [
        ({"intro_sent_at": seconds(WEDNESDAY + HOUR)}, "intro_sent_at", "still to come"),
        ({"intro_sent_at": seconds(WEDNESDAY - 90 * HOUR)}, "intro_sent_at", "the signature"),
        ({"cs_before": "csm"}, "csm_wrote_at", "Choose a date."),
        (
            {"cs_before": "csm", "csm_wrote_at": seconds(WEDNESDAY)},
            "csm_way",
            "Choose",
        ),
        (
            {"cs_before": "csm", "csm_wrote_at": seconds(WEDNESDAY), "csm_way": "chat"},
            "csm_wrote_at",
            "not before the intro",
        ),
    ],
)
def test_what_cannot_be_gets_a_sentence_at_its_field(
    app: App, typed: dict[str, Any], field: str, says: str
) -> None:
    handoff_id = read(app)
    form = opened(app, AE, ActionId.MARK_INTRO_SENT, handoff_id)
    usual = {"intro_sent_at": seconds(WEDNESDAY), "intro_way": "email", "cs_before": "no"}
    reply = app.submit(AE, form.type(**{**usual, **typed}))
    assert list(reply.errors) == [form.block_of(field)]
    assert says in reply.errors[form.block_of(field)]
    assert handoff_of(app, handoff_id).intro.sent_at is None


def test_one_recorded_by_mistake_is_taken_back_and_the_thread_hears_it(app: App) -> None:
    handoff_id = read(app)
    mark(app, handoff_id, WEDNESDAY)
    assert mark(app, handoff_id, WEDNESDAY, take_back=["taken_back"]).body == {}
    assert handoff_of(app, handoff_id).intro.sent_at is None
    assert states(app, handoff_id)[Step.INTRO] is DeadlineState.OPEN
    assert told(app, "intro_not_sent") == [None]


def test_a_manager_records_it_with_a_reason_and_reads_no_draft(app: App) -> None:
    handoff_id = read(app)
    save(app, editor(app, handoff_id), DRAFT)
    assert "Record intro for its sender" in str(page_of(app, AE_MANAGER, handoff_id))
    form = opened(app, AE_MANAGER, ActionId.MARK_INTRO_SENT, handoff_id)
    assert "zzdraftzz" not in str(form.view)
    assert mark(app, handoff_id, WEDNESDAY, by=AE_MANAGER).errors
    reply = mark(app, handoff_id, WEDNESDAY, by=AE_MANAGER, reason="Maya is on leave.")
    assert reply.body == {}
    assert told(app, "recorded_for") == [app.team.ae.id]
    small = read(app, LIGHT)
    reply = mark(app, small, WEDNESDAY, by=CS_MANAGER, reason="Jonas is on a plane.")
    assert reply.body == {}
    assert told(app, "recorded_for") == [app.team.ae.id, app.team.csm.id]


def test_in_a_light_deal_the_csm_writes_and_sends_it(app: App) -> None:
    handoff_id = read(app, LIGHT)
    assert "is up to Jonas" in app.press(AE, ActionId.OPEN_INTRO, Ref(handoff=handoff_id)).sentence
    save(app, editor(app, handoff_id, by=CSM), DRAFT, by=CSM)
    assert mark(app, handoff_id, WEDNESDAY, by=CSM).body == {}
    assert handoff_of(app, handoff_id).intro.sent_at == WEDNESDAY


def test_two_who_mark_it_at_once_record_it_once(app: App) -> None:
    handoff_id = read(app)
    forms = [opened(app, AE, ActionId.MARK_INTRO_SENT, handoff_id) for _ in range(2)]
    typed = {"intro_way": "email", "cs_before": "no"}
    together(*(lambda form=form: app.submit(AE, form.type(**typed)) for form in forms))
    assert app.events(handoff_id).count("intro.sent") == 1
    assert history_is_sound(app, handoff_id)


# --- Who wrote before


def test_a_note_of_the_csm_ends_the_first_contact_and_the_ae_hears_of_it(
    app: App, clock: FixedClock
) -> None:
    handoff_id = read(app)
    clock.advance(3 * HOUR)
    with app.store.read(app.team.workspace_id) as unit:
        before = {one.step: one.due_at for one in unit.deadlines.of(handoff_id)}
    assert note(app, handoff_id, WEDNESDAY + HOUR).body == {}
    handoff = handoff_of(app, handoff_id)
    assert handoff.intro.first_contact_at == WEDNESDAY + HOUR
    assert set(handoff.breakdowns) == {Breakdown.CS_WROTE_FIRST}
    assert told(app, "csm_wrote") == [app.team.ae.id]
    with app.store.read(app.team.workspace_id) as unit:
        after = {one.step: one for one in unit.deadlines.of(handoff_id)}
    assert after[Step.INTRO].state is DeadlineState.OPEN
    assert after[Step.INTRO].due_at > before[Step.INTRO]
    assert "That is the first contact; the intro stays due." in editor(app, handoff_id).words
    # The form after the intro does not ask again.
    form = opened(app, AE, ActionId.MARK_INTRO_SENT, handoff_id)
    assert Field.CS_BEFORE not in str(form.view)
    assert "The CSM recorded that they wrote before" in form.words
    assert app.submit(AE, form.type(intro_way="email")).body == {}
    assert handoff_of(app, handoff_id).intro.csm_wrote_at == WEDNESDAY + HOUR


def test_a_note_is_corrected_and_taken_back(app: App, clock: FixedClock) -> None:
    handoff_id = read(app)
    clock.advance(3 * HOUR)
    note(app, handoff_id, WEDNESDAY + HOUR)
    assert note(app, handoff_id, WEDNESDAY + 2 * HOUR, wrote_way="chat").body == {}
    wrote = handoff_of(app, handoff_id).intro.wrote(Side.CSM)
    assert wrote == Contacted(WEDNESDAY + 2 * HOUR, Way.CHAT)
    taken = note(app, handoff_id, WEDNESDAY + 2 * HOUR, take_back=["taken_back"])
    assert taken.body == {}
    assert handoff_of(app, handoff_id).intro.wrote(Side.CSM) is None
    assert handoff_of(app, handoff_id).breakdowns == {}


def test_a_note_of_the_ae_ends_nothing_and_asks_whether_it_was_the_intro(app: App) -> None:
    handoff_id = read(app)
    assert "Was it the intro" in opened(app, AE, ActionId.OPEN_CONTACT, handoff_id).words
    assert "Was it the intro" not in opened(app, CSM, ActionId.OPEN_CONTACT, handoff_id).words
    assert note(app, handoff_id, WEDNESDAY, by=AE).body == {}
    handoff = handoff_of(app, handoff_id)
    assert handoff.intro.wrote(Side.AE) is not None
    assert (handoff.intro.first_contact_at, handoff.breakdowns) == (None, {})
    assert told(app, "csm_wrote") == []


def test_the_csm_hears_that_the_ae_says_they_wrote_before_and_may_correct_it(
    app: App, clock: FixedClock
) -> None:
    handoff_id = read(app)
    clock.advance(3 * HOUR)
    csm: dict[str, Any] = {"csm_wrote_at": seconds(WEDNESDAY + HOUR), "csm_way": "phone"}
    sent_at = WEDNESDAY + 2 * HOUR
    assert mark(app, handoff_id, sent_at, cs_before="csm", **csm).body == {}
    assert told(app, "csm_wrote") == [app.team.csm.id]
    taken = note(app, handoff_id, WEDNESDAY + HOUR, take_back=["taken_back"])
    assert taken.body == {}
    handoff = handoff_of(app, handoff_id)
    assert handoff.intro.first_contact_at == sent_at
    assert handoff.breakdowns == {}


def test_before_the_signature_and_before_a_csm_there_is_little_to_do(app: App) -> None:
    handoff_id = posted(app.store, app.team)
    assert note(app, handoff_id, WEDNESDAY, by=AE).body == {}
    assert ActionId.OPEN_INTRO not in str(page_of(app, AE, handoff_id))
