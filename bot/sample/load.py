"""Loading the sample world, and knowing whether its published passwords are about."""

from bot.sample.data import SAMPLE_PEOPLE, Sample, is_empty, keep_out, load, passwords
from bot.services import Services


async def load_sample(services: Services) -> Sample:
    """Put the sample world in beside whatever is there."""
    hashed = {name: await services.accounts.hash(password) for name, password in passwords().items()}
    now, zone = services.clock.now(), services.rules.zone
    return await services.storage.write(lambda unit: load(unit, hashed, zone, now))


async def load_sample_if_empty(services: Services) -> Sample | None:
    """The sample world for a database that holds neither rooms nor people."""
    if not await services.storage.read(is_empty):
        return None
    return await load_sample(services)


async def has_sample_people(services: Services) -> bool:
    """Whether people with published passwords can log in."""
    return await services.storage.read(lambda unit: unit.setting(SAMPLE_PEOPLE)) is not None


async def keep_sample_out(services: Services) -> bool:
    """Make sure that nobody logs in by a published password; False when the sample is in the database."""
    now = services.clock.now()
    return await services.storage.write(lambda unit: keep_out(unit, now))
