"""The size of a deal from the forms to the rows: rates, managers, marks, gate, commitment."""

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from bot.domain.brief import Contact, ContactRole, People
from bot.domain.deadlines import DeadlineState, Step
from bot.domain.handoff import CommitmentAnswer, Handoff
from bot.domain.items import SectionKey
from bot.domain.money import Money, Rate
from bot.domain.people import Role
from bot.domain.policy import Managers, Policy, Tier
from bot.domain.size import Marks
from bot.storage.people import PersonFacts
from bot.views import sentences
from bot.views.ids import ActionId
from bot.views.payload import Ref
from tests.builders import Deal, posted, signed, started
from tests.flows.app import App, Modal, Reply
from tests.flows.slack import account
from tests.views.shown import pieces, seen_text

MAYA, WREN, TOMAS, PRIYA = "UAE", "UREVOPS", "UAE_MANAGER", "UCS_MANAGER"
TODAY = date(2026, 3, 4)


def form(app: App, user: str = MAYA, **typed: str | list[str] | None) -> Modal:
    """The start form as somebody filled it in."""
    modal = app.modal(app.command(user))
    usual = {
        "account": "Northwind Mills",
        "value": "48,000",
        "cs_manager": PRIYA,
        "expected_on": "2026-04-01",
        "ae": MAYA,
    }
    return modal.type(**{**usual, **typed})


def only(app: App) -> Handoff:
    with app.store.read(app.team.workspace_id) as unit:
        (handoff,) = unit.handoffs.open_in(app.team.channel.id)
    return handoff


def get(app: App, handoff_id: int) -> Handoff:
    with app.store.read(app.team.workspace_id) as unit:
        return unit.handoffs.get(handoff_id)


def on_top(reply: Reply) -> str:
    """The first block of the view that follows a form."""
    return "\n".join(pieces(reply.body["view"]["blocks"][0]))


# --- The start form


def test_the_marks_are_kept_and_the_answer_says_what_the_deal_gets(app: App) -> None:
    marks = ["complex_onboarding", "serious_flags", "partner"]
    reply = app.submit(MAYA, form(app, stakeholders=" 4 ", marks=marks))
    told = on_top(reply)
    assert told.startswith("Full handoff · customer success looks in before the close")
    assert "serious red flags or difficult politics" in told
    assert only(app).marks == Marks(4, True, False, True, True)


def test_who_starts_it_for_another_reads_no_private_trigger(app: App) -> None:
    filled = form(app, "UOUTSIDER", marks=["serious_flags"], csm="UCSM")
    told = on_top(app.submit("UOUTSIDER", filled))
    assert "briefing call required (by policy)" in told


@pytest.mark.parametrize("typed", ["three", "-1", "2.5", "1001", "٣"])
def test_what_is_no_number_of_stakeholders_stays_under_its_field(app: App, typed: str) -> None:
    filled = form(app, stakeholders=typed)
    reply = app.submit(MAYA, filled)
    assert list(reply.errors) == [filled.block_of("stakeholders")]


def test_the_commitment_is_prefilled_and_kept(app: App) -> None:
    filled = form(app)
    assert filled.holds("commitment_on") == "2026-03-05"
    app.submit(MAYA, filled)
    assert only(app).commitment_on == date(2026, 3, 5)


@pytest.mark.parametrize(
    ("day", "words"),
    [(None, "Choose a date"), ("2026-03-03", "has passed"), ("2026-04-03", "Choose 2 Apr 2026")],
)
def test_a_commitment_that_is_missing_past_or_late_is_refused(
    app: App, day: str | None, words: str
) -> None:
    filled = form(app, commitment_on=day)
    reply = app.submit(MAYA, filled)
    assert list(reply.errors) == [filled.block_of("commitment_on")]
    assert words in reply.sentence


def test_a_deal_below_the_tiers_needs_no_commitment(app: App) -> None:
    small = form(app, value="900", commitment_on=None)
    app.submit(MAYA, small.type(light_anyway=["light"]))
    assert only(app).commitment_on is None


