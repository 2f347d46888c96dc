"""Sends signed interactions to an HTTP endpoint."""

import json
from typing import TYPE_CHECKING, Any

import aiohttp
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

if TYPE_CHECKING:
    from tests.standins.discord.interactions import Interaction
    from tests.standins.discord.server import Discord


class RequestSigner:
    """Posts payloads to an interactions endpoint with Ed25519 signatures."""

    def __init__(self) -> None:
        self._key = Ed25519PrivateKey.generate()

    @property
    def public_key(self) -> str:
        return self._key.public_key().public_bytes_raw().hex()

    def headers(self, body: bytes, timestamp: str) -> dict[str, str]:
        signature = self._key.sign(timestamp.encode() + body).hex()
        return {
            "X-Signature-Ed25519": signature,
            "X-Signature-Timestamp": timestamp,
            "Content-Type": "application/json",
        }

    async def post(
        self,
        session: aiohttp.ClientSession,
        url: str,
        payload: dict[str, Any],
        timestamp: str,
        *,
        forged: bool = False,
    ) -> tuple[int, dict[str, Any]]:
        """Post a payload; returns status and JSON. `forged` sends an invalid signature."""
        body = json.dumps(payload).encode()
        headers = self.headers(body, timestamp)
        if forged:
            headers["X-Signature-Ed25519"] = "00" * 64
        async with session.post(url, data=body, headers=headers) as response:
            text = await response.text()
            return response.status, json.loads(text) if text.startswith("{") else {}


async def deliver_over_http(
    discord: "Discord", session: aiohttp.ClientSession, interaction: "Interaction"
) -> int:
    """Send an interaction to the endpoint; a response in the HTTP body counts as the callback."""
    timestamp = str(int(discord.world.time.now().timestamp()))
    status, answer = await discord.signer.post(
        session, discord.interactions_url, interaction.payload, timestamp
    )
    if status == 200 and "type" in answer:
        discord.interactions.answer(interaction.id, interaction.token, answer)
    return status


async def verify_endpoint(discord: "Discord", session: aiohttp.ClientSession, url: str) -> bool:
    """Check an endpoint as Discord does: with a ping, and a ping with a forged signature."""
    timestamp = str(int(discord.world.time.now().timestamp()))
    ping = {"id": discord.world.ids.new(), "type": 1, "token": "ping", "version": 1, "application_id": "1"}
    signed = await discord.signer.post(session, url, ping, timestamp)
    forged = await discord.signer.post(session, url, ping, timestamp, forged=True)
    return signed == (200, {"type": 1}) and forged[0] == 401
