"""Every command, action, view and field id, as enums; a test holds them against the listeners."""

from enum import StrEnum


class CommandId(StrEnum):
    """Slash commands."""

    HANDOFF = "/handoff"
    STATUS = "/handoff-status"


class ActionId(StrEnum):
    """Buttons and menus; each has one listener, wherever it is shown."""

    START_ANOTHER = "start_another"
    CONFIRM_AE = "confirm_ae"
    OPEN_SIGNATURE = "open_signature"
    WRITE_BRIEF = "write_brief"
    BRIEF_BACK = "brief_back"
    BRIEF_ALL_STEPS = "brief_all_steps"
    BRIEF_GO = "brief_go"
    PROMISE_ADD = "promise_add"
    PROMISE_EDIT = "promise_edit"
    PREVIEW_MESSAGE = "preview_message"
    OPEN_ASSIGN = "open_assign"
    ACKNOWLEDGE = "acknowledge"
    UNDO_ACKNOWLEDGE = "undo_acknowledge"
    OPEN_CANCEL = "open_cancel"
    UNDO_CANCEL = "undo_cancel"
    OPEN_HANDOFF = "open_handoff"
    OPEN_SNOOZE = "open_snooze"
    MORE = "more"
    """The overflow menu of a message; what was chosen stands in the option's value."""
    STATUS_OPEN = "status_open"
    STATUS_POST = "status_post"
    STATUS_PAGE_BACK = "status_page_back"
    STATUS_PAGE_ON = "status_page_on"
    OPEN_ROLES = "open_roles"
    PAUSE = "pause"
    RESUME = "resume"
    POST_AGAIN = "post_again"
    RETRY_COMMAND = "retry_command"


class MoreChoice(StrEnum):
    """Entries of the overflow menus (five at most in one menu)."""

    SIGNATURE = "signature"
    WRITE_BRIEF = "write_brief"
    SNOOZE = "snooze"
    ASSIGN = "assign"
    CANCEL = "cancel"
    UNDO_ACKNOWLEDGE = "undo_acknowledge"
    UNDO_CANCEL = "undo_cancel"
    OPEN = "open"


class ViewId(StrEnum):
    """Callback ids of modals; those with a submit button have a listener."""

    START = "start"
    SIGNATURE = "signature"
    BRIEF = "brief"
    BRIEF_STEPS = "brief_steps"
    PROMISE = "promise"
    PREVIEW = "preview"
    ASSIGN = "assign"
    CANCEL = "cancel"
    SNOOZE = "snooze"
    ROLES = "roles"
    STATUS = "status"
    WHOLE = "whole"
    PROBLEM = "problem"


class Field(StrEnum):
    """Action ids of inputs; unique within a view, so a value is found whatever its block id."""

    ACCOUNT = "account"
    VALUE = "value"
    CURRENCY = "currency"
    AE = "ae"
    AE_MANAGER = "ae_manager"
    CSM = "csm"
    CS_MANAGER = "cs_manager"
    SIGNED_AT = "signed_at"
    EXPECTED_ON = "expected_on"
    LINKS = "links"
    LIGHT_ANYWAY = "light_anyway"
    METRIC = "metric"
    TODAY = "today"
    TARGET = "target"
    BY = "by"
    WHOSE = "whose"
    SAID_ON = "said_on"
    MUST_CONFIRM = "must_confirm"
    NONE_MADE = "none_made"
    REFUSED = "refused"
    WORDS = "words"
    KIND = "kind"
    SAID_TO = "said_to"
    DUE = "due"
    WITHDRAW = "withdraw"
    """Reason to withdraw a promise; an entry in it withdraws."""
    REASON = "reason"
    UNTIL = "until"
    PERSON = "person"
    ROLES = "roles"
    MANAGER = "manager"
    REGION = "region"
