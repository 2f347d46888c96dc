"""Tables of grammar rules by the words that their expressions may begin with."""

from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet

from bot.language.model.items import ItemMatch, ItemsMatch
from bot.language.text.token_cursor import TokenCursor

Rule = Callable[[TokenCursor, int], ItemsMatch | None]
RuleEntry = tuple[Rule, AbstractSet[str]]
"""A rule and its first words. A rule may check more: its first words only spare it the other texts."""
DIGITS = "0"
"""Among first words: any number in digits."""


class RuleTable:
    """Rules in order of precedence: the first that matches counts, whatever the length of its match."""

    def __init__(self, entries: Iterable[RuleEntry]) -> None:
        entries = tuple(entries)
        self.first_words = frozenset(word for _, words in entries for word in words)
        self._rules = {
            word: tuple(
                rule for rule, words in entries if word in words or (word.isdecimal() and DIGITS in words)
            )
            for word in self.first_words
        }

    def parse(self, cursor: TokenCursor, index: int) -> ItemsMatch | None:
        """The match of the first rule that has one here."""
        word = cursor.word(index)
        rules = self._rules.get(word)
        if rules is None:
            rules = self._rules.get(DIGITS, ()) if word.isdecimal() else ()
        for rule in rules:
            found = rule(cursor, index)
            if found is not None:
                return found
        return None


def single(rule: Callable[[TokenCursor, int], ItemMatch | None]) -> Rule:
    """The rule with its one item as a list of items."""

    def parse(cursor: TokenCursor, index: int) -> ItemsMatch | None:
        found = rule(cursor, index)
        return ((found[0],), found[1]) if found is not None else None

    return parse
