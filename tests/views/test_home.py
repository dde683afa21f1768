"""The Home tab, help and problems."""

from dataclasses import replace

import pytest

from bot.domain.deadlines import Step
from bot.domain.items import SectionKey
from bot.domain.read_models import HelpedRow, HomeModel, Light
from bot.domain.verification import Part
from bot.sandbox.blockkit import Surface
from bot.views import sentences
from bot.views.help import help_message
from bot.views.home import home_view
from bot.views.ids import ActionId
from bot.views.limits import VIEW_BLOCKS
from bot.views.text import one_line
from tests.views.shown import (
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
WORST = HomeModel(
    MAYA,
    (WORST_ROW,) * 200,
    (WORST_ROW,) * 200,
    (WORST_ROW,) * 200,
    1_000,
    True,
    True,
    NOW,
    (HelpedRow(7, LONG, frozenset(SectionKey), ready=False),) * 20,
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
    assert "and 1540 more" in seen_text(made["blocks"])


def test_only_admins_see_what_admins_do() -> None:
    for paused, turn in ((False, ActionId.PAUSE), (True, ActionId.RESUME)):
        home = replace(EMPTY, admin=True, paused=paused)
        made = view_dict(home_view(home, ZONE), Surface.HOME)
        assert action_ids(made["blocks"]) == [ActionId.OPEN_ROLES, ActionId.OPEN_MANAGERS, turn]


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
