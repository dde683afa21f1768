from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import (
    ColumnElement,
    Interval,
    event,
    insert,
    literal,
    select,
    true,
    update,
)

from bot.domain import kickoff_booking
from bot.domain.deadlines import Step
from bot.domain.handoff import State
from bot.domain.items import SectionKey
from bot.domain.money import Money
from bot.domain.people import Person, Role
from bot.domain.policy import Policy, Tier
from bot.domain.read_models import (
    OWED,
    Light,
    StatusCounts,
    StatusPage,
    next_line,
    step_lines,
)
from bot.domain.reviews import Outcome
from bot.domain.status import EVERYTHING, Bucket, Filter, Whose
from bot.domain.verification import Checks, Part, Restatement, Verdict
from bot.storage.channels import ChannelFacts
from bot.storage.people import PersonFacts
from bot.storage.status import HOME_ROWS
from bot.storage.tables import deadline, handoff
from bot.storage.types import MICROSECOND
from bot.storage.unit_of_work import Store
from tests.builders import (
    WEDNESDAY,
    Deal,
    FixedClock,
    Team,
    assigned,
    deliver_all,
    hold_debrief,
    initial_all,
    make_team,
    posted,
    send_intro,
    sign_plan,
    signed,
    skip_briefing,
    started,
)

DAY_END = WEDNESDAY.replace(hour=23)
ALL = Filter(whose=Whose.ALL)


def _page(
    store: Store,
    team: Team,
    *,
    viewer: Person | None = None,
    page: int = 0,
    size: int = 10,
    in_channel: int | None = None,
    day_end: datetime = DAY_END,
    chosen: Filter = EVERYTHING,
) -> StatusPage:
    with store.read(team.workspace_id) as unit:
        return unit.status.page(
            viewer=viewer or team.revops,
            page=page,
            size=size,
            day_end=day_end,
            in_channel=in_channel,
            chosen=chosen,
        )


def _read(store: Store, team: Team, deal: Deal) -> int:
    """Read, no call needed, promises, debrief, kickoff and plan done: the reviews are ahead."""
    handoff_id = assigned(store, team, deal)
    yes = Checks(metric=True, no_plan=True, champion=True)
    words = Restatement(why="The lease ends", success="95 % within a day", risk="none")
    with store.write(team.workspace_id) as unit:
        of = unit.handoffs.lock(handoff_id)
        of.acknowledge(version=of.brief_version, by=team.csm, at=unit.now)
        of.answer_checks(yes, revision=1, by=team.csm, at=unit.now)
        of.restate(words, revision=1, by=team.csm, at=unit.now)
        of.judge(Verdict(match=True), revision=1, by=team.ae, at=unit.now)
        skip_briefing(unit, of, team)
        send_intro(unit, of, team)
        initial_all(unit, of, team)
        of.hold_kickoff(unit.now, by=team.csm, at=unit.now)
        deliver_all(unit, of, team)
        hold_debrief(unit, of, team)
        sign_plan(unit, of, team)
        unit.save(of, actor_id=team.csm.id)
        unit.commit()
    return handoff_id


def test_the_worst_comes_first_and_everything_is_counted(
    store: Store, team: Team, clock: FixedClock
) -> None:
    later = WEDNESDAY
    clock.advance(-timedelta(days=2))
    late = signed(store, team, Deal(account="Late"))
    clock.advance(-timedelta(days=1))
    very_late = signed(store, team, Deal(account="Very late"))
    clock.advance(later - clock.now())
    done = _read(store, team, Deal(account="Done"))
    unsigned = started(store, team, Deal(account="Unsigned"))
    called = assigned(store, team, Deal(account="Call"))
    tomorrow = posted(store, team, Deal(account="Tomorrow"))
    today = signed(store, team, Deal(account="Today"))
    waiting = posted(store, team, Deal(account="Waiting"))
    with store.write(team.workspace_id) as unit:
        of = unit.handoffs.lock(waiting)
        of.cs_manager_id = None  # Nobody owns the assignment.
        unit.save(of, actor_id=None)
        unit.commit()
    page = _page(store, team)
    assert [(row.handoff_id, row.light, row.step) for row in page.rows] == [
        (very_late, Light.LATE, Step.MESSAGE),
        (late, Light.LATE, Step.MESSAGE),
        (today, Light.ON_TIME, Step.MESSAGE),
        (waiting, Light.WAITING, Step.ASSIGN),
        (unsigned, Light.WAITING, None),
        (called, Light.ON_TIME, Step.BOOK_CALL),
        (tomorrow, Light.ON_TIME, Step.ASSIGN),
        # Its next review is weeks away.
        (done, Light.WAITING, Step.CHECK_IN),
    ]
    assert page.counts == StatusCounts(late=2, due_today=1, waiting=2, on_time=2, done=1)
    assert page.rows[0].due_at is not None
    assert (page.rows[0].ae.slack_id, page.rows[0].csm) == ("UAE", None)
    assert page.rows[5].percent == 100
    assert not page.rows[4].signed
    assert page.as_of == clock.now()


