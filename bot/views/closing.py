"""Day 90: defined done line by line, the closing, and what is told of it."""

from collections.abc import Sequence
from datetime import date

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.domain.defined_done import LONGEST_NOTE, Met, WrittenLine, met_field, note_field
from bot.domain.read_models import Card, NamedPerson
from bot.domain.review_pages import ClosingForm, DefinedDoneForm
from bot.domain.reviews import Outcome
from bot.domain.steps import Step
from bot.domain.verification import LONGEST_LINE
from bot.views import sentences as said
from bot.views.blocks import as_typed, choice_input, option, small_as_typed, text_input
from bot.views.ids import ActionId, Field, ViewId
from bot.views.message import Message, actions, button, lines, plain_section, section, words
from bot.views.payload import Ref
from bot.views.review_form import place_of, review_form
from bot.views.text import day, escape, isolate, one_line


def defined_done_view(model: DefinedDoneForm, *, page: int | None = None) -> View:
    """Every line that the brief has, with what became of it; `page` is what the form carries."""
    place, record = place_of(model.head), model.record
    options = [option(one.value, said.closing.MET[one]) for one in Met]
    blocks: list[Block] = [section(said.closing.DONE_MEANS)]
    for one in model.lines:
        met = record.met.get(one.line) if record is not None else None
        note = record.notes.get(one.line, "") if record is not None else ""
        field = Field(met_field(one.line))
        blocks += [
            small_as_typed(said.closing.LINES[one.line]),
            as_typed(_written(one)),
            choice_input(place, field, options, met.value if met is not None else ""),
            text_input(
                place,
                Field(note_field(one.line)),
                note,
                optional=True,
                longest=LONGEST_NOTE,
            ),
        ]
    return review_form(ViewId.DEFINED_DONE, model.head, blocks, page=page)


def _written(one: WrittenLine) -> str:
    return day(one.said) if isinstance(one.said, date) else one.said


def closing_view(model: ClosingForm) -> View:
    """What is left and will be dropped, the outcome, and a line about it."""
    place, left = place_of(model.head), model.left
    outcomes = [Outcome.LOST] if model.early else list(Outcome)
    options = [
        option(one.value, said.terms.at_start(said.closing.OUTCOMES[one])) for one in outcomes
    ]
    told = said.closing.left(
        left.steps,
        left.promises,
        left.milestones,
        still_true=left.still_true and not model.early,
        defined_done=left.defined_done,
    )
    blocks: list[Block] = [section(said.closing.CLOSING_MEANS), plain_section(told)]
    if model.early:
        blocks.append(plain_section(said.closing.EARLY))
    if model.lines:
        action = ActionId.OPEN_DEFINED_DONE
        about = Ref(handoff=model.head.handoff_id)
        blocks += actions([button(action, said.buttons.BUTTONS[action], about)])
    blocks += [
        choice_input(place, Field.CLOSING_OUTCOME, options, ""),
        text_input(place, Field.CLOSING_LINE, longest=LONGEST_LINE),
    ]
    return review_form(ViewId.CLOSING, model.head, blocks)


def closed_message(
    card: Card,
    outcome: Outcome,
    by: NamedPerson | None,
    thanks: Sequence[tuple[NamedPerson, Sequence[Step]]],
) -> Message:
    """To the channel: the outcome, who leaves, and who is thanked for what; nobody is pinged."""
    who = isolate(by.name) if by is not None else said.terms.SOMEBODY
    told = [said.closing.summary(who, outcome)]
    if card.csm is not None:
        told.append(said.closing.ae_leaves(isolate(card.ae.name), isolate(card.csm.name)))
    told += [
        said.closing.thanks(isolate(one.name), [said.terms.STEP_NAMES[step] for step in steps])
        for one, steps in thanks
    ]
    account = one_line(card.account)
    rows = [[words(account, bold=True), words(f": {told[0]}")], *([words(one)] for one in told[1:])]
    return Message(f"{escape(account)}: {escape(told[0])}", (lines(*rows),))


def ae_leaves_message(card: Card, outcome: Outcome, by: NamedPerson | None) -> Message:
    """To AE and CSM each: it is over, and who is there for the customer from now on."""
    who = isolate(by.name) if by is not None else said.terms.SOMEBODY
    told = said.closing.closed_for_both(who, outcome)
    if card.csm is not None:
        leaves = said.closing.ae_leaves(isolate(card.ae.name), isolate(card.csm.name))
        told = f"{told} {leaves}"
    account, action = one_line(card.account), ActionId.OPEN_HANDOFF
    press = button(action, said.buttons.BUTTONS[action], Ref(handoff=card.handoff_id))
    row = [words(account, bold=True), words(f": {told}")]
    return Message(f"{escape(account)}: {escape(told)}", (lines(row), *actions([press])))
