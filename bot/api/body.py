"""What a request carries besides its path: the fields of its query and its body, however they are written."""

import asyncio
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesParser
from email.policy import HTTP
from urllib.parse import unquote

from aiohttp import web

from bot.api.errors import HttpRefusal

FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
JSON = "application/json"
_MOST_FIELDS = 100
_CHARSETS = {"utf-8": "utf-8", "utf8": "utf-8", "us-ascii": "ascii", "iso-8859-1": "latin-1"}


@dataclass(slots=True)
class Fields:
    """Fields by name. `doubled` holds names that came twice, `broken` those whose value is no single text."""

    values: dict[str, str] = field(default_factory=dict)
    doubled: set[str] = field(default_factory=set)
    broken: set[str] = field(default_factory=set)

    def put(self, name: str, value: str) -> None:
        if name in self.values:
            self.doubled.add(name)
        self.values[name] = value

    def joined(self, other: "Fields") -> "Fields":
        """Both together; a name in both came twice."""
        twice = self.values.keys() & other.values.keys()
        return Fields(
            {**self.values, **other.values},
            self.doubled | other.doubled | twice,
            self.broken | other.broken,
        )


def query_fields(request: web.Request) -> Fields:
    fields = Fields()
    query = request.rel_url.raw_query_string
    if query:
        _put_pairs(fields, query)
    return fields


async def body_fields(request: web.Request, largest: int, patience: float) -> Fields:
    """The body's fields. 400, 408, 413 or 415 when it is not a form or an object we can read."""
    if not request.body_exists:
        return Fields()
    if (request.content_length or 0) > largest:
        raise HttpRefusal(413, f"A request may have at most {largest} bytes.")
    body = await _read(request, largest, patience)
    if not body:
        return Fields()
    return _fields(body, request.headers.get("Content-Type", ""))


async def _read(request: web.Request, largest: int, patience: float) -> bytes:
    try:
        async with asyncio.timeout(patience):
            return await request.read()
    except TimeoutError as error:
        raise HttpRefusal(408, "The request took too long to arrive.") from error
    except web.HTTPRequestEntityTooLarge as error:
        raise HttpRefusal(413, f"A request may have at most {largest} bytes.") from error
    except (web.RequestPayloadError, ValueError) as error:
        raise HttpRefusal(400, "The request's body arrived broken.") from error


def _fields(body: bytes, content_type: str) -> Fields:
    fields = Fields()
    if content_type == FORM:  # as curl and browsers send it; anything else is looked at closely
        _put_pairs(fields, _text(body, "utf-8"))
        return fields
    header = Message()
    header["Content-Type"] = content_type
    kind = header.get_content_type() if "/" in content_type else ""
    if kind == FORM:
        _put_pairs(fields, _text(body, _charset(header)))
    elif kind == MULTIPART:
        _put_parts(fields, body, content_type)
    elif kind == JSON or kind.endswith("+json"):
        _put_members(fields, _text(body, _charset(header)))
    else:
        raise HttpRefusal(415, f"Send {FORM}, {MULTIPART} or {JSON}.")
    return fields


def _charset(header: Message) -> str:
    named = header.get_content_charset() or "utf-8"
    if named not in _CHARSETS:
        raise HttpRefusal(415, "Send UTF-8.")
    return _CHARSETS[named]


def _text(body: bytes, charset: str) -> str:
    try:
        return body.decode(charset)
    except UnicodeDecodeError as error:
        raise HttpRefusal(400, "The request's text is not valid UTF-8.") from error


def _put_pairs(fields: Fields, text: str) -> None:
    for pair in _pairs(text):
        name, _, value = pair.partition("=")
        try:
            fields.put(_unquoted(name), _unquoted(value))
        except UnicodeDecodeError:
            fields.broken.add(name)


def _pairs(text: str) -> Iterable[str]:
    pairs = text.split("&", _MOST_FIELDS)
    if len(pairs) > _MOST_FIELDS:
        raise HttpRefusal(400, f"A request may have at most {_MOST_FIELDS} fields.")
    return pairs


def _unquoted(text: str) -> str:
    if "+" in text:
        text = text.replace("+", " ")
    return unquote(text, errors="strict") if "%" in text else text


def _put_parts(fields: Fields, body: bytes, content_type: str) -> None:
    head = f"Content-Type: {content_type}\r\n\r\n".encode("utf-8", "replace")
    message = BytesParser(policy=HTTP).parsebytes(head + body)
    if not message.is_multipart():
        raise HttpRefusal(400, "The request's multipart body cannot be read.")
    for part in _parts(message):
        name = part.get_param("name", header="content-disposition")
        if isinstance(name, str):
            content = part.get_payload(decode=True)
            fields.put(name, _text(content if isinstance(content, bytes) else b"", "utf-8"))


def _parts(message: Message) -> Iterator[Message]:
    parts = message.get_payload()
    if not isinstance(parts, list) or len(parts) > _MOST_FIELDS:
        raise HttpRefusal(400, f"A request may have at most {_MOST_FIELDS} fields.")
    return (part for part in parts if isinstance(part, Message))


def _put_members(fields: Fields, text: str) -> None:
    try:
        members = json.loads(text, object_pairs_hook=_Members, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise HttpRefusal(400, "The request's JSON is broken.") from error
    if not isinstance(members, _Members):
        raise HttpRefusal(400, "The request's JSON must be an object.")
    for name, value in members:
        _put_member(fields, name, value)


class _Members(list[tuple[str, object]]):
    """An object's members, those that came twice included."""


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def _put_member(fields: Fields, name: str, value: object) -> None:
    match value:
        case None:
            pass
        case bool():
            fields.put(name, "true" if value else "false")
        case str() | int() | float():
            fields.put(name, str(value))
        case _:
            fields.broken.add(name)
