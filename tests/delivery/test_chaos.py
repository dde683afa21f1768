import random
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from bot.delivery.constants import Rate
from bot.domain.notices import Notice, NoticeKind, Place, Priority
from bot.storage.people import PersonFacts
from bot.storage.tables import outbox, surface
from bot.storage.unit_of_work import Store
from tests.builders import Deal, Team, posted
from tests.delivery.desk import SECOND, Crash, Desk
from tests.delivery.slack import Fault, Refusal

NOTICES = 300
PEOPLE = 25
WRITES = ("chat.postMessage", "chat.update")


class Weather:
    """Every third write goes wrong in a random way; a few calls end the process."""

    def __init__(self, seed: int, *, crashes: int) -> None:
        self.random = random.Random(seed)  # noqa: S311, a seed makes the run repeatable
        self.crashes_left = crashes
        self.faults: Counter[Fault] = Counter()

    def trouble(self, method: str, _args: dict[str, Any]) -> Fault | Refusal | None:
        if method not in WRITES or self.random.random() > 0.3:
            return None
        fault = self.random.choice(list(Fault))
        self.faults[fault] += 1
        return fault

    def reached(self, name: str) -> None:
        if self.crashes_left and self.random.random() < 0.02:
            self.crashes_left -= 1
            raise Crash(name)


def _people(store: Store, team: Team) -> list[int]:
    with store.write(team.workspace_id) as unit:
        ids = [
            unit.people.ensure(f"U{number:03}", facts=PersonFacts(f"P{number}", "UTC")).id
            for number in range(PEOPLE)
        ]
        unit.commit()
    return ids


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_hundreds_of_notices_survive_faults_and_crashes_with_none_lost_or_doubled(
    desk: Desk, store: Store, team: Team, seed: int
) -> None:
    weather = Weather(seed, crashes=12)
    desk.slack.trouble = weather.trouble
    fast = dict.fromkeys(desk.constants.rates, Rate(100.0, burst=100.0))
    desk.constants = replace(desk.constants, rates=fast, channel=Rate(10.0))
    people = _people(store, team)
    with store.write(team.workspace_id) as unit:
        for number in range(NOTICES):
            unit.outbox.add(
                Notice(
                    NoticeKind.WELCOME,
                    Place.DM,
                    f"notice:{number}",
                    Priority.HAND_OVER,
                    person_id=people[number % PEOPLE],
                )
            )
        unit.commit()
    cards = [posted(store, team, Deal(account=f"Deal {number}")) for number in range(5)]
    _drain_through(desk, weather)
    assert weather.crashes_left == 0
    assert set(weather.faults) == set(Fault)

    counted = Counter(desk.slack.ledger.keys())
    sent = [row for row in desk.rows(outbox) if row["place"] == "dm"]
    assert {row["state"] for row in sent} == {"sent"}
    # Besides them the AE and the CS manager of the cards are greeted.
    assert len(sent) == NOTICES + 2
    assert [counted[row["opaque"]] for row in sent] == [1] * len(sent)
    stamps = {one.key: one.ts for one in desk.slack.ledger.messages}
    assert all(row["ts"] == stamps[row["opaque"]] for row in sent)

    mirrored = desk.rows(surface)
    assert len(mirrored) >= len(cards)
    assert [counted[row["opaque"]] for row in mirrored] == [1] * len(mirrored)
    assert desk.surfaces_at_rest()
    counts = store.delivery.counts()
    assert (counts.pending, counts.unconfirmed, counts.dead) == (0, 0, 0)


def _drain_through(desk: Desk, weather: Weather) -> None:
    for _ in range(1000):
        desk.hire(weather.reached)
        try:
            desk.drain(within=timedelta(hours=6))
        except Crash:
            continue
        return


def test_no_conversation_and_no_workspace_hears_more_than_its_rate(
    desk: Desk, store: Store, team: Team
) -> None:
    people = _people(store, team)
    for number in range(60):
        desk.say(f"notice:{number}", person_id=people[number % 4])
    desk.drain()
    by_channel: dict[str, list[float]] = {}
    for message in desk.slack.ledger.messages:
        by_channel.setdefault(message.channel, []).append(float(message.ts))
    for stamps in by_channel.values():
        gaps = [later - before for before, later in pairwise(stamps)]
        assert min(gaps) >= 0.99
    times = [at for method, at in desk.slack.ledger.calls if method == "chat.postMessage"]
    rate = desk.constants.rates["chat.postMessage"]
    for begin in times:
        within = sum(1 for at in times if begin <= at < begin + 10)
        assert within <= rate.burst + 10 * rate.per_second


def test_surfaces_never_rest_wrong_while_their_rows_keep_changing(
    desk: Desk, store: Store, team: Team
) -> None:
    weather = Weather(7, crashes=6)
    desk.slack.trouble = weather.trouble
    deals = [posted(store, team, Deal(account=f"Deal {number}")) for number in range(6)]
    desk.hire(weather.reached)
    for number in range(40):
        with store.write(team.workspace_id) as unit:
            handoff = unit.handoffs.lock(deals[number % len(deals)])
            handoff.account = f"Deal renamed {number}"
            unit.save(handoff, actor_id=team.ae.id)
            unit.commit()
        try:
            desk.pass_time(3 * SECOND)
        except Crash:
            desk.hire(weather.reached)
    _drain_through(desk, weather)
    assert desk.surfaces_at_rest()
    cards = {row["handoff_id"]: row for row in desk.rows(surface) if row["kind"] == "card"}
    for number in range(34, 40):
        row = cards[deals[number % len(deals)]]
        (message,) = [one for one in desk.slack.ledger.messages if one.ts == row["ts"]]
        assert f"Deal renamed {number}" in message.args["text"]
