"""Items of the queues of decisions, and what they touch."""

from asyncio import Future
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from core.errors import RoomieError
from core.ports import DecisionKeys, Facts, JointDecision, WriteSet

Q = TypeVar("Q", bound="QueuedDecision")


@dataclass(slots=True, eq=False)
class QueuedDecision:
    """A decision that a caller awaits."""

    keys: Sequence[DecisionKeys]
    decide: Callable[[Sequence[Facts]], JointDecision[Any]]
    at: int
    future: "Future[Any]"
    decision: JointDecision[Any] | None = field(default=None, init=False)
    error: BaseException | None = field(default=None, init=False)

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


def touched_by(keys: DecisionKeys) -> Iterator[tuple[str, object]]:
    """What a decision changes, or sums up: no two decisions on the same may be taken at once."""
    if keys.room is not None:
        yield "room", keys.room
    if keys.person is not None:
        yield "person", keys.person
    if keys.booking is not None:
        yield "booking", keys.booking
    if keys.request is not None:
        yield "request", keys.request
    if keys.series is not None:
        yield "series", keys.series
    if keys.society is not None and keys.society_week is not None:
        yield "week of society", keys.society


def rounds_of(decisions: Iterable[Q]) -> list[list[Q]]:
    """Divides decisions into rounds, so that those of a round touch nothing in common.

    Decisions on the same keep their order.
    """
    rounds: list[list[Q]] = []
    next_round: dict[tuple[str, object], int] = {}
    for each in decisions:
        touched = {name for keys in each.keys for name in touched_by(keys)}
        number = max((next_round.get(name, 0) for name in touched), default=0)
        if number == len(rounds):
            rounds.append([])
        rounds[number].append(each)
        next_round.update(dict.fromkeys(touched, number + 1))
    return rounds
