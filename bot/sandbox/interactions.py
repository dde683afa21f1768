"""What a person does with the app's things: commands, clicks, submissions, the Home tab."""

import re

from bot.sandbox.answers import (
    Answer,
    AnswerRefused,
    apply_submission_answer,
    failure_sentence,
    show_command_answer,
)
from bot.sandbox.deliver import Delivery, Envelope, Kind, Reply
from bot.sandbox.events import Events
from bot.sandbox.file_acts import files_in, give
from bot.sandbox.form_checks import complaints
from bot.sandbox.payloads import (
    action_json,
    channel_name,
    command_form,
    envelope,
    message_click,
    view_json,
)
from bot.sandbox.people_acts import PeopleActs
from bot.sandbox.posting import message_json
from bot.sandbox.screen import close_views
from bot.sandbox.suggestions import Suggested, Suggestions
from bot.sandbox.triggers import ResponseUrls, TriggerBook
from bot.sandbox.view_state import (
    FILE_INPUT,
    STATEFUL,
    CannotAct,
    Offers,
    Plain,
    State,
    Values,
    apply_values,
    element_at,
    elements_of,
    feedback_with,
    initial_state,
    option_with,
    shape,
    with_offers,
)
from bot.sandbox.workspace import Json, OpenView, User, Workspace


