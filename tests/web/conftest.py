"""A served Roomie, as the tests of logging in have it."""

from tests.login.conftest import (
    app,
    browser,
    clock,
    database_url,
    door,
    login_settings,
    program,
    sample_file,
    services,
    session,
    settings,
)

__all__ = [
    "app",
    "browser",
    "clock",
    "database_url",
    "door",
    "login_settings",
    "program",
    "sample_file",
    "services",
    "session",
    "settings",
]
