"""Parses what people type: quoted text and names, then seats and equipment, then the time, then the rest.

Read on in this order: `grammar.scanner` (tokens to items), `grammar.phrase` (items to the time as it was
said), `resolve.resolver` (the time it means, seen from now).
"""

from bisect import bisect_left
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from itertools import islice
from zoneinfo import ZoneInfo

from bot.language.grammar.bare_numbers import resolve_bare_numbers
from bot.language.grammar.phrase import TimePhrase, build_phrase
from bot.language.grammar.scanner import correctable_time_words, scan
from bot.language.lexicon.vocabulary import CONNECTIVE_WORDS, FILLER_WORDS, KNOWN_WORDS
from bot.language.model.budget import MAX_STEPS, Budget, BudgetSpent
from bot.language.model.days import CalendarDay
from bot.language.model.items import DayItem
from bot.language.model.reading import ParseResult, ProblemReason
from bot.language.resolve.context import Resolution, ResolutionContext
from bot.language.resolve.dateparser_fallback import find_date_words, guess_day, preload_dateparser
from bot.language.resolve.defaults import ParserDefaults
from bot.language.resolve.resolver import resolve
from bot.language.rooms.names import NameIndex
from bot.language.rooms.places import find_places, find_signed_names
from bot.language.rooms.requirements import find_requirements
from bot.language.rooms.seats import find_capacities
from bot.language.rooms.unknown_codes import mark_unknown_codes
from bot.language.text.quoted import ExtractedValue, find_mentions, find_titles
from bot.language.text.spans import EXTRA_CAPACITY, collect_spans, collect_unparsed
from bot.language.text.spelling import SpellingCorrector
from bot.language.text.token_cursor import TokenCursor
from bot.language.text.tokenizer import Token, normalize, tokenize
from bot.language.wording.problems import clarification_for, problem_for
from core.model import Equipment, Location, Usage

_MAX_TEXT_LENGTH = 600
_MAX_CORRECTIONS = 40
_MAX_GUESSES = 3
_STEPS_PER_GUESS = 50
_IGNORED_WORDS = FILLER_WORDS | CONNECTIVE_WORDS
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
    """Parses everything that a text says about a time and a room. Never raises, whatever the text.

    Only the first 600 characters are parsed; the rest is `unparsed`. A text whose times take more than
    `max_steps` to parse has the problem `TOO_MUCH`.
    """
    return _PhraseParser(text, now, zone, names, defaults, Budget(max_steps)).parse()


def preload() -> None:
    """Loads and compiles what the first call would otherwise wait for; call it in a thread at start."""
    _time_spelling_corrector()
    preload_dateparser()


@dataclass(frozen=True, slots=True)
class _Requirements:
    equipment: frozenset[Equipment]
    usage: Usage | None
    location: Location | None


