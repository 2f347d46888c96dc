"""Texts that once blocked the event loop for seconds, took exponential time or crashed the parser."""

import ast
import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

import bot.language
from bot.conversation.intents import detect_intent
from bot.conversation.preferences import PreferenceValues, parse_preferences
from bot.conversation.society_arguments import _MENTION
from bot.language import (
    NameIndex,
    ParserDefaults,
    ParseResult,
    ProblemReason,
    parse_lines,
    parse_phrase,
    preload,
    summarize,
    to_json,
)
from bot.language.model.budget import MAX_STEPS, Budget
from bot.language.model.days import (
    MAX_DATE_RANGES,
    DayExpression,
    DayOffset,
    DayRange,
    Weekday,
    join_days,
    likeliest,
)
from bot.runtime.app import parse_text
from core.errors import Invalid
from core.model import Building, NotificationPreferences, Society
from tests.call_counter import CallCounter
from tests.language.scoring import LISTS, campus, phrases
from tests.security.expensive_text import SEPARATORS, WORDS, texts

NOW = datetime(2026, 3, 11, 10, 20, tzinfo=UTC)
ZONE = ZoneInfo("Europe/London")
NAMES = campus()
SECONDS = 0.5
"""Generous: the worst text takes some 20 ms. What is bounded tightly are counts of work."""

COMPOUNDS = (
    *("may-", "jan-", "wed-", "1/2-", "3/4-", "10-may-", "the-may-", "march 20-22 - ", "mon to "),
    *("today until ", "1st or 2nd or ", "3pm or 4pm or ", "1st at 3 or 4 or ", "mon/tue/"),
    *("30/3 or 29/3 or ", "29 feb/", "every mon and ", "every 1st or ", "march 20-22 or ", "1st-2nd or "),
    *("at 3pm until 1st or 4th or ", "3 to easter or ", "at ", "to at ", "for at ", "until ", "20 "),
    *("20,", "1,000,", "1.1.", "3-", "2h ", "0412 ", "+1(", "1a", "½", "ﷺ", "@a ", "@a", "@a may "),
    *("<@a", "<@a|", "<@a|b>", "''", "'a' ", '"a" ', '"', ", ", ",", "(", "-", "quad ", "quad, "),
    *("quad to the of ", "room ", "near the ", "least over ", "a a printer ", "sharp ish-", "x a x "),
    *("tuesdya ", "in weeks, ", "a week on ", "week after next ", "first of the ", "half ", "hundred "),
    *("twenty ", "coming this ", "now or ", "qwertyuiop "),
    *("montag ", "de 14h a ", "mo 10 ", "lunes martes ", "mai ", "a la 3 de la tarde ", "明天下午3点"),
    *("3-4 of ", "3 until 12 ", "week of ", "rest of the ", "third week of ", "tom 3 ", "thu 19 at "),
    *("32nd ", "on 15 ", "2026-03-25T16:00/", "3pm 20 ", "feb am ", "2nd year ", "next last ", "wed, 12. "),
)  # fmt: skip
CRASHES = (
    "tomoro-today-sundays",
    "tmmrw-tody-feb-mondays",
    "satdy - tn - christmas - late - wednesdays",
    "january to wendesday to 2day to thursdays to august",
    "weekends until sep until tonite until mondee until tuesdays",
    "every day 31/4",
    "daily 30/2",
    "tuesdays 29-31 feb",
    "30-31 feb every week",
    "every week fifth friday of february",
)


@pytest.fixture(scope="module", autouse=True)
def _warm() -> None:
    preload()


def _read(text: str) -> ParseResult:
    return parse_phrase(text, now=NOW, zone=ZONE, names=NAMES)


def _repeated(piece: str, size: int) -> str:
    return (piece * size)[:size]


def _work(text: str) -> int:
    """Counts the calls, of Python and C functions, while a text is parsed: the same in every run."""
    with CallCounter() as calls:
        _read(text)
    return calls.count


def _cpu_seconds(work: Callable[[], object]) -> float:
    start = time.thread_time()
    work()
    return time.thread_time() - start


@pytest.mark.parametrize("piece", COMPOUNDS)
def test_work_grows_with_the_length_of_the_text_and_no_faster(piece: str):
    shorter, longer = (_work(_repeated(piece, size)) for size in (150, 600))

    assert longer <= 4.4 * shorter + 2_000
    assert longer <= 250_000


