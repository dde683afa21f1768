"""The customer's champion leaves: who follows, and what it makes of the people in the brief.

Whoever left stays in the brief, marked as gone.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime

from bot.domain.brief import LONGEST, MOST_CONTACTS, Contact, ContactRole, People
from bot.domain.errors import Conflict, Invalid, Problem
from bot.domain.items import Item

CHAMPION = ContactRole.CHAMPION


@dataclass(frozen=True)
class Champions:
    """How often a champion left, for the figures; who it was stands in the brief."""

    left: int = 0
    left_at: datetime | None = None
    """When it was last recorded."""

    def without_another(self, at: datetime) -> "Champions":
        """One more has left."""
        return replace(self, left=self.left + 1, left_at=at)


NOBODY_LEFT = Champions()


@dataclass(frozen=True)
class Follower:
    """Who is the champion from now on; with neither an entry nor a name nobody is yet."""

    entry: int | None = None
    """Somebody the brief names already, by the id of their entry."""
    name: str = ""
    title: str = ""

    @property
    def nobody(self) -> bool:
        """Whether it is not known yet."""
        return self.entry is None and not self.name.strip()


NOBODY_YET = Follower()


def marked_gone(people: People, entry: int, last_day: date | None) -> People:
    """The people with one champion gone. Raises Conflict for who is no champion any more."""
    if all(one.id != entry for one in people.having(CHAMPION)):
        raise Conflict(Problem.CHANGED_MEANWHILE, field="champion_gone")
    gone = {"gone": True, "last_day": last_day}
    return people.with_contacts(
        tuple(one.model_copy(update=gone) if one.id == entry else one for one in people.contacts)
    )


def followed_by(people: People, follower: Follower, *, fresh: int, asker: int | None) -> People:
    """The people with their champion, or with the question who it is for who asks the customer.

    `fresh` is the id of an entry that is new, `asker` who asks where nobody follows yet, None for
    the AE. Another champion who is still there answers it, too. Raises Invalid with the field.
    """
    if follower.nobody:
        return people if people.having(CHAMPION) else _asking(people, asker)
    if follower.entry is not None and follower.name.strip():
        raise Invalid(Problem.FOLLOWER_TWICE, field="new_champion")
    known = people.model_copy(
        update={"must_confirm": tuple(o for o in people.must_confirm if o is not Item.CHAMPION)}
    )
    if follower.entry is None:
        return known.with_contacts((*known.contacts, _newcomer(known, follower, fresh)))
    chosen = next((one for one in known.present if one.id == follower.entry), None)
    if chosen is None:
        raise Conflict(Problem.CHANGED_MEANWHILE, field="follower")
    now = chosen.model_copy(update={"roles": tuple(dict.fromkeys((CHAMPION, *chosen.roles)))})
    return known.with_contacts(tuple(now if one.id == now.id else one for one in known.contacts))


def _asking(people: People, asker: int | None) -> People:
    items = tuple(dict.fromkeys((*people.must_confirm, Item.CHAMPION)))
    return people.model_copy(update={"must_confirm": items, "asker": asker})


def _newcomer(people: People, follower: Follower, fresh: int) -> Contact:
    if len(people.contacts) >= MOST_CONTACTS:
        most = {"most": str(MOST_CONTACTS)}
        raise Invalid(Problem.TOO_MANY, field="new_champion", facts=most)
    name, title = follower.name.strip(), follower.title.strip()
    if max(len(name), len(title)) > LONGEST:
        raise Invalid(Problem.TOO_LONG, field="new_champion")
    return Contact(id=fresh, name=name, title=title, roles=(CHAMPION,))
