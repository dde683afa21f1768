"""One person's own card for one handoff, in their DM: what is done, what is next, what waits."""

from collections.abc import Sequence
from datetime import datetime

from slack_sdk.models.blocks import Block, ButtonElement

from bot.domain.access import Act, Capacity
from bot.domain.backfill import TwoDates
from bot.domain.deadlines import Step
from bot.domain.handoff import State
from bot.domain.read_models import OWED, Guide, Light, StepLine, next_line, urgency
from bot.domain.verification import Part
from bot.views import sentences as said
from bot.views.appointments import talk_line
from bot.views.because import because_blocks
from bot.views.card import Row
from bot.views.ids import ActionId, MoreChoice
from bot.views.intro import csm_wrote_line
from bot.views.limits import BUTTONS, OVERFLOW_OPTIONS
from bot.views.message import (
    Message,
    actions,
    button,
    context,
    header,
    lines,
    more,
    plain_section,
    when,
    who,
    words,
)
from bot.views.payload import Ref
from bot.views.text import channel_link, day, escape, instant_token, isolate, mention, one_line

STEP_BUTTONS = {
    Step.CAPTURE: ActionId.WRITE_BRIEF,
    Step.ALIGNMENT: ActionId.OPEN_ALIGNMENT,
    Step.SIGNATURE: ActionId.OPEN_SIGNATURE,
    Step.COMMITMENT: ActionId.OPEN_HANDOFF,
    Step.MESSAGE: ActionId.PREVIEW_MESSAGE,
    Step.BRIEF: ActionId.WRITE_BRIEF,
    Step.ASSIGN: ActionId.OPEN_ASSIGN,
    Step.READ: ActionId.ACKNOWLEDGE,
    Step.JUDGE: ActionId.OPEN_JUDGE,
    Step.BOOK_CALL: ActionId.OPEN_BOOKING,
    Step.HOLD_CALL: ActionId.OPEN_BRIEFING,
    Step.HOLD_CALL_AE: ActionId.OPEN_BRIEFING,
    Step.INTRO: ActionId.OPEN_INTRO,
    Step.INITIALS: ActionId.INITIAL_ALL,
    Step.INITIALS_AE: ActionId.INITIAL_ALL,
    Step.PREP: ActionId.OPEN_KICKOFF_CARD,
    Step.PREP_AE: ActionId.OPEN_KICKOFF_CARD,
    Step.KICKOFF: ActionId.OPEN_HELD,
    Step.KICKOFF_DAY: ActionId.OPEN_KICKOFF_CARD,
    Step.SETTLE: ActionId.OPEN_SETTLE,
    Step.SETTLE_AE: ActionId.OPEN_SETTLE,
    Step.DECIDE: ActionId.OPEN_SETTLE,
    Step.LATE_TALK: ActionId.OPEN_TALKED,
    Step.LATE_DECIDE: ActionId.OPEN_DECIDE_LATE,
    Step.LATE_DECIDE_AE: ActionId.OPEN_DECIDE_LATE,
    Step.DELIVERY: ActionId.OPEN_LEDGER,
    Step.PLAN: ActionId.OPEN_SUCCESS_PLAN,
    Step.SIGN_PLAN: ActionId.OPEN_SUCCESS_PLAN,
    Step.SIGN_PLAN_AE: ActionId.OPEN_SUCCESS_PLAN,
    Step.MILESTONE: ActionId.OPEN_SUCCESS_PLAN,
    Step.DEBRIEF: ActionId.OPEN_DEBRIEF,
    Step.CHECK_IN: ActionId.OPEN_CHECK_IN,
    Step.MILESTONES: ActionId.OPEN_MILESTONE_REVIEW,
    Step.NPS: ActionId.OPEN_NPS,
    Step.EXPANSION: ActionId.OPEN_EXPANSION,
    Step.EXPANSION_AE: ActionId.OPEN_EXPANSION_AE,
    Step.SCORE: ActionId.OPEN_SCORE,
    Step.SCORE_AE: ActionId.OPEN_SCORE_AE,
    Step.OUTCOME: ActionId.OPEN_CLOSING,
}
"""The button that does the next thing of a step."""
PART_BUTTONS = {
    Part.ACKNOWLEDGEMENT: ActionId.ACKNOWLEDGE,
    Part.CHECKS: ActionId.OPEN_CHECKS,
    Part.RESTATEMENT: ActionId.OPEN_RESTATE,
}
"""The same for what is missing of the reading."""
_ONLY_HERE = frozenset(
    {
        MoreChoice.SNOOZE,
        MoreChoice.NOT_MINE,
        MoreChoice.UNDO_ACKNOWLEDGE,
        MoreChoice.SEND_BACK,
        MoreChoice.ASSIGN,
        MoreChoice.DECLINE,
        MoreChoice.CANCEL,
        MoreChoice.LIFT,
        MoreChoice.UNDO_CLOSING,
    }
)
"""Of the menu, what stands on no page and behind no command: it is never left out for room."""


