"""The days that others are counted from: today, tomorrow, a weekday."""

from bot.language.lexicon.vocabulary import PLURAL_WEEKDAYS, WEEKDAYS
from bot.language.lexicon.wordlist import wordset
from bot.language.model.days import Day, Shifted, Weekday
from bot.language.text.token_cursor import Line

TODAY = Shifted()


def plain_day(line: Line, index: int) -> tuple[Day, int] | None:
    """A day that others may be counted from: today, tomorrow, a weekday."""
    word = line.word(index)
    if word in PLURAL_WEEKDAYS or _is_no_weekday(line, index):
        return None
    if word == "today":
        return TODAY, index + 1
    if word == "tomorrow":
        return Shifted(1), index + 1
    at = line.past(index, {"this", "coming"})
    number = WEEKDAYS.get(line.word(at))
    if number is not None:
        return Weekday(number), at + 1
    return None


def _is_no_weekday(line: Line, index: int) -> bool:
    """`I sat down`, `too much sun`."""
    before = _NO_WEEKDAY_AFTER.get(line.tokens[index].raw if index < len(line) else "", frozenset())
    return line.word(index - 1) in before


_NO_WEEKDAY_AFTER = {
    "sat": wordset("i we he she they have had just who has is are was were be being been once last"),
    "sun": wordset("the much no some of bright hot"),
}
