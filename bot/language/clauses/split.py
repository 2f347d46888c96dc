"""Splits a text into clauses: the request, its corrections, and what it rules out."""

from collections.abc import Sequence
from enum import Enum

from msgspec import Struct, field
from msgspec.structs import replace

from bot.language.clauses.marks import (
    Mark,
    MarkKind,
    find_marks,
    is_harmless,
    is_open,
    last_boundary,
    next_boundary,
)
from bot.language.clauses.objects import ClauseText, NegatedObject, find_object, skip_words
from bot.language.lexicon import word_set
from bot.language.model.budget import Budget
from bot.language.model.items import Connective, DayItem, DayPart, RecurrenceItem, UnknownWord
from bot.language.rooms.names import NameIndex
from bot.language.text.spans import HIDDEN
from bot.language.text.tokenizer import Token

_VERBS = word_set(
    """
    book do want need use give me us show offer schedule put be it on make like pick choose take meet come
    attend suggest try work start starting begin beginning finish end go the a room rooms any anything be
    manage to us we i finish finishing run go stay available free around here in about there wanna
    """
)
_BOUNDS = {
    "before": Connective.AFTER,
    "until": Connective.AFTER,
    "after": Connective.BEFORE,
    "past": Connective.BEFORE,
    "beyond": Connective.BEFORE,
}
_COMPARATIVES = {"earlier": Connective.AFTER, "sooner": Connective.AFTER, "later": Connective.BEFORE}
_VAGUE_OBJECTS = word_set("that this it these those them me us you i")


_VERBS_AFTER = word_set("works work suits is good possible ideal ok okay great will would for me us")
_EXCLUDED = "excluded"
_JOINING_WORDS = frozenset({",", "but", "so", "though", "-"})


class ClauseRole(Enum):
    """What a clause says: the request itself, more of it, a correction of it, or what is ruled out."""

    MAIN = "main"
    CONTINUATION = "continuation"
    CORRECTION = "correction"
    EXCLUSION = "exclusion"


class Clause(Struct, frozen=True):
    """A clause and its tokens `[start_index, end_index)`.

    `bound` opens it: `not before 10` is `after 10`. `is_open`: it is an exception from all (`any day but`).
    """

    role: ClauseRole
    start_index: int
    end_index: int
    bound: Connective | None = None
    is_repair: bool = False
    is_open: bool = False
    negated: NegatedObject | None = None


class Clauses(Struct):
    """The clauses of a text, and the tokens `[start, end)` of the words that made them.

    `is_unplaced`: a negation has no clear object.
    """

    clauses: list[Clause]
    hidden: list[tuple[int, int]] = field(default_factory=list)
    dropped_until: int = 0
    is_unplaced: bool = False


def split_clauses(tokens: Sequence[Token], names: NameIndex, budget: Budget) -> Clauses:
    """Splits the tokens. A text without a mark is one clause."""
    marks = find_marks(tokens)
    if not marks:
        return Clauses([Clause(ClauseRole.MAIN, 0, len(tokens))])
    return _Splitter(tokens, names, budget).split(marks)


def mark_clauses(clauses: Clauses, tokens: Sequence[Token]) -> None:
    """Hides the words that make clauses and those that were taken back; what is ruled out gets its span."""
    for token in tokens[: clauses.dropped_until]:
        token.field = HIDDEN
    for start, end in clauses.hidden:
        for token in tokens[start:end]:
            token.field = HIDDEN
    for clause in clauses.clauses:
        if clause.negated is not None:
            for token in tokens[clause.start_index : clause.end_index]:
                token.field = token.field or _EXCLUDED


def show_clauses(tokens: Sequence[Token]) -> None:
    """Frees the words of clauses, for a text in which nothing else was understood."""
    for token in tokens:
        if token.field in {HIDDEN, _EXCLUDED}:
            token.field = None