def test_a_currency_without_a_rate_is_asked_for_its_rate_on_the_same_form(app: App) -> None:
    first = form(app, value="28,000", currency="other")
    again = app.updated(first, app.submit(MAYA, first).body["view"])
    assert again.holds("account") == "Northwind Mills"
    assert "4 Mar 2026" in again.words
    wrong = app.submit(MAYA, again.type(other_currency="francs", rate="1.1"))
    assert list(wrong.errors) == [again.block_of("other_currency")]
    wrong = app.submit(MAYA, again.type(other_currency="CHF", rate="about one"))
    assert list(wrong.errors) == [again.block_of("rate")]
    app.submit(MAYA, again.type(other_currency="chf", rate="1.1"))
    handoff = only(app)
    assert (handoff.value, handoff.tier) == (Money(2_800_000, "CHF"), Tier.FULL)
    assert handoff.rate == Rate(Decimal("1.1"), TODAY)
    opened = app.modal(app.press(MAYA, ActionId.OPEN_HANDOFF, Ref(handoff=handoff.id)))
    assert "Judged at 1 CHF = 1.1 USD (rate of 4 Mar 2026)." in opened.words


def test_a_currency_of_the_table_that_is_typed_has_the_tables_rate(app: App) -> None:
    first = form(app, currency="other")
    again = app.updated(first, app.submit(MAYA, first).body["view"])
    app.submit(MAYA, again.type(other_currency="EUR", rate="7"))
    assert only(app).rate == Rate(Decimal("1.08"), date(2026, 1, 2))


# --- Who the managers are


def test_without_names_the_managers_are_those_of_ae_and_proposed_csm(app: App) -> None:
    app.submit(MAYA, form(app, cs_manager=None, ae_manager=None, csm="UCSM"))
    handoff = only(app)
    assert handoff.cs_manager_id == app.team.cs_manager.id
    assert handoff.ae_manager_id == app.team.ae_manager.id


def test_a_name_on_the_form_goes_before_every_other(open_app: Callable[..., App]) -> None:
    app = open_app(policy=Policy(managers=Managers(ae="UOUTSIDER", cs="UOUTSIDER")))
    app.submit(MAYA, form(app, cs_manager=WREN, ae_manager=WREN, csm="UCSM"))
    handoff = only(app)
    assert {handoff.cs_manager_id, handoff.ae_manager_id} == {app.team.revops.id}


def test_where_nobody_else_names_one_the_policys_is_met_and_taken(
    open_app: Callable[..., App],
) -> None:
    app = open_app(policy=Policy(managers=Managers(ae="U0NEW", cs="U0NEW")))
    app.slack.users["U0NEW"] = account("U0NEW")
    with app.store.write(app.team.workspace_id) as unit:
        unit.people.set_part(app.team.ae.id, clear_manager=True)
        unit.commit()
    app.submit(MAYA, form(app, cs_manager=None, ae_manager=None))
    handoff = only(app)
    with app.store.read(app.team.workspace_id) as unit:
        met = unit.people.by_slack_id("U0NEW")
    assert met is not None
    assert handoff.cs_manager_id == handoff.ae_manager_id == met.id


@pytest.mark.parametrize("named", ["", "U0NOBODY", "U0GUEST"])
def test_without_any_cs_manager_one_sentence_refuses(
    open_app: Callable[..., App], named: str
) -> None:
    app = open_app(policy=Policy(managers=Managers(cs=named)))
    filled = form(app, cs_manager=None)
    reply = app.submit(MAYA, filled)
    assert list(reply.errors) == [filled.block_of("cs_manager")]
    assert "Choose who assigns the CSM" in reply.sentence


@pytest.mark.parametrize("field", ["ae_manager", "cs_manager"])
def test_the_ae_is_refused_as_a_manager_of_their_own_deal(app: App, field: str) -> None:
    reply = app.submit(MAYA, filled := form(app, **{field: MAYA}))
    assert list(reply.errors) == [filled.block_of(field)]
    assert "The AE is no manager of their own deal" in reply.sentence


