"""A person's own quiet hours and the time of their summary, where the policy's do not suit them."""

from dataclasses import dataclass
from datetime import time

from bot.domain.errors import Invalid, Problem
from bot.domain.worktime import QuietHours, WorkingHours


@dataclass(frozen=True)
class OwnTimes:
    """Wall times in the person's zone; None is the policy's."""

    quiet_begin: time | None = None
    quiet_end: time | None = None
    summary: time | None = None

    def checked(self, hours: WorkingHours, usual: QuietHours) -> "OwnTimes":
        """The same; raises Invalid where quiet hours reach into the working hours.

        A summary in the quiet hours would never be read on time, so that is refused, too. `usual`
        are the quiet hours of the policy.
        """
        facts = {"start": _text(hours.start), "end": _text(hours.end)}
        if self.quiet_end is not None and self.quiet_end > hours.start:
            raise Invalid(Problem.QUIET_AT_WORK, field="quiet_end", facts=facts)
        quiet = self._quiet(usual)
        if quiet is None or not quiet.spare(hours):
            raise Invalid(Problem.QUIET_AT_WORK, field="quiet_begin", facts=facts)
        if self.summary is not None and quiet.cover(self.summary):
            facts = {"start": _text(quiet.end), "end": _text(quiet.begin)}
            raise Invalid(Problem.SUMMARY_AT_NIGHT, field="summary_at", facts=facts)
        return self

    def in_force(self, hours: WorkingHours, usual: QuietHours) -> tuple[QuietHours, time | None]:
        """The quiet hours and the time of the summary as they hold now.

        What no longer goes with the hours of the policy, or of another region, is left out.
        """
        quiet = self._quiet(usual)
        if quiet is None or not quiet.spare(hours):
            quiet = usual
        if self.summary is None or quiet.cover(self.summary):
            return quiet, None
        return quiet, self.summary

    def _quiet(self, usual: QuietHours) -> QuietHours | None:
        try:
            return QuietHours(self.quiet_begin or usual.begin, self.quiet_end or usual.end)
        except ValueError:
            return None


def _text(wall: time) -> str:
    return wall.isoformat("minutes")
