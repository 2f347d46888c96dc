"""Joins the parts in which long timetable entries are stored."""

from collections.abc import Iterable

from core.model import MAX_ENTRY_LENGTH, Busy

PART_SECONDS = int(MAX_ENTRY_LENGTH.total_seconds())


def join_parts(busy: Iterable[Busy]) -> list[Busy]:
    """Whole entries, by start; `busy` are all parts of the entries of one room."""
    whole: list[Busy] = []
    unfinished: dict[tuple[int, str, str, str], Busy] = {}
    continued: set[Busy] = set()
    for part in sorted(busy):
        before = unfinished.get((part.start, *part[2:]))
        entry = part if before is None else part._replace(start=before.start)
        if before is not None:
            continued.add(before)
        if part.end - part.start == PART_SECONDS:
            unfinished[part.end, *part[2:]] = entry
        whole.append(entry)
    return sorted(each for each in whole if each not in continued)
