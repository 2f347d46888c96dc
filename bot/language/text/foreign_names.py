"""Loads the names of days and months in other languages from dateparser's language data."""

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from typing import Any

from msgspec import Struct

from bot.language.lexicon import word_set
from bot.language.lexicon.foreign_words import LANGUAGE_WORDS
from bot.language.lexicon.vocabulary import KNOWN_WORDS, MONTH_NAMES, MONTH_NUMBERS, WEEKDAY_NUMBERS
from bot.language.text.tokenizer import normalize

READ_LANGUAGES = ("de", "fr", "es", "it", "nl", "pt")
"""Languages whose dates are read; Chinese is read by `text.chinese`."""
_DETECTED_LANGUAGES = (
    "pl",
    "sv",
    "da",
    "nb",
    "fi",
    "cs",
    "tr",
    "hu",
    "ro",
    "ca",
    "el",
    "ru",
    "uk",
    "ja",
    "ko",
)
_FIRST_OTHER_SCRIPT = 0x0370
_MIN_WORD_LENGTH, _SHORT_MONTH_LENGTH = 4, 4
_RELATIVE_DAYS = {"0 day ago": "today", "in 1 day": "tomorrow", "1 day ago": "yesterday"}
_ENGLISH_WEEKDAYS = tuple(name for name in WEEKDAY_NUMBERS if name.endswith("day"))
_ENGLISH_MONTHS = tuple(
    next((name for name, number in MONTH_NUMBERS.items() if number == month), "")
    for month in range(1, len(MONTH_NAMES))
)
_NEEDS_NUMBER = word_set("segunda terca quarta quinta sexta")
_HOUR_LEADS = word_set("kl klo godz klockan saat")
_NOT_ABBREVIATIONS = word_set("die mit son don sex ago gen set out hoy ene mag")
_AMBIGUOUS_RELATIVES = word_set("hier")


class ForeignWord(Struct, frozen=True):
    """What a word means in English, in which languages; `needs_number` when it may be another word."""

    english: str
    languages: frozenset[str]
    needs_number: bool = False


def has_foreign_letters(text: str) -> bool:
    """Whether a text has letters that are not Latin."""
    return not text.isascii() and any(
        ord(letter) >= _FIRST_OTHER_SCRIPT and letter.isalpha() for letter in text
    )


@cache
def foreign_words() -> dict[str, ForeignWord]:
    """Words of dates by their spelling without accents; English words and campus words are none of them."""
    found: dict[str, ForeignWord] = {}
    for language in READ_LANGUAGES:
        for word, english, needs_number in _names_of(language):
            known = found.get(word)
            if known is None:
                found[word] = ForeignWord(english, frozenset({language}), needs_number)
            elif known.english == english:
                languages = known.languages | {language}
                found[word] = ForeignWord(english, languages, known.needs_number or needs_number)
    for word, languages in LANGUAGE_WORDS.items():
        found[word] = ForeignWord("", languages, needs_number=word in {"alle", "dalle", "ore"})
    return found


@cache
def unread_foreign_words() -> dict[str, bool]:
    """Words of dates in languages that are only recognised, and whether each needs a number next to it."""
    names = {
        word: needs_number
        for language in _DETECTED_LANGUAGES
        for word, _, needs_number in _names_of(language)
        if word not in foreign_words() and (len(word) > _MIN_WORD_LENGTH or not word.isascii())
    }
    return names | dict.fromkeys(_HOUR_LEADS, True)


@cache
def foreign_abbreviations() -> dict[str, tuple[ForeignWord, ...]]:
    """Short names of weekdays and months (`mo`, `jeu`, `mai`), with each of their meanings."""
    found: dict[str, dict[str, frozenset[str]]] = {}
    for language in READ_LANGUAGES:
        info = _language_data(language)
        for english in (*_ENGLISH_WEEKDAYS, *_ENGLISH_MONTHS):
            for word in map(_to_word, info.get(english, ())):
                if _is_abbreviation(word):
                    meanings = found.setdefault(word, {})
                    meanings[english] = meanings.get(english, frozenset()) | {language}
    return {
        word: tuple(ForeignWord(english, languages) for english, languages in meanings.items())
        for word, meanings in found.items()
    }


def _language_data(language: str) -> dict[str, Any]:
    info: dict[str, Any] = import_module(f"dateparser.data.date_translation_data.{language}").info
    return info


def _names_of(language: str) -> Iterator[tuple[str, str, bool]]:
    """Each name of a weekday, a month or a day, its English, and whether it needs a number beside it."""
    info = _language_data(language)
    for names in (_ENGLISH_WEEKDAYS, _ENGLISH_MONTHS):
        is_month = names is _ENGLISH_MONTHS
        for english in names:
            for word in filter(_is_long, map(_to_word, info.get(english, ()))):
                yield word, english, (is_month and len(word) <= _SHORT_MONTH_LENGTH) or word in _NEEDS_NUMBER
    relative = info.get("relative-type", {})
    for key, english in _RELATIVE_DAYS.items():
        for word in filter(_is_long, map(_to_word, relative.get(key, ()))):
            if word not in _AMBIGUOUS_RELATIVES:
                yield word, english, False


def _to_word(name: str) -> str:
    """The name as one plain word of the tokenizer."""
    return normalize(name).text.replace("'", "").partition("-")[0].strip().rstrip(".")


def _is_long(word: str) -> bool:
    """Whether it is a name in full, and no English word."""
    is_short = len(word) < _MIN_WORD_LENGTH and word != "hoy" and word.isascii()
    return not is_short and word.isalpha() and word not in KNOWN_WORDS


def _is_abbreviation(word: str) -> bool:
    is_short = 2 <= len(word) < _MIN_WORD_LENGTH and word.isascii() and word.isalpha()
    return is_short and word not in KNOWN_WORDS and word not in _NOT_ABBREVIATIONS
