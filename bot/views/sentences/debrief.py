"""The won-deal debrief."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from bot.domain.access import Audience
from bot.domain.breakdowns import Breakdown
from bot.domain.debrief import Debrief, Goes, Outlook, Question, Standing
from bot.views.sentences.terms import INNER_READERS, REASON_READERS


class QuestionWords(NamedTuple):
    """How one question is asked."""

    name: str
    ask: str
    """As the CSM says it to the AE, and as the AE reads it."""
    why: str
    follow_ups: tuple[str, str]
    """For an answer that stays general."""


QUESTIONS: Final[Mapping[Question, QuestionWords]] = {
    Question.BOUGHT: QuestionWords(
        "Why they bought",
        "What made them sign, apart from the reason they give everybody?",
        "When the project drags, the pressure of that day is what gets it moving again.",
        ("What happened just before they called us?", "Who felt it first, and since when?"),
    ),
    Question.CHAMPION: QuestionWords(
        "What it means for the champion",
        "Who carried this inside, and what do they win or lose by it themselves?",
        "People stay with a project that is theirs, and go quiet on one that is not.",
        ("What changes for them when it works?", "What do they have to explain if it fails?"),
    ),
    Question.NEARLY: QuestionWords(
        "What nearly stopped it",
        "When was this closest to falling through, and what did it cost to go on?",
        "An objection that was bought off comes back in the first bad week.",
        ("Who raised it, in which words?", "What did we give or say so that it went on?"),
    ),
    Question.PROMISED: QuestionWords(
        "What was promised",
        "What did we agree to that my team has to deliver, written down or only said?",
        "The customer remembers each of these, also the ones that stand nowhere.",
        ("What did you say about dates?", "Who else heard it?"),
    ),
    Question.GROWTH: QuestionWords(
        "What makes them stay and grow",
        "What would make renewing, or buying more, an easy yes for them?",
        "Whoever knows it on day one can work towards it, instead of asking at the renewal.",
        ("How did they put it themselves?", "Which number would they show around?"),
    ),
    Question.AGAINST: QuestionWords(
        "Who or what works against us",
        "Which people, rivals or politics over there may work against this?",
        "Resistance that comes as a surprise costs weeks.",
        ("Who lost something when they chose us?", "Whose system do we replace?"),
    ),
    Question.YEAR: QuestionWords(
        "In a year",
        "Where do you expect them a year from now, honestly?",
        "Your feeling is the earliest warning there is.",
        ("What would have to go wrong?", "Would you sell it to them again?"),
    ),
}
OUTLOOKS: Final[Mapping[Outlook, str]] = {
    Outlook.GREAT: "great",
    Outlook.FINE: "fine",
    Outlook.WORRIED: "I am worried",
    Outlook.WRONG_FIT: "wrong fit",
}
STANDINGS: Final[Mapping[Standing, str]] = {
    Standing.OPEN: "⚪ not answered",
    Standing.ANSWERED: "🟡 answered, not marked clear",
    Standing.ASKED: "🟡 the AE is asked about it",
    Standing.CLEAR: "✅ clear",
    Standing.NOT_KNOWN: "✅ not known, asked",
}
MARK_CLEAR: Final = "Clear, it counts"
MARK_NOT_KNOWN: Final = "Not known, the AE was asked"
MARK_ASK: Final = "Ask the AE in writing"
MARK_LATER: Final = "Not yet"
GOES: Final[Mapping[Goes, str]] = {
    Goes.CRM: "CRM, account record",
    Goes.CS_PLATFORM: "CS platform",
    Goes.INTERNAL: "this record alone",
    Goes.LEDGER: "promise ledger, entry by entry",
}
READERS: Final[Mapping[Audience, str]] = {
    Audience.DEBRIEF_FACTS: "everybody in the deal channel",
    Audience.DEBRIEF: f"{INNER_READERS}, AE manager and RevOps",
    Audience.RECORDS: INNER_READERS,
    Audience.REASONS: "AE, CSM, their managers, second listener, implementation lead and RevOps",
}
BREAKDOWNS: Final[Mapping[Breakdown, str]] = {
    Breakdown.DEBRIEF_LATE: "The debrief was held later than the business day before the kickoff.",
    Breakdown.KICKOFF_BEFORE_DEBRIEF: "The kickoff was held before the debrief.",
    Breakdown.BRIEF_UNOPENED: (
        "Before the kickoff nothing was done with the brief: not acknowledged, checked, restated, "
        "sent back, nor said to be read."
    ),
    Breakdown.KICKOFF_WITHOUT_AE: "The joint kickoff was held without the AE.",
    Breakdown.KICKOFF_RUN_BY_AE: "The AE ran the kickoff.",
    Breakdown.KNOWN_ASKED_AGAIN: "The customer was asked again what they had told before.",
    Breakdown.OTHER_SUCCESS: "In the kickoff the success metric was not right any more.",
    Breakdown.KICKOFF_LATE: "The kickoff is past the last business day for it.",
    Breakdown.AE_SILENT: "A day after the signature two thirds of the brief were still open.",
    Breakdown.CS_WROTE_FIRST: "Somebody from customer success wrote before the intro.",
    Breakdown.CLOSED_WITHOUT_GATE: "The deal was let through without its closed-won gate.",
    Breakdown.INTRO_WHILE_HELD: "The intro went out before what it had to wait for.",
}
ASK: Final = "Ask"
QUESTION: Final = "Question"
WHY: Final = "Why it matters"
IF_GENERAL: Final = "If it stays general"
GOOD_ANSWER: Final = "Helpful to know"
FROM_BRIEF: Final = "From the brief"
NOTHING_IN_BRIEF: Final = "The brief says nothing of it that is for you."
PROMISES_HELP: Final = (
    "Write one a line, then add each to the ledger: it opens with the next line that is not in it."
)
NO_LINE_LEFT: Final = "Every line is in the ledger."
UNSEEN: Final = (
    "What you wrote is saved. Somebody else changed the answer meanwhile, so it is not marked yet: "
    "read it, then mark it."
)
NOT_MARKED: Final = (
    "Somebody else changed the answer meanwhile, so it is not marked yet: decide what is to stand, "
    "then mark it."
)
HELD_NOT_RECORDED: Final = "⚪ the talk is not recorded"
EARLIER_TALK: Final = "Held with an earlier CSM"
ALL_IN: Final = "All seven answers count, and the talk is recorded. The debrief is done."
TALK_MISSING: Final = "All seven answers count. What is left is to record the talk."
OWN_PART: Final = "What the CSM adds"
OWN_MEANS: Final = f"Your own part of the debrief. Readers: {READERS[Audience.REASONS]}."
OWN_FLAGS: Final = "Implementation"
OWN_READINESS: Final = "Customer readiness"
ASKS: Final = "Questions to the AE"
STILL_OPEN: Final = "⚪ open"
NO_ASKS: Final = "No questions to the AE."
TALK_MEANS: Final = (
    "When it was held and who of us was there. It is done once every answer counts, too."
)
REPLY_MEANS: Final = "The CSM reads your reply beside the answer it is about."
LISTENER_MEANS: Final = (
    "The CS manager or somebody of RevOps. They read what the CSM reads of this handoff, and "
    "listen to the debrief."
)
NOBODY_LISTENS: Final = "nobody"
BELONGS: Final = "Belongs to: {where}."
COMES_BACK: Final = "asked again at day 30, 60 and 90"
WHOLE: Final = "Debrief"
BREAKDOWN: Final = "Breakdowns"


def title(question: Question) -> str:
    """Of the form of one question; Slack takes 24 characters."""
    return f"Debrief {question.number} of {len(Question)}"


def named(question: Question) -> str:
    """A question by its number and name."""
    return f"{question.number}. {QUESTIONS[question].name}"


def state(debrief: Debrief) -> str:
    """How far a debrief is, in one line."""
    count = debrief.settled
    told = f"{count} of {len(Question)} answers {'counts' if count == 1 else 'count'}"
    return f"{told} · talk recorded" if debrief.recorded_at is not None else told


def readers(audience: Audience) -> str:
    """Who reads an answer, below the field it is typed in."""
    return f"Read by {READERS[audience]}."


def quoted(texts: Sequence[str]) -> str:
    """Things to say, each in quotation marks."""
    return " · ".join(f"“{text}”" for text in texts)


def in_ledger(count: int) -> str:
    """How many promises are written down."""
    if not count:
        return "No promise is in the ledger yet."
    return f"{count} {'promise is' if count == 1 else 'promises are'} in the ledger so far."


def lasted(minutes: int) -> str:
    """How long a talk was."""
    return "1 minute" if minutes == 1 else f"{minutes} minutes"


def place_of(number: int, count: int) -> str:
    """Which of several questions a form is about."""
    return f"Question {number} of {count} that wait for you" if count > 1 else ""


def asks_wait(count: int) -> str:
    """To the AE on their card."""
    return (
        "1 question of the CSM waits for you."
        if count == 1
        else f"{count} questions of the CSM wait for you."
    )


def listens(name: str) -> str:
    """Who the second listener is."""
    return f"Second listener: {name}"


RECORDED_FOR_CSM: Final = f"Why you record it, and not the CSM. {REASON_READERS}."
DONE: Final = "The debrief is done: every answer counts. It was held "


def asked(by: str, count: int) -> str:
    """To the AE (plain text), before the questions."""
    return f"{by} has {'a question' if count == 1 else f'{count} questions'} for the debrief."


def replied(by: str, count: int) -> str:
    """To the CSM (plain text)."""
    told = "your question" if count == 1 else f"{count} of your questions"
    return f"{by} answered {told}. Read what was said, and mark the answer."


def ahead(by: str) -> str:
    """To the CSM (plain text), who leads the talk."""
    return (
        f"{by} answered all seven questions of the debrief ahead. Mark each clear, or ask about it."
    )


def you_listen(csm: str) -> str:
    """To the second listener (plain text)."""
    return (
        f"You are the second listener of the debrief that {csm} leads. You read what the CSM reads "
        "of this handoff."
    )


def more_asks(count: int) -> str:
    """How many questions a message leaves out."""
    return f"and {count} more"
