"""What replies of administration share: what changed, lists of bookings, people and times."""

from collections.abc import Iterable, Mapping

from bot.administration.verb import AdminRequest
from bot.chat.formatting import room_name
from bot.chat.reply import Bold, Reply, ReplyItem, Text, TimeRange, Tone
from core.model import Booking, Person, PersonId, RoomId

MAX_SHOWN = 10


def done(*text: object, **others: object) -> Reply:
    return Reply(text, tone=Tone.DONE, **others)  # type: ignore[arg-type]


def changes_text(details: Mapping[str, str | int]) -> str:
    """`capacity 30 → 40, bookable yes → no`."""
    return ", ".join(f"{name.replace('_', ' ')} {change}" for name, change in details.items())


def place_text(request: AdminRequest, room_id: RoomId) -> str:
    room = request.services.read_model.catalogue.rooms.get(room_id)
    return room_name(room) if room is not None else room_id


def person_text(person: Person) -> Text:
    """`Wil (wil)`, the name once where both are the same."""
    if person.name == person.username:
        return (Bold(person.username),)
    return (Bold(person.name), f" ({person.username})")


def holder_text(request: AdminRequest, booking: Booking) -> str:
    """Who holds a booking: a person, a society, or a person for a society."""
    directory = request.services.read_model.directory
    society = directory.societies.get(booking.society_id) if booking.society_id is not None else None
    name = name_of(request, booking.booked_by)
    if society is None:
        return name
    return f"{name} for {society.name}" if booking.booked_by is not None else society.name


def name_of(request: AdminRequest, person_id: PersonId | None) -> str:
    return request.services.read_model.directory.name(person_id) or "somebody"


def booking_items(request: AdminRequest, bookings: Iterable[Booking]) -> tuple[ReplyItem, ...]:
    return tuple(
        ReplyItem(
            (Bold(place_text(request, each.room_id)), " · ", holder_text(request, each)),
            (TimeRange(each.interval),),
        )
        for each in bookings
    )


def more_text(count: int) -> Text:
    """How many are not shown."""
    return (f"And {count - MAX_SHOWN} more.",) if count > MAX_SHOWN else ()


def counted(count: int, one: str, several: str = "") -> str:
    return f"{count:,} {one if count == 1 else several or f'{one}s'}"
