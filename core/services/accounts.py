"""Accounts: password logins, login tokens, society tokens and chat links."""

import hmac
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256

from msgspec import Struct
from msgspec.structs import replace

from core.clock import Clock
from core.directory import Account
from core.errors import AlreadyExists, Invalid, NotAuthenticated, UnknownPerson
from core.model import AuditEntry, Identity, LoginToken, Person, PersonId, SocietyId, TokenTerm, UserGroup
from core.names import check_identifier, check_label, describe_character, is_visible, same_name
from core.policy.access import is_idle, token_has_expired
from core.policy.rules import Rules
from core.ports import PasswordHasher, Storage, UnitOfWork
from core.read_model import ReadModel
from core.services.known_logins import Familiarity

_MAX_REVOKED = 100
"""Logins revoked when one is added; a job revokes the rest of a larger surplus."""


class LoginResult(Struct, frozen=True):
    """A new login. The token is shown once; only its hash is stored."""

    person: Person
    token: str


class TokenBearer(Struct, frozen=True):
    """The bearer of a society token: may book for that society and nothing else."""

    society_id: SocietyId
    term: TokenTerm


def token_hash(token: str) -> bytes:
    return sha256(token.encode("utf-8", "surrogatepass")).digest()


def society_token(secret: bytes, society_id: SocietyId, term: TokenTerm) -> str:
    """Derives a society's token of one term, as 40 hex digits (HMAC-SHA256); it is stored nowhere."""
    message = f"{society_id}\n{term.generation}\n{term.issued_on}".encode()
    return hmac.new(secret, message, sha256).hexdigest()[:40]


class Accounts:
    """Accounts and their authentication.

    `secret` is the server's, for society tokens; `previous_secrets` still decrypt stored values.
    """

    def __init__(
        self,
        storage: Storage,
        read_model: ReadModel,
        passwords: PasswordHasher,
        rules: Rules,
        clock: Clock,
        secret: bytes,
        previous_secrets: Sequence[bytes] = (),
    ) -> None:
        self._storage = storage
        self._read_model = read_model
        self._passwords = passwords
        self._rules = rules
        self._clock = clock
        self._secret = secret
        self.familiarity = Familiarity(storage, read_model, clock, secret)
        self.secrets = (secret, *previous_secrets)
        """The first encrypts stored values; all of them decrypt."""
        self._society_tokens: dict[bytes, TokenBearer] = {}
        self._society_tokens_of: Mapping[SocietyId, TokenTerm] | None = None

    async def log_in(self, name: str, password: str, label: str = "") -> LoginResult:
        """Creates a login; `NotAuthenticated` alike for a wrong password and an unknown name."""
        person = await self.authenticate(name, password)
        return await self.grant(person.id, label)

    async def authenticate(self, name: str, password: str) -> Person:
        """Verifies a password; `NotAuthenticated`, in constant time, if name or password are wrong."""
        person, stored = await self._storage.read(lambda unit: _person_and_hash(unit, name))
        is_right = await self._passwords.verify(stored, password)
        if person is None or not is_right:
            who = f"person:{person.id}" if person else "nobody"
            entry = AuditEntry(self._clock.now(), who, "log in", "refused")
            await self._storage.write(lambda unit: unit.audit(entry))
            raise NotAuthenticated("Wrong username or password.")
        return person

    async def grant(self, person_id: PersonId, label: str = "") -> LoginResult:
        """Creates a login for an authenticated person."""
        login, token = self.new_login(person_id, label)
        now = login.created_at

        def transaction(unit: UnitOfWork) -> Person:
            person = unit.people.get(person_id)
            if person is None:
                raise UnknownPerson(str(person_id))
            revoked = add_login(unit, login, self._rules)
            unit.audit(AuditEntry(now, f"person:{person_id}", "log in", label or "password", revoked))
            return person

        return LoginResult(await self._storage.write(transaction), token)

    def new_login(self, person_id: PersonId, label: str) -> tuple[LoginToken, str]:
        """Returns a login, not stored yet, and its token."""
        token = secrets.token_hex(20)
        return LoginToken(token_hash(token), person_id, self._clock.now(), label), token

    async def logins(self, person_id: PersonId) -> list[LoginToken]:
        """A person's logins, oldest first."""
        return await self._storage.read(lambda unit: unit.tokens.of_person(person_id))

    async def revoke(self, person_id: PersonId, hashed: bytes, by: str) -> bool:
        """Revokes one login of a person; False if there is none."""

        def transaction(unit: UnitOfWork) -> bool:
            login = unit.tokens.get(hashed)
            if login is not None and login.person_id == person_id and unit.tokens.remove(hashed):
                unit.audit(AuditEntry(self._clock.now(), by, "revoke token", f"person:{person_id}"))
                return True
            return False

        return await self._storage.write(transaction)

    async def log_out(self, token: str) -> None:
        """Revokes the login of this token only."""
        await self._storage.write(lambda unit: unit.tokens.remove(token_hash(token)))

    def holder(self, hashed: bytes, now: datetime) -> Account | None:
        """Finds the account of a login token by its hash; None if the login expired as idle."""
        login = self._read_model.directory.login(hashed)
        if login is None or is_idle(login, self._rules, now):
            return None
        return self._read_model.directory.people.get(login.person_id)

    async def wake(self, hashed: bytes) -> None:
        """Re-reads a login that is idle in the read model: another process may have seen its use."""
        if self._read_model.directory.login(hashed) is None:
            return
        now = self._clock.now()
        login = await self._storage.read(lambda unit: unit.tokens.get(hashed))
        if login is not None and not is_idle(login, self._rules, now):
            await self._storage.write(lambda unit: unit.tokens.wake(hashed, now))

    def bearer(self, token: str) -> TokenBearer | None:
        """Finds the society of a valid society token."""
        bearer = self._index_society_tokens().get(token_hash(token))
        if bearer is None or token_has_expired(bearer.term, self._rules, self._clock.now()):
            return None
        return bearer

    def society_token(self, society_id: SocietyId, term: TokenTerm) -> str:
        return society_token(self._secret, society_id, term)

    async def add_person(self, new: Person, password: str | None) -> Person:
        """Adds a person; username and e-mail must be unique, case-insensitively."""
        new = validate_person(new)
        hashed = await self._passwords.hash(password) if password else None
        return await self._storage.write(lambda unit: _add_person(unit, new, hashed, self._clock.now()))

    async def hash(self, password: str) -> str:
        """Hashes a password for storage."""
        return await self._passwords.hash(password)

    async def link_vouched(
        self, person_id: PersonId, email: str, identity: Identity, vouched_by: str
    ) -> None:
        """Links a chat account by an e-mail address that its workspace has verified.

        Does nothing if the person's address has changed or the chat account is linked by now.
        """

        def transaction(unit: UnitOfWork) -> None:
            person = unit.people.get(person_id)
            if person is None or person.email != email or unit.people.by_identity(identity) is not None:
                return
            unit.people.link(person_id, identity)
            details = {"identity": identity, "vouched_by": vouched_by}
            unit.audit(AuditEntry(self._clock.now(), vouched_by, "link", f"person:{person_id}", details))

        await self._storage.write(transaction)

    def _index_society_tokens(self) -> dict[bytes, TokenBearer]:
        directory = self._read_model.directory
        if self._society_tokens_of is not directory.terms:
            self._society_tokens_of = directory.terms
            self._society_tokens = {
                token_hash(self.society_token(society_id, term)): TokenBearer(society_id, term)
                for society_id, term in directory.terms.items()
            }
        return self._society_tokens


