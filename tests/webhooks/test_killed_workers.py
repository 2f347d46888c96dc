"""A worker is killed while it sends events: nothing is lost, and the order is kept."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest

from bot.config import read_settings
from bot.runtime.app import open_services
from bot.webhooks.secrets import add_webhook
from core.model import EventType, WebhookEvent
from core.services.webhooks import COMMAND_LINE
from tests.outbox.load import Worker
from tests.webhooks.receiver import Receiver

BOOKINGS, CHANGES, KILLS = 12, 4, (17,)
_SECRET = "a server secret for these tests only"


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    made = Receiver(checks_time=True)
    await made.start()
    yield made
    await made.stop()


@pytest.mark.parametrize("database", ["sqlite_url", pytest.param("postgres_url", marks=pytest.mark.soak)])
async def test_nothing_is_lost_although_the_worker_is_killed(
    request: pytest.FixtureRequest, tmp_path: Path, receiver: Receiver, database: str
):
    url = request.getfixturevalue(database)
    environment = {"ROOMIE_WEBHOOKS__PRIVATE_HOSTS": "127.0.0.1", "ROOMIE_SECURITY__SECRET": _SECRET}
    settings = read_settings(None, {**environment, "DATABASE_URL": url})
    async with open_services(settings) as services:
        receiver.secret = (await add_webhook(services, receiver.url, ["*"], COMMAND_LINE)).secret
        now = services.clock.now()
        for version in range(1, CHANGES + 1):
            announced = [_event(number, version, now) for number in range(BOOKINGS)]
            await services.storage.write(lambda unit, announced=announced: unit.webhooks.announce(announced))
    worker, kills, died = Worker(url, tmp_path, environment), list(KILLS), asyncio.Event()

    def answer(_payload: object) -> int:
        if kills and len(receiver.received) >= kills[0]:
            kills.pop(0)
            worker.kill_now()
            died.set()
        return 200

    receiver.answer = answer
    try:
        async with asyncio.timeout(90):
            while kills:
                died.clear()
                await worker.start()
                await died.wait()
                await worker.ended()
            await worker.start()
            while len(set(receiver.ids)) < BOOKINGS * CHANGES:
                receiver.arrived.clear()
                await receiver.arrived.wait()
    except TimeoutError:
        pytest.fail(f"{len(set(receiver.ids))} arrived.\n{worker.log}")
    finally:
        worker.kill_now()
        await worker.ended()

    assert receiver.refused == 0
    for versions in receiver.versions().values():
        first_arrivals = list(dict.fromkeys(versions))
        assert first_arrivals == list(range(1, CHANGES + 1))
        assert versions == sorted(versions)


def _event(booking: int, version: int, at: datetime) -> WebhookEvent:
    data = {"booking": {"id": f"b{booking}", "version": version, "room_id": "K-J17-G01"}}
    return WebhookEvent(f"b{booking}-{version}", EventType.BOOKING_CHANGED, at, f"booking:b{booking}", data)
