"""Invented handoffs at their barest and at their worst, and what a reader sees of a message."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from slack_sdk.models.views import View

from bot.domain.access import IN_THE_CHANNEL, Act, Capacity
from bot.domain.brief import (
    Brief,
    Commercials,
    Contact,
    ContactRole,
    People,
    Promises,
    Success,
    Why,
)
from bot.domain.completeness import completeness
from bot.domain.deadlines import Step
from bot.domain.handoff import State
from bot.domain.items import Item
from bot.domain.kickoff import KickoffTime
from bot.domain.money import Money
from bot.domain.people import ManagerBy
from bot.domain.policy import Policy, Tier
from bot.domain.promises import Promise, PromiseText, Signing
from bot.domain.read_models import (
    OWED,
    Card,
    Guide,
    Light,
    NamedPerson,
    NudgeModel,
    StatusCounts,
    StatusPage,
    StatusRow,
    StepLine,
    WhyTold,
)
from bot.domain.status import Filter, Whose
from bot.domain.verification import Part
from bot.sandbox.blockkit import Surface, check_message_blocks, check_view
from bot.views.ids import ActionId, Field
from bot.views.message import Message
from tests.briefs import FULL_BRIEF

NOW = datetime(2026, 3, 13, 14, 0, tzinfo=UTC)
"""A Friday."""
DUE = NOW + timedelta(hours=2)
ZONE = "Europe/Berlin"

MAYA = NamedPerson(1, "U0MAYA", "Maya Reed")
JONAS = NamedPerson(2, "U0JONAS", "Jonas Brandt")
PRIYA = NamedPerson(3, "U0PRIYA", "Priya Nair")
OMAR = NamedPerson(4, "U0OMAR", "Omar Vance")

HEBREW = "נורתווינד רובוטיקה"
TRICKY = "<!channel> <@U0OMAR> *bold* `code` _it_ A&B | <https://x.example|y> 🎉 :tada:"
LONG = (f"{TRICKY} {HEBREW} " + "words without an end " * 150)[:3000]

NAME_LENGTH = 30
"""What a mention counts as when visible characters are counted."""
TIME_LENGTH = 22


def line(
    step: Step = Step.BRIEF,
    light: Light = Light.SOON,
    owner: NamedPerson | None = MAYA,
    waits_for: Step | None = None,
    done_at: datetime | None = None,
    left: tuple[Part, ...] | None = None,
) -> StepLine:
    """A step; of a reading that is owed all is missing unless said otherwise."""
    if left is None:
        left = tuple(Part) if step is Step.READ and light in OWED else ()
    return StepLine(step, light, owner, DUE, waits_for, done_at, left=left)


FILLED = replace(
    FULL_BRIEF,
    success=Success(
        metric="Pick errors per 100 orders",
        today="2.1 %",
        target="under 0.8 %",
        by=date(2026, 6, 30),
        whose="Ilse Brandt, Head of Fulfilment",
        said_on=date(2026, 2, 12),
    ),
    promises=Promises(refused="Weekend support"),
    entries=tuple(
        Promise(number, number, 1, PromiseText("The ERP connector is live in 30 days."))
        for number in range(1, 5)
    ),
)

CARD = Card(
    handoff_id=7,
    account="Northwind Robotics",
    value=Money(4_800_000, "USD"),
    tier=Tier.FULL,
    state=State.OPEN,
    signed_at=NOW - timedelta(hours=1),
    expected_on=None,
    ae=MAYA,
    csm=JONAS,
    proposed_csm=JONAS,
    cs_manager=PRIYA,
    brief=FILLED,
    completeness=completeness(FILLED, Tier.FULL, Policy()),
    brief_version=3,
    next=line(Step.READ, Light.SOON, JONAS),
    acknowledged_at=None,
    acknowledged_version=None,
    acknowledged_by=None,
    signing=Signing(entries=4, ae=4, csm=3, signed=3),
    posted_at=NOW,
    posted_by=MAYA,
    gate_passed=True,
    to_acknowledge=True,
)

EMPTY_CARD = replace(
    CARD,
    signed_at=None,
    csm=None,
    proposed_csm=None,
    cs_manager=None,
    brief=Brief(),
    completeness=completeness(Brief(), Tier.FULL, Policy()),
    brief_version=0,
    next=None,
    posted_at=None,
    posted_by=None,
    gate_passed=False,
    to_acknowledge=False,
)

_WORST_BRIEF = Brief(
    why=Why(trigger=LONG, event=LONG, runs_on=date(2026, 9, 30)),
    people=People(contacts=(Contact(id=1, name=LONG, title=LONG, roles=(ContactRole.CHAMPION,)),)),
    commercials=Commercials(term=LONG, starts_on=date(2026, 9, 30)),
    success=Success(metric=LONG, today=LONG, target=LONG, by=date(2026, 9, 30), whose=LONG),
)
WORST_CARD = replace(
    CARD,
    account=f"{TRICKY[:50]} {HEBREW}".ljust(80, "x")[:80],
    value=Money(100_000_000_000_050, "USD"),
    csm=None,
    brief=_WORST_BRIEF,
    completeness=completeness(_WORST_BRIEF, Tier.FULL, Policy()).seen_by(IN_THE_CHANNEL),
    next=line(Step.READ, Light.LATE, JONAS),
    acknowledged_at=NOW,
    acknowledged_version=1_000,
    brief_version=1_001,
    outdated=True,
    kickoff=KickoffTime(DUE, proposed=True),
)
WORST_ACKNOWLEDGED_CARD = replace(WORST_CARD, csm=JONAS)
_ALL_TO_CONFIRM = Brief(
    success=_WORST_BRIEF.success.model_copy(update={"must_confirm": tuple(Item)}),
    promises=Promises(must_confirm=tuple(Item)),
)
WORST_OPEN_CARD = replace(
    WORST_ACKNOWLEDGED_CARD,
    brief=_ALL_TO_CONFIRM,
    completeness=completeness(_ALL_TO_CONFIRM, Tier.FULL, Policy()).naming(
        {1: f"{HEBREW} <!here> {'n' * 60}"}, ae=1
    ),
)
"""Too long a card for all its holes."""

GUIDE = Guide(
    handoff_id=7,
    account="Northwind Robotics",
    state=State.OPEN,
    role=Capacity.AE,
    viewer=MAYA,
    steps=(
        line(Step.MESSAGE, Light.DONE, MAYA, done_at=NOW),
        line(Step.BRIEF, Light.SOON, MAYA),
        line(Step.ASSIGN, Light.WAITING, PRIYA, Step.BRIEF),
        line(Step.READ, Light.WAITING, None, Step.ASSIGN),
        line(Step.JUDGE, Light.WAITING, MAYA, Step.READ),
    ),
    mine=line(Step.BRIEF, Light.SOON, MAYA),
    completeness=completeness(Brief(), Tier.FULL, Policy()),
    signed_at=NOW - timedelta(hours=1),
    expected_on=None,
    must_confirm_ae=False,
    channel_slack_id="C0DEAL",
    ae=MAYA,
    proposed_csm=JONAS,
    csm=None,
    acknowledged_at=None,
    acknowledged_version=None,
    cancelled_at=None,
    acts=frozenset({Act.EDIT_BRIEF, Act.POST, Act.SIGN, Act.CANCEL, Act.REOPEN}),
)

NUDGE = NudgeModel(
    handoff_id=7,
    account="Northwind Robotics",
    line=line(),
    completeness=completeness(Brief(), Tier.FULL, Policy()),
    late_by=None,
    holds_up=Step.ASSIGN,
    viewer=MAYA,
    told_as_manager=False,
)

WHY_TOLD = WhyTold(
    by=ManagerBy.PROFILE,
    role=None,
    of=MAYA,
    instead_of=PRIYA,
    until=date(2026, 3, 20),
)
"""The manager above of somebody who is away."""

ROW = StatusRow(
    handoff_id=7,
    account="Northwind Robotics",
    ae=MAYA,
    csm=JONAS,
    step=Step.BRIEF,
    light=Light.LATE,
    due_at=NOW - timedelta(hours=3),
    percent=61,
    signed=True,
    channel_slack_id="C0DEAL",
    late_by=timedelta(hours=3),
    owner=MAYA,
    tier=Tier.FULL,
    signed_at=NOW - timedelta(days=1),
)
WORST_ROW = replace(
    ROW,
    account=WORST_CARD.account,
    ae=NamedPerson(5, "U0LONG", f"{HEBREW} *{'n' * 60}"),
    csm=NamedPerson(6, "U0LONGER", "<!here> " + "m" * 70),
    light=Light.SOON,
    due_at=NOW + timedelta(days=300),
    percent=100,
    step=Step.READ,
)


def status_page(
    *rows: StatusRow, page: int = 0, pages: int = 1, whose: Whose = Whose.ALL, **chosen: Any
) -> StatusPage:
    counts = StatusCounts(late=len(rows), due_today=0, waiting=0, on_time=0)
    shown = Filter(whose=whose, **chosen)
    return StatusPage(counts, tuple(rows), page, pages, False, NOW, shown)


# What is seen


def message_args(message: Message) -> dict[str, Any]:
    """What goes to Slack, after Slack's limits were checked twice."""
    args = message.to_args()
    check_message_blocks(args.get("blocks", []))
    return args


