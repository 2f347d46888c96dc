"""Usage figures as tables of what may be shown, for replies, pages and files."""

import re
from collections.abc import Iterator, Mapping

from msgspec import Struct

from bot.usage.figures import HOURS, SIZES, WEEKDAYS, Count, UsageFigures, size_label
from bot.usage.hiding import MIN_PEOPLE, shown, shown_part, shown_rows, words


class UsageRow(Struct, frozen=True):
    """One figure. `value` is None where it is hidden; `unit` says what is counted."""

    table: str
    name: str
    value: float | None
    unit: str

    @property
    def text(self) -> str:
        if self.unit == "%" and self.value is not None:
            return f"{self.value:g} %"
        return words(None if self.value is None else int(self.value))


def usage_rows(figures: UsageFigures) -> tuple[UsageRow, ...]:
    """All figures, in the order in which they are shown."""
    return (
        *_bookings(figures),
        *_waits(figures),
        *_refusals(figures),
        *_wanted("wanted sizes", {size_label(i): figures.wanted_sizes.get(i) for i in range(len(SIZES))}),
        *_wanted("wanted hours", {f"{hour:02}:00": figures.wanted_hours.get(hour) for hour in range(HOURS)}),
        *_societies(figures),
        *_occupancy(figures),
    )


def _bookings(figures: UsageFigures) -> Iterator[UsageRow]:
    yield UsageRow("bookings", "booked", shown(figures.booked), "bookings")
    hours = None if shown(figures.booked) is None else round(figures.booked_minutes / 60)
    yield UsageRow("bookings", "hours booked", hours, "hours")
    yield UsageRow("bookings", "cancelled", shown(figures.cancelled), "bookings")
    yield UsageRow("bookings", "over, in rooms with check-in", shown(figures.awaited), "bookings")
    yield UsageRow("bookings", "checked in", shown_part(figures.used, figures.awaited), "bookings")
    yield UsageRow("bookings", "no-shows, released", shown(figures.no_shows), "bookings")
    if not figures.building:
        yield UsageRow("bookings", "quota spent", shown(figures.spent), "minutes")


def _waits(figures: UsageFigures) -> Iterator[UsageRow]:
    yield UsageRow("waiting list", "waited", shown(figures.waited), "waits")
    yield UsageRow("waiting list", "got a room", shown_part(figures.got_room, figures.waited), "waits")


def _refusals(figures: UsageFigures) -> Iterator[UsageRow]:
    for code, number in shown_rows(figures.refusals).items():
        yield UsageRow("refusals", reason(code), number, "requests")


def _wanted(table: str, rows: Mapping[str, tuple[Count, Count, Count] | None]) -> Iterator[UsageRow]:
    known = {name: each for name, each in rows.items() if each is not None}
    for place, kind in enumerate(_WANTED):
        for name, number in shown_rows({name: each[place] for name, each in known.items()}).items():
            if number != 0:
                yield UsageRow(table, f"{name}, {kind}", number, "requests")


_WANTED = ("booked", "waited for", "refused")


class WantedRow(Struct, frozen=True):
    """A size or an hour, with how often it was booked, waited for and refused, as shown."""

    name: str
    booked: str
    waited: str
    refused: str


def wanted_rows(figures: UsageFigures, table: str) -> tuple[WantedRow, ...]:
    """The rows of `wanted sizes` or `wanted hours`, side by side."""
    found = {each.name: each.text for each in usage_rows(figures) if each.table == table}
    names = dict.fromkeys(each.rpartition(", ")[0] for each in found)
    return tuple(
        WantedRow(name, *(found.get(f"{name}, {kind}", "0") for kind in _WANTED))
        for name in sorted(names, key=_order)
    )


def _order(name: str) -> int:
    """Sizes and hours by their first number."""
    return int(re.match(r"\d*", name)[0] or 0)  # type: ignore[index]  # matches anything


def _societies(figures: UsageFigures) -> Iterator[UsageRow]:
    """By the number of their bookings, whose titles everybody sees in the rooms' schedules."""
    by_bookings = {name: Count(each.number, each.number) for name, each in figures.societies.items()}
    for name, number in shown_rows(by_bookings).items():
        yield UsageRow("societies", name, number, "bookings")


def _occupancy(figures: UsageFigures) -> Iterator[UsageRow]:
    for (weekday, hour), cell in sorted(figures.occupancy.items()):
        if cell.share is not None:
            yield UsageRow("occupancy", f"{WEEKDAYS[weekday]} {hour:02}:00", round(100 * cell.share), "%")


_REASONS = {
    "slot_taken": "the room was taken",
    "no_quota": "no quota left",
    "too_far_ahead": "too far ahead",
    "same_day_only": "same day only, after no-shows",
    "outside_hours": "outside opening hours",
    "in_the_past": "in the past",
    "closed": "the room was closed",
    "society_only": "for societies only",
    "not_bookable": "cannot be booked here",
    "not_entitled": "not entitled",
    "nothing_free": "nothing free",
    "no_such_room": "no room like that",
    "bad_times": "off the booking grid",
    "too_many_waits": "too many waits",
    "nothing_to_wait_for": "nothing to wait for",
}


def reason(code: str) -> str:
    """The code of a refusal in words."""
    return _REASONS.get(code, code.replace("_", " "))


NOTE = (
    f"Figures of fewer than {MIN_PEOPLE} people are hidden. The timetable is the one in use now; "
    "closures are not left out of the opening hours."
)