def step_button(
    step: Step, left: Sequence[Part] = (), *, no_promises: bool = False, unbooked: bool = False
) -> ActionId:
    """The button that does the next thing of a step; `left` is what is missing of the reading.

    Where there are no promises to initial the AE first writes them down, or that none were made;
    a kickoff without a time is booked first.
    """
    if no_promises and step is Step.INITIALS_AE:
        return ActionId.WRITE_BRIEF
    if unbooked and step is Step.KICKOFF:
        return ActionId.OPEN_KICKOFF_BOOKING
    return PART_BUTTONS[left[0]] if left else STEP_BUTTONS[step]


def guide_message(guide: Guide) -> Message:
    """The guide; its first button is the viewer's next thing, where they have one."""
    if guide.no_part:
        return _of_no_part(guide)
    blocks: list[Block] = [header(_title(guide)), context(_facts(guide))]
    if guide.state is not State.OPEN:
        over = (
            said.guide.GUIDE_CANCELLED
            if guide.state is State.CANCELLED
            else said.guide.GUIDE_CLOSED
        )
        blocks.append(plain_section(over))
        blocks += _buttons(guide, [])
        return Message(f"{escape(one_line(guide.account))}: {over}", tuple(blocks))
    told_here = _beyond_steps(guide) if _told_by_steps(guide) else _for_you(guide)
    if told_here:
        blocks.append(plain_section(told_here))
    if guide.because is not None:
        blocks += because_blocks(guide.because)
    if guide.steps:
        # Bold is what the viewer does next, and nothing besides.
        mine = guide.mine.step if guide.mine is not None else None
        blocks.append(lines(*(_step(line, mine=line.step is mine) for line in guide.steps)))
    items = said.terms.open_items(guide.completeness)
    if guide.role is Capacity.AE and items:
        left = said.reminders.STILL_OPEN.format(items=escape(items))
        blocks.append(
            context(f"{said.card.BRIEF}: {said.card.brief_state(guide.completeness)} · {left}")
        )
    if guide.written_quickly and not guide.acknowledged:
        blocks.append(context(said.hints.written_quickly()))
    if guide.role is Capacity.AE and guide.size is not None and guide.signed_at is None:
        # From the signature on its steps say what it gets; why stands behind Open handoff.
        blocks.append(context(escape(said.deal.size_line(guide.size))))
    blocks += [
        context(f"{said.managers.IN_PLACE_OF}{mention(one)}{said.managers.who_is_away(until)}")
        for one, until in guide.stands_in
    ]
    blocks += [
        context(f"{mention(one)}{said.managers.ALONE.format(until=day(until))}")
        for one, until in guide.alone
    ]
    blocks += [context(f"{mention(one)}{said.managers.CLOSED}") for one in guide.gone]
    if guide.two_dates is not None:
        blocks.append(context(_two_dates(guide.two_dates)))
    told = (
        (guide.held, said.guide.INTRO_HELD),
        (guide.call_required, said.guide.CALL_REQUIRED),
        (guide.plan_missing and told_here != said.guide.PLAN_MISSING, said.guide.PLAN_MISSING),
    )
    blocks += [context(sentence) for shown, sentence in told if shown]
    if guide.skipped:
        blocks.append(context(said.briefing.OWN_WITHOUT))
    if guide.call_at is not None:
        blocks.append(context(said.briefing.call_line(instant_token(guide.call_at))))
    if guide.kickoff_at is not None:
        token = instant_token(guide.kickoff_at)
        blocks.append(context(said.kickoff.kickoff_line(token, hold=guide.kickoff_hold)))
    if told_of_note := csm_wrote_line(guide.intro):
        blocks.append(context(told_of_note))
    if told_of_talk := talk_line(guide.talk):
        blocks.append(context(told_of_talk))
    if _debriefs(guide) and guide.debrief.settled:
        told_so_far = said.debrief.state(guide.debrief)
        blocks.append(context(f"{said.debrief.WHOLE}: {told_so_far}"))
    if guide.still_true is not None:
        blocks.append(context(said.reviews.still_true_asked(guide.still_true)))
    if guide.asks:
        blocks.append(context(said.debrief.asks_wait(guide.asks)))
    if guide.champion_owed:
        blocks.append(context(said.champion.OWED))
    if guide.to_initial:
        blocks.append(context(said.ledger.waits_for_you(guide.to_initial)))
    if guide.news:
        blocks.append(context(said.brief.new_since_read(guide.news)))
    blocks += _buttons(guide, _next_actions(guide))
    return Message(_lead(guide), tuple(blocks))


