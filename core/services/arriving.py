"""Whom an institution vouches for: whether they may come in, and whom they are here."""

from dataclasses import dataclass
from datetime import datetime

from core.errors import AlreadyThere
from core.model import AuditEntry, Group, Identity, Person, PersonId
from core.ports import Unit
from core.services.accounts import check_person


@dataclass(frozen=True, slots=True)
class Claims:
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
    """

    groups: frozenset[str] = frozenset()
    allowed: frozenset[str] = frozenset()
    contact: str = ""

    def admits(self, claims: Claims) -> bool:
        if not self.groups and not self.allowed:
            return True
        email = claims.email.casefold()
        listed = {each.casefold() for each in self.allowed}
        return bool(self.groups & claims.groups) or email in listed or email[email.rfind("@") :] in listed

    @property
    def refusal(self) -> str:
        ask = f" Please ask {self.contact}." if self.contact else " Please ask whoever runs it."
        return f"Your account may not use Roomie here.{ask}"


def arrive(unit: Unit, claims: Claims, rule: AccessRule, now: datetime) -> Person:
    """The person that the claims are of, made known when they are new.

    Whoever was entered by hand under the same address is taken for the same person, once.
    """
    known = unit.people.identified(claims.key)
    if known is not None:
        return known
    person = unit.people.named(claims.email)
    if person is None:
        person = unit.people.add(_newcomer(claims), None)
    elif any(each.startswith(claims.kind) for each in unit.people.identities(person.id)):
        raise AlreadyThere(f"Somebody else has the address {claims.email}. {rule.refusal}")
    unit.people.link(person.id, claims.key)
    unit.audit(AuditEntry(now, f"person:{person.id}", "arrive", claims.key))
    return person


def _newcomer(claims: Claims) -> Person:
    person = Person(
        PersonId(0), claims.email, claims.email, claims.name or claims.email, frozenset({Group.STUDENT})
    )
    check_person(person)
    return person
