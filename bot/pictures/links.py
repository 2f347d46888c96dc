"""Signed URLs of pictures. They work for 30 days, and name what to draw rather than who asked."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.pictures.formats import PictureFormat
from bot.pictures.requests import PictureRequest, unpack
from bot.signing import make_token, read_token
from core.errors import PictureExpired, UnknownPicture

PATH = "/pictures"
LINK_DAYS = 30
_PURPOSE = "picture"


def picture_url(
    base: str,
    secret: bytes,
    packed: str,
    now: datetime,
    image_format: PictureFormat = PictureFormat.PNG,
) -> str:
    """The URL of a packed request (`requests.pack`). `base` is our public URL without a trailing slash."""
    token = make_token(secret, _PURPOSE, packed.encode(), now + timedelta(days=LINK_DAYS))
    return f"{base}{PATH}/{token}.{image_format}"


def read_picture_token(token: str, secrets: Sequence[bytes], now: datetime) -> tuple[PictureRequest, int]:
    """What to draw, and the last day (since 1970) on which it may be.

    Raises `UnknownPicture` for a token that was changed, `PictureExpired` for an old one.
    """
    found = read_token(token)
    if found is None or not found.is_signed(secrets, _PURPOSE):
        raise UnknownPicture
    if found.is_expired(now):
        raise PictureExpired
    return unpack(found.content.decode("ascii")), found.last_day
