"""Finds what a negation rules out: the places, things, seats or times right after it."""

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from bot.language.clauses.marks import is_boundary, next_boundary
from bot.language.clauses.requests import expand_day_numbers
from bot.language.grammar.scanner import scan
from bot.language.lexicon import word_set
from bot.language.lexicon.common_words import BUILDING_SUFFIXES
from bot.language.model.budget import Budget
from bot.language.model.days import CalendarDay, Weekday
from bot.language.model.items import (
    BareNumber,
    ClockTime,
    Connective,
    DayItem,
    DayPart,
    DurationItem,
    EndOfDay,
    Item,
    Now,
    PlacedItem,
    RecurrenceItem,
    UnknownWord,
)
from bot.language.rooms.name_types import NameType
from bot.language.rooms.names import NameIndex, NameMatch
from bot.language.rooms.places import find_names, longest_name
from bot.language.rooms.requirements import find_requirements
from bot.language.rooms.seats import find_capacities
from bot.language.text.token_cursor import TokenCursor
from bot.language.text.tokenizer import Token
from core.model import BuildingId, RoomId

_SKIPPED_WORDS = word_set("the a an any on at for with to of be it that this in from day days date either")
_SKIPPED_BEFORE_PLACE = _SKIPPED_WORDS | word_set("in near around by inside next beside opposite anywhere")
_SKIPPED_BEFORE_THING = _SKIPPED_WORDS | word_set("need want require needing having")
_LIST_WORDS = frozenset({"or", "and", "nor"})
_THING_ENDINGS = word_set("needed required necessary")
_ROOM_WORDS = frozenset({"room", "rm", ",", "-"})
_RANGE_SIGNS = frozenset({Connective.DASH, Connective.TO, Connective.UNTIL})
_LIST_CONNECTIVES = frozenset({Connective.OR, Connective.AND})
_OPENERS = frozenset(
    {Connective.AT, Connective.ON, Connective.IN, Connective.FROM, Connective.OF, Connective.FOR}
)


class NegatedObject(Struct, frozen=True):
    """What is ruled out, and its tokens `[start_index, end_index)`; `items` are those of a time."""

    start_index: int
    end_index: int
    buildings: tuple[BuildingId, ...] = ()
    rooms: tuple[RoomId, ...] = ()
    items: tuple[PlacedItem, ...] = ()


class ClauseText:
    """The tokens of a text while it is split: what is a name or a number of people is no time."""

    def __init__(self, tokens: Sequence[Token], names: NameIndex, budget: Budget) -> None:
        self.tokens, self.names, self.budget = tokens, names, budget
        self._is_taken = [False] * len(tokens)
        for capacity in find_capacities(TokenCursor(tokens)):
            self._take(capacity.start_index, capacity.end_index)
        for match in find_names(tokens, names):
            if match.name_type in {NameType.ROOM, NameType.BUILDING}:
                self._take(match.start_index, match.end_index)

    def _take(self, start: int, end: int) -> None:
        self._is_taken[start:end] = [True] * (end - start)

    def skip_taken(self, start_index: int, end_index: int) -> int:
        """The position after the names and numbers of people that stand first."""
        while start_index < end_index and self._is_taken[start_index]:
            start_index += 1
        return start_index

    def scan(self, start_index: int, end_index: int) -> list[PlacedItem]:
        """The items of time among these tokens, placed from `start_index` on."""
        tokens = [
            replace(token, field="taken") if is_taken else token
            for token, is_taken in zip(
                self.tokens[start_index:end_index], self._is_taken[start_index:end_index], strict=True
            )
        ]
        return scan(TokenCursor(tokens), self.budget)


def skip_words(tokens: Sequence[Token], index: int, end_index: int, words: frozenset[str]) -> int:
    while index < end_index and tokens[index].word in words and tokens[index].field is None:
        index += 1
    return index


