"""In-memory index of accounts and societies."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from core.model import Identity, LoginToken, Membership, Person, PersonId, Role, Society, SocietyId, TokenTerm
from core.names import same_name, stored_key, stored_keys


@dataclass(frozen=True, slots=True)
class Account:
    """A person with identities, memberships and logins."""

    person: Person
    identities: tuple[Identity, ...] = ()
    memberships: tuple[Membership, ...] = ()
    logins: tuple[LoginToken, ...] = ()
    addresses: Mapping[bytes, int] = field(default_factory=dict, hash=False)
    """Keyed hashes of networks with earlier password logins, and the time of the last (seconds)."""

    def role_in(self, society_id: SocietyId) -> Role | None:
        return next((each.role for each in self.memberships if each.society.id == society_id), None)


class Directory:
    """Accounts and societies; mutable, one whole account at a time."""

    def __init__(self) -> None:
        self.people: dict[PersonId, Account] = {}
        self.societies: Mapping[SocietyId, Society] = {}
        self.terms: Mapping[SocietyId, TokenTerm] = {}
        self.version = 0
        self._by_identity: dict[Identity, PersonId] = {}
        self._by_token: dict[bytes, LoginToken] = {}
        self._by_name: dict[str, PersonId] = {}

    def by_identity(self, identity: Identity) -> Account | None:
        return self._account(self._by_identity.get(identity))

    def by_name(self, name: str) -> Account | None:
        """Finds an account by username or e-mail, case-insensitively."""
        for key in stored_keys(name):
            account = self._account(self._by_name.get(key))
            if account is not None and is_called(account.person, name):
                return account
        return None

    def by_token(self, token_hash: bytes) -> Account | None:
        """Finds the account of a login token."""
        login = self.login(token_hash)
        return None if login is None else self._account(login.person_id)

    def login(self, token_hash: bytes) -> LoginToken | None:
        """The login of a token, as of the last update of its account."""
        return self._by_token.get(token_hash)

    def name(self, person_id: PersonId | None) -> str:
        account = self._account(person_id)
        return account.person.name if account else ""

    def put(self, person_id: PersonId, account: Account | None) -> None:
        self.version += 1
        if (old := self.people.pop(person_id, None)) is not None:
            self._remove(old)
        if account is not None:
            self.people[person_id] = account
            self._by_identity.update(dict.fromkeys(account.identities, person_id))
            self._by_name.update(dict.fromkeys(_names(account.person), person_id))
            self._by_token.update((login.hash, login) for login in account.logins)

    def put_societies(self, societies: Iterable[Society], terms: Mapping[SocietyId, TokenTerm]) -> None:
        self.version += 1
        self.societies = {society.id: society for society in societies}
        self.terms = dict(terms)

    def _account(self, person_id: PersonId | None) -> Account | None:
        return None if person_id is None else self.people.get(person_id)

    def _remove(self, old: Account) -> None:
        for identity in old.identities:
            self._by_identity.pop(identity, None)
        for name in _names(old.person):
            self._by_name.pop(name, None)
        for login in old.logins:
            self._by_token.pop(login.hash, None)


def is_called(person: Person, name: str) -> bool:
    """Whether `name` is the person's username or e-mail address."""
    return same_name(person.username, name) or same_name(person.email, name)


def _names(person: Person) -> tuple[str, str]:
    return stored_key(person.username), stored_key(person.email)
