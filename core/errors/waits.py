"""Errors of requests about waiting lists and their offers."""

from core.errors.kinds import Conflict, NotFound


class UnknownWait(NotFound):
    code = "no_such_wait"

    def __init__(self) -> None:
        super().__init__("You aren't waiting for that any more.")


class TooManyWaits(Conflict):
    code = "too_many_waits"

    def __init__(self, max_waits: int) -> None:
        limit = f"You can wait for {max_waits} at a time. Stop one of them first."
        super().__init__(limit if max_waits else "Waiting for rooms is switched off here.")
        self.max_waits = max_waits


class OfferExpired(Conflict):
    code = "offer_expired"

    def __init__(self) -> None:
        super().__init__("This offer is over. Ask again if you still need the room.")


class NothingToWaitFor(Conflict):
    """Waiting makes no sense; `is_free`: because it can be booked now."""

    code = "nothing_to_wait_for"

    def __init__(self, message: str, *, is_free: bool = False) -> None:
        super().__init__(message)
        self.is_free = is_free
