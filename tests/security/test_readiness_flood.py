"""`/readyz` under flood: at most one write a second, and never a stale result."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from aiohttp import ClientSession, web

from bot.config import Config, HttpSection
from bot.runtime.app import http_settings
from bot.services import Services
from bot.web.application import create_application, serve, stop
from bot.web.framework.readiness import Readiness
from bot.web.framework.settings import HttpSettings
from core.errors import Unavailable
from tests.api.conftest import app, clock, database_url, http_client, parse, sample_file, services
from tests.api.http_client import HttpClient

__all__ = ["app", "clock", "database_url", "http_client", "parse", "sample_file", "services"]


@pytest.fixture
def settings() -> HttpSettings:
    return HttpSettings()


@pytest.fixture
def writes(services: Services, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is written, one entry a transaction."""
    seen: list[str] = []
    write = services.storage.write

    async def counted(work: Callable[..., Any]) -> Any:
        seen.append("write")
        return await write(work)

    monkeypatch.setattr(services.storage, "write", counted)
    return seen


async def test_hundreds_of_readiness_requests_cost_one_write_a_second(
    http_client: HttpClient, writes: list[str]
) -> None:
    began = asyncio.get_running_loop().time()
    for _ in range(4):
        response = await asyncio.gather(*(http_client.get("/readyz") for _ in range(100)))
        assert {each.status for each in response} == {200}
    seconds = asyncio.get_running_loop().time() - began

    assert 1 <= len(writes) <= seconds + 1


async def test_a_lost_database_is_reported_within_about_a_second(
    http_client: HttpClient, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away() -> None:
        raise Unavailable("The database does not answer.")

    assert (await http_client.get("/readyz")).status == 200
    with monkeypatch.context() as gone:
        gone.setattr(services.storage, "probe", away)
        await asyncio.sleep(1.05)
        assert (await http_client.get("/readyz")).status == 503
    await asyncio.sleep(1.05)
    assert (await http_client.get("/readyz")).status == 200


async def test_a_cancelled_request_does_not_cancel_the_shared_check() -> None:
    go_on, runs = asyncio.Event(), []

    async def slow() -> dict[str, object]:
        runs.append("run")
        await go_on.wait()
        return {}

    readiness = Readiness({"slow": slow})
    impatient, patient = (asyncio.create_task(readiness.parts()) for _ in range(2))
    await asyncio.sleep(0)
    impatient.cancel()
    go_on.set()

    assert await patient == {"slow": {"ok": True}}
    assert runs == ["run"]
    await readiness.stop()


async def test_a_readiness_result_expires_after_a_second() -> None:
    now, runs = [0.0], []

    async def counted() -> dict[str, object]:
        runs.append("run")
        return {}

    readiness = Readiness({"counted": counted}, lambda: now[0])
    for at in (0.0, 0.5, 0.99, 1.0, 1.5, 2.0):
        now[0] = at
        await readiness.parts()

    assert len(runs) == 3


_PUBLIC = {
    "a public address": HttpSection(public_url="https://rooms.example"),
    "a listening address": HttpSection(host="0.0.0.0"),  # noqa: S104 - nothing listens there
    "every address of IPv6": HttpSection(host="::"),
    "a name": HttpSection(host="rooms.example"),
    "a trusted proxy": HttpSection(trusted_proxies=["10.0.0.1"]),
}


@pytest.fixture(params=_PUBLIC.values(), ids=_PUBLIC)
async def stranger(services: Services, request: pytest.FixtureRequest) -> AsyncIterator[HttpClient]:
    async with _serving(
        create_application(services, http_settings(Config(http=request.param)))
    ) as http_client:
        yield http_client


def _serving(app: web.Application) -> "_Serving":
    return _Serving(app)


class _Serving:
    def __init__(self, app: web.Application) -> None:
        self._app = app

    async def __aenter__(self) -> HttpClient:
        self._runner, url = await serve(self._app, "127.0.0.1", 0)
        self._session = ClientSession()
        return HttpClient(self._session, url)

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()
        await stop(self._runner)


async def test_strangers_see_the_readiness_status_without_its_parts(stranger: HttpClient) -> None:
    ready, metrics = await stranger.get("/readyz"), await stranger.get("/metrics")

    assert (ready.status, ready.json) == (200, {"ready": True})
    assert metrics.status == 403
    assert b"roomie_" not in metrics.body


async def test_strangers_see_no_failure_reason(services: Services) -> None:
    async def sick() -> dict[str, object]:
        raise OSError("db.internal:5432 refuses")

    app = create_application(services, HttpSettings(is_public=True), checks={"slack": sick})
    async with _serving(app) as stranger:
        response = await stranger.get("/readyz")

    assert (response.status, response.json) == (503, {"ready": False})
