"""Closing things so that only the right hands open them: results by the sid, all else by our own secret."""

import base64
import os
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from core.errors import Invalid

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12
_SEALED = "sealed:"
"""How a sealed text begins. What does not was kept before texts were sealed, and is taken as it is."""


class DecryptionFailed(Invalid):
    """It was closed with another key, or is not what was closed."""

    code = "unsealable"

    def __init__(self) -> None:
        super().__init__("This cannot be opened.")


def encrypt(content: bytes, key: bytes, purpose: str) -> bytes:
    nonce = os.urandom(_NONCE)
    return nonce + _cipher(key, purpose).encrypt(nonce, content, None)


def decrypt(sealed: bytes, key: bytes, purpose: str) -> bytes:
    """What was sealed. `Unsealable` when key, purpose or content are not those of then."""
    from cryptography.exceptions import InvalidTag

    try:
        return _cipher(key, purpose).decrypt(sealed[:_NONCE], sealed[_NONCE:], None)
    except (InvalidTag, ValueError) as error:
        raise DecryptionFailed from error


class Unsealed(NamedTuple):
    """`is_current` says that the text was sealed with the secret of today."""

    text: str
    is_current: bool


def seal_text(text: str, secrets: Sequence[bytes], purpose: str) -> str:
    """A text as it may be kept: only the first of `secrets`, the server's of today, opens it again."""
    sealed = encrypt(text.encode("utf-8", "surrogatepass"), secrets[0], purpose)
    return _SEALED + base64.urlsafe_b64encode(sealed).decode()


def unseal_text(kept: str, secrets: Sequence[bytes], purpose: str) -> Unsealed:
    """What was kept, sealed with any of `secrets` or not at all. `Unsealable` when none of them opens it."""
    if not kept.startswith(_SEALED):
        return Unsealed(kept, is_current=False)
    try:
        sealed = base64.urlsafe_b64decode(kept.removeprefix(_SEALED))
    except ValueError as error:
        raise DecryptionFailed from error
    for place, secret in enumerate(secrets):
        with suppress(DecryptionFailed):
            text = decrypt(sealed, secret, purpose).decode("utf-8", "surrogatepass")
            return Unsealed(text, is_current=place == 0)
    raise DecryptionFailed


def _cipher(key: bytes, purpose: str) -> "AESGCM":
    """AES-256-GCM under a key of its own for each purpose."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    derived = HKDF(SHA256(), 32, salt=None, info=f"roomie {purpose}".encode()).derive(key)
    return AESGCM(derived)