@pytest.mark.parametrize("piece", COMPOUNDS)
def test_no_text_blocks_the_event_loop(piece: str):
    for size in (92, 500, 2_000, 20_000):
        text = _repeated(piece, size)
        assert _cpu_seconds(lambda text=text: to_json(_read(text))) < SECONDS, size


def _try_all(seed: int, count: int, sizes: tuple[int, ...]) -> tuple[float, str]:
    """Parses and summarises many texts; returns the longest CPU time and the start of that text."""
    slowest = (0.0, "")
    for text in texts(seed, count, sizes):
        took = _cpu_seconds(lambda text=text: summarize(_read(text), NAMES, now=NOW))
        slowest = max(slowest, (took, text[:100]))
    return slowest


def test_texts_of_all_words_and_separators_are_read_quickly():
    slowest = _try_all(seed=1, count=300, sizes=(100, 500, 2_000))

    assert slowest[0] < SECONDS, slowest


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(10))
def test_a_hundred_thousand_texts_are_read_quickly(seed: int):
    slowest = _try_all(seed=seed + 100, count=10_000, sizes=(500, 2_000))

    sys.stdout.write(f"slowest of 10,000: {slowest[0] * 1_000:.1f} ms, {slowest[1]!r}\n")
    assert slowest[0] < SECONDS, slowest


def test_the_texts_are_the_same_for_a_seed_and_use_every_separator():
    assert list(texts(7, 20, (200,))) == list(texts(7, 20, (200,)))
    mixed = " ".join(texts(1, 1_500, (500,)))
    assert all(separator in mixed for separator in SEPARATORS)
    assert len([word for word in WORDS if word in mixed]) > len(WORDS) * 0.9


@pytest.mark.parametrize("text", CRASHES)
@pytest.mark.parametrize("prefix", ["", "every ", "every tuesday ", "daily ", "3pm ", "until "])
def test_days_that_never_come_have_a_result_and_do_not_crash(text: str, prefix: str):
    to_json(_read(prefix + text))


