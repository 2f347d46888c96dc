"""The waiting list: asking to wait, the line, offers, and what becomes of them."""

from core.services.waiting.line import bookable_rooms
from core.services.waiting.offers import FREE, MISSED, OFFER, reference
from core.services.waiting.queries import query_of
from core.services.waiting.service import PlaceInLine, WaitingService, WaitRequest

__all__ = [
    "FREE",
    "MISSED",
    "OFFER",
    "PlaceInLine",
    "WaitRequest",
    "WaitingService",
    "bookable_rooms",
    "query_of",
    "reference",
]
