"""People by pasted lines: what they would change is shown before anything is saved."""

from collections.abc import Mapping, Sequence
from typing import Final

from slack_sdk.models.blocks import Block, RichTextBlock, SectionBlock
from slack_sdk.models.blocks.block_elements import RichTextElementParts, RichTextPreformattedElement
from slack_sdk.models.views import View

from bot.domain.people_csv import HEADINGS, Change, Plan
from bot.domain.read_models import NamedPerson
from bot.views import sentences as said
from bot.views.blocks import Place, form, text_input
from bot.views.ids import ActionId, Field, ViewId
from bot.views.limits import INPUT_TEXT
from bot.views.lists import list_view
from bot.views.message import actions, button, plain_section, section
from bot.views.payload import Ref
from bot.views.text import mention, one_line

LINES_SHOWN: Final = 40
"""Of changes, and as many of what is wrong; a modal holds 100 blocks."""
CELL: Final = 40


def people_csv_view(
    text: str = "",
    plan: Plan | None = None,
    *,
    managers: Mapping[int, NamedPerson] | None = None,
    mark: str | None = None,
    at_once: int = 0,
) -> View:
    """The field, and below it what the lines in it come to.

    `mark` stands for what was shown: with it the form may be saved. `managers` are those of today,
    by our id.
    """
    shown: list[Block] = []
    if plan is not None:
        shown = _preview(plan, managers or {}, at_once)
    ready = mark is not None
    submit = said.forms.FORM_SUBMITS[ViewId.PEOPLE_CSV] if ready else said.forms.SHOW_CHANGES
    listed = ActionId.OPEN_PEOPLE_LIST
    return form(
        ViewId.PEOPLE_CSV,
        Ref(thing=mark),
        [
            text_input(Place("people"), Field.PEOPLE_LINES, text, multiline=True),
            *shown,
            plain_section(said.people.CSV_MEANS),
            *actions([button(listed, said.buttons.BUTTONS[listed], Ref())]),
        ],
        title=said.forms.FORM_TITLES[ViewId.PEOPLE_CSV],
        submit=submit,
        close=said.forms.CLOSE,
    )


def _preview(plan: Plan, managers: Mapping[int, NamedPerson], at_once: int) -> list[Block]:
    if plan.wrong:
        told: list[Block] = [plain_section(said.people.CSV_MEND)]
        told += [
            plain_section(said.people.wrong_line(one.number, one_line(one.cell, CELL), one.problem))
            for one in plan.wrong[:LINES_SHOWN]
        ]
        return [*told, *_left(len(plan.wrong))]
    if not plan.changes:
        return [plain_section(said.people.CSV_NOTHING)]
    told = [plain_section(said.people.counted(len(plan.changes), plan.same))]
    told += [_change(one, managers) for one in plan.changes[:LINES_SHOWN]]
    told += _left(len(plan.changes))
    if sum(one.moves_handoffs for one in plan.changes) > at_once:
        told.append(plain_section(said.people.csv_later(at_once)))
    return [*told, plain_section(said.people.CSV_CONFIRM)]


def _left(count: int) -> list[Block]:
    more = count - LINES_SHOWN
    return [plain_section(said.people.and_more(more))] if more > 0 else []


def _change(one: Change, managers: Mapping[int, NamedPerson]) -> SectionBlock:
    person, names = one.person, said.forms.FIELDS
    parts: list[str] = []
    if one.roles is not None:
        before, after = said.people.roles_named(person.roles), said.people.roles_named(one.roles)
        parts.append(said.people.from_to(names[Field.ROLES].label, before, after))
    if one.manager is not None or one.no_manager:
        now = managers.get(person.manager_id) if person.manager_id is not None else None
        to = one.manager
        after = mention(NamedPerson(to.id, to.slack_id, to.name)) if to is not None else ""
        before = mention(now) if now is not None else ""
        parts.append(said.people.from_to(names[Field.MANAGER].label, before, after))
    if one.region is not None:
        parts.append(said.people.from_to(names[Field.REGION].label, person.region, one.region))
    named = mention(NamedPerson(person.id, person.slack_id, person.name))
    return section(f"{named}  {' · '.join(parts)}")


def people_list_view(lines: Sequence[str], *, page: int, pages: int) -> View:
    """The present state as lines to copy, so many as fit into the field at once."""
    if not lines:
        return list_view(
            ViewId.PEOPLE_LIST, [plain_section(said.people.NO_PEOPLE)], page=page, pages=pages
        )
    table = "\n".join((",".join(HEADINGS), *lines))[:INPUT_TEXT]
    copied = RichTextPreformattedElement(elements=[RichTextElementParts.Text(text=table)])
    blocks: list[Block] = [plain_section(said.people.CSV_LIST), RichTextBlock(elements=[copied])]
    return list_view(ViewId.PEOPLE_LIST, blocks, page=page, pages=pages)
