"""`roomie scrape`: reads timetable sources now, or accepts a rejected timetable."""

import argparse
import json
import sys
from collections.abc import Sequence

from bot.cli.progress import progress_bar
from bot.config import Config, Settings, SourceSection
from bot.runtime.app import open_services, upgrade
from bot.runtime.refresh import read_source, refresh
from bot.services import Services
from core.errors import Invalid, RoomieError
from core.services.timetable_import import ImportResult

_MAX_PROBLEMS = 20


async def scrape(arguments: argparse.Namespace, settings: Settings) -> int:
    """Status 1 if any source failed or was rejected."""
    await upgrade(settings.config.database.url)
    async with open_services(settings) as services:
        if arguments.words[:1] == ["accept"]:
            return await _accept(services, arguments.words[1:])
        sections = _select_sources(settings.config, arguments.words)
        process = _print_unknown if arguments.unknown else _dry_run if arguments.dry_run else _refresh
        return max([await process(services, each) for each in sections], default=0)


async def _accept(services: Services, names: Sequence[str]) -> int:
    if len(names) != 1:
        raise Invalid("Name one source: roomie scrape accept SOURCE")
    result = await services.timetables.accept(names[0], "administrator")
    print(f"{names[0]}: accepted. {result.summary}{_describe(result)}")
    return 0


def _select_sources(config: Config, names: Sequence[str]) -> list[SourceSection]:
    known = {each.name: each for each in config.source}
    if not known:
        raise Invalid("No timetable source is configured. See [[source]] in config.example.toml.")
    if unknown := [name for name in names if name not in known]:
        raise Invalid(f"There is no source {', '.join(unknown)}. Configured sources: {', '.join(known)}.")
    return [known[name] for name in names or known]


async def _refresh(services: Services, section: SourceSection) -> int:
    try:
        with progress_bar(section.name) as progress:
            result = await refresh(section, services, progress)
    except RoomieError as error:
        print(f"{section.name}: failed: {error}")
        return 1
    outcome = "unchanged" if result.is_unchanged else "current" if result.is_current else "REJECTED"
    print(f"{section.name}: {outcome}. {result.summary}{_describe(result)}")
    _print_reasons(section.name, result.anomalies, result.problems)
    if not result.is_current:
        print(
            f"  The last good one stays in use. To use this one anyway: roomie scrape accept {section.name}"
        )
    return 0 if result.is_current else 1


async def _dry_run(services: Services, section: SourceSection) -> int:
    try:
        with progress_bar(section.name) as progress:
            snapshot = await read_source(services, section, progress)
    except RoomieError as error:
        print(f"{section.name}: failed: {error}")
        return 1
    verdict = "would be REJECTED" if snapshot.anomalies else "would be imported"
    print(f"{section.name}: {verdict}. {snapshot.summary}")
    _print_reasons(section.name, snapshot.anomalies, snapshot.problems)
    return 1 if snapshot.anomalies else 0


async def _print_unknown(services: Services, section: SourceSection) -> int:
    """Prints the places of a source that are none of our rooms as a table of the configuration to fill in."""
    try:
        with progress_bar(section.name) as progress:
            snapshot = await read_source(services, section, progress, anew=True)
    except RoomieError as error:
        print(f"{section.name}: failed: {error}", file=sys.stderr)
        return 1
    places = sorted(snapshot.unknown_places.items(), key=lambda each: (-each[1], each[0]))
    if not places:
        print(f"# {section.name}: each place that it names is one of our rooms.")
        return 0
    print(
        f'# Below the [[source]] with name = "{section.name}". Give each place the id of its room, or a list'
    )
    print('# of ids; "" says that it is none of yours.')
    print("[source.rooms]")
    for place, count in places:
        remark = f"  # {count:,} event{'' if count == 1 else 's'}" if count else ""
        print(f'{json.dumps(place, ensure_ascii=False)} = ""{remark}')
    return 0


def _describe(result: ImportResult) -> str:
    return (
        f" {result.conflicts} people are notified that their bookings clash with it."
        if result.conflicts
        else ""
    )


def _print_reasons(name: str, anomalies: Sequence[str], problems: Sequence[str]) -> None:
    for anomaly in anomalies:
        print(f"  {name}: {anomaly}")
    for problem in problems[:_MAX_PROBLEMS]:
        print(f"  {name}: problem: {problem}")
    if len(problems) > _MAX_PROBLEMS:
        print(f"  {name}: and {len(problems) - _MAX_PROBLEMS} more problems")
