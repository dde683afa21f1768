"""How an answer reaches the person who acted: in the acknowledgement, or by a call to Slack."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from slack_sdk import WebClient
from slack_sdk.models.views import View
from slack_sdk.web import SlackResponse
from slack_sdk.webhook import WebhookClient

from bot.domain.errors import HandoffError
from bot.flows.answers import Answer, Done, FieldErrors, Open, Push, Refresh, Say, Update
from bot.flows.asked import Asked, Kind
from bot.flows.inputs import Typed
from bot.slack_calls import Patience
from bot.views.problem import problem_view

RESPONSE_URL_TIMEOUT = 1
"""Seconds for a sentence sent before the answer; Slack waits three in all."""
LAST_WORD = 0.4
"""Seconds a refusal has in any case: else whoever pressed would hear nothing of it."""

Through = Callable[[int, str, Callable[[], SlackResponse]], object]
"""Makes a call of a method for a workspace and tells how it ended; raises what the call does."""
_METHODS: Mapping[str, Callable[..., SlackResponse]] = {
    "views.open": WebClient.views_open,
    "views.push": WebClient.views_push,
    "views.update": WebClient.views_update,
}


@dataclass(frozen=True)
class Screen:
    """Where whoever acted is shown something, as long as there is time to."""

    client: WebClient
    patience: Patience
    through: Through

    def show(self, asked: Asked, method: str, *, least: float = 0.0, **given: Any) -> None:
        """Show a view; raises one of CALL_FAILED."""
        lent = self.patience.lend(self.client, least=least)
        self.through(asked.workspace_id, method, partial(_METHODS[method], lent, **given))


def payload_of(answer: Answer, asked: Asked) -> dict[str, Any]:
    """What the acknowledgement itself carries."""
    if asked.kind is Kind.COMMAND and isinstance(answer, Say):
        return {**answer.message.to_args(), "response_type": "ephemeral"}
    if asked.kind is not Kind.SUBMISSION:
        return {}
    if isinstance(answer, Update | Open):
        return {"response_action": "update", "view": answer.view.to_dict()}
    if isinstance(answer, Push):
        return {"response_action": "push", "view": answer.view.to_dict()}
    if isinstance(answer, FieldErrors):
        typed = asked.typed
        errors = {typed.block_of(name): text for name, text in answer.sentences.items()}
        return {"response_action": "errors", "errors": errors}
    return {}


def field_refusal(
    error: HandoffError, sentence: str, typed: Typed, instead: View
) -> dict[str, Any]:
    """The same for a form that stays open, with the sentence under a field where there is one.

    A form without fields gives way to a view that says it.
    """
    block = typed.block_named(error.field) or typed.first_block()
    if block is None:
        return {"response_action": "update", "view": instead.to_dict()}
    return {"response_action": "errors", "errors": {block: sentence}}


def show(answer: Answer, asked: Asked, screen: Screen) -> None:
    """Show what the acknowledgement cannot carry; raises one of CALL_FAILED."""
    if isinstance(answer, Done | Update) and answer.refresh is not None:
        _refresh(answer.refresh, asked, screen)
    if asked.kind is Kind.SUBMISSION:
        return
    if isinstance(answer, Done) and answer.spent and asked.whispered and asked.response_url:
        _hook(asked.response_url, screen.patience).send(delete_original=True)
    if isinstance(answer, Open) or (isinstance(answer, Push | Update) and not asked.in_modal):
        screen.show(asked, "views.open", trigger_id=asked.trigger_id or "", view=answer.view)
    elif isinstance(answer, Push):
        screen.show(asked, "views.push", trigger_id=asked.trigger_id or "", view=answer.view)
        if answer.refresh is not None:
            _refresh(answer.refresh, asked, screen)
    elif isinstance(answer, Update) and asked.view is not None:
        screen.show(asked, "views.update", view_id=asked.view["id"], view=answer.view)
    elif isinstance(answer, Say) and asked.kind is Kind.ACTION:
        whisper(answer, asked, screen, problem_view(answer.message.text))


def whisper(
    answer: Say, asked: Asked, screen: Screen, instead: View, *, least: float = 0.0
) -> None:
    """A sentence to the person who pressed, where they pressed; in a modal and on Home a view.

    Slack has no place for a message there. Raises one of CALL_FAILED.
    """
    if asked.response_url is None:
        opens = "views.push" if asked.in_modal else "views.open"
        screen.show(asked, opens, least=least, trigger_id=asked.trigger_id or "", view=instead)
        return
    _hook(asked.response_url, screen.patience, least=least).send(
        text=answer.message.text,
        blocks=answer.message.blocks,
        response_type="ephemeral",
        replace_original=False,
    )


def _refresh(refresh: Refresh, asked: Asked, screen: Screen) -> None:
    screen.show(asked, "views.update", view_id=refresh.view_id, view=refresh.view)


def _hook(response_url: str, patience: Patience, *, least: float = 0.0) -> WebhookClient:
    seconds = patience.seconds(RESPONSE_URL_TIMEOUT, least=least)
    return WebhookClient(response_url, timeout=seconds, retry_handlers=[])  # type: ignore[arg-type]
