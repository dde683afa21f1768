"""The questions that need somebody who presses."""

import queue
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from slack_sdk.socket_mode import SocketModeClient
from slack_sdk.socket_mode.client import BaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

from bot.probing.answers import Answer
from bot.probing.place import Place, word
from bot.slack_calls import CALL_FAILED

OPEN, STATE, WORDS, FORM = "probe_open", "probe_state", "probe_words", "probe_form"
QUESTION_STATE = "Does a button in a modal's body bring what was typed (`view.state`)?"
QUESTION_CLOSED = "Is `view_closed` delivered when a modal is closed by its X?"

Payload = Mapping[str, Any]


class Presses:
    """What a person does, as it comes in over a socket of the probe's own."""

    def __init__(self, place: Place, app_token: str) -> None:
        self._come: queue.Queue[Payload] = queue.Queue()
        self._socket = SocketModeClient(app_token, web_client=place.client)
        self._socket.socket_mode_request_listeners.append(self._take)

    def __enter__(self) -> "Presses":
        self._socket.connect()
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def _take(self, client: BaseSocketModeClient, request: SocketModeRequest) -> None:
        if request.type == "interactive":
            # What is not the probe's is for another connection of the app: Slack is not told that
            # it arrived, and the person reads that it did not.
            if not _of_the_probe(request.payload):
                return
            self._come.put(request.payload)
        client.send_socket_mode_response(SocketModeResponse(envelope_id=request.envelope_id))

    def wait(self, seconds: float, *wanted: str) -> Payload | None:
        """The next of these sorts; None where nothing came in time."""
        while True:
            try:
                payload = self._come.get(timeout=seconds)
            except queue.Empty:
                return None
            if sort_of(payload) in wanted:
                return payload


def sort_of(payload: Payload) -> str:
    """What was done: the button's id, else the sort of the payload."""
    if payload.get("type") == "block_actions":
        return str(payload["actions"][0]["action_id"])
    return str(payload.get("type"))


def _of_the_probe(payload: Payload) -> bool:
    if payload.get("type") == "block_actions":
        return sort_of(payload) in (OPEN, STATE)
    return (payload.get("view") or {}).get("callback_id") == FORM


@dataclass(frozen=True)
class WithPerson:
    """Asks somebody at the screen to press, and waits so long for each step."""

    place: Place
    app_token: str
    seconds: float
    tell: Callable[[str], None]

    def ask(self) -> list[Answer]:
        """Both questions; nobody pressing is an answer, too."""
        try:
            with Presses(self.place, self.app_token) as presses:
                return self._asked(presses)
        except CALL_FAILED as error:
            told = (f"not answered: {word(error)}",)
            return [_state(told), _closed(told)]

    def _asked(self, presses: Presses) -> list[Answer]:
        self.place.post("person", "A probe: press the button.", blocks=_message())
        self.tell(f"Press *Open* below the probe's message, within {self.seconds:.0f} s …")
        pressed = presses.wait(self.seconds, OPEN)
        if pressed is None:
            return [_state(("nobody pressed",)), _closed(("nobody pressed",))]
        opened = self.place.client.views_open(trigger_id=pressed["trigger_id"], view=_form())
        self.tell("Type a word into the form, then press *Look* in it …")
        looked = presses.wait(self.seconds, STATE)
        state = _state(_told_of(looked))
        self.tell("Now close the form by its X …")
        closed = presses.wait(self.seconds, "view_closed", "view_submission")
        if closed is None:
            return [state, _closed(("not within the time there was",))]
        if sort_of(closed) == "view_submission":
            return [state, _closed(("not asked: the form was sent instead",))]
        same = closed["view"]["id"] == opened["view"]["id"]
        return [
            state,
            _closed(
                (
                    f"yes, {'with' if same else 'without'} the id of the modal that was opened",
                    f"`is_cleared` is {str(bool(closed.get('is_cleared'))).lower()}",
                )
            ),
        ]


def _told_of(looked: Payload | None) -> tuple[str, ...]:
    if looked is None:
        return ("nobody pressed",)
    values = ((looked.get("view") or {}).get("state") or {}).get("values") or {}
    typed = ((values.get(WORDS) or {}).get(WORDS) or {}).get("value")
    came = "comes along, with what was typed" if typed else "does not come along"
    return (
        f"`view.state` {came if values else 'is not there'}",
        f"`view.hash` is {'there' if (looked.get('view') or {}).get('hash') else 'not there'}",
    )


def _state(found: tuple[str, ...]) -> Answer:
    return Answer(
        QUESTION_STATE, found, "the buttons in the brief's form, which save the step first"
    )


def _closed(found: tuple[str, ...]) -> Answer:
    return Answer(QUESTION_CLOSED, found, "nothing now: no flow relies on it")


def _plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def _button(action_id: str, text: str) -> dict[str, Any]:
    button = {"type": "button", "action_id": action_id, "text": _plain(text)}
    return {"type": "actions", "elements": [button]}


def _message() -> list[dict[str, Any]]:
    text = _plain("A probe of the handoff bot's: press Open. It is deleted soon.")
    return [{"type": "section", "text": text}, _button(OPEN, "Open")]


def _form() -> dict[str, Any]:
    typed = {"type": "plain_text_input", "action_id": WORDS}
    return {
        "type": "modal",
        "callback_id": FORM,
        "title": _plain("Probe"),
        "submit": _plain("Do not press"),
        "close": _plain("Close"),
        "notify_on_close": True,
        "blocks": [
            {"type": "section", "text": _plain("Type a word, press Look, close by the X.")},
            {"type": "input", "block_id": WORDS, "label": _plain("A word"), "element": typed},
            _button(STATE, "Look"),
        ],
    }
