"""Windows, clock faces, opening hours, and ends in other words: values computed apart from the parser."""

import gc
from datetime import UTC, date, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest

from bot.language import ParserDefaults, TimeKind, parse_phrase, preload, summarize, to_json
from tests.language.scoring import LISTS, campus, phrases

NAMES = campus()
LONDON, SYDNEY = ZoneInfo("Europe/London"), ZoneInfo("Australia/Sydney")
NOW = datetime(2026, 3, 11, 10, 20, tzinfo=LONDON)
TOMORROW, FRIDAY = date(2026, 3, 12), date(2026, 3, 13)
DAYS = (("tomorrow", TOMORROW), ("on friday", FRIDAY))
LENGTHS = (("an hour", 60), ("90 mins", 90), ("half an hour", 30), ("2h", 120), ("an hour and 20", 80))
FACES = "twelve one two three four five six seven eight nine ten eleven".split()  # noqa: SIM905 - read easily
LOCAL_HOURS = ParserDefaults(weekday_hours=(9 * 60, 19 * 60 + 30), weekend_hours=(10 * 60, 16 * 60))


def _parse(text, now=NOW, zone=LONDON, **options):
    return parse_phrase(text, now=now, zone=zone, names=NAMES, **options)


def _time(text, now=NOW, zone=LONDON, **options):
    reading = _parse(text, now, zone, **options)
    assert reading.problem is None, (text, reading.problem)
    assert not reading.unparsed, (text, reading.unparsed)
    return reading.when


def _instant(day, hour, minute=0, zone=LONDON):
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone)


@pytest.mark.parametrize(
    "template",
    [
        "{length} between {first} and {last} {day}",
        "{length} sometime between {first} and {last} {day}",
        "{length} some time {first}-{last} {day}",
        "{day} between {first} and {last} for {length}",
        "{day}, {first} to {last}, for {length} at some point",
        "{length} anywhere from {first} till {last} {day}",
        "{length} within {first}-{last} {day}",
    ],
)
def test_a_length_within_a_longer_time_is_a_window(template):
    for (length, minutes), (day, on), (first, last) in product(
        LENGTHS, DAYS, ((1, 5), (2, 6), (10, 1), (9, 12))
    ):
        when = _time(template.format(length=length, first=first, last=last, day=day))

        start, end = (hour if hour > 8 else hour + 12 for hour in (first, last))
        assert (when.kind, when.start, when.end, when.duration) == (
            TimeKind.PART,
            _instant(on, start),
            _instant(on, end),
            timedelta(minutes=minutes),
        )


@pytest.mark.parametrize("template", ["{length} before {hour} {day}", "{day}, {length} right before {hour}"])
def test_a_length_before_an_hour_ends_there(template):
    for (length, minutes), (day, on), hour in product(LENGTHS, DAYS, (11, 3, 5)):
        when = _time(template.format(length=length, hour=hour, day=day))

        end = _instant(on, hour if hour > 8 else hour + 12)
        assert (when.kind, when.start, when.end) == (TimeKind.RANGE, end - timedelta(minutes=minutes), end)


def test_a_length_after_or_before_an_hour_is_a_window_up_to_the_opening_hours():
    after = _time("after 4 for an hour tomorrow", defaults=LOCAL_HOURS)
    before = _time("2 hours on saturday before 3", defaults=LOCAL_HOURS)
    late = _time("after 7pm for an hour tomorrow", defaults=LOCAL_HOURS)

    assert (after.start, after.end) == (_instant(TOMORROW, 16), _instant(TOMORROW, 19, 30))
    assert (before.start, before.end) == (_instant(date(2026, 3, 14), 10), _instant(date(2026, 3, 14), 15))
    assert (late.kind, late.end) == (TimeKind.RANGE, _instant(TOMORROW, 20))


