"""People on a booking, and handing bookings over: invitations, offers and swaps."""

from core.services.sharing.answers import AcceptedTransfer
from core.services.sharing.guests import Attendee, InvitationResult, TooManyGuests
from core.services.sharing.service import SharingService
from core.services.sharing.transfers import (
    TRANSFER_ANSWER,
    TRANSFER_OFFER,
    TransferAnswer,
    TransferClosed,
    is_waiting,
)

__all__ = [
    "TRANSFER_ANSWER",
    "TRANSFER_OFFER",
    "AcceptedTransfer",
    "Attendee",
    "InvitationResult",
    "SharingService",
    "TooManyGuests",
    "TransferAnswer",
    "TransferClosed",
    "is_waiting",
]
