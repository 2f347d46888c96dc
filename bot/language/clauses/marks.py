"""Finds the words that open or close a clause: `no wait`, `scratch that`, `except`, `doesn't work`."""

from collections.abc import Iterator, Sequence
from enum import Enum

from msgspec import Struct

from bot.language.lexicon import word_set
from bot.language.lexicon.clause_marks import (
    CLAUSE_PHRASES,
    CORRECTION_LABELS,
    HARMLESS_AFTER_NEGATION,
    NUMBER_LABELS,
    OPEN_WORDS,
    REPAIR_PHRASES,
)
from bot.language.lexicon.vocabulary import (
    DAY_PART_WORDS,
    MONTH_NUMBERS,
    NUMBER_WORDS,
    PLURAL_WEEKDAYS,
    WEEKDAY_NUMBERS,
)
from bot.language.text.tokenizer import Token


class MarkKind(Enum):
    """What a mark does to the words about it.

    A `NEGATION` rules out what follows directly, if that is a time, a place or a thing; an `EXCEPTION` rules
    out what follows, and it must be understood; a `REFUSAL` is a negated verb (`don't book …`). A
    `REJECTION` rules out what stands before it (`friday doesn't work`). After a `DOUBT` it is not clear what
    is ruled out.
    """

    RETRACTION = "retraction"
    CORRECTION = "correction"
    NEGATION = "negation"
    EXCEPTION = "exception"
    REFUSAL = "refusal"
    REJECTION = "rejection"
    DOUBT = "doubt"


class Mark(Struct, frozen=True):
    """A mark and its tokens `[start_index, end_index)`. Its clause begins at `clause_index`.

    `is_trailing`: the clause is that in which the mark stands (`friday instead`). `is_repair`: the last word
    before it was wrong (`2-4, no 5`), rather than the whole request.
    """

    kind: MarkKind
    start_index: int
    end_index: int
    clause_index: int
    is_trailing: bool = False
    is_repair: bool = False


_OPEN_EXCEPTIONS = frozenset({"but", "bar", "minus", "save"})
_NOTHING = word_set("nothing none nowhere no anything but")
_OUT_WORDS = word_set("out off impossible")
_BOUND_WORDS = word_set("before after until earlier later sooner past beyond")
_PLURAL_PARTS = frozenset(word for word in DAY_PART_WORDS if word.endswith("s")) | word_set(
    "mornings afternoons evenings nights lunchtimes lunches weekends weekdays"
)
_DAY_WORDS = (
    frozenset(WEEKDAY_NUMBERS) | frozenset(MONTH_NUMBERS) | word_set("today tomorrow tonight weekend")
)
_TIME_WORDS = _DAY_WORDS | frozenset(DAY_PART_WORDS) | word_set("noon midday midnight now")
_BOUNDARIES = frozenset({",", ";", ".", "!", "?", ":", "·", "(", ")", "but", "so", "though", "because", "|"})


def _group_phrases() -> dict[str, list[tuple[tuple[str, ...], MarkKind, bool]]]:
    groups: dict[str, list[tuple[tuple[str, ...], MarkKind, bool]]] = {}
    listed = [(text, MarkKind(kind), False) for kind, text in CLAUSE_PHRASES.items()]
    for text, kind, is_repair in [*listed, (REPAIR_PHRASES, MarkKind.CORRECTION, True)]:
        for phrase in text.replace("\n", "|").split("|"):
            words = tuple(phrase.split())
            if words:
                groups.setdefault(words[0], []).append((words, kind, is_repair))
    for found in groups.values():
        found.sort(key=lambda each: -len(each[0]))
    return groups


_PHRASES_BY_FIRST_WORD = _group_phrases()
_LABEL_WORDS = word_set(CORRECTION_LABELS.replace("|", " "))
_FIRST_WORDS = (
    frozenset(_PHRASES_BY_FIRST_WORD)
    | _LABEL_WORDS
    | _OPEN_EXCEPTIONS
    | _NOTHING
    | _OUT_WORDS
    | frozenset({"*"})
)

MARK_WORDS = _FIRST_WORDS | frozenset(
    word for phrases in _PHRASES_BY_FIRST_WORD.values() for words, _, _ in phrases for word in words
)
"""The words of marks, which are never corrected."""


def find_marks(tokens: Sequence[Token]) -> list[Mark]:
    """All marks of a text from left to right; they do not overlap."""
    marks: list[Mark] = []
    index = 0
    while index < len(tokens):
        token = tokens[index]
        mark = _match(tokens, index) if token.word in _FIRST_WORDS and token.field is None else None
        if mark is not None:
            marks.append(mark)
        index = mark.end_index if mark else index + 1
    return marks


def is_boundary(tokens: Sequence[Token], index: int) -> bool:
    """Whether a part of the sentence ends here: at a sign that is none of a number, or at `but`."""
    token = tokens[index]
    if token.word not in _BOUNDARIES:
        return False
    is_inside = token.is_attached and index + 1 < len(tokens) and tokens[index + 1].is_attached
    return token.is_word or not is_inside


def last_boundary(tokens: Sequence[Token], start_index: int, end_index: int) -> int:
    """The position after the last boundary within these tokens, or `start_index`."""
    for index in range(end_index - 1, start_index - 1, -1):
        if is_boundary(tokens, index):
            return index + 1
    return start_index


def next_boundary(tokens: Sequence[Token], start_index: int, end_index: int) -> int:
    return next((index for index in range(start_index, end_index) if is_boundary(tokens, index)), end_index)


