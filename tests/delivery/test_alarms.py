"""An admin is told in Slack when the bot cannot do its work, with a reference into the log."""

from collections.abc import Callable, Collection
from datetime import timedelta
from typing import Any
from urllib.error import URLError

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse
from structlog.testing import capture_logs

from bot.clock.alarms import Alarms
from bot.delivery.alarms import LEFT_OUT_AT_WILL
from bot.delivery.asking import Refused, not_said
from bot.delivery.granted import Granted
from bot.delivery.missing import MissingScopes
from bot.delivery.outcomes import failed
from bot.domain.channels import CHECK_AFTER
from bot.domain.notices import NoticeKind
from bot.domain.people import Person, Role
from bot.flows.manifest import SCOPES
from bot.storage.tables import alarm, outbox
from bot.storage.vitals import Vitals, look
from bot.views import sentences
from tests.builders import posted
from tests.delivery.desk import MINUTE, SECOND, Desk
from tests.delivery.slack import Fault, Message, Refusal

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
REQUIRED = [scope.name for scope in SCOPES if not scope.optional]
WITHOUT_IM = [one for one in REQUIRED if one != "im:write"]


class Token:
    """The bot's token: which scopes Slack names with an answer, while it answers."""

    def __init__(self, scopes: Collection[str] = REQUIRED) -> None:
        self.scopes: Collection[str] = scopes
        self.silent = False
        self.asked = 0

    def __call__(self) -> SlackResponse:
        self.asked += 1
        if self.silent:
            raise URLError(TimeoutError())
        return _answer({"X-OAuth-Scopes": ", ".join(self.scopes)})

    def learned(self) -> Granted:
        """What a process knows of it that starts now."""
        return Granted(self, frozenset(self.scopes))


def _answer(headers: dict[str, Any]) -> SlackResponse:
    return SlackResponse(
        client=WebClient(),
        http_verb="POST",
        api_url="",
        req_args={},
        data={"ok": True},
        headers=headers,
        status_code=200,
    )


class Line:
    """A connection that is up or not."""

    up = True

    def __call__(self) -> bool:
        return self.up


Start = Callable[..., Alarms]


@pytest.fixture
def missing() -> MissingScopes:
    return MissingScopes()


@pytest.fixture
def admin(desk: Desk) -> Person:
    """The one admin of the workspace, greeted already."""
    with desk.store.write(desk.team.workspace_id) as unit:
        person = unit.people.set_part(desk.team.revops.id, roles={Role.ADMIN})
        unit.commit()
    desk.say("hello", person_id=person.id)
    desk.drain()
    return person


@pytest.fixture
def start(desk: Desk, missing: MissingScopes) -> Start:
    """The alarms of a process that starts: it knows nothing but what the store has."""

    def started(token: Token | None = None, **more: Any) -> Alarms:
        return Alarms(
            store=desk.store,
            clock=desk.clock,
            missing=missing,
            granted=token.learned() if token is not None else Granted(lambda: _answer({})),
            required=REQUIRED,
            **more,
        )

    return started


@pytest.fixture
def alarms(start: Start) -> Alarms:
    return start()


def _minutes(desk: Desk, count: int, *processes: Alarms) -> None:
    """Let both clocks go on, with a look of each process every minute."""
    for _ in range(count):
        for one in processes:
            one.look()
        desk.clock.advance(MINUTE)
        desk.machine.advance(MINUTE)


def _refused(desk: Desk, *, number: int = 1, error: str = "msg_too_long") -> None:
    """Something that Slack does not take."""
    desk.slack.trouble = lambda method, args: (
        Refusal(error) if args.get("channel") == f"D-{desk.team.csm.slack_id}" else None
    )
    for _ in range(number):
        key = f"refused:{len(desk.rows(outbox))}"
        desk.say(key, person_id=desk.team.csm.id, kind=NoticeKind.WELCOME)
    desk.drain()


