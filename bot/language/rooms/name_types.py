"""Types of names, and who owns them."""

from enum import StrEnum

from bot.language.rooms.name_variants import WEAK_WEIGHT

_SHORTHAND_WEIGHT = 5
_COMMON_NOUN_WEIGHT = 6


class NameType(StrEnum):
    """Type of the entity that a name means.

    A society's short name counts only after `for`; a common noun for a building (`the library`) only after
    `in` or `near`; a common word for a building or a room (`law`) only where a place is meant.
    """

    BUILDING = "building"
    ROOM = "room"
    SOCIETY = "society"
    SHORT_SOCIETY = "short society"
    COMMON_NOUN = "common noun"
    WEAK_BUILDING = "common word for a building"
    WEAK_ROOM = "common word for a room"


NameOwner = tuple[NameType, str]
"""A type, and the id of the room, building or society."""
Candidates = dict[str, set[tuple[int, NameType, str]]]
"""For each variant its possible owners: weight, type and id."""


def restricted_type(weight: int, name_type: NameType) -> NameType:
    """The type of a name that counts only beside certain words."""
    if weight == WEAK_WEIGHT:
        return NameType.WEAK_ROOM if name_type is NameType.ROOM else NameType.WEAK_BUILDING
    return {_SHORTHAND_WEIGHT: NameType.SHORT_SOCIETY, _COMMON_NOUN_WEIGHT: NameType.COMMON_NOUN}.get(
        weight, name_type
    )
