"""The account that the terminal speaks for."""

import getpass

from bot.sample.load import has_sample_people
from bot.services import Services

_SAMPLE_USER = "wil"


async def terminal_user(services: Services, chosen: str = "") -> str:
    """The chosen username; else the system's if it has an account; else the sample user, if loaded."""
    if chosen:
        return chosen
    user = _system_user()
    if (await services.synced_read_model()).directory.by_name(user) is not None:
        return user
    return _SAMPLE_USER if await has_sample_people(services) else user


async def is_user(services: Services, name: str) -> bool:
    """Whether a username has an account."""
    return (await services.synced_read_model()).directory.by_name(name) is not None


def _system_user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"
