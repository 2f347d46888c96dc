"""HTML pages for errors; those of the APIs are in `bot.web.framework.errors`."""

from collections.abc import Mapping

from aiohttp import web

from bot.login.browser_sessions import BrowserSession
from bot.web.framework.errors import HttpError, InvalidParameter
from bot.web.framework.page_response import frame_of, html_page
from bot.web.framework.response import RenderedResponse
from bot.web.framework.route import Principal
from bot.web.framework.state import ServerState
from bot.web.pages.templating import render
from core.errors import (
    Conflict,
    Invalid,
    MissingField,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    PictureExpired,
    RoomieError,
    Unavailable,
    UnknownBooking,
    UnknownRoom,
)
from core.policy.login import StaleLink

ERROR_TITLE = "That didn't work"
UNAUTHORIZED = 401
METHOD_NOT_ALLOWED = 405
_INCOMPLETE_FORM = "Something in that form is missing or can't be read. Go back and correct it."
_WRONG_ADDRESS = "There is a mistake in the address of this page. Start again from the start page."
_LOGGED_OUT = "You are not logged in any more, so nothing was changed. Log in and do it again."
_ANSWER_ONLY = "This page was the answer to something that you sent, and can't be opened again."
_NO_ROOM = "There's no room with this id, or it is out of use. Try the search line on the start page."
_NO_BOOKING = "This isn't one of your coming bookings: it is over, cancelled, or somebody else's."
_HEADINGS = {
    UNAUTHORIZED: "Please log in",
    404: "Nothing here",
    429: "One moment, please",
    500: "Sorry, that's our fault",
}
_STATUSES: tuple[tuple[type[RoomieError], int], ...] = (
    (StaleLink, 410),
    (PictureExpired, 410),
    (NotAuthenticated, 401),
    (NotFound, 404),
    (NotAllowed, 403),
    (Conflict, 409),
    (Unavailable, 503),
    (Invalid, 400),
)


def status_of(refusal: RoomieError) -> int:
    return next((status for kind, status in _STATUSES if isinstance(refusal, kind)), 403)


def title_of(refusal: Exception) -> str:
    return "This link no longer works" if isinstance(refusal, StaleLink | PictureExpired) else ERROR_TITLE


def _sentence(refusal: RoomieError | HttpError, method: str) -> str:
    """The refusal in words for people; those that name parameters or methods are for programs."""
    is_form = method == "POST"
    if isinstance(refusal, InvalidParameter | MissingField):
        return _INCOMPLETE_FORM if is_form else _WRONG_ADDRESS
    if isinstance(refusal, UnknownRoom):
        return _NO_ROOM
    if isinstance(refusal, UnknownBooking):
        return _NO_BOOKING
    if isinstance(refusal, NotAuthenticated) and is_form:
        return _LOGGED_OUT
    if isinstance(refusal, HttpError) and refusal.status == METHOD_NOT_ALLOWED:
        return _ANSWER_ONLY
    return str(refusal) or "Not possible."


def refusal_page(
    refusal: RoomieError | HttpError,
    state: ServerState,
    request: web.Request,
    caller: Principal = None,
    session: BrowserSession | None = None,
) -> RenderedResponse:
    """The page for a refusal; one that a login would help with offers it."""
    headers: Mapping[str, str] = {}
    if isinstance(refusal, HttpError):
        status, headers = refusal.status, refusal.headers
        heading = _HEADINGS.get(status, ERROR_TITLE)
    else:
        status = status_of(refusal)
        heading = _HEADINGS.get(status) or title_of(refusal)
    frame = frame_of(state, request, caller, session)
    login = frame.path if status == UNAUTHORIZED else ""
    html = render("error.html", frame, heading=heading, text=_sentence(refusal, request.method), login=login)
    return html_page(html.encode(), state, status=status, is_personal=True, headers=headers)


def fault_page(
    request_id: str,
    state: ServerState,
    request: web.Request,
    caller: Principal = None,
    session: BrowserSession | None = None,
) -> RenderedResponse:
    """The page for an unexpected error: only the id under which it was logged."""
    sentence = f"Something went wrong on our side. If it happens again, tell us this number: {request_id}."
    return refusal_page(HttpError(500, sentence), state, request, caller, session)
