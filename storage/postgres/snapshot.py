"""Visibility of transactions in a PostgreSQL snapshot."""

from msgspec import Struct


class TransactionSnapshot(Struct, frozen=True):
    """The value of `pg_current_snapshot()`: all before `first_running` have ended, none from `next` on."""

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
        """Whether a transaction, committed by now, is visible in the snapshot."""
        return transaction < self.next and transaction not in self.running
