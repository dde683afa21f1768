"""Which workspace a delivery is for, and as whom the bot acts there."""

from collections.abc import Mapping

from slack_bolt.authorization import AuthorizeResult

from bot.slack_calls import TokenSource
from bot.storage.unit_of_work import Store, WorkspaceRow


class Installations:
    """The workspaces that have a row and a token.

    Rows are remembered: what they say here changes only when the app is installed anew. Tokens are
    asked for each time. `bot_ids` are Slack's ids of the bot, by workspace, where they are known.
    """

    def __init__(
        self, *, store: Store, tokens: TokenSource, bot_ids: Mapping[int, str | None] | None = None
    ) -> None:
        self._store = store
        self._tokens = tokens
        self._bot_ids = bot_ids or {}
        self._rows: dict[str, WorkspaceRow] = {}

    def workspace_of(self, _enterprise_id: str | None, team_id: str | None) -> int | None:
        """Our id of the workspace; None where the bot is not installed."""
        row = self._row(team_id)
        return row.id if row is not None and self._tokens.token(row.id) is not None else None

    def authorize(self, enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
        """What Bolt calls Slack with; without a token where the bot is not installed.

        Such a delivery is refused before anything is called.
        """
        row = self._row(team_id)
        if row is None:
            return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id)
        return AuthorizeResult(
            enterprise_id=row.enterprise_id,
            team_id=row.team_id,
            bot_token=self._tokens.token(row.id),
            bot_id=self._bot_ids.get(row.id),
            bot_user_id=row.bot_user_id,
        )

    def _row(self, team_id: str | None) -> WorkspaceRow | None:
        # Bolt hands on whatever stands there, and no id that is not a text is Slack's.
        if not isinstance(team_id, str):
            return None
        known = self._rows.get(team_id)
        if known is None:
            with self._store.system() as system:
                known = system.workspace_of_team(team_id)
            if known is not None:
                self._rows[team_id] = known
        return known
