"""Permissions that Slack asked for and the app does not have, as calls run into them."""

import threading
from collections.abc import Collection

from bot.delivery.outcomes import Outcome


class MissingScopes:
    """Remembers, for whoever looks now and then, which scopes were missing in which workspace."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._met: set[tuple[int, str]] = set()

    def heard(self, workspace_id: int, outcome: Outcome) -> None:
        """Take note of what a call of a workspace was refused for."""
        if not outcome.lacking:
            return
        with self._guard:
            self._met.update((workspace_id, one) for one in outcome.lacking)

    def met(self, workspace_id: int) -> Collection[str]:
        """Those of a workspace."""
        with self._guard:
            return sorted(scope for of, scope in self._met if of == workspace_id)

    def forget(self, workspace_id: int, scopes: Collection[str]) -> None:
        """These are looked after."""
        with self._guard:
            self._met -= {(workspace_id, one) for one in scopes}
