"""Just-in-time provisioning of accounts at single sign-on."""

from datetime import datetime

from msgspec import Struct

from core.errors import AlreadyExists
from core.model import AuditEntry, Identity, Person, PersonId, UserGroup
from core.names import name_key, replace_invisible
from core.ports import UnitOfWork
from core.services.accounts import validate_person


class IdentityClaims(Struct, frozen=True):
    """Claims of an identity provider about a person.

    `key` is permanent (`eppn:…`, `oidc:…`), `email` is verified, `groups` are the institution's.
    """

    key: Identity
    email: str
    name: str
    groups: frozenset[str] = frozenset()

    @property
    def kind(self) -> str:
        return self.key.partition(":")[0] + ":"


class AccessRule(Struct, frozen=True):
    """Admits all people of an institution, or those in a group or on a list.

    `allowed` holds addresses, and domains that begin with `@`. `contact` is named in refusals.
    `match_domains` are the domains whose addresses match accounts that were created by hand; empty: all.
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
        """Whether the provider is trusted to match the account with this address."""
        return not self.match_domains or email.rpartition("@")[2].casefold() in self.match_domains

    @property
    def refusal(self) -> str:
        contact = f" Please ask {self.contact}." if self.contact else " Please ask the operator of Roomie."
        return f"Your account may not use Roomie here.{contact}"


def provision_person(unit: UnitOfWork, claims: IdentityClaims, rule: AccessRule, now: datetime) -> Person:
    """Finds the account of the claims, or creates it.

    An account that was created by hand with the same address is matched, once.
    """
    linked = unit.people.by_identity(claims.key)
    if linked is not None:
        return linked
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
    """Whether it is another key of that institution. Early releases case-folded `eppn:` keys."""
    folded = claims.kind == "eppn:" and identity.casefold() == claims.key.casefold()
    return identity.startswith(claims.kind) and not folded


def _new_person(claims: IdentityClaims) -> Person:
    name = replace_invisible(claims.name).strip() or claims.email
    return validate_person(
        Person(PersonId(0), claims.email, claims.email, name, frozenset({UserGroup.STUDENT}))
    )
