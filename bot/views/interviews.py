"""The list of whom to ask what an AE who is gone knew: the form, and how it stands on the page."""

from collections.abc import Mapping, Sequence

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.domain.read_models import NamedPerson
from bot.domain.succession import LONGEST_WHO, Interviews, Source
from bot.views import sentences as said
from bot.views.blocks import (
    Place,
    as_typed,
    choice_input,
    date_input,
    form,
    option,
    text_input,
)
from bot.views.card import Row
from bot.views.ids import Field, ViewId
from bot.views.message import context, lines, plain_section, words
from bot.views.payload import Ref
from bot.views.text import day, instant_token, mention

TICKED, OPEN = "✅ ", "⚪ "


def interviews_view(handoff_id: int, account: str, kept: Interviews, *, revision: int) -> View:
    """The list with what is ticked, and below it one talk to tick; the next one is chosen."""
    place = Place("interviews", entry=handoff_id, revision=revision)
    left = kept.open
    sources = [option(one.value, said.reassigning.SOURCES[one]) for one in Source]
    blocks: list[Block] = [
        as_typed(account),
        plain_section(said.reassigning.INTERVIEWS_MEAN),
        lines(*rows(kept)),
        choice_input(place, Field.INTERVIEW_WITH, sources, left[0].value if left else ""),
        text_input(place, Field.INTERVIEWED, longest=LONGEST_WHO),
        date_input(place, Field.INTERVIEW_ON),
        text_input(place, Field.INTERVIEW_NOTE, optional=True, multiline=True),
    ]
    return form(
        ViewId.INTERVIEWS,
        Ref(handoff=handoff_id, revision=revision),
        blocks,
        title=said.forms.FORM_TITLES[ViewId.INTERVIEWS],
        submit=said.forms.FORM_SUBMITS[ViewId.INTERVIEWS],
        close=said.forms.CLOSE,
    )


def rows(kept: Interviews) -> list[Row]:
    """One line for each of those to ask, in order."""
    found: list[Row] = []
    for source in Source:
        talk = kept.of(source)
        if talk is None:
            found.append([words(f"{OPEN}{said.reassigning.asked(source)}")])
        else:
            told = said.reassigning.ticked(source, talk.who, day(talk.on))
            found.append([words(f"{TICKED}{told}")])
    return found


def interview_blocks(kept: Interviews, people: Mapping[int, NamedPerson]) -> Sequence[Block]:
    """The list as the page of the handoff shows it, each talk with what was said and who ticked."""
    blocks: list[Block] = [lines(*rows(kept))]
    for talk in kept.talks:
        by = people.get(talk.by)
        told = mention(by) if by is not None else said.terms.SOMEBODY
        name = said.reassigning.SOURCES[talk.source]
        blocks.append(context(f"{name} · {told} · {instant_token(talk.at)}"))
        if talk.note:
            blocks.append(as_typed(talk.note))
    return blocks
