"""The Roomie McRoomFace API: logging in, rooms and bookings, and what presidents do."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from bot.web.endpoints import schemas
from bot.web.endpoints.converters import (
    LONGEST_TEXT,
    read_booking_day,
    read_booking_id,
    read_day,
    read_id,
    read_key,
    read_name,
    read_password,
    read_text,
    read_wall_time,
    read_yes_or_no,
)
from bot.web.endpoints.password_login import recognise
from bot.web.framework import serializers as wire
from bot.web.framework.auth import shown_token
from bot.web.framework.errors import BadParameter
from bot.web.framework.response import Lasting, json_page, tagged
from bot.web.framework.route import Answered, Api, Call, Parameter, Route, Who, Within
from core.availability import RoomSchedule
from core.directory import Known
from core.errors import BadSociety, BadTimes, MissingField, NotSignedIn, UnknownRoom
from core.interval import Interval
from core.model.entities import Booking, Busy, PersonId, RoomId, SocietyId, TokenTerm
from core.policy.rules import Rules
from core.services.accounts import TokenBearer
from core.services.book_room import BookRoom
from core.services.bookings import new_booking_id

_TEXT = {"type": "string"}
_SHORT = {"type": "string", "maxLength": LONGEST_TEXT}
_DAY = {"type": "string", "pattern": "^[0-9]{8}$"}
_WALL = {"type": "string", "pattern": "^[0-9]{2}:[0-9]{2}$"}

_EVER = 1 << 62
"""Seconds; further away than anything."""

USERNAME = Parameter(
    "username",
    read_name,
    _TEXT,
    "A username or an e-mail address.",
    required=True,
    also=("user",),
    example="wil",
)
PASSWORD = Parameter(
    "password",
    read_password,
    {"type": "string", "format": "password"},
    "The password.",
    required=True,
    example="wilpassword",
)
ROOM = Parameter("room_id", read_id, _TEXT, "The room's id (not its name).", required=True, example="RO-POO")
DAY = Parameter("date", read_day, _DAY, "The day, `YYYYMMDD`.", required=True, example="20160808")
ANY_DAY = Parameter(
    "date", read_day, _DAY, "The day, `YYYYMMDD`; from today on when absent.", example="20160808"
)
BOOKING_DAY = Parameter(
    "date", read_booking_day, _DAY, "The day, `YYYYMMDD`.", required=True, also=("data",), example="20160808"
)
START = Parameter(
    "start_time", read_wall_time, _WALL, "When it starts, campus time.", required=True, example="15:00"
)
END = Parameter(
    "end_time", read_wall_time, _WALL, "When it ends, campus time.", required=True, example="17:00"
)
NOTES = Parameter("notes", read_text, _SHORT, "What the room is wanted for.")
EVENT = Parameter("event_name", read_text, _SHORT, "The society's event; needed when booking for a society.")
SOCIETY = Parameter("society", read_id, _TEXT, "Book for this society.")
FOR_SOCIETY = Parameter(
    "society_booking",
    read_yes_or_no,
    {"type": "boolean"},
    "Whether it is for a society; when absent, `society` or `event_name` say so.",
)
KEY = Parameter(
    "Idempotency-Key",
    read_key,
    {"type": "string", "maxLength": 255},
    "Chosen anew for each booking: asked again with the same key, it is made once and answered alike.",
    within=Within.HEADER,
)
BOOKING = Parameter("booking_id", read_booking_id, _TEXT, "The booking's id.", required=True)
SOCIETY_ID = Parameter(
    "society_id",
    read_id,
    _TEXT,
    "The society; may be left out by those who preside over exactly one.",
    example="SOTECHSOC",
)
REGENERATE = Parameter("regenerate", read_yes_or_no, {"type": "boolean"}, "Replace the token by a new one.")
WHO = Parameter(
    "username", read_name, _TEXT, "A username or an e-mail address.", required=True, example="rema"
)


async def log_in(call: Call) -> Answered:
    name, password = call.need(USERNAME), call.need(PASSWORD)
    desk = call.house.desk
    try:
        recognised = await recognise(call, name, password)
    except NotSignedIn as error:
        return json_page({"error": str(error), "code": "wrong_login"})
    logged_in = await desk.accounts.grant(recognised.person.id, "http")
    known = desk.picture.directory.people.get(logged_in.person.id) or Known(logged_in.person)
    content = await _account(call, known) | {"token": logged_in.token}
    return json_page(content, headers={"Set-Cookie": recognised.cookie})


async def info(call: Call) -> Answered:
    return tagged(wire.rendered(await _account(call, call.person)), private=True)


async def _account(call: Call, known: Known) -> dict[str, object]:
    quota = await call.house.desk.bookings.quota(known.person.id)
    return wire.account(known, quota.left)


async def log_out(call: Call) -> Answered:
    await call.house.desk.accounts.log_out(shown_token(call.request))
    return json_page({"success": True})


def room_list(call: Call) -> Answered:
    picture = call.house.desk.picture
    catalogue = picture.catalogue
    page = tagged(wire.room_list_body(catalogue), private=True)
    return Lasting(page, lambda _: picture.catalogue is catalogue)


async def room_day(call: Call) -> Answered:
    room_id = RoomId(call.need(ROOM))
    picture, rules = call.house.desk.picture, call.house.desk.rules
    if room_id not in picture.catalogue.rooms:
        raise UnknownRoom(room_id)
    window = campus_day(call.need(DAY), rules.zone)
    if not picture.covers(window):
        bookings, entries = await call.house.read(
            lambda unit: (
                unit.bookings.in_room(room_id, window),
                unit.timetable.busy_in_room(room_id, window),
            )
        )
        return tagged(wire.day_body(bookings, entries, picture.directory, rules.zone), private=True)
    schedule, held = picture.availability.schedule(room_id), picture.in_room(room_id)
    told = picture.directory.version
    bookings = [each for each in held if each.interval.overlaps(window)]
    entries = _published(schedule, window)
    page = tagged(wire.day_body(bookings, entries, picture.directory, rules.zone), private=True)

    def holds(_: int) -> bool:
        return (
            picture.availability.schedule(room_id) is schedule
            and picture.in_room(room_id) is held
            and picture.directory.version == told
        )

    return Lasting(page, holds)


def _published(schedule: RoomSchedule, window: Interval) -> list[Busy]:
    taken = schedule.taken_by(*_seconds(window))
    return [each for each in taken if each.booking_id is None]


async def own_bookings(call: Call) -> Answered:
    day = call.get(ANY_DAY)
    if day is None:
        return _from_today_on(call)
    desk, person_id = call.house.desk, call.person.person.id
    window = campus_day(day, desk.rules.zone)
    if not desk.picture.covers(window):
        bookings = await call.house.read(lambda unit: unit.bookings.of_person(person_id, window))
        return tagged(_own(call, bookings), private=True)
    return _lasting_own(call, _seconds(window), (0, _EVER))


def _from_today_on(call: Call) -> Answered:
    today = call.house.days.around(int(call.now.timestamp()))
    return _lasting_own(call, (today[0], _EVER), today)


def _lasting_own(call: Call, window: tuple[int, int], valid: tuple[int, int]) -> Lasting:
    """The caller's bookings in a window, true until one changes or the `valid` stretch is over."""
    picture, person_id = call.house.desk.picture, call.person.person.id
    mine, told, catalogue = picture.of_person(person_id), picture.directory.version, picture.catalogue
    page = tagged(_own(call, [each for each in mine if _overlaps(each, window)]), private=True)
    since, until = valid

    def holds(now: int) -> bool:
        return (
            picture.of_person(person_id) is mine
            and picture.directory.version == told
            and picture.catalogue is catalogue
            and since <= now < until
        )

    return Lasting(page, holds)


