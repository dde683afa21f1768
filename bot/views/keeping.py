"""What became of a promise: how it is shown, and the forms that ask for it."""

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.domain.handoff import LONGEST_REASON
from bot.domain.ledger import Entry
from bot.domain.promises import LONGEST_WORDS
from bot.views import sentences as said
from bot.views.blocks import Place, as_typed, date_input, form, text_input
from bot.views.disputes import promise_blocks
from bot.views.ids import Field, ViewId
from bot.views.message import context, lines, when, words
from bot.views.payload import Ref
from bot.views.text import isolate


def fate_blocks(entry: Entry) -> list[Block]:
    """What became of a promise, who said so when, and why; nothing while it is open."""
    found = entry.standing
    if found is None:
        return []
    row = [words(f"{said.keeping.fate(found.fate, isolate(found.by.name))} "), when(found.at)]
    return [lines(row), *([as_typed(found.line)] if found.line else [])]


def broken_view(handoff_id: int, account: str, entry: Entry) -> View:
    """Why a promise was broken."""
    place = Place("broken", entry=entry.promise.id, revision=entry.promise.version)
    asked = text_input(
        place,
        Field.LINE,
        multiline=True,
        longest=LONGEST_REASON,
        words=said.forms.BROKEN_LINE,
    )
    means = context(said.keeping.BROKEN_MEANS)
    return promise_form(
        ViewId.BROKEN, handoff_id, entry, [*promise_blocks(account, entry), means, asked]
    )


def renegotiated_view(handoff_id: int, account: str, entry: Entry) -> View:
    """What is agreed with the customer now."""
    promise = entry.promise
    place = Place("renegotiated", entry=promise.id, revision=promise.version)
    blocks = [
        *promise_blocks(account, entry),
        context(said.keeping.RENEGOTIATED_MEANS),
        text_input(place, Field.WORDS, promise.text.words, multiline=True, longest=LONGEST_WORDS),
        date_input(place, Field.DUE, promise.text.due),
    ]
    return promise_form(ViewId.RENEGOTIATED, handoff_id, entry, blocks)


def promise_form(view_id: ViewId, handoff_id: int, entry: Entry, blocks: list[Block]) -> View:
    """A form about the wording in force, which it carries, so that a stale one is refused."""
    promise = entry.promise
    return form(
        view_id,
        Ref(handoff=handoff_id, entry=promise.id, revision=promise.version),
        blocks,
        title=said.forms.FORM_TITLES[view_id],
        submit=said.forms.FORM_SUBMITS[view_id],
        close=said.forms.CLOSE_UNSAVED,
    )
