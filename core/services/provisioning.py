"""Whom an institution vouches for: whether they may come in, and whom they are here."""

from dataclasses import dataclass
from datetime import datetime

from core.errors import AlreadyExists
from core.model import AuditEntry, Identity, Person, PersonId, UserGroup
from core.names import name_key, visible
from core.ports import UnitOfWork
from core.services.accounts import checked


@dataclass(frozen=True, slots=True)
class IdentityClaims:
    """What an institution says of someone.

    `key` is theirs for ever (`eppn:…`, `oidc:…`), `email` is vouched for. `groups` are the institution's own.
    """

    key: Identity
    email: str
    name: str
    groups: frozenset[str] = frozenset()

    @property
    def kind(self) -> str:
        return self.key.partition(":")[0] + ":"


@dataclass(frozen=True, slots=True)
class AccessRule:
    """Who of an institution may come in: everybody, or those in a group or on a list.

    `allowed` holds addresses, and domains that begin with `@`. `contact` is whom a refusal says to ask.
    `match_domains` are the domains for which its addresses stand for people entered by hand; empty: all.
    """

    groups: frozenset[str] = frozenset()
    allowed: frozenset[str] = frozenset()
    contact: str = ""
    match_domains: frozenset[str] = frozenset()

    def allows(self, claims: IdentityClaims) -> bool:
        if not self.groups and not self.allowed:
            return True
        email = name_key(claims.email)
        listed = {name_key(each) for each in self.allowed}
        return bool(self.groups & claims.groups) or email in listed or email[email.rfind("@") :] in listed

    def vouches_for(self, email: str) -> bool:
        """Whether the institution's word is enough to be the person who was entered with this address."""
        return not self.match_domains or email.rpartition("@")[2].casefold() in self.match_domains

    @property
    def refusal(self) -> str:
        ask = f" Please ask {self.contact}." if self.contact else " Please ask whoever runs it."
        return f"Your account may not use Roomie here.{ask}"


def provision_person(unit: UnitOfWork, claims: IdentityClaims, rule: AccessRule, now: datetime) -> Person:
    """The person that the claims are of, made known when they are new.

    Whoever was entered by hand under the same address is taken for the same person, once.
    """
    known = unit.people.by_identity(claims.key)
    if known is not None:
        return known
    person = unit.people.by_name(claims.email)
    if person is None:
        person = unit.people.add(_new_person(claims), None)
    elif not rule.vouches_for(claims.email) or any(
        _is_another(each, claims) for each in unit.people.identities(person.id)
    ):
        raise AlreadyExists(f"Somebody else has the address {claims.email}. {rule.refusal}")
    unit.people.link(person.id, claims.key)
    unit.audit(AuditEntry(now, f"person:{person.id}", "arrive", claims.key))
    return person


def _is_another(identity: Identity, claims: IdentityClaims) -> bool:
    """Whether it is somebody else's key at that institution. An older Roomie folded `eppn:` keys further."""
    folded = claims.kind == "eppn:" and identity.casefold() == claims.key.casefold()
    return identity.startswith(claims.kind) and not folded


def _new_person(claims: IdentityClaims) -> Person:
    name = visible(claims.name).strip() or claims.email
    return checked(Person(PersonId(0), claims.email, claims.email, name, frozenset({UserGroup.STUDENT})))
