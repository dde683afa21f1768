"""*Add to handoff*, in the menu of any message: its words are copied, and said what they mean."""

from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from slack_sdk.models.views import View

from bot.domain import access, copied
from bot.domain.access import EVERY
from bot.domain.copied import Copied, CopyForm, Message, Origin, Standing, Target
from bot.domain.errors import Invalid, NotAllowed, Problem
from bot.domain.handoff import Handoff
from bot.domain.history import Fact, instant_text
from bot.domain.people import Person
from bot.domain.promises import Basis, Promise, PromiseText
from bot.flows.answers import Answer, Open, Update
from bot.flows.asked import Asked
from bot.flows.entries import write_promise, write_section
from bot.flows.listeners import Listeners, ShortcutWords
from bot.flows.message_text import author_of, people_in, words_of
from bot.storage.unit_of_work import ReadUnit, WriteUnit
from bot.views import sentences
from bot.views.copying import copied_view, copy_view, which_handoff_view
from bot.views.ids import Field, ShortcutId, ViewId
from bot.views.limits import SELECT_OPTIONS
from bot.views.payload import Ref


def take(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """The shortcut: the message as it is now, and of which handoff where several fit."""
    fitting = _fitting(asked, unit, actor)
    message = _message(asked, unit).shortened()
    copy_id = unit.copied.take(message, by=actor.id)
    if len(fitting) > 1:
        deals = [(one.id, _told_apart(one, fitting)) for one in fitting]
        return Open(which_handoff_view(copy_id, message, deals))
    return Open(copy_view(_form(unit, copy_id, message, fitting[0], actor)))


def _told_apart(handoff: Handoff, among: Sequence[Handoff]) -> str:
    """What a handoff is called beside others, which may be of the same customer."""
    alike = sum(one.account == handoff.account for one in among) > 1
    return (
        f"{handoff.account} · {sentences.terms.HANDOFF_NAMES[handoff.tier]}"
        if alike
        else handoff.account
    )


def _fitting(asked: Asked, unit: ReadUnit, actor: Person) -> Sequence[Handoff]:
    """The handoffs of the conversation that the person may write in, else all they may write in.

    Raises NotAllowed or Invalid where there is none.
    """
    here = unit.channels.by_slack_id(asked.channel or "")
    standing = unit.handoffs.open_in(here.id) if here is not None else []
    fitting = [one for one in standing if copied.targets(actor, one)]
    if not fitting:
        own = unit.handoffs.written_by(actor.id, SELECT_OPTIONS)
        fitting = [one for one in own if copied.targets(actor, one)]
    if fitting:
        return fitting[:SELECT_OPTIONS]
    raise copied.refusal(*standing) if standing else NotAllowed(Problem.NOWHERE_TO_ADD)


def _message(asked: Asked, unit: ReadUnit) -> Message:
    """What the payload says of the message; raises Invalid for one without a time."""
    people = unit.people.by_slack_ids(people_in(asked.message))

    def name_of(slack_id: str) -> str | None:
        known = people.get(slack_id)
        return known.name if known is not None else None

    ts = asked.message["ts"]
    try:
        said_at = datetime.fromtimestamp(int(ts.partition(".")[0]), tz=UTC)
    except (ValueError, OverflowError, OSError) as unreadable:
        raise Invalid(Problem.STALE_BUTTON) from unreadable
    source = asked.source
    return Message(
        words=words_of(asked.message, name_of),
        author=author_of(asked.message, name_of) or sentences.terms.SOMEBODY,
        said_at=said_at,
        link=(source.link if source is not None else None) or _built_link(asked, ts),
        origin=source.origin if source is not None else Origin.PRIVATE,
    )


def _built_link(asked: Asked, ts: str) -> str:
    """The address Slack would give, had the bot been where the message is; empty without a name."""
    if not asked.team_domain:
        return ""
    place = f"https://{asked.team_domain}.slack.com/archives/{asked.channel}"
    link = f"{place}/p{ts.replace('.', '')}"
    thread = asked.message.get("thread_ts")
    replies = isinstance(thread, str) and thread != ts
    return f"{link}?thread_ts={thread}&cid={asked.channel}" if replies else link


def _form(
    unit: ReadUnit, copy_id: int, message: Message, handoff: Handoff, actor: Person
) -> CopyForm:
    channel = unit.channels.get(handoff.channel_id)
    return CopyForm(
        copy_id,
        handoff.id,
        handoff.account,
        channel.slack_id,
        channel.private,
        message,
        copied.targets(actor, handoff),
        _standing(unit, handoff, actor),
    )


def _standing(unit: ReadUnit, handoff: Handoff, actor: Person) -> dict[Target, Standing]:
    """What is there already of what this person could write; they read what they may write."""
    given = access.given(actor, handoff)
    audiences = access.audiences(actor, handoff, in_channel=False)
    brief = unit.brief.load(handoff.id, audiences=audiences, given=given)
    found = ((one, copied.standing(brief, one)) for one in copied.targets(actor, handoff))
    return {
        one: Standing(words, unit.brief.revision(handoff.id, copied.SECTION_OF[one]))
        for one, words in found
        if words
    }


def choose_handoff(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """Of which handoff: then what the message shall become in it."""
    chosen = asked.typed.option(Field.HANDOFF) or ""
    if not chosen.isdecimal():
        raise Invalid(Problem.CHOOSE, field=Field.HANDOFF)
    handoff = unit.handoffs.get(int(chosen))
    if not copied.targets(actor, handoff):
        raise copied.refusal(handoff)
    copy_id = asked.ref.entry or 0
    message = unit.copied.taken(copy_id, actor.id)
    return Update(copy_view(_form(unit, copy_id, message, handoff, actor)), acted=False)


def add(asked: Asked, unit: WriteUnit, actor: Person) -> Answer:
    """The form: the message becomes what was chosen, and its words stay beside it."""
    handoff = unit.handoffs.lock(asked.handoff_id)
    target = _target(asked)
    copied.require_target(target, actor, handoff)
    copy_id = asked.ref.entry or 0
    message = unit.copied.taken(copy_id, actor.id)
    means = asked.typed.text(Field.MEANS).strip()
    if not means and target in copied.EXPLAINED:
        raise Invalid(Problem.SAY_WHAT_IT_MEANS, field=Field.MEANS)
    if message.asks_readers and not asked.typed.options(Field.MAY_READ):
        raise Invalid(Problem.MAY_READ_IT, field=Field.MAY_READ)
    there = _standing(unit, handoff, actor).get(target)
    if there is not None and there.mark(target) not in asked.typed.options(Field.REPLACE):
        if there.mark(target) in asked.typed.offered(Field.REPLACE):
            raise Invalid(Problem.STANDS_ALREADY, field=Field.REPLACE)
        # It came, or became another one, while the form was open: so it is shown first.
        return Update(copy_view(_form(unit, copy_id, message, handoff, actor)), acted=False)
    number = _write(unit, handoff, target, message, means, actor)
    unit.copied.add(copy_id, handoff.id, Copied(target, message, means, number))
    return Update(copied_view(handoff.id, handoff.account, target, number=number))


def _target(asked: Asked) -> Target:
    chosen = asked.typed.option(Field.BECOMES)
    if chosen not in set(Target):
        raise Invalid(Problem.CHOOSE, field=Field.BECOMES)
    return Target(chosen)


def _write(
    unit: WriteUnit,
    handoff: Handoff,
    target: Target,
    message: Message,
    means: str,
    actor: Person,
) -> int | None:
    """Put what the message became where it belongs; gives the number of a promise.

    That it was copied is noted before, so that all of it is saved once.
    """

    def note(promise: Promise | None) -> None:
        number = promise.number if promise is not None else None
        _note(unit, handoff, target, message, number, actor)

    said_on = message.said_at.astimezone(ZoneInfo(actor.zone)).date()
    source = message.link or sentences.copying.A_MESSAGE
    if target is Target.PROMISE:
        text = PromiseText(
            words=means,
            basis=Basis.EXPLICIT,
            said_by=message.author,
            said_on=said_on,
            source=source,
        )
        return write_promise(unit, handoff, text, actor, beside=note).number
    before = unit.brief.load(handoff.id, audiences=EVERY)
    section = copied.with_copy(before, target, message, means=means, said_on=said_on, source=source)
    note(None)
    write_section(unit, handoff, before, copied.SECTION_OF[target], section, actor)
    return None


def _note(
    unit: WriteUnit,
    handoff: Handoff,
    target: Target,
    message: Message,
    number: int | None,
    actor: Person,
) -> None:
    facts: dict[str, Fact] = {"target": target.value, "said_at": instant_text(message.said_at)}
    if number is not None:
        facts["number"] = number
    values = {"words": message.words, "author": message.author, "link": message.link}
    handoff.note_copy(facts, values, by=actor, at=unit.now)


def _added_once_more(_: Asked, ref: Ref, unit: ReadUnit, actor: Person) -> View:
    """What was said when the message was added."""
    handoff, target = unit.handoffs.get(ref.handoff or 0), Target(ref.thing or "")
    copied.require_target(target, actor, handoff)
    return copied_view(handoff.id, handoff.account, target, number=ref.entry)


def register(listeners: Listeners) -> None:
    """The shortcut and its forms."""
    listeners.shortcut(
        ShortcutId.ADD,
        take,
        looks_at_message=True,
        words=ShortcutWords(sentences.copying.NAME, sentences.copying.DESCRIPTION),
    )
    listeners.submits(ViewId.COPY_WHERE, choose_handoff)
    listeners.submits(ViewId.COPY, add)
    listeners.redraw(ViewId.COPIED, _added_once_more)
