"""Schemathesis: whatever is sent to a page, the answer is one that the OpenAPI document describes."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path
from shutil import copy

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, status_code_conformance

from bot.web.application import create_application, serve, stop
from bot.web.endpoints.openapi import document
from bot.web.framework.route import Api
from bot.web.framework.settings import HttpSettings
from bot.web.routes import ROUTES
from core.policy.rules import Rules
from tests.api.conftest import NOON_OF_THE_DOCUMENTS
from tests.fakes.clock import StillClock
from tests.sample_services import create_services

_OTHERS = {"live", "static"}
"""A stream, and files of several media types."""
_PAGES = [route for route in ROUTES if route.api is Api.PAGES and route.name not in _OTHERS]
_SCHEMA = schemathesis.openapi.from_dict(document(_PAGES))
_CHECKS = [not_a_server_error, content_type_conformance, status_code_conformance]
_FEW = settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


class _Server:
    """The application on a loop of its own, in a thread."""

    def __init__(self, file: str) -> None:
        self.url = ""
        self._file = file
        self._loop = asyncio.new_event_loop()
        self._ready, self._stop = threading.Event(), asyncio.Event()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._serve(),))

    def __enter__(self) -> str:
        self._thread.start()
        assert self._ready.wait(30)
        return self.url

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(30)
        self._loop.close()

    async def _serve(self) -> None:
        services = create_services(f"sqlite:///{self._file}", StillClock(NOON_OF_THE_DOCUMENTS), Rules())
        await services.storage.open()
        await services.storage.load()
        runner, self.url = await serve(
            create_application(services, HttpSettings(rate_limit=0)), "127.0.0.1", 0
        )
        self._ready.set()
        await self._stop.wait()
        await stop(runner)
        await services.storage.close()


@pytest.fixture(scope="module")
def url(sample_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with _Server(str(copy(sample_file, tmp_path_factory.mktemp("pages") / "roomie.db"))) as url:
        yield url


@_SCHEMA.parametrize()
@_FEW
def test_any_request_to_a_page_gets_a_documented_answer(case: schemathesis.Case, url: str) -> None:
    case.call_and_validate(
        base_url=url, checks=_CHECKS, allow_redirects=False, headers={"Accept": "text/html"}
    )
