"""Menus that the app fills, as the page asks for them while somebody types."""

from dataclasses import dataclass

from bot.sandbox.interactions import Acts
from bot.sandbox.page_posted import Posted
from bot.sandbox.render.menus import found
from bot.sandbox.view_state import CannotAct
from bot.sandbox.workspace import User


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuList:
    """What the list of a menu shows: options as HTML, and a sentence where there is one to say."""

    options: str = ""
    said: str | None = None


async def suggested(acts: Acts, user: User, posted: Posted) -> MenuList:
    """Asks the app; where it is late or wrong, the list says so and nothing else changes."""
    in_view = posted["surface"] != "message"
    try:
        answer = await acts.suggest(
            user.id,
            action_id=posted["action_id"],
            block_id=posted["block_id"],
            value=posted["value"],
            view_id=posted["view_id"] if in_view else None,
            channel_id=None if in_view else posted["channel"],
            ts=None if in_view else posted["ts"],
        )
    except CannotAct as refusal:
        return MenuList(said=str(refusal))
    if answer.notice is not None:
        return MenuList(said=answer.notice)
    options = found(answer.options, answer.option_groups)
    return MenuList(options=options, said=None if options else "Nothing was found.")
