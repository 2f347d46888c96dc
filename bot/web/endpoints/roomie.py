"""The Roomie McRoomFace API: logging in, rooms and bookings, and what presidents do."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from bot.web.endpoints import schemas
from bot.web.endpoints.converters import (
    MAX_TEXT_LENGTH,
    parse_booking_day,
    parse_booking_id,
    parse_boolean,
    parse_day,
    parse_id,
    parse_key,
    parse_name,
    parse_password,
    parse_text,
    parse_wall_time,
)
from bot.web.endpoints.password_login import check_password
from bot.web.framework import serializers as wire
from bot.web.framework.auth import presented_token
from bot.web.framework.errors import InvalidParameter
from bot.web.framework.response import CacheableResponse, json_response, with_etag
from bot.web.framework.route import Access, Api, Parameter, ParameterLocation, RequestContext, Response, Route
from core.availability import RoomSchedule
from core.directory import Account
from core.errors import InvalidTimes, MissingField, NotAuthenticated, UnknownRoom, UnknownSociety
from core.interval import Interval
from core.model.entities import Booking, Busy, PersonId, RoomId, SocietyId, TokenTerm
from core.policy.rules import Rules
from core.services.accounts import TokenBearer
from core.services.book_room import BookRoom
from core.services.bookings import new_booking_id

_TEXT = {"type": "string"}
_SHORT = {"type": "string", "maxLength": MAX_TEXT_LENGTH}
_DAY = {"type": "string", "pattern": "^[0-9]{8}$"}
_WALL = {"type": "string", "pattern": "^[0-9]{2}:[0-9]{2}$"}

_ALL_TIME = 1 << 62
"""Seconds; further away than anything."""

USERNAME = Parameter(
    "username",
    parse_name,
    _TEXT,
    "A username or an e-mail address.",
    required=True,
    aliases=("user",),
    example="wil",
)
PASSWORD = Parameter(
    "password",
    parse_password,
    {"type": "string", "format": "password"},
    "The password.",
    required=True,
    example="wilpassword",
)
ROOM = Parameter("room_id", parse_id, _TEXT, "The room's id (not its name).", required=True, example="RO-POO")
DAY = Parameter("date", parse_day, _DAY, "The day, `YYYYMMDD`.", required=True, example="20160808")
ANY_DAY = Parameter(
    "date", parse_day, _DAY, "The day, `YYYYMMDD`; from today on when absent.", example="20160808"
)
BOOKING_DAY = Parameter(
    "date",
    parse_booking_day,
    _DAY,
    "The day, `YYYYMMDD`.",
    required=True,
    aliases=("data",),
    example="20160808",
)
START = Parameter(
    "start_time", parse_wall_time, _WALL, "When it starts, campus time.", required=True, example="15:00"
)
END = Parameter(
    "end_time", parse_wall_time, _WALL, "When it ends, campus time.", required=True, example="17:00"
)
NOTES = Parameter("notes", parse_text, _SHORT, "What the room is wanted for.")
EVENT_NAME = Parameter(
    "event_name", parse_text, _SHORT, "The society's event; needed when booking for a society."
)
SOCIETY = Parameter("society", parse_id, _TEXT, "Book for this society.")
FOR_SOCIETY = Parameter(
    "society_booking",
    parse_boolean,
    {"type": "boolean"},
    "Whether it is for a society; when absent, `society` or `event_name` say so.",
)
KEY = Parameter(
    "Idempotency-Key",
    parse_key,
    {"type": "string", "maxLength": 255},
    "Chosen anew for each booking: asked again with the same key, it is made once and answered alike.",
    location=ParameterLocation.HEADER,
)
BOOKING = Parameter("booking_id", parse_booking_id, _TEXT, "The booking's id.", required=True)
SOCIETY_ID = Parameter(
    "society_id",
    parse_id,
    _TEXT,
    "The society; may be left out by those who preside over exactly one.",
    example="SOTECHSOC",
)
REGENERATE = Parameter("regenerate", parse_boolean, {"type": "boolean"}, "Replace the token by a new one.")
WHO = Parameter(
    "username", parse_name, _TEXT, "A username or an e-mail address.", required=True, example="rema"
)


async def log_in(context: RequestContext) -> Response:
    name, password = context.require(USERNAME), context.require(PASSWORD)
    services = context.state.services
    try:
        recognised = await check_password(context, name, password)
    except NotAuthenticated as error:
        return json_response({"error": str(error), "code": "wrong_login"})
    logged_in = await services.accounts.grant(recognised.person.id, "http")
    known = services.read_model.directory.people.get(logged_in.person.id) or Account(logged_in.person)
    content = await _account(context, known) | {"token": logged_in.token}
    return json_response(content, headers={"Set-Cookie": recognised.cookie})


async def info(context: RequestContext) -> Response:
    return with_etag(wire.render_json(await _account(context, context.person)), private=True)


async def _account(context: RequestContext, account: Account) -> dict[str, object]:
    quota = await context.state.services.bookings.quota(account.person.id)
    return wire.account(account, quota.left)


async def log_out(context: RequestContext) -> Response:
    await context.state.services.accounts.log_out(presented_token(context.request))
    return json_response({"success": True})


def room_list(context: RequestContext) -> Response:
    read_model = context.state.services.read_model
    catalogue = read_model.catalogue
    page = with_etag(wire.room_list_body(catalogue), private=True)
    return CacheableResponse(page, lambda _: read_model.catalogue is catalogue)


async def room_day(context: RequestContext) -> Response:
    room_id = RoomId(context.require(ROOM))
    read_model, rules = context.state.services.read_model, context.state.services.rules
    if room_id not in read_model.catalogue.rooms:
        raise UnknownRoom(room_id)
    window = campus_day(context.require(DAY), rules.zone)
    if not read_model.covers(window):
        bookings, entries = await context.state.read(
            lambda unit: (
                unit.bookings.in_room(room_id, window),
                unit.timetable.busy_in_room(room_id, window),
            )
        )
        return with_etag(wire.day_body(bookings, entries, read_model.directory, rules.zone), private=True)
    schedule, held = read_model.availability.schedule(room_id), read_model.in_room(room_id)
    told = read_model.directory.version
    bookings = [each for each in held if each.interval.overlaps(window)]
    entries = _published(schedule, window)
    page = with_etag(wire.day_body(bookings, entries, read_model.directory, rules.zone), private=True)

    def holds(_: int) -> bool:
        return (
            read_model.availability.schedule(room_id) is schedule
            and read_model.in_room(room_id) is held
            and read_model.directory.version == told
        )

    return CacheableResponse(page, holds)


def _published(schedule: RoomSchedule, window: Interval) -> list[Busy]:
    taken = schedule.conflicts(*_seconds(window))
    return [each for each in taken if each.booking_id is None]


async def own_bookings(context: RequestContext) -> Response:
    day = context.get(ANY_DAY)
    if day is None:
        return _from_today_on(context)
    services, person_id = context.state.services, context.person.person.id
    window = campus_day(day, services.rules.zone)
    if not services.read_model.covers(window):
        bookings = await context.state.read(lambda unit: unit.bookings.of_person(person_id, window))
        return with_etag(_own(context, bookings), private=True)
    return _cacheable_own(context, _seconds(window), (0, _ALL_TIME))


def _from_today_on(context: RequestContext) -> Response:
    today = context.state.days.around(int(context.now.timestamp()))
    return _cacheable_own(context, (today[0], _ALL_TIME), today)


def _cacheable_own(
    context: RequestContext, window: tuple[int, int], valid: tuple[int, int]
) -> CacheableResponse:
    """The caller's bookings in a window, true until one changes or the `valid` stretch is over."""
    read_model, person_id = context.state.services.read_model, context.person.person.id
    mine, told, catalogue = (
        read_model.of_person(person_id),
        read_model.directory.version,
        read_model.catalogue,
    )
    page = with_etag(_own(context, [each for each in mine if _overlaps(each, window)]), private=True)
    since, until = valid

    def holds(now: int) -> bool:
        return (
            read_model.of_person(person_id) is mine
            and read_model.directory.version == told
            and read_model.catalogue is catalogue
            and since <= now < until
        )

    return CacheableResponse(page, holds)


