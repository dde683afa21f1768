"""Everything a handoff can hold, each piece under a marker of its own, and who may read it.

The rows are the process's table *Who sees what*, written down once more by hand: what the code
believes is held against it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, get_args

from pydantic import BaseModel

from bot.domain.breakdowns import Breakdown
from bot.domain.brief import (
    SECTIONS,
    Contact,
    ContactRole,
    OtherRole,
    People,
    Section,
)
from bot.domain.completeness import OpenItem
from bot.domain.debrief import AnswerPart, Outlook, Question
from bot.domain.items import Hole, Item, SectionKey
from bot.views import sentences
from bot.views.ids import Field
from bot.views.text import day

# --- Who looks

AE, CSM, LISTENER = "ae", "csm", "listener"
CS_MANAGER, AE_MANAGER, REVOPS, LEAD = "cs_manager", "ae_manager", "revops", "lead"
PROPOSED, INSIDE = "proposed", "inside"
"""In the private deal channel, with no part in the handoff."""
OUTSIDE, ADMIN, GUEST, STRANGER = "outside", "admin", "guest", "stranger"
"""Not in it."""
TEAM, PARTNER = "team", "partner"
"""They ask nothing: one reads the team channel, one the deal channel once it is shared."""
GIVEN = tuple(key for key in SectionKey if key is not SectionKey.RED_FLAGS)
"""For each of these there is a helper who was given it and nothing else."""


def helper(key: SectionKey) -> str:
    """The helper to whom one section was given."""
    return f"helper_{key}"


HELPERS = tuple(helper(key) for key in GIVEN)
INNER = frozenset({AE, CSM, LISTENER, CS_MANAGER})
BOTH_SIDES = INNER | {AE_MANAGER, REVOPS}
IN_CHANNEL = frozenset({PROPOSED, INSIDE})
VIEWERS = (
    *sorted(BOTH_SIDES),
    LEAD,
    *HELPERS,
    *sorted(IN_CHANNEL),
    OUTSIDE,
    ADMIN,
    GUEST,
    STRANGER,
)
READ_ONLY = (TEAM, PARTNER)

# --- The rows of the table

FACTS, DEAL, COMMERCIALS = "facts", "deal", "commercials"
PERSONAL, RED_FLAGS, RELATIONS, RECORDS = "personal", "red flags", "relations", "records"
PASTED = "pasted"
ANSWERS = "answers"
"""What a manager answered to a dispute that RevOps decides."""
LATE_ANSWERS = "late answers"
"""What AE and CSM answered differently about a late promise."""
INTERNAL, BACKGROUND, REASONS = "internal", "background", "reasons"
DEBRIEF_FACTS, DEBRIEF, NOBODY = "debrief facts", "debrief", "nobody"
SHARED = "shared milestones"
INTRO = "intro"
READERS: Mapping[str, frozenset[str]] = {
    # The team's line has account, owners and a day, and nothing of the content.
    FACTS: BOTH_SIDES | {LEAD, *HELPERS} | IN_CHANNEL | {TEAM},
    DEAL: BOTH_SIDES | {LEAD} | IN_CHANNEL,
    COMMERCIALS: BOTH_SIDES | IN_CHANNEL,
    PERSONAL: INNER,
    RED_FLAGS: INNER,
    RELATIONS: INNER,
    RECORDS: INNER,
    INTRO: frozenset({AE, CSM}),
    PASTED: frozenset({AE}),
    ANSWERS: frozenset({REVOPS}),
    LATE_ANSWERS: frozenset({AE, CSM}),
    INTERNAL: BOTH_SIDES | {LEAD},
    # Of the internal things these stand among the commercials, which the lead does not read.
    BACKGROUND: BOTH_SIDES,
    REASONS: BOTH_SIDES | {LEAD},
    DEBRIEF_FACTS: BOTH_SIDES | {LEAD} | IN_CHANNEL,
    DEBRIEF: BOTH_SIDES,
    SHARED: BOTH_SIDES | {LEAD, *HELPERS} | IN_CHANNEL,
    NOBODY: frozenset(),
}
_ROW_OF_SECTION = {
    SectionKey.RED_FLAGS: RED_FLAGS,
    SectionKey.COMMERCIALS: COMMERCIALS,
}
"""Of fields for which no narrower row is named; the other sections are the deal's."""
_NARROWER: Mapping[tuple[SectionKey, str], str] = {
    (SectionKey.WHY, "crm_reason"): INTERNAL,
    (SectionKey.PEOPLE, "no_skeptic"): PERSONAL,
    (SectionKey.PEOPLE, "second_contact"): RELATIONS,
    (SectionKey.PEOPLE, "history"): RELATIONS,
    (SectionKey.PEOPLE, "key_contacts"): INTERNAL,
    (SectionKey.COMMERCIALS, "competitors"): BACKGROUND,
    (SectionKey.COMMERCIALS, "partner"): BACKGROUND,
    (SectionKey.COMMERCIALS, "links"): BACKGROUND,
    (SectionKey.FIRST_DAYS, "style"): PERSONAL,
    (SectionKey.FIRST_DAYS, "cadence"): PERSONAL,
}
_OF_CONTACT: Mapping[str, str] = {
    "name": DEAL,
    "title": DEAL,
    "roles": DEAL,
    "skeptic": PERSONAL,
    "behaviour": PERSONAL,
    "stake": PERSONAL,
    "consequence": PERSONAL,
    "strength": PERSONAL,
    "other_roles": RELATIONS,
    "last_contact": RELATIONS,
}
_ROW_OF_HOLE: Mapping[Item, str] = {
    Item.CHAMPION: PERSONAL,
    Item.STAKE: PERSONAL,
    Item.CONSEQUENCE: PERSONAL,
    Item.SKEPTIC: PERSONAL,
    Item.BUYER_AND_SKEPTIC: PERSONAL,
    Item.STYLE: PERSONAL,
    Item.NEARLY: RED_FLAGS,
    Item.RISKS: RED_FLAGS,
    Item.PRIVATE_NOTE: RED_FLAGS,
    Item.CONTRACT: COMMERCIALS,
    Item.SCOPE: COMMERCIALS,
    Item.GROWTH: COMMERCIALS,
}
"""A hole is named to whoever may read the narrowest field of its item; the rest are the deal's."""


