"""Completes times while they are typed: `tom` becomes tomorrow at likely hours, `fri 2` Friday at 14:00.

Candidates are phrases, and only those are suggested that the parser reads whole, so that what is picked is
what is booked. A text that nothing completes gets general suggestions and never an error.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from itertools import chain

from msgspec.structs import replace

from bot.chat.reply import Option
from bot.language import ParseResult, TimeKind

MAX_TIMES = 25
_MAX_PARSED = 60
"""Phrases that are parsed for one suggestion, about a millisecond each."""
_MAX_TYPED = 80
_GENERAL = ("now", "now for 2 hours", "this afternoon", "tomorrow", "tomorrow 10:00-11:00")
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAY_PARTS = ("morning", "afternoon", "evening")
_WORDS = (
    *("now", "today", "tonight", "tomorrow", "this", "next", "noon", "midday", "weekend", "week"),
    *_DAY_PARTS,
    *_WEEKDAYS,
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
    *("hour", "hours", "minutes", "until"),
)
_LIKELY_HOURS = (9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20)
_LENGTHS = ("1 hour", "30 minutes", "2 hours", "90 minutes", "3 hours")
_LAST_WORD = re.compile(r"(?P<before>.*?)(?P<word>[a-z]+)$", re.IGNORECASE)
_LAST_HOUR = re.compile(r"(?P<before>.*?(?:^|[\s,@]))(?P<hour>\d{1,2})(?P<half>[ap]?)$", re.IGNORECASE)
_OPEN_CLOCK = re.compile(r"(?P<before>.*?(?:^|[\s,@]))(?P<hour>\d{1,2})[:.](?P<minute>[0-5]?)$")
_OPEN_RANGE = re.compile(
    r"(?P<before>.*?(?:^|[\s,@]))(?P<start>\d{1,2})(?P<minutes>:[0-5]\d)? ?(?P<half>[ap]m)? ?"
    r"(?:-|–|to|until|till)$",
    re.IGNORECASE,
)
_OPEN_LENGTH = re.compile(r"(?P<before>.*\S) +for(?: (?P<count>\d{1,3}))?(?: ?[a-z]*)?$", re.IGNORECASE)
_NIGHT, _NOON = 7, 12
_MAX_HOURS, _MIN_MINUTES = 12, 5
"""An hour below `_NIGHT` is first taken for the afternoon."""

ParseTime = Callable[[str], ParseResult]
SummarizeTime = Callable[[ParseResult], str]


def suggest_times(typed: str, parse: ParseTime, summarize: SummarizeTime) -> list[Option]:
    """Suggestions for a typed text, the likeliest first."""
    typed = " ".join(typed.split())
    if not typed:
        return [Option(each, each) for each in _GENERAL]
    found = list(_readable(_candidates(typed[:_MAX_TYPED], parse), parse, summarize))
    return found[:MAX_TIMES] or [Option(each, each) for each in _GENERAL]


def _readable(candidates: Iterable[str], parse: ParseTime, summarize: SummarizeTime) -> Iterator[Option]:
    """The candidates that are read whole, each meaning once."""
    seen: set[object] = set()
    for number, phrase in enumerate(dict.fromkeys(candidates)):
        if number >= _MAX_PARSED or len(seen) >= MAX_TIMES:
            return
        reading = parse(phrase)
        if not _is_clear(reading):
            continue
        meaning = replace(reading, text="", spans=(), assumptions=())
        if meaning not in seen:
            seen.add(meaning)
            summary = summarize(reading)
            yield Option(f"{phrase} → {summary}" if summary and summary != phrase else phrase, phrase)


def _is_clear(reading: ParseResult) -> bool:
    is_read = reading.problem is None and reading.clarification is None and not reading.unparsed
    return is_read and reading.when is not None


def _candidates(typed: str, parse: ParseTime) -> Iterator[str]:
    reading = parse(typed)
    if reading.clarification is not None:
        yield from (
            re.sub(re.escape(reading.clarification.text), choice, typed, count=1, flags=re.IGNORECASE)
            for choice in reading.clarification.choices
        )
    yield from _open_ends(typed)
    if _is_clear(reading):
        yield typed
        yield from _refined(typed, reading) if typed[-1].isalnum() else ()
    completed = list(_completed_words(typed))
    for phrase in completed:
        further = parse(phrase)
        if _is_clear(further):
            yield from chain((phrase,), _refined(phrase, further))
    if reading.when is not None and reading.problem is None:
        yield typed


def _completed_words(typed: str) -> Iterator[str]:
    """The text with its last word completed."""
    match = _LAST_WORD.fullmatch(typed)
    if match is None:
        return
    before, word = match["before"], match["word"].casefold()
    for each in _WORDS:
        if each.startswith(word) and each != word:
            yield f"{before}{each}"
        if each.startswith(word) and each in {"this", "next"}:
            yield from (f"{before}{each} {day}" for day in (*_DAY_PARTS, "week", *_WEEKDAYS))


def _open_ends(typed: str) -> Iterator[str]:
    """The text with a length, a range, a clock or an hour completed that it ends in the middle of."""
    for pattern, complete in _OPEN_ENDS:
        match = pattern.fullmatch(typed)
        if match is not None:
            return complete(match)
    return iter(())


def _complete_length(match: re.Match[str]) -> Iterator[str]:
    count = match["count"]
    lengths = (f"{count} {unit}" for unit in _units(int(count))) if count else _LENGTHS
    yield from (f"{match['before']} for {length}" for length in lengths)


def _units(count: int) -> Iterator[str]:
    if count <= _MAX_HOURS:
        yield "hours" if count != 1 else "hour"
    if count >= _MIN_MINUTES:
        yield "minutes"


def _complete_range(match: re.Match[str]) -> Iterator[str]:
    minutes = match["minutes"] or ":00"
    for hour in _hours(int(match["start"]), (match["half"] or "")[:1].casefold()):
        ends = range(hour + 1, min(hour + 5, 24))
        yield from (f"{match['before']}{hour}{minutes}-{end}{minutes}" for end in ends)


def _complete_clock(match: re.Match[str]) -> Iterator[str]:
    minutes = [each for each in ("00", "15", "30", "45") if each.startswith(match["minute"])]
    for hour in _hours(int(match["hour"]), ""):
        yield from (f"{match['before']}{hour}:{minute}" for minute in minutes)


def _complete_hour(match: re.Match[str]) -> Iterator[str]:
    before = match["before"]
    if before.casefold().split()[-1:] == ["in"]:
        return  # `in 20` is a wait, no hour
    for hour in _hours(int(match["hour"]), match["half"].casefold()):
        yield f"{before}{hour}:00"
        yield from (f"{before}{hour}:00-{hour + length}:00" for length in (1, 2) if hour + length < 24)
    if not match["half"] and match["hour"] in {"1", "2"}:
        yield from (f"{before}{match['hour']}{digit}:00" for digit in range(10))


_OPEN_ENDS = (
    (_OPEN_LENGTH, _complete_length),
    (_OPEN_RANGE, _complete_range),
    (_OPEN_CLOCK, _complete_clock),
    (_LAST_HOUR, _complete_hour),
)


def _hours(typed: int, half: str) -> tuple[int, ...]:
    """The hours of the day that a typed hour can mean, the likelier first."""
    if typed > 23 or (half and not 1 <= typed <= 12):
        return ()
    if half:
        return (typed % _NOON + (_NOON if half == "p" else 0),)
    if typed == 0 or typed > _NOON:
        return (typed,)
    morning, afternoon = typed % _NOON or _NOON, typed % _NOON + _NOON
    if typed == _NOON:
        return (_NOON,)
    return (afternoon, morning) if typed < _NIGHT else (morning, afternoon)


def _refined(phrase: str, reading: ParseResult) -> Iterator[str]:
    """The phrase with likely hours for a day, hours within a part of the day, or lengths for a start."""
    when = reading.when
    if when is None or when.recurrence is not None:
        return
    if when.kind is TimeKind.DAY and (when.end is None or when.end - when.start <= timedelta(hours=25)):
        yield from (f"{phrase} {hour}:00-{hour + 1}:00" for hour in _LIKELY_HOURS)
    elif when.kind is TimeKind.PART and when.end is not None:
        for each in _within(when.start, when.end):
            yield f"{each:%a} {each.day} {each:%b %H:%M}-{each + timedelta(hours=1):%H:%M}"
    elif when.kind is TimeKind.INSTANT and "default duration" in reading.assumptions:
        yield from (f"{phrase} for {length}" for length in _LENGTHS)


def _within(start: datetime, end: datetime) -> Iterator[datetime]:
    """The full hours of a window."""
    hour = start.replace(minute=0, second=0, microsecond=0)
    while hour + timedelta(hours=1) <= end:
        if hour >= start:
            yield hour
        hour += timedelta(hours=1)