def _overlaps(booking: Booking, window: tuple[int, int]) -> bool:
    return booking.interval.end.timestamp() > window[0] and booking.interval.start.timestamp() < window[1]


def _seconds(interval: Interval) -> tuple[int, int]:
    return int(interval.start.timestamp()), int(interval.end.timestamp())


def _own(context: RequestContext, bookings: list[Booking]) -> bytes:
    services = context.state.services
    return wire.own_bookings_body(
        bookings, services.read_model.directory, services.read_model.catalogue, services.rules.zone
    )


@dataclass(frozen=True, slots=True)
class BookingOwner:
    """For whom a booking is, and what a society's is called; `person` is empty for the bearer of a token."""

    person: PersonId | None
    society: SocietyId | None = None
    event: str = ""
    term: TokenTerm | None = None


async def book(context: RequestContext) -> Response:
    party = await _booking_owner(context)
    wish = BookRoom(
        booking_id=new_booking_id(),
        room_id=RoomId(context.require(ROOM)),
        slot=slot_of(
            context.require(BOOKING_DAY),
            context.require(START),
            context.require(END),
            context.state.services.rules,
        ),
        by=party.person,
        society_id=party.society,
        title=party.event,
        notes=context.get(NOTES) or "",
        term=party.term,
        request=_request(context, party),
        confirm=context.state.settings.confirmations,
    )
    booked = await context.state.services.bookings.book(wish)
    return json_response({"success": True, "booking_id": booked.booking.id, "quota_left": booked.quota_left})


