"""Once a day it is looked whether what the bot said still stands, and where it may stand."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import insert
from structlog.testing import capture_logs

from bot.delivery.asking import SILENCES, Asking
from bot.delivery.constants import Constants
from bot.delivery.daily import OVER_A_ROUND, DailyLook, LookAnew
from bot.delivery.directory import SlackDirectory
from bot.delivery.shaping import Shaping
from bot.delivery.still_there import gone
from bot.domain.channels import Channel
from bot.domain.errors import Invalid, Problem, SlackUnavailable
from bot.domain.notices import NoticeKind, Place, Priority
from bot.domain.people import Person
from bot.storage.channels import ChannelFacts
from bot.storage.people import PersonFacts
from bot.storage.tables import channel, outbox, person, surface
from bot.views import sentences
from tests.builders import assigned, posted
from tests.delivery.desk import Desk
from tests.delivery.slack import Fault, Message, Refusal
from tests.delivery.test_closing import close, ready

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def look(desk: Desk) -> DailyLook:
    return looking(desk)


def looking(desk: Desk, look_anew: Callable[[int, str], Channel] | None = None) -> DailyLook:
    """As a process that just began."""
    for one in desk.rows(person):
        desk.slack.accounts.setdefault(one["slack_id"], {"real_name": one["name"]})
    shaping = Shaping(machine=desk.machine, constants=Constants())

    def rests(seconds: float) -> None:
        desk.machine.advance(timedelta(seconds=seconds))

    return DailyLook(
        store=desk.store,
        asking=Asking(
            client_of=lambda _: desk.slack,
            shaping=shaping,
            on_no_access=desk.store.delivery.block_workspace,
            sleep=rests,
        ),
        look_anew=look_anew or desk.check_channel,
        machine=desk.machine,
        sleep=rests,
    )


def _stands(desk: Desk) -> None:
    posted(desk.store, desk.team)
    desk.drain()
    desk.machine.advance(HOUR)


def _card(desk: Desk, where: str = "C0DEAL") -> Message:
    (card,) = [
        one for one in desk.slack.ledger.in_channel(where) if not one.thread_ts and not one.deleted
    ]
    return card


def _run(desk: Desk, look: DailyLook) -> int:
    found = look.run(desk.team.workspace_id)
    desk.drain()
    return found


def test_what_stands_is_looked_for_once_a_day_and_left_as_it_is(
    desk: Desk, look: DailyLook
) -> None:
    _stands(desk)
    before = [(one.ts, one.edits) for one in desk.slack.ledger.messages]
    assert _run(desk, look) > 2
    assert _run(desk, look) == 0
    desk.machine.advance(DAY + HOUR)
    assert _run(desk, look) > 2
    assert [(one.ts, one.edits) for one in desk.slack.ledger.messages] == before


def test_a_deleted_card_is_posted_anew(desk: Desk, look: DailyLook) -> None:
    _stands(desk)
    old = _card(desk)
    desk.slack.delete(old)
    assert old.deleted, "promises hang on it"
    _run(desk, look)
    assert _card(desk).ts != old.ts
    assert desk.row(surface, kind="card")["ts"] == _card(desk).ts
    assert _run(desk, look) == 0


def test_a_deleted_promise_is_posted_anew_below_the_card(desk: Desk, look: DailyLook) -> None:
    _stands(desk)
    first, *others = desk.slack.ledger.promises_in("C0DEAL")
    desk.slack.delete(first)
    _run(desk, look)
    now = desk.slack.ledger.promises_in("C0DEAL")
    assert len(now) == 1 + len(others)
    assert {one.thread_ts for one in now} == {_card(desk).ts}


def test_a_deleted_guide_card_is_posted_anew_in_its_readers_waking_hours(
    desk: Desk, look: DailyLook
) -> None:
    _stands(desk)
    guide = desk.row(surface, kind="guide", person_id=desk.team.ae.id)
    (old,) = [one for one in desk.slack.ledger.messages if one.ts == guide["ts"]]
    desk.slack.delete(old)
    desk.clock.advance(12 * HOUR)  # Deep in the night of the AE.
    look.run(desk.team.workspace_id)
    desk.work()
    row = desk.row(surface, kind="guide", person_id=desk.team.ae.id)
    assert row["ts"] is None
    desk.clock.advance(12 * HOUR)
    desk.drain()
    assert desk.row(surface, kind="guide", person_id=desk.team.ae.id)["ts"] not in (None, old.ts)


@pytest.mark.parametrize("moved", [False, True])
def test_what_was_posted_just_now_is_not_missed_in_a_history_that_lags(
    desk: Desk, look: DailyLook, *, moved: bool
) -> None:
    posted(desk.store, desk.team)
    desk.drain()
    desk.slack.delete(_card(desk))
    if moved:  # as the calendar of a demo may be, which makes what stands look old
        desk.clock.advance(desk.machine.now() + HOUR - desk.clock.now())
    before = len(desk.slack.ledger.messages)
    look.run(desk.team.workspace_id)
    desk.work()
    assert len(desk.slack.ledger.messages) == before


def test_a_plan_that_hides_what_is_old_has_nothing_posted_anew(desk: Desk, look: DailyLook) -> None:
    _stands(desk)
    desk.slack.hides_before = desk.machine.now().timestamp()
    before = [(one.ts, one.edits) for one in desk.slack.ledger.messages]
    _run(desk, look)
    assert [(one.ts, one.edits) for one in desk.slack.ledger.messages] == before


def test_where_no_history_may_be_read_an_edit_tells(desk: Desk, look: DailyLook) -> None:
    _stands(desk)
    desk.slack.without_scopes = {"conversations.history"}
    card = _card(desk)
    edits = card.edits
    _run(desk, look)
    assert card.edits == edits + 1
    desk.slack.delete(card)
    desk.machine.advance(DAY + HOUR)
    _run(desk, look)
    assert _card(desk).ts != card.ts


@pytest.mark.parametrize("fault", [Fault.SILENT, Fault.SERVER_ERROR, Refusal("internal_error")])
def test_where_slack_does_not_say_it_nothing_is_concluded_and_it_is_asked_again(
    desk: Desk, look: DailyLook, fault: Any
) -> None:
    _stands(desk)
    old = _card(desk)
    desk.slack.delete(old)
    desk.slack.trouble = lambda method, args: (
        fault if method in ("conversations.history", "conversations.replies") else None
    )
    _run(desk, look)
    assert desk.row(surface, kind="card")["ts"] == old.ts
    desk.slack.trouble = lambda method, args: None
    _run(desk, look)
    assert _card(desk).ts != old.ts


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"archived": True}, "was archived"),
        ({"bot_inside": False}, "is not in this channel"),
        ({"shared": True}, "was taken out"),
    ],
)
def test_what_became_of_a_channel_while_nobody_listened_is_found_at_the_start(
    desk: Desk, facts: dict[str, Any], says: str
) -> None:
    _stands(desk)
    _run(desk, looking(desk))
    desk.machine.advance(HOUR)
    desk.facts = replace(desk.facts, **facts)
    look = looking(desk)
    for _ in range(2):
        _run(desk, look)
        look.missed_something()
    told = [one for one in desk.slack.ledger.messages if says in one.args["text"]]
    assert len(told) == 1


def test_a_channel_that_is_gone_while_nobody_listened_is_found_at_the_start(desk: Desk) -> None:
    _stands(desk)

    def not_found(workspace_id: int, slack_id: str) -> Channel:
        with desk.store.write(workspace_id) as unit:
            unit.channels.note(slack_id, bot_inside=False)
            unit.commit()
        raise Invalid(Problem.CHANNEL_NOT_INSIDE)

    desk.check_channel = not_found  # type: ignore[method-assign]
    desk.hire()
    _run(desk, looking(desk))
    told = [one for one in desk.slack.ledger.messages if "was deleted" in one.args["text"]]
    assert len(told) == 1
    counts = desk.store.delivery.counts()
    assert (counts.dead, counts.unconfirmed, counts.pending) == (0, 0, 0)


def test_a_round_that_slack_cuts_short_goes_on_where_it_was(desk: Desk) -> None:
    _stands(desk)

    def silent(workspace_id: int, slack_id: str) -> Channel:
        raise SlackUnavailable(Problem.SLACK_SILENT)

    looking(desk, silent).run(desk.team.workspace_id)
    old = _card(desk)
    desk.slack.delete(old)
    _run(desk, looking(desk))
    assert _card(desk).ts != old.ts


@pytest.mark.parametrize("part", ["csm", "revops", "outsider"])
def test_an_account_that_was_closed_while_nobody_listened_is_found(
    desk: Desk, look: DailyLook, part: str
) -> None:
    assigned(desk.store, desk.team)
    desk.drain()
    gone: Person = getattr(desk.team, part)
    desk.slack.accounts[gone.slack_id] = {"real_name": gone.name, "deleted": True}
    _run(desk, look)
    assert _known(desk, gone).deactivated


# --- Colleagues who are none any more

UNLISTED = "not listed"
NO_LIST: dict[str, Fault | Refusal] = {
    "refused": Refusal("limit_required"),
    "silent": Fault.SILENT,
    "limited": Fault.LIMITED,
}
"""How Slack may fail to list the accounts."""


def _known(desk: Desk, one: Person) -> Person:
    with desk.store.read(desk.team.workspace_id) as unit:
        return unit.people.get(one.id)


def _asks_who_is_there(desk: Desk, *members: Person) -> LookAnew:
    """From now on Slack is asked who is in the channel, as in the bot; gives the look anew."""
    desk.slack.members["C0DEAL"] = [one.slack_id for one in (desk.team.ae, *members)]

    def rests(seconds: float) -> None:
        desk.machine.advance(timedelta(seconds=seconds))

    directory = SlackDirectory(
        store=desk.store,
        client_of=lambda _: desk.slack,
        machine=desk.machine,
        monotonic=desk.machine.monotonic,
        budget=600,
        sleep=rests,
    )
    desk.check_channel = directory.channel  # type: ignore[method-assign]
    desk.hire()
    return partial(directory.channel, anew=True)


def _neutral(desk: Desk) -> bool:
    neutral: bool = _card(desk).args["text"] == sentences.card.CARD_NEUTRAL
    return neutral


@pytest.mark.parametrize("began_anew", [True, False], ids=["at the start", "a day later"])
@pytest.mark.parametrize("became", [{"is_restricted": True}, {"team_id": "T0ELSEWHERE"}], ids=str)
@pytest.mark.parametrize("how", ["listed", UNLISTED, *NO_LIST])
def test_a_colleague_who_became_an_outsider_unheard_has_the_card_made_neutral(
    desk: Desk, began_anew: bool, became: dict[str, Any], how: str
) -> None:
    sam = desk.team.outsider
    look_anew = _asks_who_is_there(desk, sam)
    _stands(desk)
    look = looking(desk, look_anew)
    _run(desk, look)
    assert not _neutral(desk)
    desk.slack.accounts[sam.slack_id] = {"real_name": sam.name, **became}
    desk.slack.unlisted = {sam.slack_id} if how == UNLISTED else set()
    desk.slack.trouble = lambda method, args: NO_LIST.get(how) if method == "users.list" else None
    desk.machine.advance(HOUR if began_anew else DAY + HOUR)
    for _ in range(2):
        _run(desk, looking(desk, look_anew) if began_anew else look)
    now = _known(desk, sam)
    assert now.guest or now.external
    assert _neutral(desk)


def test_a_member_whom_slack_shows_no_more_is_an_outsider_until_it_does(desk: Desk) -> None:
    sam = desk.team.outsider
    look_anew = _asks_who_is_there(desk, sam)
    _stands(desk)
    look = looking(desk, look_anew)
    shown = desk.slack.accounts.pop(sam.slack_id)
    desk.machine.advance(DAY)
    _run(desk, look)
    assert _neutral(desk)
    assert _known(desk, sam).full_member, "of who they are nothing was said"
    desk.slack.accounts[sam.slack_id] = shown
    desk.machine.advance(DAY + HOUR)
    _run(desk, look)
    assert not _neutral(desk)


def test_of_many_accounts_that_are_as_they_were_slack_is_asked_in_few_calls(desk: Desk) -> None:
    with desk.store.write(desk.team.workspace_id) as unit:
        for number in range(450):
            facts = PersonFacts(f"Many {number}", "Europe/Berlin")
            unit.people.ensure(f"UMANY{number}", facts=facts)
        unit.commit()
    _stands(desk)
    look = looking(desk)
    for lists in (1, 1, 2):
        before = [method for method, _ in desk.slack.ledger.calls]
        _run(desk, look)
        calls = [method for method, _ in desk.slack.ledger.calls]
        assert calls.count("users.list") == 3 * lists
        assert calls.count("users.info") - before.count("users.info") <= 4, "who has a part"
        desk.machine.advance(DAY / 2 + HOUR)
    began = desk.machine.now() - 2 * DAY
    assert all(row["checked_at"] > began for row in desk.rows(person))


# --- One that cannot be looked at holds up no other


def test_an_account_that_cannot_be_asked_about_ends_no_list_of_them(desk: Desk) -> None:
    with desk.store.write(desk.team.workspace_id) as unit:
        many = [
            unit.people.ensure(
                f"UMANY{number}", facts=PersonFacts(f"Many {number}", "Europe/Berlin")
            )
            for number in range(250)
        ]
        unit.commit()
    look = looking(desk)
    for one in (many[0], many[-1]):
        desk.slack.accounts[one.slack_id] = {"real_name": one.name, "deleted": True}
    desk.slack.trouble = lambda method, args: (
        Refusal("a_new_word")
        if method == "users.info" and args.get("user") == many[0].slack_id
        else None
    )
    for _ in range(2):
        _run(desk, look)
        methods = [method for method, _ in desk.slack.ledger.calls]
        assert methods.count("users.list") == 2, "one page after the other, and that once"
        assert methods.count("users.info") < 10, "nobody else has to be asked about"
    assert _known(desk, many[-1]).deactivated


def _second_channel(desk: Desk) -> None:
    with desk.store.write(desk.team.workspace_id) as unit:
        other = unit.channels.ensure("C0OTHER", facts=ChannelFacts("other", bot_inside=True))
        unit.commit()
    posted(desk.store, replace(desk.team, channel=other))


@pytest.mark.parametrize(
    ("fault", "word"),
    [
        (Refusal("a_new_word"), "a_new_word"),
        (Refusal("internal_error"), None),
        (Fault.SERVER_ERROR, None),
        (Fault.SILENT, None),
        (Fault.LIMITED, None),
    ],
    ids=str,
)
def test_a_channel_of_which_slack_does_not_say_it_holds_up_no_other(
    desk: Desk, look: DailyLook, fault: Any, word: str | None
) -> None:
    _second_channel(desk)
    _stands(desk)
    desk.slack.trouble = lambda method, args: (
        fault if method == "conversations.history" and args["channel"] == "C0DEAL" else None
    )
    old = _card(desk, "C0OTHER")
    desk.slack.delete(old)
    with capture_logs() as logs:
        _run(desk, look)
    assert _card(desk, "C0OTHER").ts != old.ts
    assert desk.row(person, id=desk.team.ae.id)["looked_at"] is not None
    (about,) = [one for one in logs if one["event"] == "not looked at"]
    first = desk.row(channel, slack_id="C0DEAL")
    assert (about["channel"], about.get("word")) == (first["id"], word)
    assert first["looked_at"] is None


def test_where_slack_is_silent_the_round_ends_before_it_asked_about_many(desk: Desk) -> None:
    _second_channel(desk)
    _stands(desk)
    look = looking(desk)
    before = len(desk.slack.ledger.calls)
    desk.slack.trouble = lambda method, args: Fault.SILENT
    with capture_logs() as logs:
        assert _run(desk, look) == 0
    assert len(desk.slack.ledger.calls) <= before + 1 + SILENCES
    assert [one["event"] for one in logs].count("daily look ended early") == 1


def test_a_person_of_whom_slack_says_something_new_holds_up_no_other(
    desk: Desk, look: DailyLook
) -> None:
    assigned(desk.store, desk.team)
    desk.drain()
    ae, csm = desk.team.ae, desk.team.csm
    assert ae.id < csm.id
    desk.slack.accounts[csm.slack_id] = {"real_name": csm.name, "deleted": True}
    desk.slack.trouble = lambda method, args: (
        Refusal("a_new_word") if method == "users.list" or args.get("user") == ae.slack_id else None
    )
    with capture_logs() as logs:
        _run(desk, look)
    assert _known(desk, csm).deactivated
    told = [(one["event"], one.get("person"), one["word"]) for one in logs if "word" in one]
    assert told == [
        ("accounts not listed", None, "a_new_word"),
        ("not looked at", ae.id, "a_new_word"),
    ]


@pytest.mark.parametrize(("refused", "blocked"), [(False, False), (True, True)])
def test_a_look_that_slack_answers_ends_the_block_of_a_workspace(
    desk: Desk, look: DailyLook, refused: bool, blocked: bool
) -> None:
    _stands(desk)
    desk.store.delivery.block_workspace(desk.team.workspace_id, "token_revoked")
    if refused:
        desk.slack.trouble = lambda _method, _args: Refusal("token_revoked")
    look.run(desk.team.workspace_id)
    assert bool(desk.store.delivery.blocked()) is blocked


def test_a_channel_whose_keys_are_revoked_ends_no_round(desk: Desk, look: DailyLook) -> None:
    _stands(desk)
    desk.slack.trouble = lambda _method, args: (
        Refusal("ekm_access_denied") if args.get("channel") == "C0DEAL" else None
    )
    assert _run(desk, look) > 2
    assert desk.store.delivery.blocked() == {}
    assert _run(desk, look) == 0


# --- Many in few calls


class History:
    """A conversation's messages, or a thread's, as Slack pages them."""

    def __init__(self, stamps: list[str], *, page: int) -> None:
        self.stamps, self.page, self.calls = stamps, page, 0

    def ask(self, method: str, **args: Any) -> dict[str, Any]:
        self.calls += 1
        low, high = float(args["oldest"]), float(args["latest"])
        found = [one for one in self.stamps if low <= float(one) <= high]
        if method == "conversations.replies":
            shown = [args["ts"], *found[: self.page]]
        else:
            shown = found[::-1][: self.page]
        return {"messages": [{"ts": one} for one in shown], "has_more": len(found) > self.page}


@pytest.mark.parametrize("thread", [None, "1.000000"])
@pytest.mark.parametrize("page", [1, 3, 50])
def test_of_many_messages_just_those_are_gone_that_are(thread: str | None, page: int) -> None:
    ours = [f"{at}.000{at % 7}00" for at in range(10, 60, 5)]
    deleted = {ours[0], ours[4], ours[-1]}
    others = [f"{at}.000000" for at in range(11, 59, 2)]
    stands = sorted([*(one for one in ours if one not in deleted), *others], key=float)
    history = History(stands, page=page)
    assert gone(history.ask, "C0DEAL", ours, thread=thread) == deleted
    assert history.calls <= len(ours) * 3 + len(deleted)
    if page == 50:
        assert history.calls == 1 + len(deleted)


# --- Where nothing is open any more


def _over(desk: Desk) -> None:
    """A handoff whose card, promises and lines stand, and that was closed more than a month ago."""
    handoff_id = ready(desk, desk.store, desk.team, desk.clock)
    close(desk.store, desk.team, handoff_id)
    desk.clock.advance(HOUR)
    desk.drain()
    desk.machine.advance(40 * DAY)
    desk.clock.advance(40 * DAY)
    for _ in range(2):
        desk.store.housekeeping()
        desk.drain()
    lines = [one for one in desk.rows(outbox) if one["place"] == Place.THREAD]
    assert lines
    assert not any(one["settled_at"] for one in lines), "they are slimmed"


def _stand_openly(desk: Desk) -> list[str]:
    """What is to be read in the channel that is not for others."""
    neutral = (sentences.card.CARD_NEUTRAL, sentences.card.WITHDRAWN)
    texts = [str(one.args["text"]) for one in desk.slack.ledger.all_in("C0DEAL")]
    return [one for one in texts if one not in neutral]


@pytest.mark.parametrize("how", ["at the start", "after a silence", "a week later"])
def test_what_stands_of_a_closed_handoff_goes_when_its_channel_was_shared_unheard(
    desk: Desk, how: str
) -> None:
    _over(desk)
    look = looking(desk)
    _run(desk, look)
    assert len(_stand_openly(desk)) > 3
    desk.machine.advance(8 * DAY if how == "a week later" else HOUR)
    desk.facts = replace(desk.facts, shared=True)
    if how == "after a silence":
        look.missed_something()
    _run(desk, looking(desk) if how == "at the start" else look)
    assert _neutral(desk)
    assert _stand_openly(desk) == []
    assert desk.slack.ledger.all_in("C0DEAL"), "the card itself stays"
    assert desk.store.delivery.counts().dead == 0


def _noting(desk: Desk) -> tuple[DailyLook, list[str]]:
    """A look, and the channels it looks at, by Slack's ids."""
    looked: list[str] = []

    def look_anew(workspace_id: int, slack_id: str) -> Channel:
        looked.append(slack_id)
        return desk.check_channel(workspace_id, slack_id)

    return looking(desk, look_anew), looked


