"""State of the fake server: workspaces, users, channels, messages, views and triggers."""

import itertools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from core.clock import Clock

Payload = dict[str, Any]
ALL_SCOPES = frozenset(
    [
        "commands",
        "chat:write",
        "files:write",
        "im:write",
        "im:history",
        "users:read",
        "users:read.email",
        "app_mentions:read",
    ]
)
TRIGGER_LIFE = timedelta(seconds=3)
RESPONSE_URL_LIFE = timedelta(minutes=30)
RESPONSE_URL_USES = 5


@dataclass
class User:
    """A user of a workspace; the bot cannot message them without `dms_open`."""

    id: str
    name: str
    email: str = ""
    tz: str = "Australia/Sydney"
    locale: str = "en-AU"
    is_admin: bool = False
    is_bot: bool = False
    deleted: bool = False
    dms_open: bool = True
    email_confirmed: bool = True
    home_team: str = ""
    flags: Payload = field(default_factory=dict)
    """Further flags of users.info: `is_restricted`, `enterprise_user` and so on."""

    def payload(self, team: str, *, with_email: bool, with_locale: bool) -> Payload:
        profile = {"real_name": self.name.title(), "display_name": self.name}
        if with_email:
            profile["email"] = self.email
        payload: Payload = {
            "id": self.id,
            "team_id": self.home_team or team,
            "name": self.name,
            "deleted": self.deleted,
            "real_name": self.name.title(),
            "tz": self.tz,
            "tz_label": self.tz,
            "tz_offset": 36000,
            "profile": profile,
            "is_admin": self.is_admin,
            "is_owner": False,
            "is_bot": self.is_bot,
            "is_stranger": bool(self.home_team and self.home_team != team),
            "is_email_confirmed": self.email_confirmed,
            **self.flags,
        }
        if with_locale:
            payload["locale"] = self.locale
        return payload


@dataclass
class Message:
    """A message in its current form. `only_for`: the user who sees an ephemeral one."""

    ts: str
    channel: str
    user: str
    text: str
    blocks: list[Payload] = field(default_factory=list)
    metadata: Payload | None = None
    only_for: str = ""
    bot_id: str = ""
    edits: int = 0
    files: list[object] = field(default_factory=list)

    @property
    def is_ephemeral(self) -> bool:
        return bool(self.only_for)

    def payload(self, *, with_metadata: bool = False) -> Payload:
        payload: Payload = {"type": "message", "ts": self.ts, "user": self.user, "text": self.text}
        if self.blocks:
            payload["blocks"] = self.blocks
        if self.bot_id:
            payload["bot_id"] = self.bot_id
        if with_metadata and self.metadata:
            payload["metadata"] = self.metadata
        return payload

    @property
    def words(self) -> str:
        """All visible text."""
        return "\n".join(_strings(self.blocks)) or self.text

    @property
    def elements(self) -> list[tuple[str, Payload]]:
        return elements_of(self.blocks)


