"""People and channels as the cells of a file name them."""

from bot.delivery.directory import SlackDirectory
from bot.domain.backfill_csv import RowProblem
from bot.domain.channels import Channel
from bot.domain.errors import Invalid, NotFound, Problem
from bot.domain.people import Person
from bot.domain.people_csv import slack_id_in


class AskedOnce:
    """What Slack says of the people and channels of a file; each is asked about once."""

    def __init__(self, workspace_id: int, directory: SlackDirectory) -> None:
        self._workspace_id = workspace_id
        self._directory = directory
        self._people: dict[str, Person | RowProblem | Problem] = {}
        self._channels: dict[str, Channel | RowProblem | Problem] = {}

    def person(self, cell: str) -> Person | RowProblem | Problem:
        """Somebody by id, mention, handle or address; raises SlackUnavailable."""
        if cell not in self._people:
            self._people[cell] = self._find_person(cell)
        return self._people[cell]

    def _find_person(self, cell: str) -> Person | RowProblem | Problem:
        try:
            slack_id = self._slack_id(cell)
            if isinstance(slack_id, RowProblem):
                return slack_id
            found = self._directory.person(self._workspace_id, slack_id)
        except NotFound:
            return RowProblem.UNKNOWN_PERSON
        except Invalid as error:
            return error.problem
        return found if found.full_member else Problem.NOT_A_COLLEAGUE

    def _slack_id(self, cell: str) -> str | RowProblem:
        finding = self._directory.finding
        if "@" in cell.strip("@<"):
            return finding.by_email(self._workspace_id, cell)
        slack_id = slack_id_in(cell)
        # What is written in small letters is somebody's handle.
        if slack_id is not None and (cell == slack_id or cell.startswith("<")):
            return slack_id
        handles = finding.by_handle(self._workspace_id, cell.removeprefix("@"))
        if len(handles) > 1:
            return RowProblem.SEVERAL_PEOPLE
        return next(iter(handles), RowProblem.UNKNOWN_PERSON)

    def channel(self, cell: str) -> Channel | RowProblem | Problem:
        """A channel by id or mention, where a handoff may live; raises SlackUnavailable."""
        if cell not in self._channels:
            self._channels[cell] = self._find_channel(cell)
        return self._channels[cell]

    def _find_channel(self, cell: str) -> Channel | RowProblem | Problem:
        slack_id = cell.removeprefix("<#").split("|")[0].removesuffix(">")
        if slack_id[:1] not in ("C", "G") or not slack_id.isalnum() or slack_id != slack_id.upper():
            return RowProblem.UNKNOWN_CHANNEL
        try:
            found = self._directory.channel(self._workspace_id, slack_id)
        except Invalid as error:
            return error.problem
        return found.problem() or found
