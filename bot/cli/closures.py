"""`roomie closure`: closes rooms, buildings and the campus, lists what is closed, and imports holidays."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from bot.config import Settings
from bot.runtime.app import open_services, upgrade
from bot.runtime.closures import CAMPUS, PlaceNames, read_closed_time, read_closure_file
from bot.services import Services
from core.errors import BookingsInClosure
from core.interval import Interval
from core.model import Booking, Closure, ClosureId
from core.services.closures import ClosureResult, NewClosure

_BY = "administrator"
_MAX_SHOWN = 50


async def closure(arguments: argparse.Namespace, settings: Settings) -> int:
    """Status 1 if a closure would hit bookings and is not confirmed, or a file was refused."""
    await upgrade(settings.config.database.url)
    async with open_services(settings) as services:
        match arguments.verb:
            case "add":
                return await _add(services, arguments)
            case "remove":
                removed = await services.closures.remove(ClosureId(arguments.id), _BY)
                print(f"Open again: {_describe(services, removed)}")
                return 0
            case "import":
                return await _import(services, arguments)
            case _:
                return await _list(services, arguments)


async def _add(services: Services, arguments: argparse.Namespace) -> int:
    room_id, building_id = PlaceNames(services.read_model.catalogue).find(arguments.place)
    interval = read_closed_time(arguments.start, arguments.end, services)
    new = NewClosure(interval, arguments.reason, room_id, building_id, arguments.yearly)
    return await _close(services, [new], is_confirmed=arguments.yes)


async def _import(services: Services, arguments: argparse.Namespace) -> int:
    status = 0
    for name in arguments.files:
        file = read_closure_file(Path(name), arguments.place, services)
        for remark in file.remarks[:_MAX_SHOWN]:
            print(f"{name}: {remark}", file=sys.stderr)
        for reason in file.rejections[:_MAX_SHOWN]:
            print(f"{name}: rejected: {reason}", file=sys.stderr)
        if file.rejections:
            print(f"{name}: not imported, because of {count_rejected(file.rejections)}")
            status = 1
        else:
            status = max(status, await close(services, name, file.closures, is_confirmed=arguments.yes))
    return status


async def close(services: Services, name: str, closures: Sequence[NewClosure], *, is_confirmed: bool) -> int:
    """Closes what a file says; returns the exit status."""
    if not closures:
        print(f"{name}: there is nothing ahead in it")
        return 0
    return await _close(services, closures, is_confirmed=is_confirmed)


async def _close(services: Services, new: Sequence[NewClosure], *, is_confirmed: bool) -> int:
    try:
        result = await services.closures.add(new, _BY, is_confirmed=is_confirmed)
    except BookingsInClosure as refusal:
        return _refuse(services, refusal.bookings)
    _report(services, result)
    return 0


def _refuse(services: Services, bookings: Sequence[Booking]) -> int:
    print(f"Nothing was closed: {_count(len(bookings))} in that time.", file=sys.stderr)
    for booking in bookings[:_MAX_SHOWN]:
        print("\t".join(_booking(services, booking)), file=sys.stderr)
    print(
        "To close all the same, add --yes: they stay, and their holders are asked to move.", file=sys.stderr
    )
    return 1


def _report(services: Services, result: ClosureResult) -> None:
    for each in result.added:
        print(f"Closed: {_describe(services, each)}")
    if result.known:
        print(f"{result.known} closed already.")
    if result.bookings:
        print(f"{_count(len(result.bookings))} inside; their holders are asked to move or cancel.")


async def _list(services: Services, arguments: argparse.Namespace) -> int:
    if arguments.unanswered:
        found = await services.closures.unanswered()
        for each in found:
            who = ", ".join(f"{person.username} <{person.email}>" for person in each.holders) or "nobody"
            print("\t".join([str(each.closure.id), *_booking(services, each.booking), who]))
        if not found:
            print("No booking lies in a closure.")
        return 0
    closures = await services.closures.all(past=arguments.all)
    for closure in closures:
        print(_describe(services, closure))
    if not closures:
        print("Nothing is closed.")
    return 0


def _describe(services: Services, closure: Closure) -> str:
    yearly = ["every year"] if closure.is_yearly else []
    place = closure.room_id or closure.building_id or CAMPUS
    return "\t".join([str(closure.id), place, _time(services, closure.interval), *yearly, closure.reason])


def _booking(services: Services, booking: Booking) -> Iterator[str]:
    directory = services.read_model.directory
    yield booking.room_id
    yield _time(services, booking.interval)
    name = directory.name(booking.booked_by) if booking.booked_by is not None else ""
    yield " for ".join(filter(None, [name, booking.society_id or ""]))


def _time(services: Services, interval: Interval) -> str:
    start, end = (each.astimezone(services.rules.zone) for each in (interval.start, interval.end))
    return f"{start:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M}"


def count_rejected(rejections: Sequence[str]) -> str:
    return "a rejected record" if len(rejections) == 1 else f"{len(rejections)} rejected records"


def _count(bookings: int) -> str:
    return f"{bookings} booking{' is' if bookings == 1 else 's are'}"
