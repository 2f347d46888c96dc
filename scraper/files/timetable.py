"""Parses timetables from files: JSON by room in the format of our own API, or CSV with an entry a line."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta, tzinfo

from core.interval import Interval
from core.localtime import is_skipped
from core.model import BookingType, RoomId, TimetableEntry
from scraper.files.fields import ENTRY_FIELDS, with_unknown_fields
from scraper.files.formats import UnreadableFile, parse_json, read_csv_headings, read_csv_records
from scraper.files.records import (
    InvalidRecord,
    ParsedFile,
    Record,
    RejectedRecord,
    parse_records,
    quote_value,
    require_visible_text,
)

MAX_ENTRY_DURATION = timedelta(days=366)
_ALLOWED_YEARS = range(2000, 2101)


def read_timetable(text: str, zone: tzinfo, source: str = "") -> ParsedFile[TimetableEntry]:
    """Parses JSON or CSV, detected by the first character. Times without a zone are wall time in `zone`."""
    looks_like_json = text.lstrip("\ufeff \t\r\n").startswith(("{", "["))
    read = read_timetable_json if looks_like_json else read_timetable_csv
    return read(text, zone, source)


def read_timetable_json(text: str, zone: tzinfo, source: str = "") -> ParsedFile[TimetableEntry]:
    """`{room id: {"bookings": [{name, bookingType, start, end}]}}`."""
    try:
        document = parse_json(text)
        records = _to_json_records(document.root)
    except UnreadableFile as error:
        return ParsedFile((), (RejectedRecord("", str(error)),))
    return _to_entries(records, zone, source).with_rejected(document.duplicate_keys)


def read_timetable_csv(text: str, zone: tzinfo, source: str = "") -> ParsedFile[TimetableEntry]:
    """Columns room, name, type, start, end, in any order; type may be missing."""
    missing = {"room", "start", "end"} - {"room" if h == "room_id" else h for h in read_csv_headings(text)}
    if missing:
        return ParsedFile((), (RejectedRecord("line 1", f"there is no column {', '.join(sorted(missing))}"),))
    try:
        return _to_entries(list(read_csv_records(text)), zone, source)
    except UnreadableFile as error:
        return ParsedFile((), (RejectedRecord("", str(error)),))


def _to_entries(records: list[Record], zone: tzinfo, source: str) -> ParsedFile[TimetableEntry]:
    """Builds the entries; exact duplicates are dropped."""
    reading = parse_records(records, lambda record: _to_entry(record, zone, source))
    entries = ParsedFile(tuple(dict.fromkeys(reading.values)), reading.rejected)
    return with_unknown_fields(entries, records, ENTRY_FIELDS)


def _to_json_records(root: object) -> list[Record]:
    if not isinstance(root, Mapping):
        raise UnreadableFile("a timetable is an object with a key for each room")
    return [record for room, held in root.items() for record in _to_room_records(str(room), held)]


def _to_room_records(room: str, value: object) -> Iterator[Record]:
    bookings = value.get("bookings") if isinstance(value, Mapping) else value
    where = quote_value(room)[1:-1]
    if not isinstance(bookings, list):
        yield Record(where, {}, 'must be an object with a list "bookings"')
        return
    for index, booking in enumerate(bookings):
        place = f"{where}.bookings[{index}]"
        if isinstance(booking, Mapping):
            yield Record(place, {**booking, "room": room})
        else:
            yield Record(place, {}, f"must be an object, not {quote_value(booking)}")


def _to_entry(record: Record, zone: tzinfo, source: str) -> TimetableEntry:
    room = RoomId(record.identifier("room", "room_id"))
    interval = _build_interval(_parse_instant(record, "start", zone), _parse_instant(record, "end", zone))
    booking_type = _parse_booking_type(record)
    return TimetableEntry(room, interval, record.text("name", default=booking_type), booking_type, source)


def _parse_booking_type(record: Record) -> BookingType:
    value = record.get("type", "bookingType", "booking_type", "bookingtype")
    if value is None:
        return BookingType.MISC
    try:
        return BookingType(str(value).strip().upper())
    except ValueError as error:
        raise InvalidRecord(f"type {quote_value(value)} is not one of {', '.join(BookingType)}") from error


def _parse_instant(record: Record, name: str, zone: tzinfo) -> datetime:
    value = record.get(name)
    if value is None:
        raise InvalidRecord(f"{name} is missing")
    text = require_visible_text(name, value, 40)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidRecord(f"{name} {quote_value(text)} is not a time like 2026-03-02T09:00") from error
    if moment.year not in _ALLOWED_YEARS:
        raise InvalidRecord(
            f"{name} {quote_value(text)} lies outside the years"
            f" {_ALLOWED_YEARS.start} to {_ALLOWED_YEARS.stop - 1}"
        )
    if moment.tzinfo is None and is_skipped(moment := moment.replace(tzinfo=zone)):
        raise InvalidRecord(f"{name} {quote_value(text)} never comes: the clocks jump over it")
    return moment.astimezone(UTC).replace(microsecond=0)


def _build_interval(start: datetime, end: datetime) -> Interval:
    if end <= start:
        raise InvalidRecord("the end must come after the start")
    if end - start > MAX_ENTRY_DURATION:
        raise InvalidRecord(f"nothing lasts longer than {MAX_ENTRY_DURATION.days} days")
    return Interval(start, end)
