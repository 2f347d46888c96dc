"""Attaches to a refusal what was asked, so that the front ends can record refused requests."""

from collections.abc import Iterator
from contextlib import contextmanager

from msgspec.structs import replace

from core.errors import RoomieError
from core.model import AttemptedRequest, Booking, PersonId, RequestedAction


@contextmanager
def attempting(attempt: AttemptedRequest) -> Iterator[None]:
    """Sets `attempt` of a refusal that leaves the block. Of nested blocks the outermost names the action."""
    try:
        yield
    except RoomieError as refusal:
        inner = refusal.attempt
        refusal.attempt = attempt if inner is None else replace(inner, action=attempt.action)
        raise


def about(action: RequestedAction, booking: Booking, by: PersonId | None) -> AttemptedRequest:
    """What was asked of an existing booking."""
    return AttemptedRequest(action, by, booking.room_id, booking.interval, booking.society_id)
