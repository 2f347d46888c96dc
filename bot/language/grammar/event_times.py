"""Sets aside the times of other events: `i finish work at 5 so 6pm`, `kickoff 7pm so room from 6:30`."""

from collections.abc import Iterable

from msgspec.structs import replace

from bot.language.lexicon import word_set
from bot.language.model.items import (
    BareNumber,
    Bound,
    ClockTime,
    Connective,
    ContextWord,
    DurationItem,
    EndOfDay,
    Item,
    LooseTime,
    MinuteOfHour,
    Now,
    PlacedItem,
    TimeOffset,
    UnknownWord,
)

_EVENT_WORDS = word_set(
    """
    kickoff kick kicks gig film movie show match game train bus flight plane curtain concert screening party
    dinner interview appointment exam class lecture seminar talk shift tube tram ferry doctors dentist
    """
)
_ATTENDED_EVENTS = word_set("class lecture seminar exam shift interview appointment tutorial")
_CLOCKS = (ClockTime, BareNumber, MinuteOfHour)
_STARTS = (*_CLOCKS, Now, TimeOffset)
_RANGE_SIGNS = frozenset({Connective.TO, Connective.DASH, Connective.UNTIL})
_LEADS_START = frozenset({Connective.AT, Connective.FROM, Connective.AFTER, Connective.BETWEEN})
_LEADS_END = frozenset({Connective.UNTIL, Connective.BY, Connective.BEFORE})
_MARKS = frozenset({Connective.SO, Connective.BECAUSE})


def set_aside_event_times(items: list[PlacedItem]) -> list[PlacedItem]:
    """Replaces the clock times of other events by context words where the request has a time of its own."""
    if any(each.item in _MARKS for each in items):
        items = _compare_clauses(items)
    items = _begin_after_event(items)
    if any(_is_event_word(each.item) for each in items):
        items = _set_aside_beside_request(items)
    reasons = [replace(each, item=ContextWord()) for each in items if each.item is Connective.BECAUSE]
    return [*(each for each in items if each.item not in _MARKS), *reasons]


def _begin_after_event(items: list[PlacedItem]) -> list[PlacedItem]:
    """`my lecture ends at 2`: without another time of day the request begins at the end of the event."""
    clocks = [index for index, each in enumerate(items) if isinstance(each.item, _CLOCKS)]
    if len(clocks) != 1:
        return items
    for index, each in enumerate(items[1 : clocks[0]], start=1):
        before = items[index - 1].item
        is_event = isinstance(before, UnknownWord) and before.word in _ATTENDED_EVENTS
        if is_event and isinstance(each.item, Bound) and each.item.is_end:
            aside = [replace(one, item=ContextWord()) for one in items[index - 1 : index + 1]]
            return [*items[: index - 1], *aside, *items[index + 1 :]]
    return items


def _compare_clauses(items: list[PlacedItem]) -> list[PlacedItem]:
    """Of `X so Y` the request is Y, of `X because Y` it is X, if that has a time."""
    at = next((index for index, each in enumerate(items) if each.item in _MARKS), 0)
    if at == 0 and items[0].item is Connective.BECAUSE:
        return _compare_after_reason(items)
    first, second = items[:at], items[at + 1 :]
    event, request = (first, second) if items[at].item is Connective.SO else (second, first)
    has_event_word = any(_is_event_word(each.item) for each in event)
    if _has_start(request) or (has_event_word and any(each.item in _LEADS_END for each in request)):
        event = _set_aside(event)
    elif items[at].item is Connective.BECAUSE:
        return items
    return [*event, items[at], *request] if items[at].item is Connective.SO else [*request, items[at], *event]


def _compare_after_reason(items: list[PlacedItem]) -> list[PlacedItem]:
    """`because i finish at 5, 5.30 would suit`: the reason ends with its first clock time."""
    clocks = [index for index, each in enumerate(items) if isinstance(each.item, _CLOCKS)]
    if not clocks or not _has_start(items[clocks[0] + 1 :]):
        return items
    return [*_set_aside(items[1 : clocks[0] + 1]), *items[clocks[0] + 1 :]]


