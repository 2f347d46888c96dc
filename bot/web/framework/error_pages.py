"""HTML pages for errors; those of the APIs are in `bot.web.framework.errors`."""

from collections.abc import Mapping
from http import HTTPStatus

from bot.web.framework.errors import HttpError
from bot.web.framework.response import RenderedResponse
from bot.web.framework.state import ServerState
from bot.web.pages import login as pages
from bot.web.pages.layout import headers as page_headers
from core.errors import Conflict, Invalid, NotAllowed, NotFound, PictureExpired, RoomieError, Unavailable
from core.policy.login import StaleLink

ERROR_TITLE = "That didn't work"
_STATUSES: tuple[tuple[type[RoomieError], int], ...] = (
    (StaleLink, 410),
    (PictureExpired, 410),
    (NotFound, 404),
    (NotAllowed, 403),
    (Conflict, 409),
    (Unavailable, 503),
    (Invalid, 400),
)


def status_of(refusal: RoomieError) -> int:
    return next((status for kind, status in _STATUSES if isinstance(refusal, kind)), 403)


def title_of(refusal: Exception) -> str:
    return "This link no longer works" if isinstance(refusal, StaleLink) else ERROR_TITLE


def refusal_page(refusal: RoomieError | HttpError, state: ServerState) -> RenderedResponse:
    if isinstance(refusal, HttpError):
        return _page(state, str(refusal), refusal.status, headers=refusal.headers)
    return _page(state, str(refusal) or "Not possible.", status_of(refusal), title_of(refusal))


def fault_page(request_id: str, state: ServerState) -> RenderedResponse:
    """The page for an unexpected error: only the id under which it was logged."""
    sentence = f"Something went wrong on our side. If it happens again, tell us this number: {request_id}."
    return _page(state, sentence, HTTPStatus.INTERNAL_SERVER_ERROR)


def _page(
    state: ServerState,
    sentence: str,
    status: int,
    title: str = ERROR_TITLE,
    headers: Mapping[str, str] | None = None,
) -> RenderedResponse:
    html = pages.error_page(pages.PageContext(state.login.campus), sentence, title)
    security_headers = page_headers(is_secure=state.settings.public_url.startswith("https:"))
    return RenderedResponse(
        html.encode(),
        status=status,
        media_type="text/html; charset=utf-8",
        headers={**security_headers, **(headers or {})},
    )
