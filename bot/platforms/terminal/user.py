"""Who sits at the terminal."""

import getpass

from bot.chat.request import Door
from bot.sample.load import has_sample_people
from bot.services import Desk
from core.model.entities import Identity
from core.names import same_name

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


def is_terminal_of(identity: Identity, name: str) -> bool:
    """Whether an identity is that of whoever goes by this name at a terminal."""
    return same_name(identity.removeprefix(f"{Door.TERMINAL}:"), name)
