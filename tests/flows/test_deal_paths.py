"""Deals that go wrong: cancelled for another one, opened again, amended; and partners."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.domain.access import EVERY, Audience
from bot.domain.deadlines import DeadlineState, Step
from bot.domain.handoff import State
from bot.domain.history import Tag
from bot.domain.ledger import Entry
from bot.domain.linked import Link, LinkKind
from bot.domain.money import Money
from bot.domain.partner import PartnerPerson, PartnerSide
from bot.domain.policy import Tier
from bot.domain.promises import Origin
from bot.storage.channels import ChannelFacts
from bot.storage.tables import outbox
from bot.views.ids import ActionId, ViewId
from bot.views.payload import Ref
from tests.builders import WEDNESDAY, Deal, FixedClock, assigned, initial_all, signed
from tests.flows.app import App, Modal, Reply
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

REVOPS, OUTSIDER = "UREVOPS", "UOUTSIDER"
HOUR = timedelta(hours=1)
WEEK = timedelta(days=7)
WHY = "They signed with the parent company instead."
BACK = "The parent company stepped back."
OTHER = "Larkfield Clinics"


def another(app: App, **deal: Any) -> int:
    """A second handoff of the same people."""
    return assigned(app.store, app.team, Deal(account=OTHER, **deal))


def entries(app: App, handoff_id: int) -> list[Entry]:
    with app.store.read(app.team.workspace_id) as unit:
        return unit.ledger.entries(handoff_id)


def links(app: App, handoff_id: int) -> tuple[Link, ...]:
    with app.store.read(app.team.workspace_id) as unit:
        return unit.links.of(handoff_id)


def cancel(app: App, handoff_id: int, *, by: str = AE, **typed: Any) -> Reply:
    form = opened(app, by, ActionId.OPEN_CANCEL, handoff_id)
    return app.submit(by, form.type(reason=WHY, **typed))


def reopen(app: App, handoff_id: int, *, by: str = AE, reason: str = BACK) -> Reply:
    form = opened(app, by, ActionId.OPEN_REOPEN, handoff_id)
    return app.submit(by, form.type(reason=reason))


def said(app: App, kind: str, handoff_id: int) -> list[tuple[str, int | None]]:
    """Where something was said of a handoff, and to whom."""
    wanted = select(outbox.c.place, outbox.c.person_id).where(
        outbox.c.kind == kind, outbox.c.handoff_id == handoff_id
    )
    with app.store.database.reading() as connection:
        return sorted((row.place, row.person_id) for row in connection.execute(wanted))


def private(app: App, slack_id: str = "C0PRIVATE") -> int:
    """A private channel, as Slack said it is."""
    facts = ChannelFacts(name="board", private=True, bot_inside=True)
    with app.store.write(app.team.workspace_id) as unit:
        channel = unit.channels.ensure(slack_id, facts=facts)
        unit.commit()
    return channel.id


# --- Cancelled for another one


def test_both_handoffs_name_each_other_and_have_it_in_their_history(app: App) -> None:
    first = assigned(app.store, app.team)
    other = another(app)
    assert cancel(app, first, became=[str(other)], became_how="merged").body == {}
    assert handoff_of(app, first).state is State.CANCELLED
    assert links(app, first) == (Link(other, LinkKind.MERGED, onward=True),)
    assert links(app, other) == (Link(first, LinkKind.MERGED, onward=False),)
    assert f"Merged into {OTHER}" in whole(app, AE, first)
    assert "Took in Northwind Robotics (cancelled)" in whole(app, CSM, other)
    for one in (first, other):
        assert Tag.LINKED in app.events(one)
        assert history_is_sound(app, one)


def test_without_a_choice_nothing_is_linked(app: App) -> None:
    first, other = assigned(app.store, app.team), another(app)
    assert cancel(app, first).body == {}
    assert links(app, first) == links(app, other) == ()
    assert handoff_of(app, first).path.links == 0


def test_chosen_promises_are_copied_with_both_boxes_open_and_say_where_from(app: App) -> None:
    first = assigned(app.store, app.team)
    other = another(app)
    with app.store.write(app.team.workspace_id) as unit:
        handoff = unit.handoffs.lock(first)
        initial_all(unit, handoff, app.team)
        unit.save(handoff, actor_id=app.team.ae.id)
        unit.commit()
    (promise,) = (one.promise for one in entries(app, first))
    before = len(entries(app, other))
    form = opened(app, AE, ActionId.OPEN_CANCEL, first)
    typed = form.type(reason=WHY, became=[str(other)], carry=[str(promise.id)])
    assert app.submit(AE, typed).body == {}
    copy = entries(app, other)[-1]
    assert len(entries(app, other)) == before + 1
    assert copy.promise.text == promise.text
    assert copy.promise.origin == Origin(first, promise.number, "Northwind Robotics")
    assert not copy.initials
    assert f"copied from Northwind Robotics, promise {promise.number}" in whole(app, CSM, other)
    assert len(entries(app, first)[0].initials) == 2  # What was, stays.
    for one in (first, other):
        assert Tag.PROMISE_CARRIED in app.events(one)
        assert history_is_sound(app, one)


def test_a_deal_that_was_split_names_each_part_and_goes_on_in_all_of_them(
    app: App, clock: FixedClock
) -> None:
    first, other = assigned(app.store, app.team), another(app)
    third = assigned(app.store, app.team, Deal(account="Alderbay Ferries"))
    (promise,) = (one.promise for one in entries(app, first))
    form = opened(app, AE, ActionId.OPEN_CANCEL, first)
    # What the menu begins with is of one handoff: what became several was split.
    parts = [str(third), str(other)]
    typed = form.type(reason=WHY, became=parts, carry=[str(promise.id)])
    assert app.submit(AE, typed).body == {}
    assert set(links(app, first)) == {
        Link(one, LinkKind.SPLIT, onward=True) for one in (other, third)
    }
    for one in (other, third):
        copy = entries(app, one)[-1].promise
        assert copy.text == promise.text
        assert copy.origin == Origin(first, promise.number, "Northwind Robotics")
        assert history_is_sound(app, one)
    assert app.events(first).count(Tag.PROMISE_CARRIED) == 2
    page = whole(app, AE, first)
    assert f"Split off into {OTHER}" in page
    assert "Split off into Alderbay Ferries" in page
    # Opened again, it goes on by itself, and none of them is a part of it any more.
    clock.advance(WEEK)
    reopen(app, first)
    assert links(app, first) == links(app, other) == links(app, third) == ()


def test_only_what_is_ticked_is_copied(app: App) -> None:
    first, other = assigned(app.store, app.team), another(app)
    before = len(entries(app, other))
    cancel(app, first, became=[str(other)])
    assert len(entries(app, other)) == before
    assert Tag.PROMISE_CARRIED not in app.events(other)


def test_ticked_promises_want_a_handoff_to_go_to(app: App) -> None:
    first = assigned(app.store, app.team)
    another(app)
    (entry,) = entries(app, first)
    form = opened(app, AE, ActionId.OPEN_CANCEL, first)
    reply = app.submit(AE, form.type(reason=WHY, carry=[str(entry.promise.id)]))
    assert list(reply.errors) == [form.block_of("carry")]
    assert handoff_of(app, first).open


def test_who_writes_no_promises_there_is_told_who_does_and_nothing_is_cancelled(app: App) -> None:
    first, other = assigned(app.store, app.team), another(app)
    (entry,) = entries(app, first)
    form = opened(app, REVOPS, ActionId.OPEN_CANCEL, first)
    typed = form.type(reason=WHY, became=[str(other)], carry=[str(entry.promise.id)])
    reply = app.submit(REVOPS, typed)
    assert list(reply.errors) == [form.block_of("carry")]
    assert "Maya" in reply.sentence
    assert "Jonas" in reply.sentence
    assert handoff_of(app, first).open
    # The link alone is theirs to make.
    assert cancel(app, first, by=REVOPS, became=[str(other)]).body == {}
    assert links(app, first)


def test_a_promise_withdrawn_meanwhile_is_not_copied(app: App) -> None:
    first, other = assigned(app.store, app.team), another(app)
    (entry,) = entries(app, first)
    form = opened(app, AE, ActionId.OPEN_CANCEL, first)
    with app.store.write(app.team.workspace_id) as unit:
        handoff = unit.handoffs.lock(first)
        unit.brief.withdraw_promise(entry.promise.id, "Never said", by=app.team.ae.id, at=unit.now)
        unit.save(handoff, actor_id=app.team.ae.id)
        unit.commit()
    typed = form.type(reason=WHY, became=[str(other)], carry=[str(entry.promise.id)])
    assert list(app.submit(AE, typed).errors) == [form.block_of("carry")]
    assert handoff_of(app, first).open


def test_one_that_is_over_by_then_is_refused_at_the_field(app: App) -> None:
    first, other = assigned(app.store, app.team), another(app)
    form = opened(app, AE, ActionId.OPEN_CANCEL, first)
    cancel(app, other)
    reply = app.submit(AE, form.type(reason=WHY, became=[str(other)]))
    assert list(reply.errors) == [form.block_of("became")]
    assert f"{OTHER} is over" in reply.sentence.replace("\u2068", "").replace("\u2069", "")
    assert handoff_of(app, first).open


def test_only_handoffs_that_the_person_may_know_of_are_offered_and_taken(app: App) -> None:
    first = assigned(app.store, app.team)
    hidden = signed(app.store, app.team, Deal(account=OTHER, channel_id=private(app)))
    with app.store.write(app.team.workspace_id) as unit:
        handoff = unit.handoffs.lock(hidden)
        # The parts of other people, so that Maya has none in it.
        sam = app.team.outsider.id
        handoff.ae_id, handoff.started_by = sam, sam
        unit.save(handoff, actor_id=None)
        unit.commit()
    form = opened(app, AE, ActionId.OPEN_CANCEL, first)
    assert OTHER not in form.words
    told = [one for one in form.view["blocks"] if "no other open handoff" in str(one)]
    assert told
    # RevOps sees every handoff.
    offered = opened(app, REVOPS, ActionId.OPEN_CANCEL, first)
    assert OTHER in str(offered.view)
    reply = app.submit(AE, offered.type(reason=WHY, became=[str(hidden)]))
    assert list(reply.errors) == [offered.block_of("became")]
    assert handoff_of(app, first).open


def test_the_name_of_a_private_one_stands_only_for_who_may_know_of_it(app: App) -> None:
    first = assigned(app.store, app.team)
    hidden = signed(app.store, app.team, Deal(account=OTHER, channel_id=private(app)))
    cancel(app, first, became=[str(hidden)])
    assert f"Goes on as {OTHER}" in whole(app, AE, first)
    assert "Goes on as another handoff" in whole(app, OUTSIDER, first)
    assert OTHER not in whole(app, OUTSIDER, first)


def test_both_sides_of_the_one_that_goes_on_are_told_once(app: App) -> None:
    first, other = assigned(app.store, app.team), another(app)
    cancel(app, first, became=[str(other)])
    assert said(app, "linked", other) == [("dm", app.team.csm.id), ("thread", None)]
    assert said(app, "linked", first) == [("thread", None)]


def test_undone_it_goes_on_by_itself_and_both_say_so(app: App) -> None:
    first, other = assigned(app.store, app.team), another(app)
    cancel(app, first, became=[str(other)])
    assert app.press(AE, ActionId.UNDO_CANCEL, Ref(handoff=first)).body == {}
    assert handoff_of(app, first).open
    assert links(app, first) == links(app, other) == ()
    for one in (first, other):
        assert Tag.UNLINKED in app.events(one)
        assert handoff_of(app, one).path.links == 0
        assert history_is_sound(app, one)


# --- Opened again


def test_a_handoff_is_opened_again_with_its_clocks_anew(app: App, clock: FixedClock) -> None:
    first = assigned(app.store, app.team)
    cancel(app, first)
    assert set(states(app, first).values()) <= {DeadlineState.CANCELLED, DeadlineState.DONE}
    now = clock.advance(WEEK)
    assert reopen(app, first).body == {}
    handoff = handoff_of(app, first)
    assert handoff.open
    assert handoff.path.reopened_at == now
    with app.store.read(app.team.workspace_id) as unit:
        owed = {one.step: one for one in unit.deadlines.of(first)}
    assert owed[Step.READ].state is DeadlineState.OPEN
    assert owed[Step.READ].start_at == now
    assert now < owed[Step.READ].due_at
    assert "Opened again" in whole(app, AE, first)
    assert BACK in whole(app, CSM, first)
    assert BACK not in whole(app, OUTSIDER, first)
    assert history_is_sound(app, first)


def test_everybody_with_a_part_is_told_once_and_the_channel(app: App, clock: FixedClock) -> None:
    first = assigned(app.store, app.team)
    cancel(app, first)
    clock.advance(WEEK)
    reopen(app, first, by=AE_MANAGER)
    team = app.team
    told = [("dm", one.id) for one in (team.ae, team.csm, team.cs_manager)]
    assert said(app, "reopened", first) == sorted([*told, ("thread", None)])


def test_too_late_to_undo_offers_the_form_that_opens_it_again(app: App, clock: FixedClock) -> None:
    first = assigned(app.store, app.team)
    cancel(app, first)
    clock.advance(timedelta(minutes=11))
    form = app.modal(app.press(AE, ActionId.UNDO_CANCEL, Ref(handoff=first)))
    assert form.callback_id == ViewId.REOPEN
    assert not handoff_of(app, first).open
    app.submit(AE, form.type(reason=BACK))
    assert handoff_of(app, first).open


def test_the_page_offers_the_one_way_back_that_there_is(app: App, clock: FixedClock) -> None:
    first = assigned(app.store, app.team)
    cancel(app, first)
    ways = (ActionId.UNDO_CANCEL, ActionId.OPEN_REOPEN)

    def offered(user: str) -> list[ActionId]:
        page = app.press(user, ActionId.OPEN_HANDOFF, Ref(handoff=first))
        return [one for one in ways if f"'{one.value}'" in str(app.modal(page).view)]

    assert offered(AE) == [ActionId.UNDO_CANCEL]
    clock.advance(timedelta(minutes=11))
    for user in (AE, AE_MANAGER, REVOPS):
        assert offered(user) == [ActionId.OPEN_REOPEN]
    for user in (CSM, CS_MANAGER, OUTSIDER):
        assert offered(user) == []


def test_undone_from_the_page_the_page_shows_it_open(app: App) -> None:
    first = assigned(app.store, app.team)
    cancel(app, first)
    page = app.modal(app.press(AE, ActionId.OPEN_HANDOFF, Ref(handoff=first)))
    app.press(AE, ActionId.UNDO_CANCEL, Ref(handoff=first), modal=page)
    assert handoff_of(app, first).open
    shown = app.slack.called("views.update")[-1]
    assert "cancelled" not in str(shown)


def test_what_it_became_goes_on_by_itself_too(app: App, clock: FixedClock) -> None:
    first, other = assigned(app.store, app.team), another(app)
    cancel(app, first, became=[str(other)])
    clock.advance(WEEK)
    reopen(app, first)
    assert links(app, first) == links(app, other) == ()
    assert said(app, "unlinked", other) == [("dm", app.team.csm.id), ("thread", None)]


@pytest.mark.parametrize("user", [CSM, CS_MANAGER, OUTSIDER])
def test_nobody_else_opens_it_again(app: App, clock: FixedClock, user: str) -> None:
    first = assigned(app.store, app.team)
    cancel(app, first)
    clock.advance(WEEK)
    assert "Maya" in app.press(user, ActionId.OPEN_REOPEN, Ref(handoff=first)).sentence
    form = opened(app, AE, ActionId.OPEN_REOPEN, first)
    app.submit(user, form.type(reason=BACK))
    assert not handoff_of(app, first).open


def test_the_second_form_finds_it_open(app: App, clock: FixedClock) -> None:
    first = assigned(app.store, app.team)
    cancel(app, first)
    clock.advance(WEEK)
    form, again = (opened(app, AE, ActionId.OPEN_REOPEN, first) for _ in range(2))
    app.submit(AE, form.type(reason=BACK))
    reply = app.submit(AE, again.type(reason=BACK))
    assert "is open, so there is nothing to open again" in reply.sentence
    assert app.events(first).count(Tag.REOPENED) == 1


# --- Amended contract


def amended(app: App, first: int, *, by: str = AE) -> Modal:
    page = app.modal(app.press(by, ActionId.OPEN_HANDOFF, Ref(handoff=first)))
    return app.modal(app.press(by, ActionId.OPEN_AMEND, Ref(handoff=first), modal=page))


def newest(app: App) -> int:
    with app.store.read(app.team.workspace_id) as unit:
        return unit.handoffs.open_in(app.team.channel.id)[-1].id


SIGNED = int((WEDNESDAY - HOUR).timestamp())


def test_an_amendment_is_a_handoff_of_its_own_beside_the_first(app: App) -> None:
    first = assigned(app.store, app.team)
    form = amended(app, first)
    assert form.holds("account") == "Northwind Robotics"
    assert form.holds("ae") == AE
    assert form.holds("csm") == CSM
    assert form.holds("ae_manager") == AE_MANAGER
    assert form.holds("cs_manager") == CS_MANAGER
    assert form.holds("value") is None
    assert "linked to it" in form.words
    reply = app.submit(AE, form.type(value="20,000", signed_at=SIGNED))
    assert not reply.errors
    new = newest(app)
    assert new != first
    handoff = handoff_of(app, new)
    assert (handoff.value, handoff.tier) == (Money(20_000_00, "USD"), Tier.LIGHT)
    assert handoff_of(app, first).tier is Tier.FULL
    assert links(app, new) == (Link(first, LinkKind.AMENDED, onward=False),)
    assert "Amended by Northwind Robotics" in whole(app, AE, first)
    assert "Amends Northwind Robotics" in whole(app, CSM, new)
    assert said(app, "linked", first) == [("dm", app.team.csm.id), ("thread", None)]
    assert said(app, "linked", new) == []
    for one in (first, new):
        assert Tag.LINKED in app.events(one)
        assert history_is_sound(app, one)


def test_people_and_why_come_along_where_they_are_ticked(app: App) -> None:
    first = assigned(app.store, app.team)
    form = amended(app, first)
    typed = form.type(value="20,000", signed_at=SIGNED, take_along=["why", "people"])
    assert not app.submit(AE, typed).errors
    with app.store.read(app.team.workspace_id) as unit:
        before = unit.brief.load(first, audiences=EVERY)
        after = unit.brief.load(newest(app), audiences=EVERY)
    assert after.why == before.why.model_copy(update={"must_confirm": (), "asker": None})
    assert after.people.contacts == before.people.contacts
    assert after.success.metric == ""
    assert handoff_of(app, newest(app)).strength == handoff_of(app, first).strength


def test_nothing_comes_along_unasked(app: App) -> None:
    first = assigned(app.store, app.team)
    app.submit(AE, amended(app, first).type(value="20,000", signed_at=SIGNED))
    with app.store.read(app.team.workspace_id) as unit:
        after = unit.brief.load(newest(app), audiences=EVERY)
    assert not after.people.contacts
    assert not after.why.trigger


def test_only_the_ae_of_the_new_one_copies_a_brief_into_it(app: App) -> None:
    first = assigned(app.store, app.team)
    form = amended(app, first, by=AE_MANAGER)
    typed = form.type(value="20,000", signed_at=SIGNED, take_along=["people"])
    reply = app.submit(AE_MANAGER, typed)
    assert list(reply.errors) == [form.block_of("take_along")]
    assert newest(app) == first
    assert not app.submit(AE_MANAGER, typed.type(take_along=[])).errors
    assert newest(app) != first


def test_what_was_ticked_stays_where_another_field_is_wrong(app: App) -> None:
    first = assigned(app.store, app.team)
    form = amended(app, first)
    typed = form.type(value="20,000", currency="other", signed_at=SIGNED, take_along=["why"])
    again = app.updated(typed, app.submit(AE, typed).body["view"])
    assert again.holds("account") == "Northwind Robotics"
    assert "linked to it" in again.words
    assert "why" in str(again.state[again.block_of("take_along")])


def test_a_contract_whose_handoff_is_closed_is_amended_all_the_same(app: App) -> None:
    first = assigned(app.store, app.team)
    with app.store.write(app.team.workspace_id) as unit:
        handoff = unit.handoffs.lock(first)
        handoff.state = State.CLOSED
        unit.save(handoff, actor_id=None)
        unit.commit()
    reply = app.submit(AE, amended(app, first).type(value="20,000", signed_at=SIGNED))
    assert not reply.errors
    assert links(app, newest(app)) == (Link(first, LinkKind.AMENDED, onward=False),)
    assert "Amended by Northwind Robotics" in whole(app, AE, first)
    assert handoff_of(app, first).state is State.CLOSED


def test_only_a_contract_that_is_signed_and_not_cancelled_is_amended(app: App) -> None:
    first = assigned(app.store, app.team)
    form = amended(app, first)
    cancel(app, first)
    assert "cancelled" in app.submit(AE, form.type(value="20,000", signed_at=SIGNED)).sentence
    assert "cancelled" in app.press(AE, ActionId.OPEN_AMEND, Ref(handoff=first)).sentence


# --- Partners

THEIRS = "Ada Brook, Larkfield Clinics, partner manager\nSam Field; Larkfield, Inc.; engineer"


def with_partner(app: App) -> int:
    handoff_id = assigned(app.store, app.team)
    with app.store.write(app.team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        handoff.marks = replace(handoff.marks, partner=True)
        unit.save(handoff, actor_id=app.team.ae.id)
        unit.commit()
    return handoff_id


def side_of(app: App, handoff_id: int) -> PartnerSide | None:
    with app.store.read(app.team.workspace_id) as unit:
        found = unit.partners.of(handoff_id, audiences={Audience.BACKGROUND})
    return found.side if found is not None else None


def enter(app: App, handoff_id: int, *, by: str = AE, **typed: str) -> Reply:
    form = opened(app, by, ActionId.OPEN_PARTNER, handoff_id)
    usual = {"partner_people": THEIRS, "partner_lives": "Their CRM, deal 4711"}
    return app.submit(by, form.type(**{**usual, "source": "Ada Brook, call", **typed}))


def test_the_ae_enters_the_partners_people_and_where_it_lives(app: App) -> None:
    handoff_id = with_partner(app)
    assert handoff_of(app, handoff_id).partner.people == 0
    assert enter(app, handoff_id).body == {}
    handoff = handoff_of(app, handoff_id)
    assert handoff.partner.people == 2
    assert side_of(app, handoff_id) == PartnerSide(
        people=(
            PartnerPerson(name="Ada Brook", company="Larkfield Clinics", role="partner manager"),
            PartnerPerson(name="Sam Field", company="Larkfield, Inc.", role="engineer"),
        ),
        lives="Their CRM, deal 4711",
        source="Ada Brook, call",
    )
    assert app.events(handoff_id)[-1] == Tag.PARTNER_ENTERED
    assert history_is_sound(app, handoff_id)
    form = opened(app, AE, ActionId.OPEN_PARTNER, handoff_id)
    assert form.holds("partner_people") == THEIRS


@pytest.mark.parametrize(
    ("typed", "field", "told"),
    [
        ({"partner_people": "Ada Brook, partner manager"}, "partner_people", "Line 1"),
        ({"partner_people": "A, B, C\n, B, C"}, "partner_people", "Line 2"),
        ({"partner_people": "Ada, Larkfield, ada@larkfield.example"}, "partner_people", "e-mail"),
        ({"partner_lives": "ask ada@larkfield.example"}, "partner_lives", "e-mail"),
        ({"source": "  "}, "source", "who told it"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_lost(
    app: App, typed: dict[str, str], field: str, told: str
) -> None:
    handoff_id = with_partner(app)
    form = opened(app, AE, ActionId.OPEN_PARTNER, handoff_id)
    reply = enter(app, handoff_id, **typed)
    assert list(reply.errors) == [form.block_of(field)]
    assert told in reply.sentence
    assert side_of(app, handoff_id) is None


def test_what_somebody_entered_meanwhile_is_not_overwritten(app: App) -> None:
    handoff_id = with_partner(app)
    form = opened(app, AE, ActionId.OPEN_PARTNER, handoff_id)
    enter(app, handoff_id)
    reply = app.submit(AE, form.type(partner_people="", partner_lives="Elsewhere", source="Sam"))
    assert list(reply.errors) == [form.block_of("partner_people")]
    assert side_of(app, handoff_id).lives == "Their CRM, deal 4711"  # type: ignore[union-attr]


def test_nobody_but_who_fills_that_part_of_the_brief_enters_it(app: App) -> None:
    handoff_id = with_partner(app)
    for user in (CSM, CS_MANAGER, AE_MANAGER, REVOPS, OUTSIDER):
        told = app.press(user, ActionId.OPEN_PARTNER, Ref(handoff=handoff_id)).sentence
        assert "Maya" in told


def test_of_a_deal_without_a_partner_nothing_is_asked(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    told = app.press(AE, ActionId.OPEN_PARTNER, Ref(handoff=handoff_id)).sentence
    assert "Change deal" in told
    assert "Partner's side" not in str(
        app.modal(app.press(AE, ActionId.OPEN_HANDOFF, Ref(handoff=handoff_id))).view
    )


def test_both_sides_read_it_and_the_channel_does_not(app: App) -> None:
    handoff_id = with_partner(app)
    enter(app, handoff_id)
    for user in (AE, CSM, CS_MANAGER, AE_MANAGER, REVOPS):
        assert "Ada Brook, Larkfield Clinics, partner manager" in whole(app, user, handoff_id)
        assert "Their CRM, deal 4711" in whole(app, user, handoff_id)
    assert "Ada Brook" not in whole(app, OUTSIDER, handoff_id)
    assert "4711" not in whole(app, OUTSIDER, handoff_id)
