"""Parses a quoted message: only a time, a size and a place, never a command."""

from msgspec.structs import replace

from bot.chat.command import CommandContext
from bot.conversation.search import parse_text
from bot.language import ParseResult, ProblemReason

_MAX_CHARACTERS = 2_000


def read_quoted(context: CommandContext, text: str) -> ParseResult:
    """The time, size and place in a message.

    Society, title and people are left out, because only the requester decides whom a booking is for. An
    unreadable time counts as none, because messages contain other text.
    """
    reading = parse_text(replace(context, text=text[:_MAX_CHARACTERS]))
    problem = reading.problem
    return ParseResult(
        text="",
        when=reading.when,
        capacity=reading.capacity,
        building=reading.building,
        room=reading.room,
        location=reading.location,
        near=reading.near,
        assumptions=reading.assumptions,
        alternatives=reading.alternatives,
        problem=None if problem is None or problem.reason is ProblemReason.UNREADABLE else problem,
        clarification=reading.clarification,
    )
