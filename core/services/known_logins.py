"""Known networks and devices of password logins, exempt from lockout by others' failed attempts."""

import hmac
from datetime import timedelta
from hashlib import sha256

from core.clock import Clock
from core.model import PersonId
from core.policy.login import KNOWN_FOR
from core.ports import Storage
from core.read_model import ReadModel

_MIN_WRITE_INTERVAL = timedelta(days=1)


class Familiarity:
    """Stores keyed hashes of networks per person, and derives the key of device cookies from the secret."""

    def __init__(self, storage: Storage, read_model: ReadModel, clock: Clock, secret: bytes) -> None:
        self._storage = storage
        self._read_model = read_model
        self._clock = clock
        self._networks_key = _derive_key(secret, "known networks")
        self._stamp_key = _derive_key(secret, "password stamps")
        self.marks_key = _derive_key(secret, "device marks")

    def knows(self, person_id: PersonId | None, network: str) -> bool:
        """Whether the person logged in from the network within `KNOWN_FOR`."""
        return self._last_login(person_id, network) > self._now() - KNOWN_FOR.total_seconds()

    async def remember(self, person_id: PersonId, network: str) -> None:
        """Records a login from the network; writes at most once a day."""
        if self._last_login(person_id, network) > self._now() - _MIN_WRITE_INTERVAL.total_seconds():
            return
        key, now = self._key(person_id, network), self._clock.now()
        await self._storage.write(lambda unit: unit.people.remember_address(person_id, key, now))

    async def password_stamp(self, person_id: PersonId) -> str:
        """Fingerprint of the stored password hash: changes with the password."""
        stored = await self._storage.read(lambda unit: unit.people.password_hash(person_id))
        return hmac.new(self._stamp_key, (stored or "").encode(), sha256).hexdigest()[:16]

    def _last_login(self, person_id: PersonId | None, network: str) -> float:
        account = None if person_id is None else self._read_model.directory.people.get(person_id)
        return 0 if account is None else account.addresses.get(self._key(account.person.id, network), 0)

    def _key(self, person_id: PersonId, network: str) -> bytes:
        message = f"{person_id}\n{network}".encode("utf-8", "replace")
        return hmac.new(self._networks_key, message, sha256).digest()[:16]

    def _now(self) -> float:
        return self._clock.now().timestamp()


def _derive_key(secret: bytes, purpose: str) -> bytes:
    return hmac.new(secret, f"roomie {purpose}".encode(), sha256).digest()
