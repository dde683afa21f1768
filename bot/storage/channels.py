"""Conversations, and what was last learned of who can read in them."""

from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import RowMapping, bindparam, or_, select, update

from bot.domain.channels import Channel
from bot.domain.errors import NotFound, Problem
from bot.storage.renumbering import renumber
from bot.storage.statements import Scope, once
from bot.storage.tables import IS_CARD, IS_PROMISE, channel, outbox, standing, surface

_LEARNED = tuple(one for one in channel.c if one is not channel.c.looked_at)
_CHANNELS = select(*_LEARNED).where(channel.c.workspace_id == bindparam("workspace"))
_BY_ID = _CHANNELS.where(channel.c.id == bindparam("id"))
# Not the strongest lock: rows that refer to the conversation are still added meanwhile.
_LOCKED = _BY_ID.with_for_update(key_share=True)
_BY_SLACK_ID = _CHANNELS.where(channel.c.slack_id == bindparam("slack_id"))
_ADD = once(channel)
_CHANGE = update(channel).where(
    channel.c.id == bindparam("b_id"), channel.c.workspace_id == bindparam("b_workspace")
)
_TURN = _CHANGE.values(turns=channel.c.turns + 1)
_FORGET_CHECKS = (
    update(channel)
    .where(
        channel.c.workspace_id == bindparam("b_workspace"),
        or_(
            channel.c.id.in_(
                select(surface.c.channel_id).where(
                    surface.c.workspace_id == bindparam("b_workspace"), or_(IS_CARD, IS_PROMISE)
                )
            ),
            channel.c.id.in_(
                select(outbox.c.channel_id).where(
                    outbox.c.workspace_id == bindparam("b_workspace"), standing(outbox)
                )
            ),
        ),
    )
    .values(checked_at=None)
    .returning(channel.c.id)
)


@dataclass(frozen=True)
class ChannelFacts:
    """What Slack's conversation object, and its members, say about a conversation."""

    name: str = ""
    private: bool = False
    direct: bool = False
    shared: bool = False
    pending: bool = False
    guests: bool = False
    archived: bool = False
    bot_inside: bool = False


class Channels:
    """The conversations the bot met."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def get(self, channel_id: int) -> Channel:
        """One conversation; raises NotFound for one of another workspace."""
        found = self._one(_BY_ID, {"id": channel_id})
        if found is None:
            raise NotFound(Problem.CHANNEL_UNKNOWN)
        return found

    def by_slack_id(self, slack_id: str) -> Channel | None:
        """The conversation with Slack's id, where the bot met it before."""
        return self._one(_BY_SLACK_ID, {"slack_id": slack_id})

    def problem(self, channel: Channel) -> Problem | None:
        """Why nothing internal may be shown there in this unit, whatever is remembered of it."""
        return channel.problem_at(self._scope.machine_now)

    def _one(self, statement: Any, values: dict[str, Any]) -> Channel | None:
        values["workspace"] = self._scope.workspace_id
        row = self._scope.connection.execute(statement, values).mappings().first()
        return _channel(row) if row is not None else None


class WritableChannels(Channels):
    """The conversations, and what is learned of them."""

    def __init__(self, scope: Scope, *, changed: set[int]) -> None:
        super().__init__(scope)
        self._changed = changed

    def lock(self, channel_id: int) -> None:
        """Whoever locks the conversation too waits until this unit ends."""
        self._one(_LOCKED, {"id": channel_id})

    def ensure(self, slack_id: str, *, facts: ChannelFacts | None = None) -> Channel:
        """The conversation with Slack's id, made or brought up to date from what Slack says."""
        known = self.by_slack_id(slack_id)
        if known is None:
            self._scope.connection.execute(
                _ADD[self._scope.dialect],
                {
                    "workspace_id": self._scope.workspace_id,
                    "slack_id": slack_id,
                    **asdict(facts or ChannelFacts()),
                    "checked_at": self._scope.machine_now if facts is not None else None,
                },
            )
            known = self._one(_BY_SLACK_ID, {"slack_id": slack_id})
            if known is None:
                raise NotFound(Problem.CHANNEL_UNKNOWN)
        if facts is None:
            return known
        return self._change(known, {**asdict(facts), "checked_at": self._scope.machine_now})

    def note(
        self,
        slack_id: str,
        *,
        shared: bool | None = None,
        pending: bool | None = None,
        guests: bool | None = None,
        archived: bool | None = None,
        bot_inside: bool | None = None,
        forget_check: bool = False,
    ) -> Channel | None:
        """Take note of what an event says; None where the bot never met the conversation.

        With `forget_check` Slack is asked again before anything is shown there.
        """
        known = self.by_slack_id(slack_id)
        if known is None:
            return None
        said = {
            "shared": shared,
            "pending": pending,
            "guests": guests,
            "archived": archived,
            "bot_inside": bot_inside,
        }
        changes: dict[str, Any] = {name: flag for name, flag in said.items() if flag is not None}
        if forget_check:
            changes["checked_at"] = None
        return self._change(known, changes)

    def note_made(self, channel_id: int) -> Channel:
        """The bot made it for a handoff."""
        return self._change(self.get(channel_id), {"made": True})

    def forget_checks(self) -> None:
        """Somebody became a guest or a colleague: where the bot wrote, Slack is asked again."""
        values = {"b_workspace": self._scope.workspace_id}
        self._changed.update(self._scope.connection.execute(_FORGET_CHECKS, values).scalars())

    def renumber(self, old: str, new: str) -> Channel | None:
        """Slack gave a conversation another id; None where the bot never met it.

        Where it stands follows, and Slack is asked again before anything is shown there.
        """
        known, twin = self.by_slack_id(old), self.by_slack_id(new)
        ids = (known.id if known is not None else None, twin.id if twin is not None else None)
        renumber(self._scope, old=old, new=new, ids=ids)
        if known is None:
            return None
        self._changed.add(known.id)
        return self.get(known.id)

    def _change(self, known: Channel, changes: dict[str, Any]) -> Channel:
        if not changes:
            return known
        turned = replace(known, **changes).obstacle is not known.obstacle
        self._scope.connection.execute(
            _TURN if turned else _CHANGE,
            {"b_id": known.id, "b_workspace": self._scope.workspace_id, **changes},
        )
        changed = self.get(known.id)
        if _shown(changed) != _shown(known):
            self._changed.add(known.id)
        return changed


def _shown(channel: Channel) -> tuple[object, ...]:
    """What decides about the cards in a channel, and whether Slack is to be asked before."""
    unknown = channel.checked_at is None
    return unknown, channel.problem(), channel.outsiders, channel.slack_id


def _channel(row: RowMapping) -> Channel:
    return Channel(**row)
