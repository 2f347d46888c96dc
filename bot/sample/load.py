"""Loads the sample data, and checks whether people with published passwords exist."""

from bot.sample.data import SAMPLE_PEOPLE, Sample, is_empty, keep_out, load, passwords
from bot.services import Services


async def load_sample(services: Services) -> Sample:
    """Adds the sample data to the database."""
    hashed = {name: await services.accounts.hash(password) for name, password in passwords().items()}
    now, zone = services.clock.now(), services.rules.zone
    return await services.storage.write(lambda unit: load(unit, hashed, zone, now))


async def load_sample_if_empty(services: Services) -> Sample | None:
    """Adds the sample data to a database without rooms and people."""
    if not await services.storage.read(is_empty):
        return None
    return await load_sample(services)


async def has_sample_people(services: Services) -> bool:
    """Whether people with published passwords can log in."""
    return await services.storage.read(lambda unit: unit.setting(SAMPLE_PEOPLE)) is not None


async def keep_sample_out(services: Services) -> bool:
    """Blocks logins with published passwords; False when the sample is in the database."""
    now = services.clock.now()
    return await services.storage.write(lambda unit: keep_out(unit, now))
