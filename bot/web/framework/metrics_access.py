"""Who may see how Roomie is in detail: everybody until it is public, then the addresses an operator named."""

from aiohttp import web

from bot.web.framework.rate_limit import client_address, in_networks
from bot.web.framework.settings import HttpSettings

_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-IP", "Via")


def is_operator(request: web.Request, settings: HttpSettings) -> bool:
    """Whether the client may see `/metrics` and the parts of `/readyz`."""
    if not settings.metrics_from:
        return not settings.is_public
    client, peer = client_address(request, settings.trusted_proxies), request.remote or ""
    if client == peer and any(name in request.headers for name in _FORWARDED):
        return False  # by way of a proxy that nobody told us of: its address says nothing of its client
    return in_networks(client, settings.metrics_from)
