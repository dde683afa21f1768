"""What is said of files that somebody asked for."""

from bot.domain.notices import NoticeKind
from bot.views import sentences as said
from bot.views.message import Message, plain_section


def file_failed_message(file: NoticeKind, *, unclear: bool) -> Message:
    """For who waits for a file that was not sent, or of which nobody can see whether it was."""
    refused, doubtful = said.files.FAILED[file]
    text = doubtful if unclear else refused
    return Message(text, (plain_section(text),))
