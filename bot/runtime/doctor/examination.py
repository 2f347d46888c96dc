"""Runs all examinations; none of them changes anything."""

import asyncio

from bot.config import Settings
from bot.runtime.app import clock_of, open_services
from bot.runtime.doctor.findings import Finding, Severity, unknown
from bot.runtime.doctor.machine import (
    examine_backups,
    examine_configuration,
    examine_disk,
    examine_files,
    examine_schema,
)
from bot.runtime.doctor.network import examine_network
from bot.runtime.doctor.rooms import examine_room_settings
from bot.runtime.doctor.work import examine_work
from core.clock import SystemClock
from core.errors import RoomieError


async def examine(settings: Settings) -> list[Finding]:
    """Findings about all parts, in a fixed order."""
    config, clock = settings.config, clock_of(settings)
    files = list(examine_files(config))  # before the database is opened, which restricts its files
    schema = await examine_schema(config)
    network, work = await asyncio.gather(
        examine_network(config, SystemClock()), _examine_work(settings, schema)
    )
    return [
        *examine_configuration(settings),
        *files,
        schema,
        *await asyncio.to_thread(lambda: list(examine_disk(config))),
        await asyncio.to_thread(examine_backups, config, clock.now()),
        *work,
        *network,
    ]


async def _examine_work(settings: Settings, schema: Finding) -> list[Finding]:
    """Only with the schema of this code: opening changes nothing."""
    if schema.severity is Severity.PROBLEM:
        return [unknown("jobs", "not without the database")]
    try:
        async with open_services(settings) as services:
            return [*examine_room_settings(services), *await examine_work(services)]
    except RoomieError as error:
        return [unknown("jobs", str(error))]
