"""Writing the brief."""

from collections.abc import Iterable, Mapping
from typing import Final

from bot.domain.brief import Contact
from bot.domain.completeness import Completeness, OpenItem
from bot.domain.items import Hole, Item, SectionKey
from bot.domain.promises import Promise, PromiseText
from bot.domain.snapshots import How
from bot.views.ids import Field
from bot.views.sentences.forms import CHOICE_NAMES, FIELDS
from bot.views.sentences.paths import came_from
from bot.views.sentences.terms import (
    BASIS_NAMES,
    INNER_READERS,
    ITEM_NAMES,
    KIND_NAMES,
    SECTION_NAMES,
    open_item,
    private_items,
)
from bot.views.text import day, escape, isolate, one_line

SKEPTIC: Final = "skeptic or blocker"
STRENGTH_UNKNOWN: Final = "not known"
NOTHING_WRITTEN: Final = "Nothing written yet."
NO_PEOPLE_YET: Final = "Nobody written down yet. Begin with the champion."


def strength(level: int) -> str:
    """A relationship's strength from 1 to 5."""
    told = {1: "1, barely", 5: "5, as a friend"}
    return told.get(level, str(level))


def of_five(level: int) -> str:
    """The same where no list of all five stands beside it."""
    return f"{level} of 5"


def contact_roles(contact: Contact) -> str:
    """What somebody at the customer is, as far as the reader may know; often empty (plain text)."""
    told = [CHOICE_NAMES[one] for one in contact.roles]
    if contact.skeptic:
        told.append(SKEPTIC)
    told += [CHOICE_NAMES[one] for one in contact.other_roles]
    return " · ".join(told)


NO_ROLE: Final = "no role named"
NOT_COUNTED: Final = "What follows is not counted, and worth having."
CONTACT_READERS: Final = (
    "Everybody in the deal channel reads the name, the title and who is champion, buyer or user. "
    f"The rest is for {INNER_READERS}, and whoever helps with this section. What is counted: how "
    "the champion acts, what they gain, and what failure costs them."
)
PASTE_A_TEXT: Final = "Paste a long text"
PASTED_WHAT_FOR: Final = (
    "Have it at hand while you write the brief: every step then has the button *Pasted text*. "
    "Only you see it, it is no part of the brief, and *Forget the text* deletes it."
)
PASTED_HOW: Final = (
    "Copy what you need, close this, and paste it into the step below. Only you see this text."
)
SECTION_PROMPTS: Final[Mapping[SectionKey, str]] = {
    SectionKey.PEOPLE: (
        "Who fights for this, who pays, who works with it every day, and who would rather not?"
    ),
    SectionKey.RED_FLAGS: (
        "Think of: somebody who wanted something else or was overruled · a slow IT department · a "
        "discount somebody noticed · a rival still around · a vendor who failed before · an "
        "executive's dislike · a date a regulator set."
    ),
}
SECTION_QUESTIONS: Final[Mapping[SectionKey, str]] = {
    SectionKey.WHY: "What happened that made them buy, and why now rather than next year?",
    SectionKey.PEOPLE: "Who are the people, and what is in it for them?",
    SectionKey.RED_FLAGS: (
        "🔒 What nearly ended this, and what may still? Only AE, CSM, second listener and CS "
        "manager read it."
    ),
    SectionKey.COMMERCIALS: "What exactly did they buy, and what may come after it?",
    SectionKey.FIRST_DAYS: "When is it done, who says so, and how do they like to be spoken to?",
    SectionKey.SUCCESS: "Which number, by which date, will tell them that they bought well?",
    SectionKey.PROMISES: (
        "What did anybody on our side agree to, written or spoken, that others must now deliver?"
    ),
}


def brief_title(number: int, count: int) -> str:
    """The title of one step of the brief; `number` is 0 where nothing in it is counted."""
    return f"Brief {number} of {count}" if number else "Brief, not counted"


def _open_in(state: Completeness, section: SectionKey) -> str:
    """The open items of a section (mrkdwn); in the form itself *empty* goes without saying."""
    return ", ".join(
        ITEM_NAMES[one.item] if one.hole is Hole.EMPTY else escape(open_item(one))
        for one in state.open
        if one.section is section
    )


def brief_progress(
    state: Completeness, section: SectionKey, *, fallen: Iterable[OpenItem] = ()
) -> str:
    """How far the brief is, and what is open in this section (mrkdwn)."""
    here = _open_in(state, section)
    left = f"Open here: {here}." if here else "Nothing is open here."
    return f"{brief_filled(state, fallen=fallen)} {left}"


def brief_filled(state: Completeness, *, fallen: Iterable[OpenItem] = ()) -> str:
    """How far the brief is, and what the last save emptied (mrkdwn)."""
    told = f"{state.filled} of {state.counted} items are filled"
    if state.private:
        verb = "is" if state.private == 1 else "are"
        told += f"; {private_items(state.private)} {verb} open"
    lost = ", ".join(escape(open_item(item)) for item in fallen)
    return f"{told}. No longer filled: {lost}." if lost else f"{told}."


def brief_section(state: Completeness, section: SectionKey, *, counted: int) -> str:
    """One section in the list of all steps (mrkdwn), with its `counted` items."""
    if not counted:
        return f"*{SECTION_NAMES[section]}*  not counted for a deal of this size"
    here = [item for item in state.open if item.section is section]
    sign, told = ("⚪", f", open: {_open_in(state, section)}") if here else ("✅", "")
    if len(here) == counted and all(item.hole is Hole.EMPTY for item in here):
        # Where nothing is there yet, a list of it all says no more.
        told = ""
    return f"{sign} *{SECTION_NAMES[section]}*  {counted - len(here)} of {counted} filled{told}"


