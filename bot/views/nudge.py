"""Reminders and late notices: about one step, to the one who owes it or to their manager."""

from slack_sdk.models.blocks import Block

from bot.domain.deadlines import Step
from bot.domain.notices import NoticeKind
from bot.domain.plan import Milestone
from bot.domain.promises import Promise
from bot.domain.read_models import Became, Light, NudgeModel, Over
from bot.views import sentences as said
from bot.views.card import Row
from bot.views.guide import step_button
from bot.views.ids import ActionId, MoreChoice
from bot.views.limits import LINE
from bot.views.message import Message, actions, button, lines, more, when, who, words
from bot.views.payload import Ref
from bot.views.text import day, escape, instant_token, one_line
from bot.views.why import why_rows


def nudge_message(nudge: NudgeModel, kind: NoticeKind) -> Message:
    """What is due, why this person hears it, and the one button that does the next thing.

    It stays on screen, so times are absolute and no distance is named.
    """
    late = kind in (NoticeKind.LATE, NoticeKind.LATE_FOR_MANAGER)
    to_manager = kind is NoticeKind.LATE_FOR_MANAGER or nudge.told_as_manager
    rows: list[Row] = [heading(nudge, late=late)]
    rows += for_manager(nudge) if to_manager else for_owner(nudge)
    if told := holds_up(nudge):
        rows.append([words(told)])
    rows += why_rows(nudge.why) if to_manager else [_why(nudge)]
    return Message(lead(nudge, late=late), (lines(*rows), *_buttons(nudge, to_manager=to_manager)))


def heading(nudge: NudgeModel, *, late: bool) -> Row:
    """The first line: which handoff, which step, and by when."""
    light = Light.LATE if late else nudge.line.light
    # It stays on screen past its due time, so that "due soon" would not stay true.
    told = said.terms.LIGHT_WORDS[light] if late else said.reminders.REMINDER
    step = said.terms.step_name(nudge.line.step, nudge.line.left, nudge.line.number)
    return [
        words(f"{said.terms.LIGHT_SIGNS[light]} {told}: "),
        words(one_line(nudge.account), bold=True),
        words(f" — {step} {_by(light, late=late)}"),
        when(nudge.line.due_at),
    ]


def lead(nudge: NudgeModel, *, late: bool) -> str:
    """The same for notifications and screen readers."""
    step = said.terms.step_name(nudge.line.step, nudge.line.left, nudge.line.number)
    light = Light.LATE if late else nudge.line.light
    due = f"{_by(light, late=late)}{instant_token(nudge.line.due_at)}"
    return f"{escape(one_line(nudge.account))}: {step} {due}."


def over_row(over: Over) -> Row:
    """What is left of a reminder that does not hold any more."""
    light = Light.DONE if over.became is Became.DONE else Light.WAITING
    step = said.terms.step_name(over.line.step, number=over.line.number)
    row: Row = [
        words(f"{said.terms.LIGHT_SIGNS[light]} "),
        words(one_line(over.account), bold=True),
    ]
    if over.became is Became.DONE and over.line.done_at is not None:
        return [*row, words(f" — {step}: {said.digest.DONE_AT}"), when(over.line.done_at)]
    if over.became is Became.DUE_LATER:
        return [*row, words(f" — {step}: {said.digest.DUE_NOW}"), when(over.line.due_at)]
    return [*row, words(f" — {step}: {said.digest.BECAME[over.became]}")]


def over_message(over: Over) -> Message:
    """In place of a reminder that does not hold any more; nothing is left to press."""
    step = said.terms.step_name(over.line.step, number=over.line.number)
    text = f"{escape(one_line(over.account))}: {step}, {said.digest.BECAME[over.became]}."
    return Message(text, (lines(over_row(over)),))


def _by(light: Light, *, late: bool) -> str:
    """What is shown now may be late by the time it is read; only a late notice says so."""
    planned = light is Light.AGREED
    usual = said.reminders.PLANNED if planned else said.reminders.DUE
    return said.reminders.WAS_DUE if late else usual


