"""What people do to the debrief: answer, mark, ask, reply, and record that the talk was held."""

from collections.abc import Sequence
from datetime import UTC, datetime

from bot.domain import access
from bot.domain.access import Act
from bot.domain.breakdowns import Breakdown
from bot.domain.debrief import (
    LONGEST_ANSWER,
    LONGEST_ASK,
    LONGEST_TALK,
    MOST_ASKS,
    MOST_THERE,
    SETTLED,
    Answer,
    AnswerPart,
    Ask,
    OwnPart,
    Question,
    Standing,
    Talk,
)
from bot.domain.errors import Conflict, Invalid, Problem
from bot.domain.handoff import CLOCK_SLACK, Handoff
from bot.domain.history import Fact, Tag, instant_text
from bot.domain.people import Person


def require(act: Act, by: Person, handoff: Handoff) -> None:
    """Raise NotAllowed or Invalid unless the debrief is to be written in by this person now.

    There is nothing to debrief before both have signed, and nobody who asks before a CSM is there.
    """
    access.require(act, by, handoff)
    if not handoff.open:
        raise Invalid(handoff.why_over)
    if handoff.signed_at is None:
        raise Invalid(Problem.NOT_SIGNED)
    ahead = act in (Act.ANSWER_DEBRIEF, Act.CHAT_DEBRIEF)
    if not ahead and handoff.csm_id is None:
        raise Invalid(Problem.NOT_ASSIGNED)


def leads(person: Person, handoff: Handoff) -> bool:
    """Whether a person sees the questions as who asks them."""
    return access.may(Act.LEAD_DEBRIEF, person, handoff)


def marks(person: Person, handoff: Handoff) -> bool:
    """Whether a person says which answers count, and what the AE is asked."""
    return handoff.csm_id is not None and access.may(Act.MARK_DEBRIEF, person, handoff)


def save_answer(
    handoff: Handoff,
    question: Question,
    *,
    before: Answer,
    after: Answer,
    revision: int,
    by: Person,
    at: datetime,
    marked: bool = False,
) -> None:
    """Take note of a changed answer, stored as a document's `revision`.

    Other words are not what was marked: the CSM is asked anew, unless they are `marked` in the
    same act, which then says how far the whole is.
    """
    require(Act.ANSWER_DEBRIEF, by, handoff)
    changed = [part for part in AnswerPart if getattr(before, part) != getattr(after, part)]
    if not changed:
        return
    values = {part.value: str(getattr(after, part) or "") for part in changed}
    facts: dict[str, Fact] = {
        "question": question.value,
        "revision": revision,
        "fields": [part.value for part in changed],
    }
    handoff.note(Tag.DEBRIEF_ANSWERED, facts, values, by=by, at=at)
    if set(changed) != {AnswerPart.SHORT}:
        given = Standing.ANSWERED if after.given else Standing.OPEN
        standing = handoff.debrief.standing(question)
        # What the AE was asked about stays asked until they reply to it.
        stays = standing is Standing.ASKED and after.given
        now = Standing.ASKED if stays else given
        if marked:
            handoff.debrief = handoff.debrief.standing_so(question, now)
        else:
            _stand(handoff, question, now, at)


def mark(
    handoff: Handoff,
    question: Question,
    standing: Standing,
    answer: Answer,
    *,
    revision: int,
    by: Person,
    at: datetime,
) -> None:
    """The CSM says that an answer counts, or, with *answered*, that it does not yet.

    Raises Invalid with its field for *clear* where there is nothing that could be.
    """
    require(Act.MARK_DEBRIEF, by, handoff)
    if standing is Standing.CLEAR:
        if not answer.given:
            raise Invalid(Problem.EMPTY, field="answer")
        if question is Question.YEAR and answer.outlook is None:
            raise Invalid(Problem.CHOOSE, field="outlook")
    now = handoff.debrief.standing(question)
    if standing not in SETTLED:
        if now not in SETTLED:
            return
        standing = Standing.ANSWERED if answer.given else Standing.OPEN
    if standing is now:
        return
    facts: dict[str, Fact] = {
        "question": question.value,
        "standing": standing.value,
        "revision": revision,
    }
    handoff.note(Tag.DEBRIEF_MARKED, facts, by=by, at=at)
    _stand(handoff, question, standing, at)


def _stand(handoff: Handoff, question: Question, standing: Standing, at: datetime) -> None:
    done = handoff.debrief.done_at
    handoff.debrief = handoff.debrief.with_standing(question, standing, at)
    _note_done(handoff, done, at)


def _note_done(handoff: Handoff, before: datetime | None, at: datetime) -> None:
    if before is None and handoff.debrief.done_at is not None:
        handoff.note(Tag.DEBRIEF_DONE, {"answers": len(Question)}, by=None, at=at)


def checked_ask(text: str, *, asked: int) -> str:
    """A question to the AE in one line; raises Invalid for none, a long one, or one too many."""
    line = " ".join(text.split())
    if not line:
        raise Invalid(Problem.EMPTY, field="ask")
    if len(line) > LONGEST_ASK:
        raise Invalid(Problem.TOO_LONG, field="ask", facts={"most": str(LONGEST_ASK)})
    if asked >= MOST_ASKS:
        raise Invalid(Problem.TOO_MANY, field="ask", facts={"most": str(MOST_ASKS)})
    return line


