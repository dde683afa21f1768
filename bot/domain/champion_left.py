"""What AE and CSM do when the customer's champion leaves: record it, and say who follows."""

from dataclasses import dataclass
from datetime import date, datetime

from bot.domain import access
from bot.domain.access import Act, Capacity
from bot.domain.brief import Brief, People, changed_fields
from bot.domain.champion import CHAMPION, NOBODY_YET, Follower, followed_by, marked_gone
from bot.domain.completeness import completeness
from bot.domain.errors import Conflict, Invalid, Problem
from bot.domain.handoff import FARTHEST_AHEAD, LONGEST_SALE, Handoff
from bot.domain.history import Fact, Tag
from bot.domain.items import Hole, Item, SectionKey
from bot.domain.people import Person
from bot.domain.policy import Policy


@dataclass(frozen=True)
class Leaving:
    """What the form says: who leaves, when that is known, and who follows."""

    entry: int | None = None
    """The champion who is gone, by the id of their entry; None where one is only named anew."""
    last_day: date | None = None
    follower: Follower = NOBODY_YET


def require(by: Person, handoff: Handoff) -> None:
    """Raise NotAllowed for who is neither AE nor CSM, Invalid in a handoff that is over."""
    access.require(Act.RECORD_CHAMPION, by, handoff)
    if not handoff.open:
        raise Invalid(handoff.why_over)


def require_one(people: People, handoff: Handoff) -> None:
    """Raise Invalid where there never was a champion, who could leave or be followed."""
    if not people.having(CHAMPION) and not handoff.champions.left:
        raise Invalid(Problem.NO_CHAMPION)


def asks(handoff: Handoff) -> int | None:
    """Who asks the customer for a new champion: the CSM after the kickoff, before it the AE."""
    return handoff.csm_id if handoff.kickoff_held_at is not None else None


def owes_champion(handoff: Handoff) -> int | None:
    """Whose it is to find the next champion; None while there is one, or nobody left."""
    if not handoff.open or not handoff.champions.left:
        return None
    hole = next((one for one in handoff.completeness.open if one.item is Item.CHAMPION), None)
    if hole is None or hole.hole is not Hole.MUST_CONFIRM:
        return None
    holder = access.holder(Capacity.CSM if asks(handoff) else Capacity.AE, handoff)
    return access.acting(holder, handoff) if holder is not None else None


def changed(
    handoff: Handoff, people: People, leaving: Leaving, *, fresh: int, by: Person, at: datetime
) -> People:
    """The people of the brief after it; `fresh` is the id of an entry that may be new.

    Raises Invalid with its field for a day that cannot be meant and where nobody is named at all,
    Conflict where what the form was filled from is no longer so.
    """
    require(by, handoff)
    require_one(people, handoff)
    _require_day(leaving.last_day, handoff, at)
    after = people
    if leaving.entry is not None:
        after = marked_gone(people, leaving.entry, leaving.last_day)
    elif people.having(CHAMPION):
        raise Conflict(Problem.CHANGED_MEANWHILE, field="follower")
    elif leaving.follower.nobody:
        raise Invalid(Problem.EMPTY, field="new_champion")
    return followed_by(after, leaving.follower, fresh=fresh, asker=asks(handoff))


def _require_day(last_day: date | None, handoff: Handoff, at: datetime) -> None:
    if last_day is None:
        return
    if last_day > (at + FARTHEST_AHEAD).date():
        raise Invalid(Problem.TOO_FAR_AHEAD, field="last_day")
    if last_day < (handoff.started_at - LONGEST_SALE).date():
        raise Invalid(Problem.TOO_LONG_AGO, field="last_day")


def record(
    handoff: Handoff,
    leaving: Leaving,
    *,
    before: Brief,
    people: People,
    revision: int,
    by: Person,
    at: datetime,
    policy: Policy,
) -> None:
    """Take note of it; the `people` are stored as their section's `revision`.

    `before` is all of the brief until then.

    It is another version of the brief, and outdates no acknowledgement: that was about the metric
    and the promises, which stay.
    """
    require(by, handoff)
    known = {one.id for one in before.people.having(CHAMPION)}
    now = [one.id for one in people.having(CHAMPION) if one.id not in known]
    handoff.brief_version += 1
    facts: dict[str, Fact] = {
        "section": SectionKey.PEOPLE.value,
        "revision": revision,
        "brief": handoff.brief_version,
        "champion": now[0] if now else None,
    }
    if leaving.entry is not None:
        handoff.champions = handoff.champions.without_another(at)
        last = leaving.last_day
        facts["left"] = leaving.entry
        facts["last_day"] = last.isoformat() if last is not None else None
        facts["after_kickoff"] = handoff.kickoff_held_at is not None
    tag = Tag.CHAMPION_LEFT if leaving.entry is not None else Tag.CHAMPION_NAMED
    handoff.note(tag, facts, changed_fields(before.people, people), by=by, at=at)
    after = before.with_section(SectionKey.PEOPLE, people)
    handoff.copy_from(after, at=at)
    handoff.weigh(completeness(after, handoff.tier, policy), at=at, policy=policy)
