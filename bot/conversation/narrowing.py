"""Menus that narrow a long list of free rooms by building, size or equipment."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from bot.chat.actions import Action
from bot.chat.command import CommandContext
from bot.chat.formatting import equipment_name
from bot.chat.reply import Choice, Option
from bot.conversation.button_values import SearchValue
from core.catalogue import RoomQuery
from core.model import Equipment, Room
from core.services.find_rooms import SearchResult

_MAX_OPTIONS = 25
"""Discord shows no more in a menu."""
_SIZES = (5, 10, 20, 30, 50, 100, 200)


class _Narrowing(NamedTuple):
    """A way to change a query, and how many rooms it leaves; None where it takes something back."""

    label: str
    query: Callable[[], RoomQuery]
    rooms: int | None = None


def narrowing_menus(
    context: CommandContext, search: SearchValue, found: SearchResult, enough: int
) -> Iterator[Choice]:
    """A menu for each way in which more than `enough` rooms differ.

    After a press the menus also take back what was chosen; what was typed can be typed again.
    """
    rooms = tuple(context.read_model.catalogue.rooms_in(found.mask))
    if len(rooms) <= enough:
        rooms = ()
    menus = (
        ("Building", _buildings(context, search, rooms)),
        ("Size", _sizes(search, rooms)),
        ("Equipment", _equipment(search, rooms)),
    )
    for label, ways in menus:
        chosen = [each for each in ways if each.rooms is not None or context.request.action]
        if chosen:
            options = tuple(_option(search, each) for each in chosen[:_MAX_OPTIONS])
            yield Choice(Action.SEARCH, _named(label, len(chosen)), options)


def _named(label: str, count: int) -> str:
    """The name of a menu, which says when there are more than it shows."""
    return label if count <= _MAX_OPTIONS else f"{label} ({_MAX_OPTIONS} of {count}; ask for others by name)"


def _buildings(context: CommandContext, search: SearchValue, rooms: tuple[Room, ...]) -> Iterator[_Narrowing]:
    """The nearest buildings first, or those with the most rooms."""
    query, catalogue = search.query, context.read_model.catalogue
    if query.building is not None:
        yield _Narrowing("Any building", partial(replace, query, building=None))
        return
    counts = Counter(room.building_id for room in rooms)
    if len(counts) < 2:
        return
    near = query.near
    distances = {each: catalogue.metres(near, each) if near is not None else None for each in counts}
    order = sorted(
        counts, key=lambda each: (distances[each] is None, distances[each] or 0.0, -counts[each], each)
    )
    for building_id in order:
        building = catalogue.buildings.get(building_id)
        name = building.name if building is not None else building_id
        yield _Narrowing(name, partial(replace, query, building=building_id), counts[building_id])


def _sizes(search: SearchValue, rooms: tuple[Room, ...]) -> Iterator[_Narrowing]:
    """`rooms` are in the catalogue's order, the smallest first."""
    capacities = [room.capacity for room in rooms]
    for seats in _SIZES:
        fitting = len(rooms) - bisect_left(capacities, seats)
        if seats > search.query.capacity and 0 < fitting < len(rooms):
            yield _Narrowing(f"{seats}+ seats", partial(replace, search.query, capacity=seats), fitting)
    if search.query.capacity:
        yield _Narrowing("Any size", partial(replace, search.query, capacity=0))


def _equipment(search: SearchValue, rooms: tuple[Room, ...]) -> Iterator[_Narrowing]:
    known = search.query.equipment
    alike = Counter(room.equipment for room in rooms)
    counts = Counter[Equipment]()
    for equipment, number in alike.items():
        counts.update(dict.fromkeys(equipment - known, number))
    for each in sorted(counts):
        if counts[each] < len(rooms):
            query = partial(replace, search.query, equipment=known | {each})
            yield _Narrowing(f"With {equipment_name(each)}", query, counts[each])
    if known:
        yield _Narrowing("Any equipment", partial(replace, search.query, equipment=frozenset()))


def _option(search: SearchValue, way: _Narrowing) -> Option:
    rooms = "" if way.rooms is None else "1 room" if way.rooms == 1 else f"{way.rooms} rooms"
    return Option(way.label, str(replace(search, query=way.query(), skip=0)), rooms)
