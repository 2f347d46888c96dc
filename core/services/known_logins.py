"""Knowing where people logged in by password before, so that strangers who guess keep nobody out."""

import hmac
from datetime import timedelta
from hashlib import sha256

from core.clock import Clock
from core.model import PersonId
from core.policy.login import KNOWN_FOR
from core.ports import Storage
from core.read_model import ReadModel

_NOTED_AGAIN_AFTER = timedelta(days=1)


class Familiarity:
    """Networks, as keyed hashes, and what marks of browsers are made with. `secret` is the server's own."""

    def __init__(self, storage: Storage, read_model: ReadModel, clock: Clock, secret: bytes) -> None:
        self._storage = storage
        self._read_model = read_model
        self._clock = clock
        self._networks_key = _derived(secret, "known networks")
        self._stamp_key = _derived(secret, "password stamps")
        self.marks_key = _derived(secret, "device marks")

    def knows(self, person_id: PersonId | None, network: str) -> bool:
        """Whether the person's password was right there within `KNOWN_FOR`."""
        return self._noted(person_id, network) > self._now() - KNOWN_FOR.total_seconds()

    async def remember(self, person_id: PersonId, network: str) -> None:
        """Note that the password was right there; at most once a day."""
        if self._noted(person_id, network) > self._now() - _NOTED_AGAIN_AFTER.total_seconds():
            return
        key, now = self._key(person_id, network), self._clock.now()
        await self._storage.write(lambda unit: unit.people.remember_address(person_id, key, now))

    async def password_stamp(self, person_id: PersonId) -> str:
        """What differs when the person's password does, and tells nothing of it."""
        kept = await self._storage.read(lambda unit: unit.people.password_hash(person_id))
        return hmac.new(self._stamp_key, (kept or "").encode(), sha256).hexdigest()[:16]

    def _noted(self, person_id: PersonId | None, network: str) -> float:
        known = None if person_id is None else self._read_model.directory.people.get(person_id)
        return 0 if known is None else known.addresses.get(self._key(known.person.id, network), 0)

    def _key(self, person_id: PersonId, network: str) -> bytes:
        message = f"{person_id}\n{network}".encode("utf-8", "replace")
        return hmac.new(self._networks_key, message, sha256).digest()[:16]

    def _now(self) -> float:
        return self._clock.now().timestamp()


def _derived(secret: bytes, purpose: str) -> bytes:
    return hmac.new(secret, f"roomie {purpose}".encode(), sha256).digest()