def test_a_closed_handoff_is_left_out_and_found_among_the_closed(
    store: Store, team: Team, clock: FixedClock
) -> None:
    opened = signed(store, team)
    ended = []
    for outcome in (Outcome.LOST, Outcome.ONBOARDED):
        handoff_id = assigned(store, team)
        clock.advance(timedelta(minutes=1))
        with store.write(team.workspace_id) as unit:
            of = unit.handoffs.lock(handoff_id)
            of.state, of.reviews = State.CLOSED, of.reviews.closed(outcome, unit.now)
            unit.save(of, actor_id=team.csm.id)
            unit.commit()
        ended.append(handoff_id)
    assert [row.handoff_id for row in _page(store, team).rows] == [opened]
    page = _page(store, team, chosen=Filter(bucket=Bucket.CLOSED))
    assert [(row.handoff_id, row.outcome) for row in page.rows] == [
        (ended[1], Outcome.ONBOARDED),
        (ended[0], Outcome.LOST),
    ]
    assert (page.counts.open, page.counts.closed, page.listed) == (1, 2, 2)


def test_a_step_is_due_soon_in_the_last_quarter_of_its_owners_time(
    store: Store, team: Team, clock: FixedClock
) -> None:
    signed(store, team)
    for passes, light in (
        (timedelta(hours=3) - timedelta(seconds=1), Light.ON_TIME),
        (timedelta(seconds=1), Light.SOON),
    ):
        clock.advance(passes)
        assert [row.light for row in _page(store, team).rows] == [light]
        with store.read(team.workspace_id) as unit:
            assert [row.light for row in unit.status.home(team.ae).needs_you] == [light]


def test_a_page_holds_its_rows_and_the_counts_are_of_all(store: Store, team: Team) -> None:
    ids = [signed(store, team, Deal(account=f"Deal {number}")) for number in range(5)]
    pages = [_page(store, team, page=number, size=2) for number in range(4)]
    assert [[row.handoff_id for row in page.rows] for page in pages] == [
        ids[:2],
        ids[2:4],
        ids[4:],
        ids[4:],
    ]
    assert {(page.pages, page.counts.open) for page in pages} == {(3, 5)}
    assert [page.page for page in pages] == [0, 1, 2, 2]


def test_an_empty_status_has_one_empty_page(store: Store, team: Team) -> None:
    page = _page(store, team)
    assert (page.rows, page.pages, page.counts.open) == ((), 1, 0)


def test_who_is_not_known_to_the_bot_sees_nothing_and_who_has_a_part_sees_the_rest(
    store: Store, team: Team
) -> None:
    first = signed(store, team)
    page = _page(store, team, viewer=team.outsider)
    assert (page.rows, page.counts.open, page.only_own) == ((), 0, True)
    own = signed(store, replace(team, ae=team.outsider), Deal(account="Mine"))
    page = _page(store, team, viewer=team.outsider)
    assert [row.handoff_id for row in page.rows] == [own]
    assert (page.chosen.whose, page.only_own) == (Whose.MINE, False)
    page = _page(store, team, viewer=team.outsider, chosen=ALL)
    assert [row.handoff_id for row in page.rows] == [first, own]