def _told(desk: Desk, person: Person, words: str = "") -> list[Message]:
    dm = desk.slack.ledger.all_in(f"D-{person.slack_id}")
    marked = [one for one in dm if "Reference for whoever runs the bot" in str(one.args)]
    return [one for one in marked if words in str(one.args)]


def test_it_is_told_once_when_it_begins_however_much_is_given_up(
    desk: Desk, admin: Person, alarms: Alarms
) -> None:
    alarms.look()
    desk.drain()
    assert not _told(desk, admin)
    _refused(desk, number=30)
    with capture_logs() as logged:
        for _ in range(3):
            alarms.look()
            desk.drain()
    (told,) = _told(desk, admin)
    assert "30 messages of the bot were not delivered" in told.args["text"]
    assert "30 × Slack did not take the message as the bot made it" in str(told.args)
    (line,) = [one for one in logged if one["event"] == "trouble"]
    assert line["reference"] in str(told.args)
    assert line["count"] == 30
    assert all("msg_too_long" in one for one in line["newest"])


def test_while_it_lasts_it_is_told_once_a_day_under_the_same_reference_and_then_no_more(
    desk: Desk, admin: Person, alarms: Alarms
) -> None:
    _refused(desk)
    alarms.look()
    desk.drain()
    days: list[int] = []
    for _ in range(6):  # From a Wednesday to the Tuesday after it.
        for _ in range(24):
            desk.clock.advance(timedelta(hours=1))
            alarms.look()
            desk.pass_time(timedelta(seconds=2))
        days.append(len(_told(desk, admin)))
    told = _told(desk, admin)
    assert days == [2, 3, 3, 3, 4, 5], "nothing on Saturday and Sunday, and on Monday once"
    still = [one.args["text"].startswith("Still,") for one in told]
    assert still == [False, True, True, True, True]
    references = {str(one.args["blocks"][-1]) for one in told}
    assert len(references) == 1
    with desk.store.write(desk.team.workspace_id) as unit:
        (trouble,) = unit.undelivered.page(skip=0, size=9)
        assert unit.outbox.put_aside(trouble.id)
        unit.commit()
    desk.clock.advance(3 * DAY)
    alarms.look()
    desk.drain()
    assert len(_told(desk, admin)) == 5
    assert desk.rows(alarm) == []


def test_an_alarm_that_is_over_before_it_goes_out_is_not_said(
    desk: Desk, admin: Person, alarms: Alarms
) -> None:
    _refused(desk)
    alarms.look()
    with desk.store.write(desk.team.workspace_id) as unit:
        (trouble,) = unit.undelivered.page(skip=0, size=9)
        unit.outbox.put_aside(trouble.id)
        unit.commit()
    desk.drain()
    assert not _told(desk, admin)


def test_an_alarm_that_cannot_be_delivered_raises_none(
    desk: Desk, admin: Person, alarms: Alarms
) -> None:
    desk.slack.trouble = lambda method, args: (
        Refusal("msg_too_long") if method == "chat.postMessage" else None
    )
    desk.say("refused", person_id=desk.team.csm.id)
    desk.drain()
    for _ in range(48):
        alarms.look()
        desk.work()
        desk.clock.advance(timedelta(hours=1))
    own = [row for row in desk.rows(outbox) if row["kind"] == "alarm"]
    assert 2 <= len(own) <= 3
    with desk.store.write(desk.team.workspace_id) as unit:
        for one in unit.undelivered.page(skip=0, size=99):
            if one.kind is not NoticeKind.ALARM:
                unit.outbox.put_aside(one.id)
        unit.commit()
    desk.clock.advance(2 * DAY)
    alarms.look()
    assert desk.rows(alarm) == [], "of the alarms that failed themselves nobody is told"


