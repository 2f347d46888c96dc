"""Runs the fake Discord server; prints its settings as JSON and stops on SIGINT or SIGTERM."""

import argparse
import asyncio
import json
import signal
import sys

from tests.standins.discord.server import Discord


async def run(port: int, token: str) -> None:
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with Discord(token, port) as discord:
        discord.guild()
        environment = {
            "DISCORD_TOKEN": token,
            "DISCORD_API_BASE_URL": discord.api_base_url,
            "DISCORD_GATEWAY_URL": discord.gateway_url,
            "DISCORD_PUBLIC_KEY": discord.public_key,
        }
        sys.stdout.write(json.dumps(environment) + "\n")
        sys.stdout.flush()
        await stop.wait()


def main() -> None:
    parser = argparse.ArgumentParser(prog="tests.standins.discord", description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--token", default="a-discord-token")
    arguments = parser.parse_args()
    asyncio.run(run(arguments.port, arguments.token))


if __name__ == "__main__":
    main()
