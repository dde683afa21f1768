from copy import deepcopy
from dataclasses import replace
from datetime import date, datetime

import pytest

from bot.domain.deadlines import Deadline, Step, deadlines, moved
from bot.domain.digest import Word
from bot.domain.handoff import Handoff
from bot.domain.history import Event, Tag
from bot.domain.items import Item
from bot.domain.notices import (
    Notice,
    NoticeKind,
    Place,
    Priority,
    SurfaceKind,
    SurfaceWish,
    announcements,
    clock_notice,
    for_the_summary,
    steps_named,
    surfaces,
)
from bot.domain.nudging import Stage
from bot.domain.people import Person
from tests.domain.deals import (
    AE,
    AE_MANAGER,
    CHANNEL,
    CS_MANAGER,
    CSM,
    HOUR,
    MONDAY,
    OTHER_CSM,
    POLICY,
    REVOPS,
    Office,
    assigned,
    gated,
    signed,
    started,
    utc,
)

OFFICE = Office()
ASKED_IN = 71
NOON = utc("2025-06-02T10:00")


def stored(handoff: Handoff) -> Handoff:
    """As if it had been written and read again: with an id, and its events in the history."""
    handoff.id = 5
    handoff.events.clear()
    return handoff


def told(handoff: Handoff, *, first: int = 10, asked_in: int | None = None) -> list[Notice]:
    return announcements(handoff, list(enumerate(handoff.events, first)), asked_in=asked_in)


def owed(handoff: Handoff) -> list[Deadline]:
    return deadlines(handoff, POLICY, OFFICE.calendar_of, manager_of=OFFICE.manager_of, now=MONDAY)


def brief_of(handoff: Handoff) -> Deadline:
    return next(one for one in owed(handoff) if one.step is Step.BRIEF)


def posted(handoff: Handoff) -> Handoff:
    handoff.post(by=AE, at=MONDAY + HOUR)
    return stored(handoff)


# --- What just happened


def test_what_happens_to_a_posted_handoff_is_told_in_its_thread() -> None:
    handoff = posted(assigned())
    handoff.acknowledge(version=handoff.brief_version, by=CSM, at=NOON)
    handoff.undo_acknowledge(by=CSM, at=NOON, policy=POLICY)
    handoff.cancel("The customer withdrew", by=AE, at=NOON)
    handoff.undo_cancel(by=AE, at=NOON, policy=POLICY)
    notices = told(handoff)
    assert [(one.kind, one.facts) for one in notices] == [
        (NoticeKind.ACKNOWLEDGED, {"seq": 10, "actor": CSM.id, "version": 1}),
        (NoticeKind.ACKNOWLEDGE_UNDONE, {"seq": 11, "actor": CSM.id, "version": 1}),
        (NoticeKind.CANCELLED, {"seq": 12, "actor": AE.id}),
        (NoticeKind.CANCEL_UNDONE, {"seq": 13, "actor": AE.id}),
    ]
    for one in notices:
        assert (one.place, one.priority) == (Place.THREAD, Priority.CARD)
        assert (one.handoff_id, one.channel_id, one.person_id) == (5, CHANNEL, None)


def _corrected(handoff: Handoff, by: Person) -> list[Notice]:
    """What is told once the signature turns out to have been an hour later."""
    before = owed(handoff)
    handoff.countersign(MONDAY + HOUR, by=by, at=NOON, ae=AE)
    numbered = list(enumerate(handoff.events, 10))
    return announcements(handoff, numbered, asked_in=None, moved=moved(before, owed(handoff)))


