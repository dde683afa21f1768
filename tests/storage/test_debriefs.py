"""The debrief in the database: each audience its own rows, and everybody their own words."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot.domain.access import EVERY, Audience
from bot.domain.debrief import (
    RULES,
    Answer,
    AnswerPart,
    Outlook,
    OwnPart,
    Question,
    Talk,
)
from bot.domain.errors import NotFound
from bot.storage.debriefs import HELD, OWN
from bot.storage.tables import debrief_ask, document
from bot.storage.unit_of_work import Store
from tests.builders import FixedClock, Team, hold_debrief, make_team, signed
from tests.views.shown import HEBREW

INNER = {Audience.RECORDS, Audience.DEBRIEF, Audience.DEBRIEF_FACTS, Audience.REASONS}
BOTH_SIDES = INNER - {Audience.RECORDS}
CHANNEL = {Audience.DEBRIEF_FACTS}
WORDS = f"Grüße 🎉\n{HEBREW}"


def save(
    store: Store, team: Team, handoff_id: int, question: Question, by: int, **parts: str
) -> int:
    with store.write(team.workspace_id) as unit:
        unit.handoffs.lock(handoff_id)
        kept = unit.debriefs.load(handoff_id, audiences=EVERY).answer(question)
        answer = kept.model_copy(update=parts).checked(question)
        revision = unit.debriefs.save_answer(handoff_id, question, answer, by=by, at=unit.now)
        unit.commit()
    return revision


def filled(store: Store, team: Team) -> int:
    """All seven answered by the AE, with the CSM's part, the talk and two questions."""
    handoff_id = signed(store, team)
    with store.write(team.workspace_id) as unit:
        unit.handoffs.lock(handoff_id)
        ae, csm, at = team.ae.id, team.csm.id, unit.now
        for question in Question:
            answer = Answer(words=WORDS, short="In short", outlook=Outlook.WORRIED)
            kept = answer.checked(question)
            unit.debriefs.save_answer(handoff_id, question, kept, by=ae, at=at)
        own = OwnPart(flags="Two plants", readiness="Not ready")
        unit.debriefs.save_own_part(handoff_id, own, by=csm, at=at)
        talk = Talk(held_at=at, minutes=40, there=(ae, csm))
        unit.debriefs.save_talk(handoff_id, talk, by=csm, at=at)
        unit.debriefs.add_ask(handoff_id, Question.NEARLY, "Who raised it?", by=csm, at=at)
        unit.debriefs.add_ask(handoff_id, None, "Who pays?", by=csm, at=at)
        unit.commit()
    return handoff_id


def test_everything_comes_back_as_it_was_written(store: Store, team: Team) -> None:
    handoff_id = filled(store, team)
    with store.read(team.workspace_id) as unit:
        found = unit.debriefs.load(handoff_id, audiences=INNER)
        for question in Question:
            kept = found.answers[question]
            whole = Answer(words=WORDS, short="In short", outlook=Outlook.WORRIED)
            assert kept.answer == whole.checked(question)
            assert (kept.revision, kept.by, kept.at) == (1, team.ae.id, unit.now)
            assert kept.parts == set(RULES[question].parts)
        assert found.own is not None
        assert found.own.own == OwnPart(flags="Two plants", readiness="Not ready")
        assert found.talk is not None
        assert found.talk.talk.there == (team.ae.id, team.csm.id)
        assert found.talk.talk.held_at == unit.now
        assert [one.text for one in found.asks] == ["Who raised it?", "Who pays?"]
        assert [one.text for one in found.about(None)] == ["Who pays?"]
        # The brief, the records and the debrief are documents of one table, and do not mix.
        assert unit.brief.load(handoff_id, audiences=EVERY).why.trigger == ""
        assert unit.records.load(handoff_id, audiences=EVERY) == {}


@pytest.mark.parametrize(
    ("audiences", "parts", "own", "talk", "asks"),
    [
        (CHANNEL, {(1, "words"), (4, "short")}, False, False, []),
        (
            BOTH_SIDES,
            {
                *((number, "words") for number in (1, 2, 5, 7)),
                *((4, "short"), (6, "short"), (7, "outlook")),
            },
            True,
            True,
            ["Who pays?"],
        ),
        ({Audience.REASONS}, set(), True, False, ["Who pays?"]),
        (set(), set(), False, False, []),
        (EVERY - INNER, set(), False, False, []),
    ],
)
def test_each_reader_gets_what_their_audiences_give_and_nothing_beside(
    store: Store,
    team: Team,
    audiences: set[Audience],
    parts: set[tuple[int, str]],
    own: bool,
    talk: bool,
    asks: list[str],
) -> None:
    handoff_id = filled(store, team)
    with store.read(team.workspace_id) as unit:
        found = unit.debriefs.load(handoff_id, audiences=audiences, reader=team.revops.id)
    shown = {
        (question.number, part.value)
        for question, kept in found.answers.items()
        for part in AnswerPart
        if getattr(kept.answer, part.value)
    }
    held = {(one.number, part) for one, kept in found.answers.items() for part in kept.parts}
    assert shown == held == parts
    assert (found.own is not None, found.talk is not None) == (own, talk)
    assert [one.text for one in found.asks] == asks


