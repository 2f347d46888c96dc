"""Which transactions a snapshot of PostgreSQL sees."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TransactionSnapshot:
    """As `pg_current_snapshot()` describes it: all before `first_running` have ended, none from `next` on."""

    first_running: int
    next: int
    running: frozenset[int]

    @classmethod
    def read(cls, text: str) -> "TransactionSnapshot":
        first_running, following, running = text.split(":")
        return cls(
            int(first_running), int(following), frozenset(map(int, running.split(",") if running else ()))
        )

    def sees(self, transaction: int) -> bool:
        """Whether a transaction that was committed by now had been when the snapshot was taken."""
        return transaction < self.next and transaction not in self.running
