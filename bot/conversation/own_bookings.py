"""Which of someone's bookings they mean."""

import re
from collections.abc import Iterable
from dataclasses import replace

from bot.chat.command import Call
from bot.chat.formatting import room_name, short_id
from bot.conversation.search import read_words
from bot.language import Kind, Reading
from core.errors import Invalid, NoSuchBooking
from core.model.entities import Booking, Role

_ID = re.compile(r"#?([0-9a-fA-F]{4,8}|[0-9a-fA-F]{8}-[0-9a-fA-F-]{0,27})")
_ONLY_WORDS = re.compile(r"\b(?:my|the|a|booking|bookings|room|please|pls|one|it|that|this|in|at|on|for)\b")
_MOST_NAMED = 5


class WhichBooking(Invalid):
    """Several bookings could be meant."""

    code = "which_booking"


def mine(call: Call) -> tuple[Booking, ...]:
    """What someone has booked and not yet had; presidents own what their society's token booked."""
    own = call.desk.bookings.upcoming(call.person.id)
    if call.known is None:
        return own
    picture, now = call.desk.picture, call.desk.clock.now()
    presided = [each.society.id for each in call.known.memberships if each.role is Role.PRESIDENT]
    by_token = (
        booking
        for society_id in presided
        for booking in picture.of_society(society_id)
        if booking.booked_by is None and booking.interval.end > now
    )
    return tuple(sorted((*own, *by_token), key=lambda each: (each.interval.start, each.id)))


def meant(call: Call, words: str) -> tuple[Booking, str]:
    """The booking that the first word names by the start of its id, or the only one; and the other words."""
    bookings = mine(call)
    first, _, rest = words.strip().partition(" ")
    if (match := _ID.fullmatch(first)) is not None:
        start = match.group(1).lower()
        if found := [each for each in bookings if each.id.startswith(start)]:
            return _only(call, found), rest.strip()
        if len(start) == 8 or first.startswith("#"):
            raise NoSuchBooking
    return _only(call, bookings), words.strip()


def described(call: Call, words: str) -> Booking:
    """The booking that words speak of: by its id, its room or its time, or the only one."""
    first, _, rest = words.strip().partition(" ")
    if _ID.fullmatch(first) is not None and not rest:
        return meant(call, words)[0]
    bookings = mine(call)
    if not _ONLY_WORDS.sub(" ", words.casefold()).strip(" .!?"):
        return _only(call, bookings)
    reading = read_words(replace(call, words=words))
    if reading.leftover or reading.problem is not None:
        unread = reading.problem.shown if reading.problem is not None else ", ".join(reading.leftover)
        raise WhichBooking(f"I do not know which booking “{unread[:60]}” is. {_named(call, bookings)}")
    return _only(call, [each for each in bookings if _fits(each, reading, call)])


def _fits(booking: Booking, reading: Reading, call: Call) -> bool:
    room = call.desk.picture.catalogue.rooms.get(booking.room_id)
    return (
        (reading.room is None or booking.room_id == reading.room)
        and (reading.building is None or (room is not None and room.building_id == reading.building))
        and (reading.society is None or booking.society_id == reading.society)
        and _is_then(booking, reading)
    )


def _is_then(booking: Booking, reading: Reading) -> bool:
    """Whether it starts at the time said, or lies in the day or part of the day."""
    when = reading.when
    if when is None:
        return True
    if when.kind in {Kind.DAY, Kind.PART} and when.end is not None:
        return when.start < booking.interval.end and booking.interval.start < when.end
    if when.kind is Kind.DAY:
        return booking.interval.start.astimezone(when.start.tzinfo).date() == when.start.date()
    return booking.interval.start <= when.start < booking.interval.end


def _only(call: Call, bookings: Iterable[Booking]) -> Booking:
    match tuple(bookings):
        case ():
            raise NoSuchBooking
        case (booking,):
            return booking
        case several:
            raise WhichBooking(f"That could be {len(several)} of your bookings. {_named(call, several)}")


def _named(call: Call, bookings: Iterable[Booking]) -> str:
    """`Say which by its id: 21cf0a17 (Wren G01, Thu 12 Mar 15:00).`"""
    called = [f"{short_id(each)} ({_where_and_when(call, each)})" for each in bookings]
    more = f" and {len(called) - _MOST_NAMED} more" if len(called) > _MOST_NAMED else ""
    return f"Say which by its id: {', '.join(called[:_MOST_NAMED])}{more}." if called else "You have none."


def _where_and_when(call: Call, booking: Booking) -> str:
    room = call.desk.picture.catalogue.rooms.get(booking.room_id)
    local = booking.interval.start.astimezone(call.zone)
    return f"{room_name(room) if room else booking.room_id}, {local:%a} {local.day} {local:%b} {local:%H:%M}"
