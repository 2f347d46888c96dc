"""Responses of pages: HTML with security headers, and redirects within the site."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from aiohttp import web

from bot.login.browser_sessions import BrowserSession
from bot.web.framework.browser_session import is_secure
from bot.web.framework.response import CacheableResponse, IsValid, RenderedResponse, etag_of
from bot.web.framework.route import Principal, RequestContext, Response
from bot.web.framework.state import ServerState
from bot.web.pages.security_headers import security_headers
from bot.web.pages.templating import Frame, render
from core.directory import Account
from core.model import UserGroup
from core.policy.administrators import may_administer

HTML = "text/html; charset=utf-8"
_MAX_PATH_LENGTH = 2_000


def page(
    context: RequestContext,
    template: str,
    /,
    *,
    status: int = 200,
    path: str = "",
    cookies: Sequence[str] = (),
    **values: object,
) -> RenderedResponse:
    """Renders a template for one visitor; browsers do not store it once somebody is logged in.

    `path` is where a login leads back to, by default the request's own address; a POST must give it.
    """
    frame = frame_of(context.state, context.request, context.principal, context.session, path)
    html = render(template, frame, **values).encode()
    return html_page(
        html, context.state, status=status, is_personal=context.session is not None, cookies=cookies
    )


def shared_page(context: RequestContext, response: RenderedResponse, is_valid: IsValid) -> Response:
    """A page that is sent again from the cache while `is_valid` to visitors who are not logged in."""
    return CacheableResponse(response, is_valid) if context.session is None else response


def html_page(
    html: bytes,
    state: ServerState,
    *,
    status: int = 200,
    is_personal: bool = False,
    cookies: Sequence[str] = (),
    headers: Mapping[str, str] | None = None,
) -> RenderedResponse:
    """HTML as a response. Pages for everybody have an ETag, by which browsers revalidate them."""
    is_stored = status == 200 and not is_personal and not cookies
    caching = {"Cache-Control": "no-cache", "Vary": "Cookie"} if is_stored else {}
    security = security_headers(is_secure=is_secure(state.settings), is_stored=is_stored)
    return RenderedResponse(
        html,
        status=status,
        media_type=HTML,
        headers={**security, **caching, **(headers or {})},
        etag=etag_of(html) if is_stored else "",
        cookies=cookies,
        is_shared=False,
    )


def see_other(context: RequestContext, path: str, *, cookies: Sequence[str] = ()) -> RenderedResponse:
    """Redirects to a path of this site with GET."""
    headers = {
        **security_headers(is_secure=is_secure(context.state.settings)),
        "Location": safe_path(path),
    }
    return RenderedResponse(b"", status=303, headers=headers, cookies=cookies, is_shared=False)


def frame_of(
    state: ServerState,
    request: web.Request,
    principal: Principal,
    session: BrowserSession | None,
    path: str = "",
) -> Frame:
    """What surrounds a page for this visitor."""
    own = str(request.rel_url) if request.method in {"GET", "HEAD"} else "/"
    where = safe_path(path or own)
    if session is None or not isinstance(principal, Account):
        return Frame(state.login.campus, path=where)
    person = principal.person
    return Frame(
        state.login.campus,
        visitor=person.name,
        csrf=session.csrf,
        path=where,
        is_president=UserGroup.PRESIDENT in person.groups,
        is_administrator=may_administer(person, state.services.clock.now()),
    )


def safe_path(text: str) -> str:
    """The text if it is a path of this site, with its query; else the start page.

    Browsers read a backslash as a slash, and skip tabs and line ends, so that neither may occur.
    """
    is_path = text.startswith("/") and not text.startswith("//") and len(text) <= _MAX_PATH_LENGTH
    if not is_path or not text.isascii() or not text.isprintable() or "\\" in text or " " in text:
        return "/"
    try:
        parts = urlsplit(text)
    except ValueError:
        return "/"
    return text if not parts.scheme and not parts.netloc else "/"
