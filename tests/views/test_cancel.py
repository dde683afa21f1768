"""The form that cancels a handoff."""

import json
from dataclasses import replace

from bot.domain.handoff import LONGEST_REASON
from bot.domain.linked import OpenDeal
from bot.domain.path_pages import CancelForm
from bot.domain.promises import Promise, PromiseText
from bot.views.cancel import cancel_view
from bot.views.ids import Field, ViewId
from bot.views.payload import Ref
from tests.views.shown import TRICKY, parsed_texts, seen_text
from tests.views.submitted import block_of, form_dict, refused_by_slack, submitted

REF = Ref(handoff=7, channel=3)
FORM = CancelForm(7, "Northwind Robotics")
PROMISES = tuple(
    Promise(id=40 + number, number=number, version=1, text=PromiseText(f"Promise {number} " * 20))
    for number in range(1, 121)
)
DEALS = (OpenDeal(8, "Larkfield Clinics"), OpenDeal(9, TRICKY))


def test_the_form_says_who_reads_the_reason_and_asks_for_it() -> None:
    view = form_dict(cancel_view(FORM, REF))
    assert view["callback_id"] == ViewId.CANCEL
    assert json.loads(view["private_metadata"]) == {"h": 7, "c": 3}
    assert "AE, CSM, their managers, second listener" in seen_text(view["blocks"])
    reason = block_of(view, Field.REASON)
    assert reason["element"]["max_length"] == LONGEST_REASON
    assert refused_by_slack(submitted(cancel_view(FORM, REF))) == {
        reason["block_id"]: "Please complete this required field."
    }


def test_leaving_the_form_keeps_the_handoff() -> None:
    view = form_dict(cancel_view(FORM, REF))
    assert view["submit"]["text"] == "Cancel handoff"
    assert view["close"]["text"] == "Keep handoff"


def test_the_account_is_shown_as_typed() -> None:
    view = form_dict(cancel_view(replace(FORM, account=TRICKY), REF))
    assert TRICKY in seen_text(view["blocks"])
    assert not any("U0OMAR" in text for text in parsed_texts(view))


def test_without_another_open_handoff_nothing_can_be_chosen() -> None:
    view = form_dict(cancel_view(replace(FORM, promises=PROMISES[:1]), REF))
    assert "You know of no other open handoff" in seen_text(view["blocks"])
    assert not [one for one in view["blocks"] if Field.CARRY.value in one.get("block_id", "")]


def test_what_it_became_can_be_chosen_and_how() -> None:
    view = form_dict(cancel_view(replace(FORM, deals=DEALS), REF))
    became = block_of(view, Field.BECAME)
    assert became["optional"]
    assert [one["value"] for one in became["element"]["options"]] == ["8", "9"]
    assert "initial_option" not in became["element"]
    how = block_of(view, Field.BECAME_HOW)["element"]
    assert [one["value"] for one in how["options"]] == ["replaced", "merged", "split"]
    assert how["initial_option"]["value"] == "replaced"
    assert not any("U0OMAR" in text for text in parsed_texts(view))


def test_each_promise_is_ticked_by_itself_and_none_is_ticked_before() -> None:
    view = form_dict(cancel_view(replace(FORM, deals=DEALS, promises=PROMISES[:3]), REF))
    boxes = block_of(view, Field.CARRY)["element"]
    assert [one["value"] for one in boxes["options"]] == ["41", "42", "43"]
    assert "initial_options" not in boxes
    assert "Both sides initial them anew" in seen_text(view["blocks"])


def test_more_promises_than_a_menu_holds_are_said() -> None:
    view = form_dict(cancel_view(replace(FORM, deals=DEALS, promises=PROMISES), REF))
    assert len(block_of(view, Field.CARRY)["element"]["options"]) == 100
    assert "20 more have to be added there by hand" in seen_text(view["blocks"])
