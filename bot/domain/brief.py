"""The brief: seven sections, who may read which field of them, and field-wise merging."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field
from pydantic.fields import FieldInfo

from bot.domain.access import Audience
from bot.domain.errors import Invalid, Problem
from bot.domain.items import Item, SectionKey
from bot.domain.merging import FieldConflict, merge_fields
from bot.domain.promises import Promise

LONGEST = 3000
"""Slack's own limit of a text field; nothing a person can type is longer."""
MOST_CONTACTS = 60

Personal = Audience.PERSONAL
Relations = Audience.RELATIONS
Internal = Audience.INTERNAL
Background = Audience.BACKGROUND
RedFlags = Audience.RED_FLAGS
Commercial = Audience.COMMERCIALS
Private = Audience.PRIVATE_NOTE


class ContactRole(StrEnum):
    """What somebody at the customer is to the deal, as far as everybody may know it."""

    CHAMPION = "champion"
    BUYER = "buyer"
    USER = "user"


class OtherRole(StrEnum):
    """What somebody at the customer is besides; asked, not counted."""

    EVALUATOR = "evaluator"
    INFLUENCER = "influencer"


class Entry(BaseModel):
    """One of several things of a kind in a section, edited on its own."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    id: int
    """Unique within its section, never used again."""


class Contact(Entry):
    """One person at the customer."""

    name: str
    title: str = ""
    roles: tuple[ContactRole, ...] = ()
    skeptic: Annotated[bool, Personal] = False
    """Skeptic or blocker."""
    other_roles: Annotated[tuple[OtherRole, ...], Relations] = ()
    behaviour: Annotated[str, Personal] = ""
    """How they act, in a line."""
    stake: Annotated[str, Personal] = ""
    """What they personally gain."""
    consequence: Annotated[str, Personal] = ""
    """What failure costs them."""
    strength: Annotated[int | None, Personal, Field(ge=1, le=5)] = None
    last_contact: Annotated[date | None, Relations] = None
    gone: bool = False
    """A champion who left the customer; the entry stays."""
    last_day: date | None = None
    """Their last day there, where it is known."""


class Section(BaseModel):
    """What every section has: the items only the customer can answer, and who asks them."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    must_confirm: tuple[Item, ...] = ()
    asker: int | None = None
    """Who of the company asks the customer, a person by id; None is the AE, whoever that is."""


class Why(Section):
    """What really made them buy."""

    trigger: str = ""
    event: str = ""
    runs_on: date | None = None
    """The date the event runs on."""
    quote: str = ""
    quote_by: str = ""
    quote_on: date | None = None
    quote_source: str = ""
    crm_reason: Annotated[str, Internal] = ""


class People(Section):
    """Who is who at the customer."""

    must_confirm: Annotated[tuple[Item, ...], Personal] = ()
    asker: Annotated[int | None, Personal] = None
    contacts: tuple[Contact, ...] = ()
    no_buyer: bool = False
    """No economic buyer was found; of a light deal that is an answer."""
    no_skeptic: Annotated[bool, Personal] = False
    second_contact: Annotated[str, Relations] = ""
    """Whom to call when the champion goes quiet."""
    key_contacts: Annotated[str, Internal] = ""
    history: Annotated[str, Relations] = ""
    """How the relationship came about."""

    @property
    def present(self) -> tuple[Contact, ...]:
        """The contacts who are still there."""
        return tuple(one for one in self.contacts if not one.gone)

    def having(self, role: ContactRole) -> tuple[Contact, ...]:
        """The contacts with a role, of those who are still there."""
        return tuple(one for one in self.present if role in one.roles)

    @property
    def champions_gone(self) -> tuple[Contact, ...]:
        """The champions who left, the last entry last."""
        return tuple(one for one in self.contacts if one.gone)

    def with_contacts(self, contacts: tuple[Contact, ...]) -> "People":
        """The same with other contacts; who is named takes back that nobody was found."""
        return self.model_copy(
            update={
                "contacts": contacts,
                "no_buyer": self.no_buyer and not any(_pays(one) for one in contacts),
                "no_skeptic": self.no_skeptic and not any(one.skeptic for one in contacts),
            }
        )


