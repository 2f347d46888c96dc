"""`roomie usage`: usage figures of a period, as a table, CSV or JSON."""

import argparse
from pathlib import Path

from bot.config import Settings
from bot.exporting.output import open_output
from bot.runtime.app import open_services, upgrade
from bot.usage import UsageService
from bot.usage.output import write_usage
from core.services.administration import Administrator


async def usage(arguments: argparse.Namespace, settings: Settings) -> int:
    await upgrade(settings.config.database.url)
    async with open_services(settings) as services:
        service = UsageService(services)
        figures = await service.figures(Administrator(), *service.read_request(" ".join(arguments.period)))
    with open_output(Path(arguments.out) if arguments.out else None) as out:
        write_usage(out, arguments.format, figures)
    return 0