def test_a_correction_is_told_in_the_thread_and_to_each_owner_of_what_moved() -> None:
    # The brief's next step waits, and the CS manager's own four hours end after the table's time.
    notices = _corrected(posted(signed()), AE_MANAGER)
    told_of = {
        "seq": 10,
        "actor": AE_MANAGER.id,
        "before": "2025-06-02T06:00:00.000000Z",
        "signed_at": "2025-06-02T07:00:00.000000Z",
        "brief": "2025-06-03T07:00:00.000000Z",
    }
    assert [(one.kind, one.place, one.priority, one.person_id, one.facts) for one in notices] == [
        (NoticeKind.SIGNATURE_CORRECTED, Place.THREAD, Priority.CARD, None, told_of),
        (NoticeKind.DUE_MOVED, Place.DM, Priority.HAND_OVER, AE.id, told_of),
    ]
    assert steps_named(notices[1]) == (Step.BRIEF,)


@pytest.mark.parametrize(
    ("handoff", "by", "heard"),
    [
        # Before the message stands there is no thread, and the AE owes two steps.
        (signed(), REVOPS, [(AE.id, (Step.MESSAGE, Step.BRIEF))]),
        (signed(), AE, []),
        (gated(), AE_MANAGER, [(AE.id, (Step.MESSAGE,)), (CS_MANAGER.id, (Step.ASSIGN,))]),
        (gated(), AE, [(CS_MANAGER.id, (Step.ASSIGN,))]),
        # The CSM's own eight hours, which no signature moves, end later than the table's time.
        (assigned(when=utc("2025-06-02T20:00")), AE, []),
    ],
)
def test_who_owes_what_moved_hears_it_unless_they_did_it_themselves(
    handoff: Handoff, by: Person, heard: list[tuple[int, tuple[Step, ...]]]
) -> None:
    notices = _corrected(stored(deepcopy(handoff)), by)
    assert {one.kind for one in notices} <= {NoticeKind.DUE_MOVED}
    assert [(one.person_id, steps_named(one)) for one in notices] == heard
    assert len({one.key for one in notices}) == len(notices)


def test_a_first_signature_moves_nothing() -> None:
    handoff = stored(started())
    assert _corrected(handoff, AE_MANAGER) == []


def test_without_a_card_there_is_no_thread_to_tell_it_in() -> None:
    handoff = stored(assigned())
    handoff.acknowledge(version=handoff.brief_version, by=CSM, at=NOON)
    handoff.cancel("The customer withdrew", by=AE, at=NOON)
    assert told(handoff) == []


def test_an_acknowledgement_puts_the_end_of_the_history_where_nobody_can_change_it() -> None:
    handoff = posted(assigned())
    handoff.acknowledge(version=handoff.brief_version, by=CSM, at=NOON)
    chain = (12, bytes.fromhex("0123456789abcdef" * 4))
    events = list(enumerate(handoff.events, 12))
    anchors = [
        one
        for one in announcements(handoff, events, asked_in=None, chain=chain)
        if one.kind is NoticeKind.ANCHOR
    ]
    assert [(one.place, one.person_id, one.priority) for one in anchors] == [
        (Place.THREAD, None, Priority.CARD),
        (Place.DM, AE.id, Priority.HAND_OVER),
        (Place.DM, CSM.id, Priority.ANSWER),
    ]
    assert len({one.key for one in anchors}) == 3
    for one in anchors:
        assert {name: one.facts[name] for name in ("count", "head", "version")} == {
            "count": 12,
            "head": "0123456789abcdef",
            "version": 1,
        }
    # Without a card there is no thread; a handoff that never was acknowledged has no anchor.
    unposted = stored(assigned())
    unposted.acknowledge(version=unposted.brief_version, by=CSM, at=NOON)
    found = announcements(
        unposted, list(enumerate(unposted.events, 12)), asked_in=None, chain=chain
    )
    assert [one.place for one in found] == [Place.DM, Place.DM]
    fresh = gated()
    numbered = list(enumerate(fresh.events, 1))
    assert announcements(fresh, numbered, asked_in=None, chain=chain) == []