def asked_about(items: Iterable[Item]) -> str:
    """Behind a section in that list: what of it the CSM asks about; empty for nothing."""
    named = ", ".join(ITEM_NAMES[item] for item in items)
    return f"\nThe CSM asks about: {named}." if named else ""


def sections_named(sections: Iterable[SectionKey]) -> str:
    """Several sections, in the order of the brief."""
    wanted = set(sections)
    return ", ".join(name for key, name in SECTION_NAMES.items() if key in wanted)


def helps_with(who: str, sections: Iterable[SectionKey]) -> str:
    """Which sections a helper fills (mrkdwn)."""
    return f"{who} helps with: {sections_named(sections)}"


ADDED_AFTER_SIGNATURE: Final = "added after signature"
NEW_SINCE_READ: Final = "New since you read"
HOW_CHANGED: Final[Mapping[How, str]] = {
    How.ADDED: "added",
    How.CHANGED: "changed",
    How.GONE: "taken out",
}
MODEL_FIELDS: Final[Mapping[str, Field]] = {
    "roles": Field.CONTACT_ROLES,
    "skeptic": Field.CONTACT_ROLES,
    "other_roles": Field.CONTACT_ROLES,
    "gone": Field.LAST_DAY,
}
"""What a person is to the deal is one input for several fields, each with its own readers."""


def field_label(name: str) -> str:
    """What a field of the brief is called in its form."""
    return FIELDS[MODEL_FIELDS.get(name) or Field(name)].label


def new_since_read(count: int) -> str:
    """For the CSM, in how many places the brief differs from what they acknowledged."""
    told = "1 thing in the brief is" if count == 1 else f"{count} things in the brief are"
    return f"{told} new since you read it; Open handoff lists them."


def added_after_signature(names: Iterable[str]) -> str:
    """Which short facts about a person came after the signature."""
    told = ", ".join(dict.fromkeys(field_label(name) for name in names))
    return f"{ADDED_AFTER_SIGNATURE}: {told}"


def changed_place(name: str, how: How) -> str:
    """One place that differs from what the reader read before."""
    return f"{name} ({HOW_CHANGED[how]})"


A_PERSON: Final = "a person"
A_PROMISE: Final = "a promise"
PROMISE: Final = "promise"


def saved_meanwhile(who: str, when: str, *, emptied: bool) -> str:
    """Two people changed one field; what stands in it is this person's (mrkdwn)."""
    at = f", {when}" if when else ""
    told = "emptied this field" if emptied else "changed this field"
    end = "" if emptied else " Theirs is:"
    return f"{who} {told} while you were writing{at}. Saving again keeps what stands below.{end}"


def saved_elsewhere(when: str, *, emptied: bool) -> str:
    """The same where it was this person, in another window (mrkdwn)."""
    told = "emptied this field" if emptied else "changed this field"
    end = "" if emptied else " There it is:"
    return f"You {told} in another window, {when}. Saving again keeps what stands below.{end}"


THEIRS_IS_LONGER: Final = "That text is too long for this form; Open handoff has all of it."
CHANGED_NOT_WITHDRAWN: Final = (
    "This promise was changed while you were writing, so it is still in force. Save again to "
    "withdraw it as it is now."
)
CHANGED_NOT_REMOVED: Final = (
    "This person was changed while you were writing, so they are still on the list. Tick the box "
    "below again to take them off."
)
TICKED: Final = "ticked"
NOT_TICKED: Final = "not ticked"


def go_to(section: SectionKey) -> str:
    """The button that leads to one step of the brief."""
    return f"Go to {SECTION_NAMES[section]}"


def promise_title(number: int | None) -> str:
    """The title of the editor of one promise."""
    return "New promise" if number is None else f"Promise {number}"


def promise_details(promise: Promise) -> str:
    """What goes with the words of a promise, in plain text."""
    text = promise.text
    told = [KIND_NAMES[text.kind]]
    if text.basis is not None:
        told.append(BASIS_NAMES[text.basis])
    told += said_where(text)
    told.append(f"due {day(text.due)}" if text.due else NO_DUE)
    if promise.owner is not None:
        told.append(f"delivered by {isolate(promise.owner.name)}")
    if promise.origin is not None:
        account = one_line(promise.origin.account) if promise.origin.account else ""
        told.append(came_from(promise.origin, account))
    return " · ".join(told)


NO_DUE: Final = "no due date"


def said_where(text: PromiseText) -> list[str]:
    """Who said a promise to whom, when and where, as far as it is known (plain text)."""
    said = [
        *([one_line(text.said_by)] if text.said_by else []),
        *([f"to {one_line(text.said_to)}"] if text.said_to.strip() else []),
    ]
    told = [" ".join(said)] if said else []
    if text.source:
        told.append(one_line(text.source))
    if text.said_on is not None:
        told.append(day(text.said_on))
    return told


def edit_promise(number: int) -> str:
    """The button beside one promise."""
    return f"Edit promise {number}"


def page_of(page: int, pages: int) -> str:
    """Which page of several is shown; `page` counts from 0."""
    return f"Page {page + 1} of {pages}"
