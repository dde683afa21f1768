"""The Home tab, help and problems."""

from dataclasses import replace
from datetime import date, time

import pytest

from bot.domain.deadlines import Step
from bot.domain.items import SectionKey
from bot.domain.notices import Notify
from bot.domain.people import RegionBy
from bot.domain.read_models import HelpedRow, HomeModel, Light, You
from bot.domain.verification import Part
from bot.domain.worktime import QuietHours
from bot.sandbox.blockkit import Surface
from bot.views import sentences
from bot.views.help import help_message
from bot.views.home import home_view, shares
from bot.views.ids import ActionId
from bot.views.limits import VIEW_BLOCKS
from bot.views.text import one_line
from tests.views.shown import (
    JONAS,
    LONG,
    MAYA,
    NOW,
    ROW,
    TRICKY,
    WORST_ROW,
    ZONE,
    action_ids,
    check_message,
    pieces,
    pressable,
    seen_text,
    view_dict,
)

EMPTY = HomeModel(MAYA, (), (), (), 0, False, False, NOW)
TYPICAL = replace(
    EMPTY,
    needs_you=(ROW,),
    waiting_on_others=(replace(ROW, step=Step.ASSIGN, light=Light.ON_TIME),),
    mine=(ROW, ROW),
)
BY_POLICY = You(
    zone=ZONE,
    region="Germany (DE)",
    region_by=RegionBy.ZONE,
    quiet=QuietHours(),
    own_quiet=False,
    summary_at=time(9),
    own_summary=False,
)
OWN = replace(
    BY_POLICY,
    region="Germany, Berlin (DE-BE)",
    region_by=RegionBy.SELF,
    quiet=QuietHours(time(18, 30), time(7)),
    own_quiet=True,
    summary_at=time(7, 15),
    own_summary=True,
    leave_until=date(2026, 3, 20),
    stand_in=JONAS,
)
WORST = HomeModel(
    MAYA,
    (WORST_ROW,) * 200,
    (WORST_ROW,) * 200,
    (WORST_ROW,) * 200,
    1_000,
    True,
    True,
    NOW,
    you=OWN,
    notify=Notify.ME,
    notify_by=JONAS,
    undelivered=12,
    helped=(HelpedRow(7, LONG, frozenset(SectionKey), ready=False),) * 20,
)


@pytest.mark.parametrize("home", [EMPTY, TYPICAL, WORST])
def test_the_tab_fits(home: HomeModel) -> None:
    made = view_dict(home_view(home, ZONE), Surface.HOME)
    assert len(made["blocks"]) <= VIEW_BLOCKS
    assert "title" not in made


def test_with_nothing_to_do_there_is_one_sentence_and_no_button() -> None:
    made = view_dict(home_view(EMPTY, ZONE), Surface.HOME)
    assert pieces(made["blocks"])[:2] == [
        sentences.home.HOME_NEEDS_YOU,
        sentences.home.HOME_NOTHING,
    ]
    assert action_ids(made["blocks"]) == []


def test_the_lists_stand_in_the_order_of_what_needs_you() -> None:
    made = view_dict(home_view(TYPICAL, ZONE), Surface.HOME)
    headings = [block["text"]["text"] for block in made["blocks"] if block["type"] == "header"]
    assert headings == ["Needs you now", "Waiting on others", "My handoffs", "Help"]


def test_what_needs_you_has_the_button_that_does_it() -> None:
    made = view_dict(home_view(TYPICAL, ZONE), Surface.HOME)
    assert [pressed["action_id"] for pressed in pressable(made["blocks"])] == [
        ActionId.WRITE_BRIEF,
        ActionId.OPEN_HANDOFF,
        ActionId.OPEN_HANDOFF,
        ActionId.OPEN_HANDOFF,
    ]


