"""Who decides a dispute of two managers: RevOps, and nobody who is a part of it."""

import pytest
from sqlalchemy import select, update

from bot.domain.deadlines import DeadlineState, Step
from bot.domain.notices import NoticeKind
from bot.domain.people import Role
from bot.storage.tables import handoff, outbox
from bot.views.ids import ActionId
from bot.views.payload import Ref
from tests.flows.app import App
from tests.flows.test_disputes import (
    AE_MANAGER,
    KEPT,
    REVOPS,
    WITHDRAWN,
    answer,
    dispute,
    owed,
    told,
)
from tests.flows.test_ledger import (
    AE,
    CS_MANAGER,
    CSM,
    ae_initials,
    csm_initials,
    deliverable,
    edit,
    entry,
    ref,
    sound,
)

NOT_YOU = "Somebody else of RevOps decides this dispute"


def of_revops(app: App, *people: int) -> None:
    """Just these have the role."""
    with app.store.write(app.team.workspace_id) as unit:
        for one in unit.people.with_role(Role.REVOPS):
            unit.people.set_part(one.id, roles=one.roles - {Role.REVOPS})
        for person_id in people:
            roles = unit.people.get(person_id).roles | {Role.REVOPS}
            unit.people.set_part(person_id, roles=roles)
        unit.commit()


def differ(app: App, handoff_id: int) -> None:
    answer(app, AE_MANAGER, handoff_id, **WITHDRAWN)
    answer(app, CS_MANAGER, handoff_id, **KEPT)


def asked(app: App) -> list[int]:
    """Who was asked to decide."""
    with app.store.database.reading() as connection:
        found = select(outbox.c.person_id).where(outbox.c.key.like("settle_asked:decide:%"))
        return list(connection.execute(found).scalars())


@pytest.fixture
def handoff_id(app: App) -> int:
    """One whose only promise is initialed by both, and disputed by the CSM."""
    one = deliverable(app)
    ae_initials(app, one)
    csm_initials(app, one)
    dispute(app, CSM, one)
    return one


@pytest.mark.parametrize("party", [AE, CSM])
def test_nobody_of_revops_decides_a_dispute_of_their_own(
    app: App, handoff_id: int, party: str
) -> None:
    team = app.team
    of_revops(app, team.ae.id if party == AE else team.csm.id, team.outsider.id)
    differ(app, handoff_id)
    assert asked(app) == [team.outsider.id]
    assert owed(app, handoff_id)[Step.DECIDE].owner_id == team.outsider.id
    before = app.rows()
    assert NOT_YOU in app.press(party, ActionId.OPEN_SETTLE, ref(app, handoff_id)).sentence
    page = app.modal(app.press(party, ActionId.OPEN_LEDGER, Ref(handoff=handoff_id)))
    assert ActionId.OPEN_SETTLE.value not in str(page.view)
    assert app.rows() == before
    answer(app, "UOUTSIDER", handoff_id, **KEPT)
    assert entry(app, handoff_id).dispute is None
    assert sound(app, handoff_id)


def test_with_nobody_else_of_revops_it_waits(app: App, handoff_id: int) -> None:
    of_revops(app, app.team.ae.id, app.team.csm.id)
    differ(app, handoff_id)
    assert asked(app) == []
    assert Step.DECIDE not in owed(app, handoff_id)
    assert NOT_YOU in app.press(CSM, ActionId.OPEN_SETTLE, ref(app, handoff_id)).sentence


def test_whose_answer_differs_does_not_decide_between_the_two(app: App, handoff_id: int) -> None:
    team = app.team
    of_revops(app, team.ae_manager.id, team.revops.id)
    differ(app, handoff_id)
    assert asked(app) == [team.revops.id]
    assert owed(app, handoff_id)[Step.DECIDE].owner_id == team.revops.id
    assert NOT_YOU in app.press(AE_MANAGER, ActionId.OPEN_SETTLE, ref(app, handoff_id)).sentence
    # About another wording they said nothing yet.
    edit(app, AE, handoff_id, words="A login page, later")
    assert app.press(AE_MANAGER, ActionId.OPEN_SETTLE, ref(app, handoff_id)).opened
    answer(app, REVOPS, handoff_id, **KEPT)
    assert owed(app, handoff_id)[Step.DECIDE].state is DeadlineState.DONE


@pytest.mark.parametrize("party", [AE, CSM])
def test_in_the_place_of_a_missing_manager_nobody_stands_for_their_own_side(
    app: App, party: str
) -> None:
    team = app.team
    of_revops(app, team.ae.id if party == AE else team.csm.id, team.outsider.id)
    one = deliverable(app)
    with app.store.database.writing() as connection:
        connection.execute(update(handoff).values(ae_manager_id=None, ae_manager_by=None))
        connection.commit()
    dispute(app, CSM, one)
    assert told(app, NoticeKind.SETTLE_ASKED) == {team.outsider.id, team.cs_manager.id}
    assert owed(app, one)[Step.SETTLE_AE].owner_id == team.outsider.id
    refused = app.press(party, ActionId.OPEN_SETTLE, ref(app, one)).sentence
    assert "Settling a dispute is up to" in refused
    answer(app, "UOUTSIDER", one, **WITHDRAWN)
    answer(app, CS_MANAGER, one, **KEPT)
    # Who answered in a manager's place is no judge of that answer, either.
    assert asked(app) == []
    assert NOT_YOU in app.press("UOUTSIDER", ActionId.OPEN_SETTLE, ref(app, one)).sentence
