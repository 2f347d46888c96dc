"""Encodes and decodes replies as JSON, for the terminal's JSON mode and the outbox."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from msgspec import Struct

from bot.chat.reply import FormInput, Reply, ReplyField, ReplyItem, TimeRange, Timestamp

T = TypeVar("T")
_INTERNAL = {"subject", "file", "refusal"}
"""Fields of a reply for our own use, which are not stored."""


def encode_reply(value: object) -> Any:  # noqa: ANN401 - JSON has no narrower type
    """Lists, mappings and strings; every struct becomes a mapping with its `type`."""
    match value:
        case None | bool() | int() | float():
            return value
        case Enum():
            return value.value
        case str():
            return value
        case datetime():
            return value.isoformat()
        case Mapping():
            return {str(key): encode_reply(each) for key, each in value.items()}
        case tuple() | list():
            return [encode_reply(each) for each in value]
        case Struct():
            shown = (name for name in value.__struct_fields__ if name not in _INTERNAL)
            named = {name: encode_reply(getattr(value, name)) for name in shown}
            return {"type": _type_name(type(value)), **named}
    return str(value)


_TYPE_NAMES: Mapping[object, str] = {
    Timestamp: "moment",
    TimeRange: "stretch",
    ReplyField: "field",
    ReplyItem: "item",
    FormInput: "input",
}
"""Stored names that differ from the class's own; outboxes hold them, and other versions read them."""


def _type_name(kind: Any) -> str:  # noqa: ANN401 - a struct of any kind
    return _TYPE_NAMES.get(kind) or getattr(kind, "__name__", "").lower()


def decode_reply(value: object) -> Reply:
    """The reply from `encode_reply`'s JSON; a reply that says so if unreadable. Never raises."""
    try:
        reply = _decode(Reply, value)
    except (TypeError, ValueError, LookupError, OverflowError):
        return _UNREADABLE
    return reply if isinstance(reply, Reply) else _UNREADABLE


_UNREADABLE = Reply(("Roomie had a message for you but can't read it any more. Please ask again.",))


def _decode(hint: Any, value: Any) -> Any:  # noqa: ANN401 - whatever the hint says
    origin = get_origin(hint)
    if origin in {Union, UnionType}:
        return _decode_union(get_args(hint), value)
    if origin is tuple:
        return tuple(_decode(get_args(hint)[0], each) for each in _expect(list, value))
    if origin is Mapping:
        return {str(key): _expect(str, each) for key, each in _expect(dict, value).items()}
    hint = getattr(hint, "__supertype__", hint)
    if isinstance(hint, type) and issubclass(hint, Struct):
        return _decode_struct(hint, _expect(dict, value))
    if hint is datetime:
        return datetime.fromisoformat(value)
    return hint(value) if isinstance(hint, type) and issubclass(hint, Enum) else _expect(hint, value)


def _decode_union(hints: Sequence[Any], value: Any) -> Any:  # noqa: ANN401 - one of them
    if value is None and NoneType in hints:
        return None
    if isinstance(value, str) and str in hints:
        return value
    named = value.get("type") if isinstance(value, dict) else None
    parts = [each for each in hints if each is not NoneType and each is not str]
    chosen = [each for each in parts if _type_name(each) == named] or parts
    return _decode(chosen[0], value)


def _decode_struct(kind: Any, value: Mapping[str, Any]) -> Any:  # noqa: ANN401 - a struct of any kind
    hints = _hints(kind)
    return kind(**{name: _decode(hints[name], each) for name, each in value.items() if name in hints})


@cache
def _hints(kind: Any) -> Mapping[str, Any]:  # noqa: ANN401 - a struct of any kind
    return get_type_hints(kind)


def _expect(kind: type[T], value: object) -> T:
    if not isinstance(value, kind):
        raise TypeError(f"{value!r} is not a {kind.__name__}")
    return value