def find_object(
    text: ClauseText, start_index: int, end_index: int, *, is_day_only: bool
) -> NegatedObject | None:
    """The object at the beginning of these tokens. `is_day_only`: a time of day after a day is not its."""
    tokens = text.tokens
    limit = next_boundary(tokens, start_index, end_index)
    return (
        _find_places(tokens, start_index, limit, text.names)
        or _find_things(tokens, start_index, limit)
        or _find_seats(tokens, start_index, limit)
        or _find_times(text, start_index, end_index, is_day_only=is_day_only)
    )


def _find_places(
    tokens: Sequence[Token], start_index: int, limit: int, names: NameIndex
) -> NegatedObject | None:
    buildings: list[BuildingId] = []
    rooms: list[RoomId] = []
    index, end = start_index, start_index
    while index < limit:
        index = skip_words(tokens, index, limit, _SKIPPED_BEFORE_PLACE)
        match = longest_name(tokens, index, names) if index < limit else None
        if match is None or match.name_type in {NameType.SOCIETY, NameType.SHORT_SOCIETY}:
            break
        room, end = _to_room(match, tokens, names)
        if room is not None:
            rooms.append(RoomId(room))
        else:
            buildings.append(BuildingId(match.id))
        if end >= limit or tokens[end].word not in _LIST_WORDS:
            break
        index = end + 1
    if not buildings and not rooms:
        return None
    return NegatedObject(start_index, end, tuple(buildings), tuple(rooms))


def _to_room(match: NameMatch, tokens: Sequence[Token], names: NameIndex) -> tuple[str | None, int]:
    """The room that was named, if it was one rather than a building, and the position after the name."""
    if match.name_type in {NameType.ROOM, NameType.WEAK_ROOM}:
        return match.id, match.end_index
    end = match.end_index
    end += end < len(tokens) and tokens[end].word in BUILDING_SUFFIXES
    at = skip_words(tokens, end, len(tokens), _ROOM_WORDS)
    number = names.match_room_number(match.id, tokens, at)
    return (number.id, number.end_index) if number is not None else (None, end)


def _find_things(tokens: Sequence[Token], start_index: int, limit: int) -> NegatedObject | None:
    """Equipment and types of rooms: `no projector or whiteboard needed`."""
    index, end = start_index, None
    requirements = {
        start_index + each.start_index: start_index + each.end_index
        for each in find_requirements(TokenCursor(tokens[start_index:limit]))
    }
    while index < limit:
        index = skip_words(tokens, index, limit, _SKIPPED_BEFORE_THING)
        after = requirements.get(index)
        if after is None:
            break
        end = skip_words(tokens, after, limit, _THING_ENDINGS)
        if end >= limit or tokens[end].word not in _LIST_WORDS:
            break
        index = end + 1
    return NegatedObject(start_index, end) if end is not None else None


def _find_seats(tokens: Sequence[Token], start_index: int, limit: int) -> NegatedObject | None:
    first = skip_words(tokens, start_index, limit, _SKIPPED_WORDS)
    found = next(find_capacities(TokenCursor(tokens[start_index:limit])), None)
    if found is None or start_index + found.start_index > first:
        return None
    return NegatedObject(start_index, start_index + found.end_index)


# Times


def _find_times(
    text: ClauseText, start_index: int, end_index: int, *, is_day_only: bool
) -> NegatedObject | None:
    tokens = text.tokens
    items = expand_day_numbers(text.scan(start_index, end_index), in_list=True)
    first = skip_words(tokens, start_index, end_index, _SKIPPED_WORDS | frozenset({"@", "between", "next"}))
    if not items or start_index + _first_time_index(items) > first:
        return None
    end = _ObjectScope(tokens, start_index, items, is_day_only=is_day_only).end()
    if not end:
        return None
    return NegatedObject(start_index, start_index + items[end - 1].end_index, items=tuple(items[:end]))


def _first_time_index(items: Sequence[PlacedItem]) -> int:
    """The position of the first item of a time; beyond the last when an unknown word comes first."""
    for placed in items:
        if isinstance(placed.item, UnknownWord):
            break
        if not isinstance(placed.item, Connective):
            return placed.start_index
    return items[-1].end_index + 1


