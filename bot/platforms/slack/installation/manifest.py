"""The Slack app's manifest, generated from the command table."""

import json
from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

from bot.chat.command import TOP_LEVEL_ALIASES, Command
from bot.platforms.slack.handlers.handler import BOOK_FOR_THIS, FIND_ROOM
from bot.platforms.slack.installation.workspaces import SCOPES
from bot.platforms.slack.render.slash_hints import RESERVED_BY_SLACK
from bot.platforms.slack.settings import SlackSettings

Manifest: TypeAlias = dict[str, Any]
_DEFAULTS = SlackSettings()
_EVENTS = ("app_home_opened", "app_mention", "app_uninstalled", "message.im", "tokens_revoked", "user_change")


def build_manifest(commands: Sequence[Command], public_url: str = "") -> Manifest:
    """The app's manifest: Socket Mode, or HTTP mode when there is a public URL."""
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
            "event_subscriptions": {**_request_url("request_url", public_url), "bot_events": list(_EVENTS)},
            "interactivity": {"is_enabled": True, **_request_url("request_url", public_url)},
            "org_deploy_enabled": False,
            "socket_mode_enabled": not public_url,
            "token_rotation_enabled": False,
        },
    }


def families(commands: Iterable[Command]) -> dict[str, list[Command]]:
    """Commands by slash command: `/rooms` for all whose name begins so, and top-level aliases (`/book`)."""
    found: dict[str, list[Command]] = {}
    for command in commands:
        found.setdefault(command.name.split()[0], []).append(command)
        for word in set(TOP_LEVEL_ALIASES) & set(command.aliases):
            found.setdefault(word, []).append(command)
    return {word: reached for word, reached in sorted(found.items()) if word not in RESERVED_BY_SLACK}


def _slash_command(family: tuple[str, list[Command]], public_url: str) -> dict[str, Any]:
    word, reached = family
    return {
        "command": f"/{word}",
        "description": "; ".join(each.summary for each in reached[:4]),
        **_hint(reached),
        "should_escape": True,
        **_request_url("url", public_url),
    }


def _hint(reached: Sequence[Command]) -> dict[str, str]:
    """The usage hint of a slash command, if it takes anything."""
    if len(reached) > 1:
        seconds = (each.name.split()[1] for each in reached if " " in each.name)
        return {"usage_hint": " | ".join(dict.fromkeys(seconds))}
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


def _request_url(key: str, public_url: str) -> dict[str, str]:
    return {key: public_url.rstrip("/") + _DEFAULTS.http_path} if public_url else {}


def _redirects(public_url: str) -> dict[str, list[str]]:
    return {"redirect_urls": [public_url.rstrip("/") + _DEFAULTS.redirect_path]} if public_url else {}


def manifest_text(manifest: Manifest) -> str:
    """The manifest as JSON, ready to paste; JSON is valid YAML too."""
    return json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
