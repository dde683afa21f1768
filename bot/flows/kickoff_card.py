"""The card for the kickoff, and that a side is prepared."""

from slack_sdk.models.views import View

from bot.domain import access, kickoff_booking, kickoff_prep
from bot.domain.access import Act
from bot.domain.handoff import Handoff
from bot.domain.kickoff_pages import CardPage, Elsewhere
from bot.domain.people import Person
from bot.domain.plan import OutlinePart
from bot.domain.plan_pages import outlined
from bot.flows.answers import Answer, Done, Push
from bot.flows.asked import Asked
from bot.flows.listeners import Listeners
from bot.flows.reasons import reason_in
from bot.storage.unit_of_work import ReadUnit, WriteUnit
from bot.views import sentences
from bot.views.ids import ActionId, ViewId
from bot.views.kickoff_card import card_view
from bot.views.payload import Ref


def open_card(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """*Kickoff card*: who says what in it, as far as the viewer may read the brief."""
    return Push(card_for(unit, unit.handoffs.get(asked.handoff_id), actor))


def card_for(unit: ReadUnit, handoff: Handoff, actor: Person) -> View:
    """The card of one handoff as one person sees it."""
    bundle = unit.bundle(handoff.id, viewer=actor)
    csm = kickoff_booking.csm_of(handoff)
    people = unit.people.many([handoff.ae_id, csm])
    ahead = handoff.open and handoff.csm_id is not None and handoff.kickoff_held_at is None
    lacking = kickoff_prep.missing(handoff, audiences=bundle.audiences) if ahead else ()
    prepares = kickoff_prep.prepares(actor, handoff, unit.policy)
    kickoff = handoff.kickoff
    plan = unit.plan_page(bundle, viewer=actor)
    outline = plan is not None and not plan.plan.version
    names: dict[OutlinePart, str] = dict(sentences.plan.OUTLINE)
    return card_view(
        CardPage(
            handoff.id,
            handoff.account,
            time=unit.kickoff(bundle),
            joint=kickoff_booking.joint(handoff, unit.policy),
            hold=kickoff_booking.internal_hold(handoff),
            ae=people[handoff.ae_id].name,
            csm=people[csm].name if csm is not None else None,
            brief=bundle.brief,
            commercial_until=unit.policy.clocks.last_review_day,
            plan=outlined(bundle.brief, handoff, people, names)
            if outline
            else (plan.shared if plan is not None else ()),
            outline=outline,
            missing=lacking,
            elsewhere=elsewhere(unit, handoff, actor),
            ready_at=kickoff.ready_at,
            ready_ae_at=kickoff.ready_ae_at,
            prepares=prepares,
            asks_why=access.owes_a_reason(Act.PREPARE_KICKOFF, actor, handoff),
        ),
        as_of=unit.now,
    )


def elsewhere(unit: ReadUnit, handoff: Handoff, viewer: Person) -> tuple[Elsewhere, ...]:
    """Those in it whose clock differs from the viewer's."""
    joint = kickoff_booking.joint(handoff, unit.policy)
    parts = (
        handoff.ae_id if joint else None,
        kickoff_booking.csm_of(handoff),
        handoff.lead_id,
    )
    ids = dict.fromkeys(access.acting(one, handoff) for one in parts if one is not None)
    people = unit.people.many(ids)
    return tuple(
        Elsewhere(people[one].name, people[one].zone)
        for one in ids
        if one != viewer.id and people[one].zone != viewer.zone
    )


def say_prepared(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """*I have read it*, or *My part is ready*."""
    handoff = unit.handoffs.lock(asked.handoff_id)
    access.require(Act.PREPARE_KICKOFF, actor, handoff)
    kickoff_prep.prepare(
        handoff,
        by=actor,
        at=unit.now,
        policy=unit.policy,
        reason=reason_in(asked, Act.PREPARE_KICKOFF, actor, handoff),
    )
    unit.save(handoff, actor_id=actor.id)
    return Done()


def to_a_calendar() -> Answer:
    """A link was followed: the calendar opens by itself, and nothing is to be shown here."""
    return Done()


def _once_more(_: Asked, ref: Ref, unit: ReadUnit, actor: Person) -> View:
    return card_for(unit, unit.handoffs.get(ref.handoff or 0), actor)


def register(listeners: Listeners) -> None:
    """The buttons, and the form that the card is until somebody is prepared."""
    listeners.opens(ActionId.OPEN_KICKOFF_CARD, open_card, act=Act.OPEN_KICKOFF_CARD)
    listeners.opens(ActionId.KICKOFF_LINK, to_a_calendar)
    listeners.submits(ViewId.KICKOFF_CARD, say_prepared)
    listeners.redraw(ViewId.KICKOFF_CARD, _once_more)
