"""Finding free rooms: in memory compared with the best SQL, and from typed text compared with its parts."""

import gc
import sqlite3
import tempfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from time import perf_counter, process_time
from zoneinfo import ZoneInfo

from bot.chat.command import CommandContext
from bot.chat.reply import Reply
from bot.chat.request import ChatRequest, PlatformName, Requester
from bot.commands import COMMANDS
from bot.conversation.dispatcher import Dispatcher
from bot.conversation.memory.store import AnswerMemory
from bot.language import parse_phrase
from bot.login.passwords import Argon2Passwords
from bot.runtime import event_loop
from bot.services import Services
from core.catalogue import RoomQuery
from core.clock import ShiftedClock, SystemClock
from core.model import Identity, Person, PersonId, UserGroup
from core.policy.rules import Rules
from core.read_model import ReadModel
from core.services.accounts import Accounts
from core.services.bookings import BookingService
from core.services.society import SocietyService
from storage.factory import open_storage
from tests.benchmarks.harness import Row, compare
from tests.benchmarks.world import ROOMS, filled_file

_PEOPLE = 50
_BEST_SQL = """
SELECT id FROM room WHERE capacity >= ? AND bookable AND id NOT IN (
  SELECT room_id FROM busy WHERE start < ? AND start > ? AND "end" > ?)
"""


def run(quick: bool) -> list[Row]:  # noqa: FBT001 - how benchmarks are called
    """Rows for the search in the core, its growth, and a typed line through the dispatcher."""
    rounds = 400 if quick else 2_000
    with tempfile.TemporaryDirectory() as folder:
        small = filled_file(Path(folder) / "small.db", entries=20_000)
        large = filled_file(Path(folder) / "large.db", entries=100_000)
        many = filled_file(Path(folder) / "many.db", entries=100_000, rooms=10 * ROOMS)
        return event_loop.run(_rows(small, large, many, rounds))


