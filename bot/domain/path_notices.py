"""What is told of a deal that is opened again, becomes another one, or has its contract amended."""

from collections.abc import Mapping, Sequence

from bot.domain import access
from bot.domain.handoff import Handoff
from bot.domain.history import Event, Tag
from bot.domain.linked import LinkKind
from bot.domain.notices import Notice, NoticeKind, Place, Priority
from bot.domain.reopening import Booked

_KINDS = {Tag.LINKED: NoticeKind.LINKED, Tag.UNLINKED: NoticeKind.UNLINKED}

Facts = Mapping[str, str | int]


def of_paths(handoff: Handoff, events: Sequence[tuple[int, Event]]) -> list[Notice]:
    """What is told about what just happened; `events` come with their numbers in the history."""
    told: list[Notice] = []
    for seq, event in events:
        if event.tag is Tag.REOPENED:
            told += _of_a_reopening(handoff, seq, event)
        elif event.tag in _KINDS:
            told += _of_a_link(handoff, seq, event)
    return told


def _of_a_reopening(handoff: Handoff, seq: int, event: Event) -> list[Notice]:
    """Below the card, and to everybody with a part, or who acts for them; once, but to who did."""
    kind, facts = NoticeKind.REOPENED, {"seq": seq, "actor": event.actor or 0}
    fell = {one.value: str(event.facts[one.value]) for one in Booked if one.value in event.facts}
    acting = {access.acting(one, handoff): one for one in handoff.people()}
    return [
        *_in_thread(handoff, kind, seq, facts),
        *(
            _to(handoff, kind, seq, reader, {**facts, "owner": owner, **fell})
            for reader, owner in acting.items()
            if reader != event.actor
        ),
    ]


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
