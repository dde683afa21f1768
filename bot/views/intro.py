"""The intro: its editor with the checklist, the forms about what went out, and what is told."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final
from urllib.parse import quote

from slack_sdk.models.blocks import Block, ButtonElement, DividerBlock, Option
from slack_sdk.models.views import View

from bot.domain.intro import LONGEST_DRAFT, CsBefore, Flaw, IntroDraft, Looked, Way
from bot.domain.intro_pages import ContactForm, IntroEditor, Noted, SentForm, Wait
from bot.domain.promises import Side
from bot.domain.read_models import Card, IntroLine, NamedPerson
from bot.views import sentences as said
from bot.views.blocks import (
    Place,
    as_typed,
    boxes_input,
    choice_input,
    form,
    instant_input,
    option,
    reason_input,
    small_as_typed,
    text_input,
)
from bot.views.brief import theirs_of
from bot.views.briefing import shown_mark
from bot.views.card import Row
from bot.views.ids import ActionId, Field, ViewId
from bot.views.limits import LINE, SECTION_TEXT
from bot.views.message import Message, actions, button, context, lines, section, when, words
from bot.views.payload import Ref
from bot.views.text import escape, instant_token, isolate, mention, one_line

TAKEN_BACK: Final = "taken_back"


def intro_view(model: IntroEditor) -> View:
    """The draft, what was found in it, and the ways to send it and to say that it went out."""
    place = Place("intro", entry=model.handoff_id, revision=model.revision)
    about = Ref(handoff=model.handoff_id)
    blocks: list[Block] = [as_typed(model.account), context(said.intro.MEANS)]
    blocks += [context(line) for line in _standing(model)]
    blocks += theirs_of(model.clash, Field.INTRO)
    blocks.append(
        text_input(place, Field.INTRO, model.words, multiline=True, longest=LONGEST_DRAFT)
    )
    blocks += actions([_button(ActionId.CHECK_INTRO, about)])
    if model.looked is not None:
        blocks += [section(said.intro.CHECKLIST), lines(*_checklist(model.looked, model.csm))]
    blocks += _ways_out(model)
    sends = model.wait is None and model.sent is None
    blocks += actions(
        [
            _button(ActionId.MARK_INTRO_SENT, about) if sends else None,
            _button(ActionId.OPEN_CONTACT, about) if model.sent is None else None,
        ]
    )
    return _form(ViewId.INTRO, Ref(handoff=model.handoff_id, revision=model.revision), blocks)


def _standing(model: IntroEditor) -> Iterator[str]:
    """Where the intro is, and what is to be known before it goes out."""
    if model.sent is not None:
        yield said.intro.sent(model.sent.way, instant_token(model.sent.at))
        return
    if model.wait is not None:
        yield wait_line(model.wait)
    yield from (noted_line(one) for one in model.noted)
    yield said.intro.INVITATION


def wait_line(wait: Wait) -> str:
    """On whom it waits (mrkdwn)."""
    on = mention(wait.on) if wait.on is not None else said.intro.THE_CSM
    return said.intro.waits(wait.step, on, for_checks=wait.for_checks)


def csm_wrote_line(line: IntroLine) -> str:
    """That the CSM wrote before an intro that is owed (mrkdwn); empty where they did not."""
    if line.csm_wrote is None:
        return ""
    return noted_line(Noted(line.csm, Side.CSM, line.csm_wrote))


def noted_line(noted: Noted) -> str:
    """Who of the two wrote before (mrkdwn)."""
    name = mention(noted.by) if noted.by is not None else said.intro.CUSTOMER_SUCCESS
    at, way = instant_token(noted.contact.at), noted.contact.way
    return said.intro.noted(name, way, at, first_contact=noted.side is Side.CSM)


def _checklist(looked: Looked, csm: str) -> Iterator[Row]:
    """What a good intro has, each line with whether this one has it."""
    fits = not looked.lacks(Flaw.SHORT, Flaw.LONG)
    found = [said.intro.count_line(looked.words, good=fits)]
    found += [
        said.intro.check_line(
            flaw,
            good=not looked.lacks(flaw),
            csm=one_line(csm, LINE),
            placeholder=one_line(looked.placeholder, LINE),
        )
        for flaw in Flaw
        if flaw not in (Flaw.SHORT, Flaw.LONG)
    ]
    for good, told in found:
        yield [words(f"{'✅' if good else '⚪'} {told}")]


def mail_link(draft: str, subject: str) -> str | None:
    """A link into a mail program (mrkdwn), without an address; None where Slack takes none so long.

    RFC 6068 has lines end like this.
    """
    body = "\r\n".join(draft.splitlines())
    address = f"mailto:?subject={quote(subject, safe='')}&body={quote(body, safe='')}"
    link = f"<{escape(address)}|{said.intro.TO_MAIL}> · {said.intro.NO_ADDRESS}"
    return link if len(link) <= SECTION_TEXT else None


def _ways_out(model: IntroEditor) -> list[Block]:
    """What is saved, to copy and as a link; nothing of what is only typed, or has to wait."""
    if model.saved_at is None:
        return [context(said.intro.NOT_SAVED)]
    saved = context(said.intro.saved(instant_token(model.saved_at)))
    if model.wait is not None:
        return [saved, context(said.intro.NO_WAY_OUT)]
    if model.sent is not None or model.clash is not None:
        return [saved]
    subject = said.intro.subject([model.account, model.csm])
    link = mail_link(model.words, subject)
    return [
        saved,
        DividerBlock(),
        small_as_typed(said.intro.TO_COPY),
        as_typed(model.words),
        section(link) if link is not None else context(said.intro.TOO_LONG_FOR_MAIL),
    ]


def draft_rows(draft: IntroDraft) -> list[tuple[str, str]]:
    """The draft on the page of the handoff, for the CSM and its sender."""
    return [(said.forms.FIELDS[Field.INTRO].label, draft.words)]


def sent_view(model: SentForm) -> View:
    """When the intro went out and how, and whether customer success wrote before."""
    mark = shown_mark(model.recorded)
    place = Place("intro_sent", entry=model.handoff_id, revision=mark)
    blocks: list[Block] = [as_typed(model.account), context(said.intro.SENT_MEANS)]
    if model.wait is not None:
        told = said.intro.sent_while_waiting(model.wait.step, for_checks=model.wait.for_checks)
        blocks.append(context(told))
    way = model.way.value if model.way is not None else ""
    blocks += [
        instant_input(place, Field.INTRO_SENT_AT, model.at),
        choice_input(place, Field.INTRO_WAY, _ways(), way),
    ]
    blocks += _before(place, model)
    if model.recorded is not None:
        box = option(TAKEN_BACK, said.intro.NOT_SENT)
        blocks.append(boxes_input(place, Field.TAKE_BACK, [box], ()))
    if model.asks_why:
        blocks.append(reason_input(place, words=said.forms.FOR_SENDER_REASON))
    return _form(ViewId.INTRO_SENT, Ref(handoff=model.handoff_id, revision=mark), blocks)


def _before(place: Place, model: SentForm) -> list[Block]:
    if not model.asks_before and model.csm is not None:
        return [context(said.intro.CSM_SAID_SO.format(when=instant_token(model.csm.at)))]
    answers = [option(one.value, said.intro.BEFORE[one]) for one in CsBefore]
    csm, before = model.csm, model.before
    return [
        choice_input(place, Field.CS_BEFORE, answers, before.value if before else ""),
        instant_input(place, Field.CSM_WROTE_AT, csm.at if csm else None, optional=True),
        choice_input(place, Field.CSM_WAY, _ways(), csm.way.value if csm else "", optional=True),
    ]


def contact_view(model: ContactForm) -> View:
    """*I already wrote*: when and how; and whether it was the intro itself, of who sends it."""
    mark = shown_mark(model.noted.at if model.noted else None)
    place = Place("contact", entry=model.handoff_id, revision=mark)
    means = said.intro.CSM_CONTACT_MEANS if model.side is Side.CSM else said.intro.CONTACT_MEANS
    blocks: list[Block] = [as_typed(model.account), context(means)]
    if model.sends:
        was = button(ActionId.MARK_INTRO_SENT, said.intro.IT_WAS, Ref(handoff=model.handoff_id))
        blocks += [context(said.intro.WAS_IT_THE_INTRO), *actions([was])]
    way = model.noted.way.value if model.noted else ""
    blocks += [
        instant_input(place, Field.WROTE_AT, model.at),
        choice_input(place, Field.WROTE_WAY, _ways(), way),
    ]
    if model.noted is not None:
        box = option(TAKEN_BACK, said.intro.NOT_WRITTEN)
        blocks.append(boxes_input(place, Field.TAKE_BACK, [box], ()))
    return _form(ViewId.WROTE_BEFORE, Ref(handoff=model.handoff_id, revision=mark), blocks)


def _ways() -> list[Option]:
    return [option(one.value, said.intro.WAYS[one]) for one in Way]


def sent_message(card: Card, facts: Mapping[str, str | int], by: NamedPerson | None) -> Message:
    """A reply below the card: that the intro went out, when and how, and no words of it."""
    at, way = datetime.fromisoformat(str(facts["at"])), Way(str(facts["way"]))
    name = isolate(by.name) if by is not None else said.terms.SOMEBODY
    lead = said.intro.sent_by(name, way, own=bool(facts["own"]))
    text = f"{escape(one_line(card.account))}: {escape(lead)}{instant_token(at)}."
    return Message(text, (lines([words(lead), when(at), words(".")]),))


def taken_back_message(card: Card, by: NamedPerson | None) -> Message:
    """The same of one that was not sent after all."""
    name = isolate(by.name) if by is not None else said.terms.SOMEBODY
    told = said.intro.taken_back_by(name)
    return Message(f"{escape(one_line(card.account))}: {escape(told)}", (lines([words(told)]),))


def csm_wrote_message(
    handoff_id: int, account: str, by: NamedPerson, way: Way, at: datetime, *, to_csm: bool
) -> Message:
    """To the AE that the CSM wrote before the intro, or to the CSM that somebody says so."""
    name, who = one_line(account), isolate(by.name)
    lead = said.intro.said_you_wrote(who, way) if to_csm else said.intro.csm_wrote(who, way)
    end = said.intro.SAID_YOU_WROTE_AFTER if to_csm else said.intro.CSM_WROTE_AFTER
    row = [words(name, bold=True), words(f": {lead}"), when(at), words(end)]
    action = ActionId.OPEN_CONTACT if to_csm else ActionId.OPEN_INTRO
    press = actions([_button(action, Ref(handoff=handoff_id))])
    text = f"{escape(name)}: {escape(lead)}{instant_token(at)}{escape(end)}"
    return Message(text, (lines(row), *press))


def _button(action: ActionId, about: Ref) -> ButtonElement:
    return button(action, said.buttons.BUTTONS[action], about)


def _form(view_id: ViewId, ref: Ref, blocks: Sequence[Block]) -> View:
    return form(
        view_id,
        ref,
        blocks,
        title=said.forms.FORM_TITLES[view_id],
        submit=said.forms.FORM_SUBMITS[view_id],
        close=said.forms.CLOSE,
    )
