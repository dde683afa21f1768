"""What is pressed, and what menus offer."""

from collections.abc import Mapping
from typing import Final

from bot.views.ids import ActionId, MoreChoice

BUTTONS: Final[Mapping[ActionId, str]] = {
    ActionId.START_ANOTHER: "Start another",
    ActionId.CONFIRM_AE: "Confirm as AE",
    ActionId.OPEN_SIGNATURE: "Countersigned",
    ActionId.OPEN_NEW_DATE: "New date",
    ActionId.OPEN_DEAL: "Change deal",
    ActionId.OPEN_ALIGNMENT: "Record alignment",
    ActionId.COMMITMENT_DONE: "Mark done",
    ActionId.COMMITMENT_NOT_DONE: "Mark not done",
    ActionId.COMMITMENT_CANCELLED: "Mark cancelled",
    ActionId.OPEN_CALL: "Record call",
    ActionId.OPEN_CLOSED_WON: "Override gate",
    ActionId.WRITE_BRIEF: "Write brief",
    ActionId.BRIEF_BACK: "Back",
    ActionId.BRIEF_ALL_STEPS: "All steps",
    ActionId.BRIEF_GO: "Go to step",
    ActionId.CHECK_WORDS: "Check words",
    ActionId.PROMISE_ADD: "Add promise",
    ActionId.PROMISE_EDIT: "Edit promise",
    ActionId.PROMISE_CHANGE: "Edit or withdraw",
    ActionId.CONTACT_ADD: "Add person",
    ActionId.CONTACT_EDIT: "Edit person",
    ActionId.PASTED_OPEN: "Pasted text",
    ActionId.PASTED_MORE: "Paste more",
    ActionId.PASTED_FORGET: "Forget the text",
    ActionId.INVITE_HELPER: "Invite helper",
    ActionId.PREVIEW_MESSAGE: "Preview message",
    ActionId.OPEN_ASSIGN: "Assign CSM",
    ActionId.ACKNOWLEDGE: "Acknowledge brief",
    ActionId.UNDO_ACKNOWLEDGE: "Undo acknowledgement",
    ActionId.OPEN_CHECKS: "Answer checks",
    ActionId.OPEN_PLAN: "Write joint plan",
    ActionId.OPEN_RESTATE: "Restate brief",
    ActionId.OPEN_JUDGE: "Judge restatement",
    ActionId.OPEN_SEND_BACK: "Send brief back",
    ActionId.RETURN_BRIEF: "Return brief",
    ActionId.OPEN_DECLINE: "I am not the right CSM",
    ActionId.OPEN_CANCEL: "Cancel handoff",
    ActionId.UNDO_CANCEL: "Undo cancellation",
    ActionId.OPEN_HANDOFF: "Open handoff",
    ActionId.OPEN_RED_FLAGS: "🔒 Red flags",
    ActionId.OPEN_VERSIONS: "Earlier versions",
    ActionId.OPEN_SNOOZE: "Snooze",
    ActionId.OPEN_NOT_MINE: "Not mine",
    ActionId.STATUS_OPEN: "Open status",
    ActionId.STATUS_POST: "Post to channel",
    ActionId.STATUS_PAGE_BACK: "Previous page",
    ActionId.STATUS_PAGE_ON: "Next page",
    ActionId.STATUS_MINE: "Mine",
    ActionId.STATUS_LATE: "Late",
    ActionId.STATUS_CSV: "CSV to my messages",
    ActionId.STATUS_CLEAR: "Clear filters",
    ActionId.OPEN_ROLES: "People and roles",
    ActionId.OPEN_MANAGERS: "Managers",
    ActionId.OPEN_TIMES: "Your times",
    ActionId.OPEN_PEOPLE_CSV: "People by CSV",
    ActionId.OPEN_PEOPLE_LIST: "Present list",
    ActionId.OPEN_MANAGED: "Who manages whom",
    ActionId.OPEN_NOTIFY: "Notify",
    ActionId.OPEN_UNDELIVERED: "Delivery problems",
    ActionId.LIST_BACK: "Previous page",
    ActionId.LIST_ON: "Next page",
    ActionId.SEND_AGAIN: "Send again",
    ActionId.PUT_ASIDE: "Put aside",
    ActionId.PAUSE: "Pause the bot",
    ActionId.RESUME: "Resume the bot",
    ActionId.POST_AGAIN: "Post it again",
    ActionId.RETRY_COMMAND: "Try again",
    ActionId.OPEN_MAKE_CHANNEL: "Make private channel",
    ActionId.OPEN_MOVE: "Move handoff",
}
MORE_CHOICES: Final[Mapping[MoreChoice, str]] = {
    MoreChoice.SIGNATURE: "Countersigned…",
    MoreChoice.WRITE_BRIEF: "Write brief",
    MoreChoice.SNOOZE: "Snooze…",
    MoreChoice.NOT_MINE: "Not mine…",
    MoreChoice.ASSIGN: "Assign CSM…",
    MoreChoice.CANCEL: "Cancel handoff…",
    MoreChoice.CHANGE_DEAL: "Change deal…",
    MoreChoice.ALIGN: "Record alignment…",
    MoreChoice.NEW_DATE: "New signature date…",
    MoreChoice.UNDO_ACKNOWLEDGE: "Undo acknowledgement",
    MoreChoice.SEND_BACK: "Send brief back…",
    MoreChoice.PLAN: "Write joint plan…",
    MoreChoice.DECLINE: "I am not the right CSM…",
    MoreChoice.UNDO_CANCEL: "Undo cancellation",
    MoreChoice.OPEN: "Open handoff",
    MoreChoice.STATUS_POST: "Post to channel",
    MoreChoice.STATUS_CSV: "CSV to my messages",
}
FOR_AE: Final[Mapping[ActionId, str]] = {
    ActionId.OPEN_ALIGNMENT: "Record alignment for the AE",
    ActionId.OPEN_JUDGE: "Answer restatement for the AE",
}
"""For the AE manager."""
FOR_CSM: Final[Mapping[ActionId, str]] = {
    ActionId.ACKNOWLEDGE: "Acknowledge for the CSM",
    ActionId.OPEN_CHECKS: "Answer checks for the CSM",
    ActionId.OPEN_RESTATE: "Restate brief for the CSM",
    ActionId.OPEN_PLAN: "Write joint plan for the CSM",
}
"""For the CS manager."""
CORRECT_SIGNATURE: Final = "Correct signature"


def more_choices(*, signed: bool) -> Mapping[MoreChoice, str]:
    """The entries of an overflow menu; a recorded signature can only be corrected."""
    correct = f"{CORRECT_SIGNATURE}…"
    return {**MORE_CHOICES, MoreChoice.SIGNATURE: correct} if signed else MORE_CHOICES
