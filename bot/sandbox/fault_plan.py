"""A plan of trouble: which share of the calls, or which of them, end as Slack's now and then do."""

import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Any, Final

from bot.sandbox.workspace import Json


class Trouble(StrEnum):
    """What becomes of a call."""

    LIMITED = "limited"
    """429 with `Retry-After: seconds`; nothing is accepted."""
    REFUSED = "refused"
    """A server error; nothing is accepted."""
    LOST = "lost"
    """A server error, after it was accepted."""
    RESET = "reset"
    """The connection is reset (TCP RST), after it was accepted."""
    SLOW = "slow"
    """Accepted at once, answered `seconds` later."""
    HANG = "hang"
    """Nothing is accepted, and no answer comes for `seconds`."""
    LATE = "late"
    """Accepted `seconds` after the request, when whoever asked has given up."""
    LAG = "lag"
    """Accepted and answered, but in no history for `seconds`; it comes on top of any other."""


class BadPlan(Exception):
    """What is wrong in a plan, as one sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Trouble for a `share` of the calls of a method, or for those counted in `calls` from 1 on.

    `method` is a pattern like `chat.*`; `seconds` is drawn up to `most_seconds` where that is set.
    """

    method: str
    trouble: Trouble
    share: float = 0.0
    calls: tuple[int, ...] = ()
    channel: str | None = None
    seconds: float = 0.0
    most_seconds: float | None = None
    status: int = 503

    def meant(self, method: str, channel: str | None) -> bool:
        """Whether a call is one that this rule is for."""
        return fnmatchcase(method, self.method) and self.channel in (None, channel)


@dataclass(frozen=True, slots=True)
class Meets:
    """The trouble that one call meets."""

    trouble: Trouble
    seconds: float
    status: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PostRate:
    """How many posts a conversation takes in a second, and how many at once after a pause."""

    per_second: float = 1.0
    burst: float = 1.0


class FaultPlan:
    """Rules under one seed; the shares of those that are meant for a call add up."""

    def __init__(
        self, rules: tuple[Rule, ...] = (), *, seed: int = 0, posts: PostRate | None = None
    ) -> None:
        self.rules = rules
        self.posts = posts
        self.met: Counter[Trouble] = Counter()
        self.asked = 0
        """How many calls came in that any rule is for."""
        self._random = random.Random(seed)  # noqa: S311, a seed makes a run repeatable
        self._counted = [0] * len(rules)

    def meet(self, method: str, channel: str | None) -> Meets | None:
        """What the next call of a method meets, beside a lag."""
        found: Rule | None = None
        draw, so_far, meant = self._random.random(), 0.0, False
        for index, rule in enumerate(self.rules):
            if rule.trouble is Trouble.LAG or not rule.meant(method, channel):
                continue
            meant = True
            self._counted[index] += 1
            so_far += rule.share
            hit = self._counted[index] in rule.calls or draw < so_far
            if found is None and hit:
                found = rule
        self.asked += meant
        if found is None:
            return None
        self.met[found.trouble] += 1
        return Meets(found.trouble, self._seconds(found), found.status)

    def lag(self, method: str, channel: str | None) -> float:
        """For how many seconds what a call made is in no history."""
        for index, rule in enumerate(self.rules):
            if rule.trouble is not Trouble.LAG or not rule.meant(method, channel):
                continue
            self._counted[index] += 1
            if self._counted[index] in rule.calls or self._random.random() < rule.share:
                self.met[Trouble.LAG] += 1
                return self._seconds(rule)
        return 0.0

    def _seconds(self, rule: Rule) -> float:
        if rule.most_seconds is None:
            return rule.seconds
        return self._random.uniform(rule.seconds, rule.most_seconds)


class PostRates:
    """Counts the posts of each conversation against a rate, as Slack does."""

    def __init__(self, rate: PostRate, *, seconds: Callable[[], float]) -> None:
        self._rate = rate
        self._seconds = seconds
        self._left: dict[str, tuple[float, float]] = {}

    def too_soon(self, channel: str) -> int | None:
        """Seconds for `Retry-After` where a post comes too soon; None where it is counted."""
        now = self._seconds()
        left, at = self._left.get(channel, (self._rate.burst, now))
        left = min(self._rate.burst, left + (now - at) * self._rate.per_second)
        if left < 1.0:
            self._left[channel] = (left, now)
            return max(1, round((1.0 - left) / self._rate.per_second))
        self._left[channel] = (left - 1.0, now)
        return None


_RULE_KEYS: Final = {one.name for one in fields(Rule)}


def read_plan(content: Mapping[str, Any]) -> FaultPlan:
    """`{"seed": 7, "rules": [{…}], "posts": {"per_second": 1}}`; raises BadPlan."""
    unknown = set(content) - {"seed", "rules", "posts"}
    if unknown:
        raise BadPlan(f"A fault plan has no {', '.join(sorted(unknown))}.")
    seed, rules = content.get("seed", 0), content.get("rules", [])
    if not isinstance(seed, int) or not isinstance(rules, list):
        raise BadPlan("The seed is a whole number, and the rules are a list.")
    return FaultPlan(tuple(_rule(one) for one in rules), seed=seed, posts=_posts(content))


def _rule(entry: Any) -> Rule:
    if not isinstance(entry, dict) or not set(entry) <= _RULE_KEYS:
        raise BadPlan(f"A rule has {', '.join(sorted(_RULE_KEYS))}.")
    try:
        trouble = Trouble(entry["trouble"])
        calls = tuple(int(one) for one in entry.get("calls", ()))
        given: Json = {**entry, "trouble": trouble, "calls": calls}
        rule = Rule(**given)
        shortest, longest = float(rule.seconds), float(rule.most_seconds or rule.seconds)
        sound = 0.0 <= float(rule.share) <= 1.0 and 0.0 <= shortest <= longest
    except (KeyError, TypeError, ValueError):
        raise BadPlan("A rule needs a method and a trouble, and its numbers are numbers.") from None
    if not sound:
        raise BadPlan("A share lies between 0 and 1, and seconds are not negative.")
    return rule


def _posts(content: Mapping[str, Any]) -> PostRate | None:
    given = content.get("posts")
    if given is None:
        return None
    try:
        rate = PostRate(**given)
        sound = rate.per_second > 0 and rate.burst >= 1
    except TypeError:
        raise BadPlan("posts has per_second and burst.") from None
    if not sound:
        raise BadPlan("posts has a positive per_second and a burst of at least 1.")
    return rate
