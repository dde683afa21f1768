"""Who is told as a manager is looked up when it is said, and the message says why just they."""

from datetime import date, timedelta
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.web import SlackResponse
from structlog.testing import capture_logs

from bot.clock.sweep import Sweep
from bot.delivery.asking import Asking
from bot.delivery.constants import Constants
from bot.delivery.profiles import Profiles
from bot.delivery.shaping import Shaping
from bot.domain.access import Capacity
from bot.domain.deadlines import settle
from bot.domain.errors import HandoffError, NotFound, Problem
from bot.domain.nudging import Stage
from bot.domain.people import ManagerBy, Person
from bot.slack_calls import Patience
from bot.storage.people import PersonFacts
from bot.storage.tables import outbox
from bot.storage.unit_of_work import Store
from tests.builders import (
    FakeMachine,
    FixedClock,
    Team,
    assigned,
    deliver_all,
    hold_debrief,
    initial_all,
    posted,
    signed,
)
from tests.delivery.desk import CrashAt, Desk
from tests.delivery.test_plan import signed as plan_signed
from tests.flows.slack import SlackByHand, account
from tests.views.shown import seen_text

HOUR = timedelta(hours=1)
UNTIL = date(2026, 4, 17)
FIELD = "Xf0BOSS"


def late(desk: Desk) -> None:
    """Long past every due time, in everybody's working hours."""
    desk.drain()
    desk.clock.advance(7 * 24 * HOUR)
    Sweep(store=desk.store, clock=desk.clock).run()
    desk.drain()


def told(desk: Desk, reader: str) -> str:
    """All words in one person's DM."""
    return seen_text([one.args for one in desk.slack.ledger.in_channel(f"D-{reader}")])


def leave(store: Store, team: Team, who: int, stand_in: int | None = None) -> None:
    with store.write(team.workspace_id) as unit:
        unit.set_leave(who, UNTIL, stand_in, by=None)
        unit.commit()


def set_up(store: Store, team: Team, handoff_id: int, **changed: Any) -> None:
    with store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        for name, value in changed.items():
            setattr(handoff, name, value)
        unit.save(handoff, actor_id=None)
        unit.commit()


@pytest.mark.parametrize(
    ("by", "why"),
    [
        (ManagerBy.NAMED, "you were named as the AE manager on the start form of this handoff."),
        (ManagerBy.HAND, "an admin set you as the manager of \n<@UAE>\n."),
        (ManagerBy.PROFILE, "the Slack profile of \n<@UAE>\n names you as their manager."),
        (ManagerBy.POLICY, "the policy names you as the AE manager, where nobody else is named."),
        (None, "you are the AE manager of this handoff."),
    ],
)
def test_the_reason_is_true_for_each_way_to_become_the_manager(
    desk: Desk, store: Store, team: Team, by: ManagerBy | None, why: str
) -> None:
    handoff_id = signed(store, team)
    set_up(store, team, handoff_id, ae_manager_by=by)
    late(desk)
    assert f"Why you: \n{why}" in told(desk, "UAE_MANAGER")


def test_revops_in_the_end_is_told_in_whose_place(desk: Desk, store: Store, team: Team) -> None:
    signed(store, team)
    leave(store, team, team.ae_manager.id)
    late(desk)
    words = told(desk, "UREVOPS")
    assert "Why you: \nyou are RevOps, and no manager is there to be told." in words
    assert "<@UAE_MANAGER>\n would be told, but is away until 17 Apr 2026" in words
    assert "brief was due" not in told(desk, "UAE_MANAGER")


def test_the_manager_above_is_told_in_place_of_one_without_an_account(
    desk: Desk, store: Store, team: Team
) -> None:
    handoff_id = signed(store, team)
    with store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        # Else the bot's own post brings the handoff in line first, or its look at the brief.
        handoff.post(by=team.ae, at=unit.now)
        unit.save(handoff, actor_id=team.ae.id)
        brief = unit.deadlines.of(handoff_id)[1]
        unit.deadlines.settle([(handoff_id, settle(brief, said={Stage.SILENT}))])
        unit.people.set_part(team.ae_manager.id, manager_id=team.outsider.id)
        unit.people.note("UAE_MANAGER", PersonFacts("Tomás", deactivated=True))
        unit.commit()
    late(desk)
    words = told(desk, "UOUTSIDER")
    assert "an admin set you as the manager of \n<@UAE_MANAGER>\n." in words
    assert "<@UAE_MANAGER>\n would be told, but has no account any more." in words
    assert desk.row(outbox, kind="late_for_manager", state="cancelled")["reason"] == (
        "another_is_told"
    )


