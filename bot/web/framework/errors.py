"""Translates errors to HTTP responses.

On the Roomie API a domain error has status 200 with `error` and `code`, because its clients show the sentence
only then; on FreeRooms it is a 400. Authentication, permissions and faults have their own statuses.
"""

from collections.abc import Mapping
from http import HTTPStatus
from math import ceil

from bot.web.framework.response import RenderedResponse, json_response
from bot.web.framework.route import Api
from bot.web.framework.serializers import facts_of
from core.errors import Invalid, NotAllowed, NotAuthenticated, NotFound, RoomieError, Unavailable


class HttpError(Exception):
    """An error with an HTTP status of its own."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.headers = status, dict(headers or {})


class TooManyRequests(HttpError):
    """A client exceeds a rate limit; `wait` is in seconds."""

    def __init__(self, wait: float) -> None:
        super().__init__(429, "Too many requests. Please wait a moment.", {"Retry-After": str(ceil(wait))})


class InvalidParameter(Invalid):
    """A parameter that cannot be parsed, with its name as clients know it."""

    code = "bad_parameter"

    def __init__(self, name: str) -> None:
        super().__init__(f"Invalid {name}")
        self.name = name


class DuplicateParameter(InvalidParameter):
    code = "doubled_parameter"


def domain_error_response(error: RoomieError, api: Api) -> RenderedResponse:
    """The response for an error of the core."""
    content: dict[str, object] = {"error": str(error) or "Not possible.", "code": error.code}
    status, headers = status_of(error, api), {}
    if isinstance(error, NotAllowed):
        content["detail"] = content["error"]
    if isinstance(error, NotAuthenticated):
        headers["WWW-Authenticate"] = "Token"
    if isinstance(error, Unavailable):
        headers["Retry-After"] = "2"
    if api is Api.FREEROOMS and status == HTTPStatus.BAD_REQUEST:
        return json_response({"error": content["error"]}, status=status)
    return json_response({**content, **facts_of(error)}, status=status, headers=headers)


def status_of(error: RoomieError, api: Api) -> int:
    if isinstance(error, NotAuthenticated):
        return 401
    if isinstance(error, NotAllowed):
        return 403
    if isinstance(error, Unavailable):
        return 503
    if api is Api.ROOMIE:
        return 200
    return 404 if api in {Api.SERVICE, Api.CALENDARS} and isinstance(error, NotFound) else 400


def http_error_response(refusal: HttpError) -> RenderedResponse:
    message = str(refusal)
    content = {"error": message, "detail": message}
    return json_response(content, status=refusal.status, headers=refusal.headers)


def internal_error_response(request_id: str) -> RenderedResponse:
    """The response for an unexpected error: only the id under which it was logged."""
    return json_response({"error": "internal", "request_id": request_id}, status=500)
