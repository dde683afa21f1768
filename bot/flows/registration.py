"""All conversations of the app."""

from bot.flows import (
    acknowledge,
    assignment,
    brief,
    cancel,
    deal,
    decline,
    entries,
    gate,
    helpers,
    home,
    managers,
    message,
    moving,
    not_mine,
    pasted,
    people,
    pre_close,
    red_flags,
    send_back,
    signature,
    snooze,
    start,
    status,
    unconfirmed,
    verification,
    versions,
    whole,
    workplace,
)
from bot.flows.listeners import Listeners


def all_listeners() -> Listeners:
    """A fresh table with every listener in it."""
    listeners = Listeners()
    for conversation in (
        start,
        signature,
        deal,
        pre_close,
        gate,
        brief,
        entries,
        pasted,
        helpers,
        message,
        moving,
        assignment,
        acknowledge,
        verification,
        send_back,
        decline,
        cancel,
        snooze,
        not_mine,
        status,
        unconfirmed,
        versions,
        whole,
        red_flags,
        home,
        people,
        managers,
        workplace,
    ):
        conversation.register(listeners)
    return listeners
