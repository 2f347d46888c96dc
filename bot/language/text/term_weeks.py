"""Writes weeks of terms as dates: `week 3`, `weeks 1-10`, `reading week`, `until the end of term`.

The grammar then reads them like typed dates: `every tuesday weeks 1-10` becomes `every tuesday from 12
january 2026 until 29 march 2026 except 16 february 2026 to 22 february 2026`.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, timedelta
from functools import lru_cache

from msgspec import Struct

from bot.language.lexicon import word_set
from bot.language.lexicon.vocabulary import (
    CONNECTIVE_WORDS,
    FILLER_WORDS,
    HOUR_WORDS,
    KNOWN_WORDS,
    MERIDIEMS,
    MINUTE_WORDS,
    MONTH_NUMBERS,
    PEOPLE_WORDS,
    SMALL_NUMBER_WORDS,
    WEEK_WORDS,
)
from bot.language.text.term_dates import END_WORDS, EXCLUSION_WORDS, TermPhrase, TermWriter, repeats
from bot.language.text.tokenizer import Token, normalize, tokenize
from core.model import CalendarDays
from core.policy.terms import ORIENTATION, Terms

_ORDINALS = {
    "first": 1,
    "second": 2,
    "third": 3,
    "fourth": 4,
    "fifth": 5,
    "sixth": 6,
    "1st": 1,
    "2nd": 2,
    "3rd": 3,
}
_BREAK_WORDS = word_set("reading flexibility flex")
_ORIENTATION_WORDS = word_set("orientation welcome induction freshers o")
_NO_WEEK_NUMBER_AFTER = word_set("this next last every each per a one coming following other single whole")
_RANGE_WORDS = word_set("- to through thru until till")
_LIST_WORDS = word_set(", and & +")
_PERIOD_WORDS = word_set("in during throughout over within")
_WHOLE_WORDS = word_set("all whole entire this the rest remainder")
_COURSEWORK = word_set("problem problems set sets quiz test exercise exercises sheet notes paper")
_WEEK_CODE = re.compile(r"(?:week|weeks|wk|wks)([0-9]{1,2})")
_OTHER_WORDS = KNOWN_WORDS | FILLER_WORDS | CONNECTIVE_WORDS | EXCLUSION_WORDS
_MAX_NUMBER = 53
_MAX_WEEKS_NAMED = 60


class TermReading(Struct, frozen=True):
    """Tokens with dates for weeks of terms; `unknown` are spans `[start, end)` of weeks that no term has."""

    tokens: list[Token]
    unknown: tuple[tuple[int, int], ...] = ()


_NAMED = "named"
"""Mark of the words of a name, while times are looked for beside it."""


def translate_term_weeks(
    tokens: list[Token],
    terms: Terms,
    today: date,
    is_name: Callable[[str], bool],
    name_spans: Callable[[Sequence[Token]], Iterable[tuple[int, int]]],
) -> TermReading:
    """Writes what a text says about weeks of terms as dates, seen from a day.

    Words of the names `[start, end)` that `name_spans` finds say nothing about time (`Alpha One week 10`).
    """
    first_words = {variant[0] for term in terms.all for variant in _name_variants(term.name) if variant}
    if not any(
        token.word in WEEK_WORDS
        or "term" in token.word
        or token.word in first_words
        or _WEEK_CODE.fullmatch(token.word)
        for token in tokens
    ):
        return TermReading(tokens)
    named = [token for start, end in name_spans(tokens) for token in tokens[start:end] if token.field is None]
    _mark(named, _NAMED)
    reading = _translate(tokens, terms, today, is_name)
    _mark(named, None)
    return reading


def _mark(tokens: Iterable[Token], field: str | None) -> None:
    for token in tokens:
        token.field = field


def _translate(tokens: list[Token], terms: Terms, today: date, is_name: Callable[[str], bool]) -> TermReading:
    phrases = list(_Finder(tokens, terms, today, is_name).find())
    unknown = tuple(
        (tokens[each.first].start, tokens[each.after - 1].end) for each in phrases if not each.runs
    )
    if not phrases or unknown:
        return TermReading(tokens, unknown)
    return TermReading(TermWriter(tokens, phrases, today).write())


class _Finder:
    """Finds phrases from left to right."""

    def __init__(
        self, tokens: Sequence[Token], terms: Terms, today: date, is_name: Callable[[str], bool]
    ) -> None:
        self.tokens, self.terms, self.today, self.is_name = tokens, terms, today, is_name
        self.names = [(term, variant) for term in terms.all for variant in _name_variants(term.name)]

    def find(self) -> Iterator[TermPhrase]:
        """What is ruled out is of the same term as what is wanted."""
        index, every_term = 0, self.terms
        while index < len(self.tokens):
            phrase = self._at(index) if self.tokens[index].field is None else None
            if phrase is not None:
                yield phrase
                term = self.terms.term_of(phrase.runs[0].last) if phrase.runs else None
                self.terms = (
                    Terms((term,)) if term is not None and self._rules_out(phrase.after) else every_term
                )
            index = phrase.after if phrase is not None else index + 1

    def _at(self, index: int) -> TermPhrase | None:
        for rule in (self._weeks, self._named_week, self._end_of_term, self._whole_term):
            if (phrase := rule(index)) is not None:
                return phrase
        return None

    def _rules_out(self, index: int) -> bool:
        return any(self._word(at) in EXCLUSION_WORDS for at in range(index, len(self.tokens)))

    def _word(self, index: int) -> str:
        is_free = 0 <= index < len(self.tokens) and self.tokens[index].field is None
        return self.tokens[index].word if is_free else ""

    # Week 3, weeks 1-10

    def _weeks(self, index: int) -> TermPhrase | None:
        """`week 3`, `wk 5`, `weeks 1-4, 6 and 8`, `week 1 to week 10`, each with its term before or after."""
        terms, at = self._term_name(index) or (self.terms, index)
        if self._word(at - 1) in _NO_WEEK_NUMBER_AFTER:
            return None
        first = self._number_of_week(at)
        if first is None:
            return None
        numbers, after, is_list = self._list(first)
        if self._is_clock_ahead(after) or self._word(after) in MONTH_NUMBERS:
            return None
        is_plural = self._word(at) in {"weeks", "wks"} or is_list
        terms, after = self._term_after(after, terms)
        if not is_plural and self._describes_something(after):
            return None
        weeks = terms.weeks(numbers, self.today)
        return TermPhrase(index, after, _runs(week.days for week in weeks), is_period=is_plural)

    def _number_of_week(self, index: int) -> tuple[int, int] | None:
        """The number after a word for weeks, and the index after it."""
        code = _WEEK_CODE.fullmatch(self._word(index))
        if code is not None:
            return int(code.group(1)), index + 1
        if self._word(index) not in WEEK_WORDS:
            return None
        return self._number(index + 1)

    def _number(self, index: int) -> tuple[int, int] | None:
        word = self._word(index)
        number = int(word) if word.isdecimal() and len(word) <= 2 else SMALL_NUMBER_WORDS.get(word)
        return None if number is None or number > _MAX_NUMBER else (number, index + 1)

    def _list(self, first: tuple[int, int]) -> tuple[set[int], int, bool]:
        """The numbers of a list, the index after it, and whether there was more than the first."""
        last, at = first
        numbers = {last}
        while len(numbers) < _MAX_WEEKS_NAMED:
            separator, begins = self._word(at), at + 1
            begins += separator == "," and self._word(begins) == "and"
            following = self._number_of_week(begins) or self._number(begins)
            if following is None or separator not in _RANGE_WORDS | _LIST_WORDS:
                break
            number, after = following
            if self._is_clock_ahead(after) or (separator in _LIST_WORDS and number <= last):
                break
            numbers |= set(range(last, number + 1)) if separator in _RANGE_WORDS else {number}
            last, at = number, after
        return numbers, at, len(numbers) > 1

    def _is_clock_ahead(self, index: int) -> bool:
        """Whether the number before is an hour, or counts something: `3pm`, `3:30`, `3-5pm`, `20 seats`."""
        if self._word(index) in MERIDIEMS | PEOPLE_WORDS | HOUR_WORDS | MINUTE_WORDS | {":", "oclock"}:
            return True
        is_range = self._word(index) in _RANGE_WORDS and self._word(index + 1).isdecimal()
        return is_range and self._word(index + 2) in MERIDIEMS | {":"}

    # Reading week, first week of term

    def _named_week(self, index: int) -> TermPhrase | None:
        """`reading week`, `o week`, `first week of term`, `the last week of this term`."""
        word, at = self._word(index), index + 1
        if self._word(at) != "week":
            return None
        at += 1
        if word in _BREAK_WORDS or word in _ORIENTATION_WORDS:
            terms, at = self._term_after(at, self.terms)
            return None if self._describes_something(at) else self._week_called(word, index, at, terms)
        if (word in _ORDINALS or word in {"last", "final"}) and self._word(at) == "of":
            found = self._term(at + 1)
            return self._week_called(word, index, found[1], found[0]) if found is not None else None
        return None

    def _week_called(self, word: str, index: int, after: int, terms: Terms) -> TermPhrase:
        if word in _BREAK_WORDS:
            week = terms.break_week(self.today)
        elif word in {"last", "final"}:
            week = terms.last_week(self.today)
        else:
            number = _ORDINALS.get(word, ORIENTATION)
            week = next(iter(terms.weeks([number], self.today)), None)
        return TermPhrase(index, after, (week.days,) if week is not None else ())

    # Terms

    def _end_of_term(self, index: int) -> TermPhrase | None:
        """`until the end of term`."""
        at = index + (self._word(index) == "the")
        if self._word(index - 1) not in END_WORDS or self._word(at) != "end" or self._word(at + 1) != "of":
            return None
        found = self._term(at + 2)
        if found is None:
            return None
        end = found[0].end_of_term(self.today)
        runs = (CalendarDays(end, end),) if end is not None else ()
        return TermPhrase(index, found[1], runs, is_bound=True)

    def _whole_term(self, index: int) -> TermPhrase | None:
        """`all term`, `for the rest of the term`, `next term`, `in spring`, beside a word for repeating."""
        at = index
        while self._word(at) in _WHOLE_WORDS or (self._word(at) == "of" and at > index):
            at += 1
        found = self._term(at) if at > index else self._term_if_next(index) or self._term_by_name(index)
        if found is None or not repeats(self.tokens) or self._describes_something(found[1]):
            return None
        term = found[0].term_of(self.today)
        days = CalendarDays(max(term.start, self.today), term.end) if term is not None else None
        return TermPhrase(index, found[1], (days,) if days is not None else (), is_period=True)

    def _term_if_next(self, index: int) -> tuple[Terms, int] | None:
        return self._term(index) if self._word(index) == "next" else None

    def _term_by_name(self, index: int) -> tuple[Terms, int] | None:
        """`in spring term`, `during term 2`: a name that a word for a period comes before."""
        before = self._word(index - 1)
        before = self._word(index - 2) if before == "the" else before
        return self._term_name(index) if before in _PERIOD_WORDS else None

    def _term(self, index: int) -> tuple[Terms, int] | None:
        """`term`, `the term`, `next term`, or a term's name."""
        if self._word(index) in {"the", "this"} and self._word(index + 1) == "term":
            index += 1
        if self._word(index) == "next" and self._word(index + 1) == "term":
            return Terms(tuple(each for each in self.terms.all if each.start > self.today)), index + 2
        named = self._term_name(index)
        if named is not None:
            return named
        return (self.terms, index + 1) if self._word(index) == "term" else None

    def _term_after(self, index: int, terms: Terms) -> tuple[Terms, int]:
        """The term named after a week: `of term 2`, `of next term`, `spring`."""
        found = self._term(index + (self._word(index) in {"of", "in"}))
        return found if found is not None else (terms, index)

    def _term_name(self, index: int) -> tuple[Terms, int] | None:
        """The terms of the longest name that stands here, with `term` behind it or not."""
        best: tuple[int, list[str]] = (0, [])
        for term, words in self.names:
            if tuple(self._word(index + place) for place in range(len(words))) == words:
                if len(words) > best[0]:
                    best = len(words), []
                if len(words) == best[0]:
                    best[1].append(term.name)
        if not best[0]:
            return None
        after = index + best[0]
        after += self._word(after) == "term"
        return Terms(tuple(each for each in self.terms.all if each.name in best[1])), after

    def _describes_something(self, index: int) -> bool:
        """Whether a word that is no time follows: `week 3 tutorial`, `reading week social`."""
        word = self._word(index)
        if word in _COURSEWORK:
            return True
        return word.isalpha() and word not in _OTHER_WORDS and not self.is_name(word)


@lru_cache(maxsize=256)
def _name_variants(name: str) -> tuple[tuple[str, ...], ...]:
    """The words of a term's name, with its year and without it."""
    words = tuple(token.word for token in tokenize(normalize(name)))
    short = tuple(word for word in words if not (word.isdecimal() and len(word) == 4))
    return (words, short) if short and short != words else (words,)


def _runs(weeks: Iterable[CalendarDays]) -> tuple[CalendarDays, ...]:
    """Consecutive weeks joined."""
    runs: list[CalendarDays] = []
    for days in weeks:
        if runs and runs[-1].last + timedelta(days=1) == days.first:
            runs[-1] = CalendarDays(runs[-1].first, days.last)
        else:
            runs.append(days)
    return tuple(runs)
