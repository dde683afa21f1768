"""The whole handoff in a modal: by sections, in full words, over as many pages as it takes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from slack_sdk.models.blocks import Block, ButtonElement
from slack_sdk.models.views import View

from bot.domain.access import Act, Audience, Capacity
from bot.domain.brief import Contact, ContactRole, Section, audience_of
from bot.domain.briefing import BriefingCall
from bot.domain.copied import Copied
from bot.domain.debrief import RULES, Answer, AnswerPart
from bot.domain.debrief_pages import AnswerShown, AskShown
from bot.domain.handoff import State
from bot.domain.intro import IntroDraft
from bot.domain.items import SectionKey
from bot.domain.kickoff_form import KickoffForm
from bot.domain.promises import Promise, Side
from bot.domain.read_models import WholePage
from bot.domain.review_pages import ReviewOffer
from bot.domain.reviews import ReviewKind, side_of
from bot.domain.snapshots import CONTACTS, ENTRIES, Change, Spot
from bot.domain.succession import Interviews
from bot.domain.verification import (
    Checks,
    JointPlan,
    Record,
    RecordKind,
    Restatement,
    Verdict,
)
from bot.views import sentences
from bot.views.appointments import talk_buttons, talk_line
from bot.views.blocks import BLANK, as_typed, form, named_state, small_as_typed
from bot.views.brief_form import FORMS, FormField, Input
from bot.views.briefing import record_rows
from bot.views.card import SHORT, kickoff_line, step_row
from bot.views.copying import copied_blocks
from bot.views.deal import deal_words
from bot.views.debrief import goes_to, talk_mark
from bot.views.guide import PART_BUTTONS
from bot.views.ids import ActionId, Field, ViewId
from bot.views.interviews import interview_blocks
from bot.views.intro import csm_wrote_line, draft_rows
from bot.views.kickoff import form_rows
from bot.views.limits import LINE, NAME_SHOWN, SECTION_TEXT, truncate
from bot.views.message import (
    actions,
    button,
    context,
    header,
    labelled,
    lines,
    section,
    when,
    who,
    words,
)
from bot.views.paths import partner_blocks, partner_length, path_blocks
from bot.views.payload import Ref
from bot.views.plan import mark_rows, milestone_blocks, plan_state
from bot.views.plan_text import in_order
from bot.views.reassigning import people_buttons
from bot.views.review_rows import review_rows
from bot.views.text import day, escape, instant_token, mention, money, one_line
from bot.views.verification import CHECKS, restated_lines

PAGE_BLOCKS: Final = 90
PAGE_CHARACTERS: Final = 18_000
"""A character takes up to twelve bytes on the wire, and Slack refuses a view above 250 kB."""


_FOR_OTHERS: Final = {
    Act.ALIGN: ActionId.OPEN_ALIGNMENT,
    Act.JUDGE: ActionId.OPEN_JUDGE,
    Act.BOOK_BRIEFING: ActionId.OPEN_BOOKING,
    Act.HOLD_BRIEFING: ActionId.OPEN_BRIEFING,
    Act.LIFT_HOLD: ActionId.OPEN_LIFT,
    Act.WRITE_AE_INTRO: ActionId.OPEN_INTRO,
    Act.WRITE_CSM_INTRO: ActionId.OPEN_INTRO,
    Act.SEND_AE_INTRO: ActionId.MARK_INTRO_SENT,
    Act.SEND_CSM_INTRO: ActionId.MARK_INTRO_SENT,
    Act.NOTE_CONTACT: ActionId.OPEN_CONTACT,
}


REVIEW_BUTTONS: Final = {
    ReviewKind.CHECK_IN: ActionId.OPEN_CHECK_IN,
    ReviewKind.MILESTONES: ActionId.OPEN_MILESTONE_REVIEW,
    ReviewKind.NPS: ActionId.OPEN_NPS,
    ReviewKind.STILL_TRUE_30: ActionId.OPEN_STILL_TRUE,
    ReviewKind.STILL_TRUE_60: ActionId.OPEN_STILL_TRUE,
    ReviewKind.STILL_TRUE_90: ActionId.OPEN_STILL_TRUE,
    ReviewKind.FIRST_VALUE: ActionId.OPEN_FIRST_VALUE,
    ReviewKind.EXPANSION: ActionId.OPEN_EXPANSION,
    ReviewKind.EXPANSION_AE: ActionId.OPEN_EXPANSION_AE,
    ReviewKind.SCORE: ActionId.OPEN_SCORE,
    ReviewKind.SCORE_AE: ActionId.OPEN_SCORE_AE,
    ReviewKind.DEFINED_DONE: ActionId.OPEN_DEFINED_DONE,
    ReviewKind.CLOSING: ActionId.OPEN_CLOSING,
}


@dataclass(frozen=True)
class Piece:
    """Blocks that stay together on a page, under the heading of their section."""

    heading: str
    blocks: tuple[Block, ...]
    characters: int


def whole_view(whole: WholePage, *, page: int = 0, from_channel: int | None = None) -> View:
    """One page; its buttons lead to the one before and after.

    `from_channel` is the channel it was asked for in, which the other pages have to know of.
    """
    pages = packed(list(_pieces(whole, from_channel)))
    here = min(max(page, 0), len(pages) - 1)
    card = whole.card
    state = _state(whole) if here == 0 else sentences.brief.page_of(here, len(pages))
    if whole.own_words_only:
        state = sentences.whole.OWN_WORDS
    blocks: list[Block] = [named_state(card.account, state)]
    heading = ""
    for piece in pages[here]:
        if piece.heading != heading:
            heading = piece.heading
            blocks.append(header(heading))
        blocks += piece.blocks
    # Within one row of buttons Slack wants different action ids: each way gets its own row.
    for label, target in (
        (sentences.whole.PAGE_BACK, here - 1),
        (sentences.whole.PAGE_ON, here + 1),
    ):
        if 0 <= target < len(pages):
            ref = Ref(handoff=card.handoff_id, page=target, channel=from_channel)
            blocks += actions([button(ActionId.OPEN_HANDOFF, label, ref)])
    return form(
        ViewId.WHOLE,
        Ref(handoff=card.handoff_id, page=here),
        blocks,
        title=sentences.forms.FORM_TITLES[ViewId.WHOLE],
        close=sentences.forms.CLOSE,
    )


def packed(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """The pieces over as many pages as Slack's limits ask for; there is always one."""
    pages: list[list[Piece]] = [[]]
    blocks = characters = 0
    for piece in pieces:
        # One more for the heading that a section's first piece on a page stands under.
        headed = not pages[-1] or pages[-1][-1].heading != piece.heading
        takes = len(piece.blocks) + headed
        full = blocks + takes > PAGE_BLOCKS or characters + piece.characters > PAGE_CHARACTERS
        if pages[-1] and full:
            pages.append([])
            blocks = characters = 0
            takes = len(piece.blocks) + 1
        pages[-1].append(piece)
        blocks += takes
        characters += piece.characters
    return pages


