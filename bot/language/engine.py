"""Reading a text: names and wishes first, then the time, then what is left over."""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from functools import cache
from itertools import islice
from zoneinfo import ZoneInfo

from bot.language.grammar.bare_numbers import resolve_bare_numbers
from bot.language.grammar.phrase import TimePhrase, build_phrase
from bot.language.grammar.scanner import correctable_time_words, scan
from bot.language.lexicon.vocabulary import CONNECTIVE_WORDS, FILLER_WORDS, KNOWN_WORDS
from bot.language.lexicon.wordlist import word_set
from bot.language.model.budget import MAX_STEPS, Budget, BudgetSpent
from bot.language.model.days import CalendarDay
from bot.language.model.items import DayItem
from bot.language.model.reading import ParseResult, ProblemReason, TextSpan
from bot.language.resolve.context import Resolution, ResolutionContext
from bot.language.resolve.dateparser_fallback import guess_day, preload_dateparser
from bot.language.resolve.defaults import ParserDefaults
from bot.language.resolve.resolver import resolve
from bot.language.rooms.names import NameIndex
from bot.language.rooms.places import find_places
from bot.language.rooms.requirements import find_requirements
from bot.language.rooms.seats import find_capacities
from bot.language.text.quoted import find_mentions, find_titles
from bot.language.text.spelling import SpellingCorrector
from bot.language.text.token_cursor import TokenCursor
from bot.language.text.tokenizer import Token, normalize, tokenize
from bot.language.wording.problems import clarification_for, problem_for
from core.model.entities import Equipment, Location, Usage

_MAX_TEXT_LENGTH = 600
_MAX_CORRECTIONS = 40
_MAX_GUESSES = 3
_STEPS_OF_A_GUESS = 50
_EXTRA_CAPACITY = "spare"
_IGNORED_WORDS = FILLER_WORDS | CONNECTIVE_WORDS
_MAX_DATE_WORDS = 6
_DAY_UNIT_WORDS = word_set("day days week weeks fortnight month months year years decade")
_DAY_LEAD_WORDS = word_set("in next after from within later hence coming")
DEFAULTS = ParserDefaults()


def parse_phrase(
    text: str,
    *,
    now: datetime,
    zone: ZoneInfo,
    names: NameIndex,
    defaults: ParserDefaults = DEFAULTS,
    max_steps: int = MAX_STEPS,
) -> ParseResult:
    """Everything that a text says about a time and a room. It never raises, whatever the text.

    Only the first 600 characters are looked at, the rest is left over: nobody asks for a room in more. A text
    whose times take more than `max_steps` to read has the problem `TOO_MUCH`.
    """
    return _PhraseParser(text, now, zone, names, defaults, Budget(max_steps)).parse()


def preload() -> None:
    """Do what takes a moment the first time; call it in a thread at start, so that no first user waits."""
    _time_spelling_corrector()
    preload_dateparser()


