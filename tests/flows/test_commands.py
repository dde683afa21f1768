"""What is typed behind `/handoff`, and where: one sentence each, before any form."""

from datetime import date, timedelta

import pytest

from bot.domain.handoff import State
from bot.storage.people import PersonFacts
from bot.views.payload import Ref
from tests.builders import Deal, FixedClock, signed, started
from tests.flows.app import App, Modal
from tests.flows.slack import DEAL, Json, SlackByHand, account
from tests.views.shown import pieces

AE, CSM, CS_MANAGER, AE_MANAGER = "UAE", "UCSM", "UCS_MANAGER", "UAE_MANAGER"
ELSEWHERE = "C0ELSEWHERE"


def opens_no_form(app: App, text: str = "", *, channel: str = DEAL) -> str:
    """The one sentence that was answered, in the acknowledgement itself and to one person."""
    before = app.rows()
    reply = app.command(AE, text, channel=channel)
    assert (reply.status, reply.body["response_type"]) == (200, "ephemeral")
    assert not app.slack.called("views.open")
    assert app.rows() == before
    return reply.sentence


# --- Words


@pytest.mark.parametrize("text", ["help", " HELP ", "?"])
@pytest.mark.parametrize("channel", [DEAL, "D0AE", "C0NOBODYKNOWS"])
def test_help_is_given_wherever_it_is_asked_for(app: App, text: str, channel: str) -> None:
    opens_no_form(app, text, channel=channel)
    told = "\n".join(pieces(app.command(AE, text, channel=channel).body["blocks"]))
    for line in ("/handoff signed", "/handoff-status", "/handoff help"):
        assert line in told
    assert not app.slack.called("conversations.info")


@pytest.mark.parametrize("text", ["sigend", "new deal", "<!channel>", "x" * 3000])
def test_unknown_words_are_answered_with_what_can_be_typed(app: App, text: str) -> None:
    told = opens_no_form(app, text)
    assert "is not something /handoff knows" in told
    assert "/handoff help" in told
    assert len(told) < 400
    assert "<!" not in told


# --- Places


def test_in_a_direct_message_the_deal_channel_is_named(app: App) -> None:
    assert "Run /handoff there" in opens_no_form(app, channel="D0AE")
    assert not app.slack.called("conversations.info")


def test_a_private_channel_without_the_bot_gets_the_line_to_type(app: App) -> None:
    # Slack tells an app nothing at all of a private channel that it is not in.
    assert "/invite" in opens_no_form(app, channel="G0PRIVATE")


def place(slack: SlackByHand, members: tuple[str, ...] = (), **said: object) -> None:
    slack.channels[ELSEWHERE] = {"id": ELSEWHERE, "name": "deal", "is_member": True, **said}
    slack.members[ELSEWHERE] = [AE, *members]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"is_member": False}, "/invite"),
        ({"is_ext_shared": True}, "shared outside the company"),
        ({"is_pending_ext_shared": True}, "shared outside the company"),
        ({"is_archived": True}, "is archived"),
    ],
    ids=["not inside", "shared", "pending", "archived"],
)
def test_an_unsafe_channel_is_refused_with_what_to_do(
    app: App, slack: SlackByHand, said: Json, told: str
) -> None:
    place(slack, **said)
    assert told in opens_no_form(app, channel=ELSEWHERE)


def test_a_channel_with_a_guest_is_refused_with_what_to_do(app: App, slack: SlackByHand) -> None:
    place(slack, ("U0GUEST",))
    told = opens_no_form(app, channel=ELSEWHERE)
    assert "Use a private channel" in told


def test_a_channel_slack_says_nothing_about_can_be_tried_again(
    app: App, slack: SlackByHand
) -> None:
    place(slack)
    slack.silent = {"conversations.info"}
    reply = app.command(AE, channel=ELSEWHERE)
    assert "Slack did not answer" in reply.sentence
    (again,) = reply.buttons
    assert again["text"]["text"] == "Try again"
    slack.silent = set()
    pressed = app.press(AE, again["action_id"], again["value"], channel=ELSEWHERE)
    assert app.modal(pressed).callback_id == "start"


def test_a_channel_that_turned_unsafe_while_the_form_was_open_takes_no_handoff(app: App) -> None:
    form = app.modal(app.command(AE)).type(
        account="Northwind", value="48000", cs_manager=CS_MANAGER, expected_on="2026-03-10"
    )
    app.slack.channels[DEAL] = {"id": DEAL, "is_member": True, "is_ext_shared": True}
    app.deliver(app.event_body(type="channel_shared", channel=DEAL))
    reply = app.submit(AE, form)
    assert "shared outside" in reply.sentence
    assert reply.errors
    assert not app.rows()["handoff"]


