"""The one engine that reads what people type: times, seats, equipment and places."""

from bot.language.conventions import Conventions
from bot.language.echo import echo
from bot.language.engine import read, warm
from bot.language.names import Names
from bot.language.reading import (
    ASSUMED,
    Kind,
    Problem,
    Question,
    Reading,
    Reason,
    Repetition,
    Span,
    Unit,
    When,
)
from bot.language.wire import as_json, parse_lines

__all__ = [
    "ASSUMED",
    "Conventions",
    "Kind",
    "Names",
    "Problem",
    "Question",
    "Reading",
    "Reason",
    "Repetition",
    "Span",
    "Unit",
    "When",
    "as_json",
    "echo",
    "parse_lines",
    "read",
    "warm",
]
