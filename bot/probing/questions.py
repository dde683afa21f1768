"""The questions that need nobody, each asked with few calls and answered in a few lines."""

import json
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from http.client import HTTPConnection, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from slack_sdk.errors import SlackApiError

from bot.probing.answers import Answer, spread
from bot.probing.place import LOOKS, Place, Posted, retry_after, word
from bot.slack_calls import CALL_FAILED

APART = 1.1
"""Seconds between two posts, as one a second is allowed in a conversation."""
OTHERS_SEEN = 2
"""Messages beside these that are looked for: that of the metadata and that of the dates."""
LAST_LOOK = 1
"""For all together that may have arrived unheard, before it is over."""
GIVES_UP = 0.001
"""Seconds after which the client of a post that is left alone does not wait any more."""


@dataclass(frozen=True)
class Bounds:
    """How much a probe does at most."""

    posts: int = 10
    left_alone: int = 5
    updates: int = 80
    burst: int = 5
    """Posts once a second, and then again as many at once."""

    @property
    def messages(self) -> int:
        """Messages that are posted, and deleted again."""
        return self.posts + self.left_alone + 2 * self.burst + 4

    @property
    def calls(self) -> int:
        """Calls of all methods, if the history never shows anything at once."""
        looks = (self.posts + self.left_alone + LAST_LOOK) * len(LOOKS)
        return 2 * self.messages + looks + self.updates + 30

    @property
    def minutes_unseen(self) -> float:
        """Minutes it looks for messages, if the history never shows any."""
        return (self.posts + self.left_alone + OTHERS_SEEN + LAST_LOOK) * sum(LOOKS) / 60


@dataclass(frozen=True)
class Measured:
    """What the first posts told of Slack's clock: how far ahead of ours it is, least and most."""

    posts: Sequence[Posted]

    @property
    def ahead(self) -> tuple[float, float]:
        """Seconds, by the times of the messages."""
        return (
            max(one.at - one.ended for one in self.posts),
            min(one.at - one.began for one in self.posts),
        )

    @property
    def ahead_by_date(self) -> tuple[float, float] | None:
        """Seconds, by the `Date` headers, which count whole ones."""
        told = [(parsedate_to_datetime(one.date), one) for one in self.posts if one.date]
        if not told:
            return None
        least = max(date.timestamp() - one.ended for date, one in told)
        most = min(date.timestamp() + 1 - one.began for date, one in told)
        # A server may keep a header for a second longer than it is true.
        return (min(least, most), max(least, most))


def history_lag(place: Place, bounds: Bounds) -> tuple[Answer, Measured]:
    """Post, and look until the history shows it."""
    posts: list[Posted] = []
    lags: list[float] = []
    at_once = 0
    for number in range(bounds.posts):
        posts.append(place.post(f"lag-{number}", "A probe of the history; it is deleted soon."))
        there = place.times.monotonic()
        lag, looks = _until_seen(place, place.key(f"lag-{number}"), since=there)
        at_once += looks == 1
        lags += [] if lag is None else [lag]
        place.times.sleep(APART)
    found = [f"{len(lags)} of {len(posts)} were seen; {at_once} of them at the first look"]
    if lags:
        found.append(f"from the answer of the post to the end of that look: {spread(lags)}")
    return (
        Answer(
            "How long after a post does the history show it?",
            tuple(found),
            "`Constants.quarantine`: a post in doubt is looked for after it",
        ),
        Measured(posts),
    )


def _until_seen(place: Place, key: str, *, since: float) -> tuple[float | None, int]:
    """Seconds until the history showed a message, None for never, and how often it was asked."""
    for number, wait in enumerate(LOOKS, 1):
        place.times.sleep(wait)
        seen = place.seen()
        if key in seen:
            place.posted[key] = str(seen[key]["ts"])
            return place.times.monotonic() - since, number
    return None, len(LOOKS)


