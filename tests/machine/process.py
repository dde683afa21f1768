"""One process of the bot on a database that outlives it; what dies is built anew."""

from bot.clock.housekeeping import Housekeeping
from bot.clock.sweep import Sweep
from bot.storage.delivery import DeliveryStore
from bot.storage.unit_of_work import Store, WriteUnit
from tests.builders import Team, make_store
from tests.delivery.desk import Desk
from tests.machine.acts import Act
from tests.machine.outside import Outside


class Process:
    """Storage, sweep, housekeeping and senders; all but what it reads when it starts."""

    def __init__(self, outside: Outside, team: Team) -> None:
        self.team, self._reached = team, outside.doom.reached
        self.store: Store = make_store(
            outside.url,
            clock=outside.clock,
            machine=outside.machine,
            on_commit=lambda: outside.doom.reached("poked"),
        )
        outside.doom.watch(self.store.database)
        self.store.delivery = self.delivery(outside)
        self.desk = self.senders(outside)
        self.sweep = self.sweeping(outside)
        self.housekeeping = Housekeeping(
            store=self.store,
            machine=outside.machine,  # type: ignore[arg-type]
            monotonic=outside.machine.monotonic,
        )

    def start(self) -> None:
        """Begin as on a file of its own, of which nobody says how long it was left."""
        constants, slack = self.desk.constants, self.desk.slack
        self.store.delivery.slack_showed(slack.now().replace(microsecond=0))
        self.store.delivery.take_over(
            lease=constants.lease,
            quarantine=constants.quarantine,
            longest_wait=constants.longest_back_off,
        )
        self.desk.hire(self._reached)

    def delivery(self, outside: Outside) -> DeliveryStore:
        return DeliveryStore(self.store.database, clock=outside.clock, machine=outside.machine)

    def senders(self, outside: Outside) -> Desk:
        return Desk(self.store, self.team, outside.slack, outside.clock)

    def sweeping(self, outside: Outside) -> Sweep:
        return Sweep(store=self.store, clock=outside.clock, reached=outside.doom.reached)

    def take(self, act: Act) -> bool:
        """An act as every listener runs: claimed, done and committed in one transaction."""
        with self.store.write(self.team.workspace_id) as unit:
            if self.claims(unit, act):
                act.do(unit, self.team)
                unit.commit()
        self._reached("act committed")
        return True

    def claims(self, unit: WriteUnit, act: Act) -> bool:
        return unit.received.claim(act.key) is None

    def end(self) -> None:
        self.store.close()
