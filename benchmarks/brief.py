"""How fast a step of a long brief is saved: `python -m benchmarks.brief`.

benchmarks/README.md says what each figure means.
"""

import argparse
import itertools
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks import seeding
from benchmarks.bot_process import LIMIT, NOTHING, OURS
from benchmarks.machine import Disk, description
from benchmarks.one_act import counted, goal, phase, steady, taking_turns
from benchmarks.processes import SIGNING_SECRET, slack, the_bot
from benchmarks.seeding import Written
from benchmarks.slack_acts import SlackActs
from bot.domain.items import SectionKey
from bot.flows.asked import Kind, read
from bot.flows.brief import save_and_next, step
from bot.sandbox.view_state import initial_state
from bot.storage.unit_of_work import Store
from bot.views.ids import Field
from bot.views.payload import Ref

HANDOFFS = 48
"""At 50 a second each section of each is saved every three seconds: by then it was answered."""
PEOPLE, PROMISES = 30, 60
FEW = 3
OPEN_LOOP_P99 = 0.060
TYPED = {
    SectionKey.PEOPLE: Field.HISTORY,
    SectionKey.SUCCESS: Field.TODAY,
    SectionKey.PROMISES: Field.REFUSED,
}
"""The steps that are saved, in turns, and the field that is typed into each time."""

Step = tuple[int, SectionKey]
"""A section of a handoff."""


class Screens:
    """The forms that are open on the screens of the AEs, and how often each was saved."""

    def __init__(self, database_url: str, written: Sequence[Written]) -> None:
        self._writers = {one.handoff_id: one.ae for one in written}
        with seeding.opened(database_url) as store:
            self._forms = dict(_forms(store, written))
        self.revisions = seeding.revisions(database_url, self._forms)
        self._turn = itertools.cycle(self._forms)
        self._numbers = itertools.count(1)

    def typed(self) -> tuple[Step, dict[str, Any], str]:
        """The form whose turn it is with a text never saved before, and whose screen it is on."""
        place = next(self._turn)
        handoff_id, key = place
        view = self._forms[place]
        ref = Ref(handoff=handoff_id, thing=key.value, revision=self.revisions[place])
        state = dict(view["state"]["values"])
        text = {
            "type": "plain_text_input",
            "value": f"Counted on day {next(self._numbers)} by the shift leads.",
        }
        for block_id, held in state.items():
            if TYPED[key].value in held:
                state[block_id] = {TYPED[key].value: text}
        filled = {**view, "private_metadata": ref.dump(), "state": {"values": state}}
        return place, filled, self._writers[handoff_id]


def _forms(store: Store, written: Sequence[Written]) -> Iterator[tuple[Step, dict[str, Any]]]:
    with store.read(seeding.workspace_of(store)) as unit:
        for one, key in itertools.product(written, TYPED):
            handoff = unit.handoffs.get(one.handoff_id)
            writer = unit.people.get(handoff.ae_id)
            view = step(unit, handoff, key, writer).to_dict()
            yield (
                (one.handoff_id, key),
                {
                    **view,
                    "state": {"values": initial_state(view["blocks"])},
                },
            )


class Saves:
    """*Save and next* pressed on those forms, as the requests that Slack sends for it."""

    def __init__(self, screens: Screens, acts: SlackActs) -> None:
        self._screens = screens
        self._acts = acts

    def save(self) -> bytes:
        """A step with one field changed."""
        place, view, writer = self._screens.typed()
        self._screens.revisions[place] += 1
        return self._acts.submit(OURS, view, writer)

    def nothing(self) -> bytes:
        """The same form, submitted to a listener that does nothing."""
        _, view, writer = self._screens.typed()
        return self._acts.submit(LIMIT, {**view, "callback_id": NOTHING}, writer)


def statements(database_url: str, one: Written) -> list[int]:
    """How many statements a save of each step takes."""
    screens = Screens(database_url, [one])
    found: list[int] = []
    with seeding.opened(database_url) as store:
        for _ in range(2 * len(TYPED)):
            place, view, user = screens.typed()
            payload = {"view": {**view, "id": "V1", "hash": "1"}, "user": {"id": user}}
            asked = read(Kind.SUBMISSION, payload, seeding.workspace_of(store))
            with counted(store) as executed, store.write(asked.workspace_id) as unit:
                actor = unit.people.by_slack_id(user)
                assert actor is not None
                save_and_next(asked, unit, actor)
                unit.commit()
            screens.revisions[place] += 1
            found.append(len(executed))
    # The first round also keeps the holidays of the year.
    return found[len(TYPED) :]


def _next_step(body: bytes) -> bool:
    answer = json.loads(body)
    return bool(answer["response_action"] == "update") and "Brief" in json.dumps(answer["view"])


def _nothing(body: bytes) -> bool:
    return body == b""


def one_by_one(saves: Saves, url: str, disk: Disk, count: int) -> None:
    """A save, the same form to nobody, and the disk, each request after the other's answer."""
    kinds = {
        "no-op, before the response": (saves.nothing, _nothing),
        "a step saved": (saves.save, _next_step),
    }
    taking_turns(kinds, url, disk, count)


def run(options: argparse.Namespace, folder: Path) -> bool:
    """All measurements on one process; whether all goals were met."""
    print("\n".join(description(folder)), flush=True)
    url = f"sqlite:///{folder / 'handoff.db'}"
    long = seeding.seed_written(url, first=0, count=HANDOFFS, people=PEOPLE, promises=PROMISES)
    short = seeding.seed_written(url, first=HANDOFFS, count=1, people=FEW, promises=FEW)
    few, many = statements(url, short[0]), statements(url, long[0])
    seeding.settle(url)
    print("\nStatements of a save of " + ", ".join(TYPED))
    print(f"          {few} with {FEW} people and {FEW} promises")
    print(f"          {many} with {PEOPLE} people and {PROMISES} promises")
    met = [goal("as many with a long brief as with a short one", few == many)]
    disk, screens = Disk(folder), Screens(url, long)
    with slack() as other, the_bot(slack_url=other.url, database_url=url) as bot:
        acts = SlackActs(
            bot_url=bot.url, slack_url=other.url, signing_secret=SIGNING_SECRET, card=[]
        )
        saves, pids = Saves(screens, acts), (bot.pid, other.pid, os.getpid())
        with phase("One request after the other", pids):
            one_by_one(saves, bot.url, disk, options.count)
        if options.seconds:
            title = f"{options.rate:.0f} saves a second, {options.seconds:.0f} s, open loop"
            with phase(title, pids):
                met.append(
                    steady(
                        saves.save,
                        "a step saved",
                        bot.url,
                        seconds=options.seconds,
                        rate=options.rate,
                        p99=OPEN_LOOP_P99,
                    )
                )
        stored = seeding.revisions(url, screens.revisions)
    lost = sum(count - stored[place] for place, count in screens.revisions.items())
    met.append(goal(f"all saves stored: {lost} are missing", lost == 0))
    disk.close()
    return all(met)


def main() -> int:
    """Read the options and measure; the status is 1 where a goal was not met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=200, help="requests of each kind")
    parser.add_argument("--seconds", type=float, default=60.0, help="of the open loop; 0: none")
    parser.add_argument("--rate", type=float, default=50.0, help="saves a second of the open loop")
    parser.add_argument("--data", type=Path, help="folder for the database, on the disk to measure")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="handoff-bench-", dir=options.data) as folder:
        return 0 if run(options, Path(folder)) else 1


if __name__ == "__main__":
    sys.exit(main())
