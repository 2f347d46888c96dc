"""Days of the calendar: `12 March`, `March 12th`, `12/3`, `12.3.`, `2026-03-12`, `the 12th`, Christmas."""

from collections.abc import Callable
from datetime import date

from bot.language.lexicon.vocabulary import HOUR_WORDS, MONTHS, WEEKDAYS
from bot.language.lexicon.wordlist import wordset
from bot.language.model.days import Calendar, Day, Easter, Month, Named, Shifted, WeekdayOfMonth, through
from bot.language.model.items import Impossible, Item, On, Stamp
from bot.language.text.token_cursor import Line, charted, ordinal

Found = tuple[Item, int]

_FEASTS: dict[tuple[str, ...], Day] = {
    ("new", "years", "day"): Calendar(1, 1),
    ("new", "year", "day"): Calendar(1, 1),
    ("new", "years", "eve"): Calendar(31, 12),
    ("new", "year", "eve"): Calendar(31, 12),
    ("new", "years"): Calendar(1, 1),
    ("nye",): Calendar(31, 12),
    ("australia", "day"): Calendar(26, 1),
    ("valentines", "day"): Calendar(14, 2),
    ("valentines",): Calendar(14, 2),
    ("leap", "day"): Calendar(29, 2),
    ("st", "patricks", "day"): Calendar(17, 3),
    ("april", "fools", "day"): Calendar(1, 4),
    ("april", "fools"): Calendar(1, 4),
    ("anzac", "day"): Calendar(25, 4),
    ("halloween",): Calendar(31, 10),
    ("guy", "fawkes", "night"): Calendar(5, 11),
    ("guy", "fawkes"): Calendar(5, 11),
    ("bonfire", "night"): Calendar(5, 11),
    ("christmas", "eve"): Calendar(24, 12),
    ("xmas", "eve"): Calendar(24, 12),
    ("christmas", "day"): Calendar(25, 12),
    ("xmas", "day"): Calendar(25, 12),
    ("christmas",): Calendar(25, 12),
    ("xmas",): Calendar(25, 12),
    ("boxing", "day"): Calendar(26, 12),
    ("good", "friday"): Easter(-2),
    ("easter", "saturday"): Easter(-1),
    ("easter", "sunday"): Easter(),
    ("easter", "monday"): Easter(1),
    ("easter",): Easter(),
    ("shrove", "tuesday"): Easter(-47),
    ("pancake", "day"): Easter(-47),
    ("ash", "wednesday"): Easter(-46),
}
_FEAST_BEGINNINGS = frozenset(words[0] for words in _FEASTS)
_SECONDS_AND_THIRDS = 4
_LONGEST_MONTH = 31
_NOT_A_DAY_AFTER = wordset(
    """
    floor floors level lvl year years yr time edition row attempt semester term trimester week lab
    tutorial lecture lectures quiz assignment anniversary birthday grade door person place team
    group gen generation class hour attempts wave base degree draft round rounds test exam party
    meeting one version street avenue
    """
)
_BEFORE_A_DATE = frozenset(WEEKDAYS) | {"on", ","}
_BEFORE_A_CLOCK = frozenset({"at", "@", "from", "until", "to", "by"})
_BEFORE_A_MONTH = wordset(
    "in until to of next this by from for during since before after mid early late - all through"
)
_EDGES = wordset("end start beginning middle")


@charted
def calendar_day(line: Line, index: int) -> Found | None:
    """The day of the calendar told from this position on."""
    if line.number(index) is not None:
        ways: tuple[Callable[[Line, int], Found | None], ...] = _OF_FIGURES
    else:
        ways = _OF_WORDS
    for way in ways:
        found = way(line, index)
        if found is not None:
            return found
    return None


def _iso(line: Line, index: int) -> Found | None:
    """`2026-03-12`, `2026/3/12`, and with a time and an offset."""
    year, month, day = line.number(index), line.number(index + 2), line.number(index + 4)
    signs = {line.word(index + 1), line.word(index + 3)}
    if year is None or month is None or day is None or len(line.word(index)) != 4 or len(signs) != 1:
        return None
    if not signs <= {"-", "/", "."} or year < 1900:
        return None
    on = _dated(year, month, day)
    stamp = _stamp(line, index + 5, date(year, month, day)) if isinstance(on, On) else None
    if stamp is not None:
        return stamp
    after = index + 5
    return on, after + (line.word(after) == "t" and line.number(after + 1) is not None)


