"""Callback of a Shibboleth service provider, which passes attributes of the person in headers."""

import logging

from aiohttp import web

from bot.login.links import Links
from bot.login.settings import LoginMethod
from bot.login.shibboleth import UntrustedAttributes, claims_of
from bot.web.endpoints.login_api import base_url
from bot.web.endpoints.login_pages.confirm import prove_and_confirm
from bot.web.endpoints.login_responses import redirect, sid_token_in
from bot.web.framework.rate_limit import in_networks
from bot.web.framework.route import RequestContext
from core.model import AuditEntry
from core.services.provisioning import IdentityClaims

logger = logging.getLogger(__name__)


async def callback(context: RequestContext) -> web.Response:
    token, settings = sid_token_in(context), context.state.login.settings
    await context.state.services.logins.login_status(token)
    if settings.method is not LoginMethod.SHIBBOLETH:
        return redirect(context, Links(base_url(context), token).page)
    try:
        claims = _authenticated_claims(context)
    except UntrustedAttributes:
        await _log_forgery(context)
        raise
    return await prove_and_confirm(context, token, claims)


def _authenticated_claims(context: RequestContext) -> IdentityClaims:
    """The attributes in the headers of a trusted proxy; raises `UntrustedAttributes` for others."""
    if not in_networks(context.request.remote or "", context.state.settings.trusted_proxies):
        raise UntrustedAttributes
    return claims_of(context.request.headers, context.state.login.settings.shibboleth)


async def _log_forgery(context: RequestContext) -> None:
    """Logs and audits attributes from an untrusted sender: an attack, or a proxy that is misconfigured."""
    shibboleth, headers = context.state.login.settings.shibboleth, context.request.headers
    if shibboleth.eppn not in headers and shibboleth.secret_header not in headers:
        return
    logger.warning("refused untrusted attributes; the audit trail says from where")
    entry = AuditEntry(context.now, f"address:{context.request.remote}", "log in", "unproved attributes")
    await context.state.services.storage.write(lambda unit: unit.audit(entry))