def test_a_column_holds_no_more_than_its_audience_may_read(store: Store, team: Team) -> None:
    filled(store, team)
    with store.database.reading() as connection:
        rows = connection.execute(
            select(document).where(document.c.section == Question.AGAINST.value)
        ).mappings()
        bodies = {row["audience"]: row["body"] for row in rows}
    assert set(bodies) == {Audience.RECORDS, Audience.DEBRIEF}
    assert "In short" not in bodies[Audience.RECORDS]
    assert "words" not in bodies[Audience.DEBRIEF]


def test_only_what_changed_is_written_anew_and_stays_its_writers(
    store: Store, team: Team, clock: FixedClock
) -> None:
    handoff_id = filled(store, team)
    clock.advance(timedelta(hours=1))
    question, csm = Question.AGAINST, team.csm.id
    assert save(store, team, handoff_id, question, csm, short="Shorter") == 2
    with store.read(team.workspace_id) as unit:
        whole = unit.debriefs.load(handoff_id, audiences=INNER).answers[question]
        assert (whole.answer.words, whole.answer.short) == (WORDS, "Shorter")
        assert (whole.revision, whole.by, whole.at) == (2, csm, unit.now)
        # A CSM who has no part any more reads what they wrote, and not the AE's words with it.
        own = unit.debriefs.load(handoff_id, audiences=(), reader=csm)
        assert set(own.answers) == {question}
        assert own.answers[question].parts == {AnswerPart.SHORT}
        first = unit.debriefs.answer_at(handoff_id, question, 1)
        assert (first.words, first.short) == (WORDS, "In short")
        second = unit.debriefs.answer_at(handoff_id, question, 2)
        assert (second.words, second.short) == (WORDS, "Shorter")
        assert unit.debriefs.answer_at(handoff_id, question, 0) == Answer()
        assert unit.debriefs.revision(handoff_id, question) == 2
        assert unit.debriefs.revision(handoff_id, OWN) == 1
    with store.database.reading() as connection:
        current = connection.execute(
            select(document.c.audience, document.c.revision).where(
                document.c.section == question.value, document.c.is_current.is_(True)
            )
        )
        assert {one.audience: one.revision for one in current} == {
            Audience.RECORDS: 1,
            Audience.DEBRIEF: 2,
        }


def test_a_former_ae_reads_the_newest_of_their_own_beside_what_all_read(
    store: Store, team: Team
) -> None:
    handoff_id = filled(store, team)
    new, question = team.outsider.id, Question.PROMISED
    save(store, team, handoff_id, question, new, words="By the new AE", short="Short of the new AE")
    with store.read(team.workspace_id) as unit:
        mixed = unit.debriefs.load(handoff_id, audiences=CHANNEL, reader=team.ae.id)
        kept = mixed.answers[question]
        assert (kept.answer.words, kept.answer.short) == (WORDS, "Short of the new AE")
        assert kept.by is None
        alone = unit.debriefs.load(handoff_id, audiences=(), reader=team.ae.id)
        assert alone.answer(question) == Answer(words=WORDS, short="In short")
        assert alone.answers[question].by == team.ae.id
        assert (alone.own, alone.talk, alone.asks) == (None, None, ())