def test_a_window_that_has_begun_starts_now_while_enough_of_it_is_left():
    begun = _time("an hour between 9 and 12")
    over = _time("an hour between 9 and 11")
    exact = _time("40 minutes between 9 and 11")

    assert (begun.start, begun.end) == (NOW, _instant(NOW, 12))
    assert over.start == _instant(TOMORROW, 9)
    assert (exact.kind, exact.start, exact.end) == (TimeKind.RANGE, NOW, _instant(NOW, 11))


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("first thing {}", 0, 60),
        ("last thing {}", -60, 0),
        ("end of the day {}", -60, 0),
        ("an hour before closing {}", -60, 0),
        ("2 hours before they close {}", -120, 0),
        ("last thing {} for 90 mins", -90, 0),
        ("from opening till closing {}", 0, 0),
        ("when you open for an hour {}", 0, 60),
    ],
)
@pytest.mark.parametrize(
    ("day", "on", "hours"),
    [("tomorrow", TOMORROW, (9, 0, 19, 30)), ("on saturday", date(2026, 3, 14), (10, 0, 16, 0))],
)
def test_opening_hours_decide(text, first, last, day, on, hours):
    when = _time(text.format(day), defaults=LOCAL_HOURS)

    opening, closing = _instant(on, *hours[:2]), _instant(on, *hours[2:])
    assert when.start == (opening if first >= 0 else closing + timedelta(minutes=first))
    assert when.end == (opening + timedelta(minutes=last) if first >= 0 and last else closing)


def test_opening_hours_are_wall_time_of_the_campus():
    defaults = ParserDefaults(weekday_hours=(9 * 60, 18 * 60), campus_zone=LONDON)

    when = _time("an hour before closing tomorrow", zone=ZoneInfo("Europe/Helsinki"), defaults=defaults)

    assert when.end == _instant(TOMORROW, 18)


def test_a_campus_that_never_closes():
    defaults = ParserDefaults(weekday_hours=(0, 24 * 60), weekend_hours=(0, 24 * 60))

    assert _time("an hour before closing", defaults=defaults).end == _instant(TOMORROW, 0)
    assert _time("friday 11pm till close", defaults=defaults).end == _instant(date(2026, 3, 14), 0)


@pytest.mark.parametrize(
    ("words", "minutes"),
    [("quarter past", 15), ("ten past", 10), ("twenty five past", 25), ("7 past", 7), ("half past", 30),
     ("quarter after", 15), ("twenty after", 20), ("quarter to", -15), ("ten to", -10), ("20 to", -20),
     ("quarter of", -15), ("quarter before", -15), ("three minutes to", -3), ("three quarters past", 45)],
)  # fmt: skip
def test_minutes_past_and_to_an_hour(words, minutes):
    for number, (suffix, shift) in product(range(1, 12), (("", 0), (" o'clock", 0), (" pm", 12 * 60))):
        for hour in (str(number), FACES[number]):
            if suffix:
                expected = number * 60 + minutes + 12 * 60
            else:
                expected = number * 60 + minutes
                expected += 12 * 60 * (expected < 7 * 60)
            when = _time(f"tomorrow at {words} {hour}{suffix}")
            minutes_into_day = when.start.hour * 60 + when.start.minute
            assert minutes_into_day % (12 * 60) == expected % (12 * 60), (words, hour, suffix)
            assert not shift or when.start.hour >= 11, (words, hour, suffix)
    assert _time(f"tomorrow {words} noon").start == _instant(TOMORROW, 12) + timedelta(minutes=minutes)


def test_spoken_hours_and_minutes():
    for hour, minute in product(range(1, 13), (10, 15, 20, 30, 40, 45, 50)):
        spoken = {
            10: "ten",
            15: "fifteen",
            20: "twenty",
            30: "thirty",
            40: "forty",
            45: "forty five",
            50: "fifty",
        }
        for sign in " -":
            if minute == 10 and sign == "-":
                continue
            when = _time(f"{FACES[hour % 12]}{sign}{spoken[minute]} pm tomorrow")
            assert (when.start.hour, when.start.minute) == (hour % 12 + 12, minute)


