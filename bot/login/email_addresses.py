"""Strict comparison of e-mail addresses and domains.

Domains are compared as lower-case IDNA A-labels. Of local parts only ASCII letters are case-insensitive: full
case folding maps the Kelvin sign (U+212A) to `k`, which would open another person's account.
"""

import idna

from bot.login.shibboleth import is_address

_MAX_DOMAIN_LENGTH = 253


def canonical_domain(text: str) -> str:
    """Normalizes a domain to lower-case A-labels without a trailing dot. Raises `ValueError`."""
    domain = text.strip().removesuffix(".")
    if not domain or len(domain) > _MAX_DOMAIN_LENGTH:
        raise ValueError(f"{text[:60]!r} is not a domain")
    try:
        ascii_domain = idna.encode(domain, uts46=True).decode()
    except UnicodeError as error:
        raise ValueError(f"{text[:60]!r} is not a domain") from error
    if "." not in ascii_domain:
        raise ValueError(f"{text[:60]!r} is not a full domain")
    return ascii_domain


def canonical_address(text: str) -> str:
    """Normalizes an address for comparison. Raises `ValueError`."""
    if not is_address(text):
        raise ValueError("not an e-mail address")
    local, _, domain = text.partition("@")
    return f"{local.lower() if local.isascii() else local}@{canonical_domain(domain)}"


def domain_of(address: str) -> str:
    """The canonical domain of an address; empty for an invalid address."""
    try:
        return canonical_address(address).rpartition("@")[2]
    except ValueError:
        return ""


def is_same_address(one: str, other: str) -> bool:
    try:
        return canonical_address(one) == canonical_address(other)
    except ValueError:
        return False


def spellings(address: str) -> tuple[str, ...]:
    """An address as written and with its domain as A-labels and U-labels; empty for an invalid address."""
    try:
        canonical = canonical_address(address)
    except ValueError:
        return ()
    local, _, domain = canonical.partition("@")
    return tuple(dict.fromkeys((address, *(f"{local}@{each}" for each in domain_spellings(domain)))))


def domain_spellings(domain: str) -> tuple[str, ...]:
    """A domain as A-labels and U-labels; an invalid one as written, which then matches nothing."""
    try:
        canonical = canonical_domain(domain)
    except ValueError:
        return (domain,)
    return tuple(dict.fromkeys((canonical, _to_unicode(canonical))))


def _to_unicode(domain: str) -> str:
    try:
        return idna.decode(domain)
    except UnicodeError:
        return domain
