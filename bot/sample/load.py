"""Loading the sample world, and knowing whether its published passwords are about."""

from bot.sample.data import SAMPLE_PEOPLE, Sample, is_empty, keep_out, load, passwords
from bot.services import Desk


async def load_sample(desk: Desk) -> Sample:
    """Put the sample world in beside whatever is there."""
    hashed = {name: await desk.accounts.hash(password) for name, password in passwords().items()}
    now, zone = desk.clock.now(), desk.rules.zone
    return await desk.storage.write(lambda unit: load(unit, hashed, zone, now))


async def load_sample_if_empty(desk: Desk) -> Sample | None:
    """The sample world for a database that holds neither rooms nor people."""
    if not await desk.storage.read(is_empty):
        return None
    return await load_sample(desk)


async def has_sample_people(desk: Desk) -> bool:
    """Whether people with published passwords can log in."""
    return await desk.storage.read(lambda unit: unit.setting(SAMPLE_PEOPLE)) is not None


async def keep_sample_out(desk: Desk) -> bool:
    """Make sure that nobody logs in by a published password; False when the sample is in the database."""
    now = desk.clock.now()
    return await desk.storage.write(lambda unit: keep_out(unit, now))
