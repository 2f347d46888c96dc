"""Addresses of rooms, their displays and their check-in, and the key of a display."""

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from hashlib import sha256
from urllib.parse import quote

from core.model import RoomId

CHECK_IN_PAGE = "/check-in/{id}"
CHECK_IN_FORM = "/check-in/{id}/confirm"
DISPLAY_PAGE = "/display/{id}"
_ROOM_PAGE = "/rooms/{id}"
_KEY_BYTES = 16


def room_path(room_id: RoomId) -> str:
    return _fill_in(_ROOM_PAGE, room_id)


def check_in_path(room_id: RoomId, code: str = "") -> str:
    return _fill_in(CHECK_IN_PAGE, room_id) + (f"?code={code}" if code else "")


def check_in_form_path(room_id: RoomId) -> str:
    return _fill_in(CHECK_IN_FORM, room_id)


def display_path(room_id: RoomId, key: str = "") -> str:
    return _fill_in(DISPLAY_PAGE, room_id) + (f"?key={key}" if key else "")


def _fill_in(pattern: str, room_id: RoomId) -> str:
    return pattern.replace("{id}", quote(room_id, safe=""))


def display_key(secret: bytes, room_id: RoomId, generation: int) -> str:
    """The key with which a display shows door codes. The next `generation` ends the keys of all displays."""
    mac = hmac.new(secret, f"display\n{generation}\n{room_id}".encode(), sha256).digest()
    return urlsafe_b64encode(mac[:_KEY_BYTES]).decode().rstrip("=")


def is_display_key(secrets: Sequence[bytes], room_id: RoomId, generation: int, key: str) -> bool:
    given = key.encode("utf-8", "replace")
    keys = [display_key(each, room_id, generation).encode() for each in secrets]
    return any(hmac.compare_digest(each, given) for each in keys)
