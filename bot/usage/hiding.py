"""Hides counts of small groups, so that figures tell nothing about a person."""

from collections.abc import Mapping
from typing import TypeVar

from bot.usage.figures import Count

MIN_PEOPLE = 5
HIDDEN = f"fewer than {MIN_PEOPLE}"
"""Shown in place of what so few people did."""

K = TypeVar("K")


def is_small(count: Count) -> bool:
    """Whether a count is of somebody, but of fewer people than may be shown."""
    return 0 < count.people < MIN_PEOPLE


def shown(count: Count) -> int | None:
    """The number, or None to be hidden."""
    return None if is_small(count) else count.number


def shown_part(part: Count, whole: Count) -> int | None:
    """A part of a whole that is shown, too: hidden also if the rest of the whole would tell of a few."""
    rest = Count(whole.number - part.number, max(0, whole.people - part.people))
    reveals_few = rest.number > 0 and rest.number < MIN_PEOPLE
    return None if is_small(part) or is_small(whole) or reveals_few else part.number


def shown_rows(rows: Mapping[K, Count]) -> dict[K, int | None]:
    """All rows of a table, small ones hidden.

    A single hidden row could be had by subtraction from a total, so that the smallest other is hidden, too.
    """
    hidden = {key for key, each in rows.items() if is_small(each)}
    others = [key for key, each in rows.items() if key not in hidden and each.number]
    if len(hidden) == 1 and others:
        hidden.add(min(others, key=lambda key: rows[key].number))
    return {key: None if key in hidden else each.number for key, each in rows.items()}


def words(number: int | None) -> str:
    return HIDDEN if number is None else f"{number:,}"
