"""Files that do not come."""

from collections.abc import Mapping
from typing import Final

from bot.domain.notices import NoticeKind

FAILED: Final[Mapping[NoticeKind, tuple[str, str]]] = {
    NoticeKind.STATUS_CSV: (
        "The file of your handoff status could not be sent, because Slack did not take it; "
        "/handoff-status shows the same list.",
        "Whether the file of your handoff status arrived cannot be seen; if it is not here, ask "
        "for it again with /handoff-status.",
    ),
    NoticeKind.LEDGER_FILE: (
        "The file of a promise ledger could not be sent, because Slack did not take it; Open "
        "ledger shows the same entries.",
        "Whether the file of a promise ledger arrived cannot be seen; if it is not here, ask for "
        "it again in the ledger.",
    ),
    NoticeKind.PLAN_FILE: (
        "The file of a success plan could not be sent, because Slack did not take it; its text "
        "for the customer says the same.",
        "Whether the file of a success plan arrived cannot be seen; if it is not here, ask for it "
        "again beside the text for the customer.",
    ),
    NoticeKind.TALK_FILE: (
        "The file with the time of a debrief could not be sent, because Slack did not take it; "
        "your own card of the handoff names the time.",
        "Whether the file with the time of a debrief arrived cannot be seen; your own card of the "
        "handoff names the time.",
    ),
    NoticeKind.KICKOFF_FILE: (
        "The file with the time of a kickoff could not be sent, because Slack did not take it; "
        "Kickoff card shows the time, with a link for a calendar.",
        "Whether the file with the time of a kickoff arrived cannot be seen; Kickoff card shows "
        "the time, with a link for a calendar.",
    ),
    NoticeKind.KICKOFF_FELL: (
        "The time of a kickoff is off, or another one's, and the file that takes it out of your "
        "calendar could not be sent; your own cards of handoffs name the times that hold.",
        "The time of a kickoff is off, or another one's; whether the file that takes it out of "
        "your calendar arrived cannot be seen.",
    ),
    NoticeKind.TALK_FELL: (
        "The time of a debrief that was agreed on is off, and the file that takes it out of your "
        "calendar could not be sent; your own cards of handoffs name the times that hold.",
        "The time of a debrief that was agreed on is off; whether the file that takes it out of "
        "your calendar arrived cannot be seen.",
    ),
}
"""By the file: that Slack refused it, and that nobody can see whether it came."""
