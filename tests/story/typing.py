"""What people type, taken from `examples/`, through the real forms."""

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.domain.items import SectionKey
from bot.sandbox.seen import Screen, Typed
from bot.sandbox.view_state import elements_of
from bot.sandbox.visitor import Visitor
from tests.story.stack import DEAL, Stack, modal

EXAMPLES = Path(__file__).parent.parent.parent / "examples"
EXAMPLE_NAMES = sorted(path.stem for path in EXAMPLES.glob("*.toml"))
_DAYS = (("_in_days", 1), ("_days_ago", -1))
_LISTS = {SectionKey.PEOPLE: "contacts", SectionKey.PROMISES: "entries"}
TICKED = ["yes"]


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

    @property
    def marks(self) -> dict[str, Typed]:
        """What the start form is told of the deal besides its value."""
        told = dict(self.content.get("marks", {}))
        number = told.pop("stakeholders", None)
        typed: dict[str, Typed] = {"marks": [name for name, ticked in told.items() if ticked]}
        return {"stakeholders": str(number), **typed} if number is not None else typed

    @property
    def sections(self) -> list[SectionKey]:
        """The sections it has something for, in the order of the brief."""
        return [key for key in SectionKey if key.value in self.content]

    def fields(self, section: SectionKey) -> dict[str, Typed]:
        """What is typed into a section's own fields."""
        return self._typed(self.content[section.value])

    def entries(self, section: SectionKey) -> list[dict[str, Typed]]:
        """What is typed into the editor of each person or promise of a section."""
        listed = self.content[section.value].get(_LISTS.get(section, ""), [])
        return [self._typed(one) for one in listed]

    def _typed(self, table: Mapping[str, Any]) -> dict[str, Typed]:
        return dict(self._field(name, value) for name, value in self._plain(table))

    def _plain(self, table: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        yield from ((name, value) for name, value in table.items() if name not in _LISTS.values())

    def _field(self, name: str, value: Any) -> tuple[str, Typed]:
        for ending, sign in _DAYS:
            if name.endswith(ending):
                return name.removesuffix(ending), self.day(sign * value)
        if name == "roles":
            return "contact_roles", value
        if name == "strength":
            return name, str(value)
        return name, TICKED if value is True else value


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
        **deal.marks,
    }
    if signed_at is not None:
        typed["signed_at"] = signed_at
    else:
        typed["expected_on"] = deal.day(start["expected_in_days"])
    fill(stack.maya, typed)


def fill(writer: Visitor, typed: Mapping[str, Typed]) -> None:
    """Submit the form on top, which is to be taken."""
    sent = writer.submit(typed)
    assert not sent.field_errors, sent.field_errors
    assert sent.answered, writer.notices


def section_of(step: Screen) -> SectionKey:
    """Which section an open step of the brief is about."""
    return SectionKey(json.loads(step.view["private_metadata"])["t"])


def write_brief(writer: Visitor, deal: Deal) -> None:
    """The open first step of the brief and all that follows, to the end.

    What the deal does not count is filled from the list of all steps, before the last step is
    saved.
    """
    left = deal.sections
    while modal(writer).callback_id == "brief":
        step = modal(writer)
        section = section_of(step)
        typed = type_entries(writer, deal, section)
        left.remove(section)
        _, number, _, count = step.title.split()
        if number == count and left:
            write_beside(writer, deal, left, typed)
            go_to(writer, section)
            typed = {}
        fill(writer, typed)
    assert modal(writer).callback_id in ("preview", "brief_steps")
    writer.close()


def type_entries(writer: Visitor, deal: Deal, section: SectionKey) -> dict[str, Typed]:
    """Add the people or promises of the open step; what is left to type into its own fields."""
    adds = "contact_add" if section is SectionKey.PEOPLE else "promise_add"
    for typed in deal.entries(section):
        writer.click_in_modal(adds)
        fill(writer, typed)
        assert str(typed.get("name", typed.get("words")))[:30] in modal(writer).words
    shown = set(modal(writer).action_ids())
    return {name: value for name, value in deal.fields(section).items() if name in shown}


def write_beside(
    writer: Visitor, deal: Deal, sections: list[SectionKey], typed: Mapping[str, Typed]
) -> None:
    """Fill sections that are no step of this deal, and come back to the list of all steps."""
    writer.click_in_modal("brief_all_steps", typed=typed)
    for section in list(sections):
        go_to(writer, section)
        assert modal(writer).title == "Brief, not counted"
        fill(writer, type_entries(writer, deal, section))
        sections.remove(section)


def go_to(writer: Visitor, section: SectionKey) -> None:
    """The step of one section, from the list of all steps."""
    listed = modal(writer)
    assert listed.callback_id == "brief_steps"
    (row,) = (
        block["block_id"]
        for block, element in elements_of(listed.blocks)
        if element["action_id"] == "brief_go" and json.loads(element["value"])["t"] == section
    )
    writer.click_in_modal("brief_go", block_id=row)
    assert section_of(modal(writer)) is section