@pytest.mark.parametrize("past_the_gate", [True, False])
def test_only_an_ae_who_was_writing_anyway_is_told_by_message_that_the_brief_was_sent_back(
    past_the_gate: bool,
) -> None:
    handoff = stored(replace(assigned(), gate_at=MONDAY if past_the_gate else None))
    handoff.send_back((Item.METRIC,), "Which?", by=CSM, at=NOON)
    notices = told(handoff)
    assert [(one.kind, one.person_id) for one in notices] == (
        [] if past_the_gate else [(NoticeKind.SENT_BACK, AE.id)]
    )


def test_a_cs_manager_who_overrode_the_gate_has_a_guide() -> None:
    handoff = signed()

    def readers() -> set[int | None]:
        calendar_of = OFFICE.calendar_of
        wishes = surfaces(handoff, actor_id=None, calendar_of=calendar_of, now=NOON)
        return {one.person_id for one in wishes}

    assert CS_MANAGER.id not in readers()
    handoff.assign_csm(CSM, by=CS_MANAGER, at=NOON, override="They start on Monday")
    assert CS_MANAGER.id in readers()


def test_starting_saving_and_snoozing_are_told_nobody() -> None:
    handoff = gated()
    handoff.id = 5
    handoff.snoozed("brief", until=NOON, reason="In a workshop", by=AE, at=MONDAY)
    assert len(handoff.events) == 5
    assert told(handoff, asked_in=ASKED_IN) == []


@pytest.mark.parametrize("asked_in", [None, ASKED_IN])
def test_who_acknowledged_or_cancelled_is_offered_to_take_it_back_where_they_did(
    asked_in: int | None,
) -> None:
    handoff = stored(assigned())
    handoff.acknowledge(version=handoff.brief_version, by=CSM, at=NOON)
    handoff.undo_acknowledge(by=CSM, at=NOON, policy=POLICY)
    handoff.cancel("The customer withdrew", by=AE_MANAGER, at=NOON)
    offers = told(handoff, asked_in=asked_in)
    if asked_in is None:
        assert offers == []
        return
    assert [(one.kind, one.place, one.priority) for one in offers] == [
        (NoticeKind.UNDO_OFFER, Place.EPHEMERAL, Priority.ANSWER)
    ] * 2
    assert [(one.person_id, one.channel_id, one.facts["tag"]) for one in offers] == [
        (CSM.id, ASKED_IN, "brief.acknowledged"),
        (AE_MANAGER.id, ASKED_IN, "handoff.cancelled"),
    ]


def test_the_bots_own_post_is_one_line_to_the_ae_and_the_aes_is_none() -> None:
    handoff = stored(signed())
    handoff.post_by_bot(at=NOON)
    (line,) = told(handoff)
    assert (line.kind, line.place, line.person_id) == (NoticeKind.BOT_POSTED, Place.DM, AE.id)
    by_ae = stored(signed())
    by_ae.post(by=AE, at=NOON)
    assert told(by_ae) == []


@pytest.mark.parametrize("card_stands", [True, False])
def test_an_assigned_csm_is_invited_and_mentioned_where_a_card_stands(card_stands: bool) -> None:
    handoff = posted(gated()) if card_stands else stored(gated())
    handoff.assign_csm(CSM, by=CS_MANAGER, at=NOON)
    invitation, *others = told(handoff)
    assert (invitation.kind, invitation.place) == (NoticeKind.CSM_INVITE, Place.INVITATION)
    assert (invitation.person_id, invitation.channel_id) == (CSM.id, CHANNEL)
    assert [(one.kind, one.place, one.facts) for one in others] == [
        (NoticeKind.CSM_MENTION, Place.THREAD, {"csm": CSM.id})
    ] * card_stands


@pytest.mark.parametrize("by_bot", [True, False])
def test_a_csm_assigned_before_the_card_is_mentioned_once_it_stands(by_bot: bool) -> None:
    handoff = stored(assigned())
    if by_bot:
        handoff.post_by_bot(at=NOON)
    else:
        handoff.post(by=AE, at=NOON)
    mentions = [one for one in told(handoff) if one.kind is NoticeKind.CSM_MENTION]
    assert [(one.place, one.facts) for one in mentions] == [(Place.THREAD, {"csm": CSM.id})]