def _strings(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key in {"text", "fallback"} and isinstance(value, str):
                yield value
            elif key != "confirm":
                yield from _strings(value)
    elif isinstance(node, list):
        for each in node:
            yield from _strings(each)


def elements_of(blocks: list[Payload]) -> list[tuple[str, Payload]]:
    """Every interactive element with the id of its block."""
    found = []
    for block in blocks:
        inside = [*block.get("elements", ()), block.get("accessory"), block.get("element")]
        found += [
            (block["block_id"], each) for each in inside if isinstance(each, dict) and "action_id" in each
        ]
    return found


@dataclass
class Channel:
    id: str
    name: str
    members: set[str] = field(default_factory=set)
    im_with: str = ""
    messages: list[Message] = field(default_factory=list)
    deleted: bool = False

    def find(self, ts: str) -> Message | None:
        return next((each for each in self.messages if each.ts == ts), None)


@dataclass
class View:
    """An open modal or App Home, with what its user typed."""

    id: str
    user: str
    content: Payload
    hash: str
    typed: dict[tuple[str, str], Payload] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    updates: int = 0

    @property
    def words(self) -> str:
        return "\n".join(_strings(self.content["blocks"]))

    @property
    def elements(self) -> list[tuple[str, Payload]]:
        return elements_of(self.content["blocks"])

    def input_named(self, name: str) -> Payload:
        """The input block with this label, or with this block_id."""
        for block in self.content["blocks"]:
            if block["type"] == "input" and name in {block["block_id"], block["label"]["text"]}:
                return block
        raise LookupError(f"no input {name!r} in {[e.get('block_id') for e in self.content['blocks']]}")

    def payload(self, workspace: "Workspace") -> Payload:
        return {
            **self.content,
            "id": self.id,
            "team_id": workspace.id,
            "hash": self.hash,
            "state": {"values": self.values()},
            "bot_id": workspace.bot_id,
            "root_view_id": self.id,
            "previous_view_id": None,
        }

    def values(self) -> Payload:
        values: Payload = {}
        for block_id, element in self.elements:
            if element["type"] == "button":
                continue
            held = self.typed.get((block_id, element["action_id"])) or initial_state(element)
            values.setdefault(block_id, {})[element["action_id"]] = held
        return values


_STATE_KEYS = {
    "plain_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "radio_buttons": ("selected_option", "initial_option"),
}


def initial_state(element: Payload) -> Payload:
    key, first = _STATE_KEYS[element["type"]]
    return {"type": element["type"], key: element.get(first)}


def typed_state(element: Payload, value: str, options: list[Payload] | None = None) -> Payload:
    """State of an element after `value` (an option's label or value) was typed or picked.

    `options`: those that the app suggested, for a menu that asks it.
    """
    key, _first = _STATE_KEYS[element["type"]]
    if key != "selected_option":
        return {"type": element["type"], key: value or None}
    for option in options if options is not None else element["options"]:
        if value in {option["value"], option["text"]["text"]}:
            return {"type": element["type"], key: option}
    raise LookupError(f"no option {value!r}")


@dataclass
class Workspace:
    id: str
    name: str
    bot_token: str
    bot_user: str
    bot_id: str
    users: dict[str, User] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    homes: dict[str, View] = field(default_factory=dict)
    modals: dict[str, list[View]] = field(default_factory=dict)
    scopes: frozenset[str] = ALL_SCOPES
    installed: bool = True
    token_revoked: bool = False

    def view(self, view_id: str) -> View | None:
        everywhere = [*self.homes.values(), *(each for stack in self.modals.values() for each in stack)]
        return next((each for each in everywhere if each.id == view_id), None)

    def dm_with(self, user: str) -> Channel:
        name = f"D{user}"
        if name not in self.channels:
            self.channels[name] = Channel(name, "directmessage", {user, self.bot_user}, im_with=user)
        return self.channels[name]


@dataclass
class Trigger:
    workspace: str
    user: str
    made: datetime
    used: bool = False


@dataclass
class ResponseUrl:
    """A `response_url` of a command or button. `original`: the message of the button."""

    workspace: str
    channel: str
    user: str
    made: datetime
    original: Message | None = None
    uses: int = 0


@dataclass
class SlackApp:
    id: str = "A1"
    client_id: str = "1.2"
    client_secret: str = "client-secret"
    signing_secret: str = "signing-secret"
    app_token: str = "xapp-1-A1-stand-in"


class State:
    """Everything the server remembers; generates its ids."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.app = SlackApp()
        self.workspaces: dict[str, Workspace] = {}
        self.triggers: dict[str, Trigger] = {}
        self.response_urls: dict[str, ResponseUrl] = {}
        self._numbers = itertools.count(1)

    def number(self) -> int:
        return next(self._numbers)

    def ts(self) -> str:
        return f"{int(self.clock.now().timestamp())}.{self.number():06d}"

    def new_trigger(self, workspace: str, user: str) -> str:
        trigger_id = f"{self.number()}.{workspace}.trigger"
        self.triggers[trigger_id] = Trigger(workspace, user, self.clock.now())
        return trigger_id

    def with_token(self, token: str) -> Workspace | None:
        return next((each for each in self.workspaces.values() if each.bot_token == token), None)

    def with_ids(self, blocks: list[Payload]) -> list[Payload]:
        """A copy in which every block and interactive element has an id, as Slack gives them."""
        copied: list[Payload] = json.loads(json.dumps(blocks))
        for block in copied:
            block.setdefault("block_id", f"b{self.number()}")
            inside = [*block.get("elements", ()), block.get("accessory"), block.get("element")]
            for each in inside:
                if isinstance(each, dict) and block["type"] in {"actions", "section", "input"}:
                    each.setdefault("action_id", f"e{self.number()}")
        return copied

    def new_view(self, user: str, content: Mapping[str, Any]) -> View:
        content = {**content, "blocks": self.with_ids(content["blocks"])}
        return View(f"V{self.number()}", user, dict(content), self.new_hash())

    def new_hash(self) -> str:
        return f"{int(self.clock.now().timestamp())}.h{self.number()}"

    def change_view(self, view: View, content: Mapping[str, Any]) -> None:
        view.content = {**content, "blocks": self.with_ids(content["blocks"])}
        view.hash = self.new_hash()
        view.errors = {}
        view.updates += 1
