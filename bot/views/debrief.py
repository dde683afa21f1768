"""The won-deal debrief: a form for each of the seven questions, the list of them, and its ends."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from slack_sdk.models.blocks import Block, ButtonElement, DividerBlock
from slack_sdk.models.views import View

from bot.domain.brief import Brief, ContactRole
from bot.domain.debrief import (
    LONGEST_ANSWER,
    LONGEST_ASK,
    LONGEST_SHORT,
    RULES,
    AnswerPart,
    Ask,
    Debrief,
    Goes,
    Outlook,
    OwnPart,
    Question,
    Standing,
    next_promise,
)
from bot.domain.debrief_pages import AnswerShown, AskShown, DebriefPage
from bot.domain.people import NamedPerson
from bot.domain.read_models import DebriefStep
from bot.views import sentences as said
from bot.views.blocks import (
    Place,
    as_typed,
    choice_input,
    form,
    instant_input,
    named_state,
    option,
    people_input,
    person_input,
    reason_input,
    small_as_typed,
    text_input,
)
from bot.views.brief import theirs_of, yours_of
from bot.views.card import success_line
from bot.views.ids import ActionId, Field, ViewId
from bot.views.limits import LINE
from bot.views.message import (
    Message,
    actions,
    button,
    context,
    header,
    lines,
    plain_section,
    section,
    when,
    words,
)
from bot.views.payload import Ref
from bot.views.text import escape, instant_token, isolate, mention, one_line

IN_LEDGER: Final = "debrief"
"""What a promise's form is about that was opened from the debrief, whose question lies below it."""
CLEAR: Final = "clear"
NOT_KNOWN: Final = "not_known"
ASK_AE: Final = "ask"
LATER: Final = "later"
BESIDE: Final = 400
"""Characters of one field of the brief beside a question."""
MOST_BESIDE: Final = 5
"""People, or promises, that are named there."""
MOST_ASKS_SHOWN: Final = 10
_MARKS: Final = (
    (CLEAR, said.debrief.MARK_CLEAR),
    (NOT_KNOWN, said.debrief.MARK_NOT_KNOWN),
    (ASK_AE, said.debrief.MARK_ASK),
    (LATER, said.debrief.MARK_LATER),
)
_MARKED: Final = {Standing.CLEAR: CLEAR, Standing.NOT_KNOWN: NOT_KNOWN}
FIELDS: Final = {
    AnswerPart.WORDS: Field.ANSWER,
    AnswerPart.SHORT: Field.SHORT,
    AnswerPart.OUTLOOK: Field.OUTLOOK,
}
"""In which field of the form a part of an answer is typed."""


def debrief_view(step: DebriefStep) -> View:
    """One question, as whoever leads the talk asks it or as the AE reads it."""
    ref = Ref(handoff=step.handoff_id, thing=step.question.value, revision=step.revision)
    asked = said.debrief.QUESTIONS[step.question]
    with_ae = f" · AE {mention(step.ae)}" if step.leads else ""
    blocks: list[Block] = [
        header(said.debrief.named(step.question)),
        named_state(step.account, f"{said.debrief.state(step.debrief)}{with_ae}"),
    ]
    if step.unseen:
        told = said.debrief.UNSEEN if step.clash is None else said.debrief.NOT_MARKED
        blocks.append(plain_section(told))
    label = said.debrief.ASK if step.leads else said.debrief.QUESTION
    blocks.append(section(f"*{label}:* {asked.ask}"))
    further = said.debrief.IF_GENERAL if step.leads else said.debrief.GOOD_ANSWER
    blocks.append(
        context(
            f"{said.debrief.WHY}: {asked.why}",
            f"{further}: {said.debrief.quoted(asked.follow_ups)}",
        )
    )
    blocks += _beside(step)
    blocks += _asked(step.asks)
    blocks += _inputs(step)
    if step.question is Question.PROMISED:
        blocks += _ledger(step, ref)
    blocks += _marks(step)
    blocks += actions(_ways(step, ref))
    last = step.question is list(Question)[-1]
    return form(
        ViewId.DEBRIEF,
        ref,
        blocks,
        title=said.debrief.title(step.question),
        submit=said.forms.SAVE if last else said.forms.SAVE_AND_NEXT,
        close=said.forms.CLOSE_UNSAVED,
    )


