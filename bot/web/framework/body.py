"""Parses the fields of a query and of form, multipart and JSON bodies."""

import asyncio
import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from urllib.parse import unquote

from aiohttp import web
from msgspec import Struct, field
from multipart import (
    MultipartError,
    MultipartSegment,
    ParserLimitReached,
    PushMultipartParser,
    parse_options_header,
)

from bot.web.framework.errors import HttpError

FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
JSON = "application/json"
_MAX_FIELDS = 100
_MAX_NAME_LENGTH = 100
"""Characters of a field's name; the longest of any route has 20."""
_MAX_CONTENT_TYPE = 512
"""Characters of a `Content-Type` header. A boundary has 70 at most (RFC 2046, 5.1.1)."""
_MAX_PART_HEADER = 2048
"""Bytes of one header line of a part; enough for a long file name."""
_MAX_PART_HEADERS = 8
_MAX_DEPTH = 4
"""Levels of lists and objects in one member of a JSON body."""
_PLAIN_ENCODINGS = frozenset({"", "7bit", "8bit", "binary"})
_CHARSETS = {"utf-8": "utf-8", "utf8": "utf-8", "us-ascii": "ascii", "iso-8859-1": "latin-1"}


class FormFields(Struct):
    """Values by field name; `duplicates` occurred twice, the values of `invalid` ones are no single text.

    `nested` has the JSON text of those that are lists or objects of a JSON body; they are `invalid`, too.
    """

    values: dict[str, str] = field(default_factory=dict)
    duplicates: set[str] = field(default_factory=set)
    invalid: set[str] = field(default_factory=set)
    nested: dict[str, str] = field(default_factory=dict)

    def put(self, name: str, value: str) -> None:
        if name in self.values:
            self.duplicates.add(name)
        self.values[name] = value

    def merge(self, other: "FormFields") -> "FormFields":
        """The fields of both; names in both are duplicates."""
        in_both = self.values.keys() & other.values.keys()
        return FormFields(
            {**self.values, **other.values},
            self.duplicates | other.duplicates | in_both,
            self.invalid | other.invalid,
            {**self.nested, **other.nested},
        )


def parse_query(request: web.Request) -> FormFields:
    fields = FormFields()
    query = request.rel_url.raw_query_string
    if query:
        _put_pairs(fields, query)
    return fields


async def read_form(request: web.Request, max_size: int, max_seconds: float) -> FormFields:
    """Reads the body and parses its fields; raises 400, 408, 413 or 415."""
    body = await read_body(request, max_size, max_seconds)
    if not body:
        return FormFields()
    fields = _fields(body, request.headers.get("Content-Type", ""))
    _check_names(fields)
    return fields


async def read_body(request: web.Request, max_size: int, max_seconds: float) -> bytes:
    """Reads the body; 413 beyond `max_size` bytes, 408 after `max_seconds`, 400 if it arrives incomplete."""
    if not request.body_exists:
        return b""
    if (request.content_length or 0) > max_size:
        raise HttpError(413, f"A request may have at most {max_size} bytes.")
    try:
        if request.content.is_eof():  # it came with the head, as most do
            return await request.read()
        async with asyncio.timeout(max_seconds):
            return await request.read()
    except TimeoutError as error:
        raise HttpError(408, "The request took too long to arrive.") from error
    except web.HTTPRequestEntityTooLarge as error:
        raise HttpError(413, f"A request may have at most {max_size} bytes.") from error
    except (web.RequestPayloadError, ValueError) as error:
        raise HttpError(400, "The request's body is incomplete or damaged.") from error


def _fields(body: bytes, content_type: str) -> FormFields:
    fields = FormFields()
    if content_type == FORM:  # as curl and browsers send it: the quick path
        _put_pairs(fields, _text(body, "utf-8"))
        return fields
    media_type, options = _content_type(content_type)
    if media_type == FORM:
        _put_pairs(fields, _text(body, _charset(options)))
    elif media_type == MULTIPART:
        _put_parts(fields, body, options.get("boundary", ""))
    elif media_type == JSON or media_type.endswith("+json"):
        _put_members(fields, _text(body, _charset(options)))
    else:
        raise _unsupported_media_type()
    return fields


def _content_type(header: str) -> tuple[str, Mapping[str, str]]:
    """Parses the header to the media type in lower case and its parameters."""
    if len(header) > _MAX_CONTENT_TYPE or not header.isascii():
        raise _unsupported_media_type()
    media_type, options = parse_options_header(header)
    return media_type, options


def _unsupported_media_type() -> HttpError:
    return HttpError(415, f"Send {FORM}, {MULTIPART} or {JSON}.")


