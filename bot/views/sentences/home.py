"""The Home tab and help."""

from typing import Final

HOME_PAUSED: Final = "The bot is paused: it answers, and sends nothing by itself."
HOME_NEEDS_YOU: Final = "Needs you now"
HOME_WAITING: Final = "Waiting on others"
HOME_MINE: Final = "My handoffs"
HOME_HELP: Final = "Help"
HOME_ADMIN: Final = "Admins"
HOME_HELPS: Final = "you help with: {sections}"
HOME_NOTHING: Final = "Nothing needs you."
HOME_NOT_SIGNED: Final = "Nothing is due before the signature; below is what can be done already."
HELP: Final = (
    ("/handoff", "in a deal channel starts a handoff, or shows where the open one stands"),
    ("/handoff new", "starts another handoff in a channel that has one"),
    ("/handoff signed", "records when both sides had signed, or corrects it"),
    ("/handoff deal", "changes the value of the deal and what its size rests on"),
    ("/handoff gate", "shows whether the deal may be closed as won, and records the call"),
    ("/handoff promise", "writes a promise down for the brief and the ledger"),
    ("/handoff reassign", "names another AE, CSM or manager for the deal"),
    ("/handoff champion", "records that the customer's champion left, and who follows"),
    ("/handoff-status", "lists the open handoffs, the most urgent first"),
    ("/handoff help", "shows these lines"),
)
HELP_LEAD: Final = "A handoff carries a won deal from the AE to the CSM, in its deal channel."


def unknown_words(typed: str) -> str:
    """The answer to words behind `/handoff` that mean nothing here."""
    words = " ".join(typed.split())
    shown = words if len(words) <= 60 else words[:59] + "…"
    return (
        f"“{shown}” is not something /handoff knows. Type /handoff alone to start or to see where "
        "this deal stands, and /handoff help for all it knows."
    )