class Acts(PeopleActs):
    """A person's acts; each returns after the app answered and its answer is on the screen."""

    def __init__(
        self,
        workspace: Workspace,
        *,
        delivery: Delivery,
        events: Events,
        triggers: TriggerBook,
        response_urls: ResponseUrls,
    ) -> None:
        super().__init__(workspace, events)
        self._delivery = delivery
        self._triggers = triggers
        self._response_urls = response_urls
        self._suggestions = Suggestions(workspace, delivery)

    # ---- commands and shortcuts

    async def slash(self, user_id: str, *, command: str, text: str, channel_id: str) -> Answer:
        """Runs a slash command; CannotAct for one which no app registered."""
        person = self._person(user_id)
        channel = self._visible(user_id, channel_id)
        known = {entry.command: entry for entry in self._workspace.app.slash_commands}
        if command not in known:
            raise CannotAct(f"{command} is not a valid command.")
        if channel.is_archived:
            raise CannotAct(f"#{channel.name} is archived.")
        form = command_form(
            self._workspace,
            person,
            channel,
            command=command,
            text=self._tokens(text.strip()) if known[command].should_escape else text.strip(),
            trigger_id=self._triggers.issue(user_id),
            response_url=self._response_urls.issue(user_id, channel=channel_id),
        )
        reply = await self._delivery.send(Envelope(kind=Kind.COMMAND, payload=form))
        if not reply.ok:
            return self._failed(user_id, command, reply)
        if channel.id not in self._workspace.channels:
            return self._answer(user_id)  # Deleted meanwhile: there is no place to show it.
        try:
            shown = show_command_answer(
                self._workspace, self._events, user=user_id, channel=channel.id, body=reply.body
            )
        except AnswerRefused as refusal:
            return self._refused(user_id, refusal)
        return self._answer(
            user_id,
            text=shown.text if shown is not None else None,
            message_ts=shown.ts if shown is not None else None,
        )

    async def global_shortcut(self, user_id: str, *, callback_id: str) -> Answer:
        person = self._person(user_id)
        name = self._shortcut("global", callback_id)
        payload = {
            **envelope(self._workspace, "shortcut", person),
            "callback_id": callback_id,
            "action_ts": self._workspace.new_ts(),
            "trigger_id": self._triggers.issue(user_id),
        }
        return await self._interact(person, name, payload)

    async def message_shortcut(
        self, user_id: str, *, callback_id: str, channel_id: str, ts: str
    ) -> Answer:
        person = self._person(user_id)
        name = self._shortcut("message", callback_id)
        message = self._message(user_id, channel_id, ts)
        channel = self._workspace.channels[channel_id]
        payload = {
            **envelope(self._workspace, "message_action", person),
            "callback_id": callback_id,
            "action_ts": self._workspace.new_ts(),
            "message_ts": ts,
            "channel": {"id": channel_id, "name": channel_name(channel)},
            "message": message_json(self._workspace, message),
            "trigger_id": self._triggers.issue(user_id),
            "response_url": self._response_urls.issue(user_id, channel=channel_id),
        }
        return await self._interact(person, name, payload)

    # ---- clicks

    async def click_message(
        self,
        user_id: str,
        *,
        channel_id: str,
        ts: str,
        action_id: str,
        block_id: str | None = None,
        chosen: Plain = None,
    ) -> Answer:
        """Uses an element of a message: `chosen` is what a select or picker was set to."""
        person = self._person(user_id)
        message = self._message(user_id, channel_id, ts)
        if message.bot_id is None:
            raise CannotAct("Only an app's message has anything to click.")
        block, element = element_at(message.blocks, action_id=action_id, block_id=block_id)
        if user_id not in element.get("visible_to_user_ids", [user_id]):
            raise CannotAct(f"{action_id} is not there for this person.")
        offers = self._suggestions.offers(user_id, message)
        suggested = offers.get((block["block_id"], action_id), [])
        held = _held(with_offers(element, suggested, None), chosen)
        state = initial_state(message.blocks)
        if held is not None and element["type"] in STATEFUL:
            state[block["block_id"]][action_id] = held
        action = action_json(block, element, held, action_ts=self._workspace.new_ts())
        self._suggestions.chose(user_id, message, block["block_id"], action)
        payload = message_click(self._workspace, person, message, state=state, action=action)
        payload["trigger_id"] = self._triggers.issue(user_id)
        payload["response_url"] = self._response_urls.issue(
            user_id,
            channel=channel_id,
            source_ts=ts,
            thread_ts=message.thread_ts,
        )
        return await self._interact(person, "That click", payload)

    async def click_view(
        self,
        user_id: str,
        *,
        view_id: str,
        action_id: str,
        block_id: str | None = None,
        chosen: Plain = None,
        values: Values | None = None,
    ) -> Answer:
        """Uses an element of the modal on top; `values` is the rest of its form as it stands."""
        view = self._top(user_id, view_id)
        return await self._click_in(view, action_id, block_id, chosen, values)

    async def click_home(
        self,
        user_id: str,
        *,
        action_id: str,
        block_id: str | None = None,
        chosen: Plain = None,
        values: Values | None = None,
    ) -> Answer:
        home = self._workspace.homes.get(user_id)
        if home is None:
            raise CannotAct("The app has published no Home tab for this person.")
        return await self._click_in(home, action_id, block_id, chosen, values)

    async def _click_in(
        self,
        view: OpenView,
        action_id: str,
        block_id: str | None,
        chosen: Plain,
        values: Values | None,
    ) -> Answer:
        person = self._person(view.user)
        blocks = view.view["blocks"]
        block, element = element_at(blocks, action_id=action_id, block_id=block_id)
        told = block.get("dispatch_action", False) and element["type"] != FILE_INPUT
        if block["type"] == "input" and not told:
            raise CannotAct(f"{action_id} tells the app nothing before it is submitted.")
        offers = self._offers(view)
        state = apply_values(view.state, blocks, values or {}, offers)
        suggested = offers.get((block["block_id"], action_id), [])
        standing = state.get(block["block_id"], {}).get(action_id)
        held = _held(with_offers(element, suggested, standing), chosen)
        if held is not None and element["type"] in STATEFUL:
            state[block["block_id"]][action_id] = held
        self._keep(view, state)
        modal = view.type == "modal"
        payload = {
            **envelope(self._workspace, "block_actions", person),
            "container": {"type": "view", "view_id": view.id},
            "trigger_id": self._triggers.issue(person.id, view_id=view.id if modal else None),
            "view": view_json(self._workspace, view),
            "actions": [action_json(block, element, held, action_ts=self._workspace.new_ts())],
        }
        return await self._interact(person, "That click", payload)

    async def suggest(
        self,
        user_id: str,
        *,
        action_id: str,
        value: str,
        block_id: str | None = None,
        view_id: str | None = None,
        channel_id: str | None = None,
        ts: str | None = None,
    ) -> Suggested:
        """Types into a menu that the app fills, of a view or else of a message."""
        person = self._person(user_id)
        source = (
            self._on_screen(user_id, view_id)
            if view_id is not None
            else self._message(user_id, channel_id or "", ts or "")
        )
        return await self._suggestions.ask(
            person, source, action_id=action_id, block_id=block_id, value=value
        )

    # ---- modals

    def keep_typed(self, user_id: str, *, view_id: str, values: Values) -> None:
        """Stores what is typed so far; the app hears nothing of it."""
        view = self._on_screen(user_id, view_id)
        self._keep(view, apply_values(view.state, view.view["blocks"], values, self._offers(view)))

    async def submit_view(
        self, user_id: str, *, view_id: str, values: Values | None = None
    ) -> Answer:
        """Submits the modal on top; required fields left empty never reach the app."""
        person = self._person(user_id)
        view = self._top(user_id, view_id)
        blocks = view.view["blocks"]
        if "submit" not in view.view:
            raise CannotAct("This modal has nothing to submit.")
        self._keep(view, apply_values(view.state, blocks, values or {}, self._offers(view)))
        view.errors = complaints(blocks, view.state)
        self._workspace.view_changed(view)
        if view.errors:
            return self._answer(user_id, field_errors=dict(view.errors))
        give(self._workspace, files_in(view.state))
        payload = {
            **envelope(self._workspace, "view_submission", person),
            "trigger_id": self._triggers.issue(user_id, view_id=view_id),
            "view": view_json(self._workspace, view),
            "response_urls": self._ways_to_answer(view),
        }
        reply = await self._delivery.send(Envelope(kind=Kind.INTERACTION, payload=payload))
        if not reply.ok:
            return self._failed(user_id, "Submitting", reply)
        try:
            apply_submission_answer(self._workspace, view, reply.body)
        except AnswerRefused as refusal:
            return self._refused(user_id, refusal)
        return self._answer(user_id, field_errors=dict(view.errors))

    async def close_view(self, user_id: str, *, view_id: str, whole_stack: bool = False) -> Answer:
        """Cancel closes the top modal (all of them if it says so); ✕ closes the whole stack."""
        person = self._person(user_id)
        view = self._top(user_id, view_id)
        stack = self._workspace.modal_stack(user_id)
        cleared = whole_stack or view.view.get("clear_on_close", False)
        told = stack[0] if cleared else view
        gone = [open_view.id for open_view in stack] if cleared else [view.id]
        payload = {
            **envelope(self._workspace, "view_closed", person),
            "view": view_json(self._workspace, told, without_inputs=True),
            "is_cleared": bool(cleared),
        }
        close_views(self._workspace, user_id, gone)
        if not told.view.get("notify_on_close", False):
            return self._answer(user_id)
        reply = await self._delivery.send(Envelope(kind=Kind.INTERACTION, payload=payload))
        # Nothing is on the screen any more where a failure could be shown.
        return self._answer(user_id, answered=reply.ok)

    # ---- the app's own place

    async def open_home(self, user_id: str, *, tab: str = "home") -> Answer:
        """Opens the app's Home or Messages tab, of which the app hears by an event."""
        person = self._person(user_id)
        app = self._workspace.app
        enabled = app.home_tab_enabled if tab == "home" else app.messages_tab_enabled
        if tab not in ("home", "messages") or not enabled:
            raise CannotAct(f"This app has no {tab} tab.")
        event: Json = {
            "type": "app_home_opened",
            "user": person.id,
            "channel": self._workspace.open_app_dm(person.id).id,
            "tab": tab,
            "event_ts": self._workspace.new_ts(),
        }
        home = self._workspace.homes.get(person.id)
        if tab == "home" and home is not None:
            event["view"] = view_json(self._workspace, home)
        reply = await self._events.tell("app_home_opened", event)
        return self._answer(user_id, answered=reply is None or reply.ok)

    # ---- common parts

    async def _interact(self, person: User, what: str, payload: Json) -> Answer:
        if not self._workspace.app.interactivity_enabled:
            raise CannotAct("Interactivity is switched off for this app.")
        reply = await self._delivery.send(Envelope(kind=Kind.INTERACTION, payload=payload))
        if not reply.ok:
            return self._failed(person.id, what, reply)
        # Slack ignores the body of the answer to a click or a shortcut.
        return self._answer(person.id)

    def _answer(
        self,
        user_id: str,
        *,
        answered: bool = True,
        notice: str | None = None,
        field_errors: dict[str, str] | None = None,
        text: str | None = None,
        message_ts: str | None = None,
    ) -> Answer:
        top = self._workspace.top_modal(user_id)
        return Answer(
            answered=answered,
            notice=notice,
            field_errors=field_errors or {},
            text=text,
            message_ts=message_ts,
            view_id=top.id if top is not None else None,
        )

    def _failed(self, user_id: str, what: str, reply: Reply) -> Answer:
        sentence = failure_sentence(what, reply)
        self._workspace.add_notice(user_id, sentence)
        return self._answer(user_id, answered=False, notice=sentence)

    def _refused(self, user_id: str, refusal: AnswerRefused) -> Answer:
        sentence = str(refusal)
        self._workspace.add_notice(user_id, sentence)
        return self._answer(user_id, answered=False, notice=sentence)

    def _offers(self, view: OpenView) -> Offers:
        """What can be chosen in a view now: what the app suggested, and the person's own files."""
        mine = [{"id": f.id, "name": f.name} for f in self._workspace.own_files(view.user)]
        inputs = [
            (block["block_id"], element["action_id"])
            for block, element in elements_of(view.view["blocks"])
            if element["type"] == FILE_INPUT
        ]
        return {**self._suggestions.offers(view.user, view), **dict.fromkeys(inputs, mine)}

    def _ways_to_answer(self, view: OpenView) -> list[Json]:
        """One for each conversation chosen in a menu that asks for it."""
        return [
            {
                "block_id": block["block_id"],
                "action_id": element["action_id"],
                "channel_id": chosen,
                "response_url": self._response_urls.issue(view.user, channel=chosen),
            }
            for block, element in elements_of(view.view["blocks"])
            if block["type"] == "input" and element.get("response_url_enabled", False)
            for chosen in [
                view.state[block["block_id"]][element["action_id"]][STATEFUL[element["type"]][0]]
            ]
            if chosen in self._workspace.channels
        ]

    def _keep(self, view: OpenView, state: State) -> None:
        view.state = state
        self._workspace.view_changed(view)

    def _on_screen(self, user_id: str, view_id: str) -> OpenView:
        view = self._workspace.find_view(view_id)
        if view is None or view.user != user_id:
            raise CannotAct(f"The view {view_id} is not on this person's screen.")
        return view

    def _top(self, user_id: str, view_id: str) -> OpenView:
        top = self._workspace.top_modal(user_id)
        if top is None or top.id != view_id:
            raise CannotAct(f"The modal {view_id} is not on top of this person's screen.")
        return top

    def _shortcut(self, kind: str, callback_id: str) -> str:
        for shortcut in self._workspace.app.shortcuts:
            if shortcut.type == kind and shortcut.callback_id == callback_id:
                return shortcut.name
        raise CannotAct(f"The app has no {kind} shortcut {callback_id}.")

    def _tokens(self, text: str) -> str:
        """`@name` and `#channel` as tokens, for commands that ask to have them escaped."""
        people = {user.name: user for user in self._workspace.users.values()}

        def person(match: re.Match[str]) -> str:
            user = people.get(match[1])
            return f"<@{user.id}|{user.name}>" if user is not None else match[0]

        def channel(match: re.Match[str]) -> str:
            found = self._workspace.channel_named(match[1])
            return f"<#{found.id}|{found.name}>" if found is not None else match[0]

        text = re.sub(r"(?<!\S)@([\w.-]+)", person, text)
        return re.sub(r"(?<!\S)#([\w-]+)", channel, text)


def _held(element: Json, chosen: Plain) -> Json | None:
    """What an element sends by this act, for most its new state; None for a button."""
    match element["type"]:
        case "button" | "icon_button":
            return None
        case "feedback_buttons":
            return feedback_with(element, chosen)
        case "overflow":
            return {"selected_option": option_with(element, chosen)}
        case _:
            return shape(element, chosen)
