"""Why a step came back, in the words of who gave it back; wherever the step is taken up again."""

from slack_sdk.models.blocks import Block

from bot.domain.read_models import Because
from bot.views import sentences as said
from bot.views.blocks import as_typed
from bot.views.message import plain_section
from bot.views.text import isolate


def because_blocks(because: Because) -> list[Block]:
    """Who gave it back and what it is about, then their words as typed."""
    by = isolate(because.by.name) if because.by else said.terms.SOMEBODY
    told = said.guide.because(because.of, by, because.items)
    return [plain_section(told), as_typed(because.words)]
