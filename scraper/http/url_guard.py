"""SSRF guard: allows only the configured hosts. `core.guarded_sockets` keeps private networks out."""

import re

from msgspec import Struct
from yarl import URL

from scraper.common.errors import AddressRefused

_WEBCAL_SCHEME = re.compile(r"^webcals?://", re.IGNORECASE)
_HOST_PATTERN = re.compile(r"[A-Za-z0-9._:%-]+")
_DEFAULT_PORTS = frozenset({80, 443})


class AllowedUrls(Struct, frozen=True):
    """Hosts and ports of one source, for every request and every redirect."""

    base_url: URL
    extra_hosts: frozenset[str] = frozenset()

    @classmethod
    def for_address(cls, address: str, extra_hosts: frozenset[str] = frozenset()) -> "AllowedUrls":
        return cls(parse_web_address(address), extra_hosts)

    def check(self, url: URL, redirected_from: URL | None = None) -> None:
        """Raises `AddressRefused` unless `url` may be requested."""
        if url.scheme not in {"http", "https"} or not url.host:
            raise AddressRefused("Only http and https addresses are read.")
        if url.host.lower() not in self.extra_hosts | {(self.base_url.host or "").lower()}:
            raise AddressRefused(f"{url.host} is not the configured host {self.base_url.host}.")
        if url.port not in _DEFAULT_PORTS | {self.base_url.port}:
            raise AddressRefused(f"Port {url.port} of {url.host} is not the configured one.")
        if redirected_from is not None and redirected_from.scheme == "https" and url.scheme == "http":
            raise AddressRefused(f"{redirected_from.host} sends us from https to http, which is not safe.")


def parse_web_address(address: str) -> URL:
    """Parses an http or https URL with a host. `webcal`, the scheme of subscribed calendars, means https."""
    try:
        url = URL(_WEBCAL_SCHEME.sub("https://", address.strip()))
        port = url.port
    except ValueError as error:
        raise AddressRefused("The address is not one of the web.") from error
    if url.scheme not in {"http", "https"} or port is None or not _HOST_PATTERN.fullmatch(url.raw_host or ""):
        raise AddressRefused("The address must begin with http:// or https:// and name a host.")
    return url
