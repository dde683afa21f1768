"""A message as it goes to Slack, and the few pieces that messages and views are made of."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    HeaderBlock,
    InteractiveElement,
    MarkdownTextObject,
    Option,
    OverflowMenuElement,
    PlainTextObject,
    RichTextBlock,
    SectionBlock,
)
from slack_sdk.models.blocks.block_elements import (
    RichTextElement,
    RichTextElementParts,
    RichTextSectionElement,
)

from bot.domain.read_models import NamedPerson
from bot.views.ids import ActionId, MoreChoice
from bot.views.limits import (
    HEADER_TEXT,
    MESSAGE_TEXT,
    NAME_SHOWN,
    OVERFLOW_OPTIONS,
    SECTION_TEXT,
    TIME_SHOWN,
    truncate,
)
from bot.views.payload import Ref
from bot.views.text import DATE_FORMAT, one_line, utc_time

_TOKENS = ((re.compile(r"<!date\^[^>]*>"), TIME_SHOWN), (re.compile(r"<[@#]\w+>"), NAME_SHOWN))


@dataclass(frozen=True)
class Message:
    """`text` is mrkdwn that leads with what matters: notifications and screen readers show it."""

    text: str
    blocks: tuple[Block, ...] = ()

    def to_args(self) -> dict[str, Any]:
        """Arguments of the posting methods; raises SlackObjectFormationError past a limit."""
        args: dict[str, Any] = {"text": truncate(self.text, MESSAGE_TEXT)}
        if self.blocks:
            args["blocks"] = [block.to_dict() for block in self.blocks]
        return args


def plain(text: str) -> PlainTextObject:
    """Words shown as typed: nothing in them formats, links, pings or turns into an emoji."""
    return PlainTextObject(text=text, emoji=False)


def mrkdwn(text: str) -> MarkdownTextObject:
    """Our own words, with tokens for people and times; data in it has passed `escape`."""
    return MarkdownTextObject(text=text, verbatim=True)


def header(text: str) -> HeaderBlock:
    """A heading in plain text."""
    return HeaderBlock(text=plain(truncate(text, HEADER_TEXT)))


def plain_section(text: str) -> SectionBlock:
    """A paragraph of plain text."""
    return SectionBlock(text=plain(truncate(text, SECTION_TEXT)))


def section(text: str, *, accessory: ButtonElement | None = None) -> SectionBlock:
    """A paragraph of mrkdwn."""
    return SectionBlock(text=mrkdwn(text), accessory=accessory)


def context(*texts: str) -> ContextBlock:
    """Small print in mrkdwn."""
    return ContextBlock(elements=[mrkdwn(text) for text in texts])


def words(text: str, *, bold: bool = False) -> RichTextElement:
    """Words inside a line that are not parsed at all, whoever wrote them."""
    return RichTextElementParts.Text(text=text, style={"bold": True} if bold else None)


def who(person: NamedPerson) -> RichTextElement:
    """A person inside a line, by the name each reader knows; a new message notifies them."""
    return RichTextElementParts.User(user_id=person.slack_id)


def where(channel_slack_id: str) -> RichTextElement:
    """A channel inside a line, by its name to whoever may know of it."""
    return RichTextElementParts.Channel(channel_id=channel_slack_id)


def when(at: datetime) -> RichTextElement:
    """An instant inside a line, in each reader's own zone whenever they look."""
    return RichTextElementParts.Date(
        timestamp=int(at.timestamp()), format=DATE_FORMAT, fallback=utc_time(at)
    )


def account_line(account: str, told: str) -> Block:
    """A sentence to one person, who has many handoffs: first of all which one it is about."""
    return lines([words(one_line(account), bold=True), words(f": {told}")])


def lines(*rows: Sequence[RichTextElement]) -> RichTextBlock:
    """Lines under each other, each made of `words`, `who`, `where` and `when`."""
    return RichTextBlock(elements=[RichTextSectionElement(elements=list(row)) for row in rows])


def labelled(label: str, text: str) -> RichTextBlock:
    """A bold label and typed words behind it, in one line."""
    return lines([words(f"{label}  ", bold=True), words(text)])


def button(action: ActionId, label: str, ref: Ref, *, primary: bool = False) -> ButtonElement:
    """A button; a view or message has one primary button at most."""
    return ButtonElement(
        action_id=action.value,
        text=plain(label),
        value=ref.dump(),
        style="primary" if primary else None,
    )


def link_button(action: ActionId, label: str, ref: Ref, url: str) -> ButtonElement:
    """A button that leads out of Slack; whoever stands there learns of it when it is pressed."""
    return ButtonElement(action_id=action.value, text=plain(label), value=ref.dump(), url=url)


def more(
    handoff_id: int | None,
    choices: Sequence[MoreChoice],
    labels: Mapping[MoreChoice, str],
    *,
    step: str | None = None,
) -> OverflowMenuElement | None:
    """The overflow menu of a message, about a step where one is given; None where it is empty."""
    options = [
        Option(
            value=Ref(handoff=handoff_id, thing=choice.value, words=step).dump(),
            text=plain(labels[choice]),
        )
        for choice in choices[:OVERFLOW_OPTIONS]
    ]
    if not options:
        return None
    return OverflowMenuElement(action_id=ActionId.MORE.value, options=options)


def actions(
    elements: Iterable[InteractiveElement | None], *, block_id: str | None = None
) -> list[Block]:
    """A row of what there is to press: no block where there is nothing."""
    present = [element for element in elements if element is not None]
    return [ActionsBlock(elements=present, block_id=block_id)] if present else []


def visible_length(blocks: Sequence[Block]) -> int:
    """About how many characters of the blocks a reader sees."""
    return sum(_visible(block.to_dict()) for block in blocks)


def _visible(node: Any) -> int:
    if isinstance(node, list):
        return sum(_visible(inner) for inner in node)
    if not isinstance(node, dict):
        return 0
    match node.get("type"):
        case "user":
            return NAME_SHOWN
        case "date":
            return TIME_SHOWN
        case "text" | "plain_text" | "mrkdwn":
            text = str(node["text"])
            for token, shown in _TOKENS:
                text = token.sub("x" * shown, text)
            return len(text)
    return sum(_visible(inner) for inner in node.values())
