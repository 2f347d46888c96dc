"""Menus that narrow a long list of free rooms by building, size or equipment."""

from collections.abc import Callable, Iterator, Mapping
from math import inf
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from bot.chat.actions import Action
from bot.chat.command import CommandContext
from bot.chat.formatting import equipment_name
from bot.chat.reply import Choice, Option
from bot.conversation.button_values import SearchCodes, SearchValue
from core.catalogue import Catalogue, RoomQuery
from core.model import BuildingId, Equipment
from core.services.find_rooms import SearchResult

T = TypeVar("T")

_MAX_OPTIONS = 25
"""Discord shows no more in a menu."""
_SIZES = (5, 10, 20, 30, 50, 100, 200)
_NOTHING: frozenset[Equipment] = frozenset()


class _Condition(Struct):
    """A value to search by, and how many `rooms` have it; None for the option that takes it back."""

    label: str
    value: Any
    rooms: int | None = None


def narrowing_menus(
    context: CommandContext, search: SearchValue, found: SearchResult, enough: int
) -> Iterator[Choice]:
    """A menu for each way in which more than `enough` rooms differ.

    After a press the menus also take back what was chosen; what was typed can be typed again.
    """
    catalogue, mask = context.read_model.catalogue, found.mask
    if mask.bit_count() <= enough:
        mask = 0
    codes = SearchCodes(replace(search, skip=0) if search.skip else search)
    menus: tuple[tuple[str, Iterator[_Condition], Callable[[Any], str]], ...] = (
        ("Building", _buildings(catalogue, search.query, mask), codes.with_building),
        ("Size", _sizes(catalogue, search.query, mask), codes.with_capacity),
        ("Equipment", _equipment(catalogue, search.query, mask), codes.with_equipment),
    )
    for label, conditions, encode in menus:
        chosen = [each for each in conditions if each.rooms is not None or context.request.action]
        if chosen:
            options = [
                Option(each.label, encode(each.value), _count(each.rooms)) for each in chosen[:_MAX_OPTIONS]
            ]
            yield Choice(Action.SEARCH, _named(label, len(chosen)), tuple(options))


def _named(label: str, count: int) -> str:
    """The name of a menu, which says when there are more than it shows."""
    return label if count <= _MAX_OPTIONS else f"{label} ({_MAX_OPTIONS} of {count}; ask for others by name)"


def _count(rooms: int | None) -> str:
    return "" if rooms is None else "1 room" if rooms == 1 else f"{rooms} rooms"


def _buildings(catalogue: Catalogue, query: RoomQuery, mask: int) -> Iterator[_Condition]:
    """The nearest buildings first, or those with the most rooms."""
    if query.building is not None:
        yield _Condition("Any building", None)
        return
    counts = catalogue.count_by_building(mask)
    if len(counts) < 2:
        return
    for building_id in sorted(counts, key=_building_order(catalogue, query.near, counts)):
        building = catalogue.buildings.get(building_id)
        name = building.name if building is not None else building_id
        yield _Condition(name, building_id, counts[building_id])


def _building_order(
    catalogue: Catalogue, near: BuildingId | None, counts: Mapping[BuildingId, int]
) -> Callable[[BuildingId], tuple[float, int, BuildingId]]:
    def distance(each: BuildingId) -> float:
        metres = catalogue.metres(near, each) if near is not None else None
        return inf if metres is None else metres

    if near is None:
        return lambda each: (0, -counts[each], each)
    return lambda each: (distance(each), -counts[each], each)


def _sizes(catalogue: Catalogue, query: RoomQuery, mask: int) -> Iterator[_Condition]:
    total = mask.bit_count()
    for seats in _SIZES:
        fitting = (mask & catalogue.from_capacity(seats)).bit_count()
        if seats > query.capacity and 0 < fitting < total:
            yield _Condition(f"{seats}+ seats", seats, fitting)
    if query.capacity:
        yield _Condition("Any size", 0)


def _equipment(catalogue: Catalogue, query: RoomQuery, mask: int) -> Iterator[_Condition]:
    known, total = query.equipment, mask.bit_count()
    counts = _counts(catalogue.masks_by_equipment, mask)
    for each in sorted(counts.keys() - known):
        if counts[each] < total:
            yield _Condition(f"With {equipment_name(each)}", known | {each}, counts[each])
    if known:
        yield _Condition("Any equipment", _NOTHING)


def _counts(masks: Mapping[T, int], mask: int) -> dict[T, int]:
    """How many rooms of a mask are of each kind; kinds without any are left out."""
    counts = {kind: (mask & rooms).bit_count() for kind, rooms in masks.items()}
    return {kind: count for kind, count in counts.items() if count}
