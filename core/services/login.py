"""Logging in through a browser for somebody who waits elsewhere: a program, or a chat account.

A sid is handed out, good once and for ten minutes. Whoever opens its link proves who they are, is told who
is asking, and says yes before anything is bound. The result is there for a minute for whoever holds the sid.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from core.clock import Clock
from core.errors import AlreadyThere
from core.model.entities import AuditEntry, Identity, Person, PersonId
from core.model.login_session import LoginSession
from core.model.outbox import Message
from core.policy.login import (
    HAND_OUT,
    LIFETIME,
    LinkedElsewhere,
    NotAdmitted,
    NotConfirmed,
    StaleLink,
    asked_to_confirm,
    check_nonce,
    failed,
    finished,
    is_open,
    new_sid,
    sid_hash,
)
from core.policy.retention import MAX_LOGIN_SESSIONS, login_sessions
from core.policy.rules import Rules
from core.ports.storage import Login, Storage, Unit
from core.services.accounts import add_login
from core.services.provisioning import AccessRule, Claims, arrive
from core.services.purge import Purge


@dataclass(frozen=True, slots=True)
class Proved:
    """Somebody proved who they are; `nonce` goes into the page that asks them to confirm."""

    session: LoginSession
    person: Person
    nonce: str


class LoginDesk:
    """Handing out sids, and taking each on its way, one step at a time."""

    def __init__(self, storage: Storage, clock: Clock, rules: Rules) -> None:
        self._storage = storage
        self._clock = clock
        self._rules = rules

    async def open(self, asked: str, identity: Identity | None = None) -> str:
        """The letters of a fresh sid, for a program or to link a chat account; its older links end."""
        letters, now = new_sid(), self._now()
        session = LoginSession(sid_hash(letters), now + LIFETIME, identity=identity, asked=asked)

        def work(unit: Unit) -> None:
            unit.logins.erase_results(now, HAND_OUT)
            unit.logins.make_room(now - HAND_OUT, MAX_LOGIN_SESSIONS)
            if identity is not None:
                unit.logins.drop_open(identity)
            unit.logins.add(session)

        await self._storage.write(work)
        return letters

    async def find(self, letters: str) -> LoginSession | None:
        return await self._storage.read(lambda unit: unit.logins.get(sid_hash(letters)))

    async def ask(self, letters: str) -> LoginSession:
        """The login that can still be completed there. `StaleLink` when there is none."""
        session = await self.find(letters)
        if session is None or not is_open(session, self._now()):
            raise StaleLink
        return session

    async def prove(self, letters: str, who: PersonId | Claims, rule: AccessRule) -> Proved:
        """Note who came, making new people known. `NotAdmitted` fails the login for good."""
        try:
            return await self._prove(letters, who, rule)
        except AlreadyThere:  # somebody new came through two doors at once; by now they are known
            return await self._prove(letters, who, rule)

    async def _prove(self, letters: str, who: PersonId | Claims, rule: AccessRule) -> Proved:
        nonce, now = secrets.token_urlsafe(32), self._now()

        def work(unit: Unit) -> Proved | str:
            before = _under_way(unit, letters, now)
            if isinstance(who, Claims) and not rule.admits(who):
                unit.audit(AuditEntry(now, who.key, "log in", "refused"))
                _put(unit, before, failed(before, now, rule.refusal))
                return rule.refusal
            person = arrive(unit, who, rule, now) if isinstance(who, Claims) else _person(unit, who)
            after = asked_to_confirm(before, person.id, nonce)
            _put(unit, before, after)
            return Proved(after, person, nonce)

        outcome = await self._storage.write(work)
        if isinstance(outcome, str):
            raise NotAdmitted(outcome)
        return outcome

    async def asked(self, letters: str, nonce: str) -> tuple[LoginSession, Person]:
        """The login that a page asks to confirm, and for whom."""
        now = self._now()

        def work(unit: Unit) -> tuple[LoginSession, Person]:
            session = _under_way(unit, letters, now)
            check_nonce(session, nonce)
            if session.person_id is None:
                raise NotConfirmed
            return session, _person(unit, session.person_id)

        return await self._storage.read(work)

    async def hand_over(self, session: LoginSession, login: Login, sealed: bytes) -> None:
        """The person said yes to a program: it gets a token, and nobody else does."""
        now = self._now()

        def work(unit: Unit) -> None:
            _put(unit, session, finished(session, now, sealed))
            ended = add_login(unit, login, self._rules)
            unit.audit(AuditEntry(now, f"person:{login.person_id}", "log in", login.label, ended))

        await self._storage.write(work)

    async def link(self, session: LoginSession, person: Person, told: Iterable[Message]) -> None:
        """The person said yes to a chat account: it stands for them from now on."""
        now, identity = self._now(), session.identity
        if identity is None:
            raise NotConfirmed

        def work(unit: Unit) -> None:
            owner = unit.people.identified(identity)
            if owner is not None and owner.id != person.id:
                raise LinkedElsewhere
            _put(unit, session, finished(session, now))
            unit.people.link(person.id, identity)
            unit.outbox.add(told)
            unit.audit(AuditEntry(now, f"person:{person.id}", "link", identity))

        await self._storage.write(work)

    async def decline(self, letters: str, nonce: str) -> LoginSession:
        """The person said no."""
        now = self._now()

        def work(unit: Unit) -> LoginSession:
            before = _under_way(unit, letters, now)
            check_nonce(before, nonce)
            after = failed(before, now, "The person at the browser said no.")
            _put(unit, before, after)
            unit.audit(AuditEntry(now, f"person:{before.person_id}", "log in", "declined"))
            return after

        return await self._storage.write(work)

    async def tidy(self) -> None:
        """Erase results that nobody can fetch any more, and sids that are over."""
        now = self._now()
        await self._storage.take(lambda unit: unit.logins.erase_results(now, HAND_OUT))
        await Purge(self._storage).enforce(login_sessions(now))

    async def unlink(self, person_id: PersonId, identity: Identity) -> None:
        """A chat account stands for nobody any more."""
        now = self._now()

        def work(unit: Unit) -> None:
            unit.people.unlink(identity)
            unit.audit(AuditEntry(now, f"person:{person_id}", "unlink", identity))

        await self._storage.write(work)

    def _now(self) -> datetime:
        return self._clock.now()


def _under_way(unit: Unit, letters: str, now: datetime) -> LoginSession:
    session = unit.logins.get(sid_hash(letters))
    if session is None or not is_open(session, now):
        raise StaleLink
    return session


def _put(unit: Unit, before: LoginSession, after: LoginSession) -> None:
    if not unit.logins.swap(before, after):
        raise StaleLink


def _person(unit: Unit, person_id: PersonId) -> Person:
    person = unit.people.get(person_id)
    if person is None:
        raise StaleLink
    return person