def _check_names(fields: FormFields) -> None:
    if any(len(name) > _MAX_NAME_LENGTH for name in (*fields.values, *fields.invalid)):
        raise HttpError(400, f"The name of a field may have at most {_MAX_NAME_LENGTH} characters.")


def _charset(options: Mapping[str, str]) -> str:
    charset = options.get("charset", "utf-8").lower()
    if charset not in _CHARSETS:
        raise HttpError(415, "Send UTF-8.")
    return _CHARSETS[charset]


def _text(body: bytes, charset: str) -> str:
    try:
        return body.decode(charset)
    except UnicodeDecodeError as error:
        raise HttpError(400, "The request's text is not valid UTF-8.") from error


def _put_pairs(fields: FormFields, text: str) -> None:
    for pair in _pairs(text):
        name, _, value = pair.partition("=")
        if "%" not in pair and "+" not in pair:
            fields.put(name, value)
            continue
        try:
            fields.put(_unquote(name), _unquote(value))
        except UnicodeDecodeError:
            fields.invalid.add(name)


def _pairs(text: str) -> Iterable[str]:
    pairs = text.split("&", _MAX_FIELDS)
    if len(pairs) > _MAX_FIELDS:
        raise _too_many_fields()
    return pairs


def _too_many_fields() -> HttpError:
    return HttpError(400, f"A request may have at most {_MAX_FIELDS} fields.")


def _unquote(text: str) -> str:
    if "+" in text:
        text = text.replace("+", " ")
    return unquote(text, errors="strict") if "%" in text else text


def _put_parts(fields: FormFields, body: bytes, boundary: str) -> None:
    """Parses multipart/form-data, in time linear in the body's size thanks to the parser's limits."""
    try:
        for part, content in _parts(body, boundary):
            if part.name:
                fields.put(part.name, _text(content, "utf-8"))
    except ParserLimitReached as error:
        raise HttpError(400, "A part's headers are too long, or there are too many parts.") from error
    except MultipartError as error:
        raise HttpError(400, "The request's multipart body cannot be read.") from error


def _parts(body: bytes, boundary: str) -> Iterable[tuple[MultipartSegment, bytes]]:
    part: MultipartSegment | None = None
    content = b""
    parser = PushMultipartParser(
        boundary,
        max_header_size=_MAX_PART_HEADER,
        max_header_count=_MAX_PART_HEADERS,
        max_segment_count=_MAX_FIELDS,
        strict=True,
    )
    with parser:
        for event in parser.parse(body):
            if isinstance(event, MultipartSegment):
                _check_part(event)
                part, content = event, b""
            elif event is not None:
                content += event  # happens once: the whole body is one chunk
            elif part is not None:
                yield part, content


def _check_part(part: MultipartSegment) -> None:
    """Refuses nested parts and e-mail encodings, which forms do not have (RFC 7578, 4.3 and 4.7)."""
    encoding = part.header("Content-Transfer-Encoding", "").strip().lower()
    media_type = part.header("Content-Type", "").lstrip().lower()
    if encoding not in _PLAIN_ENCODINGS or media_type.startswith(("multipart/", "message/")):
        raise HttpError(400, "A part must hold a plain value.")


def _put_members(fields: FormFields, text: str) -> None:
    try:
        members = json.loads(text, object_pairs_hook=_Pairs, parse_constant=_reject_constant)
    except (ValueError, RecursionError) as error:
        raise HttpError(400, "The request's JSON is not valid.") from error
    if not isinstance(members, _Pairs):
        raise HttpError(400, "The request's JSON must be an object.")
    if len(members) > _MAX_FIELDS:
        raise _too_many_fields()
    for name, value in members:
        _put_member(fields, name, value)


class _Pairs(list[tuple[str, object]]):
    """The members of a JSON object, duplicates included."""


def _reject_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def _put_member(fields: FormFields, name: str, value: object) -> None:
    match value:
        case None:
            pass
        case bool():
            fields.put(name, "true" if value else "false")
        case str() | int() | float():
            fields.put(name, str(value))
        case _:
            is_repeated = name in fields.invalid
            fields.invalid.add(name)
            fields.nested.pop(name, None)
            with suppress(ValueError):
                if not is_repeated:
                    fields.nested[name] = json.dumps(_plain(value))


def _plain(value: object, depth: int = _MAX_DEPTH) -> object:
    """A JSON value with dictionaries for objects; `ValueError` beyond the depth that parameters have."""
    if depth == 0:
        raise ValueError("nested too deeply")
    if isinstance(value, _Pairs):
        return {name: _plain(each, depth - 1) for name, each in value}
    return [_plain(each, depth - 1) for each in value] if isinstance(value, list) else value
