"""Permissions that Slack asked for and the app does not have, as calls run into them."""

import threading
from collections.abc import Collection

from slack_sdk.errors import SlackApiError


class MissingScopes:
    """Remembers, for whoever looks now and then, which scopes were missing in which workspace."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._met: set[tuple[int, str]] = set()

    def meet(self, workspace_id: int, error: SlackApiError) -> None:
        """Take note where a call was refused for a missing scope, of what Slack says is needed."""
        if error.response.get("error") != "missing_scope":
            return
        needed = _scopes(error.response.get("needed"))
        lacking = needed - _scopes(error.response.get("provided"))
        with self._guard:
            self._met.update((workspace_id, one) for one in lacking or needed)

    def met(self, workspace_id: int) -> Collection[str]:
        """Those of a workspace."""
        with self._guard:
            return sorted(scope for of, scope in self._met if of == workspace_id)

    def forget(self, workspace_id: int, scopes: Collection[str]) -> None:
        """These are looked after."""
        with self._guard:
            self._met -= {(workspace_id, one) for one in scopes}


def _scopes(listed: object) -> set[str]:
    """Slack's list of scopes, with commas between them."""
    found = listed.split(",") if isinstance(listed, str) else ()
    return {one.strip() for one in found if one.strip()}