def test_two_processes_tell_of_it_once(
    desk: Desk, admin: Person, alarms: Alarms, start: Start
) -> None:
    other = start()
    _refused(desk)
    for one in (alarms, other, alarms):
        one.look()
    desk.clock.advance(DAY + MINUTE)
    for one in (other, alarms, other):
        one.look()
    assert [row["kind"] for row in desk.rows(outbox)].count("alarm") == 2


def test_without_an_admin_revops_is_told_and_without_them_the_log_alone(
    desk: Desk, alarms: Alarms
) -> None:
    _refused(desk)
    alarms.look()
    desk.drain()
    assert len(_told(desk, desk.team.revops)) == 1
    with desk.store.write(desk.team.workspace_id) as unit:
        unit.people.set_part(desk.team.revops.id, roles=())
        unit.commit()
    desk.clock.advance(2 * DAY)
    with capture_logs() as logged:
        alarms.look()
    assert [one["event"] for one in logged] == ["trouble lasts"]


def test_it_waits_for_the_admins_day(desk: Desk, admin: Person, alarms: Alarms) -> None:
    _refused(desk)
    desk.clock.advance(timedelta(hours=14))
    alarms.look()
    desk.work()
    assert not _told(desk, admin)
    desk.clock.advance(timedelta(hours=10))
    alarms.look()
    desk.drain()
    assert len(_told(desk, admin)) == 1


# --- What is tried again and again


def _tried(desk: Desk, alarms: Alarms, *, minutes: int = 20) -> list[Any]:
    """Let both clocks go on while the bot works; gives what was logged."""
    with capture_logs() as logged:
        for _ in range(minutes):
            desk.pass_time(MINUTE, step=5 * SECOND)
            desk.clock.advance(MINUTE)
            alarms.look()
    return list(logged)


def _listed(desk: Desk) -> list[tuple[str | None, str, bool, bool]]:
    with desk.store.read(desk.team.workspace_id) as unit:
        page = unit.undelivered.page(skip=0, size=99)
        assert len(page) == unit.undelivered.count()
    return [(one.kind, one.reason, one.in_vain, one.may_retry) for one in page]


def _vitals(desk: Desk) -> Vitals:
    return look(desk.store.database, clock=desk.clock, machine=desk.machine)


def test_a_channel_that_slack_refuses_is_told_with_its_place_and_slacks_word(
    desk: Desk, admin: Person, alarms: Alarms
) -> None:
    there = desk.check_channel

    def refused(workspace_id: int, slack_id: str) -> Any:
        raise Refused("ekm_access_denied")

    desk.check_channel = refused  # type: ignore[method-assign]
    desk.hire()
    posted(desk.store, desk.team)
    desk.machine.advance(CHECK_AFTER + SECOND)
    logged = _tried(desk, alarms, minutes=5)
    assert not logged, "it may pass"
    assert not _listed(desk)
    logged = _tried(desk, alarms)
    (told,) = _told(desk, admin)
    assert "2 messages of the bot do not go through" in told.args["text"]
    assert "'channel_id': 'C0DEAL'" in str(told.args["blocks"][0])
    assert "Enterprise Key Management" in str(told.args)
    assert "“ekm_access_denied”" in str(told.args)
    assert [one["event"] for one in logged] == ["trouble"]
    assert logged[0]["reference"] in str(told.args)
    where = f"channel {desk.team.channel.id} ekm_access_denied"
    assert [one.endswith(where) for one in logged[0]["newest"]] == [True, True]
    assert _listed(desk) == [
        ("promise", "ekm_access_denied", True, False),
        ("card", "ekm_access_denied", True, False),
    ]
    assert (_vitals(desk).in_vain, _vitals(desk).stands_still) == (2, False)
    assert desk.store.delivery.counts().dead == 0, "it is not given up"
    desk.check_channel = there  # type: ignore[method-assign]
    desk.hire()
    logged = _tried(desk, alarms)
    assert [one["event"] for one in logged] == ["trouble is over"]
    assert len(_told(desk, admin)) == 1
    assert not _listed(desk)
    assert desk.rows(alarm) == []