@pytest.mark.parametrize(
    ("part", "action", "name"),
    [
        (Part.ACKNOWLEDGEMENT, ActionId.ACKNOWLEDGE, "acknowledgement of the brief"),
        (Part.CHECKS, ActionId.OPEN_CHECKS, "three checks of the brief"),
        (Part.RESTATEMENT, ActionId.OPEN_RESTATE, "restatement of the brief"),
    ],
)
def test_of_a_reading_the_next_part_is_named_and_pressed(
    part: Part, action: ActionId, name: str
) -> None:
    row = replace(ROW, step=Step.READ, light=Light.SOON, left=(part,))
    made = view_dict(home_view(replace(EMPTY, needs_you=(row,)), ZONE), Surface.HOME)
    assert [one["action_id"] for one in pressable(made["blocks"])] == [action]
    assert name in seen_text(made["blocks"])


def test_a_row_that_cannot_be_done_yet_opens_the_handoff() -> None:
    rows = (replace(ROW, light=Light.WAITING), replace(ROW, step=None, due_at=None, signed=False))
    made = view_dict(home_view(replace(EMPTY, needs_you=rows), ZONE), Surface.HOME)
    assert set(action_ids(made["blocks"])) == {ActionId.OPEN_HANDOFF}


def test_what_is_left_out_is_counted() -> None:
    made = view_dict(home_view(WORST, ZONE), Surface.HOME)
    assert "and 1544 more" in seen_text(made["blocks"])


def test_only_admins_see_what_admins_do() -> None:
    for paused, turn in ((False, ActionId.PAUSE), (True, ActionId.RESUME)):
        home = replace(EMPTY, admin=True, paused=paused)
        made = view_dict(home_view(home, ZONE), Surface.HOME)
        assert action_ids(made["blocks"]) == [
            ActionId.OPEN_ROLES,
            ActionId.OPEN_PEOPLE_CSV,
            ActionId.OPEN_MANAGED,
            ActionId.OPEN_MANAGERS,
            ActionId.OPEN_NOTIFY,
            ActionId.OPEN_UNDELIVERED,
            turn,
        ]


@pytest.mark.parametrize(
    ("wanted", "room", "given"),
    [
        ((200, 200, 200), 76, [26, 25, 25]),
        ((200, 3, 0), 76, [73, 3, 0]),
        ((5, 200, 40), 76, [5, 36, 35]),
        ((1, 2, 3), 76, [1, 2, 3]),
        ((0, 0, 0), 76, [0, 0, 0]),
    ],
)
def test_room_that_one_list_does_not_need_goes_to_the_others(
    wanted: tuple[int, ...], room: int, given: list[int]
) -> None:
    assert shares(wanted, room) == given


def test_a_long_list_alone_takes_the_room_of_the_others() -> None:
    made = view_dict(
        home_view(replace(EMPTY, needs_you=(ROW,) * 76, more=4, admin=True, you=OWN), ZONE),
        Surface.HOME,
    )
    assert len(made["blocks"]) <= VIEW_BLOCKS
    assert action_ids(made["blocks"]).count(ActionId.WRITE_BRIEF) == 76
    assert "and 4 more" in seen_text(made["blocks"])


def test_what_is_the_teams_is_told_apart_from_ones_own() -> None:
    told = seen_text(view_dict(home_view(replace(EMPTY, you=BY_POLICY), ZONE), Surface.HOME))
    assert "Germany (DE), guessed from your time zone Europe/Berlin" in told
    assert "20:00–08:00 and all of a non-working day (the team's)" in told
    assert "09:00 (the start of the working hours)" in told
    own = seen_text(view_dict(home_view(replace(EMPTY, you=OWN), ZONE), Surface.HOME))
    assert "Germany, Berlin (DE-BE), set by you" in own
    assert "18:30–07:00 and all of a non-working day (set by you)" in own
    assert "07:15 (set by you)" in own
    assert "until 20 Mar 2026\n, \n<@U0JONAS>\n stands in" in own


