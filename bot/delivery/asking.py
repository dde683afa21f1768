"""Questions to Slack, at the rates that they share with what is posted."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from slack_sdk import WebClient
from slack_sdk.web import SlackResponse

from bot.delivery.outcomes import Heard, Outcome, Verdict, answered, failed, unheard
from bot.delivery.shaping import Shaping
from bot.domain.errors import HandoffError, Problem, SlackUnavailable
from bot.slack_calls import CALL_FAILED, Patience

Sleep = Callable[[float], object]
"""Lets so many seconds go by."""
SILENCES = 3
"""So many in a row are about Slack; one alone may be about what was asked for."""
_OF_THIS_ALONE = frozenset({Verdict.REFUSED, Verdict.GONE, Verdict.UNREADABLE})
"""The others are silence, or concern all that is asked of Slack."""


class NoTurn(SlackUnavailable):
    """The method has been called as often as it may be for now."""

    def __init__(self) -> None:
        super().__init__(Problem.SLACK_SILENT)


class Refused(SlackUnavailable):
    """Slack said no to just this, with a word from which nothing follows."""

    def __init__(self, word: str) -> None:
        super().__init__(Problem.SLACK_SILENT, facts={"word": word})
        self.word = word


class Unheard(SlackUnavailable):
    """Slack was not reached, or failed at it; `word` says how."""

    def __init__(self, word: str) -> None:
        super().__init__(Problem.SLACK_SILENT)
        self.word = word


def not_said(error: Exception) -> SlackUnavailable:
    """What is raised for a call after which nothing is known; `error` is one of CALL_FAILED."""
    outcome = failed(error)
    if outcome.verdict in _OF_THIS_ALONE:
        return Refused(outcome.word)
    if outcome.verdict in (Verdict.NOT_SENT, Verdict.AMBIGUOUS):
        return Unheard(outcome.word)
    return SlackUnavailable(Problem.SLACK_SILENT)


class Silences:
    """How often in a row Slack said nothing while one thing after the other is asked about."""

    def __init__(self) -> None:
        self._met = 0

    def broken(self) -> None:
        """Slack said something."""
        self._met = 0

    def met(self, error: HandoffError) -> bool:
        """A question came to nothing; whether it is of no use to ask on."""
        self._met = self._met + 1 if is_silence(error) else 0
        return self._met == SILENCES


def is_silence(error: HandoffError) -> bool:
    """Whether Slack said nothing, or slows the bot down; with another problem it is about one thing
    that was asked for."""
    silent = isinstance(error, SlackUnavailable) and error.problem is Problem.SLACK_SILENT
    return silent and not isinstance(error, Refused)


def why(error: HandoffError) -> dict[str, str]:
    """For the log."""
    word = error.facts.get("word")
    return {"problem": error.problem.value} | ({"word": word} if word else {})


class Asking:
    """Makes the calls of a directory.

    Where somebody waits (`within`), a call of theirs is made even if its method has no token left,
    as long as Slack did not ask for a pause. Else it waits for its turn if there is a `sleep`, and
    raises NoTurn if there is none. `on_no_access` is told of a workspace whose token Slack refused
    where nobody waits, and of Slack's word for it.
    """

    def __init__(
        self,
        *,
        client_of: Callable[[int], WebClient],
        shaping: Shaping,
        sleep: Sleep | None,
        on_no_access: Callable[[int, str], object],
        heard: Heard = unheard,
    ) -> None:
        self._client_of = client_of
        self._shaping = shaping
        self._sleep = sleep
        self._heard = heard
        self._on_no_access = on_no_access

    def ask(
        self,
        workspace_id: int,
        method: str,
        within: Patience | None,
        *,
        one_of_many: bool = False,
        http_verb: str = "GET",
        **args: Any,
    ) -> SlackResponse:
        """One call; raises NoTurn or one of CALL_FAILED.

        One of many calls for the same act is made in its turn, whoever waits.
        """
        self._take_turn(workspace_id, method, at_once=within is not None and not one_of_many)
        began = time.monotonic()
        try:
            client = self._client_of(workspace_id)
            if within is not None:
                client = within.lend(client)
            told = client.api_call(method, http_verb=http_verb, params=args)
        except CALL_FAILED as error:
            outcome = failed(error)
            took = time.monotonic() - began
            self._heard(workspace_id, method, outcome, took)
            self._note(workspace_id, method, outcome, took, in_delivery=within is None)
            raise
        self._heard(workspace_id, method, answered(told), time.monotonic() - began)
        return told

    def _note(
        self, workspace_id: int, method: str, outcome: Outcome, took: float, *, in_delivery: bool
    ) -> None:
        """What the end of a call means for others; one before an answer has too little time."""
        if outcome.verdict is Verdict.LIMITED:
            self._shaping.limited(workspace_id, method, outcome.retry_after)
        elif in_delivery and outcome.verdict in (Verdict.NOT_SENT, Verdict.AMBIGUOUS):
            self._shaping.failed(workspace_id, took=timedelta(seconds=took))
        elif in_delivery and outcome.verdict is Verdict.NO_ACCESS:
            self._on_no_access(workspace_id, outcome.word)

    def _take_turn(self, workspace_id: int, method: str, *, at_once: bool) -> None:
        while wait := self._shaping.take_in_turn(workspace_id, method, answer=at_once):
            if at_once and not self._shaping.resting(workspace_id, method):
                return
            if at_once or self._sleep is None:
                raise NoTurn
            self._sleep(wait / timedelta(seconds=1))
