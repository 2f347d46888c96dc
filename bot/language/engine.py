"""Parses what people type. Each stage marks the tokens that it understands; later ones do not see them.

1. `text`: markup is blanked, the text normalised and split into tokens, other languages translated.
2. `grammar.small_talk`: a text that asks for nothing is not parsed further.
3. `text.quoted`, `rooms.places`: titles, people, and names that are written with signs.
4. `clauses.split`: the request, its corrections, and what it rules out.
5. `rooms`: places, seats and equipment of each clause, then codes that name nothing.
6. `grammar.zones`: a time zone.
7. `clauses.times`: the times of all clauses. Of each clause `grammar.scanner` makes items of the tokens, by
   one table of rules in order of precedence; `grammar.event_times` and `grammar.bounds` say which item is a
   start or an end, `grammar.bare_numbers` which number is an hour; `clauses.requests` splits several times;
   `grammar.phrase` assembles each as it was said; `clauses.merge` applies corrections.
8. `resolve.resolver`: the time that a phrase means, seen from now, and its alternatives.
9. `grammar.unread`: a time of which words are left over is refused.
"""

from bisect import bisect_left
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from itertools import islice
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from bot.language.clauses.marks import MARK_WORDS
from bot.language.clauses.split import Clause, ClauseRole, Clauses, mark_clauses, show_clauses, split_clauses
from bot.language.clauses.times import RequestPhrases, ResolvedRequests, build_requests, resolve_requests
from bot.language.clauses.wanted_rooms import (
    find_clause_capacity,
    find_clause_places,
    find_clause_requirements,
)
from bot.language.grammar.scanner import EXPRESSION_FIRST_WORDS, correctable_time_words
from bot.language.grammar.small_talk import find_small_talk
from bot.language.grammar.unread import find_unread
from bot.language.grammar.zones import find_zone
from bot.language.lexicon.time_zone_names import iana_names, zones_by_city
from bot.language.lexicon.vocabulary import CONNECTIVE_WORDS, FILLER_WORDS, KNOWN_WORDS
from bot.language.model.budget import MAX_STEPS, Budget, BudgetSpent
from bot.language.model.days import CalendarDay
from bot.language.model.items import DayItem, PlacedItem
from bot.language.model.reading import NO_EXCLUSIONS, ParseResult, ProblemReason
from bot.language.model.time_phrase import TimePhrase
from bot.language.resolve.context import Resolution, ResolutionContext
from bot.language.resolve.dateparser_fallback import find_date_words, guess_day, preload_dateparser
from bot.language.resolve.defaults import ParserDefaults
from bot.language.rooms.names import NameIndex
from bot.language.rooms.places import find_names, find_signed_names
from bot.language.rooms.unknown_codes import mark_unknown_codes
from bot.language.text.chinese import translate_chinese
from bot.language.text.foreign import ForeignReading, translate_tokens
from bot.language.text.foreign_names import (
    foreign_abbreviations,
    foreign_words,
    has_foreign_letters,
    unread_foreign_words,
)
from bot.language.text.markup import SIGNS_OF_MARKUP, blank_markup
from bot.language.text.quoted import ExtractedValue, find_mentions, find_titles
from bot.language.text.spans import collect_spans, collect_unparsed
from bot.language.text.spelling import SpellingCorrector
from bot.language.text.term_weeks import translate_term_weeks
from bot.language.text.tokenizer import Token, normalize, tokenize
from bot.language.wording.problems import (
    clarification_for,
    contradiction_question,
    is_empty,
    problem_for,
)

_MAX_TEXT_LENGTH = 600
_MAX_CORRECTIONS = 40
_MAX_GUESSES = 3
_STEPS_PER_GUESS = 50
_IGNORED_WORDS = FILLER_WORDS | CONNECTIVE_WORDS
_FINAL_PROBLEMS = {ProblemReason.TOO_MUCH, ProblemReason.END_NOT_AFTER_START, ProblemReason.EXCLUSION}
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
    if not text or text.isspace():
        return ParseResult(text)
    return _PhraseParser(text, now, zone, names, defaults, Budget(max_steps)).parse()


