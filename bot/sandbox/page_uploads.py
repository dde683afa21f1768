"""Files that the page brings: to an input of an open form, and with a message."""

from collections.abc import Sequence

from bot.sandbox.file_acts import bring_file, take_back
from bot.sandbox.interactions import Acts
from bot.sandbox.page_posted import Brought, Posted
from bot.sandbox.render.composed import with_mentions
from bot.sandbox.view_state import CannotAct, Values
from bot.sandbox.workspace import OpenView, User, Workspace


class PageUploads:
    """What cannot be taken is forgotten again, for the page still has it."""

    def __init__(self, workspace: Workspace, acts: Acts) -> None:
        self._workspace = workspace
        self._acts = acts

    async def attach(self, user: User, posted: Posted) -> str | None:
        """Files were brought to an input of an open form: each counts by itself."""
        said: list[str] = []
        for one in posted.files:
            stored: list[str] = []
            try:
                stored.append(self._bring(user, one))
                self._hold(user, posted, [*self._held(user, posted), *stored])
            except CannotAct as refusal:
                said.append(str(refusal))
                take_back(self._workspace, user.id, stored)
        return " ".join(dict.fromkeys(said)) or None

    async def detach(self, user: User, posted: Posted) -> str | None:
        """One of them is taken back."""
        left = [one for one in self._held(user, posted) if one != posted["file"]]
        self._hold(user, posted, left)
        take_back(self._workspace, user.id, [posted["file"]])
        return None

    async def send(
        self, user: User, channel_id: str, text: str, thread: str | None, files: Sequence[Brought]
    ) -> None:
        """Posts a message with its files, if there are any."""
        people, channels = self._workspace.users.values(), self._workspace.channels_of(user.id)
        stored: list[str] = []
        try:
            for one in files:
                stored.append(self._bring(user, one))
            await self._acts.post_message(
                user.id,
                channel_id=channel_id,
                text=with_mentions(text, people, channels),
                thread_ts=thread,
                files=stored,
            )
        except CannotAct:
            take_back(self._workspace, user.id, stored)
            raise

    def _bring(self, user: User, one: Brought) -> str:
        return bring_file(self._workspace, user.id, name=one.name, content=one.content).id

    def _view(self, user: User, posted: Posted) -> OpenView:
        view = self._workspace.find_view(posted["view_id"])
        if view is None or view.user != user.id:
            raise CannotAct("This is no longer open.")
        return view

    def _held(self, user: User, posted: Posted) -> list[str]:
        state = self._view(user, posted).state
        held = state.get(posted["block_id"], {}).get(posted["action_id"], {})
        return list(held.get("files", ()))

    def _hold(self, user: User, posted: Posted, ids: list[str]) -> None:
        values: Values = {posted["block_id"]: {posted["action_id"]: ids}}
        self._acts.keep_typed(user.id, view_id=posted["view_id"], values=values)
