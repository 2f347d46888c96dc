"""Routes of pages for people, and the check of their forms."""

import hmac
from inspect import isawaitable
from typing import Any

from bot.web.framework.route import (
    Access,
    Api,
    Handler,
    Parameter,
    ParameterLocation,
    RequestContext,
    Response,
    Route,
)
from core.errors import NotAllowed, NotAuthenticated

CSRF = Parameter(
    "csrf",
    str,
    {"type": "string"},
    "The token of the form, bound to the browser's session.",
    location=ParameterLocation.BODY,
)
_HTML = {"type": "string"}


class StaleForm(NotAllowed):
    """A form without the token of this session: from another site, or from before a login."""

    code = "stale_form"

    def __init__(self) -> None:
        super().__init__("This page was out of date, so nothing was changed. Please open it again.")


def page_route(
    name: str,
    handler: Handler,
    summary: str,
    *,
    path: str,
    access: Access = Access.PUBLIC,
    parameters: tuple[Parameter[Any], ...] = (),
    cost: float = 1.0,
) -> Route:
    """A page that is read with GET, and changes nothing."""
    return Route(
        Api.PAGES,
        name,
        ("GET",),
        handler,
        summary,
        {200: _HTML, 303: None, **dict.fromkeys((401, 403, 404), _HTML)},
        path=path,
        parameters=parameters,
        access=access,
        per_user=True,
        cost=cost,
        uses_session=True,
        media_type="text/html",
    )


def form_route(
    name: str,
    handler: Handler,
    summary: str,
    *,
    path: str,
    access: Access = Access.PERSON,
    parameters: tuple[Parameter[Any], ...] = (),
) -> Route:
    """Where a form of a page is sent with POST. It is refused without the CSRF token of the session."""
    return Route(
        Api.PAGES,
        name,
        ("POST",),
        _with_form_check(handler),
        summary,
        {200: _HTML, 303: None, **dict.fromkeys((401, 403, 404, 409), _HTML)},
        path=path,
        parameters=(CSRF, *parameters),
        access=access,
        is_mutating=True,
        per_user=True,
        uses_session=True,
        media_type="text/html",
    )


def check_form(context: RequestContext) -> None:
    """Raises `StaleForm` unless the form carries the CSRF token of the session and comes from our site."""
    if context.session is None:
        raise NotAuthenticated("Please log in first.")
    is_ours = context.request.headers.get("Sec-Fetch-Site", "none") in {"none", "same-origin"}
    sent = context.get(CSRF) or ""
    if not is_ours or not hmac.compare_digest(sent.encode("utf-8", "replace"), context.session.csrf.encode()):
        raise StaleForm


def _with_form_check(handler: Handler) -> Handler:
    async def handle(context: RequestContext) -> Response:
        check_form(context)
        result = handler(context)
        return await result if isawaitable(result) else result

    return handle
