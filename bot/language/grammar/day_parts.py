"""Now, parts of the day, and what happens again and again."""

from collections.abc import Sequence

from bot.language.lexicon.vocabulary import FORTNIGHT_WORDS, PART_WORDS, PLURAL_WEEKDAYS, WEEK_WORDS, WEEKDAYS
from bot.language.model.days import Shifted, Weekday
from bot.language.model.items import EndOfDay, Every, Item, Now, On, Part
from bot.language.model.reading import Unit
from bot.language.text.token_cursor import Line, cardinal, ordinal

Said = tuple[Sequence[Item], int]

_NOW = (
    ("right", "now"),
    ("right", "away"),
    ("straight", "away"),
    ("just", "now"),
    ("right", "this", "minute"),
    ("this", "minute"),
    ("this", "second"),
    ("at", "the", "moment"),
    ("as", "soon", "as", "possible"),
    ("as", "of", "now"),
    ("now",),
    ("rn",),
    ("atm",),
    ("asap",),
    ("immediately",),
    ("currently",),
    ("straightaway",),
    ("nowish",),
)
_NOW_BEGINNINGS = frozenset(words[0] for words in _NOW)
_HALVES = {"late": "second", "early": "first", "mid": "middle", "later": "second"}
_MEALS = {"lunch", "lunchtime"}


def occasion(line: Line, index: int) -> Said | None:
    """What is told at this position of now, a part of the day, or a repetition."""
    for way in _WAYS:
        found = way(line, index)
        if found is not None:
            return found
    return None


def _now(line: Line, index: int) -> Said | None:
    if line.word(index) not in _NOW_BEGINNINGS:
        return None
    for words in _NOW:
        if line.reads(index, *words):
            if line.word(index + len(words)) in {"that", "thats"}:
                return None
            after = index + len(words)
            return (Now(),), after + (line.word(after) == "-" and line.word(after + 1) == "ish") * 2
    return None


def _part(line: Line, index: int) -> Said | None:
    """`morning`, `this afternoon`, `late evening`, `first thing`, `all morning`, `lunchtime`."""
    if line.reads(index, "first", "thing"):
        return (Part("early morning"),), index + 2 + 3 * line.reads(index + 2, "in", "the", "morning")
    at = line.past(index, {"this"})
    todays = at > index
    whole = line.word(at) in {"all", "whole", "entire"}
    at = line.past(at + 1, {"the", "of"}) if whole else at
    half = _HALVES.get(line.word(at))
    split = _half_around_a_day(line, at, half) if half else None
    if split is not None:
        return split
    at = line.past(at + 1, {"-", "in", "the"}) if half else at
    name = PART_WORDS.get(line.word(at))
    if name is None:
        return None
    part = _narrowed(name, half, whole=whole)
    after = at + 1 + (name == "lunch" and line.word(at + 1) in {"time", "break", "hour"})
    if name == "morning" and line.word(index - 1) == "good":
        return (), after
    return ((On(Shifted()), part) if todays else (part,)), after


def _half_around_a_day(line: Line, index: int, half: str) -> Said | None:
    """`early tomorrow morning`, `late friday night`."""
    word = line.word(index + 1)
    name = PART_WORDS.get(line.word(index + 2))
    if name is None or not (word in {"tomorrow", "this"} or word in WEEKDAYS):
        return None
    day = Weekday(WEEKDAYS[word]) if word in WEEKDAYS else Shifted(int(word == "tomorrow"))
    return (On(day), _narrowed(name, half, whole=False)), index + 3


def _narrowed(name: str, half: str | None, *, whole: bool) -> Part:
    if name == "morning" and half == "first":
        return Part("early morning", whole=whole)
    return Part(name, None if half == "middle" else half, whole)


def _all_day(line: Line, index: int) -> Said | None:
    """`all day`, `the whole day`."""
    at = line.past(index, {"the", "for"})
    if line.word(at) in {"all", "whole", "entire", "full"} and line.word(at + 1) == "day":
        return (Part("day", whole=True),), at + 2
    if line.word(index) == "allday":
        return (Part("day", whole=True),), index + 1
    return None


