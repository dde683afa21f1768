"""The sandbox's own table of Slack's limits; it shares no number with any app under test."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Unit(StrEnum):
    CHARACTERS = "characters"
    ITEMS = "items"
    VALUE = "value"


@dataclass(frozen=True, slots=True)
class Limit:
    """`most` is the largest size accepted, `least` the smallest."""

    most: int
    least: int = 0
    unit: Unit = Unit.CHARACTERS

    def complaint(self, size: float) -> str | None:
        """Slack's sentence about this size, or None when it fits."""
        if self.unit is Unit.VALUE:
            fits = self.least <= size <= self.most
            return None if fits else f"must be between {self.least} and {self.most}"
        if size > self.most:
            if self.unit is Unit.ITEMS:
                return f"no more than {self.most} items allowed"
            return f"must be less than {self.most + 1} characters"
        if size < self.least:
            if self.unit is Unit.ITEMS:
                return f"must contain at least {self.least} items"
            return f"must be more than {self.least - 1} characters"
        return None


def _items(most: int, least: int = 0) -> Limit:
    return Limit(most, least, Unit.ITEMS)


def _value(least: int, most: int) -> Limit:
    return Limit(most, least, Unit.VALUE)


# Of rich text, of the captions, ids and titles of the latest blocks, and of their sources Slack
# documents no size: those numbers, and that of the texts of a message, are the sandbox's own.
LIMITS: Final[dict[str, Limit]] = {
    # blocks
    "message.blocks": _items(50),
    "message.texts": Limit(13_200),
    "view.blocks": _items(100, 1),
    "view.bytes": Limit(250_000),
    "block_id": Limit(255, 1),
    "section.text": Limit(3000, 1),
    "section.fields": _items(10, 1),
    "section.field": Limit(2000, 1),
    "header.text": Limit(150, 1),
    "context.elements": _items(10, 1),
    "context.text": Limit(3000, 1),
    "actions.elements": _items(25, 1),
    "image.alt_text": Limit(2000, 1),
    "image.title": Limit(2000, 1),
    "image.image_url": Limit(3000, 1),
    "input.label": Limit(2000, 1),
    "input.hint": Limit(2000, 1),
    "markdown.text": Limit(12_000, 1),
    "rich_text.elements": _items(250_000, 1),
    "rich_text.text": Limit(250_000, 1),
    "rich_text.border": _value(0, 1),
    "rich_text_list.elements": _items(250_000, 1),
    "rich_text_list.indent": _value(0, 8),
    "rich_text_list.offset": _value(0, 10_000),
    "emoji.skin_tone": _value(1, 6),
    "date.timestamp": _value(0, 9_999_999_999),
    "table.rows": _items(100, 1),
    "table.cells": _items(20, 1),
    "table.column_settings": _items(20),
    "table.characters": Limit(10_000),
    "cell.text": Limit(10_000, 1),
    "data_table.caption": Limit(2000, 1),
    "data_table.rows": _items(101, 2),
    "data_table.page_size": _value(1, 100),
    "data_table.row_header_column_index": _value(0, 19),
    "context_actions.elements": _items(5, 1),
    "icon_button.visible_to_user_ids": _items(10),
    "alert.text": Limit(200, 1),
    "card.title": Limit(150, 1),
    "card.subtitle": Limit(150, 1),
    "card.body": Limit(200, 1),
    "card.actions": _items(3),
    "carousel.elements": _items(10, 1),
    "container.title": Limit(150, 1),
    "container.subtitle": Limit(150, 1),
    "container.child_blocks": _items(10, 1),
    "task_card.task_id": Limit(255, 1),
    "task_card.title": Limit(3000, 1),
    "plan.title": Limit(3000, 1),
    "plan.tasks": _items(50),
    "source.url": Limit(3000, 1),
    "source.text": Limit(3000, 1),
    "conversations.create.name": Limit(80, 1),
    # elements
    "action_id": Limit(255, 1),
    "button.text": Limit(75, 1),
    "button.value": Limit(2000),
    "button.url": Limit(3000, 1),
    "button.accessibility_label": Limit(75, 1),
    "overflow.options": _items(5, 1),
    "option.text": Limit(75, 1),
    "option.value": Limit(150, 1),
    "option.description": Limit(75, 1),
    "option.url": Limit(3000, 1),
    "option_group.label": Limit(75, 1),
    "option_group.options": _items(100, 1),
    "select.option_groups": _items(100, 1),
    "select.options": _items(100, 1),
    "suggestions.options": _items(100),
    "suggestions.option_groups": _items(100),
    "placeholder": Limit(150, 1),
    "checkboxes.options": _items(10, 1),
    "radio_buttons.options": _items(10, 1),
    "filter.include": _items(4, 1),
    "external_select.min_query_length": _value(0, 3000),
    "multi_select.max_selected_items": _value(1, 10_000),
    "datetimepicker.initial_date_time": _value(1_000_000_000, 9_999_999_999),
    "plain_text_input.initial_value": Limit(3000),
    "plain_text_input.min_length": _value(0, 3000),
    "plain_text_input.max_length": _value(1, 3000),
    "rich_text_input.min_lines": _value(1, 100),
    "rich_text_input.max_lines": _value(1, 100),
    "file_input.max_files": _value(1, 10),
    "dispatch.trigger_actions_on": _items(2, 1),
    "confirm.title": Limit(100, 1),
    "confirm.text": Limit(300, 1),
    "confirm.confirm": Limit(30, 1),
    "confirm.deny": Limit(30, 1),
    # views
    "view.title": Limit(24, 1),
    "view.submit": Limit(24, 1),
    "view.close": Limit(24, 1),
    "view.private_metadata": Limit(3000),
    "view.callback_id": Limit(255),
    "view.external_id": Limit(255),
    # arguments of methods
    "chat.postMessage.markdown_text": Limit(12_000, 1),
    "chat.update.text": Limit(4000),
    "conversations.invite.users": _items(100, 1),
    "conversations.open.users": _items(8, 1),
    "conversations.setTopic.topic": Limit(250),
    "files.alt_txt": Limit(1000),
    "files.channels": _items(100),
    "metadata.event_type": Limit(255, 1),
}

TEXT_KEPT: Final = 40_000
"""`text` of a posted message is cut here; longer is not an error."""
SCHEDULE_SECONDS: Final = 120 * 86_400
"""How far ahead a message may be scheduled."""
SCHEDULE_WINDOW_SECONDS: Final = 300
SCHEDULED_IN_WINDOW: Final = 30
"""How many messages may be scheduled for one channel within five minutes."""
PINS: Final = 100
BOOKMARKS: Final = 100
"""Slack documents no numbers for `too_many_pins` and `too_many_bookmarks`; these are usual."""
METADATA_BYTES: Final = 16_384
"""Slack documents no number for `metadata_too_large`; this is the sandbox's own."""
FILE_BYTES: Final = 5_000_000
"""Slack takes far more; this is the sandbox's own, as it keeps every file in memory."""
FILES_AT_ONCE: Final = 10
"""How many files one message or one file input brings, where that says nothing else."""
VIEW_STACK: Final = 3
TRIGGER_SECONDS: Final = 3.0
ANSWER_SECONDS: Final = 3.0
PING_SECONDS: Final = 10.0
"""How often a socket is pinged; Slack's client for Node goes when none came for 30 seconds."""
RESPONSE_URL_USES: Final = 5
RESPONSE_URL_SECONDS: Final = 1800.0
SOCKETS: Final = 10
LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
"""The names of this machine to itself."""
