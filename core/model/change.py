"""Cache invalidation events."""

from typing import NamedTuple


class Change(NamedTuple):
    """Cache invalidation event: entity kind and key.

    `kind` is `catalogue`, `room` (`key`'s bookings), `schedule` (`key`'s busy intervals, changed by a
    transaction function), `timetable` (all busy intervals), `person` (`key`, with identities, memberships and
    logins), `people` (all of them), `society`, `societies`, `source` or `login` (one has ended).
    """

    kind: str
    key: str = ""