def test_nothing_in_the_engine_can_run_out_of_a_generator():
    """`next` without a second argument becomes a `RuntimeError` in whatever generator calls it."""
    for file in Path(bot.language.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "next":
                assert len(node.args) == 2, f"{file.name}:{node.lineno}"


def test_a_day_costs_as_much_as_the_days_it_is_made_of():
    calls = 0

    class Counted:
        def date_ranges(self, today):
            nonlocal calls
            calls += 1
            return Weekday(2).date_ranges(today)

    day: DayExpression = Counted()
    for depth in range(1, 200):
        day = DayOffset(base=DayRange(day, Counted())) if depth % 2 else DayRange(day, Counted())

    assert len(list(likeliest(day, NOW.date()))) <= MAX_DATE_RANGES
    assert calls == 200


def test_a_range_of_ranges_is_one_range():
    first, middle, last = Weekday(0), Weekday(2), Weekday(4)

    assert (
        join_days(join_days(first, middle), last)
        == join_days(first, join_days(middle, last))
        == join_days(first, last)
    )


def test_a_chain_of_ranges_runs_from_its_first_day_through_its_last():
    assert _read("mon-wed-fri").when == _read("mon-fri").when


def test_too_many_times_are_refused_in_a_sentence_that_says_what_to_do():
    reading = _read("1st or 2nd or 3rd or " * 40 + " 20 seats")

    assert reading.when is None
    assert reading.problem is not None
    assert reading.problem.reason is ProblemReason.TOO_MUCH
    assert reading.problem.message == (
        "There are too many days and times in that to tell which you mean. Try “tomorrow 15:00”."
    )


def test_over_http_too_many_times_are_the_callers_mistake():
    services = SimpleNamespace(
        clock=SimpleNamespace(now=lambda: NOW),
        rules=SimpleNamespace(zone=ZONE),
        names=SimpleNamespace(get=lambda _read_model: NAMES),
        parser_defaults=ParserDefaults,
        read_model=None,
    )

    with pytest.raises(Invalid, match="too many days and times"):
        parse_text(services, "1st or 2nd or 3rd or " * 40)


def test_what_was_understood_besides_stays_when_times_are_too_many():
    reading = parse_phrase(
        "20 seats in the quad 1st or 2nd or 3rd", now=NOW, zone=ZONE, names=NAMES, max_steps=10
    )

    assert reading.problem is not None
    assert reading.problem.reason is ProblemReason.TOO_MUCH
    assert reading.capacity == 20
    assert reading.building is not None


def test_what_people_type_takes_a_small_part_of_the_limit(monkeypatch: pytest.MonkeyPatch):
    budgets: list[Budget] = []

    class RecordingBudget(Budget):
        def __init__(self, steps: int) -> None:
            super().__init__(steps)
            budgets.append(self)

    monkeypatch.setattr("bot.language.engine.Budget", RecordingBudget)
    for name in LISTS:
        for phrase in phrases(name):
            parse_phrase(phrase.text, now=phrase.now, zone=phrase.zone, names=NAMES)

    assert max(budget.spent for budget in budgets) < MAX_STEPS / 10


STAMP, EARLIER_STAMP = "2026-03-12T10:00:00+01:00", "2026-03-12T09:00:00+01:00"
BACKWARDS = (
    f"{STAMP} {STAMP}",
    f"{STAMP} {EARLIER_STAMP}",
    f"{STAMP} until {EARLIER_STAMP}",
    f"{STAMP} thru {STAMP}",
    f"{STAMP} to {EARLIER_STAMP}",
)


@pytest.mark.parametrize("text", BACKWARDS)
def test_an_end_that_is_not_after_the_start_is_refused_in_a_sentence(text: str):
    reading = _read(text)

    assert reading.when is None
    assert reading.problem is not None
    assert reading.problem.reason is ProblemReason.END_NOT_AFTER_START
    assert reading.problem.message == (
        f"In “{text}” the end does not come after the start. Try “tomorrow 15:00”."
    )
    assert to_json(reading)["start"] is None


@pytest.mark.parametrize("text", ["10:20:00 to 10:20:10", "10:20 to 10:20:10", "today 10:20:00-10:20:05"])
def test_a_range_that_ended_seconds_ago_never_ends_before_it_starts(text: str):
    reading = parse_phrase(text, now=NOW.replace(second=30), zone=ZONE, names=NAMES)

    times = filter(None, (reading.when, *reading.alternatives))
    assert all(when.end is None or when.end > when.start for when in times)


def test_no_text_makes_a_time_that_ends_before_it_starts():
    for text in texts(seed=3, count=600, sizes=(30, 60, 120)):
        reading = _read(text)
        for when in filter(None, (reading.when, *reading.alternatives)):
            assert when.end is None or when.end > when.start, text


SPACES = " " * 2_000
PREFERENCES = PreferenceValues(NotificationPreferences(), None)


OTHER_PARSERS: dict[str, Callable[[], object]] = {
    "spaces before a word of status": lambda: detect_intent(f"is{SPACES}free"),
    "spaces before another word": lambda: detect_intent(f"is x{SPACES}x free"),
    "mentions without an end": lambda: _MENTION.search("<@a|" * 500),
    "spaces between reminders": lambda: parse_preferences(f"reminders 30{SPACES},{SPACES}10", PREFERENCES),
    "brackets in a name": lambda: NameIndex.build((), (Building("K-A1", "(" * 20_000),), ()),
    "words in a name": lambda: NameIndex.build((), (Building("K-A1", "worth " * 4_000),), ()),
    "letters in a name": lambda: NameIndex.build((), (), (Society("SOX", "x" * 20_000),)),
}


@pytest.mark.parametrize("work", OTHER_PARSERS.values(), ids=OTHER_PARSERS.keys())
def test_other_parsers_and_names_from_feeds_are_quick(work: Callable[[], object]):
    assert _cpu_seconds(work) < SECONDS


def test_a_time_zone_of_a_thousand_parts_is_an_error_in_its_line():
    line = json.dumps({"text": "3pm", "tz": "A/" * 500 + "x"})

    (answer,) = parse_lines([line], NAMES, NOW, ZONE)

    assert "time zone" in json.loads(answer)["error"]


def test_letters_that_look_like_those_of_a_setting_do_not_crash():
    with pytest.raises(Invalid):
        parse_preferences("reminders 30 notice\u017f on", PREFERENCES)
