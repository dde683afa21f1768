"""The AE's note at day 30, with what there is to point out in it."""

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.domain.check_in import LONGEST_NOTE
from bot.domain.review_pages import CheckInForm
from bot.views import sentences as said
from bot.views.blocks import instant_input, text_input
from bot.views.ids import ActionId, Field, ViewId
from bot.views.message import actions, button, plain_section, section
from bot.views.payload import Ref
from bot.views.review_form import place_of, review_form


def check_in_view(model: CheckInForm) -> View:
    """What the note should be, the note, and when it went out; what is found never blocks it."""
    head, place = model.head, place_of(model.head)
    words = model.note.words if model.note is not None else ""
    sent_at = model.note.sent_at if model.note is not None else None
    check = ActionId.CHECK_NOTE
    about = Ref(handoff=head.handoff_id, revision=head.revision)
    blocks: list[Block] = [
        section(said.reviews.CHECK_IN_MEANS),
        text_input(place, Field.NOTE, words, multiline=True, longest=LONGEST_NOTE),
    ]
    if model.look is not None:
        blocks.append(plain_section(said.reviews.note_look(model.look)))
    if model.saved:
        kept = said.reviews.NOTE_KEPT if sent_at is not None else said.reviews.NOTE_SAVED
        blocks.append(plain_section(kept))
    blocks += actions([button(check, said.buttons.BUTTONS[check], about)])
    blocks.append(instant_input(place, Field.NOTE_SENT_AT, sent_at, optional=True))
    return review_form(ViewId.CHECK_IN, head, blocks)
