"""Interactions endpoint: takes interactions over HTTP, where there is no gateway connection."""

import copy
import logging
import re
from collections.abc import Mapping
from typing import Any

import discord
from aiohttp import web
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from discord import app_commands

from bot.platforms.discord.client.payload import (
    AUTOCOMPLETE,
    COMMAND,
    PING,
    Malformed,
    check_payload,
    is_recent,
    read_payload,
)
from core.clock import Clock

logger = logging.getLogger(__name__)
PONG = {"type": 1}
MAX_BODY_SIZE = 1 << 20
_SIGNATURE = re.compile(r"[0-9a-fA-F]{128}")
_TIMESTAMP = re.compile(r"[0-9]{1,20}")


def is_signed(public_key: str, headers: Mapping[str, str], body: bytes) -> bool:
    """Whether Discord signed a request: Ed25519 over timestamp and body."""
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key))
        signature = bytes.fromhex(headers.get("X-Signature-Ed25519", ""))
        key.verify(signature, headers.get("X-Signature-Timestamp", "").encode() + body)
    except (ValueError, InvalidSignature):
        return False
    return True


class DiscordSignature:
    """Verifies that Discord sent a request to the interactions endpoint."""

    def __init__(self, public_key: str, clock: Clock) -> None:
        self._public_key = public_key
        self._clock = clock

    def is_shown(self, headers: Mapping[str, str]) -> bool:
        signature, timestamp = (
            headers.get("X-Signature-Ed25519", ""),
            headers.get("X-Signature-Timestamp", ""),
        )
        if not (_SIGNATURE.fullmatch(signature) and _TIMESTAMP.fullmatch(timestamp)):
            return False
        return is_recent(timestamp, self._clock.now().timestamp())

    def is_valid(self, headers: Mapping[str, str], body: bytes) -> bool:
        return is_signed(self._public_key, headers, body)


def parse_payload(client: discord.Client, payload: dict[str, Any]) -> None:
    """Parse an interaction as discord.py will do in the background; raises what that would raise there."""
    state = client._connection  # noqa: SLF001  # as in `dispatch_payload`
    interaction: discord.Interaction = discord.Interaction(data=copy.deepcopy(payload), state=state)  # type: ignore[arg-type]
    data = payload.get("data") or {}
    if payload["type"] in {COMMAND, AUTOCOMPLETE}:
        options = data.get("options") or []
        while options and options[0]["type"] in {1, 2}:
            options = options[0].get("options") or []
        resolved: Any = copy.deepcopy(data.get("resolved") or {})
        app_commands.Namespace(interaction, resolved, options)


def dispatch_payload(client: discord.Client, payload: dict[str, Any]) -> None:
    """Pass an interaction to discord.py that did not come through its gateway.

    discord.py has no public function for this; a test fails when the private one changes.
    """
    client._connection.parse_interaction_create(payload)  # type: ignore[arg-type]  # noqa: SLF001


class InteractionsEndpoint:
    """Webhook for interactions. It answers 202; replies go through the REST API."""

    def __init__(self, public_key: str, clock: Clock) -> None:
        self._public_key = public_key
        self._clock = clock
        self._client: discord.Client | None = None

    def attach(self, client: discord.Client) -> None:
        """Set the client that receives the interactions; until then they are answered with 503."""
        self._client = client

    async def handle(self, request: web.Request) -> web.Response:
        body = await request.read()
        if len(body) > MAX_BODY_SIZE or not is_signed(self._public_key, request.headers, body):
            return web.json_response({"error": "invalid request signature"}, status=401)
        if not is_recent(request.headers.get("X-Signature-Timestamp", ""), self._clock.now().timestamp()):
            return web.json_response({"error": "invalid request timestamp"}, status=401)
        try:
            payload = read_payload(body)
            if payload["type"] == PING:
                return web.json_response(PONG)
            if self._client is None or self._client.is_closed():
                return web.json_response({"error": "not connected yet"}, status=503)
            check_payload(payload)
            parse_payload(self._client, payload)
            dispatch_payload(self._client, payload)
        except Malformed:
            return web.json_response({"error": "not an interaction"}, status=400)
        except (AttributeError, LookupError, OverflowError, RecursionError, TypeError, ValueError) as error:
            logger.warning("discord.py cannot parse an interaction: %s", type(error).__name__)
            return web.json_response({"error": "not an interaction"}, status=400)
        return web.Response(status=202)
