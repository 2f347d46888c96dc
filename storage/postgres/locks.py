"""Advisory lock numbers of decisions."""

from core.ports import DecisionKeys
from storage.advisory_locks import lock_number


def exclusive_locks(keys: DecisionKeys) -> frozenset[int]:
    """Locks of what a decision changes, or sums up."""
    named = (
        ("room", keys.room),
        ("person", keys.person),
        ("booking", keys.booking),
        ("request", keys.request),
        ("series", keys.series),
        ("week of society", keys.society if keys.society_week is not None else None),
    )
    return frozenset(lock_number(kind, key) for kind, key in named if key is not None)


def shared_lock(keys: DecisionKeys) -> int | None:
    """Shared lock of the society whose members and tokens a decision only reads."""
    return None if keys.society is None else lock_number("society", keys.society)
