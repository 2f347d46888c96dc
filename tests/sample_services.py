"""Services over a database with quick password hashes, and a database file with the sample campus."""

import asyncio
import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

from bot.login.passwords import Argon2Passwords, Cost
from bot.sample.load import load_sample
from bot.services import Services
from core.clock import Clock
from core.policy.door_code import DoorCodes
from core.policy.rules import Rules
from core.read_model import ReadModel
from core.services.accounts import Accounts
from core.services.bookings import BookingService
from core.services.society import SocietyService
from storage.factory import open_storage
from tests.fakes.clock import StillClock

SECRET = b"a secret of the tests"
_QUICK = Cost(passes=1, memory=8, lanes=1)


def create_services(url: str, clock: Clock, rules: Rules) -> Services:
    """Services over a database, not yet opened."""
    read_model = ReadModel()
    storage = open_storage(url, read_model, rules, clock)
    return Services(
        storage=storage,
        read_model=read_model,
        rules=rules,
        clock=clock,
        bookings=BookingService(storage, read_model, rules, clock, DoorCodes((SECRET,))),
        societies=SocietyService(storage, rules, clock),
        accounts=Accounts(storage, read_model, Argon2Passwords(_QUICK), rules, clock, SECRET),
    )


def create_sample_file(empty_file: Path, folder: Path, now: datetime) -> Path:
    """SQLite file with the sample campus, loaded at `now`."""
    file = Path(shutil.copy(empty_file, folder / "sample.db"))

    async def fill() -> None:
        services = create_services(f"sqlite:///{file}", StillClock(now), Rules())
        await services.storage.open()
        await services.storage.load()
        await load_sample(services)
        await services.storage.close()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: asyncio.run(fill())).result()
    return file