def _ways(step: DebriefStep, ref: Ref) -> list[ButtonElement]:
    ways = [ActionId.DEBRIEF_BACK] if step.question.number > 1 else []
    ways.append(ActionId.DEBRIEF_ALL)
    if not step.leads and step.debrief.unanswered:
        ways.append(ActionId.OPEN_DEBRIEF_CHAT)
    return [button(way, said.buttons.BUTTONS[way], ref) for way in ways]


def _place(step: DebriefStep) -> Place:
    return Place(f"debrief-{step.question.value}", entry=step.handoff_id, revision=step.revision)


def _inputs(step: DebriefStep) -> Iterator[Block]:
    """The fields of the answer, with what somebody else wrote into them meanwhile."""
    place, parts = _place(step), RULES[step.question].parts
    answer = step.answer
    if step.clash is not None:
        answer = answer.model_copy(update=yours_of(step.clash))
    yield from theirs_of(step.clash, Field.ANSWER, AnswerPart.WORDS)
    yield text_input(
        place,
        Field.ANSWER,
        answer.words,
        optional=True,
        multiline=True,
        longest=LONGEST_ANSWER,
        words=said.forms.FIELDS[Field.ANSWER]._replace(
            hint=said.debrief.readers(parts[AnswerPart.WORDS])
        ),
    )
    if AnswerPart.SHORT in parts:
        yield from theirs_of(step.clash, Field.SHORT, AnswerPart.SHORT)
        yield text_input(
            place,
            Field.SHORT,
            answer.short,
            optional=True,
            longest=LONGEST_SHORT,
            words=said.forms.FIELDS[Field.SHORT]._replace(
                hint=said.debrief.readers(parts[AnswerPart.SHORT])
            ),
        )
    if AnswerPart.OUTLOOK in parts:
        yield from theirs_of(step.clash, Field.OUTLOOK, AnswerPart.OUTLOOK)
        choices = [option(one.value, said.debrief.OUTLOOKS[one]) for one in Outlook]
        chosen = answer.outlook.value if answer.outlook is not None else ""
        yield choice_input(place, Field.OUTLOOK, choices, chosen, optional=True)


def _marks(step: DebriefStep) -> Iterator[Block]:
    """For the CSM: whether the answer counts, and what to ask where it does not."""
    if not step.marks:
        return
    yield DividerBlock()
    choices = [option(value, label) for value, label in _MARKS]
    chosen = _MARKED.get(step.standing, "")
    yield choice_input(_place(step), Field.MARK, choices, chosen, optional=True)
    yield text_input(_place(step), Field.ASK, optional=True, longest=LONGEST_ASK)


def _ledger(step: DebriefStep, ref: Ref) -> Iterator[Block]:
    through = step.answer.given and not next_line(step.answer.words, step)
    told = said.debrief.NO_LINE_LEFT if through else said.debrief.PROMISES_HELP
    yield context(said.debrief.in_ledger(len(step.promises)), told)
    action = ActionId.DEBRIEF_PROMISE
    yield from actions([button(action, said.buttons.BUTTONS[action], ref)])


def next_line(answer: str, step: DebriefStep) -> str:
    """The next line of an answer that is not in the ledger."""
    return next_promise(answer, {*step.wordings, *(one.text.words for one in step.promises)})


def _asked(asks: Sequence[Ask]) -> Iterator[Block]:
    for one in asks[-MOST_ASKS_SHOWN:]:
        yield small_as_typed(f"{said.debrief.ASK}: {one.text}")
        yield small_as_typed(one.reply or said.debrief.STILL_OPEN)


def _beside(step: DebriefStep) -> Iterator[Block]:
    found = [(label, text) for label, text in _of_brief(step) if text.strip()]
    if not found:
        yield context(f"{said.debrief.FROM_BRIEF}: {said.debrief.NOTHING_IN_BRIEF}")
        return
    rows = [
        [words(f"{label}  ", bold=True), words(one_line(text, BESIDE))] for label, text in found
    ]
    yield lines([words(said.debrief.FROM_BRIEF, bold=True)], *rows)


