"""What could not be delivered, in words: what, and to whom or where; why stands in `refusals`."""

from collections.abc import Mapping
from typing import Final

from bot.domain.notices import NoticeKind, SurfaceKind

NONE_LEFT: Final = "Everything arrived. Nothing waits for anybody here."
MEANS: Final = (
    "Send again tries once more what Slack refused, after its cause is gone. What may have arrived "
    "is not repeated. Put aside takes it off this list and changes nothing else."
)
KINDS: Final[Mapping[NoticeKind | SurfaceKind, str]] = {
    NoticeKind.NUDGE: "A reminder",
    NoticeKind.LATE: "That a step is late",
    NoticeKind.LATE_FOR_MANAGER: "That a step is late, to the manager",
    NoticeKind.SUMMARY: "A summary",
    NoticeKind.BOT_POSTED: "That the bot posted the handoff message",
    NoticeKind.CANNOT_POST: "That the handoff message cannot be posted",
    NoticeKind.WHERE_NEXT: "The question where a handoff goes on",
    NoticeKind.OWNER_GONE: "That somebody with a part has no account any more",
    NoticeKind.CSM_MENTION: "Who the CSM is",
    NoticeKind.CSM_INVITE: "The CSM's invitation to the channel",
    NoticeKind.MEMBER_INVITE: "An invitation to the channel",
    NoticeKind.MOVED: "That the handoff moved",
    NoticeKind.INVITE_BY_HAND: "That somebody has to be invited by hand",
    NoticeKind.HELPER_INVITED: "What a helper is asked for",
    NoticeKind.ACKNOWLEDGED: "That the brief was acknowledged",
    NoticeKind.ACKNOWLEDGE_UNDONE: "That an acknowledgement was taken back",
    NoticeKind.SIGNATURE_CORRECTED: "That the signature was corrected",
    NoticeKind.DUE_MOVED: "That due times moved",
    NoticeKind.KICKOFF_FILE: "The kickoff for the calendar",
    NoticeKind.KICKOFF_FELL: "That the time of the kickoff is off",
    NoticeKind.KICKOFF_CARD: "The way to the card of the kickoff",
    NoticeKind.KICKOFF_LATER: "That the customer wanted a later kickoff",
    NoticeKind.KICKOFF_PAST: "That the kickoff is past its last day",
    NoticeKind.KICKOFF_MORNING: "What the kickoff still needs",
    NoticeKind.KICKOFF_LACKED: "Which section was missing in the kickoff",
    NoticeKind.KICKOFF_HELD: "That the kickoff was held",
    NoticeKind.BRIEFING_BOOKED: "When the briefing call is",
    NoticeKind.BRIEFING_SKIPPED: "That somebody needs no briefing call",
    NoticeKind.BRIEFING_HELD: "That the briefing call was held",
    NoticeKind.INTRO_SENT: "That the intro went out",
    NoticeKind.INTRO_NOT_SENT: "That the intro did not go out",
    NoticeKind.CSM_WROTE: "That the CSM wrote before the intro",
    NoticeKind.HOLD_LIFTED: "That the intro may go out before the briefing call",
    NoticeKind.TALK_PROPOSED: "A time proposed for the debrief",
    NoticeKind.TALK_FILE: "The debrief for the calendar",
    NoticeKind.TALK_KEPT: "That the debrief stays at its time",
    NoticeKind.TALK_FELL: "That the time of the debrief is off",
    NoticeKind.CANCELLED: "That the handoff was cancelled",
    NoticeKind.CANCEL_UNDONE: "That a cancellation was taken back",
    NoticeKind.HANDOFF_CLOSED: "That the handoff is closed",
    NoticeKind.AE_LEAVES: "That the AE leaves a closed handoff",
    NoticeKind.REOPENED: "That the handoff was opened again",
    NoticeKind.LINKED: "What handoff it belongs together with",
    NoticeKind.UNLINKED: "That it no longer goes on in another handoff",
    NoticeKind.ANCHOR: "The length and last hash of the history",
    NoticeKind.SENT_BACK: "That the brief was sent back",
    NoticeKind.UNDO_OFFER: "The offer to undo",
    NoticeKind.TIER_CHANGED: "That the deal has another size",
    NoticeKind.CAPTURE_REMINDER: "A reminder to capture the deal",
    NoticeKind.ALIGNMENT_REMINDER: "A reminder of the alignment",
    NoticeKind.SIGNATURE_SLIPPED: "The question what became of the signature",
    NoticeKind.COMMITTED: "By when a brief will be ready",
    NoticeKind.COMMITMENT_ASKED: "The question whether a commitment was kept",
    NoticeKind.STATUS_POST: "A posted status list",
    NoticeKind.STATUS_CSV: "The status list as a file",
    NoticeKind.LEDGER_FILE: "A promise ledger as a file",
    NoticeKind.PLAN_FILE: "The shared part of a success plan as a file",
    NoticeKind.PLAN_SIGNED: "That the success plan is signed",
    NoticeKind.PLAN_REOPENED: "That a signed success plan changed",
    NoticeKind.PLAN_VOIDED: "That the success plan waits for a yes again",
    NoticeKind.FILE_FAILED: "That a file did not arrive",
    NoticeKind.REASSIGNED: "That somebody else has a part",
    NoticeKind.CHAMPION_LEFT: "That the champion left",
    NoticeKind.CHAMPION_NAMED: "Who the champion is",
    NoticeKind.NOT_MINE: "That somebody says a step is not theirs",
    NoticeKind.OUTDATED: "That the brief changed after it was acknowledged",
    NoticeKind.DISPUTED: "That a promise is disputed",
    NoticeKind.SETTLE_ASKED: "The question what becomes of a disputed promise",
    NoticeKind.DISPUTE_ESCALATED: "That RevOps decides a dispute",
    NoticeKind.DISPUTE_OVER: "What came of a dispute",
    NoticeKind.LATE_DIFFERS: "That AE and CSM answered differently about a late promise",
    NoticeKind.REACTION_NOT_TAKEN: "That a reaction to a promise changed nothing",
    NoticeKind.CHAT_OPENED: "The first message of a chat",
    NoticeKind.CHAT_SAID: "A question in a chat",
    NoticeKind.CHAT_ELSEWHERE: "Where a chat is to be answered",
    NoticeKind.DEBRIEF_ASKED: "Questions of the debrief to the AE",
    NoticeKind.DEBRIEF_REPLIED: "That the AE answered the CSM",
    NoticeKind.DEBRIEF_AHEAD: "That the AE answered the debrief ahead",
    NoticeKind.DEBRIEF_DONE: "That the debrief is done",
    NoticeKind.LISTENER_NAMED: "Who the second listener is",
    NoticeKind.RECORDED_FOR: "That somebody recorded a step for its owner",
    NoticeKind.PROMISE_CHANGED: "That customer success changed a promise",
    NoticeKind.OVERRIDDEN: "That a gate was overridden",
    NoticeKind.WELCOME: "The first message of the bot",
    NoticeKind.ALARM: "An alarm to an admin",
    NoticeKind.UNCONFIRMED: "The question whether a message arrived",
    SurfaceKind.CARD: "The card in the deal channel",
    SurfaceKind.GUIDE: "A guide card",
    SurfaceKind.PROMISE: "A promise below the card",
    SurfaceKind.HOME: "The Home tab",
}
OF_NEWER: Final = "A message of a newer version of the bot"
GOES_ON: Final = "The bot tried it many times, and goes on trying."
HIDDEN: Final = "a handoff in a private channel"
OF: Final = " of "
TO: Final = " → "


def what(kind: NoticeKind | SurfaceKind | None) -> str:
    """What it is that was not delivered."""
    return KINDS[kind] if kind is not None else OF_NEWER


def home_line(count: int) -> str:
    """How many there are, on the Home tab of admins."""
    if count == 1:
        return "One message was not delivered, or may not have been."
    return f"{count} messages were not delivered, or may not have been."