def _overlaps(booking: Booking, window: tuple[int, int]) -> bool:
    return booking.interval.end.timestamp() > window[0] and booking.interval.start.timestamp() < window[1]


def _seconds(interval: Interval) -> tuple[int, int]:
    return int(interval.start.timestamp()), int(interval.end.timestamp())


def _own(call: Call, bookings: list[Booking]) -> bytes:
    desk = call.house.desk
    return wire.own_bookings_body(bookings, desk.picture.directory, desk.picture.catalogue, desk.rules.zone)


@dataclass(frozen=True, slots=True)
class Party:
    """For whom a booking is, and what a society's is called; `person` is empty for the bearer of a token."""

    person: PersonId | None
    society: SocietyId | None = None
    event: str = ""
    term: TokenTerm | None = None


async def book(call: Call) -> Answered:
    party = await _party(call)
    wish = BookRoom(
        booking_id=new_booking_id(),
        room_id=RoomId(call.need(ROOM)),
        slot=slot_of(call.need(BOOKING_DAY), call.need(START), call.need(END), call.house.desk.rules),
        by=party.person,
        society_id=party.society,
        title=party.event,
        notes=call.get(NOTES) or "",
        term=party.term,
        request=_request(call, party),
        tell=call.house.settings.confirmations,
    )
    booked = await call.house.desk.bookings.book(wish)
    return json_page({"success": True, "booking_id": booked.booking.id, "quota_left": booked.quota_left})