def is_harmless(tokens: Sequence[Token], index: int) -> bool:
    """Whether the word after a negation says that nothing is ruled out (`not sure`, `can't find`)."""
    return index < len(tokens) and tokens[index].word in HARMLESS_AFTER_NEGATION


def is_open(tokens: Sequence[Token], mark: Mark) -> bool:
    """Whether the mark is an exception from all: `any day but`, `except`."""
    return mark.kind is MarkKind.EXCEPTION and tokens[mark.start_index].word not in {
        "instead",
        "rather",
        "as",
        "never",
        "without",
        "forget",
    }


def _match(tokens: Sequence[Token], index: int) -> Mark | None:
    word = tokens[index].word
    if word == "*":
        return _match_star(tokens, index)
    if word in _OPEN_EXCEPTIONS and _follows_open_word(tokens, index):
        return Mark(MarkKind.EXCEPTION, index, index + 1, index + 1)
    if word in _OUT_WORDS:
        is_contraction = index > 0 and tokens[index - 1].raw in PLURAL_WEEKDAYS  # `monday's out`
        return Mark(MarkKind.REJECTION, index, index + 1, index + 1) if is_contraction else None
    if word in _NOTHING and index + 1 < len(tokens) and tokens[index + 1].word in _BOUND_WORDS:
        return Mark(MarkKind.NEGATION, index, index + 1, index + 1)
    phrase = _match_phrase(tokens, index)
    if phrase is not None:
        return phrase
    if word == "no":
        return _match_no(tokens, index)
    if word in _LABEL_WORDS and index + 1 < len(tokens) and tokens[index + 1].word in {":", "-"}:
        return Mark(MarkKind.CORRECTION, index, index + 2, index + 2, is_repair=True)
    return None


def _match_phrase(tokens: Sequence[Token], index: int) -> Mark | None:
    for words, kind, is_repair in _PHRASES_BY_FIRST_WORD.get(tokens[index].word, ()):
        after = index + len(words)
        if after > len(tokens) or any(
            tokens[index + at].word != word or tokens[index + at].field is not None
            for at, word in enumerate(words)
        ):
            continue
        return _to_mark(tokens, kind, index, after, is_repair=is_repair)
    return None


def _to_mark(
    tokens: Sequence[Token], kind: MarkKind, index: int, after: int, *, is_repair: bool
) -> Mark | None:
    if kind is MarkKind.CORRECTION:
        trailing = tokens[after - 1].word == "instead" or _ends_text(tokens, after)
        return Mark(kind, index, after, after, is_trailing=trailing, is_repair=is_repair)
    return Mark(kind, index, after, after)


def _ends_text(tokens: Sequence[Token], index: int) -> bool:
    return all(not token.is_word or token.word == "please" for token in tokens[index : index + 4]) and (
        index + 4 >= len(tokens)
    )


def _follows_open_word(tokens: Sequence[Token], index: int) -> bool:
    """`any day but friday`, `every day next week bar tuesday`."""
    for at in range(index - 1, max(index - 6, -1), -1):
        if is_boundary(tokens, at):
            return False
        if tokens[at].word in OPEN_WORDS or tokens[at].word.startswith("any"):
            return True
    return False


def _match_no(tokens: Sequence[Token], index: int) -> Mark | None:
    """`no, 4pm` and `3pm no 4pm` correct; `no fridays` and `no printer` rule out; `room no 5` neither."""
    following = tokens[index + 1] if index + 1 < len(tokens) else None
    before = tokens[index - 1].word if index else ""
    if following is None or following.word == "." or following.word in HARMLESS_AFTER_NEGATION:
        return None
    if following.word in {"earlier", "later", "sooner"}:
        return Mark(MarkKind.NEGATION, index, index + 1, index + 1)
    if following.raw in _PLURAL_PARTS or following.word in PLURAL_WEEKDAYS:
        return Mark(MarkKind.NEGATION, index, index + 1, index + 1)
    is_number = following.word.isdecimal() or following.word in NUMBER_WORDS
    if not following.is_word or (is_number and before not in NUMBER_LABELS and index):
        return Mark(MarkKind.CORRECTION, index, index + 1, index + 1, is_repair=True)
    if is_number:
        return None
    if following.word in _TIME_WORDS:
        kinds = _DAY_WORDS if following.word in _DAY_WORDS else _TIME_WORDS - _DAY_WORDS
        corrects = any(token.word in kinds for token in tokens[max(index - 12, 0) : index])
        kind = MarkKind.CORRECTION if corrects else MarkKind.NEGATION
        return Mark(kind, index, index + 1, index + 1, is_repair=corrects)
    return Mark(MarkKind.NEGATION, index, index + 1, index + 1)


def _match_star(tokens: Sequence[Token], index: int) -> Mark | None:
    """The star of a correction, `*tues` or `tues*`; stars around words are emphasis."""
    if index + 1 < len(tokens) and tokens[index + 1].is_attached and tokens[index + 1].is_word:
        closing = any(token.word == "*" and token.is_attached for token in tokens[index + 1 : index + 12])
        opens = index > 0 and not tokens[index].is_attached
        return (
            Mark(MarkKind.CORRECTION, index, index + 1, index + 1, is_repair=True)
            if opens and not closing
            else None
        )
    if not tokens[index].is_attached or index == 0:
        return None
    start = index - 1
    while start > 0 and tokens[start].is_attached:
        start -= 1
    if start == 0 or any(token.word == "*" for token in tokens[max(index - 12, 0) : index]):
        return None
    return Mark(MarkKind.CORRECTION, index, index + 1, start, is_repair=True)


def mark_indexes(marks: Sequence[Mark]) -> Iterator[int]:
    for mark in marks:
        yield from range(mark.start_index, mark.end_index)
