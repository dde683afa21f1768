"""The kickoff that was held: the form after it, what it says, and the line below the card."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.domain.items import SectionKey
from bot.domain.kickoff_form import LONGEST_CUSTOMERS, KickoffForm, Ours, Ran
from bot.domain.kickoff_pages import HeldPage
from bot.domain.read_models import Card, NamedPerson
from bot.views import sentences as said
from bot.views.blocks import (
    Place,
    as_typed,
    boxes_input,
    choice_input,
    form,
    instant_input,
    option,
    reason_input,
    text_input,
)
from bot.views.ids import Field, ViewId
from bot.views.message import Message, lines, section, when, who, words
from bot.views.payload import Ref
from bot.views.text import escape, instant_token, isolate, mention, one_line

YES: Final = "yes"
NO: Final = "no"
AGAIN: Final = "again"


def held_view(page: HeldPage) -> View:
    """When it began, who came and ran it, and what of the brief still holds."""
    place = Place("held", entry=page.handoff_id, revision=page.revision)
    means = said.kickoff.HELD_MEANS
    if page.held_at is not None:
        means = said.kickoff.held_corrects(instant_token(page.held_at))
    blocks: list[Block] = [
        as_typed(page.account),
        section(means),
        instant_input(place, Field.HELD_AT, page.likely_at),
        *_who(place, page),
        *_what(place, page.form),
        *([reason_input(place, words=said.forms.FOR_CSM_REASON)] if page.asks_why else []),
    ]
    return form(
        ViewId.HELD,
        Ref(handoff=page.handoff_id, revision=page.revision),
        blocks,
        title=said.forms.FORM_TITLES[ViewId.HELD],
        submit=said.forms.FORM_SUBMITS[ViewId.HELD],
        close=said.forms.CLOSE,
    )


def _who(place: Place, page: HeldPage) -> list[Block]:
    found = page.form
    ours = [option(one.value, said.kickoff.OURS_NAMES[one]) for one in Ours]
    usual = {Ours.CSM, Ours.AE} if page.joint else {Ours.CSM}
    there = set(found.ours) if found is not None else usual
    ran = [option(one.value, said.kickoff.RAN_NAMES[one]) for one in Ran]
    customers = found.customers if found is not None else ""
    return [
        boxes_input(place, Field.OURS, ours, [one.value for one in there]),
        text_input(place, Field.CUSTOMERS, customers, longest=LONGEST_CUSTOMERS),
        choice_input(place, Field.RAN, ran, found.ran.value if found is not None else ""),
    ]


def _what(place: Place, found: KickoffForm | None) -> list[Block]:
    right = [option(YES, said.kickoff.YES), option(NO, said.kickoff.NO)]
    metric, timing = ("", "") if found is None else (_answer(found.metric), _answer(found.timing))
    names = [option(one.value, said.terms.SECTION_NAMES[one]) for one in SectionKey]
    again = option(AGAIN, said.kickoff.KNOWN_AGAIN)
    changed = found.changed if found is not None else ""
    ticked = (AGAIN,) if found is not None and found.known_again else ()
    carried, lacked = (_key(found.carried), _key(found.lacked)) if found else ("", "")
    return [
        choice_input(place, Field.METRIC_RIGHT, right, metric),
        choice_input(place, Field.TIMING_RIGHT, right, timing),
        text_input(place, Field.CHANGED, changed, optional=True, multiline=True),
        choice_input(place, Field.SECTION_CARRIED, names, carried, optional=True),
        choice_input(place, Field.SECTION_LACKED, names, lacked, optional=True),
        boxes_input(place, Field.KNOWN_AGAIN, [again], ticked),
    ]


def _answer(right: bool) -> str:
    return YES if right else NO


def _key(key: SectionKey | None) -> str:
    return key.value if key is not None else ""


def form_rows(found: KickoffForm) -> list[tuple[str, str]]:
    """What was written of it, each line with what it answers."""
    fields = said.forms.FIELDS
    ours = ", ".join(said.kickoff.OURS_NAMES[one] for one in found.ours)
    rows = [
        (fields[Field.OURS].label, ours),
        (fields[Field.CUSTOMERS].label, found.customers),
        (fields[Field.RAN].label, said.kickoff.RAN_NAMES[found.ran]),
        (fields[Field.METRIC_RIGHT].label, said.kickoff.RIGHT[found.metric]),
        (fields[Field.TIMING_RIGHT].label, said.kickoff.RIGHT[found.timing]),
    ]
    if found.changed:
        rows.append((fields[Field.CHANGED].label, found.changed))
    for field, key in (
        (Field.SECTION_CARRIED, found.carried),
        (Field.SECTION_LACKED, found.lacked),
    ):
        if key is not None:
            rows.append((fields[field].label, said.terms.SECTION_NAMES[key]))
    if found.known_again:
        rows.append((fields[Field.KNOWN_AGAIN].label, said.kickoff.KNOWN_AGAIN))
    return rows


def kickoff_held_message(
    card: Card,
    facts: Mapping[str, str | int],
    by: NamedPerson | None,
    *,
    csm: NamedPerson | None = None,
) -> Message:
    """A reply below the card: when it was held, or from when to when that was corrected.

    With the first record the `csm` becomes the customer's first contact, which is said once.
    """
    name = isolate(by.name) if by else said.terms.SOMEBODY
    held_at = datetime.fromisoformat(str(facts["held_at"]))
    account = escape(one_line(card.account))
    if "before" not in facts:
        lead = said.kickoff.held(name)
        text, row = f"{escape(lead)}{instant_token(held_at)}.", [words(lead), when(held_at)]
        row.append(words("."))
        if csm is not None:
            row += [words(" "), who(csm), words(said.kickoff.CONTACT)]
            text = f"{text} {mention(csm)}{said.kickoff.CONTACT}"
        return Message(f"{account}: {text}", (lines(row),))
    before, to = datetime.fromisoformat(str(facts["before"])), said.thread.TO_INSTANT
    lead = said.kickoff.held_corrected(name)
    row = [words(lead), when(before), words(to), when(held_at), words(".")]
    text = f"{escape(lead)}{instant_token(before)}{to}{instant_token(held_at)}."
    return Message(f"{account}: {text}", (lines(row),))
