"""`roomie user export`, `erase` and `erased`."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from bot.config import Settings
from bot.exporting.output import open_output
from bot.exporting.personal import to_json, to_text
from bot.runtime.app import open_services
from bot.services import Services
from core.errors import Invalid, UnknownPerson
from core.model import Person, PersonId
from core.services.accounts import find_person
from core.services.privacy import ErasurePlan


async def export_person(arguments: argparse.Namespace, settings: Settings) -> int:
    path = Path(arguments.out) if arguments.out else None
    async with open_services(settings) as services:
        person = await services.storage.read(lambda unit: find_person(unit, arguments.username))
        known, now = await services.erasures.export(person.id), services.clock.now()
    with open_output(path) as out:
        out.write((to_text if arguments.text else to_json)(known, now).encode())
    if path is not None:
        rows = sum(map(len, known.values()))
        print(f"{path}: {rows:,} entries about {person.username} exported", file=sys.stderr)
    return 0


async def erase_person(arguments: argparse.Namespace, settings: Settings) -> int:
    """Status 1 if it was not confirmed."""
    async with open_services(settings) as services:
        completed = await services.erasures.complete_all()
        if completed:
            print(f"Completed {completed} that had begun before.")
        try:
            person, successor = await _people(services, arguments)
        except UnknownPerson:
            if completed:
                return 0
            raise
        for line in describe(await services.erasures.preview(person.id), person, successor):
            print(line)
        if not arguments.yes and not _is_confirmed(person):
            print("Nothing was changed.", file=sys.stderr)
            return 1
        await services.erasures.erase(person.id, None if successor is None else successor.id)
    print("Erased. Backups made before still hold them; docs/privacy.md says what to do after a restore.")
    return 0


async def list_erased(arguments: argparse.Namespace, settings: Settings) -> int:
    """Prints number and day of each erasure; or repeats those of a list."""
    async with open_services(settings) as services:
        if arguments.again is None:
            for each in await services.storage.read(lambda unit: unit.privacy.erased()):
                print(f"{each.person_id}\t{each.requested_at:%Y-%m-%d}")
            return 0
        found = await services.erasures.repeat(_read_numbers(Path(arguments.again)))
    print(f"Erased {found} {'person' if found == 1 else 'people'} again.")
    return 0


def describe(plan: ErasurePlan, person: Person, successor: Person | None) -> Iterator[str]:
    """What erasing will do."""
    bookings = len(plan.cancelled)
    fate = f"handed over to {successor.username}" if successor is not None else "cancelled"
    yield f"{person.username} ({person.name}) is erased:"
    yield f"  bookings to come: {bookings}, which will be {fate}; earlier ones stay without a name"
    yield f"  bookings for societies: {len(plan.society_bookings)}, which stay with the society"
    yield f"  waits: {plan.waits}; bookings of others with them as guest: {plan.guest_of}"
    for society in plan.without_president:
        yield (
            f"  {society.name} loses its last president. Name another first, if there is one: "
            f"roomie society president {society.id} USERNAME"
        )


def _is_confirmed(person: Person) -> bool:
    if not sys.stdin.isatty():
        print("To erase without being asked, add --yes.", file=sys.stderr)
        return False
    print(f"This cannot be undone. Type {person.username} to go on: ", end="", flush=True)
    return sys.stdin.readline().strip() == person.username


async def _people(services: Services, arguments: argparse.Namespace) -> tuple[Person, Person | None]:
    """Who is erased, and who gets their bookings."""
    name, successor = arguments.username, arguments.hand_over
    person = await services.storage.read(lambda unit: find_person(unit, name))
    if successor is None:
        return person, None
    return person, await services.storage.read(lambda unit: find_person(unit, successor))


def _read_numbers(path: Path) -> list[PersonId]:
    """The first column of what `roomie user erased` prints."""
    try:
        lines = path.read_text().splitlines()
    except OSError as error:
        raise Invalid(f"{path} cannot be read: {error.strerror}.") from error
    numbers = [line.split()[0] for line in lines if line.strip()]
    for number, text in enumerate(numbers, 1):
        if not (text.isascii() and text.isdecimal() and len(text) < 19):
            raise Invalid(f"{path}, line {number}: expected a number, as roomie user erased prints it.")
    return [PersonId(int(each)) for each in numbers]
