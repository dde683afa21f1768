"""Menus that the app fills as somebody types: it is asked, and what it offered is remembered."""

from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.blockkit import BlocksRefused, check_suggestions
from bot.sandbox.blockkit_elements import options_of
from bot.sandbox.deliver import Delivery, Envelope, Kind
from bot.sandbox.payloads import channel_name, envelope, message_container, view_json
from bot.sandbox.posting import message_json
from bot.sandbox.view_state import (
    EXTERNAL,
    STATEFUL,
    CannotAct,
    Offers,
    element_at,
    shortest_query,
)
from bot.sandbox.workspace import Blocks, Json, Message, OpenView, User, Workspace

Source = OpenView | Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggested:
    """What a menu shows: options, or groups of them, or the sentence why it shows none."""

    options: list[Json] = field(default_factory=list)
    option_groups: list[Json] = field(default_factory=list)
    notice: str | None = None


class Suggestions:
    """Asks the app, and knows what it last offered in each menu of each person."""

    def __init__(self, workspace: Workspace, delivery: Delivery) -> None:
        self._workspace = workspace
        self._delivery = delivery
        self._offers: dict[tuple[str, str], dict[tuple[str, str], list[Json]]] = {}
        self._chosen: dict[tuple[str, str], dict[tuple[str, str], list[Json]]] = {}

    def offers(self, person_id: str, source: Source) -> Offers:
        """What can be chosen now by block and action id."""
        key = person_id, _key(source)
        offered, chosen = self._offers.get(key, {}), self._chosen.get(key, {})
        return {at: [*offered.get(at, ()), *chosen.get(at, ())] for at in {**offered, **chosen}}

    def chose(self, person_id: str, message: Message, block_id: str, action: Json) -> None:
        """What was chosen in a message can stay chosen, though it is not offered again."""
        if action["type"] not in EXTERNAL:
            return
        now = action[STATEFUL[action["type"]][0]]
        options = now if isinstance(now, list) else [now] if now else []
        held = self._chosen.setdefault((person_id, _key(message)), {})
        held[block_id, action["action_id"]] = options

    async def ask(
        self, person: User, source: Source, *, action_id: str, block_id: str | None, value: str
    ) -> Suggested:
        """What the app offers for these letters; CannotAct where it is not asked for them."""
        block, element = element_at(_blocks(source), action_id=action_id, block_id=block_id)
        if element["type"] not in EXTERNAL:
            raise CannotAct(f"{action_id} has its options already.")
        least = shortest_query(element)
        if len(value) < least:
            raise CannotAct(f"Type at least {least} characters.")
        payload = {
            **envelope(self._workspace, "block_suggestion", person),
            **self._where(source),
            "action_id": action_id,
            "block_id": block["block_id"],
            "value": value,
        }
        reply = await self._delivery.send(Envelope(kind=Kind.INTERACTION, payload=payload))
        if not reply.ok:
            return Suggested(notice="Nothing could be loaded: the app did not answer.")
        try:
            suggested = _read(reply.body)
        except BlocksRefused as refusal:
            return Suggested(notice=f"Nothing could be loaded: {'; '.join(refusal.messages)}")
        flat = options_of({"options": suggested.options, "option_groups": suggested.option_groups})
        held = self._offers.setdefault((person.id, _key(source)), {})
        held[block["block_id"], action_id] = flat
        return suggested

    def _where(self, source: Source) -> Json:
        if isinstance(source, OpenView):
            return {
                "container": {"type": "view", "view_id": source.id},
                "view": view_json(self._workspace, source),
            }
        channel = self._workspace.channels[source.channel]
        return {
            "container": message_container(source),
            "channel": {"id": channel.id, "name": channel_name(channel)},
            "message": message_json(self._workspace, source),
        }


def _read(body: Any) -> Suggested:
    check_suggestions(body)
    return Suggested(
        options=list(body.get("options", ())), option_groups=list(body.get("option_groups", ()))
    )


def _blocks(source: Source) -> Blocks:
    if isinstance(source, Message):
        return source.blocks
    blocks: Blocks = source.view["blocks"]
    return blocks


def _key(source: Source) -> str:
    return source.id if isinstance(source, OpenView) else f"{source.channel} {source.ts}"