def _of_no_part(guide: Guide) -> Message:
    """What is left of the guide of somebody who had a part once."""
    account = one_line(guide.account)
    blocks = [header(account), plain_section(said.guide.GUIDE_NO_PART), *_buttons(guide, [])]
    return Message(f"{escape(account)}: {said.guide.GUIDE_NO_PART}", tuple(blocks))


def guide_retired_message(guide: Guide, step: Step | None) -> Message:
    """What is left of a guide posted for `step`, once a new one stands further down."""
    if step is None:
        # Before the signature nothing is owed; what brought the first step is the signature.
        done = guide.signed_at if guide.owed_step is Step.MESSAGE else None
    else:
        done = next((line.done_at for line in guide.steps if line.step is step), None)
    account = one_line(guide.account)
    row, told = [words(account, bold=True), words(": ")], ""
    if done is not None:
        before, after = said.guide.RETIRED_DONE.split("{at}")
        name = said.terms.STEP_DONE[step or Step.SIGNATURE]
        row += [words(before.format(done=name)), when(done), words(after)]
        told = said.guide.RETIRED_DONE.format(done=name, at=instant_token(done))
    row.append(words(said.guide.GUIDE_RETIRED))
    return Message(f"{escape(account)}: {told}{said.guide.GUIDE_RETIRED}", (lines(row),))


def owed(line: StepLine | None) -> bool:
    """Whether a step is its owner's to do now."""
    return line is not None and line.light in OWED


def _untimed(line: StepLine | None) -> bool:
    """Whether nobody is reminded of a step, so that there is nothing to snooze."""
    return line is not None and line.light is Light.UNTIMED


def _title(guide: Guide) -> str:
    account = one_line(guide.account)
    if guide.role is Capacity.MEMBER:
        return account
    title = said.guide.GUIDE_STANDS_IN if guide.part_filled else said.guide.GUIDE_TITLE
    return title.format(account=account, role=said.terms.ROLE_NAMES[guide.role])


