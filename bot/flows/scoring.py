"""Day 60: the expansion conversation and the score of the brief, by AE and CSM each."""

from bot.domain.access import Act
from bot.domain.errors import Invalid, Problem
from bot.domain.expansion import Appetite, Expansion
from bot.domain.handoff import Handoff
from bot.domain.items import SectionKey
from bot.domain.people import Person
from bot.domain.review_pages import ExpansionForm, LatePromise, ScoreForm
from bot.domain.reviews import ReviewKind
from bot.domain.scoring import BriefScore, score_field, scored_sections
from bot.flows.answers import Answer, Push
from bot.flows.asked import Asked
from bot.flows.listeners import Listeners
from bot.flows.review_forms import begin, keep, written
from bot.storage.unit_of_work import ReadUnit, WriteUnit
from bot.views.ids import ActionId, Field, ViewId
from bot.views.reviews import expansion_view, score_view

_EXPANSIONS = (ReviewKind.EXPANSION, ReviewKind.EXPANSION_AE)
_SCORES = (ReviewKind.SCORE, ReviewKind.SCORE_AE)


def open_expansion(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """*Record expansion*, as the CSM."""
    return _expansion(asked, unit, actor, ReviewKind.EXPANSION)


def open_expansion_ae(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """*Record expansion*, as the AE."""
    return _expansion(asked, unit, actor, ReviewKind.EXPANSION_AE)


def _expansion(asked: Asked, unit: ReadUnit, actor: Person, kind: ReviewKind) -> Answer:
    opening = begin(asked.handoff_id, unit, actor, kind)
    return Push(expansion_view(ExpansionForm(opening.head, written(unit, opening, Expansion))))


def save_expansion(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """What one of the two says of it."""

    def make(handoff: Handoff) -> Expansion:
        today = unit.people.calendar(actor.id).local_date(unit.now)
        talked_on = asked.typed.date(Field.TALKED_ON)
        appetite = asked.typed.one_of(Appetite, Field.APPETITE)
        if talked_on is None:
            raise Invalid(Problem.DATE_NEEDED, field=Field.TALKED_ON)
        if appetite is None:
            raise Invalid(Problem.CHOOSE, field=Field.APPETITE)
        return Expansion(
            talked_on=talked_on,
            appetite=appetite,
            words=asked.typed.text(Field.EXPANSION_WORDS),
        ).checked(day0=handoff.day0 or today, today=today)

    kind = _kind(asked, _EXPANSIONS)
    return keep(asked, unit, actor, kind, make, field=Field.EXPANSION_WORDS)


def open_score(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """*Score brief*, as the CSM."""
    return _score(asked, unit, actor, ReviewKind.SCORE)


def open_score_ae(asked: Asked, unit: ReadUnit, actor: Person) -> Answer:
    """*Score brief*, as the AE."""
    return _score(asked, unit, actor, ReviewKind.SCORE_AE)


def _score(asked: Asked, unit: ReadUnit, actor: Person, kind: ReviewKind) -> Answer:
    opening = begin(asked.handoff_id, unit, actor, kind)
    model = ScoreForm(
        opening.head,
        scored_sections(opening.handoff.tier, unit.policy),
        surfaced_late(unit, opening.handoff),
        written(unit, opening, BriefScore),
    )
    return Push(score_view(model))


def surfaced_late(unit: ReadUnit, handoff: Handoff) -> tuple[LatePromise, ...]:
    """The promises that came up after the AE's initials, the withdrawn ones too."""
    return tuple(
        LatePromise(one.promise.number, one.promise.text.words, one.late)
        for one in unit.ledger.entries(handoff.id)
        if one.late is not None
    )


def save_score(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """What one of the two says of the brief."""

    def make(handoff: Handoff) -> BriefScore:
        sections = scored_sections(handoff.tier, unit.policy)
        given = {key: asked.typed.option(Field(score_field(key))) for key in sections}
        return BriefScore(
            scores={key: int(one) for key, one in given.items() if one is not None},
            carried=_sections(asked, Field.CARRIED),
            thin=_sections(asked, Field.THIN),
            words=asked.typed.text(Field.SCORE_WORDS),
            late=tuple(one.number for one in surfaced_late(unit, handoff)),
        ).checked(sections)

    return keep(asked, unit, actor, _kind(asked, _SCORES), make, field=Field.SCORE_WORDS)


def _sections(asked: Asked, field: Field) -> tuple[SectionKey, ...]:
    ticked = asked.typed.options(field)
    return tuple(key for key in SectionKey if key.value in ticked)


def _kind(asked: Asked, kinds: tuple[ReviewKind, ...]) -> ReviewKind:
    """Whose of the two the form is."""
    found = next((kind for kind in kinds if kind.value == asked.ref.thing), None)
    if found is None:
        raise Invalid(Problem.STALE_BUTTON)
    return found


def register(listeners: Listeners) -> None:
    """The buttons and their forms."""
    of_csm, of_ae = Act.RECORD_CSM_STEP, Act.RECORD_AE_STEP
    listeners.opens(ActionId.OPEN_EXPANSION, open_expansion, act=of_csm)
    listeners.opens(ActionId.OPEN_EXPANSION_AE, open_expansion_ae, act=of_ae)
    listeners.submits(ViewId.EXPANSION, save_expansion)
    listeners.opens(ActionId.OPEN_SCORE, open_score, act=of_csm)
    listeners.opens(ActionId.OPEN_SCORE_AE, open_score_ae, act=of_ae)
    listeners.submits(ViewId.SCORE, save_score)
