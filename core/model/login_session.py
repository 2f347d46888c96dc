"""Login sessions: from handing out a link to its confirmation or failure."""

from datetime import datetime
from enum import Enum

from msgspec import Struct

from core.model.people import Identity, PersonId


class LoginState(Enum):
    """Link not used yet; authenticated and awaiting confirmation; confirmed; failed or declined."""

    OPEN = 0
    REQUESTED = 1
    DONE = 2
    FAILED = 3


class LoginSession(Struct, frozen=True):
    """The stored state of one sid; only the sid's hash is stored.

    `identity` is the chat account to link, None where a program requests a token. `request` is the encoded
    requester and pending request. `nonce` is the hash of the confirmation page's nonce. `encrypted_result`
    can be decrypted only with the sid. `message` is the error shown after a failure.
    """

    hash: bytes
    expires_at: datetime
    state: LoginState = LoginState.OPEN
    identity: Identity | None = None
    request: str = ""
    person_id: PersonId | None = None
    nonce: bytes | None = None
    encrypted_result: bytes | None = None
    message: str = ""
    finished_at: datetime | None = None
