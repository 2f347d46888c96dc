"""`roomie export`: writes what is stored to a file that only its owner can read, or to standard output."""

import argparse
import sys
from datetime import date, timedelta
from pathlib import Path

from bot.config import Settings
from bot.exporting.exports import export
from bot.exporting.output import open_output
from bot.runtime.app import open_services, upgrade
from core.errors import Invalid
from core.interval import Interval
from core.localtime import local_instant
from core.policy.rules import Rules
from core.schedule_reading import ALL_TIME

_NOUNS = {
    "people": ("person", "people"),
    "societies": ("society", "societies"),
    **{kind: (f"{kind} entry", f"{kind} entries") for kind in ("timetable", "ledger", "audit")},
}
"""One and several of what is exported, where the name of the kind does not say it."""


async def export_table(arguments: argparse.Namespace, settings: Settings) -> int:
    path = Path(arguments.out) if arguments.out else None
    form = arguments.format or _form_of(path)
    if form == "xlsx" and path is None:
        raise Invalid("A workbook needs a file: add --out rooms.xlsx, for example.")
    await upgrade(settings.config.database.url)
    async with open_services(settings) as services:
        window = _window(arguments, services.rules)
        with open_output(path) as out:
            count = await export(services, arguments.kind, form, out, window)
    if path is not None:
        print(f"{path}: {_counted(count, arguments.kind)} exported", file=sys.stderr)
    return 0


def _counted(count: int, kind: str) -> str:
    """`1 society`, `304 timetable entries`."""
    one, several = _NOUNS.get(kind, (kind.removesuffix("s"), kind))
    return f"{count:,} {one if count == 1 else several}"


def _form_of(path: Path | None) -> str:
    """The format that the name of a file says; CSV where it says none."""
    suffix = path.suffix.lstrip(".").lower() if path else ""
    return suffix if suffix in {"json", "ics", "xlsx"} else "csv"


def _window(arguments: argparse.Namespace, rules: Rules) -> Interval | None:
    """From the first day to the last, both included, in campus time."""
    if not arguments.since and not arguments.until:
        return None
    start = local_instant(_day(arguments.since), 0, rules.zone) if arguments.since else ALL_TIME.start
    last = _day(arguments.until) + timedelta(days=1) if arguments.until else None
    end = local_instant(last, 0, rules.zone) if last else ALL_TIME.end
    if end <= start:
        raise Invalid("The last day, --to, must not be before the first, --from.")
    return Interval(start, end)


def _day(text: str) -> date:
    """The date, or the first or last day of all time if it lies beyond."""
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise Invalid(f"{text} is not a date. Write it like 2026-03-14.") from error
    return min(max(day, ALL_TIME.start.date()), ALL_TIME.end.date())
