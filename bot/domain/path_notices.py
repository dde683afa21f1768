"""What is told of a deal that ends early, is opened again, becomes another one, or is amended."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from bot.domain import access
from bot.domain.handoff import Handoff
from bot.domain.history import Event, Tag, instant_text
from bot.domain.linked import LinkKind
from bot.domain.notices import Notice, NoticeKind, Place, Priority
from bot.domain.reopening import Booked

_KINDS = {Tag.LINKED: NoticeKind.LINKED, Tag.UNLINKED: NoticeKind.UNLINKED}

Facts = Mapping[str, str | int]


def of_paths(
    handoff: Handoff, events: Sequence[tuple[int, Event]], *, undo_window: timedelta
) -> list[Notice]:
    """What is told about what just happened; `events` come with their numbers in the history.

    `undo_window` is how long a cancellation can be taken back.
    """
    told: list[Notice] = []
    for seq, event in events:
        if event.tag is Tag.CANCELLED:
            told += _of_a_cancellation(handoff, seq, event, undo_window)
        elif event.tag is Tag.REOPENED:
            told += _of_a_reopening(handoff, seq, event)
        elif event.tag in _KINDS:
            told += _of_a_link(handoff, seq, event)
    return told


def _of_a_cancellation(
    handoff: Handoff, seq: int, event: Event, undo_window: timedelta
) -> Iterator[Notice]:
    """To everybody with a part once it is final; the thread is told at once."""
    facts: dict[str, str | int] = {"seq": seq, "actor": event.actor or 0}
    facts["cancelled"] = instant_text(event.at)
    for told in _to_all(handoff, NoticeKind.CANCELLED, seq, event, facts):
        yield replace(told, not_before=event.at + undo_window)


def _of_a_reopening(handoff: Handoff, seq: int, event: Event) -> Iterator[Notice]:
    """Below the card, and to everybody with a part."""
    kind, facts = NoticeKind.REOPENED, {"seq": seq, "actor": event.actor or 0}
    fell = {one.value: str(event.facts[one.value]) for one in Booked if one.value in event.facts}
    yield from _in_thread(handoff, kind, seq, facts)
    yield from _to_all(handoff, kind, seq, event, {**facts, **fell})


def _of_a_link(handoff: Handoff, seq: int, event: Event) -> list[Notice]:
    """Below the card; and to AE and CSM where they did not do it, and there is something to go on.

    In the first contract an expansion is told to its CSM; who hands the new one over knows.
    """
    kind = _KINDS[event.tag]
    if kind is NoticeKind.UNLINKED and event.facts["onward"]:
        return []  # That it goes on is told of it already.
    facts: dict[str, str | int] = {"seq": seq, "actor": event.actor or 0}
    for name in ("other", "onward", "promises"):
        said = event.facts.get(name, 0)
        facts[name] = int(said) if isinstance(said, int) else 0
    facts["kind"] = str(event.facts["kind"])
    told = _in_thread(handoff, kind, seq, facts)
    amends = event.facts["kind"] == LinkKind.AMENDED
    if not handoff.open or (amends and not event.facts["onward"]):
        return told
    sides = (handoff.ae_id, handoff.csm_id)
    acting = {access.acting(one, handoff): one for one in sides if one is not None}
    return told + [
        _to(handoff, kind, seq, reader, {**facts, "owner": owner})
        for reader, owner in acting.items()
        if reader != event.actor
    ]


def _in_thread(handoff: Handoff, kind: NoticeKind, seq: int, facts: Facts) -> list[Notice]:
    if handoff.posted_at is None:
        return []
    return [
        Notice(
            kind,
            Place.THREAD,
            f"{kind.value}:{handoff.id}:{seq}",
            Priority.CARD,
            handoff_id=handoff.id,
            channel_id=handoff.channel_id,
            facts=facts,
        )
    ]


def _to_all(
    handoff: Handoff, kind: NoticeKind, seq: int, event: Event, facts: Facts
) -> Iterator[Notice]:
    """To everybody with a part, or who acts for them; once, but to who did it."""
    acting = {access.acting(one, handoff): one for one in handoff.people()}
    for reader, owner in acting.items():
        if reader != event.actor:
            yield _to(handoff, kind, seq, reader, {**facts, "owner": owner})


def _to(handoff: Handoff, kind: NoticeKind, seq: int, reader: int, facts: Facts) -> Notice:
    return Notice(
        kind,
        Place.DM,
        f"{kind.value}:{handoff.id}:{seq}:{reader}",
        Priority.HAND_OVER,
        handoff_id=handoff.id,
        person_id=reader,
        facts=facts,
    )