def _of_brief(step: DebriefStep) -> Iterator[tuple[str, str]]:
    """What the brief says to the same, as far as this viewer may read it."""
    brief = step.brief
    told = {name: field.label for name, field in said.forms.FIELDS.items()}
    if step.question is Question.BOUGHT:
        yield told[Field.TRIGGER], brief.why.trigger
        yield told[Field.EVENT], brief.why.event
    elif step.question is Question.CHAMPION:
        for one in brief.people.having(ContactRole.CHAMPION)[:MOST_BESIDE]:
            yield _name(one.name, one.title), one.stake
    elif step.question is Question.NEARLY:
        yield told[Field.NEARLY], brief.red_flags.nearly
    elif step.question is Question.PROMISED:
        for promise in step.promises[:MOST_BESIDE]:
            yield f"{promise.number}.", promise.text.words
    elif step.question is Question.GROWTH:
        yield told[Field.GROWTH], brief.commercials.growth
        yield told[Field.GROWTH_NEEDS], brief.commercials.growth_needs
    elif step.question is Question.AGAINST:
        yield from _against(brief)
    else:
        yield said.terms.SECTION_NAMES[RULES[Question.YEAR].beside], brief.first_days.outcome
        yield said.card.SUCCESS, success_line(brief.success, BESIDE)


def _against(brief: Brief) -> Iterator[tuple[str, str]]:
    skeptics = [one for one in brief.people.contacts if one.skeptic]
    for one in skeptics[:MOST_BESIDE]:
        yield said.terms.at_start(said.brief.SKEPTIC), _name(one.name, one.title)
    yield said.forms.FIELDS[Field.TOP_RISK].label, brief.red_flags.top_risk
    yield said.forms.FIELDS[Field.COMPETITORS].label, brief.commercials.competitors


def _name(name: str, title: str) -> str:
    return ", ".join(one_line(part, LINE) for part in (name, title) if part.strip())


def all_questions_view(page: DebriefPage) -> View:
    """How far it is, question by question, with what this viewer can do next."""
    blocks: list[Block] = [named_state(page.account, said.debrief.state(page.debrief))]
    if page.debrief.done_at is not None:
        blocks.append(plain_section(said.debrief.ALL_IN))
    elif not page.debrief.unsettled:
        blocks.append(plain_section(said.debrief.TALK_MISSING))
    blocks += actions(_next_ways(page))
    for answer in page.answers:
        blocks += _line(page, answer)
    blocks += [DividerBlock(), *_talk(page), *_own(page), *_asks(page), *_listener(page)]
    return form(
        ViewId.DEBRIEF_ALL,
        Ref(handoff=page.handoff_id),
        blocks,
        title=said.forms.FORM_TITLES[ViewId.DEBRIEF_ALL],
        close=said.forms.CLOSE,
    )


def _next_ways(page: DebriefPage) -> list[ButtonElement]:
    """The next thing first; each once."""
    ways: list[ActionId] = []
    if page.replies:
        ways.append(ActionId.DEBRIEF_REPLY)
    if page.leads:
        ways.append(ActionId.DEBRIEF_TALK)
    if page.marks:
        ways.append(ActionId.DEBRIEF_OWN)
    if page.leads and page.wants_listener:
        ways.append(ActionId.OPEN_LISTENER)
    recorded = page.debrief.recorded_at is not None
    next_thing = page.replies > 0 or (page.leads and not page.debrief.unsettled and not recorded)
    ref = Ref(handoff=page.handoff_id)
    return [
        button(way, said.buttons.BUTTONS[way], ref, primary=next_thing and index == 0)
        for index, way in enumerate(ways)
    ]


def _line(page: DebriefPage, shown: AnswerShown) -> Iterator[Block]:
    """One question of the list; what was said stands in the whole handoff."""
    ref = Ref(handoff=page.handoff_id, thing=shown.question.value)
    told = f"*{said.debrief.named(shown.question)}*\n{said.debrief.STANDINGS[shown.standing]}"
    go = None
    if page.answers_it:
        go = button(ActionId.DEBRIEF_GO, said.buttons.BUTTONS[ActionId.DEBRIEF_GO], ref)
    yield section(told, accessory=go)


def _talk(page: DebriefPage) -> Iterator[Block]:
    if page.talk is None:
        yield context(said.debrief.HELD_NOT_RECORDED)
        return
    there = ", ".join(isolate(one.name) for one in page.talk.there)
    row = [words(talk_mark(page.debrief)), when(page.talk.held_at)]
    row.append(words(f" · {said.debrief.lasted(page.talk.minutes)} · {there}"))
    yield lines(row)


