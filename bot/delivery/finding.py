"""Accounts by what people type for them: an address or a handle. What Slack says is not kept."""

from collections.abc import Mapping
from typing import Any

from slack_sdk.errors import SlackApiError

from bot.delivery.asking import Asking
from bot.domain.errors import Invalid, NotFound, Problem, SlackUnavailable
from bot.slack_calls import CALL_FAILED

PEOPLE_A_PAGE = 200
_NOBODY = frozenset({"users_not_found", "user_not_found", "user_not_visible"})
_NOT_LET = frozenset({"missing_scope", "no_permission", "access_denied"})


class Finding:
    """Asks Slack for the ids of accounts; a list of all people is asked for once."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking
        self._by_handle: dict[int, Mapping[str, frozenset[str]]] = {}

    def by_email(self, workspace_id: int, address: str) -> str:
        """The account with an address; raises NotFound for none.

        Raises Invalid where Slack does not let the bot look, SlackUnavailable.
        """
        try:
            told = self._asking.ask(workspace_id, "users.lookupByEmail", None, email=address)
        except SlackApiError as error:
            word = error.response.get("error")
            if word in _NOBODY:
                raise NotFound(Problem.NOT_A_COLLEAGUE) from error
            if word in _NOT_LET:
                raise Invalid(Problem.NO_EMAIL_SCOPE) from error
            raise SlackUnavailable(Problem.SLACK_SILENT) from error
        except CALL_FAILED as error:
            raise SlackUnavailable(Problem.SLACK_SILENT) from error
        return str(told["user"]["id"])

    def by_handle(self, workspace_id: int, handle: str) -> frozenset[str]:
        """The open accounts with a handle or display name; raises SlackUnavailable."""
        if workspace_id not in self._by_handle:
            self._by_handle[workspace_id] = self._handles(workspace_id)
        return self._by_handle[workspace_id].get(handle.casefold(), frozenset())

    def _handles(self, workspace_id: int) -> Mapping[str, frozenset[str]]:
        found: dict[str, set[str]] = {}
        cursor: str | None = None
        while True:
            try:
                page = self._asking.ask(
                    workspace_id,
                    "users.list",
                    None,
                    one_of_many=cursor is not None,
                    limit=PEOPLE_A_PAGE,
                    cursor=cursor,
                )
            except CALL_FAILED as error:
                raise SlackUnavailable(Problem.SLACK_SILENT) from error
            for user in page["members"]:
                for name in _names(user):
                    found.setdefault(name, set()).add(user["id"])
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return {name: frozenset(ids) for name, ids in found.items()}


def _names(user: Mapping[str, Any]) -> set[str]:
    if user.get("deleted"):
        return set()
    profile = user.get("profile") or {}
    typed = (user.get("name"), profile.get("display_name"))
    return {str(name).casefold() for name in typed if name}
