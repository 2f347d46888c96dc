"""Parser of what people type: times, seats, equipment and places."""

from bot.language.engine import parse_phrase, preload
from bot.language.follow_ups import FollowUp, FollowUpKind, FollowUpVerb, find_follow_up
from bot.language.lengths import FoundLength, find_lengths
from bot.language.model.reading import (
    ASSUMPTIONS,
    Clarification,
    Exclusions,
    ParsedTime,
    ParseProblem,
    ParseResult,
    ProblemReason,
    RecurrenceRule,
    RecurrenceUnit,
    SmallTalk,
    TextSpan,
    TimeKind,
)
from bot.language.output.json import parse_lines, to_json
from bot.language.output.summary import summarize
from bot.language.resolve.defaults import ParserDefaults
from bot.language.rooms.names import NameIndex
from bot.language.rooms.near_names import NearNameIndex
from bot.language.wording.time_text import format_ordinal

__all__ = [
    "ASSUMPTIONS",
    "Clarification",
    "Exclusions",
    "FollowUp",
    "FollowUpKind",
    "FollowUpVerb",
    "FoundLength",
    "NameIndex",
    "NearNameIndex",
    "ParseProblem",
    "ParseResult",
    "ParsedTime",
    "ParserDefaults",
    "ProblemReason",
    "RecurrenceRule",
    "RecurrenceUnit",
    "SmallTalk",
    "TextSpan",
    "TimeKind",
    "find_follow_up",
    "find_lengths",
    "format_ordinal",
    "parse_lines",
    "parse_phrase",
    "preload",
    "summarize",
    "to_json",
]