def _end_of_day(line: Line, index: int) -> Said | None:
    """`the end of the day`, `eod`, `close of business`, `the rest of the afternoon`."""
    word = line.word(index)
    if word in {"eod", "close", "closing", "cob"}:
        after = index + 1
        after = (
            line.past(after, {"of", "business", "play", "time"}) if word in {"close", "closing"} else after
        )
        return (
            ((EndOfDay(),), after)
            if word != "close" or after > index + 1 or _follows_until(line, index)
            else None
        )
    at = line.past(index, {"the"})
    if line.word(at) not in {"end", "rest", "remainder"}:
        return None
    told = line.word(at)
    at = line.past(at + 1, {"of", "the", "this", "today"})
    name = PART_WORDS.get(line.word(at))
    if line.word(at) != "day" and name is None:
        return None
    return ((Now(), EndOfDay(name)) if told != "end" else (EndOfDay(name),)), at + 1


def _follows_until(line: Line, index: int) -> bool:
    return line.word(index - 1) in {"until", "to", "-", "by"}


def _later_today(line: Line, index: int) -> Said | None:
    if line.reads(index, "later", "today") or line.reads(index, "later", "on", "today"):
        return (On(Shifted()),), index + (2 if line.word(index + 1) == "today" else 3)
    return None


def _every(line: Line, index: int) -> Said | None:
    """`every tuesday`, `every other friday`, `every 2 weeks`, `weekly on mondays`, `tuesdays`, `daily`."""
    word = line.word(index)
    if word == "every":
        return _after_every(line, index + 1)
    steps = {
        "daily": (Unit.DAY, 1),
        "weekly": (Unit.WEEK, 1),
        "fortnightly": (Unit.WEEK, 2),
        "biweekly": (Unit.WEEK, 2),
        "monthly": (Unit.MONTH, 1),
    }
    if word in steps:
        unit, step = steps[word]
        at = line.past(index + 1, {"on", ","})
        days, after = _weekdays(line, at)
        return (Every(Unit.WEEK if days else unit, step, days),), (after if days else index + 1)
    if word in PLURAL_WEEKDAYS:
        days, after = _weekdays(line, index)
        return (Every(Unit.WEEK, 1, days),), after
    return None


def _after_every(line: Line, index: int) -> Said | None:
    at, step = index, 1
    if line.word(at) in {"other", "second", "alternate"}:
        at, step = at + 1, 2
    else:
        told = cardinal(line, at) or ordinal(line, at)
        if told is not None:
            at, step = told.after, max(told.value, 1)
    days, after = _weekdays(line, at)
    if days:
        return (Every(Unit.WEEK, step, days),), after
    word = line.word(at)
    if word in PART_WORDS:
        return (Every(Unit.DAY, step),), at
    if word == "weekday":
        return (Every(Unit.WEEK, step, (0, 1, 2, 3, 4)),), at + 1
    if word == "weekend":
        return (Every(Unit.WEEK, step, (5, 6)),), at + 1
    unit = _unit(word)
    return _with_days(line, unit[0], step * unit[1], at + 1) if unit else None


def _unit(word: str) -> tuple[Unit, int] | None:
    if word in {"day", "days"}:
        return Unit.DAY, 1
    if word in WEEK_WORDS:
        return Unit.WEEK, 1
    if word in FORTNIGHT_WORDS:
        return Unit.WEEK, 2
    return (Unit.MONTH, 1) if word in {"month", "months"} else None


def _with_days(line: Line, unit: Unit, step: int, index: int) -> Said:
    """`every week on tuesdays`."""
    at = line.past(index, {"on"})
    days, after = _weekdays(line, at) if unit is Unit.WEEK and at > index else ((), index)
    return (Every(unit, step, days),), (after if days else index)


def _weekdays(line: Line, index: int) -> tuple[tuple[int, ...], int]:
    """`tuesday`, `mon and wed`, `mon, wed & fri`."""
    days: list[int] = []
    after = index
    at = index
    while line.word(at) in WEEKDAYS:
        days.append(WEEKDAYS[line.word(at)])
        after = at + 1
        at = line.past(after, {"and", ",", "&", "every", "/"})
    return tuple(sorted(set(days))), after


_WAYS = (_now, _every, _all_day, _part, _end_of_day, _later_today)
