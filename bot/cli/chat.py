"""`roomie chat` and `roomie parse`: commands and phrases, line by line."""

import argparse
import json
import os
import shutil
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import partial
from itertools import takewhile
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.chat.reply import Reply, Tone
from bot.chat.reply_json import encode_reply
from bot.commands import COMMANDS
from bot.config import Settings
from bot.conversation.dispatcher import Dispatcher
from bot.platforms.terminal.session import TerminalSession, is_exit
from bot.runtime.app import clock_of, open_services, upgrade
from bot.runtime.server_secret import data_folder
from bot.runtime.terminal_user import is_user, terminal_user
from bot.services import Services
from core.errors import Invalid
from core.time_zones import find_time_zone

_STATUS = {Tone.INFO: 0, Tone.DONE: 0, Tone.REFUSED: 1, Tone.UNCLEAR: 2, Tone.FAILED: 3}
"""Exit statuses: 0 answered or done, 1 refused, 2 not understood, 3 failed."""


async def chat(arguments: argparse.Namespace, settings: Settings) -> int:
    """Answers each line; the status is the highest of all lines."""
    await upgrade(settings.config.database.url)
    async with open_services(settings) as services:
        session = TerminalSession(
            Dispatcher(services, COMMANDS).dispatch,
            await terminal_user(services, arguments.speak_as or settings.config.terminal.user),
            services.rules.zone,
            is_user=partial(is_user, services),
        )
        if not arguments.lines and sys.stdin.isatty():
            return await _converse(session, services, data_folder(settings.config) / "history")
        lines = arguments.lines or _lines(sys.stdin)
        status = 0
        for line in takewhile(lambda each: not is_exit(each), lines):
            status = max(status, await _answer(session, line, services, as_json=arguments.json))
        return status


async def _converse(session: TerminalSession, services: Services, history: Path) -> int:
    from bot.platforms.terminal.repl import converse

    await converse(session, COMMANDS, services.clock, history)
    return 0


async def _answer(session: TerminalSession, line: str, services: Services, *, as_json: bool) -> int:
    reply = await session.handle_line(line)
    if as_json:
        print(json.dumps(encode_reply(reply), ensure_ascii=False))
    else:
        _print(session, reply, services)
    return _STATUS[reply.tone]


def _print(session: TerminalSession, reply: Reply, services: Services) -> None:
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    rendered = session.show(reply, services.clock.now(), width=width, colour="NO_COLOR" not in os.environ)
    print(rendered.text, end="", flush=True)


def _lines(stream: Iterable[str]) -> Iterable[str]:
    return (line.strip() for line in stream if line.strip())


async def parse(arguments: argparse.Namespace, settings: Settings) -> int:
    """Prints how phrases are understood, with the room and building names of the database."""
    from bot.language import parse_lines, parse_phrase, preload, summarize
    from bot.language import to_json as reading_to_json

    now = _parse_now(arguments.now) if arguments.now else clock_of(settings).now()
    zone = _parse_zone(arguments.tz or settings.config.campus.timezone)
    await upgrade(settings.config.database.url)
    async with open_services(settings) as services:
        names, defaults = services.names.get(services.read_model), services.parser_defaults()
        if not arguments.text:
            preload()  # else the first phrase that needs dateparser would wait for its import
            for line in parse_lines(sys.stdin, names, now, zone, defaults):
                print(line, flush=True)
            return 0
        reading = parse_phrase(" ".join(arguments.text), now=now, zone=zone, names=names, defaults=defaults)
        if arguments.json:
            print(json.dumps(reading_to_json(reading), ensure_ascii=False))
        else:
            question = reading.clarification
            print(
                f"asks: {question.message}"
                if question is not None
                else reading.problem.message
                if reading.problem
                else summarize(reading, names, now=now) or "nothing"
            )
            for label, words in (("assumed", reading.assumptions), ("not understood", reading.unparsed)):
                if words:
                    print(f"{label}: {', '.join(words)}")
        return 0 if reading.problem is None else 2


def _parse_now(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise Invalid(f"--now: {text!r} is not a date and time; write 2026-03-11T10:20:00+00:00") from None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def _parse_zone(name: str) -> ZoneInfo:
    if (zone := find_time_zone(name)) is None:
        raise Invalid(f"--tz: {name!r} is not a time zone; use an IANA name such as Europe/London")
    return zone
