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
    discriminator: Annotated[str, Meta(pattern=r"^[0-9]{1,4}$")] = "0"
    global_name: str | None = None
    avatar: str | None = None
    bot: bool = False
    public_flags: Annotated[int, Meta(ge=0)] = 0


class _Member(Struct):
    user: _User


class _Message(Struct):
    id: Snowflake
    channel_id: Snowflake
    author: _User
    content: str
    components: list[dict[str, Any]]
    flags: Annotated[int, Meta(ge=0)] = 0


class _Resolved(Struct):
    users: dict[Snowflake, _User] = field(default_factory=dict)
    messages: dict[Snowflake, _Message] = field(default_factory=dict)


class _Option(Struct):
    name: str
    type: Kind
    value: str | int | float | bool | None = None
    focused: bool = False
    options: "list[_Option]" = field(default_factory=list)


class _CommandData(Struct):
    id: Snowflake
    name: str
    type: Kind = 1
    target_id: Snowflake | None = None
    options: list[_Option] = field(default_factory=list)
    resolved: _Resolved = field(default_factory=_Resolved)


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
    message: _Message | None = None


_NAMED = frozenset({1, 2})
"""Types of options that name a subcommand or a group."""
_BOOLEAN = 5
_IDS = frozenset({6, 7, 8, 9, 11})
_VALUES: dict[int, type | tuple[type, ...]] = {3: str, 4: int, _BOOLEAN: bool, 10: (int, float)}

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


def _check_command(data: _CommandData, *, is_typed: bool) -> None:
    """Raise `Malformed` unless each option has a value of its type, and a menu the thing it was opened on."""
    options = leaf_options(data.options)
    if is_typed and not any(each.focused for each in options):
        raise Malformed
    if not is_typed and not all(_has_value(each) for each in options):
        raise Malformed
    targets = {2: set(data.resolved.users), 3: set(data.resolved.messages)}.get(data.type)
    if targets is not None and data.target_id not in targets:
        raise Malformed


def leaf_options(options: list[_Option]) -> list[_Option]:
    """The options with values, below the names of the group and the subcommand."""
    while options and options[0].type in _NAMED:
        options = options[0].options
    return options


def _has_value(option: _Option) -> bool:
    takes = _VALUES.get(option.type, object)
    is_number = type(option.value) is not bool or option.type == _BOOLEAN
    is_id = option.type not in _IDS or (isinstance(option.value, str) and option.value.isdecimal())
    return isinstance(option.value, takes) and is_number and is_id


def check_payload(payload: dict[str, Any]) -> None:
    """Raise `Malformed` unless all fields are there that handling the interaction needs."""
    try:
        interaction = msgspec.convert(payload, _Interaction)
        msgspec.convert(interaction.data, _DATA[payload["type"]])
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise Malformed from error
    data = msgspec.convert(interaction.data, _DATA[payload["type"]])
    if isinstance(data, _CommandData):
        _check_command(data, is_typed=payload["type"] == AUTOCOMPLETE)
    if (interaction.member if interaction.guild_id is not None else interaction.user) is None:
        raise Malformed
