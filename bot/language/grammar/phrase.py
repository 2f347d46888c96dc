"""Putting turns of speech together: which is the day, where it begins, where it ends, how long."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bot.language.model.days import Day, Month, Shifted, Week, Weekday, through
from bot.language.model.items import (
    Ahead,
    Bare,
    Clock,
    EndOfDay,
    Every,
    Impossible,
    Item,
    Length,
    Link,
    Now,
    On,
    Other,
    Part,
    Piece,
    SameTime,
    Stamp,
    Window,
)

Start = Clock | Now | Ahead | Stamp | SameTime
End = Clock | Part | EndOfDay | Stamp
_LITTLE = frozenset({Link.AT, Link.ON, Link.FROM, Link.OF, Link.IN})
_TIMELY = (Clock, Now, Ahead, Stamp, SameTime, On, Part, EndOfDay, Every)


@dataclass(slots=True)
class Phrase:
    """A time as it was said. Everything may be missing; `used` are the pieces that found a place."""

    day: On | None = None
    start: Start | None = None
    end: End | None = None
    end_day: Day | None = None
    length: Length | None = None
    part: Part | None = None
    every: Every | None = None
    until_day: Day | None = None
    ends_only: bool = False
    impossible: bool = False
    other_days: list[Day] = field(default_factory=list)
    other_starts: list[Clock] = field(default_factory=list)
    asked: Bare | None = None
    used: list[Piece] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not any((self.day, self.start, self.end, self.end_day, self.length, self.part, self.every))


def assembled(pieces: Sequence[Piece]) -> Phrase:
    """The phrase that settled pieces make."""
    assembly = _Assembly(pieces)
    for index, piece in enumerate(pieces):
        if assembly.take(index, piece.item):
            assembly.phrase.used.append(piece)
    return assembly.phrase


def _neighbours(items: Sequence[Item]) -> list[Item | None]:
    """For each item the nearest before it that is more than a little word."""
    found: list[Item | None] = []
    nearest: Item | None = None
    for item in items:
        found.append(nearest)
        if not isinstance(item, Link) or item not in _LITTLE:
            nearest = item
    return found


class _Assembly:
    """The phrase so far, and what the last little word has made us expect."""

    def __init__(self, pieces: Sequence[Piece]) -> None:
        items = [piece.item for piece in pieces]
        self.before = _neighbours(items)
        self.after = _neighbours(items[::-1])[::-1]
        self.phrase = Phrase()
        self.expects: Link | None = None
        self.between = False
        self.placing: dict[type, Callable[..., bool]] = {  # what to do with each sort of item
            Clock: self._clock,
            Now: self._start,
            Ahead: self._start,
            SameTime: self._start,
            Stamp: self._stamp,
            Window: self._window,
            On: self._on,
            Part: self._part,
            Length: self._length,
            Every: self._every,
            EndOfDay: self._end_of_day,
            Impossible: self._impossible,
        }

    def take(self, index: int, item: Item) -> bool:
        if isinstance(item, Link):
            self._link(index, item)
            return False
        if isinstance(item, Bare):
            self.phrase.asked = item
            return False
        if isinstance(item, Other):
            self.expects = None
            return False
        placed = self.placing[type(item)](item)
        if self.expects in {Link.FROM, Link.AFTER, Link.OR} and not isinstance(item, On):
            self.expects = None
        return placed

    def _link(self, index: int, link: Link) -> None:
        following = self.after[index]
        if link is Link.BETWEEN:
            self.between, self.expects = True, Link.FROM
        elif link is Link.FROM:
            self.expects = Link.FROM
        elif link in {Link.UNTIL, Link.BEFORE}:
            self._expect_end(link, following)
        elif link in {Link.TO, Link.DASH} or (link is Link.AND and self.between):
            if isinstance(following, _TIMELY) and isinstance(self.before[index], _TIMELY):
                self.expects = Link.UNTIL
        elif link in {Link.AFTER, Link.OR}:
            self.expects = link if isinstance(following, _TIMELY) else None

    def _expect_end(self, link: Link, following: Item | None) -> None:
        if isinstance(following, Clock | Part | EndOfDay | On | Stamp):
            self.expects = Link.UNTIL
            self.phrase.ends_only = self.phrase.ends_only or (
                link is Link.BEFORE and self.phrase.start is None
            )

    def _clock(self, item: Clock) -> bool:
        phrase = self.phrase
        if self.expects is Link.UNTIL and phrase.end is None:
            phrase.end = item
        elif self.expects is Link.OR and isinstance(phrase.start, Clock):
            phrase.other_starts.append(item)
        elif phrase.start is None:
            phrase.start = item
        else:
            return False
        return True

    def _start(self, item: Start) -> bool:
        if self.phrase.start is not None:
            return isinstance(self.phrase.start, Now) and isinstance(item, Now)
        self.phrase.start = item
        return True

    def _stamp(self, item: Stamp) -> bool:
        if self.expects is Link.UNTIL or self.phrase.start is not None:
            self.phrase.end = item
            return True
        return self._start(item)

    def _window(self, item: Window) -> bool:
        if self.phrase.start is not None:
            return False
        self.phrase.start, self.phrase.length = Now(), Length(int(item.length.total_seconds()) // 60)
        return True

    def _on(self, item: On) -> bool:
        phrase = self.phrase
        if self.expects is Link.UNTIL:
            return self._on_as_end(item)
        if self.expects is Link.OR and phrase.day is not None:
            phrase.other_days.append(item.day)
        elif phrase.day is None:
            phrase.day = item
        else:
            return self._second_day(item)
        return True

    def _on_as_end(self, item: On) -> bool:
        phrase = self.phrase
        if phrase.every is not None:
            phrase.until_day = item.day
        elif phrase.end is not None:
            if phrase.day is None and not isinstance(phrase.start, Now):
                phrase.day = item
            else:
                phrase.end_day = item.day
        elif phrase.day is not None and phrase.start is None:
            phrase.day = On(through(phrase.day.day, item.day))
            self.expects = None
        else:
            phrase.end_day = item.day
        return True

    def _second_day(self, item: On) -> bool:
        """Two words for one day: `friday … next week`, `tomorrow, friday`."""
        phrase = self.phrase
        if phrase.day is None:
            return False
        for one, other in ((phrase.day, item), (item, phrase.day)):
            if isinstance(one.day, Weekday) and isinstance(other.day, Week) and other.day.days == 7:
                phrase.day = On(Weekday(one.day.number, weeks=other.day.weeks))
                return True
            if isinstance(one.day, Weekday) and not isinstance(other.day, Weekday | Week | Month):
                phrase.day = other
                return True
        return phrase.day == item or (isinstance(item.day, Shifted) and item.day == Shifted())

    def _part(self, item: Part) -> bool:
        phrase = self.phrase
        if self.expects is Link.UNTIL and phrase.end is None:
            phrase.end = item
        elif self.expects is Link.AFTER and phrase.start is None:
            phrase.start = AFTER_PART[item.name]
        elif phrase.part is None:
            phrase.part = item
        else:
            return False
        return True

    def _length(self, item: Length) -> bool:
        if self.phrase.length is not None:
            return False
        self.phrase.length = item
        return True

    def _every(self, item: Every) -> bool:
        if self.phrase.every is not None:
            return False
        self.phrase.every = item
        return True

    def _end_of_day(self, item: EndOfDay) -> bool:
        self.phrase.end = item
        return True

    def _impossible(self, item: Impossible) -> bool:
        self.phrase.impossible = bool(item)
        return False


AFTER_PART = {
    "early morning": Clock(9, fixed=True),
    "morning": Clock(12, fixed=True),
    "lunch": Clock(13, fixed=True),
    "afternoon": Clock(17, fixed=True),
    "evening": Clock(20, fixed=True),
    "night": Clock(22, fixed=True),
    "day": Clock(17, fixed=True),
}
