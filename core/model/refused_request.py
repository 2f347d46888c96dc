"""Requests that were refused."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from core.interval import Interval
from core.model.campus import RoomId
from core.model.people import PersonId, SocietyId


class RequestedAction(StrEnum):
    """What a refused request wanted to do."""

    BOOK = "book"
    MOVE = "move"
    EXTEND = "extend"
    CANCEL = "cancel"
    CHECK_IN = "check in"
    SERIES = "series"
    SEARCH = "search"
    WAIT = "wait"
    ACCEPT = "accept"


class AttemptedRequest(Struct, frozen=True):
    """What was asked: by whom (None for the bearer of a society token), where, when and for how many.

    `seats` is 0 where the request names no number.
    """

    action: RequestedAction
    by: PersonId | None = None
    room_id: RoomId | None = None
    slot: Interval | None = None
    society_id: SocietyId | None = None
    seats: int = 0


class RefusedRequest(Struct, frozen=True):
    """A refusal as it is kept: `code` is the error's, `rule` says in words what was broken.

    `platform` is a chat platform or one of the HTTP APIs.
    """

    at: datetime
    attempt: AttemptedRequest
    code: str
    rule: str
    platform: str
