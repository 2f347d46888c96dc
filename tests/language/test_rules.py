"""The tables of rules: their order counts, and their first words are words that nobody corrects."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from bot.language import NameIndex, parse_phrase
from bot.language.grammar.rules import DIGITS, RuleTable
from bot.language.grammar.scanner import EXPRESSION_FIRST_WORDS
from bot.language.model.items import Now, StartOfDay
from bot.language.text.token_cursor import TokenCursor
from bot.language.text.tokenizer import normalize, tokenize
from core.model import Building, BuildingId

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 3, 11, 10, 20, tzinfo=LONDON)


def _cursor(text: str) -> TokenCursor:
    return TokenCursor(tokenize(normalize(text)))


def test_the_first_rule_that_matches_counts():
    table = RuleTable(
        (
            (lambda cursor, index: None, frozenset({"now"})),
            (lambda cursor, index: ((Now(),), index + 1), frozenset({"now", DIGITS})),
            (lambda cursor, index: ((StartOfDay(),), index + 1), frozenset({"now", "1"})),
        )
    )

    assert table.parse(_cursor("now"), 0) == ((Now(),), 1)
    assert table.parse(_cursor("17"), 0) == ((Now(),), 1)
    assert table.parse(_cursor("1"), 0) == ((Now(),), 1)
    assert table.parse(_cursor("then"), 0) is None


@pytest.mark.parametrize(
    "word",
    sorted(word for word in EXPRESSION_FIRST_WORDS if word.isalpha() and len(word) > 4),
)
def test_a_word_that_an_expression_begins_with_is_not_corrected_to_a_name(word: str):
    almost = f"{word[:3]}x{word[4:]}"
    names = NameIndex.build((), (Building(BuildingId("B1"), f"{almost.title()} Hall"),), ())

    found = parse_phrase(f"{word} 3pm", now=NOW, zone=LONDON, names=names)

    assert found.building is None