@pytest.mark.parametrize(
    "template",
    [
        "start {} finish {}",
        "starts at {}, ends at {}",
        "at {}, leaving at {}",
        "{} start, {} finish",
        "{}pm, done by {}pm",
        "from {} and out by {}",
        "arriving {} leaving {}",
        "from {} through to {}",
        "from {} until we finish at {}",
        "from {} until my next class at {}",
        "at {} and i have to go at {}",
    ],
)
@pytest.mark.parametrize(("day", "on"), [("", NOW), (" tomorrow", TOMORROW)])
def test_ends_in_other_words(template, day, on):
    for first, last in ((1, 3), (2, 4), (3, 6)):
        when = _time(template.format(first, last) + day)

        assert (when.start, when.end) == (_instant(on, first + 12), _instant(on, last + 12))


@pytest.mark.parametrize(
    "template",
    [
        "i finish work at {event} so {own}",
        "lecture ends at {event} so from {own}",
        "kickoff is at {event} so room at {own}",
        "at {own} because my bus is at {event}",
        "room from {own}, kickoff at {event}",
        "we get out at {event} so {own}",
    ],
)
def test_the_time_of_something_else_is_not_the_rooms(template):
    for event, own, hour, minute in ((5, "6pm", 18, 0), (2, "half 3", 15, 30), (4, "4:30", 16, 30)):
        when = _time(template.format(event=event, own=own))

        assert (when.start, when.end) == (_instant(NOW, hour, minute), None)


def test_times_are_whole_minutes():
    now = datetime(2026, 3, 11, 10, 20, 41, 250_000, tzinfo=UTC)
    texts = ("now", "in 20 minutes", "for an hour", "until 5", "15:30:45", "7:56:30pm", "this time tomorrow")
    more = ("2026-03-12T10:00:30Z", "before 6", "this morning", "an hour between 10 and 1")
    for text in texts + more:
        when = _time(text, now=now)
        for instant in filter(None, (when.start, when.end)):
            assert (instant.second, instant.microsecond) == (0, 0), text


def test_the_summary_of_every_phrase_has_the_same_time():
    for phrase in phrases("development_phrases.jsonl"):
        reading = parse_phrase(phrase.text, now=phrase.now, zone=phrase.zone, names=NAMES)
        summary = summarize(reading, NAMES, now=phrase.now)
        again = parse_phrase(summary, now=phrase.now, zone=phrase.zone, names=NAMES)
        assert again.when == reading.when, (phrase.text, summary)


def test_a_window_across_a_clock_change_has_a_summary_that_parses_as_the_same():
    for text in ("an hour between 00:30 and 3am tomorrow", "30 min between 1am and 2:30 tomorrow"):
        now = datetime(2026, 10, 24, 12, tzinfo=LONDON)
        reading = _parse(text, now=now)

        assert _parse(summarize(reading, NAMES, now=now), now=now).when == reading.when


def test_windows_in_json():
    answer = to_json(_parse("an hour between 2 and 6 tomorrow"))

    assert (answer["kind"], answer["duration"]) == ("part", 60)
    assert (answer["start"], answer["end"]) == ("2026-03-12T14:00:00+00:00", "2026-03-12T18:00:00+00:00")


def test_a_parsed_phrase_leaves_no_garbage_to_collect():
    """Cycles would make the garbage collector run, which delays an answer by tens of milliseconds."""
    preload()
    typed = [phrase for name in LISTS for phrase in phrases(name)]
    for phrase in typed:
        parse_phrase(phrase.text, now=phrase.now, zone=phrase.zone, names=NAMES)
    gc.collect()
    gc.disable()
    try:
        for phrase in typed:
            parse_phrase(phrase.text, now=phrase.now, zone=phrase.zone, names=NAMES)
        assert gc.collect() < len(typed)
    finally:
        gc.enable()