def _pays(contact: Contact) -> bool:
    return ContactRole.BUYER in contact.roles


class Success(Section):
    """How the customer will judge, with a number and a date, whether buying was right."""

    metric: str = ""
    today: str = ""
    target: str = ""
    by: date | None = None
    whose: str = ""
    said_on: date | None = None
    further: str = ""
    """Further criteria, one a line, each with a number or a date."""


class Promises(Section):
    """What goes with the promise entries, which are rows of their own."""

    none_made: bool = False
    refused: str = ""


class RedFlagsSection(Section):
    """What nearly ended it, what may still go wrong, and what the AE would not write elsewhere."""

    must_confirm: Annotated[tuple[Item, ...], RedFlags] = ()
    asker: Annotated[int | None, RedFlags] = None
    nearly: Annotated[str, RedFlags] = ""
    """What nearly ended it and what it took to go on."""
    top_risk: Annotated[str, RedFlags] = ""
    other_risks: Annotated[str, RedFlags] = ""
    no_risks: Annotated[bool, RedFlags] = False
    private_note: Annotated[str, Private] = ""


class Commercials(Section):
    """What was bought, and what may follow."""

    must_confirm: Annotated[tuple[Item, ...], Commercial] = ()
    asker: Annotated[int | None, Commercial] = None
    term: Annotated[str, Commercial] = ""
    starts_on: Annotated[date | None, Commercial] = None
    renews_on: Annotated[date | None, Commercial] = None
    products: Annotated[str, Commercial] = ""
    use_case: Annotated[str, Commercial] = ""
    scope: Annotated[str, Commercial] = ""
    live_on: Annotated[date | None, Commercial] = None
    growth: Annotated[str, Commercial] = ""
    growth_needs: Annotated[str, Commercial] = ""
    """What must be true by month 6 for it."""
    competitors: Annotated[str, Background] = ""
    partner: Annotated[str, Background] = ""
    links: Annotated[str, Background] = ""
    """Recordings and documents, one address a line."""


class FirstDays(Section):
    """The first 90 days: what done means, and how they like to be spoken to."""

    must_confirm: Annotated[tuple[Item, ...], Personal] = ()
    asker: Annotated[int | None, Personal] = None
    live_by: date | None = None
    outcome: str = ""
    second_outcome: str = ""
    confirms: str = ""
    """How the champion will confirm it."""
    review_on: date | None = None
    style: Annotated[str, Personal] = ""
    cadence: Annotated[str, Personal] = ""


SECTIONS: Mapping[SectionKey, type[Section]] = {
    SectionKey.WHY: Why,
    SectionKey.PEOPLE: People,
    SectionKey.SUCCESS: Success,
    SectionKey.PROMISES: Promises,
    SectionKey.RED_FLAGS: RedFlagsSection,
    SectionKey.COMMERCIALS: Commercials,
    SectionKey.FIRST_DAYS: FirstDays,
}


READ_BY = frozenset(
    {
        Audience.CHANNEL,
        Audience.COMMERCIALS,
        Audience.PERSONAL,
        Audience.RED_FLAGS,
        Audience.PRIVATE_NOTE,
        Audience.INTERNAL,
        Audience.BACKGROUND,
        Audience.RELATIONS,
    }
)
"""The audiences of its fields: whoever has all of them reads all of it."""


