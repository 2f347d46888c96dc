"""Users of Slack: what they do, and what they see of the app."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from tests.standins.slack.blocks import complaints_about_options, complaints_about_view
from tests.standins.slack.delivery import (
    COMMAND,
    EVENT,
    INTERACTIVE,
    Delivery,
    DeliveryResult,
    DeliverySender,
)
from tests.standins.slack.response_urls import ResponseUrls, post_response
from tests.standins.slack.state import Message, Payload, State, User, View, Workspace, typed_state
from tests.standins.slack.web_api import Refusal

_MENTIONED = re.compile(r"@(\w+)")


def escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


class Person:
    """A user of a workspace."""

    def __init__(self, interactions: "InteractionSender", workspace: Workspace, user: User) -> None:
        self._interactions, self.workspace, self.user = interactions, workspace, user

    @property
    def id(self) -> str:
        return self.user.id

    @property
    def home(self) -> View | None:
        return self.workspace.homes.get(self.id)

    @property
    def modal(self) -> View | None:
        stack = self.workspace.modals.get(self.id)
        return stack[-1] if stack else None

    @property
    def dms(self) -> list[Message]:
        return self.sees(self.workspace.dm_with(self.id).id)

    def sees(self, channel: str = "C1") -> list[Message]:
        """The messages of a channel that this person sees."""
        messages = self.workspace.channels[channel].messages
        return [each for each in messages if each.only_for in {"", self.id}]

    def reloads(self) -> None:
        """Reload the client, which loses ephemeral messages."""
        for channel in self.workspace.channels.values():
            channel.messages[:] = [each for each in channel.messages if each.only_for != self.id]

    async def types(self, line: str, channel: str = "C1") -> DeliveryResult:
        """Type a slash command; `@bob` becomes the escaped mention of a user called bob."""
        command, _, text = line.partition(" ")
        payload = self._interactions.command_payload(self, command, self._with_mentions(text), channel)
        return await self._interactions.deliver_command(self, Delivery(COMMAND, self.workspace.id, payload))

    def _with_mentions(self, text: str) -> str:
        by_name = {each.name: each.id for each in self.workspace.users.values()}

        def mention(found: re.Match[str]) -> str:
            user = by_name.get(found[1])
            return f"<@{user}|{found[1]}>" if user else found[0]

        return _MENTIONED.sub(mention, escape(text))

    async def presses(self, where: Message | View, what: str) -> DeliveryResult:
        """Press the button with this label (or whose action_id or value contains it)."""
        block_id, element = _find(where, what)
        return await self._acts(where, block_id, element, _element_details(element))

    async def picks(self, where: Message | View, what: str, option: str) -> DeliveryResult:
        """Choose an option from a menu outside of a form."""
        block_id, element = _find(where, what)
        chosen = next(each for each in element["options"] if option in {each["text"]["text"], each["value"]})
        return await self._acts(where, block_id, element, {"selected_option": chosen})

    async def _acts(
        self, where: Message | View, block_id: str, element: Payload, act: Payload
    ) -> DeliveryResult:
        action = {"type": element["type"], "action_id": element["action_id"], "block_id": block_id, **act}
        payload = self._interactions.action_payload(self, where, action)
        return await self._interactions.deliver(Delivery(INTERACTIVE, self.workspace.id, payload))

    async def enters(self, name: str, value: str) -> DeliveryResult | None:
        """Fill in one input of the open form; delivered if the input has a dispatch action."""
        view = self._open_modal()
        block = view.input_named(name)
        held = await self._typed_state(name, value)
        view.typed[block["block_id"], block["element"]["action_id"]] = held
        if not block.get("dispatch_action"):
            return None
        act = {key: each for key, each in held.items() if key != "type"}
        return await self._acts(view, block["block_id"], block["element"], act)

    async def searches(self, name: str, text: str) -> list[Payload]:
        """Type into a menu that asks the app for its options; returns those that it suggests."""
        view = self._open_modal()
        block = view.input_named(name)
        result = await self._interactions.deliver(
            Delivery(
                INTERACTIVE,
                self.workspace.id,
                self._interactions.suggestion_payload(self, view, block, text),
            )
        )
        complaints = complaints_about_options(result.body) if result.acked else ["no answer in time"]
        if complaints:
            self._interactions.refusals.append(("block_suggestion", "invalid_options", complaints))
            return []
        return list(result.body["options"])

    async def _typed_state(self, name: str, value: str) -> Payload:
        """What an input holds after typing or picking; a menu that asks the app is searched first."""
        element = self._open_modal().input_named(name)["element"]
        if element["type"] != "external_select":
            return typed_state(element, value)
        return typed_state(element, value, await self.searches(name, value.rpartition(":")[2]))

    async def submits(self, **values: str) -> DeliveryResult:
        """Fill in inputs (by block_id or label) and submit the form."""
        view = self._open_modal()
        for name, value in values.items():
            block = view.input_named(name)
            view.typed[block["block_id"], block["element"]["action_id"]] = await self._typed_state(
                name, value
            )
        self._refuse_blanks(view)
        payload = self._interactions.view_payload(self, view, "view_submission")
        return await self._interactions.deliver_submission(
            self, view, Delivery(INTERACTIVE, self.workspace.id, payload)
        )

    def _refuse_blanks(self, view: View) -> None:
        values = view.values()
        for block in view.content["blocks"]:
            if block["type"] == "input" and not block.get("optional"):
                held = values[block["block_id"]][block["element"]["action_id"]]
                if not any(value for key, value in held.items() if key != "type"):
                    raise ValueError(f"Please complete all required fields: {block['label']['text']}")

    async def closes_modal(self) -> DeliveryResult | None:
        view = self._open_modal()
        self.workspace.modals[self.id].remove(view)
        if not view.content.get("notify_on_close"):
            return None
        payload = self._interactions.view_payload(self, view, "view_closed")
        return await self._interactions.deliver(Delivery(INTERACTIVE, self.workspace.id, payload))

    def _open_modal(self) -> View:
        if self.modal is None:
            raise LookupError("no modal is open")
        return self.modal

    async def opens_home(self) -> DeliveryResult:
        event = {"type": "app_home_opened", "user": self.id, "tab": "home", "channel": f"D{self.id}"}
        return await self._interactions.deliver_event(self.workspace, event)

    async def says(self, text: str) -> DeliveryResult:
        """Send a direct message to the app."""
        channel = self.workspace.dm_with(self.id)
        message = Message(self._interactions.state.ts(), channel.id, self.id, self._with_mentions(text))
        channel.messages.append(message)
        event = {"type": "message", "channel_type": "im", "user": self.id, "text": message.text}
        return await self._interactions.deliver_event(
            self.workspace, {**event, "channel": channel.id, "ts": message.ts}
        )

    async def mentions_app(self, text: str, channel: str = "C1") -> DeliveryResult:
        mention = f"<@{self.workspace.bot_user}> {self._with_mentions(text)}"
        message = Message(self._interactions.state.ts(), channel, self.id, mention)
        self.workspace.channels[channel].messages.append(message)
        event = {
            "type": "app_mention",
            "user": self.id,
            "text": mention,
            "channel": channel,
            "ts": message.ts,
        }
        return await self._interactions.deliver_event(self.workspace, event)

    async def uses_shortcut(self, callback_id: str) -> DeliveryResult:
        payload = {**self._interactions.interaction(self), "type": "shortcut", "callback_id": callback_id}
        return await self._interactions.deliver(Delivery(INTERACTIVE, self.workspace.id, payload))

    async def uses_message_shortcut(self, callback_id: str, message: Message) -> DeliveryResult:
        payload = {
            **self._interactions.interaction(self),
            "type": "message_action",
            "callback_id": callback_id,
            "message_ts": message.ts,
            "message": message.payload(),
            "channel": {"id": message.channel, "name": "channel"},
            "response_url": self._interactions.urls.new(self.workspace.id, message.channel, self.id),
        }
        return await self._interactions.deliver(Delivery(INTERACTIVE, self.workspace.id, payload))


def _element_details(element: Payload) -> Payload:
    return {key: element[key] for key in ("value", "text", "url") if key in element}


def _find(where: Message | View, what: str) -> tuple[str, Payload]:
    exact, loose = [], []
    for block_id, element in where.elements:
        label = element.get("text", {}).get("text", "")
        if what in {label, element["action_id"], element.get("value")}:
            exact.append((block_id, element))
        elif what in element["action_id"] or what in element.get("value", ""):
            loose.append((block_id, element))
    if not exact + loose:
        raise LookupError(
            f"nothing called {what!r} among {[each['action_id'] for _, each in where.elements]}"
        )
    return (exact + loose)[0]


class InteractionSender:
    """Builds payloads for what people do, delivers them, and applies the acknowledgement."""

    def __init__(
        self, state: State, sender: DeliverySender, urls: ResponseUrls, changed: Callable[[], None]
    ) -> None:
        self.state, self.sender, self.urls, self._changed = state, sender, urls, changed
        self.refusals: list[tuple[str, str, list[str]]] = []
        self.gives_response_urls = True

    async def deliver(self, delivery: Delivery) -> DeliveryResult:
        result = await self.sender.deliver(delivery)
        self._changed()
        return result

    def interaction(self, person: Person) -> Payload:
        workspace, user = person.workspace, person.user
        return {
            "api_app_id": self.state.app.id,
            "team": {"id": workspace.id, "domain": workspace.name},
            "user": {"id": user.id, "username": user.name, "name": user.name, "team_id": workspace.id},
            "enterprise": None,
            "is_enterprise_install": False,
            "token": "deprecated",
            "action_ts": self.state.ts(),
            "trigger_id": self.state.new_trigger(workspace.id, user.id),
        }

    def command_payload(self, person: Person, command: str, text: str, channel: str) -> Payload:
        workspace = person.workspace
        return {
            "token": "deprecated",
            "team_id": workspace.id,
            "team_domain": workspace.name,
            "channel_id": channel,
            "channel_name": workspace.channels[channel].name,
            "user_id": person.id,
            "user_name": person.user.name,
            "command": command,
            "text": text,
            "api_app_id": self.state.app.id,
            "is_enterprise_install": "false",
            "response_url": self.urls.new(workspace.id, channel, person.id),
            "trigger_id": self.state.new_trigger(workspace.id, person.id),
        }

    def action_payload(self, person: Person, where: Message | View, action: Payload) -> Payload:
        payload = {**self.interaction(person), "type": "block_actions"}
        payload["actions"] = [{**action, "action_ts": payload["action_ts"]}]
        if isinstance(where, View):
            view = where.payload(person.workspace)
            return {**payload, "view": view, "container": {"type": "view", "view_id": where.id}}
        container = {"type": "message", "message_ts": where.ts, "channel_id": where.channel}
        payload["container"] = {**container, "is_ephemeral": where.is_ephemeral}
        payload["channel"] = {"id": where.channel, "name": person.workspace.channels[where.channel].name}
        payload["state"] = {"values": {}}
        if not where.is_ephemeral:
            payload["message"] = where.payload()
        payload["response_url"] = self.urls.new(person.workspace.id, where.channel, person.id, where)
        return payload

    def suggestion_payload(self, person: Person, view: View, block: Payload, text: str) -> Payload:
        return {
            **self.interaction(person),
            "type": "block_suggestion",
            "action_id": block["element"]["action_id"],
            "block_id": block["block_id"],
            "value": text,
            "container": {"type": "view", "view_id": view.id},
            "view": view.payload(person.workspace),
        }

    def view_payload(self, person: Person, view: View, kind: str) -> Payload:
        payload = {**self.interaction(person), "type": kind, "view": view.payload(person.workspace)}
        if kind == "view_submission":
            return {**payload, "response_urls": list(self._response_urls(person, view))}
        return {**payload, "is_cleared": False}

    def _response_urls(self, person: Person, view: View) -> Iterator[Payload]:
        """A URL for the channel chosen in a menu that asks for one."""
        values = view.values()
        for block_id, element in view.elements:
            channel = values[block_id][element["action_id"]].get("selected_conversation")
            if self.gives_response_urls and element.get("response_url_enabled") and channel:
                url = self.urls.new(person.workspace.id, channel, person.id)
                yield {
                    "block_id": block_id,
                    "action_id": element["action_id"],
                    "channel_id": channel,
                    "response_url": url,
                }

    async def deliver_event(self, workspace: Workspace, event: Payload) -> DeliveryResult:
        payload = {
            "token": "deprecated",
            "team_id": workspace.id,
            "api_app_id": self.state.app.id,
            "event": {"event_ts": self.state.ts(), **event},
            "type": "event_callback",
            "event_id": f"Ev{self.state.number()}",
            "event_time": int(self.state.clock.now().timestamp()),
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": workspace.id,
                    "user_id": workspace.bot_user,
                    "is_bot": True,
                }
            ],
            "is_ext_shared_channel": False,
        }
        return await self.deliver(Delivery(EVENT, workspace.id, payload))

    async def deliver_command(self, person: Person, delivery: Delivery) -> DeliveryResult:
        result = await self.deliver(delivery)
        await self.handle_command_ack(person, delivery, result)
        return result

    async def handle_command_ack(self, person: Person, delivery: Delivery, result: DeliveryResult) -> None:
        channel = person.workspace.channels[delivery.payload["channel_id"]]
        if not result.acked:
            channel.messages.append(self._slackbot(person, channel.id, delivery.payload["command"]))
        elif result.body:
            self._say(person, channel.id, result.body)
        self._changed()

    def _slackbot(self, person: Person, channel: str, command: str) -> Message:
        text = f"{command} failed because the app did not respond"
        return Message(self.state.ts(), channel, "USLACKBOT", text, only_for=person.id)

    def _say(self, person: Person, channel: str, body: Payload) -> None:
        try:
            post_response(self.state, person.workspace, person.workspace.channels[channel], person.id, body)
        except Refusal as refusal:
            self.refusals.append(("ack", refusal.error, refusal.complaints))

    async def deliver_submission(self, person: Person, view: View, delivery: Delivery) -> DeliveryResult:
        result = await self.deliver(delivery)
        if result.acked:
            self._submitted(person, view, result.body)
        else:
            view.errors = {"": "We had some trouble connecting. Try again?"}
        self._changed()
        return result

    def _submitted(self, person: Person, view: View, body: Any) -> None:
        stack = person.workspace.modals.get(person.id, [])
        action = (body or {}).get("response_action")
        if action == "errors":
            self._show_errors(view, body["errors"])
        elif action in {"update", "push"}:
            self._show_view(person, view, action, body["view"])
        elif action == "clear":
            stack.clear()
        elif view in stack:
            stack.remove(view)

    def _show_errors(self, view: View, errors: dict[str, str]) -> None:
        known = {block["block_id"] for block in view.content["blocks"] if block["type"] == "input"}
        if not errors or set(errors) - known:
            self.refusals.append(("view_submission", "invalid_errors", sorted(set(errors) - known)))
            return
        view.errors = errors

    def _show_view(self, person: Person, view: View, action: str, content: Payload) -> None:
        complaints = complaints_about_view(content)
        if complaints:
            self.refusals.append(("view_submission", "invalid_view", complaints))
        elif action == "update":
            self.state.change_view(view, content)
        else:
            person.workspace.modals[person.id].append(self.state.new_view(person.id, content))
