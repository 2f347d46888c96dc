"""Days and moments told by counting: `in 20 minutes`, `a week on friday`, `2 tuesdays from now`."""

from collections.abc import Sequence
from datetime import timedelta

from bot.language.grammar.anchors import plain_day
from bot.language.grammar.dates import calendar_day
from bot.language.grammar.durations import length
from bot.language.lexicon.vocabulary import FORTNIGHT_WORDS, PLURAL_WEEKDAYS, WEEKDAYS
from bot.language.model.days import Shifted, Weekday
from bot.language.model.items import Ahead, Item, Length, On
from bot.language.text.token_cursor import Line, cardinal

Said = tuple[Sequence[Item], int]

_WEEK_NAMES = frozenset({"week", "weeks"})


def _weeks_after(line: Line, index: int) -> tuple[int, int] | None:
    """`week`, `fortnight`, `2 weeks`: the days to add and the position after."""
    at = line.past(index, {"the"})
    if line.word(at) in _WEEK_NAMES or line.word(at) in FORTNIGHT_WORDS:
        return (14 if line.word(at) in FORTNIGHT_WORDS else 7), at + 1
    told = length(line, index)
    if told is not None and told[0].days and told[0].days % 7 == 0:
        return told[0].days, told[1]
    return None


def week_on(line: Line, index: int) -> Said | None:
    """`a week on friday`, `week today`, `two weeks from tomorrow`, `a week after 12 march`."""
    told = _weeks_after(line, index)
    if told is None:
        return None
    days, after = told
    at = line.past(after, {"on", "from", "this", "next", "after", "s"})
    base = plain_day(line, at)
    if base is None and at > after:
        found = calendar_day(line, at)
        base = (found[0].day, found[1]) if found and isinstance(found[0], On) else None
    if base is None:
        return None
    if line.word(at - 1) == "next" and isinstance(base[0], Weekday):
        base = Weekday(base[0].number, weeks=1), base[1]
    return (On(Shifted(days, base=base[0])),), base[1]


def in_so_long(line: Line, index: int) -> Said | None:
    """`in 20 minutes`, `in a week`, `in 2 days time`, `20 minutes from now`, `3 days ago`."""
    led = line.word(index) == "in"
    at = (
        line.past(index + led, {"about", "around", "roughly", "like", "exactly", "another"}) if led else index
    )
    told = length(line, at)
    if told is None:
        return _in_minutes(line, at) if led else None
    many, after = told
    if led:
        return _ahead(many), line.past(
            after, {"time", "from", "now"} if line.word(after) != "from" else {"from", "now"}
        )
    for words, sign in _AFTER_A_LENGTH:
        if line.reads(after, *words) and not (line.word(index - 1) == "for" and words[0] == "from"):
            return _ahead(many, sign), after + len(words)
    return None


def _in_minutes(line: Line, index: int) -> Said | None:
    """`in 20`: minutes, when nothing that could be counted follows."""
    number = line.number(index)
    if number is None or not 1 <= number <= _MINUTES_AT_MOST or line.word(index + 1) not in _NOTHING_COUNTED:
        return None
    return (Ahead(timedelta(minutes=number), assumed=True),), index + 1


_MINUTES_AT_MOST = 90


_NOTHING_COUNTED = frozenset({"", ",", ".", "?", "!", "for", "until", "please", "with", "near", "if", "or"})


_AFTER_A_LENGTH = (
    (("from", "now"), 1),
    (("from", "today"), 1),
    (("hence",), 1),
    (("away",), 1),
    (("later",), 1),
    (("ago",), -1),
)


def _ahead(many: Length, sign: int = 1) -> Sequence[Item]:
    if many.minutes:
        return (Ahead(many.elapsed * sign),)
    return (On(Shifted(many.days * sign, many.months * sign)),)


def from_day(line: Line, index: int) -> Said | None:
    """`two days from friday`, `3 days after tomorrow`, `a month from today`."""
    told = length(line, index)
    if told is None or told[0].minutes or line.word(told[1]) not in {"from", "after"}:
        return None
    base = plain_day(line, told[1] + 1)
    if base is None:
        return None
    return (On(Shifted(told[0].days, told[0].months, base=base[0])),), base[1]


def weekdays_from_now(line: Line, index: int) -> Said | None:
    """`2 tuesdays from now`: the second to come."""
    many = cardinal(line, index)
    if many is None or not 1 <= many.value <= 60:
        return None
    number = WEEKDAYS.get(line.word(many.after))
    if number is None or not (line.word(many.after) in PLURAL_WEEKDAYS or many.value == 1):
        return None
    for words in (("from", "now"), ("from", "today"), ("away",), ("hence",)):
        if line.reads(many.after + 1, *words):
            return (On(Weekday(number, later_weeks=many.value - 1, today_too=False)),), many.after + 1 + len(
                words
            )
    return None
