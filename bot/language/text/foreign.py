"""Writes dates and hours of other languages in English, token by token, where their meaning is sure."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from msgspec import Struct

from bot.language.lexicon import word_set
from bot.language.lexicon.foreign_words import DOUBTFUL_WORDS, FUNCTION_WORDS, PHRASES
from bot.language.lexicon.vocabulary import KNOWN_WORDS, MONTH_NUMBERS, WEEKDAY_NUMBERS
from bot.language.text.foreign_names import (
    READ_LANGUAGES,
    ForeignWord,
    foreign_abbreviations,
    foreign_words,
    unread_foreign_words,
)
from bot.language.text.tokenizer import Token

_MAX_PHRASE_WORDS = 3
_MAX_TOKENS_IN_RANGE = 5
_MIN_TOKENS_OF_DATE = 3
_ARTICLES = frozenset({"am", "den", "der", "il", "op", "o"})
_NUMBER_DISTANCE = 2
_YEAR_DIGITS = 4
_HOUR_CODE = re.compile(r"(\d{1,2})(uhr|uur|(?<=\d\d)u|heures|horas|hs)")
_TIME_LEADS = word_set("at from until between")
_HOUR_LEADS = word_set("um gegen ab bis las alle dalle ore om tot vers entre zwischen")
_DAY_NAMES = frozenset(WEEKDAY_NUMBERS) | frozenset(MONTH_NUMBERS) | {"today", "tomorrow", "overmorrow"}
_ENGLISH_DAYS = frozenset(name for name in WEEKDAY_NUMBERS if len(name) > 4) | word_set(
    "today tomorrow tonight yesterday"
)
_MORNING_WORDS = {"de": "morgen", "nl": "morgen", "es": "manana", "pt": "manha"}


class ForeignReading(Struct, frozen=True):
    """Tokens in English, and spans of the text `[start, end)` whose meaning is not sure.

    `is_foreign`: some words were of another language.
    """

    tokens: list[Token]
    is_foreign: bool = False
    doubtful: tuple[tuple[int, int], ...] = ()


def translate_tokens(tokens: list[Token], is_name: Callable[[str], bool]) -> ForeignReading:
    """Translates the words of dates and hours, when the text has some of one language.

    A text with English names of days is English: there, such a word is a name.
    """
    if any(token.word in _ENGLISH_DAYS for token in tokens):
        return ForeignReading(tokens)
    tokens = _drop_articles(tokens)
    unread = tuple(_find_unread_words(tokens, is_name))
    found = dict(_find_words(tokens, is_name))
    languages = frozenset(READ_LANGUAGES).intersection(*(word.languages for word in found.values()))
    short = dict(_find_abbreviations(tokens, is_name, is_known=bool(found)))
    if not found and not short:
        return ForeignReading(tokens, bool(unread), unread)
    languages = _choose_meanings(short, found, languages)
    if not languages or not found:
        unsure = [(token.start, token.end) for token in tokens if token.start in {*found, *short}]
        return ForeignReading(tokens, is_foreign=True, doubtful=(*unread, *unsure))
    unsure = [(token.start, token.end) for token in tokens if token.start in short.keys() - found.keys()]
    language = max(sorted(languages), key=lambda each: _count_function_words(tokens, each))
    translated, doubtful = _Translator(_split_hours(tokens), language, found, is_name).translate()
    return ForeignReading(translated, is_foreign=True, doubtful=(*unread, *unsure, *doubtful))


def _drop_articles(tokens: list[Token]) -> list[Token]:
    """The tokens without articles before dates, whose months are English too (`am 3. November`)."""
    return [token for index, token in enumerate(tokens) if not _is_article(tokens, index)]


def _is_article(tokens: Sequence[Token], index: int) -> bool:
    if tokens[index].word not in _ARTICLES or tokens[index].field is not None:
        return False
    if index and (tokens[index - 1].word.isdecimal() or tokens[index].is_attached):
        return False  # `3 am`
    follows = [token.word for token in tokens[index + 1 : index + _MIN_TOKENS_OF_DATE + 1]]
    month = follows[1 + (follows[1] == ".") :] if len(follows) > 1 else []
    return bool(month) and follows[0].isdecimal() and month[0] in MONTH_NUMBERS


def _choose_meanings(
    short: Mapping[int, tuple[ForeignWord, ...]], found: dict[int, ForeignWord], languages: frozenset[str]
) -> frozenset[str]:
    """Adds the abbreviations of which the languages leave one meaning; returns the languages then left."""
    for start, meanings in sorted(short.items(), key=lambda item: len(item[1])):
        possible = [word for word in meanings if word.languages & languages]
        if len(possible) == 1:
            found[start] = possible[0]
            languages &= possible[0].languages
    return languages


def _find_abbreviations(
    tokens: Sequence[Token], is_name: Callable[[str], bool], *, is_known: bool
) -> Iterator[tuple[int, tuple[ForeignWord, ...]]]:
    """Short weekdays before a number, first or in a text known to be foreign; short months after one."""
    words = foreign_abbreviations()
    for index, token in enumerate(tokens):
        meanings = words.get(token.word)
        if meanings is None or not _is_free(token, is_name):
            continue
        if meanings[0].english in WEEKDAY_NUMBERS:
            is_first = index == 0 or not tokens[index - 1].is_word or is_known
            is_date = is_first and _is_number_ahead(tokens, index + 1)
        else:
            before = index - 1 - (index > 0 and tokens[index - 1].word == ".")
            is_date = before >= 0 and tokens[before].word.isdecimal()
        if is_date:
            yield token.start, meanings


def _is_number_ahead(tokens: Sequence[Token], index: int) -> bool:
    at = index + (index < len(tokens) and tokens[index].word in {".", ","})
    return at < len(tokens) and tokens[at].word[:1].isdecimal()


def _is_free(token: Token, is_name: Callable[[str], bool]) -> bool:
    return token.field is None and token.word not in KNOWN_WORDS and not is_name(token.word)


def _find_words(tokens: Sequence[Token], is_name: Callable[[str], bool]) -> Iterator[tuple[int, ForeignWord]]:
    words = foreign_words()
    for index, token in enumerate(tokens):
        word = words.get(token.word)
        if word is None:
            code = _HOUR_CODE.fullmatch(token.word)
            word = words.get(code.group(2)) if code else None
        if word is None or not _is_free(token, is_name):
            continue
        if not word.needs_number or _is_near_number(tokens, index):
            yield token.start, word


def _find_unread_words(tokens: Sequence[Token], is_name: Callable[[str], bool]) -> Iterator[tuple[int, int]]:
    words = unread_foreign_words()
    for index, token in enumerate(tokens):
        needs_number = words.get(token.word)
        if needs_number is None or not _is_free(token, is_name):
            continue
        if not needs_number or _is_near_number(tokens, index):
            yield token.start, token.end


def _is_near_number(tokens: Sequence[Token], index: int) -> bool:
    nearby = tokens[max(index - _NUMBER_DISTANCE, 0) : index + _NUMBER_DISTANCE + 1]
    return any(token.word[:1].isdecimal() or token.word == "feira" for token in nearby)


def _count_function_words(tokens: Sequence[Token], language: str) -> int:
    return sum(token.raw in FUNCTION_WORDS[language] for token in tokens)


def _split_hours(tokens: Sequence[Token]) -> list[Token]:
    """`14uhr` and `14u` as number and word."""
    result: list[Token] = []
    for token in tokens:
        code = _HOUR_CODE.fullmatch(token.word) if token.field is None else None
        if code is None:
            result.append(token)
            continue
        middle = token.start + len(code.group(1))
        result.append(Token(code.group(1), token.start, middle, token.is_attached, raw=code.group(1)))
        result.append(Token(code.group(2), middle, token.end, is_attached=True, raw=code.group(2)))
    return result


class _Translator:
    """Translates tokens of one language from left to right."""

    def __init__(
        self,
        tokens: list[Token],
        language: str,
        found: dict[int, ForeignWord],
        is_name: Callable[[str], bool],
    ) -> None:
        self.tokens, self.language, self.found, self.is_name = tokens, language, found, is_name
        self.words = FUNCTION_WORDS[language]
        self.result: list[Token] = []
        self.range_start: int | None = None
        self.is_length = False

    def translate(self) -> tuple[list[Token], tuple[tuple[int, int], ...]]:
        index = 0
        while index < len(self.tokens):
            index = self._translate_at(index)
        return self.result, tuple(self._doubtful())

    def _translate_at(self, index: int) -> int:
        token = self.tokens[index]
        if token.field is not None:
            return self._add(token.word, index, index + 1)
        for size in range(_MAX_PHRASE_WORDS, 1, -1):
            words = tuple(each.raw for each in self.tokens[index : index + size] if each.field is None)
            english = PHRASES.get(words)
            if english is not None and len(words) == size and self._is_phrase(index, english):
                return self._add(self._in_range(english, len(self.result)), index, index + size)
        name = self.found.get(token.start)
        if name is not None and name.english and not self._is_morning(index):
            return self._add_name(name.english, index)
        if self._is_morning(index):
            return self._add("morning", index, index + 1)
        if token.word in self.words or token.raw in self.words:
            return self._add_function_word(self.words.get(token.raw, self.words.get(token.word, "")), index)
        if token.word == "feira":
            return index + 1
        return self._add(token.word, index, index + 1)

    def _is_phrase(self, index: int, english: str) -> bool:
        """`de la tarde` says pm only after a number."""
        return english not in {"am", "pm"} or (index > 0 and self._follows_hour())

    def _follows_hour(self) -> bool:
        return bool(self.result) and (self.result[-1].word.isdecimal() or self.result[-1].word == "oclock")

    def _is_morning(self, index: int) -> bool:
        """`montag morgen`, `heute morgen`: the word for tomorrow after a day."""
        is_word = self.tokens[index].word == _MORNING_WORDS.get(self.language)
        return is_word and bool(self.result) and self.result[-1].word in _DAY_NAMES | {"this"}

    def _add(self, word: str, index: int, end_index: int) -> int:
        first, last = self.tokens[index], self.tokens[end_index - 1]
        if word == first.word and end_index == index + 1:
            self.result.append(first)
        else:
            self.result.append(
                Token(word, first.start, last.end, first.is_attached, first.field, raw=first.raw)
            )
        return end_index

    def _add_name(self, english: str, index: int) -> int:
        """The day; `next` after it (`lundi prochain`) goes before it."""
        following = self.tokens[index + 1].raw if index + 1 < len(self.tokens) else ""
        is_next = self.words.get(following) in {"next", "coming"} and english in WEEKDAY_NUMBERS
        if is_next:
            self._add("next", index, index + 1)
            return self._add(english, index + 1, index + 2)
        return self._add(english, index, index + 1)

    def _add_function_word(self, english: str, index: int) -> int:
        at = len(self.result)
        if english == "oclock":
            return self._add_hour_word(index)
        if english == "from" and (self._is_before_year(index + 1) or not self._is_before_hour(index + 1)):
            is_of = self._is_before_year(index + 1) or (
                self._follows_number() and index + 1 < len(self.tokens)
            )
            return self._add("of" if is_of else self.tokens[index].word, index, index + 1)
        if english == "at":
            if not self._is_before_hour(index + 1):
                return self._add(self.tokens[index].word, index, index + 1)
            english = self._in_range("at", at)
        if english in {"from", "between"}:
            self.range_start = at
        if english == "for":
            self.is_length = True
        elif english in _TIME_LEADS:
            self.is_length = False
        return self._add(english, index, index + 1)

    def _in_range(self, english: str, at: int) -> str:
        """`at` ends a range that a word for from has opened: `de 14h à 16h`, `dalle 10 alle 12`."""
        start = self.range_start
        if english == "from":
            self.range_start = at
        if english != "at" or start is None or at - start > _MAX_TOKENS_IN_RANGE:
            return english
        self.range_start = None
        return "until"

    def _add_hour_word(self, index: int) -> int:
        """The word for hours after a number: `14 Uhr`, `10h30`, `pour 2h`."""
        if not self._follows_number():
            return self._add(self.tokens[index].word, index, index + 1)
        following = self.tokens[index + 1] if index + 1 < len(self.tokens) else None
        has_minutes = following is not None and following.word.isdecimal() and len(following.word) == 2
        if has_minutes and not self.is_length:
            return self._add(":", index, index + 1)
        return self._add("hours" if self.is_length else "oclock", index, index + 1)

    def _follows_number(self) -> bool:
        return bool(self.result) and self.result[-1].word.isdecimal()

    def _is_before_year(self, index: int) -> bool:
        """Whether a year follows, and a month has just been: `20 de octubre de 2026`."""
        word = self.tokens[index].word if index < len(self.tokens) else ""
        is_year = len(word) == _YEAR_DIGITS and word.isdecimal() and word.startswith("20")
        return is_year and bool(self.result) and self.result[-1].word in MONTH_NUMBERS

    def _is_before_hour(self, index: int) -> bool:
        """Whether a number, an hour with a name or another function word follows."""
        if index >= len(self.tokens):
            return False
        word = self.tokens[index].raw
        is_named = self.words.get(word) in {"noon", "midnight", "oclock"}
        return word[:1].isdecimal() or is_named or self._is_unknown_hour(index)

    def _is_unknown_hour(self, index: int) -> bool:
        """Whether an hour in words follows: `a las tres`, `um zehn Uhr`."""
        return self.tokens[index - 1].raw in _HOUR_LEADS and self.tokens[index].word.isalpha()

    def _doubtful(self) -> Iterator[tuple[int, int]]:
        """Fractions of hours, and what follows a word for `at` but is no hour."""
        for index, token in enumerate(self.result):
            if token.field is not None:
                continue
            after_lead = index > 0 and self.result[index - 1].word in _TIME_LEADS
            is_translated = after_lead and self.result[index - 1].raw != self.result[index - 1].word
            is_unknown = token.word.isalpha() and _is_free(token, self.is_name)
            if token.raw in DOUBTFUL_WORDS or (is_translated and is_unknown):
                yield token.start, token.end