def _pieces(whole: WholePage, from_channel: int | None) -> Iterator[Piece]:
    if whole.own_words_only:
        for key in whole.own:
            yield from section_pieces(whole, key)
        yield from _interviews(whole)
        yield from _partner(whole)
        yield from _reading(whole)
        yield from _debrief(whole)
        yield from _reviews(whole)
        yield from _reasons(whole)
        return
    yield from _news(whole)
    yield _steps(whole)
    yield from _ways(whole, from_channel)
    yield from _parts(whole, from_channel)
    if whole.deal is not None:
        rows = [
            [words(line)]
            for line in deal_words(
                whole.deal, whole.card.value.currency, ready=whole.card.gate_passed
            )
        ]
        yield Piece(sentences.whole.WHOLE_SIZE, (lines(*rows),), 100 * len(rows))
    yield from _paths(whole)
    for key in SectionKey:
        found = list(section_pieces(whole, key))
        yield from found
        if found and key is SectionKey.PROMISES and whole.card.signing.entries:
            yield _ledger(whole)
        if found and key in whole.versioned:
            yield _versions_of(whole, key, from_channel)
    yield from _interviews(whole)
    yield from _partner(whole)
    yield from _reading(whole)
    yield from _debrief(whole)
    yield from _success_plan(whole)
    yield from _reviews(whole)
    yield from _breakdowns(whole)
    for link in whole.links:
        yield Piece(sentences.whole.WHOLE_LINKS, (_link(link),), len(link))
    yield from _reasons(whole)


