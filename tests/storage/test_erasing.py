"""A name is looked for wherever people's words can stand, and goes from there."""

from collections import Counter

import pytest
from sqlalchemy import Text, select, text

from bot.domain.access import EVERY
from bot.domain.brief import ContactRole
from bot.domain.erasing import ERASED, Names
from bot.domain.history import verify
from bot.domain.items import SectionKey
from bot.domain.promises import Kind, PromiseText
from bot.domain.reviews import ReviewKind
from bot.domain.verification import RecordKind
from bot.storage import tables
from bot.storage.cipher import WrongKey
from bot.storage.erasing import NO_WORDS, WORDS
from bot.storage.people import PersonFacts
from bot.storage.unit_of_work import Store, WriteUnit
from bot.views.sentences.erasing import KINDS
from tests.builders import Deal, Team, posted

ILSE = "Ilse Brandt"


def test_every_column_of_text_is_known_to_hold_words_or_none() -> None:
    """A new column is looked through, or said not to hold anything that people wrote."""
    for table in tables.metadata.sorted_tables:
        columns = {one.name for one in table.columns if isinstance(one.type, Text)}
        words = WORDS.get(table.name, frozenset())
        assert not words & NO_WORDS.get(table.name, frozenset()), table.name
        assert words | NO_WORDS.get(table.name, frozenset()) == columns, table.name


def marked(unit: WriteUnit, handoff_id: int) -> Counter[str]:
    """Put the name into every column of words there is a row for; gives what was put where."""
    put: Counter[str] = Counter()
    for table in tables.metadata.sorted_tables:
        for column in WORDS.get(table.name, ()):
            if (table.name, column) in {("document", "body"), ("handoff", "links")}:
                continue
            changed = unit._scope.connection.execute(
                table.update().values({column: f"Said {ILSE}, twice"})
            )
            put[f"{table.name}.{column}"] += changed.rowcount
    assert handoff_id
    return put


def test_whatever_it_is_found_in_has_a_name_of_its_own() -> None:
    documents = {"brief", "debrief", "partner", *RecordKind, *ReviewKind}
    assert KINDS.keys() == (WORDS.keys() - {"document"}) | documents


def test_it_is_found_in_the_brief_of_every_revision_and_in_private_notes(
    store: Store, team: Team
) -> None:
    handoff_id = posted(store, team)
    with store.write(team.workspace_id) as unit:
        unit.handoffs.lock(handoff_id)
        for note in (f"{ILSE} may leave.", "She may leave."):
            brief = unit.brief.load(handoff_id, audiences=EVERY)
            flags = brief.red_flags.model_copy(update={"private_note": note})
            unit.brief.save_section(
                handoff_id, SectionKey.RED_FLAGS, flags, by=team.ae.id, at=unit.now
            )
        unit.brief.add_promise(
            handoff_id, PromiseText("A demo", Kind.OTHER, ILSE), by=team.ae.id, at=unit.now
        )
        unit.commit()
    names = Names([ILSE])
    with store.write(team.workspace_id) as unit:
        places = unit.erasing.find(names)
        kinds = {one.kind for one in places}
        assert {"brief", "promise_version"} <= kinds
        assert {one.handoff_id for one in places} == {handoff_id}
        unit.erasing.replace(places)
        assert [one for one in unit.erasing.find(names) if one.kind != "event_value"] == []
        unit.commit()
    with store.read(team.workspace_id) as unit:
        brief = unit.brief.load(handoff_id, audiences=EVERY)
        assert brief.people.having(ContactRole.CHAMPION)[0].name == ERASED
        assert brief.red_flags.private_note == "She may leave."
        first = unit.brief.at_revision(
            handoff_id,
            SectionKey.RED_FLAGS,
            unit.brief.revision(handoff_id, SectionKey.RED_FLAGS) - 1,
            audiences=EVERY,
        )
        assert getattr(first, "private_note", None) == f"{ERASED} may leave."


def test_every_column_of_words_is_looked_through(store: Store, team: Team) -> None:
    handoff_id = posted(store, team, Deal(links=("https://crm.example/ilse-brandt",)))
    with store.write(team.workspace_id) as unit:
        put = marked(unit, handoff_id)
        found = Counter(f"{one.table}.{one.column}" for one in unit.erasing.find(Names([ILSE])))
    assert put["promise_version.words"]
    assert put["event_value.value"]
    assert put["handoff.account"]
    for place, count in put.items():
        assert found[place] == count, place
    assert found["handoff.links"] == 1


def test_the_histories_stay_sound_and_say_that_something_was_erased(
    store: Store, team: Team
) -> None:
    handoff_id = posted(store, team, Deal(account=f"{ILSE} Consulting"))
    with store.write(team.workspace_id) as unit:
        of = unit.handoffs.lock(handoff_id)
        (value,) = [
            one
            for one in unit.erasing.find(Names([ILSE]))
            if one.kind == "event_value" and one.row["field"] == "account"
        ]
        unit.history.erase(
            of, [(value.row["seq"], "account")], actor_id=None, places={"event_value": 1}
        )
        unit.save(of, actor_id=None)
        unit.commit()
    with store.read(team.workspace_id) as unit:
        count, head = unit.history.head(handoff_id)
        records = unit.history.records(handoff_id)
    verdict = verify(records, expected_count=count, expected_head=head)
    assert (verdict.sound, verdict.erased, verdict.erasures) == (True, 1, 1)
    assert ILSE.encode() not in records[-1].body


def test_another_workspace_is_not_touched(store: Store, team: Team) -> None:
    posted(store, team)
    other = store.workspace(enterprise_id=None, team_id="T200")
    with store.read(other) as unit:
        assert unit.erasing.find(Names([ILSE])) == []


def test_without_the_key_nothing_is_said_of_notes_that_nobody_read(
    store: Store, team: Team, open_store: object
) -> None:
    posted(store, team)
    assert callable(open_store)
    keyless = open_store(keys=("bm90LXRoZS1rZXktb2YtdGhlLXRlc3RzLWFueXdoZXI=",))
    with keyless.read(team.workspace_id) as unit, pytest.raises(WrongKey):
        unit.erasing.find(Names([ILSE]))


def test_an_erased_account_stays_without_its_name(store: Store, team: Team) -> None:
    with store.write(team.workspace_id) as unit:
        unit.people.ensure("USAM", facts=PersonFacts("Sam Whitlock", deactivated=True))
        sam = unit.people.by_slack_id("USAM")
        assert sam is not None
        unit.people.forget_name(sam.id)
        unit.commit()
    with store.write(team.workspace_id) as unit:
        again = unit.people.ensure("USAM", facts=PersonFacts("Sam Whitlock", "Europe/Oslo"))
        assert (again.name, again.zone, again.erased) == (ERASED, "Europe/Oslo", True)
        kept = unit._scope.connection.execute(select(tables.person.c.name)).scalars()
        assert "Sam Whitlock" not in list(kept)


def test_what_is_written_over_is_not_left_in_the_file(store: Store, team: Team) -> None:
    if store.database.dialect != "sqlite":
        pytest.skip("PostgreSQL forgets old rows by its vacuum")
    posted(store, team)
    with store.write(team.workspace_id) as unit:
        unit.erasing.replace(unit.erasing.find(Names([ILSE])))
        found = unit._scope.connection.execute(text("PRAGMA secure_delete")).scalar()
    assert found == 1