def test_a_managers_stand_in_is_told_so(desk: Desk, store: Store, team: Team) -> None:
    assigned(store, team)
    leave(store, team, team.cs_manager.id, team.outsider.id)
    late(desk)
    words = told(desk, "UOUTSIDER")
    assert "you stand in for \n<@UCS_MANAGER>\n, who is away until 17 Apr 2026" in words
    assert "would be told" not in words


def test_who_stands_in_for_an_owner_reads_for_whom_and_until_when(
    desk: Desk, store: Store, team: Team
) -> None:
    assigned(store, team)
    leave(store, team, team.csm.id, team.outsider.id)
    late(desk)
    words = told(desk, "UOUTSIDER")
    assert "Why you: you stand in for \n<@UCSM>\n, who is away until 17 Apr 2026" in words
    assert "you stand in for the CSM" in words
    assert "In place of <@UCSM>, who is away until 17 Apr 2026" in words
    assert "Why you" not in told(desk, "UCSM")


def test_without_a_stand_in_the_manager_hears_once_who_is_away_and_can_name_another(
    desk: Desk, store: Store, team: Team
) -> None:
    # Only the reading is left to do: the kickoff was held, and everybody said yes to the plan.
    handoff_id = plan_signed(store, team)
    with store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        initial_all(unit, handoff, team)
        deliver_all(unit, handoff, team)
        hold_debrief(unit, handoff, team)
        unit.save(handoff, actor_id=team.csm.id)
        unit.commit()
    leave(store, team, team.csm.id)
    late(desk)
    words = told(desk, "UCS_MANAGER")
    assert words.count("Acknowledge brief") == 0
    assert words.count("<@UCSM>\n is away until 17 Apr 2026") == 1
    assert "Assign CSM" in words
    assert "you were named as the CS manager on the start form" in words
    assert [row["person_id"] for row in desk.rows(outbox) if row["kind"].startswith("late")].count(
        team.cs_manager.id
    ) == 1


def test_who_says_not_mine_is_named_with_their_reason_and_why_one_is_asked(
    desk: Desk, store: Store, team: Team
) -> None:
    handoff_id = posted(store, team)
    with store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        asked = unit.reassigns(handoff, Capacity.CS_MANAGER, but=team.cs_manager.id)
        assert asked is not None
        handoff.not_mine(
            "assign", "Region north.", asked=asked.person_id, by=team.cs_manager, at=unit.now
        )
        unit.save(handoff, actor_id=team.cs_manager.id)
        unit.commit()
    desk.drain()
    words = told(desk, "UREVOPS")
    assert "<@UCS_MANAGER>\n says that the CSM assignment is not theirs." in words
    assert "Region north." in words
    assert "you are RevOps" in words
    assert "Open handoff" in words


# --- The profile


def profiles(store: Store, machine: FakeMachine, slack: WebClient) -> Profiles:
    def meet(workspace_id: int, slack_id: str, _within: Patience | None) -> Person:
        with store.read(workspace_id) as unit:
            known = unit.people.by_slack_id(slack_id)
        if known is None:
            raise NotFound(Problem.NOT_A_COLLEAGUE)
        return known

    shaping = Shaping(machine=machine, constants=Constants())
    asking = Asking(
        client_of=lambda _: slack,
        shaping=shaping,
        sleep=lambda seconds: machine.advance(timedelta(seconds=seconds)),
        on_no_access=store.delivery.block_workspace,
    )
    return Profiles(store=store, asking=asking, machine=machine, meet=meet)


@pytest.fixture
def by_hand(store: Store, team: Team) -> SlackByHand:
    """A Slack whose people have no manager set by hand, and whose field was chosen."""
    with store.write(team.workspace_id) as unit:
        unit.choose_manager_field(FIELD, "Manager")
        for one in (team.ae, team.csm):
            unit.people.set_part(one.id, clear_manager=True)
        unit.commit()
    slack = SlackByHand()
    for known in ("UAE", "UCSM", "UCS_MANAGER", "UAE_MANAGER", "UOUTSIDER", "UREVOPS"):
        slack.users[known] = account(known)
    slack.profiles["UAE"] = {FIELD: {"value": "UOUTSIDER", "alt": ""}}
    return slack


def manager_of(store: Store, team: Team, who: int) -> int | None:
    with store.read(team.workspace_id) as unit:
        return unit.people.get(who).manager_id