def _paths(whole: WholePage) -> Iterator[Piece]:
    blocks = path_blocks(whole.card, whole.paths)
    if blocks:
        yield Piece(sentences.paths.WHOLE, tuple(blocks), SHORT * len(whole.card.linked))


def _partner(whole: WholePage) -> Iterator[Piece]:
    blocks = partner_blocks(whole.paths)
    if blocks:
        yield Piece(sentences.paths.PARTNER, tuple(blocks), partner_length(whole.paths))


def _reasons(whole: WholePage) -> Iterator[Piece]:
    for one in whole.reasons:
        what = sentences.whole.reason_of(one.tag, one.promise)
        by = f" · {mention(one.by)}" if one.by is not None else ""
        told = context(f"{what}{by} · {instant_token(one.at)}")
        yield Piece(sentences.whole.WHOLE_REASONS, (told, as_typed(one.words)), len(one.words))


def _versions_of(whole: WholePage, key: SectionKey, from_channel: int | None) -> Piece:
    ref = Ref(handoff=whole.card.handoff_id, thing=key.value, channel=from_channel)
    action = ActionId.OPEN_VERSIONS
    row = actions([button(action, sentences.buttons.BUTTONS[action], ref)])
    return Piece(sentences.terms.SECTION_NAMES[key], tuple(row), 0)


def _state(whole: WholePage) -> str:
    card = whole.card
    told = [sentences.whole.WHOLE_CANCELLED] if card.state is State.CANCELLED else []
    closed_at = whole.reviews.closed_at
    if closed_at is not None and card.outcome is not None:
        told = [sentences.closing.closed_line(instant_token(closed_at), card.outcome)]
    if Audience.COMMERCIALS in whole.readable(SectionKey.COMMERCIALS):
        told.append(sentences.card.value_a_year(money(card.value), card.tier))
    else:
        told.append(sentences.card.size_without_value(card.tier))
    if card.signed_at is not None:
        told.append(sentences.whole.whole_signed(instant_token(card.signed_at)))
    elif card.expected_on is not None:
        told.append(sentences.whole.whole_expected(day(card.expected_on)))
    if kickoff := kickoff_line(card):
        told.append(kickoff)
    csm = card.csm or card.proposed_csm
    told.append(
        sentences.whole.whole_people(
            mention(card.ae),
            mention(csm) if csm else sentences.terms.NOBODY,
            proposed=card.csm is None and csm is not None,
        )
    )
    told.append(f"{sentences.card.BRIEF}: {sentences.card.brief_state(card.completeness)}")
    left = sentences.terms.open_items(card.completeness)
    if left:
        told.append(sentences.reminders.OPEN_NOW.format(items=escape(left)))
    return " · ".join(told)


def _news(whole: WholePage) -> Iterator[Piece]:
    """For the CSM, on top: which places of each section they have not read as they are now."""
    for key in SectionKey:
        places = [_place(whole, one) for one in whole.news if one.spot.section is key]
        if places:
            # Of many fields of one person each is named once.
            text = truncate(", ".join(dict.fromkeys(places)), SECTION_TEXT)
            row = labelled(sentences.terms.SECTION_NAMES[key], text)
            yield Piece(sentences.brief.NEW_SINCE_READ, (row,), len(text))


def _place(whole: WholePage, change: Change) -> str:
    """What a place is called; what is gone has no name any more."""
    spot = change.spot
    if spot.entry is None:
        return sentences.brief.changed_place(sentences.brief.field_label(spot.field), change.how)
    if spot.section is SectionKey.PROMISES:
        numbers = {one.id: f"{sentences.brief.PROMISE} {one.number}" for one in whole.promises}
        return sentences.brief.changed_place(
            numbers.get(spot.entry, sentences.brief.A_PROMISE), change.how
        )
    people = {one.id: one_line(one.name, SHORT) for one in whole.card.brief.people.contacts}
    name = people.get(spot.entry, sentences.brief.A_PERSON)
    if spot.field != CONTACTS:
        name = f"{name}: {sentences.brief.field_label(spot.field)}"
    return sentences.brief.changed_place(name, change.how)


