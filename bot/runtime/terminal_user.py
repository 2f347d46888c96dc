"""Who sits at the terminal."""

import getpass

from bot.sample.load import has_sample_people
from bot.services import Services

_SAMPLE_PERSON = "wil"


async def terminal_user(services: Services, chosen: str = "") -> str:
    """The username chosen; else the system's, when Roomie knows it; else the sample's, when it is loaded."""
    if chosen:
        return chosen
    user = _system_user()
    if (await services.synced_read_model()).directory.by_name(user) is not None:
        return user
    return _SAMPLE_PERSON if await has_sample_people(services) else user


def _system_user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "somebody"
