"""Read models for the person who asked, built from what is stored."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from bot.domain import access, kickoff_booking, read_models
from bot.domain.access import Act, Audience, Capacity
from bot.domain.brief import READ_BY, Brief, ContactRole
from bot.domain.completeness import Completeness
from bot.domain.deadlines import OWED_STATES, Step
from bot.domain.debrief import OWN_PART, Question
from bot.domain.debrief_pages import AnswerShown, AskShown, DebriefPage, TalkShown
from bot.domain.debriefing import leads, marks
from bot.domain.errors import Invalid, NotAllowed, Problem
from bot.domain.handoff import Handoff, State
from bot.domain.history import Tag
from bot.domain.introducing import SENDERS, side_of_sender, waits_for
from bot.domain.items import SectionKey
from bot.domain.kickoff_prep import Missing
from bot.domain.partner import SECTION as PARTNER_SECTION
from bot.domain.path_pages import PathsPage
from bot.domain.people import Person
from bot.domain.read_models import (
    Card,
    DealFacts,
    GivenReason,
    IntroLine,
    NamedPerson,
    StatusPage,
    WholePage,
    WrittenRecord,
    named,
)
from bot.domain.size import AddOn
from bot.domain.snapshots import filled_since
from bot.domain.status import EVERYTHING, Filter
from bot.domain.steps import intro_waits_for_call
from bot.domain.succession import Interviews
from bot.domain.verification import Part, RecordKind
from bot.domain.worktime import end_of_day
from bot.flows.showing_reviews import review_page
from bot.storage.briefs import Own
from bot.storage.unit_of_work import Bundle, ReadUnit

PAGE = 10
"""Handoffs on one page of the status list."""


def myself(person: Person) -> NamedPerson:
    """The person who asked, as a message names them."""
    return NamedPerson(person.id, person.slack_id, person.name)


def card_of(unit: ReadUnit, handoff_id: int, *, preview: bool = False) -> Card:
    """The card of a handoff as it would stand in its channel now."""
    bundle = unit.bundle(handoff_id, viewer=None)
    return read_models.card(
        bundle.handoff,
        bundle.brief,
        bundle.deadlines,
        bundle.people,
        as_of=unit.now,
        preview=preview,
        kickoff=unit.kickoff(bundle),
        linked=bundle.linked,
    )


def whole_of(
    unit: ReadUnit, handoff_id: int, viewer: Person, *, from_channel: int | None = None
) -> WholePage:
    """The whole handoff as this viewer may see it; `from_channel` is where they asked.

    Raises NotAllowed for who has no part in it and cannot read its private channel.
    """
    bundle = unit.bundle(handoff_id, viewer=viewer, from_channel=from_channel)
    given = access.given(viewer, bundle.handoff)
    outside = Audience.CHANNEL not in bundle.audiences and not given
    brief, own = _with_own_words(unit, bundle, viewer)
    records = _records(unit, bundle, viewer)
    reasons_given = unit.history.reasons(handoff_id, audiences=bundle.audiences, reader=viewer.id)
    debrief = debrief_page(unit, bundle, viewer)
    paths = paths_page(unit, bundle, viewer)
    reviews = review_page(unit, bundle, viewer)
    own_words = bool(own or records or reasons_given or reviews.shown)
    if outside and not own_words and debrief.empty and paths.partner is None:
        raise NotAllowed(Problem.PRIVATE_CHANNEL, whose=(bundle.handoff.ae_id,))
    card = replace(
        read_models.card(
            bundle.handoff,
            brief,
            bundle.deadlines,
            bundle.people,
            as_of=unit.now,
            kickoff=unit.kickoff(bundle),
            linked=bundle.linked,
        ),
        completeness=read_models.told(bundle.handoff, bundle.people, bundle.audiences, given),
    )
    givers = unit.people.many([one.actor_id for one in reasons_given if one.actor_id is not None])
    reasons = tuple(
        GivenReason(one.tag, one.at, one.value, named(one.actor_id, givers), one.number)
        for one in reasons_given
    )
    may_read_records = Audience.RECORDS in bundle.audiences
    reading = bundle.handoff.verification
    return WholePage(
        card=card,
        steps=read_models.step_lines(
            bundle.handoff,
            bundle.deadlines,
            bundle.people,
            as_of=unit.now,
            viewer_id=viewer.id,
        ),
        promises=brief.entries,
        links=unit.handoffs.links(handoff_id, audiences=bundle.audiences),
        copied=unit.copied.of(handoff_id, audiences=bundle.audiences, given=given),
        reasons=reasons,
        audiences=bundle.audiences,
        given=given,
        deal=_deal_facts(unit, bundle),
        records=records,
        held=may_read_records and bundle.handoff.intro_held,
        call_required=may_read_records and read_models.call_owed(bundle.handoff),
        gate_overridden_at=bundle.handoff.gate_overridden_at,
        askers=asker_names(unit, bundle.handoff, brief),
        own_words_only=outside,
        own=own,
        added=filled_since(unit.changed_since(bundle, bundle.handoff.signed_brief, viewer=viewer)),
        versioned=unit.brief.snapshot(handoff_id).written,
        news=unit.news(bundle, viewer=viewer),
        changes_promises=bundle.handoff.open
        and access.may_change_promise(viewer, bundle.handoff)
        and not access.may_write(SectionKey.PROMISES, viewer, bundle.handoff),
        for_ae=tuple(_for_ae(bundle, viewer)),
        yours=tuple(_yours(bundle, viewer)),
        for_csm=_for_csm(bundle, viewer),
        debrief=None if debrief.empty and not debrief.answers_it else debrief,
        breakdowns=bundle.handoff.breakdowns if Audience.REASONS in bundle.audiences else {},
        reviews=reviews,
        plan_for_csm=_records_for_csm(bundle.handoff, viewer) and reading.plan_missing,
        holds_kickoff=bundle.handoff.can_be_held
        and access.may(Act.HOLD_KICKOFF, viewer, bundle.handoff),
        about_people=()
        if outside
        else about_people(
            viewer, bundle.handoff, champion=bool(brief.people.having(ContactRole.CHAMPION))
        ),
        lead=named(bundle.handoff.lead_id, bundle.people),
        ae_manager=named(access.holder(Capacity.AE_MANAGER, bundle.handoff), bundle.people),
        interviewers=_interviewers(unit, records),
        talk=read_models.talk_of(bundle.handoff, bundle.people, viewer),
        books_kickoff=kickoff_booking.books(viewer, bundle.handoff, unit.policy),
        books_for_csm=kickoff_booking.owes_a_reason(viewer, bundle.handoff),
        shows_kickoff=access.may(Act.OPEN_KICKOFF_CARD, viewer, bundle.handoff)
        and bundle.handoff.csm_id is not None
        and read_models.kickoff_ahead(bundle.handoff),
        intro_sent=bundle.handoff.intro.sent_at is not None,
        intro=read_models.intro_of(bundle.handoff, bundle.people, viewer, unit.policy)
        if Audience.REASONS in bundle.audiences
        else IntroLine(),
        paths=paths,
        kickoff_offered_at=bundle.handoff.kickoff.offered_at,
        kickoff_lacked=_lacked_then(unit, bundle),
        kickoff_for_csm=access.owes_a_reason(Act.HOLD_KICKOFF, viewer, bundle.handoff),
        plan=unit.plan_page(bundle, viewer=viewer),
    )


def _lacked_then(unit: ReadUnit, bundle: Bundle) -> tuple[Missing, ...] | None:
    """What was missing when the kickoff was held; None for who may not know, or before it."""
    handoff = bundle.handoff
    if Audience.REASONS not in bundle.audiences or handoff.kickoff.recorded_at is None:
        return None
    found = unit.history.facts_of(handoff.id, Tag.KICKOFF_RECORDED)
    kept = [one["missing"] for one in found if "missing" in one]
    hidden = set() if Audience.RECORDS in bundle.audiences else {Missing.PLAN}
    return tuple(one for one in map(Missing, kept[-1]) if one not in hidden) if kept else None


def about_people(viewer: Person, handoff: Handoff, *, champion: bool) -> tuple[Act, ...]:
    """What somebody may do now about who has which part, and about the champion.

    `champion`: the brief names one who is still there.
    """
    offered = (
        (Act.REASSIGN_AE, True),
        (Act.ASSIGN, handoff.assignable),
        (Act.REASSIGN_AE_MANAGER, True),
        (Act.REASSIGN_CS_MANAGER, True),
        (Act.NAME_LEAD, handoff.kickoff_held_at is None or handoff.lead_id is not None),
        (Act.INTERVIEW, handoff.succession.interviews_at is not None),
        (Act.RECORD_CHAMPION, champion or handoff.champions.left > 0),
    )
    return tuple(
        act for act, now in offered if handoff.open and now and access.may(act, viewer, handoff)
    )


def _with_own_words(unit: ReadUnit, bundle: Bundle, viewer: Person) -> tuple[Brief, Own]:
    """The brief, with what of it the viewer wrote and may not read else."""
    if bundle.audiences >= READ_BY:
        return bundle.brief, {}
    given = access.given(viewer, bundle.handoff)
    return unit.brief.with_own(
        bundle.handoff.id, audiences=bundle.audiences, given=given, writer=viewer.id
    )


def paths_page(unit: ReadUnit, bundle: Bundle, viewer: Person) -> PathsPage:
    """The ways of a handoff beside the straight one, as this viewer may read and go them."""
    handoff = bundle.handoff
    given = access.given(viewer, handoff)
    found = None
    if handoff.partner.entered_at is not None:
        audiences = access.readable_in(PARTNER_SECTION, bundle.audiences, given)
        found = unit.partners.of(handoff.id, audiences=audiences, reader=viewer.id)
    cancelled = handoff.state is State.CANCELLED
    ends = handoff.undo_ends_at(unit.policy) if cancelled else None
    undoable = ends is not None and unit.now <= ends
    may_open = cancelled and access.may(Act.REOPEN, viewer, handoff)
    return PathsPage(
        partner=found.side if found is not None else None,
        partner_by=name_of(unit, found.by) if found is not None else None,
        partner_at=found.at if found is not None else None,
        reopened_at=handoff.path.reopened_at,
        enters_partner=handoff.open
        and handoff.marks.partner
        and access.may_write(PARTNER_SECTION, viewer, handoff),
        reopens=may_open and not undoable,
        undoes=may_open and undoable,
        moves=handoff.open and access.may(Act.MOVE, viewer, handoff),
        amends=not cancelled
        and handoff.signed_at is not None
        and Audience.FACTS in bundle.audiences
        and access.may_at_all(Act.START, viewer),
    )


def debrief_page(unit: ReadUnit, bundle: Bundle, viewer: Person) -> DebriefPage:
    """How far the debrief of a handoff is, and all of it that this viewer may read."""
    handoff, audiences = bundle.handoff, bundle.audiences
    found = unit.debriefs.load(handoff.id, audiences=audiences, reader=viewer.id)
    ids = [kept.by for kept in found.answers.values()]
    ids += [person for one in found.asks for person in (one.asked_by, one.replied_by)]
    ids += [*(found.talk.talk.there if found.talk else ()), handoff.listener_id]
    people = unit.people.many([handoff.ae_id, handoff.csm_id, *ids])

    def asks(question: Question | None) -> tuple[AskShown, ...]:
        return tuple(
            AskShown(one, named(one.asked_by, people), named(one.replied_by, people))
            for one in found.about(question)
        )

    answers = []
    for question in Question:
        kept = found.answers.get(question)
        by = named(kept.by, people) if kept is not None else None
        standing = handoff.debrief.standing(question)
        answers.append(AnswerShown(question, standing, kept, by, asks(question)))
    talk = found.talk.talk if found.talk else None
    who = [one for person in (talk.there if talk else ()) if (one := named(person, people))]
    acts = handoff.open and handoff.signed_at is not None
    return DebriefPage(
        handoff_id=handoff.id,
        account=handoff.account,
        debrief=handoff.debrief,
        answers=tuple(answers),
        own=found.own.own if found.own else None,
        reads_own=OWN_PART in audiences,
        asks=asks(None),
        talk=TalkShown(talk.held_at, talk.minutes, tuple(who)) if talk else None,
        ae=named(handoff.ae_id, people),
        csm=named(handoff.csm_id, people),
        listener=named(handoff.listener_id, people),
        wants_listener=bundle.size.has(AddOn.SECOND_LISTENER),
        leads=acts and handoff.csm_id is not None and leads(viewer, handoff),
        marks=acts and marks(viewer, handoff),
        answers_it=acts and access.may(Act.ANSWER_DEBRIEF, viewer, handoff),
        replies=sum(one.open for one in found.asks)
        if acts and access.may(Act.REPLY_DEBRIEF, viewer, handoff)
        else 0,
    )


def asker_names(unit: ReadUnit, handoff: Handoff, brief: Brief) -> dict[int | None, str]:
    """The names of those who ask the customer; None is the AE."""
    ids = [brief.section(key).asker for key in SectionKey]
    people = unit.people.many([handoff.ae_id, *ids])
    return {None: people[handoff.ae_id].name, **{one: who.name for one, who in people.items()}}


def brief_told(unit: ReadUnit, handoff: Handoff, reader: Person) -> Completeness:
    """How far the brief is, for one who writes in it; nobody need be in its channel for that."""
    people = unit.people.many([handoff.ae_id, *(one.asker for one in handoff.completeness.open)])
    audiences = access.audiences(reader, handoff, in_channel=False)
    return read_models.told(handoff, people, audiences, access.given(reader, handoff))


def _for_ae(bundle: Bundle, viewer: Person) -> Iterator[Act]:
    handoff = bundle.handoff
    aligns = any(one.step is Step.ALIGNMENT for one in bundle.deadlines)
    offered = (
        (Act.ALIGN, handoff.signed_at is None and aligns),
        (Act.JUDGE, handoff.verification.to_judge),
        *_of_the_call(bundle),
        *_of_the_intro(bundle),
    )
    for act, now in offered:
        mine = access.may(act, viewer, handoff) and access.owes_a_reason(act, viewer, handoff)
        if handoff.open and now and mine:
            yield act


def _of_the_call(bundle: Bundle) -> tuple[tuple[Act, bool], ...]:
    """The call is booked, and moved, until it was held, which also ends one nobody booked."""
    ahead = _owed(bundle, Step.BOOK_CALL) or _owed(bundle, Step.HOLD_CALL)
    return ((Act.BOOK_BRIEFING, ahead), (Act.HOLD_BRIEFING, ahead))


def _of_the_intro(bundle: Bundle) -> tuple[tuple[Act, bool], ...]:
    """The draft until it went out, its record once it may, and then the record's correction."""
    handoff = bundle.handoff
    if handoff.signed_at is None:
        return ()
    of, sent = SENDERS[side_of_sender(bundle.size)], handoff.intro.sent_at is not None
    free = waits_for(handoff, bundle.size) is None
    writes = handoff.csm_id is not None and not sent
    return ((of.write, writes), (of.send, free), (Act.NOTE_CONTACT, not sent))