async def _rows(small: Path, large: Path, many: Path, rounds: int) -> list[Row]:
    rows: list[Row] = []
    services = {path: await _services(path) for path in (small, large, many)}
    gc.collect()
    gc.freeze()
    for path, entries in ((small, "20,000"), (large, "100,000")):
        name = f"free-room search, {entries} entries: time against the best SQL"
        ours, theirs = _search(services[path], rounds), _sql(path, services[path], rounds // 10)
        rows.append(compare(name, ours, theirs, 7, target=0.15, at_most=True, unit=" µs"))
    grown, before = _search(services[many], rounds // 10), _search(services[large], rounds)
    rows.append(
        compare(
            "ten times the rooms: time against before", grown, before, 7, target=10, at_most=True, unit=" µs"
        )
    )
    rows.append(await _typed(services[large], rounds // 10))
    rows.append(await _remembered(services[small], rounds // 10))
    for each in services.values():
        await each.storage.close()
    return rows


def _search(services: Services, rounds: int) -> Callable[[], float]:
    """Microseconds to list every room with 20 seats that is free for an hour, at changing times."""
    availability, query = services.read_model.availability, RoomQuery(capacity=20, bookable_only=True)
    start = int(services.clock.now().timestamp()) // 3600 * 3600

    def measured() -> float:
        begin = perf_counter()
        for turn in range(rounds):
            at = start + turn % 96 * 900
            availability.matching(at, at + 3600, query)
        return (perf_counter() - begin) / rounds * 1e6

    measured()
    return measured


def _sql(path: Path, services: Services, rounds: int) -> Callable[[], float]:
    """The same list from SQLite: busy intervals in one table, with a covering index by time."""
    connection = sqlite3.connect(path.with_suffix(".sql"))
    connection.execute("ATTACH ? AS roomie", (str(path),))
    connection.execute("CREATE TABLE room AS SELECT * FROM roomie.room")
    connection.execute('CREATE TABLE busy AS SELECT room_id, start, "end" FROM roomie.timetable_entry')
    connection.execute('CREATE INDEX by_time ON busy (start, "end", room_id)')
    connection.execute("ANALYZE")
    start = int(services.clock.now().timestamp()) // 3600 * 3600
    longest = 2 * 3600

    def measured() -> float:
        begin = perf_counter()
        for turn in range(rounds):
            at = start + turn % 96 * 900
            connection.execute(_BEST_SQL, (20, at + 3600, at - longest, at)).fetchall()
        return (perf_counter() - begin) / rounds * 1e6

    measured()
    return measured


async def _typed(services: Services, rounds: int) -> Row:
    """CPU of a typed line through the dispatcher, and of parsing and searching alone."""
    dispatcher = Dispatcher(services, COMMANDS)
    requester = Requester(Identity("terminal:nobody"), PlatformName.TERMINAL)
    names, zone = services.names.get(services.read_model), ZoneInfo("Europe/London")
    pairs = []
    for _ in range(7):
        begin = process_time()
        for _ in range(rounds):
            await dispatcher.dispatch(ChatRequest(requester, text="/rooms free now 20 seats"))
        whole = process_time() - begin
        begin = process_time()
        for _ in range(rounds):
            now = services.clock.now()
            parse_phrase("now 20 seats", now=now, zone=zone, names=names)
            at = int(now.timestamp())
            services.read_model.availability.matching(
                at, at + 3600, RoomQuery(capacity=20, bookable_only=True)
            )
        pairs.append((whole, process_time() - begin))
    wholes, parts = iter([each[0] for each in pairs]), iter([each[1] for each in pairs])
    scale = 1e6 / rounds
    return compare(
        "/rooms free now 20 seats: CPU against reading and searching alone",
        lambda: next(wholes) * scale,
        lambda: next(parts) * scale,
        len(pairs),
        target=2,
        at_most=True,
        unit=" µs",
    )


class _Forgetful(AnswerMemory):
    """Remembers nothing."""

    async def remember(self, context: CommandContext, reply: Reply) -> None: ...


async def _remembered(services: Services, rounds: int) -> Row:
    """CPU of a typed line of many people, whose answers are remembered, against the same without memory."""
    names = [f"u{number}" for number in range(_PEOPLE)]
    for name in names:
        person = Person(PersonId(0), name, f"{name}@example.org", name, frozenset({UserGroup.STUDENT}))
        await services.accounts.add_person(person, None)
    requesters = [Requester(Identity(f"terminal:{name}"), PlatformName.TERMINAL) for name in names]

    async def measured(memory: AnswerMemory) -> float:
        dispatcher, begin = Dispatcher(services, COMMANDS, memory), process_time()
        for turn in range(rounds):
            request = ChatRequest(requesters[turn % _PEOPLE], text="/rooms free now 20 seats")
            await dispatcher.dispatch(request)
        await memory.settle()
        return (process_time() - begin) / rounds * 1e6

    with_memory, without = AnswerMemory(services), _Forgetful(services)
    pairs = [(await measured(with_memory), await measured(without)) for _ in range(9)][2:]
    ours, theirs = iter([each[0] for each in pairs]), iter([each[1] for each in pairs])
    return compare(
        "/rooms free now 20 seats, remembered: CPU against not remembered",
        lambda: next(ours),
        lambda: next(theirs),
        len(pairs),
        target=1.1,
        at_most=True,
        unit=" µs",
    )


def _next_wednesday() -> datetime:
    """A time at which rooms are open: 10:20 on the next Wednesday."""
    now = SystemClock().now()
    day = now + timedelta(days=(2 - now.weekday()) % 7 or 7)
    return day.replace(hour=10, minute=20, second=0, microsecond=0)


async def _services(path: Path) -> Services:
    read_model, rules, clock = ReadModel(), Rules(), ShiftedClock(_next_wednesday())
    storage = open_storage(f"sqlite:///{path}", read_model, rules, clock)
    await storage.open()
    await storage.load()
    return Services(
        storage,
        read_model,
        rules,
        clock,
        BookingService(storage, read_model, rules, clock),
        SocietyService(storage, rules, clock),
        Accounts(storage, read_model, Argon2Passwords(), rules, clock, b"secret"),
    )
