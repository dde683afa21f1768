"""The form in which the CS manager names the CSM."""

from collections.abc import Sequence
from typing import Final

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.domain.completeness import Completeness
from bot.domain.handoff import LONGEST_REASON
from bot.domain.read_models import Because, Card, NamedPerson
from bot.views import sentences
from bot.views.because import because_blocks
from bot.views.blocks import Place, as_typed, form, person_input, text_input
from bot.views.ids import Field, ViewId
from bot.views.message import plain_section, section
from bot.views.payload import Ref
from bot.views.text import mention

MOST_CANDIDATES: Final = 20
"""So many are listed with their numbers; the rest is only counted."""


def assign_view(
    card: Card,
    *,
    candidates: Sequence[tuple[NamedPerson, int]],
    most: int,
    closed: Completeness | None = None,
    because: Because | None = None,
) -> View:
    """The proposed CSM stands there first, on a change nobody; on top `because` a CSM gave it back.

    `candidates` come with their open handoffs, of which the policy plans at most `most` each.
    `closed` is what keeps the gate of the brief closed: then a reason is asked for.
    """
    proposed = card.proposed_csm if card.csm is None else None
    lines = [sentences.assign.assign_load(most, anybody=bool(candidates))]
    lines += [
        sentences.assign.open_handoffs(mention(person), count)
        for person, count in candidates[:MOST_CANDIDATES]
    ]
    if len(candidates) > MOST_CANDIDATES:
        lines.append(sentences.assign.and_more(len(candidates) - MOST_CANDIDATES))
    blocks: list[Block] = [
        as_typed(card.account),
        *(because_blocks(because) if because is not None else ()),
        section("\n".join(lines)),
        person_input(
            Place("assign", entry=card.handoff_id),
            Field.CSM,
            proposed.slack_id if proposed else None,
            words=sentences.forms.ASSIGNED_CSM,
        ),
    ]
    if closed is not None:
        blocks += _override(card, closed)
    return form(
        ViewId.ASSIGN,
        Ref(handoff=card.handoff_id),
        blocks,
        title=sentences.forms.FORM_TITLES[ViewId.ASSIGN],
        submit=sentences.forms.FORM_SUBMITS[ViewId.ASSIGN],
        close=sentences.forms.CLOSE,
    )


def _override(card: Card, closed: Completeness) -> list[Block]:
    """What is open in the brief, and why the CSM is assigned all the same."""
    named = ", ".join(sentences.terms.open_item(item) for item in closed.open)
    return [
        plain_section(sentences.assign.GATE_MEANS.format(items=named)),
        text_input(
            Place("override", entry=card.handoff_id),
            Field.REASON,
            multiline=True,
            longest=LONGEST_REASON,
            words=sentences.forms.GATE_REASON,
        ),
    ]
