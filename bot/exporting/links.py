"""Signed links to what is known about a person, for a quarter of an hour."""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from core.model import PersonId
from core.policy.login import StaleLink

PATH = "/privacy"
LINK_MINUTES = 15
_NUMBER_BYTES, _MAC_BYTES = 8, 32


class ExpiredLink(StaleLink):
    """The link is too old, or was never made by us."""

    def __init__(self) -> None:
        super().__init__("This link has expired. Type /privacy export in chat for a new one.")


def export_url(base: str, server_secret: bytes, person_id: PersonId, now: datetime) -> str:
    """The link of a person; it shows nothing before a button is pressed, so link previews see nothing."""
    expires_at = int((now + timedelta(minutes=LINK_MINUTES)).timestamp())
    content = b"".join(each.to_bytes(_NUMBER_BYTES, "big") for each in (person_id, expires_at))
    token = urlsafe_b64encode(_mac(server_secret, content) + content).decode().rstrip("=")
    return f"{base}{PATH}/{token}"


def read_link(token: str, server_secrets: Sequence[bytes], now: datetime) -> PersonId:
    """The person of a link. `ExpiredLink` unless we have signed it and it is still valid."""
    try:
        decoded = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except ValueError:
        raise ExpiredLink from None
    mac, content = decoded[:_MAC_BYTES], decoded[_MAC_BYTES:]
    is_signed = any(hmac.compare_digest(_mac(each, content), mac) for each in server_secrets)
    if not is_signed or len(content) != 2 * _NUMBER_BYTES:
        raise ExpiredLink
    expires_at = datetime.fromtimestamp(int.from_bytes(content[_NUMBER_BYTES:], "big"), UTC)
    if expires_at <= now:
        raise ExpiredLink
    return PersonId(int.from_bytes(content[:_NUMBER_BYTES], "big"))


def _mac(server_secret: bytes, content: bytes) -> bytes:
    return hmac.new(server_secret, b"personal data\n" + content, sha256).digest()