def test_handoffs_of_private_channels_are_listed_for_those_with_a_part_and_revops(
    store: Store, team: Team
) -> None:
    with store.write(team.workspace_id) as unit:
        facts = ChannelFacts("private", private=True, bot_inside=True)
        hidden = unit.channels.ensure("C1", facts=facts).id
        manager = unit.people.set_part(team.outsider.id, roles={Role.CS_MANAGER})
        unit.commit()
    public = signed(store, team)
    inside = signed(store, team, Deal(channel_id=hidden))
    rows = _page(store, team, viewer=manager, chosen=ALL).rows
    assert [row.handoff_id for row in rows] == [public]
    for known in (team.revops, team.ae, team.cs_manager):
        rows = _page(store, team, viewer=known, chosen=ALL).rows
        assert [row.handoff_id for row in rows] == [public, inside]


@pytest.mark.parametrize("part", ["listener_id", "lead_id"])
def test_who_listens_or_leads_finds_what_lives_in_a_private_channel(
    store: Store, team: Team, part: str
) -> None:
    with store.write(team.workspace_id) as unit:
        facts = ChannelFacts("private", private=True, bot_inside=True)
        hidden = unit.channels.ensure("C1", facts=facts).id
        unit.commit()
    public = signed(store, team)
    inside = signed(store, team, Deal(channel_id=hidden))
    another = signed(store, team, Deal(channel_id=hidden))

    def found_by(viewer: Person) -> tuple[list[int], bool, list[int]]:
        page = _page(store, team, viewer=viewer, chosen=ALL)
        with store.read(team.workspace_id) as unit:
            home = unit.status.home(viewer)
        assert (home.needs_you, home.mine, home.more) == ((), (), 0)
        listed = [row.handoff_id for row in page.rows]
        assert page.counts.open == len(listed)
        return listed, page.only_own, [row.handoff_id for row in home.waiting_on_others]

    assert found_by(team.outsider) == ([], True, [])
    for whose, found in (
        (team.outsider.id, ([public, inside], False, [inside])),
        (None, ([], True, [])),
    ):
        with store.write(team.workspace_id) as unit:
            of = unit.handoffs.lock(inside)
            setattr(of, part, whose)
            unit.save(of, actor_id=None)
            unit.commit()
        assert found_by(team.outsider) == found
    assert another in [row.handoff_id for row in _page(store, team).rows]


def test_other_private_channels_are_left_out_of_what_is_posted_in_one(
    store: Store, team: Team
) -> None:
    with store.write(team.workspace_id) as unit:
        facts = ChannelFacts("private", private=True, bot_inside=True)
        here, elsewhere = (unit.channels.ensure(one, facts=facts).id for one in ("C1", "C2"))
        unit.commit()
    public = signed(store, team)
    inside = signed(store, team, Deal(channel_id=here))
    hidden = signed(store, team, Deal(channel_id=elsewhere))
    page = _page(store, team, in_channel=here)
    assert [row.handoff_id for row in page.rows] == [public, inside]
    assert page.counts.open == 2
    assert hidden in [row.handoff_id for row in _page(store, team).rows]


def test_cancelled_handoffs_and_other_workspaces_are_not_listed(store: Store, team: Team) -> None:
    other = make_team(store, team_id="T200")
    signed(store, other)
    handoff_id = signed(store, team)
    with store.write(team.workspace_id) as unit:
        of = unit.handoffs.lock(handoff_id)
        of.cancel("Lost", by=team.ae, at=unit.now)
        unit.save(of, actor_id=team.ae.id)
        unit.commit()
    assert _page(store, team).counts.open == 0


def test_home_puts_each_handoff_into_one_list(store: Store, team: Team) -> None:
    owed = signed(store, team, Deal(account="Owed by the AE"))
    others = posted(store, team, Deal(account="Owed by the manager"))
    unsigned = started(store, team, Deal(account="Unsigned"))
    with store.read(team.workspace_id) as unit:
        home = unit.status.home(team.ae)
        stranger = unit.status.home(team.outsider)
    assert [(row.handoff_id, row.step) for row in home.needs_you] == [(owed, Step.MESSAGE)]
    assert [(row.handoff_id, row.step) for row in home.waiting_on_others] == [(others, Step.ASSIGN)]
    assert [row.handoff_id for row in home.mine] == [unsigned]
    assert (stranger.needs_you, stranger.waiting_on_others, stranger.mine) == ((), (), ())