@pytest.mark.parametrize("error", ["fatal_error", "internal_error"])
def test_a_message_that_slack_always_fails_at_is_told_and_listed_until_it_goes(
    desk: Desk, admin: Person, alarms: Alarms, error: str
) -> None:
    csm = f"D-{desk.team.csm.slack_id}"
    desk.slack.trouble = lambda method, args: (
        Refusal(error) if method == "chat.postMessage" and args.get("channel") == csm else None
    )
    desk.say("poison", person_id=desk.team.csm.id)
    _tried(desk, alarms, minutes=30)
    (told,) = _told(desk, admin)
    assert "Slack fails at it each time" in str(told.args)
    assert f"“{error}”" in str(told.args)
    assert f"'user_id': '{desk.team.csm.slack_id}'" in str(told.args["blocks"][0])
    assert _listed(desk) == [("welcome", error, True, False)]
    assert not _vitals(desk).stands_still, "the alarm went out"
    desk.slack.trouble = lambda method, args: None
    _tried(desk, alarms, minutes=5)
    assert desk.state("poison") == "sent"
    assert not _listed(desk)
    assert desk.rows(alarm) == []


def test_where_slack_fails_at_the_look_at_a_channel_each_time_it_is_told_too(
    desk: Desk, admin: Person, alarms: Alarms
) -> None:
    def failed_at(workspace_id: int, slack_id: str) -> Any:
        answer: dict[str, Any] = {"ok": False, "error": "fatal_error"}
        raise not_said(SlackApiError("refused", answer))  # type: ignore[no-untyped-call]

    desk.check_channel = failed_at  # type: ignore[method-assign]
    desk.hire()
    posted(desk.store, desk.team)
    desk.machine.advance(CHECK_AFTER + SECOND)
    _tried(desk, alarms)
    assert len(_told(desk, admin, "2 messages of the bot do not go through")) == 1
    assert {one[1:] for one in _listed(desk)} == {("fatal_error", True, False)}


def test_what_is_given_up_beside_it_is_an_alarm_of_its_own(
    desk: Desk, admin: Person, alarms: Alarms
) -> None:
    answers = {"D-UCSM": "fatal_error", f"D-{desk.team.ae.slack_id}": "msg_too_long"}
    desk.slack.trouble = lambda method, args: (
        Refusal(answers[args["channel"]])
        if method == "chat.postMessage" and args.get("channel") in answers
        else None
    )
    desk.say("poison", person_id=desk.team.csm.id)
    desk.say("too long")
    _tried(desk, alarms, minutes=30)
    assert len(_told(desk, admin, "One message of the bot was not delivered")) == 1
    assert len(_told(desk, admin, "One message of the bot does not go through")) == 1
    assert _listed(desk) == [
        ("welcome", "fatal_error", True, False),
        ("welcome", "msg_too_long", False, True),
    ]


def test_where_nothing_goes_out_at_all_everything_stands_still_and_the_log_says_it(
    desk: Desk, admin: Person, alarms: Alarms
) -> None:
    desk.slack.trouble = lambda method, args: Fault.NO_CONNECTION
    desk.say("waits", person_id=desk.team.csm.id)
    logged = _tried(desk, alarms, minutes=30)
    assert [(one["event"], one["about"]) for one in logged] == [("trouble", "in_vain")]
    assert _vitals(desk).stands_still
    desk.slack.trouble = lambda method, args: None
    _tried(desk, alarms, minutes=5)
    assert desk.state("waits") == "sent"
    assert not _vitals(desk).stands_still
    assert desk.rows(alarm) == []


# --- Permissions


def _lacks(needed: str, provided: str = "chat:write") -> SlackApiError:
    answer = {"ok": False, "error": "missing_scope", "needed": needed, "provided": provided}
    return SlackApiError("refused", answer)  # type: ignore[no-untyped-call]


