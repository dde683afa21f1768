"""The form for the profile's field, and why somebody is told."""

from dataclasses import replace

import pytest

from bot.domain.access import Capacity
from bot.domain.people import ManagerBy
from bot.domain.ports import ProfileField
from bot.domain.read_models import WhyTold
from bot.views.ids import Field, ViewId
from bot.views.managers import BY_HAND, managers_view
from bot.views.message import lines
from bot.views.why import why_rows
from tests.views.shown import LONG, MAYA, PRIYA, WHY_TOLD, seen_text, view_dict
from tests.views.submitted import block_of, fields_of, form_dict

BOSS = ProfileField("Xf0BOSS", "Manager")


def test_it_proposes_the_fields_and_to_go_on_by_hand() -> None:
    view = form_dict(managers_view([BOSS], chosen=None))
    assert view["callback_id"] == ViewId.MANAGERS
    assert fields_of(view) == [Field.PROFILE_FIELD]
    element = block_of(view, Field.PROFILE_FIELD)["element"]
    assert [one["value"] for one in element["options"]] == [BY_HAND, "Xf0BOSS"]
    assert element["initial_option"]["value"] == BY_HAND
    chosen = form_dict(managers_view([BOSS], chosen="Xf0BOSS"))
    element = block_of(chosen, Field.PROFILE_FIELD)["element"]
    assert element["initial_option"]["value"] == "Xf0BOSS"


def test_without_a_field_it_says_so_and_has_nothing_to_send() -> None:
    view = view_dict(managers_view([], chosen=None))
    assert "has no field that holds a person" in seen_text(view["blocks"])
    assert not view.get("submit")


def test_a_field_that_is_gone_can_be_taken_back() -> None:
    view = form_dict(managers_view([], chosen="Xf0GONE"))
    element = block_of(view, Field.PROFILE_FIELD)["element"]
    assert element["initial_option"]["value"] == BY_HAND


def test_many_fields_with_long_names_or_none_fit() -> None:
    many = [ProfileField(f"Xf{number}", LONG if number else "") for number in range(150)]
    assert view_dict(managers_view(many, chosen="Xf3"))


def told(why: WhyTold | None) -> str:
    return seen_text([lines(*why_rows(why)).to_dict()]).replace("\n", "")


NAMED = replace(WHY_TOLD, by=ManagerBy.NAMED, role=Capacity.CS_MANAGER, instead_of=None)


@pytest.mark.parametrize(
    ("why", "words"),
    [
        (None, "Why you: you are told as a manager; who named you as one was not kept."),
        (NAMED, "Why you: you were named as the CS manager on the start form of this handoff."),
        (replace(NAMED, by=None), "Why you: you are the CS manager of this handoff."),
        (
            replace(NAMED, by=None, role=None),
            "Why you: you are told as a manager; who named you as one was not kept.",
        ),
        (
            replace(NAMED, by=ManagerBy.POLICY),
            "Why you: the policy names you as the CS manager, where nobody else is named.",
        ),
        (
            replace(NAMED, by=ManagerBy.HAND),
            "Why you: an admin set you as the manager of <@U0MAYA>.",
        ),
        (
            WHY_TOLD,
            "Why you: the Slack profile of <@U0MAYA> names you as their manager."
            "<@U0PRIYA> would be told, but is away until 20 Mar 2026.",
        ),
        (
            replace(WHY_TOLD, by=ManagerBy.REVOPS, until=None),
            "Why you: you are RevOps, and no manager is there to be told."
            "<@U0PRIYA> would be told, but has no account any more.",
        ),
        (
            replace(WHY_TOLD, stands_in=True),
            "Why you: you stand in for <@U0PRIYA>, who is away until 20 Mar 2026.",
        ),
    ],
)
def test_each_way_to_be_told_has_its_own_true_reason(why: WhyTold | None, words: str) -> None:
    assert told(why) == words
    assert WHY_TOLD.of == MAYA
    assert WHY_TOLD.instead_of == PRIYA
