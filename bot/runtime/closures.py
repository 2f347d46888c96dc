"""Reads closures from files of calendars (.ics) and tables (.csv), and the places they name."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from bot.services import Services
from core.catalogue import Catalogue
from core.errors import Invalid, NotFound
from core.interval import Interval
from core.model import BuildingId, RoomId
from core.room_names import RoomNames
from core.services.closures import MAX_REASON, NewClosure

if TYPE_CHECKING:
    from scraper.files.closures import ClosureRecord
    from scraper.files.records import ParsedFile

CAMPUS = "campus"
_YEARS = 3
"""How far a calendar is expanded."""


class ClosureFile(Struct, frozen=True):
    """Closures of a file, and why parts of it were not read."""

    closures: tuple[NewClosure, ...] = ()
    rejections: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


class PlaceNames:
    """Rooms, buildings and the campus by what people call them."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._rooms = RoomNames.build(catalogue.order, catalogue.buildings.values())
        self._buildings: dict[str, set[BuildingId]] = {}
        for building in catalogue.buildings.values():
            short = building.name.casefold().removesuffix(" building")
            for name in {
                building.id.casefold(),
                building.name.casefold(),
                short,
                *map(str.casefold, building.aliases),
            }:
                self._buildings.setdefault(name, set()).add(building.id)

    def find(self, text: str) -> tuple[RoomId | None, BuildingId | None]:
        """The room, the building, or neither for the campus; raises `NotFound`."""
        name = " ".join(text.casefold().split())
        if name in {"", CAMPUS, "the campus", "the whole campus", "whole campus"}:
            return None, None
        if len(buildings := self._buildings.get(name, set())) == 1:
            return None, next(iter(buildings))
        if (room := self._rooms.find_one(text)) is not None:
            return room, None
        raise NotFound(f"There is no room or building called {text[:60]!r}. For all of them write: {CAMPUS}")


def read_closed_time(start: str, end: str, services: Services) -> Interval:
    """From two dates, whole days, or campus times; raises `Invalid`."""
    from scraper.files.closures import read_closed_time as read

    try:
        return read(start, end, services.rules.zone)
    except ValueError as error:
        raise Invalid(f"{error}.") from error


def read_closure_file(path: Path, place: str, services: Services) -> ClosureFile:
    """Reads a file; `place` is where its closures are that name none themselves."""
    try:
        content = path.read_bytes()
    except OSError as error:
        return ClosureFile(rejections=(error.strerror or str(error),))
    is_calendar = content.lstrip(b"\xef\xbb\xbf \r\n\t")[:15].upper() == b"BEGIN:VCALENDAR"
    return (_read_calendar if is_calendar else _read_table)(content, place, services)


def _read_table(content: bytes, place: str, services: Services) -> ClosureFile:
    from scraper.files.closures import parse_closures
    from scraper.files.documents import open_closures
    from scraper.files.formats import UnreadableFile

    try:
        parsed = parse_closures(open_closures(content), services.rules.zone)
    except UnreadableFile as error:
        return ClosureFile(rejections=(str(error),))
    return place_closures(parsed, place, services)


def place_closures(parsed: "ParsedFile[ClosureRecord]", place: str, services: Services) -> ClosureFile:
    """Finds the places of closures; those that are over are left out, with a remark."""
    names, now = PlaceNames(services.read_model.catalogue), services.clock.now()
    closures, rejections, past = [], [*map(str, parsed.rejected)], 0
    for index, record in enumerate(parsed.values):
        try:
            where = names.find(record.place or place)
        except NotFound as error:
            reason = str(error).rstrip(".")
            rejections.append(parsed.located(index, ("place", "room", "building", "where"), reason))
            continue
        if record.interval.end <= now and not record.is_yearly:
            past += 1
            continue
        closures.append(NewClosure(record.interval, record.reason, *where, is_yearly=record.is_yearly))
    over = (f"{past} closure{' is' if past == 1 else 's are'} over already and left out",) if past else ()
    return ClosureFile(tuple(closures), tuple(rejections), (*parsed.remarks, *over))


def _read_calendar(content: bytes, place: str, services: Services) -> ClosureFile:
    from scraper.common.errors import SourceFailed
    from scraper.common.room_lookup import RoomLookup
    from scraper.sources.icalendar.events import parse_feed
    from scraper.sources.icalendar.options import FeedOptions, Treatment, Treatments

    where = PlaceNames(services.read_model.catalogue).find(place)
    today = services.clock.now().astimezone(services.rules.zone).date()
    options = FeedOptions(
        services.rules.zone,
        today,
        date(today.year + _YEARS, 12, 31),
        RoomLookup(only_room=RoomId(CAMPUS)),
        CAMPUS,
        treatments=Treatments(transparent=Treatment.BUSY, all_day=Treatment.BUSY),
    )
    try:
        contents = parse_feed(content, options)
    except SourceFailed as error:
        return ClosureFile(rejections=(str(error),))
    now = services.clock.now()
    closures = (
        NewClosure(each.interval, each.name[:MAX_REASON], *where)
        for each in contents.entries
        if each.interval.end > now
    )
    return ClosureFile(_ordered(closures), remarks=contents.problems)


def _ordered(closures: Iterable[NewClosure]) -> tuple[NewClosure, ...]:
    return tuple(sorted(closures, key=lambda each: each.interval))