def ask(handoff: Handoff, ask: Ask, *, by: Person, at: datetime) -> None:
    """Take note of a question that was stored; what it is about does not count meanwhile."""
    require(Act.MARK_DEBRIEF, by, handoff)
    facts: dict[str, Fact] = {
        "ask": ask.id,
        "question": ask.question.value if ask.question else None,
    }
    handoff.note(Tag.DEBRIEF_ASKED, facts, {"text": ask.text}, by=by, at=at)
    handoff.debrief = handoff.debrief.asking(+1)
    if ask.question is not None:
        _stand(handoff, ask.question, Standing.ASKED, at)


def checked_reply(text: str) -> str:
    """What the AE says to a question, without outer blanks; raises Invalid for nothing."""
    words = text.strip()
    if not words:
        raise Invalid(Problem.EMPTY, field="reply")
    if len(words) > LONGEST_ANSWER:
        raise Invalid(Problem.TOO_LONG, field="reply", facts={"most": str(LONGEST_ANSWER)})
    return words


def reply(
    handoff: Handoff, asked: Ask, text: str, *, others: Sequence[Ask], by: Person, at: datetime
) -> None:
    """Take note of what the AE says to a question; `others` are the open ones besides.

    Raises Conflict where it was answered already.
    """
    require(Act.REPLY_DEBRIEF, by, handoff)
    if not asked.open:
        raise Conflict(Problem.ALREADY_DONE)
    facts: dict[str, Fact] = {
        "ask": asked.id,
        "question": asked.question.value if asked.question else None,
    }
    handoff.note(Tag.DEBRIEF_REPLIED, facts, {"reply": text}, by=by, at=at)
    handoff.debrief = handoff.debrief.asking(-1)
    question = asked.question
    if question is None or handoff.debrief.standing(question) is not Standing.ASKED:
        return
    if all(one.question is not question for one in others):
        _stand(handoff, question, Standing.ANSWERED, at)


def save_own_part(
    handoff: Handoff, own: OwnPart, *, revision: int, by: Person, at: datetime
) -> None:
    """Take note of what the CSM adds of their own, stored as a document's `revision`."""
    require(Act.MARK_DEBRIEF, by, handoff)
    values = {"flags": own.flags, "readiness": own.readiness}
    handoff.note(Tag.DEBRIEF_OWN_PART, {"revision": revision}, values, by=by, at=at)


def checked_talk(talk: Talk, handoff: Handoff, *, at: datetime) -> Talk:
    """The same in UTC; raises Invalid with its field for a talk that cannot have been held so."""
    held_at = talk.held_at.astimezone(UTC)
    if held_at > at + CLOCK_SLACK:
        raise Invalid(Problem.HELD_LATER, field="held_at")
    if handoff.signed_at is not None and held_at < handoff.signed_at:
        raise Invalid(Problem.HELD_BEFORE_SIGNATURE, field="held_at")
    if not 0 < talk.minutes <= LONGEST_TALK:
        raise Invalid(Problem.BAD_MINUTES, field="minutes")
    there = tuple(dict.fromkeys(talk.there))
    if len(there) < 2:
        raise Invalid(Problem.TOO_FEW, field="there")
    if len(there) > MOST_THERE:
        raise Invalid(Problem.TOO_MANY, field="there", facts={"most": str(MOST_THERE)})
    return Talk(held_at=held_at, minutes=talk.minutes, there=there)


def record_talk(
    handoff: Handoff,
    talk: Talk,
    *,
    revision: int,
    by: Person,
    at: datetime,
    reason: str = "",
) -> None:
    """The debrief was held; once more where it was recorded wrongly.

    A manager who records it for the CSM gives a reason.
    """
    require(Act.LEAD_DEBRIEF, by, handoff)
    values = handoff.reason_for(Act.LEAD_DEBRIEF, by, reason)
    facts: dict[str, Fact] = {
        "revision": revision,
        "held_at": instant_text(talk.held_at),
        "minutes": talk.minutes,
        "there": list(talk.there),
    }
    handoff.note(Tag.DEBRIEF_HELD, facts, values, by=by, at=at)
    done = handoff.debrief.done_at
    handoff.debrief = handoff.debrief.held(talk.held_at, talk.minutes, at)
    _note_done(handoff, done, at)


def weigh_debrief(handoff: Handoff, latest: datetime | None, *, at: datetime) -> None:
    """Record whether the debrief was held after the kickoff, or else too late before it.

    `latest` is the last instant at which it is in time as the days are known by now. It is weighed
    anew with each of these times, so that the order in which they are told makes no difference.
    """
    held, kickoff = handoff.debrief.held_at, handoff.kickoff_held_at
    after = kickoff is not None and (held is None or held > kickoff)
    handoff.note_breakdown(Breakdown.KICKOFF_BEFORE_DEBRIEF, happened=after, at=at)
    if held is not None:
        late = latest is not None and held > latest and not after
        handoff.note_breakdown(Breakdown.DEBRIEF_LATE, happened=late, at=at)
