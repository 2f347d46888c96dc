"""Refusals of pages, for people at a browser; `bot.web.framework.errors` has those of the APIs."""

from collections.abc import Mapping
from http import HTTPStatus

from bot.web.framework.errors import HttpError
from bot.web.framework.response import RenderedResponse
from bot.web.framework.state import ServerState
from bot.web.pages import login as pages
from bot.web.pages.layout import headers as page_headers
from core.errors import Conflict, Invalid, NotAllowed, RoomieError, Unavailable
from core.policy.login import StaleLink

_STATUSES: tuple[tuple[type[RoomieError], int], ...] = (
    (StaleLink, 410),
    (NotAllowed, 403),
    (Conflict, 409),
    (Unavailable, 503),
    (Invalid, 400),
)


def status_of(refusal: RoomieError) -> int:
    return next((status for kind, status in _STATUSES if isinstance(refusal, kind)), 403)


def title_of(refusal: Exception) -> str:
    return "This link is used up" if isinstance(refusal, StaleLink) else "This did not work"


def refusal_page(refusal: RoomieError | HttpError, state: ServerState) -> RenderedResponse:
    if isinstance(refusal, HttpError):
        return _page(state, str(refusal), refusal.status, headers=refusal.headers)
    return _page(state, str(refusal) or "Not possible.", status_of(refusal), title_of(refusal))


def fault_page(request_id: str, state: ServerState) -> RenderedResponse:
    """An unexpected fault: nothing of it is shown but the id under which it was logged."""
    return _page(state, f"Something went wrong here (fault {request_id}).", HTTPStatus.INTERNAL_SERVER_ERROR)


def _page(
    state: ServerState,
    sentence: str,
    status: int,
    title: str = "This did not work",
    headers: Mapping[str, str] | None = None,
) -> RenderedResponse:
    html = pages.error_page(pages.PageContext(state.login.campus), sentence, title)
    always = page_headers(is_secure=state.settings.public_url.startswith("https:"))
    return RenderedResponse(
        html.encode(),
        status=status,
        media_type="text/html; charset=utf-8",
        headers={**always, **(headers or {})},
    )
