"""Days of rooms as they are drawn: what takes a room, when the campus is open, and the words for both."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

from msgspec import Struct

from bot.chat.formatting import busy_reason, own_title
from bot.services import Services
from bot.web.framework.route import RequestContext
from bot.web.pages.timelines import DayTimeline, Occupation, draw_timeline
from core.availability import Availability, RoomSchedule, Status
from core.directory import Account
from core.interval import Interval
from core.localtime import local_instant
from core.model import Busy, Room

_HOUR_MINUTES = 60
_LABEL_HOURS = 3


class DayView(Struct, frozen=True):
    """A day of a room: its name, its bars, and its entries in words."""

    name: str
    is_today: bool
    timeline: DayTimeline
    entries: tuple[tuple[str, str], ...]


class NowView(Struct, frozen=True):
    """Whether a room is free at this moment, and until when, in words."""

    is_free: bool
    text: str
    until: str
    ends_at: int
    """When this changes, in seconds; the end of the day if not before."""


def today_of(context: RequestContext) -> date:
    return context.now.astimezone(context.state.services.rules.zone).date()


def day_bounds(services: Services, day: date) -> tuple[int, int]:
    """Midnight to midnight on the campus, in seconds."""
    zone = services.rules.zone
    ends = local_instant(day + timedelta(days=1), 0, zone)
    return int(local_instant(day, 0, zone).timestamp()), int(ends.timestamp())


async def availability_of(context: RequestContext, first: date, days: int) -> Availability:
    """The availability of some days, from the read model if it covers them."""
    services = context.state.services
    start, _ = day_bounds(services, first)
    _, end = day_bounds(services, first + timedelta(days=days - 1))
    window = Interval(datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC))
    if services.read_model.covers(window):
        return services.read_model.availability
    return await context.state.availability_outside_window(window)


def view_days(
    context: RequestContext, room: Room, schedule: RoomSchedule, first: date, count: int
) -> tuple[DayView, ...]:
    return tuple(view_day(context, room, schedule, first + timedelta(days=number)) for number in range(count))


def view_day(context: RequestContext, room: Room, schedule: RoomSchedule, day: date) -> DayView:
    """A day within the opening hours, or longer where something lies outside them."""
    services, now = context.state.services, int(context.now.timestamp())
    found = [_occupation(context, each) for each in schedule.conflicts(*day_bounds(services, day))]
    span = _span(services, room, day, found)
    timeline = draw_timeline(found, span, now, _labels(services, span))
    entries = tuple((_hours(services, each.start, each.end, day), each.text) for each in found)
    return DayView(f"{day:%A} {day.day} {day:%B}", day == today_of(context), timeline, entries)


def view_now(services: Services, schedule: RoomSchedule, now: datetime) -> NowView:
    """`until 15:00`, `until Tue 1 Dec, 09:00`, `for the rest of the day`."""
    instant = int(now.timestamp())
    _, midnight = day_bounds(services, now.astimezone(services.rules.zone).date())
    status = schedule.at(instant, midnight)
    is_free = status.status is Status.FREE
    if status.until is None:
        return NowView(is_free, "Free for the rest of the day", "for the rest of the day", midnight)
    day = datetime.fromtimestamp(status.until, services.rules.zone)
    at = clock(services, status.until)
    until = f"until {at}" if status.until <= midnight else f"until {day:%a} {day.day} {day:%b}, {at}"
    return NowView(is_free, f"{_state(schedule, instant)} {until}", until, status.until)


def _state(schedule: RoomSchedule, instant: int) -> str:
    current = next(iter(schedule.conflicts(instant, instant + 1)), None)
    if current is None:
        return "Free"
    return "Closed" if current.is_closure else "Taken"


def clock(services: Services, instant: int) -> str:
    """`15:00` on the campus."""
    return f"{datetime.fromtimestamp(instant, services.rules.zone):%H:%M}"


def opening_hours(services: Services, day: date, room: Room | None = None) -> tuple[int, int]:
    """When bookings of a day may begin and must end, in seconds."""
    hours, zone = services.rules.hours(room, day.weekday()), services.rules.zone
    return tuple(int(local_instant(day, each, zone).timestamp()) for each in (hours.opens, hours.closes))  # type: ignore[return-value]  # two of them


def _occupation(context: RequestContext, busy: Busy) -> Occupation:
    account = context.principal if isinstance(context.principal, Account) else None
    services = context.state.services
    booking = services.read_model.bookings.get(busy.booking_id) if busy.booking_id else None
    is_own = booking is not None and account is not None and booking.booked_by == account.person.id
    text = busy_reason(busy)
    if is_own and booking is not None:
        title = own_title(booking)
        text = f"{title}, your booking" if title else "your booking"
    return Occupation(busy.start, busy.end, text, is_own=is_own, is_closed=busy.is_closure)


def _span(services: Services, room: Room, day: date, found: Sequence[Occupation]) -> tuple[int, int]:
    """The opening hours, widened to whole hours around what lies outside, within the day."""
    begins, ends = day_bounds(services, day)
    opens, closes = opening_hours(services, day, room)
    hour = _HOUR_MINUTES * 60
    first = min([opens, *(max(each.start, begins) for each in found if not each.is_closed)])
    last = max([closes, *(min(each.end, ends) for each in found if not each.is_closed)])
    return first - (first - begins) % hour, min(last + (begins - last) % hour, max(ends, closes))


def _labels(services: Services, span: tuple[int, int]) -> Iterator[tuple[int, str]]:
    """Every third hour."""
    at = span[0]
    while at <= span[1]:
        local = datetime.fromtimestamp(at, services.rules.zone)
        if local.hour % _LABEL_HOURS == 0 and local.minute == 0:
            yield at, f"{local:%H}"
        at += _HOUR_MINUTES * 60


def _hours(services: Services, start: int, end: int, day: date) -> str:
    """`09:00–11:00`, within the day."""
    begins, ends = day_bounds(services, day)
    return f"{clock(services, max(start, begins))}–{clock(services, min(end, ends))}"


def facts_of(pairs: Mapping[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in pairs.items() if value}