class _ObjectScope:
    """Determines how many items belong to the object: a list of times of one kind."""

    def __init__(
        self, tokens: Sequence[Token], start_index: int, items: Sequence[PlacedItem], *, is_day_only: bool
    ) -> None:
        self.tokens, self.start_index = tokens, start_index
        self.items = items
        self.is_day_only = is_day_only
        self.is_between = False

    def end(self) -> int:
        """The number of items of the object; 0 when the first is none of a time."""
        index = self._skip_openers(0)
        kind = self._kind(index)
        if kind is None:
            return 0
        end = self._end_of_request(index, kind)
        while (more := self._next_in_list(end, kind)) is not None:
            end = self._end_of_request(more, kind)
        return end

    def _item(self, index: int) -> Item | None:
        return self.items[index].item if index < len(self.items) else None

    def _kind(self, index: int) -> str | None:
        item = self._item(index)
        if isinstance(item, DayItem | RecurrenceItem):
            return "day"
        if isinstance(item, DayPart):
            return "part"
        if isinstance(item, ClockTime | BareNumber | Now | EndOfDay):
            return "clock"
        return "duration" if isinstance(item, DurationItem) else None

    def _skip_openers(self, index: int) -> int:
        while isinstance(item := self._item(index), Connective) and (
            item in _OPENERS or item in {Connective.BETWEEN, Connective.AFTER, Connective.BEFORE}
        ):
            self.is_between = self.is_between or item is Connective.BETWEEN
            index += 1
        return index

    def _is_cut(self, index: int) -> bool:
        """Whether a boundary stands before this item."""
        if index >= len(self.items):
            return True
        before, after = self.items[index - 1].end_index, self.items[index].start_index
        return any(is_boundary(self.tokens, self.start_index + at) for at in range(before, after))

    def _end_of_request(self, index: int, kind: str) -> int:
        """The position after one time: a range of days or hours, a day and its hours."""
        end = self._end_of_range(index, kind)
        if kind == "day" and not self._is_cut(end):
            end = self._end_of_day_details(end)
        if kind == "part" and isinstance(self._item(end), DayItem) and not self._is_cut(end):
            return end
        return end

    def _end_of_range(self, index: int, kind: str) -> int:
        end = index + 1
        while (
            not self._is_cut(end)
            and (self._item(end) in _RANGE_SIGNS or (self.is_between and self._item(end) is Connective.AND))
            and self._kind(end + 1) == kind
        ):
            end += 2
            self.is_between = False
        one, other = self._item(end - 1), self._item(end)
        if (
            isinstance(one, DayItem)
            and isinstance(other, DayItem)
            and isinstance(one.day, Weekday)
            and isinstance(other.day, CalendarDay)
            and not self._is_cut(end)
        ):
            end += 1
        return end

    def _end_of_day_details(self, end: int) -> int:
        """Takes the hours that follow a day; a part of the day only when it follows at once."""
        if self._kind(end) == "part":
            return end + 1
        if self.is_day_only:
            return end
        at = self._skip_openers(end)
        if self._kind(at) in {"clock", "part"} and not self._is_cut(at):
            return self._end_of_range(at, self._kind(at) or "")
        return end

    def _next_in_list(self, end: int, kind: str) -> int | None:
        """The next time of the list, after `or` or `and`, or after a comma when such a word is to come."""
        if self._item(end) in _LIST_CONNECTIVES:
            at = self._skip_openers(end + 1)
            return at if self._kind(at) == kind and not self._is_cut(at) else None
        if self._kind(end) == kind and self._is_comma_list(end):
            return end
        return None

    def _is_comma_list(self, end: int) -> bool:
        for index in range(end, min(end + 6, len(self.items))):
            item = self._item(index)
            if item in _LIST_CONNECTIVES:
                return index > end and self._kind(index + 1) == self._kind(end)
            if self._kind(index) != self._kind(end):
                return False
        return False
