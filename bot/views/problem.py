"""A refusal or a failure as a message or as a modal, for where there is no form to say it in."""

from slack_sdk.models.blocks import ButtonElement
from slack_sdk.models.views import View

from bot.views import sentences as said
from bot.views.ids import ActionId, ViewId
from bot.views.message import Message, actions, plain, plain_section
from bot.views.text import escape


def problem_message(sentence: str, retry: tuple[str, str] | None = None) -> Message:
    """The sentence (plain text), with a way to try again: action id and value of the button."""
    if retry is None:
        return Message(escape(sentence), (plain_section(sentence),))
    action_id, value = retry
    again = ButtonElement(
        action_id=action_id, value=value, text=plain(said.BUTTONS[ActionId.RETRY_COMMAND])
    )
    return Message(escape(sentence), (plain_section(sentence), *actions([again])))


def problem_view(sentence: str) -> View:
    """The sentence (plain text) in a modal; problems keep nothing of what was asked."""
    return _only(said.PROBLEM_TITLE, sentence)


def started_view(account: str) -> View:
    """What stands in place of the start form when the brief is for somebody else to write."""
    return _only(said.STARTED_TITLE, said.started_for(account))


def _only(title: str, sentence: str) -> View:
    return View(
        type="modal",
        callback_id=ViewId.PROBLEM.value,
        title=plain(title),
        close=plain(said.CLOSE),
        blocks=[plain_section(sentence)],
    )
