"""Whether a configuration makes Roomie reachable from other machines."""

from bot.config import Config
from bot.config.types import host_of, is_loopback

__all__ = ["host_of", "is_loopback", "is_public"]


def is_public(config: Config) -> bool:
    """Whether other machines can send requests, directly or through a proxy or a tunnel."""
    http = config.http
    return (
        not is_loopback(http.host)
        or bool(http.trusted_proxies)
        or bool(http.public_url and not is_loopback(host_of(http.public_url)))
        or config.is_reached_by_platform
    )
