"""Limit on the work one text may cause, in steps rather than time, so that every machine decides alike."""

MAX_STEPS = 1_000


class BudgetSpent(Exception):
    """Parsing a text took more steps than its budget."""


class Budget:
    """Step counter: one for a position scanned or a candidate date, 50 for a call of dateparser."""

    __slots__ = ("_left", "_steps")

    def __init__(self, steps: int = MAX_STEPS) -> None:
        self._steps = self._left = steps

    @property
    def spent(self) -> int:
        return self._steps - self._left

    def spend(self, steps: int = 1) -> None:
        """Raises `BudgetSpent` once there are more steps than the limit."""
        self._left -= steps
        if self._left < 0:
            raise BudgetSpent
