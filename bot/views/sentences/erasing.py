"""What the command says that erases a name; the name itself it never repeats."""

from collections.abc import Mapping, Sequence
from typing import Final

KINDS: Final[Mapping[str, str]] = {
    "brief": "the brief, in all its revisions",
    "debrief": "the debrief, in all its revisions",
    "debrief_ask": "questions of the debrief and their answers",
    "checks": "the three checks",
    "joint_plan": "the joint plan",
    "restatement": "restatements",
    "verdict": "answers to restatements",
    "briefing_call": "records of the briefing call",
    "intro_draft": "drafts of the intro",
    "kickoff": "the form after the kickoff",
    "interviews": "the interview list",
    "check_in": "check-in notes",
    "milestone_review": "reviews of the milestones",
    "nps": "what the customer answered at day 30",
    "still_true_30": "what still held at day 30",
    "still_true_60": "what still held at day 60",
    "still_true_90": "what still held at day 90",
    "first_value": "first value and engagement",
    "expansion": "the CSM's part of the expansion conversation",
    "expansion_ae": "the AE's part of the expansion conversation",
    "score": "the CSM's scores of the brief",
    "score_ae": "the AE's scores of the brief",
    "defined_done": "defined done, line by line",
    "closing": "why the handoff was closed so",
    "partner": "the partner's side, in all its revisions",
    "handoff": "account, links and who is in the call of the customer",
    "promise": "what became of promises, and where copied ones come from",
    "promise_version": "wordings of promises",
    "initial": "what a CSM checks with whom",
    "dispute": "disputes",
    "dispute_answer": "answers to disputes",
    "late_answer": "answers about late promises",
    "milestone_version": "wordings of milestones and who reaches them",
    "plan_mark": "who said yes to the success plan outside",
    "pasted": "pasted texts",
    "copied": "copied messages",
    "chat_message": "answers in chats",
    "event_value": "values of the history",
}
_MOST_NAMED: Final = 20
NOWHERE: Final = "This name stands nowhere in what the bot keeps."
ACCOUNT: Final = "The name of the account {account}, which Slack gave."
ERASED: Final = "Erased. handoff-bot verify says so of each history, and that it is sound."
NOT_YET: Final = "Nothing was erased: say --apply to do it."
NO_KEY: Final = "HANDOFF_KEY: without the key private notes cannot be searched."
BUSY: Final = "Others write to the database for too long. Nothing was erased; try again."
UNKNOWN_ACCOUNT: Final = "--account: the bot never met this account; give its Slack id."
STILL_HERE: Final = (
    "--account: this colleague still has an account, and Slack goes on giving its name; close it "
    "first."
)
NO_ADMIN: Final = "--by: give the Slack id of an admin."
_STAYS: Final = (
    "Not in the bot's hands: what people wrote in Slack themselves, the names of channels, and "
    "backups made before; delete those, or erase again after a restore."
)


def found(kind: str, times: int, handoffs: Sequence[int]) -> str:
    """How often the name stands in one kind of thing, and in which handoffs."""
    name = KINDS[kind]
    places = "1 time" if times == 1 else f"{times} times"
    return f"In {name}: {places}{_in(handoffs)}."


def _in(handoffs: Sequence[int]) -> str:
    if not handoffs:
        return ", in no handoff yet"
    named = ", ".join(str(one) for one in handoffs[:_MOST_NAMED])
    left = len(handoffs) - _MOST_NAMED
    more = f" and {left} more" if left > 0 else ""
    return f", handoff {named}{more}"


def part_left(part: str, times: int) -> str:
    """That a part of the name stands alone; it is repeated, so that it can be given."""
    places = "once" if times == 1 else f"{times} times"
    return f"“{part}” alone stands {places} besides: say --also {part} where that is this person."


def stays(messages: int) -> list[str]:
    """What the bot cannot erase."""
    lines = []
    if messages:
        count = "1 message" if messages == 1 else f"{messages} messages"
        lines.append(
            f"{count} that the bot sent about these handoffs stay in Slack as they were said. "
            "Cards, guides, Home tabs and the messages of promises are drawn anew; the others "
            "are deleted by hand."
        )
    return [*lines, _STAYS]
