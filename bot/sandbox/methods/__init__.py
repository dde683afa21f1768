"""The Web API methods this workspace answers, by name; all others are `unknown_method`."""

from typing import Final

from bot.sandbox.methods import basics, chat, conversations, files, history, reactions, users, views
from bot.sandbox.methods.call import Method

METHODS: Final[dict[str, Method]] = {
    method.name: method
    for family in (basics, users, conversations, history, chat, views, reactions, files)
    for method in family.METHODS
}
