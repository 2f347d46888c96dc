"""Authenticated encryption (AES-256-GCM), with a key derived for each purpose (HKDF)."""

import base64
import os
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from core.errors import Invalid

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_LENGTH = 12
_PREFIX = "sealed:"
"""Marks encrypted texts. Texts without it are from releases that did not encrypt; they are read as is."""


class DecryptionFailed(Invalid):
    """The key or purpose is wrong, or the ciphertext was changed."""

    code = "unsealable"

    def __init__(self) -> None:
        super().__init__("This could not be decrypted.")


def encrypt(content: bytes, key: bytes, purpose: str) -> bytes:
    nonce = os.urandom(_NONCE_LENGTH)
    return nonce + _cipher(key, purpose).encrypt(nonce, content, None)


def decrypt(ciphertext: bytes, key: bytes, purpose: str) -> bytes:
    """Raises `DecryptionFailed`."""
    from cryptography.exceptions import InvalidTag

    try:
        return _cipher(key, purpose).decrypt(ciphertext[:_NONCE_LENGTH], ciphertext[_NONCE_LENGTH:], None)
    except (InvalidTag, ValueError) as error:
        raise DecryptionFailed from error


class Unsealed(NamedTuple):
    """`is_current`: the text was encrypted with the current secret, the first one."""

    text: str
    is_current: bool


def seal_text(text: str, secrets: Sequence[bytes], purpose: str) -> str:
    """Encrypts a text for storage with the first of `secrets`, the current one."""
    ciphertext = encrypt(text.encode("utf-8", "surrogatepass"), secrets[0], purpose)
    return _PREFIX + base64.urlsafe_b64encode(ciphertext).decode()


def unseal_text(stored: str, secrets: Sequence[bytes], purpose: str) -> Unsealed:
    """Decrypts a stored text with any of `secrets`. Raises `DecryptionFailed` if none fits."""
    if not stored.startswith(_PREFIX):
        return Unsealed(stored, is_current=False)
    try:
        ciphertext = base64.urlsafe_b64decode(stored.removeprefix(_PREFIX))
    except ValueError as error:
        raise DecryptionFailed from error
    for index, secret in enumerate(secrets):
        with suppress(DecryptionFailed):
            text = decrypt(ciphertext, secret, purpose).decode("utf-8", "surrogatepass")
            return Unsealed(text, is_current=index == 0)
    raise DecryptionFailed


def _cipher(key: bytes, purpose: str) -> "AESGCM":
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    derived = HKDF(SHA256(), 32, salt=None, info=f"roomie {purpose}".encode()).derive(key)
    return AESGCM(derived)