def _facts(guide: Guide) -> str:
    done = sum(line.light is Light.DONE for line in guide.steps)
    signed = guide.signed_at is not None
    parts = [said.guide.steps_done(done, len(guide.steps), signed=signed)] if guide.steps else []
    if guide.signed_at is not None:
        parts.append(f"signed {instant_token(guide.signed_at)}")
    elif guide.expected_on is not None:
        parts.append(f"signature expected {day(guide.expected_on)}")
    if guide.role is Capacity.CSM and guide.acknowledged and guide.acknowledged_at is not None:
        parts.append(f"{said.guide.GUIDE_ACKNOWLEDGED}{instant_token(guide.acknowledged_at)}")
    if guide.role is not Capacity.AE:
        parts.append(f"AE {mention(guide.ae)}")
    if guide.csm is not None and guide.role is not Capacity.CSM:
        parts.append(f"CSM {mention(guide.csm)}")
    elif guide.csm is None and guide.proposed_csm is not None:
        parts.append(f"proposed CSM {mention(guide.proposed_csm)}")
    if guide.cancelled_at is not None:
        parts.append(f"cancelled {instant_token(guide.cancelled_at)}")
    if guide.closed_at is not None:
        parts.append(f"{said.closing.CLOSED} {instant_token(guide.closed_at)}")
    return " · ".join([*parts, f"in {channel_link(guide.channel_slack_id)}"])


def _told_by_steps(guide: Guide) -> bool:
    """Whether the viewer's own line among the steps says what is up to them."""
    return guide.mine is not None and guide.signed_at is not None and not guide.must_confirm_ae


def _beyond_steps(guide: Guide) -> str:
    """What the viewer's own line among the steps does not say about what is up to them."""
    line = guide.mine
    if line is None or not owed(line):
        return ""
    if line.step is Step.BRIEF and guide.with_ae:
        return said.guide.GUIDE_WITH_AE
    return said.terms.parts_after(line.left)


def _for_you(guide: Guide) -> str:
    if guide.must_confirm_ae:
        starter = isolate(guide.started_by.name) if guide.started_by else said.terms.SOMEBODY
        ready_by = day(guide.commitment_on) if guide.commitment_on is not None else ""
        return said.guide.guide_confirm(starter, ready_by)
    if guide.signed_at is None:
        return said.guide.GUIDE_NOT_SIGNED
    line = guide.mine
    if line is None and guide.role is Capacity.CSM and guide.changed_since:
        return said.guide.guide_changed_since(guide.acknowledged_version or 0)
    if line is None and guide.plan_missing and _reads(guide):
        return said.guide.PLAN_MISSING
    if line is None:
        return _whose_turn(guide)
    return f"{said.terms.step_task(line.step, line.left)}: {_waits(line)}."


def _whose_turn(guide: Guide) -> str:
    now = next_line(guide.steps)
    if now is None or now.owner is None or not owed(now):
        return said.guide.GUIDE_NOTHING
    does = said.terms.step_does(now.step, now.left)
    return said.guide.nothing_but(isolate(now.owner.name), does)


def _reads(guide: Guide) -> bool:
    """Whether the viewer is the CSM with the brief in their hands."""
    return Act.VERIFY in guide.acts and not guide.with_ae


def _lead(guide: Guide) -> str:
    account = escape(one_line(guide.account))
    line = guide.mine
    if guide.must_confirm_ae or guide.signed_at is None or line is None or not owed(line):
        return f"{account}: {escape(_for_you(guide))}"
    name = said.terms.step_name(line.step, line.left)
    if line.light is Light.UNTIMED:
        return f"{account}: {name}, {said.terms.LIGHT_WORDS[line.light]}."
    by = said.reminders.by_when(line.light)
    return f"{account}: {name} {by}{instant_token(line.due_at)}."


def _two_dates(dates: TwoDates) -> str:
    brief = day(dates.brief_on) if dates.brief_on is not None else ""
    kickoff = instant_token(dates.kickoff_at) if dates.kickoff_at is not None else ""
    return said.backfill.two_dates(brief, kickoff)


def _waits(line: StepLine) -> str:
    if line.opens_at is not None:
        return said.guide.WAITS_FOR_TIME
    return said.guide.WAITING_FOR.format(step=said.terms.STEP_NAMES[line.waits_for or Step.ASSIGN])


