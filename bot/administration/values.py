"""Reads the values of verbs: rooms, people, times, numbers, lists."""

import re
from datetime import datetime, timedelta

from bot.administration.verb import AdminRequest
from core.catalogue import Catalogue
from core.errors import Invalid, NotFound, UnknownBuilding, UnknownRoom
from core.localtime import local_instant
from core.model import Building, Equipment, OpeningHours, Room, Society, SocietyId, Usage, UserGroup
from core.names import same_name
from core.policy.opening_hours import read_opening_hours

_MENTION = re.compile(r"<@!?(?P<id>[A-Za-z0-9]+)(?:\|[^<>]*)?>")
_YES, _NO = frozenset({"yes", "on", "true", "y", "1"}), frozenset({"no", "off", "false", "n", "0"})
_RESET = frozenset({"campus", "default", "none", "off", "usual"})
_LENGTH = re.compile(
    r"(?P<count>\d{1,4}|an?|one|two|three)\s*(?P<unit>minute|min|hour|hr|h|day|d|week|wk|w|month)s?",
    re.IGNORECASE,
)
_COUNTS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3}
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_MONTH = timedelta(days=30)
_MINUTES = re.compile(
    r"[+]?(?P<sign>[-−–])?\s*(?P<count>\d{1,5})\s*(?P<unit>m|min|mins|minutes?|h|hours?)?", re.IGNORECASE
)
_WHOLE_HOUR = re.compile(r"(?<![:\d])\d{1,2}(?![:\d])")
_SEPARATORS = re.compile(r"[,;]|\s+and\s+|\s+")
_GROUPS = {
    "staff": UserGroup.STAFF,
    "student": UserGroup.STUDENT,
    "students": UserGroup.STUDENT,
    "president": UserGroup.PRESIDENT,
    "presidents": UserGroup.PRESIDENT,
}
_USAGES = {each.name.casefold().replace("_", " "): each for each in Usage}


def read_room(request: AdminRequest, text: str) -> Room:
    """A room in use by its id or by what people call it; raises `UnknownRoom` or `Invalid`."""
    catalogue = request.services.read_model.catalogue
    exact = next((each for each in catalogue.order if same_name(each.id, text)), None)
    if exact is not None:
        return exact
    found, question = _read_place(request, text)
    if found is None or found not in catalogue.rooms:
        if found is not None and found in catalogue.buildings:
            raise Invalid(_which_room(catalogue, catalogue.building(found)))
        if question:
            raise Invalid(question)
        raise UnknownRoom(text)
    return catalogue.room(found)


def _which_room(catalogue: Catalogue, building: Building) -> str:
    rooms = [room for room in catalogue.order if room.building_id == building.id]
    example = f", such as {rooms[0].name}" if rooms else ""
    return f"{building.name} is a building. Which of its {len(rooms)} rooms{example}?"


def read_building(request: AdminRequest, text: str) -> Building:
    catalogue = request.services.read_model.catalogue
    for each in catalogue.buildings.values():
        short = each.name.removesuffix(" Building").removesuffix(" building")
        if any(same_name(name, text) for name in (each.id, each.name, short, *each.aliases)):
            return each
    found, question = _read_place(request, text)
    if found is None or found not in catalogue.buildings:
        raise Invalid(question) if question else UnknownBuilding(f"There's no building called {text[:60]}.")
    return catalogue.building(found)


def _read_place(request: AdminRequest, text: str) -> tuple[str | None, str]:
    """The id of the only room or building that a text means; or a question."""
    from bot.language import parse_phrase

    services = request.services
    names, now = services.names.get(services.read_model), services.clock.now()
    reading = parse_phrase(text, now=now, zone=request.zone, names=names)
    question = reading.clarification.message if reading.clarification is not None else ""
    if reading.unparsed:
        return None, question
    return reading.room or reading.building or reading.near, question


def read_person(request: AdminRequest, name: str, example: str) -> str:
    """What names a person: a username, an e-mail address, or an identity for a mention."""
    text = request.require(name, f"Who? Give a username or e-mail address, for example: {example}")
    mention = _MENTION.fullmatch(text)
    return request.mentioned(mention["id"]) if mention is not None else text.removeprefix("@")


def read_society(request: AdminRequest, text: str) -> Society:
    """A society by its id or name; raises `NotFound`."""
    societies = request.services.read_model.directory.societies.values()
    found = [each for each in societies if same_name(each.id, text)]
    found = found or [each for each in societies if same_name(each.name, text)]
    if len(found) > 1:
        ids = ", ".join(each.id for each in found)
        raise Invalid(f"That could be any of {len(found)} societies. Choose one by its id: {ids}")
    if not found:
        raise NotFound(f"There's no society called {text[:60]}. List them with: /admin society list")
    return found[0]


def read_society_id(text: str) -> SocietyId:
    """A new society's id; raises `Invalid`."""
    if not 0 < len(text) <= 24 or not text.isascii() or not text.replace("-", "").isalnum():
        raise Invalid("A society's id is up to 24 letters, digits and hyphens, such as SOTECHSOC.")
    return SocietyId(text)


def read_end(request: AdminRequest, text: str) -> datetime:
    """Until when: a time, a whole day (its end, campus time), or a length from now."""
    now = request.services.clock.now()
    length = _LENGTH.fullmatch(text.removeprefix("for ").strip())
    if length is not None:
        count = _COUNTS.get(length["count"].casefold()) or int(length["count"])
        unit = length["unit"].casefold()
        return now + count * (_MONTH if unit.startswith("mo") else _UNITS[unit[0]])
    start, end, is_day = _read_time(request, text)
    if not is_day or end is None:
        return end or start
    return local_instant(end.astimezone(request.zone).date(), 0, request.services.rules.zone)