def holds_up(nudge: NudgeModel) -> str:
    """What waits for a step; of the intro it is the first contact, where there was none."""
    step = nudge.holds_up
    if step is None and (nudge.line.step is not Step.INTRO or nudge.contacted):
        return ""
    name = said.terms.STEP_NAMES[step] if step is not None else said.intro.FIRST_CONTACT
    return said.reminders.HOLDS_UP.format(step=name)


def _why(nudge: NudgeModel) -> Row:
    in_place = _in_place(nudge)
    return in_place or [words(f"{said.managers.WHY}{said.reminders.WHY_YOU[nudge.line.step]}.")]


def _in_place(nudge: NudgeModel) -> Row:
    if nudge.stands_in is None or nudge.away_until is None:
        return []
    away = said.managers.who_is_away(nudge.away_until)
    told = f"{said.managers.WHY}{said.managers.STANDS_IN}"
    return [words(told), who(nudge.stands_in), words(away)]


def why_not_own(nudge: NudgeModel) -> list[Row]:
    """Why the reader is told of a step that is not their own part; empty where it is."""
    if nudge.told_as_manager:
        return why_rows(nudge.why)
    in_place = _in_place(nudge)
    return [in_place] if in_place else []


def for_owner(nudge: NudgeModel) -> list[Row]:
    """What is missing, and the reader's own reason where they asked to be reminded now."""
    rows: list[Row] = []
    if nudge.promise is not None:
        rows.append([words(f"“{one_line(nudge.promise.text.words, LINE)}”")])
    if nudge.milestone is not None:
        rows.append([words(f"“{one_line(nudge.milestone.text.words, LINE)}”")])
    rows += [[words(missing)] for missing in _missing(nudge)]
    if nudge.snoozed_reason:
        rows.append(
            [words(said.reminders.SNOOZED_FOR), words(f"“{one_line(nudge.snoozed_reason)}”")]
        )
    return rows


def _missing(nudge: NudgeModel) -> list[str]:
    line, left = nudge.line, nudge.line.left
    if line.step is Step.INTRO:
        return _missing_of_the_intro(nudge)
    if nudge.no_promises and line.step is Step.INITIALS_AE:
        return [said.reminders.MISSING_PROMISES]
    if line.step is Step.KICKOFF and nudge.kickoff_at is None:
        return [said.reminders.MISSING_BOOKING]
    if of_the_plan := _missing_of_the_plan(nudge):
        return [of_the_plan]
    if line.step is not Step.BRIEF:
        return [
            said.reminders.MISSING_PARTS[left[0]] if left else said.reminders.MISSING[line.step]
        ]
    told = [said.reminders.MISSING_SENT_BACK] if nudge.with_ae else []
    items = said.terms.open_items(nudge.completeness)
    if items:
        told.append(said.reminders.STILL_OPEN.format(items=items))
    return told or [said.reminders.MISSING[line.step]]


def _missing_of_the_plan(nudge: NudgeModel) -> str:
    """What keeps it from being drafted or signed, where anything of it is there."""
    if nudge.line.step is Step.PLAN and nudge.incomplete:
        return said.plan.incomplete(nudge.incomplete)
    if nudge.line.step is not Step.SIGN_PLAN:
        return ""
    return said.plan.lacks(nudge.unsigned)


def _missing_of_the_intro(nudge: NudgeModel) -> list[str]:
    told = said.reminders.MISSING[Step.INTRO]
    if nudge.contacted:
        told = said.reminders.MISSING_INTRO_AFTER_NOTE
    draft = nudge.draft_words
    return [told] if draft is None else [told, said.intro.draft_has(draft)]


def for_manager(nudge: NudgeModel) -> list[Row]:
    """Who owes it, and until when they are away."""
    owner = nudge.line.owner
    if owner is None:
        return []
    rows: list[Row] = [[words(said.reminders.OWED_BY), who(owner)]]
    if nudge.away_until is not None and nudge.stands_in is not None:
        away = said.managers.who_is_away(nudge.away_until)
        rows.append([words(said.managers.IN_PLACE_OF), who(nudge.stands_in), words(away)])
    elif nudge.away_until is not None:
        rows.append([who(owner), words(said.managers.ALONE.format(until=day(nudge.away_until)))])
    elif nudge.owner_gone:
        rows.append([who(owner), words(said.managers.CLOSED)])
    return rows


