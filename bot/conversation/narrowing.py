"""Menus that narrow a long list of free rooms by building, size or equipment."""

from collections.abc import Callable, Iterator, Mapping
from heapq import nsmallest
from math import inf
from operator import neg
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
    counts = catalogue.count_by_building(mask)
    menus: tuple[tuple[str, Iterator[_Condition], Callable[[Any], str]], ...] = (
        (_named("Building", len(counts)), _buildings(catalogue, search.query, counts), codes.with_building),
        ("Size", _sizes(catalogue, search.query, mask), codes.with_capacity),
        ("Equipment", _equipment(catalogue, search.query, mask), codes.with_equipment),
    )
    for label, conditions, encode in menus:
        chosen = [each for each in conditions if each.rooms is not None or context.request.action]
        if chosen:
            options = [
                Option(each.label, encode(each.value), _count(each.rooms)) for each in chosen[:_MAX_OPTIONS]
            ]
            yield Choice(Action.SEARCH, label, tuple(options))


def _named(label: str, count: int) -> str:
    """The name of a menu, which says when there are more than it shows."""
    return label if count <= _MAX_OPTIONS else f"{label} ({_MAX_OPTIONS} of {count}; ask for others by name)"


def _count(rooms: int | None) -> str:
    return "" if rooms is None else "1 room" if rooms == 1 else f"{rooms} rooms"


def _buildings(
    catalogue: Catalogue, query: RoomQuery, counts: Mapping[BuildingId, int]
) -> Iterator[_Condition]:
    """The nearest buildings first, or those with the most rooms; no more than a menu shows."""
    if query.building is not None:
        yield _Condition("Any building", None)
        return
    if len(counts) < 2:
        return
    for building_id in _first_buildings(catalogue, query.near, counts):
        building = catalogue.buildings.get(building_id)
        name = building.name if building is not None else building_id
        yield _Condition(name, building_id, counts[building_id])


def _first_buildings(
    catalogue: Catalogue, near: BuildingId | None, counts: Mapping[BuildingId, int]
) -> list[BuildingId]:
    if near is None:  # compares tuples only: a campus of 50,000 rooms has thousands of buildings
        most = nsmallest(_MAX_OPTIONS, zip(map(neg, counts.values()), counts, strict=True))
        return [building_id for _, building_id in most]

    def order(each: BuildingId) -> tuple[float, int, BuildingId]:
        distance = catalogue.metres(near, each)
        return inf if distance is None else distance, -counts[each], each

    return nsmallest(_MAX_OPTIONS, counts, key=order)


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
