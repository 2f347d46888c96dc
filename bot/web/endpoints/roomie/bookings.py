"""Booking a room, cancelling a booking, and the caller's own bookings."""

from msgspec import Struct

from bot.web.endpoints import schemas
from bot.web.endpoints.converters import (
    parse_booking_day,
    parse_booking_id,
    parse_boolean,
    parse_day,
    parse_id,
    parse_key,
    parse_text,
    parse_wall_time,
)
from bot.web.endpoints.roomie.parameters import DAY_SCHEMA, DENIED, ROOM, SHORT_TEXT, TEXT
from bot.web.endpoints.times import campus_day, seconds_of, slot_of
from bot.web.framework import serializers
from bot.web.framework.errors import InvalidParameter
from bot.web.framework.response import CacheableResponse, json_response, with_etag
from bot.web.framework.route import Access, Api, Parameter, ParameterLocation, RequestContext, Response, Route
from core.errors import MissingField, UnknownSociety
from core.model import Booking, PersonId, RoomId, SocietyId, TokenTerm
from core.services.accounts import TokenBearer
from core.services.book_room import BookRoom
from core.services.bookings import new_booking_id

_WALL_TIME = {"type": "string", "pattern": "^[0-9]{2}:[0-9]{2}$"}
_FOREVER = 1 << 62
"""Seconds, later than any booking."""

ANY_DAY = Parameter(
    "date", parse_day, DAY_SCHEMA, "The day, `YYYYMMDD`; from today on if absent.", example="20160808"
)
BOOKING_DAY = Parameter(
    "date",
    parse_booking_day,
    DAY_SCHEMA,
    "The day, `YYYYMMDD`.",
    required=True,
    aliases=("data",),
    example="20160808",
)
START = Parameter(
    "start_time", parse_wall_time, _WALL_TIME, "The start, campus time.", required=True, example="15:00"
)
END = Parameter(
    "end_time",
    parse_wall_time,
    _WALL_TIME,
    "The end, campus time; the next day if earlier than the start.",
    required=True,
    example="17:00",
)
NOTES = Parameter("notes", parse_text, SHORT_TEXT, "What you need the room for.")
EVENT_NAME = Parameter(
    "event_name", parse_text, SHORT_TEXT, "The society's event; required when booking for a society."
)
SOCIETY = Parameter("society", parse_id, TEXT, "Book for this society.")
FOR_SOCIETY = Parameter(
    "society_booking",
    parse_boolean,
    {"type": "boolean"},
    "Whether to book for a society; if absent, yes if `society` or `event_name` is given.",
)
KEY = Parameter(
    "Idempotency-Key",
    parse_key,
    {"type": "string", "maxLength": 255},
    "Unique for each booking: a repeated request with the same key books once, with the same response.",
    location=ParameterLocation.HEADER,
)
BOOKING = Parameter("booking_id", parse_booking_id, TEXT, "The booking's id.", required=True)


async def own_bookings(context: RequestContext) -> Response:
    day = context.get(ANY_DAY)
    if day is None:
        return _from_today_on(context)
    services, person_id = context.state.services, context.person.person.id
    window = campus_day(day, services.rules.zone)
    if not services.read_model.covers(window):
        bookings = await context.state.read(lambda unit: unit.bookings.of_person(person_id, window))
        return with_etag(_own_body(context, bookings), private=True)
    return _cacheable_own(context, seconds_of(window), (0, _FOREVER))


def _from_today_on(context: RequestContext) -> Response:
    today = context.state.days.around(int(context.now.timestamp()))
    return _cacheable_own(context, (today[0], _FOREVER), today)


def _cacheable_own(
    context: RequestContext, window: tuple[int, int], valid: tuple[int, int]
) -> CacheableResponse:
    """The caller's bookings in a window, valid until one changes or the `valid` interval ends."""
    read_model, person_id = context.state.services.read_model, context.person.person.id
    bookings, catalogue = read_model.of_person(person_id), read_model.catalogue
    version = read_model.directory.version
    body = _own_body(context, [booking for booking in bookings if _overlaps(booking, window)])
    since, until = valid

    def is_valid(now: int) -> bool:
        return (
            read_model.of_person(person_id) is bookings
            and read_model.directory.version == version
            and read_model.catalogue is catalogue
            and since <= now < until
        )

    return CacheableResponse(with_etag(body, private=True), is_valid)


def _overlaps(booking: Booking, window: tuple[int, int]) -> bool:
    return booking.interval.end.timestamp() > window[0] and booking.interval.start.timestamp() < window[1]


def _own_body(context: RequestContext, bookings: list[Booking]) -> bytes:
    services = context.state.services
    return serializers.own_bookings_body(
        bookings, services.read_model.directory, services.read_model.catalogue, services.rules.zone
    )


