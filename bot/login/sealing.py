"""Closing things so that only the right hands open them: results by the sid, cookies by our own secret."""

import os
from typing import TYPE_CHECKING

from core.errors import Invalid

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12


class Unsealable(Invalid):
    """It was closed with another key, or is not what was closed."""

    code = "unsealable"

    def __init__(self) -> None:
        super().__init__("This cannot be opened.")


def seal(content: bytes, key: bytes, purpose: str) -> bytes:
    nonce = os.urandom(_NONCE)
    return nonce + _cipher(key, purpose).encrypt(nonce, content, None)


def unseal(sealed: bytes, key: bytes, purpose: str) -> bytes:
    """What was sealed. `Unsealable` when key, purpose or content are not those of then."""
    from cryptography.exceptions import InvalidTag

    try:
        return _cipher(key, purpose).decrypt(sealed[:_NONCE], sealed[_NONCE:], None)
    except (InvalidTag, ValueError) as error:
        raise Unsealable from error


def _cipher(key: bytes, purpose: str) -> "AESGCM":
    """AES-256-GCM under a key of its own for each purpose."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    derived = HKDF(SHA256(), 32, salt=None, info=f"roomie {purpose}".encode()).derive(key)
    return AESGCM(derived)
