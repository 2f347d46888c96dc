"""Who sits at the terminal."""

import getpass

from bot.desk import Desk
from bot.sampling import has_sample_people

_SAMPLE_PERSON = "wil"


async def terminal_person(desk: Desk, chosen: str = "") -> str:
    """The username chosen; else the system's, when Roomie knows it; else the sample's, when it is loaded."""
    if chosen:
        return chosen
    user = _system_user()
    if (await desk.fresh()).directory.named(user) is not None:
        return user
    return _SAMPLE_PERSON if await has_sample_people(desk) else user


def _system_user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "somebody"