def test_every_notice_of_a_story_has_a_key_of_its_own_and_always_the_same_one() -> None:
    handoff = stored(signed())
    handoff.post_by_bot(at=NOON)
    events: list[Event] = list(handoff.events)
    handoff = gated()
    handoff.id, handoff.posted_at = 5, NOON
    handoff.events[:] = events
    for csm in (CSM, OTHER_CSM, CSM):
        handoff.assign_csm(csm, by=CS_MANAGER, at=NOON)
        for _ in range(2):
            handoff.acknowledge(version=handoff.brief_version, by=csm, at=NOON)
            handoff.undo_acknowledge(by=csm, at=NOON, policy=POLICY)
    for _ in range(2):
        handoff.cancel("The customer withdrew", by=AE, at=NOON)
        handoff.undo_cancel(by=AE, at=NOON, policy=POLICY)
    notices = told(handoff, asked_in=ASKED_IN)
    # The bot's post with a mention; three assignments of two, two of which are told to the AE, the
    # AE's manager and who was the CSM; undoable acts with their offers.
    assert len(notices) == 2 + 3 * (2 + 2 * 3) + 2 * 3 + 2 * 3
    keys = [one.key for one in notices]
    assert len(set(keys)) == len(keys)
    assert [one.key for one in told(handoff, asked_in=ASKED_IN)] == keys
    handoff.id = 6
    assert not set(keys) & {one.key for one in told(handoff, asked_in=ASKED_IN)}


def test_words_that_people_typed_are_in_no_notice() -> None:
    handoff = posted(assigned())
    handoff.cancel("The customer withdrew", by=AE, at=NOON)
    assert "withdrew" not in repr(told(handoff, asked_in=ASKED_IN))


# --- What should stand there


@pytest.mark.parametrize(
    ("handoff", "readers"),
    [
        (started(), [AE.id]),
        (signed(), [AE.id]),
        (gated(), [AE.id, CS_MANAGER.id]),
        (assigned(), [AE.id, CS_MANAGER.id, CSM.id]),
        (replace(gated(), cs_manager_id=None), [AE.id]),
        (replace(assigned(), csm_id=CS_MANAGER.id), [AE.id, CS_MANAGER.id]),
    ],
)
def test_a_guide_is_for_each_who_has_something_to_do_and_a_card_for_what_was_posted(
    handoff: Handoff, readers: list[int]
) -> None:
    midday = utc("2025-06-02T14:00")  # working hours in Berlin and in New York
    wishes = surfaces(handoff, actor_id=None, calendar_of=OFFICE.calendar_of, now=midday)
    assert wishes == [SurfaceWish(SurfaceKind.GUIDE, one) for one in readers]
    carded = replace(handoff, posted_at=MONDAY)
    with_card = surfaces(carded, actor_id=None, calendar_of=OFFICE.calendar_of, now=midday)
    assert with_card == [SurfaceWish(SurfaceKind.CARD), *wishes]


@pytest.mark.parametrize(
    ("now", "for_the_ae", "for_the_csm"),
    [
        # Berlin is UTC+2, New York UTC-4; quiet hours are 20:00 to 08:00 and non-working days.
        ("2025-06-02T14:00", None, None),
        ("2025-06-02T06:00", None, "2025-06-02T12:00"),
        ("2025-06-02T05:59:59", "2025-06-02T06:00", "2025-06-02T12:00"),
        ("2025-06-02T18:00", "2025-06-03T06:00", None),
        ("2025-06-03T00:00", "2025-06-03T06:00", "2025-06-03T12:00"),
        ("2025-06-06T18:30", "2025-06-09T06:00", None),
        ("2025-06-07T10:00", "2025-06-09T06:00", "2025-06-09T12:00"),
    ],
)
def test_a_guide_that_another_caused_waits_for_the_end_of_the_readers_quiet_hours(
    now: str, for_the_ae: str | None, for_the_csm: str | None
) -> None:
    def waits(actor_id: int | None) -> dict[int | None, datetime | None]:
        wishes = surfaces(
            assigned(), actor_id=actor_id, calendar_of=OFFICE.calendar_of, now=utc(now)
        )
        return {one.person_id: one.not_before for one in wishes}

    ae, csm = (utc(at) if at else None for at in (for_the_ae, for_the_csm))
    assert waits(None) == {AE.id: ae, CS_MANAGER.id: ae, CSM.id: csm}
    # One's own act is answered at any hour.
    assert waits(AE.id) == {AE.id: None, CS_MANAGER.id: ae, CSM.id: csm}
    assert waits(CSM.id) == {AE.id: ae, CS_MANAGER.id: ae, CSM.id: None}


