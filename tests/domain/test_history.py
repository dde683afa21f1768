from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.history import (
    GENESIS,
    Damage,
    Event,
    Finding,
    Record,
    Tag,
    Verdict,
    canonical,
    instant_text,
    link,
    verify,
)

AT = datetime(2026, 3, 4, 9, 0, 0, 123456, tzinfo=UTC)


@dataclass(frozen=True)
class Chain:
    """Records with the count and head that are kept apart from them."""

    records: tuple[Record, ...]
    count: int
    head: bytes

    def verdict(self) -> Verdict:
        return verify(self.records, expected_count=self.count, expected_head=self.head)


def chain(*events: Event) -> Chain:
    head, records = GENESIS, []
    for seq, event in enumerate(events, 1):
        salts = {name: bytes([seq]) * 16 for name in event.values}
        body = canonical(handoff=7, seq=seq, event=event, salts=salts)
        head = link(head, body)
        values = {name: (salts[name], value) for name, value in event.values.items()}
        records.append(Record(seq, body, head, values))
    return Chain(tuple(records), len(records), head)


def changed(whole: Chain, seq: int, change: Callable[[Record], Record]) -> Chain:
    records = (change(one) if one.seq == seq else one for one in whole.records)
    return replace(whole, records=tuple(records))


def with_values(whole: Chain, seq: int, values: Mapping[str, tuple[bytes, str]]) -> Chain:
    return changed(whole, seq, lambda one: replace(one, values=values))


def without(whole: Chain, seq: int) -> Chain:
    return replace(whole, records=tuple(one for one in whole.records if one.seq != seq))


def happened(tag: Tag, **values: str) -> Event:
    return Event(tag, AT, 3, {"brief": 1}, values)


FOUR = chain(
    happened(Tag.STARTED, account="Northwind", value="48000 USD"),
    happened(Tag.SIGNED),
    happened(Tag.CANCELLED, reason="Lost"),
    happened(Tag.CANCEL_UNDONE),
)


def test_an_untouched_chain_is_sound() -> None:
    assert FOUR.verdict() == Verdict(4, FOUR.head, (), 0)
    assert chain().verdict() == Verdict(0, GENESIS, (), 0)


@pytest.mark.parametrize(
    ("damaged", "findings"),
    [
        (
            changed(FOUR, 2, lambda one: replace(one, body=one.body.replace(b":3,", b":4,"))),
            (Finding(Damage.FORGED, 2),),
        ),
        (
            changed(FOUR, 2, lambda one: replace(one, hash=bytes(32))),
            (Finding(Damage.FORGED, 2), Finding(Damage.FORGED, 3)),
        ),
        (without(FOUR, 1), (Finding(Damage.SILENTLY_DELETED, 1),)),
        (without(FOUR, 3), (Finding(Damage.SILENTLY_DELETED, 3),)),
        (without(FOUR, 4), (Finding(Damage.SILENTLY_DELETED, 4),)),
        (
            without(without(FOUR, 3), 4),
            (Finding(Damage.SILENTLY_DELETED, 3), Finding(Damage.SILENTLY_DELETED, 4)),
        ),
        (
            changed(FOUR, 3, lambda one: replace(one, values={})),
            (Finding(Damage.SILENTLY_DELETED, 3, "reason"),),
        ),
        (
            changed(FOUR, 3, lambda one: replace(one, values={"reason": (bytes(16), "Won")})),
            (Finding(Damage.FORGED, 3, "reason"),),
        ),
        (
            changed(FOUR, 2, lambda one: replace(one, values={"reason": (bytes(16), "Because")})),
            (Finding(Damage.FORGED, 2, "reason"),),
        ),
        (replace(FOUR, head=bytes(32)), (Finding(Damage.FORGED, 4),)),
    ],
    ids=[
        "body changed",
        "hash changed",
        "first gone",
        "one in the middle gone",
        "last gone",
        "tail gone",
        "value gone",
        "value changed",
        "value added",
        "head changed",
    ],
)
def test_damage_is_named_with_its_place(damaged: Chain, findings: tuple[Finding, ...]) -> None:
    verdict = damaged.verdict()
    assert verdict.findings == findings
    assert not verdict.sound


def test_a_tail_written_anew_with_right_hashes_does_not_meet_the_head_kept_apart() -> None:
    forged = chain(
        happened(Tag.STARTED, account="Northwind", value="48000 USD"),
        happened(Tag.SIGNED),
        happened(Tag.CANCELLED, reason="Won"),
        happened(Tag.CANCEL_UNDONE),
    )
    damaged = replace(forged, head=FOUR.head)
    assert damaged.verdict().findings == (Finding(Damage.FORGED, 4),)


