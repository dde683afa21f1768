"""Before the signature: what is reminded of, what is asked and what is recorded; the commitment."""

from collections.abc import Sequence
from datetime import date, datetime

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.domain.deadlines import Step
from bot.domain.items import SectionKey
from bot.domain.read_models import Card
from bot.views import sentences as said
from bot.views.blocks import Place, as_typed, date_input, form, person_input, reason_input
from bot.views.card import Row
from bot.views.ids import ActionId, Field, ViewId
from bot.views.message import Message, actions, button, lines, plain_section, section, when, words
from bot.views.payload import Ref
from bot.views.text import day, escape, isolate, one_line


def capture_message(card: Card, expected_on: date, missing: Sequence[SectionKey]) -> Message:
    """To the AE, some days before the expected signature: what nothing is written of."""
    sections = ", ".join(said.terms.SECTION_NAMES[key] for key in missing)
    rows = [said.pre_close.CAPTURE_MISSING.format(sections=sections), said.pre_close.CAPTURE_WHY]
    return _reminder(card, expected_on, rows, Step.CAPTURE, ActionId.WRITE_BRIEF)


def alignment_message(card: Card, expected_on: date) -> Message:
    """To the AE, once the capture is done."""
    return _reminder(
        card, expected_on, [said.pre_close.ALIGNMENT_ASKED], Step.ALIGNMENT, ActionId.OPEN_ALIGNMENT
    )


def _reminder(
    card: Card, expected_on: date, told: Sequence[str], step: Step, press: ActionId
) -> Message:
    expected = said.pre_close.SIGNATURE_EXPECTED.format(day=day(expected_on))
    rows: list[Row] = [
        [words(one_line(card.account), bold=True), words(f": {expected}")],
        *([words(one)] for one in told),
        [words(f"Why you: {said.reminders.WHY_YOU[step]}.")],
    ]
    does = button(press, said.buttons.BUTTONS[press], Ref(handoff=card.handoff_id), primary=True)
    text = f"{escape(one_line(card.account))}: {expected}. {told[0]}"
    return Message(text, (lines(*rows), *actions([does])))


def slipped_message(card: Card, expected_on: date) -> Message:
    """To the AE on the morning after: signed, another day, or nothing comes of it."""
    told = said.pre_close.SLIPPED.format(day=day(expected_on))
    row: Row = [words(one_line(card.account), bold=True), words(f": {told}")]
    about = Ref(handoff=card.handoff_id)
    presses = [
        button(press, said.buttons.BUTTONS[press], about, primary=press is ActionId.OPEN_SIGNATURE)
        for press in (ActionId.OPEN_SIGNATURE, ActionId.OPEN_NEW_DATE, ActionId.OPEN_CANCEL)
    ]
    text = f"{escape(one_line(card.account))}: {told}"
    return Message(text, (lines(row), *actions(presses)))


def committed_message(card: Card, on: date) -> Message:
    """One line in the team channel; nobody is pinged, and nothing of the content stands in it."""
    csm = isolate(card.csm.name) if card.csm else said.terms.NOBODY
    if card.csm is None and card.proposed_csm is not None:
        csm = said.pre_close.COMMITTED_PROPOSED.format(name=isolate(card.proposed_csm.name))
    told = said.pre_close.COMMITTED.format(
        account=one_line(card.account), ae=isolate(card.ae.name), day=day(on), csm=csm
    )
    return Message(escape(told), (plain_section(told),))


def commitment_message(card: Card, on: date, *, ready_at: datetime | None) -> Message:
    """To the AE manager, a week after the day the AE named."""
    told = said.pre_close.COMMITMENT_ASKED.format(ae=isolate(card.ae.name), day=day(on))
    state: Row = [
        words(
            said.pre_close.COMMITMENT_NOT_READY.format(
                state=said.card.brief_state(card.completeness)
            )
        )
    ]
    if ready_at is not None:
        state = [words(said.pre_close.COMMITMENT_READY), when(ready_at)]
    rows: list[Row] = [
        [words(one_line(card.account), bold=True), words(f": {told}")],
        state,
        [words(f"Why you: {said.reminders.WHY_YOU[Step.COMMITMENT]}.")],
    ]
    about = Ref(handoff=card.handoff_id)
    presses = [
        button(press, said.buttons.BUTTONS[press], about)
        for press in (
            ActionId.COMMITMENT_DONE,
            ActionId.COMMITMENT_NOT_DONE,
            ActionId.COMMITMENT_CANCELLED,
        )
    ]
    text = f"{escape(one_line(card.account))}: {escape(told)}"
    return Message(text, (lines(*rows), *actions(presses)))


def alignment_view(card: Card, *, on: date, contact: str | None, asks_why: bool = False) -> View:
    """The form that records it; `contact` is a Slack id, a manager is asked why they do."""
    place = Place("alignment", entry=card.handoff_id)
    blocks: list[Block] = [
        as_typed(card.account),
        section(said.pre_close.ALIGNMENT_MEANS),
        date_input(place, Field.ALIGNED_ON, on, optional=False),
        person_input(place, Field.CS_CONTACT, contact),
        *([reason_input(place)] if asks_why else []),
    ]
    return _form(ViewId.ALIGNMENT, card, blocks)


def new_date_view(card: Card) -> View:
    """The form that asks for another day of the signature."""
    place = Place("new_date", entry=card.handoff_id)
    blocks: list[Block] = [as_typed(card.account)]
    if card.expected_on is not None:
        blocks.append(section(said.pre_close.NEW_DATE_MEANS.format(day=day(card.expected_on))))
    asked = date_input(place, Field.EXPECTED_ON, optional=False, words=said.forms.EXPECTED_ANEW)
    return _form(ViewId.NEW_DATE, card, [*blocks, asked])


def _form(view_id: ViewId, card: Card, blocks: Sequence[Block]) -> View:
    return form(
        view_id,
        Ref(handoff=card.handoff_id),
        blocks,
        title=said.forms.FORM_TITLES[view_id],
        submit=said.forms.FORM_SUBMITS[view_id],
        close=said.forms.CLOSE,
    )
