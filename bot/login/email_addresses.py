"""Comparing e-mail addresses and their domains strictly.

Domains compare as IDNA A-labels in lower case. Local parts compare without regard to ASCII case and in no
other way: full case folding would make the Kelvin sign (U+212A) a `k`, and so open somebody else's account.
"""

import idna

from bot.login.shibboleth import is_address

_LONGEST_DOMAIN = 253


def canonical_domain(text: str) -> str:
    """A domain as A-labels in lower case, without a final dot. `ValueError` for what is none."""
    domain = text.strip().removesuffix(".")
    if not domain or len(domain) > _LONGEST_DOMAIN:
        raise ValueError(f"{text[:60]!r} is no domain")
    try:
        ascii_domain = idna.encode(domain, uts46=True).decode()
    except UnicodeError as error:
        raise ValueError(f"{text[:60]!r} is no domain") from error
    if "." not in ascii_domain:
        raise ValueError(f"{text[:60]!r} is no full domain")
    return ascii_domain


def canonical_address(text: str) -> str:
    """An address as it compares. `ValueError` for what is none."""
    if not is_address(text):
        raise ValueError("no address")
    local, _, domain = text.partition("@")
    return f"{local.lower() if local.isascii() else local}@{canonical_domain(domain)}"


def domain_of(address: str) -> str:
    """The canonical domain of an address; empty for what is none."""
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
    """An address as written, and with its domain as A-labels and as U-labels; empty for what is none."""
    try:
        canonical = canonical_address(address)
    except ValueError:
        return ()
    local, _, domain = canonical.partition("@")
    return tuple(dict.fromkeys((address, *(f"{local}@{each}" for each in domain_spellings(domain)))))


def domain_spellings(domain: str) -> tuple[str, ...]:
    """A domain as A-labels and as U-labels; as written where it is none, which then fits nothing."""
    try:
        canonical = canonical_domain(domain)
    except ValueError:
        return (domain,)
    return tuple(dict.fromkeys((canonical, _unicode(canonical))))


def _unicode(domain: str) -> str:
    try:
        return idna.decode(domain)
    except UnicodeError:
        return domain
