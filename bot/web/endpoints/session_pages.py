"""Logging a browser out."""

from bot.web.framework.browser_session import ended_session_cookie
from bot.web.framework.page_response import see_other
from bot.web.framework.page_route import form_route
from bot.web.framework.route import RequestContext, Response, Route


async def log_out(context: RequestContext) -> Response:
    """Revokes the token of this browser's session only."""
    if context.session is not None:
        await context.state.services.accounts.log_out(context.session.token)
    return see_other(context, "/", cookies=(ended_session_cookie(context.state),))


SESSION_PAGES: tuple[Route, ...] = (form_route("logout", log_out, "Log this browser out.", path="/logout"),)
