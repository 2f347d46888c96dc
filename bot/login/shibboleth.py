"""Reading what a Shibboleth service provider says of someone, when it may be believed."""

import hmac
from collections.abc import Iterable
from urllib.parse import unquote

from multidict import CIMultiDictProxy

from bot.chat.formatting import one_line
from bot.login.settings import ShibbolethSettings
from core.errors import NotAllowed
from core.model.entities import Identity
from core.names import is_plain, name_key, replace_invisible
from core.services.provisioning import IdentityClaims

_MAX_VALUE_LENGTH = 254


class UntrustedAttributes(NotAllowed):
    """Nobody we trust says who this is."""

    code = "not_vouched_for"

    def __init__(self) -> None:
        super().__init__("You have to come here by way of your institution's login.")


def claims_of(headers: CIMultiDictProxy[str], settings: ShibbolethSettings) -> IdentityClaims:
    """Reads whom a trusted proxy vouches for; raises `UntrustedAttributes`."""
    shown = headers.getall(settings.secret_header, [])
    if not settings.secret or len(shown) != 1 or not _equal(shown[0], settings.secret):
        raise UntrustedAttributes
    eppn = _only(headers, settings.eppn)
    if not is_address(eppn) or not is_plain(eppn):
        raise UntrustedAttributes
    name = _only(headers, settings.full_name) or _joined(
        _only(headers, settings.given_name), _only(headers, settings.surname)
    )
    groups = frozenset(filter(None, (each.strip() for each in _only(headers, settings.groups).split(";"))))
    return IdentityClaims(Identity(f"eppn:{name_key(eppn)}"), eppn, display_name(name, eppn), groups)


def is_address(text: str) -> bool:
    """Whether it has the shape of `name@domain`, and nothing that could be more than one."""
    name, at, domain = text.partition("@")
    has_parts = bool(name and at and domain) and "@" not in domain and len(text) <= _MAX_VALUE_LENGTH
    return has_parts and text.isprintable() and not any(sign.isspace() or sign in ';:,"<>' for sign in text)


def display_name(given: str, address: str) -> str:
    """A name on one line, of a length that fits anywhere; the address's own where there is none."""
    return one_line(replace_invisible(given))[:100].strip() or address.partition("@")[0]


def _only(headers: CIMultiDictProxy[str], name: str) -> str:
    """A header's value. A header that came twice is not to be believed at all."""
    values = headers.getall(name, [])
    if len(values) > 1:
        raise UntrustedAttributes
    return _decoded(values[0]).strip() if values else ""


def _decoded(value: str) -> str:
    """Proxies may send UTF-8, or percent signs where it was to stay ASCII (`encoding="URL"`)."""
    text = value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return unquote(text) if "%" in text else text


def _joined(*parts: str) -> str:
    return " ".join(_filled(parts))


def _filled(parts: Iterable[str]) -> Iterable[str]:
    return (each for each in parts if each)


def _equal(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode("utf-8", "surrogateescape"), other.encode())
