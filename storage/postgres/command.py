"""Items of the command queue."""

from dataclasses import dataclass, field

from storage.postgres.errors import translate
from storage.queued_decision import QueuedDecision


@dataclass(slots=True, eq=False)
class LockedDecision(QueuedDecision):
    """A queued decision with the advisory locks it needs, exclusive and shared."""

    locks: frozenset[int]
    shared_locks: frozenset[int]
    deadline: float
    attempts: int = field(default=0, init=False)

    def fail(self, error: BaseException) -> None:
        """Raises an error to the caller; nothing was written."""
        if not self.future.done():
            self.future.set_exception(translate(error))