def _request(context: RequestContext, party: BookingOwner) -> str | None:
    """What makes it safe to ask again; each person's and each society's keys are their own."""
    key = context.get(KEY)
    holder = f"society:{party.society}" if party.person is None else f"person:{party.person}"
    return None if key is None else f"http:{holder}:{key}"


async def _booking_owner(context: RequestContext) -> BookingOwner:
    if isinstance(context.principal, TokenBearer):
        return BookingOwner(
            None, _token_society(context, context.principal), _event(context), context.principal.term
        )
    asked = context.get(FOR_SOCIETY)
    if asked is None:
        asked = context.get(SOCIETY) is not None or context.get(EVENT_NAME) is not None
    person_id = context.person.person.id
    return (
        BookingOwner(person_id, await _own_society(context), _event(context))
        if asked
        else BookingOwner(person_id)
    )


def _token_society(context: RequestContext, bearer: TokenBearer) -> SocietyId:
    named = context.get(SOCIETY)
    if named not in {None, bearer.society_id}:
        raise UnknownSociety(named or "")
    if context.get(FOR_SOCIETY) is False:
        raise InvalidParameter("society_booking")
    return bearer.society_id


async def _own_society(context: RequestContext) -> SocietyId:
    """The society that was named, or else the only one that the caller belongs to."""
    if named := context.get(SOCIETY):
        return SocietyId(named)
    directory = (await context.state.services.synced_read_model()).directory
    known = directory.people.get(context.person.person.id, context.person)
    memberships = known.memberships
    if len(memberships) != 1:
        raise UnknownSociety
    return memberships[0].society.id


def _event(context: RequestContext) -> str:
    name = context.get(EVENT_NAME)
    if not name:
        raise MissingField("No event_name supplied")
    return name


def slot_of(day: date, start: int, end: int, rules: Rules) -> Interval:
    """A day's minutes as a slot. A start of HH:01 is one of HH:00: existing clients send it."""
    if start % 60 == 1:
        start -= 1
    if end <= start or start >= 24 * 60:
        raise InvalidTimes
    return Interval(_instant(day, start, rules.zone), _instant(day, end, rules.zone))


