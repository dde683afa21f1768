"""Killed between any two steps of act, sweep and delivery, the bot loses and doubles nothing."""

import ast
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.domain.notices import NoticeKind
from bot.flows.asked import Kind
from bot.settings import FAIL_POINTS
from bot.storage.unit_of_work import Store
from tests import postgres
from tests.builders import Team, assigned, signed
from tests.crash import stories
from tests.crash.process import NORTHWIND, ROOT, Life, Prepare, living
from tests.delivery.test_crashes import POINTS

TEST = "test_a_death_loses_and_doubles_nothing"
AT_A_TIME = 4
"""Most of a life is waiting for a dead process's lease to run out."""


def _calm(_life: Life) -> None:
    """Slack does everything it is asked."""


@dataclass(frozen=True)
class Case:
    """Where the process dies: at the nth passing of a point in a story, in some weather."""

    point: str
    nth: int
    story: Callable[[Life], None]
    prepare: Prepare
    dialect: str = "sqlite"
    over_http: bool = False
    weather: Callable[[Life], object] = _calm
    """What is wrong with Slack or its channels, from before the bot starts."""

    @property
    def name(self) -> str:
        ways = "-http" if self.over_http else ""
        return f"{self.story.__name__}-{self.point}-{self.nth}-{self.dialect}{ways}"


# --- Weather


def _refuses_invitations(life: Life) -> None:
    life.sandbox.fail_next("conversations.invite", times=50, error="user_is_restricted")


def _loses_answers(life: Life) -> None:
    """The first post to a person, and the line below the card, are taken and not answered."""
    deal = life.sandbox.channel(NORTHWIND)
    life.sandbox.fail_next("chat.postMessage", channel=deal, skip=1, after=True, cut=True)
    life.sandbox.fail_next("chat.postMessage", after=True, cut=True)


def _fails(life: Life) -> None:
    life.sandbox.fail_next("chat.postMessage", status=503)


def _hides_the_card(life: Life) -> None:
    """The card is taken and not answered, and the channel's history may not be read."""
    deal = life.sandbox.channel(NORTHWIND)
    life.sandbox.fail_next("chat.postMessage", channel=deal, after=True, cut=True)
    life.sandbox.fail_next("conversations.history", channel=deal, times=50, error="missing_scope")


def _shares_the_channel(life: Life) -> None:
    deal = life.sandbox.channel(NORTHWIND)
    life.sandbox.act("share", life.person("maya").id, channel_id=deal)


# --- Where it begins


def _nothing(_store: Store, _team: Team) -> None:
    """Nobody has started anything."""


def _signed_and_not_looked_at(store: Store, team: Team) -> None:
    """What was known of the deal channel is too old to go by."""
    signed(store, team)
    with store.write(team.workspace_id) as unit:
        unit.channels.note(team.channel.slack_id, forget_check=True)
        # Else it is looked at when the process begins, before anything is to be posted.
        unit.daily.looked_at(channel_id=team.channel.id)
        unit.commit()


# --- Where it dies

# Each passes its points once: the start form, *Acknowledge*, the opened DM, and the command.
_WRITING = {
    Kind.SUBMISSION: (stories.act, assigned),
    Kind.ACTION: (stories.act, assigned),
    Kind.EVENT: (stories.greet, signed),
    Kind.SHORTCUT: (stories.copy, assigned),
}
_ACTS = [
    Case(f"{kind}-{step}", 1, story, prepare)
    for kind, (story, prepare) in _WRITING.items()
    for step in ("received", "acted", "answer_kept", "committed", "showing", "answering")
]
_ACTS += [Case(f"command-{step}", 1, stories.act, assigned) for step in ("showing", "answering")]
# Here the press itself shows something, after what it saved was committed.
_ACTS += [
    Case(f"action-{step}", 1, stories.write, _nothing)
    for step in ("committed", "showing", "answering")
]
_OVER_HTTP = [
    Case(f"action-{step}", 1, stories.act, assigned, over_http=True)
    for step in ("received", "acted", "committed", "answering")
]
_OVER_HTTP.append(Case("event-committed", 1, stories.greet, signed, over_http=True))
# Of the posts at the start some are guides and welcomes, one the card, one the line below it.
_DELIVERY = [
    Case(point, nth, stories.hand_over, assigned)
    for point, nth in (
        ("leased", 1),
        ("rendered", 1),
        ("opened", 1),
        ("marked", 1),
        ("marked", 6),
        ("posted", 1),
        ("posted", 4),
        ("posted", 7),
        ("settled", 1),
        ("invited", 1),
        ("published", 1),
        ("edited", 1),
        ("whispered", 1),
    )
]
_DELIVERY += [
    Case("found", 1, stories.hand_over, assigned, weather=_loses_answers),
    Case("found", 2, stories.hand_over, assigned, weather=_loses_answers),
    Case("not_found", 1, stories.hand_over, assigned, weather=_fails),
    Case("asked_by_hand", 1, stories.invite_by_hand, assigned, weather=_refuses_invitations),
    Case("asked", 1, stories.ask, assigned, weather=_hides_the_card),
    Case("told", 1, stories.keep_out, _signed_and_not_looked_at, weather=_shares_the_channel),
    Case("lost", 1, stories.lose_the_card, assigned),
    Case("withdrawn", 1, stories.clear_out, assigned),
    Case("retired", 1, stories.run_late, signed),
    Case("upload_begun", 1, stories.send_file, assigned),
    Case("uploaded", 1, stories.send_file, assigned),
    Case("completed", 1, stories.send_file, assigned),
]
# The first sweep with something to say nudges, the second posts the card.
_SWEEP = [
    Case(point, nth, stories.run_late, signed)
    for point, nth in (("claimed", 1), ("said", 1), ("said", 2), ("swept", 2))
]
_POSTGRES = [
    Case(point, nth, story, prepare, "postgres")
    for point, nth, story, prepare in (
        ("submission-committed", 1, stories.act, assigned),
        ("action-committed", 1, stories.act, assigned),
        ("marked", 1, stories.hand_over, assigned),
        ("posted", 1, stories.hand_over, assigned),
        ("edited", 1, stories.hand_over, assigned),
        ("withdrawn", 1, stories.clear_out, assigned),
        ("retired", 1, stories.run_late, signed),
        ("claimed", 1, stories.run_late, signed),
        ("said", 2, stories.run_late, signed),
        ("swept", 2, stories.run_late, signed),
    )
]
CASES = [*_ACTS, *_OVER_HTTP, *_DELIVERY, *_SWEEP, *_POSTGRES]
NOT_IN_A_LIFE = {"blocked", "probed"}
"""A workspace whose token is refused is tried again after five minutes, whatever the hurry: these
deaths are died in `tests/delivery/test_crashes.py`, whose clocks are moved by hand."""
OFFER_UNDER_WAY = {"edited", "action-committed", "action-showing", "action-answering"}
"""Where a sender may have the offer to undo in hand when the process dies elsewhere."""


