import pytest

from bot.domain.access import EVERY, Audience
from bot.domain.check_in import CheckIn
from bot.domain.closing import Closing
from bot.domain.debrief import Question
from bot.domain.defined_done import DefinedDone, DoneLine, Met
from bot.domain.expansion import Appetite, Expansion
from bot.domain.first_value import Engagement, FirstValue
from bot.domain.items import SectionKey
from bot.domain.milestone_review import reviewed
from bot.domain.nps import Nps
from bot.domain.reviews import Outcome, ReviewKind
from bot.domain.scoring import BriefScore
from bot.domain.still_true import Holds, StillTrue
from bot.domain.verification import Record
from bot.storage.reviews import WRITTEN_AS
from bot.storage.unit_of_work import Store
from tests.builders import WEDNESDAY, Team, make_team, signed

TODAY = WEDNESDAY.date()
TRUE = StillTrue(
    holds={Question.CHAMPION: Holds.NO, Question.GROWTH: Holds.YES},
    changed={Question.CHAMPION: "Grüße\nShe left."},
)
SCORE = BriefScore(
    scores={SectionKey.WHY: 5}, carried=(SectionKey.WHY,), thin=(SectionKey.PEOPLE,), late=(3,)
)
TALKED = Expansion(talked_on=TODAY, appetite=Appetite.LATER, words="Two sites")
RECORDS: dict[ReviewKind, Record] = {
    ReviewKind.CHECK_IN: CheckIn(words="Dear Ilse", sent_at=WEDNESDAY),
    ReviewKind.MILESTONES: reviewed([1, 2], done=[1], behind=[2], notes="2: waits\nFine"),
    ReviewKind.NPS: Nps(answers=(9, 9, 0), asked_on=TODAY),
    ReviewKind.STILL_TRUE_30: TRUE,
    ReviewKind.STILL_TRUE_60: TRUE,
    ReviewKind.STILL_TRUE_90: TRUE,
    ReviewKind.FIRST_VALUE: FirstValue(reached_on=TODAY, engagement=Engagement.RED),
    ReviewKind.EXPANSION: TALKED,
    ReviewKind.EXPANSION_AE: TALKED,
    ReviewKind.SCORE: SCORE,
    ReviewKind.SCORE_AE: SCORE,
    ReviewKind.DEFINED_DONE: DefinedDone(
        met={DoneLine.LIVE_BY: Met.MOVED}, notes={DoneLine.LIVE_BY: "to May"}
    ),
    ReviewKind.CLOSING: Closing(outcome=Outcome.PARTLY, line="One hall is live."),
}


def saved(store: Store, team: Team) -> int:
    handoff_id = signed(store, team)
    with store.write(team.workspace_id) as unit:
        unit.handoffs.lock(handoff_id)
        for kind, record in RECORDS.items():
            assert unit.reviews.save(handoff_id, kind, record, by=team.csm.id, at=unit.now) == 1
        unit.commit()
    return handoff_id


def test_each_comes_back_as_it_was_written(store: Store, team: Team) -> None:
    handoff_id = saved(store, team)
    assert set(RECORDS) == set(WRITTEN_AS) == set(ReviewKind)
    with store.read(team.workspace_id) as unit:
        found = unit.reviews.load(handoff_id, audiences=EVERY)
        assert {kind: one.record for kind, one in found.items()} == RECORDS
        assert unit.records.load(handoff_id, audiences=EVERY) == {}


def test_each_is_read_by_its_own_audience_and_by_who_wrote_it(store: Store, team: Team) -> None:
    handoff_id = saved(store, team)
    still_true = {one for one in ReviewKind if one.value.startswith("still_true")}
    with store.read(team.workspace_id) as unit:

        def read(*audiences: Audience, reader: int | None = None) -> set[ReviewKind]:
            return set(unit.reviews.load(handoff_id, audiences=audiences, reader=reader))

        assert read(Audience.DEBRIEF) == still_true
        assert read(Audience.REASONS) == set(ReviewKind) - still_true
        assert read(*(EVERY - {Audience.DEBRIEF, Audience.REASONS})) == set()
        assert read(reader=team.csm.id) == set(ReviewKind)
        assert read(reader=team.ae.id) == set()


def test_the_newest_is_read_and_only_as_what_it_is(store: Store, team: Team) -> None:
    handoff_id, kind = saved(store, team), ReviewKind.NPS
    with store.write(team.workspace_id) as unit:
        unit.handoffs.lock(handoff_id)
        newer = Nps(answers=(10,))
        assert unit.reviews.save(handoff_id, kind, newer, by=team.ae.id, at=unit.now) == 2
        unit.commit()
    with store.read(team.workspace_id) as after:
        assert after.reviews.revision(handoff_id, kind) == 2
        assert after.reviews.one(handoff_id, kind, Nps, audiences=EVERY) == newer
        assert after.reviews.one(handoff_id, kind, CheckIn, audiences=EVERY) is None
        assert after.reviews.one(handoff_id, kind, Nps, audiences=()) is None


def test_it_is_written_only_under_the_lock_and_is_in_no_other_workspace(
    store: Store, team: Team
) -> None:
    handoff_id = saved(store, team)
    with store.write(team.workspace_id) as unit, pytest.raises(RuntimeError, match="lock"):
        unit.reviews.save(handoff_id, ReviewKind.NPS, Nps(), by=1, at=unit.now)
    other = make_team(store, team_id="T200")
    with store.read(other.workspace_id) as unit:
        assert unit.reviews.load(handoff_id, audiences=EVERY, reader=team.csm.id) == {}
        assert unit.reviews.revision(handoff_id, ReviewKind.NPS) == 0