def _steps(whole: WholePage) -> Piece:
    steps = whole.steps
    if not steps:
        over = whole.card.state is State.CANCELLED
        nothing = sentences.card.NOTHING_DUE if over else sentences.card.NO_CLOCK_YET
        return Piece(sentences.whole.WHOLE_STEPS, (context(nothing),), 0)
    rows = [
        [words(f"✅ {sentences.terms.STEP_DONE[line.step]}  "), when(line.done_at)]
        if line.done_at is not None
        else step_row(line)
        for line in steps
    ]
    blocks: list[Block] = [lines(*rows)]
    if whole.gate_overridden_at is not None:
        since = instant_token(whole.gate_overridden_at)
        blocks.append(context(sentences.whole.OVERRIDDEN.format(when=since)))
    told = (
        (whole.held, sentences.guide.INTRO_HELD),
        (whole.call_required, sentences.guide.CALL_REQUIRED),
    )
    blocks += [context(sentence) for shown, sentence in told if shown]
    if whole.kickoff_offered_at is not None:
        offered = instant_token(whole.kickoff_offered_at)
        blocks.append(context(sentences.kickoff.wanted_later(offered)))
    if told_of_note := csm_wrote_line(whole.intro):
        blocks.append(context(told_of_note))
    about = Ref(handoff=whole.card.handoff_id)
    for act in whole.for_ae:
        action = _FOR_OTHERS[act]
        blocks += actions([button(action, sentences.buttons.FOR_AE[action], about)])
    for act in whole.yours:
        action = _FOR_OTHERS[act]
        blocks += actions([button(action, _own_label(whole, action), about)])
    for_csm = [PART_BUTTONS[whole.for_csm]] if whole.for_csm is not None else []
    if whole.plan_for_csm:
        for_csm.append(ActionId.OPEN_PLAN)
    # With the version, so that what is acknowledged is what stands on this page.
    about = Ref(handoff=whole.card.handoff_id, revision=whole.card.brief_version)
    for action in for_csm:
        blocks += actions([button(action, sentences.buttons.FOR_CSM[action], about)])
    if told_of_talk := talk_line(whole.talk):
        blocks.append(context(told_of_talk))
    blocks += talk_buttons(whole.card.handoff_id, whole.talk)
    books, shows = ActionId.OPEN_KICKOFF_BOOKING, ActionId.OPEN_KICKOFF_CARD
    if whole.books_kickoff:
        labels = sentences.buttons.FOR_CSM if whole.books_for_csm else sentences.buttons.BUTTONS
        blocks += actions([button(books, labels[books], about)])
    if whole.shows_kickoff:
        blocks += actions([button(shows, sentences.buttons.BUTTONS[shows], about)])
    if whole.holds_kickoff and not whole.intro_sent and not _kickoff_was_held(whole):
        blocks.append(context(sentences.intro.INVITATION))
    if whole.holds_kickoff:
        blocks += actions([button(ActionId.OPEN_HELD, _kickoff_label(whole), about)])
    return Piece(sentences.whole.WHOLE_STEPS, tuple(blocks), 100 * len(rows))


def _ways(whole: WholePage, from_channel: int | None) -> Iterator[Piece]:
    """What else there is to do now, on the first page, however much is read below it."""
    about = Ref(handoff=whole.card.handoff_id)
    to_plan = about.model_copy(update={"channel": from_channel})
    opens = (
        (ActionId.OPEN_SUCCESS_PLAN, to_plan, _plan_is_there(whole)),
        (ActionId.OPEN_DEBRIEF, about, whole.debrief is not None and whole.debrief.answers_it),
        (ActionId.OPEN_PARTNER, about, whole.paths.enters_partner),
    )
    labels = sentences.buttons.BUTTONS
    rows = [
        *actions(button(action, labels[action], ref) for action, ref, there in opens if there),
        *actions(_to_review(offer, about) for offer in whole.reviews.offers),
    ]
    if rows:
        yield Piece(sentences.whole.WHOLE_STEPS, tuple(rows), 0)