def fail_points() -> set[str]:
    """Every name that the code passes to `reached`; those of an act once for each kind of act."""
    found: set[str] = set()
    for path in (ROOT / "bot").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.Call(func=ast.Attribute(attr="_reached"), args=[ast.Constant(str(name))]):
                    found.add(name)
                case ast.Call(
                    func=ast.Attribute(attr="_passed"), args=[_, ast.Constant(str(name))]
                ):
                    found |= {f"{kind}-{name}" for kind in Kind if _passes(kind, name)}
    return found


def _passes(kind: Kind, step: str) -> bool:
    # A command only looks, so it has nothing to keep.
    return kind is not Kind.COMMAND or step in ("showing", "answering")


def live(case: Case, folder: Path) -> None:
    """One story with one death in it."""
    database = nullcontext(None) if case.dialect == "sqlite" else postgres.database()
    with (
        database as url,
        living(
            folder,
            database_url=url,
            prepare=case.prepare,
            over_http=case.over_http,
            # Over HTTP every process is started by the command.
            forked=not case.over_http,
        ) as life,
    ):
        case.weather(life)
        life.start(f"{case.point}:{case.nth}")
        case.story(life)
        assert life.deaths == 1, "the point was never reached"
        assert life.sound()
        assert life.doubtful() in _doubts(case), life.doubtful()


def _doubts(case: Case) -> list[list[str]]:
    """What may be left in doubt: what only one person sees stands in no history to look into."""
    if case.story is stories.ask:
        return [["card"]]
    if case.point == "whispered":
        return [[NoticeKind.UNDO_OFFER.value]]
    if case.point in OFFER_UNDER_WAY and case.story is not stories.write:
        return [[], [NoticeKind.UNDO_OFFER.value]]
    return [[]]


def test_there_is_a_death_at_every_named_point() -> None:
    in_lives = {case.point for case in CASES}
    assert not in_lives & NOT_IN_A_LIFE
    assert set(POINTS) >= NOT_IN_A_LIFE
    assert in_lives | NOT_IN_A_LIFE == fail_points() == FAIL_POINTS


@pytest.fixture(scope="module")
def lives(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Mapping[str, Future[None]]]:
    """All cases that were asked for, a few at a time."""
    asked_for = {item.name for item in request.session.items}
    wanted = [case for case in CASES if f"{TEST}[{case.name}]" in asked_for]
    if any(case.dialect == "postgres" for case in wanted):
        postgres.start()
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        begun = {
            case.name: pool.submit(live, case, tmp_path_factory.mktemp(case.point))
            for case in wanted
        }
        yield begun
        for future in begun.values():
            future.cancel()


@pytest.mark.slow
@pytest.mark.parametrize(
    "case",
    [
        pytest.param(
            case, id=case.name, marks=[pytest.mark.postgres] if case.dialect == "postgres" else []
        )
        for case in CASES
    ],
)
def test_a_death_loses_and_doubles_nothing(case: Case, lives: Mapping[str, Future[None]]) -> None:
    lives[case.name].result()
