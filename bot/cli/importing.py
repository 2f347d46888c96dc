"""`roomie import`: imports files, shows what they would change, and writes examples."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from bot.cli.closures import close, count_rejected
from bot.cli.differences import describe_difference
from bot.cli.progress import progress_bar
from bot.config import Settings
from bot.exporting.examples import EXAMPLES, write_example
from bot.exporting.output import open_output
from bot.runtime.app import booking_rules, clock_of, open_services, upgrade
from bot.runtime.importing import ImportFile, ReadOptions, compare_file, import_file, read_import_file
from bot.services import Services
from core.errors import Invalid
from core.services.import_comparison import ImportSummary

_MAX_REASONS = 50


async def import_files(arguments: argparse.Namespace, settings: Settings) -> int:
    """Imports the files one by one; status 1 if any was rejected."""
    if arguments.template:
        return _write_template(arguments, settings)
    if not arguments.files:
        raise Invalid(f"Name a file to import. For an example: roomie import --template {EXAMPLES[0]}")
    await upgrade(settings.config.database.url)
    async with open_services(settings) as services:
        return max([await _import(services, name, arguments) for name in arguments.files])


def _write_template(arguments: argparse.Namespace, settings: Settings) -> int:
    if len(arguments.files) > 1:
        raise Invalid("An example goes into one file.")
    path = Path(arguments.files[0]) if arguments.files else None
    form = path.suffix.lstrip(".").lower() if path else "csv"
    if form not in {"csv", "xlsx", "json"}:
        raise Invalid(f"Name a file that ends in .csv or .xlsx, not {path}.")
    if arguments.template == "timetable" and form == "json":
        raise Invalid("An example of a timetable is .csv or .xlsx.")
    if path is not None and path.exists():
        raise Invalid(f"{path} is there already. Name another file.")
    with open_output(path) as out:
        now, zone = clock_of(settings).now(), booking_rules(settings.config).zone
        write_example(out, form, arguments.template, now, zone)
    return 0


async def _import(services: Services, name: str, arguments: argparse.Namespace) -> int:
    file = _read(services, name, arguments)
    if not file.kind:
        return _refuse(name, file.rejections, is_readable=False)
    for remark in file.remarks:
        print(f"{name}: {remark}", file=sys.stderr)
    if arguments.dry_run:
        return await _show_difference(services, name, file, keeps_others=arguments.add)
    if file.kind == "closures" and not file.rejections:
        return await close(services, name, file.closures.closures, is_confirmed=arguments.yes)
    with progress_bar(f"Importing {Path(name).name}") as progress:
        summary, rejections = await import_file(services, file, keeps_others=arguments.add, progress=progress)
    if rejections:
        return _refuse(name, rejections)
    print(f"{name}: {file.kind}: {_counts(summary)}")
    if summary.removed:
        print(
            f"{name}: it replaced what earlier files held for its rooms;"
            " to add to that instead, import with --add"
        )
    return 0


def _read(services: Services, name: str, arguments: argparse.Namespace) -> ImportFile:
    with progress_bar(f"Reading {Path(name).name}") as progress:
        options = ReadOptions(arguments.sheet, arguments.dates, progress=lambda rows: progress(rows, 0))
        return read_import_file(Path(name), services, options)


async def _show_difference(services: Services, name: str, file: ImportFile, *, keeps_others: bool) -> int:
    comparison, rejections = await compare_file(services, file, keeps_others=keeps_others)
    if rejections:
        return _refuse(name, rejections)
    for line in describe_difference(services, file.kind, comparison):
        print(f"{name}: {line}")
    print(f"{name}: {file.kind}: {_counts(comparison.summary, 'to be ')}; nothing was written")
    return 0


def _refuse(name: str, rejections: Sequence[str], *, is_readable: bool = True) -> int:
    for reason in rejections[:_MAX_REASONS]:
        print(f"{name}: rejected: {reason}", file=sys.stderr)
    if len(rejections) > _MAX_REASONS:
        print(f"{name}: and {len(rejections) - _MAX_REASONS} more", file=sys.stderr)
    if any("the file does not tell" in each for each in rejections):
        print(f"{name}: or say which: --dates day-first or --dates month-first", file=sys.stderr)
    if not is_readable:
        print(f"{name}: not imported, because it cannot be read")
        return 1
    print(f"{name}: not imported, because of {count_rejected(rejections)}")
    return 1


def _counts(summary: ImportSummary, be: str = "") -> str:
    removed = f", {summary.removed} {be}removed" if summary.removed else ""
    return f"{summary.added} {be}added, {summary.changed} {be}changed, {summary.unchanged} unchanged{removed}"
