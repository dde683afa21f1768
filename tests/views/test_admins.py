"""What admins see: who manages whom, people as lines, whom the clock tells, what did not arrive."""

from dataclasses import replace
from datetime import UTC, datetime
from email.message import Message
from http.client import BadStatusLine, RemoteDisconnected
from typing import Any
from urllib.error import HTTPError

import pytest

from bot.delivery.outcomes import failed
from bot.domain.channels import Channel
from bot.domain.notices import JobSource, NoticeKind, Notify, SurfaceKind
from bot.domain.people import Person, Role
from bot.domain.people_csv import Change, LineProblem, Plan, Wrong
from bot.domain.read_models import Managed, Undelivered
from bot.slack_calls import NotTaken
from bot.storage.readable import NEWER
from bot.views import sentences
from bot.views.alarms import InVain, in_vain_message
from bot.views.ids import ActionId, Field, ViewId
from bot.views.lists import pages_of
from bot.views.managed import managed_view
from bot.views.notify import notify_view
from bot.views.people_csv import LINES_SHOWN, people_csv_view, people_list_view
from bot.views.undelivered import undelivered_view
from tests.views.refusals import SLACKS_WORDS
from tests.views.shown import (
    JONAS,
    LONG,
    MAYA,
    PRIYA,
    TRICKY,
    action_ids,
    parsed_texts,
    pressable,
    seen_text,
    view_dict,
)
from tests.views.submitted import block_of, fields_of, form_dict

# --- Whom the clock may tell


@pytest.mark.parametrize("chosen", list(Notify))
def test_the_choice_stands_in_the_form_and_says_what_it_means(chosen: Notify) -> None:
    view = form_dict(notify_view(chosen))
    assert fields_of(view) == [Field.NOTIFY]
    element = block_of(view, Field.NOTIFY)["element"]
    assert [one["value"] for one in element["options"]] == [one.value for one in Notify]
    assert element["initial_option"]["value"] == chosen
    assert "Answers and hand-overs reach" in seen_text(view["blocks"])


# --- Who manages whom


def test_each_is_named_with_their_manager_and_has_the_way_to_the_form() -> None:
    rows = [Managed(MAYA, PRIYA), Managed(JONAS, None), Managed(PRIYA, MAYA, manager_gone=True)]
    view = view_dict(managed_view(rows, page=0, pages=1))
    told = seen_text(view["blocks"])
    assert "<@U0MAYA> is managed by <@U0PRIYA>\n" in told
    assert "<@U0JONAS> has no manager set" in told
    assert "<@U0MAYA>, who has no account any more" in told
    assert [one["value"] for one in pressable(view["blocks"])] == [
        '{"e":1}',
        '{"e":2}',
        '{"e":3}',
    ]


def test_pages_are_turned_from_where_there_are_more() -> None:
    rows = [Managed(MAYA, PRIYA)] * 30
    for page, turns in ((0, ["list_on"]), (1, ["list_back", "list_on"]), (2, ["list_back"])):
        view = view_dict(managed_view(rows, page=page, pages=3))
        assert len(view["blocks"]) <= 100
        found = [one for one in action_ids(view["blocks"]) if one != ActionId.OPEN_ROLES]
        assert found == turns
        assert f"{page + 1} of 3" in seen_text(view["blocks"])
        named = [one["value"] for one in pressable(view["blocks"]) if "managed" in one["value"]]
        assert len(named) == len(turns)


def test_with_nobody_there_is_one_sentence() -> None:
    view = view_dict(managed_view([], page=0, pages=1))
    assert seen_text(view["blocks"]) == sentences.people.NO_PEOPLE


@pytest.mark.parametrize(("count", "pages"), [(0, 1), (1, 1), (30, 1), (31, 2)])
def test_pages_are_as_many_as_it_takes(count: int, pages: int) -> None:
    assert pages_of(count, 30) == pages


# --- People as lines

ANN = Person(5, 1, "U0MAYA", TRICKY, region="DE", manager_id=2)
BEN = Person(6, 1, "U0JONAS", "Ben", roles=frozenset({Role.ADMIN}))


def test_the_empty_field_says_what_a_line_is() -> None:
    view = form_dict(people_csv_view())
    assert fields_of(view) == [Field.PEOPLE_LINES]
    assert view["submit"]["text"] == "Show changes"
    assert view["private_metadata"] == "{}"
    told = seen_text(view["blocks"])
    assert "Copy member ID" in told
    assert "3,000 characters" in told
    assert block_of(view, Field.PEOPLE_LINES)["element"]["multiline"] is True


