"""The Web API methods this workspace answers, by name; all others are `unknown_method`."""

from typing import Final

from bot.sandbox.methods import (
    apps,
    basics,
    bookmarks,
    chat,
    conversations,
    files,
    history,
    pins,
    reactions,
    schedule,
    users,
    views,
)
from bot.sandbox.methods.call import Method

METHODS: Final[dict[str, Method]] = {
    method.name: method
    for family in (
        basics,
        apps,
        users,
        conversations,
        history,
        chat,
        schedule,
        views,
        reactions,
        pins,
        bookmarks,
        files,
    )
    for method in family.METHODS
}
