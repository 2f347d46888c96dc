"""Items of the command queue."""

from asyncio import Future
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from core.errors import RoomieError
from core.ports import DecisionKeys, Facts, JointDecision, WriteSet
from storage.postgres.errors import translate


@dataclass(slots=True, eq=False)
class QueuedDecision:
    """A decision that a caller awaits, with the advisory locks it needs, exclusive and shared."""

    keys: Sequence[DecisionKeys]
    decide: Callable[[Sequence[Facts]], JointDecision[Any]]
    at: int
    locks: frozenset[int]
    shared_locks: frozenset[int]
    deadline: float
    future: "Future[Any]"
    decision: JointDecision[Any] | None = None
    error: BaseException | None = None
    attempts: int = 0

    @property
    def writes(self) -> tuple[WriteSet, ...]:
        return self.decision.writes if self.decision is not None else ()

    def decide_on(self, facts: Sequence[Facts]) -> None:
        """Decides; an error fails only this command."""
        self.decision, self.error = None, None
        try:
            self.decision = self.decide(facts)
        except RoomieError as refusal:
            self.error = refusal
        except Exception as error:  # noqa: BLE001 - raised to the caller
            self.error = error

    def resolve(self) -> None:
        """Resolves the caller's future."""
        if self.future.done():
            return
        if self.error is not None:
            self.future.set_exception(self.error)
        elif self.decision is not None:
            self.future.set_result(self.decision.outcome)

    def fail(self, error: BaseException) -> None:
        """Raises an error to the caller; nothing was written."""
        if not self.future.done():
            self.future.set_exception(translate(error))
