"""What becomes of promises after the kickoff."""

from collections.abc import Mapping
from typing import Final

from bot.domain.promises import Fate

FATES: Final[Mapping[Fate, str]] = {
    Fate.DELIVERED: "✅ Delivered, says",
    Fate.RENEGOTIATED: "🔁 Renegotiated with the customer, says",
    Fate.BROKEN: "❌ Broken, says",
}
BROKEN_MEANS: Final = "Everybody who reads the promise reads this, too. It may be corrected later."
RENEGOTIATED_MEANS: Final = (
    "What is agreed with the customer now. It is another wording: both sides initial it anew."
)


def fate(of: Fate, by: str) -> str:
    """What became of it and who said so, before when."""
    return f"{FATES[of]} {by}"
