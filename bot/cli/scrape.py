"""`roomie scrape`: reading timetable sources now, and accepting a timetable that was refused."""

import argparse
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
    """1 when any source failed or was refused."""
    await upgrade(settings.config.database.url)
    async with open_services(settings) as services:
        if arguments.words[:1] == ["accept"]:
            return await _accept(services, arguments.words[1:])
        sections = _chosen(settings.config, arguments.words)
        one = _dry_run if arguments.dry_run else _refresh
        return max([await one(services, each) for each in sections], default=0)


async def _accept(services: Services, names: Sequence[str]) -> int:
    if len(names) != 1:
        raise Invalid("Which source? roomie scrape accept SOURCE")
    refreshed = await services.timetables.accept(names[0], "administrator")
    print(f"{names[0]}: accepted. {refreshed.summary}{_describe(refreshed)}")
    return 0


def _chosen(config: Config, names: Sequence[str]) -> list[SourceSection]:
    known = {each.name: each for each in config.source}
    if not known:
        raise Invalid("No timetable source is configured; see [[source]] in config.example.toml.")
    if strange := [name for name in names if name not in known]:
        raise Invalid(f"There is no source {', '.join(strange)}; there are {', '.join(known)}.")
    return [known[name] for name in names or known]


async def _refresh(services: Services, section: SourceSection) -> int:
    try:
        with progress_bar(section.name) as progress:
            refreshed = await refresh(section, services, progress)
    except RoomieError as trouble:
        print(f"{section.name}: failed: {trouble}")
        return 1
    outcome = "unchanged" if refreshed.is_unchanged else "current" if refreshed.is_current else "REFUSED"
    print(f"{section.name}: {outcome}. {refreshed.summary}{_describe(refreshed)}")
    _print_reasons(section.name, refreshed.anomalies, refreshed.problems)
    if not refreshed.is_current:
        print(
            f"  The last good one stays. To take this one all the same: roomie scrape accept {section.name}"
        )
    return 0 if refreshed.is_current else 1


async def _dry_run(services: Services, section: SourceSection) -> int:
    """What a refresh would do."""
    try:
        with progress_bar(section.name) as progress:
            published = await read_source(services, section, progress)
    except RoomieError as trouble:
        print(f"{section.name}: failed: {trouble}")
        return 1
    verdict = "would be REFUSED" if published.anomalies else "would be taken in"
    print(f"{section.name}: {verdict}. {published.summary}")
    _print_reasons(section.name, published.anomalies, published.problems)
    return 1 if published.anomalies else 0


def _describe(result: ImportResult) -> str:
    return f" {result.conflicts} holders of bookings are told of clashes." if result.conflicts else ""


def _print_reasons(name: str, doubts: Sequence[str], problems: Sequence[str]) -> None:
    for doubt in doubts:
        print(f"  {name}: {doubt}")
    for problem in problems[:_MAX_PROBLEMS]:
        print(f"  {name}: problem: {problem}")
    if len(problems) > _MAX_PROBLEMS:
        print(f"  {name}: and {len(problems) - _MAX_PROBLEMS} more problems")
