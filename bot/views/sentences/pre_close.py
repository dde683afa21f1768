"""Before the signature, and the commitment."""

from collections.abc import Mapping
from typing import Final

from bot.domain.handoff import CommitmentAnswer

ALIGNMENT_MEANS: Final = (
    "Before the signature you go through the success metric and the promises with somebody of "
    "customer success. It assigns nobody."
)
NEW_DATE_MEANS: Final = (
    "Expected so far: {day}. Reminders follow the new day, and so does the one by which the brief "
    "is to be ready."
)
SIGNATURE_EXPECTED: Final = "signature expected {day}"
CAPTURE_MISSING: Final = "Still without a word: {sections}."
CAPTURE_WHY: Final = "What is written down before the close is not lost with it."
ALIGNMENT_ASKED: Final = (
    "Before it, go through metric and promises with somebody of customer success."
)
SLIPPED: Final = "the signature was expected {day} and is not recorded. What became of it?"
COMMITTED: Final = "{account}: {ae} will have the brief ready by {day}. CSM: {csm}."
COMMITTED_PROPOSED: Final = "{name} (proposed)"
COMMITMENT_ASKED: Final = "{ae} wanted to have the brief ready by {day}. Was it?"
COMMITMENT_READY: Final = "It became ready "
COMMITMENT_NOT_READY: Final = "It is not ready: {state}."
ANSWERED: Final[Mapping[CommitmentAnswer, str]] = {
    CommitmentAnswer.DONE: "Recorded: the commitment was kept.",
    CommitmentAnswer.NOT_DONE: "Recorded: the commitment was not kept.",
    CommitmentAnswer.CANCELLED: "Recorded: the commitment is cancelled.",
}