def test_a_preview_names_what_changes_from_what_to_what() -> None:
    plan = Plan(
        (
            Change(ANN, roles=frozenset({Role.REVOPS}), manager=BEN, region="DE-BE"),
            Change(BEN, roles=frozenset()),
            Change(ANN, no_manager=True, region=""),
        ),
        (),
        2,
    )
    view = form_dict(
        people_csv_view("a line", plan, managers={2: PRIYA}, mark="f" * 40, at_once=20)
    )
    told = seen_text(view["blocks"])
    assert "Roles: none → RevOps" in told
    assert "Manager: <@U0PRIYA> → <@U0JONAS>" in told
    assert "Region: DE → DE-BE" in told
    assert "Roles: Admin of this bot → none" in told
    assert "Manager: <@U0PRIYA> → none · Region: DE → none" in told
    assert "3 lines change somebody, 2 say what is so already." in told
    assert view["submit"]["text"] == "Save people"
    assert block_of(view, Field.PEOPLE_LINES)["element"]["initial_value"] == "a line"
    assert not any(TRICKY in text for text in parsed_texts(view))


def test_wrong_lines_are_named_and_cannot_be_saved() -> None:
    plan = Plan((Change(BEN, roles=frozenset()),), (Wrong(3, LineProblem.NO_ROLE, TRICKY),), 0)
    view = form_dict(people_csv_view("lines", plan))
    told = seen_text(view["blocks"])
    assert "Line 3: “<!channel> <@U0OMAR>" in told
    assert "is no role." in told
    assert "Mend these" in told
    assert view["submit"]["text"] == "Show changes"
    assert not any("channel" in text for text in parsed_texts(view))


def test_every_problem_of_a_line_has_its_words() -> None:
    told = {sentences.people.wrong_line(1, "x", one) for one in LineProblem}
    assert len(told) == len(LineProblem)
    assert sentences.people.wrong_line(2, "", LineProblem.NO_ID).startswith("Line 2: the first")


def test_the_longest_preview_fits() -> None:
    change = Change(ANN, roles=frozenset(Role), manager=BEN, region="DE-BE")
    many = Plan((change,) * 300, (), 9)
    view = form_dict(people_csv_view("x" * 3000, many, mark="f" * 40, at_once=20))
    told = seen_text(view["blocks"])
    assert f"and {300 - LINES_SHOWN} more" in told
    assert "Of more than 20 people the handoffs follow within the hour." in told
    wrong = Plan((), (Wrong(1, LineProblem.NO_ID, LONG),) * 300, 0)
    view = form_dict(people_csv_view("x" * 3000, wrong))
    assert f"and {300 - LINES_SHOWN} more" in seen_text(view["blocks"])


def test_lines_that_change_nothing_say_so() -> None:
    view = form_dict(people_csv_view("x", Plan((), (), 3)))
    assert sentences.people.CSV_NOTHING in seen_text(view["blocks"])
    assert view["submit"]["text"] == "Show changes"


def test_the_present_list_stands_there_to_be_copied_under_its_headings() -> None:
    view = view_dict(people_list_view(["U0MAYA,-,-,DE,Maya"] * 25, page=0, pages=2))
    assert "slack id,roles,manager,region,name\nU0MAYA,-,-,DE,Maya\n" in seen_text(view["blocks"])
    assert action_ids(view["blocks"]) == ["list_on"]
    empty = view_dict(people_list_view([], page=0, pages=1))
    assert seen_text(empty["blocks"]) == sentences.people.NO_PEOPLE


# --- What did not arrive

DEAD = Undelivered(
    source=JobSource.NOTICE,
    entry=12,
    kind=NoticeKind.NUDGE,
    account=f"{TRICKY} Mills",
    hidden=True,
    person=MAYA,
    channel_slack_id=None,
    reason="messages_tab_disabled",
    in_doubt=False,
    may_retry=True,
)
DOUBTFUL = replace(
    DEAD,
    source=JobSource.SURFACE,
    kind=SurfaceKind.CARD,
    account=None,
    person=None,
    channel_slack_id="C0DEAL",
    reason="http_503",
    in_doubt=True,
    may_retry=False,
)


def test_it_is_told_what_to_whom_and_why_with_what_can_be_done() -> None:
    view = view_dict(undelivered_view([DEAD, DOUBTFUL], page=0, pages=1))
    told = seen_text(view["blocks"])
    assert "A reminder → <@U0MAYA>" in told
    assert "The app's Messages tab is switched off in its settings; switch it on." in told
    assert "The card in the deal channel → <#C0DEAL>" in told
    assert "a handoff in a private channel" in told
    assert "It may have arrived: Slack did not say whether it arrived." in told
    assert [(one["action_id"], one["value"]) for one in pressable(view["blocks"])] == [
        (ActionId.SEND_AGAIN, '{"t":"notice","e":12}'),
        (ActionId.PUT_ASIDE, '{"t":"notice","e":12}'),
        (ActionId.PUT_ASIDE, '{"t":"surface","e":12}'),
    ]
    assert not any(TRICKY in text for text in parsed_texts(view))


def test_what_is_tried_in_vain_is_told_with_slacks_word_and_nothing_to_press() -> None:
    vain = replace(DEAD, reason="ekm_access_denied", may_retry=False, in_vain=True)
    view = view_dict(undelivered_view([vain, replace(vain, reason="http_503")], page=0, pages=1))
    told = seen_text(view["blocks"])
    assert "lift it (“ekm_access_denied”). The bot tried it many times, and goes on" in told
    assert "Slack fails at it each time, or does not answer in time (“http_503”)." in told
    assert "may have arrived" not in told.replace(sentences.undelivered.MEANS, "").casefold()
    assert pressable(view["blocks"]) == []