def _plan_is_there(whole: WholePage) -> bool:
    return whole.plan is not None and bool(whole.plan.milestones or whole.plan.edits)


def _to_review(offer: ReviewOffer, about: Ref) -> ButtonElement:
    action, labels = REVIEW_BUTTONS[offer.kind], sentences.buttons.BUTTONS
    if offer.for_other:
        of_ae = side_of(offer.kind) is Side.AE
        labels = sentences.buttons.FOR_AE if of_ae else sentences.buttons.FOR_CSM
    return button(action, labels[action], about)


def _own_label(whole: WholePage, action: ActionId) -> str:
    if action is ActionId.MARK_INTRO_SENT and whole.intro_sent:
        return sentences.buttons.CORRECT_INTRO
    return sentences.buttons.BUTTONS[action]


def _kickoff_label(whole: WholePage) -> str:
    if whole.kickoff_for_csm:
        return sentences.buttons.FOR_CSM[ActionId.OPEN_HELD]
    if _kickoff_was_held(whole):
        return sentences.buttons.CORRECT_KICKOFF
    return sentences.buttons.BUTTONS[ActionId.OPEN_HELD]


def _kickoff_was_held(whole: WholePage) -> bool:
    return whole.card.kickoff is not None and whole.card.kickoff.held


def _parts(whole: WholePage, from_channel: int | None) -> Iterator[Piece]:
    """Who has which part, for who may name somebody else or record who left."""
    if not whole.about_people:
        return
    heading, card = sentences.reassigning.HEADING, whole.card
    named = (
        (Capacity.AE, card.ae),
        (Capacity.AE_MANAGER, whole.ae_manager),
        (Capacity.CSM, card.csm),
        (Capacity.CS_MANAGER, card.cs_manager),
        *([(Capacity.LEAD, whole.lead)] if whole.lead is not None else []),
    )
    rows = [
        [
            words(sentences.terms.at_start(sentences.terms.ROLE_NAMES[part]) + "  ", bold=True),
            who(person) if person is not None else words(sentences.terms.NOBODY),
        ]
        for part, person in named
    ]
    buttons = people_buttons(
        card.handoff_id,
        whole.about_people,
        assigned=card.csm is not None,
        champion=bool(card.brief.people.having(ContactRole.CHAMPION)),
        channel=from_channel,
    )
    yield Piece(heading, (lines(*rows), *buttons), 100 * len(rows))


def _interviews(whole: WholePage) -> Iterator[Piece]:
    """Whom others asked what an AE who is gone knew."""
    for written in whole.records:
        if isinstance(written.record, Interviews):
            blocks = tuple(interview_blocks(written.record, whole.interviewers))
            length = sum(len(one.note) + len(one.who) for one in written.record.talks)
            yield Piece(sentences.reassigning.INTERVIEWS, blocks, length)


def _reading(whole: WholePage) -> Iterator[Piece]:
    """What was written down while the CSM read, each with who wrote it and when."""
    for written in whole.records:
        if written.kind is RecordKind.INTERVIEWS:
            continue
        by = mention(written.by) if written.by else sentences.terms.SOMEBODY
        name = sentences.whole.RECORD_NAMES[written.kind]
        told = f"{name} · {by} · {instant_token(written.at)}"
        if not written.in_force:
            told += f" · {sentences.reading.ASKED_AGAIN}"
        texts = record_lines(written.record)
        if written.kind is RecordKind.KICKOFF and whole.kickoff_lacked is not None:
            lacked = sentences.kickoff.lacked_then(whole.kickoff_lacked)
            texts.append((sentences.kickoff.LACKED_THEN, lacked))
        blocks = [
            context(told),
            *(labelled(label, truncate(text, SECTION_TEXT)) for label, text in texts),
        ]
        length = sum(len(text) for _, text in texts)
        heading = sentences.whole.HEADINGS.get(written.kind, sentences.whole.WHOLE_READING)
        yield Piece(heading, tuple(blocks), length)


