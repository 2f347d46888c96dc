"""Secrets and signatures of Standard Webhooks (version 1 of its specification)."""

import base64
import hmac
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime
from hashlib import sha256

_PREFIX = "whsec_"
_SECRET_BYTES = 32
"""The specification asks for 24 to 64."""


def create_secret() -> str:
    return _PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def signed_headers(event_id: str, at: datetime, body: bytes, keys: Iterable[str]) -> Mapping[str, str]:
    """Headers of a delivery at `at`, with a signature for each of the secrets `keys`."""
    timestamp = str(int(at.timestamp()))
    signatures = (_signature(event_id, timestamp, body, each) for each in keys)
    return {
        "webhook-id": event_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(signatures),
    }


def _signature(event_id: str, timestamp: str, body: bytes, key: str) -> str:
    signed = b".".join((event_id.encode(), timestamp.encode(), body))
    digest = hmac.digest(base64.b64decode(key.removeprefix(_PREFIX)), signed, sha256)
    return f"v1,{base64.b64encode(digest).decode()}"
