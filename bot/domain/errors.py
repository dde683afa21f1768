"""The small family of errors an act can end in; each carries a code and facts, never a sentence."""

from collections.abc import Mapping
from enum import StrEnum


class Problem(StrEnum):
    """What stood in the way; `views/sentences/` has one sentence for each."""

    NOT_YOUR_TURN = "not_your_turn"
    NOT_A_MEMBER = "not_a_member"
    ADMINS_ONLY = "admins_only"
    PRIVATE_CHANNEL = "private_channel"
    NOTHING_TO_POST = "nothing_to_post"
    NOTHING_TO_SEND = "nothing_to_send"
    HANDOFF_GONE = "handoff_gone"
    HANDOFF_CANCELLED = "handoff_cancelled"
    NO_HANDOFF_HERE = "no_handoff_here"
    ALREADY_DONE = "already_done"
    NOTHING_TO_UNDO = "nothing_to_undo"
    UNDO_TOO_LATE = "undo_too_late"
    GATE_CLOSED = "gate_closed"
    NOT_SIGNED = "not_signed"
    NOT_ASSIGNED = "not_assigned"
    PROMISE_WITHDRAWN = "promise_withdrawn"
    PROMISE_REWORDED = "promise_reworded"
    NOT_DELIVERABLE = "not_deliverable"
    """A promise says not yet who delivers it by when."""
    NOTHING_TO_DISPUTE = "nothing_to_dispute"
    """The entry says that nothing was promised."""
    DISPUTED_ALREADY = "disputed_already"
    NOT_DISPUTED = "not_disputed"
    ALREADY_ANSWERED = "already_answered"
    """A manager answers a dispute once."""
    WITH_REVOPS = "with_revops"
    """The managers differ, or one was too late."""
    NOTHING_REWORDED = "nothing_reworded"
    NOTHING_TO_DELIVER = "nothing_to_deliver"
    KICKOFF_AHEAD = "kickoff_ahead"
    NOT_ACKNOWLEDGED = "not_acknowledged"
    BRIEF_SENT_BACK = "brief_sent_back"
    BRIEF_NOT_READY = "brief_not_ready"
    NOTHING_TO_JUDGE = "nothing_to_judge"
    OWN_WORDS = "own_words"
    """Who wrote the restatement would say whether it matches."""
    ASKED_WHY_NOW = "asked_why_now"
    """A form that was opened as the owner's is sent by somebody who records it for them."""
    NO_PLAN_NEEDED = "no_plan_needed"
    PLAN_AND_NONE_NEEDED = "plan_and_none_needed"
    """Both in one form."""
    CHOOSE = "choose"
    CHOOSE_ONE = "choose_one"
    SAME_PERSON = "same_person"
    OWN_MANAGER = "own_manager"
    AE_IS_MANAGER = "ae_is_manager"
    BOTH_SIDES = "both_sides"
    """A stand-in would act for AE and CSM of one handoff."""
    OWN_STAND_IN = "own_stand_in"
    STAND_IN_AWAY = "stand_in_away"
    STAND_IN_OTHER_SIDE = "stand_in_other_side"
    NOBODY_TO_ASK = "nobody_to_ask"
    SAID_ALREADY = "said_already"
    NO_PROFILE_SCOPE = "no_profile_scope"
    """Slack does not let the bot read profiles."""
    QUIET_AT_WORK = "quiet_at_work"
    SUMMARY_AT_NIGHT = "summary_at_night"
    """A summary would come in the quiet hours."""
    NOT_A_COLLEAGUE = "not_a_colleague"
    NO_CS_MANAGER = "no_cs_manager"
    BAD_VALUE = "bad_value"
    UNKNOWN_CURRENCY = "unknown_currency"
    BAD_CURRENCY = "bad_currency"
    BAD_RATE = "bad_rate"
    BAD_NUMBER = "bad_number"
    COMMITMENT_TOO_LATE = "commitment_too_late"
    SIGNED_ALREADY = "signed_already"
    HELD_LATER = "held_later"
    BAD_MINUTES = "bad_minutes"
    ASK_OR_MARK = "ask_or_mark"
    """An answer is marked and asked about in one form."""
    NOTHING_LEFT = "nothing_left"
    """A chat would ask what is answered already."""
    CHAT_WENT_ON = "chat_went_on"
    TOO_FEW = "too_few"
    """Fewer people than a talk has."""
    NO_LISTENER = "no_listener"
    """Whoever was chosen to listen is neither CS manager nor of RevOps."""
    GATE_OPEN = "gate_open"
    BELOW_TIERS = "below_tiers"
    LIGHT_OR_NOTHING = "light_or_nothing"
    SIGNED_IN_FUTURE = "signed_in_future"
    SIGNED_TOO_OLD = "signed_too_old"
    TALK_MOVED = "talk_moved"
    TALK_OVER = "talk_over"
    """Another time is proposed or agreed on than the one that was shown."""
    NOT_YET_HELD = "not_yet_held"
    """Something is recorded as held at a time that is still to come."""
    HELD_BEFORE_SIGNATURE = "held_before_signature"
    DATE_NEEDED = "date_needed"
    DATE_IN_PAST = "date_in_past"
    TIME_PAST = "time_past"
    TOO_FAR_AHEAD = "too_far_ahead"
    TOO_LONG_AGO = "too_long_ago"
    BAD_LINK = "bad_link"
    UNKNOWN_REGION = "unknown_region"
    NOT_WORKING_TIME = "not_working_time"
    TOO_LONG = "too_long"
    TOO_MANY = "too_many"
    EMPTY = "empty"
    NONE_AND_SOME = "none_and_some"
    NO_RISKS_AND_SOME = "no_risks_and_some"
    AE_FILLS_ALL = "ae_fills_all"
    NO_SECTION = "no_section"
    BRIEF_CHANGED = "brief_changed"
    CHANGED_MEANWHILE = "changed_meanwhile"
    BUSY = "busy"
    STORAGE_DOWN = "storage_down"
    STALE_BUTTON = "stale_button"
    CHANNEL_SHARED = "channel_shared"
    CHANNEL_GUESTS = "channel_guests"
    CHANNEL_ARCHIVED = "channel_archived"
    CHANNEL_NOT_INSIDE = "channel_not_inside"
    CHANNEL_UNKNOWN = "channel_unknown"
    CHANNEL_IS_DM = "channel_is_dm"
    NOT_IN_CHANNEL = "not_in_channel"
    """The person is not a member of the private channel they chose."""
    MEMBERS_UNKNOWN = "members_unknown"
    """Slack did not say whether they are."""
    BAD_CHANNEL_NAME = "bad_channel_name"
    TAKEN_CHANNEL_NAME = "taken_channel_name"
    NO_CHANNEL_MADE = "no_channel_made"
    """Slack lets the bot make none."""
    NO_ANCHOR = "no_anchor"
    """A text that is no anchor of a history, or one that was cut."""
    NOTHING_TO_COPY = "nothing_to_copy"
    """A message without any words."""
    COPY_GONE = "copy_gone"
    """What was copied of a message was added, or forgotten."""
    COPY_FROM_SHARED = "copy_from_shared"
    COPY_FROM_GUESTS = "copy_from_guests"
    NOWHERE_TO_ADD = "nowhere_to_add"
    """No open handoff that this person writes in."""
    NOT_YOURS_TO_ADD_TO = "not_yours_to_add_to"
    SAY_WHAT_IT_MEANS = "say_what_it_means"
    MAY_READ_IT = "may_read_it"
    """Whoever copies has not said yet that others may read it."""
    STANDS_ALREADY = "stands_already"
    """There is one already, and only one is kept."""
    SLACK_SILENT = "slack_silent"
    UNEXPECTED = "unexpected"


class HandoffError(Exception):
    """An act was refused; nothing of it was kept."""

    def __init__(
        self,
        problem: Problem,
        *,
        field: str | None = None,
        whose: tuple[int, ...] = (),
        facts: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(problem.value)
        self.problem = problem
        self.field = field
        """The form field the person should look at, where there is one."""
        self.whose = whose
        """Ids of the people whose turn it is."""
        self.facts = dict(facts or {})


class NotAllowed(HandoffError):
    """The actor has no right to this act."""


class NotFound(HandoffError):
    """What the act was about does not exist, or not for this workspace."""


class Conflict(HandoffError):
    """Somebody else was faster, or the store is busy; trying again may work."""


class Invalid(HandoffError):
    """The input, or the state the handoff is in, does not admit the act."""


class SlackUnavailable(HandoffError):
    """Slack did not answer in time or refused for a reason of its own."""
