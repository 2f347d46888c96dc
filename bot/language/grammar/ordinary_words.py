"""Skips words of times that are ordinary words where they stand: `I sat down`, `sat nav`, `a minute?`."""

from bot.language.lexicon import word_set
from bot.language.text.token_cursor import TokenCursor

_AFTER_WEEKDAY = {
    "sat": word_set(
        "down there through around here next beside behind nav navs navigation test tests score scores exam"
    ),
    "sun": word_set("cream screen burn light set rise glasses lounger hat bed dress roof"),
    "wed": word_set("like love prefer rather"),
}
_BEFORE_WEEKDAY = {
    "sat": word_set(
        """
        i ive we weve he hes she shes they theyve have havent had who has was were be being been once
        everyone
        """
    ),
    "sun": word_set("the much no some of bright hot"),
}
_MOMENT_LEADS = word_set("have got wait take takes took give spare gimme need hang just")
_MOMENTS = word_set("minute min sec second moment mo tick")

ORDINARY_WORDS = frozenset(_AFTER_WEEKDAY) | {"a", "one", "1"}
"""The words that an ordinary word may begin with."""


def skip_ordinary_word(cursor: TokenCursor, index: int) -> int:
    """The position after an ordinary word that starts here, or `index` when there is none."""
    word = cursor.word(index)
    if word in _AFTER_WEEKDAY:
        return index + _is_no_weekday(cursor, index)
    if word in {"a", "one", "1"} and cursor.word(index + 1) in _MOMENTS:
        is_short_while = cursor.word(index - 1) in _MOMENT_LEADS or cursor.word(index - 2) in _MOMENT_LEADS
        return index + 2 if is_short_while and cursor.word(index - 1) not in {"in", "for"} else index
    return index


def _is_no_weekday(cursor: TokenCursor, index: int) -> bool:
    word = cursor.tokens[index].raw
    is_before = cursor.word(index + 1) in _AFTER_WEEKDAY.get(word, ())
    return is_before or cursor.word(index - 1) in _BEFORE_WEEKDAY.get(word, ())
