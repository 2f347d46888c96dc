"""Finds pings in messages: `<!channel>`, users (`<@U1>`) and groups (`<!subteam^S1>`)."""

import re
from collections.abc import Iterator

_PING = re.compile(r"<(!channel|!here|!everyone|!subteam\^\w+|@[UW]\w+)(?:\|[^>]*)?>")


def pings_in(node: object) -> set[str]:
    """Every ping in a payload's mrkdwn and rich texts."""
    return set(_pings(node))


def _pings(node: object) -> Iterator[str]:
    if isinstance(node, str):
        yield from _PING.findall(node)
    elif isinstance(node, list):
        for each in node:
            yield from _pings(each)
    elif isinstance(node, dict):
        yield from _pings_of_object(node)


def _pings_of_object(node: dict[str, object]) -> Iterator[str]:
    kind = node.get("type")
    if kind in {"plain_text", "text", "raw_text"}:
        return
    if kind == "user":
        yield f"@{node.get('user_id')}"
    if kind == "broadcast":
        yield f"!{node.get('range')}"
    for key, value in node.items():
        if key not in {"value", "url", "action_id", "block_id", "private_metadata", "timestamp"}:
            yield from _pings(value)
