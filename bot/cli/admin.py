"""`roomie import`, `export`, `sample`, `user`, `society`, `link`, `db` and `check`."""

import argparse
import getpass
import sys
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from bot.administration.people import generate_password
from bot.cli.administration import administer
from bot.cli.display import display
from bot.cli.exporting import export_table
from bot.cli.importing import import_files
from bot.cli.privacy import erase_person, export_person, list_erased
from bot.config import Settings
from bot.login.public_access import is_public
from bot.platforms.stores import reencrypt_tokens
from bot.runtime.app import backup, open_services, revision, upgrade
from bot.runtime.restoring import restore_backup
from bot.sample.load import load_sample
from bot.webhooks.secrets import reencrypt_webhooks
from core.errors import Invalid, NotAllowed
from core.model import Identity, Person, PersonId, UserGroup
from core.services.accounts import find_person
from core.services.administration import Administrator

AdminHandler: TypeAlias = Callable[[argparse.Namespace, Settings], Coroutine[Any, Any, int]]


async def _sample(_arguments: argparse.Namespace, settings: Settings) -> int:
    if is_public(settings.config):
        raise NotAllowed(
            "The sample people's passwords are published, and other machines can reach this Roomie."
        )
    await upgrade(settings.config.database.url)
    async with open_services(settings) as services:
        loaded = await load_sample(services)
    print(
        f"Loaded {loaded.rooms} rooms in {loaded.buildings} buildings, {loaded.entries} timetable entries, "
        f"{loaded.people} people (passwords: wilpassword, remapassword, …). "
        "For trying out only, never on a public server."
    )
    return 0


async def _user(arguments: argparse.Namespace, settings: Settings) -> int:
    await upgrade(settings.config.database.url)
    return await _USER_VERBS.get(arguments.verb, administer)(arguments, settings)


async def _user_add(arguments: argparse.Namespace, settings: Settings) -> int:
    person = Person(
        PersonId(0),
        arguments.username,
        arguments.email,
        arguments.name or arguments.username,
        _groups(arguments.groups) or frozenset({UserGroup.STUDENT}),
        is_admin=arguments.admin,
    )
    password = _password(from_stdin=arguments.password_stdin, optional=True)
    async with open_services(settings) as services:
        added = await services.accounts.add_person(person, password)
    hint = "" if password else f" No password yet; set one with: roomie user password {added.username}"
    print(f"Added {added.username} ({', '.join(sorted(added.groups))}).{hint}")
    return 0


async def _user_list(_arguments: argparse.Namespace, settings: Settings) -> int:
    async with open_services(settings) as services:
        people = await services.storage.read(lambda unit: unit.people.all())
    for person in people:
        print("\t".join([person.username, person.email, person.name, " ".join(sorted(person.groups))]))
    return 0


async def _user_password(arguments: argparse.Namespace, settings: Settings) -> int:
    new = generate_password() if arguments.generate else ""
    password = new or _password(from_stdin=arguments.password_stdin) or ""
    async with open_services(settings) as services:
        people = services.administration.people
        person = await people.set_password(Administrator(), arguments.username, password)
    print(f"{person.username} has a new password and was logged out everywhere.")
    if new:
        print(f"It is: {new}")
    return 0


async def _user_tokens(arguments: argparse.Namespace, settings: Settings) -> int:
    """Prints number, origin, creation and last use of each login; or ends the one with `--revoke`."""
    async with open_services(settings) as services:
        person = await services.storage.read(lambda unit: find_person(unit, arguments.username))
        logins = await services.accounts.logins(person.id)
        if arguments.revoke is None:
            for number, login in enumerate(logins, 1):
                used = f"{login.last_used_at:%Y-%m-%d %H:%M}" if login.last_used_at else "never"
                print(f"{number}\t{login.label}\t{login.created_at:%Y-%m-%d %H:%M}\t{used}")
            return 0
        if not 1 <= arguments.revoke <= len(logins):
            raise Invalid(f"{person.username} has no login {arguments.revoke}.")
        await services.accounts.revoke(person.id, logins[arguments.revoke - 1].hash, "administrator")
    print(f"Ended login {arguments.revoke} of {person.username}.")
    return 0


