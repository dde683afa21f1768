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
from tests import postgres
from tests.builders import assigned, signed
from tests.crash import stories
from tests.crash.process import ROOT, Life, Prepare, living

TEST = "test_a_death_loses_and_doubles_nothing"
AT_A_TIME = 4
"""Most of a life is waiting for a dead process's lease to run out."""


@dataclass(frozen=True)
class Case:
    """Where the process dies: at the nth passing of a point in a story."""

    point: str
    nth: int
    story: Callable[[Life], None]
    prepare: Prepare
    dialect: str = "sqlite"

    @property
    def name(self) -> str:
        return f"{self.story.__name__}-{self.point}-{self.nth}-{self.dialect}"


# Each passes its points once: the start form, *Acknowledge*, the opened DM, and the command.
_WRITING = {
    Kind.SUBMISSION: (stories.act, assigned),
    Kind.ACTION: (stories.act, assigned),
    Kind.EVENT: (stories.greet, signed),
}
_ACTS = [
    Case(f"{kind}-{step}", 1, story, prepare)
    for kind, (story, prepare) in _WRITING.items()
    for step in ("received", "acted", "answer_kept", "committed", "answering")
]
_ACTS.append(Case("command-answering", 1, stories.act, assigned))
# Of the posts at the start some are guides and welcomes, one the card, one the line below it.
_DELIVERY = [
    Case(point, nth, stories.hand_over, assigned)
    for point, nth in (
        ("leased", 1),
        ("looked", 1),
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
_DELIVERY.append(Case("asked_by_hand", 1, stories.invite_by_hand, assigned))
_DELIVERY.append(Case("retired", 1, stories.run_late, signed))
# The first sweep with something to say nudges, the second posts the card.
_SWEEP = [
    Case(point, nth, stories.run_late, signed)
    for point, nth in (("claimed", 1), ("said", 1), ("said", 2), ("swept", 2))
]
_POSTGRES = [
    Case("submission-committed", 1, stories.act, assigned, "postgres"),
    Case("posted", 1, stories.hand_over, assigned, "postgres"),
    Case("said", 2, stories.run_late, signed, "postgres"),
]
CASES = [*_ACTS, *_DELIVERY, *_SWEEP, *_POSTGRES]


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
    return kind is not Kind.COMMAND or step == "answering"


def live(case: Case, folder: Path) -> None:
    """One story with one death in it."""
    database = nullcontext(None) if case.dialect == "sqlite" else postgres.database()
    with database as url, living(folder, database_url=url, prepare=case.prepare) as life:
        life.start(f"{case.point}:{case.nth}")
        case.story(life)
        assert life.deaths == 1, "the point was never reached"
        assert life.sound()
        if case.point == "whispered":
            # What only one person sees stands in no history: nobody can look whether it is there.
            assert life.doubtful() == [NoticeKind.UNDO_OFFER.value]
        else:
            # A machine so busy that a call takes a second may leave this one in doubt as well.
            assert set(life.doubtful()) <= {NoticeKind.UNDO_OFFER.value}


def test_there_is_a_death_at_every_named_point() -> None:
    assert {case.point for case in CASES} == fail_points() == FAIL_POINTS


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