def late_acceptance(place: Place, bounds: Bounds, measured: Measured) -> Answer:
    """Leave posts alone as soon as they were sent, and see which are there, and since when."""
    question = "How long after its client gave up does Slack still take a post?"
    bears_on = "`Constants.quarantine`, which has to be longer; `Constants.lease` with it"
    if place.client.proxy:
        return Answer(question, ("not asked: the bot speaks to Slack through a proxy",), bears_on)
    gaps, seen_after, answered = list[float](), list[float](), 0
    low, high = measured.ahead
    for number in range(bounds.left_alone):
        key = place.key(f"left-{number}")
        text = "A probe that nobody waits for; it is deleted soon."
        answered += _leave(place, place.values(key, text))
        left, since = place.times.wall(), place.times.monotonic()
        lag, _ = _until_seen(place, key, since=since)
        if lag is not None:
            gaps.append(float(place.posted[key]) - (left + (low + high) / 2))
            seen_after.append(lag)
        place.times.sleep(APART)
    found = [f"{len(gaps)} of {bounds.left_alone} posts were taken although nobody waited"]
    if answered:
        found.append(f"{answered} were answered even before the client left")
    if gaps:
        found.append(
            f"taken {min(gaps):+.2f} s to {max(gaps):+.2f} s after it left "
            f"(± {abs(high - low) / 2:.2f} s, as the clocks are not the same)"
        )
        found.append(f"in the history after: {spread(seen_after)}")
    if len(gaps) < bounds.left_alone:
        found.append(f"the others were not seen for {sum(LOOKS):.0f} s")
    return Answer(question, tuple(found), bears_on)


def _leave(place: Place, values: dict[str, Any]) -> bool:
    """Send a post and do not wait for its answer; whether that came all the same."""
    client = place.client
    parts = urlsplit(client.base_url)
    host, port = parts.hostname or "", parts.port
    connection: HTTPConnection
    if parts.scheme == "https":
        connection = HTTPSConnection(host, port, timeout=client.timeout, context=client.ssl)
    else:
        connection = HTTPConnection(host, port, timeout=client.timeout)
    headers = {
        "Authorization": f"Bearer {client.token}",
        "Content-Type": "application/json; charset=utf-8",
    }
    try:
        path = f"{parts.path}chat.postMessage"
        connection.request("POST", path, json.dumps(values).encode(), headers)
        if connection.sock is not None:
            connection.sock.settimeout(GIVES_UP)
        connection.getresponse()
    except TimeoutError:
        return False
    finally:
        connection.close()
    return True


def metadata_echo(place: Place) -> Answer:
    """Whether the history gives back the key of a message, with and without the flag."""
    key = place.key("metadata")
    place.post("metadata", "A probe of metadata; it is deleted soon.")
    _until_seen(place, key, since=place.times.monotonic())
    found = []
    for whole in (True, False):
        message = place.seen(whole=whole).get(key)
        metadata = (message or {}).get("metadata") or {}
        payload = metadata.get("event_payload") or {}
        told = "comes back" if payload.get("key") == key else "does not come back"
        found.append(f"with `include_all_metadata={str(whole).lower()}` the payload {told}")
    return Answer(
        "Does the history give back the metadata of a message?",
        tuple(found),
        "looking for posts in doubt, which are known by it (`Calls.find`)",
    )


def date_tokens(place: Place) -> Answer:
    """Whether date tokens come back from the history as they were posted."""
    at = int(place.times.wall())
    token = f"<!date^{at}^{{date_short}} at {{time}}|a day>"
    section = {"type": "section", "text": {"type": "mrkdwn", "text": f"Since {token}."}}
    element = {"type": "date", "timestamp": at, "format": "{date_short} {time}", "fallback": "day"}
    rich = {
        "type": "rich_text",
        "elements": [{"type": "rich_text_section", "elements": [element]}],
    }
    key = place.key("dates")
    place.post("dates", f"A probe of dates: {token}", blocks=[section, rich])
    _until_seen(place, key, since=place.times.monotonic())
    message = place.seen().get(key, {})
    blocks = message.get("blocks") or [{}, {}]
    read = (
        ("in `text`", token in str(message.get("text"))),
        ("in a section", (blocks[0].get("text") or {}).get("text") == section["text"]["text"]),  # type: ignore[index]
        ("in rich text", _dates_in(blocks[-1]) == [element]),
    )
    found = tuple(f"{where}: {'unchanged' if same else 'changed'}" for where, same in read)
    return Answer(
        "Do date tokens with a format come back unchanged?",
        found,
        "comparing what stands with what was rendered; cards and guides use tokens",
    )


def _dates_in(block: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        one
        for section in block.get("elements") or ()
        for one in section.get("elements") or ()
        if one.get("type") == "date"
    ]


