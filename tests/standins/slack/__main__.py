"""Runs the fake server: prints its environment and control URL as one line of JSON, then serves."""

import argparse
import asyncio
import json
import sys

from tests.standins.slack.stand_in import SlackStandIn


async def serve(port: int, deliver_to: str) -> None:
    slack = SlackStandIn()
    await slack.start(port)
    slack.deliver_to(deliver_to)
    hello = {"environment": slack.environment(), "control": f"{slack.base}/control"}
    sys.stdout.write(json.dumps(hello) + "\n")
    sys.stdout.flush()
    try:
        await asyncio.Event().wait()
    finally:
        await slack.stop()


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--port", type=int, default=0)
    options.add_argument("--deliver-to", default="", help="request URL of an app in HTTP mode")
    chosen = options.parse_args()
    asyncio.run(serve(chosen.port, chosen.deliver_to))


if __name__ == "__main__":
    main()
