"""Reads rooms that are written nearly as they are called, where a command takes a room."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import chain, islice

from msgspec.structs import replace

from bot.chat.command import CommandContext, ParameterType
from bot.chat.reply import Button
from bot.conversation.search import parse_text
from bot.language import Clarification, NearNameIndex, ParseResult
from core.catalogue import Catalogue
from core.model import Room, RoomId

MAX_CHOICES = 5
_TAKES_ROOM = frozenset({ParameterType.ROOM, ParameterType.PLACE})
_TIMES_AND_COUNTS = frozenset({"when", "capacity"})
_PLACES = frozenset({"building", "near"})
_MAX_LABEL = 75
DID_YOU_MEAN = "Did you mean one of these? "


def takes_room(context: CommandContext) -> bool:
    """Whether the command has a parameter for a room."""
    return any(each.type in _TAKES_ROOM for each in context.parameters)


def with_near_room(context: CommandContext, reading: ParseResult) -> ParseResult:
    """The reading, with the only room that the text's first words may mean, or the question which of several.

    Nothing is guessed where the rest of the text has no meaning, nor where the words mean something else.
    """
    if reading.room is not None or reading.small_talk is not None:
        return reading
    match = _index(context.read_model.catalogue).match(
        context.text, [(each.start, each.end) for each in reading.spans if each.field in _TIMES_AND_COUNTS]
    )
    if match is None or _means_something_else(context, reading, match.end):
        return reading
    rooms = _ordered(context, match.rooms)
    is_explained = not reading.unparsed and reading.problem is None
    if is_explained and len(rooms) > 1:
        return reading
    readings = [_read_as(context, each, match.end) for each in rooms[:MAX_CHOICES]]
    if any(again.room != room.id or again.unparsed for again, room in zip(readings, rooms, strict=False)):
        return reading
    if len(rooms) == 1:
        return readings[0]
    choices = tuple(_phrase(context, each) for each in rooms[:MAX_CHOICES])
    question = Clarification(context.text[: match.end].strip(), choices)
    return replace(reading, unparsed=(), problem=None, clarification=question)


def near_rooms(context: CommandContext, typed: str) -> frozenset[RoomId]:
    """The rooms that a whole text is nearly the name of."""
    match = _index(context.read_model.catalogue).match(typed)
    return match.rooms if match is not None and match.end == len(typed.rstrip()) else frozenset()


def nearest_rooms(context: CommandContext, words: Sequence[str]) -> tuple[Room, ...]:
    """Up to five rooms whose names hold words that were not understood, or are like them."""
    index, typed = _index(context.read_model.catalogue), " ".join(words)
    match = index.match(typed)
    held = _ordered(context, match.rooms) if match is not None else ()
    near = (context.read_model.catalogue.rooms[each] for each in index.closest(typed, MAX_CHOICES))
    return tuple(islice(dict.fromkeys(chain(held, near)), MAX_CHOICES))


def nearest_buttons(
    context: CommandContext, reading: ParseResult, answer: Callable[[ParseResult, str], Button | None]
) -> tuple[Button, ...]:
    """A button for each of the rooms that the unread words may mean."""
    without_place = replace(reading, building=None, near=None, unparsed=())
    buttons = (
        answer(replace(without_place, room=each.id), _phrase(context, each)[:_MAX_LABEL])
        for each in nearest_rooms(context, reading.unparsed)
    )
    return tuple(each for each in buttons if each is not None)


def _means_something_else(context: CommandContext, reading: ParseResult, end: int) -> bool:
    """Whether the words mean a kind of room or a time, or are one ordinary word of plain speech."""
    typed = context.text[:end]
    covering = [each for each in reading.spans if each.start < end]
    names_place = any(each.field in _PLACES for each in covering)
    covered = sum(min(each.end, end) - each.start for each in covering)
    if not names_place and covered >= len(typed.strip().replace(" ", "")):
        return True
    is_word = len(typed.split()) == 1 and typed.strip().isalpha()
    return context.request.is_free_text and is_word


def _read_as(context: CommandContext, room: Room, end: int) -> ParseResult:
    return parse_text(replace(context, text=room.id + context.text[end:], options={}))


def _phrase(context: CommandContext, room: Room) -> str:
    """The room's name, or its id where the name means no room or another."""
    found = context.services.names.get(context.read_model).lookup(room.name)
    return room.name if found is not None and found.id == room.id else room.id


def _ordered(context: CommandContext, rooms: frozenset[RoomId]) -> tuple[Room, ...]:
    catalogue = context.read_model.catalogue
    return tuple(catalogue.rooms[each] for each in sorted(rooms, key=catalogue.position.__getitem__))


@lru_cache(maxsize=2)
def _index(catalogue: Catalogue) -> NearNameIndex:
    return NearNameIndex(catalogue.order, catalogue.buildings.values())
