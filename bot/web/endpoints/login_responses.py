"""Responses of the login pages: HTML, redirects, errors, and the details of the requester."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.chat.request import PlatformName
from bot.login import requester
from bot.login.chat_link import PLATFORMS, request_preview
from bot.login.settings import LoginMethod
from bot.web.endpoints.login_api import base_url
from bot.web.framework.error_pages import status_of, title_of
from bot.web.framework.rate_limit import client_address, client_subnet
from bot.web.framework.route import Parameter, RequestContext, Response
from bot.web.pages import login as pages
from bot.web.pages.security_headers import security_headers
from core.errors import NotAllowed, RoomieError
from core.model import LoginSession
from core.policy.login import StaleLink, sid_token

SID = Parameter(
    "sid", str, {"type": "string"}, "The sid, with or without `shib` in front.", example="pescvktq"
)


class WrongSite(NotAllowed):
    """Our form was submitted from another site."""

    code = "wrong_site"

    def __init__(self) -> None:
        super().__init__("Please open the login link again and continue from there.")


def html_response(context: RequestContext, html: str, status: int = 200) -> web.Response:
    return web.Response(
        text=html,
        status=status,
        content_type="text/html",
        charset="utf-8",
        headers={
            **security_headers(is_secure=base_url(context).startswith("https:")),
            "X-Content-Type-Options": "nosniff",
            "X-Request-ID": context.id,
        },
    )


def page_context(context: RequestContext, token: str = "") -> pages.PageContext:
    login = context.state.login
    return pages.PageContext(login.campus, token, login.settings.method is LoginMethod.DEVELOPMENT)


def redirect(context: RequestContext, url: str) -> web.Response:
    headers = {"Location": url, **security_headers(is_secure=base_url(context).startswith("https:"))}
    return web.Response(status=303, headers=headers)


PageHandler = Callable[[RequestContext], Awaitable[web.Response]]


def html_errors(handler: PageHandler) -> Callable[[RequestContext], Awaitable[Response]]:
    """Wraps a handler so that domain errors are shown as pages."""

    async def handle(context: RequestContext) -> Response:
        try:
            return await handler(context)
        except RoomieError as refusal:
            return refusal_page(context, refusal)

    return handle


def refusal_page(context: RequestContext, refusal: RoomieError) -> web.Response:
    html = pages.error_page(page_context(context), str(refusal), title_of(refusal))
    return html_response(context, html, status_of(refusal))


def sid_token_in(context: RequestContext) -> str:
    token = sid_token(context.get(SID) or "")
    if token is None:
        raise StaleLink
    return token


def check_site(context: RequestContext) -> None:
    if context.request.headers.get("Sec-Fetch-Site", "none") not in {"none", "same-origin"}:
        raise WrongSite


def client_address_of(context: RequestContext) -> str:
    return client_address(context.request, context.state.settings.trusted_proxies)


def requester_details(context: RequestContext, session: LoginSession) -> pages.RequesterDetails:
    """Describes who waits for this login."""
    login = requester.decode(session.request)
    if session.identity is None:
        if login.is_browser:
            return pages.RequesterDetails(is_browser=True)
        is_near = client_subnet(login.address) == client_subnet(client_address_of(context))
        return pages.RequesterDetails(program=login.agent, address=login.address, is_near=is_near)
    platform, _, account = session.identity.partition(":")
    team, _, user = account.rpartition(":")
    return pages.RequesterDetails(
        platform=PLATFORMS[PlatformName(platform)],
        account=f"{user} in workspace {team}" if team else user,
        name=login.name,
        waits=request_preview(login.request),
    )
