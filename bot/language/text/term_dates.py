"""Writes phrases about terms as dates that the grammar reads."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise

from msgspec import Struct
from msgspec.structs import replace

from bot.language.lexicon import word_set
from bot.language.lexicon.vocabulary import PLURAL_WEEKDAYS, WEEKDAY_NUMBERS
from bot.language.text.tokenizer import Token
from core.model import CalendarDays

_MONTHS = (
    "",
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
END_WORDS = word_set("until till to through thru by before -")
_START_WORDS = word_set("from since starting beginning")
EXCLUSION_WORDS = word_set("except excluding not without but skip skipping")
_LEADING_WORDS = word_set("for in during over of on from , between throughout all within")
REPEATING_WORDS = word_set("every each weekly daily fortnightly biweekly weekdays")


def repeats(tokens: Sequence[Token]) -> bool:
    """Whether a text names something that repeats: `every`, `weekly`, `tuesdays`."""
    words = REPEATING_WORDS | PLURAL_WEEKDAYS
    return any(token.field is None and token.word in words for token in tokens)


class TermPhrase(Struct, frozen=True):
    """Words about a term, tokens `[first, after)`: runs of days, none where no term has them.

    `is_period` are weeks or a term to repeat in; otherwise it is one week. `is_bound`:
    only its last day counts.
    """

    first: int
    after: int
    runs: tuple[CalendarDays, ...]
    is_period: bool = False
    is_bound: bool = False


class TermWriter:
    """Writes the tokens again, with dates in the place of phrases."""

    def __init__(self, tokens: Sequence[Token], phrases: Sequence[TermPhrase], today: date) -> None:
        self.tokens, self.phrases, self.today = tokens, phrases, today
        inside = {index for each in phrases for index in range(each.first, each.after)}
        self.weekdays = [
            index
            for index, token in enumerate(tokens)
            if token.field is None and token.word in WEEKDAY_NUMBERS and index not in inside
        ]
        self.repeats = repeats(tokens)
        self.result: list[Token] = []
        self.delayed: list[tuple[str, ...]] = []
        self.exceptions: list[CalendarDays] = []

    def write(self) -> list[Token]:
        dated = self._dated_weekdays()
        index = 0
        for phrase in self.phrases:
            self._copy(index, phrase.first, dated)
            if phrase in dated.values():
                self._drop_leading_words()
            else:
                self._write(phrase)
            index = phrase.after
        self._copy(index, len(self.tokens), dated)
        for days in self.exceptions:
            at = replace(self.tokens[-1], start=self.tokens[-1].end)
            self._add(at, "except", *_words_of(days.first), "to", *_words_of(days.last))
        return self.result

    def _dated_weekdays(self) -> dict[int, TermPhrase]:
        """The weekdays that become dates, each with the nearest week."""
        weeks = [
            each for each in self.phrases if not (each.is_bound or each.is_period or self._is_limit(each))
        ]
        if self.repeats or not weeks or any(self._is_repeating(each) for each in self.phrases):
            return {}
        return {
            index: min(weeks, key=lambda each: max(each.first - index, index - each.after + 1))
            for index in self.weekdays
        }

    def _is_limit(self, phrase: TermPhrase) -> bool:
        return self._excludes(phrase.first) or self._lead(phrase.first) in END_WORDS | _START_WORDS

    def _copy(self, first: int, after: int, dated: Mapping[int, TermPhrase]) -> None:
        for index in range(first, after):
            token = self.tokens[index]
            is_first_weekday = bool(self.weekdays) and index == self.weekdays[0]
            if (
                is_first_weekday
                and not self.repeats
                and any(self._is_repeating(each) for each in self.phrases)
            ):
                self._add(token, "every")
            self.result.append(token)
            if index in dated:
                day = dated[index].runs[0].first + timedelta(days=WEEKDAY_NUMBERS[token.word])
                self._add(token, *_words_of(day))
            if self.weekdays and index == self.weekdays[-1]:
                for words in self.delayed:
                    self._add(token, *words)

    def _is_repeating(self, phrase: TermPhrase) -> bool:
        return phrase.is_period and not self._excludes(phrase.first)

    def _write(self, phrase: TermPhrase) -> None:
        first, last = phrase.runs[0].first, phrase.runs[-1].last
        at = replace(self.tokens[phrase.first], end=self.tokens[phrase.after - 1].end)
        lead = self._lead(phrase.first)
        if phrase.is_bound or lead in END_WORDS:
            self._add(at, *_words_of(first if lead == "before" and not phrase.is_bound else last))
            return
        if lead in _START_WORDS and not phrase.is_period:
            self._add(at, *_words_of(max(first, self.today)))
            return
        self._drop_leading_words()
        if self._excludes(phrase.first):
            self._write_exclusion(at, phrase)
            return
        begins = max(first, self.today) if last >= self.today else first
        if self.repeats or (phrase.is_period and self.weekdays):
            self._add_period(at, phrase, ("from", *_words_of(begins), "until", *_words_of(last)))
        else:
            self._add(at, *_words_of(begins), "-", *_words_of(last))
        self.exceptions += [each for each in _gaps(phrase.runs) if each.last >= self.today]

    def _add_period(self, at: Token, phrase: TermPhrase, words: tuple[str, ...]) -> None:
        """After the weekdays, where the grammar expects it."""
        if self.weekdays and phrase.first < self.weekdays[-1]:
            self.delayed.append(words)
        else:
            self._add(at, *words)

    def _write_exclusion(self, at: Token, phrase: TermPhrase) -> None:
        """What is over needs no exclusion."""
        ahead = [days for days in phrase.runs if days.last >= self.today]
        if not ahead:
            while self.result and self.result[-1].word in EXCLUSION_WORDS:
                self.result.pop()
        for place, days in enumerate(ahead):
            self._add(
                at, *(("except",) if place else ()), *_words_of(days.first), "to", *_words_of(days.last)
            )

    def _lead(self, index: int) -> str:
        """The word before a phrase, without `the`."""
        at = index - 1
        while at >= 0 and self.tokens[at].word in {"the", "of"}:
            at -= 1
        return self.tokens[at].word if at >= 0 and self.tokens[at].field is None else ""

    def _excludes(self, index: int) -> bool:
        return any(token.word in EXCLUSION_WORDS for token in self.tokens[max(0, index - 3) : index])

    def _drop_leading_words(self) -> None:
        """`in`, `for the`, `of`: they belonged to the phrase."""
        while (
            self.result and self.result[-1].field is None and self.result[-1].word in _LEADING_WORDS | {"the"}
        ):
            self.result.pop()

    def _add(self, at: Token, *words: str) -> None:
        self.result += [Token(word, at.start, at.end, is_attached=False, raw=word) for word in words]


def _words_of(day: date) -> tuple[str, ...]:
    return str(day.day), _MONTHS[day.month], str(day.year)


def _gaps(runs: Sequence[CalendarDays]) -> list[CalendarDays]:
    step = timedelta(days=1)
    return [CalendarDays(one.last + step, other.first - step) for one, other in pairwise(runs)]
