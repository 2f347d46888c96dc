"""Asks dateparser about words of dates that the grammar did not understand; drops implausible answers."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from importlib import import_module
from typing import Any

from bot.language.lexicon import word_set
from bot.language.text.tokenizer import Token

_MAX_TEXT_LENGTH = 60
_MAX_DATE_WORDS = 6
_DAY_UNIT_WORDS = word_set("day days week weeks fortnight month months year years decade")
_DAY_LEAD_WORDS = word_set("in next after from within later hence coming")


def find_date_words(tokens: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """Runs `[start, end)` of a few free words, among them a unit of days and a word that leads to one."""
    index = 0
    while index < len(tokens):
        end_index = index
        while end_index < len(tokens) and tokens[end_index].field is None and tokens[end_index].is_word:
            end_index += 1
        run = {token.word for token in tokens[index:end_index]}
        if 1 < end_index - index <= _MAX_DATE_WORDS and run & _DAY_UNIT_WORDS and run & _DAY_LEAD_WORDS:
            yield index, end_index
        index = end_index + 1


def preload_dateparser() -> None:
    """Loads dateparser and has it compile its patterns, which takes a moment the first time."""
    guess_day("in 3 weeks", datetime(2026, 1, 1))  # noqa: DTZ001 - dateparser wants wall time


def guess_day(text: str, now: datetime) -> date | None:
    """The day that the words mean, from tomorrow to a year ahead. `now` is naive wall time."""
    if len(text) > _MAX_TEXT_LENGTH or not any(map(str.isalpha, text)):
        return None
    dateparser: Any = import_module("dateparser")
    settings = {
        "RELATIVE_BASE": now,
        "PREFER_DATES_FROM": "future",
        "DATE_ORDER": "DMY",
        "RETURN_AS_TIMEZONE_AWARE": False,
        "REQUIRE_PARTS": [],
    }
    found = dateparser.parse(text, languages=["en"], settings=settings)
    if not isinstance(found, datetime):
        return None
    day = found.replace(tzinfo=None).date()
    return day if 0 < (day - now.date()).days <= 366 else None
