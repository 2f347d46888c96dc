"""`roomie why` and `roomie who`: what happened to a booking, in a room, and to a person."""

import argparse
import os
import shutil
import sys

from bot.config import Settings
from bot.conversation.refusals import refusal_sentence
from bot.explaining import Explanations, story_reply
from bot.explaining.questions import explain
from bot.explaining.story import Story
from bot.platforms.terminal.render import TerminalContext, render
from bot.runtime.app import open_services, upgrade
from bot.services import Services
from core.errors import UnknownPerson
from core.services.administration import Administrator


async def why(arguments: argparse.Namespace, settings: Settings) -> int:
    await upgrade(settings.config.database.url)
    async with open_services(settings) as services:
        story = await explain(services, " ".join(arguments.words), Administrator(), services.rules.zone)
        _print(story, services)
    return 0


async def who(arguments: argparse.Namespace, settings: Settings) -> int:
    await upgrade(settings.config.database.url)
    async with open_services(settings) as services:
        try:
            story = await Explanations(services).person(arguments.user, Administrator())
        except UnknownPerson as unknown:
            print(f"roomie: {refusal_sentence(unknown)} Search: roomie user find …", file=sys.stderr)
            return 1
        _print(story, services)
    return 0


def _print(story: Story, services: Services) -> None:
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    context = TerminalContext(services.rules.zone, services.clock.now(), width, colour)
    print(render(story_reply(story), context).text, end="")