def update_limit(place: Place, bounds: Bounds) -> Answer:
    """How many edits of one message Slack takes within a minute, at most so many."""
    posted = place.post("updates", "A probe of edits; it is deleted soon.")
    began, done, limited = place.times.monotonic(), 0, ""
    while done < bounds.updates and place.times.monotonic() - began < 60:
        try:
            text = f"A probe of edits, number {done + 1}; it is deleted soon."
            place.client.chat_update(channel=place.channel, ts=posted.ts, text=text)
        except SlackApiError as error:
            if word(error) != "429":
                raise
            asked = retry_after(error)
            limited = f"then 429, `Retry-After` {'none' if asked is None else f'{asked:.0f} s'}"
            break
        done += 1
    took = place.times.monotonic() - began
    found = [f"{done} edits in {took:.1f} s", limited or "no 429 within these bounds"]
    return Answer(
        "How many `chat.update` does Slack take in a minute?",
        tuple(found),
        "`Constants.rates['chat.update']`, 50 a minute, and `Constants.settle`",
    )


def burst(place: Place, bounds: Bounds) -> Answer:
    """Whether one post a second holds in one conversation, and how many go at once."""
    found = []
    for name, apart in (("once a second", APART), ("at once", 0.0)):
        taken, refused = 0, ""
        for number in range(bounds.burst):
            try:
                text = "A probe of several posts; it is deleted soon."
                place.post(f"burst-{apart}-{number}", text, patient=False)
                taken += 1
            except SlackApiError as error:
                asked = retry_after(error)
                refused = f", then {word(error)}, `Retry-After` {asked}"
                place.times.sleep(asked or APART)
                break
            place.times.sleep(apart)
        found.append(f"{taken} of {bounds.burst} {name}{refused}")
    return Answer(
        "Does one post a second hold in one conversation?",
        tuple(found),
        "`Constants.channel`, 1 a second",
    )


def client_msg_id(place: Place) -> Answer:
    """Whether Slack refuses a post with a `client_msg_id` that it took before."""
    same = str(uuid.uuid4())
    times: list[str] = []
    told = ""
    for number in range(2):
        try:
            text = "A probe of a repeated post; it is deleted soon."
            times.append(place.post(f"same-{number}", text, client_msg_id=same).ts)
        except SlackApiError as error:
            told = f"the {('first', 'second')[number]} was refused: {word(error)}"
            break
        place.times.sleep(APART)
    if not told:
        one = times[0] == times[1]
        told = "the second is the first one's message" if one else "both are there: it is ignored"
    return Answer(
        "Is a repeated `client_msg_id` refused?",
        (told,),
        "nothing now; if it is refused, a second safeguard against doubled posts",
    )


def clock_drift(measured: Measured) -> Answer:
    """How far the clock here is from Slack's."""
    low, high = measured.ahead
    found = [f"by the times of messages, Slack's is {low:+.2f} s to {high:+.2f} s ahead"]
    by_date = measured.ahead_by_date
    if by_date is None:
        found.append("there was no `Date` header")
    else:
        found.append(
            f"by the `Date` header, which counts whole seconds, {by_date[0]:+.2f} s to "
            f"{by_date[1]:+.2f} s"
        )
    return Answer(
        "Does the clock here go as Slack's does?",
        tuple(found),
        "`Constants.look_back`, 60 s: how far before the first try a post in doubt is looked for",
    )


def all_questions(place: Place, bounds: Bounds, tell: Callable[[str], None]) -> Iterator[Answer]:
    """Ask all of them, one after the other; what Slack refuses is an answer, too."""
    tell("Posting, and looking when the history shows it …")
    try:
        lag, measured = history_lag(place, bounds)
    except CALL_FAILED as error:
        yield Answer("Can anything be asked?", (f"no: {word(error)}",), "")
        return
    yield lag
    yield clock_drift(measured)
    for name, ask in (
        ("Leaving posts alone", partial(late_acceptance, place, bounds, measured)),
        ("Metadata", partial(metadata_echo, place)),
        ("Date tokens", partial(date_tokens, place)),
        ("Edits", partial(update_limit, place, bounds)),
        ("Several posts", partial(burst, place, bounds)),
        ("A repeated post", partial(client_msg_id, place)),
    ):
        tell(f"{name} …")
        try:
            answer = ask()
        except CALL_FAILED as error:
            answer = Answer(name, (f"not answered: {word(error)}",), "")
        yield answer


def day_of(wall: float) -> str:
    """A day and time in UTC, for a heading."""
    return datetime.fromtimestamp(wall, UTC).strftime("%Y-%m-%d %H:%M UTC")