def _debrief(whole: WholePage) -> Iterator[Piece]:
    """Each answer with whether it counts, who reads it and where it belongs; then the rest."""
    page = whole.debrief
    if page is None:
        return
    heading = sentences.debrief.WHOLE
    yield Piece(heading, (context(sentences.debrief.state(page.debrief)),), SHORT)
    if page.talk is not None:
        there = ", ".join(one_line(one.name, NAME_SHOWN) for one in page.talk.there)
        lasted = sentences.debrief.lasted(page.talk.minutes)
        row = [
            words(talk_mark(page.debrief)),
            when(page.talk.held_at),
            words(f" · {lasted} · {there}"),
        ]
        yield Piece(heading, (lines(row),), SHORT)
    for shown in page.answers:
        if shown.kept is not None or shown.asks:
            yield _answer(shown)
            yield from (_ask_piece(one) for one in shown.asks)
    if page.own is not None:
        for label, text in (
            (sentences.debrief.OWN_FLAGS, page.own.flags),
            (sentences.debrief.OWN_READINESS, page.own.readiness),
        ):
            cut = truncate(text.strip() or sentences.debrief.STILL_OPEN, SECTION_TEXT)
            yield Piece(heading, (labelled(label, cut),), len(cut))
    yield from (_ask_piece(one) for one in page.asks)


def _ask_piece(shown: AskShown) -> Piece:
    """By itself, so that much that is asked about one answer goes over several pages."""
    length = len(shown.ask.text) + len(shown.ask.reply)
    return Piece(sentences.debrief.WHOLE, tuple(_ask(shown)), length)


def _answer(shown: AnswerShown) -> Piece:
    name, standing = sentences.debrief.named(shown.question), shown.standing
    head = [words(name, bold=True), words(f" — {sentences.debrief.STANDINGS[standing]}")]
    blocks: list[Block] = [lines(head)]
    length = len(name)
    kept = shown.kept
    for part, audience in RULES[shown.question].parts.items():
        if kept is None or part not in kept.parts:
            continue
        text = _part(kept.answer, part)
        length += len(text)
        blocks.append(as_typed(text))
        told = [sentences.debrief.readers(audience)]
        if goes := goes_to(shown.question, part):
            told.append(sentences.debrief.BELONGS.format(where=goes))
        blocks.append(small_as_typed(" ".join(told)))
    if kept is not None:
        by = mention(shown.by) if shown.by else sentences.terms.SOMEBODY
        blocks.append(context(f"{by} · {instant_token(kept.at)}"))
    return Piece(sentences.debrief.WHOLE, tuple(blocks), length)


def _part(answer: Answer, part: AnswerPart) -> str:
    if part is AnswerPart.OUTLOOK:
        return sentences.debrief.OUTLOOKS[answer.outlook] if answer.outlook else ""
    return truncate(answer.words if part is AnswerPart.WORDS else answer.short, SECTION_TEXT)


def _ask(shown: AskShown) -> Iterator[Block]:
    """What was asked and replied, as far as this reader may read either."""
    ask = shown.ask
    if ask.text:
        yield small_as_typed(f"{sentences.debrief.ASK}: {ask.text}")
    if ask.open or ask.reply:
        yield as_typed(ask.reply or sentences.debrief.STILL_OPEN)


def _success_plan(whole: WholePage) -> Iterator[Piece]:
    """Where the plan stands, and each milestone that this viewer may read."""
    page, heading = whole.plan, sentences.plan.WHOLE
    if page is None or not _plan_is_there(whole):
        return
    told = plan_state(page) if page.milestones else escape(sentences.plan.EMPTY)
    marks = [lines(*mark_rows(page))] if page.milestones else []
    yield Piece(heading, (context(told), *marks), SHORT * 8)
    for shown in in_order(page.in_force):
        yield Piece(heading, tuple(milestone_blocks(shown)), len(shown.milestone.text.words))


def _reviews(whole: WholePage) -> Iterator[Piece]:
    """What was recorded at day 30, 60 and 90, each with who wrote it and when."""
    heading = sentences.reviews.WHOLE
    for shown in whole.reviews.shown:
        by = mention(shown.by) if shown.by else sentences.terms.SOMEBODY
        told = f"{sentences.reviews.NAMES[shown.kind]} · {by} · {instant_token(shown.at)}"
        rows = review_rows(shown.record, whole.reviews.milestones)
        blocks = [
            context(told),
            *(labelled(label, truncate(text, SECTION_TEXT)) for label, text in rows),
        ]
        yield Piece(heading, tuple(blocks), sum(len(text) for _, text in rows))