@pytest.mark.parametrize("managed", [True, False])
def test_where_the_policy_names_the_ae_their_own_manager_or_revops_is_taken(
    open_app: Callable[..., App], managed: bool
) -> None:
    app = open_app(policy=Policy(managers=Managers(ae=MAYA, cs=MAYA)))
    if not managed:
        with app.store.write(app.team.workspace_id) as unit:
            unit.people.set_part(app.team.ae.id, clear_manager=True)
            unit.commit()
    app.submit(MAYA, form(app, cs_manager=None, ae_manager=None))
    handoff = only(app)
    expected = app.team.ae_manager if managed else app.team.revops
    assert handoff.ae_manager_id == handoff.cs_manager_id == expected.id


# --- Change deal


def change_form(app: App, handoff_id: int, **typed: str | list[str]) -> Modal:
    opened = app.modal(app.press(MAYA, ActionId.OPEN_DEAL, Ref(handoff=handoff_id)))
    return opened.type(**typed)


def test_the_command_opens_the_form_with_what_the_deal_is(app: App) -> None:
    started(app.store, app.team, Deal(value=Money(4_800_050, "EUR")))
    modal = app.modal(app.command(MAYA, "deal"))
    assert modal.callback_id == "deal"
    assert (modal.holds("value"), modal.holds("currency")) == ("48000.5", "EUR")
    refused = app.command(TOMAS, "deal")
    assert "is up to Maya" in refused.sentence
    assert labels(refused) == ["Open handoff"]


def test_of_several_deals_the_command_asks_which(app: App) -> None:
    started(app.store, app.team)
    started(app.store, app.team, Deal(account="Larkfield Labs"))
    asked = app.command(MAYA, "deal")
    assert "Which deal changed?" in asked.sentence
    assert "Larkfield Labs" in str(asked.body["blocks"])
    assert {one["action_id"] for one in asked.buttons} == {ActionId.OPEN_DEAL}


def test_a_changed_value_gives_another_tier_and_its_steps(app: App) -> None:
    handoff_id = started(app.store, app.team)
    app.submit(MAYA, change_form(app, handoff_id, value="20,000"))
    handoff = get(app, handoff_id)
    assert (handoff.tier, handoff.completeness.counted) == (Tier.LIGHT, 7)
    assert "deal.changed" in app.events(handoff_id)
    with app.store.read(app.team.workspace_id) as unit:
        states = {one.step: one.state for one in unit.deadlines.of(handoff_id)}
    assert states[Step.ALIGNMENT] is DeadlineState.DROPPED
    opened = app.modal(app.press(MAYA, ActionId.OPEN_HANDOFF, Ref(handoff=handoff_id)))
    assert "Align with customer success" not in opened.words


def test_a_posted_deal_tells_its_thread_the_tier_and_the_card_follows(app: App) -> None:
    handoff_id = posted(app.store, app.team)
    before = app.rows()
    app.submit(MAYA, change_form(app, handoff_id, value="20,000", marks=["serious_flags"]))
    said = set(app.rows()["outbox"]) - set(before["outbox"])
    # Below the card, and to the CS manager, who has the handoff to assign.
    assert len(said) == 2
    assert all("tier_changed" in one for one in said)
    assert app.rows()["surface"] != before["surface"]


def test_below_the_tiers_the_value_is_refused_beside_the_box(app: App) -> None:
    handoff_id = signed(app.store, app.team)
    small = change_form(app, handoff_id, value="900")
    reply = app.submit(MAYA, small)
    assert list(reply.errors) == [small.block_of("value")]
    assert get(app, handoff_id).tier is Tier.FULL
    app.submit(MAYA, small.type(light_anyway=["light"]))
    assert get(app, handoff_id).tier is Tier.LIGHT
    again = change_form(app, handoff_id)
    assert again.holds("light_anyway")


