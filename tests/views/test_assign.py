"""The form that names the CSM."""

import json
from dataclasses import replace

from bot.domain.read_models import NamedPerson
from bot.views.assign import MOST_CANDIDATES, assign_view
from bot.views.ids import Field, ViewId
from tests.views.shown import CARD, EMPTY_CARD, JONAS, PRIYA, WORST_CARD, seen_text
from tests.views.submitted import block_of, form_dict

WAITING = replace(CARD, csm=None)


def test_the_proposed_csm_stands_there_first_beside_everybodys_open_handoffs() -> None:
    view = form_dict(assign_view(WAITING, candidates=[(JONAS, 12), (PRIYA, 0)], most=40))
    assert view["callback_id"] == ViewId.ASSIGN
    assert json.loads(view["private_metadata"]) == {"h": 7}
    assert block_of(view, Field.CSM)["element"]["initial_user"] == "U0JONAS"
    seen = seen_text(view["blocks"])
    assert "at most 40 open handoffs" in seen
    assert "<@U0JONAS>: 12 open\n<@U0PRIYA>: 0 open" in seen


def test_without_a_proposal_nobody_is_chosen() -> None:
    view = form_dict(assign_view(EMPTY_CARD, candidates=[], most=40))
    assert "initial_user" not in block_of(view, Field.CSM)["element"]
    assert "nobody has one yet" in seen_text(view["blocks"])


def test_whoever_changes_the_csm_chooses_from_nobody() -> None:
    view = form_dict(assign_view(CARD, candidates=[], most=40))
    assert "initial_user" not in block_of(view, Field.CSM)["element"]


def test_more_candidates_than_fit_are_counted() -> None:
    many = [(NamedPerson(n, f"U{n:09}", "x"), 10**6) for n in range(MOST_CANDIDATES + 30)]
    view = form_dict(assign_view(WORST_CARD, candidates=many, most=40))
    assert "and 30 more" in seen_text(view["blocks"])
