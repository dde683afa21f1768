"""Another AE, manager or implementation lead; another CSM is `Handoff.assign_csm`.

Rules: the process's *Who may do what* and *Other paths that happen*.
"""

from collections.abc import Mapping
from datetime import datetime

from bot.domain import access
from bot.domain.access import Act, Capacity
from bot.domain.errors import Conflict, Invalid, Problem
from bot.domain.handoff import Handoff
from bot.domain.history import Fact, Tag
from bot.domain.people import ManagerBy, Person
from bot.domain.promises import Side
from bot.domain.succession import Interview, Interviews

MANAGES: Mapping[Side, Capacity] = {
    Side.AE: Capacity.AE_MANAGER,
    Side.CSM: Capacity.CS_MANAGER,
}
NAMES_MANAGER: Mapping[Side, Act] = {
    Side.AE: Act.REASSIGN_AE_MANAGER,
    Side.CSM: Act.REASSIGN_CS_MANAGER,
}


def brief_owed(handoff: Handoff) -> bool:
    """Whether the brief is still the AE's to write."""
    return handoff.gate_at is None or handoff.verification.with_ae


def taken_over_at(part: Capacity, handoff: Handoff) -> datetime | None:
    """Since when somebody has a part who followed another one in it; None of the first one.

    Of the CSM only in what comes after the kickoff: what comes before it waits for the assignment.
    """
    if part is Capacity.AE:
        return handoff.succession.ae_since
    held, assigned = handoff.kickoff_held_at, handoff.assigned_at
    after = part is Capacity.CSM and held is not None and assigned is not None and assigned > held
    return assigned if after else None


def _require(act: Act, by: Person, handoff: Handoff) -> None:
    access.require(act, by, handoff)
    if not handoff.open:
        raise Invalid(handoff.why_over)


def reassign_ae(handoff: Handoff, ae: Person, *, by: Person, at: datetime) -> None:
    """Another AE has the handoff from now on; they are told, and asked for no yes.

    What was agreed with the former one falls, and what they initialed or said for themselves is
    said anew. Raises Invalid with its field for who cannot be it: somebody from outside, the CSM or
    who acts for them, the CS manager; Conflict for who has it already.
    """
    _require(Act.REASSIGN_AE, by, handoff)
    if not ae.full_member:
        raise Invalid(Problem.NOT_A_COLLEAGUE, field="ae")
    if ae.id == handoff.ae_id:
        raise Conflict(Problem.ALREADY_DONE, field="ae")
    if ae.id == handoff.csm_id:
        raise Invalid(Problem.SAME_PERSON, field="ae")
    if access.acts_as(ae.id, handoff.csm_id, handoff):
        raise Invalid(Problem.ACTS_ACROSS, field="ae")
    if ae.id == handoff.cs_manager_id:
        raise Invalid(Problem.AE_IS_MANAGER, field="ae")
    before = handoff.ae_id
    handoff.call_off_talk(by, at)
    handoff.briefing = handoff.briefing.of_another_ae()
    handoff.success_plan = handoff.success_plan.of_another(Side.AE, at)
    if handoff.kickoff_held_at is None:
        handoff.kickoff = handoff.kickoff.of_another_ae()
    handoff.ae_id, handoff.ae_confirmed_at = ae.id, at
    # Who fills all of it is no helper, and nobody's proposal for the other side.
    handoff.helpers = {one: theirs for one, theirs in handoff.helpers.items() if one != ae.id}
    if handoff.proposed_csm_id == ae.id:
        handoff.proposed_csm_id = None
    handoff.succession = handoff.succession.of_another_ae(at)
    facts: dict[str, Fact] = {"ae": ae.id, "before": before, "brief_owed": brief_owed(handoff)}
    handoff.note(Tag.AE_REASSIGNED, facts, by=by, at=at)
    if brief_owed(handoff):
        open_interviews(handoff, at=at)


def name_manager(
    handoff: Handoff, side: Side, manager: Person, *, by: Person, at: datetime
) -> None:
    """Somebody else is a side's manager in this handoff, whatever their own manager is.

    Raises Invalid with its field for the AE, for who is of the other side and for who is no full
    member, Conflict for who has it already.
    """
    _require(NAMES_MANAGER[side], by, handoff)
    if not manager.full_member:
        raise Invalid(Problem.NOT_A_COLLEAGUE, field="manager")
    if manager.id == handoff.ae_id:
        raise Invalid(Problem.AE_IS_MANAGER, field="manager")
    if side is Side.AE and manager.id == handoff.csm_id:
        raise Invalid(Problem.CSM_IS_AE_MANAGER, field="manager")
    before = handoff.ae_manager_id if side is Side.AE else handoff.cs_manager_id
    if manager.id == before:
        raise Conflict(Problem.ALREADY_DONE, field="manager")
    how = ManagerBy.REASSIGNED
    if side is Side.AE:
        handoff.ae_manager_id, handoff.ae_manager_by = manager.id, how
    else:
        handoff.cs_manager_id, handoff.cs_manager_by = manager.id, how
    facts: dict[str, Fact] = {
        "side": "ae" if side is Side.AE else "cs",
        "manager": manager.id,
        "by": how.value,
        "before": before,
    }
    handoff.note(Tag.MANAGER_CHANGED, facts, by=by, at=at)


def name_lead(handoff: Handoff, lead: Person | None, *, by: Person, at: datetime) -> None:
    """Somebody is the implementation lead from now on, or with None nobody is.

    Raises Invalid with its field for who is no full member and for AE and CSM, who are in it
    already, Conflict for who is it already.
    """
    _require(Act.NAME_LEAD, by, handoff)
    if lead is not None and not lead.full_member:
        raise Invalid(Problem.NOT_A_COLLEAGUE, field="person")
    sides = (handoff.ae_id, handoff.csm_id)
    if lead is not None and any(access.acts_as(lead.id, one, handoff) for one in sides):
        raise Invalid(Problem.LEAD_IS_A_SIDE, field="person")
    before, now = handoff.lead_id, lead.id if lead is not None else None
    if now == before:
        raise Conflict(Problem.ALREADY_DONE, field="person")
    handoff.lead_id = now
    handoff.note(Tag.LEAD_CHANGED, {"lead": now, "before": before}, by=by, at=at)


def open_interviews(handoff: Handoff, *, at: datetime) -> None:
    """There is a list from now on of whom to ask what the AE knew; nothing where there was one."""
    if handoff.succession.interviews_at is None:
        handoff.succession = handoff.succession.asking(at)
        handoff.note(Tag.INTERVIEWS_OPENED, {"ae": handoff.ae_id}, by=None, at=at)


def require_interviews(by: Person, handoff: Handoff) -> None:
    """Raise NotAllowed for who does not ask, Invalid where there is no such list."""
    _require(Act.INTERVIEW, by, handoff)
    if handoff.succession.interviews_at is None:
        raise Invalid(Problem.NO_INTERVIEWS)


def interview(
    handoff: Handoff, talk: Interview, after: Interviews, *, revision: int, by: Person, at: datetime
) -> None:
    """Take note that a talk was ticked, stored as the list's `revision`."""
    require_interviews(by, handoff)
    handoff.succession = handoff.succession.interviewed(at)
    facts: dict[str, Fact] = {
        "source": talk.source.value,
        "revision": revision,
        "left": [one.value for one in after.open],
    }
    handoff.note(Tag.INTERVIEWED, facts, by=by, at=at)
