"""Fixtures: the login tests' server, with a real browser."""

from tests.login.conftest import (
    app,
    browser,
    clock,
    database_url,
    login_settings,
    program,
    sample_file,
    server_url,
    services,
    session,
    settings,
)

__all__ = [
    "app",
    "browser",
    "clock",
    "database_url",
    "login_settings",
    "program",
    "sample_file",
    "server_url",
    "services",
    "session",
    "settings",
]
