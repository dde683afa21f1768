"""The private note lies nowhere in plain, and its keys can be changed for others."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from bot.domain.access import EVERY, Audience
from bot.domain.brief import RedFlagsSection, changed_fields
from bot.domain.completeness import NOTHING_COUNTED
from bot.domain.history import verify
from bot.domain.items import SectionKey
from bot.storage.cipher import NoteCipher, WrongKey, new_key, split_keys
from bot.storage.tables import document, metadata
from bot.storage.unit_of_work import Store
from tests.builders import KEY, Team, signed

NOTE = "Their director dislikes us."
FLAGS = RedFlagsSection(nearly="The price.", private_note=NOTE)


def write(store: Store, team: Team, handoff_id: int, flags: RedFlagsSection) -> int:
    """Save the red flags as the form does; gives the revision."""
    with store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        before = unit.brief.load(handoff_id, audiences=EVERY).red_flags
        revision = unit.brief.save_section(
            handoff_id, SectionKey.RED_FLAGS, flags, by=team.ae.id, at=unit.now
        )
        handoff.save_section(
            SectionKey.RED_FLAGS,
            changed=changed_fields(before, flags),
            revision=revision,
            state=NOTHING_COUNTED,
            by=team.ae,
            at=unit.now,
            policy=unit.policy,
        )
        unit.save(handoff, actor_id=team.ae.id)
        unit.commit()
    return revision


def whole_database(store: Store) -> str:
    """Every value of every row."""
    with store.database.reading() as connection:
        return "\n".join(
            repr(tuple(row))
            for table in metadata.sorted_tables
            for row in connection.execute(select(table))
        )


def bodies(store: Store) -> list[str]:
    with store.database.reading() as connection:
        private = document.c.audience == Audience.PRIVATE_NOTE.value
        return list(connection.execute(select(document.c.body).where(private)).scalars())


def test_a_private_note_is_read_back_and_lies_nowhere_in_plain(store: Store, team: Team) -> None:
    handoff_id = signed(store, team)
    write(store, team, handoff_id, FLAGS)
    write(store, team, handoff_id, FLAGS.model_copy(update={"private_note": f"{NOTE} Still."}))
    with store.read(team.workspace_id) as unit:
        now = unit.brief.load(handoff_id, audiences=EVERY).red_flags
        first = unit.brief.at_revision(handoff_id, SectionKey.RED_FLAGS, 1, audiences=EVERY)
        count, head = unit.history.head(handoff_id)
        records = unit.history.records(handoff_id)
    assert (now.private_note, first) == (f"{NOTE} Still.", FLAGS)
    kept = whole_database(store)
    assert FLAGS.nearly in kept
    assert NOTE not in kept
    assert verify(records, expected_count=count, expected_head=head).sound
    assert [record.values.keys() & {"private_note"} for record in records] == [set()] * len(records)
    # That it was saved stands in the history all the same.
    assert b'"revision":2' in records[-1].body


def test_an_unchanged_note_is_not_written_again(store: Store, team: Team) -> None:
    handoff_id = signed(store, team)
    assert write(store, team, handoff_id, FLAGS) == 1
    before = bodies(store)
    assert write(store, team, handoff_id, FLAGS) == 1
    assert write(store, team, handoff_id, FLAGS.model_copy(update={"nearly": "The date."})) == 2
    assert bodies(store) == before


def test_a_new_first_key_is_taken_for_what_lies_there_too(
    store: Store, team: Team, open_store: Callable[..., Store]
) -> None:
    handoff_id = signed(store, team)
    write(store, team, handoff_id, FLAGS)
    assert store.take_key(team.workspace_id) == 0
    newer = new_key()
    turning = open_store(keys=(newer, KEY))
    assert turning.key_fits(team.workspace_id)
    assert turning.take_key(team.workspace_id) == 1
    assert turning.take_key(team.workspace_id) == 0
    alone = open_store(keys=(newer,))
    assert alone.take_key(team.workspace_id) == 0
    with alone.read(team.workspace_id) as unit:
        assert unit.brief.load(handoff_id, audiences=EVERY).red_flags == FLAGS
    with pytest.raises(WrongKey):
        store.take_key(team.workspace_id)
    with pytest.raises(WrongKey):
        store.key_fits(team.workspace_id)


def test_a_key_of_another_database_is_noticed_where_no_note_lies_yet(
    store: Store, team: Team, open_store: Callable[..., Store]
) -> None:
    other = open_store(keys=(new_key(),))
    assert other.key_fits(team.workspace_id)
    store.take_key(team.workspace_id)
    with pytest.raises(WrongKey):
        other.take_key(team.workspace_id)


def test_the_same_note_looks_different_each_time() -> None:
    cipher = NoteCipher([KEY])
    assert cipher.encrypt(NOTE) != cipher.encrypt(NOTE)
    assert cipher.decrypt(cipher.encrypt(NOTE)) == NOTE


@pytest.mark.parametrize("wrong", ["", "a-password", f"{KEY},", f"{KEY},short", f"{KEY};{KEY}"])
def test_what_is_no_key_is_refused(wrong: str) -> None:
    assert split_keys(f" {KEY} , {KEY}") == (KEY, KEY)
    with pytest.raises(ValueError):  # noqa: PT011, the setting's sentence says what is wanted
        split_keys(wrong)