class _PhraseParser:
    """Parses one text. Each step marks the tokens it understands, and later steps do not see them."""

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
        self.context = ResolutionContext(now.astimezone(zone), zone, defaults, budget)
        self.normalized = normalize(text[:_MAX_TEXT_LENGTH]).cut(_MAX_TEXT_LENGTH)
        self.tokens = tokenize(self.normalized)

    def parse(self) -> ParseResult:
        self.reserved = find_signed_names(self.tokens, self.names)
        title, people = self._extract_title(), self._extract_people()
        self._correct_spelling()
        places = find_places(self.tokens, self.names)
        mark_unknown_codes(self.tokens)
        capacity = self._extract_capacity()
        requirements = self._extract_requirements()
        phrase, resolution = self._extract_time()
        ambiguous = phrase.ambiguous_number
        if ambiguous is not None and capacity is None and phrase.has_length:
            capacity, ambiguous = ambiguous.value, None  # `3-4pm for 2`: hours are known, so these are people
        is_usable = resolution.problem_reason is None
        result = ParseResult(
            text=self.text,
            when=resolution.time if is_usable else None,
            capacity=capacity,
            equipment=requirements.equipment,
            usage=requirements.usage,
            building=places.building,
            room=places.room,
            location=requirements.location,
            near=places.near,
            society=places.society,
            title=title,
            people=people,
            spans=collect_spans(self.tokens),
            assumptions=resolution.assumptions if is_usable else (),
            alternatives=resolution.alternatives if is_usable else (),
            unparsed=self._collect_unparsed(),
            clarification=clarification_for(ambiguous.value) if ambiguous else None,
        )
        return replace(result, problem=problem_for(resolution, result, self.context.now))

    # Quoted titles and mentions

    def _extract_title(self) -> str | None:
        titles = find_titles(self.normalized, self.text)
        title = next((each for each in titles if not self._is_reserved(each)), None)
        if title is None:
            return None
        self._mark_characters("title", title.start, title.end)
        return title.value

    def _extract_people(self) -> tuple[str, ...]:
        found = [each for each in find_mentions(self.normalized, self.text) if not self._is_reserved(each)]
        mentions = [each for each in found if self._mark_characters("people", each.start, each.end)]
        return tuple(dict.fromkeys(mention.value for mention in mentions))

    def _is_reserved(self, found: ExtractedValue) -> bool:
        """Whether a quotation or a mention is a piece of a name (`Pod @Top`), not the other way round."""
        return any(
            start < found.end and found.start < end and not (found.start < start and end < found.end)
            for start, end in self.reserved
        )

    def _mark_characters(self, field: str, start: int, end: int) -> bool:
        """Marks the tokens of a span of the text, unless the first is marked already."""
        first = bisect_left(self.tokens, start, key=_start_of)
        after = bisect_left(self.tokens, end, lo=first, key=_start_of)
        if first < after and self.tokens[first].field is not None:
            return False
        self._mark_tokens(field, first, after)
        return True

    def _mark_tokens(self, field: str, start_index: int, end_index: int) -> None:
        for token in self.tokens[start_index:end_index]:
            token.field = field

    # Names, seats, equipment

    def _correct_spelling(self) -> None:
        """Corrects misspelt words of time and of names, some dozens of them at most."""
        unknown = (token for token in self.tokens if self._is_unknown(token))
        for token in islice(unknown, _MAX_CORRECTIONS):
            token.raw = token.word = _correct_word(token.word, self.names)
            token.key = ""

    def _is_unknown(self, token: Token) -> bool:
        return (
            not token.field
            and token.word.isalpha()
            and token.word not in KNOWN_WORDS
            and token.word not in self.names.spelling_corrector
            and not self.names.is_name(token.word)
        )

    def _extract_capacity(self) -> int | None:
        """The first number of people. A second one stays unparsed, but is no hour either."""
        found = list(find_capacities(TokenCursor(self.tokens)))
        for place, match in enumerate(found):
            self._mark_tokens(EXTRA_CAPACITY if place else "capacity", match.start_index, match.end_index)
        return found[0].value if found else None

    def _extract_requirements(self) -> _Requirements:
        found = list(find_requirements(TokenCursor(self.tokens)))
        for match in found:
            self._mark_tokens(type(match.value).__name__.lower(), match.start_index, match.end_index)
        values = [match.value for match in found]
        return _Requirements(
            equipment=frozenset(value for value in values if isinstance(value, Equipment)),
            usage=next((value for value in values if isinstance(value, Usage)), None),
            location=next((value for value in values if isinstance(value, Location)), None),
        )

    # Time

    def _extract_time(self) -> tuple[TimePhrase, Resolution]:
        """The time as it was said, and the time that it means."""
        try:
            phrase = self._extract_phrase()
            return phrase, resolve(phrase, self.context)
        except BudgetSpent:
            return TimePhrase(), Resolution(problem_reason=ProblemReason.TOO_MUCH)

    def _extract_phrase(self) -> TimePhrase:
        items = resolve_bare_numbers(scan(TokenCursor(self.tokens), self.budget))
        phrase = build_phrase(items)
        for placed in phrase.used_items:
            self._mark_tokens("when", placed.start_index, placed.end_index)
        if phrase.day is None and phrase.recurrence is None:
            self._try_dateparser(phrase)
        return phrase

    def _try_dateparser(self, phrase: TimePhrase) -> None:
        """Asks dateparser about words of dates that no rule of the grammar understood."""
        for start_index, end_index in islice(find_date_words(self.tokens), _MAX_GUESSES):
            self.budget.spend(_STEPS_PER_GUESS)
            words = self.text[self.tokens[start_index].start : self.tokens[end_index - 1].end]
            day = guess_day(words, self.context.now.replace(tzinfo=None))
            if day is not None:
                phrase.day = DayItem(CalendarDay(day.day, day.month, day.year))
                self._mark_tokens("when", start_index, end_index)
                return

    # The rest

    def _collect_unparsed(self) -> tuple[str, ...]:
        beyond_limit = self.text[self.normalized.source_length :].strip()
        unparsed = collect_unparsed(self.tokens, self.text, _IGNORED_WORDS)
        return (*unparsed, beyond_limit) if beyond_limit else unparsed


def _start_of(token: Token) -> int:
    return token.start


@cache
def _time_spelling_corrector() -> SpellingCorrector:
    return SpellingCorrector(correctable_time_words())


def _correct_word(word: str, names: NameIndex) -> str:
    """The known word closest to an unknown one; words of time win over names."""
    time_word = _time_spelling_corrector().closest_match(word)
    name_word = names.spelling_corrector.closest_match(word)
    if name_word is not None and word.startswith(name_word[1]):
        name_word = None  # a plural or the like is no misspelling
    if time_word is not None and (name_word is None or time_word[0] <= name_word[0]):
        return time_word[1]
    return name_word[1] if name_word is not None else word
