"""A refusal or a failure as a message or as a modal, for where there is no form to say it in."""

from collections.abc import Sequence

from slack_sdk.models.blocks import Block, ButtonElement
from slack_sdk.models.views import View

from bot.domain.read_models import NamedPerson
from bot.views import sentences as said
from bot.views.ids import ActionId, ViewId
from bot.views.message import Message, actions, button, plain, plain_section
from bot.views.payload import Ref
from bot.views.text import escape, isolate


def problem_message(
    sentence: str,
    retry: tuple[str, str] | None = None,
    *,
    handoff_id: int | None = None,
    offer: ActionId | None = None,
) -> Message:
    """The sentence (plain text), with a way to try again: action id and value of the button.

    With `handoff_id` it has the button that opens the handoff it speaks of; `offer` is another
    way on.
    """
    pressed = [_opens(handoff_id)] if handoff_id is not None else []
    if offer is not None:
        pressed.append(button(offer, said.buttons.BUTTONS[offer], Ref(), primary=True))
    if retry is not None:
        action_id, value = retry
        again = plain(said.buttons.BUTTONS[ActionId.RETRY_COMMAND])
        pressed.append(ButtonElement(action_id=action_id, value=value, text=again))
    return Message(escape(sentence), (plain_section(sentence), *actions(pressed)))


def problem_view(sentence: str, *, handoff_id: int | None = None) -> View:
    """The sentence (plain text) in a modal; problems keep nothing of what was asked."""
    pressed = [_opens(handoff_id)] if handoff_id is not None else []
    return _only(said.problems.PROBLEM_TITLE, sentence, actions(pressed))


def _opens(handoff_id: int) -> ButtonElement:
    look = ActionId.OPEN_HANDOFF
    return button(look, said.buttons.BUTTONS[look], Ref(handoff=handoff_id))


def started_view(account: str, ae: NamedPerson | None) -> View:
    """What stands in place of the start form when the brief is for somebody else to write."""
    name = isolate(ae.name) if ae is not None else said.terms.SOMEBODY
    return _only(said.problems.STARTED_TITLE, said.notices.started_for(account, name))


def done_view() -> View:
    """What a form sent twice is answered with where the first answer cannot be drawn again."""
    return _only(said.problems.DONE_TITLE, said.problems.DONE_BEFORE)


def _only(title: str, sentence: str, pressed: Sequence[Block] = ()) -> View:
    return View(
        type="modal",
        callback_id=ViewId.PROBLEM.value,
        title=plain(title),
        close=plain(said.forms.CLOSE),
        blocks=[plain_section(sentence), *pressed],
    )