@dataclass(frozen=True)
class Brief:
    """The brief, as far as its reader may read it."""

    why: Why = field(default_factory=Why)
    people: People = field(default_factory=People)
    success: Success = field(default_factory=Success)
    promises: Promises = field(default_factory=Promises)
    red_flags: RedFlagsSection = field(default_factory=RedFlagsSection)
    commercials: Commercials = field(default_factory=Commercials)
    first_days: FirstDays = field(default_factory=FirstDays)
    entries: tuple[Promise, ...] = ()
    """The promises in force, by number; withdrawn ones are left out."""

    def section(self, key: SectionKey) -> Section:
        """One section by its key."""
        found: Section = getattr(self, key.value)
        return found

    def with_section(self, key: SectionKey, section: Section) -> "Brief":
        """The brief with one section replaced; raises TypeError for a section of another key."""
        if not isinstance(section, SECTIONS[key]):
            raise TypeError(key)
        changed: dict[str, Any] = {key.value: section}
        return replace(self, **changed)


def _audience(info: FieldInfo) -> Audience:
    marks = (mark for mark in info.metadata if isinstance(mark, Audience))
    return next(marks, Audience.CHANNEL)


def audience_of(model: type[BaseModel], name: str) -> Audience:
    """Who may read a field; everyone in the deal channel unless its annotation says otherwise."""
    return _audience(model.model_fields[name])


def split(section: Section) -> dict[Audience, dict[str, Any]]:
    """A section's fields as JSON values by who may read them; stored apart, filtered apart.

    Of an entry each part holds the id and that part's fields.
    """
    parts: dict[Audience, dict[str, Any]] = {}
    plain = section.model_dump(mode="json")
    for name, value in plain.items():
        entries = _entries(getattr(section, name))
        if not entries:
            parts.setdefault(audience_of(type(section), name), {})[name] = value
        for entry, body in zip(entries, value if entries else (), strict=True):
            for audience, fields in _split_entry(entry, body).items():
                parts.setdefault(audience, {}).setdefault(name, []).append(fields)
    return parts


def _entries(value: Any) -> tuple[Entry, ...]:
    if not isinstance(value, tuple):
        return ()
    return tuple(one for one in value if isinstance(one, Entry))


def _split_entry(entry: Entry, body: Mapping[str, Any]) -> dict[Audience, dict[str, Any]]:
    parts: dict[Audience, dict[str, Any]] = {}
    for name, value in body.items():
        if name != "id":
            part = parts.setdefault(audience_of(type(entry), name), {"id": entry.id})
            part[name] = value
    return parts


S = TypeVar("S", bound=Section)


@dataclass(frozen=True)
class Merge(Generic[S]):
    """The outcome of bringing a submission together with what was saved meanwhile."""

    section: S
    conflicts: tuple[FieldConflict, ...]


def merge(*, base: S, current: S, submitted: S) -> Merge[S]:
    """Two changes of one section brought together; see `merge_fields`."""
    merged, conflicts = merge_fields(
        base=_fields(base), current=_fields(current), submitted=_fields(submitted)
    )
    return Merge(type(current).model_validate(merged), conflicts)


E = TypeVar("E", bound=Entry)


@dataclass(frozen=True)
class MergedEntry(Generic[E]):
    """The same for one entry of a section."""

    entry: E
    conflicts: tuple[FieldConflict, ...]


def merge_entry(*, base: E, current: E, submitted: E) -> MergedEntry[E]:
    """Two changes of one entry brought together; see `merge_fields`."""
    merged, conflicts = merge_fields(
        base=_fields(base), current=_fields(current), submitted=_fields(submitted)
    )
    return MergedEntry(type(current).model_validate(merged), conflicts)


def _fields(model: BaseModel) -> dict[str, Any]:
    return {name: getattr(model, name) for name in type(model).model_fields}


def changed_fields(before: BaseModel, after: BaseModel) -> dict[str, str]:
    """The fields that differ, with their new values as text, for the history."""
    old, new = before.model_dump(mode="json"), after.model_dump(mode="json")
    changed: dict[str, str] = {}
    for name, value in new.items():
        if value == old[name]:
            continue
        if not _entries(getattr(after, name)) and not _entries(getattr(before, name)):
            changed[name] = value if isinstance(value, str) else _plain(value)
            continue
        changed |= _changed_entries(name, old[name], value)
    return changed