def test_a_value_that_fell_below_the_tiers_is_recorded_where_that_is_ticked(app: App) -> None:
    handoff_id = signed(app.store, app.team)
    small = change_form(app, handoff_id, value="900", marks=["complex_onboarding"])
    refused = str(app.submit(MAYA, small).errors)
    assert "asks for nothing" in refused
    assert "“Go on without it”" in refused
    assert "Offered: customer success looks in before the close" in refused
    both = app.submit(MAYA, small.type(light_anyway=["light", "nothing"]))
    assert "not both" in both.errors[small.block_of("light_anyway")]
    assert get(app, handoff_id).tier is Tier.FULL
    assert app.submit(MAYA, small.type(value="800", light_anyway=["nothing"])).body == {}
    handoff = get(app, handoff_id)
    assert (handoff.value, handoff.tier) == (Money(80_000, "USD"), Tier.NONE)
    assert handoff.gate_at is None
    with app.store.read(app.team.workspace_id) as unit:
        states = {one.state for one in unit.deadlines.of(handoff_id)}
        assert not unit.drifted(handoff_id)
    assert states == {DeadlineState.DROPPED}
    page = app.modal(app.press(MAYA, ActionId.OPEN_HANDOFF, Ref(handoff=handoff_id))).words
    assert "below the smallest tier, nothing is asked" in page
    assert "offered: customer success looks in before the close (complex onboarding)" in page
    # It comes back with a larger value.
    app.submit(MAYA, change_form(app, handoff_id, value="48,000"))
    with app.store.read(app.team.workspace_id) as unit:
        found = {one.step: one.state for one in unit.deadlines.of(handoff_id)}
    assert found[Step.BRIEF] is DeadlineState.OPEN
    # The light form is one tick away, also later.
    again = change_form(app, handoff_id, value="900")
    app.submit(MAYA, again.type(light_anyway=["light"]))
    assert get(app, handoff_id).tier is Tier.LIGHT


def test_a_rate_of_its_own_stays_in_the_form_of_the_change(app: App) -> None:
    handoff_id = signed(app.store, app.team)
    first = change_form(app, handoff_id, value="7,000,000", currency="other")
    again = app.updated(first, app.submit(MAYA, first).body["view"])
    app.submit(MAYA, again.type(other_currency="JPY", rate="0.00667"))
    assert get(app, handoff_id).value == Money(700_000_000, "JPY")
    later = change_form(app, handoff_id, marks=["strategic"])
    assert (later.holds("other_currency"), later.holds("rate")) == ("JPY", "0.00667")
    app.submit(MAYA, later)
    handoff = get(app, handoff_id)
    assert handoff.marks.strategic
    assert handoff.rate == Rate(Decimal("0.00667"), TODAY)


def test_a_forged_currency_is_refused_at_its_field(app: App) -> None:
    handoff_id = signed(app.store, app.team)
    filled = change_form(app, handoff_id)
    body = app.submit_body(MAYA, filled)
    forged = json.loads(json.dumps(body).replace('"value": "USD"', '"value": "XYZ"'))
    assert "no rate" in app.deliver(forged).sentence


# --- Before the signature


def test_a_new_date_is_kept_and_told_in_the_history(app: App) -> None:
    handoff_id = started(app.store, app.team)
    modal = app.modal(app.press(MAYA, ActionId.OPEN_NEW_DATE, Ref(handoff=handoff_id)))
    past = app.submit(MAYA, modal.type(expected_on="2026-03-03"))
    assert "has passed" in past.sentence
    app.submit(MAYA, modal.type(expected_on="2026-04-20"))
    assert get(app, handoff_id).expected_on == date(2026, 4, 20)
    assert app.events(handoff_id)[-1] == "signature.expected"


