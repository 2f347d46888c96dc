"""The command line: reading arguments, and handing each command to what does it."""

import argparse
import io
import os
import sys
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from bot.config import ConfigError, Settings, read_settings
from core.errors import RoomieError

RunLoop: TypeAlias = Callable[[Coroutine[Any, Any, int]], int]
CliHandler: TypeAlias = Callable[[argparse.Namespace, Settings], Coroutine[Any, Any, int]]


def main(arguments: Sequence[str], run_loop: RunLoop) -> int:
    """Carry out one command line; its exit status. 2 for arguments or settings that cannot be used."""
    _take_any_characters()
    parsed = _parser().parse_args(arguments)
    try:
        settings = read_settings(Path(parsed.config) if parsed.config else None, os.environ)
        return run_loop(_handler(parsed.command)(parsed, settings))
    except ConfigError as error:
        for problem in error.problems:
            print(f"roomie: {problem}", file=sys.stderr)
        return 2
    except RoomieError as refusal:
        print(f"roomie: {refusal}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _take_any_characters() -> None:
    """Bytes that are no text, and terminals that cannot show an arrow, are no reason to stop."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _handler(command: str) -> CliHandler:
    """What does a command; imported only when it is asked for."""
    match command:
        case "run":
            from bot.cli.run import run

            return run
        case "chat":
            from bot.cli.chat import chat

            return chat
        case "parse":
            from bot.cli.chat import parse

            return parse
        case "slack" | "discord":
            from bot.cli import platforms

            return platforms.slack if command == "slack" else platforms.discord
        case "jobs":
            from bot.cli.jobs import jobs

            return jobs
        case "scrape":
            from bot.cli.scrape import scrape

            return scrape
        case "outbox":
            from bot.cli.outbox import outbox

            return outbox
        case _:
            from bot.cli import admin

            return admin.HANDLERS[command]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="roomie", description="Finds and books campus rooms.")
    parser.add_argument("--config", metavar="FILE", help="settings other than config.toml")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    _add_run_and_chat(commands)
    _add_parse(commands)
    _add_import(commands)
    _add_people(commands)
    _add_database(commands)
    _add_platforms(commands)
    _add_worker(commands)
    return parser


Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001 - its only name


def _add_run_and_chat(commands: Commands) -> None:
    run = _add(commands, "run", "start everything that is configured")
    run.add_argument("--as", dest="speak_as", default="", metavar="NAME", help="who sits at this terminal")
    run.add_argument("--only", default="", metavar="ROLES", help="of web,worker,slack,discord; all otherwise")
    chat = _add(commands, "chat", "answer commands here")
    chat.add_argument("--as", dest="speak_as", default="", metavar="NAME", help="who asks, by username")
    chat.add_argument("--json", action="store_true", help="print the neutral reply as JSON")
    chat.add_argument("lines", nargs="*", metavar="COMMAND", help='such as "/rooms free now 20 seats"')


def _add_parse(commands: Commands) -> None:
    parse = _add(commands, "parse", "show how a phrase is read; JSON lines on standard input without TEXT")
    parse.add_argument("text", nargs="*", metavar="TEXT")
    parse.add_argument("--now", default="", metavar="ISO", help="the instant to read it at")
    parse.add_argument("--tz", default="", metavar="ZONE", help="the zone to read it in")
    parse.add_argument("--json", action="store_true", help="print JSON")


def _add_import(commands: Commands) -> None:
    bring = _add(commands, "import", "bring buildings, rooms or timetables in")
    bring.add_argument("files", nargs="+", metavar="FILE")
    _add(commands, "sample", "load a small campus to try things on")


def _add_people(commands: Commands) -> None:
    user = _add(commands, "user", "people and their passwords").add_subparsers(dest="verb", required=True)
    add = user.add_parser("add", help="add a person")
    add.add_argument("username")
    add.add_argument("--email", required=True)
    add.add_argument("--name", default="")
    add.add_argument("--group", action="append", default=[], metavar="Group_2", dest="groups")
    add.add_argument("--admin", action="store_true", help="may use administrators' commands")
    add.add_argument("--password-stdin", action="store_true", help="read the password from standard input")
    user.add_parser("list", help="everybody")
    password = user.add_parser("password", help="set a password")
    password.add_argument("username")
    password.add_argument("--password-stdin", action="store_true")
    tokens = user.add_parser("tokens", help="show somebody's logins by programs, or end one")
    tokens.add_argument("username")
    tokens.add_argument("--revoke", type=int, metavar="N", help="end the login with this number")
    groups = user.add_parser("groups", help="show or set somebody's groups")
    groups.add_argument("username")
    groups.add_argument("groups", nargs="*", metavar="Group_2")
    society = _add(commands, "society", "societies").add_subparsers(dest="verb", required=True)
    found = society.add_parser("add", help="add a society")
    found.add_argument("id")
    found.add_argument("name")
    found.add_argument("--president", metavar="USERNAME")
    society.add_parser("list", help="all societies")
    president = society.add_parser("president", help="make somebody president")
    president.add_argument("id")
    president.add_argument("username")
    link = _add(commands, "link", "let a chat account stand for a person")
    link.add_argument("person")
    link.add_argument("identity", help="slack:TEAM:USER or discord:USER")


def _add_database(commands: Commands) -> None:
    db = _add(commands, "db", "look after the database").add_subparsers(dest="verb", required=True)
    db.add_parser("upgrade", help="bring its schema up to date")
    db.add_parser("check", help="say where it stands")
    db.add_parser("seal", help="seal tokens with the secret of today that an earlier one sealed, or none did")
    backup = db.add_parser("backup", help="write a consistent copy, also while Roomie runs")
    backup.add_argument("file", metavar="FILE")
    _add(commands, "check", "read the configuration and say what is set up")


def _add_platforms(commands: Commands) -> None:
    slack = _add(commands, "slack", "set the Slack app up").add_subparsers(dest="verb", required=True)
    manifest = slack.add_parser("manifest", help="print the app's manifest, ready to paste")
    manifest.add_argument(
        "--public-url", default="", metavar="URL", help="for HTTP mode: where Slack finds Roomie"
    )
    discord = _add(commands, "discord", "set the Discord app up").add_subparsers(dest="verb", required=True)
    discord.add_parser("sync", help="announce the commands now, changed or not")


def _add_worker(commands: Commands) -> None:
    outbox = _add(commands, "outbox", "what Roomie has to say unasked").add_subparsers(dest="verb")
    listed = outbox.add_parser("list", help="what waits and what went wrong")
    listed.add_argument("--all", action="store_true", help="what was sent or dropped, too")
    for verb, help_line in (("retry", "send it after all"), ("give-up", "do not send it")):
        outbox.add_parser(verb, help=help_line).add_argument("id", type=int)
    scrape = _add(commands, "scrape", "read timetable sources now; or accept one that was refused")
    scrape.add_argument("words", nargs="*", metavar="[accept] SOURCE", help="all sources when none is named")
    scrape.add_argument("--dry-run", action="store_true", help="say what would change and change nothing")
    _add(commands, "jobs", "what is done again and again: last time, next time, trouble")


def _add(commands: Commands, name: str, help_line: str) -> argparse.ArgumentParser:
    return commands.add_parser(name, help=help_line, description=help_line)
