"""Logging in with a password, or as a fixed person on a developer's own machine."""

import logging
from urllib.parse import urlencode

from aiohttp import web

from bot.login.links import CONFIRMATION_PATH
from bot.login.public_access import host_of, is_loopback
from bot.login.settings import LoginMethod
from bot.login.shibboleth import UntrustedAttributes
from bot.web.endpoints.converters import parse_name, parse_password
from bot.web.endpoints.login_pages.browser import complete_for_browser, is_for_browser
from bot.web.endpoints.login_pages.confirm import NONCE, prove_and_confirm, prove_identity
from bot.web.endpoints.login_responses import (
    SID,
    check_site,
    html_response,
    page_context,
    redirect,
    requester_details,
    sid_token_in,
)
from bot.web.endpoints.password_login import check_password
from bot.web.framework.errors import TooManyRequests
from bot.web.framework.route import Parameter, RequestContext
from bot.web.pages import login as pages
from core.errors import NotAuthenticated

logger = logging.getLogger(__name__)

_TEXT = {"type": "string"}
_MAX_NAME_LENGTH = 254
_FORWARDING = ("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP")

NAME = Parameter("username", parse_name, _TEXT, "A username or an e-mail address.")
PASSWORD = Parameter("password", parse_password, _TEXT, "The password.")


async def log_in(context: RequestContext) -> web.Response:
    """Checks the name and password of the login form; wrong ones are throttled."""
    check_site(context)
    token, settings = sid_token_in(context), context.state.login.settings
    session = await context.state.services.logins.login_status(token)
    if settings.development is not None:
        _check_is_local_request(context)
        logger.warning("DEVELOPMENT: a login on this machine is taken for the one of login.dev_user")
        return await prove_and_confirm(context, token, settings.development)
    if settings.method is not LoginMethod.PASSWORD:
        raise UntrustedAttributes
    name, password = context.get(NAME) or "", context.get(PASSWORD) or ""
    page, requester = page_context(context, token), requester_details(context, session)
    typed = name[:_MAX_NAME_LENGTH]
    try:
        login = await check_password(context, name, password)
    except TooManyRequests as refusal:
        wait = refusal.headers["Retry-After"]
        error = f"Too many attempts. Please wait {wait} seconds."
        response = html_response(context, pages.login_page(page, requester, error, typed), 429)
        response.headers["Retry-After"] = wait
        return response
    except NotAuthenticated as refusal:
        return html_response(context, pages.login_page(page, requester, str(refusal), typed), 403)
    proved = await prove_identity(context, token, login.person.id)
    if is_for_browser(proved.session):
        response = await complete_for_browser(context, proved)
        response.headers.add("Set-Cookie", login.cookie)
        return response
    query = urlencode({SID.name: token, NONCE.name: proved.nonce})
    # A redirect, so that the page that follows sets no cookie and reloading it does not send the form again.
    response = redirect(context, f"{CONFIRMATION_PATH}?{query}")
    response.headers.add("Set-Cookie", login.cookie)
    return response


def _check_is_local_request(context: RequestContext) -> None:
    """Refuses requests from elsewhere, and those through a proxy, which would make everybody look local."""
    request = context.request
    is_forwarded = any(header in request.headers for header in _FORWARDING)
    is_local = is_loopback(request.remote or "") and is_loopback(host_of(f"http://{request.host}"))
    if is_forwarded or not is_local:
        raise UntrustedAttributes