class BookingOwner(Struct, frozen=True):
    """The person, or the society and its event; no person when a society's token books."""

    person: PersonId | None
    society: SocietyId | None = None
    event: str = ""
    term: TokenTerm | None = None


async def book(context: RequestContext) -> Response:
    owner = await booking_owner(context)
    room_id = RoomId(context.require(ROOM))
    request = BookRoom(
        booking_id=new_booking_id(),
        room_id=room_id,
        slot=slot_of(
            context.require(BOOKING_DAY),
            context.require(START),
            context.require(END),
            context.state.services.read_model.catalogue.rooms.get(room_id),
            context.state.services.rules,
        ),
        by=owner.person,
        society_id=owner.society,
        title=owner.event,
        notes=context.get(NOTES) or "",
        term=owner.term,
        request=idempotency_key(context, owner),
        confirm=is_confirmed_in_chat(context, owner),
        booked_from="http",
    )
    booked = await context.state.services.bookings.book(request)
    return json_response({"success": True, "booking_id": booked.booking.id, "quota_left": booked.quota_left})


def is_confirmed_in_chat(context: RequestContext, owner: BookingOwner) -> bool:
    """Whether a message in chat confirms the booking; nobody waits for one who has no chat account."""
    services = context.state.services
    account = services.read_model.directory.people.get(owner.person) if owner.person is not None else None
    return services.confirmations and account is not None and bool(account.identities)


def idempotency_key(context: RequestContext, owner: BookingOwner, kind: str = "") -> str | None:
    """The key of a request, separate for each person, each society and each `kind` of request."""
    key = context.get(KEY)
    holder = f"society:{owner.society}" if owner.person is None else f"person:{owner.person}"
    return None if key is None else f"http:{kind}{holder}:{key}"


async def booking_owner(context: RequestContext) -> BookingOwner:
    if isinstance(context.principal, TokenBearer):
        society = _token_society(context, context.principal)
        return BookingOwner(None, society, _event(context), context.principal.term)
    for_society = context.get(FOR_SOCIETY)
    if for_society is None:
        for_society = context.get(SOCIETY) is not None or context.get(EVENT_NAME) is not None
    person_id = context.person.person.id
    if not for_society:
        return BookingOwner(person_id)
    return BookingOwner(person_id, await _own_society(context), _event(context))


def _token_society(context: RequestContext, bearer: TokenBearer) -> SocietyId:
    society = context.get(SOCIETY)
    if society not in {None, bearer.society_id}:
        raise UnknownSociety(society or "")
    if context.get(FOR_SOCIETY) is False:
        raise InvalidParameter("society_booking")
    return bearer.society_id


async def _own_society(context: RequestContext) -> SocietyId:
    """The given society, or the only one of which the caller is a member."""
    if society := context.get(SOCIETY):
        return SocietyId(society)
    directory = (await context.state.services.synced_read_model()).directory
    account = directory.people.get(context.person.person.id, context.person)
    if len(account.memberships) != 1:
        raise UnknownSociety
    return account.memberships[0].society.id


def _event(context: RequestContext) -> str:
    name = context.get(EVENT_NAME)
    if not name:
        raise MissingField("No event_name supplied")
    return name


async def delete_booking(context: RequestContext) -> Response:
    await context.state.services.bookings.cancel(context.require(BOOKING), context.person.person.id)
    return json_response({"success": True})


BOOKINGS: tuple[Route, ...] = (
    Route(
        Api.ROOMIE,
        "user.bookings",
        ("GET",),
        own_bookings,
        "Your own bookings.",
        {200: schemas.OWN} | DENIED,
        parameters=(ANY_DAY,),
        access=Access.PERSON,
        per_user=True,
        is_eager=True,
    ),
    Route(
        Api.ROOMIE,
        "rooms.book",
        ("POST",),
        book,
        "Book a room, for yourself or for a society.",
        {200: schemas.BOOKED} | DENIED,
        parameters=(ROOM, BOOKING_DAY, START, END, NOTES, EVENT_NAME, SOCIETY, FOR_SOCIETY, KEY),
        access=Access.PERSON_OR_SOCIETY,
        is_mutating=True,
        skips_cache_sync=True,
    ),
    Route(
        Api.ROOMIE,
        "rooms.deleteBooking",
        ("GET", "POST", "DELETE"),
        delete_booking,
        "Cancel a booking.",
        {200: schemas.DONE_OR_NOT} | DENIED,
        parameters=(BOOKING,),
        access=Access.PERSON,
        is_mutating=True,
        skips_cache_sync=True,
    ),
)
