"""A handoff that is reviewed on each of its days and closed, and looked at by everybody."""

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.domain import closing, reviewing
from bot.domain.check_in import CheckIn
from bot.domain.closing import Closing, Unfinished
from bot.domain.defined_done import DefinedDone, DoneLine, Met
from bot.domain.expansion import Appetite, Expansion
from bot.domain.first_value import Engagement, FirstValue
from bot.domain.handoff import Handoff
from bot.domain.items import SectionKey
from bot.domain.milestone_review import reviewed
from bot.domain.notices import TOGETHER
from bot.domain.nps import Nps
from bot.domain.promises import Side
from bot.domain.reviews import STILL_TRUE, Outcome, ReviewKind, side_of
from bot.domain.scoring import BriefScore
from bot.domain.still_true import ASKED_AGAIN, Holds, StillTrue
from bot.domain.verification import Record
from bot.storage.unit_of_work import WriteUnit
from bot.views import ids
from bot.views.payload import Ref
from tests.rights.content import (
    CHANGED_SINCE,
    CHECKED_IN,
    CLOSED_BECAUSE,
    EXPANDS,
    MILESTONES_NOTED,
    NOT_MET,
    REVIEW_RECORDED,
    SCORED,
    VIEWERS,
)

if TYPE_CHECKING:
    from tests.rights.world import World

ON_PAGE = "whole, reviewed"
PAGES = 4
"""So many at most; beyond the last one the last one is shown."""
_FORMS = (
    ids.ActionId.OPEN_CHECK_IN,
    ids.ActionId.OPEN_MILESTONE_REVIEW,
    ids.ActionId.OPEN_NPS,
    ids.ActionId.OPEN_STILL_TRUE,
    ids.ActionId.OPEN_FIRST_VALUE,
    ids.ActionId.OPEN_EXPANSION,
    ids.ActionId.OPEN_EXPANSION_AE,
    ids.ActionId.OPEN_SCORE,
    ids.ActionId.OPEN_SCORE_AE,
    ids.ActionId.OPEN_DEFINED_DONE,
    ids.ActionId.OPEN_CLOSING,
)


def records(world: "World") -> dict[ReviewKind, Record]:
    """What was written in each of them."""
    now, today = world.clock.now(), world.clock.now().date()
    talked = Expansion(talked_on=today, appetite=Appetite.LATER, words=EXPANDS)
    score = BriefScore(scores={SectionKey.WHY: 4}, words=SCORED)
    true = StillTrue(
        holds=dict.fromkeys(ASKED_AGAIN, Holds.NO),
        changed=dict.fromkeys(ASKED_AGAIN, CHANGED_SINCE),
    )
    return {
        ReviewKind.CHECK_IN: CheckIn(words=CHECKED_IN, sent_at=now),
        ReviewKind.MILESTONES: reviewed([], done=[], behind=[], notes=MILESTONES_NOTED),
        ReviewKind.NPS: Nps(answers=(9, 9, 9, 9, 0)),
        ReviewKind.FIRST_VALUE: FirstValue(reached_on=today, engagement=Engagement.AMBER),
        ReviewKind.EXPANSION: talked,
        ReviewKind.EXPANSION_AE: talked,
        ReviewKind.SCORE: score,
        ReviewKind.SCORE_AE: score,
        ReviewKind.DEFINED_DONE: DefinedDone(
            met={DoneLine.LIVE_BY: Met.MOVED}, notes={DoneLine.LIVE_BY: NOT_MET}
        ),
        **dict.fromkeys(STILL_TRUE.values(), true),
    }


def review(world: "World", handoff_id: int) -> None:
    """Signed 88 days ago; everything is recorded, looked at, and closed for good."""
    team = world.team
    written = records(world)

    def begin(_: WriteUnit, handoff: Handoff) -> None:
        at = world.clock.now()
        handoff.countersign(at - timedelta(days=88), by=team.ae, at=at, ae=team.ae)
        handoff.assign_csm(team.csm, by=team.cs_manager, at=at)
        handoff.hold_kickoff(at - timedelta(days=80), by=team.csm, at=at)

    def write(unit: WriteUnit, handoff: Handoff) -> None:
        for kind, record in written.items():
            by = team.ae if side_of(kind) is Side.AE else team.csm
            reason = ""
            if kind is ReviewKind.NPS:
                by, reason = team.cs_manager, REVIEW_RECORDED
            revision = unit.reviews.save(handoff.id, kind, record, by=by.id, at=unit.now)
            reviewing.record(handoff, kind, revision=revision, by=by, at=unit.now, reason=reason)

    def close(unit: WriteUnit, handoff: Handoff) -> None:
        said = Closing(outcome=Outcome.PARTLY, line=CLOSED_BECAUSE)
        closing.close(
            handoff,
            said,
            left=Unfinished((), 0, 0, still_true=False, defined_done=False),
            owed=unit.deadlines.of(handoff.id),
            revision=unit.reviews.save(
                handoff.id, ReviewKind.CLOSING, said, by=team.csm.id, at=unit.now
            ),
            by=team.csm,
            at=unit.now,
        )

    for act in (begin, write):
        _change(world, handoff_id, act)
    _look(world, handoff_id)
    _change(world, handoff_id, close)
    world.clock.advance(TOGETHER)
    world.deliver()
    _look(world, handoff_id)


def _change(world: "World", handoff_id: int, act: Callable[[WriteUnit, Handoff], None]) -> None:
    with world.store.write(world.team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        act(unit, handoff)
        unit.save(handoff, actor_id=world.team.csm.id)
        unit.commit()
    world.desk.work()


def _look(world: "World", handoff_id: int) -> None:
    """Everybody asks for the page and for every form."""
    about = Ref(handoff=handoff_id)
    for viewer in VIEWERS:
        for page in range(PAGES):
            whole = about.model_copy(update={"page": page})
            world.press(viewer, ON_PAGE, ids.ActionId.OPEN_HANDOFF, whole)
        for action in _FORMS:
            world.press(viewer, "form of a review", action, about)
