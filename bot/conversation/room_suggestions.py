"""Suggests rooms for the booking form: the best matches for typed text at the form's time."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from bot.chat.command import CommandContext
from bot.chat.formatting import room_details, room_name
from bot.chat.reply import Option
from bot.conversation.near_rooms import near_rooms, nearest_rooms
from bot.conversation.questions import clock_problem
from bot.conversation.search import parse_text
from bot.language import ParsedTime, TimeKind
from core.catalogue import Catalogue, RoomQuery
from core.errors import InvalidTimes, RoomieError
from core.interval import Interval
from core.model import Room, RoomId
from core.services.bookings import snap_to_grid

ROOMS = "rooms"
"""Source of a search input."""
MYSELF = "-"
"""Value of the form's input `society` for a booking of the requester's own."""
COUNT = re.compile(r"[1-9][0-9]{0,3}")
_MAX_TYPED = 100
_SEATS = re.compile(
    r"(?:\bfor\s+|(?:≥|>=?)\s*|\bat\s+least\s+|\bmin\.?\s+)?(?<![\w.-])(?P<count>[1-9][0-9]{0,3})"
    r"\s*(?P<unit>\+|(?:seats?|people|persons?|places|pax)\b)?(?![\w.-])",
    re.IGNORECASE,
)
_TAKEN = "taken at that time"


class _Typed(Struct, frozen=True):
    """Typed text: the words that a room's name, number or building must contain, and the seats."""

    words: tuple[str, ...]
    seats: int


class _RoomWords(Struct, frozen=True):
    """The words of a room and its building, its id without punctuation, and its names in words."""

    words: frozenset[str]
    id: str
    names: frozenset[str]

    def contain(self, typed: Iterable[str]) -> bool:
        """Whether each typed word begins a word of the room, or is a part of its id."""
        return all(
            any(each.startswith(word) for each in self.words) or (len(word) > 1 and word in self.id)
            for word in typed
        )


class _Found(Struct, frozen=True):
    """Rooms, each with whether it is taken; the first `exact_count` are called as typed."""

    rooms: list[tuple[Room, bool]]
    exact_count: int


def suggest_rooms(
    context: CommandContext, typed: str, values: Mapping[str, str], limit: int
) -> tuple[Option, ...]:
    """The rooms that match the typed text, those free at the form's time first, each smallest first.

    Text narrows by name, number, building, kind and equipment (`library 20 seats`). Rooms that are taken
    then follow, and say so. Where none match, those with the most similar names are suggested. `values` are
    the form's inputs by name.
    """
    catalogue = context.read_model.catalogue
    found = _find(context, typed, values).rooms or _nearest(context, typed, values)
    return tuple(_option(room, catalogue, is_taken=taken) for room, taken in found[:limit])


def match_room(context: CommandContext, typed: str, values: Mapping[str, str]) -> Room | None:
    """The room that the typed text means; None where it has no match, or several."""
    found = _find(context, typed, values)
    named = found.rooms[: found.exact_count] or found.rooms
    return named[0][0] if len(named) == 1 else None


def room_option(room: Room, catalogue: Catalogue) -> Option:
    return _option(room, catalogue, is_taken=False)


def slot_of(context: CommandContext, values: Mapping[str, str]) -> Interval:
    """The time that a booking form says; raises `InvalidTimes`."""
    if "when" in values:
        return _typed_slot(context, values["when"])
    try:
        day, clock = date.fromisoformat(values["date"]), time.fromisoformat(values["time"])
        length = timedelta(minutes=int(values["minutes"]))
        return Interval.of_length(datetime.combine(day, clock, context.services.rules.zone), length)
    except (KeyError, ValueError, OverflowError):
        raise InvalidTimes("Choose a date, a time and a length.") from None


def _typed_slot(context: CommandContext, text: str) -> Interval:
    when, length = typed_time(context, text), timedelta(minutes=context.services.default_minutes)
    slot = Interval(when.start, when.end) if when.end else Interval.of_length(when.start, length)
    return snap_to_grid(slot, None, context.services.rules)


def typed_time(context: CommandContext, text: str) -> ParsedTime:
    """The time that a form's text says; raises `InvalidTimes` for one without a day and an hour."""
    reading = parse_text(replace(context, text=text))
    if (problem := clock_problem(reading)) is not None:
        raise InvalidTimes(problem)
    if reading.problem is not None:
        raise InvalidTimes(reading.problem.message)
    when = reading.when
    if when is None or when.kind not in {TimeKind.INSTANT, TimeKind.RANGE}:
        raise InvalidTimes("Give a day and a time, for example: tomorrow 3pm for 2 hours.")
    return when