def test_a_helpers_handoffs_are_found_while_they_are_open(store: Store, team: Team) -> None:
    handoff_id = signed(store, team)
    signed(store, team, Deal(account="Without helpers"))

    def helped() -> list[tuple[int, frozenset[SectionKey], bool]]:
        with store.read(team.workspace_id) as unit:
            found = unit.status.helped_by(team.outsider.id)
            assert unit.status.helped_by(team.csm.id) == ()
        return [(one.handoff_id, one.sections, one.ready) for one in found]

    assert helped() == []
    with store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        handoff.invite_helper(team.outsider, {SectionKey.SUCCESS}, by=team.ae, at=unit.now)
        unit.save(handoff, actor_id=team.ae.id)
        unit.commit()
    assert helped() == [(handoff_id, frozenset({SectionKey.SUCCESS}), False)]
    with store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        handoff.cancel("Over.", by=team.ae, at=unit.now)
        unit.save(handoff, actor_id=team.ae.id)
        unit.commit()
    assert helped() == []


def test_home_names_the_persons_own_step_and_not_the_most_urgent_one(
    store: Store, team: Team, clock: FixedClock
) -> None:
    handoff_id = assigned(store, team)
    with store.database.writing() as connection:
        connection.execute(
            update(deadline)
            .where(deadline.c.step == Step.BRIEF.value)
            .values(state="open", owner_id=team.ae.id)
        )
        connection.commit()
    with store.read(team.workspace_id) as unit:
        home = unit.status.home(team.csm)
    assert [(row.handoff_id, row.step) for row in home.needs_you] == [(handoff_id, Step.READ)]
    assert home.waiting_on_others == ()


def test_home_names_the_same_next_step_as_the_guide_card(
    store: Store, team: Team, clock: FixedClock
) -> None:
    handoff_id = assigned(store, team)
    with store.write(team.workspace_id) as unit:
        of = unit.handoffs.lock(handoff_id)
        booked = unit.now + timedelta(days=2)
        kickoff_booking.book(of, booked, by=team.csm, at=unit.now, policy=unit.policy)
        unit.save(of, actor_id=team.csm.id)
        unit.commit()

    def named(viewer: Person) -> tuple[Step | None, Step | None, Step]:
        """On Home, on the card, and what is due first."""
        with store.read(team.workspace_id) as unit:
            (row,) = unit.status.home(viewer).needs_you
            bundle = unit.bundle(handoff_id, viewer=viewer)
            lines = step_lines(
                bundle.handoff,
                bundle.deadlines,
                bundle.people,
                as_of=unit.now,
                viewer_id=viewer.id,
            )
        owed = [
            one for one in lines if one.light in OWED and one.owner and one.owner.id == viewer.id
        ]
        mine = next_line(owed)
        return row.step, mine.step if mine else None, min(owed, key=lambda one: one.due_at).step

    on_home, on_card, earliest = named(team.csm)
    assert (on_home, on_card, earliest) == (Step.DEBRIEF, Step.DEBRIEF, Step.PREP)
    seen = set()
    for _ in range(12):
        clock.advance(timedelta(hours=4))
        for viewer in (team.csm, team.ae):
            on_home, on_card, _ = named(viewer)
            assert on_home is on_card
            seen.add(on_home)
    assert Step.PREP in seen


def test_a_row_says_what_is_missing_of_the_reading(store: Store, team: Team) -> None:
    handoff_id = assigned(store, team)

    def left() -> tuple[Part, ...]:
        with store.read(team.workspace_id) as unit:
            (row,) = unit.status.home(team.csm).needs_you
        return row.left

    assert left() == tuple(Part)
    checks = Checks(metric=True, no_plan=True, champion=True)
    with store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        handoff.acknowledge(version=handoff.brief_version, by=team.csm, at=unit.now)
        handoff.answer_checks(checks, revision=1, by=team.csm, at=unit.now)
        unit.save(handoff, actor_id=team.csm.id)
        unit.commit()
    assert left() == (Part.RESTATEMENT,)
    with store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        handoff.verification = handoff.verification.outdated(unit.now)
        unit.save(handoff, actor_id=None)
        unit.commit()
    assert left() == (Part.ACKNOWLEDGEMENT, Part.RESTATEMENT)


