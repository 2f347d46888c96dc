"""Limit on the work that one text may cause: steps rather than time, so that any machine decides alike."""

MAX_STEPS = 1_000


class BudgetSpent(Exception):
    """Reading one text took more steps than it may."""


class Budget:
    """Counter of steps: a position scanned, a stretch of days weighed, 50 for a guess by dateparser."""

    __slots__ = ("_left", "_steps")

    def __init__(self, steps: int = MAX_STEPS) -> None:
        self._steps = self._left = steps

    @property
    def spent(self) -> int:
        return self._steps - self._left

    def spend(self, steps: int = 1) -> None:
        """Count steps. Raises `BudgetSpent` once there are more than the limit."""
        self._left -= steps
        if self._left < 0:
            raise BudgetSpent
