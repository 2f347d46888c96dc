"""Reads Shibboleth attributes from the headers of a trusted proxy."""

import hmac
from urllib.parse import unquote

from multidict import CIMultiDictProxy

from bot.login.settings import ShibbolethSettings
from core.errors import NotAllowed
from core.model import Identity
from core.names import is_plain, name_key, one_line, replace_invisible
from core.services.provisioning import IdentityClaims

_MAX_VALUE_LENGTH = 254


class UntrustedAttributes(NotAllowed):
    """The attributes are missing, ambiguous, or not from the trusted proxy."""

    code = "not_vouched_for"

    def __init__(self) -> None:
        super().__init__("Please start from your institution's login page.")


def claims_of(headers: CIMultiDictProxy[str], settings: ShibbolethSettings) -> IdentityClaims:
    """The claims of the logged-in user. Raises `UntrustedAttributes`."""
    secrets = headers.getall(settings.secret_header, [])
    if not settings.secret or len(secrets) != 1 or not _is_equal(secrets[0], settings.secret):
        raise UntrustedAttributes
    eppn = _single(headers, settings.eppn)
    if not is_address(eppn) or not is_plain(eppn):
        raise UntrustedAttributes
    name = _single(headers, settings.full_name) or _join(
        _single(headers, settings.given_name), _single(headers, settings.surname)
    )
    groups = frozenset(filter(None, (each.strip() for each in _single(headers, settings.groups).split(";"))))
    return IdentityClaims(Identity(f"eppn:{name_key(eppn)}"), eppn, display_name(name, eppn), groups)


def is_address(text: str) -> bool:
    """Whether the text is a single `name@domain`."""
    name, at, domain = text.partition("@")
    has_parts = bool(name and at and domain) and "@" not in domain and len(text) <= _MAX_VALUE_LENGTH
    return has_parts and text.isprintable() and not any(sign.isspace() or sign in ';:,"<>' for sign in text)


def display_name(given: str, address: str) -> str:
    """A one-line name of limited length; the address's local part if there is none."""
    return one_line(replace_invisible(given))[:100].strip() or address.partition("@")[0]


def _single(headers: CIMultiDictProxy[str], name: str) -> str:
    """A header's value; empty if missing. Raises `UntrustedAttributes` for a repeated header."""
    values = headers.getall(name, [])
    if len(values) > 1:
        raise UntrustedAttributes
    return _decode(values[0]).strip() if values else ""


def _decode(value: str) -> str:
    """Decodes UTF-8, and percent-encoding, which mod_shib uses with `encoding="URL"`."""
    text = value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return unquote(text) if "%" in text else text


def _join(*parts: str) -> str:
    return " ".join(filter(None, parts))


def _is_equal(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode("utf-8", "surrogateescape"), other.encode())