def _step(line: StepLine, *, mine: bool) -> Row:
    sign = said.terms.LIGHT_SIGNS[line.light]
    if line.light is Light.DONE:
        row = [words(f"{sign} {said.terms.STEP_DONE[line.step]}")]
        return [*row, words(" "), when(line.done_at)] if line.done_at else row
    task = f"{sign} {said.terms.step_task(line.step, line.left)}"
    if line.opens_at is not None:
        return [words(task), words(f" — {said.guide.OPENS}"), when(line.opens_at)]
    if line.light is Light.WAITING:
        return [words(task, bold=mine), words(f" — {_waits(line)}")]
    if line.light in (Light.CANCELLED, Light.AHEAD, Light.MISSED):
        return [words(f"{task} — {said.terms.LIGHT_WORDS[line.light]}")]
    owner = [words(" — "), who(line.owner)] if line.owner else []
    if line.light is Light.UNTIMED:
        told = said.terms.LIGHT_WORDS[line.light]
        return [words(task, bold=mine), *owner, words(f" — {told}")]
    due = said.reminders.DUE_STATES[line.light]
    row = [words(task, bold=mine), *owner, words(f" — {due}"), when(line.due_at)]
    if mine and line.snoozed_until is not None:
        row += [words(said.guide.GUIDE_SNOOZED), when(line.snoozed_until)]
    return row


def _next_actions(guide: Guide) -> list[ActionId]:
    """What the viewer can do now, the next thing first."""
    wanted: list[ActionId] = []
    if guide.must_confirm_ae:
        wanted.append(ActionId.CONFIRM_AE)
    if guide.signed_at is None and Act.SIGN in guide.acts:
        wanted.append(ActionId.OPEN_SIGNATURE)
    mine = [line for line in guide.steps if owed(line) and _is_mine(guide, line)]
    first = guide.mine.step if guide.mine is not None else None

    def order(line: StepLine) -> tuple[bool, bool, tuple[bool, bool, datetime]]:
        # The CSM waits for the answer, and it takes a moment: it is never pushed off the card.
        return line.step is not first, line.step is not Step.JUDGE, urgency(line)

    for line in sorted(mine, key=order):
        unbooked, none_yet = guide.kickoff_at is None, guide.no_promises
        wanted.append(step_button(line.step, line.left, no_promises=none_yet, unbooked=unbooked))
        if line.step is Step.KICKOFF:
            wanted.append(ActionId.OPEN_HELD)
        if line.step is Step.BRIEF and guide.with_ae:
            wanted.append(ActionId.RETURN_BRIEF)
        elif line.step is Step.BRIEF:
            wanted.append(ActionId.OPEN_BRIEF_CHAT)
        if line.step is Step.READ:
            wanted.append(ActionId.OPEN_SEND_BACK)
    if _sends_intro(guide):
        # The editor has it, too: what else is up to the viewer goes before it.
        wanted.append(ActionId.MARK_INTRO_SENT)
    if guide.plan_missing and _reads(guide):
        wanted.append(ActionId.OPEN_PLAN)
    if guide.signed_at is None and Act.EDIT_BRIEF in guide.acts:
        wanted.append(ActionId.WRITE_BRIEF)
    if guide.asks:
        wanted.append(ActionId.DEBRIEF_REPLY)
    if guide.to_initial:
        wanted.append(ActionId.INITIAL_ALL)
    if guide.talk.yours:
        wanted.append(ActionId.OPEN_TALK)
    if guide.champion_owed:
        wanted.append(ActionId.OPEN_CHAMPION)
    if guide.still_true is not None:
        wanted.append(ActionId.OPEN_STILL_TRUE)
    if guide.skips:
        # Second, as the menu has no such choice.
        wanted.insert(1, ActionId.SKIP_BRIEFING)
    return list(dict.fromkeys(wanted))