def test_a_profile_is_asked_at_most_once_a_day(
    store: Store, team: Team, machine: FakeMachine, by_hand: SlackByHand
) -> None:
    asked = profiles(store, machine, by_hand)
    for _ in range(3):
        asked.refresh(team.workspace_id, team.ae.id)
    assert by_hand.called("users.profile.get") == [{"user": "UAE"}]
    assert manager_of(store, team, team.ae.id) == team.outsider.id
    by_hand.profiles["UAE"] = None
    machine.advance(timedelta(days=1, seconds=1))
    asked.refresh(team.workspace_id, team.ae.id)
    assert manager_of(store, team, team.ae.id) is None


def test_nobody_is_asked_about_without_a_field_or_where_a_hand_set_it(
    store: Store, team: Team, machine: FakeMachine, by_hand: SlackByHand
) -> None:
    asked = profiles(store, machine, by_hand)
    with store.write(team.workspace_id) as unit:
        unit.people.set_part(team.ae.id, manager_id=team.revops.id)
        unit.commit()
    asked.refresh(team.workspace_id, team.ae.id)
    with store.write(team.workspace_id) as unit:
        unit.choose_manager_field(None, None)
        unit.commit()
    asked.refresh(team.workspace_id, team.csm.id)
    assert asked.refresh_all(team.workspace_id) == 0
    assert by_hand.called("users.profile.get") == []
    assert manager_of(store, team, team.ae.id) == team.revops.id


@pytest.mark.parametrize(
    "held",
    [
        None,
        {},
        {FIELD: {"value": "", "alt": ""}},
        {FIELD: {"value": "UAE", "alt": ""}},
        {FIELD: {"value": "UNOBODY", "alt": ""}},
        {FIELD: {"value": None}},
        {"Xf0OTHER": {"value": "UREVOPS", "alt": ""}},
    ],
)
def test_a_profile_that_names_nobody_who_can_be_it_leaves_them_without(
    store: Store, team: Team, machine: FakeMachine, by_hand: SlackByHand, held: Any
) -> None:
    by_hand.profiles["UAE"] = held
    profiles(store, machine, by_hand).refresh(team.workspace_id, team.ae.id)
    assert manager_of(store, team, team.ae.id) is None


def test_all_in_open_handoffs_are_asked_in_turns_at_the_rate_and_go_on_after_silence(
    store: Store, team: Team, machine: FakeMachine, by_hand: SlackByHand
) -> None:
    signed(store, team)
    asked = profiles(store, machine, by_hand)
    by_hand.silent.add("users.profile.get")
    assert asked.refresh_all(team.workspace_id) == 0
    by_hand.silent.clear()
    assert asked.refresh_all(team.workspace_id) == 4
    assert asked.refresh_all(team.workspace_id) == 0
    users = [args["user"] for args in by_hand.called("users.profile.get")]
    assert users == ["UAE", "UCSM", "UCS_MANAGER", "UAE_MANAGER"]


def test_a_manager_who_changed_since_yesterday_is_told_and_the_one_before_is_not(
    desk: Desk, store: Store, team: Team, machine: FakeMachine, by_hand: SlackByHand
) -> None:
    handoff_id = signed(store, team)
    set_up(
        store, team, handoff_id, ae_manager_id=team.ae_manager.id, ae_manager_by=ManagerBy.PROFILE
    )
    asked = profiles(store, machine, by_hand)
    desk.check_manager = asked.refresh
    desk.hire()
    late(desk)
    assert "brief was due" not in told(desk, "UAE_MANAGER")
    words = told(desk, "UOUTSIDER")
    assert words.count("brief was due") == 1
    assert "the Slack profile of \n<@UAE>\n names you as their manager." in words


def two_decided(desk: Desk, store: Store, team: Team) -> tuple[int, int]:
    """Two late handoffs in one message to their AE's manager, which is decided and not sent."""
    ids = signed(store, team), signed(store, team)
    for one in ids:
        set_up(store, team, one, ae_manager_id=team.ae_manager.id, ae_manager_by=ManagerBy.PROFILE)
        with store.write(team.workspace_id) as unit:
            handoff = unit.handoffs.lock(one)
            handoff.post(by=team.ae, at=unit.now)
            unit.save(handoff, actor_id=team.ae.id)
            unit.commit()
    desk.drain()
    desk.clock.advance(7 * 24 * HOUR)
    Sweep(store=desk.store, clock=desk.clock).run()
    return ids


def test_of_several_in_one_message_each_that_is_anothers_by_now_is_passed_on_once(
    desk: Desk, store: Store, team: Team, machine: FakeMachine, by_hand: SlackByHand
) -> None:
    asked = profiles(store, machine, by_hand)
    desk.check_manager = asked.refresh
    desk.hire()
    two_decided(desk, store, team)
    desk.drain()
    assert "brief was due" not in told(desk, "UAE_MANAGER")
    assert told(desk, "UOUTSIDER").count("brief was due") == 2
    old = desk.row(outbox, kind="summary", person_id=team.ae_manager.id)
    assert (old["state"], old["reason"]) == ("cancelled", "nothing_holds")


