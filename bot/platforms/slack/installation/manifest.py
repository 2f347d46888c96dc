"""What Slack is told about the app, made from the command table, so that both always agree."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from bot.chat.command import Command
from bot.platforms.slack.handlers.listeners import BOOK_FOR_THIS, FIND_ROOM
from bot.platforms.slack.installation.workspaces import SCOPES
from bot.platforms.slack.settings import SlackSettings

Manifest: TypeAlias = dict[str, Any]
_DEFAULTS = SlackSettings()
_OWN_WORD = ("book",)
_SLACKS_OWN = {"help", "?"}
_EVENTS = ("app_home_opened", "app_mention", "app_uninstalled", "message.im", "tokens_revoked", "user_change")


def manifest(commands: Sequence[Command], public_url: str = "") -> Manifest:
    """The app's manifest: over a socket, or over HTTP when Roomie has a public URL."""
    return {
        "display_information": {
            "name": "Roomie",
            "description": "Finds and books campus rooms.",
            "background_color": "#1f3a5f",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": "Roomie", "always_online": True},
            "shortcuts": _shortcuts(),
            "slash_commands": [_slash_command(each, public_url) for each in families(commands).items()],
        },
        "oauth_config": {**_redirects(public_url), "scopes": {"bot": list(SCOPES)}},
        "settings": {
            "event_subscriptions": {**_address("request_url", public_url), "bot_events": list(_EVENTS)},
            "interactivity": {"is_enabled": True, **_address("request_url", public_url)},
            "org_deploy_enabled": False,
            "socket_mode_enabled": not public_url,
            "token_rotation_enabled": False,
        },
    }


def families(commands: Iterable[Command]) -> dict[str, list[Command]]:
    """Slash commands and what each of them reaches: `/rooms` all that begin so, and `/book` for short."""
    found: dict[str, list[Command]] = {}
    for command in commands:
        found.setdefault(command.name.split()[0], []).append(command)
        for word in set(_OWN_WORD) & set(command.aliases):
            found.setdefault(word, []).append(command)
    return {word: reached for word, reached in sorted(found.items()) if word not in _SLACKS_OWN}


def _slash_command(family: tuple[str, list[Command]], public_url: str) -> dict[str, Any]:
    word, reached = family
    return {
        "command": f"/{word}",
        "description": "; ".join(each.summary for each in reached[:4]),
        **_hint(reached),
        "should_escape": True,
        **_address("url", public_url),
    }


def _hint(reached: Sequence[Command]) -> dict[str, str]:
    """What may follow the slash command, when anything may."""
    if len(reached) > 1:
        return {"usage_hint": " | ".join(each.name.partition(" ")[2] for each in reached)}
    usage = reached[0].usage.removeprefix("/").removeprefix(reached[0].name).strip()
    return {"usage_hint": usage} if usage else {}


def _shortcuts() -> list[dict[str, str]]:
    return [
        {
            "name": "Find a room",
            "type": "global",
            "callback_id": FIND_ROOM,
            "description": "What is free right now",
        },
        {
            "name": "Book a room for this",
            "type": "message",
            "callback_id": BOOK_FOR_THIS,
            "description": "Book a room, titled like the message",
        },
    ]


def _address(key: str, public_url: str) -> dict[str, str]:
    return {key: public_url.rstrip("/") + _DEFAULTS.http_path} if public_url else {}


def _redirects(public_url: str) -> dict[str, list[str]]:
    return {"redirect_urls": [public_url.rstrip("/") + _DEFAULTS.redirect_path]} if public_url else {}


def as_yaml(tree: Manifest) -> str:
    """The manifest to paste."""
    return "\n".join(_lines(tree, 0)) + "\n"


def _lines(node: Mapping[str, Any], depth: int) -> Iterator[str]:
    for key, value in node.items():
        lead = "  " * depth + f"{key}:"
        if isinstance(value, Mapping):
            yield lead
            yield from _lines(value, depth + 1)
        elif isinstance(value, list):
            yield lead
            yield from _listed(value, depth + 1)
        else:
            yield f"{lead} {json.dumps(value, ensure_ascii=False)}"


def _listed(values: Sequence[Any], depth: int) -> Iterator[str]:
    for value in values:
        if isinstance(value, Mapping):
            first, *rest = _lines(value, depth + 1)
            yield "  " * depth + "- " + first.lstrip()
            yield from rest
        else:
            yield "  " * depth + f"- {json.dumps(value, ensure_ascii=False)}"
