"""`roomie run` at the command line."""

import argparse

from bot.config import Settings


async def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Serve until told to stop."""
    from bot.running import run as serve

    await serve(settings, speak_as=arguments.speak_as)
    return 0