def _debriefs(guide: Guide) -> bool:
    """Whether the debrief lies before the viewer, who leads it or answers ahead."""
    ahead = guide.signed_at is not None and guide.debrief.done_at is None
    return ahead and Act.ANSWER_DEBRIEF in guide.acts


def _is_mine(guide: Guide, line: StepLine) -> bool:
    return line.owner is not None and line.owner.id == guide.viewer.id


def _buttons(guide: Guide, wanted: list[ActionId]) -> list[Block]:
    shown = [*wanted[: BUTTONS - 1], ActionId.OPEN_HANDOFF]
    # Who left is recorded on the page of the handoff; on a card it is only who follows.
    names = {**said.buttons.BUTTONS, ActionId.OPEN_CHAMPION: said.buttons.NAME_CHAMPION}
    row: list[ButtonElement] = [
        button(
            action,
            names[action],
            Ref(handoff=guide.handoff_id, revision=guide.brief_version),
            primary=index == 0 and action is not ActionId.OPEN_HANDOFF,
        )
        for index, action in enumerate(shown)
    ]
    labels = said.buttons.more_choices(signed=guide.signed_at is not None)
    return actions([*row, more(guide.handoff_id, _choices(guide, shown), labels)])


def _choices(guide: Guide, shown: list[ActionId]) -> list[MoreChoice]:
    if guide.state is not State.OPEN:
        if guide.state is State.CLOSED:
            takes_back = Act.CLOSE in guide.acts and guide.undoable
            offered = (
                (MoreChoice.UNDO_CLOSING, takes_back),
                (MoreChoice.FIRST_VALUE, _reviews(guide)),
            )
            return [choice for choice, there in offered if there]
        if Act.REOPEN not in guide.acts:
            return []
        return [MoreChoice.UNDO_CANCEL if guide.undoable else MoreChoice.REOPEN]
    reads = _reads(guide)
    # A stand-in does not give back what is somebody else's: they say that it is not theirs.
    is_csm = guide.csm is not None and guide.csm.id == guide.viewer.id
    declines = is_csm and Act.DECLINE in guide.acts
    offers = (
        (MoreChoice.SNOOZE, None, owed(guide.mine) and not _untimed(guide.mine)),
        (MoreChoice.NOT_MINE, ActionId.OPEN_NOT_MINE, owed(guide.mine) and not declines),
        (
            MoreChoice.UNDO_ACKNOWLEDGE,
            None,
            Act.UNDO_ACKNOWLEDGE in guide.acts and guide.undoable and guide.acknowledged,
        ),
        (MoreChoice.DEBRIEF, ActionId.OPEN_DEBRIEF, _debriefs(guide)),
        (
            MoreChoice.DEBRIEF_CHAT,
            ActionId.OPEN_DEBRIEF_CHAT,
            _debriefs(guide) and Act.CHAT_DEBRIEF in guide.acts and bool(guide.debrief.unanswered),
        ),
        (
            MoreChoice.BRIEF_CHAT,
            ActionId.OPEN_BRIEF_CHAT,
            Act.EDIT_BRIEF in guide.acts and bool(guide.completeness.open),
        ),
        (MoreChoice.LEDGER, ActionId.INITIAL_ALL, bool(guide.to_initial)),
        (MoreChoice.PLAN, ActionId.OPEN_PLAN, reads and guide.plan_missing),
        (MoreChoice.SEND_BACK, ActionId.OPEN_SEND_BACK, reads),
        (MoreChoice.LIFT, ActionId.OPEN_LIFT, guide.lifts and Act.LIFT_HOLD in guide.acts),
        (MoreChoice.INTRO, ActionId.OPEN_INTRO, guide.intro.writes and guide.csm is not None),
        (MoreChoice.INTRO_SENT, ActionId.MARK_INTRO_SENT, _sends_intro(guide)),
        (MoreChoice.WROTE_BEFORE, ActionId.OPEN_CONTACT, guide.intro.notes),
        (MoreChoice.BRIEFING, ActionId.OPEN_BRIEFING, _calls(guide)),
        (
            MoreChoice.BOOKING,
            ActionId.OPEN_BOOKING,
            _calls(guide) and guide.call_at is not None and Act.BOOK_BRIEFING in guide.acts,
        ),
        (MoreChoice.WRITE_BRIEF, ActionId.WRITE_BRIEF, Act.EDIT_BRIEF in guide.acts),
        (
            MoreChoice.ASSIGN,
            ActionId.OPEN_ASSIGN,
            Act.ASSIGN in guide.acts and guide.assignable,
        ),
        (MoreChoice.DECLINE, ActionId.OPEN_DECLINE, declines),
        (MoreChoice.TALK, ActionId.OPEN_TALK, guide.talk.opens),
        (MoreChoice.KICKOFF_CARD, ActionId.OPEN_KICKOFF_CARD, guide.shows_kickoff),
        (MoreChoice.KICKOFF_BOOKING, ActionId.OPEN_KICKOFF_BOOKING, guide.books_kickoff),
        (MoreChoice.HELD, ActionId.OPEN_HELD, _holds_kickoff(guide)),
        (MoreChoice.SUCCESS_PLAN, ActionId.OPEN_SUCCESS_PLAN, _plans(guide)),
        (MoreChoice.FIRST_VALUE, ActionId.OPEN_FIRST_VALUE, _reviews(guide)),
        (
            MoreChoice.CLOSING,
            ActionId.OPEN_CLOSING,
            guide.kickoff_held and Act.CLOSE in guide.acts,
        ),
        (MoreChoice.SIGNATURE, ActionId.OPEN_SIGNATURE, Act.SIGN in guide.acts),
        (MoreChoice.CANCEL, ActionId.OPEN_CANCEL, Act.CANCEL in guide.acts),
        (MoreChoice.CHANGE_DEAL, ActionId.OPEN_DEAL, Act.CHANGE_DEAL in guide.acts),
        (MoreChoice.ALIGN, ActionId.OPEN_ALIGNMENT, _aligns(guide)),
        (
            MoreChoice.NEW_DATE,
            ActionId.OPEN_NEW_DATE,
            guide.signed_at is None and Act.SIGN in guide.acts,
        ),
    )
    found = [choice for choice, as_button, offered in offers if offered and as_button not in shown]
    first = sorted(found, key=lambda choice: choice not in _ONLY_HERE)[:OVERFLOW_OPTIONS]
    return [choice for choice in found if choice in first]


