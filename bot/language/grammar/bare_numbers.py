"""Deciding which bare numbers are hours, by the company they keep."""

from collections.abc import Iterator
from dataclasses import replace

from bot.language.model.days import Calendar, Named
from bot.language.model.items import (
    Bare,
    Clock,
    EndOfDay,
    Every,
    Item,
    Length,
    Link,
    Now,
    On,
    Other,
    Part,
    Piece,
    Stamp,
)

_ASKS_FOR_AN_HOUR = frozenset({Link.AT, Link.FROM, Link.UNTIL, Link.BEFORE, Link.AFTER, Link.BETWEEN})
_RANGERS = frozenset({Link.DASH, Link.TO, Link.UNTIL, Link.AND})


def settled(pieces: list[Piece]) -> list[Piece]:
    """The same with every bare number made an hour, a day of a range of days, minutes ahead, or nothing.

    A small number after `for` stays bare: it may be people or hours.
    """
    decided: list[Piece] = []
    after = len(pieces)
    while after and isinstance(pieces[after - 1].item, Link):
        after -= 1
    pieces = pieces[:after]
    for index, piece in enumerate(pieces):
        item: Item = piece.item
        if isinstance(item, Bare):
            item = _decided(item, index, decided, pieces)
        decided.append(replace(piece, item=item))
    return _weighed(decided)


def _weighed(pieces: list[Piece]) -> list[Piece]:
    """The same without the guesses where a surer time stands apart from them (`won 3-1, meet at noon`)."""
    groups = list(_groups(pieces))
    if len(groups) < 2 or all(_is_guessed(pieces, group) for group in groups):
        return pieces
    dropped = {index for group in groups if _is_guessed(pieces, group) for index in group}
    return [
        replace(piece, item=Other("")) if index in dropped else piece for index, piece in enumerate(pieces)
    ]


def _groups(pieces: list[Piece]) -> Iterator[list[int]]:
    """The positions of the times of day, those together that a little word joins to a range or a choice."""
    group: list[int] = []
    joined = False
    for index, piece in enumerate(pieces):
        if isinstance(piece.item, Clock | Now | Stamp):
            if group and not joined:
                yield group
                group = []
            group.append(index)
            joined = False
        elif piece.item in _RANGERS or piece.item is Link.OR:
            joined = True
        elif isinstance(piece.item, Other):
            joined = False
    if group:
        yield group


def _is_guessed(pieces: list[Piece], group: list[int]) -> bool:
    items = (pieces[index].item for index in group)
    return all(isinstance(item, Clock) and item.is_guess for item in items)


def _decided(bare: Bare, index: int, before: list[Piece], pieces: list[Piece]) -> Item:
    previous = before[-1].item if before else None
    following = pieces[index + 1].item if index + 1 < len(pieces) else None
    partner = pieces[index + 2].item if index + 2 < len(pieces) else None
    if _opens_days(bare, following, partner):
        return On(Calendar(bare.value, _month_of(partner)))
    if previous is Link.FOR and bare.digits < 3 and not _opens_range(bare, previous, following, partner):
        return bare
    if not _is_hour(bare, index, before, pieces):
        return Other(str(bare.value))
    return replace(bare.clock, is_guess=previous not in _ASKS_FOR_AN_HOUR)


def _opens_days(bare: Bare, following: Item | None, partner: Item | None) -> bool:
    """`12-14 march`: the first of two days."""
    return (
        following in {Link.DASH, Link.TO}
        and isinstance(partner, On)
        and _month_of(partner) is not None
        and 1 <= bare.value <= 31
        and not bare.spelled
    )


def _month_of(item: Item | None) -> int | None:
    day = item.day if isinstance(item, On) else None
    if isinstance(day, Named) and len(day.days) == 1:
        day = day.days[0]
    return day.month if isinstance(day, Calendar) else None


def _is_hour(bare: Bare, index: int, before: list[Piece], pieces: list[Piece]) -> bool:
    previous = before[-1].item if before else None
    following = pieces[index + 1].item if index + 1 < len(pieces) else None
    partner = pieces[index + 2].item if index + 2 < len(pieces) else None
    if previous in _ASKS_FOR_AN_HOUR:
        return not _counts(pieces, index)
    if _closes_range(bare, before) or _opens_range(bare, previous, following, partner):
        return True
    if _counts(pieces, index) or (bare.digits >= 3 and bare.clock.minute % 5):
        return False
    if following in {Link.IN, Link.ON} or (following is Link.AT and isinstance(partner, Part)):
        following = partner
    return _beside_a_day(bare, previous, following) or _stands_alone(bare, previous, following, pieces)


def _opens_range(bare: Bare, previous: Item | None, following: Item | None, partner: Item | None) -> bool:
    """`2-4`, `2 to 4pm`, `nine till noon`; `one to one` is none."""
    if following not in _RANGERS or (following is Link.AND and previous is not Link.BETWEEN):
        return False
    if isinstance(partner, Clock | EndOfDay):
        return True
    if not isinstance(partner, Bare) or (isinstance(previous, Other) and bare.spelled):
        return False
    if bare.spelled or partner.spelled:
        alike = bare.spelled == partner.spelled or following is not Link.DASH
        return alike and bare.value != partner.value
    return bare.value <= 24 or bare.digits >= 3


def _closes_range(bare: Bare, before: list[Piece]) -> bool:
    if len(before) < 2 or before[-1].item not in _RANGERS:
        return False
    opener = before[-2].item
    between = len(before) > 2 and before[-3].item is Link.BETWEEN
    if before[-1].item is Link.AND and not between:
        return False
    return isinstance(opener, Clock | Now | Stamp | Part | On) and not (
        isinstance(opener, On) and bare.spelled
    )


def _counts(pieces: list[Piece], index: int) -> bool:
    """Whether a plural straight after says that it counts things."""
    if index + 1 >= len(pieces):
        return False
    following = pieces[index + 1]
    if not isinstance(following.item, Other) or following.first != pieces[index].after:
        return False
    word = following.item.word
    return len(word) > 3 and word.endswith("s") and not word.endswith("ss")


def _beside_a_day(bare: Bare, previous: Item | None, following: Item | None) -> bool:
    if isinstance(previous, On | Part | Every):
        return bare.value != 1 or not bare.spelled
    return isinstance(following, On | Part) and not bare.spelled


def _stands_alone(bare: Bare, previous: Item | None, following: Item | None, pieces: list[Piece]) -> bool:
    """`3`, `1530`, `3 for an hour`."""
    if bare.spelled or previous is not None:
        return False
    if len(pieces) == 1 or bare.digits >= 3:
        return True
    return isinstance(following, Length) or (
        following is Link.FOR and isinstance(pieces[2].item if len(pieces) > 2 else None, Length)
    )
