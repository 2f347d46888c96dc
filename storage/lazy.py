"""Base of both storages: opens quickly, and loads in the background."""

import asyncio
import uuid
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Generic, Protocol, TypeVar

from core.clock import Clock
from core.errors import Unavailable
from core.policy.rules import Rules
from core.ports import Decision, DecisionKeys, Facts, JointDecision, UnitOfWork
from core.read_model import ReadModel

T = TypeVar("T")


class Engine(Protocol):
    """What is started once SQLAlchemy is imported."""

    async def start(self) -> None: ...


E = TypeVar("E", bound=Engine)


class LazyStorage(ABC, Generic[E]):
    """Storage whose engine is made and started by `load`.

    `open` reads the catalogue with the bare driver. SQLAlchemy is imported in `load`, which may run while the
    first requests are served: calls that need the engine wait for it.
    """

    def __init__(self, read_model: ReadModel, rules: Rules, clock: Clock) -> None:
        self.read_model = read_model
        read_model.use_clock(clock)
        self._rules = rules
        self._clock = clock
        self._origin = uuid.uuid4().hex
        self._engine: E | None = None
        self._ready: asyncio.Future[E] | None = None

    async def load(self) -> None:
        loop = asyncio.get_running_loop()
        self._ready = loop.create_future()
        try:
            engine = await loop.run_in_executor(None, self._make_engine)
            await engine.start()
        except BaseException as error:
            self._ready.set_exception(error)
            self._ready.exception()
            raise
        self._engine = engine
        self._ready.set_result(engine)
        await self.reload()

    async def loaded(self) -> None:
        await self._wait_for_engine()
        if not self.read_model.is_complete:
            await self.reload()

    async def probe(self) -> None:
        await self.write(lambda unit: unit.set_setting("probed_at", self._clock.now().isoformat()))

    async def decide(self, keys: DecisionKeys, decide: Callable[[Facts], Decision[T]]) -> T:
        def decide_alone(facts: Sequence[Facts]) -> JointDecision[T]:
            decision = decide(facts[0])
            return JointDecision(decision.outcome, () if decision.writes is None else (decision.writes,))

        return await self.decide_jointly((keys,), decide_alone)

    @abstractmethod
    async def decide_jointly(
        self, keys: Sequence[DecisionKeys], decide: Callable[[Sequence[Facts]], JointDecision[T]]
    ) -> T: ...

    @abstractmethod
    def _make_engine(self) -> E:
        """Imports SQLAlchemy; called on a thread."""

    @abstractmethod
    async def write(self, transaction: Callable[[UnitOfWork], T]) -> T: ...

    @abstractmethod
    async def reload(self) -> None: ...

    async def _wait_for_engine(self) -> E:
        if self._ready is None:
            raise Unavailable("Roomie is still starting. Please try again in a moment.")
        return await asyncio.shield(self._ready)
