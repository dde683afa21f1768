"""The app without a network: deliveries go straight into Bolt, calls to Slack into a ledger."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from slack_bolt import BoltContext, BoltRequest, BoltResponse
from sqlalchemy import Select, Table, select, text

from bot.bootstrap import _bolt
from bot.delivery.directory import SlackDirectory
from bot.flows.conversations import Conversations
from bot.flows.installations import Installations
from bot.flows.listeners import Listeners
from bot.flows.registration import all_listeners
from bot.sandbox.blockkit import check_message_blocks
from bot.sandbox.view_state import Plain, State, carry_over, elements_of, initial_state, shape
from bot.slack_calls import OneToken
from bot.storage import tables
from bot.storage.unit_of_work import Store
from bot.views.payload import Ref
from tests.builders import FakeMachine, Team
from tests.flows.slack import BOT_USER, DEAL, TEAM, Json, SlackByHand, Whispers, check_modal
from tests.views.shown import pieces

_LISTENERS = all_listeners()
"""The same for every app, which only looks them up."""


@dataclass
class Modal:
    """A modal on somebody's screen, with what stands in its fields."""

    id: str
    hash: str
    view: Json
    state: State

    @property
    def callback_id(self) -> str:
        return str(self.view["callback_id"])

    @property
    def words(self) -> str:
        return "\n".join(pieces(self.view["blocks"]))

    def type(self, **typed: Plain) -> "Modal":
        """The same with these fields filled, each named by its action id."""
        state = {block: dict(held) for block, held in self.state.items()}
        for name, value in typed.items():
            block, element = self._element(name)
            state.setdefault(block["block_id"], {})[name] = shape(element, value)
        return Modal(self.id, self.hash, self.view, state)

    def holds(self, name: str) -> Any:
        """What stands in one field: a text, a chosen value, or None."""
        block, _ = self._element(name)
        held = dict(self.state[block["block_id"]][name])
        del held["type"]
        (value,) = held.values()
        return value["value"] if isinstance(value, dict) else value

    def block_of(self, name: str) -> str:
        return str(self._element(name)[0]["block_id"])

    def _element(self, name: str) -> tuple[Json, Json]:
        found = [one for one in elements_of(self.view["blocks"]) if one[1]["action_id"] == name]
        assert len(found) == 1, f"{len(found)} fields are called {name}"
        return found[0]

    def json(self, previous: str | None = None) -> Json:
        return {
            **self.view,
            "id": self.id,
            "hash": self.hash,
            "team_id": TEAM,
            "app_installed_team_id": TEAM,
            "state": {"values": self.state},
            "previous_view_id": previous,
            "root_view_id": previous or self.id,
        }


@dataclass
class Reply:
    """Everything one delivery was answered with, wherever it was shown."""

    status: int
    body: Json
    opened: list[Json] = field(default_factory=list)
    """Views of `views.open` and `views.push`."""
    whispered: list[Json] = field(default_factory=list)

    @property
    def errors(self) -> dict[str, str]:
        return dict(self.body.get("errors") or {})

    @property
    def sentence(self) -> str:
        """The words of the refusal or message, in the one place where they stand."""
        told = [json.dumps(self.body, ensure_ascii=False)] if "view" in self.body else []
        told += list(self.errors.values())
        told += [self.body["text"]] if "text" in self.body else []
        told += [one["text"] for one in self.whispered]
        told += ["\n".join(pieces(view["blocks"])) for view in self.opened]
        assert len(told) == 1, told
        return told[0]

    @property
    def buttons(self) -> list[Json]:
        """What can be pressed in the message that was shown."""
        shown = self.whispered or [self.body]
        return [
            element
            for one in shown
            for _, element in elements_of(one.get("blocks", []))
            if element["type"] == "button"
        ]