def _stamp(line: Line, index: int, day: date) -> Found | None:
    """The rest of an ISO instant: `T10:20:00+01:00`, `T10:20Z`."""
    at = index + (line.word(index) == "t")
    text = ""
    while (
        at < len(line)
        and len(text) < 24
        and (line.number(at) is not None or line.word(at) in {":", ".", "+", "-"})
    ):
        if text and not line.is_glued(at):
            break
        text += line.word(at)
        at += 1
    zulu = line.word(at) == "z" and line.is_glued(at)
    clock, sign, _ = text.partition("+") if "+" in text else text.partition("-")
    if ":" not in clock or not (sign or zulu):
        return None
    return Stamp(f"{day.isoformat()}T{text}{'Z' if zulu else ''}"), at + zulu


def _dated(year: int, month: int, day: int) -> Item:
    try:
        date(year, month, day)
    except ValueError:
        return Impossible()
    return On(Calendar(day, month, year))


def _slashed(line: Line, index: int) -> Found | None:
    """`12/3`, `12/3/26`, `12-3-2026`, `12.3.`, `12.3.2026`: the day comes first."""
    first, second, third = line.number(index), line.number(index + 2), line.number(index + 4)
    sign = line.word(index + 1)
    if first is None or second is None or sign not in {"/", "-", "."} or not line.is_glued(index + 2):
        return None
    if line.word(index + 3) == sign and third is not None and line.is_glued(index + 4):
        return _with_year(line, index, first, second, third)
    if sign == "/":
        if line.tokens[index].start == line.tokens[index + 2].start:
            return None  # one character, ½
        return _day_and_month(first, second), index + 3
    if sign == "." and 1 <= second <= 12 and 1 <= first <= 31:
        ended = line.word(index + 3) == "." and line.is_glued(index + 3)
        if len(line.word(index + 2)) == 2 and (not ended or line.word(index - 1) in _BEFORE_A_CLOCK):
            return None  # `at 9.10.` is ten past nine
        if ended or (line.word(index - 1) in _BEFORE_A_DATE and line.word(index + 3) not in HOUR_WORDS):
            return _day_and_month(first, second), index + 3 + ended
    return None


def _day_and_month(first: int, second: int) -> Item:
    if second > 12 and first <= 12:
        first, second = second, first
    if not (1 <= second <= 12 and 1 <= first <= 31):
        return Impossible()
    day = Calendar(first, second)
    return On(Named((day,)), swapped=Calendar(second, first) if first <= 12 and first != second else None)


def _with_year(line: Line, index: int, first: int, second: int, third: int) -> Found | None:
    size = len(line.word(index + 4))
    if size not in {2, 4} or len(line.word(index)) > 2:
        return None
    year = third if size == 4 else 2000 + third
    if second > 12 and first <= 12:
        first, second = second, first
    return _dated(year, second, first), index + 5


def _run_together(line: Line, index: int) -> Found | None:
    """`20260312`."""
    word = line.word(index)
    if len(word) != 8 or not word.isdecimal() or not word.startswith("20"):
        return None
    on = _dated(int(word[:4]), int(word[4:6]), int(word[6:]))
    return (on, index + 1) if isinstance(on, On) else None


def _day_then_month(line: Line, index: int) -> Found | None:
    """`12 March`, `12th of March 2027`, `the twelfth of march`."""
    at = index + (line.word(index) == "the")
    told = ordinal(line, at)
    number, after = (told.value, told.after) if told else (line.number(at), at + 1)
    if number is None or (len(line.word(at)) > 2 and told is None):
        return None
    after = line.past(after, {"of", "-", "/"} if line.is_glued(after) else {"of"})
    month = MONTHS.get(line.word(after))
    if month is None or (
        line.word(after) == "may" and line.word(after + 1) in {"i", "we", "be", "need", "have"}
    ):
        return None
    return _of_month(line, number, month, after + 1)


def _of_month(line: Line, day: int, month: int, after: int) -> Found:
    at = line.past(after, {",", "-", "/", "'"})
    year = line.number(at)
    if year is not None and len(line.word(at)) == 4 and 2000 <= year <= 2099 and not _is_time(line, at, year):
        return _dated(year, month, day), at + 1
    if not day >= 1 or day > _days_in(month):
        return Impossible(), after
    return On(Calendar(day, month)), after + (line.word(after) == "." and line.is_glued(after))


def _is_time(line: Line, index: int, year: int) -> bool:
    """Whether four figures after a month are a time: `12 march 2030` is a year, `2015-2100` is not."""
    ranged = line.word(index + 1) in {"-", "to"} and len(line.word(index + 2)) == 4
    return ranged or line.word(index + 1) in HOUR_WORDS or year % 100 > 40


def _days_in(month: int) -> int:
    """A leap February counts 29."""
    return 29 if month == 2 else 30 if month in {4, 6, 9, 11} else _LONGEST_MONTH