def test_a_missing_permission_is_told_once_with_what_does_not_work(
    desk: Desk, admin: Person, alarms: Alarms, missing: MissingScopes
) -> None:
    for _ in range(3):
        missing.heard(desk.team.workspace_id, failed(_lacks("users:read")))
        alarms.look()
        desk.drain()
        desk.clock.advance(2 * DAY)
    (told,) = _told(desk, admin)
    assert "lacks the permission users:read" in told.args["text"]
    assert sentences.alarms.WITHOUT["users:read"] in str(told.args)
    assert "Install the app anew" in str(told.args)


def test_one_that_may_be_left_out_is_told_as_such(
    desk: Desk, admin: Person, alarms: Alarms, missing: MissingScopes
) -> None:
    missing.heard(desk.team.workspace_id, failed(_lacks("groups:history")))
    alarms.look()
    desk.drain()
    (told,) = _told(desk, admin)
    assert "there is nothing to do" in str(told.args)


def test_a_permission_that_was_granted_and_taken_away_again_is_told_anew(
    desk: Desk, admin: Person, start: Start
) -> None:
    def started(granted: Collection[str]) -> None:
        start(Token(granted)).look()
        desk.drain()

    started(WITHOUT_IM)
    started(WITHOUT_IM)
    assert len(_told(desk, admin, "im:write")) == 1
    started(REQUIRED)
    assert desk.rows(alarm) == []
    started(WITHOUT_IM)
    assert len(_told(desk, admin, "im:write")) == 2


def test_processes_that_learned_different_scopes_tell_of_one_that_lacks_once(
    desk: Desk, admin: Person, start: Start
) -> None:
    token = Token(WITHOUT_IM)
    stale = start(token)
    _minutes(desk, 3, stale, start(token))
    token.scopes = REQUIRED
    restarted = start(token)
    for _ in range(20):
        _minutes(desk, 1, stale, restarted)
        desk.drain()
    assert len(_told(desk, admin, "im:write")) == 1
    assert desk.rows(alarm) == []


def test_what_is_known_of_the_scopes_may_change_without_a_restart(
    desk: Desk, admin: Person, missing: MissingScopes
) -> None:
    token = Token(WITHOUT_IM)
    granted = token.learned()
    alarms = Alarms(
        store=desk.store, clock=desk.clock, missing=missing, granted=granted, required=REQUIRED
    )
    for scopes, rows, told in ((WITHOUT_IM, 1, 1), (REQUIRED, 0, 1), (WITHOUT_IM, 1, 2)):
        token.scopes = scopes
        granted.anew()  # As is done every hour.
        _minutes(desk, 3, alarms)
        desk.drain()
        assert (len(desk.rows(alarm)), len(_told(desk, admin, "im:write"))) == (rows, told)


def test_a_permission_that_was_taken_away_after_the_start_is_told_once(
    desk: Desk, admin: Person, missing: MissingScopes, start: Start
) -> None:
    token = Token()
    alarms = start(token)
    _minutes(desk, 2, alarms)
    token.scopes = WITHOUT_IM
    for _ in range(5):
        missing.heard(desk.team.workspace_id, failed(_lacks("im:write")))
        _minutes(desk, 3, alarms)
        desk.drain()
    assert len(_told(desk, admin, "im:write")) == 1
    assert len(desk.rows(alarm)) == 1
    assert token.asked == 1, "by then it is known"


def test_a_permission_lacks_until_slack_names_it(
    desk: Desk, admin: Person, missing: MissingScopes, start: Start
) -> None:
    token = Token()
    token.silent = True
    alarms = start(token)
    missing.heard(desk.team.workspace_id, failed(_lacks("im:write")))
    for _ in range(5):
        _minutes(desk, 1, alarms)
        desk.drain()
    assert len(desk.rows(alarm)) == 1
    token.silent = False
    alarms.look()
    assert desk.rows(alarm) == []
    assert len(_told(desk, admin, "im:write")) == 1