def _request(call: Call, party: Party) -> str | None:
    """What makes it safe to ask again; each person's and each society's keys are their own."""
    key = call.get(KEY)
    holder = f"society:{party.society}" if party.person is None else f"person:{party.person}"
    return None if key is None else f"http:{holder}:{key}"


async def _party(call: Call) -> Party:
    if isinstance(call.caller, TokenBearer):
        return Party(None, _bearers_society(call, call.caller), _event(call), call.caller.term)
    asked = call.get(FOR_SOCIETY)
    if asked is None:
        asked = call.get(SOCIETY) is not None or call.get(EVENT) is not None
    person_id = call.person.person.id
    return Party(person_id, await _own_society(call), _event(call)) if asked else Party(person_id)


def _bearers_society(call: Call, bearer: TokenBearer) -> SocietyId:
    named = call.get(SOCIETY)
    if named not in {None, bearer.society_id}:
        raise BadSociety(named or "")
    if call.get(FOR_SOCIETY) is False:
        raise BadParameter("society_booking")
    return bearer.society_id


async def _own_society(call: Call) -> SocietyId:
    """The society that was named, or else the only one that the caller belongs to."""
    if named := call.get(SOCIETY):
        return SocietyId(named)
    directory = (await call.house.desk.fresh()).directory
    known = directory.people.get(call.person.person.id, call.person)
    memberships = known.memberships
    if len(memberships) != 1:
        raise BadSociety
    return memberships[0].society.id


def _event(call: Call) -> str:
    name = call.get(EVENT)
    if not name:
        raise MissingField("No event_name supplied")
    return name


def slot_of(day: date, start: int, end: int, rules: Rules) -> Interval:
    """A day's minutes as a slot. A start of HH:01 is one of HH:00: existing clients send it."""
    if start % 60 == 1:
        start -= 1
    if end <= start or start >= 24 * 60:
        raise BadTimes
    return Interval(_instant(day, start, rules.zone), _instant(day, end, rules.zone))


