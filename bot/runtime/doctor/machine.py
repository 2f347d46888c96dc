"""Configuration, files, disk and schema: what can be examined without a running Roomie."""

import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from bot.config import Config, Settings
from bot.login.security_checks import login_problems
from bot.runtime.backups import (
    backup_folder,
    backup_warnings,
    has_backups,
    is_late,
    newest_backup,
)
from bot.runtime.check import platform_problems
from bot.runtime.doctor.findings import Finding, ok, problem, unknown, warning
from bot.runtime.server_secret import data_folder, permission_warnings, secret_file
from core.errors import RoomieError
from storage.factory import revision
from storage.migrations import HEAD
from storage.url import SqliteFile, parse_database_url

_MIB = 1024 * 1024
_LITTLE_SPACE, _NO_SPACE = 1024 * _MIB, 100 * _MIB
"""Bytes."""


def examine_configuration(settings: Settings) -> Iterator[Finding]:
    """The same problems that `roomie check` and the start find."""
    config = settings.config
    problems = [*platform_problems(config), *login_problems(config, secret_file(config))]
    for each in problems:
        yield problem("configuration", each, "Change it in config.toml or the environment.")
    if not problems:
        yield ok("configuration", str(settings.path or "defaults (no config.toml)"))
    for each in backup_warnings(config):
        yield warning("configuration", each, "Remove backup.every.")


def examine_files(config: Config) -> Iterator[Finding]:
    """Permissions of the database and of secrets."""
    found = permission_warnings(config)
    for each in found:
        fact, _, remedy = each.partition("; ")
        yield problem("files", fact, f"{remedy[:1].upper()}{remedy[1:]}.")
    if not found:
        yield ok("files", "only this account can read the database and the secret")


def examine_disk(config: Config) -> Iterator[Finding]:
    """Free space where the database and the backups are."""
    folders = {"database": data_folder(config)}
    if has_backups(config):
        folders["backups"] = backup_folder(config)
    for name, folder in folders.items():
        yield _disk(name, folder, _database_bytes(config))


def _database_bytes(config: Config) -> int:
    url = parse_database_url(config.database.url)
    if not isinstance(url, SqliteFile) or not url.path.exists():
        return 0
    return url.path.stat().st_size


def _disk(name: str, folder: Path, database_bytes: int) -> Finding:
    place = next((each for each in (folder.absolute(), *folder.absolute().parents) if each.exists()), None)
    if place is None:
        return unknown("disk", f"{folder} cannot be found")
    free = shutil.disk_usage(place).free
    text = f"{free // _MIB:,} MiB free for the {name} in {folder}"
    remedy = "Make room: delete old backups and logs, or use a larger disk."
    if free < _NO_SPACE:
        return problem("disk", text, remedy)
    return (
        warning("disk", text, remedy) if free < max(_LITTLE_SPACE, 3 * database_bytes) else ok("disk", text)
    )


async def examine_schema(config: Config) -> Finding:
    try:
        stored = await revision(config.database.url)
    except RoomieError as error:
        return problem("database", str(error), "Check database.url, and that the server runs.")
    if stored is None:
        return problem("database", "there are no tables yet", "Run roomie db upgrade, or roomie run.")
    if stored < HEAD:
        remedy = f"Run roomie db upgrade, which brings it to {HEAD}."
        return problem("database", f"at revision {stored}, which is older than this Roomie", remedy)
    if stored > HEAD:
        return warning(
            "database",
            f"at revision {stored}; this Roomie knows {HEAD}",
            "Install the newer release here, too.",
        )
    return ok("database", f"at revision {stored}")


def examine_backups(config: Config, now: datetime) -> Finding:
    schedule = config.backup.every
    if not isinstance(parse_database_url(config.database.url), SqliteFile):
        return unknown("backups", "PostgreSQL is backed up by pg_dump", "See docs/backups.md.")
    if schedule is None:
        return warning("backups", "none are scheduled", 'Set [backup] every = "daily 02:00" in config.toml.')
    newest = newest_backup(config)
    text = f"newest of {newest:%Y-%m-%d %H:%M} UTC" if newest is not None else "there is none yet"
    if is_late(newest, schedule, now):
        return problem(
            "backups", text, "See the error with roomie jobs; make one with roomie db backup FILE."
        )
    return ok("backups", text)
