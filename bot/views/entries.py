"""The editors of one entry on top of a step of the brief: a promise, a person."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.domain.brief import Contact, ContactRole, OtherRole
from bot.domain.hints import NOTHING_POINTED, Pointed
from bot.domain.items import SectionKey
from bot.domain.promises import LONGEST_WORDS, Basis, Kind, Promise, PromiseText, Surfaced
from bot.domain.read_models import Clash
from bot.views import sentences
from bot.views.blocks import (
    Place,
    as_typed,
    boxes_input,
    choice_input,
    date_input,
    form,
    option,
    person_input,
    text_input,
)
from bot.views.brief import hints_lead, hints_under, theirs_of, yours_of
from bot.views.brief_form import TICKED
from bot.views.ids import ActionId, Field, ViewId
from bot.views.message import Message, button, context, plain_section
from bot.views.payload import Ref

LONGEST_NAME: Final = 300
MOST_ASKED: Final = 20
"""Handoffs of one channel that are named."""
LONGEST_SOURCE: Final = 500
SKEPTIC: Final = "skeptic"
"""Value of the box that is a field of its own, because fewer people may read it."""
STRENGTHS: Final = range(1, 6)
UNKNOWN: Final = "0"


def promise_view(
    handoff_id: int,
    promise: Promise | None = None,
    *,
    clash: Clash | None = None,
    pointed: Pointed = NOTHING_POINTED,
    withdrawing: str = "",
    late: bool = False,
    words: str = "",
    opened_from: str | None = None,
) -> View:
    """The editor of one promise; in a `clash` with this person's words.

    A new one begins with `words`; `opened_from` is what lies below where that is not the brief.
    `late`: it comes after the AE's initials, and how it came up is asked.
    `withdrawing` is the reason of who wanted to withdraw what somebody else had just changed.
    """
    text = promise.text if promise else PromiseText(words=words, basis=Basis.EXPLICIT)
    owner = promise.owner if promise else None
    if clash is not None:
        yours = yours_of(clash)
        # A person is known to Slack by another id than to us.
        owner = yours.pop(Field.OWNER, owner)
        text = replace(text, **yours)
    ref, place = Ref(handoff=handoff_id, thing=opened_from), Place("promise")
    if promise is not None:
        about = {"entry": promise.id, "revision": promise.version}
        ref = ref.model_copy(update=about)
        place = Place("promise", entry=promise.id, revision=promise.version)
    submit = sentences.forms.FORM_SUBMITS[ViewId.PROMISE]
    kinds = [option(kind.value, sentences.terms.KIND_NAMES[kind]) for kind in Kind]
    bases = [option(basis.value, sentences.terms.BASIS_NAMES[basis]) for basis in Basis]
    ways = [option(one.value, sentences.ledger.SURFACED[one]) for one in Surfaced]
    blocks: list[Block] = [
        *([context(sentences.brief.CHANGED_NOT_WITHDRAWN)] if withdrawing else []),
        *([choice_input(place, Field.SURFACED, ways, "")] if late and promise is None else []),
        *hints_lead(pointed, submit),
        *theirs_of(clash, Field.WORDS),
        text_input(place, Field.WORDS, text.words, multiline=True, longest=LONGEST_WORDS),
        *hints_under(pointed, Field.WORDS, ref.entry),
        *theirs_of(clash, Field.KIND),
        choice_input(place, Field.KIND, kinds, text.kind.value),
        *theirs_of(clash, Field.BASIS),
        # Of one that was written down before this was asked nobody has to say it now.
        choice_input(
            place,
            Field.BASIS,
            bases,
            text.basis.value if text.basis else "",
            optional=text.basis is None,
        ),
        *theirs_of(clash, Field.SAID_BY),
        text_input(place, Field.SAID_BY, text.said_by, optional=True, longest=LONGEST_NAME),
        *theirs_of(clash, Field.SAID_TO),
        text_input(place, Field.SAID_TO, text.said_to, optional=True, longest=LONGEST_NAME),
        *hints_under(pointed, Field.SAID_TO, ref.entry),
        *theirs_of(clash, Field.SAID_ON),
        date_input(place, Field.SAID_ON, text.said_on, words=sentences.forms.PROMISE_SAID_ON),
        *theirs_of(clash, Field.SOURCE),
        text_input(place, Field.SOURCE, text.source, optional=True, longest=LONGEST_SOURCE),
        *theirs_of(clash, Field.DUE),
        date_input(place, Field.DUE, text.due),
        *theirs_of(clash, Field.OWNER),
        person_input(
            place, Field.OWNER, owner.slack_id if owner is not None else None, optional=True
        ),
    ]
    if promise is not None:
        blocks.append(text_input(place, Field.WITHDRAW, withdrawing, optional=True, multiline=True))
    return form(
        ViewId.PROMISE,
        ref.model_copy(update={"seen": pointed.seen}),
        blocks,
        title=sentences.brief.promise_title(promise.number if promise else None),
        submit=submit,
        close=sentences.forms.CLOSE_UNSAVED,
    )


def which_promise_message(deals: Sequence[tuple[int, str]]) -> Message:
    """Which of the handoffs in a channel a promise is of: each by account, with the button."""
    opens = ActionId.PROMISE_NEW
    blocks: list[Block] = [plain_section(sentences.ledger.WHICH)]
    for handoff_id, account in deals[:MOST_ASKED]:
        press = button(opens, sentences.buttons.BUTTONS[opens], Ref(handoff=handoff_id))
        blocks.append(as_typed(account, accessory=press))
    if len(deals) > MOST_ASKED:
        blocks.append(context(sentences.assign.and_more(len(deals) - MOST_ASKED)))
    return Message(sentences.ledger.WHICH, tuple(blocks))


def contact_view(
    handoff_id: int,
    contact: Contact | None,
    *,
    revision: int,
    clash: Clash | None = None,
    pointed: Pointed = NOTHING_POINTED,
    removing: bool = False,
) -> View:
    """The editor of one person; `revision` is the section's at which they were read.

    `removing` says that they were to be taken off the list while somebody else changed them.
    """
    shown = contact or Contact(id=0, name="")
    if clash is not None:
        shown = shown.model_copy(update=yours_of(clash))
    entry = contact.id if contact else None
    ref = Ref(
        handoff=handoff_id,
        thing=SectionKey.PEOPLE.value,
        entry=entry,
        revision=revision,
        seen=pointed.seen,
    )
    place = Place("contact", entry=entry or 0, revision=revision)
    submit = sentences.forms.FORM_SUBMITS[ViewId.CONTACT]
    blocks: list[Block] = [
        *([context(sentences.brief.CHANGED_NOT_REMOVED)] if removing else []),
        context(sentences.brief.CONTACT_READERS),
        *hints_lead(pointed, submit),
        *theirs_of(clash, Field.NAME),
        text_input(place, Field.NAME, shown.name, longest=LONGEST_NAME),
        *hints_under(pointed, Field.NAME, entry),
        *theirs_of(clash, Field.TITLE),
        text_input(place, Field.TITLE, shown.title, optional=True, longest=LONGEST_NAME),
        *hints_under(pointed, Field.TITLE, entry),
        *_roles(shown, place, clash),
        *theirs_of(clash, Field.BEHAVIOUR),
        text_input(place, Field.BEHAVIOUR, shown.behaviour, optional=True, multiline=True),
        *hints_under(pointed, Field.BEHAVIOUR, entry),
        *theirs_of(clash, Field.STAKE),
        text_input(place, Field.STAKE, shown.stake, optional=True, multiline=True),
        *hints_under(pointed, Field.STAKE, entry),
        *theirs_of(clash, Field.CONSEQUENCE),
        text_input(place, Field.CONSEQUENCE, shown.consequence, optional=True, multiline=True),
        *hints_under(pointed, Field.CONSEQUENCE, entry),
        *theirs_of(clash, Field.STRENGTH),
        _strength(shown, place),
        *theirs_of(clash, Field.LAST_CONTACT),
        date_input(place, Field.LAST_CONTACT, shown.last_contact),
    ]
    if contact is not None:
        box = option(TICKED, sentences.forms.TICKS[Field.REMOVE])
        blocks.append(boxes_input(place, Field.REMOVE, [box], ()))
    return form(
        ViewId.CONTACT,
        ref,
        blocks,
        title=sentences.forms.FORM_TITLES[ViewId.CONTACT],
        submit=submit,
        close=sentences.forms.CLOSE_UNSAVED,
    )


def _roles(contact: Contact, place: Place, clash: Clash | None) -> list[Block]:
    names = sentences.forms.CHOICE_NAMES
    boxes = [
        option(one.value, sentences.terms.at_start(names[one]))
        for one in (*ContactRole, *OtherRole)
    ]
    boxes.insert(
        len(ContactRole), option(SKEPTIC, sentences.terms.at_start(sentences.brief.SKEPTIC))
    )
    ticked = {one.value for one in (*contact.roles, *contact.other_roles)}
    if contact.skeptic:
        ticked.add(SKEPTIC)
    told = [
        block
        for name in ("roles", "skeptic", "other_roles")
        for block in theirs_of(clash, Field.CONTACT_ROLES, name)
    ]
    return [*told, boxes_input(place, Field.CONTACT_ROLES, boxes, ticked)]


def _strength(contact: Contact, place: Place) -> Block:
    choices = [option(UNKNOWN, sentences.brief.STRENGTH_UNKNOWN)]
    choices += [option(str(one), sentences.brief.strength(one)) for one in STRENGTHS]
    chosen = str(contact.strength) if contact.strength is not None else UNKNOWN
    return choice_input(place, Field.STRENGTH, choices, chosen)
