"""The partner of a deal: who they are, and where it lives on their side.

They are outside of the bot. The AE enters what they tell, and they only ever get what a customer
may be shown.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from bot.domain import access
from bot.domain.errors import Conflict, Invalid, Problem
from bot.domain.handoff import Handoff
from bot.domain.history import Fact, Tag
from bot.domain.items import SectionKey
from bot.domain.partner_state import PartnerState
from bot.domain.people import Person

MOST_PEOPLE = 20
LONGEST_PART = 200
"""Characters of a name, a company or a role."""
LONGEST_TEXT = 3000
PARTS = 3
"""What a line says of one person: name, company and role."""
SECTION = SectionKey.COMMERCIALS
"""Where the partner stands in the brief, and whose writers and readers these are."""
_ADDRESS = re.compile(r"\S+@\S+\.\S+")


class PartnerPerson(BaseModel):
    """One of the partner's people; how to reach them stays outside of the bot."""

    model_config = ConfigDict(frozen=True)
    name: str
    company: str
    role: str


class PartnerSide(BaseModel):
    """What is known of the partner's side."""

    model_config = ConfigDict(frozen=True)
    people: tuple[PartnerPerson, ...] = ()
    lives: str = ""
    """Where the deal lives on their side: their system, their channel, their folder."""
    source: str = ""
    """Who told it, and when."""

    @property
    def empty(self) -> bool:
        """Whether nothing is said."""
        return not (self.people or self.lives or self.source)

    def checked(self) -> "PartnerSide":
        """The same without outer blanks; raises Invalid with its field.

        Whoever says something of the partner's side says where it is from.
        """
        lives, source = self.lives.strip(), self.source.strip()
        if len(self.people) > MOST_PEOPLE:
            most = {"most": str(MOST_PEOPLE)}
            raise Invalid(Problem.TOO_MANY, field="partner_people", facts=most)
        for field, text in (("partner_lives", lives), ("source", source)):
            if len(text) > LONGEST_TEXT:
                raise Invalid(Problem.TOO_LONG, field=field, facts={"most": str(LONGEST_TEXT)})
            _without_address(text, field)
        if (self.people or lives) and not source:
            raise Invalid(Problem.SOURCE_NEEDED, field="source")
        return PartnerSide(people=self.people, lives=lives, source=source)


@dataclass(frozen=True)
class PartnerForm:
    """What somebody sees who enters the partner's side."""

    handoff_id: int
    account: str
    side: PartnerSide
    revision: int
    """Of what the form was filled from; 0 where nothing was entered."""


def people_in(text: str) -> tuple[PartnerPerson, ...]:
    """The people of the lines of a form: name, company and role, with commas or semicolons.

    Raises Invalid for a line that says less or more, and for one with an address in it.
    """
    found: list[PartnerPerson] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        _without_address(line, "partner_people")
        parts = [" ".join(part.split()) for part in line.split(";" if ";" in line else ",")]
        if len(parts) != PARTS or not all(parts):
            facts = {"line": str(number)}
            raise Invalid(Problem.PARTNER_LINE, field="partner_people", facts=facts)
        if any(len(part) > LONGEST_PART for part in parts):
            most = {"most": str(LONGEST_PART)}
            raise Invalid(Problem.TOO_LONG, field="partner_people", facts=most)
        name, company, role = parts
        found.append(PartnerPerson(name=name, company=company, role=role))
    return tuple(found)


def as_line(one: PartnerPerson) -> str:
    """A person as a line of the form."""
    parts = (one.name, one.company, one.role)
    return ("; " if any("," in part for part in parts) else ", ").join(parts)


def _without_address(text: str, field: str) -> None:
    if _ADDRESS.search(text):
        raise Invalid(Problem.NO_ADDRESSES, field=field)


def require_to_write(handoff: Handoff, *, by: Person) -> None:
    """Raise NotAllowed for who does not fill that part of the brief, Invalid where none is asked.

    None is asked of a deal that is over, and of one that no partner sells along.
    """
    access.require_write(SECTION, by, handoff)
    if not handoff.open:
        raise Invalid(handoff.why_over)
    if not handoff.marks.partner:
        raise Invalid(Problem.NO_PARTNER)


def require_unchanged(seen: int, now: int) -> None:
    """Raise Conflict where somebody entered something since the form was filled."""
    if seen != now:
        raise Conflict(Problem.CHANGED_MEANWHILE, field="partner_people")


def enter(handoff: Handoff, side: PartnerSide, *, revision: int, by: Person, at: datetime) -> None:
    """Take note of what was entered, stored as a document's `revision`."""
    require_to_write(handoff, by=by)
    handoff.partner = PartnerState(len(side.people), at if not side.empty else None)
    facts: dict[str, Fact] = {"revision": revision, "people": len(side.people)}
    handoff.note(Tag.PARTNER_ENTERED, facts, by=by, at=at)


def confirms(handoff: Handoff) -> bool:
    """Whether somebody of a partner confirms the success plan, too.

    Of a deal that one sells along, whether anybody there was named yet or not.
    """
    return handoff.marks.partner
