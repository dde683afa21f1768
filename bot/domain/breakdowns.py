"""What went otherwise than the process has it, kept so that it can be learned from."""

from enum import StrEnum


class Breakdown(StrEnum):
    """Kinds of it; each is recorded once a handoff."""

    DEBRIEF_LATE = "debrief_late"
    """It was held later than the end of the business day before the kickoff."""
    KICKOFF_BEFORE_DEBRIEF = "kickoff_before_debrief"
    BRIEF_UNOPENED = "brief_unopened"
    """The kickoff was held before the CSM did anything with the brief."""
    KICKOFF_WITHOUT_AE = "kickoff_without_ae"
    """One that was to be joint."""
    KICKOFF_RUN_BY_AE = "kickoff_run_by_ae"
    KNOWN_ASKED_AGAIN = "known_asked_again"
    """The customer was asked again what they had told before."""
    OTHER_SUCCESS = "other_success"
    """The customer remembers another success than the brief has."""
    KICKOFF_LATE = "kickoff_late"
    """It is, or was, past the last business day for it."""
    AE_SILENT = "ae_silent"
    """A day after the signature most of the brief was still open."""
    CS_WROTE_FIRST = "cs_wrote_first"
    """Somebody from customer success wrote to the champion before the AE's intro."""
    CLOSED_WITHOUT_GATE = "closed_without_gate"
    """The AE manager let the deal be closed as won while its gate was shut."""
    INTRO_WHILE_HELD = "intro_while_held"
    """It went out though the brief was not read, or the briefing call was still owed."""
