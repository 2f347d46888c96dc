"""The one engine that reads what people type: times, seats, equipment and places."""

from bot.language.engine import read, warm
from bot.language.model.reading import (
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
from bot.language.output.json import as_json, parse_lines
from bot.language.output.summary import echo
from bot.language.resolve.defaults import Conventions
from bot.language.rooms.names import Names

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
