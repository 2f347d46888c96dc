"""Parameters and requests of the routes for series of bookings."""

from datetime import date
from typing import Any
from uuid import UUID

import orjson
from msgspec.structs import replace

from bot.web.endpoints.converters import parse_booking_day, parse_count, parse_id, parse_wall_time
from bot.web.endpoints.roomie.bookings import EVENT_NAME, FOR_SOCIETY, NOTES, SOCIETY, BookingOwner
from bot.web.endpoints.roomie.parameters import DAY_SCHEMA, TEXT
from bot.web.framework.route import Parameter, RequestContext
from core.catalogue import RoomQuery
from core.errors import InvalidDate, InvalidTimes, MissingField, TooManyDates, UnknownBuilding, UnknownSeries
from core.model import MAX_SERIES_DATES, BuildingId, RoomId, SeriesId
from core.policy.opening_hours import is_open_over_midnight
from core.policy.recurrence import read_rule, series_dates
from core.services.series import Choices, SeriesRequest, SeriesScope

_MAX_EXCEPTIONS = 366
_DAY_MINUTES = 24 * 60
_MAX_RULE_LENGTH = 1_000
_WALL_TIME = {"type": "string", "pattern": "^[0-9]{2}:[0-9]{2}$"}
_CHOICES = {
    "oneOf": [
        {
            "type": "array",
            "maxItems": MAX_SERIES_DATES,
            "items": {
                "type": "object",
                "properties": {"date": {"type": "string"}, "room_id": {"type": "string"}},
                "required": ["date", "room_id"],
            },
        },
        {"type": "string", "description": "The list as JSON text, for forms."},
    ]
}


def parse_series_id(text: str) -> SeriesId:
    try:
        return SeriesId(str(UUID(text)))
    except ValueError as error:
        raise UnknownSeries from error


def parse_series_day(text: str) -> date:
    """`YYYYMMDD` as requests write dates, or `YYYY-MM-DD` as responses do."""
    is_dashed = len(text) == 10 and text[4] == text[7] == "-"
    return parse_booking_day(text.replace("-", "") if is_dashed else text)


def parse_days(text: str) -> frozenset[date]:
    """Dates with commas between them."""
    days = [each.strip() for each in text.split(",", _MAX_EXCEPTIONS)]
    if len(days) > _MAX_EXCEPTIONS:
        raise InvalidDate(f"Leave out at most {_MAX_EXCEPTIONS} dates.")
    return frozenset(parse_series_day(each) for each in days if each)


def parse_choices(text: str) -> Choices:
    """A JSON list of dates, each with its room, as a preview shows them."""
    rows = orjson.loads(text)
    if not isinstance(rows, list):
        raise ValueError("not a list")  # noqa: TRY004 - what parsers raise
    if len(rows) > MAX_SERIES_DATES:
        raise TooManyDates(len(rows), MAX_SERIES_DATES)
    choices = tuple(_choice(each) for each in rows)
    if len(dict(choices)) < len(choices):
        raise InvalidDate("Choose each date once.")
    return choices


def _choice(row: object) -> tuple[date, RoomId]:
    if not isinstance(row, dict):
        raise ValueError("not an object")  # noqa: TRY004 - what parsers raise
    day, room_id = row.get("date"), row.get("room_id")
    if not isinstance(day, str) or not isinstance(room_id, str):
        raise ValueError("no date or no room")  # noqa: TRY004 - what parsers raise
    return parse_series_day(day), RoomId(parse_id(room_id))


