"""Interactions: one response within 3 s, follow-ups for 15 minutes."""

import asyncio
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from msgspec import Struct, field

from tests.standins.discord.attachments import store_attachments, validate_attachments
from tests.standins.discord.change_signal import ChangeSignal
from tests.standins.discord.message_validation import (
    COMPONENTS_V2,
    EPHEMERAL,
    ValidationErrors,
    validate_message,
)
from tests.standins.discord.modal_validation import validate_choices, validate_modal
from tests.standins.discord.shown_message import ShownMessage
from tests.standins.discord.world import Channel, User, World

PING, COMMAND, COMPONENT, AUTOCOMPLETE, MODAL_SUBMIT = 1, 2, 3, 4, 5
PONG, MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, CHOICES, MODAL = 1, 4, 5, 6, 7, 8, 9
ANSWERS = {
    PING: {PONG},
    COMMAND: {MESSAGE, DEFERRED, MODAL},
    COMPONENT: {MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, MODAL},
    AUTOCOMPLETE: {CHOICES},
    MODAL_SUBMIT: {MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE},
}
LOADING = 1 << 7
TOKEN_TTL = timedelta(minutes=15)


class ApiError(Exception):
    """Error response of Discord's API."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.body: dict[str, Any] = {"message": message, "code": code}

    @classmethod
    def malformed(cls, errors: ValidationErrors) -> "ApiError":
        refusal = cls(400, 50035, "Invalid Form Body")
        refusal.body = errors.as_error()
        return refusal


class State(Enum):
    WAITING = "waiting"
    DEFERRED = "deferred"
    ANSWERED = "answered"
    FAILED = "failed"


class Interaction(Struct, eq=False):
    """An interaction and the responses to it."""

    payload: dict[str, Any]
    channel: Channel
    user: User
    created_at: datetime
    window: float
    state: State = State.WAITING
    message: dict[str, Any] | None = None
    """The original response, or the message of the pressed button."""
    modal: dict[str, Any] | None = None
    choices: list[dict[str, Any]] | None = None
    followups: list[dict[str, Any]] = field(default_factory=list)
    answer_kind: int = 0
    answered_after: float = 0.0
    refusals: list[dict[str, Any]] = field(default_factory=list)
    """Error responses to the application about this interaction."""
    redeliver: Callable[[], Any] | None = None
    changed: ChangeSignal = field(default_factory=ChangeSignal)

    @property
    def id(self) -> str:
        return str(self.payload["id"])

    @property
    def token(self) -> str:
        return str(self.payload["token"])

    @property
    def kind(self) -> int:
        return int(self.payload["type"])

    @property
    def seen(self) -> ShownMessage:
        """The response as the user sees it."""
        if self.message is None:
            raise LookupError(f"no response: {self.state.value}, refused {self.refusals}")
        return ShownMessage(self.message)

    @property
    def is_settled(self) -> bool:
        return self.state in {State.ANSWERED, State.FAILED}

    async def wait_settled(self, timeout_seconds: float = 10.0) -> "Interaction":
        """Wait for a response, or until the interaction has expired."""
        await self.changed.wait_until(lambda: self.is_settled, timeout_seconds)
        return self

    async def deliver_again(self) -> None:
        """Deliver the same interaction again."""
        assert self.redeliver is not None
        await self.redeliver()


class Interactions:
    """All interactions, and the rules for responding to them."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.window = 3.0
        self.by_interaction_token: dict[str, Interaction] = {}
        self.ephemerals: dict[str, tuple[User, Channel, dict[str, Any]]] = {}

    def new(
        self, kind: int, user: User, channel: Channel, data: dict[str, Any] | None, **more: Any
    ) -> Interaction:
        payload = {
            "id": self.world.ids.new(),
            "application_id": self.world.application_id,
            "type": kind,
            "token": secrets.token_urlsafe(24),
            "version": 1,
            "data": data,
            "locale": user.locale,
            "entitlements": [],
            "attachment_size_limit": 10_485_760,
            **self._place(user, channel),
            **more,
        }
        interaction = Interaction(payload, channel, user, self.world.time.now(), self.window)
        interaction.message = more.get("message")
        self.by_interaction_token[interaction.token] = interaction
        asyncio.get_running_loop().call_later(self.window, self._expire, interaction)
        return interaction

    def _place(self, user: User, channel: Channel) -> dict[str, Any]:
        place: dict[str, Any] = {
            "channel": channel.payload(),
            "channel_id": channel.id,
            "app_permissions": "2147483647",
        }
        owners: dict[str, str] = {"1": user.id} if user.installed else {}
        if channel.guild_id is None:
            place |= {"user": user.payload(), "context": 2 if channel.without_bot else 1}
            owners |= {} if channel.without_bot else {"0": "0"}
        else:
            guild = self.world.guilds[channel.guild_id]
            place |= {
                "guild_id": guild.id,
                "guild": {"id": guild.id, "locale": "en-GB", "features": []},
                "context": 0,
            }
            place |= {"member": guild.member(user, self.world.time.now()), "guild_locale": "en-GB"}
            owners |= {"0": guild.id} if guild.has_bot else {}
        return place | {"authorizing_integration_owners": owners}

    def _expire(self, interaction: Interaction) -> None:
        if interaction.state is State.WAITING:
            interaction.state = State.FAILED
            interaction.changed.notify()

    # Responses of the application.

    def answer(self, interaction_id: str, token: str, body: dict[str, Any]) -> Interaction:
        """Accept the callback of an interaction, or raise Discord's error."""
        interaction = self.by_interaction_token.get(token)
        if interaction is None or interaction.id != interaction_id or interaction.state is State.FAILED:
            raise self._record(interaction, ApiError(404, 10062, "Unknown interaction"))
        if interaction.state is not State.WAITING:
            raise self._record(
                interaction, ApiError(400, 40060, "Interaction has already been acknowledged.")
            )
        kind = body.get("type")
        if kind not in ANSWERS[interaction.kind] or (
            kind in {UPDATE, DEFERRED_UPDATE} and interaction.message is None
        ):
            errors = ValidationErrors()
            errors.add(("type",), "INTERACTION_INVALID_TYPE", f"{kind} does not answer this interaction")
            raise self._record(interaction, ApiError.malformed(errors))
        self._accept(interaction, kind, body.get("data") or {})
        interaction.answer_kind = kind
        interaction.answered_after = (self.world.time.now() - interaction.created_at).total_seconds()
        interaction.changed.notify()
        return interaction

    def _accept(self, interaction: Interaction, kind: int, data: dict[str, Any]) -> None:
        if kind == MESSAGE:
            self._check(interaction, validate_message(data))
            interaction.message = self._post(interaction, data)
        elif kind == DEFERRED:
            interaction.message = self._post(
                interaction, {"flags": data.get("flags", 0) & EPHEMERAL}, loading=True
            )
        elif kind == UPDATE:
            assert interaction.message is not None
            self.edit(interaction.message, data, interaction)
        elif kind == CHOICES:
            self._check(interaction, validate_choices(data.get("choices")))
            interaction.choices = data["choices"]
        elif kind == MODAL:
            self._check(interaction, validate_modal(data))
            interaction.modal = data
        interaction.state = State.DEFERRED if kind in {DEFERRED, DEFERRED_UPDATE} else State.ANSWERED

    def _check(self, interaction: Interaction | None, errors: ValidationErrors) -> None:
        if errors:
            raise self._record(interaction, ApiError.malformed(errors))

    def _record(self, interaction: Interaction | None, refusal: ApiError) -> ApiError:
        if interaction is not None:
            interaction.refusals.append(refusal.body)
        return refusal

    def _post(
        self, interaction: Interaction, data: dict[str, Any], *, loading: bool = False
    ) -> dict[str, Any]:
        flags = data.get("flags") or 0
        parts = {"components": data.get("components") or [], "embeds": data.get("embeds") or []}
        message = self.world.message(
            interaction.channel,
            self.world.bot,
            data.get("content"),
            **parts,
            flags=flags | (LOADING if loading else 0),
            webhook_id=self.world.application_id,
            application_id=self.world.application_id,
        )
        if flags & EPHEMERAL:
            interaction.channel.messages.pop(message["id"])
            self.ephemerals[message["id"]] = (interaction.user, interaction.channel, message)
        return message

    def edit(
        self, message: dict[str, Any], data: dict[str, Any], interaction: Interaction | None = None
    ) -> None:
        """Update the given fields of a message."""
        was_v2 = bool(message["flags"] & COMPONENTS_V2)
        self._check(interaction, validate_message(data, was_v2=was_v2, editing=True))
        becomes_v2 = (data.get("flags") or 0) & COMPONENTS_V2
        if becomes_v2 and not was_v2:
            remaining = {name: data.get(name, message[name]) for name in ("content", "embeds")}
            self._check(interaction, validate_message(remaining | data))
        self._check(interaction, validate_attachments(message, data))
        message.update({name: data[name] or [] for name in ("components", "embeds") if name in data})
        store_attachments(message, data, self.world.ids.new(), self.world.files)
        if "content" in data:
            message["content"] = data["content"] or ""
        message["flags"] = (message["flags"] | becomes_v2) & ~LOADING
        message["edited_timestamp"] = self.world.time.now().isoformat()

    def by_token(self, token: str) -> Interaction:
        """The interaction of a webhook token that has not expired."""
        interaction = self.by_interaction_token.get(token)
        if interaction is None:
            raise ApiError(404, 10015, "Unknown Webhook")
        if self.world.time.now() - interaction.created_at > TOKEN_TTL:
            raise self._record(interaction, ApiError(401, 50027, "Invalid Webhook Token"))
        if interaction.state in {State.WAITING, State.FAILED}:
            raise self._record(interaction, ApiError(404, 10015, "Unknown Webhook"))
        return interaction

    def follow_up(self, token: str, data: dict[str, Any]) -> dict[str, Any]:
        """Post a follow-up; the first one after a deferral replaces "thinking"."""
        interaction = self.by_token(token)
        self._check(interaction, validate_message(data))
        is_thinking = interaction.state is State.DEFERRED and interaction.answer_kind == DEFERRED
        if is_thinking:
            assert interaction.message is not None
            self.edit(interaction.message, data, interaction)
            message = interaction.message
        else:
            message = self._post(interaction, data)
            interaction.followups.append(message)
        interaction.state = State.ANSWERED
        interaction.changed.notify()
        return message

    def find(self, token: str, message_id: str) -> dict[str, Any]:
        """Find the original response or a follow-up by id."""
        interaction = self.by_token(token)
        original = interaction.message
        for message in (original, *interaction.followups):
            if message is not None and message_id in {
                message["id"],
                "@original" if message is original else "",
            }:
                return message
        raise self._record(interaction, ApiError(404, 10008, "Unknown Message"))

    def edit_response(self, token: str, message_id: str, data: dict[str, Any]) -> dict[str, Any]:
        message, interaction = self.find(token, message_id), self.by_token(token)
        self.edit(message, data, interaction)
        if message is interaction.message:
            interaction.state = State.ANSWERED
        interaction.changed.notify()
        return message

    def delete(self, token: str, message_id: str) -> None:
        message, interaction = self.find(token, message_id), self.by_token(token)
        if message is interaction.message:
            interaction.message = None
            interaction.state = State.ANSWERED
        self.ephemerals.pop(message["id"], None)
        interaction.channel.messages.pop(message["id"], None)
        interaction.changed.notify()
