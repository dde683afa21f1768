import pytest
from sqlalchemy import delete, select, update

from bot.domain.access import EVERY, Audience
from bot.domain.history import GENESIS, Damage, Finding, Tag, Verdict, verify
from bot.storage.tables import event, event_value, handoff
from bot.storage.unit_of_work import Store
from tests.builders import Deal, Team, signed, start, started


def _verdict(store: Store, team: Team, handoff_id: int) -> Verdict:
    with store.read(team.workspace_id) as unit:
        count, head = unit.history.head(handoff_id)
        records = unit.history.records(handoff_id)
    return verify(records, expected_count=count, expected_head=head)


def _cancelled(store: Store, team: Team) -> int:
    handoff_id = signed(store, team)
    with store.write(team.workspace_id) as unit:
        of = unit.handoffs.lock(handoff_id)
        of.cancel("The customer was bought", by=team.ae, at=unit.now)
        unit.save(of, actor_id=team.ae.id)
        unit.commit()
    return handoff_id


def test_a_saved_history_verifies(store: Store, team: Team) -> None:
    handoff_id = _cancelled(store, team)
    verdict = _verdict(store, team, handoff_id)
    assert verdict.sound
    assert verdict.count == 3
    assert verdict.head != GENESIS
    with store.database.reading() as connection:
        rows = connection.execute(select(event.c.seq, event.c.tag, event.c.actor_id)).all()
    assert [tuple(row) for row in rows] == [
        (1, Tag.STARTED, team.ae.id),
        (2, Tag.SIGNED, team.ae.id),
        (3, Tag.CANCELLED, team.ae.id),
    ]


def test_words_people_wrote_lie_beside_the_chain_only(store: Store, team: Team) -> None:
    handoff_id = _cancelled(store, team)
    with store.read(team.workspace_id) as unit:
        records = unit.history.records(handoff_id)
        reasons = unit.history.reasons(handoff_id, audiences=EVERY)
    assert all(b"bought" not in record.body for record in records)
    assert [(one.tag, one.field, one.value) for one in reasons] == [
        (Tag.CANCELLED, "reason", "The customer was bought")
    ]
    salts = [salt for record in records for salt, _ in record.values.values()]
    assert len(set(salts)) == len(salts) == 3


def test_reasons_and_links_are_read_by_audience_in_the_statement(store: Store, team: Team) -> None:
    with store.write(team.workspace_id) as unit:
        made = start(unit, team, Deal(links=("https://crm.example/1",)))
        made.snoozed("brief", until=unit.now, reason="Ana", by=team.ae, at=unit.now)
        made.cancel("They withdrew", by=team.revops, at=unit.now)
        unit.save(made, actor_id=team.ae.id)
        unit.commit()
    others = EVERY - {Audience.REASONS, Audience.INTERNAL}
    with store.read(team.workspace_id) as unit:
        read, links = unit.history.reasons, unit.handoffs.links
        found = [
            [one.value for one in read(made.id, audiences=EVERY)],
            [one.value for one in read(made.id, audiences=others)],
            [one.value for one in read(made.id, audiences=(), reader=team.ae.id)],
            [one.value for one in read(made.id, audiences=(), reader=team.csm.id)],
        ]
        assert found == [["Ana", "They withdrew"], [], ["Ana"], []]
        assert links(made.id, audiences=EVERY) == ("https://crm.example/1",)
        assert links(made.id, audiences=others) == ()
        assert links(made.id, audiences=()) == ()


def test_an_erasure_is_told_from_a_silent_deletion(store: Store, team: Team) -> None:
    handoff_id = _cancelled(store, team)
    with store.write(team.workspace_id) as unit:
        of = unit.handoffs.lock(handoff_id)
        unit.history.erase(of, [(3, "reason")], actor_id=team.revops.id)
        unit.save(of, actor_id=team.revops.id)
        unit.commit()
    erased = _verdict(store, team, handoff_id)
    assert (erased.sound, erased.erased, erased.count) == (True, 1, 4)
    with store.database.writing() as connection:
        connection.execute(delete(event_value).where(event_value.c.field == "account"))
        connection.commit()
    assert _verdict(store, team, handoff_id).findings == (
        Finding(Damage.SILENTLY_DELETED, 1, "account"),
    )


@pytest.mark.parametrize(
    ("harm", "found"),
    [
        (
            update(event).where(event.c.seq == 2).values(body=event.c.body + " "),
            Finding(Damage.FORGED, 2),
        ),
        (
            update(event_value).where(event_value.c.field == "reason").values(value="Won"),
            Finding(Damage.FORGED, 3, "reason"),
        ),
        (delete(event).where(event.c.seq == 2), Finding(Damage.SILENTLY_DELETED, 2)),
        (
            update(handoff).values(event_count=4),
            Finding(Damage.SILENTLY_DELETED, 4),
        ),
        (update(handoff).values(head=bytes(32)), Finding(Damage.FORGED, 3)),
    ],
    ids=["body", "value", "gap", "tail", "head"],
)
def test_tampering_with_the_rows_is_found(
    store: Store, team: Team, harm: object, found: Finding
) -> None:
    handoff_id = _cancelled(store, team)
    with store.database.writing() as connection:
        connection.execute(harm)  # type: ignore[call-overload]
        connection.commit()
    assert found in _verdict(store, team, handoff_id).findings


def test_nothing_is_numbered_by_a_unit_that_was_rolled_back(store: Store, team: Team) -> None:
    handoff_id = started(store, team)
    for commit in (False, True):
        with store.write(team.workspace_id) as unit:
            of = unit.handoffs.lock(handoff_id)
            of.cancel("Lost", by=team.ae, at=unit.now)
            unit.save(of, actor_id=team.ae.id)
            assert of.events == []
            if commit:
                unit.commit()
    verdict = _verdict(store, team, handoff_id)
    assert (verdict.sound, verdict.count) == (True, 2)
