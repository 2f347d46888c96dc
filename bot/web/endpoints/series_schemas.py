"""JSON Schemas of the responses about series."""

from collections.abc import Mapping

from bot.web.endpoints.schemas import COUNT, ERROR, FLAG, INSTANT, TEXT, WALL, either, listed, named
from bot.web.framework.route import Schema
from core.services.series import Verdict

_DAY: Schema = {"type": "string", "format": "date"}
_ID: Schema = {"type": "string", "format": "uuid"}
_OPTIONAL: Schema = {"type": ["string", "null"]}
_ROOM: Mapping[str, Schema] = {"room_id": _OPTIONAL, "room_name": _OPTIONAL}
_CHOICES: Schema = listed(named({"date": _DAY, "room_id": TEXT}))
_PREVIEW: Schema = {
    **named(
        {
            "dates": listed(
                named(
                    {
                        "date": _DAY,
                        "start": WALL,
                        "end": WALL,
                        **_ROOM,
                        "verdict": {"enum": [each.value for each in Verdict]},
                        "is_moved": FLAG,
                        "error": TEXT,
                        "code": TEXT,
                        "taken_by": listed(named({"name": TEXT, "start": INSTANT, "end": INSTANT})),
                        "other_room": named(_ROOM),
                    },
                    "error",
                    "code",
                    "taken_by",
                    "other_room",
                )
            ),
            "is_all_free": FLAG,
            "room_for_all": _OPTIONAL,
            "quota_cost": COUNT,
            "choices": named(
                {"free": _CHOICES, "with_other_rooms": _CHOICES, "room_for_all": _CHOICES}, "room_for_all"
            ),
        }
    ),
    "examples": [
        {
            "dates": [
                {
                    "date": "2016-08-08",
                    "start": "19:00:00",
                    "end": "20:00:00",
                    "room_id": "RO-POO",
                    "room_name": "G02",
                    "verdict": "free",
                    "is_moved": False,
                },
                {
                    "date": "2016-08-15",
                    "start": "19:00:00",
                    "end": "20:00:00",
                    "room_id": "RO-POO",
                    "room_name": "G02",
                    "verdict": "taken",
                    "is_moved": False,
                    "error": "This slot has already been booked.",
                    "code": "slot_taken",
                    "taken_by": [
                        {
                            "name": "Booked",
                            "start": "2016-08-15T18:00:00.000Z",
                            "end": "2016-08-15T19:00:00.000Z",
                        }
                    ],
                    "other_room": {"room_id": "RO-PIZZA", "room_name": "G01"},
                },
            ],
            "is_all_free": False,
            "room_for_all": None,
            "quota_cost": 0,
            "choices": {
                "free": [{"date": "2016-08-08", "room_id": "RO-POO"}],
                "with_other_rooms": [
                    {"date": "2016-08-08", "room_id": "RO-POO"},
                    {"date": "2016-08-15", "room_id": "RO-PIZZA"},
                ],
            },
        }
    ],
}
PREVIEW: Schema = either(_PREVIEW, ERROR)
NOT_BOOKED: Schema = named({"error": TEXT, "code": {"const": "not_all_bookable"}, "preview": _PREVIEW})
_BOOKINGS: Schema = listed(
    named({"booking_id": _ID, "date": _DAY, "series_date": _DAY, "start": WALL, "end": WALL, **_ROOM})
)
BOOKED: Schema = either(
    {
        **named({"success": {"const": True}, "series_id": _ID, "bookings": _BOOKINGS, "quota_left": COUNT}),
        "examples": [
            {
                "success": True,
                "series_id": "5d0c0b0e-51a4-4b0f-8f0e-5e1a4f2f8b0d",
                "bookings": [
                    {
                        "booking_id": "21cf0a17-4b64-4a5f-9a0e-9381d4195af1",
                        "date": "2016-08-08",
                        "series_date": "2016-08-08",
                        "start": "19:00:00",
                        "end": "20:00:00",
                        "room_id": "RO-POO",
                        "room_name": "G02",
                    }
                ],
                "quota_left": 120,
            }
        ],
    },
    ERROR,
)
_SERIES: Schema = {
    **named(
        {
            "series_id": _ID,
            "rrule": TEXT,
            "date": _DAY,
            "exdate": listed(_DAY),
            "start_time": {"type": "string", "pattern": r"^\d\d:\d\d$"},
            "minutes": {"type": "integer", "minimum": 1},
            **_ROOM,
            "society": _OPTIONAL,
            "event_name": TEXT,
            "notes": TEXT,
            "bookings": _BOOKINGS,
        }
    ),
    "examples": [
        {
            "series_id": "5d0c0b0e-51a4-4b0f-8f0e-5e1a4f2f8b0d",
            "rrule": "FREQ=WEEKLY;BYDAY=MO;COUNT=3",
            "date": "2016-08-08",
            "exdate": ["2016-08-15"],
            "start_time": "19:00",
            "minutes": 60,
            "room_id": "RO-POO",
            "room_name": "G02",
            "society": "SOTECHSOC",
            "event_name": "Committee",
            "notes": "",
            "bookings": [],
        }
    ],
}
SERIES: Schema = either(listed(_SERIES), ERROR)
CANCELLED: Schema = either(named({"success": {"const": True}, "series": _SERIES, "quota_left": COUNT}), ERROR)