def _breakdowns(whole: WholePage) -> Iterator[Piece]:
    for kind, since in whole.breakdowns.items():
        told = f"{sentences.debrief.BREAKDOWNS[kind]} · {instant_token(since)}"
        yield Piece(sentences.debrief.BREAKDOWN, (context(told),), SHORT)


def record_lines(record: Record) -> list[tuple[str, str]]:
    """One record in lines, each with what it answers; raises TypeError for an unknown one."""
    if isinstance(record, Checks):
        answers = (record.metric, record.no_plan, record.champion)
        return [
            (sentences.forms.FIELDS[field].label, sentences.reading.answer(field, said))
            for field, said in zip(CHECKS, answers, strict=True)
        ]
    if isinstance(record, JointPlan):
        return [(sentences.forms.FIELDS[Field.PLAN].label, record.plan)]
    if isinstance(record, Restatement):
        return [
            (sentences.forms.FIELDS[field].label, text) for field, text in restated_lines(record)
        ]
    if isinstance(record, Verdict):
        said = sentences.reading.MATCH if record.match else sentences.reading.NO_MATCH
        return [(sentences.reading.VERDICT, f"{said}: {record.line}" if record.line else said)]
    if isinstance(record, BriefingCall):
        return record_rows(record)
    if isinstance(record, KickoffForm):
        return form_rows(record)
    if isinstance(record, IntroDraft):
        return draft_rows(record)
    raise TypeError(type(record))


def section_pieces(whole: WholePage, key: SectionKey) -> Iterator[Piece]:
    """What stands in one section and this viewer may read; nothing of a section closed to them."""
    stored, brief = whole.card.brief.section(key), whole.card.brief
    mine = whole.shown(key)
    fields = [one for one in FORMS[key] if audience_of(type(stored), one.field.value) in mine]
    if not fields:
        return
    told = [
        *(_promise(whole, one) for one in whole.promises if key is SectionKey.PROMISES),
        *(_contact(whole, one) for one in brief.people.contacts if key is SectionKey.PEOPLE),
        *(_field(whole, key, one, getattr(stored, one.field.value)) for one in fields),
        *_to_confirm(key, stored, whole.askers),
        *(_copy(one) for one in whole.copied if one.section is key),
    ]
    shown = [piece for piece in told if piece is not None]
    name = sentences.terms.SECTION_NAMES[key]
    yield from shown or [Piece(name, (context(sentences.brief.NOTHING_WRITTEN),), 0)]


def _mark(whole: WholePage, spot: Spot) -> str:
    """What stands beside a place that was empty when the deal was signed."""
    return sentences.brief.ADDED_AFTER_SIGNATURE if spot in whole.added else ""


def _field(whole: WholePage, key: SectionKey, one: FormField, value: Any) -> Piece | None:
    mark = _mark(whole, Spot(key, one.field.value))
    if one.kind is Input.TICK:
        name = sentences.terms.SECTION_NAMES[key]
        told = " · ".join(part for part in (sentences.forms.TICKS[one.field], mark) if part)
        return Piece(name, (context(told),), 0) if value else None
    text = day(value) if isinstance(value, date) else str(value or "")
    label = sentences.forms.FIELDS[one.field].label
    return _labelled(key, label, text, mark) if text.strip() else None


_IN_LINE: Final = (
    "title",
    "roles",
    "skeptic",
    "other_roles",
    "gone",
    "last_day",
    "strength",
    "last_contact",
)
"""What stands in the two short lines about a person."""


def _facts_added(whole: WholePage, contact: Contact) -> str:
    spot = Spot(SectionKey.PEOPLE, CONTACTS, contact.id)
    if spot in whole.added:
        return sentences.brief.ADDED_AFTER_SIGNATURE
    names = [one for one in _IN_LINE if replace(spot, field=one) in whole.added]
    return sentences.brief.added_after_signature(names) if names else ""


