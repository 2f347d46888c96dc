"""Restores a backup, and erases again who was erased since it was made."""

from pathlib import Path

from msgspec import Struct

from bot.config import Settings
from bot.runtime.app import clock_of, open_services
from core.errors import RoomieError
from core.model import PersonId
from storage.factory import restore


class RestoreResult(Struct, frozen=True):
    """Where the replaced database is kept, if there was one, and how many people were erased again.

    `has_list` is false if the replaced database could not be asked who was erased.
    """

    replaced: Path | None
    erased_again: int
    has_list: bool


async def restore_backup(settings: Settings, file: Path) -> RestoreResult:
    """Puts a backup in the place of the database, on SQLite; see `storage.factory.restore`."""
    erased = await _erased_people(settings)
    replaced = await restore(settings.config.database.url, file, clock_of(settings).now())
    again = 0
    if erased:
        async with open_services(settings) as services:
            again = await services.erasures.repeat(erased)
    return RestoreResult(replaced, again, erased is not None or replaced is None)


async def _erased_people(settings: Settings) -> list[PersonId] | None:
    """Whom the present database has erased; None if it is damaged, or not there."""
    try:
        async with open_services(settings) as services:
            erasures = await services.storage.read(lambda unit: unit.privacy.erased())
    except RoomieError:
        return None
    return [each.person_id for each in erasures]
