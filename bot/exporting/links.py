"""Signed links to what is known about a person, for a quarter of an hour."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.signing import make_token, read_token
from core.model import PersonId
from core.policy.login import StaleLink

PATH = "/privacy"
LINK_MINUTES = 15
_PURPOSE = "personal data"
_NUMBER_BYTES = 8


class ExpiredLink(StaleLink):
    """The link is too old, or was never made by us."""

    def __init__(self) -> None:
        super().__init__("This link has expired. Type /privacy export in chat for a new one.")


def export_url(base: str, server_secret: bytes, person_id: PersonId, now: datetime) -> str:
    """The link of a person; it shows nothing before a button is pressed, so link previews see nothing."""
    expires_at = now + timedelta(minutes=LINK_MINUTES)
    numbers = (person_id, int(expires_at.timestamp()))
    content = b"".join(each.to_bytes(_NUMBER_BYTES, "big") for each in numbers)
    return f"{base}{PATH}/{make_token(server_secret, _PURPOSE, content, expires_at)}"


def read_link(token: str, server_secrets: Sequence[bytes], now: datetime) -> PersonId:
    """The person of a link. `ExpiredLink` unless we have signed it and it is still valid."""
    signed = read_token(token)
    if signed is None or not signed.is_signed(server_secrets, _PURPOSE):
        raise ExpiredLink
    person_id, expires_at = signed.content[:_NUMBER_BYTES], signed.content[_NUMBER_BYTES:]
    if int.from_bytes(expires_at, "big") <= now.timestamp():
        raise ExpiredLink
    return PersonId(int.from_bytes(person_id, "big"))