def test_a_leave_with_nobody_standing_in_says_so() -> None:
    alone = replace(OWN, stand_in=None)
    told = seen_text(view_dict(home_view(replace(EMPTY, you=alone), ZONE), Surface.HOME))
    assert "nobody standing in" in told


def test_a_zone_that_names_no_country_is_said() -> None:
    nowhere = replace(BY_POLICY, zone="UTC", region="", region_by=RegionBy.NOWHERE)
    told = seen_text(view_dict(home_view(replace(EMPTY, you=nowhere), ZONE), Surface.HOME))
    assert "none, so no public holidays, your time zone UTC names no country" in told


def test_everybody_has_the_way_to_their_times() -> None:
    made = view_dict(home_view(replace(EMPTY, you=BY_POLICY), ZONE), Surface.HOME)
    assert action_ids(made["blocks"]) == [ActionId.OPEN_TIMES]


def test_admins_read_whom_the_clock_may_tell_and_what_did_not_arrive() -> None:
    def told(**more: object) -> str:
        home = replace(EMPTY, admin=True, **more)  # type: ignore[arg-type]
        return seen_text(view_dict(home_view(home, ZONE), Surface.HOME))

    assert sentences.people.NOTIFY_OFF in told(notify=Notify.OFF)
    assert "reaches nobody but <@U0JONAS>." in told(notify=Notify.ME, notify_by=JONAS)
    assert "otif" not in told().replace("Notify", "", 1)
    assert "One message was not delivered" in told(undelivered=1)
    assert "12 messages were not delivered" in told(undelivered=12)
    for_others = replace(EMPTY, notify=Notify.OFF, undelivered=3)
    seen = seen_text(view_dict(home_view(for_others, ZONE), Surface.HOME))
    assert "Notify" not in seen
    assert "delivered" not in seen


def test_a_paused_bot_says_so_to_everybody() -> None:
    made = view_dict(home_view(replace(EMPTY, paused=True), ZONE), Surface.HOME)
    assert pieces(made["blocks"])[0] == sentences.home.HOME_PAUSED


def test_help_names_every_command_once() -> None:
    args = check_message(help_message())
    shown = pieces(args["blocks"])
    for command in ("/handoff", "/handoff signed", "/handoff-status", "/handoff help"):
        assert shown.count(command) == 1


def test_before_the_signature_its_ae_reads_no_nothing_and_finds_the_signature() -> None:
    own = replace(ROW, signed=False, step=None, due_at=None, light=Light.WAITING)
    made = view_dict(home_view(replace(EMPTY, mine=(own,)), ZONE), Surface.HOME)
    assert sentences.home.HOME_NOT_SIGNED in pieces(made["blocks"])
    assert action_ids(made["blocks"]) == [ActionId.OPEN_SIGNATURE]
    theirs = replace(own, ae=replace(MAYA, id=99))
    other = view_dict(home_view(replace(EMPTY, mine=(theirs,)), ZONE), Surface.HOME)
    assert sentences.home.HOME_NOTHING in pieces(other["blocks"])
    assert action_ids(other["blocks"]) == [ActionId.OPEN_HANDOFF]


def test_a_helper_finds_what_they_are_asked_for_until_the_brief_is_ready() -> None:
    row = HelpedRow(7, TRICKY, frozenset({SectionKey.SUCCESS, SectionKey.PEOPLE}), ready=False)
    made = view_dict(home_view(replace(EMPTY, helped=(row,)), ZONE), Surface.HOME)
    seen = pieces(made["blocks"])
    assert f"{one_line(TRICKY)} · you help with: People, Success" in seen
    assert sentences.home.HOME_NOTHING not in seen
    assert action_ids(made["blocks"]) == [ActionId.WRITE_BRIEF]
    ready = view_dict(
        home_view(replace(EMPTY, helped=(replace(row, ready=True),)), ZONE), Surface.HOME
    )
    seen = pieces(ready["blocks"])
    assert seen.index(sentences.home.HOME_NOTHING) < seen.index(sentences.home.HOME_MINE)
