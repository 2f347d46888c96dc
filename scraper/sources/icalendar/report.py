"""Collects what was not read of a feed: problems of single events, and totals of those that many share."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator

from msgspec import Struct, field

from core.room_names import FoundRooms
from scraper.common.text import to_one_line

_MAX_PROBLEMS = 500
_MAX_SHOWN_PLACE = 60


class FeedReport(Struct):
    """`lost` counts the events that were left out, or whose room or hours are not known for sure."""

    problems: list[str] = field(default_factory=list)
    places: Counter[str] = field(default_factory=Counter)
    """Events by place that is none of our rooms; empty for those without a place."""
    zones: Counter[str] = field(default_factory=Counter)
    """Events by time zone that is unknown."""
    unoccupied: Counter[str] = field(default_factory=Counter)
    """Events by kind ("transparent") that an option lets occupy no room."""
    read: int = 0
    lost: int = 0

    def leave_out(self, subject: str, reason: str) -> None:
        self.lost += 1
        self.problems.append(f"{subject} {reason}; it was left out.")

    def count_event(self, places: Iterable[FoundRooms], unknown_zones: Collection[str]) -> None:
        """Counts an event, its unknown places and its unknown time zones, however often it takes place."""
        found = set(places)
        unknown = {part for each in found for part in each.unknown}
        is_without_place = any(
            not each.rooms and not each.unknown and not each.is_explained for each in found
        )
        self.places.update({*unknown, ""} if is_without_place else unknown)
        self.zones.update(unknown_zones)
        is_lost = (
            bool(unknown_zones) or is_without_place or any(each.unknown and not each.rooms for each in found)
        )
        self.lost += is_lost
        self.read += not is_lost

    def all_problems(self, campus_zone: str) -> tuple[str, ...]:
        lines = [*self.problems, *self._totals(campus_zone)]
        if len(lines) <= _MAX_PROBLEMS:
            return tuple(lines)
        return (*lines[:_MAX_PROBLEMS], f"{len(lines) - _MAX_PROBLEMS:,} more like these.")

    def _totals(self, campus_zone: str) -> Iterator[str]:
        for zone, count in self.zones.most_common():
            name = (
                f"the time zone {to_one_line(zone, 60)!r}, which we do not know"
                if zone
                else "a blank time zone"
            )
            yield (
                f"{_count(count)} {'is' if count == 1 else 'are'} in {name};"
                f" read as time of the campus ({campus_zone})."
            )
        for place, count in self.places.most_common():
            if place:
                yield f"{to_one_line(place, _MAX_SHOWN_PLACE)!r}: {_count(count)}, none of our rooms."
            else:
                yield f"{_count(count)} without a place."
        for kind, count in self.unoccupied.most_common():
            option = kind.replace("-", "_")
            yield f"{_count(count)} {kind}: no room was taken (option {option} = busy, free or report)."


def _count(number: int) -> str:
    return f"{number:,} event{'' if number == 1 else 's'}"
