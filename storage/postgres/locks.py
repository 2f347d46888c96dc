"""Advisory lock numbers of decisions."""

from core.ports import DecisionKeys
from storage.advisory_locks import lock_number
from storage.queued_decision import touched_by


def exclusive_locks(keys: DecisionKeys) -> frozenset[int]:
    """Locks of what a decision changes, or sums up."""
    return frozenset(lock_number(kind, key) for kind, key in touched_by(keys))


def shared_lock(keys: DecisionKeys) -> int | None:
    """Shared lock of the society whose members and tokens a decision only reads."""
    return None if keys.society is None else lock_number("society", keys.society)