class _Splitter:
    """Goes through the marks from left to right; `open_clause` is the clause that none has ended yet."""

    def __init__(self, tokens: Sequence[Token], names: NameIndex, budget: Budget) -> None:
        self.tokens, self.budget = tokens, budget
        self.text = ClauseText(tokens, names, budget)
        self.result = Clauses([])
        self.open_clause = Clause(ClauseRole.MAIN, 0, len(tokens))

    def split(self, marks: Sequence[Mark]) -> Clauses:
        for place, mark in enumerate(marks):
            if mark.start_index < self.open_clause.start_index:
                continue  # within the object of the last one
            self.budget.spend()
            end = marks[place + 1].start_index if place + 1 < len(marks) else len(self.tokens)
            if self._apply(mark, end):
                self._hide(mark.start_index, mark.end_index)
        self._close(len(self.tokens))
        return self.result

    def _apply(self, mark: Mark, end: int) -> bool:
        """Ends the open clause at the mark; False when the mark means nothing here."""
        if mark.kind is MarkKind.RETRACTION:
            self.result.clauses.clear()
            self.result.is_unplaced = False
            self.result.dropped_until = mark.end_index
            self._open(ClauseRole.MAIN, mark.end_index)
            return True
        if mark.kind is MarkKind.CORRECTION:
            return self._correct(mark)
        if mark.kind is MarkKind.REJECTION:
            return self._reject(mark, end)
        if mark.kind is MarkKind.DOUBT:
            return self._doubt(mark, end)
        return self._negate(mark, end)

    def _hide(self, start: int, end: int) -> None:
        self.result.hidden.append((start, end))

    def _open(self, role: ClauseRole, start: int, bound: Connective | None = None) -> None:
        self.open_clause = Clause(role, start, len(self.tokens), bound)

    def _close(self, end: int) -> None:
        """Ends the open clause, without the word that joins the next one to it."""
        while end > self.open_clause.start_index and self.tokens[end - 1].word in _JOINING_WORDS:
            end -= 1
            self._hide(end, end + 1)
        clause = replace(self.open_clause, end_index=end)
        if clause.end_index > clause.start_index:
            self.result.clauses.append(clause)

    def _correct(self, mark: Mark) -> bool:
        start = self.open_clause.start_index
        begin = max(mark.clause_index, start)
        if mark.is_trailing:
            begin = last_boundary(self.tokens, start, mark.start_index)
            if begin == start:
                return True
        elif mark.clause_index > mark.start_index:
            self._close(mark.start_index)
            self._open(ClauseRole.CORRECTION, mark.clause_index)
            self.open_clause = replace(self.open_clause, is_repair=mark.is_repair)
            return True
        self._close(begin)
        self._open(ClauseRole.CORRECTION, begin)
        self.open_clause = replace(self.open_clause, is_repair=mark.is_repair)
        return True

    def _reject(self, mark: Mark, end: int) -> bool:
        """`friday doesn't work, thursday`: the part of the sentence before the mark is ruled out."""
        if self.tokens[mark.start_index].word in {"i", "we"} and self._find_after(mark, end) is not None:
            return self._negate(replace(mark, kind=MarkKind.REFUSAL), end)  # `i cant do monday`
        start = self.open_clause.start_index
        begin = last_boundary(self.tokens, start, mark.start_index)
        after_names = self.text.skip_taken(begin, mark.start_index)
        if self.text.scan(after_names, mark.start_index):
            begin = after_names
        found = find_object(self.text, begin, mark.start_index, is_day_only=False)
        if found is None:
            self._close(mark.start_index)
            self._open(ClauseRole.CORRECTION, mark.end_index)
            return True
        self._close(begin)
        self._rule_out(found, is_open=False)
        self._continue(mark.end_index)
        return True

    def _find_after(self, mark: Mark, end: int) -> NegatedObject | None:
        """The object right after a mark."""
        return find_object(self.text, mark.end_index, end, is_day_only=False)

    def _doubt(self, mark: Mark, end: int) -> bool:
        """`doesn't have to be friday`: a time follows, but it is not clear whether it is ruled out."""
        found = self._find_after(mark, end)
        self.result.is_unplaced = self.result.is_unplaced or bool(found is not None and found.items)
        return False

    def _rule_out(self, found: NegatedObject, *, is_open: bool) -> None:
        clause = Clause(
            ClauseRole.EXCLUSION, found.start_index, found.end_index, is_open=is_open, negated=found
        )
        self.result.clauses.append(clause)

    def _negate(self, mark: Mark, end: int) -> bool:
        start = mark.end_index
        if mark.kind is not MarkKind.EXCEPTION and is_harmless(self.tokens, start):
            return False
        skipped = skip_words(self.tokens, start, end, _VERBS) if mark.kind is MarkKind.REFUSAL else start
        bound = self._find_bound(skipped, end)
        if bound is not None:
            self._close(mark.start_index)
            role = ClauseRole.CORRECTION if self.result.clauses else ClauseRole.MAIN
            self._open(role, bound[1], bound[0])
            self._hide(start, bound[1])
            return True
        found = find_object(self.text, skipped, end, is_day_only=self._is_day_only(mark))
        if found is None:
            return self._note_unplaced(mark, skipped, end)
        self._close(mark.start_index)
        self._hide(start, skipped)
        self._rule_out(found, is_open=is_open(self.tokens, mark))
        after = found.end_index
        if mark.kind is MarkKind.REFUSAL:
            after = skip_words(self.tokens, after, end, _VERBS_AFTER)
            self._hide(found.end_index, after)
        self._continue(after)
        return True

    def _continue(self, start: int) -> None:
        """Opens what follows an object, without the word that joins it (`not tomorrow but friday`)."""
        after = skip_words(self.tokens, start, len(self.tokens), _JOINING_WORDS)
        self._hide(start, after)
        self._open(ClauseRole.CONTINUATION, after)

    def _find_bound(self, index: int, end: int) -> tuple[Connective, int] | None:
        """The bound that `not` makes of `before 10`, `later than 5`, and the position after its words."""
        index = skip_words(self.tokens, index, end, frozenset({"any", "at", "much", "the", "room"}))
        if index >= end:
            return None
        word = self.tokens[index].word
        bound, after = _BOUNDS.get(word), index + 1
        if word in _COMPARATIVES and after < end and self.tokens[after].word in {"than", "then"}:
            bound, after = _COMPARATIVES[word], after + 1
        if bound is None:
            return None
        items = self.text.scan(after, next_boundary(self.tokens, after, end))
        first = next((one.item for one in items if not isinstance(one.item, Connective)), None)
        return None if first is None or isinstance(first, UnknownWord) else (bound, after)

    def _is_day_only(self, mark: Mark) -> bool:
        """Whether hours after a day that is ruled out are requested: `thursday, not friday, at 3`."""
        if is_open(self.tokens, mark):
            return True
        clause = self.open_clause
        items = [each.item for each in self.text.scan(clause.start_index, mark.start_index)]
        has_day = any(isinstance(item, DayItem | RecurrenceItem) for item in items)
        has_time = any(
            not isinstance(item, DayItem | RecurrenceItem | Connective | UnknownWord) for item in items
        )
        return has_day and not has_time

    def _note_unplaced(self, mark: Mark, start: int, end: int) -> bool:
        """Notes a negation without a clear object, when there is a time that it may mean."""
        if mark.kind is MarkKind.NEGATION or start >= len(self.tokens):
            return False
        first = self.tokens[start].word if start < end else ""
        if first in _VAGUE_OBJECTS or is_harmless(self.tokens, start):
            return False
        limit = next_boundary(self.tokens, start, end)
        items = self.text.scan(start, limit)
        times = [one for one in items if isinstance(one.item, DayItem | DayPart | RecurrenceItem)]
        if mark.kind is MarkKind.EXCEPTION and is_open(self.tokens, mark) and start < limit:
            self.result.is_unplaced = self.tokens[mark.start_index].word in {"except", "excluding"} or bool(
                times
            )
        elif times:
            self.result.is_unplaced = True
        return False