def test_what_stays_the_managers_is_told_and_the_rest_is_passed_on(
    desk: Desk, store: Store, team: Team
) -> None:
    first, _ = two_decided(desk, store, team)
    set_up(store, team, first, ae_manager_id=team.outsider.id)
    desk.drain()
    assert told(desk, "UAE_MANAGER").count("brief was due") == 1
    assert told(desk, "UOUTSIDER").count("brief was due") == 1


def test_a_crash_between_passing_on_and_telling_doubles_and_loses_neither(
    desk: Desk, store: Store, team: Team
) -> None:
    first, _ = two_decided(desk, store, team)
    set_up(store, team, first, ae_manager_id=team.outsider.id)
    crash = CrashAt("told")
    desk.survive(crash, desk.drain)
    assert crash.died
    assert told(desk, "UAE_MANAGER").count("brief was due") == 1
    assert told(desk, "UOUTSIDER").count("brief was due") == 1


def test_a_manager_whose_account_was_closed_hands_on_what_one_message_told_them(
    desk: Desk, store: Store, team: Team
) -> None:
    two_decided(desk, store, team)
    with store.write(team.workspace_id) as unit:
        unit.people.note("UAE_MANAGER", PersonFacts("Tomás", deactivated=True))
        unit.commit()
    desk.drain()
    assert "brief was due" not in told(desk, "UAE_MANAGER")
    assert told(desk, "UREVOPS").count("brief was due") == 2
    old = desk.row(outbox, kind="summary", person_id=team.ae_manager.id)
    assert (old["state"], old["reason"]) == ("cancelled", "reader_inactive")


def test_who_is_told_in_an_absent_owners_place_is_looked_up_when_it_is_said_as_well(
    desk: Desk, store: Store, team: Team, machine: FakeMachine, by_hand: SlackByHand
) -> None:
    handoff_id = signed(store, team)
    by = {"ae_manager_id": team.ae_manager.id, "ae_manager_by": ManagerBy.PROFILE}
    set_up(store, team, handoff_id, **by)
    leave(store, team, team.ae.id)
    asked = profiles(store, machine, by_hand)
    desk.check_manager = asked.refresh
    desk.hire()
    late(desk)
    Sweep(store=desk.store, clock=desk.clock).run()
    desk.drain()
    assert "brief was due" not in told(desk, "UAE_MANAGER")
    assert told(desk, "UOUTSIDER").count("brief was due") == 1


def test_where_slack_is_silent_the_manager_known_is_told(
    desk: Desk, store: Store, team: Team
) -> None:
    def silent(_workspace_id: int, _person_id: int) -> None:
        raise HandoffError(Problem.SLACK_SILENT)

    signed(store, team)
    desk.check_manager = silent
    desk.hire()
    late(desk)
    assert "brief was due" in told(desk, "UAE_MANAGER")


def test_a_leave_that_began_after_it_was_decided_sends_it_on(
    desk: Desk, store: Store, team: Team, clock: FixedClock
) -> None:
    signed(store, team)
    desk.drain()
    clock.advance(7 * 24 * HOUR)
    Sweep(store=store, clock=clock).run()
    with store.write(team.workspace_id) as unit:
        unit.people.set_leave(team.ae_manager.id, UNTIL, None)
        unit.commit()
    desk.drain()
    assert "brief was due" not in told(desk, "UAE_MANAGER")
    assert told(desk, "UREVOPS").count("brief was due") == 1


def test_a_profile_that_slack_does_not_show_holds_up_no_other(
    store: Store, team: Team, machine: FakeMachine, by_hand: SlackByHand
) -> None:
    class Reluctant(SlackByHand):
        """Shows every profile but one."""

        def api_call(self, api_method: str, **given: Any) -> SlackResponse:
            if given.get("params", {}).get("user") == "UAE":
                raise self.refusal("profile_not_shown")
            return super().api_call(api_method, **given)

    signed(store, team)
    slack = Reluctant()
    slack.users, slack.profiles = by_hand.users, by_hand.profiles
    with capture_logs() as logged:
        assert profiles(store, machine, slack).refresh_all(team.workspace_id) == 3
    (line,) = [one for one in logged if one["event"] == "profile not read"]
    assert (line["person"], line["word"]) == (team.ae.id, "profile_not_shown")