def test_the_alignment_is_recorded_with_a_colleague_the_bot_never_met(app: App) -> None:
    handoff_id = started(app.store, app.team)
    app.slack.users["U0NEW"] = account("U0NEW")
    modal = app.modal(app.press(MAYA, ActionId.OPEN_ALIGNMENT, Ref(handoff=handoff_id)))
    assert modal.holds("cs_contact") == "UCSM"
    assert modal.holds("aligned_on") == "2026-03-04"
    wrong = app.submit(MAYA, modal.type(cs_contact="U0GUEST"))
    assert "full member" in wrong.sentence
    app.submit(MAYA, modal.type(cs_contact="U0NEW"))
    assert get(app, handoff_id).aligned_on == TODAY
    opened = app.modal(app.press(MAYA, ActionId.OPEN_HANDOFF, Ref(handoff=handoff_id)))
    assert "Aligned with customer success on 4 Mar 2026" in opened.words


def test_after_the_signature_both_are_refused_with_a_sentence(app: App) -> None:
    handoff_id = started(app.store, app.team)
    forms = [
        app.modal(app.press(MAYA, action, Ref(handoff=handoff_id))).type(**typed)
        for action, typed in (
            (ActionId.OPEN_NEW_DATE, {"expected_on": "2026-04-20"}),
            (ActionId.OPEN_ALIGNMENT, {"cs_contact": "UCSM"}),
        )
    ]
    with app.store.write(app.team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        handoff.countersign(unit.now, by=app.team.ae, at=unit.now, ae=app.team.ae)
        unit.save(handoff, actor_id=app.team.ae.id)
        unit.commit()
    for filled in forms:
        assert "The signature is recorded" in app.submit(MAYA, filled).sentence


def test_what_is_written_is_captured_and_the_champions_strength_is_copied(app: App) -> None:
    handoff_id = started(app.store, app.team)
    brief = app.modal(app.press(MAYA, ActionId.WRITE_BRIEF, Ref(handoff=handoff_id)))
    ref = Ref(handoff=handoff_id, thing="people", revision=0)
    people = app.modal(app.press(MAYA, ActionId.WRITE_BRIEF, Ref(handoff=handoff_id)))
    assert brief.callback_id == people.callback_id == "brief"
    step = app.press(MAYA, ActionId.BRIEF_GO, ref, modal=brief)
    shown = app.updated(brief, app.slack.called("views.update")[-1]["view"])
    assert step.status == 200
    editor = app.modal(app.press(MAYA, ActionId.CONTACT_ADD, ref, modal=shown))
    filled = editor.type(name="Ilse Brandt", contact_roles=["champion"], strength="5")
    assert not app.submit(MAYA, filled).errors
    assert get(app, handoff_id).strength == 5


# --- The commitment


@pytest.mark.parametrize(
    ("action", "answer", "words"),
    [
        (ActionId.COMMITMENT_DONE, CommitmentAnswer.DONE, "was kept"),
        (ActionId.COMMITMENT_NOT_DONE, CommitmentAnswer.NOT_DONE, "was not kept"),
        (ActionId.COMMITMENT_CANCELLED, CommitmentAnswer.CANCELLED, "is cancelled"),
    ],
)
def test_the_ae_manager_answers_with_one_press_and_once(
    app: App, action: ActionId, answer: CommitmentAnswer, words: str
) -> None:
    handoff_id = signed(app.store, app.team, Deal(commitment_on=date(2026, 3, 5)))
    assert words in app.press(TOMAS, action, Ref(handoff=handoff_id)).sentence
    assert get(app, handoff_id).commitment_answer is answer
    assert get(app, handoff_id).open
    again = app.press(TOMAS, ActionId.COMMITMENT_DONE, Ref(handoff=handoff_id))
    assert "done already" in again.sentence
    # It stands with the handoff, for who may read reasons.
    for reader, reads in ((MAYA, True), (TOMAS, True), ("UOUTSIDER", False)):
        page = app.modal(app.press(reader, ActionId.OPEN_HANDOFF, Ref(handoff=handoff_id))).words
        assert (f"by 5 Mar 2026: {sentences.deal.COMMITMENT[answer]}." in page) is reads


# --- The closed-won gate


def labels(reply: Reply) -> list[str]:
    return [str(one["text"]["text"]) for one in reply.buttons]


def test_the_gate_shows_where_it_stands_and_what_each_may_do(app: App) -> None:
    signed(app.store, app.team)
    mine, theirs = app.command(MAYA, "gate"), app.command("UOUTSIDER", "gate")
    assert "Not yet to be closed as won. Missing: a brief that is ready" in mine.sentence
    assert labels(mine) == ["Record call"]
    assert labels(app.command(TOMAS, "gate")) == ["Record call", "Override gate"]
    assert labels(theirs) == []


def test_a_recorded_call_opens_the_gate_of_a_brief_that_is_past_its_own(app: App) -> None:
    handoff_id = posted(app.store, app.team)
    assert "a call of AE, CSM and champion" in app.command(MAYA, "gate").sentence
    modal = app.modal(app.press(MAYA, ActionId.OPEN_CALL, Ref(handoff=handoff_id)))
    assert modal.holds("call_cs") == "UCSM"
    assert modal.holds("call_sales") == MAYA
    assert modal.holds("call_champion") == "1"
    shown = app.screen(app.submit(MAYA, modal).body["view"])
    assert "🟢 The deal may be closed as won." in shown.words
    assert "🟢 The deal may be closed as won." in app.command(MAYA, "gate").sentence
    call = get(app, handoff_id).call
    assert call is not None
    assert (call.customer, call.champion) == ("", 1)
    again = app.modal(app.press(MAYA, ActionId.OPEN_CALL, Ref(handoff=handoff_id)))
    assert again.holds("call_at") == call.at.timestamp()
    app.submit(MAYA, again.type(call_sales=TOMAS))
    again = app.modal(app.press(MAYA, ActionId.OPEN_CALL, Ref(handoff=handoff_id)))
    assert again.holds("call_sales") == TOMAS


def gate_words(app: App) -> str:
    """All that is read of the gate, not only what is pushed."""
    return seen_text(app.command(MAYA, "gate").body["blocks"])


def change_people(app: App, handoff_id: int, *contacts: Contact) -> None:
    with app.store.write(app.team.workspace_id) as unit:
        unit.handoffs.lock(handoff_id)
        people, by = People(contacts=contacts), app.team.ae.id
        unit.brief.save_section(handoff_id, SectionKey.PEOPLE, people, by=by, at=unit.now)
        unit.commit()


def test_a_call_stays_with_the_champion_whatever_they_are_called_and_ends_with_the_part(
    app: App,
) -> None:
    handoff_id = posted(app.store, app.team)
    form = app.modal(app.press(MAYA, ActionId.OPEN_CALL, Ref(handoff=handoff_id)))
    app.submit(MAYA, form)
    champion = (ContactRole.CHAMPION,)
    change_people(app, handoff_id, Contact(id=1, name="Ilse Vogel", roles=champion))
    told = gate_words(app)
    assert "🟢 The deal may be closed as won." in told
    assert "with Ilse Vogel" in told
    form = app.modal(app.press(MAYA, ActionId.OPEN_CALL, Ref(handoff=handoff_id)))
    ruth = Contact(id=2, name="Ruth Grel", roles=champion)
    change_people(app, handoff_id, Contact(id=1, name="Ilse Vogel"), ruth)
    assert "does not count without the champion, Ruth Grel" in gate_words(app)
    refused = app.submit(MAYA, form)
    assert "changed this while the form was open" in refused.errors[form.block_of("call_champion")]
    app.submit(MAYA, app.modal(app.press(MAYA, ActionId.OPEN_CALL, Ref(handoff=handoff_id))))
    assert "🟢 The deal may be closed as won." in app.command(MAYA, "gate").sentence


def test_a_call_before_the_brief_names_a_champion_does_not_count_yet(app: App) -> None:
    handoff_id = signed(app.store, app.team)
    assert "a call counts once it does" in gate_words(app)
    form = app.modal(app.press(MAYA, ActionId.OPEN_CALL, Ref(handoff=handoff_id)))
    assert "no champion yet" in form.words
    assert app.submit(MAYA, form).errors
    app.submit(MAYA, form.type(call_customer="Ilse Brandt"))
    told = gate_words(app)
    assert "with Ilse Brandt" in told
    assert "so the call does not count" in told


def test_the_ae_manager_overrides_it_with_a_reason_for_few(app: App) -> None:
    handoff_id = signed(app.store, app.team)
    modal = app.modal(app.press(TOMAS, ActionId.OPEN_CLOSED_WON, Ref(handoff=handoff_id)))
    sent = app.submit(TOMAS, modal.type(reason="Their board meets today."))
    assert "Tomás overrode the gate" in app.screen(sent.body["view"]).words
    told = app.command(MAYA, "gate").sentence
    assert "Tomás overrode the gate. Still missing:" in told
    assert "board" not in told
    page = app.modal(app.press(MAYA, ActionId.OPEN_HANDOFF, Ref(handoff=handoff_id)))
    assert "Their board meets today." in page.words
    assert "let through without its closed-won gate" in page.words
    other = app.modal(app.press("UOUTSIDER", ActionId.OPEN_HANDOFF, Ref(handoff=handoff_id)))
    assert "Their board meets today." not in other.words
    assert "without its closed-won gate" not in other.words
    assert "Override gate" not in labels(app.command(TOMAS, "gate"))


def test_an_open_gate_is_not_overridden(app: App) -> None:
    handoff_id = signed(app.store, app.team)
    modal = app.modal(app.press(TOMAS, ActionId.OPEN_CLOSED_WON, Ref(handoff=handoff_id)))
    small = change_form(app, handoff_id, value="900")
    app.submit(MAYA, small.type(light_anyway=["light"]))
    assert "nothing is asked" in app.command(MAYA, "gate").sentence
    refused = app.submit(TOMAS, modal.type(reason="To be sure."))
    assert "open already" in refused.sentence


def test_revops_overrides_where_there_is_no_ae_manager(app: App) -> None:
    with app.store.write(app.team.workspace_id) as unit:
        unit.people.ensure("URULES", facts=PersonFacts("Rhea"))
        rhea = unit.people.by_slack_id("URULES")
        assert rhea is not None
        unit.people.set_part(rhea.id, roles={Role.REVOPS})
        unit.people.set_part(app.team.ae.id, clear_manager=True)
        unit.commit()
    app.submit(MAYA, form(app, ae_manager=None))
    assert only(app).ae_manager_id is None
    assert "Override gate" in labels(app.command("URULES", "gate"))


# --- Who reads the private mark


def test_the_private_mark_is_read_by_ae_csm_and_cs_manager_alone(app: App) -> None:
    app.submit(MAYA, form(app, value="20,000", marks=["serious_flags"]))
    handoff_id = only(app).id
    with app.store.write(app.team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        handoff.csm_id = app.team.csm.id
        unit.save(handoff, actor_id=None)
        unit.commit()
    words = "serious red flags or difficult politics"
    for user, reads in (
        (MAYA, True),
        ("UCSM", True),
        (PRIYA, True),
        (TOMAS, False),
        (WREN, False),
        ("UOUTSIDER", False),
    ):
        page = app.modal(app.press(user, ActionId.OPEN_HANDOFF, Ref(handoff=handoff_id)))
        assert (words in page.words) is reads, user
        assert ("briefing call required (by policy)" in page.words) is not reads, user


def test_a_signature_that_slips_takes_the_day_of_the_commitment_along(app: App) -> None:
    deal = Deal(expected_on=date(2026, 3, 12), commitment_on=date(2026, 3, 13))
    handoff_id = started(app.store, app.team, deal)
    asked = app.modal(app.press(MAYA, ActionId.OPEN_NEW_DATE, Ref(handoff=handoff_id)))
    assert app.submit(MAYA, asked.type(expected_on="2026-03-20")).body == {}
    handoff = only(app)
    assert (handoff.expected_on, handoff.commitment_on) == (date(2026, 3, 20), date(2026, 3, 23))
