"""Out of a channel that others can read: a private one is made, or another is chosen."""

import re
from datetime import timedelta

import pytest

from bot.domain.errors import Invalid, Problem
from bot.domain.history import Tag
from bot.domain.notices import NoticeKind
from bot.slack_calls import BEFORE_ANSWER
from bot.storage.channels import ChannelFacts
from bot.storage.tables import outbox
from bot.views import sentences
from bot.views.payload import Ref
from tests.builders import assigned, started
from tests.flows.app import App, Modal, Reply
from tests.flows.slack import DEAL, Json

AE, CSM, CS_MANAGER, AE_MANAGER, REVOPS = "UAE", "UCSM", "UCS_MANAGER", "UAE_MANAGER", "UREVOPS"
MAKE, MOVE = "open_make_channel", "open_move"
ELSEWHERE = "C0ELSEWHERE"
DM = "D0AE"


def unsafe(app: App, **said: bool) -> None:
    """The deal channel as others can read it."""
    facts = ChannelFacts(name="deal-northwind", bot_inside=True, **(said or {"shared": True}))
    with app.store.write(app.team.workspace_id) as unit:
        unit.channels.ensure(DEAL, facts=facts)
        unit.commit()


def place(
    app: App, slack_id: str = ELSEWHERE, members: tuple[str, ...] = (), **said: object
) -> None:
    """Another channel, as Slack tells of it."""
    known = {"id": slack_id, "name": "elsewhere", "is_member": True, **said}
    app.slack.channels[slack_id] = known
    app.slack.members[slack_id] = [AE, *members]


def notices(app: App, kind: NoticeKind) -> list[Json]:
    with app.store.database.reading() as connection:
        rows = connection.execute(outbox.select().where(outbox.c.kind == kind.value))
        return [dict(row) for row in rows.mappings()]


def brought_in(app: App) -> set[int]:
    return {row["person_id"] for row in notices(app, NoticeKind.MEMBER_INVITE)}


def lives_in(app: App, handoff_id: int) -> str:
    with app.store.read(app.team.workspace_id) as unit:
        return unit.channels.get(unit.handoffs.get(handoff_id).channel_id).slack_id


def make(app: App, handoff_id: int, user: str = AE, name: str | None = None) -> Reply:
    """*Make private channel* in a DM, and its form sent."""
    form = app.modal(app.press(user, MAKE, Ref(handoff=handoff_id), channel=DM))
    return app.submit(user, form if name is None else form.type(channel_name=name))


def moved(app: App, handoff_id: int, chosen: str, user: str = AE) -> Reply:
    form = app.modal(app.press(user, MOVE, Ref(handoff=handoff_id), channel=DM))
    return app.submit(user, form.type(channel=chosen))


# --- A private channel


@pytest.mark.parametrize("said", [{"shared": True}, {"pending": True}, {"guests": True}])
def test_where_handoff_is_refused_a_private_channel_is_offered(
    app: App, said: dict[str, bool]
) -> None:
    unsafe(app, **said)
    refused = app.command(AE)
    (offered,) = refused.buttons
    assert (offered["action_id"], offered["text"]["text"]) == (MAKE, "Make private channel")
    form = app.modal(app.press(AE, MAKE, offered["value"]))
    assert form.holds("channel_name") == "deal-northwind-internal"
    reply = app.submit(AE, form)
    start = app.screen(reply.body["view"])
    assert start.callback_id == "start"
    assert brought_in(app) == {app.team.ae.id}
    typed = {"account": "Harbor Mills", "value": "48000", "cs_manager": CS_MANAGER, "csm": CSM}
    app.submit(AE, start.type(**typed, signed_at=1_772_614_800))
    (made,) = [one for one in app.slack.channels.values() if one["name"].endswith("-internal")]
    assert lives_in(app, 1) == made["id"]
    team = app.team
    assert brought_in(app) == {team.ae.id, team.csm.id, team.cs_manager.id, team.ae_manager.id}