def names_another(nudge: NudgeModel) -> ActionId | None:
    """The button by which a manager can help at once, naming somebody who is there."""
    if nudge.away_until is None and not nudge.owner_gone:
        return None
    if nudge.reassigns_ae:
        return ActionId.OPEN_REASSIGN_AE
    return ActionId.OPEN_ASSIGN if nudge.reassigns else None


def _buttons(nudge: NudgeModel, *, to_manager: bool) -> list[Block]:
    about = Ref(handoff=nudge.handoff_id)
    if to_manager:
        names = names_another(nudge)
        return actions(
            [
                button(names, said.buttons.BUTTONS[names], about, primary=True)
                if names is not None
                else None,
                button(
                    ActionId.STATUS_OPEN,
                    said.buttons.BUTTONS[ActionId.STATUS_OPEN],
                    Ref(),
                    primary=names is None,
                ),
                button(ActionId.OPEN_HANDOFF, said.buttons.BUTTONS[ActionId.OPEN_HANDOFF], about),
            ]
        )
    if nudge.promise is not None:
        return _about_a_promise(nudge, nudge.promise)
    if nudge.milestone is not None:
        return _about_a_milestone(nudge, nudge.milestone)
    line = nudge.line
    unbooked, none_yet = nudge.kickoff_at is None, nudge.no_promises
    does = step_button(line.step, line.left, no_promises=none_yet, unbooked=unbooked)
    gives, sent = ActionId.RETURN_BRIEF, ActionId.MARK_INTRO_SENT
    sent_back = nudge.line.step is Step.BRIEF and nudge.with_ae
    shown = Ref(handoff=nudge.handoff_id, revision=nudge.brief_version)
    snooze = Ref(handoff=nudge.handoff_id, thing=nudge.line.step.value)
    return actions(
        [
            button(does, said.buttons.BUTTONS[does], shown, primary=True),
            button(gives, said.buttons.BUTTONS[gives], about) if sent_back else None,
            button(sent, said.buttons.BUTTONS[sent], about) if line.step is Step.INTRO else None,
            button(ActionId.OPEN_SNOOZE, said.buttons.BUTTONS[ActionId.OPEN_SNOOZE], snooze),
            more(
                nudge.handoff_id,
                [MoreChoice.DECLINE if nudge.declines else MoreChoice.NOT_MINE],
                said.buttons.MORE_CHOICES,
                step=None if nudge.declines else nudge.line.step.value,
            ),
        ]
    )


def _about_a_promise(nudge: NudgeModel, promise: Promise) -> list[Block]:
    does, snoozes = step_button(nudge.line.step), ActionId.OPEN_SNOOZE
    about = Ref(handoff=nudge.handoff_id, entry=promise.id, revision=promise.version)
    step = Ref(handoff=nudge.handoff_id, thing=nudge.line.step.value, entry=promise.number)
    return actions(
        [
            button(does, said.buttons.BUTTONS[does], about, primary=True),
            button(snoozes, said.buttons.BUTTONS[snoozes], step),
        ]
    )


def _about_a_milestone(nudge: NudgeModel, milestone: Milestone) -> list[Block]:
    done, opens, snoozes = (
        ActionId.MILESTONE_DONE,
        ActionId.OPEN_SUCCESS_PLAN,
        ActionId.OPEN_SNOOZE,
    )
    about = Ref(handoff=nudge.handoff_id, entry=milestone.id, revision=milestone.version)
    step = Ref(handoff=nudge.handoff_id, thing=nudge.line.step.value, entry=milestone.number)
    return actions(
        [
            button(done, said.buttons.BUTTONS[done], about, primary=True),
            button(opens, said.buttons.BUTTONS[opens], Ref(handoff=nudge.handoff_id)),
            button(snoozes, said.buttons.BUTTONS[snoozes], step),
        ]
    )
