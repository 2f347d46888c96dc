"""Times in the words that Roomie answers with, which it reads back as the same times."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from bot.language.lexicon.vocabulary import MONTH_NAMES, WEEKDAY_NAMES
from bot.language.model.reading import Kind, Repetition, Unit, When


def time_in_words(when: When, now: datetime, *, plainly: bool = False) -> str:
    """`Thu 12 Mar, 15:00–17:00`; with its year when that is not this one. `plainly` writes 1500hrs."""
    year = now.astimezone(when.start.tzinfo).year
    told = ", ".join(
        filter(
            None,
            (_day(when, year), _hours(when, year, _military if plainly else _clock), _length(when.length)),
        )
    )
    if when.repeats is None:
        return told
    rest = ", ".join(
        filter(None, (_hours(when, year, _military if plainly else _clock), _length(when.length)))
    )
    return ", ".join(
        filter(
            None,
            (
                _every(when.repeats),
                rest,
                f"from {day_in_words(when.start.date(), year)}",
                _until(when.repeats, year),
            ),
        )
    )


def day_in_words(day: date, year: int) -> str:
    told = f"{WEEKDAY_NAMES[day.weekday()]} {day.day} {MONTH_NAMES[day.month]}"
    return told if day.year == year else f"{told} {day.year}"


def stamped(when: When) -> str:
    """The same as machines write it, for the rare time that words would leave open (a repeated hour)."""
    end = f" to {when.end.isoformat()}" if when.end else ""
    return f"{when.start.isoformat()}{end}"


def _day(when: When, year: int) -> str:
    first = day_in_words(when.start.date(), year)
    if when.kind is not Kind.DAY or when.end is None:
        return first
    return f"{first} – {day_in_words(when.end.date() - timedelta(days=1), year)}"


def _hours(when: When, year: int, clock: Callable[[datetime], str]) -> str:
    if when.kind is Kind.DAY:
        return ""
    if when.kind is Kind.PART:
        return when.part or ""
    start = clock(when.start)
    if when.end is None:
        return start
    if _is_within_a_day(when.start, when.end):
        return f"{start}–{clock(when.end)}"
    return f"{start} – {day_in_words(when.end.date(), year)}, {clock(when.end)}"


def _is_within_a_day(start: datetime, end: datetime) -> bool:
    days = (end.date() - start.date()).days
    return days == 0 or (days == 1 and end.time() <= start.time())


def _clock(moment: datetime) -> str:
    told = f"{moment:%H:%M}"
    if moment.microsecond:
        return f"{told}:{moment:%S}.{moment.microsecond:06d}"
    return f"{told}:{moment:%S}" if moment.second else told


def _military(moment: datetime) -> str:
    return f"{moment:%H%M}hrs"


def _length(length: timedelta | None) -> str:
    if length is None:
        return ""
    hours, minutes = divmod(int(length.total_seconds()) // 60, 60)
    return "for " + " ".join(
        filter(None, (f"{hours}h" if hours else "", f"{minutes} min" if minutes else ""))
    )


def _every(repeats: Repetition) -> str:
    step = f"{repeats.every} " if repeats.every > 1 else ""
    plural = "s" if repeats.every > 1 else ""
    if repeats.unit is not Unit.WEEK:
        return f"every {step}{repeats.unit}{plural}"
    days = " and ".join(WEEKDAY_NAMES[day] for day in repeats.weekdays)
    return f"every {step}weeks on {days}" if step else f"every {days}"


def _until(repeats: Repetition, year: int) -> str:
    return f"until {day_in_words(repeats.until, year)}" if repeats.until else ""
