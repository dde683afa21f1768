"""The scopes of the bot's token, as Slack names them with an answer."""

from collections.abc import Callable

from slack_sdk.web import SlackResponse

from bot.slack_calls import CALL_FAILED


class Granted:
    """What the token may do, as Slack named it last: another installation changes it at any time.

    `ask` asks Slack who the bot is, and raises one of CALL_FAILED.
    """

    def __init__(
        self, ask: Callable[[], SlackResponse], told: frozenset[str] | None = None
    ) -> None:
        self._ask = ask
        self._told = told

    def known(self) -> frozenset[str] | None:
        """The scopes as they were named last; None where they never were."""
        return self._told

    def anew(self) -> frozenset[str] | None:
        """The scopes as they are now; None where Slack does not name them, and what is known stays.

        That is so where it does not answer, too.
        """
        try:
            told = scopes_of(self._ask())
        except CALL_FAILED:
            return None
        if told is not None:
            self._told = told
        return told


def scopes_of(told: SlackResponse) -> frozenset[str] | None:
    """What the header of an answer says that the token may do; None where it has none."""
    header = {name.lower(): value for name, value in (told.headers or {}).items()}
    listed = header.get("x-oauth-scopes")
    if not isinstance(listed, str):
        return None
    return frozenset(scope.strip() for scope in listed.split(",") if scope.strip())
