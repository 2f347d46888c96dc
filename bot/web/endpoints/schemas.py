"""JSON Schemas of responses, for the OpenAPI document; tests validate responses against them."""

from collections.abc import Mapping

from bot.web.framework.route import Schema
from core.availability import Status
from core.model import BookingType, Stars, UserGroup

TEXT: Schema = {"type": "string"}
INSTANT: Schema = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$"}
END: Schema = {"type": "string", "pattern": r"^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)?$"}
WALL: Schema = {"type": "string", "pattern": r"^\d\d:\d\d:\d\d$"}
COUNT: Schema = {"type": "integer", "minimum": 0}
FLAG: Schema = {"type": "boolean"}


def listed(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def by_key(values: Schema) -> Schema:
    return {"type": "object", "additionalProperties": values}


def named(properties: Mapping[str, Schema], *optional: str) -> Schema:
    """An object with these members, all required but the `optional` ones; more may be added."""
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": dict(properties), "required": required}


def either(*choices: Schema) -> Schema:
    return {"anyOf": list(choices)}


ERROR: Schema = named({"error": TEXT, "code": TEXT, "detail": TEXT}, "code", "detail")
DENIED: Schema = named({"error": TEXT, "detail": TEXT, "code": TEXT}, "code")
FAULT: Schema = named({"error": {"const": "internal"}, "request_id": TEXT})

BUILDINGS: Schema = named(
    {
        "buildings": listed(
            named(
                {
                    "name": TEXT,
                    "id": TEXT,
                    "lat": {"type": "number"},
                    "long": {"type": "number"},
                    "aliases": listed(TEXT),
                }
            )
        )
    }
)
ROOMS: Schema = named(
    {
        "rooms": by_key(
            named(
                {
                    "id": TEXT,
                    "name": TEXT,
                    "abbr": TEXT,
                    "usage": TEXT,
                    "capacity": COUNT,
                    "school": TEXT,
                    "aliases": listed(TEXT),
                }
            )
        )
    }
)
_STATUS: Mapping[str, Schema] = {"status": {"enum": [each.value for each in Status]}, "endtime": END}
_FLAT: Schema = by_key(by_key(named(_STATUS)))
_NESTED: Schema = by_key(named({"numAvailable": COUNT, "roomStatuses": by_key(named(_STATUS))}))
STATUS: Schema = either(_FLAT, _NESTED)
SEARCH: Schema = by_key(named({**_STATUS, "name": TEXT}))
ROOM_BOOKINGS: Schema = named(
    {
        "bookings": listed(
            named(
                {
                    "name": TEXT,
                    "bookingType": {"enum": [each.value for each in BookingType]},
                    "start": INSTANT,
                    "end": INSTANT,
                }
            )
        ),
        "id": TEXT,
        "name": TEXT,
    }
)
_STARS: Schema = {"type": "number", "minimum": 0, "maximum": 5}
BUILDING_RATING: Schema = named({"buildingId": TEXT, "overallRating": _STARS})
RATING: Schema = named(dict.fromkeys(Stars._fields, _STARS))
ROOM_MEANS: Schema = named(
    {
        "roomId": TEXT,
        "overallRating": _STARS,
        "averageRating": named(dict.fromkeys(("cleanliness", "location", "quietness"), _STARS)),
    }
)
UTILITIES: Schema = named(
    {
        "id": TEXT,
        "name": TEXT,
        "floor": {"type": ["string", "null"]},
        "seating": {"type": ["string", "null"]},
        **dict.fromkeys(
            ("microphone", "accessibility", "audiovisual", "infotechnology", "writingMedia", "service"),
            listed(TEXT),
        ),
    }
)

_ACCOUNT: Mapping[str, Schema] = {
    "groups": listed({"enum": [each.value for each in UserGroup]}),
    "email": TEXT,
    "societies": listed({"type": "array", "items": TEXT, "minItems": 2, "maxItems": 2}),
    "quota_left": COUNT,
}
_TOKEN: Schema = {"type": "string", "pattern": "^[0-9a-f]{40}$"}
ACCOUNT: Schema = named(_ACCOUNT)
LOGIN: Schema = either(named({**_ACCOUNT, "token": _TOKEN}), ERROR)
ROOM_LIST: Schema = listed(
    named(
        {
            "room_id": TEXT,
            "room_name": TEXT,
            "capacity": COUNT,
            "individual_access": FLAG,
            "printers": FLAG,
            "coffee": FLAG,
            "water_fountain": FLAG,
        }
    )
)
_DAY: Mapping[str, Schema] = {"username": TEXT, "notes": TEXT, "start": WALL, "end": WALL}
DAY: Schema = either(listed(named(_DAY)), ERROR)
OWN: Schema = either(
    listed(
        named(
            {
                **_DAY,
                "booking_id": {"type": "string", "format": "uuid"},
                "date": {"type": "string", "format": "date"},
                "room_id": TEXT,
                "room_name": TEXT,
                "series_id": {"type": "string", "format": "uuid"},
            },
            "series_id",
        )
    ),
    ERROR,
)
BOOKED: Schema = either(
    named(
        {
            "success": {"const": True},
            "booking_id": {"type": "string", "format": "uuid"},
            "quota_left": COUNT,
        }
    ),
    ERROR,
)
DONE: Schema = named({"success": {"const": True}})
DONE_OR_NOT: Schema = either(DONE, ERROR)
MEMBER: Schema = either(named({"success": either(TEXT, {"const": True})}), ERROR)
TOKEN: Schema = either(named({"token": _TOKEN}), ERROR)

PARSED: Schema = {"type": "object"}
HEALTH: Schema = named({"status": {"const": "ok"}})
READY: Schema = named({"ready": FLAG, "parts": by_key(named({"ok": FLAG}))}, "parts")
DOCUMENT: Schema = named({"openapi": TEXT, "paths": {"type": "object"}})
SID: Schema = named(
    dict.fromkeys(("loginUrl", "callbackUrl", "sid", "stream_sub_url", "stream_sub_lp_url"), TEXT)
)
LOGIN_STATUS: Schema = either(
    named({"success": {"const": "OK"}, "status": {"enum": ["NOT_LOGGED_IN", "LOGIN_ERROR"]}}),
    named(
        {
            "success": {"const": "OK"},
            "status": {"const": "LOGGED_IN"},
            "user_data": named({**_ACCOUNT, "token": _TOKEN}),
        }
    ),
    ERROR,
)
PUBLISHED: Schema = named({"id": {"const": 1}, "channel": TEXT, "text": TEXT})
