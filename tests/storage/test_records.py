"""What is written down while the CSM reads: by kind and revision, for few readers."""

import pytest
from sqlalchemy import select, update

from bot.domain.access import EVERY, Audience
from bot.domain.briefing import BriefingCall, Mood, Overrun, Tone
from bot.domain.intro import IntroDraft
from bot.domain.succession import Interview, Interviews, Source
from bot.domain.verification import Checks, JointPlan, Record, RecordKind, Restatement, Verdict
from bot.storage.tables import document
from bot.storage.unit_of_work import Store
from tests.builders import WEDNESDAY, Team, make_team, signed
from tests.domain.deals import KICKOFF_FORM

WORDS = Restatement(why="Grüße\nZeile", success="0.8 %", risk="none")
RECORDS: dict[RecordKind, Record] = {
    RecordKind.CHECKS: Checks(metric=True, no_plan=False, champion=True),
    RecordKind.JOINT_PLAN: JointPlan(plan="A call on Tuesdays"),
    RecordKind.RESTATEMENT: WORDS,
    RecordKind.VERDICT: Verdict(match=False, line="The board decided."),
    RecordKind.BRIEFING_CALL: BriefingCall(
        held_at=WEDNESDAY,
        minutes=40,
        tone=Tone.HARD_WON,
        mood=Mood.WARY,
        emphasis="The date in June",
        questions="Who signs?",
        read=(1,),
        unread=(2, 3),
        overrun=Overrun.LONGER,
    ),
    RecordKind.KICKOFF: KICKOFF_FORM,
    RecordKind.INTRO_DRAFT: IntroDraft(words="Dear Ilse,\nJonas Weber will call you."),
}
READERS = {Audience.RECORDS, Audience.REASONS}


def saved(store: Store, team: Team) -> int:
    handoff_id = signed(store, team)
    with store.write(team.workspace_id) as unit:
        unit.handoffs.lock(handoff_id)
        for kind, record in RECORDS.items():
            by = team.ae.id if kind is RecordKind.VERDICT else team.csm.id
            assert unit.records.save(handoff_id, kind, record, by=by, at=unit.now) == 1
        unit.commit()
    return handoff_id


def test_each_record_comes_back_as_it_was_written(store: Store, team: Team) -> None:
    handoff_id = saved(store, team)
    with store.read(team.workspace_id) as unit:
        found = unit.records.load(handoff_id, audiences=READERS)
        assert {kind: one.record for kind, one in found.items()} == RECORDS
        assert {one.at for one in found.values()} == {unit.now}
        assert found[RecordKind.VERDICT].by == team.ae.id
        # The brief and the records are documents of one table, and do not mix.
        assert unit.brief.load(handoff_id, audiences=EVERY).success.metric == ""


def test_who_may_not_read_records_gets_none_but_their_own(store: Store, team: Team) -> None:
    handoff_id = saved(store, team)
    others = EVERY - READERS
    with store.read(team.workspace_id) as unit:
        assert unit.records.load(handoff_id, audiences=others) == {}
        assert unit.records.load(handoff_id, audiences=others, reader=team.revops.id) == {}
        # The form after the kickoff is for more people than what is written of the reading.
        reasons = unit.records.load(handoff_id, audiences={Audience.REASONS})
        assert set(reasons) == {RecordKind.KICKOFF}
        own = unit.records.load(handoff_id, audiences=(), reader=team.csm.id)
        assert set(own) == set(RECORDS) - {RecordKind.VERDICT}


def test_the_interview_list_is_read_by_who_reads_reasons_and_not_records(
    store: Store, team: Team
) -> None:
    handoff_id, kind = saved(store, team), RecordKind.INTERVIEWS
    talk = Interview(
        source=Source.PRE_SALES,
        who="Ada",
        on=WEDNESDAY.date(),
        note="June was said aloud.",
        by=team.ae_manager.id,
        at=WEDNESDAY,
    )
    with store.write(team.workspace_id) as unit:
        unit.handoffs.lock(handoff_id)
        kept, by, now = Interviews(talks=(talk,)), team.ae_manager.id, unit.now
        unit.records.save(handoff_id, kind, kept, by=by, at=now, audience=Audience.REASONS)
        unit.commit()
    with store.read(team.workspace_id) as after:
        found = after.records.load(handoff_id, audiences={Audience.REASONS})
        assert {one: written.record for one, written in found.items()} == {
            RecordKind.KICKOFF: KICKOFF_FORM,
            kind: Interviews(talks=(talk,)),
        }
        assert kind not in after.records.load(handoff_id, audiences={Audience.RECORDS})


@pytest.mark.parametrize("audience", [Audience.AE_INTRO, Audience.CSM_INTRO])
def test_the_draft_of_an_intro_is_for_its_own_readers(
    store: Store, team: Team, audience: Audience
) -> None:
    handoff_id = signed(store, team)
    kind = RecordKind.INTRO_DRAFT
    with store.write(team.workspace_id) as unit:
        unit.handoffs.lock(handoff_id)
        by, now = team.ae.id, unit.now
        unit.records.save(handoff_id, kind, RECORDS[kind], by=by, at=now, audience=audience)
        unit.commit()
    with store.read(team.workspace_id) as after:
        assert set(after.records.load(handoff_id, audiences={audience})) == {kind}
        assert after.records.load(handoff_id, audiences=EVERY - {audience}) == {}


def test_the_newest_is_read_and_a_former_csm_reads_the_newest_of_their_own(
    store: Store, team: Team
) -> None:
    handoff_id = saved(store, team)
    newer = WORDS.model_copy(update={"why": "Another"})
    with store.write(team.workspace_id) as unit:
        unit.handoffs.lock(handoff_id)
        kind, by = RecordKind.RESTATEMENT, team.outsider.id
        assert unit.records.save(handoff_id, kind, newer, by=by, at=unit.now) == 2
        unit.commit()
    with store.read(team.workspace_id) as after:
        assert after.records.revision(handoff_id, kind) == 2
        assert after.records.revision(handoff_id, RecordKind.CHECKS) == 1
        assert after.records.load(handoff_id, audiences=READERS)[kind].record == newer
        own = after.records.load(handoff_id, audiences=(), reader=team.csm.id)
        assert own[kind].record == WORDS
    with store.database.reading() as connection:
        current = select(document.c.revision).where(
            document.c.kind == kind.value, document.c.is_current.is_(True)
        )
        assert connection.execute(current).scalars().all() == [2]


def test_a_record_is_written_only_under_the_lock_of_its_handoff(store: Store, team: Team) -> None:
    handoff_id = signed(store, team)
    with store.write(team.workspace_id) as unit, pytest.raises(RuntimeError, match="lock"):
        unit.records.save(handoff_id, RecordKind.RESTATEMENT, WORDS, by=1, at=unit.now)


def test_records_of_another_workspace_do_not_exist(store: Store, team: Team) -> None:
    handoff_id = saved(store, team)
    other = make_team(store, team_id="T200")
    with store.read(other.workspace_id) as unit:
        assert unit.records.load(handoff_id, audiences=EVERY, reader=team.csm.id) == {}
        assert unit.records.revision(handoff_id, RecordKind.CHECKS) == 0


def test_a_record_of_a_newer_version_is_refused_and_not_guessed_at(
    store: Store, team: Team
) -> None:
    handoff_id = saved(store, team)
    with store.database.writing() as connection:
        connection.execute(update(document).values(schema=99))
        connection.commit()
    with store.read(team.workspace_id) as unit, pytest.raises(ValueError, match="schema 99"):
        unit.records.load(handoff_id, audiences=READERS)