def _has_start(clause: list[PlacedItem]) -> bool:
    """Whether a clause says when to start: a time that no word for an end leads to."""
    for index, each in enumerate(clause):
        before = clause[index - 1].item if index else None
        after = clause[index + 1].item if index + 1 < len(clause) else None
        if isinstance(before, Bound) or before in _LEADS_END or not isinstance(each.item, _STARTS):
            continue
        if before is Connective.AT and index > 1 and isinstance(clause[index - 2].item, Bound):
            continue
        if not isinstance(each.item, BareNumber) or before in _LEADS_START or after in _RANGE_SIGNS:
            return True
    return len(clause) == 1 and isinstance(clause[0].item, BareNumber)


def _set_aside(clause: list[PlacedItem]) -> list[PlacedItem]:
    """The clause without its clock times, if it has any; its days stay."""
    if not any(isinstance(each.item, _CLOCKS) for each in clause):
        return clause
    dropped = (*_CLOCKS, Connective, DurationItem, EndOfDay, Bound, UnknownWord, LooseTime)
    return [replace(each, item=ContextWord()) if isinstance(each.item, dropped) else each for each in clause]


def _is_event_word(item: Item) -> bool:
    return (isinstance(item, UnknownWord) and item.word in _EVENT_WORDS) or (
        isinstance(item, Bound) and item.word == "start"
    )


def _set_aside_beside_request(items: list[PlacedItem]) -> list[PlacedItem]:
    """Sets aside the time beside an event: `talk at 4pm, room from 3pm`, `3 for a 4pm start`."""
    clocks = [index for index, each in enumerate(items) if isinstance(each.item, _CLOCKS)]
    events = [index for index in clocks if _belongs_to_event(items, index)]
    requests = [index for index in clocks if index not in events and _is_request(items, index, events)]
    if not events or not requests:
        return items
    dropped = set(_around(items, events))
    return [
        replace(each, item=ContextWord()) if index in dropped else each for index, each in enumerate(items)
    ]


def _belongs_to_event(items: list[PlacedItem], index: int) -> bool:
    """Whether an event stands just before the clock time, or just after it."""
    is_next = index + 1 < len(items) and items[index + 1].start_index == items[index].end_index
    if is_next and _is_event_word(items[index + 1].item):
        return True
    at = index - 1
    while at >= 0 and (items[at].item in _LEADS_START or isinstance(items[at].item, Bound)):
        if _is_event_word(items[at].item):
            return True
        at -= 1
    if at > 0 and items[at].item == UnknownWord("off"):
        at -= 1
    return at >= 0 and _is_event_word(items[at].item) and not _is_end(items, at)


def _is_end(items: list[PlacedItem], index: int) -> bool:
    """Whether the event is the end of the request (`until my next class at 4`)."""
    while index > 0 and isinstance(items[index - 1].item, UnknownWord):
        index -= 1
    return index > 0 and items[index - 1].item in _LEADS_END


def _is_request(items: list[PlacedItem], index: int, events: list[int]) -> bool:
    """Whether a word leads to the clock time, or an event is said to come after it (`3 for a 4pm start`)."""
    before = items[index - 1].item if index else None
    if before is Connective.FROM or (before is Connective.AT and not _is_joined(items, index)):
        return True
    return any(items[event - 1].item is Connective.FOR and event > index for event in events)


def _is_joined(items: list[PlacedItem], index: int) -> bool:
    """Whether a connective besides `at` joins the clock time to another one."""
    beside = [items[at].item for at in (index - 2, index + 1) if 0 <= at < len(items)]
    joining = {Connective.AND, Connective.OR, *_RANGE_SIGNS}
    return any(isinstance(item, Bound) or item in joining for item in beside)


def _around(items: list[PlacedItem], events: Iterable[int]) -> Iterable[int]:
    """The positions of the clock times of events, and of the words that say so."""
    for event in events:
        yield event
        if event + 1 < len(items) and _is_event_word(items[event + 1].item):
            yield event + 1
        at = event - 1
        while at >= 0 and isinstance(items[at].item, Connective | Bound | UnknownWord):
            yield at
            at -= 1
