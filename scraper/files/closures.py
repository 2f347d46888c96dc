"""Parses closures from tables: a room, a building or the campus, from when to when, and why."""

from datetime import datetime, timedelta, tzinfo

from msgspec import Struct

from core.interval import Interval
from core.localtime import local_instant
from scraper.files.dates import DateOrder, DateReader, Moment
from scraper.files.documents import Document
from scraper.files.fields import CLOSURE_FIELDS, with_unknown_fields
from scraper.files.records import ParsedFile, Record, RejectedRecord, parse_records, quote_value
from scraper.files.times import date_texts

_EXAMPLE = "is not a date or time; write 2026-03-14 or 2026-03-14 09:00"
_START, _END = CLOSURE_FIELDS["start"], CLOSURE_FIELDS["end"]


class ClosureRecord(Struct, frozen=True):
    """A closure as a file has it. Without `place` it is of the whole campus."""

    place: str
    interval: Interval
    reason: str
    is_yearly: bool


def parse_closures(
    document: Document, zone: tzinfo, order: DateOrder | None = None
) -> ParsedFile[ClosureRecord]:
    """Columns start, and perhaps end, place, reason and yearly. Times are wall time in `zone`."""
    records = list(document.records("closures"))
    if document.fields and document.fields.isdisjoint(_START):
        return ParsedFile((), (RejectedRecord("line 1", "there is no column start"),))
    dates = DateReader(date_texts(records, [*_START, *_END]), order)
    parsed = parse_records(records, lambda record: _to_closure(record, zone, dates))
    return document.complete(with_unknown_fields(parsed, records, CLOSURE_FIELDS))


def _to_closure(record: Record, zone: tzinfo, dates: DateReader) -> ClosureRecord:
    start = record.text(*_START)
    if not start:
        raise record.invalid("start is missing", _START)
    try:
        interval = _read(start, record.text(*_END), zone, dates)
    except ClosedTimeError as error:
        raise record.invalid(str(error), _END if error.is_end else _START) from error
    return ClosureRecord(
        record.text(*CLOSURE_FIELDS["place"]),
        interval,
        record.text(*CLOSURE_FIELDS["reason"]),
        record.flag(*CLOSURE_FIELDS["yearly"], default=False),
    )


class ClosedTimeError(ValueError):
    """A start or end that cannot be; the message is fit to show."""

    def __init__(self, reason: str, *, is_end: bool) -> None:
        super().__init__(reason)
        self.is_end = is_end


def read_closed_time(start: str, end: str, zone: tzinfo) -> Interval:
    """From two dates (whole days, the last included) or wall times; `ValueError` with a message to show."""
    return _read(start, end, zone, DateReader())


def _read(start: str, end: str, zone: tzinfo, dates: DateReader) -> Interval:
    begins, first = _moment(start, zone, dates, is_end=False), _read_date(start, dates, is_end=False)
    if not end and first.seconds is not None:
        raise ClosedTimeError(
            f"{quote_value(start)} needs an end, or is a whole day without a time", is_end=False
        )
    ends = _moment(end or start, zone, dates, is_end=True, first=first)
    if ends <= begins:
        raise ClosedTimeError(
            f"the end, {quote_value(end)}, is not after the start, {quote_value(start)}", is_end=True
        )
    return Interval(begins, ends)


def _moment(
    text: str, zone: tzinfo, dates: DateReader, *, is_end: bool, first: Moment | None = None
) -> datetime:
    """An instant (UTC). Of an end without a date it is on the day of `first`; a day ends at its midnight."""
    found = _read_date(text, dates, is_end=is_end)
    day = found.day or (first.day if first else None)
    if day is None:
        raise ClosedTimeError(f"{quote_value(text)} {_EXAMPLE}", is_end=is_end)
    try:
        if found.seconds is None:
            return local_instant(day + timedelta(days=is_end), 0, zone)
        return local_instant(day, found.seconds / 60, found.zone or zone)
    except OverflowError as error:
        raise ClosedTimeError(
            f"{quote_value(text)} is too far away; write a nearer date", is_end=is_end
        ) from error


def _read_date(text: str, dates: DateReader, *, is_end: bool) -> Moment:
    try:
        return dates.read(text)
    except ValueError as error:
        raise ClosedTimeError(f"{quote_value(text)} {str(error) or _EXAMPLE}", is_end=is_end) from error
