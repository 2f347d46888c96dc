"""Command line: argument parsers and dispatch to the command handlers."""

import argparse
import io
import os
import sys
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from bot.cli.reports import add_reports, report_handler
from bot.cli.webhook_arguments import add_webhooks
from bot.config import ConfigError, Settings, read_settings
from core.errors import RoomieError

RunLoop: TypeAlias = Callable[[Coroutine[Any, Any, int]], int]
CliHandler: TypeAlias = Callable[[argparse.Namespace, Settings], Coroutine[Any, Any, int]]


def main(arguments: Sequence[str], run_loop: RunLoop) -> int:
    """Runs one command and returns its exit status: 2 for unusable arguments or settings, 1 for a refusal."""
    _replace_invalid_characters()
    parsed = _parser(arguments).parse_args(arguments)
    try:
        settings = read_settings(Path(parsed.config) if parsed.config else None, os.environ)
        return run_loop(_handler(parsed.command)(parsed, settings))
    except ConfigError as error:
        for problem in error.problems:
            print(f"roomie: {problem}", file=sys.stderr)
        return 2
    except RoomieError as error:
        print(f"roomie: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _replace_invalid_characters() -> None:
    """Reads undecodable input, and writes to terminals with a narrow encoding, without failing."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _handler(command: str) -> CliHandler:
    """The handler of a command, imported late to keep the start fast."""
    match command:
        case "run":
            from bot.cli.run import run

            return run
        case "chat" | "parse":
            from bot.cli.chat import chat, parse

            return chat if command == "chat" else parse
        case "slack" | "discord":
            from bot.cli import platforms

            return platforms.slack if command == "slack" else platforms.discord
        case "jobs":
            from bot.cli.jobs import jobs

            return jobs
        case "scrape":
            from bot.cli.scrape import scrape

            return scrape
        case "closure":
            from bot.cli.closures import closure

            return closure
        case "outbox" | "webhook" | "doctor":
            return _watching_handler(command)
        case _:
            from bot.cli import admin

            return admin.HANDLERS.get(command) or report_handler(command)


def _watching_handler(command: str) -> CliHandler:
    from bot.cli.doctor import doctor
    from bot.cli.outbox import outbox
    from bot.cli.webhooks import webhook

    return {"doctor": doctor, "outbox": outbox, "webhook": webhook}[command]


def _parser(arguments: Sequence[str]) -> argparse.ArgumentParser:
    """The parser of these arguments: the verbs of administration are read only if they are needed."""
    parser = argparse.ArgumentParser(prog="roomie", description="Find and book campus rooms.")
    parser.add_argument("--config", metavar="FILE", help="configuration file (default: config.toml)")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    _add_run_and_chat(commands)
    _add_parse(commands)
    _add_import(commands)
    _add_closures(commands)
    families = _add_people(commands) | _add_administration(commands)
    if not families.keys().isdisjoint(arguments):
        from bot.cli.administration import add_verbs

        for name, family in families.items():
            add_verbs(family, name)
    _add_database(commands)
    add_reports(commands)
    _add_platforms(commands)
    _add_worker(commands)
    _add_display(commands)
    add_webhooks(_add(commands, "webhook", "send events to other programs"))
    return parser


Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001 - its only name


def _add_run_and_chat(commands: Commands) -> None:
    run = _add(commands, "run", "start the server, the configured chat platforms and the background worker")
    run.add_argument("--as", dest="speak_as", default="", metavar="NAME", help="username at this terminal")
    run.add_argument(
        "--only", default="", metavar="ROLES", help="roles to run: web,worker,slack,discord (default: all)"
    )
    chat = _add(commands, "chat", "answer chat commands in this terminal")
    chat.add_argument("--as", dest="speak_as", default="", metavar="NAME", help="username to act as")
    chat.add_argument("--json", action="store_true", help="print replies as JSON")
    chat.add_argument("lines", nargs="*", metavar="COMMAND", help='such as "/rooms free now 20 seats"')


def _add_parse(commands: Commands) -> None:
    parse = _add(
        commands,
        "parse",
        "show how a phrase is understood; without TEXT, reads JSON lines from standard input",
    )
    parse.add_argument("text", nargs="*", metavar="TEXT")
    parse.add_argument("--now", default="", metavar="ISO", help="current date and time to assume")
    parse.add_argument("--tz", default="", metavar="ZONE", help="time zone to assume")
    parse.add_argument("--json", action="store_true", help="print JSON")


def _add_import(commands: Commands) -> None:
    importing = _add(
        commands,
        "import",
        "import buildings, rooms, timetables, people, societies or closures from CSV, .xlsx or JSON files",
    )
    importing.add_argument("files", nargs="*", metavar="FILE")
    importing.add_argument(
        "--dry-run", action="store_true", help="show what would change, without changing it"
    )
    importing.add_argument(
        "--template",
        choices=("rooms", "buildings", "timetable", "people", "societies", "closures"),
        help="write an example instead, to FILE (.csv or .xlsx) or standard output",
    )
    importing.add_argument(
        "--sheet", default="", metavar="NAME", help="sheet of a workbook (default: the first)"
    )
    importing.add_argument(
        "--dates",
        choices=("day-first", "month-first"),
        default="",
        help="how to read 03/04/2026 where the file itself does not tell",
    )
    importing.add_argument("--yes", action="store_true", help="close rooms also if somebody has booked")
    importing.add_argument(
        "--add", action="store_true", help="keep the timetable entries of earlier files for the same rooms"
    )
    _add_export(commands)
    _add(commands, "sample", "load a small sample campus to try Roomie out")


def _add_export(commands: Commands) -> None:
    export = _add(commands, "export", "write rooms, people, bookings, … to a file")
    export.add_argument(
        "kind",
        choices=(
            *("rooms", "buildings", "bookings", "people", "societies", "audit", "ledger", "closures"),
            "timetable",
        ),
    )
    export.add_argument(
        "--format", choices=("csv", "json", "ics", "xlsx"), help="default: as FILE ends, or csv"
    )
    export.add_argument("--out", default="", metavar="FILE", help="file to write (default: standard output)")
    export.add_argument(
        "--from", dest="since", default="", metavar="DATE", help="first day, such as 2026-03-14"
    )
    export.add_argument("--to", dest="until", default="", metavar="DATE", help="last day")


def _add_closures(commands: Commands) -> None:
    closure = _add(commands, "closure", "close rooms, buildings or the campus for a while")
    verbs = closure.add_subparsers(dest="verb", required=True)
    add = verbs.add_parser("add", help="close a room, a building or the campus")
    add.add_argument("place", help="a room or building, by id or name, or: campus")
    add.add_argument("start", help='first day, or time: 2026-03-14 or "2026-03-14 09:00"')
    add.add_argument("end", nargs="?", default="", help="last day, or time; the same day if absent")
    add.add_argument("--reason", default="", help="shown to people")
    add.add_argument("--yearly", action="store_true", help="every year")
    listed = verbs.add_parser("list", help="list closures")
    listed.add_argument("--all", action="store_true", help="include those that are over")
    listed.add_argument(
        "--unanswered",
        action="store_true",
        help="list bookings in closures whose holders have not chosen yet",
    )
    verbs.add_parser("remove", help="open again").add_argument("id", type=int)
    importing = verbs.add_parser("import", help="import closures, such as public holidays")
    importing.add_argument(
        "files", nargs="+", metavar="FILE", help="a calendar (.ics) or a table (.csv, .xlsx)"
    )
    importing.add_argument(
        "--place", default="campus", help="where, for those that do not say (default: campus)"
    )
    for each in (add, importing):
        each.add_argument("--yes", action="store_true", help="also if somebody has booked")


def _add_people(commands: Commands) -> dict[str, argparse.ArgumentParser]:
    """People and societies have verbs of their own beside those of administration; returns both parsers."""
    people = _add(commands, "user", "manage people, passwords and logins")
    user = people.add_subparsers(dest="verb", required=True)
    add = user.add_parser("add", help="add a person")
    add.add_argument("username")
    add.add_argument("--email", required=True)
    add.add_argument("--name", default="")
    add.add_argument("--group", action="append", default=[], metavar="Group_2", dest="groups")
    add.add_argument("--admin", action="store_true", help="allow administrator commands")
    add.add_argument("--password-stdin", action="store_true", help="read the password from standard input")
    user.add_parser("list", help="list all people")
    password = user.add_parser("password", help="set a password")
    password.add_argument("username")
    password.add_argument("--password-stdin", action="store_true", help="read it from standard input")
    tokens = user.add_parser("tokens", help="list a person's program logins, or end one")
    tokens.add_argument("username")
    tokens.add_argument("--revoke", type=int, metavar="N", help="end the login with this number")
    password.add_argument("--generate", action="store_true", help="generate one, and print it once")
    _add_privacy(user)
    societies = _add(commands, "society", "manage societies")
    society = societies.add_subparsers(dest="verb", required=True)
    society.add_parser("list", help="list all societies")
    link = _add(commands, "link", "link a chat account to a person")
    link.add_argument("person")
    link.add_argument("identity", help="slack:TEAM:USER or discord:USER")
    return {"user": people, "society": societies}


def _add_administration(commands: Commands) -> dict[str, argparse.ArgumentParser]:
    """Commands whose verbs are all those of administration."""
    families = {
        "room": "add, change and retire rooms",
        "building": "add, change and retire buildings",
        "announce": "post a text in the channels that get notices",
        "wait": "see and shorten the waiting list",
        "hold": "see and free held rooms",
        "source": "see, read and accept timetable sources",
        "job": "see and run periodic jobs",
    }
    return {name: _add(commands, name, help_line) for name, help_line in families.items()}


def _add_privacy(user: Commands) -> None:
    exported = user.add_parser("export", help="write all that is known about a person, as JSON or text")
    exported.add_argument("username")
    exported.add_argument("--out", metavar="FILE", help="a new file that only you can read")
    exported.add_argument("--text", action="store_true", help="readable text instead of JSON")
    erase = user.add_parser("erase", help="erase a person for good; asks first")
    erase.add_argument("username")
    erase.add_argument("--hand-over", metavar="USERNAME", help="who gets the bookings to come")
    erase.add_argument("--yes", action="store_true", help="do not ask")
    erased = user.add_parser("erased", help="list the numbers of people who were erased")
    erased.add_argument("--again", metavar="FILE", help="erase those of a list again, after a restore")


def _add_database(commands: Commands) -> None:
    db = _add(commands, "db", "manage the database").add_subparsers(dest="verb", required=True)
    db.add_parser("upgrade", help="upgrade the schema")
    db.add_parser("check", help="show the schema revision")
    db.add_parser("seal", help="encrypt stored tokens with the current secret")
    backup = db.add_parser("backup", help="write a consistent copy, even while Roomie runs")
    backup.add_argument("file", metavar="FILE")
    restore = db.add_parser("restore", help="put a backup in the place of the database, which is kept")
    restore.add_argument("file", metavar="FILE")
    _add(commands, "check", "check the configuration and show what is set up")
    doctor = _add(commands, "doctor", "examine everything, and say what to do about what is wrong")
    doctor.add_argument("--json", action="store_true", help="print JSON")


def _add_platforms(commands: Commands) -> None:
    slack = _add(commands, "slack", "set up the Slack app").add_subparsers(dest="verb", required=True)
    manifest = slack.add_parser("manifest", help="print the app manifest to paste into Slack")
    manifest.add_argument(
        "--public-url", default="", metavar="URL", help="for HTTP mode: the URL at which Slack reaches Roomie"
    )
    discord = _add(commands, "discord", "set up the Discord app").add_subparsers(dest="verb", required=True)
    discord.add_parser("sync", help="register the commands with Discord now")


def _add_worker(commands: Commands) -> None:
    outbox = _add(commands, "outbox", "inspect and manage queued notifications").add_subparsers(dest="verb")
    listed = outbox.add_parser("list", help="list waiting and failed notifications")
    listed.add_argument("--all", action="store_true", help="include those sent and dropped")
    for verb, help_line in (
        ("retry", "send a notification that was given up"),
        ("give-up", "stop sending a notification"),
    ):
        outbox.add_parser(verb, help=help_line).add_argument("id", type=int)
    scrape = _add(commands, "scrape", "read timetable sources now, or accept a rejected timetable")
    scrape.add_argument("words", nargs="*", metavar="[accept] SOURCE", help="default: all sources")
    scrape.add_argument("--dry-run", action="store_true", help="show what would change, without changing it")
    scrape.add_argument(
        "--unknown",
        action="store_true",
        help="print the places that are none of our rooms, as [source.rooms]",
    )
    _add(commands, "jobs", "list periodic jobs with their last run, next run and last error")


def _add_display(commands: Commands) -> None:
    display = _add(commands, "display", "print the addresses for the displays of rooms")
    display.add_argument(
        "places", nargs="+", metavar="PLACE", help="a room or building, by id or name, or: campus"
    )


def _add(commands: Commands, name: str, help_line: str) -> argparse.ArgumentParser:
    description = f"{help_line[0].upper()}{help_line[1:]}."
    return commands.add_parser(name, help=help_line, description=description)