def test_a_card_waits_for_nobodys_quiet_hours() -> None:
    night = utc("2025-06-07T00:00")
    handoff = posted(signed())
    card, _ = surfaces(handoff, actor_id=None, calendar_of=OFFICE.calendar_of, now=night)
    assert card == SurfaceWish(SurfaceKind.CARD, None, None)


# --- What the clock says


@pytest.mark.parametrize(
    ("stage", "kind", "priority"),
    [
        (Stage.HALF, NoticeKind.NUDGE, Priority.NUDGE),
        (Stage.MOST, NoticeKind.NUDGE, Priority.NUDGE),
        (Stage.SNOOZED, NoticeKind.NUDGE, Priority.NUDGE),
        (Stage.LATE, NoticeKind.LATE, Priority.LATE),
        (Stage.LATE_MANAGER, NoticeKind.LATE_FOR_MANAGER, Priority.LATE),
        (Stage.POST, NoticeKind.SUMMARY, Priority.NUDGE),
    ],
)
def test_one_thing_the_clock_says_is_a_message_of_its_kind(
    stage: Stage, kind: NoticeKind, priority: Priority
) -> None:
    word = Word(5, Step.BRIEF, stage)
    notice = clock_notice([word], AE.id, key="k", not_before=NOON)
    assert (notice.kind, notice.place, notice.priority) == (kind, Place.DM, priority)
    assert (notice.person_id, notice.handoff_id, notice.channel_id) == (AE.id, 5, None)
    assert notice.facts == {"step": "brief", "stage": stage.value}
    assert (notice.key, notice.not_before, notice.about) == ("k", NOON, (word,))


def test_several_things_are_a_summary_as_urgent_as_what_is_late_in_it() -> None:
    words = (Word(5, Step.BRIEF, Stage.MOST), Word(6, Step.READ, Stage.LATE_MANAGER))
    notice = clock_notice(words, CS_MANAGER.id, key="k", left=3)
    assert (notice.kind, notice.priority) == (NoticeKind.SUMMARY, Priority.LATE)
    assert (notice.handoff_id, notice.about, notice.facts) == (None, words, {"left": 3})


def test_what_the_bot_posted_and_a_day_without_a_channel_wait_for_a_summary() -> None:
    handoff = stored(signed())
    handoff.commitment_on = date(2025, 6, 4)
    by_bot = Event(Tag.POSTED, NOON, None)
    posted_line = (AE_MANAGER.id, Word(5, Step.MESSAGE, Stage.POST))
    assert for_the_summary(handoff, [by_bot], team_channel=True) == [posted_line]
    assert for_the_summary(handoff, [Event(Tag.POSTED, NOON, AE.id)], team_channel=True) == []
    confirmed = Event(Tag.AE_CONFIRMED, NOON, AE.id)
    assert for_the_summary(handoff, [confirmed], team_channel=True) == []
    line = Word(5, Step.COMMITMENT, Stage.COMMITTED)
    told = for_the_summary(handoff, [confirmed], team_channel=False)
    assert told == [(AE_MANAGER.id, line), (CS_MANAGER.id, line)]
