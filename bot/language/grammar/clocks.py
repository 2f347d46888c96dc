"""Times of day: `3pm`, `15:00`, `1500hrs`, `half 3`, `quarter past 4`, `ten to four`, `noon`."""

from collections.abc import Callable

from bot.language.lexicon.vocabulary import HOUR_WORDS, MINUTE_WORDS, UNITS
from bot.language.lexicon.wordlist import wordset
from bot.language.model.items import Bare, Clock, Impossible, Item
from bot.language.text.token_cursor import Line, below_hundred, charted

Found = tuple[Item, int]
_TAILS = frozenset({"sharp", "ish", "exactly", "oclock", "dot"})
_FIVES = frozenset({5, 10, 20, 25})
_CLOCK_LEADS = wordset("at @ from until to before after by around about between -")


@charted
def clock(line: Line, index: int) -> Found | None:
    """The time of day told from this position on; a number that might be one comes as `Bare`."""
    for way in _WAYS:
        found = way(line, index)
        if found is not None:
            return found[0], _tail(line, found[1])
    return None


def _tail(line: Line, index: int) -> int:
    if line.reads(index, "on", "the", "dot"):
        return index + 3
    while line.word(index) in _TAILS or (line.word(index) == "-" and line.word(index + 1) == "ish"):
        index += 1
    return index


def meridiem(line: Line, index: int) -> tuple[str, int] | None:
    """`am`, `p.m.`, and a lone `p` written straight after its number."""
    word = line.word(index)
    if word in {"am", "pm"}:
        return word, index + 1
    if word not in {"a", "p"}:
        return None
    if line.word(index + 1) == "." and line.reads(index + 2, "m"):
        return word + "m", index + 3 + (line.word(index + 3) == "." and line.is_glued(index + 3))
    if line.reads(index + 1, "m") and line.word(index - 1).isdecimal():
        return word + "m", index + 2
    runs_on = line.is_glued(index + 1) and line.word(index + 1).isalnum()
    return (word + "m", index + 1) if line.is_glued(index) and not runs_on else None


def _named(line: Line, index: int) -> Found | None:
    """`noon`, `12 noon`, `midnight`."""
    at = index + (line.word(index) == "12" or line.word(index) == "twelve")
    word = line.word(at)
    if word in {"noon", "midday"}:
        return Clock(12, fixed=True), at + 1
    if word == "midnight":
        return Clock(24, fixed=True), at + 1
    return None


def _on_the_hour(line: Line, index: int) -> tuple[int, int] | None:
    """An hour of the clock face, in figures or words, and the position after it."""
    number = line.number(index)
    if number is not None:
        return (number, index + 1) if 1 <= number <= 12 and len(line.word(index)) <= 2 else None
    number = UNITS.get(line.word(index), 0)
    return (number, index + 1) if 1 <= number <= 12 else None


def _halved(line: Line, index: int) -> Found | None:
    """`half 3`, `half past 3`, `half three pm`."""
    if line.word(index) != "half":
        return None
    at = line.past(index + 1, {"past", "-"})
    hour = _on_the_hour(line, at)
    if hour is None or line.word(hour[1]) in HOUR_WORDS | MINUTE_WORDS | {"dozen"}:
        return None
    return _face(line, hour[0], 30, hour[1])


def _face(line: Line, hour: int, minute: int, after: int) -> Found:
    after += line.word(after) == "oclock"
    said = meridiem(line, after)
    if said is None:
        return Clock(hour, minute), after
    return _in_half(hour, minute, said[0]), said[1]


def _in_half(hour: int, minute: int, said: str, seconds: float = 0) -> Clock:
    full = hour if hour > 12 else hour % 12 + (12 if said == "pm" else 0)
    return Clock(full, minute, seconds, fixed=True, said=said)


def _past_or_to(line: Line, index: int) -> Found | None:
    """`quarter past 4`, `20 past 2`, `ten to four`; `10 to 4` and `nine to five` are ranges."""
    start = index + (line.word(index) == "a")
    minutes, at, spelled = _minutes_before_past(line, start)
    if not minutes:
        return None
    way = line.word(at)
    hour = _on_the_hour(line, at + 1)
    if way not in {"past", "to", "after", "before", "til"} or hour is None:
        return None
    if way != "past" and not spelled:
        return None
    if way == "past":
        return _face(line, hour[0], minutes, hour[1])
    if way == "to":
        return _face(line, (hour[0] - 2) % 12 + 1, 60 - minutes, hour[1]) if _is_alone(line, start) else None
    return None


def _minutes_before_past(line: Line, index: int) -> tuple[int, int, bool]:
    """Minutes, the position after them, and whether `to` may follow."""
    if line.word(index) == "quarter":
        return 15, index + 1, True
    number = line.number(index)
    spelled = below_hundred(line, index) if number is None else None
    value, at = (spelled.value, spelled.after) if spelled else (number or 0, index + 1)
    if line.word(at) in MINUTE_WORDS and line.word(at + 1) in {"past", "to"}:
        return (value, at + 1, True) if value < 60 else (0, at, False)
    if value not in _FIVES:
        return 0, at, False
    return value, at, spelled is not None or value > 12


def _is_alone(line: Line, index: int) -> bool:
    """Whether no `from` makes `ten to four` a range."""
    return line.word(index - 1) not in {"from", "between"}


