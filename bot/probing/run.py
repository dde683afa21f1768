"""A whole probe: looked around, asked, cleaned up, and written down as a page."""

import secrets
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from urllib.parse import urlsplit

from slack_sdk import WebClient

from bot.bootstrap import StartError
from bot.probing.answers import Answer, page
from bot.probing.place import Place, Times, find_place
from bot.probing.questions import Bounds, all_questions, day_of
from bot.probing.with_person import WithPerson
from bot.settings import Settings

CALL_TIMEOUT = 10
BASE_MINUTES = 3
"""What a probe takes where the history shows each message at once."""


@dataclass(frozen=True)
class Asked:
    """What somebody wants of a probe."""

    channel: str | None = None
    user: str | None = None
    person_minutes: float | None = None
    """How long it waits for each press; None without a person."""
    bounds: Bounds = field(default_factory=Bounds)


class Declined(Exception):
    """Whoever was asked did not want it."""


def probe(
    settings: Settings,
    asked: Asked,
    *,
    tell: Callable[[str], None],
    may: Callable[[str], bool],
    times: Times | None = None,
) -> tuple[str, bool]:
    """The page, and whether everything that was posted is deleted again.

    Raises StartError for a place that is not fit, and Declined where `may` says no.
    """
    times = times or Times()
    token = settings.require_slack()
    if asked.person_minutes is not None and settings.slack_app_token is None:
        raise StartError("--with-person needs SLACK_APP_TOKEN: presses come in over a socket.")
    client = WebClient(token, settings.slack_api_url, timeout=CALL_TIMEOUT, retry_handlers=[])
    place = find_place(
        client,
        channel=asked.channel,
        user=asked.user,
        run=secrets.token_hex(4),
        times=times,
    )
    if not may(_up_front(asked)):
        raise Declined
    began = times.wall()
    answers: list[Answer] = []
    ended = "to its end"
    with _told_to_stop():
        try:
            for answer in all_questions(place, asked.bounds, tell):
                answers.append(answer)  # One by one: what was answered before an end counts.
            if asked.person_minutes is not None and settings.slack_app_token is not None:
                app_token = settings.slack_app_token.get_secret_value()
                seconds = asked.person_minutes * 60
                answers += WithPerson(place, app_token, seconds, tell).ask()
        except KeyboardInterrupt:
            ended = "until it was interrupted"
        finally:
            tell("Deleting what was posted …")
            left = place.clear(tell)
            for one in _named(left):
                tell(f"Not deleted: {one}")
    cleared = _cleared(place, left)
    written = page(
        [*answers, cleared],
        heading=f"Probe of {day_of(began)}",
        circumstances=_circumstances(settings, asked, ended),
    )
    return written, not left


def _up_front(asked: Asked) -> str:
    bounds = asked.bounds
    person = ""
    if asked.person_minutes is not None:
        person = f", and waits up to {asked.person_minutes:g} min for each of three presses"
    where = "the channel" if asked.channel else "your direct messages with the bot"
    return (
        f"It posts at most {bounds.messages} messages in {where} and deletes them again, makes at "
        f"most {bounds.calls} calls, and takes about three minutes, or up to "
        f"{BASE_MINUTES + bounds.minutes_unseen:.0f} where Slack's history shows messages late or "
        f"never{person}. It reads no message but its own."
    )


def _cleared(place: Place, left: Mapping[str, str]) -> Answer:
    gone = len(place.posted.keys() - left.keys())
    found = [f"{len(place.posted)} messages were posted, {gone} deleted"]
    found += [f"not deleted: {one}" for one in _named(left)]
    return Answer("Cleaning up", tuple(found), "")


def _named(left: Mapping[str, str]) -> list[str]:
    return [f"`{key}` {why}" for key, why in sorted(left.items())]


def _circumstances(settings: Settings, asked: Asked, ended: str) -> list[str]:
    host = urlsplit(settings.slack_api_url).hostname or ""
    measured = "Slack" if host == "slack.com" else "not Slack but what SLACK_API_URL names"
    return [
        f"asked: {measured}, in {'a channel' if asked.channel else 'a direct message'}, {ended}",
        f"handoff-bot {version('handoff-bot')}, slack-sdk {version('slack-sdk')}",
    ]


@contextmanager
def _told_to_stop() -> Iterator[None]:
    """SIGTERM ends a probe as Ctrl-C does, so that it cleans up."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
