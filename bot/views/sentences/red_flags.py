"""What is behind the lock, and who may look."""

from typing import Final


def red_flags_for(names: str) -> str:
    """Who may look behind the lock, for somebody who may not (plain text)."""
    return (
        "Red flags are for the AE, the CSM, the second listener and the CS manager of this "
        f"handoff: {names}. What is behind this button, and whether anything is, only they see."
    )


RED_FLAGS_NONE: Final = "Nothing is written down here yet."
RED_FLAGS_LEAD: Final = (
    "For AE, CSM, second listener and CS manager of this handoff, and nobody else."
)