@lru_cache(maxsize=1 << 14)
def _instant(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    """Campus wall time as an instant; `BadTimes` for one that a clock change skips."""
    days, rest = divmod(minutes, 24 * 60)
    wall = datetime.combine(day + timedelta(days=days), time(rest // 60, rest % 60), zone)
    instant = wall.astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) != wall.replace(tzinfo=None):
        raise BadTimes("Invalid times given. The clocks go forward then: that time does not exist.")
    return instant


@lru_cache(maxsize=1024)
def campus_day(day: date, zone: ZoneInfo) -> Interval:
    """A calendar day of the campus, 23 and 25 hours included."""
    midnight, following = time(), day + timedelta(days=1)
    return Interval(datetime.combine(day, midnight, zone), datetime.combine(following, midnight, zone))


async def delete_booking(call: Call) -> Answered:
    await call.house.desk.bookings.cancel(call.need(BOOKING), call.person.person.id)
    return json_page({"success": True})


async def society_token(call: Call) -> Answered:
    desk, by = call.house.desk, call.person.person.id
    renew = call.get(REGENERATE) or call.request.method == "POST"
    society, term = await desk.societies.token_term(by, _society_id(call), renew=renew)
    return json_page({"token": desk.accounts.society_token(society.id, term)})


async def add_user(call: Call) -> Answered:
    done = await call.house.desk.societies.add_member(
        call.person.person.id, call.need(WHO), _society_id(call)
    )
    return json_page({"success": f"Successfully added {done.person.name} to society access groups!"})


async def delete_user(call: Call) -> Answered:
    await call.house.desk.societies.remove_member(call.person.person.id, call.need(WHO), _society_id(call))
    return json_page({"success": True})


def _society_id(call: Call) -> SocietyId | None:
    named = call.get(SOCIETY_ID)
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
        changes=True,
    ),
    Route(
        Api.ROOMIE,
        "user.logout",
        ("GET",),
        log_out,
        "Revoke the token that this request shows.",
        {200: schemas.DONE} | _PERSON,
        who=Who.PERSON,
        changes=True,
    ),
    Route(
        Api.ROOMIE,
        "user.info",
        ("GET",),
        info,
        "Who is logged in, and how much quota is left.",
        {200: schemas.ACCOUNT} | _PERSON,
        who=Who.PERSON,
        personal=True,
    ),
    Route(
        Api.ROOMIE,
        "user.bookings",
        ("GET",),
        own_bookings,
        "The caller's own bookings.",
        {200: schemas.OWN} | _PERSON,
        parameters=(ANY_DAY,),
        who=Who.PERSON,
        personal=True,
    ),
    Route(
        Api.ROOMIE,
        "rooms.list",
        ("GET",),
        room_list,
        "Every room that can be booked.",
        {200: schemas.ROOM_LIST} | _PERSON,
        who=Who.PERSON,
    ),
    Route(
        Api.ROOMIE,
        "rooms.bookings",
        ("GET",),
        room_day,
        "What takes a room on a day.",
        {200: schemas.DAY} | _PERSON,
        parameters=(ROOM, DAY),
        who=Who.PERSON,
    ),
    Route(
        Api.ROOMIE,
        "rooms.book",
        ("POST",),
        book,
        "Book a room, for oneself or for a society.",
        {200: schemas.BOOKED} | _PERSON,
        parameters=(ROOM, BOOKING_DAY, START, END, NOTES, EVENT, SOCIETY, FOR_SOCIETY, KEY),
        who=Who.PERSON_OR_SOCIETY,
        changes=True,
        decided=True,
    ),
    Route(
        Api.ROOMIE,
        "rooms.deleteBooking",
        ("GET", "POST", "DELETE"),
        delete_booking,
        "Give up a booking: its charge comes back.",
        {200: schemas.DONE_OR_NOT} | _PERSON,
        parameters=(BOOKING,),
        who=Who.PERSON,
        changes=True,
        decided=True,
    ),
    Route(
        Api.ROOMIE,
        "society.token",
        ("GET", "POST"),
        society_token,
        "The token that books for a society; POST replaces it.",
        {200: schemas.TOKEN} | _PERSON,
        parameters=(SOCIETY_ID, REGENERATE),
        who=Who.PRESIDENT,
        changes=True,
    ),
    Route(
        Api.ROOMIE,
        "society.addUser",
        ("POST",),
        add_user,
        "Let somebody book for a society.",
        _PRESIDENT,
        parameters=(WHO, SOCIETY_ID),
        who=Who.PRESIDENT,
        changes=True,
    ),
    Route(
        Api.ROOMIE,
        "society.deleteUser",
        ("POST",),
        delete_user,
        "Take that access away again.",
        _PRESIDENT,
        parameters=(WHO, SOCIETY_ID),
        who=Who.PRESIDENT,
        also=("society.removeUser",),
        changes=True,
    ),
)
