"""Reminders and late notices: about one step, to the one who owes it or to their manager."""

from slack_sdk.models.blocks import Block

from bot.domain.deadlines import Step
from bot.domain.notices import NoticeKind
from bot.domain.read_models import Light, NudgeModel
from bot.views import sentences as said
from bot.views.card import Row
from bot.views.guide import step_button
from bot.views.ids import ActionId
from bot.views.message import Message, actions, button, lines, when, who, words
from bot.views.payload import Ref
from bot.views.text import escape, instant_token, one_line


def nudge_message(nudge: NudgeModel, kind: NoticeKind) -> Message:
    """What is due, why this person hears it, and the one button that does the next thing.

    It stays on screen, so times are absolute and no distance is named.
    """
    late = kind in (NoticeKind.LATE, NoticeKind.LATE_FOR_MANAGER)
    to_manager = kind is NoticeKind.LATE_FOR_MANAGER or nudge.told_as_manager
    account, step = one_line(nudge.account), said.terms.step_name(nudge.line.step, nudge.line.left)
    due = said.reminders.WAS_DUE if late else said.reminders.DUE
    light = Light.LATE if late else nudge.line.light
    # It stays on screen past its due time, so that "due soon" would not stay true.
    told = said.terms.LIGHT_WORDS[light] if late else said.reminders.REMINDER
    sign = f"{said.terms.LIGHT_SIGNS[light]} {told}: "
    rows: list[Row] = [
        [
            words(sign),
            words(account, bold=True),
            words(f" — {step} {due}"),
            when(nudge.line.due_at),
        ]
    ]
    rows += _for_manager(nudge) if to_manager else _for_owner(nudge)
    if late and nudge.holds_up is not None:
        rows.append(
            [words(said.reminders.HOLDS_UP.format(step=said.terms.STEP_NAMES[nudge.holds_up]))]
        )
    rows.append([words(said.reminders.WHY_MANAGER if to_manager else _why(nudge.line.step))])
    text = f"{escape(account)}: {step} {due}{instant_token(nudge.line.due_at)}."
    return Message(text, (lines(*rows), *_buttons(nudge, to_manager=to_manager)))


def _why(step: Step) -> str:
    return f"Why you: {said.reminders.WHY_YOU[step]}."


def _for_owner(nudge: NudgeModel) -> list[Row]:
    rows: list[Row] = [[words(missing)] for missing in _missing(nudge)]
    if nudge.snoozed_reason:
        rows.append(
            [words(said.reminders.SNOOZED_FOR), words(f"“{one_line(nudge.snoozed_reason)}”")]
        )
    return rows


def _missing(nudge: NudgeModel) -> list[str]:
    line, left = nudge.line, nudge.line.left
    if line.step is not Step.BRIEF:
        return [
            said.reminders.MISSING_PARTS[left[0]] if left else said.reminders.MISSING[line.step]
        ]
    told = [said.reminders.MISSING_SENT_BACK] if nudge.with_ae else []
    items = said.terms.open_items(nudge.completeness)
    if items:
        told.append(said.reminders.STILL_OPEN.format(items=items))
    return told or [said.reminders.MISSING[line.step]]


def _for_manager(nudge: NudgeModel) -> list[Row]:
    owner = nudge.line.owner
    if owner is None:
        return []
    return [[words(said.reminders.OWED_BY), who(owner)]]


def _buttons(nudge: NudgeModel, *, to_manager: bool) -> list[Block]:
    about = Ref(handoff=nudge.handoff_id)
    if to_manager:
        return actions(
            [
                button(
                    ActionId.STATUS_OPEN,
                    said.buttons.BUTTONS[ActionId.STATUS_OPEN],
                    Ref(),
                    primary=True,
                ),
                button(ActionId.OPEN_HANDOFF, said.buttons.BUTTONS[ActionId.OPEN_HANDOFF], about),
            ]
        )
    does = step_button(nudge.line.step, nudge.line.left)
    gives = ActionId.RETURN_BRIEF
    sent_back = nudge.line.step is Step.BRIEF and nudge.with_ae
    shown = Ref(handoff=nudge.handoff_id, revision=nudge.brief_version)
    snooze = Ref(handoff=nudge.handoff_id, thing=nudge.line.step.value)
    return actions(
        [
            button(does, said.buttons.BUTTONS[does], shown, primary=True),
            button(gives, said.buttons.BUTTONS[gives], about) if sent_back else None,
            button(ActionId.OPEN_SNOOZE, said.buttons.BUTTONS[ActionId.OPEN_SNOOZE], snooze),
        ]
    )
