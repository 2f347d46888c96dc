"""Cache invalidation events."""

from typing import NamedTuple


class Change(NamedTuple):
    """Cache invalidation event: entity kind and key.

    `kind` is `catalogue`, `room` (`key`'s bookings), `schedule` (`key`'s busy intervals, changed by a
    transaction function), `timetable` (all busy intervals), `person` (`key`, with identities, memberships and
    logins), `people` (all of them), `society`, `societies`, `source`, `login` (one has ended) or `webhook`
    (one was added or removed).
    """

    kind: str
    key: str = ""
