"""Logging this browser in: nobody else gets the login, so there is nothing to confirm.

The login is bound to the browser that began it by a cookie. Otherwise a stranger could begin one, and log
somebody else's browser in as themselves (login CSRF), or finish a login that somebody else proved.
"""

from aiohttp import web

from bot.login import requester
from bot.login.links import LOGIN_PATH
from bot.web.endpoints.login_responses import client_address_of, redirect
from bot.web.framework.browser_session import (
    began_login,
    begun_login,
    ended_login_cookie,
    login_cookie,
    session_cookie,
)
from bot.web.framework.errors import TooManyRequests
from bot.web.framework.page_response import safe_path
from bot.web.framework.route import Parameter, RequestContext
from core.errors import NotAllowed
from core.model import LoginSession
from core.policy.login import is_open
from core.services.login import PendingConfirmation

NEXT = Parameter(
    "next", safe_path, {"type": "string"}, "The path of this site to go on at.", example="/rooms/RO-PIZZA"
)


class WrongBrowser(NotAllowed):
    """The login was begun in another browser."""

    code = "wrong_browser"

    def __init__(self) -> None:
        super().__init__(
            "This login was not started in this browser. Please go to the start page and log in."
        )


async def begin(context: RequestContext) -> web.Response:
    """Begins a login of this browser, or goes on with the one that it began."""
    state, path = context.state, context.get(NEXT) or "/"
    if context.session is not None:
        return redirect(context, path)
    token = begun_login(context.request, state)
    session = await state.services.logins.find(token) if token else None
    if session is None or not is_open(session, context.now) or _next_path(session) != path:
        address = client_address_of(context)
        if wait := state.login_rates.acquire_for(address, state.ticks()):
            raise TooManyRequests(wait)
        agent = context.request.headers.get("User-Agent", "")
        token = await state.services.logins.open(
            requester.encode(requester.from_browser(address, agent, path))
        )
    response = redirect(context, f"{LOGIN_PATH}?sid={token}")
    response.headers.add("Set-Cookie", login_cookie(token, state))
    return response


def is_for_browser(session: LoginSession) -> bool:
    return session.identity is None and requester.decode(session.request).is_browser


def _next_path(session: LoginSession) -> str:
    return safe_path(requester.decode(session.request).next)


async def check_browser(context: RequestContext, token: str) -> None:
    """Raises `WrongBrowser` if the login is for another browser than this one."""
    session = await context.state.services.logins.login_status(token)
    if is_for_browser(session) and not began_login(context.request, token, context.state):
        raise WrongBrowser


async def complete_for_browser(context: RequestContext, proved: PendingConfirmation) -> web.Response:
    """Logs this browser in with a new token, and ends the session that it had before."""
    state, browser = context.state, requester.decode(proved.session.request)
    label = ", ".join(filter(None, (state.login.settings.method.value, "browser", browser.agent)))
    login, token = state.services.accounts.new_login(proved.person.id, label)
    await state.services.logins.complete_with_token(proved.session, login, None)
    if context.session is not None:
        await state.services.accounts.log_out(context.session.token)
    response = redirect(context, _next_path(proved.session))
    response.headers.add("Set-Cookie", session_cookie(token, state))
    response.headers.add("Set-Cookie", ended_login_cookie(state))
    return response
