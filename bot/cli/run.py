"""`roomie run`."""

import argparse

from bot.config import ConfigError, Settings
from bot.runtime.roles import ALL_ROLES, ProcessRole, UnknownRole, parse_roles, yield_to_others
from core.memory import exempt_from_collection


async def run(arguments: argparse.Namespace, settings: Settings) -> int:
    roles = _roles(arguments.only)
    yield_to_others(roles)
    with exempt_from_collection():
        from bot.runtime.run import run as serve
    await serve(settings, speak_as=arguments.speak_as, roles=roles)
    return 0


def _roles(only: str) -> frozenset[ProcessRole]:
    try:
        return parse_roles(only) if only else ALL_ROLES
    except UnknownRole as unknown:
        raise ConfigError([f"--only: {unknown}"]) from unknown
