"""A server with login pages, and clients: programs and browsers."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession, web

from bot.login.settings import LoginSettings
from bot.services import Services
from bot.web.application import create_application, serve, stop
from bot.web.framework.login_context import LoginContext
from bot.web.framework.settings import HttpSettings
from tests.api.conftest import clock, database_url, sample_file, services, settings
from tests.api.http_client import HttpClient
from tests.login.browser import Browser

__all__ = ["clock", "database_url", "sample_file", "services", "settings"]


@pytest.fixture
def login_settings() -> LoginSettings:
    """Passwords, unless a test says otherwise."""
    return LoginSettings()


@pytest.fixture
async def app(services: Services, settings: HttpSettings, login_settings: LoginSettings) -> web.Application:
    return create_application(services, settings, login=LoginContext(login_settings, "Engineering Hub"))


@pytest.fixture
async def server_url(app: web.Application) -> AsyncIterator[str]:
    """The base URL of the server."""
    runner, url = await serve(app, "127.0.0.1", 0)
    yield url
    await stop(runner)


@pytest.fixture
async def session() -> AsyncIterator[ClientSession]:
    async with ClientSession() as session:
        yield session


@pytest.fixture
def program(server_url: str, session: ClientSession) -> HttpClient:
    """A program that starts logins."""
    return HttpClient(session, server_url)


@pytest.fixture
def browser(server_url: str, session: ClientSession) -> Browser:
    return Browser(session, server_url)
