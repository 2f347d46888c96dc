"""Calendar addresses: issues, renews and resolves the secrets of calendars."""

import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

from core.clock import Clock
from core.errors import NotPermitted, UnknownCalendar, UnknownPerson, UnknownSociety
from core.model import AuditEntry, CalendarAddress, PersonId, Role, SocietyId
from core.ports import Storage, UnitOfWork

_SALT_BYTES = 16
_SECRET_DIGITS = 40
"""Hexadecimal: 160 bits."""


class CalendarAddresses:
    """Secrets by which calendar programs fetch calendars.

    A secret is derived from the server's secret (the first of `server_secrets`; the others are previous ones)
    and a random salt, so that its owner can see it again although only its hash is stored.
    """

    def __init__(self, storage: Storage, clock: Clock, server_secrets: Sequence[bytes]) -> None:
        self._storage = storage
        self._clock = clock
        self._server_secrets = tuple(server_secrets)

    async def secret(
        self, person_id: PersonId, society_id: SocietyId | None = None, *, renew: bool = False
    ) -> str:
        """The secret of a person's calendar, or of that of a society over which they preside.

        With `renew`, a new one; the old one stops working. `NotPermitted` for other societies.
        """
        salt = secrets.token_bytes(_SALT_BYTES)
        fresh = self._derive(self._server_secrets[0], person_id, society_id, salt)

        def transaction(unit: UnitOfWork) -> str:
            _check_may_see(unit, person_id, society_id)
            known = unit.calendars.get(person_id, society_id)
            if known is not None and not renew and (shown := self._recover(known)) is not None:
                return shown
            now = self._clock.now()
            unit.calendars.put(CalendarAddress(secret_hash(fresh), salt, person_id, society_id, now))
            unit.audit(_entry(now, person_id, society_id))
            return fresh

        return await self._storage.write(transaction)

    def _recover(self, address: CalendarAddress) -> str | None:
        """The secret of an address; None if the server's secret has been replaced since for good."""
        for server_secret in self._server_secrets:
            secret = self._derive(server_secret, address.person_id, address.society_id, address.salt)
            if hmac.compare_digest(secret_hash(secret), address.hash):
                return secret
        return None

    def _derive(
        self, server_secret: bytes, person_id: PersonId, society_id: SocietyId | None, salt: bytes
    ) -> str:
        message = b"calendar\n%d\n%b\n%b" % (person_id, (society_id or "").encode(), salt)
        return hmac.new(server_secret, message, sha256).hexdigest()[:_SECRET_DIGITS]


def resolve_address(unit: UnitOfWork, secret: str) -> CalendarAddress:
    """The address with this secret.

    `UnknownCalendar` if there is none, if its person is gone, or presides over its society no longer.
    """
    address = unit.calendars.by_hash(secret_hash(secret))
    if address is None:
        raise UnknownCalendar
    try:
        _check_may_see(unit, address.person_id, address.society_id)
    except (NotPermitted, UnknownPerson, UnknownSociety) as refusal:
        raise UnknownCalendar from refusal
    return address


def secret_hash(secret: str) -> bytes:
    return sha256(secret.encode("utf-8", "surrogatepass")).digest()


def _check_may_see(unit: UnitOfWork, person_id: PersonId, society_id: SocietyId | None) -> None:
    if unit.people.get(person_id) is None:
        raise UnknownPerson
    if society_id is None:
        return
    if unit.societies.get(society_id) is None:
        raise UnknownSociety(society_id)
    if unit.societies.role(person_id, society_id) is not Role.PRESIDENT:
        raise NotPermitted("Only presidents of a society can get its calendar.")


def _entry(now: datetime, person_id: PersonId, society_id: SocietyId | None) -> AuditEntry:
    subject = f"society:{society_id}" if society_id is not None else f"person:{person_id}"
    return AuditEntry(now, f"person:{person_id}", "new calendar address", subject)
