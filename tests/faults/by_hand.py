"""Evidence put together by hand: a small run in which everything held, until a test changes it."""

import itertools
import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from bot.domain.nudging import Stage
from bot.sandbox.record import Accepted
from bot.sandbox.workspace import Channel, Message
from bot.sandbox.workspace_file import default_workspace
from bot.storage.tables import OutboxState, SurfaceState
from tests.builders import WEDNESDAY
from tests.faults.evidence import EDIT, POST, Evidence, Rows, Timing
from tests.faults.factor import CI_FACTOR, divided
from tests.faults.fleet import Life
from tests.faults.world import Scenario, Stream

GOES_ON, OVER = 1, 2
"""Two handoffs; the second one is cancelled before its brief falls due."""
OVER_AT, DUE_AT, CALM_AT, ENDS_AT = 20.0, 25.0, 40.0, 60.0
"""Seconds from the beginning of the run."""
TOMORROW = WEDNESDAY + timedelta(days=1)
AE = 1
_BEGAN = WEDNESDAY.timestamp()

Word = tuple[int, Stage]
"""Of which handoff's brief what is said."""


class ByHand:
    """One workspace; rows may be changed in place, by their key."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, Any]] = {}
        self.surfaces: dict[int, dict[str, Any]] = {}
        self.accepted: list[Accepted] = []
        self.drained = CALM_AT + 1.0
        self.wrong_at_rest: list[str] = []
        self.freezes: list[tuple[float, float]] = []
        self._about: dict[int, list[dict[str, Any]]] = {}
        self._said = 0
        self._ids = itertools.count(1)
        self._standing = default_workspace()
        for number in range(2):
            self.say(at=1.0 + number)
        for handoff_id in (GOES_ON, OVER):
            self.tell((handoff_id, Stage.HALF), at=5.0 + handoff_id)
            self.card(handoff_id, at=8.0 + handoff_id)
        self.tell((GOES_ON, Stage.LATE), at=DUE_AT + 1.0)
        self.add("morning", at=DUE_AT, state=OutboxState.PENDING, kind="summary", posted=False)
        self.rows["morning"]["not_before"] = TOMORROW
        self.add("void", at=OVER_AT, state=OutboxState.CANCELLED, posted=False)

    def add(
        self,
        key: str,
        *,
        at: float,
        kind: str = "bot_posted",
        state: OutboxState = OutboxState.SENT,
        channel: str = "D1",
        posted: bool = True,
        facts: dict[str, int] | None = None,
        about: Sequence[Word] = (),
    ) -> str:
        """A notice, decided and posted at a time; gives its key."""
        row: dict[str, Any] = {
            "id": next(self._ids),
            "kind": kind,
            "place": "dm",
            "state": state.value,
            "key": key,
            "opaque": f"of {key}",
            "facts": json.dumps(facts or {}),
            "person_id": AE,
            "created_at": WEDNESDAY + timedelta(seconds=at),
            **dict.fromkeys(("ts", "sent_channel", "not_before", "reason", "next_try_at")),
            **dict.fromkeys(("lease_until", "attempts", "maybe_sent", "settled_at")),
        }
        self.rows[key] = row
        self._about[row["id"]] = [
            {"handoff_id": handoff_id, "step": "brief", "stage": stage.value, "subject": 0}
            for handoff_id, stage in about
        ]
        if posted:
            row["ts"] = self.post(row["opaque"], channel, at=at)
            row["sent_channel"] = channel
        return key

    def say(self, *, at: float, channel: str = "D1") -> str:
        """The next notice of the scenario."""
        number, self._said = self._said, self._said + 1
        return self.add(f"said:{number}", at=at, channel=channel, facts={"said": number})

    def tell(self, *words: Word, at: float, again: str = "") -> str:
        """What the clock says to the AE."""
        named = " ".join(f"{stage.value} {handoff_id}" for handoff_id, stage in words)
        return self.add(named + again, at=at, kind="nudge", about=words)

    def card(self, handoff_id: int, *, at: float) -> None:
        """The card of a handoff, in a channel of its own."""
        opaque, channel = f"card {handoff_id}", f"C{handoff_id}"
        self.surfaces[handoff_id] = {
            "id": handoff_id,
            "kind": "card",
            "state": SurfaceState.LIVE.value,
            "opaque": opaque,
            "ts": self.post(opaque, channel, at=at),
            "posted_in": channel,
            "shown": 1,
            "wanted": 1,
            "reason": None,
        }

    def post(self, opaque: str, channel: str, *, at: float) -> str:
        """A message that was accepted and stands; gives its timestamp."""
        ts = f"{_BEGAN + at:.0f}.{len(self.accepted):06}"
        self.accepted.append(
            Accepted(
                seq=len(self.accepted) + 1,
                asked_at=_BEGAN + at,
                at=_BEGAN + at,
                method=POST,
                channel=channel,
                ts=ts,
                metadata={"event_payload": {"key": opaque}},
            )
        )
        place = self._standing.channels.setdefault(
            channel, Channel(id=channel, name=channel, creator="U1", created=0, members=[])
        )
        place.messages[ts] = Message(ts=ts, channel=channel, user="U1", text="Said.")
        return ts

    def edit(self, key: str, *, at: float) -> dict[str, Any]:
        """Have what stands be edited, and give its row."""
        row = self.rows[key]
        self.accepted.append(
            Accepted(
                seq=len(self.accepted) + 1,
                asked_at=_BEGAN + at,
                at=_BEGAN + at,
                method=EDIT,
                channel=row["sent_channel"],
                ts=row["ts"],
            )
        )
        return row

    def freeze(self, begin: float, end: float) -> None:
        """A process stands still from one time to another."""
        self.freezes.append((_BEGAN + begin, _BEGAN + end))

    def drop(self, key: str, *, at: float) -> None:
        """Have a reminder not be sent, because what it reminds of was late at a time."""
        self.unsaid(key).update(
            state=OutboxState.CANCELLED.value,
            reason="overtaken",
            settled_at=WEDNESDAY + timedelta(seconds=at),
        )

    def unsaid(self, key: str) -> dict[str, Any]:
        """Take back that a notice was posted, and give its row."""
        row = self.rows[key]
        row["ts"] = row["sent_channel"] = None
        self.accepted = [
            one
            for one in self.accepted
            if one.metadata is None or one.metadata["event_payload"]["key"] != row["opaque"]
        ]
        return row

    def seen(self) -> Evidence:
        """All of it."""
        due = WEDNESDAY + timedelta(seconds=DUE_AT)
        over = WEDNESDAY + timedelta(seconds=OVER_AT)
        return Evidence(
            scenario=Scenario(
                workspace_id=1,
                starts=WEDNESDAY.isoformat(),
                readers=[AE],
                streams=[Stream(0, self._said, begins=0.0, per_second=1.0)],
                due={GOES_ON: DUE_AT, OVER: DUE_AT},
                reminded=dict.fromkeys((GOES_ON, OVER), Stage.HALF.value),
                cancelled={OVER: OVER_AT},
            ),
            rows=Rows(
                outbox=list(self.rows.values()),
                about=self._about,
                deadlines=[
                    {"handoff_id": one, "step": "brief", "subject": 0, "due_at": due}
                    for one in (GOES_ON, OVER)
                ],
                handoffs={GOES_ON: {"cancelled_at": None}, OVER: {"cancelled_at": over}},
                surfaces=list(self.surfaces.values()),
            ),
            accepted=self.accepted,
            standing=self._standing,
            constants=divided(CI_FACTOR),
            lives=[Life(_BEGAN)],
            timing=Timing(_BEGAN, _BEGAN + CALM_AT, _BEGAN + self.drained),
            looked_at=_BEGAN + ENDS_AT,
            wrong_at_rest=self.wrong_at_rest,
            freezes=self.freezes,
        )