@dataclass(frozen=True)
class Content:
    """One piece: what it looks like wherever it is shown, and whose it is."""

    name: str
    marks: tuple[str, ...]
    row: str
    section: SectionKey | None = None
    """The section with which it is given to a helper."""
    whole: bool = True
    """Whether it stands on the page of the whole handoff for whoever may read it."""

    def readers(self) -> frozenset[str]:
        """Who may read it."""
        if self.section in GIVEN:
            return READERS[self.row] | {helper(self.section)}
        return READERS[self.row]

    def shown_in(self, text: str) -> bool:
        """Whether it can be read there."""
        return any(mark in text for mark in self.marks)


# --- The brief, field by field

_LABELS: Mapping[str, str] = {
    "no_buyer": sentences.forms.TICKS[Field.NO_BUYER],
    "no_skeptic": sentences.forms.TICKS[Field.NO_SKEPTIC],
    "no_risks": sentences.forms.TICKS[Field.NO_RISKS],
    "skeptic": sentences.brief.SKEPTIC,
    # A role begins the line below a name; the same word stands in items and boxes, too.
    "roles": f'"text": "{sentences.forms.CHOICE_NAMES[ContactRole.CHAMPION]}',
    "other_roles": sentences.forms.CHOICE_NAMES[OtherRole.EVALUATOR],
    "strength": f"{sentences.forms.FIELDS[Field.STRENGTH].label}: 4",
}
_CHOSEN: Mapping[str, Any] = {
    "roles": (ContactRole.CHAMPION,),
    "other_roles": (OtherRole.EVALUATOR,),
    "strength": 4,
}
NOT_MARKED = frozenset({"must_confirm", "asker", "contacts", "none_made", "gone", "last_day"})
"""Holes with who asks and contacts are contents of their own, and promises are made here.

That a champion left is told with the name, of a deal of its own.
"""