async def _society(arguments: argparse.Namespace, settings: Settings) -> int:
    if arguments.verb != "list":
        return await administer(arguments, settings)
    await upgrade(settings.config.database.url)
    async with open_services(settings) as services:
        for society in await services.storage.read(lambda unit: unit.societies.all()):
            print(f"{society.id}\t{society.name}")
    return 0


async def _link(arguments: argparse.Namespace, settings: Settings) -> int:
    await upgrade(settings.config.database.url)
    async with open_services(settings) as services:
        people, identity = services.administration.people, Identity(arguments.identity)
        person = await people.link(Administrator(), arguments.person, identity)
    print(f"{arguments.identity} is now linked to {person.username}.")
    return 0


async def _db(arguments: argparse.Namespace, settings: Settings) -> int:
    url = settings.config.database.url
    if arguments.verb == "backup":
        await backup(url, Path(arguments.file))
        print(f"Backup written to {arguments.file}.")
        return 0
    if arguments.verb == "restore":
        return await _restore(Path(arguments.file), settings)
    if arguments.verb == "seal":
        return await _seal(settings)
    if arguments.verb == "upgrade":
        await upgrade(url)
    current = await revision(url)
    print(
        f"The database is at revision {current}."
        if current
        else "There is no database yet. Create it with: roomie db upgrade"
    )
    return 0 if current else 1


async def _restore(file: Path, settings: Settings) -> int:
    done = await restore_backup(settings, file)
    print(f"Restored {file}. Start Roomie again.")
    if done.replaced is not None:
        print(f"The database that was there before is kept: {done.replaced}")
    if done.erased_again:
        print(f"Erased again, as they were since the backup: {done.erased_again}")
    if not done.has_list:
        print(
            "It could not be asked who was erased since the backup. If you have a list of them, run "
            "roomie user erased --again FILE.",
            file=sys.stderr,
        )
    return 0


async def _seal(settings: Settings) -> int:
    """Status 1 if a token remains that no secret decrypts."""
    async with open_services(settings) as services:
        done = await reencrypt_tokens(services)
        webhooks, lost = await reencrypt_webhooks(services)
    print(f"{done.sealed} tokens encrypted with the current secret.")
    if webhooks:
        print(f"The secrets of {webhooks} webhooks encrypted with the current secret.")
    for webhook_id in lost:
        print(
            f"webhook {webhook_id}: no secret decrypts its secret; run roomie webhook rotate {webhook_id}",
            file=sys.stderr,
        )
    for team in done.lost:
        print(f"{team}: no secret decrypts its token; reinstall Roomie in that workspace", file=sys.stderr)
    return 1 if done.lost or lost else 0


async def _check(_arguments: argparse.Namespace, settings: Settings) -> int:
    from bot.runtime.check import check

    lines, is_well = await check(settings)
    for line in lines:
        print(line)
    return 0 if is_well else 1


def _groups(names: list[str]) -> frozenset[UserGroup]:
    try:
        return frozenset(map(UserGroup, names))
    except ValueError:
        known = ", ".join(UserGroup)
        raise Invalid(f"Unknown group in {' '.join(names)}. Groups are {known}.") from None


def _password(*, from_stdin: bool, optional: bool = False) -> str | None:
    if from_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    elif sys.stdin.isatty():
        password = getpass.getpass("Password (empty for none): " if optional else "Password: ")
    else:
        password = ""
    if not password and (from_stdin or not optional):
        raise Invalid("A password is needed: type it, or pass it with --password-stdin.")
    if "\ufffd" in password or not password.isprintable():
        raise Invalid(
            "The password contains control or invalid characters, which cannot be typed everywhere."
        )
    return password or None


_USER_VERBS: Mapping[str, AdminHandler] = {
    "add": _user_add,
    "list": _user_list,
    "password": _user_password,
    "tokens": _user_tokens,
    "export": export_person,
    "erase": erase_person,
    "erased": list_erased,
}

HANDLERS: Mapping[str, AdminHandler] = {
    "display": display,
    "import": import_files,
    "export": export_table,
    "sample": _sample,
    "user": _user,
    "society": _society,
    "link": _link,
    "db": _db,
    "check": _check,
    **dict.fromkeys(("room", "building", "announce", "wait", "hold", "source", "job"), administer),
}
"""Handlers by command name; other commands have modules of their own."""