def _own(page: DebriefPage) -> Iterator[Block]:
    if not page.reads_own:
        return
    own = page.own or OwnPart()
    yield lines([words(said.debrief.OWN_PART, bold=True)])
    for label, text in (
        (said.debrief.OWN_FLAGS, own.flags),
        (said.debrief.OWN_READINESS, own.readiness),
    ):
        yield small_as_typed(f"{label}: {text.strip() or said.debrief.STILL_OPEN}")


def _asks(page: DebriefPage) -> Iterator[Block]:
    if not page.reads_own:
        return
    if not page.asks:
        if not any(one.asks for one in page.answers):
            yield context(said.debrief.NO_ASKS)
        return
    yield lines([words(said.debrief.ASKS, bold=True)])
    for one in page.asks[-MOST_ASKS_SHOWN:]:
        yield small_as_typed(f"{one.ask.text}\n→ {one.ask.reply or said.debrief.STILL_OPEN}")


def _listener(page: DebriefPage) -> Iterator[Block]:
    if page.wants_listener or page.listener is not None:
        name = isolate(page.listener.name) if page.listener else said.debrief.NOBODY_LISTENS
        yield context(escape(said.debrief.listens(name)))


def talk_mark(debrief: Debrief) -> str:
    """What stands before the record of a talk: an earlier CSM's makes nothing done."""
    recorded = debrief.recorded_at is not None
    return "✅ " if recorded else f"{said.debrief.EARLIER_TALK}: "


def talk_view(
    handoff_id: int,
    account: str,
    *,
    revision: int,
    held_at: datetime,
    minutes: int | None,
    there: Sequence[NamedPerson],
    asks_why: bool = False,
) -> View:
    """That the debrief was held: when, how long, and who of us was there."""
    place = Place("debrief-talk", entry=handoff_id, revision=revision)
    blocks: list[Block] = [
        as_typed(account),
        plain_section(said.debrief.TALK_MEANS),
        instant_input(place, Field.HELD_AT, held_at),
        text_input(place, Field.MINUTES, str(minutes) if minutes else "", longest=3),
        people_input(place, Field.THERE, [one.slack_id for one in there]),
        *([reason_input(place, words=said.forms.FOR_CSM_REASON)] if asks_why else []),
    ]
    return _form(ViewId.DEBRIEF_TALK, Ref(handoff=handoff_id, revision=revision), blocks)


def own_part_view(
    handoff_id: int, account: str, own: OwnPart, asks: Sequence[Ask], *, revision: int
) -> View:
    """What the CSM adds of their own, and what they still want to know of the AE."""
    place = Place("debrief-own", entry=handoff_id, revision=revision)
    blocks: list[Block] = [
        as_typed(account),
        plain_section(said.debrief.OWN_MEANS),
        text_input(
            place,
            Field.FLAGS,
            own.flags,
            optional=True,
            multiline=True,
            longest=LONGEST_ANSWER,
        ),
        text_input(
            place,
            Field.READINESS,
            own.readiness,
            optional=True,
            multiline=True,
            longest=LONGEST_ANSWER,
        ),
        *_asked(asks),
        text_input(place, Field.ASKS, optional=True, multiline=True),
    ]
    return _form(ViewId.DEBRIEF_OWN, Ref(handoff=handoff_id, revision=revision), blocks)


def reply_view(
    handoff_id: int,
    account: str,
    shown: AskShown,
    *,
    answer: str,
    number: int,
    count: int,
) -> View:
    """One question of the CSM, with what the AE said before to the same; the next one follows."""
    ask = shown.ask
    place = Place("debrief-reply", entry=ask.id)
    by = mention(shown.asked_by) if shown.asked_by else said.terms.SOMEBODY
    blocks: list[Block] = [as_typed(account)]
    if place_of := said.debrief.place_of(number, count):
        blocks.append(context(place_of))
    blocks.append(context(f"{by} · {instant_token(ask.asked_at)}"))
    if ask.question is not None:
        blocks.append(plain_section(said.debrief.named(ask.question)))
        if answer.strip():
            blocks.append(small_as_typed(answer))
    blocks += [
        as_typed(ask.text),
        text_input(place, Field.REPLY, multiline=True, longest=LONGEST_ANSWER),
        context(said.debrief.REPLY_MEANS),
    ]
    return _form(ViewId.DEBRIEF_REPLY, Ref(handoff=handoff_id, entry=ask.id), blocks)


