"""A crash between any two steps of delivery, in this process and on clocks that are moved by hand.

`tests/crash` kills a real process at these points; what needs minutes of waiting there is here.
"""

from dataclasses import replace
from typing import Any

import pytest

from bot.storage.tables import outbox, surface
from bot.storage.unit_of_work import Store
from tests.builders import Team, assigned, posted
from tests.delivery.desk import MINUTE, CrashAt, Desk
from tests.delivery.slack import FakeSlack, Fault, Refusal, Script


class CardGone:
    """Somebody deletes the card just before it is edited."""

    def __init__(self, slack: FakeSlack) -> None:
        self._slack, self._done = slack, False

    def __call__(self, method: str, args: dict[str, Any]) -> None:
        if method == "chat.update" and args["channel"] == "C0DEAL" and not self._done:
            self._done = True
            self._slack.ledger.messages.remove(self._slack.ledger.in_channel("C0DEAL")[0])


def _trouble(point: str, slack: FakeSlack) -> Any:
    return {
        "found": Script(chat__postMessage=[Fault.TAKEN_THEN_RESET]),
        "not_found": Script(chat__postMessage=[Fault.SILENT]),
        "blocked": Script(chat__postMessage=[Refusal("token_revoked")]),
        "probed": Script(chat__postMessage=[Refusal("token_revoked")]),
        "asked_by_hand": Script(conversations__invite=[Refusal("cant_invite")] * 2),
        "lost": CardGone(slack),
    }.get(point, slack.trouble)


POINTS = {
    "leased": 2,
    "opened": 2,
    "rendered": 2,
    "marked": 2,
    "posted": 2,
    "settled": 2,
    "edited": 1,
    "published": 1,
    "invited": 1,
    "asked_by_hand": 1,
    "whispered": 1,
    "found": 1,
    "not_found": 1,
    "blocked": 1,
    "probed": 1,
    "lost": 1,
}


@pytest.mark.parametrize(("point", "nth"), POINTS.items(), ids=POINTS)
def test_a_crash_between_any_two_steps_loses_and_doubles_nothing(
    desk: Desk, store: Store, team: Team, point: str, nth: int
) -> None:
    handoff_id = assigned(store, team)
    with store.write(team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        handoff.acknowledge(version=handoff.brief_version, by=team.csm, at=unit.now)
        unit.save(handoff, actor_id=team.csm.id, asked_in=team.channel.id)
        unit.surfaces.open_home(team.csm.id)
        unit.commit()
    desk.slack.trouble = _trouble(point, desk.slack)

    def drain_twice() -> None:
        desk.drain()
        with store.write(team.workspace_id) as unit:
            unit.surfaces.refresh(handoff_id)
            unit.commit()
        desk.drain()

    crash = CrashAt(point, nth)
    desk.survive(crash, drain_twice)
    assert crash.died
    keys = desk.slack.ledger.keys()
    assert len(keys) == len(set(keys))
    expected = {row["opaque"] for row in desk.rows(surface) if row["kind"] != "home"}
    expected |= {
        row["opaque"]
        for row in desk.rows(outbox)
        if row["place"] in ("dm", "thread") and row["state"] == "sent"
    }
    assert set(keys) == expected
    waiting = [row for row in desk.rows(outbox) if row["state"] not in ("sent", "cancelled")]
    if point == "whispered":
        # Nobody can look whether a person saw it, so it is not shown twice.
        (row,) = waiting
        assert (row["place"], row["state"]) == ("ephemeral", "unconfirmed")
        assert len(desk.slack.ledger.whispers) == 1
    else:
        assert not waiting
    assert desk.surfaces_at_rest()
    assert store.delivery.blocked() == {}


def test_a_crash_after_the_ae_was_asked_about_a_card_asks_them_once(
    desk: Desk, store: Store, team: Team
) -> None:
    desk.slack.without_scopes = {"conversations.history", "conversations.replies"}
    desk.slack.trouble = lambda method, args: (
        Fault.TAKEN_THEN_RESET
        if method == "chat.postMessage" and args["channel"] == "C0DEAL"
        else None
    )
    posted(store, team)
    crash = CrashAt("asked")
    desk.survive(crash, desk.drain)
    assert crash.died
    assert len(desk.slack.ledger.in_channel("C0DEAL")) == 1
    (question,) = [row for row in desk.rows(outbox) if row["kind"] == "unconfirmed"]
    assert question["state"] == "sent"
    assert store.delivery.counts().unconfirmed == 1


def test_a_crash_after_the_ae_was_told_that_nothing_is_posted_tells_them_once(
    desk: Desk, store: Store, team: Team
) -> None:
    posted(store, team)
    desk.machine.advance(11 * MINUTE)
    desk.facts = replace(desk.facts, shared=True)
    crash = CrashAt("told")
    desk.survive(crash, desk.drain)
    assert crash.died
    assert not desk.slack.ledger.in_channel("C0DEAL")
    (told,) = [row for row in desk.rows(outbox) if row["kind"] == "cannot_post"]
    assert told["state"] == "sent"