@pytest.mark.parametrize("words", ["", "new", "signed"])
def test_an_unsafe_channel_is_refused_before_anything_of_a_handoff_is_shown(
    app: App, words: str
) -> None:
    started(app.store, app.team)
    app.slack.channels[DEAL] = {"id": DEAL, "is_member": True, "is_ext_shared": True}
    app.deliver(app.event_body(type="channel_shared", channel=DEAL))
    told = opens_no_form(app, words)
    assert "shared outside" in told
    assert "Northwind" not in told


# --- Handoffs that stand in the channel


def test_with_an_open_handoff_it_is_shown_with_its_next_step_and_the_way_to_another(
    app: App,
) -> None:
    handoff_id = signed(app.store, app.team)
    reply = app.command(AE)
    assert "Northwind Robotics" in reply.sentence
    assert [one["action_id"] for one in reply.buttons] == ["preview_message", "start_another"]
    assert reply.buttons[0]["value"] == Ref(handoff=handoff_id).dump()
    another = app.press(AE, "start_another", reply.buttons[-1]["value"])
    assert app.modal(another).callback_id == "start"
    assert app.modal(app.command(AE, "new")).callback_id == "start"


def test_two_handoffs_in_one_channel_are_both_shown(app: App) -> None:
    signed(app.store, app.team)
    started(app.store, app.team, Deal(account="Larkfield Labs"))
    told = app.command(AE)
    assert "Northwind Robotics" in told.sentence
    assert "Larkfield Labs" in told.sentence
    assert len(told.buttons) == 3


def test_signed_without_a_handoff_says_how_to_start_one(app: App) -> None:
    assert "no open handoff in this channel" in opens_no_form(app, "signed")


def test_signed_with_one_handoff_opens_its_form_and_records_it(app: App, clock: FixedClock) -> None:
    handoff_id = started(app.store, app.team)
    form = app.modal(app.command(AE, "signed"))
    assert form.callback_id == "signature"
    at = clock.now() - timedelta(minutes=30)
    answer = app.submit(AE, form.type(signed_at=int(at.timestamp()))).body
    assert answer["view"]["callback_id"] == "whole"  # What is due when is shown at once.
    with app.store.read(app.team.workspace_id) as unit:
        assert unit.handoffs.get(handoff_id).signed_at == at


def test_signed_opens_no_form_that_its_reader_may_not_send(app: App) -> None:
    started(app.store, app.team)
    reply = app.command("UCSM", "signed")
    assert "Recording the signature is up to Maya or Tomás" in reply.sentence
    assert [one["action_id"] for one in reply.buttons] == ["open_handoff"]
    assert not app.slack.called("views.open")


def test_signed_with_two_handoffs_asks_which_one(app: App) -> None:
    signed(app.store, app.team)
    started(app.store, app.team, Deal(account="Larkfield Labs"))
    reply = app.command(AE, "signed")
    assert not app.slack.called("views.open")
    assert [(one["action_id"], one["text"]["text"]) for one in reply.buttons] == [
        ("open_signature", "Correct signature"),
        ("open_signature", "Countersigned"),
    ]
    for button, name in zip(reply.buttons, ("Northwind", "Larkfield"), strict=True):
        chosen = app.modal(app.press(AE, "open_signature", button["value"]))
        assert name in chosen.words


def test_a_cancelled_handoff_stands_in_no_channel(app: App) -> None:
    handoff_id = signed(app.store, app.team)
    form = app.modal(app.press(AE, "open_cancel", Ref(handoff=handoff_id)))
    app.submit(AE, form.type(reason="They chose another vendor."))
    with app.store.read(app.team.workspace_id) as unit:
        assert unit.handoffs.get(handoff_id).state is State.CANCELLED
    assert app.modal(app.command(AE)).callback_id == "start"


def test_status_is_told_wherever_it_is_asked_for_and_posted_in_no_direct_message(
    app: App,
) -> None:
    signed(app.store, app.team)
    reply = app.command(AE, name="/handoff-status", channel="D0AE")
    assert "1 open" in reply.sentence
    assert "status_post" not in [one["action_id"] for one in reply.buttons]
    before = app.rows()
    refused = app.press(AE, "status_post", Ref(), channel="D0AE")
    assert "deal channel" in refused.sentence
    assert app.rows() == before
    assert not app.slack.called("conversations.info")


# --- What was typed into the start form