@lru_cache(maxsize=1 << 14)
def _instant(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    """Campus wall time as an instant; `InvalidTimes` for one that a clock change skips."""
    days, rest = divmod(minutes, 24 * 60)
    wall = datetime.combine(day + timedelta(days=days), time(rest // 60, rest % 60), zone)
    instant = wall.astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) != wall.replace(tzinfo=None):
        raise InvalidTimes("Invalid times given. The clocks go forward then: that time does not exist.")
    return instant


@lru_cache(maxsize=1024)
def campus_day(day: date, zone: ZoneInfo) -> Interval:
    """A calendar day of the campus, 23 and 25 hours included."""
    midnight, following = time(), day + timedelta(days=1)
    return Interval(datetime.combine(day, midnight, zone), datetime.combine(following, midnight, zone))


async def delete_booking(context: RequestContext) -> Response:
    await context.state.services.bookings.cancel(context.require(BOOKING), context.person.person.id)
    return json_response({"success": True})


async def society_token(context: RequestContext) -> Response:
    services, by = context.state.services, context.person.person.id
    renew = context.get(REGENERATE) or context.request.method == "POST"
    society, term = await services.societies.token_term(by, _society_id(context), renew=renew)
    return json_response({"token": services.accounts.society_token(society.id, term)})


async def add_user(context: RequestContext) -> Response:
    done = await context.state.services.societies.add_member(
        context.person.person.id, context.require(WHO), _society_id(context)
    )
    return json_response({"success": f"Successfully added {done.person.name} to society access groups!"})


async def delete_user(context: RequestContext) -> Response:
    await context.state.services.societies.remove_member(
        context.person.person.id, context.require(WHO), _society_id(context)
    )
    return json_response({"success": True})


def _society_id(context: RequestContext) -> SocietyId | None:
    named = context.get(SOCIETY_ID)
    return None if named is None else SocietyId(named)


_PRESIDENT = {200: schemas.MEMBER, 401: schemas.DENIED, 403: schemas.DENIED}
_PERSON = {401: schemas.DENIED, 403: schemas.DENIED}

ROOMIE: tuple[Route, ...] = (
    Route(
        Api.ROOMIE,
        "user.login",
        ("POST",),
        log_in,
        "Log in: the answer holds a token.",
        {200: schemas.LOGIN},
        parameters=(USERNAME, PASSWORD),
        is_mutating=True,
    ),
    Route(
        Api.ROOMIE,
        "user.logout",
        ("GET",),
        log_out,
        "Revoke the token that this request shows.",
        {200: schemas.DONE} | _PERSON,
        access=Access.PERSON,
        is_mutating=True,
    ),
    Route(
        Api.ROOMIE,
        "user.info",
        ("GET",),
        info,
        "Who is logged in, and how much quota is left.",
        {200: schemas.ACCOUNT} | _PERSON,
        access=Access.PERSON,
        per_user=True,
    ),
    Route(
        Api.ROOMIE,
        "user.bookings",
        ("GET",),
        own_bookings,
        "The caller's own bookings.",
        {200: schemas.OWN} | _PERSON,
        parameters=(ANY_DAY,),
        access=Access.PERSON,
        per_user=True,
    ),
    Route(
        Api.ROOMIE,
        "rooms.list",
        ("GET",),
        room_list,
        "Every room that can be booked.",
        {200: schemas.ROOM_LIST} | _PERSON,
        access=Access.PERSON,
    ),
    Route(
        Api.ROOMIE,
        "rooms.bookings",
        ("GET",),
        room_day,
        "What takes a room on a day.",
        {200: schemas.DAY} | _PERSON,
        parameters=(ROOM, DAY),
        access=Access.PERSON,
    ),
    Route(
        Api.ROOMIE,
        "rooms.book",
        ("POST",),
        book,
        "Book a room, for oneself or for a society.",
        {200: schemas.BOOKED} | _PERSON,
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
        "Give up a booking: its charge comes back.",
        {200: schemas.DONE_OR_NOT} | _PERSON,
        parameters=(BOOKING,),
        access=Access.PERSON,
        is_mutating=True,
        skips_cache_sync=True,
    ),
    Route(
        Api.ROOMIE,
        "society.token",
        ("GET", "POST"),
        society_token,
        "The token that books for a society; POST replaces it.",
        {200: schemas.TOKEN} | _PERSON,
        parameters=(SOCIETY_ID, REGENERATE),
        access=Access.PRESIDENT,
        is_mutating=True,
    ),
    Route(
        Api.ROOMIE,
        "society.addUser",
        ("POST",),
        add_user,
        "Let somebody book for a society.",
        _PRESIDENT,
        parameters=(WHO, SOCIETY_ID),
        access=Access.PRESIDENT,
        is_mutating=True,
    ),
    Route(
        Api.ROOMIE,
        "society.deleteUser",
        ("POST",),
        delete_user,
        "Take that access away again.",
        _PRESIDENT,
        parameters=(WHO, SOCIETY_ID),
        access=Access.PRESIDENT,
        aliases=("society.removeUser",),
        is_mutating=True,
    ),
)
