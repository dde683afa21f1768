"""Two processes on one PostgreSQL server; the machine of one of them sleeps, and time goes by."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import make_url, text

from bot.clock.clocks import SteadyMachineClock
from bot.delivery.constants import Constants
from bot.delivery.failpoints import Reached, nowhere
from bot.delivery.senders import Senders
from bot.domain.channels import Channel
from bot.domain.notices import Notice, NoticeKind, Place, Priority
from bot.domain.policy import Policy
from bot.storage.engine import StorageUnavailable, open_database
from bot.storage.migrate import migrate
from bot.storage.unit_of_work import Store
from tests import postgres
from tests.builders import FakeMachine, make_store, make_team
from tests.delivery.desk import Nth
from tests.delivery.slack import FakeSlack, Fault, Script

pytestmark = pytest.mark.postgres

SLEPT = timedelta(minutes=5)
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
# A function of the test's own is found before the server's.
MOVABLE = (
    "CREATE TABLE moved (by interval NOT NULL)",
    "INSERT INTO moved VALUES ('0')",
    "CREATE FUNCTION clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE"
    " AS 'SELECT pg_catalog.clock_timestamp() + by FROM public.moved'",
    'ALTER DATABASE "{name}" SET search_path = public, pg_catalog',
)


class Replica:
    """A process with a store of its own, on a machine that may sleep."""

    def __init__(self, url: str, slack: FakeSlack) -> None:
        self.server = open_database(url)
        self.slack = slack
        self.seconds = 0.0
        self.silent = False
        """Whether the server does not say what time it is."""
        self.clock = SteadyMachineClock(
            monotonic=lambda: time.monotonic() + self.seconds, told=self._told, shared=True
        )
        self.store: Store = make_store(url, machine=self.clock)
        self.senders = self.hire()

    def _told(self) -> datetime:
        if self.silent:
            raise StorageUnavailable
        return self.server.server_now()

    @property
    def behind(self) -> timedelta:
        return self.server.server_now() - self.clock.now()

    def hire(self, reached: Reached = nowhere, constants: Constants | None = None) -> Senders:
        self.senders = Senders(
            store=self.store,
            client_of=lambda _: self.slack,
            check_channel=_no_channel,
            policy=Policy(),
            machine=self.clock,
            constants=constants,
            reached=reached,
        )
        return self.senders

    def close(self) -> None:
        self.store.close()
        self.server.close()


def _no_channel(workspace_id: int, slack_id: str) -> Channel:
    raise AssertionError("nothing goes to a channel here")


class Two:
    """Both of them, and who reads."""

    def __init__(self, url: str) -> None:
        self.slack = FakeSlack(FakeMachine(datetime.now(UTC)))
        self.sleeper, self.other = Replica(url, self.slack), Replica(url, self.slack)
        self.team = make_team(self.other.store)

    def sleep(self) -> None:
        """Minutes go by, and one of the machines does not notice."""
        with self.other.server.writing() as connection:
            connection.execute(text("UPDATE moved SET by = by + :slept"), {"slept": SLEPT})
            connection.commit()
        self.other.seconds += SLEPT.total_seconds()
        self.slack.machine.advance(SLEPT)
        self.slack.catch_up()

    def say(self) -> str:
        """Something to the AE, for whoever looks first; gives its key."""
        hello = Notice(
            NoticeKind.WELCOME, Place.DM, "hello", Priority.HAND_OVER, person_id=self.team.ae.id
        )
        with self.sleeper.store.write(self.team.workspace_id) as unit:
            unit.outbox.add(hello)
            unit.commit()
        with self.sleeper.server.reading() as connection:
            key: str = connection.execute(text("SELECT opaque FROM outbox")).scalar_one()
        return key

    def close(self) -> None:
        self.sleeper.close()
        self.other.close()


def _build(url: str) -> None:
    database = open_database(url)
    migrate(database)
    database.close()


def _make_movable(url: str) -> None:
    database = open_database(url)
    with database.writing() as connection:
        for statement in MOVABLE:
            connection.execute(text(statement.format(name=make_url(url).database)))
        connection.commit()
    database.close()


@pytest.fixture
def two(postgres_server: str) -> Iterator[Two]:
    with postgres.database(template_name=postgres.template("migrated", _build)) as url:
        _make_movable(url)
        both = Two(url)
        yield both
        both.close()


def test_what_a_process_leases_after_its_machine_slept_nobody_else_takes(two: Two) -> None:
    two.say()
    two.sleep()
    (job,) = two.sleeper.store.delivery.lease(1, lease=2 * MINUTE)
    assert job.lease_until - two.sleeper.server.server_now() > MINUTE
    assert two.other.store.delivery.lease(1, lease=2 * MINUTE) == []


def test_what_is_about_to_be_posted_after_a_sleep_no_other_process_posts_too(two: Two) -> None:
    key = two.say()
    two.sleep()
    meanwhile = Nth("marked", 1, two.other.senders.work_once)
    two.sleeper.hire(meanwhile)
    assert two.sleeper.senders.work_once()
    assert meanwhile.done
    assert two.slack.ledger.keys() == [key]


def test_nobody_posts_whose_lease_ended_while_their_machine_slept(two: Two) -> None:
    key = two.say()
    two.sleeper.hire(Nth("rendered", 1, two.sleep))
    assert two.sleeper.senders.work_once()
    assert two.slack.ledger.messages == []
    two.other.seconds += 1  # Two clocks agree but for some milliseconds.
    assert two.other.senders.work_once()
    assert two.slack.ledger.keys() == [key]


def test_what_is_in_doubt_waits_out_its_quarantine_though_the_machine_slept_meanwhile(
    two: Two,
) -> None:
    two.say()
    two.slack.trouble = Script(chat__postMessage=[Fault.TAKEN_LATE])
    two.sleeper.hire(Nth("marked", 1, two.sleep))
    assert two.sleeper.senders.work_once()
    assert two.other.store.delivery.lease(1, lease=MINUTE) == []
    two.sleep()
    (job,) = two.other.store.delivery.lease(1, lease=MINUTE)
    assert job.maybe_sent


def test_what_came_due_while_a_machine_slept_goes_at_its_second_look(two: Two) -> None:
    key = two.say()
    delivery = two.sleeper.store.delivery
    (job,) = delivery.lease(1, lease=MINUTE)
    delivery.retry(job, after=MINUTE)
    two.sleep()
    (job,) = delivery.lease(1, lease=MINUTE) or delivery.lease(1, lease=MINUTE)
    assert job.key == key


def test_a_clock_that_could_not_be_set_right_is_right_after_the_next_look(two: Two) -> None:
    two.sleep()
    two.sleeper.silent = True
    with pytest.raises(StorageUnavailable):
        two.sleeper.clock.set_right()
    assert two.sleeper.behind > MINUTE
    assert two.sleeper.store.delivery.lease(1, lease=MINUTE) == []
    assert two.sleeper.behind < SECOND


def test_a_clock_that_is_ahead_of_the_servers_is_not_set_back_by_a_look(two: Two) -> None:
    before = two.sleeper.clock.now()
    two.sleeper.seconds += SLEPT.total_seconds()
    assert two.sleeper.store.delivery.lease(1, lease=MINUTE) == []
    assert two.sleeper.clock.now() - before >= SLEPT
