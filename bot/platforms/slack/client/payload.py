"""Validates the payload of a delivery before Bolt and the handlers read it."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from urllib.parse import parse_qsl

import msgspec
from msgspec import Meta, Struct, field
from slack_bolt.request.async_request import AsyncBoltRequest

Name = Annotated[str, Meta(min_length=1, max_length=500)]
_MAX_FIELDS = 100


class MalformedDelivery(Exception):
    """What was sent is no delivery of Slack's."""


class _SlackEntity(Struct):
    id: Name


class _SlackUser(Struct):
    id: Name
    team_id: Name | None = None


class _SlackMessage(Struct):
    text: str | None = None
    ts: str | None = None
    thread_ts: str | None = None
    attachments: list[Any] | None = None
    files: list[Any] | None = None


class _PickedOption(Struct):
    value: str


class _Action(Struct):
    action_id: str
    block_id: str | None = None
    value: str | None = None
    selected_option: _PickedOption | None = None
    selected_conversation: str | None = None


class _Value(Struct):
    value: str | None = None
    selected_option: _PickedOption | None = None
    selected_date: str | None = None
    selected_time: str | None = None
    selected_conversation: str | None = None


class _ViewState(Struct):
    values: dict[str, dict[str, _Value]] = field(default_factory=dict)


class _Element(Struct):
    initial_value: str | None = None
    initial_date: str | None = None
    initial_time: str | None = None
    initial_option: _PickedOption | None = None


class _Block(Struct):
    type: str
    block_id: str | None = None
    element: _Element | None = None


class _View(Struct):
    id: Name
    type: str
    blocks: list[_Block]
    hash: str | None = None
    callback_id: str | None = None
    private_metadata: str | None = None
    state: _ViewState | None = None


class _Container(Struct):
    is_ephemeral: bool = False


class _AnyInteraction(Struct):
    user: _SlackUser
    team: _SlackEntity | None = None
    channel: _SlackEntity | None = None
    response_url: str | None = None
    response_urls: list[dict[str, Any]] | None = None
    container: _Container | None = None
    message: _SlackMessage | None = None
    view: _View | None = None


class _Triggered(_AnyInteraction, kw_only=True):
    trigger_id: Name


class _BlockActions(_Triggered, kw_only=True):
    actions: Annotated[list[_Action], Meta(min_length=1)]


class _Shortcut(_Triggered, kw_only=True):
    callback_id: Name


class _ViewSubmission(_Triggered, kw_only=True):
    view: _View


class _ViewClosed(_AnyInteraction, kw_only=True):
    view: _View


class _Suggestion(_AnyInteraction, kw_only=True):
    action_id: Name
    value: str | None = None


_INTERACTIONS: Mapping[str, type[Struct]] = {
    "block_actions": _BlockActions,
    "block_suggestion": _Suggestion,
    "message_action": _Shortcut,
    "shortcut": _Shortcut,
    "view_submission": _ViewSubmission,
    "view_closed": _ViewClosed,
}


class _Command(Struct):
    command: Name
    team_id: Name
    user_id: Name
    trigger_id: Name
    text: str | None = None
    channel_id: str | None = None
    response_url: str | None = None


class _Event(Struct):
    type: Name


class _EventOfUser(_Event, kw_only=True):
    user: Name
    channel: str | None = None
    tab: str | None = None


class _Said(_Event, kw_only=True):
    """A message; edits and joins, which are passed over, have no user or text of their own."""

    user: Name | None = None
    channel: str | None = None
    channel_type: str | None = None
    text: str | None = None
    thread_ts: str | None = None
    ts: str | None = None
    subtype: str | None = None
    bot_id: str | None = None
    attachments: list[Any] | None = None


class _Mention(_Said, kw_only=True):
    channel: Name
    text: str


class _UserChanged(_Event, kw_only=True):
    user: _SlackEntity


class _TokensRevoked(_Event, kw_only=True):
    tokens: dict[str, list[str] | None] = field(default_factory=dict)


_EVENTS: Mapping[str, type[Struct]] = {
    "app_home_opened": _EventOfUser,
    "app_mention": _Mention,
    "message": _Said,
    "tokens_revoked": _TokensRevoked,
    "user_change": _UserChanged,
}


class _EventCallback(Struct):
    team_id: Name
    event_id: Name
    event: dict[str, Any]
    authorizations: list[dict[str, Any]] | None = None


class _Challenge(Struct):
    challenge: str


def read_body(body: bytes) -> dict[str, Any]:
    """The payload in the body of a request; raises `MalformedDelivery` where it is none of Slack's."""
    try:
        payload = _parse(body.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise MalformedDelivery from error
    return check_payload(payload)


def _parse(text: str) -> object:
    """The JSON of a body or of its field `payload`; else the fields of the form."""
    if text.startswith("{"):
        return msgspec.json.decode(text)
    fields = dict(parse_qsl(text, keep_blank_values=True, max_num_fields=_MAX_FIELDS))
    return msgspec.json.decode(fields["payload"]) if "payload" in fields else fields


def check_payload(payload: object) -> dict[str, Any]:
    """The payload; raises `MalformedDelivery` unless all fields that are read are there and of their type."""
    try:
        if not isinstance(payload, dict):
            raise MalformedDelivery
        _check(payload)
    except (ValueError, RecursionError) as error:
        raise MalformedDelivery from error
    return payload


def to_bolt_request(payload: dict[str, Any], headers: Mapping[str, str | Sequence[str]]) -> AsyncBoltRequest:
    """Bolt's request for a verified payload; raises `MalformedDelivery` where Bolt cannot read it."""
    try:
        return AsyncBoltRequest(mode="socket_mode", body=payload, headers=dict(headers))
    except (AttributeError, LookupError, TypeError, ValueError, RecursionError) as error:
        raise MalformedDelivery from error


def _check(payload: dict[str, Any]) -> None:
    kind = payload.get("type")
    if kind == "event_callback":
        callback = msgspec.convert(payload, _EventCallback)
        event = msgspec.convert(callback.event, _Event)
        msgspec.convert(callback.event, _EVENTS.get(event.type, _Event))
    elif isinstance(kind, str) and kind in _INTERACTIONS:
        msgspec.convert(payload, _INTERACTIONS[kind])
        _check_team(payload)
    elif kind == "url_verification":
        msgspec.convert(payload, _Challenge)
    elif "ssl_check" not in payload:
        msgspec.convert(payload, _Command)


def _check_team(payload: Mapping[str, Any]) -> None:
    if not payload.get("team") and not payload["user"].get("team_id"):
        raise MalformedDelivery