RULE = Parameter(
    "rrule",
    str,
    {"type": "string", "maxLength": _MAX_RULE_LENGTH},
    "How the series repeats, as in calendars (RFC 5545): `FREQ` DAILY, WEEKLY or MONTHLY, with `INTERVAL`, "
    "`BYDAY`, `BYMONTHDAY`, and `COUNT` or `UNTIL`.",
    required=True,
    aliases=("rule",),
    example="FREQ=WEEKLY;BYDAY=MO;COUNT=3",
)
FIRST_DAY = Parameter(
    "date",
    parse_series_day,
    DAY_SCHEMA,
    "The day on which the series begins, `YYYYMMDD`.",
    required=True,
    aliases=("data",),
    example="20160808",
)
LEFT_OUT = Parameter("exdate", parse_days, TEXT, "Dates to leave out, `YYYYMMDD`, with commas between them.")
SERIES_START = Parameter(
    "start_time",
    parse_wall_time,
    _WALL_TIME,
    "The start of each date, campus time; it stays the same when the clocks change.",
    required=True,
    example="19:00",
)
SERIES_END = Parameter(
    "end_time",
    parse_wall_time,
    _WALL_TIME,
    "Its end, campus time; the next day if earlier than the start.",
    required=True,
    example="20:00",
)
SERIES_ROOM = Parameter(
    "room_id",
    parse_id,
    TEXT,
    "The room's id. Without it rooms are chosen: one for all dates if any can be had.",
    example="RO-POO",
)
SEATS = Parameter("capacity", parse_count, {"type": "integer"}, "Seats needed in rooms that are chosen.")
NEAR = Parameter("near", parse_id, TEXT, "The id of a building that chosen rooms should be near.")
BUILDING = Parameter("building_id", parse_id, TEXT, "The id of the building that chosen rooms should be in.")
CHOSEN = Parameter(
    "choices",
    parse_choices,
    _CHOICES,
    "The dates to book, each with its room, as a preview shows them under `choices`; if absent, all dates "
    "in the room `room_id`.",
    takes_json=True,
)
SERIES_ID = Parameter("series_id", parse_series_id, TEXT, "The series' id.")
SERIES_REQUIRED = Parameter("series_id", parse_series_id, TEXT, "The series' id.", required=True)
SCOPE = Parameter(
    "scope",
    SeriesScope,
    {"enum": [each.value for each in SeriesScope]},
    "Which dates to cancel: the `one` on `date`, it and all `following` ones, or `all` to come.",
    required=True,
    example="all",
)
FROM_DAY = Parameter(
    "date",
    parse_series_day,
    DAY_SCHEMA,
    "The date by the series' rule (`series_date`), for `one` and `following`.",
    example="20160808",
)
NAMED = Parameter(
    "named",
    parse_days,
    TEXT,
    "Dates to cancel although they were changed by hand, with commas between them; others of these stay.",
)
WANTED: tuple[Parameter[Any], ...] = (
    RULE,
    FIRST_DAY,
    SERIES_START,
    SERIES_END,
    SERIES_ROOM,
    LEFT_OUT,
    SEATS,
    NEAR,
    BUILDING,
    NOTES,
    EVENT_NAME,
    SOCIETY,
    FOR_SOCIETY,
)


def series_request(context: RequestContext, owner: BookingOwner) -> SeriesRequest:
    """The series that a request describes, for the person or society that books it."""
    first = context.require(FIRST_DAY)
    starts_at, length = _times(context, first)
    rule = read_rule(context.require(RULE), first, context.state.services.rules.zone)
    room_id = context.get(SERIES_ROOM)
    return SeriesRequest(
        replace(rule, exceptions=context.get(LEFT_OUT) or frozenset()),
        starts_at,
        length,
        owner.person,
        None if room_id is None else RoomId(room_id),
        _query(context),
        owner.society,
        owner.event,
        context.get(NOTES) or "",
        owner.term,
    )


def _times(context: RequestContext, first: date) -> tuple[int, int]:
    """Start and length in minutes. A start of HH:01 means HH:00, as in `rooms.book/`.

    An earlier end is on the next day, if the room is open over the midnight after the first date.
    """
    start, end = context.require(SERIES_START), context.require(SERIES_END)
    services, room_id = context.state.services, context.get(SERIES_ROOM)
    room = services.read_model.catalogue.rooms.get(RoomId(room_id)) if room_id is not None else None
    if start % 60 == 1:
        start -= 1
    if end < start and room is not None and is_open_over_midnight(first, room, services.rules):
        end += _DAY_MINUTES
    if end <= start:
        raise InvalidTimes("Invalid times given. The end does not come after the start.")
    return start, end - start


def _query(context: RequestContext) -> RoomQuery:
    return RoomQuery(
        capacity=context.get(SEATS) or 0, near=_building(context, NEAR), building=_building(context, BUILDING)
    )


def _building(context: RequestContext, parameter: Parameter[str]) -> BuildingId | None:
    given = context.get(parameter)
    if given is None:
        return None
    if given not in context.state.services.read_model.catalogue.buildings:
        raise UnknownBuilding("Building ID does not exist.")
    return BuildingId(given)


def chosen_dates(context: RequestContext, request: SeriesRequest) -> Choices:
    """The choices of a request; all dates in the room asked for, if it has none."""
    choices = context.get(CHOSEN)
    if choices is not None:
        return choices
    if request.room_id is None:
        raise MissingField("No choices supplied")
    return tuple((day, request.room_id) for day in series_dates(request.rule))
