"""The kinds of errors, which front ends map to status codes and tones."""

from core.model import AttemptedRequest


class RoomieError(Exception):
    """A request that cannot be fulfilled; the message says why and, where known, what to do."""

    code = "error"
    attempt: AttemptedRequest | None = None
    """The request that is refused, where a use case knows it; see `core.services.attempts`."""


class Invalid(RoomieError):
    """The request is malformed or inconsistent."""

    code = "invalid"


class NotFound(RoomieError):
    """The resource does not exist, or not for this requester."""

    code = "not_found"


class NotAllowed(RoomieError):
    """The requester lacks permission."""

    code = "not_allowed"


class Conflict(RoomieError):
    """The request conflicts with the current state."""

    code = "conflict"


class Unavailable(RoomieError):
    """The service cannot handle the request now."""

    code = "unavailable"
    is_safe_to_log = True
    """Messages are constant: they quote no user input."""