@pytest.mark.parametrize(
    ("make", "listed", "left_out"),
    [(started, "mine", 2), (signed, "needs_you", 2), (posted, "waiting_on_others", 2)],
)
def test_home_says_how_many_it_leaves_out(
    store: Store, team: Team, make: Callable[..., int], listed: str, left_out: int
) -> None:
    ids = [make(store, team, Deal(account=f"Deal {number}")) for number in range(HOME_ROWS + 2)]
    with store.read(team.workspace_id) as unit:
        home = unit.status.home(team.ae)
    lists = {"mine": home.mine, "needs_you": home.needs_you}
    lists["waiting_on_others"] = home.waiting_on_others
    assert [row.handoff_id for row in lists.pop(listed)] == ids[:HOME_ROWS]
    assert list(lists.values()) == [(), ()]
    assert home.more == left_out


# --- Whose


def _elsewhere(store: Store, team: Team, slack_id: str, **part: Any) -> Person:
    with store.write(team.workspace_id) as unit:
        person = unit.people.ensure(slack_id, facts=PersonFacts(slack_id))
        person = unit.people.set_part(person.id, **part)
        unit.commit()
    return person


def _accounts(page: StatusPage) -> list[str]:
    return [row.account for row in page.rows]


def test_a_manager_begins_with_their_team_and_the_others_with_their_own(
    store: Store, team: Team
) -> None:
    lead = _elsewhere(store, team, "ULEAD")
    led = _elsewhere(store, team, "ULED", manager_id=lead.id)
    other = _elsewhere(store, team, "UOTHER")
    signed(store, team, Deal(account="Theirs"))
    signed(store, replace(team, ae=led), Deal(account="Of a report"))
    signed(store, replace(team, ae=lead), Deal(account="Their own"))
    signed(store, replace(team, ae_manager=lead), Deal(account="Named for it"))
    assigned(store, replace(team, csm=led), Deal(account="A report's as CSM"))
    above = _elsewhere(store, team, "UABOVE")
    signed(store, replace(team, ae=other, ae_manager=above), Deal(account="Of others"))
    page = _page(store, team, viewer=lead)
    assert page.chosen.whose is Whose.TEAM
    assert set(_accounts(page)) == {"Of a report", "Named for it", "A report's as CSM"}
    assert page.counts.open == 3
    mine = _page(store, team, viewer=lead, chosen=Filter(whose=Whose.MINE))
    assert set(_accounts(mine)) == {"Their own", "Named for it"}
    assert _page(store, team, viewer=lead, chosen=ALL).counts.open == 6
    assert set(_accounts(_page(store, team, viewer=led))) == {"Of a report", "A report's as CSM"}


@pytest.mark.parametrize(
    ("roles", "whose"),
    [
        ({Role.REVOPS}, Whose.ALL),
        ({Role.REVOPS, Role.ADMIN, Role.CS_MANAGER}, Whose.ALL),
        ({Role.ADMIN}, Whose.ALL),
        ({Role.ADMIN, Role.CS_MANAGER}, Whose.TEAM),
        ({Role.AE_MANAGER}, Whose.TEAM),
        (set(), Whose.MINE),
    ],
)
def test_a_list_begins_by_what_somebody_does_here(
    store: Store, team: Team, roles: set[Role], whose: Whose
) -> None:
    signed(store, team)
    page = _page(store, team, viewer=_elsewhere(store, team, "UVIEWER", roles=roles))
    assert (page.chosen.whose, page.counts.open) == (whose, int(whose is Whose.ALL))


def test_an_admin_begins_with_those_they_manage(store: Store, team: Team) -> None:
    admin = _elsewhere(store, team, "UADMIN", roles={Role.ADMIN})
    led = _elsewhere(store, team, "ULED", manager_id=admin.id)
    signed(store, replace(team, ae=led), Deal(account="Of a report"))
    signed(store, team, Deal(account="Of others"))
    page = _page(store, team, viewer=admin)
    assert (page.chosen.whose, _accounts(page)) == (Whose.TEAM, ["Of a report"])


