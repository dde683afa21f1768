"""The forms of *Add to handoff*, and what a copied message looks like where it stands."""

from collections.abc import Sequence
from typing import Final

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.domain.copied import EXPLAINED, Copied, CopyForm, Message, Target
from bot.views import sentences as said
from bot.views.blocks import (
    Place,
    as_typed,
    boxes_input,
    choice_input,
    form,
    meanwhile,
    named_state,
    option,
    text_input,
)
from bot.views.brief_form import TICKED
from bot.views.ids import ActionId, Field, ViewId
from bot.views.limits import LINE, SELECT_OPTIONS
from bot.views.message import actions, button, context, labelled, plain_section
from bot.views.payload import Ref
from bot.views.text import channel_link, escape, instant_token, one_line

LONGEST_MEANING: Final = 1000


def which_handoff_view(copy_id: int, message: Message, deals: Sequence[tuple[int, str]]) -> View:
    """Of which handoff, where several fit; the first one is proposed."""
    options = [option(str(one), account) for one, account in deals[:SELECT_OPTIONS]]
    blocks: list[Block] = [
        *_message(message),
        choice_input(Place("copy", entry=copy_id), Field.HANDOFF, options, options[0].value or ""),
    ]
    return _form(ViewId.COPY_WHERE, Ref(entry=copy_id), blocks)


def copy_view(shown: CopyForm) -> View:
    """What the message becomes, what it means, and who will read it."""
    place = Place("copy", entry=shown.copy_id, revision=shown.handoff_id)
    options = [option(one.value, said.copying.TARGET_NAMES[one]) for one in shown.targets]
    only = shown.targets[0].value if len(shown.targets) == 1 else ""
    blocks: list[Block] = [
        named_state(shown.account, said.copying.NAME),
        *_message(shown.message),
        choice_input(place, Field.BECOMES, options, only),
        # What stands there in the message's own words needs no others.
        text_input(
            place,
            Field.MEANS,
            optional=bool(set(shown.targets) - EXPLAINED),
            multiline=True,
            longest=LONGEST_MEANING,
        ),
        *_standing(shown, place),
        *_readers(shown, place),
    ]
    return _form(ViewId.COPY, Ref(handoff=shown.handoff_id, entry=shown.copy_id), blocks)


def _form(view_id: ViewId, ref: Ref, blocks: Sequence[Block]) -> View:
    return form(
        view_id,
        ref,
        blocks,
        title=said.forms.FORM_TITLES[view_id],
        submit=said.forms.FORM_SUBMITS[view_id],
        close=said.forms.CLOSE_UNSAVED,
    )


def _message(message: Message) -> list[Block]:
    author = escape(one_line(message.author, LINE))
    blocks: list[Block] = [
        context(said.copying.written(author, instant_token(message.said_at))),
        as_typed(message.words),
    ]
    return [*blocks, context(said.copying.CUT)] if message.cut else blocks


def _standing(shown: CopyForm, place: Place) -> list[Block]:
    """What a copy would take the place of, with a box that lets it."""
    if not shown.standing:
        return []
    told: list[Block] = [
        meanwhile(said.copying.STANDS[target], one.words) for target, one in shown.standing.items()
    ]
    boxes = [
        option(one.mark(target), said.copying.REPLACES[target])
        for target, one in shown.standing.items()
    ]
    return [*told, boxes_input(place, Field.REPLACE, boxes, ())]


def _readers(shown: CopyForm, place: Place) -> list[Block]:
    asks = shown.message.asks_readers
    told = said.copying.readers(
        channel_link(shown.channel),
        private=shown.channel_private,
        targets=shown.targets,
        asks=asks,
    )
    if not asks:
        return [context(told)]
    box = option(TICKED, said.copying.MAY_READ)
    return [context(told), boxes_input(place, Field.MAY_READ, [box], ())]


def copied_view(handoff_id: int, account: str, target: Target, *, number: int | None) -> View:
    """Where the message went, and the way there."""
    look = ActionId.OPEN_HANDOFF
    press = button(look, said.buttons.BUTTONS[look], Ref(handoff=handoff_id))
    told = said.copying.went(one_line(account), target, number=number)
    return form(
        ViewId.COPIED,
        Ref(handoff=handoff_id, thing=target.value, entry=number),
        [plain_section(told), *actions([press])],
        title=said.forms.FORM_TITLES[ViewId.COPIED],
        close=said.forms.CLOSE,
    )


def copied_blocks(one: Copied) -> list[Block]:
    """A copied message where it stands in the whole handoff: the words as they were, and theirs."""
    message = one.message
    address = message.link if message.link.startswith(("https://", "http://")) else ""
    link = f" · <{escape(address)}|{said.copying.LINKED}>" if address else ""
    told = said.copying.copied_from(
        escape(one_line(message.author, LINE)), instant_token(message.said_at), link
    )
    if message.cut:
        told += f" · {said.copying.CUT_MARK}"
    if one.entry is not None:
        told += f" · {said.brief.PROMISE} {one.entry}"
    blocks: list[Block] = [context(told), as_typed(message.words)]
    # A promise, a risk and a metric say what it means in their own place.
    if one.target is Target.QUOTE and one.means:
        blocks.append(labelled(said.copying.MEANS, one.means))
    return blocks