def listener_view(handoff_id: int, account: str, listener: NamedPerson | None) -> View:
    """Who listens besides the CSM."""
    place = Place("debrief-listener", entry=handoff_id)
    chosen = listener.slack_id if listener is not None else None
    blocks: list[Block] = [
        as_typed(account),
        plain_section(said.debrief.LISTENER_MEANS),
        person_input(place, Field.PERSON, chosen, optional=True, words=said.forms.SECOND_LISTENER),
    ]
    shown = listener.id if listener is not None else 0
    return _form(ViewId.LISTENER, Ref(handoff=handoff_id, entry=shown), blocks)


def goes_to(question: Question, part: AnswerPart) -> str:
    """Where a part of an answer belongs, and whether it comes back."""
    rule = RULES[question]
    places: tuple[Goes, ...] = rule.goes.get(part, ())
    told = [said.debrief.GOES[place] for place in places]
    if rule.comes_back and part is AnswerPart.WORDS:
        told.append(said.debrief.COMES_BACK)
    return " · ".join(told)


def _form(view_id: ViewId, ref: Ref, blocks: list[Block]) -> View:
    return form(
        view_id,
        ref,
        blocks,
        title=said.forms.FORM_TITLES[view_id],
        submit=said.forms.FORM_SUBMITS[view_id],
        close=said.forms.CLOSE,
    )


def asks_message(
    handoff_id: int, account: str, by: NamedPerson | None, asks: Sequence[Ask]
) -> Message:
    """To the AE: what the CSM asks, and where to answer it."""
    told = said.debrief.asked(_by(by), len(asks))
    shown: list[Block] = [as_typed(_about(one)) for one in asks[:MOST_ASKS_SHOWN]]
    if (left := len(asks) - MOST_ASKS_SHOWN) > 0:
        shown.append(context(said.debrief.more_asks(left)))
    return _message(handoff_id, account, told, shown, ActionId.DEBRIEF_REPLY)


def _about(ask: Ask) -> str:
    name = f"{said.debrief.named(ask.question)}: " if ask.question is not None else ""
    return f"{name}{ask.text}"


def replied_message(handoff_id: int, account: str, by: NamedPerson | None, count: int) -> Message:
    """To the CSM: that the AE replied, and where to read it."""
    told = said.debrief.replied(_by(by), count)
    return _message(handoff_id, account, told, [], ActionId.OPEN_DEBRIEF)


def ahead_message(handoff_id: int, account: str, by: NamedPerson | None) -> Message:
    """To the CSM: that all seven are answered."""
    return _message(handoff_id, account, said.debrief.ahead(_by(by)), [], ActionId.OPEN_DEBRIEF)


def you_listen_message(handoff_id: int, account: str, csm: NamedPerson | None) -> Message:
    """To the second listener."""
    told = said.debrief.you_listen(_by(csm))
    return _message(handoff_id, account, told, [], ActionId.OPEN_HANDOFF)


def done_message(account: str, held_at: datetime) -> Message:
    """Below the card, once the debrief is done; how long and with whom is for fewer."""
    told = f"{said.debrief.DONE}{instant_token(held_at)}."
    row = [words(said.debrief.DONE), when(held_at), words(".")]
    return Message(f"{escape(one_line(account))}: {told}", (lines(row),))


def _by(person: NamedPerson | None) -> str:
    return isolate(person.name) if person is not None else said.terms.SOMEBODY


def _message(
    handoff_id: int, account: str, told: str, shown: Sequence[Block], next_thing: ActionId
) -> Message:
    """What is told of one handoff, with the next thing and the way into it."""
    about, look = Ref(handoff=handoff_id), ActionId.OPEN_HANDOFF
    pressed = [button(next_thing, said.buttons.BUTTONS[next_thing], about, primary=True)]
    if next_thing is not look:
        pressed.append(button(look, said.buttons.BUTTONS[look], about))
    head = lines([words(one_line(account), bold=True), words(f": {told}")])
    return Message(
        f"{escape(one_line(account))}: {escape(told)}", (head, *shown, *actions(pressed))
    )