def _slot_or_now(context: CommandContext, values: Mapping[str, str]) -> Interval:
    try:
        return slot_of(context, values)
    except RoomieError:
        length = timedelta(minutes=context.services.default_minutes)
        return Interval.of_length(context.services.clock.now(), length)


def _query_of(values: Mapping[str, str]) -> RoomQuery:
    seats = int(values["seats"]) if COUNT.fullmatch(values.get("seats", "")) else 1
    is_individual = values.get("society", MYSELF) in {"", MYSELF}
    return RoomQuery(bookable_only=True, individual_only=is_individual, capacity=seats)


def _find(context: CommandContext, typed: str, values: Mapping[str, str]) -> _Found:
    """Rooms whose words contain what was typed; else those that it is understood to mean."""
    catalogue, availability = context.read_model.catalogue, context.read_model.availability
    query, slot, typed = _query_of(values), _slot_or_now(context, values), typed.strip()[:_MAX_TYPED]
    free = availability.free_rooms(int(slot.start.timestamp()), int(slot.end.timestamp()), query)
    wanted = catalogue.matching(query)
    if not typed:
        return _Found(_ordered(catalogue, wanted, free), 0)
    words = _words_by_room(catalogue)
    for reading in _readings(typed):
        rooms = [
            each
            for each in _ordered(catalogue, wanted, free)
            if each[0].capacity >= reading.seats and words[each[0].id].contain(reading.words)
        ]
        if rooms:
            spellings = {" ".join(reading.words), "".join(reading.words)}  # `g 01` is `G01`
            exact = [each for each in rooms if spellings & words[each[0].id].names]
            return _Found([*exact, *(each for each in rooms if each not in exact)], len(exact))
    understood = _understood(context, typed)
    meant = catalogue.matching(understood) if understood else 0
    if wanted & meant:
        return _Found(_ordered(catalogue, wanted & meant, free), 0)
    near = near_rooms(context, typed)
    return _Found([each for each in _ordered(catalogue, wanted, free) if each[0].id in near], 0)


def _nearest(context: CommandContext, typed: str, values: Mapping[str, str]) -> list[tuple[Room, bool]]:
    """The rooms with the names most like the text: to choose from, never taken as meant."""
    near = {each.id: place for place, each in enumerate(nearest_rooms(context, (typed,)))}
    every = _find(context, "", values).rooms
    return sorted((each for each in every if each[0].id in near), key=lambda each: near[each[0].id])


def _ordered(catalogue: Catalogue, wanted: int, free: int) -> list[tuple[Room, bool]]:
    return [
        *((room, False) for room in catalogue.rooms_in(wanted & free)),
        *((room, True) for room in catalogue.rooms_in(wanted & ~free)),
    ]


def _readings(typed: str) -> Iterator[_Typed]:
    """What a number may mean: a part of the room's name, else the seats. `20 seats` is never a name."""
    counted = next((each for each in _SEATS.finditer(typed) if each["unit"]), None)
    if counted is None:
        yield _Typed(_words(typed), 0)
        counted = next(_SEATS.finditer(typed), None)
    if counted is not None:
        rest = typed[: counted.start()] + " " + typed[counted.end() :]
        yield _Typed(_words(rest), int(counted["count"]))


def _words(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"\w+", text.casefold()))


@lru_cache(maxsize=2)
def _words_by_room(catalogue: Catalogue) -> Mapping[RoomId, _RoomWords]:
    """Computed once for a catalogue, which is immutable: people type letter by letter."""
    return {room.id: _words_of(room, catalogue) for room in catalogue.order}


def _words_of(room: Room, catalogue: Catalogue) -> _RoomWords:
    building = catalogue.buildings.get(room.building_id)
    kind = room_details(replace(room, capacity=0), catalogue)
    texts = (room.name, room.id, room.number, building.name if building else "", kind)
    return _RoomWords(
        frozenset(_words(" ".join(texts))),
        "".join(character for character in room.id.casefold() if character.isalnum()),
        frozenset(" ".join(_words(text)) for text in (room.id, room.name, room.number)),
    )


def _understood(context: CommandContext, typed: str) -> RoomQuery | None:
    """The criteria in text that is written in another way (`ainsworth's G01`); None without any."""
    reading = parse_text(replace(context, text=typed))
    query = RoomQuery(
        capacity=reading.capacity or 0,
        equipment=reading.equipment,
        usage=reading.usage,
        building=reading.building or reading.near,
        room=reading.room,
        location=reading.location,
    )
    return query if query != RoomQuery() and not reading.unparsed else None


def _option(room: Room, catalogue: Catalogue, *, is_taken: bool) -> Option:
    details = room_details(room, catalogue)
    return Option(room_name(room), room.id, f"{_TAKEN} · {details}" if is_taken else details)