def test_who_asked_or_replied_keeps_their_own_words_and_not_the_others(
    store: Store, team: Team
) -> None:
    handoff_id = filled(store, team)
    with store.write(team.workspace_id) as unit:
        unit.handoffs.lock(handoff_id)
        one, other = unit.debriefs.load(handoff_id, audiences=EVERY).asks
        for asked in (one, other):
            unit.debriefs.reply(handoff_id, asked.id, "The CFO", by=team.ae.id, at=unit.now)
        unit.commit()
    with store.read(team.workspace_id) as unit:
        now = unit.now
        whole = unit.debriefs.load(handoff_id, audiences=INNER).asks
        assert {(ask.text, ask.reply, ask.open) for ask in whole} == {
            ("Who raised it?", "The CFO", False),
            ("Who pays?", "The CFO", False),
        }
        assert {ask.replied_at for ask in whole} == {now}
        asker = unit.debriefs.load(handoff_id, audiences=(), reader=team.csm.id).asks
        assert [(ask.text, ask.reply) for ask in asker] == [
            ("Who raised it?", ""),
            ("Who pays?", ""),
        ]
        replied = unit.debriefs.load(handoff_id, audiences=(), reader=team.ae.id).asks
        assert [(ask.text, ask.reply) for ask in replied] == [("", "The CFO")] * 2
        assert unit.debriefs.load(handoff_id, audiences=(), reader=team.revops.id).asks == ()


def test_nobody_is_no_writer(store: Store, team: Team) -> None:
    handoff_id = filled(store, team)
    with store.write(team.workspace_id) as unit:
        unit.handoffs.lock(handoff_id)
        for table in (document, debrief_ask):
            column = table.c.written_by if table is document else table.c.asked_by
            nobody = update(table).values({column: None})
            unit._scope.connection.execute(nobody)
        unit.commit()
    with store.read(team.workspace_id) as unit:
        found = unit.debriefs.load(handoff_id, audiences=(), reader=None)
    assert (found.answers, found.own, found.talk, found.asks) == ({}, None, None, ())


def test_it_is_written_only_under_the_lock_of_its_handoff(store: Store, team: Team) -> None:
    handoff_id = signed(store, team)
    with store.write(team.workspace_id) as unit:
        at, by = unit.now, team.ae.id
        talk = Talk(held_at=at, minutes=1, there=(1, 2))
        for write in (
            lambda: unit.debriefs.save_answer(
                handoff_id, Question.BOUGHT, Answer(words="x"), by=by, at=at
            ),
            lambda: unit.debriefs.save_own_part(handoff_id, OwnPart(flags="x"), by=by, at=at),
            lambda: unit.debriefs.save_talk(handoff_id, talk, by=by, at=at),
            lambda: unit.debriefs.add_ask(handoff_id, None, "x", by=by, at=at),
            lambda: unit.debriefs.reply(handoff_id, 1, "x", by=by, at=at),
        ):
            with pytest.raises(RuntimeError, match="lock"):
                write()


def test_a_question_is_found_by_its_number_in_its_own_handoff_alone(
    store: Store, team: Team
) -> None:
    one, other = filled(store, team), signed(store, team)
    with store.read(team.workspace_id) as unit:
        asked = unit.debriefs.load(one, audiences=EVERY).asks[0]
        assert unit.debriefs.ask(one, asked.id) == asked
        for handoff_id, ask_id in ((other, asked.id), (one, 999)):
            with pytest.raises(NotFound):
                unit.debriefs.ask(handoff_id, ask_id)


def test_another_workspace_reads_nothing_of_it(store: Store, team: Team) -> None:
    handoff_id = filled(store, team)
    elsewhere = make_team(store, team_id="T0OTHER")
    with store.read(elsewhere.workspace_id) as unit:
        found = unit.debriefs.load(handoff_id, audiences=EVERY, reader=team.ae.id)
        assert (found.answers, found.own, found.talk, found.asks) == ({}, None, None, ())
        assert unit.debriefs.revision(handoff_id, HELD) == 0


def test_a_document_of_an_unknown_schema_is_not_guessed_at(store: Store, team: Team) -> None:
    handoff_id = filled(store, team)
    with store.database.writing() as connection:
        connection.execute(update(document).values(schema=99))
        connection.commit()
    with store.read(team.workspace_id) as unit, pytest.raises(ValueError, match="schema 99"):
        unit.debriefs.load(handoff_id, audiences=EVERY)


def test_how_far_it_is_comes_back_with_the_handoff(
    store: Store, team: Team, clock: FixedClock
) -> None:
    handoff_id = signed(store, team)
    with store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        handoff.assign_csm(team.csm, by=team.cs_manager, at=unit.now, override="They start soon")
        hold_debrief(unit, handoff, team)
        unit.save(handoff, actor_id=team.csm.id)
        unit.commit()
    clock.advance(timedelta(hours=1))
    with store.read(team.workspace_id) as unit:
        kept = unit.handoffs.get(handoff_id).debrief
        assert kept == handoff.debrief
        assert (kept.settled, kept.minutes) == (7, 40)
        assert kept.done_at == unit.now - timedelta(hours=1)
