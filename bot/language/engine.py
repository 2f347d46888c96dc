"""Reading a text: names and wishes first, then the time, then what is left over."""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from functools import cache
from itertools import islice
from zoneinfo import ZoneInfo

from bot.language.grammar.bare_numbers import settled
from bot.language.grammar.phrase import Phrase, assembled
from bot.language.grammar.scanner import pieces, spellable
from bot.language.lexicon.vocabulary import FILLERS, KNOWN, LINK_WORDS
from bot.language.lexicon.wordlist import wordset
from bot.language.model.budget import MAX_STEPS, Budget, BudgetSpent
from bot.language.model.days import Calendar
from bot.language.model.items import On
from bot.language.model.reading import Reading, Reason, Span
from bot.language.resolve.context import Here, Resolved
from bot.language.resolve.dateparser_fallback import guessed_day, load
from bot.language.resolve.defaults import Conventions
from bot.language.resolve.resolver import resolved
from bot.language.rooms.names import Names
from bot.language.rooms.places import places
from bot.language.rooms.requirements import wishes
from bot.language.rooms.seats import seats
from bot.language.text.quoted import mentions, titles
from bot.language.text.spelling import Speller
from bot.language.text.token_cursor import Line
from bot.language.text.tokenizer import Token, plain, tokenise
from bot.language.wording.problems import question, refusal
from core.model.entities import Equipment, Location, Usage

_LONGEST = 600
_SPELLINGS_TRIED = 40
_MAX_GUESSES = 3
_STEPS_OF_A_GUESS = 50
_SPARE = "spare"
_SILENT = FILLERS | LINK_WORDS
_STRANGE_WORDS = 6
_SPANS_OF_DAYS = wordset("day days week weeks fortnight month months year years decade")
_LEADS_TO_A_DAY = wordset("in next after from within later hence coming")
CONVENTIONS = Conventions()


def read(
    text: str,
    *,
    now: datetime,
    zone: ZoneInfo,
    names: Names,
    conventions: Conventions = CONVENTIONS,
    max_steps: int = MAX_STEPS,
) -> Reading:
    """Everything that a text says about a time and a room. It never raises, whatever the text.

    Only the first 600 characters are looked at, the rest is left over: nobody asks for a room in more. A text
    whose times take more than `max_steps` to read has the problem `TOO_MUCH`.
    """
    return _Reader(text, now, zone, names, conventions, Budget(max_steps)).reading()


def warm() -> None:
    """Do what takes a moment the first time; call it in a thread at start, so that no first user waits."""
    _time_speller()
    load()


