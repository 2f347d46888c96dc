"""The fields that files may have, and what a field that we do not know may be meant for."""

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches

from scraper.files.records import ParsedFile, Record, RejectedRecord, T, field_name, quote_value

BUILDING_FIELDS: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "building_id"),
    "name": ("name", "building_name"),
    "latitude": ("lat", "latitude"),
    "longitude": ("long", "longitude", "lon", "lng"),
    "aliases": ("aliases",),
}
ROOM_FIELDS: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "room_id"),
    "building_id": ("building_id", "buildingid", "building"),
    "name": ("name", "room_name"),
    "capacity": ("capacity",),
    "abbr": ("abbr",),
    "usage": ("usage",),
    "school": ("school",),
    "aliases": ("aliases",),
    "equipment": (
        *("equipment", "printers", "printer", "coffee"),
        *("water_fountain", "waterfountain", "water"),
    ),
    "individual_access": ("individual_access",),
    "bookable": ("bookable",),
    "weekday_hours": ("weekday_hours",),
    "weekend_hours": ("weekend_hours",),
    "granularity": ("granularity",),
    "check_in": ("check_in", "checkin"),
}
ENTRY_FIELDS: Mapping[str, tuple[str, ...]] = {
    "room": ("room", "room_id"),
    "name": ("name",),
    "type": ("type", "bookingtype", "booking_type"),
    "date": ("date", "day"),
    "start": ("start",),
    "end": ("end",),
}
PERSON_FIELDS: Mapping[str, tuple[str, ...]] = {
    "username": ("username", "user_name", "user", "login"),
    "email": ("email", "e_mail", "mail", "email_address", "e_mail_address"),
    "name": ("name", "full_name", "first_name", "given_name", "last_name", "surname", "family_name"),
    "groups": ("groups", "group"),
    "zone": ("zone", "timezone", "time_zone"),
    "is_admin": ("admin", "is_admin"),
}
SOCIETY_FIELDS: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "society", "society_id"),
    "name": ("name", "society_name"),
    "presidents": ("presidents", "president"),
    "members": ("members",),
}
CLOSURE_FIELDS: Mapping[str, tuple[str, ...]] = {
    "place": ("place", "room", "building", "where"),
    "start": ("start", "date", "from"),
    "end": ("end", "until", "to"),
    "reason": ("reason", "name", "title", "summary"),
    "yearly": ("yearly", "every_year"),
}
"""Fields of a value, each with the names that a file may give it; the first is the one to suggest."""
_MEANT = {
    **dict.fromkeys(("seats", "places", "size", "seating", "cap", "max", "people"), "capacity"),
    **dict.fromkeys(("kind", "category", "class_type"), "type"),
    **dict.fromkeys(("title", "label", "description", "course", "event"), "name"),
    **dict.fromkeys(("begin", "begins", "from", "starts", "start_time"), "start"),
    **dict.fromkeys(("finish", "to", "until", "ends", "end_time"), "end"),
    **dict.fromkeys(("location", "place", "where"), "room"),
    **dict.fromkeys(("code", "number", "key"), "id"),
    **dict.fromkeys(("alias", "other_names", "nicknames"), "aliases"),
    **dict.fromkeys(("facilities", "features"), "equipment"),
    **dict.fromkeys(("short_name", "abbreviation", "short"), "abbr"),
}


def with_unknown_fields(
    parsed: ParsedFile[T], records: Iterable[Record], known: Mapping[str, tuple[str, ...]]
) -> ParsedFile[T]:
    """Rejects a file with a field that is probably meant for one it lacks; others are only remarked on."""
    present = {name: None for record in records for name in record.fields}
    rejected, remarks = [], []
    for name in present:
        if name and name.lower() not in {each for names in known.values() for each in names}:
            meant = next(_suggestions(name, present, known), None)
            if meant:
                reason = f"there is no field {quote_value(name)}; did you mean {meant}?"
                rejected.append(RejectedRecord("", reason))
            else:
                remarks.append(f"the field {quote_value(name)} is not known to us and was ignored")
    return parsed.with_rejected(tuple(rejected)).with_remarks(tuple(remarks))


def _suggestions(name: str, present: Iterable[str], known: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """The names of fields, none of which the file has, that are meant by a name that we do not know."""
    there = {each.lower() for each in present}
    lacking = {names[0]: names for names in known.values() if there.isdisjoint(names)}
    meant = _MEANT.get(field_name(name), "")
    if meant in lacking:
        yield meant
    by_spelling = {each: first for first, names in lacking.items() for each in names}
    for each in get_close_matches(field_name(name), by_spelling, cutoff=0.75):
        yield by_spelling[each]