def _sends_intro(guide: Guide) -> bool:
    """Whether the intro is the viewer's to send now; not while it waits."""
    return any(
        line.step is Step.INTRO and owed(line) and _is_mine(guide, line) for line in guide.steps
    )


def _calls(guide: Guide) -> bool:
    """Whether the briefing call lies before the viewer, or may have been held already."""
    begun = guide.signed_at is not None and guide.csm is not None
    owed_now = any(
        line.step in (Step.BOOK_CALL, Step.HOLD_CALL, Step.HOLD_CALL_AE)
        and line.light is not Light.DONE
        for line in guide.steps
    )
    return begun and owed_now and Act.HOLD_BRIEFING in guide.acts


def _reviews(guide: Guide) -> bool:
    return guide.kickoff_held and Act.RECORD_CSM_STEP in guide.acts


def _holds_kickoff(guide: Guide) -> bool:
    begun = guide.signed_at is not None and guide.csm is not None
    return begun and Act.HOLD_KICKOFF in guide.acts


def _plans(guide: Guide) -> bool:
    begun = guide.signed_at is not None and guide.csm is not None
    return begun and Act.CONCLUDE_MILESTONE in guide.acts


def _aligns(guide: Guide) -> bool:
    ahead = any(line.step is Step.ALIGNMENT for line in guide.steps)
    return guide.signed_at is None and ahead and Act.ALIGN in guide.acts