def read_moment(request: AdminRequest, text: str) -> datetime:
    """When something begins: a day, a week, a time."""
    return _read_time(request, text)[0]


def _read_time(request: AdminRequest, text: str) -> tuple[datetime, datetime | None, bool]:
    from bot.language import ProblemReason, TimeKind, parse_phrase

    services = request.services
    now = services.clock.now().replace(second=0, microsecond=0)
    names, defaults = services.names.get(services.read_model), services.parser_defaults()
    reading = parse_phrase(text, now=now, zone=request.zone, names=names, defaults=defaults)
    if reading.problem is not None and reading.problem.reason is ProblemReason.PAST:
        raise Invalid(reading.problem.message)
    when = reading.when
    if when is None or reading.unparsed or when.recurrence is not None:
        raise Invalid(f"I don't understand the time “{text[:60]}”. Write: friday, 20 march 17:00, 2 weeks")
    is_day = when.kind is TimeKind.DAY
    end = when.end or (when.start + timedelta(days=1) if is_day else None)
    return when.start, end, is_day


def read_minutes(text: str) -> int:
    """Minutes, perhaps with a sign or as hours: `+120`, `-30`, `2h`."""
    found = _MINUTES.fullmatch(text.strip())
    if found is None:
        raise Invalid(f"“{text[:20]}” are no minutes. Write +120, or -60 to take some away.")
    minutes = int(found["count"]) * (60 if (found["unit"] or "m").casefold().startswith("h") else 1)
    return -minutes if found["sign"] else minutes


def read_number(text: str, what: str) -> int:
    digits = text.strip().removesuffix("seats").removesuffix("minutes").removesuffix("min").strip()
    if not (digits.isascii() and digits.isdecimal() and len(digits) < 10):
        raise Invalid(f"“{text[:20]}” is no number of {what}.")
    return int(digits)


def read_limit(text: str, what: str) -> int | None:
    """A number, or None for a word that takes the limit away."""
    return None if text.strip().casefold() in _RESET else read_number(text, what)


def read_id(text: str, what: str) -> int:
    digits = text.strip().removeprefix("#")
    if not (digits.isascii() and digits.isdecimal() and len(digits) < 19):
        raise Invalid(f"Which {what}? Give its number from the list.")
    return int(digits)


def read_yes(text: str, what: str) -> bool:
    word = text.strip().casefold()
    if word not in _YES | _NO:
        raise Invalid(f"{what}: say yes or no.")
    return word in _YES


def read_hours(text: str) -> OpeningHours | None:
    """`8:00-22:00`; None for the campus's usual hours."""
    if text.strip().casefold() in _RESET:
        return None
    clock = _WHOLE_HOUR.sub(r"\g<0>:00", re.sub(r"\s*[-–—]\s*", "-", text.strip()))
    try:
        return read_opening_hours(clock)
    except ValueError:
        raise Invalid(f"“{text[:20]}” are no opening hours. Write 8:00-22:00, or campus.") from None


def read_granularity(text: str) -> int | None:
    return None if text.strip().casefold() in _RESET else read_number(text, "minutes")


def read_usage(text: str) -> str:
    """The code of a usage, by its code or name; other codes stay as they are."""
    name = " ".join(text.casefold().replace("_", " ").split())
    if name in _USAGES:
        return _USAGES[name]
    known = next((each for each in Usage if each.value == text.strip().upper()), None)
    if known is None:
        names = ", ".join(_USAGES)
        raise Invalid(f"“{text[:30]}” is no usage of a room. Usages: {names}")
    return known


def read_equipment(before: frozenset[Equipment], text: str) -> frozenset[Equipment]:
    """A new list, or with signs what comes and goes: `+projector -whiteboard`; `none` for nothing."""
    if text.strip().casefold() in {"none", "nothing"}:
        return frozenset()
    parts = [each for each in _SEPARATORS.split(text) if each]
    is_change = any(each[0] in "+-−" for each in parts)
    items = set(before) if is_change else set[Equipment]()
    for each in parts:
        item = _equipment(each.lstrip("+-−"))
        if each[0] in "-−":
            items.discard(item)
        else:
            items.add(item)
    return frozenset(items)


def _equipment(text: str) -> Equipment:
    name = text.casefold()
    found = next((each for each in Equipment if name in {each.value, f"{each.value}s"}), None)
    if found is None:
        raise Invalid(f"“{text[:30]}” is no equipment. Equipment: {', '.join(Equipment)}")
    return found


def read_names(text: str) -> tuple[str, ...]:
    """A list of other names, separated by commas; `none` for none."""
    if text.strip().casefold() == "none":
        return ()
    return tuple(dict.fromkeys(filter(None, (each.strip() for each in re.split("[,;]", text)))))


def read_groups(text: str) -> frozenset[UserGroup]:
    """Groups by name or by what people call them: `staff`, `Group_2`."""
    words = [each for each in _SEPARATORS.split(text) if each]
    found = []
    for each in words:
        group = _GROUPS.get(each.casefold())
        group = group or next((one for one in UserGroup if one.value.casefold() == each.casefold()), None)
        if group is None:
            known = ", ".join(UserGroup)
            raise Invalid(f"Unknown group in {text[:60]}. Groups are {known}.")
        found.append(group)
    return frozenset(found)


def read_degrees(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise Invalid(f"“{text[:20]}” are no degrees, such as 51.5246.") from None