def _with_minutes(line: Line, index: int) -> Found | None:
    """`15:00`, `3.30pm`, `9h30`, `09:15:30`; with an impossible hour or minute it is an impossible time."""
    hour, minute = line.number(index), line.number(index + 2)
    sign = line.word(index + 1)
    if hour is None or minute is None or sign not in {":", ".", "h"} or len(line.word(index)) > 2:
        return None
    if len(line.word(index + 2)) != 2 or not (line.is_glued(index + 2) or sign == ":"):
        return None
    if sign == "h" and hour < 13 and line.word(index - 1) not in _CLOCK_LEADS:
        return None  # `1h30` is a length
    seconds, after = _seconds(line, index + 3) if sign == ":" else (0.0, index + 3)
    return _digital(line, index, hour, minute, seconds, after)


def _seconds(line: Line, index: int) -> tuple[float, int]:
    if line.word(index) != ":" or len(line.word(index + 1)) != 2 or line.number(index + 1) is None:
        return 0.0, index
    if line.word(index + 2) == "." and line.is_glued(index + 3) and line.word(index + 3).isdecimal():
        return float(f"{line.word(index + 1)}.{line.word(index + 3)[:6]}"), index + 4
    return float(line.word(index + 1)), index + 2


def _digital(line: Line, index: int, hour: int, minute: int, seconds: float, after: int) -> Found | None:
    said = meridiem(line, after)
    if said is not None and said[0] and (hour > 23 or minute > 59):
        return Impossible(), said[1]
    if hour > 24 or minute > 59 or seconds >= 60 or (hour == 24 and minute):
        return Impossible(), after
    if said is not None:
        return _in_half(hour, minute, said[0], seconds), said[1]
    after += line.word(after) in {"hrs", "hours", "h"} and hour > 4
    fixed = hour > 12 or hour == 0 or line.word(index).startswith("0")
    guessed = line.word(index + 1) == "." and line.word(index - 1) not in _CLOCK_LEADS
    return Clock(hour, minute, seconds, fixed=fixed, is_guess=guessed), after


def _with_half(line: Line, index: int) -> Found | None:
    """`3pm`, `3 30 pm`, `330pm`, `3 oclock`, `three pm`, `three thirty`."""
    return _figure_half(line, index) if line.number(index) is not None else _spelled_half(line, index)


def _figure_half(line: Line, index: int) -> Found | None:
    number = line.number(index) or 0
    size = len(line.word(index))
    said = meridiem(line, index + 1)
    if said is not None:
        hour, minute = (number, 0) if size <= 2 else divmod(number, 100)
        possible = hour <= 23 and minute <= 59
        return (_in_half(hour, minute, said[0]) if possible else Impossible()), said[1]
    if line.word(index + 1) == "oclock":
        return _face(line, number, 0, index + 1) if 1 <= number <= 12 else None
    minute_after = line.number(index + 1)
    said = meridiem(line, index + 2)
    if (
        minute_after is None
        or said is None
        or number > 12
        or minute_after > 59
        or len(line.word(index + 1)) != 2
    ):
        return None
    return _in_half(number, minute_after, said[0]), said[1]


def _spelled_half(line: Line, index: int) -> Found | None:
    hour = _on_the_hour(line, index)
    if hour is None:
        return None
    at = hour[1] + (line.word(hour[1]) in {"oh", "o"})
    minutes = below_hundred(line, at)
    if minutes is not None and (10 <= minutes.value <= 59 or at > hour[1]):
        return _face(line, hour[0], minutes.value, minutes.after)
    if line.word(hour[1]) == "oclock" or meridiem(line, hour[1]) is not None:
        return _face(line, hour[0], 0, hour[1])
    return None


def _military(line: Line, index: int) -> Found | None:
    """`1400hrs`, `14h`; `9h` only after a word that asks for a time of day."""
    number = line.number(index)
    if number is None or line.word(index + 1) not in HOUR_WORDS:
        return None
    size = len(line.word(index))
    if size >= 3:
        hour, minute = divmod(number, 100)
        return (Clock(hour, minute, fixed=True), index + 2) if hour <= 23 and minute <= 59 else None
    if line.word(index + 1) != "h" or not line.is_glued(index + 1) or number > 23:
        return None
    led = line.word(index - 1) in _CLOCK_LEADS
    if led or (number >= 13 and line.word(index - 1) not in {"for", "in"}):
        return Clock(number, fixed=True), index + 2
    return None


def _bare(line: Line, index: int) -> Found | None:
    """`3`, `1530`, `three`: an hour if the words around it say so."""
    number = line.number(index)
    if number is None:
        hour = _on_the_hour(line, index)
        return (Bare(Clock(hour[0]), hour[0], spelled=True), hour[1]) if hour else None
    text = line.word(index)
    hour_, minute = (number, 0) if len(text) <= 2 else divmod(number, 100)
    if hour_ > 24 or minute > 59 or (hour_ == 24 and minute):
        return None
    fixed = hour_ > 12 or hour_ == 0 or text.startswith("0") or len(text) == 4
    return Bare(Clock(hour_, minute, fixed=fixed), number, digits=len(text)), index + 1


_WAYS: tuple[Callable[[Line, int], Found | None], ...] = (
    _named,
    _halved,
    _past_or_to,
    _with_minutes,
    _military,
    _with_half,
    _bare,
)