def _yours(bundle: Bundle, viewer: Person) -> Iterator[Act]:
    judges = (Act.JUDGE, bundle.handoff.verification.to_judge)
    waits = (Act.LIFT_HOLD, intro_waits_for_call(bundle.handoff, bundle.size))
    for act, now in (judges, *_of_the_call(bundle), waits, *_of_the_intro(bundle)):
        if bundle.handoff.open and now and access.may_as_owner(act, viewer, bundle.handoff):
            yield act


def _owed(bundle: Bundle, step: Step) -> bool:
    return any(one.step is step and one.state in OWED_STATES for one in bundle.deadlines)


def _records_for_csm(handoff: Handoff, viewer: Person) -> bool:
    """Whether the viewer is one who records the reading of a CSM who has the brief."""
    owes = access.owes_a_reason(Act.VERIFY, viewer, handoff)
    mine = access.may(Act.VERIFY, viewer, handoff) and owes
    assigned = handoff.open and handoff.csm_id is not None
    return mine and assigned and not handoff.verification.with_ae


def _for_csm(bundle: Bundle, viewer: Person) -> Part | None:
    left = bundle.handoff.reading_left()
    return left[0] if left and _records_for_csm(bundle.handoff, viewer) else None


def _deal_facts(unit: ReadUnit, bundle: Bundle) -> DealFacts:
    handoff = bundle.handoff
    return DealFacts(
        size=bundle.size.seen_by(bundle.audiences),
        partner=handoff.marks.partner,
        rate=handoff.rate,
        policy_currency=unit.policy.currency,
        commitment_on=handoff.commitment_on,
        commitment_answer=handoff.commitment_answer
        if Audience.REASONS in bundle.audiences
        else None,
        aligned_on=handoff.aligned_on,
        cs_contact=named(handoff.cs_contact_id, bundle.people),
    )