def preload() -> None:
    """Loads and compiles what the first call would otherwise wait for; call it in a thread at start."""
    _time_spelling_corrector()
    preload_dateparser()
    foreign_words()
    foreign_abbreviations()
    unread_foreign_words()
    iana_names()
    zones_by_city()


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
        minute = now.astimezone(zone).replace(second=0, microsecond=0)
        self.context = ResolutionContext(minute, zone, defaults, budget)
        typed = _blank_markup_outside_names(text[:_MAX_TEXT_LENGTH], names)
        normalized = normalize(typed).cut(_MAX_TEXT_LENGTH)
        self.normalized = translate_chinese(normalized).cut(_MAX_TEXT_LENGTH)
        self.tokens = tokenize(self.normalized)
        self.foreign = ForeignReading(self.tokens)

    def parse(self) -> ParseResult:
        small_talk = find_small_talk(self.tokens)
        if small_talk is not None and not self._is_named(self.tokens):
            return ParseResult(self.text, small_talk=small_talk)
        self.reserved = find_signed_names(self.tokens, self.names)
        title, people = self._extract_title(), self._extract_people()
        self._translate()
        self.weeks = translate_term_weeks(
            self.tokens,
            self.context.defaults.terms,
            self.context.now.date(),
            self.names.is_name,
            self.names.spans_of_several_words,
        )
        self.tokens = self.weeks.tokens
        self._correct_spelling()
        clauses = self._split_clauses()
        places = find_clause_places(clauses, self.tokens, self.names)
        mark_unknown_codes(self.tokens)
        capacity = find_clause_capacity(clauses, self.tokens)
        requirements = find_clause_requirements(clauses, self.tokens)
        typed_zone = self._extract_zone()
        phrase, requests = self._extract_time(clauses, replace(self.context, typed_zone=typed_zone))
        resolution = requests.resolution
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
            building=places.found.building,
            room=places.found.room,
            location=requirements.location,
            near=places.found.near,
            society=places.found.society,
            title=title,
            people=people,
            spans=collect_spans(self.tokens),
            assumptions=resolution.assumptions if is_usable else (),
            alternatives=resolution.alternatives,
            zone_name=typed_zone.key if typed_zone is not None and is_usable and resolution.time else None,
            also=requests.also if is_usable else (),
            excluded=replace(
                requests.excluded if is_usable else NO_EXCLUSIONS,
                buildings=places.excluded_buildings,
                rooms=places.excluded_rooms,
            ),
            unparsed=self._collect_unparsed(),
            clarification=contradiction_question(phrase, self.tokens, resolution, self.text, self.context.now)
            or (clarification_for(ambiguous.value) if ambiguous else None),
        )
        if clauses.hidden and is_empty(result):
            show_clauses(self.tokens)
            result = replace(result, unparsed=self._collect_unparsed())
        return replace(result, problem=problem_for(resolution, result, self.context.now))

    def _is_named(self, tokens: list[Token]) -> bool:
        """Whether the text is also a name of this campus (a room called `Legend`)."""
        match = self.names.match_at(tokens, 0)
        return match is not None and match.end_index == len(tokens)

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

    # Other languages

    def _translate(self) -> None:
        """Writes dates and hours of other languages in English."""
        self.foreign = translate_tokens(self.tokens, self.names.is_name)
        self.tokens = self.foreign.tokens

    # Names, seats, equipment

    def _correct_spelling(self) -> None:
        """Corrects misspelt words of time and of names, some dozens of them at most."""
        unknown = (token for token in self.tokens if self._is_unknown(token))
        for token in islice(unknown, _MAX_CORRECTIONS):
            token.raw = token.word = _correct_word(token.word, self.names)
            token.key = ""

    def _split_clauses(self) -> Clauses:
        """Splits the text where it corrects itself or rules something out, and hides those words."""
        try:
            clauses = split_clauses(self.tokens, self.names, self.budget)
        except BudgetSpent:
            return Clauses([Clause(ClauseRole.MAIN, 0, len(self.tokens))])
        mark_clauses(clauses, self.tokens)
        return clauses

    def _is_unknown(self, token: Token) -> bool:
        return (
            not token.field
            and token.word.isalpha()
            and token.word not in KNOWN_WORDS
            and token.word not in EXPRESSION_FIRST_WORDS
            and token.word not in MARK_WORDS
            and token.word not in self.names.spelling_corrector
            and not self.names.is_name(token.word)
        )

    # Time

    def _extract_zone(self) -> ZoneInfo | None:
        """The time zone that was typed, if it is another one than the caller's."""
        match = find_zone(self.tokens, self.text)
        if match is None:
            return None
        self._mark_tokens("zone", match.start_index, match.end_index)
        return match.zone

    def _extract_time(
        self, clauses: Clauses, context: ResolutionContext
    ) -> tuple[TimePhrase, ResolvedRequests]:
        """The time as it was said, and the times that it means."""
        try:
            requests = self._build_requests(clauses)
            resolved = resolve_requests(requests, context)
            return requests.main, self._refuse_half_a_time(resolved, requests.items)
        except BudgetSpent:
            return TimePhrase(), ResolvedRequests(Resolution(problem_reason=ProblemReason.TOO_MUCH))

    def _refuse_half_a_time(
        self, resolved: ResolvedRequests, items: Sequence[PlacedItem]
    ) -> ResolvedRequests:
        """The times, unless words that belong to them were not understood."""
        if self.weeks.unknown:
            has_terms = bool(self.context.defaults.terms)
            reason = ProblemReason.NOT_IN_TERM if has_terms else ProblemReason.NO_TERMS
            words = tuple(self.text[start:end] for start, end in self.weeks.unknown)
            return ResolvedRequests(Resolution(problem_reason=reason, unread=words))
        if resolved.resolution.problem_reason in _FINAL_PROBLEMS:
            return resolved
        unread = [
            (self.tokens[start].start, self.tokens[end - 1].end)
            for start, end in find_unread(self.tokens, items)
        ]
        words = tuple(self.text[start:end] for start, end in sorted({*unread, *self.foreign.doubtful}))
        if not words:
            return resolved
        is_foreign = self.foreign.is_foreign or any(map(has_foreign_letters, words))
        reason = ProblemReason.LANGUAGE if is_foreign else ProblemReason.INCOMPLETE
        return ResolvedRequests(Resolution(problem_reason=reason, unread=words))

    def _build_requests(self, clauses: Clauses) -> RequestPhrases:
        requests = build_requests(clauses, self.tokens, self.context)
        phrase = requests.main
        if phrase.ambiguous_number is None:
            numbers = (other.ambiguous_number for other in requests.also)
            phrase.ambiguous_number = next((number for number in numbers if number is not None), None)
        if phrase.day is None and phrase.recurrence is None:
            self._try_dateparser(phrase)
        return requests

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


def _blank_markup_outside_names(text: str, names: NameIndex) -> str:
    """Blanks markup, but not the signs of a name (`Box ~1~`)."""
    blanked = blank_markup(text)
    if blanked == text:
        return text
    tokens = tokenize(normalize(text))
    for match in find_names(tokens, names):
        start, end = tokens[match.start_index].start, tokens[match.end_index - 1].end
        end += text[end : end + 1] in SIGNS_OF_MARKUP and text[start:end] != blanked[start:end]
        blanked = blanked[:start] + text[start:end] + blanked[end:]
    return blanked


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
