"""What was written at day 30, 60 and 90, line by line, on the page of a handoff."""

from collections.abc import Mapping
from typing import Final

from bot.domain.check_in import CheckIn
from bot.domain.closing import Closing
from bot.domain.defined_done import DefinedDone
from bot.domain.expansion import Expansion
from bot.domain.first_value import FirstValue
from bot.domain.milestone_review import MilestoneReview
from bot.domain.nps import Nps
from bot.domain.reviews import ReviewKind
from bot.domain.scoring import BriefScore
from bot.domain.still_true import StillTrue
from bot.domain.verification import Record
from bot.views import sentences as said
from bot.views.ids import Field
from bot.views.text import day, one_line

IN_LABEL: Final = 120
"""Characters of a milestone in front of how it stands."""

Rows = list[tuple[str, str]]


def review_rows(record: Record, milestones: Mapping[int, str]) -> Rows:
    """One record in lines, each with what it answers; raises TypeError for an unknown one.

    `milestones` is what the shared ones are, by number.
    """
    match record:
        case CheckIn():
            label = said.forms.FIELDS[Field.NOTE].label
            return [(label if record.sent_at else said.reviews.DRAFT, record.words)]
        case MilestoneReview():
            return _milestones(record, milestones)
        case Nps():
            return _nps(record)
        case StillTrue():
            return _still_true(record)
        case FirstValue():
            return _first_value(record)
        case Expansion():
            return [
                (said.forms.FIELDS[Field.TALKED_ON].label, day(record.talked_on)),
                (
                    said.forms.FIELDS[Field.APPETITE].label,
                    said.reviews.APPETITES[record.appetite],
                ),
                (said.forms.FIELDS[Field.EXPANSION_WORDS].label, record.words),
            ]
        case BriefScore():
            return _score(record)
        case DefinedDone():
            return _defined_done(record)
        case Closing():
            outcome = said.closing.OUTCOMES[record.outcome]
            return [(said.closing.OUTCOME, f"{outcome}: {record.line}")]
    raise TypeError(type(record))


def _milestones(record: MilestoneReview, milestones: Mapping[int, str]) -> Rows:
    rows: Rows = []
    for one in record.states:
        name = one_line(milestones.get(one.number, ""), IN_LABEL)
        label = f"{one.number} · {name}" if name else str(one.number)
        stands = said.reviews.PROGRESS[one.progress]
        rows.append((label, f"{stands}: {one.note}" if one.note else stands))
    if record.note:
        rows.append((said.reviews.NOTES, record.note))
    return rows


def _nps(record: Nps) -> Rows:
    rows: Rows = [(said.reviews.NAMES[ReviewKind.NPS], said.reviews.nps_line(record.answers))]
    if record.answers:
        single = ", ".join(str(one) for one in record.answers)
        rows.append((said.forms.FIELDS[Field.NPS].label, single))
    if record.asked_on is not None:
        rows.append((said.forms.FIELDS[Field.ASKED_ON].label, day(record.asked_on)))
    return rows


def _still_true(record: StillTrue) -> Rows:
    rows: Rows = []
    for question, holds in record.holds.items():
        changed = record.changed.get(question)
        told = said.reviews.HOLDS[holds]
        label = said.debrief.named(question)
        rows.append((label, f"{told}: {changed}" if changed else told))
    return rows


def _first_value(record: FirstValue) -> Rows:
    rows: Rows = []
    if record.reached_on is not None:
        rows.append((said.forms.FIELDS[Field.FIRST_VALUE_ON].label, day(record.reached_on)))
    if record.engagement is not None:
        label = said.forms.FIELDS[Field.ENGAGEMENT].label
        rows.append((label, said.reviews.ENGAGEMENTS[record.engagement]))
    return rows or [(said.reviews.NAMES[ReviewKind.FIRST_VALUE], said.reviews.NOTHING)]


def _score(record: BriefScore) -> Rows:
    names = said.terms.SECTION_NAMES
    rows: Rows = [(names[key], said.reviews.of_five(one)) for key, one in record.scores.items()]
    rows += [
        (said.reviews.CARRIED, said.reviews.joined(names[key] for key in record.carried)),
        (said.reviews.THIN, said.reviews.joined(names[key] for key in record.thin)),
    ]
    if record.words:
        rows.append((said.forms.FIELDS[Field.SCORE_WORDS].label, record.words))
    if record.late:
        rows.append((said.reviews.LATE, said.reviews.late_numbers(record.late)))
    return rows


def _defined_done(record: DefinedDone) -> Rows:
    rows: Rows = []
    for line, met in record.met.items():
        note, told = record.notes.get(line), said.closing.MET[met]
        rows.append((said.closing.LINES[line], f"{told}: {note}" if note else told))
    return rows