def test_an_alarm_of_what_is_in_vain_names_three_places_and_counts_the_others() -> None:
    places = [InVain(of, f"C0DEAL{of}", None, "a_word_of_next_year") for of in (9, 5, 3, 2, 1)]
    message = in_vain_message(20, places, lasts=True, reference="4711")
    told = seen_text(message.to_args()["blocks"])
    assert message.text.startswith("Still, 20 messages of the bot do not go through")
    assert told.count("Slack refused it with the word “a_word_of_next_year”") == 3
    named = [str(one.channel) in str(message.to_args()) for one in places]
    assert named == [True] * 3 + [False] * 2
    assert "and 3 elsewhere, or for other reasons." in told
    assert "4711" in told


def test_a_word_nobody_knows_is_told_as_slacks_own() -> None:
    odd = replace(DEAD, reason="from_next_year<!here>")
    told = seen_text(view_dict(undelivered_view([odd], page=0, pages=1))["blocks"])
    assert "Slack refused it with the word “from_next_year&lt;!here&gt;”" in told


def test_what_failed_in_our_own_hands_leads_to_the_log() -> None:
    ours = replace(DEAD, reason="KeyError")
    told = seen_text(view_dict(undelivered_view([ours], page=0, pages=1))["blocks"])
    assert "The bot itself failed at it (KeyError)" in told
    assert "Slack" not in told.split("KeyError")[1]


@pytest.mark.parametrize("word", ["restored", "nowhere_to_look", "too_much_history"])
def test_the_bots_own_words_for_what_is_in_doubt_have_sentences_and_are_not_slacks(
    word: str,
) -> None:
    told = sentences.refusals.why(word, in_doubt=True)
    assert told.startswith("It may have arrived: ")
    assert word not in told
    assert "refused" not in told


@pytest.mark.parametrize(
    "error",
    [
        TimeoutError("timed out"),
        ConnectionResetError(104, "reset by peer"),
        OSError(113, "no route to host"),
        RemoteDisconnected("gone"),
        BadStatusLine("no HTTP"),
        ValueError("no JSON"),
        NotTaken(500),
        HTTPError("https://files.example", 500, "no", Message(), None),
    ],
)
def test_a_call_that_broke_off_is_no_failure_of_the_bots_own(error: Exception) -> None:
    told = sentences.refusals.why(failed(error).word, in_doubt=False)
    assert "the bot itself failed" not in told.casefold()
    assert type(error).__name__ not in told


@pytest.mark.parametrize("word", sorted(SLACKS_WORDS))
def test_every_word_that_slack_documents_for_what_the_bot_calls_has_a_sentence(word: str) -> None:
    assert word in sentences.refusals.known()
    assert word not in sentences.refusals.why(word, in_doubt=False)


def test_keys_that_are_revoked_are_no_setting_that_an_owner_allows() -> None:
    told = sentences.refusals.why("ekm_access_denied", in_doubt=False)
    assert "Enterprise Key Management" in told
    assert "owner" not in told


@pytest.mark.parametrize(
    "told_by",
    [
        {"shared": True},
        {"pending": True},
        {"guests": True},
        {"archived": True},
        {"direct": True},
        {"bot_inside": False},
        {"checked_at": None},
    ],
)
def test_why_a_channel_takes_nothing_has_a_sentence(told_by: dict[str, Any]) -> None:
    safe = Channel(1, 1, "C0TEAM", bot_inside=True, checked_at=datetime.now(UTC))
    problem = replace(safe, **told_by).problem()
    assert problem is not None
    assert problem.value in sentences.refusals.known()


def test_everything_that_can_fail_has_a_name() -> None:
    assert set(sentences.undelivered.KINDS) == {*NoticeKind, *SurfaceKind}


def test_what_a_newer_version_left_has_no_name_here_and_goes_by_itself() -> None:
    left = replace(DEAD, kind=None, reason=NEWER, may_retry=False)
    view = view_dict(undelivered_view([left], page=0, pages=1))
    told = seen_text(view["blocks"])
    assert sentences.undelivered.OF_NEWER in told
    assert "goes out by itself" in told
    assert [one["action_id"] for one in pressable(view["blocks"])] == [ActionId.PUT_ASIDE]


def test_with_nothing_left_it_says_so_and_the_longest_page_fits() -> None:
    empty = view_dict(undelivered_view([], page=0, pages=1))
    assert empty["callback_id"] == ViewId.UNDELIVERED
    assert seen_text(empty["blocks"]) == sentences.undelivered.NONE_LEFT
    full = view_dict(undelivered_view([replace(DEAD, account=LONG)] * 15, page=1, pages=3))
    assert len(full["blocks"]) <= 100
    assert '"p":1' in pressable(full["blocks"])[0]["value"]
