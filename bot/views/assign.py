"""The form in which the CS manager names the CSM."""

from collections.abc import Sequence
from typing import Final

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.domain.read_models import Card, NamedPerson
from bot.views import sentences
from bot.views.blocks import Place, as_typed, form, person_input
from bot.views.ids import Field, ViewId
from bot.views.message import section
from bot.views.payload import Ref
from bot.views.text import mention

MOST_CANDIDATES: Final = 20
"""So many are listed with their numbers; the rest is only counted."""


def assign_view(card: Card, *, candidates: Sequence[tuple[NamedPerson, int]], most: int) -> View:
    """The proposed CSM stands there first, on a change nobody.

    `candidates` come with their open handoffs, of which the policy plans at most `most` each.
    """
    proposed = card.proposed_csm if card.csm is None else None
    lines = [sentences.assign_load(most, anybody=bool(candidates))]
    lines += [
        sentences.open_handoffs(mention(person), count)
        for person, count in candidates[:MOST_CANDIDATES]
    ]
    if len(candidates) > MOST_CANDIDATES:
        lines.append(sentences.and_more(len(candidates) - MOST_CANDIDATES))
    blocks: list[Block] = [
        as_typed(card.account),
        section("\n".join(lines)),
        person_input(
            Place("assign", entry=card.handoff_id),
            Field.CSM,
            proposed.slack_id if proposed else None,
            words=sentences.ASSIGNED_CSM,
        ),
    ]
    return form(
        ViewId.ASSIGN,
        Ref(handoff=card.handoff_id),
        blocks,
        title=sentences.FORM_TITLES[ViewId.ASSIGN],
        submit=sentences.FORM_SUBMITS[ViewId.ASSIGN],
        close=sentences.CLOSE,
    )