def kept_in_history(section: SectionKey, changed: Mapping[str, str]) -> dict[str, str]:
    """Of the changed fields those whose values the history keeps: a private note lies nowhere else.

    Its revisions are kept, encrypted, with the section; a commitment to it would be one more thing
    to guess at.
    """
    model = SECTIONS[section]
    private = {one for one in model.model_fields if audience_of(model, one) is Private}
    return {name: value for name, value in changed.items() if name not in private}


def _changed_entries(
    name: str, old: list[dict[str, Any]], new: list[dict[str, Any]]
) -> dict[str, str]:
    before = {one["id"]: one for one in old}
    changed = {
        f"{name}.{one['id']}.{part}": value if isinstance(value, str) else _plain(value)
        for one in new
        for part, value in one.items()
        if part != "id" and value != before.get(one["id"], {}).get(part)
    }
    gone = before.keys() - {one["id"] for one in new}
    return changed | {f"{name}.{one}": "" for one in sorted(gone)}


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return ", ".join(str(part) for part in value)
    return "yes" if value is True else "no" if value is False else str(value)


def check_texts(model: BaseModel) -> None:
    """Refuse what no form can produce; raises Invalid with the field."""
    for name, value in _fields(model).items():
        if isinstance(value, str) and len(value) > LONGEST:
            raise Invalid(Problem.TOO_LONG, field=name)


MOST_LINKS = 10


def checked_links(links: Iterable[str]) -> tuple[str, ...]:
    """The addresses among lines, each once; raises Invalid for one that is none."""
    kept = tuple(dict.fromkeys(link.strip() for link in links if link.strip()))
    for link in kept:
        if not link.startswith("https://") or any(ch.isspace() or ch in "<>|" for ch in link):
            raise Invalid(Problem.BAD_LINK, field="links")
    if len(kept) > MOST_LINKS:
        raise Invalid(Problem.TOO_LONG, field="links", facts={"most": str(MOST_LINKS)})
    return kept


def check_links(section: Section, *, base: Section) -> None:
    """Refuse new links that are none; what stood in `base` before is nobody's to mend now."""
    if not isinstance(section, Commercials) or not isinstance(base, Commercials):
        return
    if section.links != base.links:
        checked_links(section.links.splitlines())


def refuse_contradictions(brief: Brief, key: SectionKey) -> None:
    """Refuse a section that says both that there is none and what there is; raises Invalid."""
    promises, flags = brief.promises, brief.red_flags
    if key is SectionKey.PROMISES and promises.none_made and brief.entries:
        raise Invalid(Problem.NONE_AND_SOME, field="none_made")
    risks = flags.top_risk.strip() or flags.other_risks.strip()
    if key is SectionKey.RED_FLAGS and flags.no_risks and risks:
        raise Invalid(Problem.NO_RISKS_AND_SOME, field="no_risks")


SCHEMA = 1
"""The schema number under which section bodies are written today."""


def read_section(key: SectionKey, parts: Iterable[tuple[int, Mapping[str, Any]]]) -> Section:
    """A section from its stored parts, each a schema number and a body.

    Fields of a part that is not given are empty. Raises ValueError for a schema that this version
    does not know. Older bodies are raised here, one step a schema number; so far there is only 1.
    """
    body: dict[str, Any] = {}
    entries: dict[str, dict[int, dict[str, Any]]] = {}
    for schema, part in parts:
        if schema != SCHEMA:
            raise ValueError(f"{key}: unknown schema {schema}")
        for name, value in part.items():
            if isinstance(value, list) and value and isinstance(value[0], dict):
                known = entries.setdefault(name, {})
                for one in value:
                    known.setdefault(one["id"], {}).update(one)
            else:
                body[name] = value
    # What stands in a narrower part alone was taken away in the one that names it.
    named = {
        name: [one for _, one in sorted(known.items()) if "name" in one]
        for name, known in entries.items()
    }
    return SECTIONS[key].model_validate({**body, **named})
