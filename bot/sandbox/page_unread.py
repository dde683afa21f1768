"""How far each person has read each channel."""

from bot.sandbox.workspace import Channel, Message, Workspace


class Unread:
    """What was there before the page was served counts as read.

    Counting stops at what was read, and goes on only where something changed: every page asks for
    every place after every change, and for what everybody has unread in direct messages.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._start = workspace.last_ts
        self._read: dict[tuple[str, str], int] = {}
        self._counted: dict[tuple[str, str], tuple[int, int, int]] = {}
        self._marks = 0
        self._directly: tuple[tuple[int, int], tuple[int, ...]] | None = None

    def mark(self, user_id: str, channel: Channel) -> None:
        newest = next(reversed(channel.messages), None)
        if newest is None or self._read.get((user_id, channel.id)) == _order(newest):
            return
        self._read[user_id, channel.id] = _order(newest)
        if channel.is_im or channel.is_mpim:
            self._marks += 1

    def directly(self) -> tuple[int, ...]:
        """What each of the people has unread in direct messages: on every page it is the same."""
        state = self._workspace.version, self._marks
        if self._directly is None or self._directly[0] != state:
            self._directly = state, tuple(self._of(one.id) for one in self._workspace.people())
        return self._directly[1]

    def _of(self, user_id: str) -> int:
        app = self.count(user_id, self._workspace.app_dm(user_id))
        return app + sum(self.count(user_id, one) for one in self._workspace.dms_of(user_id))

    def count(self, user_id: str, channel: Channel | None) -> int:
        if channel is None or user_id not in channel.members:
            return 0
        key = user_id, channel.id
        read, version = self._read.get(key, self._start), self._workspace.changed(channel.id)
        known = self._counted.get(key)
        if known is not None and known[:2] == (read, version):
            return known[2]
        count = len(self._new(user_id, channel, read))
        self._counted[key] = read, version, count
        return count

    def first(self, user_id: str, channel: Channel) -> str | None:
        """The oldest message that this person has not read; None where nothing is new to them."""
        if user_id not in channel.members:
            return None
        new = self._new(user_id, channel, self._read.get((user_id, channel.id), self._start))
        return next((one.ts for one in reversed(new) if not one.is_reply), None)

    def _new(self, user_id: str, channel: Channel, read: int) -> list[Message]:
        """The newest first."""
        found: list[Message] = []
        for message in reversed(channel.messages.values()):
            if _order(message.ts) <= read:
                break
            mine = message.user == user_id
            if not (mine or message.tombstone) and message.ephemeral_for in (None, user_id):
                found.append(message)
        return found


def _order(ts: str) -> int:
    seconds, _, micros = ts.partition(".")
    return int(seconds) * 1_000_000 + int(micros or 0)