TYPED = {
    "account": "Northwind & Söhne",
    "value": "48,000",
    "currency": "EUR",
    "ae_manager": AE_MANAGER,
    "csm": CSM,
    "cs_manager": CS_MANAGER,
    "expected_on": "2026-03-20",
    "links": "https://crm.example/1\nhttps://crm.example/2",
}


def filled(app: App, **changed: str | None) -> Modal:
    return app.modal(app.command(AE)).type(**{**TYPED, **changed})


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("value", "a lot"),
        ("value", "48,000,50"),
        ("links", "http://crm.example"),
        ("csm", AE),
        ("expected_on", "2026-03-01"),
    ],
)
def test_a_wrong_field_of_the_start_form_is_named_and_the_rest_stays(
    app: App, field: str, typed: str
) -> None:
    form = filled(app, **{field: typed})
    reply = app.submit(AE, form)
    # Slack leaves a form as it is when it is answered with errors.
    assert (reply.body["response_action"], list(reply.errors)) == ("errors", [form.block_of(field)])
    assert not app.rows()["handoff"]
    assert not app.rows()["received"]
    mended = app.submit(AE, form.type(**{field: TYPED[field]}))
    assert mended.body["view"]["callback_id"] == "brief"


def test_a_value_below_the_smallest_size_keeps_everything_typed_and_offers_the_light_form(
    app: App,
) -> None:
    form = filled(app, value="900.50")
    reply = app.submit(AE, form)
    assert not app.rows()["handoff"]
    # The form stays as it is, with the sentence where the value and the box stand.
    assert list(reply.errors) == [form.block_of("value")]
    assert "Below 15,000 USD the process asks for nothing" in reply.sentence
    assert "“Do the light form anyway”" in reply.sentence

    chosen = app.submit(AE, form.type(light_anyway=["light"]))
    assert chosen.body["view"]["callback_id"] == "brief"
    with app.store.read(app.team.workspace_id) as unit:
        (handoff,) = unit.handoffs.open_in(app.team.channel.id)
    assert (handoff.tier.value, handoff.account) == ("light", TYPED["account"])
    assert (handoff.value.cents, handoff.value.currency) == (900_50, "EUR")
    assert handoff.expected_on == date(2026, 3, 20)
    assert handoff.links == tuple(TYPED["links"].splitlines())


def test_naming_somebody_the_bot_never_met_as_csm_works_and_a_guest_is_refused(
    app: App, slack: SlackByHand
) -> None:
    slack.users["U0NEWCSM"] = account("U0NEWCSM")
    form = filled(app, csm="U0GUEST")
    reply = app.submit(AE, form)
    assert list(reply.errors) == [form.block_of("csm")]
    assert "guest" in reply.sentence
    started_with = app.submit(AE, form.type(csm="U0NEWCSM"))
    assert started_with.body["view"]["callback_id"] == "brief"


def test_managers_left_out_are_those_of_the_ae_and_of_the_proposed_csm(app: App) -> None:
    reply = app.submit(AE, filled(app, cs_manager=None, ae_manager=None))
    assert reply.body["view"]["callback_id"] == "brief"
    with app.store.read(app.team.workspace_id) as unit:
        (handoff,) = unit.handoffs.open_in(app.team.channel.id)
    assert handoff.cs_manager_id == app.team.cs_manager.id
    assert handoff.ae_manager_id == app.team.ae_manager.id


@pytest.mark.parametrize("why", ["nobody proposed", "no manager set", "manager gone"])
def test_without_any_cs_manager_one_is_asked_for(app: App, why: str) -> None:
    with app.store.write(app.team.workspace_id) as unit:
        if why == "no manager set":
            unit.people.set_part(app.team.csm.id, clear_manager=True)
        if why == "manager gone":
            unit.people.ensure(CS_MANAGER, facts=PersonFacts("Priya", "UTC", deactivated=True))
        unit.commit()
    csm = None if why == "nobody proposed" else CSM
    form = filled(app, cs_manager=None, csm=csm)
    reply = app.submit(AE, form)
    assert list(reply.errors) == [form.block_of("cs_manager")]
    assert "Nobody is known as the CS manager" in reply.sentence
    assert not app.rows()["handoff"]


def test_starting_for_somebody_else_says_that_it_has_started(app: App) -> None:
    form = app.modal(app.command(AE_MANAGER)).type(**TYPED, ae=AE)
    view = app.submit(AE_MANAGER, form).body["view"]
    shown = app.screen(view)
    assert "has started" in shown.words
    assert "not done" not in view["title"]["text"]