def test_in_other_refusals_nothing_is_offered(app: App) -> None:
    unsafe(app, archived=True)
    assert app.command(AE).buttons == []


def test_an_open_handoff_moves_to_the_channel_made_for_it(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    unsafe(app)
    with app.store.read(app.team.workspace_id) as unit:
        owed = unit.deadlines.of(handoff_id)
    reply = make(app, handoff_id)
    (made,) = app.slack.called("conversations.create")
    assert made["name"] == "deal-northwind-internal"
    assert made["is_private"]
    assert "#deal-northwind-internal now" in str(reply.body["view"]["blocks"])
    assert lives_in(app, handoff_id) != DEAL
    assert app.events(handoff_id)[-1] == Tag.MOVED
    team = app.team
    assert brought_in(app) == {team.ae.id, team.cs_manager.id, team.ae_manager.id}
    invited = [row["channel_id"] for row in notices(app, NoticeKind.CSM_INVITE)]
    with app.store.read(team.workspace_id) as unit:
        assert unit.handoffs.get(handoff_id).channel_id in invited
        assert unit.deadlines.of(handoff_id) == owed


def test_listener_and_lead_are_neither_brought_in_nor_promised_to_be(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    team = app.team
    with app.store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        handoff.listener_id, handoff.lead_id = team.revops.id, team.outsider.id
        unit.save(handoff, actor_id=None)
        unit.commit()
    unsafe(app)
    for ref in (Ref(handoff=handoff_id), Ref()):
        form = app.modal(app.press(AE, MAKE, ref, channel=DM))
        assert "both managers" in form.words
        assert not re.search("listener|lead|everybody|everyone", form.words)
    make(app, handoff_id)
    assert brought_in(app) == {team.ae.id, team.cs_manager.id, team.ae_manager.id}
    # The lead, who has no other role, finds it in the private channel all the same.
    found = app.modal(app.command("UOUTSIDER", name="/handoff-status", channel=DM))
    assert "Northwind Robotics" in found.words


def test_in_the_channel_it_lives_in_the_offer_is_about_the_handoff(app: App) -> None:
    handoff_id = started(app.store, app.team)
    unsafe(app)
    form = app.modal(app.press(AE, MAKE, Ref()))
    assert "Northwind Robotics" in form.words
    app.submit(AE, form)
    assert lives_in(app, handoff_id) != DEAL
    # To whom it is not to move, the same button is about a deal of their own.
    unsafe(app)
    assert "Northwind Robotics" not in app.modal(app.press(CSM, MAKE, Ref())).words


def test_asked_for_twice_one_channel_is_made(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    unsafe(app)
    form = app.modal(app.press(AE, MAKE, Ref(handoff=handoff_id), channel=DM))
    body = app.submit_body(AE, form)
    for _ in range(2):
        assert app.deliver(body).status == 200
    again = make(app, handoff_id, name="another-one")
    assert "done already" in again.sentence
    assert len(app.slack.called("conversations.create")) == 1
    assert app.events(handoff_id).count(Tag.MOVED) == 1


def test_a_channel_whose_making_was_not_heard_of_is_found_by_its_name(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    unsafe(app)
    app.slack.loses_answers = True
    assert "did not answer" in make(app, handoff_id).sentence
    assert lives_in(app, handoff_id) == DEAL
    app.slack.loses_answers = False
    make(app, handoff_id)
    (made,) = [one for one in app.slack.channels.values() if one["name"].endswith("-internal")]
    assert lives_in(app, handoff_id) == made["id"]


def test_a_name_that_is_anothers_is_refused_in_the_form(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    unsafe(app)
    place(app, "G0THEIRS", name="deal-northwind-internal", is_private=True, creator="USOMEBODY")
    refused = make(app, handoff_id)
    assert list(refused.errors.values()) == [refused.sentence]
    assert "There is a channel of this name" in refused.sentence
    assert lives_in(app, handoff_id) == DEAL


def test_one_of_the_bots_own_with_a_handoff_in_it_is_not_taken_for_another(app: App) -> None:
    first, second = (assigned(app.store, app.team) for _ in range(2))
    unsafe(app)
    make(app, first)
    assert "There is a channel of this name" in make(app, second).sentence
    make(app, second, name="Deal Northwind, the second")
    assert lives_in(app, second) != lives_in(app, first)


@pytest.mark.parametrize("word", ["missing_scope", "restricted_action"])
def test_where_slack_lets_the_bot_make_none_a_person_is_told_to(app: App, word: str) -> None:
    handoff_id = assigned(app.store, app.team)
    unsafe(app)
    app.slack.refuses_channels = word
    assert "Make a private one yourself" in make(app, handoff_id).sentence


def test_a_name_of_which_nothing_is_left_is_refused(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    unsafe(app)
    assert "No channel can be called so" in make(app, handoff_id, name="!!!").sentence
    assert not app.slack.called("conversations.create")


@pytest.mark.parametrize("user", [CSM, CS_MANAGER])
def test_for_who_may_not_move_it_no_channel_is_made(app: App, user: str) -> None:
    handoff_id = assigned(app.store, app.team)
    unsafe(app)
    assert "is up to Maya" in app.press(user, MAKE, Ref(handoff=handoff_id), channel=DM).sentence
    form = app.modal(app.press(AE, MAKE, Ref(handoff=handoff_id), channel=DM))
    assert "is up to Maya" in app.submit(user, form).sentence
    assert not app.slack.called("conversations.create")


# --- Another channel


@pytest.mark.parametrize("user", [AE, AE_MANAGER, REVOPS])
def test_a_handoff_moves_to_another_safe_channel(app: App, user: str) -> None:
    handoff_id = assigned(app.store, app.team)
    place(app)
    reply = moved(app, handoff_id, ELSEWHERE, user)
    assert ELSEWHERE in str(reply.body["view"]["blocks"])
    assert lives_in(app, handoff_id) == ELSEWHERE
    # Whoever moved their own handoff is there; nobody else is asked to come.
    assert brought_in(app) == (set() if user == AE else {app.team.ae.id})


@pytest.mark.parametrize(
    ("said", "members", "told"),
    [
        ({"is_ext_shared": True}, (), "shared outside the company"),
        ({}, ("U0GUEST",), "guests in this channel"),
        ({"is_archived": True}, (), "archived"),
        ({"is_member": False}, (), "/invite"),
    ],
)
def test_a_channel_that_may_not_hold_it_is_refused_in_the_form(
    app: App, said: Json, members: tuple[str, ...], told: str
) -> None:
    handoff_id = assigned(app.store, app.team)
    place(app, members=members, **said)
    refused = moved(app, handoff_id, ELSEWHERE)
    assert refused.errors
    assert told in refused.sentence
    assert lives_in(app, handoff_id) == DEAL


def test_a_channel_that_slack_does_not_know_is_refused(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    assert "/invite" in moved(app, handoff_id, "C0NOWHERE").sentence


# --- Into a private one, only by somebody who is in it


def private(app: App, *members: str) -> None:
    """A safe private channel with these people, which the bot looked at a moment ago."""
    place(app, is_private=True)
    app.slack.members[ELSEWHERE] = list(members)
    facts = ChannelFacts(name="elsewhere", private=True, bot_inside=True)
    with app.store.write(app.team.workspace_id) as unit:
        unit.channels.ensure(ELSEWHERE, facts=facts)
        unit.commit()


def under_the_field(form: Modal, refused: Reply) -> str:
    """The one sentence; the form stays open, with what was chosen in it."""
    assert refused.body["response_action"] == "errors"
    ((block, sentence),) = refused.errors.items()
    assert block == form.block_of("channel")
    return sentence


def form_of(app: App, handoff_id: int, user: str) -> Modal:
    opened = app.press(user, MOVE, Ref(handoff=handoff_id), channel=DM)
    return app.modal(opened).type(channel=ELSEWHERE)


@pytest.mark.parametrize("user", [AE, AE_MANAGER, REVOPS])
def test_who_is_not_in_a_private_channel_moves_nothing_there(app: App, user: str) -> None:
    handoff_id = assigned(app.store, app.team)
    private(app, CSM)
    form = form_of(app, handoff_id, user)
    told = under_the_field(form, app.submit(user, form))
    assert told == sentences.problems.problem(Invalid(Problem.NOT_IN_CHANNEL), people={})
    assert lives_in(app, handoff_id) == DEAL
    app.slack.members[ELSEWHERE].append(user)
    app.submit(user, form)
    assert lives_in(app, handoff_id) == ELSEWHERE


def test_whether_they_are_is_asked_also_right_after_the_look_at_guests(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    place(app, is_private=True, members=(CSM,))
    app.slack.members[ELSEWHERE] = [CSM]
    assert "not in this private channel" in moved(app, handoff_id, ELSEWHERE).sentence
    assert lives_in(app, handoff_id) == DEAL


@pytest.mark.parametrize("how", ["silent", "refused", "slow"])
def test_while_slack_does_not_say_it_nothing_moves_and_the_form_can_be_sent_again(
    app: App, how: str
) -> None:
    handoff_id = assigned(app.store, app.team)
    private(app, AE)
    form = form_of(app, handoff_id, AE)
    before = app.rows()
    began = app.machine.monotonic()
    if how == "silent":
        app.slack.silent = {"conversations.members"}
    elif how == "refused":
        app.slack.ends = {"conversations.members": app.slack.refusal("fetch_members_failed")}
    else:
        app.slack.takes = timedelta(seconds=9)
    told = under_the_field(form, app.submit(AE, form))
    assert told == sentences.problems.problem(Invalid(Problem.MEMBERS_UNKNOWN), people={})
    assert app.machine.monotonic() - began <= BEFORE_ANSWER
    assert app.rows() == before
    app.slack.silent, app.slack.ends, app.slack.takes = set(), {}, timedelta(0)
    app.submit(AE, form)
    assert lives_in(app, handoff_id) == ELSEWHERE


def test_to_whom_it_is_not_to_move_nothing_is_said_of_the_channel(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    private(app, AE)
    form = form_of(app, handoff_id, AE)
    assert "is up to Maya" in app.submit(CSM, form).sentence


def test_of_a_public_channel_nobody_asks_who_is_in_it(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    facts = ChannelFacts(name="elsewhere", bot_inside=True)
    with app.store.write(app.team.workspace_id) as unit:
        unit.channels.ensure(ELSEWHERE, facts=facts)
        unit.commit()
    moved(app, handoff_id, ELSEWHERE)
    assert lives_in(app, handoff_id) == ELSEWHERE
    assert not app.slack.called("conversations.members")


def test_what_was_moved_stays_so_when_slack_is_silent_at_the_second_delivery(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    private(app, AE)
    body = app.submit_body(AE, form_of(app, handoff_id, AE))
    app.deliver(body)
    app.slack.silent = {"conversations.members"}
    assert "This was done when you sent it first" in str(app.deliver(body).body)
    assert lives_in(app, handoff_id) == ELSEWHERE


def test_to_where_it_lives_already_nothing_moves(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    assert "done already" in moved(app, handoff_id, DEAL).sentence


def test_a_submission_delivered_twice_moves_once(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    place(app)
    form = app.modal(app.press(AE, MOVE, Ref(handoff=handoff_id), channel=DM))
    body = app.submit_body(AE, form.type(channel=ELSEWHERE))
    app.deliver(body)
    before = app.rows()
    assert "This was done when you sent it first" in str(app.deliver(body).body)
    assert app.rows() == before