class App:
    """Bolt with all conversations, on a store and a Slack made by hand."""

    def __init__(
        self,
        store: Store,
        team: Team,
        slack: SlackByHand,
        whispers: Whispers,
        machine: FakeMachine,
        listeners: Listeners | None = None,
    ) -> None:
        self.store, self.team, self.slack = store, team, slack
        self.whispers, self.machine = whispers, machine
        self._number, slack.machine = slack.number, machine
        installations = Installations(
            store=store,
            tokens=OneToken(team.workspace_id, "xoxb-invented"),
            bot_ids={team.workspace_id: "B0BOT"},
        )
        self.bolt = _bolt(installations, slack.base_url)

        def by_hand(context: BoltContext, next: Callable[[], BoltResponse]) -> BoltResponse:
            # Bolt makes a client of its own for every request.
            context["client"] = slack
            return next()

        self.bolt.use(by_hand)
        self.directory = SlackDirectory(
            store=store,
            client_of=lambda _: slack,
            machine=machine,
            budget=1.2,
            monotonic=machine.monotonic,
        )
        Conversations(
            store=store,
            directory=self.directory,
            monotonic=machine.monotonic,
            listeners=listeners or _LISTENERS,
            workspace_of=installations.workspace_of,
        ).bind(self.bolt)

    # --- What Slack sends

    def command_body(
        self, user: str, text: str = "", *, name: str = "/handoff", channel: str = DEAL
    ) -> Json:
        number = next(self._number)
        direct = channel.startswith("D")
        return {
            "command": name,
            "text": text,
            "user_id": user,
            "team_id": TEAM,
            "channel_id": channel,
            "channel_name": "directmessage" if direct else "somewhere",
            "trigger_id": f"trigger-{number}",
            "response_url": f"{self.whispers.url}/{number}",
        }

    def press_body(
        self,
        user: str,
        action_id: str,
        value: str | Ref = "",
        *,
        modal: Modal | None = None,
        channel: str = DEAL,
    ) -> Json:
        number = next(self._number)
        body: Json = {
            "type": "block_actions",
            "team": {"id": TEAM},
            "user": {"id": user, "team_id": TEAM},
            "trigger_id": f"trigger-{number}",
            "actions": [
                {
                    "type": "button",
                    "action_id": action_id,
                    "block_id": "any",
                    "value": value.dump() if isinstance(value, Ref) else value,
                    "action_ts": f"1772616000.{number:06}",
                }
            ],
        }
        if modal is not None:
            return {**body, "view": modal.json()}
        name = "directmessage" if channel.startswith("D") else "somewhere"
        body["channel"] = {"id": channel, "name": name}
        body["response_url"] = f"{self.whispers.url}/{number}"
        return body

    def submit_body(self, user: str, modal: Modal, *, previous: str | None = None) -> Json:
        return {
            "type": "view_submission",
            "team": {"id": TEAM},
            "user": {"id": user, "team_id": TEAM},
            "trigger_id": f"trigger-{next(self._number)}",
            "view": modal.json(previous),
        }

    def shortcut_body(self, user: str, message: Json, *, channel: str = DEAL) -> Json:
        number = next(self._number)
        return {
            "type": "message_action",
            "callback_id": "add_to_handoff",
            "team": {"id": TEAM, "domain": "invented"},
            "user": {"id": user, "team_id": TEAM},
            "trigger_id": f"trigger-{number}",
            "action_ts": f"1772616000.{number:06}",
            "message_ts": message["ts"],
            "channel": {
                "id": channel,
                "name": "directmessage" if channel.startswith("D") else "somewhere",
            },
            "message": {"type": "message", **message},
            "response_url": f"{self.whispers.url}/{number}",
        }

    def event_body(self, **event: object) -> Json:
        return {
            "type": "event_callback",
            "team_id": TEAM,
            "event_id": f"Ev{next(self._number)}",
            "authorizations": [{"team_id": TEAM, "user_id": BOT_USER, "is_bot": True}],
            "event": event,
        }

    def deliver(self, body: Json) -> Reply:
        """Hand a delivery to Bolt, as Socket Mode does."""
        answer = self.bolt.dispatch(
            BoltRequest(mode="socket_mode", body=json.loads(json.dumps(body)))
        )
        told: Json = json.loads(answer.body) if answer.body else {}
        if "view" in told:
            check_modal(told["view"])
        if "blocks" in told:
            check_message_blocks(told["blocks"])
        trigger = body.get("trigger_id")
        opened = [
            args["view"]
            for name, args in list(self.slack.calls)
            if name in ("views.open", "views.push") and args["trigger_id"] == trigger
        ]
        number = str(trigger or "").removeprefix("trigger-")
        return Reply(answer.status, told, opened, self.whispers.heard.get(f"/{number}", []))

    # --- What people do

    def command(self, user: str, text: str = "", **more: str) -> Reply:
        return self.deliver(self.command_body(user, text, **more))

    def press(
        self,
        user: str,
        action_id: str,
        value: str | Ref = "",
        *,
        modal: Modal | None = None,
        channel: str = DEAL,
    ) -> Reply:
        return self.deliver(self.press_body(user, action_id, value, modal=modal, channel=channel))

    def submit(self, user: str, modal: Modal, *, previous: str | None = None) -> Reply:
        return self.deliver(self.submit_body(user, modal, previous=previous))

    def modal(self, reply: Reply) -> Modal:
        """The modal that was opened."""
        assert len(reply.opened) == 1, reply
        return self.screen(reply.opened[0])

    def screen(self, view: Json) -> Modal:
        number = next(self._number)
        return Modal(f"V{number}", f"hash-{number}", view, initial_state(view["blocks"]))

    def updated(self, modal: Modal, view: Json) -> Modal:
        """The same modal showing something else; fields with the same ids keep what is typed."""
        state = carry_over(modal.state, view["blocks"])
        return Modal(modal.id, f"hash-{next(self._number)}", view, state)

    def brief_step(self, user: str, handoff_id: int, section: str) -> Modal:
        """One step of the brief, reached from the list of all steps."""
        none = {"type": "modal", "callback_id": "brief_steps", "blocks": [], "private_metadata": ""}
        there = Ref(handoff=handoff_id, thing=section)
        self.press(user, "brief_go", there, modal=self.screen(none))
        return self.screen(self.slack.called("views.update")[-1]["view"])

    # --- What is stored

    def rows(self) -> dict[str, list[str]]:
        """Everything an act could change, row by row; whom the bot has met is left out."""
        with self.store.database.reading() as connection:
            return {
                table.name: sorted(map(repr, connection.execute(_as_stored(table))))
                for table in _CHANGED_BY_ACTS
            }

    def shown(self, handoff_id: int) -> Ref:
        """What a button in a message drawn now carries: the handoff and the brief's version."""
        with self.store.read(self.team.workspace_id) as unit:
            version = unit.handoffs.get(handoff_id).brief_version
        return Ref(handoff=handoff_id, revision=version)

    def events(self, handoff_id: int) -> list[str]:
        """The history of a handoff, by tags."""
        with self.store.read(self.team.workspace_id) as unit:
            return [json.loads(record.body)["tag"] for record in unit.history.records(handoff_id)]


def _as_stored(table: Table) -> Select[Any]:
    """All columns as the driver gives them; there are very many rows, and a type takes its time."""
    return select(text("*")).select_from(table)


_CHANGED_BY_ACTS = (
    tables.workspace,
    tables.person_role,
    tables.handoff,
    tables.document,
    tables.pasted,
    tables.copied,
    tables.debrief_ask,
    tables.chat,
    tables.chat_message,
    tables.promise,
    tables.promise_version,
    tables.initial,
    tables.dispute,
    tables.dispute_answer,
    tables.late_answer,
    tables.milestone,
    tables.milestone_version,
    tables.plan_mark,
    tables.deadline,
    tables.event,
    tables.outbox,
    tables.surface,
    tables.received,
)
