"""Instants and intervals of records, in the local time of a zone."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, time, timedelta, tzinfo

from core.localtime import is_skipped
from scraper.files.dates import DateOrder, DateReader, Moment
from scraper.files.records import Record, quote_value, require_visible_text

_ALLOWED_YEARS = range(2000, 2101)
_MAX_TEXT = 40


def date_texts(records: Iterable[Record], names: Sequence[str]) -> set[str]:
    """All texts of these fields, from which the order of day and month is proven."""
    return {
        value
        for each in records
        for name in names
        if isinstance(value := each.fields.get(name), str) and value
    }


class InstantReader:
    """Reads the times of one file; times without a zone are wall time in `zone`."""

    def __init__(self, texts: Iterable[str], zone: tzinfo, order: DateOrder | None = None) -> None:
        self._dates = DateReader(texts, order)
        self._zone = zone
        self._moments: dict[str, Moment] = {}

    def moment(self, record: Record, names: Sequence[str]) -> Moment | None:
        """A date, a time, or both; None without a value."""
        value = record.get(*names)
        if value is None:
            return None
        if isinstance(value, str) and (known := self._moments.get(value)):
            return known
        name = names[0]
        text = require_visible_text(name, value, _MAX_TEXT)
        try:
            found = self._dates.read(text)
        except ValueError as error:
            reason = str(error) or "is not a time like 2026-03-02T09:00"
            raise record.invalid(f"{name} {quote_value(text)} {reason}", names) from error
        if found.day is not None and found.day.year not in _ALLOWED_YEARS:
            years = f"{_ALLOWED_YEARS.start} to {_ALLOWED_YEARS.stop - 1}"
            raise record.invalid(f"{name} {quote_value(text)} lies outside the years {years}", names)
        self._moments[text] = found
        return found

    def instant(self, record: Record, names: Sequence[str], moment: Moment) -> datetime:
        """The instant (UTC) of a moment with a date; midnight if it has no time."""
        if moment.day is None:
            raise record.invalid(f"{names[0]} has no date", names)
        wall = datetime.combine(moment.day, time()) + timedelta(seconds=moment.seconds or 0)
        if moment.zone is None and is_skipped(wall.replace(tzinfo=self._zone)):
            value = quote_value(record.get(*names))
            raise record.invalid(f"{names[0]} {value} never comes: the clocks jump over it", names)
        return wall.replace(tzinfo=moment.zone or self._zone).astimezone(UTC)


def require_date(record: Record, names: Sequence[str], moment: Moment | None) -> Moment:
    """The moment if it has a date; `InvalidRecord` otherwise."""
    if moment is None:
        raise record.invalid(f"{names[0]} is missing", names)
    if moment.day is None:
        text = quote_value(record.get(*names))
        raise record.invalid(
            f"{names[0]} {text} has no date; write 2026-03-02 09:00, or add a column date", names
        )
    return moment
