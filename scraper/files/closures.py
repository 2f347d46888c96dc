"""Parses closures from CSV files: a room, a building or the campus, from when to when, and why."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from core.interval import Interval
from core.localtime import local_instant
from scraper.files.fields import with_unknown_fields
from scraper.files.formats import UnreadableFile, read_csv_headings, read_csv_records
from scraper.files.records import (
    InvalidRecord,
    ParsedFile,
    Record,
    RejectedRecord,
    parse_records,
    quote_value,
)

_FIELDS = {
    "place": ("place", "room", "building", "where"),
    "start": ("start", "date", "from"),
    "end": ("end", "until", "to"),
    "reason": ("reason", "name", "title", "summary"),
    "yearly": ("yearly", "every_year"),
}


@dataclass(frozen=True, slots=True)
class ClosureRecord:
    """A closure as a file has it. Without `place` it is of the whole campus."""

    place: str
    interval: Interval
    reason: str
    is_yearly: bool


def read_closures_csv(text: str, zone: tzinfo) -> ParsedFile[ClosureRecord]:
    """Columns start, and perhaps end, place, reason and yearly. Times are wall time in `zone`."""
    if read_csv_headings(text).isdisjoint(_FIELDS["start"]):
        return ParsedFile((), (RejectedRecord("line 1", "there is no column start"),))
    try:
        records = list(read_csv_records(text))
    except UnreadableFile as error:
        return ParsedFile((), (RejectedRecord("", str(error)),))
    parsed = parse_records(records, lambda record: _to_closure(record, zone))
    return with_unknown_fields(parsed, records, _FIELDS)


def _to_closure(record: Record, zone: tzinfo) -> ClosureRecord:
    start = record.text(*_FIELDS["start"])
    if not start:
        raise InvalidRecord("start is missing")
    return ClosureRecord(
        record.text(*_FIELDS["place"]),
        _interval(start, record.text(*_FIELDS["end"]), zone),
        record.text(*_FIELDS["reason"]),
        record.flag(*_FIELDS["yearly"], default=False),
    )


def _interval(start: str, end: str, zone: tzinfo) -> Interval:
    try:
        return read_closed_time(start, end, zone)
    except ValueError as error:
        raise InvalidRecord(str(error)) from error


def read_closed_time(start: str, end: str, zone: tzinfo) -> Interval:
    """From two dates (whole days, the last included) or wall times; `ValueError` with a message to show."""
    begins, is_day = _moment(start, zone, is_end=False)
    ends, _ = _moment(end or start, zone, is_end=True)
    if not end and not is_day:
        raise ValueError(f"{quote_value(start)} needs an end, or is a whole day without a time")
    if ends <= begins:
        raise ValueError(f"the end, {quote_value(end)}, is not after the start, {quote_value(start)}")
    return Interval(begins, ends)


def _moment(text: str, zone: tzinfo, *, is_end: bool) -> tuple[datetime, bool]:
    """An instant, and whether it is a whole day's."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return _time(text, zone), False
    return local_instant(day + timedelta(days=is_end), 0, zone), True


def _time(text: str, zone: tzinfo) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        example = "write 2026-03-14 or 2026-03-14 09:00"
        raise ValueError(f"{quote_value(text)} is not a date or time; {example}") from error
    if moment.tzinfo is not None:
        return moment
    return local_instant(moment.date(), moment.hour * 60 + moment.minute, zone)
