"""Validates the payload and age of a signed interaction before discord.py parses it."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct, field

PING, COMMAND, COMPONENT, AUTOCOMPLETE, FORM = 1, 2, 3, 4, 5

MAX_AGE_SECONDS = 300
"""Greatest difference between Discord's clock and ours; older requests, pings too, may be replays."""
_MAX_DIGITS = 12

Snowflake = Annotated[str, Meta(pattern=r"^[0-9]{1,20}$")]
Kind = Annotated[int, Meta(ge=0, le=255)]


class Malformed(Exception):
    """The request is signed but is not an interaction."""


class _User(Struct):
    id: Snowflake
    username: str


class _Member(Struct):
    user: _User


class _Option(Struct):
    name: str
    type: Kind
    options: "list[_Option]" = field(default_factory=list)


class _CommandData(Struct):
    id: Snowflake
    name: str
    type: Kind = 1
    target_id: Snowflake | None = None
    options: list[_Option] = field(default_factory=list)
    resolved: dict[str, dict[Snowflake, dict[str, Any]]] = field(default_factory=dict)


class _ComponentData(Struct):
    custom_id: str
    component_type: Kind
    values: list[str] = field(default_factory=list)


class _FormData(Struct):
    custom_id: str
    components: list[dict[str, Any]]


class _Interaction(Struct):
    id: Snowflake
    application_id: Snowflake
    token: str
    data: Any
    user: _User | None = None
    member: _Member | None = None
    guild_id: Snowflake | None = None
    channel_id: Snowflake | None = None


_DATA: dict[int, type[Struct]] = {
    COMMAND: _CommandData,
    COMPONENT: _ComponentData,
    AUTOCOMPLETE: _CommandData,
    FORM: _FormData,
}


def is_recent(timestamp: str, now: float) -> bool:
    """Whether a timestamp (seconds since 1970) is at most five minutes before or after `now`."""
    is_number = timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= _MAX_DIGITS
    return is_number and abs(now - int(timestamp)) <= MAX_AGE_SECONDS


def read_payload(body: bytes) -> dict[str, Any]:
    """Parse a JSON object with a known interaction type; raises `Malformed` for anything else."""
    try:
        payload = msgspec.json.decode(body)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise Malformed from error
    kind = payload.get("type") if isinstance(payload, dict) else None
    if type(kind) is not int or kind not in {PING, *_DATA}:
        raise Malformed
    return dict(payload)


def check_payload(payload: dict[str, Any]) -> None:
    """Raise `Malformed` unless all fields are there that handling the interaction needs."""
    try:
        interaction = msgspec.convert(payload, _Interaction)
        msgspec.convert(interaction.data, _DATA[payload["type"]])
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise Malformed from error
    if interaction.user is None and interaction.member is None:
        raise Malformed
