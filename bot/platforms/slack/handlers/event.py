"""What Slack brought, freed of Slack's shapes: who did it, where, and how it can be answered."""

import html
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from bot.platforms.slack.render import action_ids
from bot.platforms.slack.render.action_ids import PressedElement

EventBody: TypeAlias = Mapping[str, Any]
Ack: TypeAlias = Callable[..., Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class SlackEvent:
    """One thing someone did.

    `key` is the same however often Slack brings it. `shared` says that others see the message too that
    was pressed. `view` and `view_hash` name the modal or Home it happened in.
    """

    team: str
    user: str
    key: str
    channel: str = ""
    thread: str = ""
    trigger: str = ""
    response_url: str = ""
    shared: bool = False
    view: str = ""
    view_hash: str = ""
    at_home: bool = False

    @property
    def in_dm(self) -> bool:
        return self.channel.startswith("D")


def from_command(body: EventBody) -> SlackEvent:
    return SlackEvent(
        team=body["team_id"],
        user=body["user_id"],
        key=f"slack:{body['trigger_id']}",
        channel=body.get("channel_id", ""),
        trigger=body["trigger_id"],
        response_url=body.get("response_url", ""),
    )


def from_interaction(body: EventBody) -> SlackEvent:
    """A press, a form sent in, a shortcut."""
    view, container = body.get("view") or {}, body.get("container") or {}
    return SlackEvent(
        team=team_of(body),
        user=body["user"]["id"],
        key=f"slack:{body['trigger_id']}",
        channel=(body.get("channel") or {}).get("id", ""),
        thread=(body.get("message") or {}).get("thread_ts", ""),
        trigger=body["trigger_id"],
        response_url=body.get("response_url", ""),
        shared=bool(container) and not container.get("is_ephemeral", False),
        view=view.get("id", ""),
        view_hash=view.get("hash", ""),
        at_home=view.get("type") == "home",
    )


def from_event(body: EventBody) -> SlackEvent:
    event = body["event"]
    return SlackEvent(
        team=body["team_id"],
        user=event.get("user", ""),
        key=f"slack:{body['event_id']}",
        channel=event.get("channel", ""),
        thread=event.get("thread_ts", ""),
    )


def team_of(body: EventBody) -> str:
    """The workspace of an interaction; in organisations only its user may name it."""
    team = body.get("team")
    return str(team["id"] if team else body["user"]["team_id"])


def pressed_in(body: EventBody) -> PressedElement | None:
    """The button or menu that was used; nothing for links, inputs and strangers' elements."""
    action = body["actions"][0]
    chosen = action.get("selected_option") or {}
    return action_ids.decode(action.get("action_id", ""), chosen.get("value") or action.get("value") or "")


def values_of(view: EventBody) -> dict[str, str]:
    """What stands in a form, by the names of its inputs."""
    held = view["state"]["values"]
    return {
        action_ids.input_name(block_id): _value(element)
        for block_id, elements in held.items()
        for element in elements.values()
    }


def _value(element: EventBody) -> str:
    option = element.get("selected_option")
    if option:
        return str(option["value"]).removeprefix(action_ids.wrap(""))
    found = element.get("value") or element.get("selected_date") or element.get("selected_time")
    return str(found or "")


def passed_on(message: EventBody) -> str:
    """The texts of messages that a message passes on or shows a preview of."""
    shared = message.get("attachments") or []
    return "\n".join(str(each.get("text") or "") for each in shared if isinstance(each, Mapping)).strip()


_ESCAPE = re.compile(r"<([^<>]*)>")
_PERSON = re.compile(r"@([UW]\w+)")


def people_in(text: str) -> list[str]:
    """The users mentioned, by id."""
    return [found[1] for inside in _ESCAPE.findall(text) if (found := _PERSON.match(inside))]


def text_of(text: str, people: Mapping[str, str]) -> str:
    """What someone typed, without Slack's escapes; mentioned users become what `people` says."""

    def unescaped(found: re.Match[str]) -> str:
        inside, _, label = found[1].partition("|")
        person = _PERSON.match(inside)
        if person:
            return people.get(person[1], label)
        return label or inside.lstrip("#!").removeprefix("mailto:")

    return " ".join(html.unescape(_ESCAPE.sub(unescaped, text)).replace("\u200b", "").split())