def test_a_team_shows_nothing_of_a_private_channel_that_its_manager_may_not_read(
    store: Store, team: Team
) -> None:
    lead = _elsewhere(store, team, "ULEAD", roles={Role.AE_MANAGER})
    led = _elsewhere(store, team, "ULED", manager_id=lead.id)
    with store.write(team.workspace_id) as unit:
        facts = ChannelFacts("private", private=True, bot_inside=True)
        hidden = unit.channels.ensure("C1", facts=facts).id
        unit.commit()
    signed(store, replace(team, ae=led), Deal(account="Hidden", channel_id=hidden))
    signed(store, replace(team, ae=led), Deal(account="Public"))
    assert _accounts(_page(store, team, viewer=lead)) == ["Public"]


# --- Choices


def test_each_choice_leaves_out_the_others_and_the_counts_are_of_what_is_chosen(
    store: Store, team: Team, clock: FixedClock
) -> None:
    other = _elsewhere(store, team, "UOTHER")
    now = clock.now()
    clock.advance(-timedelta(days=2))
    signed(store, team, Deal(account="Late"))
    clock.advance(now - clock.now())
    signed(store, replace(team, ae=other), Deal(account="Today"))
    started(store, team, Deal(account="Unsigned", value=Money(20_000_00, "USD")))
    posted(store, team, Deal(account="Later"))
    _read(store, team, Deal(account="Done"))

    def found(**chosen: Any) -> set[str]:
        return set(_accounts(_page(store, team, chosen=Filter(**chosen))))

    assert found(bucket=Bucket.LATE) == {"Late"}
    assert found(bucket=Bucket.TODAY) == {"Today"}
    assert found(bucket=Bucket.WAITING) == {"Unsigned"}
    assert found(bucket=Bucket.ON_TIME) == {"Later"}
    assert found(bucket=Bucket.DONE) == {"Done"}
    assert found(person=other.id) == {"Today"}
    assert found(person=team.csm.id) == {"Done"}
    assert found(person=team.cs_manager.id) == {"Later"}
    assert found(step=Step.MESSAGE) == {"Late", "Today"}
    assert found(step=Step.SIGNATURE) == {"Unsigned"}
    assert found(tier=Tier.LIGHT) == {"Unsigned"}
    assert found(step=Step.MESSAGE, person=other.id, tier=Tier.FULL) == {"Today"}
    assert found(step=Step.MESSAGE, person=team.csm.id) == set()
    page = _page(store, team, chosen=Filter(step=Step.MESSAGE, bucket=Bucket.LATE), size=1)
    assert page.counts == StatusCounts(late=1, due_today=1, waiting=0, on_time=0)
    assert (page.listed, page.pages) == (1, 1)


def test_pages_of_what_is_chosen_hold_each_once(
    store: Store, team: Team, clock: FixedClock
) -> None:
    now = clock.now()
    clock.advance(-timedelta(days=2))
    late = [signed(store, team, Deal(account=f"Late {number}")) for number in range(3)]
    clock.advance(now - clock.now())
    today = [signed(store, team, Deal(account=f"Today {number}")) for number in range(3)]

    def pages(size: int, chosen: Filter) -> list[list[int]]:
        found = [_page(store, team, page=n, size=size, chosen=chosen) for n in range(6)]
        return [[row.handoff_id for row in one.rows] for one in found[: found[0].pages]]

    assert pages(2, EVERYTHING) == [late[:2], [late[2], today[0]], today[1:]]
    assert pages(2, Filter(bucket=Bucket.LATE)) == [late[:2], late[2:]]
    assert pages(2, Filter(bucket=Bucket.TODAY)) == [today[:2], today[2:]]
    with store.read(team.workspace_id) as unit:
        every = unit.status.every(viewer=team.revops, day_end=DAY_END)
    assert [row.handoff_id for row in every.rows] == late + today
    assert every.pages == 1


# --- How late


