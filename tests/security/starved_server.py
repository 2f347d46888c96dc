"""A server without limits of its own, for which files run out: `-m tests.security.starved_server URL`."""

import asyncio
import logging
import sys

from bot.web.framework.settings import HttpSettings
from tests.security.flood import served


async def _run(url: str) -> None:
    unlimited = HttpSettings(rate_limit=0, max_connections=0, max_connections_per_address=0)
    async with served(url, unlimited) as server:
        sys.stdout.write(f"{server.port}\n")
        sys.stdout.flush()
        await asyncio.sleep(300)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    asyncio.run(_run(sys.argv[1]))
