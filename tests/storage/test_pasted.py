"""What a writer pasted is theirs until they forget it."""

import pytest

from bot.domain.errors import Invalid, Problem
from bot.storage.pasted import MOST_PARTS
from bot.storage.unit_of_work import Store
from tests.builders import Team, make_team, signed


def test_each_writer_has_a_text_of_their_own_in_each_handoff(store: Store, team: Team) -> None:
    one, other = signed(store, team), signed(store, team)
    with store.write(team.workspace_id) as unit:
        for words in ("first", "second"):
            unit.pasted.add(one, team.ae.id, words, at=unit.now)
        unit.pasted.add(one, team.csm.id, "a helper's", at=unit.now)
        unit.pasted.add(other, team.ae.id, "of another deal", at=unit.now)
        unit.commit()
    with store.read(team.workspace_id) as after:
        assert after.pasted.parts(one, team.ae.id) == ["first", "second"]
        assert after.pasted.parts(one, team.csm.id) == ["a helper's"]
        assert after.pasted.parts(one, team.outsider.id) == []
        assert after.pasted.there(other, team.ae.id)
        assert not after.pasted.there(other, team.csm.id)
    elsewhere = make_team(store, team_id="T200")
    with store.read(elsewhere.workspace_id) as foreign:
        assert foreign.pasted.parts(one, team.ae.id) == []


def test_what_is_forgotten_is_gone_and_nothing_else_is(store: Store, team: Team) -> None:
    handoff_id = signed(store, team)
    with store.write(team.workspace_id) as unit:
        unit.pasted.add(handoff_id, team.ae.id, "mine", at=unit.now)
        unit.pasted.add(handoff_id, team.csm.id, "theirs", at=unit.now)
        unit.pasted.forget(handoff_id, team.ae.id)
        unit.commit()
    with store.read(team.workspace_id) as after:
        assert after.pasted.parts(handoff_id, team.ae.id) == []
        assert after.pasted.parts(handoff_id, team.csm.id) == ["theirs"]


@pytest.mark.parametrize("words", ["", " \n"])
def test_nothing_is_kept_of_an_empty_text(store: Store, team: Team, words: str) -> None:
    handoff_id = signed(store, team)
    with store.write(team.workspace_id) as unit:
        with pytest.raises(Invalid) as refused:
            unit.pasted.add(handoff_id, team.ae.id, words, at=unit.now)
        assert (refused.value.problem, refused.value.field) == (Problem.EMPTY, "pasted")


def test_a_text_ends_somewhere(store: Store, team: Team) -> None:
    handoff_id = signed(store, team)
    with store.write(team.workspace_id) as unit:
        for number in range(MOST_PARTS):
            unit.pasted.add(handoff_id, team.ae.id, str(number), at=unit.now)
        with pytest.raises(Invalid) as refused:
            unit.pasted.add(handoff_id, team.ae.id, "one more", at=unit.now)
        assert refused.value.problem is Problem.TOO_MANY
