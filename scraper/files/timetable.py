"""Parses timetables from files: JSON by room in the format of our own API, or tables with an entry a row."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo

from core.interval import Interval
from core.model import BookingType, RoomId, TimetableEntry
from scraper.files.dates import DateOrder
from scraper.files.documents import Document, document_of
from scraper.files.fields import ENTRY_FIELDS, with_unknown_fields
from scraper.files.formats import JsonDocument, UnreadableFile
from scraper.files.kind import FileKind
from scraper.files.records import ParsedFile, Record, RejectedRecord, parse_records, quote_value
from scraper.files.times import InstantReader, date_texts, require_date

MAX_ENTRY_DURATION = timedelta(days=366)
_A_DAY = timedelta(days=1)
_TYPES = ("type", "bookingType", "booking_type", "bookingtype")
_DATE, _START, _END = ("date", "day"), ("start",), ("end",)
_TIMES = (*_DATE, *_START, *_END)


def read_timetable(text: str, zone: tzinfo, source: str = "") -> ParsedFile[TimetableEntry]:
    """Parses JSON or CSV, detected by the first character. Times without a zone are wall time in `zone`."""
    return document_of(text, FileKind.TIMETABLE, lambda document: parse_timetable(document, zone, source))


def parse_timetable(
    document: Document, zone: tzinfo, source: str = "", order: DateOrder | None = None
) -> ParsedFile[TimetableEntry]:
    """A table, or `{room id: {"bookings": [{name, bookingType, start, end}]}}`."""
    if isinstance(document.content, JsonDocument):
        records = _to_json_records(document.content.root)
    else:
        missing = {"room", "start", "end"} - {
            "room" if each == "room_id" else each for each in document.fields
        }
        if missing:
            return ParsedFile(
                (), (RejectedRecord("line 1", f"there is no column {', '.join(sorted(missing))}"),)
            )
        records = list(document.records("timetable"))
    build = _EntryBuilder(InstantReader(date_texts(records, _TIMES), zone, order), source)
    parsed = _drop_duplicates(parse_records(records, build))
    return document.complete(with_unknown_fields(parsed, records, ENTRY_FIELDS))


def _drop_duplicates(parsed: ParsedFile[TimetableEntry]) -> ParsedFile[TimetableEntry]:
    """Exact duplicates are dropped."""
    first: dict[TimetableEntry, Record] = {}
    for entry, record in zip(parsed.values, parsed.records, strict=True):
        first.setdefault(entry, record)
    return replace(parsed, values=tuple(first), records=tuple(first.values()))


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


class _EntryBuilder:
    """Builds entries. Rooms, names and times repeat in a timetable, so each is parsed once."""

    def __init__(self, times: InstantReader, source: str) -> None:
        self._times = times
        self._source = source
        self._rooms: dict[object, RoomId] = {}
        self._names: dict[tuple[object, BookingType], str] = {}
        self._types: dict[object, BookingType] = {}
        self._intervals: dict[tuple[object, ...], Interval] = {}

    def __call__(self, record: Record) -> TimetableEntry:
        room, interval, kind = self._room(record), self._interval(record), self._type(record)
        return TimetableEntry(room, interval, self._name(record, kind), kind, self._source)

    def _room(self, record: Record) -> RoomId:
        value = record.get("room", "room_id")
        found = self._rooms.get(value) if isinstance(value, str) else None
        if found is None:
            found = self._rooms[value] = RoomId(record.identifier("room", "room_id"))
        return found

    def _name(self, record: Record, kind: BookingType) -> str:
        value = record.get("name")
        if not isinstance(value, str):
            return record.text("name", default=kind)
        found = self._names.get((value, kind))
        if found is None:
            found = self._names[value, kind] = record.text("name", default=kind)
        return found

    def _type(self, record: Record) -> BookingType:
        value = record.get(*_TYPES)
        if value is None:
            return BookingType.MISC
        found = self._types.get(value) if isinstance(value, str) else None
        if found is None:
            try:
                found = BookingType(str(value).strip().upper())
            except ValueError as error:
                known = ", ".join(BookingType)
                raise record.invalid(f"type {quote_value(value)} is not one of {known}", _TYPES) from error
            self._types[str(value)] = found
        return found

    def _interval(self, record: Record) -> Interval:
        key = tuple(map(record.fields.get, _TIMES))
        try:
            found = self._intervals.get(key)
        except TypeError:  # JSON with a list for a time
            found = None
        if found is None:
            found = self._build_interval(record)
            self._intervals[key] = found
        return found

    def _build_interval(self, record: Record) -> Interval:
        apart = self._times.moment(record, _DATE)
        day = require_date(record, _DATE, apart).day if apart is not None else None
        start = self._times.moment(record, _START)
        if start is not None and start.day is None:
            start = start._replace(day=day)
        start = require_date(record, _START, start)
        end = self._times.moment(record, _END)
        if end is None:
            raise record.invalid("end is missing", _END)
        if end.day is None:
            end = end._replace(day=start.day)
            if day is not None and (end.seconds or 0) <= (start.seconds or 0):
                end = end._replace(day=day + _A_DAY)
        return self._check(
            record, self._times.instant(record, _START, start), self._times.instant(record, _END, end)
        )

    def _check(self, record: Record, begins: datetime, ends: datetime) -> Interval:
        if ends <= begins:
            raise record.invalid(
                f"the end must come after the start, {quote_value(record.get(*_START))}", _END
            )
        if ends - begins > MAX_ENTRY_DURATION:
            raise record.invalid(f"nothing lasts longer than {MAX_ENTRY_DURATION.days} days", _END)
        return Interval(begins, ends)
