"""Who is known: people, their identities, societies and logins, as held in memory."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from core.model import Identity, LoginToken, Membership, Person, PersonId, Role, Society, SocietyId, TokenTerm
from core.names import same_name, stored_key, stored_keys


@dataclass(frozen=True, slots=True)
class Account:
    """Everything about one person that answers need."""

    person: Person
    identities: tuple[Identity, ...] = ()
    memberships: tuple[Membership, ...] = ()
    logins: tuple[LoginToken, ...] = ()
    addresses: Mapping[bytes, int] = field(default_factory=dict, hash=False)
    """Keyed hashes of networks where the password was right before, and when that was last noted."""

    def role_in(self, society_id: SocietyId) -> Role | None:
        return next((each.role for each in self.memberships if each.society.id == society_id), None)


class Directory:
    """People and societies as last read; changed in place, one whole person at a time."""

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
        """The person with this username or e-mail, whatever its case."""
        for key in stored_keys(name):
            known = self._account(self._by_name.get(key))
            if known is not None and is_called(known.person, name):
                return known
        return None

    def by_token(self, token_hash: bytes) -> Account | None:
        """The person whom a login token stands for."""
        login = self.login(token_hash)
        return None if login is None else self._account(login.person_id)

    def login(self, token_hash: bytes) -> LoginToken | None:
        """The login of a token, as it was when its person was last read."""
        return self._by_token.get(token_hash)

    def name(self, person_id: PersonId | None) -> str:
        known = self._account(person_id)
        return known.person.name if known else ""

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
    """Whether this is the person's username or e-mail address."""
    return same_name(person.username, name) or same_name(person.email, name)


def _names(person: Person) -> tuple[str, str]:
    return stored_key(person.username), stored_key(person.email)
