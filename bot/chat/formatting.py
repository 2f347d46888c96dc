"""Formats rooms, bookings and times for replies, alike on every platform."""

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache

from bot.chat.actions import Action
from bot.chat.reply import (
    Bold,
    Button,
    ButtonStyle,
    Code,
    Inline,
    ReplyItem,
    Text,
    TimeRange,
    Timestamp,
    TimestampStyle,
)
from core.catalogue import Catalogue
from core.model import Booking, BookingState, Busy, Equipment, Room, Usage
from core.names import one_line

USAGES = {
    Usage.AUDITORIUM: "auditorium",
    Usage.COMPUTER_LAB: "computer lab",
    Usage.LABORATORY: "laboratory",
    Usage.LECTURE_THEATRE: "lecture theatre",
    Usage.MEETING_ROOM: "meeting room",
    Usage.STUDIO: "studio",
    Usage.TUTORIAL_ROOM: "tutorial room",
    Usage.LIBRARY: "library room",
}

_USAGE_NAMES = {usage.value: name for usage, name in USAGES.items()}

_EQUIPMENT = {
    Equipment.COFFEE: "coffee machine",
    Equipment.WATER: "water fountain",
    Equipment.WHEELCHAIR: "wheelchair access",
    Equipment.COMPUTER: "computers",
}


def room_name(room: Room) -> str:
    """The room's name, followed by its id unless the name contains it."""
    return room.name if room.id in room.name else f"{room.name} ({room.id})"


def room_details(room: Room, catalogue: Catalogue) -> str:
    """`36 seats · computer lab · Ainsworth Building · printer`."""
    building = catalogue.buildings.get(room.building_id)
    return _details(room, building.name if building else "")


@lru_cache(maxsize=4096)
def _details(room: Room, building_name: str) -> str:
    parts = [f"{room.capacity} seats" if room.capacity else "", usage_name(room.usage)]
    parts.append(building_name if building_name not in room.name else "")
    parts += [equipment_name(each) for each in sorted(room.equipment)]
    return " · ".join(part for part in parts if part)


def usage_name(usage: str) -> str:
    return _USAGE_NAMES.get(usage, usage.lower())


def equipment_name(equipment: Equipment) -> str:
    return _EQUIPMENT.get(equipment, equipment.value)


def busy_reason(busy: Busy) -> str:
    """The entry that occupies a room, and its source: `COMP1511 LEC, timetable unsw`."""
    if busy.booking_id is not None:
        return "booked here" if busy.name == "Booked" else f"{busy.name}, booked here"
    if busy.is_hold:
        return "held for somebody on the waiting list"
    if busy.is_closure:
        return "closed" if busy.name == "Closed" else f"closed: {busy.name}"
    return f"{busy.name}, timetable" + ("" if busy.source in {"", "import"} else f" {busy.source}")


def format_moment(seconds: int, style: TimestampStyle = TimestampStyle.DATETIME) -> Timestamp:
    return Timestamp(datetime.fromtimestamp(seconds, UTC), style)


def format_distance(metres: float | None) -> str:
    """Distance in a straight line, rounded to ten metres; empty when unknown."""
    return "" if metres is None else f"{round(metres / 10) * 10} m away"


def short_id(booking: Booking) -> str:
    """The first eight characters of a booking's id, which commands accept."""
    return booking.id[:8]


_MAX_TITLE = 150


def own_title(booking: Booking) -> str:
    """The title that its owner gave a booking; others see only a society's."""
    return one_line(booking.title or booking.notes)[:_MAX_TITLE]


def booking_text(booking: Booking, room: Room | None, *, week: str = "") -> Text:
    """`Wren G02, Thu 12 Mar, 15:00–16:00 (week 3), “Weekly meeting”`, for the owner.

    `week` is a note on the week of the term.
    """
    title = own_title(booking)
    name = Bold(room_name(room) if room else booking.room_id)
    rest = f"{week}, “{title}”" if title else week
    return (name, ", ", TimeRange(booking.interval), *((rest,) if rest else ()))


def booking_item(booking: Booking, room: Room | None, *buttons: Button, week: str = "") -> ReplyItem:
    """List item of a booking: room, time (with a note on the week of the term) and short id."""
    title: list[Inline] = [Bold(room_name(room) if room else booking.room_id)]
    if named := own_title(booking):
        title += [" · ", named]
    detail: list[Inline] = [TimeRange(booking.interval), f"{week} · ", Code(short_id(booking))]
    if booking.checked_in_at:
        detail.append(" · checked in")
    return ReplyItem(tuple(title), tuple(detail), buttons)


EXTENSION_MINUTES = 30
"""Minutes that the button "30 min more" adds."""


def booking_buttons(booking: Booking, now: datetime, *, can_extend: bool = True) -> tuple[Button, ...]:
    """Buttons for the owner of a booking; none once it is over or cancelled."""
    if booking.state is BookingState.CANCELLED or booking.interval.end <= now:
        return ()
    buttons = [extend_button(booking)] if can_extend else []
    if booking.interval.start <= now and booking.checked_in_at is None:
        buttons.insert(0, check_in_button(booking))
    return (*buttons, cancel_button(booking))


def check_in_button(booking: Booking) -> Button:
    return Button(Action.CHECK_IN, "I'm here", booking.id, ButtonStyle.PRIMARY)


def extend_button(booking: Booking) -> Button:
    return Button(Action.EXTEND, f"{EXTENSION_MINUTES} min more", f"{booking.id}~{EXTENSION_MINUTES}")


def leave_button(booking: Booking) -> Button:
    return Button(
        Action.LEAVE, "Leave", booking.id, confirm="Leave this booking? It stays as it is for the others."
    )


def guests_button(booking: Booking) -> Button:
    return Button(Action.GUESTS, "Who's coming", booking.id)


def cancel_button(booking: Booking, label: str = "Cancel") -> Button:
    """The button that asks whether to cancel; of a series also which dates."""
    return Button(Action.ASK_CANCEL, label, booking.id, ButtonStyle.DANGER)


def format_minutes(count: int) -> str:
    """`1 minute`, `90 minutes`."""
    return f"{count} minute" if count == 1 else f"{count} minutes"


def format_length(minutes: int) -> str:
    """`1 hour`, `2 hours`, `90 minutes`."""
    hours, rest = divmod(minutes, 60)
    return format_minutes(minutes) if rest or not hours else f"{hours} hour" + ("s" if hours > 1 else "")


def format_grid(minutes: int) -> str:
    """Where bookings start and end: `at :00, :15, :30 and :45`, `every 5 minutes`."""
    marks = [f":{minute:02}" for minute in range(0, 60, minutes)] if 60 % minutes == 0 else []
    return f"at {join_with_and(marks)}" if 1 < len(marks) <= 4 else f"every {format_minutes(minutes)}"


def quota_left_text(minutes: int) -> str:
    """Sentence about the rest of this week's quota."""
    return f"You have {format_minutes(minutes)} left this week."


def format_time(minutes_after_midnight: int) -> str:
    """`08:00`; 24:00 is the end of the day, and what lies after it is told by the next day's clock."""
    hours, minutes = divmod(minutes_after_midnight, 60)
    return f"{hours - 24 if (hours, minutes) > (24, 0) else hours:02}:{minutes:02}"


def join_with_and(words: Iterable[str]) -> str:
    """`a, b and c`."""
    return _join(words, "and")


def join_with_or(words: Iterable[str]) -> str:
    """`a, b or c`."""
    return _join(words, "or")


def _join(words: Iterable[str], conjunction: str) -> str:
    *most, last = words
    return f"{', '.join(most)} {conjunction} {last}" if most else last