def _contact(whole: WholePage, contact: Contact) -> Piece:
    title = f", {one_line(contact.title, LINE)}" if contact.title.strip() else ""
    name = f"{one_line(contact.name, LINE)}{title}"
    roles = sentences.brief.contact_roles(contact)
    facts = [roles] if roles else []
    if contact.gone:
        last = contact.last_day
        gone = sentences.champion.until(day(last)) if last else sentences.champion.GONE
        facts.append(gone)
    if contact.strength is not None:
        strength = sentences.brief.of_five(contact.strength)
        facts.append(f"{sentences.forms.FIELDS[Field.STRENGTH].label}: {strength}")
    if contact.last_contact is not None:
        facts.append(
            f"{sentences.forms.FIELDS[Field.LAST_CONTACT].label}: {day(contact.last_contact)}"
        )
    added = _facts_added(whole, contact)
    if added:
        facts.append(added)
    blocks: list[Block] = [lines([words(name, bold=True)])]
    if facts:
        blocks.append(small_as_typed(" · ".join(facts)))
    length = len(name)
    for field, text in (
        (Field.BEHAVIOUR, contact.behaviour),
        (Field.STAKE, contact.stake),
        (Field.CONSEQUENCE, contact.consequence),
    ):
        if text.strip():
            shown = truncate(text, SECTION_TEXT)
            mark = _mark(whole, Spot(SectionKey.PEOPLE, field.value, contact.id))
            blocks.append(_marked(sentences.forms.FIELDS[field].label, shown, mark))
            length += len(shown)
    return Piece(sentences.terms.SECTION_NAMES[SectionKey.PEOPLE], tuple(blocks), length)


def _ledger(whole: WholePage) -> Piece:
    """The way to the boxes of the promises."""
    action = ActionId.OPEN_LEDGER
    press = button(action, sentences.buttons.BUTTONS[action], Ref(handoff=whole.card.handoff_id))
    told = context(sentences.ledger.state(whole.card.signing))
    return Piece(
        sentences.terms.SECTION_NAMES[SectionKey.PROMISES], (told, *actions([press])), SHORT
    )


def _promise(whole: WholePage, promise: Promise) -> Piece:
    text = truncate(promise.text.words, SECTION_TEXT)
    mark = _mark(whole, Spot(SectionKey.PROMISES, ENTRIES, promise.id))
    told = (sentences.brief.promise_details(promise), mark)
    details = " · ".join(part for part in told if part)
    ref = Ref(handoff=whole.card.handoff_id, entry=promise.id)
    action = ActionId.PROMISE_CHANGE
    edit = button(action, sentences.buttons.BUTTONS[action], ref)
    return Piece(
        sentences.terms.SECTION_NAMES[SectionKey.PROMISES],
        (
            labelled(f"{promise.number}.", text),
            small_as_typed(details),
            *(actions([edit]) if whole.changes_promises else ()),
        ),
        len(text) + len(details),
    )


def _copy(one: Copied) -> Piece:
    length = len(one.message.words) + len(one.means)
    name = sentences.terms.SECTION_NAMES[one.section]
    return Piece(name, tuple(copied_blocks(one)), length)


def _labelled(key: SectionKey, label: str, text: str, mark: str = "") -> Piece:
    shown = truncate(text, SECTION_TEXT) if text.strip() else BLANK
    return Piece(sentences.terms.SECTION_NAMES[key], (_marked(label, shown, mark),), len(shown))


def _marked(label: str, text: str, mark: str) -> Block:
    if not mark:
        return labelled(label, text)
    return lines([words(f"{label}  ", bold=True), words(f"({mark})  "), words(text)])


def _to_confirm(
    key: SectionKey, stored: Section, askers: Mapping[int | None, str]
) -> Iterator[Piece]:
    if stored.must_confirm:
        named = ", ".join(sentences.terms.ITEM_NAMES[item] for item in stored.must_confirm)
        label = sentences.forms.FIELDS[Field.MUST_CONFIRM].label
        asker = one_line(askers.get(stored.asker, ""), NAME_SHOWN)
        yield _labelled(key, label, f"{named} (@{asker})" if asker else named)


def _link(link: str) -> Block:
    shown = f"<{escape(link)}>"
    # A link that was cut would lead somewhere else.
    return section(shown) if len(shown) <= SECTION_TEXT else as_typed(link)