def test_a_channel_in_which_nothing_is_open_is_looked_at_once_a_week(desk: Desk) -> None:
    _over(desk)
    look, looked = _noting(desk)
    for days, looks in ((0, 1), (2, 1), (4, 1), (2, 2)):
        desk.machine.advance(days * DAY)
        _run(desk, look)
        assert len(looked) == looks


def test_a_deleted_card_of_a_closed_handoff_is_not_posted_anew(desk: Desk) -> None:
    _over(desk)
    desk.slack.delete(_card(desk))
    before = len(desk.slack.ledger.messages)
    _run(desk, looking(desk))
    assert len(desk.slack.ledger.messages) == before


def test_of_many_channels_in_which_nothing_is_open_a_round_takes_those_that_wait_longest(
    desk: Desk,
) -> None:
    many = OVER_A_ROUND + 100
    with desk.store.write(desk.team.workspace_id) as unit:
        found = [unit.channels.ensure(f"C{number:04}", facts=desk.facts) for number in range(many)]
        unit.commit()
    with desk.store.database.writing() as connection:
        connection.execute(
            insert(outbox),
            [
                {
                    "workspace_id": desk.team.workspace_id,
                    "kind": NoticeKind.STATUS_POST.value,
                    "place": Place.CHANNEL.value,
                    "method": "chat.postMessage",
                    "destination": f"channel:{one.id}",
                    "priority": int(Priority.ANSWER),
                    "key": f"list:{one.id}",
                    "opaque": "",
                    "channel_id": one.id,
                    "facts": "{}",
                    "state": "sent",
                    "next_try_at": desk.machine.now(),
                    "maybe_sent": False,
                    "attempts": 0,
                    "ts": "1.1",
                    "created_at": desk.machine.now(),
                }
                for one in found
            ],
        )
        connection.commit()
    _stands(desk)
    look, looked = _noting(desk)
    look.run(desk.team.workspace_id)
    assert looked[0] == "C0DEAL", "what is open goes first"
    assert len(looked) == OVER_A_ROUND + 1
    # As after another start, for which all that was looked at before is to be looked at again.
    desk.machine.advance(HOUR)
    look.missed_something()
    looked.clear()
    look.run(desk.team.workspace_id)
    assert set(looked[1:101]) == {one.slack_id for one in found[OVER_A_ROUND:]}
