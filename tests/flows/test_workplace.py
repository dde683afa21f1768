"""What Slack tells of channels and accounts, on both databases, twice and in any order."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot.domain.alarms import About
from bot.domain.errors import Problem
from bot.domain.notices import NoticeKind
from bot.storage.channels import ChannelFacts
from bot.storage.facts import person_facts
from bot.storage.tables import outbox, surface
from tests.builders import assigned, posted, signed
from tests.flows.app import App
from tests.flows.slack import BOT_USER, DEAL, TEAM, account

FACTS = ChannelFacts(name="deal-northwind", bot_inside=True)
NEW = "C0NEWID"
TS = "1772616000.000100"


def standing(app: App) -> None:
    """Everything that mirrors rows stands somewhere, as after it was sent."""
    with app.store.database.writing() as connection:
        in_channel = surface.c.channel_id.is_not(None)
        stands = {"ts": TS, "shown": surface.c.wanted, "posted_in": DEAL}
        connection.execute(update(surface).where(in_channel).values(**stands))
        connection.commit()


def asked(app: App) -> list[tuple[int | None, str]]:
    """Who is asked where a handoff goes on, and why."""
    with app.store.database.reading() as connection:
        of = outbox.c.kind == NoticeKind.WHERE_NEXT.value
        rows = connection.execute(select(outbox).where(of).order_by(outbox.c.id)).mappings()
        return [(row["person_id"], row["facts"]) for row in rows]


@pytest.mark.parametrize(
    "event",
    [
        {"type": "channel_archive", "channel": DEAL},
        {"type": "group_archive", "channel": DEAL},
        {"type": "channel_left", "channel": DEAL},
        {"type": "group_left", "channel": DEAL},
        {"type": "channel_deleted", "channel": DEAL},
        {"type": "group_deleted", "channel": DEAL},
        {"type": "member_left_channel", "user": BOT_USER, "channel": DEAL},
        {"type": "channel_shared", "channel": DEAL},
    ],
    ids=lambda event: str(event["type"]),
)
def test_an_event_has_the_ae_asked_once_and_slack_asked_before_that(
    app: App, event: dict[str, str]
) -> None:
    signed(app.store, app.team)
    for _ in range(3):
        assert app.deliver(app.event_body(**event)).status == 200
    ((reader, _),) = asked(app)
    assert reader == app.team.ae.id
    with app.store.read(app.team.workspace_id) as unit:
        assert unit.channels.get(app.team.channel.id).checked_at is None


def test_of_a_channel_the_bot_never_met_nothing_is_kept(app: App) -> None:
    app.deliver(app.event_body(type="channel_archive", channel="C0NOBODY"))
    app.deliver(
        app.event_body(type="channel_id_changed", old_channel_id="C0NOBODY", new_channel_id=NEW)
    )
    with app.store.read(app.team.workspace_id) as unit:
        assert unit.channels.by_slack_id("C0NOBODY") is None
        assert unit.channels.by_slack_id(NEW) is None


@pytest.mark.parametrize("met_before", [False, True])
def test_another_id_of_a_channel_reaches_every_row_also_when_told_twice(
    app: App, met_before: bool
) -> None:
    handoffs = [posted(app.store, app.team)]
    standing(app)
    if met_before:
        with app.store.write(app.team.workspace_id) as unit:
            twin = unit.channels.ensure(NEW, facts=FACTS)
            unit.commit()
        handoffs.append(posted(app.store, replace(app.team, channel=twin)))
        # Somebody moved the first one by hand before Slack told of the id.
        with app.store.write(app.team.workspace_id) as unit:
            unit.move(unit.handoffs.lock(handoffs[0]), twin, by=app.team.ae)
            unit.commit()
    body = {"type": "channel_id_changed", "old_channel_id": DEAL, "new_channel_id": NEW}
    for _ in range(2):
        assert app.deliver(app.event_body(**body)).status == 200
    with app.store.read(app.team.workspace_id) as unit:
        for one in handoffs:
            assert unit.channels.get(unit.handoffs.get(one).channel_id).slack_id == NEW
        assert unit.channels.by_slack_id(DEAL) is None
    with app.store.database.reading() as connection:
        places = set(connection.execute(select(surface.c.posted_in)).scalars())
        lanes = {
            row.destination
            for row in connection.execute(select(surface.c.destination, surface.c.kind))
            if row.kind == "card"
        }
    assert DEAL not in places
    assert lanes == {f"channel:{app.team.channel.id}"}


def test_a_closed_account_is_told_once_to_who_names_another(app: App) -> None:
    assigned(app.store, app.team)
    gone = account("UCSM", deleted=True)
    for _ in range(2):
        assert app.deliver(app.event_body(type="user_change", user=gone)).status == 200
    with app.store.database.reading() as connection:
        of = outbox.c.kind == NoticeKind.OWNER_GONE.value
        told = list(connection.execute(select(outbox.c.person_id).where(of)).scalars())
    assert told == [app.team.cs_manager.id]


CLOSED_OR_GUEST = pytest.mark.parametrize("became", ["deleted", "is_restricted"])
NEWER, OLDER = 1_772_616_300, 1_772_616_000


def _account_of_sam(app: App) -> tuple[bool, bool]:
    with app.store.read(app.team.workspace_id) as unit:
        sam = unit.people.get(app.team.outsider.id)
    return sam.deactivated, sam.guest


@CLOSED_OR_GUEST
@pytest.mark.parametrize("at_last", [True, False])
def test_of_two_changes_of_an_account_the_newer_holds_in_whatever_order_they_come(
    app: App, became: str, at_last: bool
) -> None:
    posted(app.store, app.team)
    sam = app.team.outsider.slack_id
    for updated, is_so in ((NEWER, at_last), (OLDER, not at_last)):
        user = account(sam, updated=updated, **{became: is_so})
        assert app.deliver(app.event_body(type="user_change", user=user)).status == 200
    assert any(_account_of_sam(app)) is at_last


def test_an_answer_that_is_older_than_what_was_heard_undoes_nothing(app: App) -> None:
    sam = app.team.outsider.slack_id
    guest = account(sam, updated=NEWER, is_restricted=True)
    app.deliver(app.event_body(type="user_change", user=guest))
    facts = person_facts(account(sam, updated=OLDER), team_id=TEAM)
    with app.store.write(app.team.workspace_id) as unit:
        unit.meet(sam, facts)
        unit.people.ensure(sam, facts=facts)
        assert unit.people.confirm({sam: facts}) == [sam]
        unit.commit()
    assert _account_of_sam(app) == (False, True)


@pytest.mark.parametrize("updated", [{}, {"updated": NEWER}, {"updated": "soon"}], ids=str)
def test_where_slack_does_not_say_which_of_two_was_later_it_is_asked(
    app: App, updated: dict[str, object]
) -> None:
    posted(app.store, app.team)
    sam = app.team.outsider.slack_id
    app.slack.channels[DEAL] = {"id": DEAL, "name": "deal-northwind", "is_member": True}
    app.slack.members[DEAL] = [app.team.ae.slack_id, sam]
    guest = app.slack.users[sam] = account(sam, is_restricted=True, **updated)
    for user in (guest, account(sam, **updated)):
        app.deliver(app.event_body(type="user_change", user=user))
    with app.store.read(app.team.workspace_id) as unit:
        assert unit.people.checked_at(app.team.outsider.id) is None
        assert unit.channels.get(app.team.channel.id).checked_at is None
        assert unit.daily.people(app.machine.now() - timedelta(days=1), after=0, most=99)
    assert app.directory.channel(app.team.workspace_id, DEAL).problem() is Problem.CHANNEL_GUESTS
    assert _account_of_sam(app) == (False, True)


def test_a_change_that_says_nothing_new_leaves_no_doubt(app: App) -> None:
    user = account(app.team.outsider.slack_id, real_name="Samuel")
    app.deliver(app.event_body(type="user_change", user=user))
    with app.store.read(app.team.workspace_id) as unit:
        assert unit.people.get(app.team.outsider.id).name == "Samuel"
        assert unit.people.checked_at(app.team.outsider.id) is not None


# --- What is looked at once a day


def test_channels_and_people_of_open_handoffs_are_due_once_a_day(app: App) -> None:
    posted(app.store, app.team)
    standing(app)
    now = app.machine.now()
    with app.store.write(app.team.workspace_id) as unit:
        assert unit.daily.channels(now, after=0, most=9) == [(app.team.channel.id, DEAL)]
        people = [one for one, _ in unit.daily.people(now, after=0, most=99)]
        assert app.team.ae.id in people
        assert app.team.outsider.id not in people, "just asked about, and without a part"
        assert {one.ts for one in unit.daily.in_channel(app.team.channel.id)} == {TS}
        unit.daily.looked_at(channel_id=app.team.channel.id)
        for one in people:
            unit.daily.looked_at(person_id=one)
        unit.commit()
    with app.store.read(app.team.workspace_id) as unit:
        assert unit.daily.channels(now, after=0, most=9) == []
        assert unit.daily.people(now, after=0, most=99) == []
        tomorrow = now + timedelta(days=1)
        assert len(unit.daily.channels(tomorrow, after=0, most=9)) == 1
        again = [one for one, _ in unit.daily.people(tomorrow, after=0, most=99)]
        assert {*people, app.team.outsider.id} <= set(again)


def test_what_is_lost_is_wanted_anew_unless_somebody_has_it_in_hand(app: App) -> None:
    posted(app.store, app.team)
    standing(app)
    with app.store.write(app.team.workspace_id) as unit:
        card, *others = unit.daily.in_channel(app.team.channel.id)
        unit.commit()
    with app.store.database.writing() as connection:
        lease = {"lease": "held", "lease_until": app.machine.now() + timedelta(minutes=2)}
        connection.execute(update(surface).where(surface.c.id == card.id).values(**lease))
        connection.commit()
    with app.store.write(app.team.workspace_id) as unit:
        assert unit.daily.lost([card, *others]) == len(others)
        assert unit.daily.lost([card, *others]) == 0
        unit.commit()
        assert unit.delivery_wanted == bool(others)


def test_trouble_begins_and_ends_once_and_is_told_in_turns(app: App) -> None:
    with app.store.write(app.team.workspace_id) as unit:
        assert unit.alarms.begin(About.SCOPE, reference="one", detail="users:read")
        assert not unit.alarms.begin(About.SCOPE, reference="two", detail="users:read")
        (lasting,) = unit.alarms.lasting()
        assert (lasting.reference, lasting.told_at) == ("one", None)
        assert unit.alarms.tell(lasting, before=unit.now) == 0
        assert unit.alarms.tell(lasting, before=unit.now - timedelta(hours=1)) is None
        assert unit.alarms.tell(lasting, before=unit.now + timedelta(hours=1)) == 1
        assert unit.alarms.over(lasting)
        assert not unit.alarms.over(lasting)
        unit.commit()
