"""Access to metrics and details of readiness: everyone unless Roomie is public, then `metrics_from` only."""

from aiohttp import web

from bot.web.framework.rate_limit import client_address, in_networks
from bot.web.framework.settings import HttpSettings

_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-IP", "Via")


def is_operator(request: web.Request, settings: HttpSettings) -> bool:
    """Whether the client may read `/metrics` and the parts of `/readyz`."""
    if not settings.metrics_from:
        return not settings.is_public
    client, peer = client_address(request, settings.trusted_proxies), request.remote or ""
    if client == peer and any(name in request.headers for name in _FORWARDED):
        return False  # through an unknown proxy, whose address says nothing about its client
    return in_networks(client, settings.metrics_from)