def test_scopes_stay_known_while_slack_does_not_name_them() -> None:
    token = Token(["im:write", "chat:write"])
    granted = Granted(token)
    assert granted.known() is None
    named = granted.anew()
    assert named == granted.known() == frozenset(token.scopes)
    token.silent = True
    assert granted.anew() is None
    assert granted.known() == named
    unnamed = Granted(lambda: _answer({}), named)
    assert unnamed.anew() is None
    assert unnamed.known() == named


def test_a_call_that_runs_into_it_is_noticed(
    desk: Desk, admin: Person, missing: MissingScopes, alarms: Alarms
) -> None:
    desk.missing = missing
    desk.hire()
    desk.slack.without_scopes = {"conversations.open"}
    desk.slack.needed = "im:write"
    desk.say("unheard", person_id=desk.team.ae_manager.id)
    desk.drain()
    alarms.look()
    desk.slack.without_scopes = set()
    desk.drain()
    assert len(_told(desk, admin, "im:write")) == 1


def test_every_scope_has_words_for_what_does_not_work_without_it() -> None:
    assert set(sentences.alarms.WITHOUT) == {scope.name for scope in SCOPES}
    assert {scope.name for scope in SCOPES if scope.optional} == LEFT_OUT_AT_WILL


# --- Slack does not let the bot in, or cannot reach it


def test_a_token_that_was_refused_is_told_of_when_it_works_again(
    desk: Desk, admin: Person, alarms: Alarms
) -> None:
    desk.slack.trouble = lambda method, args: Refusal("account_inactive")
    desk.say("waits")
    desk.work()
    with capture_logs() as logged:
        alarms.look()
    assert [(one["about"], one["detail"]) for one in logged] == [("token", "account_inactive")]
    desk.slack.trouble = lambda method, args: Refusal("token_revoked")
    desk.pass_time(11 * MINUTE)
    alarms.look()
    assert not _told(desk, admin)
    desk.slack.trouble = lambda method, args: None
    desk.pass_time(11 * MINUTE)
    alarms.look()
    alarms.look()
    desk.drain()
    (told,) = _told(desk, admin)
    assert "account_inactive" in str(told.args)
    assert logged[0]["reference"] in str(told.args)


@pytest.mark.parametrize(("minutes", "told"), [(2, 0), (15, 1)])
def test_a_connection_that_was_lost_for_minutes_is_told_of_when_it_is_back(
    desk: Desk, admin: Person, start: Start, minutes: int, told: int
) -> None:
    line, again = Line(), list[Any]()
    alarms = start(connected=line, heard_again=lambda: again.append(1))
    _minutes(desk, 1, alarms)
    line.up = False
    with capture_logs() as logged:
        _minutes(desk, minutes, alarms)
        line.up = True
        _minutes(desk, 2, alarms)
    desk.drain()
    assert len(_told(desk, admin, "was not connected to Slack")) == told
    assert len(again) == told
    events = [one["event"] for one in logged]
    assert events == told * [
        "no connection to Slack",
        "trouble",
        "connected to Slack again",
        "trouble is over",
    ]
    assert desk.rows(alarm) == []


def test_a_connection_that_stays_lost_is_told_of_though_nobody_can_answer(
    desk: Desk, admin: Person, start: Start
) -> None:
    line = Line()
    alarms = start(connected=line)
    line.up = False
    with capture_logs() as logged:
        _minutes(desk, 3, alarms)
        desk.drain()
        assert not _told(desk, admin), "Slack sends connections away now and then"
        for _ in range(5):
            _minutes(desk, 1, alarms)
            desk.drain()
        (lost,) = _told(desk, admin)
        line.up = True
        alarms.look()
        desk.drain()
    assert "is not connected to Slack" in lost.args["text"]
    assert "still goes out" in str(lost.args)
    first, again = _told(desk, admin)
    assert first is lost
    assert "was not connected to Slack" in again.args["text"]
    (name,) = {one["reference"] for one in logged if "reference" in one}
    assert all(name in str(one.args) for one in (lost, again))