class _Reader:
    """One text on its way to a reading: each step takes the tokens it understands."""

    def __init__(
        self,
        text: str,
        now: datetime,
        zone: ZoneInfo,
        names: Names,
        conventions: Conventions,
        budget: Budget,
    ) -> None:
        self.text = text
        self.names, self.budget = names, budget
        self.here = Here(now.astimezone(zone), zone, conventions, budget)
        self.source = plain(text[:_LONGEST]).cut(_LONGEST)
        self.tokens = tokenise(self.source)

    def reading(self) -> Reading:
        title, people = self._title(), self._people()
        self._spell()
        where = places(self.tokens, self.names)
        capacity = self._capacity()
        wished = self._wishes()
        phrase, when = self._time()
        asked = phrase.asked
        if asked is not None and capacity is None and (phrase.end is not None or phrase.length is not None):
            capacity, asked = asked.value, None
        read = Reading(
            text=self.text,
            when=when.when if when.refused is None else None,
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
            spans=tuple(self._spans()),
            assumed=when.assumed if when.refused is None else (),
            alternatives=when.alternatives if when.refused is None else (),
            leftover=self._leftover(),
            problem=None,
            question=question(asked.value) if asked else None,
        )
        return replace(read, problem=refusal(when, read, self.here.now))

    def _title(self) -> str | None:
        found = list(titles(self.source, self.text))
        for taken in found[:1]:
            self._take("title", taken.start, taken.end)
        return found[0].value if found else None

    def _people(self) -> tuple[str, ...]:
        found = list(mentions(self.source, self.text))
        found = [taken for taken in found if self._take("people", taken.start, taken.end)]
        return tuple(dict.fromkeys(taken.value for taken in found))

    def _take(self, field: str, start: int, end: int) -> bool:
        """Take the tokens of a stretch of the text, unless its beginning is taken."""
        first = bisect_left(self.tokens, start, key=_start_of)
        after = bisect_left(self.tokens, end, lo=first, key=_start_of)
        if first < after and self.tokens[first].field is not None:
            return False
        self._take_tokens(field, first, after)
        return True

    def _spell(self) -> None:
        """Put slips right: in words of time, and in words that only names have."""
        tried = 0
        for token in self.tokens:
            if (
                token.field
                or not token.word.isalpha()
                or token.word in KNOWN
                or token.word in self.names.speller
            ):
                continue
            if self.names.is_a_name(token.word):
                continue
            tried += 1
            if tried > _SPELLINGS_TRIED:
                return
            token.word = _righted(token.word, self.names)

    def _capacity(self) -> int | None:
        """The first number of people; a second one is left over, but no hour either."""
        found = list(seats(Line(self.tokens)))
        for index, one in enumerate(found):
            self._take_tokens(_SPARE if index else "capacity", one.first, one.after)
        return found[0].value if found else None

    def _take_tokens(self, field: str, first: int, after: int) -> None:
        for token in self.tokens[first:after]:
            token.field = field

    def _wishes(self) -> list[Equipment | Usage | Location]:
        values = []
        for wish in list(wishes(Line(self.tokens))):
            field = type(wish.value).__name__.lower()
            self._take_tokens(field, wish.first, wish.after)
            values.append(wish.value)
        return values

    def _time(self) -> tuple[Phrase, Resolved]:
        """What is said about a time, and which time that is."""
        try:
            return self._timed()
        except BudgetSpent:
            return Phrase(), Resolved(refused=Reason.TOO_MUCH)

    def _timed(self) -> tuple[Phrase, Resolved]:
        phrase = assembled(settled(pieces(Line(self.tokens), self.budget)))
        for piece in phrase.used:
            self._take_tokens("when", piece.first, piece.after)
        if phrase.day is None and phrase.every is None:
            self._guess_day(phrase)
        return phrase, resolved(phrase, self.here)

    def _guess_day(self, phrase: Phrase) -> None:
        """Ask dateparser about words of dates that nothing else took."""
        for first, after in islice(self._strange_dates(), _MAX_GUESSES):
            self.budget.spend(_STEPS_OF_A_GUESS)
            words = self.text[self.tokens[first].start : self.tokens[after - 1].end]
            wall = self.here.now.replace(tzinfo=None)
            day = guessed_day(words, wall)
            if day is not None:
                phrase.day = On(Calendar(day.day, day.month, day.year))
                self._take_tokens("when", first, after)
                return

    def _strange_dates(self) -> Iterator[tuple[int, int]]:
        """Runs of a few free words of which one belongs to dates."""
        index = 0
        while index < len(self.tokens):
            after = index
            while (
                after < len(self.tokens) and self.tokens[after].field is None and self.tokens[after].is_word
            ):
                after += 1
            run = {token.word for token in self.tokens[index:after]}
            if 1 < after - index <= _STRANGE_WORDS and run & _SPANS_OF_DAYS and run & _LEADS_TO_A_DAY:
                yield index, after
            index = after + 1

    def _spans(self) -> list[Span]:
        """Neighbouring tokens of one field as one span."""
        spans: list[Span] = []
        last: Token | None = None
        for token in self.tokens:
            if token.field == _SPARE:
                continue
            if token.field and last is not None and last.field == token.field:
                spans[-1] = Span(token.field, spans[-1].start, token.end)
            elif token.field:
                spans.append(Span(token.field, token.start, token.end))
            last = token
        return spans

    def _leftover(self) -> tuple[str, ...]:
        """The words without a place, as typed; neighbours together."""
        runs: list[tuple[int, int]] = []
        last: Token | None = None
        for token in self.tokens:
            if token.field in {None, _SPARE} and token.is_word and token.word not in _SILENT:
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
        return tuple(filter(None, (*left, self.text[self.source.end :].strip())))

    def _is_one_word(self, start: int, end: int) -> bool:
        return end - start <= 1 and not self.text[start:end].isspace()


def _start_of(token: Token) -> int:
    return token.start


@cache
def _time_speller() -> Speller:
    return Speller(spellable())


def _righted(word: str, names: Names) -> str:
    """The known word that a strange one is nearest to, words of time before names."""
    timely, named = _time_speller().nearest(word), names.speller.nearest(word)
    if timely is not None and (named is None or timely[0] <= named[0]):
        return timely[1]
    return named[1] if named is not None else word