def _due(store: Store, dues: Mapping[int, datetime]) -> None:
    """Have what is owed first in each handoff be due at an instant."""
    with store.database.writing() as connection:
        for handoff_id, due_at in dues.items():
            connection.execute(
                update(handoff).where(handoff.c.id == handoff_id).values(attention_due_at=due_at)
            )
        connection.commit()


def test_what_is_late_stands_by_working_time_of_its_owner_and_says_it(
    open_store: Callable[..., Store], clock: FixedClock
) -> None:
    # A Sunday noon: since Friday evening nobody in Berlin had a working hour, and four hours
    # ago a working day went on in Dubai.
    store = open_store(
        policy=Policy.model_validate({"hours": {"weekdays": {"AE": [6, 0, 1, 2, 3]}}})
    )
    team = make_team(store)
    with store.write(team.workspace_id) as unit:
        facts = PersonFacts("Dubai", "Asia/Dubai")
        dubai = unit.people.set_part(unit.people.ensure("UDUBAI", facts=facts).id, region="AE")
        unit.commit()
    friday = WEDNESDAY.replace(hour=17) + timedelta(days=2)
    sunday = WEDNESDAY.replace(hour=11) + timedelta(days=4)
    berlin = signed(store, team, Deal(account="Berlin"))
    older = signed(store, team, Deal(account="Berlin, an hour before"))
    gulf = signed(store, replace(team, ae=dubai), Deal(account="Dubai"))
    hour = timedelta(hours=1)
    _due(store, {berlin: friday, older: friday - hour, gulf: sunday - 4 * hour})
    clock.advance(sunday - clock.now())
    page = _page(store, team, day_end=sunday)
    assert [(row.account, row.late_by) for row in page.rows] == [
        ("Dubai", 4 * hour),
        ("Berlin, an hour before", hour),
        ("Berlin", timedelta(0)),
    ]
    with store.read(team.workspace_id) as unit:
        others = unit.status.home(team.ae_manager).waiting_on_others
    assert [row.account for row in others] == _accounts(page)


def test_a_late_step_that_nobody_owns_is_late_by_the_policys_hours(
    store: Store, team: Team, clock: FixedClock
) -> None:
    nobodys = signed(store, team)
    _due(store, {nobodys: WEDNESDAY + timedelta(hours=8)})
    with store.database.writing() as connection:
        connection.execute(update(handoff).values(attention_owner_id=None))
        connection.commit()
    clock.advance(timedelta(days=1))
    assert [row.late_by for row in _page(store, team).rows] == [timedelta(hours=1)]


@pytest.mark.parametrize(
    "chosen",
    [
        EVERYTHING,
        Filter(bucket=Bucket.LATE),
        Filter(whose=Whose.TEAM, step=Step.MESSAGE, tier=Tier.FULL),
        Filter(whose=Whose.MINE, person=1),
    ],
)
def test_a_page_of_ten_thousand_handoffs_is_chosen_on_the_narrow_index(
    store: Store, team: Team, dialect: str, clock: FixedClock, chosen: Filter
) -> None:
    _ten_thousand(store, replace(team, ae_manager=team.revops))
    clock.advance(timedelta(minutes=5_000))
    with _noted(store) as statements:
        # From the late ones into the others.
        page = _page(store, team, page=499, chosen=chosen)
    assert (page.counts.open, len(page.rows)) == (10_000, 10)
    told = [one for one in statements if "FROM handoff" in one[0]]
    assert len(told) <= 4
    if dialect == "sqlite":
        for plan in _plans(store, told[:-1]):
            assert "COVERING INDEX ix_handoff_status" in plan, plan


# --- Who has a part