@pytest.mark.parametrize("restarted", [True, False])
def test_a_connection_is_told_of_when_it_is_back_though_who_lost_it_ended(
    desk: Desk, admin: Person, start: Start, restarted: bool
) -> None:
    gone, line = Line(), Line()
    first = start(connected=gone)
    _minutes(desk, 1, first)
    gone.up, line.up, lost_at = False, not restarted, desk.clock.now()
    _minutes(desk, 6, first)
    desk.drain()
    (lost,), (row,) = _told(desk, admin), desk.rows(alarm)
    assert row["since"] == lost_at
    again = start(connected=line)
    _minutes(desk, 2, again)
    line.up = True
    _minutes(desk, 5, again)
    desk.drain()
    _, back = _told(desk, admin)
    assert "was not connected to Slack" in back.args["text"]
    assert row["reference"] in str(lost.args)
    assert row["reference"] in str(back.args)
    assert desk.rows(alarm) == []


def test_three_processes_that_lose_their_connections_are_one_message_and_one_when_it_is_back(
    desk: Desk, admin: Person, start: Start
) -> None:
    lines = [Line() for _ in range(3)]
    processes = [start(connected=line) for line in lines]
    _minutes(desk, 2, *processes)
    lines[0].up = False
    _minutes(desk, 10, *processes)
    lost_at = desk.clock.now()
    lines[1].up = lines[2].up = False
    _minutes(desk, 10, *processes)
    (row,) = desk.rows(alarm)
    assert lost_at - MINUTE <= row["since"] <= lost_at, "as long as one has it, it is not lost"
    desk.drain()
    assert len(_told(desk, admin)) == 1
    for line in lines:
        line.up = True
        _minutes(desk, 2, *processes)
    desk.drain()
    lost, back = _told(desk, admin)
    assert "is not connected to Slack" in lost.args["text"]
    assert "was not connected to Slack" in back.args["text"]


def test_one_of_three_processes_that_loses_its_connection_is_a_line_in_the_log(
    desk: Desk, admin: Person, start: Start
) -> None:
    lines = [Line() for _ in range(3)]
    processes = [start(connected=line) for line in lines]
    lines[0].up = False
    with capture_logs() as logged:
        _minutes(desk, 30, *processes)
        lines[0].up = True
        _minutes(desk, 2, *processes)
    desk.drain()
    assert not _told(desk, admin)
    assert [one["event"] for one in logged] == [
        "no connection to Slack",
        "connected to Slack again",
    ]


def test_a_calendar_that_travels_makes_no_silence_long(
    desk: Desk, admin: Person, start: Start
) -> None:
    line = Line()
    alarms = start(connected=line)
    alarms.look()
    line.up = False
    alarms.look()
    desk.clock.advance(DAY)
    alarms.look()
    line.up = True
    alarms.look()
    desk.drain()
    assert not _told(desk, admin)


def test_a_connection_lost_at_night_and_back_by_the_morning_is_one_message(
    desk: Desk, admin: Person, start: Start
) -> None:
    line = Line()
    alarms = start(connected=line)
    with desk.store.read(desk.team.workspace_id) as unit:
        calendar, night = unit.people.calendar(admin.id), desk.clock.now()
        while not calendar.is_quiet(night):
            night += HOUR
        morning = calendar.first_loud(night + HOUR)
    desk.clock.advance(night - desk.clock.now())
    line.up = False
    for _ in range(10):
        alarms.look()
        desk.clock.advance(MINUTE)
        desk.pass_time(MINUTE)
    line.up = True
    alarms.look()
    desk.pass_time(MINUTE)
    assert not _told(desk, admin)
    desk.clock.advance(morning - desk.clock.now())
    desk.drain()
    (told,) = _told(desk, admin)
    assert "was not connected to Slack" in told.args["text"]
