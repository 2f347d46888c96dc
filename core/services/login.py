"""Browser logins on behalf of a program or a chat account.

A sid is valid once and for ten minutes. The person who opens its link authenticates, sees who requests the
login, and confirms before anything is linked. The holder of the sid can fetch the result for a minute.
"""

import secrets
from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from core.clock import Clock
from core.errors import AlreadyExists
from core.model import AuditEntry, Identity, LoginSession, LoginToken, OutboxMessage, Person, PersonId
from core.policy.login import (
    LIFETIME,
    RESULT_TTL,
    AccessDenied,
    LinkedElsewhere,
    NotConfirmed,
    StaleLink,
    check_nonce,
    fail,
    finish,
    is_open,
    new_sid,
    request_confirmation,
    sid_hash,
)
from core.policy.retention import MAX_LOGIN_SESSIONS, login_sessions
from core.policy.rules import Rules
from core.ports import Storage, UnitOfWork
from core.services.accounts import add_login
from core.services.provisioning import AccessRule, IdentityClaims, provision_person
from core.services.purge import Purge


class PendingConfirmation(Struct, frozen=True):
    """An authenticated person's login; `nonce` goes into the confirmation page."""

    session: LoginSession
    person: Person
    nonce: str


class LoginService:
    """Creates login sessions and advances each through its states."""

    def __init__(self, storage: Storage, clock: Clock, rules: Rules) -> None:
        self._storage = storage
        self._clock = clock
        self._rules = rules

    async def open(self, request: str, identity: Identity | None = None) -> str:
        """Creates a session and returns the token part of its sid.

        Earlier links of the chat account expire.
        """
        token, now = new_sid(), self._now()
        session = LoginSession(sid_hash(token), now + LIFETIME, identity=identity, request=request)

        def transaction(unit: UnitOfWork) -> None:
            unit.login_sessions.erase_results(now, RESULT_TTL)
            unit.login_sessions.make_room(now - RESULT_TTL, MAX_LOGIN_SESSIONS)
            if identity is not None:
                unit.login_sessions.drop_open(identity)
            unit.login_sessions.add(session)

        await self._storage.write(transaction)
        return token

    async def find(self, token: str) -> LoginSession | None:
        return await self._storage.read(lambda unit: unit.login_sessions.get(sid_hash(token)))

    async def login_status(self, token: str) -> LoginSession:
        """Finds an open session; `StaleLink` if there is none."""
        session = await self.find(token)
        if session is None or not is_open(session, self._now()):
            raise StaleLink
        return session

    async def prove_identity(
        self, token: str, who: PersonId | IdentityClaims, rule: AccessRule
    ) -> PendingConfirmation:
        """Records who authenticated, creating new accounts. `AccessDenied` fails the session."""
        try:
            return await self._prove(token, who, rule)
        except AlreadyExists:  # created concurrently by another login; it exists now
            return await self._prove(token, who, rule)

    async def _prove(
        self, token: str, who: PersonId | IdentityClaims, rule: AccessRule
    ) -> PendingConfirmation:
        nonce, now = secrets.token_urlsafe(32), self._now()

        def transaction(unit: UnitOfWork) -> PendingConfirmation | str:
            before = _open_session(unit, token, now)
            if isinstance(who, IdentityClaims) and not rule.allows(who):
                unit.audit(AuditEntry(now, who.key, "log in", "refused"))
                _put(unit, before, fail(before, now, rule.refusal))
                return rule.refusal
            person = (
                provision_person(unit, who, rule, now)
                if isinstance(who, IdentityClaims)
                else _person(unit, who)
            )
            after = request_confirmation(before, person.id, nonce)
            _put(unit, before, after)
            return PendingConfirmation(after, person, nonce)

        outcome = await self._storage.write(transaction)
        if isinstance(outcome, str):
            raise AccessDenied(outcome)
        return outcome

    async def request_for(self, token: str, nonce: str) -> tuple[LoginSession, Person]:
        """Finds the session that a confirmation page is about, and the person."""
        now = self._now()

        def transaction(unit: UnitOfWork) -> tuple[LoginSession, Person]:
            session = _open_session(unit, token, now)
            check_nonce(session, nonce)
            if session.person_id is None:
                raise NotConfirmed
            return session, _person(unit, session.person_id)

        return await self._storage.read(transaction)

    async def complete_with_token(
        self, session: LoginSession, login: LoginToken, encrypted_result: bytes | None
    ) -> None:
        """Completes the login of a program after confirmation, or of a browser, which fetches no result."""
        now = self._now()

        def transaction(unit: UnitOfWork) -> None:
            _put(unit, session, finish(session, now, encrypted_result))
            ended = add_login(unit, login, self._rules)
            unit.audit(AuditEntry(now, f"person:{login.person_id}", "log in", login.label, ended))

        await self._storage.write(transaction)

    async def link(self, session: LoginSession, person: Person, messages: Iterable[OutboxMessage]) -> None:
        """Links the chat account after confirmation."""
        now, identity = self._now(), session.identity
        if identity is None:
            raise NotConfirmed

        def transaction(unit: UnitOfWork) -> None:
            owner = unit.people.by_identity(identity)
            if owner is not None and owner.id != person.id:
                raise LinkedElsewhere
            _put(unit, session, finish(session, now))
            unit.people.link(person.id, identity)
            unit.outbox.add(messages)
            unit.audit(AuditEntry(now, f"person:{person.id}", "link", identity))

        await self._storage.write(transaction)

    async def decline(self, token: str, nonce: str) -> LoginSession:
        """Fails the session: the person declined."""
        now = self._now()

        def transaction(unit: UnitOfWork) -> LoginSession:
            before = _open_session(unit, token, now)
            check_nonce(before, nonce)
            after = fail(before, now, "The person at the browser said no.")
            _put(unit, before, after)
            unit.audit(AuditEntry(now, f"person:{before.person_id}", "log in", "declined"))
            return after

        return await self._storage.write(transaction)

    async def delete_expired(self) -> None:
        """Deletes expired results and ended sessions."""
        now = self._now()
        await self._storage.write_relaxed(lambda unit: unit.login_sessions.erase_results(now, RESULT_TTL))
        await Purge(self._storage).enforce(login_sessions(now))

    async def unlink(self, person_id: PersonId, identity: Identity) -> None:
        """Unlinks a chat account."""
        now = self._now()

        def transaction(unit: UnitOfWork) -> None:
            unit.people.unlink(identity)
            unit.audit(AuditEntry(now, f"person:{person_id}", "unlink", identity))

        await self._storage.write(transaction)

    def _now(self) -> datetime:
        return self._clock.now()


def _open_session(unit: UnitOfWork, token: str, now: datetime) -> LoginSession:
    session = unit.login_sessions.get(sid_hash(token))
    if session is None or not is_open(session, now):
        raise StaleLink
    return session


def _put(unit: UnitOfWork, before: LoginSession, after: LoginSession) -> None:
    if not unit.login_sessions.swap(before, after):
        raise StaleLink


def _person(unit: UnitOfWork, person_id: PersonId) -> Person:
    person = unit.people.get(person_id)
    if person is None:
        raise StaleLink
    return person