def view_dict(view: View, surface: Surface = Surface.MODAL) -> dict[str, Any]:
    """A view as it goes to Slack, after Slack's limits were checked twice."""
    made: dict[str, Any] = view.to_dict()
    check_view(made, surface)
    known = {*(action.value for action in ActionId), *(field.value for field in Field)}
    assert set(action_ids(made["blocks"])) <= known
    return made


def parts(node: Any) -> Iterator[dict[str, Any]]:
    """Every object inside, outer ones first."""
    if isinstance(node, dict):
        yield node
        for inner in node.values():
            yield from parts(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from parts(inner)


def pieces(blocks: Any) -> list[str]:
    """The texts a reader sees, mentions and times as they stand in the source."""
    seen = []
    for part in parts(blocks):
        match part.get("type"):
            case "plain_text" | "mrkdwn" | "text":
                seen.append(str(part["text"]))
            case "user":
                seen.append(f"<@{part['user_id']}>")
            case "date":
                seen.append(f"<!date^{part['timestamp']}^x|{part['fallback']}>")
    return seen


def seen_text(blocks: Any) -> str:
    return "\n".join(pieces(blocks))


def visible_length(blocks: Any) -> int:
    """How many characters a reader sees, names and times counted as long ones.

    What somebody typed is seen letter by letter, and a menu's entries only once it is opened.
    """
    length = 0
    for part in parts([without_menus(block) for block in blocks]):
        match part.get("type"):
            case "plain_text" | "text":
                length += len(part["text"])
            case "mrkdwn":
                text = re.sub(r"<!date\^[^>]*>", "t" * TIME_LENGTH, part["text"])
                length += len(re.sub(r"<@[A-Z0-9]+>", "n" * NAME_LENGTH, text))
            case "user":
                length += NAME_LENGTH
            case "date":
                length += TIME_LENGTH
    return length


def without_menus(block: dict[str, Any]) -> dict[str, Any]:
    """A block less the overflow menu in it."""
    if "elements" not in block:
        return block
    return {**block, "elements": [one for one in block["elements"] if one["type"] != "overflow"]}


def pressable(blocks: Any) -> list[dict[str, Any]]:
    """The buttons, in order."""
    return [part for part in parts(blocks) if part.get("type") == "button"]


def action_ids(blocks: Any) -> list[str]:
    """The action ids, in order."""
    return [str(part["action_id"]) for part in parts(blocks) if "action_id" in part]


def menu(blocks: Any) -> dict[str, str]:
    """The overflow menu: the thing each entry stands for, and its words."""
    return {
        json.loads(option["value"])["t"]: option["text"]["text"]
        for part in parts(blocks)
        if part.get("type") == "overflow"
        for option in part["options"]
    }


def parsed_texts(args: Any) -> list[str]:
    """Texts in which Slack looks for its own signs."""
    return [str(part["text"]) for part in parts(args) if part.get("type") == "mrkdwn"]


def check_message(message: Message, *, most_buttons: int = 3) -> dict[str, Any]:
    """What holds for every message; its arguments."""
    args = message_args(message)
    blocks = args.get("blocks", [])
    buttons = pressable(blocks)
    assert message.text
    assert len(buttons) <= most_buttons
    assert sum(pressed.get("style") == "primary" for pressed in buttons) <= 1
    assert len([part for part in parts(blocks) if part.get("type") == "overflow"]) <= 1
    assert len(menu(blocks)) <= 5
    for text in [message.text, *parsed_texts(args)]:
        assert not re.search(r"<!(channel|here|everyone)|<https?:", text)
        assert set(re.findall(r"<@([A-Z0-9]+)>", text)) <= {
            person.slack_id for person in (MAYA, JONAS, PRIYA)
        }
    assert not any(part.get("type") == "broadcast" for part in parts(blocks))
    assert set(action_ids(blocks)) <= {action.value for action in ActionId}
    return args
