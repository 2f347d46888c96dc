"""Imports buildings, rooms, timetables, people and societies from files, all or nothing for each file."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from msgspec import Struct, field
from msgspec.structs import replace

from bot.runtime.closures import ClosureFile, place_closures
from bot.runtime.import_references import check_references
from bot.services import Services
from core.ports import UnitOfWork
from core.services.closures import compare_closures
from core.services.import_comparison import ImportComparison, ImportSummary
from core.services.import_facts import (
    IMPORTED,
    compare_buildings,
    compare_rooms,
    compare_timetable,
    import_buildings,
    import_rooms,
    import_timetable,
)
from core.services.import_people import (
    compare_people,
    compare_societies,
    import_people,
    import_societies,
)

if TYPE_CHECKING:
    from scraper.files.documents import Document
    from scraper.files.records import ParsedFile

ReadProgress: TypeAlias = Callable[[int], None]
WriteProgress: TypeAlias = Callable[[int, int], None]
AnyComparison: TypeAlias = "ImportComparison[Any, Any]"


class ReadOptions(Struct, frozen=True):
    """How to read a file. `sheet` names one of a workbook; `order` is that of dates such as 03/04/2026."""

    sheet: str = ""
    order: str = ""
    place: str = "campus"
    """Where closures are that name no place."""
    progress: ReadProgress = lambda _done: None


class ImportFile(Struct, frozen=True):
    """The values of one file, all of one `kind`, and a message for each record that was rejected.

    `given` are the fields that it gives of each value, by id.
    """

    kind: str
    values: Sequence[Any] = ()
    rejections: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    given: Mapping[str, frozenset[str]] = field(default_factory=dict)
    parsed: "ParsedFile[Any] | None" = None
    closures: ClosureFile = field(default_factory=ClosureFile)


_DEFAULT_OPTIONS = ReadOptions()


def read_import_file(path: Path, services: Services, options: ReadOptions = _DEFAULT_OPTIONS) -> ImportFile:
    """Reads a CSV, `.xlsx` or JSON file, whose kind is detected from its content."""
    from scraper.files.documents import open_document
    from scraper.files.formats import MAX_FILE_BYTES, UnreadableFile

    try:
        with path.open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
        document = open_document(content, options.sheet, options.progress)
        return _parse(document, services, options)
    except FileNotFoundError:
        return ImportFile("", rejections=("there is no such file here; check its name and folder",))
    except (OSError, UnreadableFile) as error:
        return ImportFile("", rejections=(getattr(error, "strerror", "") or str(error),))


def _parse(document: "Document", services: Services, options: ReadOptions) -> ImportFile:
    from scraper.files.catalogue import parse_buildings, parse_rooms
    from scraper.files.closures import parse_closures
    from scraper.files.dates import DateOrder
    from scraper.files.fields import BUILDING_FIELDS, PERSON_FIELDS, ROOM_FIELDS, SOCIETY_FIELDS
    from scraper.files.kind import FileKind
    from scraper.files.people import parse_people, parse_societies
    from scraper.files.timetable import parse_timetable

    zone, order = services.rules.zone, DateOrder(options.order) if options.order else None
    match document.kind:
        case FileKind.BUILDINGS:
            return _file("buildings", parse_buildings(document), BUILDING_FIELDS, lambda each: each.id)
        case FileKind.ROOMS:
            return _file("rooms", parse_rooms(document), ROOM_FIELDS, lambda each: each.id)
        case FileKind.PEOPLE:
            return _file("people", parse_people(document), PERSON_FIELDS, lambda each: each.username)
        case FileKind.SOCIETIES:
            societies = parse_societies(document)
            return _file("societies", societies, SOCIETY_FIELDS, lambda each: each.society.id)
        case FileKind.CLOSURES:
            closures = place_closures(parse_closures(document, zone, order), options.place, services)
            return ImportFile(
                "closures", closures.closures, closures.rejections, closures.remarks, closures=closures
            )
        case FileKind.TIMETABLE:
            return _file("timetable entries", parse_timetable(document, zone, IMPORTED, order))


def _file(
    kind: str,
    parsed: "ParsedFile[Any]",
    fields: Mapping[str, tuple[str, ...]] | None = None,
    key: Callable[[Any], str] = str,
) -> ImportFile:
    given = {}
    for value, present in zip(parsed.values, parsed.given, strict=True) if fields else ():
        given[key(value)] = frozenset(
            name for name, names in (fields or {}).items() if not present.isdisjoint(names)
        )
    rejections = tuple(map(str, parsed.rejected))
    return ImportFile(kind, parsed.values, rejections, parsed.remarks, given, parsed)


async def compare_file(
    services: Services, file: ImportFile, *, keeps_others: bool = False
) -> tuple[AnyComparison, tuple[str, ...]]:
    """What the file would change, or the reasons why it will not be imported; writes nothing."""

    def read(unit: UnitOfWork) -> tuple[AnyComparison, tuple[str, ...]]:
        values, reasons = _check(unit, file)
        if reasons:
            return ImportComparison({}, {}), reasons
        return _compare(unit, replace(file, values=values), keeps_others=keeps_others), ()

    return await services.storage.read(read)


async def import_file(
    services: Services,
    file: ImportFile,
    *,
    keeps_others: bool = False,
    progress: WriteProgress = lambda _done, _total: None,
) -> tuple[ImportSummary, tuple[str, ...]]:
    """Writes the file's values in one transaction; with rejections, writes nothing and returns them.

    `keeps_others` adds the entries of a timetable to those of earlier files instead of replacing these.
    """
    now = services.clock.now()

    def write(unit: UnitOfWork) -> tuple[ImportSummary, tuple[str, ...]]:
        values, reasons = _check(unit, file)
        if reasons:
            return ImportSummary(), reasons
        match file.kind:
            case "buildings":
                return import_buildings(unit, values, now, file.given), ()
            case "rooms":
                return import_rooms(unit, values, now, file.given), ()
            case "people":
                return import_people(unit, values, now, file.given), ()
            case "societies":
                return import_societies(unit, values, now, file.given), ()
            case _:
                summary = import_timetable(unit, values, now, keeps_others=keeps_others, progress=progress)
                return summary, ()

    return await services.storage.write(write)


def _check(unit: UnitOfWork, file: ImportFile) -> tuple[Sequence[Any], tuple[str, ...]]:
    """The values with what they name replaced by ids, and all reasons against the file."""
    if file.parsed is None:
        return file.values, file.rejections
    values, reasons = check_references(unit, file.kind, file.parsed, file.given)
    return values, (*file.rejections, *reasons)


def _compare(unit: UnitOfWork, file: ImportFile, *, keeps_others: bool) -> AnyComparison:
    match file.kind:
        case "buildings":
            return compare_buildings(unit, file.values, file.given)
        case "rooms":
            return compare_rooms(unit, file.values, file.given)
        case "people":
            return compare_people(unit, file.values, file.given)
        case "societies":
            return compare_societies(unit, file.values, file.given)
        case "closures":
            return compare_closures(unit, file.values)
        case _:
            return compare_timetable(unit, file.values, keeps_others=keeps_others)
