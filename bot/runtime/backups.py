"""Backups of a SQLite database as a job: made online, checked, and pruned."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bot.config import Config
from bot.runtime.server_secret import data_folder
from bot.services import Metric, Services
from core.errors import RoomieError, Unavailable
from core.policy.schedule import Periodic, Schedule
from core.services.operators import queue_backup_failure
from storage.factory import backup
from storage.url import SqliteFile, parse_database_url

if TYPE_CHECKING:
    from bot.worker.scheduler import Job

logger = logging.getLogger(__name__)

NAME = "backup"
_PREFIX, _SUFFIX = "roomie-", ".db"
_TIME = "%Y%m%dT%H%M%SZ"
_UNFINISHED_FOR = timedelta(days=1)
"""After which what a killed process left is deleted."""
_ON_POSTGRES = "backup.every has no effect on PostgreSQL: schedule pg_dump instead (docs/backups.md)"


def backup_folder(config: Config) -> Path:
    return Path(config.backup.folder) if config.backup.folder else data_folder(config) / "backups"


def has_backups(config: Config) -> bool:
    """Whether backups are scheduled, and possible."""
    return config.backup.every is not None and _is_sqlite(config)


def backup_warnings(config: Config) -> list[str]:
    return [_ON_POSTGRES] if config.backup.every is not None and not _is_sqlite(config) else []


def _is_sqlite(config: Config) -> bool:
    return isinstance(parse_database_url(config.database.url), SqliteFile)


def backup_jobs(config: Config) -> "tuple[Job, ...]":
    schedule = config.backup.every
    if schedule is None or not has_backups(config):
        return ()
    from bot.worker.scheduler import Job

    return (Job(NAME, lambda _: schedule, partial(_run, config)),)


async def _run(config: Config, services: Services) -> None:
    """Makes a backup and deletes older ones; operators are notified of a failure."""
    now, folder = services.clock.now(), backup_folder(config)
    try:
        await backup(config.database.url, folder / f"{_PREFIX}{now.astimezone(UTC):{_TIME}}{_SUFFIX}")
        await asyncio.to_thread(_prune, folder, config.backup.keep, now)
    except (RoomieError, OSError) as error:
        await _tell_operators(services, str(error), now)
        raise
    logger.info("backup written to %s", folder)


async def _tell_operators(services: Services, error: str, now: datetime) -> None:
    """Where the database still takes it; the job's error is logged and listed in any case."""
    with suppress(Unavailable):
        await services.storage.write_relaxed(
            lambda unit: queue_backup_failure(unit, services.operators, error, now)
        )


def _prune(folder: Path, keep: int, now: datetime) -> None:
    for file in backups_in(folder)[keep:]:
        file.unlink(missing_ok=True)
    for file in folder.glob(f"{_PREFIX}*.unfinished*"):
        with suppress(FileNotFoundError):
            if now.timestamp() - file.stat().st_mtime > _UNFINISHED_FOR.total_seconds():
                file.unlink()


def backups_in(folder: Path) -> list[Path]:
    """The newest first. Files with other names are not ours, and stay."""
    found = {file: made for file in folder.glob(f"{_PREFIX}*{_SUFFIX}") if (made := made_at(file))}
    return sorted(found, key=lambda each: found[each], reverse=True)


def made_at(file: Path) -> datetime | None:
    """When a backup was made, by its name."""
    text = file.name.removeprefix(_PREFIX).removesuffix(_SUFFIX)
    try:
        return datetime.strptime(text, _TIME).replace(tzinfo=UTC)
    except ValueError:
        return None


def newest_backup(config: Config) -> datetime | None:
    found = backups_in(backup_folder(config))
    return made_at(found[0]) if found else None


def is_late(newest: datetime | None, schedule: Schedule, now: datetime) -> bool:
    """Whether there is no backup of the last two periods (for daily and weekly schedules: days and weeks)."""
    return newest is None or now - newest > 2 * _period(schedule)


def _period(schedule: Schedule) -> timedelta:
    if isinstance(schedule, Periodic):
        return schedule.period
    return timedelta(days=1 if schedule.weekday is None else 7)


async def _health(config: Config, services: Services) -> Mapping[str, object]:
    newest, schedule = await asyncio.to_thread(newest_backup, config), config.backup.every
    return {
        "ok": True,
        "newest": newest.isoformat() if newest is not None else None,
        "late": schedule is not None and is_late(newest, schedule, services.clock.now()),
    }


def backup_checks(
    config: Config, services: Services
) -> Mapping[str, Callable[[], Awaitable[Mapping[str, object]]]]:
    """The part of `/readyz`, where backups are scheduled; late ones leave the API in service."""
    return {"backups": partial(_health, config, services)} if has_backups(config) else {}


def register_backup_metrics(config: Config, services: Services) -> None:
    if not has_backups(config):
        return

    def age() -> float:
        newest = newest_backup(config)
        return (services.clock.now() - newest).total_seconds() if newest is not None else float("inf")

    services.metrics.append(
        Metric("roomie_backup_age_seconds", "Seconds since the newest backup was made.", age)
    )