def add_login(unit: UnitOfWork, login: LoginToken, rules: Rules) -> dict[str, str | int]:
    """Stores a login and revokes the least recently used beyond the limit; returns audit details."""
    revoked = unit.tokens.end_surplus(login.person_id, rules.tokens_per_person - 1, _MAX_REVOKED)
    unit.tokens.add(login)
    return {"ended": revoked} if revoked else {}


def find_person(unit: UnitOfWork, name: str) -> Person:
    """Finds a person by username, e-mail or identity; `UnknownPerson` otherwise."""
    person = unit.people.by_name(name) or unit.people.by_identity(Identity(name))
    if person is None:
        raise UnknownPerson(name)
    return person


def validate_person(person: Person) -> Person:
    """Validates and normalises the names of a new person; raises `Invalid`."""
    invalid = next((each for each in person.username if each in ": " or not is_visible(each)), None)
    if invalid is not None or not person.username:
        without = f", so without {describe_character(invalid)}" if invalid is not None else ""
        raise Invalid(f"A username is one word of printable characters, without colons{without}.")
    person = replace(
        person,
        username=check_identifier(person.username, "A username"),
        email=check_identifier(person.email, "An e-mail address"),
        name=check_label(person.name, "A name"),
    )
    if "@" not in person.email.strip("@") or len(person.email) > 254 or " " in person.email:
        raise Invalid(f"{person.email!r} is not an e-mail address.")
    if "@" in person.username and not same_name(person.username, person.email):
        raise AlreadyExists("A username with an @ must be the person's own e-mail address.")
    return person


def _person_and_hash(unit: UnitOfWork, name: str) -> tuple[Person | None, str | None]:
    person = unit.people.by_name(name)
    return person, unit.people.password_hash(person.id) if person else None


def _add_person(unit: UnitOfWork, new: Person, hashed: str | None, now: datetime) -> Person:
    person = unit.people.add(new, hashed)
    groups = " ".join(sorted(person.groups - {UserGroup.SOCIETY_MEMBER}))
    unit.audit(AuditEntry(now, "administrator", "add person", f"person:{person.id}", {"groups": groups}))
    return person