class _Days:
    """Days that nothing else falls on."""

    def __init__(self) -> None:
        self._count = 0

    def next(self) -> date:
        self._count += 1
        return date(2040 + self._count // 12, self._count % 12 + 1, 17)


def _filled(
    model: type[BaseModel], where: str, days: _Days
) -> Iterator[tuple[str, Any, tuple[str, ...]]]:
    """Each field by name with a value and with what that looks like."""
    for name, info in model.model_fields.items():
        if name in NOT_MARKED or name == "id":
            continue
        kind = info.annotation
        if kind is str:
            mark = f"zz{where}x{name.replace('_', '')}7zz"
            yield name, mark, (mark,)
        elif kind is date or date in get_args(kind):
            chosen = days.next()
            yield name, chosen, (day(chosen), chosen.isoformat())
        elif kind is bool:
            yield name, True, (_LABELS[name],)
        else:
            yield name, _CHOSEN[name], (_LABELS[name],)


def _brief() -> tuple[dict[SectionKey, Section], list[Content]]:
    days, contents = _Days(), list[Content]()
    sections: dict[SectionKey, Section] = {}
    for key, model in SECTIONS.items():
        values: dict[str, Any] = {}
        for name, value, marks in _filled(model, key.value.replace("_", ""), days):
            values[name] = value
            row = _NARROWER.get((key, name), _ROW_OF_SECTION.get(key, DEAL))
            contents.append(Content(f"{key}.{name}", marks, row, key))
        sections[key] = model.model_validate(values)
    person: dict[str, Any] = {"id": 1}
    for name, value, marks in _filled(Contact, "contact", days):
        person[name] = value
        row = _OF_CONTACT[name]
        contents.append(Content(f"contact.{name}", marks, row, SectionKey.PEOPLE))
    people = sections[SectionKey.PEOPLE]
    assert isinstance(people, People)
    contacts = (Contact.model_validate(person),)
    sections[SectionKey.PEOPLE] = people.model_copy(update={"contacts": contacts})
    return sections, contents


FILLED, _OF_THE_BRIEF = _brief()
"""Every section with every field marked."""

# --- What else is written down

ACCOUNT = "zzaccountzz"
LINK = "https://crm.example/zzlinkzz"
PROMISE, HEARD_BY = "zzpromisezz", "zzheardbyzz"
COPIED, COPIED_BY, COPIED_FLAG = "zzcopiedzz", "zzcopiedbyzz", "zzcopiedflagzz"
WITHDRAWN, SNOOZED, CANCELLED = "zzwithdrawnzz", "zzsnoozedzz", "zzcancelledzz"
SENT_BACK, OVERRIDDEN = "zzsentbackzz", "zzoverriddenzz"
NOT_MINE, DECLINED = "zznotminezz", "zzdeclinedzz"
GATE_OVERRIDDEN, DEAL_OVERRIDDEN = "zzgateoverriddenzz", "zzdealoverriddenzz"
VERDICT = "zzverdictzz"
RECORDED = "zzrecordedzz"
TALK_LINE = "zztalklinezz"
CALLED, ALIGNED_WITH = "zzcalledzz", "Zzaligned With"
PLAN = "zzjointplanzz"
REOPENED = "zzreopenedzz"
THEIR_PERSON, THEIR_PLACE, THEIR_SOURCE = "zztheirpersonzz", "zztheirplacezz", "zztheirsourcezz"
"""Of the partner's side."""
EMPHASIS, OPEN_QUESTION, LIFTED = "zzemphasiszz", "zzopenquestionzz", "zzliftedzz"
MILESTONE, REACHED_BY, CONFIRMED_BY = "zzmilestonezz", "zzreachedbyzz", "zzconfirmedbyzz"
INTERNAL_MILESTONE, SIGNED_FOR = "zzinternalmilestonezz", "zzsignedforzz"
KICKOFF_WHY, CUSTOMERS, CHANGED = "zzkickoffwhyzz", "zzcustomerszz", "zzchangedzz"
INTERVIEWED, INTERVIEW_NOTE = "zzinterviewedzz", "zzinterviewnotezz"
INTRO_DRAFT = "zzintrodraftzz"
CHECKED_IN, MILESTONES_NOTED, EXPANDS = "zzcheckedinzz", "zzmilestoneszz", "zzexpandszz"
SCORED, NOT_MET, CLOSED_BECAUSE = "zzscoredzz", "zznotmetzz", "zzclosedbecausezz"
CHANGED_SINCE, REVIEW_RECORDED = "zzchangedsincezz", "zzreviewrecordedzz"
PASTED_TEXT = "zzpastedzz"
DISPUTED, ANSWERED, BROKEN = "zzdisputedzz", "zzansweredzz", "zzbrokenzz"
LATE_LINE, LATE_ANSWERED = "zzlatelinezz", "zzlateansweredzz"
IN_CHAT = "zzinchatzz"
"""Written in a chat and not saved; its writer sees it where they wrote it."""
CHATTED = "zzchattedzz"
"""Written in a chat about what nearly stopped the deal, and saved."""
SAT_IN = "Zzsat In"
TALK_RECORDED = "zztalkrecordedzz"
OUTLOOK = Outlook.WRONG_FIT


def answered(question: Question, part: AnswerPart) -> str:
    """What is written down there in the debrief."""
    return f"zzdebrief{question.value}x{part.value}7zz"


def asked_about(question: Question | None) -> tuple[str, str]:
    """What the CSM asks the AE about an answer, or about none, and what they reply."""
    about = question.value if question is not None else "nothing"
    return f"zzasked{about}zz", f"zzreplied{about}zz"


OWN_FLAGS, OWN_READINESS = "zzownflagszz", "zzownreadinesszz"
_OF_THE_DEBRIEF: Mapping[tuple[Question, AnswerPart], str] = {
    (Question.BOUGHT, AnswerPart.WORDS): DEBRIEF_FACTS,
    (Question.CHAMPION, AnswerPart.WORDS): DEBRIEF,
    (Question.NEARLY, AnswerPart.WORDS): RECORDS,
    (Question.PROMISED, AnswerPart.WORDS): RECORDS,
    (Question.PROMISED, AnswerPart.SHORT): DEBRIEF_FACTS,
    (Question.GROWTH, AnswerPart.WORDS): DEBRIEF,
    (Question.AGAINST, AnswerPart.WORDS): RECORDS,
    (Question.AGAINST, AnswerPart.SHORT): DEBRIEF,
    (Question.YEAR, AnswerPart.WORDS): DEBRIEF,
}
"""What was promised in full has no row of its own and is read as narrowly as its neighbours."""
_OF_ASKS: Mapping[Question | None, str] = {
    # A question to the AE is the CSM's own part, and about an answer that fewer read it is theirs.
    None: REASONS,
    Question.BOUGHT: REASONS,
    Question.CHAMPION: DEBRIEF,
    Question.NEARLY: RECORDS,
    Question.PROMISED: RECORDS,
    Question.GROWTH: DEBRIEF,
    Question.AGAINST: RECORDS,
    Question.YEAR: DEBRIEF,
}
RESTATED = ("zzrestatedwhyzz", "zzrestatedsuccesszz", "zzrestatedriskzz")
VALUE = "77,431"
_CHECKS = tuple(
    sentences.forms.FIELDS[one].label
    for one in (Field.CHECK_METRIC, Field.CHECK_NO_PLAN, Field.CHECK_CHAMPION)
)
"""What was asked stands beside each answer, and else only in the CSM's form."""
_BESIDES = (
    Content("account", (ACCOUNT,), FACTS),
    # The card in the channel tells the value to all who read it there.
    Content("value", (VALUE,), COMMERCIALS, SectionKey.COMMERCIALS),
    # As the reason of an add-on it says between which bounds the value lies.
    Content("value as a reason", ("(over 50,000 USD",), COMMERCIALS),
    Content("links", (LINK,), INTERNAL),
    Content("promise", (PROMISE,), DEAL, SectionKey.PROMISES),
    Content("who heard the promise", (HEARD_BY,), DEAL, SectionKey.PROMISES),
    Content("copied message", (COPIED,), DEAL, SectionKey.WHY),
    Content("author of a copied message", (COPIED_BY,), DEAL, SectionKey.WHY),
    Content("message copied as a red flag", (COPIED_FLAG,), RED_FLAGS, SectionKey.RED_FLAGS),
    Content("reason of a withdrawal", (WITHDRAWN,), REASONS),
    Content("reason of a snooze", (SNOOZED,), REASONS),
    Content("reason of a step that is not theirs", (NOT_MINE,), REASONS),
    Content("reason of a cancellation", (CANCELLED,), REASONS, whole=False),
    Content("reason to open it again", (REOPENED,), REASONS, whole=False),
    Content("partner's people", (THEIR_PERSON,), BACKGROUND, SectionKey.COMMERCIALS),
    Content("where it lives with the partner", (THEIR_PLACE,), BACKGROUND, SectionKey.COMMERCIALS),
    Content("source of the partner's side", (THEIR_SOURCE,), BACKGROUND, SectionKey.COMMERCIALS),
    Content("reason of a brief sent back", (SENT_BACK,), REASONS, whole=False),
    Content("reason of an override", (OVERRIDDEN,), REASONS),
    Content("reason of the one who declined", (DECLINED,), REASONS, whole=False),
    Content("reason of an overridden gate", (GATE_OVERRIDDEN,), REASONS, whole=False),
    Content("reason of a deal closed all the same", (DEAL_OVERRIDDEN,), REASONS, whole=False),
    Content("reason of a recorded reading", (RECORDED,), REASONS, whole=False),
    # With the time of a debrief; it goes from AE to CSM, or the other way.
    Content("line with a time", (TALK_LINE,), RECORDS, whole=False),
    Content("what the AE said of a restatement", (VERDICT,), RECORDS, whole=False),
    # Names of the customer's people.
    Content("who was called", (CALLED,), DEAL, SectionKey.PEOPLE, whole=False),
    Content("with whom it was aligned", (ALIGNED_WITH,), FACTS, whole=False),
    Content("answers of the checks", _CHECKS, RECORDS),
    Content("joint plan", (PLAN,), RECORDS),
    Content("emphasis of the briefing call", (EMPHASIS,), RECORDS),
    Content("question of the briefing call", (OPEN_QUESTION,), RECORDS),
    Content("draft of the intro", (INTRO_DRAFT,), INTRO),
    Content("reason of a lifted hold", (LIFTED,), REASONS),
    Content("shared milestone", (MILESTONE,), SHARED),
    Content("who reaches a shared milestone", (REACHED_BY,), SHARED),
    Content("internal milestone", (INTERNAL_MILESTONE,), REASONS),
    # A name at the customer.
    Content("who confirmed the success plan", (CONFIRMED_BY,), DEAL),
    Content("reason of an initial for somebody else", (SIGNED_FOR,), REASONS),
    Content("reason of a kickoff booked for the CSM", (KICKOFF_WHY,), REASONS),
    Content("who of the customer came", (CUSTOMERS,), REASONS, whole=False),
    Content("what changed by the kickoff", (CHANGED,), REASONS, whole=False),
    Content("check-in note", (CHECKED_IN,), REASONS, whole=False),
    Content("note to the milestones", (MILESTONES_NOTED,), REASONS, whole=False),
    Content("answers of the customer", ("NPS 60", "9, 9, 9, 9, 0"), REASONS, whole=False),
    Content("engagement", ("Amber: ",), REASONS, whole=False),
    Content("expansion", (EXPANDS,), REASONS, whole=False),
    Content("what the next brief should say", (SCORED,), REASONS, whole=False),
    Content("why a line was not met", (NOT_MET,), REASONS, whole=False),
    Content("why it was closed so", (CLOSED_BECAUSE,), REASONS, whole=False),
    Content("why a review was recorded", (REVIEW_RECORDED,), REASONS, whole=False),
    Content("what is not true any more", (CHANGED_SINCE,), DEBRIEF, whole=False),
    Content("whom others asked", (INTERVIEWED,), REASONS),
    Content("what they were told", (INTERVIEW_NOTE,), REASONS),
    Content("pasted text", (PASTED_TEXT,), PASTED, whole=False),
    Content("reason of a dispute", (DISPUTED,), DEAL, whole=False),
    Content("why a promise was broken", (BROKEN,), DEAL, whole=False),
    Content("talk about a late promise", (LATE_LINE,), DEAL, whole=False),
    Content("answer about a late promise", (LATE_ANSWERED,), LATE_ANSWERS, whole=False),
    Content("answer to a dispute", (ANSWERED,), ANSWERS, whole=False),
    *(Content(f"restatement {n}", (words,), RECORDS) for n, words in enumerate(RESTATED)),
    *(
        Content(f"debrief {question} {part}", (answered(question, part),), row)
        for (question, part), row in _OF_THE_DEBRIEF.items()
    ),
    Content("debrief year in one word", (sentences.debrief.OUTLOOKS[OUTLOOK],), DEBRIEF),
    *(
        Content(f"{said} about {about or 'nothing'}", (words,), row)
        for about, row in _OF_ASKS.items()
        for said, words in zip(("question", "reply"), asked_about(about), strict=True)
    ),
    Content("flags of the CSM", (OWN_FLAGS,), REASONS),
    Content("readiness as the CSM sees it", (OWN_READINESS,), REASONS),
    Content("who was in the debrief", (SAT_IN,), DEBRIEF),
    Content("reason of a recorded debrief", (TALK_RECORDED,), REASONS),
    Content("breakdown", (sentences.debrief.BREAKDOWNS[Breakdown.DEBRIEF_LATE],), REASONS),
    Content("words in a chat", (IN_CHAT,), NOBODY, whole=False),
    Content("words of a chat that became an answer", (CHATTED,), RECORDS, whole=False),
)
MARKS_OF_ADD_ONS = ("serious red flags", "difficult politics")
"""What the AE marks about a deal; whoever does not read red flags reads *by policy*."""

# --- Holes

TO_CONFIRM: Mapping[SectionKey, Item] = {
    SectionKey.WHY: Item.QUOTE,
    SectionKey.PEOPLE: Item.CONSEQUENCE,
    SectionKey.RED_FLAGS: Item.NEARLY,
    SectionKey.COMMERCIALS: Item.GROWTH,
    SectionKey.FIRST_DAYS: Item.STYLE,
}
"""What only the customer can answer, in a brief that is empty otherwise."""


def asker(key: SectionKey) -> str:
    """The name of who asks the customer about a section; each is somebody of their own."""
    return f"Zzasker {key.value.replace('_', '')}"


def _holes() -> Iterator[Content]:
    for item in Item:
        if item is Item.BUYER_AND_SKEPTIC:
            continue  # Of light deals alone, and made of two that are here.
        hole = Hole.MUST_CONFIRM if item in TO_CONFIRM.values() else Hole.EMPTY
        opened = OpenItem(item, hole)
        row = _ROW_OF_HOLE.get(item, DEAL)
        if hole is Hole.MUST_CONFIRM:
            name = asker(opened.section)
            opened = replace(opened, asked_by=name)
            yield Content(f"asker of {item}", (name,), row, opened.section, whole=False)
        mark = sentences.terms.open_item(opened)
        yield Content(f"hole {item}", (mark,), row, opened.section, whole=False)


_OPEN = tuple(_holes())
HOLES = tuple(one for one in _OPEN if one.name.startswith("hole"))
CONTENTS = (*_OF_THE_BRIEF, *_BESIDES, *_OPEN)
