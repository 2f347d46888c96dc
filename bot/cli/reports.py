"""Parsers of `roomie why`, `who`, `usage` and `simulate`, and their handlers, imported late."""

import argparse
from collections.abc import Callable, Coroutine
from typing import Any, TypeAlias

from bot.config import Settings

ReportHandler: TypeAlias = Callable[[argparse.Namespace, Settings], Coroutine[Any, Any, int]]
Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001 - its only name


def add_reports(commands: Commands) -> None:
    why = _add(commands, "why", "tell what happened to a booking, or in a room at a time, and why")
    why.add_argument("words", nargs="+", metavar="BOOKING | ROOM WHEN", help='such as 21cf0a17, or "G01 3pm"')
    who = _add(commands, "who", "tell how a person stands: groups, quota, bookings, refusals, messages")
    who.add_argument("user", metavar="USER", help="username or e-mail address")
    usage = _add(commands, "usage", "count how the rooms are used; figures of a few people are hidden")
    usage.add_argument(
        "period",
        nargs="*",
        metavar="PERIOD [BUILDING]",
        help="last week (default), this week, term, last term, march, or 2026-03-01 2026-03-31",
    )
    usage.add_argument("--format", choices=("table", "csv", "json", "svg"), default="table")
    usage.add_argument("--out", default="", metavar="FILE", help="default: standard output")
    _add_simulate(commands)


def _add_simulate(commands: Commands) -> None:
    simulate = _add(
        commands, "simulate", "replay past requests under other rules, and count what they refuse"
    )
    for option, what in (
        ("--quota", "minutes a week"),
        ("--days-ahead", "how far ahead students may book"),
        ("--society-days-ahead", "how far ahead societies may book"),
        ("--staff-days-ahead", "how far ahead staff may book"),
        ("--slot-minutes", "the grid of bookings"),
        ("--refund-notice", "hours before the start until which cancelling refunds"),
    ):
        simulate.add_argument(option, type=int, metavar="N", help=what)
    simulate.add_argument(
        "--hours", default="", metavar="08:00-22:00", help="opening hours from Monday to Friday"
    )
    simulate.add_argument(
        "--weekend-hours", default="", metavar="09:00-18:00", help="opening hours at weekends"
    )
    simulate.add_argument(
        "period", nargs="*", metavar="PERIOD", help="last term (default), march, or two days"
    )


def report_handler(command: str) -> ReportHandler:
    match command:
        case "why" | "who":
            from bot.cli import explaining

            return explaining.why if command == "why" else explaining.who
        case "simulate":
            from bot.cli.simulate import simulate

            return simulate
        case _:
            from bot.cli.usage import usage

            return usage


def _add(commands: Commands, name: str, help_line: str) -> argparse.ArgumentParser:
    description = f"{help_line[0].upper()}{help_line[1:]}."
    return commands.add_parser(name, help=help_line, description=description)