def test_an_event_added_behind_the_head_kept_apart_is_forged() -> None:
    longer = chain(happened(Tag.SIGNED), happened(Tag.POSTED))
    damaged = replace(longer, count=1, head=longer.records[0].hash)
    assert damaged.verdict().findings == (Finding(Damage.FORGED, 2),)


def erased_chain() -> Chain:
    whole = chain(
        happened(Tag.STARTED, account="Northwind", value="48000 USD"),
        happened(Tag.CANCELLED, reason="Lost"),
        Event(Tag.ERASED, AT, 3, {"seqs": [1, 2], "fields": ["account", "reason"]}),
    )
    whole = changed(whole, 2, lambda one: replace(one, values={}))
    return changed(whole, 1, lambda one: replace(one, values={"value": one.values["value"]}))


def test_an_erasure_the_chain_names_is_counted_and_sound() -> None:
    assert erased_chain().verdict().findings == ()
    assert erased_chain().verdict().erased == 2


def test_a_deletion_beside_an_erasure_is_still_found() -> None:
    damaged = changed(erased_chain(), 1, lambda one: replace(one, values={}))
    assert damaged.verdict().findings == (Finding(Damage.SILENTLY_DELETED, 1, "value"),)


def test_an_erasure_that_was_forged_excuses_nothing() -> None:
    whole = erased_chain()
    damaged = changed(whole, 3, lambda one: replace(one, body=one.body.replace(b"[1,2]", b"[2,1]")))
    assert set(damaged.verdict().findings) == {
        Finding(Damage.FORGED, 3),
        Finding(Damage.SILENTLY_DELETED, 1, "account"),
        Finding(Damage.SILENTLY_DELETED, 2, "reason"),
    }


def test_a_body_is_the_same_bytes_whatever_the_order_of_its_parts() -> None:
    salts = {"a": bytes(16), "b": bytes(16)}
    one = Event(Tag.SIGNED, AT, 3, {"x": 1, "y": None}, {"a": "é", "b": "1"})
    other = Event(Tag.SIGNED, AT, 3, {"y": None, "x": 1}, {"b": "1", "a": "é"})
    bodies = {canonical(handoff=1, seq=1, event=event, salts=salts) for event in (one, other)}
    assert len(bodies) == 1
    assert "é".encode() not in bodies.pop()


def test_times_are_written_in_utc_with_microseconds() -> None:
    east = AT.astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert instant_text(east) == instant_text(AT) == "2026-03-04T09:00:00.123456Z"
    with pytest.raises(ValueError, match="aware"):
        instant_text(AT.replace(tzinfo=None))


EVENTS = st.lists(
    st.builds(
        Event,
        tag=st.sampled_from([tag for tag in Tag if tag is not Tag.ERASED]),
        at=st.datetimes(timezones=st.just(UTC)),
        actor=st.none() | st.integers(1, 9),
        facts=st.dictionaries(st.text(max_size=5), st.integers() | st.text() | st.booleans()),
        values=st.dictionaries(st.sampled_from("abc"), st.text(), max_size=2),
    ),
    min_size=1,
    max_size=6,
)


@given(EVENTS)
def test_every_chain_as_it_was_written_is_sound(events: list[Event]) -> None:
    verdict = chain(*events).verdict()
    assert (verdict.sound, verdict.count, verdict.erased) == (True, len(events), 0)


@given(EVENTS, st.data())
def test_no_single_change_to_a_chain_goes_unseen(events: list[Event], data: st.DataObject) -> None:
    whole = chain(*events)
    seq = data.draw(st.integers(1, len(events)), label="seq")
    record = whole.records[seq - 1]
    place = data.draw(st.integers(0, len(record.body) - 1), label="place")
    flipped = bytearray(record.body)
    flipped[place] ^= data.draw(st.integers(1, 255), label="flip")
    harms: list[tuple[Chain, Finding]] = [
        (
            changed(whole, seq, lambda one: replace(one, body=bytes(flipped))),
            Finding(Damage.FORGED, seq),
        ),
        (without(whole, seq), Finding(Damage.SILENTLY_DELETED, seq)),
    ]
    for name, (salt, value) in record.values.items():
        rest = {key: kept for key, kept in record.values.items() if key != name}
        other = {**rest, name: (salt, value + "!")}
        harms += [
            (
                with_values(whole, seq, rest),
                Finding(Damage.SILENTLY_DELETED, seq, name),
            ),
            (
                with_values(whole, seq, other),
                Finding(Damage.FORGED, seq, name),
            ),
        ]
    damaged, finding = data.draw(st.sampled_from(harms), label="harm")
    assert finding in damaged.verdict().findings