class _PhraseParser:
    """One text on its way to a reading: each step takes the tokens it understands."""

    def __init__(
        self,
        text: str,
        now: datetime,
        zone: ZoneInfo,
        names: NameIndex,
        defaults: ParserDefaults,
        budget: Budget,
    ) -> None:
        self.text = text
        self.names, self.budget = names, budget
        self.here = ResolutionContext(now.astimezone(zone), zone, defaults, budget)
        self.normalized = normalize(text[:_MAX_TEXT_LENGTH]).cut(_MAX_TEXT_LENGTH)
        self.tokens = tokenize(self.normalized)

    def parse(self) -> ParseResult:
        title, people = self._extract_title(), self._extract_people()
        self._correct_spelling()
        where = find_places(self.tokens, self.names)
        capacity = self._extract_capacity()
        wished = self._extract_requirements()
        phrase, when = self._extract_time()
        asked = phrase.ambiguous_number
        if asked is not None and capacity is None and (phrase.end is not None or phrase.duration is not None):
            capacity, asked = asked.value, None
        read = ParseResult(
            text=self.text,
            when=when.time if when.problem_reason is None else None,
            capacity=capacity,
            equipment=frozenset(value for value in wished if isinstance(value, Equipment)),
            usage=next((value for value in wished if isinstance(value, Usage)), None),
            building=where.building,
            room=where.room,
            location=next((value for value in wished if isinstance(value, Location)), None),
            near=where.near,
            society=where.society,
            title=title,
            people=people,
            spans=tuple(self._build_spans()),
            assumptions=when.assumptions if when.problem_reason is None else (),
            alternatives=when.alternatives if when.problem_reason is None else (),
            unparsed=self._collect_unparsed(),
            problem=None,
            clarification=clarification_for(asked.value) if asked else None,
        )
        return replace(read, problem=problem_for(when, read, self.here.now))

    def _extract_title(self) -> str | None:
        found = list(find_titles(self.normalized, self.text))
        for taken in found[:1]:
            self._mark_characters("title", taken.start, taken.end)
        return found[0].value if found else None

    def _extract_people(self) -> tuple[str, ...]:
        found = list(find_mentions(self.normalized, self.text))
        found = [taken for taken in found if self._mark_characters("people", taken.start, taken.end)]
        return tuple(dict.fromkeys(taken.value for taken in found))

    def _mark_characters(self, field: str, start: int, end: int) -> bool:
        """Take the tokens of a stretch of the text, unless its beginning is taken."""
        first = bisect_left(self.tokens, start, key=_start_of)
        after = bisect_left(self.tokens, end, lo=first, key=_start_of)
        if first < after and self.tokens[first].field is not None:
            return False
        self._mark_tokens(field, first, after)
        return True

    def _correct_spelling(self) -> None:
        """Put slips right: in words of time, and in words that only names have."""
        tried = 0
        for token in self.tokens:
            if (
                token.field
                or not token.word.isalpha()
                or token.word in KNOWN_WORDS
                or token.word in self.names.spelling_corrector
            ):
                continue
            if self.names.is_name(token.word):
                continue
            tried += 1
            if tried > _MAX_CORRECTIONS:
                return
            token.word = _correct_word(token.word, self.names)

    def _extract_capacity(self) -> int | None:
        """The first number of people; a second one is left over, but no hour either."""
        found = list(find_capacities(TokenCursor(self.tokens)))
        for index, one in enumerate(found):
            self._mark_tokens(_EXTRA_CAPACITY if index else "capacity", one.start_index, one.end_index)
        return found[0].value if found else None

    def _mark_tokens(self, field: str, start_index: int, end_index: int) -> None:
        for token in self.tokens[start_index:end_index]:
            token.field = field

    def _extract_requirements(self) -> list[Equipment | Usage | Location]:
        values = []
        for wish in list(find_requirements(TokenCursor(self.tokens))):
            field = type(wish.value).__name__.lower()
            self._mark_tokens(field, wish.start_index, wish.end_index)
            values.append(wish.value)
        return values

    def _extract_time(self) -> tuple[TimePhrase, Resolution]:
        """What is said about a time, and which time that is."""
        try:
            return self._timed()
        except BudgetSpent:
            return TimePhrase(), Resolution(problem_reason=ProblemReason.TOO_MUCH)

    def _timed(self) -> tuple[TimePhrase, Resolution]:
        phrase = build_phrase(resolve_bare_numbers(scan(TokenCursor(self.tokens), self.budget)))
        for piece in phrase.used_items:
            self._mark_tokens("when", piece.start_index, piece.end_index)
        if phrase.day is None and phrase.recurrence is None:
            self._try_dateparser(phrase)
        return phrase, resolve(phrase, self.here)

    def _try_dateparser(self, phrase: TimePhrase) -> None:
        """Ask dateparser about words of dates that nothing else took."""
        for first, after in islice(self._find_unparsed_dates(), _MAX_GUESSES):
            self.budget.spend(_STEPS_OF_A_GUESS)
            words = self.text[self.tokens[first].start : self.tokens[after - 1].end]
            wall = self.here.now.replace(tzinfo=None)
            day = guess_day(words, wall)
            if day is not None:
                phrase.day = DayItem(CalendarDay(day.day, day.month, day.year))
                self._mark_tokens("when", first, after)
                return

    def _find_unparsed_dates(self) -> Iterator[tuple[int, int]]:
        """Runs of a few free words of which one belongs to dates."""
        index = 0
        while index < len(self.tokens):
            after = index
            while (
                after < len(self.tokens) and self.tokens[after].field is None and self.tokens[after].is_word
            ):
                after += 1
            run = {token.word for token in self.tokens[index:after]}
            if 1 < after - index <= _MAX_DATE_WORDS and run & _DAY_UNIT_WORDS and run & _DAY_LEAD_WORDS:
                yield index, after
            index = after + 1

    def _build_spans(self) -> list[TextSpan]:
        """Neighbouring tokens of one field as one span."""
        spans: list[TextSpan] = []
        last: Token | None = None
        for token in self.tokens:
            if token.field == _EXTRA_CAPACITY:
                continue
            if token.field and last is not None and last.field == token.field:
                spans[-1] = TextSpan(token.field, spans[-1].start, token.end)
            elif token.field:
                spans.append(TextSpan(token.field, token.start, token.end))
            last = token
        return spans

    def _collect_unparsed(self) -> tuple[str, ...]:
        """The words without a place, as typed; neighbours together."""
        runs: list[tuple[int, int]] = []
        last: Token | None = None
        for token in self.tokens:
            if token.field in {None, _EXTRA_CAPACITY} and token.is_word and token.word not in _IGNORED_WORDS:
                if (
                    last is not None
                    and runs
                    and (last.end == runs[-1][1] or self._is_one_word(runs[-1][1], token.start))
                ):
                    runs[-1] = (runs[-1][0], token.end)
                else:
                    runs.append((token.start, token.end))
            last = token
        left = [" ".join(self.text[start:end].split()) for start, end in runs]
        return tuple(filter(None, (*left, self.text[self.normalized.source_length :].strip())))

    def _is_one_word(self, start: int, end: int) -> bool:
        return end - start <= 1 and not self.text[start:end].isspace()


def _start_of(token: Token) -> int:
    return token.start


@cache
def _time_spelling_corrector() -> SpellingCorrector:
    return SpellingCorrector(correctable_time_words())


def _correct_word(word: str, names: NameIndex) -> str:
    """The known word that a strange one is nearest to, words of time before names."""
    timely, named = (
        _time_spelling_corrector().closest_match(word),
        names.spelling_corrector.closest_match(word),
    )
    if timely is not None and (named is None or timely[0] <= named[0]):
        return timely[1]
    return named[1] if named is not None else word