def _ten_thousand(store: Store, team: Team, **parts: int) -> None:
    """So many open handoffs, each with these people as well; the database makes them of one."""
    signed(store, team)
    count = select(literal(0).label("n")).cte("numbers", recursive=True)
    numbers = count.union_all(select(count.c.n + 1).where(count.c.n < 9_998))
    due = handoff.c.attention_due_at
    made: dict[str, ColumnElement[Any]] = {
        **{column.name: column for column in handoff.c if column.name != "id"},
        **{name: literal(value) for name, value in parts.items()},
    }
    if store.database.dialect == "postgresql":
        later = numbers.c.n * literal(timedelta(minutes=1), Interval())
    else:
        later = numbers.c.n * literal(timedelta(minutes=1) // MICROSECOND)
    made[due.name] = literal(WEDNESDAY, due.type) + later
    each = select(*made.values()).select_from(handoff.join(numbers, true()))
    with store.database.writing() as connection:
        connection.execute(insert(handoff).from_select([*made], each.order_by(numbers.c.n)))
        connection.commit()


@contextmanager
def _noted(store: Store) -> Iterator[list[tuple[str, Any]]]:
    """The statements that are read with meanwhile, and their values."""
    statements: list[tuple[str, Any]] = []

    def note(
        _connection: object, _cursor: object, statement: str, values: Any, *_rest: object
    ) -> None:
        if statement.startswith("SELECT"):
            statements.append((statement, values))

    event.listen(store.database.readers, "before_cursor_execute", note)
    yield statements
    event.remove(store.database.readers, "before_cursor_execute", note)


def _plans(store: Store, statements: list[tuple[str, Any]]) -> list[str]:
    """How SQLite goes about each."""
    with store.database.reading() as connection:
        return [
            " ".join(
                str(step)
                for step in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
            )
            for statement, values in statements
        ]


def test_who_is_expected_as_the_csm_finds_it_until_one_is_assigned(
    store: Store, team: Team
) -> None:
    """Its channel may be private, and they are not in it yet."""
    with store.write(team.workspace_id) as unit:
        unit.channels.ensure("C0DEAL", facts=ChannelFacts(private=True, bot_inside=True))
        unit.commit()
    handoff_id = posted(store, team)

    def found(who: Person) -> tuple[list[int], list[int]]:
        page = _page(store, team, viewer=who, chosen=ALL)
        with store.read(team.workspace_id) as unit:
            home = unit.status.home(who)
        rows = (*home.needs_you, *home.waiting_on_others, *home.mine)
        return [one.handoff_id for one in page.rows], [one.handoff_id for one in rows]

    assert found(team.csm) == ([handoff_id], [handoff_id])
    assert found(team.outsider) == ([], [])
    with store.write(team.workspace_id) as unit:
        of = unit.handoffs.lock(handoff_id)
        of.cs_contact_id = team.outsider.id
        unit.save(of, actor_id=None)
        unit.commit()
    assert found(team.outsider) == ([handoff_id], [handoff_id])
    with store.write(team.workspace_id) as unit:
        of = unit.handoffs.lock(handoff_id)
        of.assign_csm(team.outsider, by=team.cs_manager, at=unit.now)
        unit.save(of, actor_id=team.cs_manager.id)
        unit.commit()
    assert found(team.csm) == ([], [])


@pytest.mark.parametrize("part", ["ae_id", "csm_id", "listener_id", "lead_id"])
def test_the_lists_of_who_has_a_part_are_chosen_and_counted_on_the_narrow_index_alone(
    store: Store, team: Team, dialect: str, part: str
) -> None:
    _ten_thousand(store, team, **{part: team.outsider.id})
    with _noted(store) as statements:
        page = _page(store, team, viewer=team.outsider)
        with store.read(team.workspace_id) as unit:
            home = unit.status.home(team.outsider)
    assert page.counts.open == 9_999
    assert len([*home.needs_you, *home.waiting_on_others]) == HOME_ROWS
    if dialect == "sqlite":
        plans = [plan for plan in _plans(store, statements) if " handoff " in plan]
        assert len(plans) >= 5
        looks = [plan for plan in plans if "MULTI-INDEX OR" in plan]
        assert any(f"ix_handoff_{part}" in plan for plan in looks)
        for plan in plans:
            assert plan in looks or "INDEX ix_handoff_status" in plan


def test_who_has_no_part_is_told_so_without_a_walk_through_all_handoffs(
    store: Store, team: Team, dialect: str
) -> None:
    _ten_thousand(store, team)
    with _noted(store) as statements:
        assert _page(store, team, viewer=team.outsider).only_own
    if dialect == "sqlite":
        has_part, *_ = (one for one in _plans(store, statements) if " handoff " in one)
        assert "MULTI-INDEX OR" in has_part
        assert "SCAN" not in has_part
