"""`roomie usage`: usage figures of a period as a table, CSV or JSON, and the occupancy as a picture."""

import argparse
from pathlib import Path

from bot.config import Settings
from bot.exporting.output import open_output
from bot.pictures.heat_map import lay_out_heat_map
from bot.pictures.svg import to_svg
from bot.runtime.app import open_services, upgrade
from bot.usage import UsageService
from bot.usage.output import write_usage
from bot.web.endpoints.usage import heat_map
from core.services.administration import Administrator


async def usage(arguments: argparse.Namespace, settings: Settings) -> int:
    await upgrade(settings.config.database.url)
    async with open_services(settings) as services:
        service = UsageService(services)
        figures = await service.figures(Administrator(), *service.read_request(" ".join(arguments.period)))
    with open_output(Path(arguments.out) if arguments.out else None) as out:
        if arguments.format == "svg":
            out.write(to_svg(lay_out_heat_map(heat_map(figures))).encode())
        else:
            write_usage(out, arguments.format, figures)
    return 0
