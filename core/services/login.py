"""Logging in through a browser for somebody who waits elsewhere: a program, or a chat account.

A sid is handed out, good once and for ten minutes. Whoever opens its link proves who they are, is told who
is asking, and says yes before anything is bound. The result is there for a minute for whoever holds the sid.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

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


@dataclass(frozen=True, slots=True)
class PendingConfirmation:
    """Somebody proved who they are; `nonce` goes into the page that asks them to confirm."""

    session: LoginSession
    person: Person
    nonce: str


class LoginService:
    """Handing out sids, and taking each on its way, one step at a time."""

    def __init__(self, storage: Storage, clock: Clock, rules: Rules) -> None:
        self._storage = storage
        self._clock = clock
        self._rules = rules

    async def open(self, asked: str, identity: Identity | None = None) -> str:
        """The letters of a fresh sid, for a program or to link a chat account; its older links end."""
        letters, now = new_sid(), self._now()
        session = LoginSession(sid_hash(letters), now + LIFETIME, identity=identity, request=asked)

        def work(unit: UnitOfWork) -> None:
            unit.login_sessions.erase_results(now, RESULT_TTL)
            unit.login_sessions.make_room(now - RESULT_TTL, MAX_LOGIN_SESSIONS)
            if identity is not None:
                unit.login_sessions.drop_open(identity)
            unit.login_sessions.add(session)

        await self._storage.write(work)
        return letters

    async def find(self, letters: str) -> LoginSession | None:
        return await self._storage.read(lambda unit: unit.login_sessions.get(sid_hash(letters)))

    async def login_status(self, letters: str) -> LoginSession:
        """The login that can still be completed there. `StaleLink` when there is none."""
        session = await self.find(letters)
        if session is None or not is_open(session, self._now()):
            raise StaleLink
        return session

    async def prove_identity(
        self, letters: str, who: PersonId | IdentityClaims, rule: AccessRule
    ) -> PendingConfirmation:
        """Note who came, making new people known. `AccessDenied` fails the login for good."""
        try:
            return await self._prove(letters, who, rule)
        except AlreadyExists:  # somebody new came through two doors at once; by now they are known
            return await self._prove(letters, who, rule)

    async def _prove(
        self, letters: str, who: PersonId | IdentityClaims, rule: AccessRule
    ) -> PendingConfirmation:
        nonce, now = secrets.token_urlsafe(32), self._now()

        def work(unit: UnitOfWork) -> PendingConfirmation | str:
            before = _open_session(unit, letters, now)
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

        outcome = await self._storage.write(work)
        if isinstance(outcome, str):
            raise AccessDenied(outcome)
        return outcome

    async def request_for(self, letters: str, nonce: str) -> tuple[LoginSession, Person]:
        """The login that a page asks to confirm, and for whom."""
        now = self._now()

        def work(unit: UnitOfWork) -> tuple[LoginSession, Person]:
            session = _open_session(unit, letters, now)
            check_nonce(session, nonce)
            if session.person_id is None:
                raise NotConfirmed
            return session, _person(unit, session.person_id)

        return await self._storage.read(work)

    async def complete_with_token(self, session: LoginSession, login: LoginToken, sealed: bytes) -> None:
        """The person said yes to a program: it gets a token, and nobody else does."""
        now = self._now()

        def work(unit: UnitOfWork) -> None:
            _put(unit, session, finish(session, now, sealed))
            ended = add_login(unit, login, self._rules)
            unit.audit(AuditEntry(now, f"person:{login.person_id}", "log in", login.label, ended))

        await self._storage.write(work)

    async def link(self, session: LoginSession, person: Person, told: Iterable[OutboxMessage]) -> None:
        """The person said yes to a chat account: it stands for them from now on."""
        now, identity = self._now(), session.identity
        if identity is None:
            raise NotConfirmed

        def work(unit: UnitOfWork) -> None:
            owner = unit.people.by_identity(identity)
            if owner is not None and owner.id != person.id:
                raise LinkedElsewhere
            _put(unit, session, finish(session, now))
            unit.people.link(person.id, identity)
            unit.outbox.add(told)
            unit.audit(AuditEntry(now, f"person:{person.id}", "link", identity))

        await self._storage.write(work)

    async def decline(self, letters: str, nonce: str) -> LoginSession:
        """The person said no."""
        now = self._now()

        def work(unit: UnitOfWork) -> LoginSession:
            before = _open_session(unit, letters, now)
            check_nonce(before, nonce)
            after = fail(before, now, "The person at the browser said no.")
            _put(unit, before, after)
            unit.audit(AuditEntry(now, f"person:{before.person_id}", "log in", "declined"))
            return after

        return await self._storage.write(work)

    async def delete_expired(self) -> None:
        """Erase results that nobody can fetch any more, and sids that are over."""
        now = self._now()
        await self._storage.write_relaxed(lambda unit: unit.login_sessions.erase_results(now, RESULT_TTL))
        await Purge(self._storage).enforce(login_sessions(now))

    async def unlink(self, person_id: PersonId, identity: Identity) -> None:
        """A chat account stands for nobody any more."""
        now = self._now()

        def work(unit: UnitOfWork) -> None:
            unit.people.unlink(identity)
            unit.audit(AuditEntry(now, f"person:{person_id}", "unlink", identity))

        await self._storage.write(work)

    def _now(self) -> datetime:
        return self._clock.now()


def _open_session(unit: UnitOfWork, letters: str, now: datetime) -> LoginSession:
    session = unit.login_sessions.get(sid_hash(letters))
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
