"""The form that cancels a handoff."""

import json
from dataclasses import replace

from bot.domain.handoff import LONGEST_REASON
from bot.views.cancel import cancel_view
from bot.views.ids import Field, ViewId
from bot.views.payload import Ref
from tests.views.shown import CARD, TRICKY, parsed_texts, seen_text
from tests.views.submitted import block_of, form_dict, refused_by_slack, submitted

REF = Ref(handoff=7, channel=3)


def test_the_form_says_who_reads_the_reason_and_asks_for_it() -> None:
    view = form_dict(cancel_view(CARD, REF))
    assert view["callback_id"] == ViewId.CANCEL
    assert json.loads(view["private_metadata"]) == {"h": 7, "c": 3}
    assert "AE, CSM, their managers, second listener" in seen_text(view["blocks"])
    reason = block_of(view, Field.REASON)
    assert reason["element"]["max_length"] == LONGEST_REASON
    assert refused_by_slack(submitted(cancel_view(CARD, REF))) == {
        reason["block_id"]: "Please complete this required field."
    }


def test_leaving_the_form_keeps_the_handoff() -> None:
    view = form_dict(cancel_view(CARD, REF))
    assert view["submit"]["text"] == "Cancel handoff"
    assert view["close"]["text"] == "Keep handoff"


def test_the_account_is_shown_as_typed() -> None:
    view = form_dict(cancel_view(replace(CARD, account=TRICKY), REF))
    assert TRICKY in seen_text(view["blocks"])
    assert not any("U0OMAR" in text for text in parsed_texts(view))
