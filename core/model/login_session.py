"""One login on its way: from a link that was handed out to somebody who said yes, or to nothing."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from core.model.entities import Identity, PersonId


class LoginState(Enum):
    """Nobody came yet; somebody proved who they are and is asked to confirm; they did; nothing came of it."""

    OPEN = 0
    REQUESTED = 1
    DONE = 2
    FAILED = 3


@dataclass(frozen=True, slots=True)
class LoginSession:
    """What is kept of one sid: never the sid itself, only its hash.

    `identity` is the chat account that it links, empty where a program asks for a token. `asked` says who
    asks and what they wait for, as the doors wrote it down. `nonce` is the hash of what the page that asks
    for confirmation carries. `sealed` is the result, readable only with the sid. `message` says what went
    wrong.
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
