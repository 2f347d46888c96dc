"""Parses Slack's payloads: the user, the place, and the ways to reply."""

import html
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias

from msgspec import Struct

from bot.chat.request import SplitMessage
from bot.platforms.slack.render import action_ids
from bot.platforms.slack.render.action_ids import PressedElement

EventBody: TypeAlias = Mapping[str, Any]
Ack: TypeAlias = Callable[..., Awaitable[Any]]


class SlackEvent(Struct, frozen=True):
    """One delivery: a slash command, an interaction or an event.

    `key` is the same for repeated deliveries. `is_shared`: other people see the message of the button too.
    `view` and `view_hash` name the modal or App Home of an interaction.
    """

    team: str
    user: str
    key: str
    channel: str = ""
    thread: str = ""
    trigger: str = ""
    response_url: str = ""
    is_shared: bool = False
    view: str = ""
    view_hash: str = ""
    is_app_home: bool = False

    @property
    def is_dm(self) -> bool:
        return self.channel.startswith("D")

    @property
    def is_in_channel(self) -> bool:
        """Whether others could see a reply where this happened; not in a DM, a modal or App Home."""
        return bool(self.channel) and not self.is_dm and not self.view


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
    """A button, a submitted form, a shortcut."""
    view, container = body.get("view") or {}, body.get("container") or {}
    return SlackEvent(
        team=team_of(body),
        user=body["user"]["id"],
        key=f"slack:{body['trigger_id']}",
        channel=(body.get("channel") or {}).get("id", ""),
        thread=(body.get("message") or {}).get("thread_ts", ""),
        trigger=body["trigger_id"],
        response_url=body.get("response_url", ""),
        is_shared=bool(container) and not container.get("is_ephemeral", False),
        view=view.get("id", ""),
        view_hash=view.get("hash", ""),
        is_app_home=view.get("type") == "home",
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
    """The workspace of an interaction; in organisations it may stand at the user only."""
    team = body.get("team")
    return str(team["id"] if team else body["user"]["team_id"])


def pressed_in(body: EventBody) -> PressedElement | None:
    """The button or menu that was used; None for links, inputs and elements of other apps."""
    action = body["actions"][0]
    chosen = action.get("selected_option") or {}
    return action_ids.decode(action.get("action_id", ""), chosen.get("value") or action.get("value") or "")


def values_of(view: EventBody) -> dict[str, str]:
    """The values of a form by input name."""
    values = view["state"]["values"]
    return {
        action_ids.input_name(block_id): _value(element)
        for block_id, elements in values.items()
        for element in elements.values()
    }


def _value(element: EventBody) -> str:
    option = element.get("selected_option")
    if option:
        return str(option["value"]).removeprefix(action_ids.wrap(""))
    value = element.get("value") or element.get("selected_date") or element.get("selected_time")
    return str(value or "")


def typed_values(view: EventBody) -> dict[str, str]:
    """The values of an open form by input name: those entered, else those that it began with."""
    first = {
        action_ids.input_name(str(block.get("block_id", ""))): _first_value(block["element"])
        for block in view.get("blocks") or ()
        if block.get("type") == "input"
    }
    return first | (values_of(view) if (view.get("state") or {}).get("values") else {})


def _first_value(element: EventBody) -> str:
    option = element.get("initial_option") or {}
    names = ("initial_value", "initial_date", "initial_time")
    value = next((element[name] for name in names if element.get(name)), option.get("value", ""))
    return str(value).removeprefix(action_ids.wrap(""))


def chosen_conversation(view: EventBody) -> str:
    """The channel chosen in the modal that asks for one."""
    values = (view.get("state") or {}).get("values") or {}
    element = (values.get(action_ids.input_id("channel")) or {}).get("value") or {}
    return str(element.get("selected_conversation") or "")


def forwarded_text(message: EventBody) -> str:
    """The texts of messages that a message forwards or previews."""
    attachments = message.get("attachments") or []
    return "\n".join(str(each.get("text") or "") for each in attachments if isinstance(each, Mapping)).strip()


_ESCAPE = re.compile(r"<([^<>]*)>")
_PERSON = re.compile(r"@([UW]\w+)")


def people_in(text: str) -> list[str]:
    """The users mentioned, by id."""
    return [found[1] for inside in _ESCAPE.findall(text) if (found := _PERSON.match(inside))]


def split_labels(text: str) -> SplitMessage:
    """Separate the labels of links, channels and groups, which others may have named, from the typed text.

    A label that repeats its link (`<https://x.org|x.org>`) is typed.
    """
    labels: list[str] = []

    def take(found: re.Match[str]) -> str:
        inside, _, label = found[1].partition("|")
        is_typed = inside.startswith(("@", "!date")) or not label or label in inside
        if is_typed and not inside.startswith("#"):
            return found[0]
        labels.append(label)
        return " "

    own = _ESCAPE.sub(take, text)
    return SplitMessage(own, "\n".join(labels))


def has_parts(message: EventBody) -> bool:
    """Whether a message has files, previews or forwarded messages, whose words are not its sender's."""
    return any(message.get(name) for name in ("attachments", "files"))


def text_of(text: str, names: Mapping[str, str]) -> str:
    """What a person typed, without Slack's escapes; mentioned users are replaced by `names`."""

    def unescape(found: re.Match[str]) -> str:
        inside, _, label = found[1].partition("|")
        person = _PERSON.match(inside)
        if person:
            return names.get(person[1], label)
        return label or inside.lstrip("#!").removeprefix("mailto:")

    return " ".join(html.unescape(_ESCAPE.sub(unescape, text)).replace("\u200b", "").split())
