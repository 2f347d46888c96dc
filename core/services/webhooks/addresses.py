"""Checks of what an operator types: a receiver's address and the events it subscribes to."""

from collections.abc import Collection, Iterable
from fnmatch import fnmatchcase
from ipaddress import ip_address
from urllib.parse import urlsplit

from core.errors import Invalid
from core.ip_addresses import is_public
from core.model import EventType

MAX_WEBHOOKS = 50
_MAX_LENGTH = 2000
_NO_ADDRESS = "That is no address. Write one such as https://example.org/roomie."
_LOCAL_ENDINGS = (".localhost", ".local", ".internal")


def check_receiver(url: str, private_hosts: Collection[str]) -> str:
    """The address, or `Invalid` with a sentence.

    https, and nothing that names a private network, except for `private_hosts`. What a name resolves to is
    checked at every connection.
    """
    scheme, host = _parse(url)
    if host in private_hosts:
        return url
    if scheme != "https":
        raise Invalid("The address must begin with https://, so that nobody reads along.")
    if _is_private(host):
        raise Invalid(
            f"{host} lies in a private network. If Roomie may send there, add it to webhooks.private_hosts "
            "in config.toml."
        )
    return url


def _parse(url: str) -> tuple[str, str]:
    """Scheme and host."""
    if len(url) > _MAX_LENGTH or not url.isascii() or not url.isprintable() or " " in url:
        raise Invalid("The address must be one of the web, of at most 2,000 characters without spaces.")
    try:
        parts, port = urlsplit(url), urlsplit(url).port
    except ValueError:
        raise Invalid(_NO_ADDRESS) from None
    if parts.scheme not in {"http", "https"} or not parts.hostname or port == 0:
        raise Invalid(_NO_ADDRESS)
    if parts.username is not None or parts.password is not None:
        raise Invalid("Leave the password out of the address: receivers check the signature instead.")
    if parts.fragment:
        raise Invalid("Leave out what follows the #: it is not sent.")
    return parts.scheme, parts.hostname.lower()


def _is_private(host: str) -> bool:
    """Whether the name alone tells."""
    try:
        ip_address(host)
    except ValueError:
        return "." not in host or host.endswith(_LOCAL_ENDINGS)
    return not is_public(host)


def check_events(patterns: Iterable[str]) -> tuple[str, ...]:
    """Names and patterns of events without repetition, or `Invalid` for one that matches none."""
    chosen = tuple(dict.fromkeys(each.strip() for each in patterns if each.strip()))
    if not chosen:
        raise Invalid(f"Say which events: {known_events()}, or patterns such as booking.*.")
    for each in chosen:
        if len(each) > 40 or not any(fnmatchcase(known, each) for known in EventType):
            raise Invalid(f"No event is called {each[:40]!r}. Events are {known_events()}.")
    return chosen


def known_events() -> str:
    return ", ".join(EventType)