def _records(unit: ReadUnit, bundle: Bundle, viewer: Person) -> tuple[WrittenRecord, ...]:
    """What was written down while the CSM read, in the order in which it is asked for."""
    handoff = bundle.handoff
    found = unit.records.load(handoff.id, audiences=bundle.audiences, reader=viewer.id)
    writers = unit.people.many([one.by for one in found.values() if one.by is not None])
    return tuple(
        WrittenRecord(
            kind,
            found[kind].record,
            named(found[kind].by, writers),
            found[kind].at,
            in_force=handoff.verification.in_force(kind, found[kind].at),
        )
        for kind in RecordKind
        if kind in found
    )


def _interviewers(unit: ReadUnit, records: Iterable[WrittenRecord]) -> dict[int, NamedPerson]:
    """Who ticked the talks of the interview list, by id."""
    lists = (one.record for one in records if isinstance(one.record, Interviews))
    people = unit.people.many([talk.by for kept in lists for talk in kept.talks])
    return {one: NamedPerson(one, who.slack_id, who.name) for one, who in people.items()}


def status_of(
    unit: ReadUnit,
    viewer: Person,
    *,
    page: int = 0,
    in_channel: int | None = None,
    chosen: Filter = EVERYTHING,
) -> StatusPage:
    """A page of the status list, of what is chosen."""
    return unit.status.page(
        viewer=viewer,
        page=page,
        size=PAGE,
        day_end=end_of_day(unit.now, viewer.zone),
        in_channel=in_channel,
        chosen=chosen,
    )


def only_open_here(unit: ReadUnit, channel: str | None) -> list[Handoff]:
    """The open handoffs of the channel a person is in; raises Invalid where there is none."""
    known = unit.channels.by_slack_id(channel) if channel else None
    found = unit.handoffs.open_in(known.id) if known else []
    if not found:
        raise Invalid(Problem.NO_HANDOFF_HERE)
    return found


def require_here(act: Act, actor: Person, handoff: Handoff) -> None:
    """Like `access.require` for a command, whose refusal has to say which handoff it is about."""
    try:
        access.require(act, actor, handoff)
    except NotAllowed as refused:
        refused.facts["handoff"] = str(handoff.id)
        raise


def name_of(unit: ReadUnit, person_id: int | None) -> NamedPerson | None:
    """One person as a message names them."""
    return named(person_id, unit.people.many([person_id])) if person_id is not None else None