def _month_then_day(line: Line, index: int) -> Found | None:
    """`March 12th`, `march the 12th`, `Mar. 12`, `march 20-22`; `in march` is the whole month."""
    month = MONTHS.get(line.word(index))
    if month is None:
        return None
    told = _day_number(line, line.past(index + 1, {".", "the", "-", "/"}))
    if told is None:
        return _whole_month(line, index, month)
    number, after = told
    last = _day_number(line, after + 1) if line.word(after) == "-" else None
    if last is not None and number < last[0] <= _days_in(month):
        return On(through(Calendar(number, month), Calendar(last[0], month))), last[1]
    return _of_month(line, number, month, after)


def _day_number(line: Line, index: int) -> tuple[int, int] | None:
    """A day of a month, `12th` or a mere `12` that is no hour."""
    told = ordinal(line, index)
    if told is not None:
        return (told.value, told.after) if 1 <= told.value <= _LONGEST_MONTH else None
    number = line.number(index)
    if number is None or len(line.word(index)) > 2 or _is_an_hour(line, index + 1):
        return None
    return (number, index + 1) if 1 <= number <= _LONGEST_MONTH else None


def _is_an_hour(line: Line, index: int) -> bool:
    return line.word(index) in {":", "am", "pm", "oclock"}


def _whole_month(line: Line, index: int, month: int) -> Found | None:
    year = line.number(index + 1)
    if year is not None and 2000 <= year <= 2099:
        return On(Month(month, year=year)), index + 2
    if line.word(index - 2) == "week":
        return None
    led = line.word(index - 1) in _BEFORE_A_MONTH or line.word(index - 2) in _EDGES
    if not led and not line.is_alone(index):
        return None
    return On(Month(month)), index + 1


def _the_nth(line: Line, index: int) -> Found | None:
    """`the 12th`, `12th`; but not `the 12th floor`."""
    at = index + (line.word(index) == "the")
    told = ordinal(line, at)
    if told is None or not 1 <= told.value <= 31 or line.word(told.after) in _NOT_A_DAY_AFTER:
        return None
    nth = _nth_weekday(line, told.value, told.after)
    if nth is not None:
        return nth
    if told.spelled and (at == index or (told.value < _SECONDS_AND_THIRDS and line.word(index - 1) != "on")):
        return None
    after = told.after
    if line.reads(after, "of", "next", "month"):
        return On(Shifted(days=told.value - 1, base=Month(months=1, first_only=True))), after + 3
    if line.reads(after, "of", "this", "month") or line.reads(after, "of", "the", "month"):
        after += 3
    return On(Calendar(told.value)), after


def _nth_weekday(line: Line, nth: int, index: int) -> Found | None:
    """`the second tuesday of april`, `first monday in the month`."""
    number = WEEKDAYS.get(line.word(index))
    at = index + 1
    if number is None or line.word(at) not in {"in", "of"} or nth > 5:
        return None
    at = line.past(at + 1, {"the", "this"})
    months = 1 if line.word(at) == "next" else 0
    at += months
    if line.word(at) == "month":
        return On(WeekdayOfMonth(nth, number, Month(months=months))), at + 1
    month = MONTHS.get(line.word(at))
    return (On(WeekdayOfMonth(nth, number, Month(month))), at + 1) if month else None


def _last_weekday(line: Line, index: int) -> Found | None:
    """`the last friday of march`."""
    at = index + (line.word(index) == "the")
    return _nth_weekday(line, -1, at + 1) if line.word(at) == "last" else None


def _weekday_and_number(line: Line, index: int) -> Found | None:
    """`mon 16th`, `fri the 13th`, `tuesday, 17 march`: the number tells the day, the weekday comes along."""
    if line.word(index) not in WEEKDAYS:
        return None
    at = line.past(index + 1, {",", ".", "the"})
    found = _day_then_month(line, at) or _month_then_day(line, at) or _slashed(line, at) or _the_nth(line, at)
    if found is None or not isinstance(found[0], On) or isinstance(found[0].day, Month | WeekdayOfMonth):
        return None
    return found


def _feast(line: Line, index: int) -> Found | None:
    if line.word(index) not in _FEAST_BEGINNINGS:
        return None
    longest = max((words for words in _FEASTS if line.reads(index, *words)), key=len, default=None)
    return (On(_FEASTS[longest]), index + len(longest)) if longest else None


_OF_FIGURES = (_iso, _slashed, _day_then_month, _the_nth)
_OF_WORDS = (
    _run_together,
    _feast,
    _last_weekday,
    _weekday_and_number,
    _day_then_month,
    _month_then_day,
    _the_nth,
)
