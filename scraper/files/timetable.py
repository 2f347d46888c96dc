"""Timetables as files say them: JSON by room in the shape of our own answers, or CSV with a line an entry."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta, tzinfo

from core.interval import Interval
from core.model.entities import BookingType, RoomId, TimetableEntry
from scraper.common.walltime import is_skipped
from scraper.files.formats import Unreadable, csv_headings, csv_records, parse_json
from scraper.files.records import Reading, Record, Refusal, Refused, read_each, shown, visible

LONGEST_ENTRY = timedelta(days=366)
_YEARS = range(2000, 2101)


def read_timetable(text: str, zone: tzinfo, source: str = "") -> Reading[TimetableEntry]:
    """Either shape, told apart by how it begins. Times without a zone are wall time in `zone`."""
    looks_like_json = text.lstrip("\ufeff \t\r\n").startswith(("{", "["))
    read = read_timetable_json if looks_like_json else read_timetable_csv
    return read(text, zone, source)


def read_timetable_json(text: str, zone: tzinfo, source: str = "") -> Reading[TimetableEntry]:
    """`{room id: {"bookings": [{name, bookingType, start, end}]}}`."""
    try:
        document = parse_json(text)
        records = _json_records(document.root)
    except Unreadable as error:
        return Reading((), (Refusal("", str(error)),))
    return _entries(records, zone, source).refusing(document.repeated)


def read_timetable_csv(text: str, zone: tzinfo, source: str = "") -> Reading[TimetableEntry]:
    """Columns room, name, type, start, end, in any order; type may be missing."""
    missing = {"room", "start", "end"} - {"room" if h == "room_id" else h for h in csv_headings(text)}
    if missing:
        return Reading((), (Refusal("line 1", f"there is no column {', '.join(sorted(missing))}"),))
    try:
        return _entries(list(csv_records(text)), zone, source)
    except Unreadable as error:
        return Reading((), (Refusal("", str(error)),))


def _entries(records: list[Record], zone: tzinfo, source: str) -> Reading[TimetableEntry]:
    """What is said twice in the same words is one entry."""
    reading = read_each(records, lambda record: _entry(record, zone, source))
    return Reading(tuple(dict.fromkeys(reading.values)), reading.refusals)


def _json_records(root: object) -> list[Record]:
    if not isinstance(root, Mapping):
        raise Unreadable("a timetable is an object with a key for each room")
    return [record for room, held in root.items() for record in _room_records(str(room), held)]


def _room_records(room: str, held: object) -> Iterator[Record]:
    bookings = held.get("bookings") if isinstance(held, Mapping) else held
    where = shown(room)[1:-1]
    if not isinstance(bookings, list):
        yield Record(where, {}, 'must be an object with a list "bookings"')
        return
    for index, booking in enumerate(bookings):
        place = f"{where}.bookings[{index}]"
        if isinstance(booking, Mapping):
            yield Record(place, {**booking, "room": room})
        else:
            yield Record(place, {}, f"must be an object, not {shown(booking)}")


def _entry(record: Record, zone: tzinfo, source: str) -> TimetableEntry:
    room = RoomId(record.identifier("room", "room_id"))
    interval = _interval(_moment(record, "start", zone), _moment(record, "end", zone))
    booking_type = _booking_type(record)
    return TimetableEntry(room, interval, record.text("name", default=booking_type), booking_type, source)


def _booking_type(record: Record) -> BookingType:
    value = record.get("type", "bookingType", "booking_type", "bookingtype")
    if value is None:
        return BookingType.MISC
    try:
        return BookingType(str(value).strip().upper())
    except ValueError as error:
        raise Refused(f"type {shown(value)} is not one of {', '.join(BookingType)}") from error


def _moment(record: Record, name: str, zone: tzinfo) -> datetime:
    value = record.get(name)
    if value is None:
        raise Refused(f"{name} is missing")
    text = visible(name, value, 40)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise Refused(f"{name} {shown(text)} is not a time like 2026-03-02T09:00") from error
    if moment.year not in _YEARS:
        raise Refused(f"{name} {shown(text)} lies outside the years {_YEARS.start} to {_YEARS.stop - 1}")
    if moment.tzinfo is None and is_skipped(moment := moment.replace(tzinfo=zone)):
        raise Refused(f"{name} {shown(text)} never comes: the clocks jump over it")
    return moment.astimezone(UTC).replace(microsecond=0)


def _interval(start: datetime, end: datetime) -> Interval:
    if end <= start:
        raise Refused("the end must come after the start")
    if end - start > LONGEST_ENTRY:
        raise Refused(f"nothing lasts longer than {LONGEST_ENTRY.days} days")
    return Interval(start, end)
