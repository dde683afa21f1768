"""What people type, taken from `examples/`, through the real forms."""

import tomllib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.sandbox.seen import Typed
from bot.sandbox.visitor import Visitor
from tests.story.stack import DEAL, Stack, modal

EXAMPLES = Path(__file__).parent.parent.parent / "examples"


@dataclass(frozen=True)
class Deal:
    """One example deal, with its days counted from a date."""

    content: dict[str, Any]
    today: date

    @property
    def account(self) -> str:
        account: str = self.content["start"]["account"]
        return account

    def day(self, days: int) -> date:
        return self.today + timedelta(days=days)


def example(name: str, *, today: date) -> Deal:
    """A deal of `examples/` by its file's name."""
    return Deal(tomllib.loads((EXAMPLES / f"{name}.toml").read_text()), today)


def start_deal(
    stack: Stack, deal: Deal, *, signed_at: datetime | None, channel: str = DEAL
) -> None:
    """Maya types `/handoff` and fills the form."""
    start = deal.content["start"]
    answer = stack.maya.slash("/handoff", channel=channel)
    assert answer.answered, stack.maya.notices
    typed: dict[str, Typed] = {
        "account": start["account"],
        "value": start["value"],
        "currency": start["currency"],
        "csm": stack.jonas.id,
        "cs_manager": stack.priya.id,
        "links": "\n".join(start["links"]),
    }
    if signed_at is not None:
        typed["signed_at"] = signed_at
    else:
        typed["expected_on"] = deal.day(start["expected_in_days"])
    sent = stack.maya.submit(typed)
    assert not sent.field_errors, sent.field_errors
    assert sent.answered, stack.maya.notices


def fill_success(deal: Deal) -> dict[str, Typed]:
    """What is typed into the first step."""
    success = deal.content["success"]
    return {
        "metric": success["metric"],
        "today": success["today"],
        "target": success["target"],
        "by": deal.day(success["by_in_days"]),
        "whose": success["whose"],
        "said_on": deal.day(-success["said_days_ago"]),
    }


def write_brief(writer: Visitor, deal: Deal) -> None:
    """The open first step of the brief and all that follows, to the end."""
    assert modal(writer).callback_id == "brief"
    sent = writer.submit(fill_success(deal))
    assert not sent.field_errors, sent.field_errors
    for promise in deal.content.get("promises", ()):
        writer.click_in_modal("promise_add")
        assert modal(writer).callback_id == "promise"
        sent = writer.submit(
            {
                "words": promise["words"],
                "kind": promise["kind"],
                "said_to": promise["said_to"],
                "due": deal.day(promise["due_in_days"]),
            }
        )
        assert not sent.field_errors, sent.field_errors
        assert promise["words"][:30] in modal(writer).words
    other = deal.content["other"]
    typed: dict[str, Typed] = {"refused": other["refused"]}
    if other.get("none_made"):
        typed["none_made"] = ["none"]
    sent = writer.submit(typed)
    assert not sent.field_errors, sent.field_errors
    assert modal(writer).callback_id in ("preview", "brief_steps")
    writer.close()
