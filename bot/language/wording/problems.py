"""What to say when a time cannot serve, and when words have two meanings."""

from datetime import datetime

from bot.language.model.reading import (
    Clarification,
    ParsedTime,
    ParseProblem,
    ParseResult,
    ProblemReason,
    TimeKind,
)
from bot.language.resolve.context import Resolution
from bot.language.wording.time_text import describe_time


def problem_for(resolution: Resolution, result: ParseResult, now: datetime) -> ParseProblem | None:
    """The problem with a time that was said, or with a text in which nothing was understood."""
    if resolution.problem_reason in {ProblemReason.TOO_MUCH, ProblemReason.END_NOT_AFTER_START}:
        return ParseProblem(resolution.problem_reason, result.text.strip(), _suggest(None))
    if resolution.problem_reason is not None:
        shown = describe_time(resolution.time, now) if resolution.time else result.text.strip()
        return ParseProblem(resolution.problem_reason, shown, _suggest(resolution.time), resolution.time)
    if result.unparsed and _is_empty(result):
        return ParseProblem(ProblemReason.UNREADABLE, result.text.strip(), _suggest(None))
    return None


def _suggest(time: ParsedTime | None) -> str:
    if time is None:
        return "tomorrow 15:00"
    if time.kind is TimeKind.DAY:
        return "tomorrow"
    if time.kind is TimeKind.PART:
        return f"tomorrow {time.day_part}"
    told = f"tomorrow {time.start:%H:%M}"
    return f"{told}–{time.end:%H:%M}" if time.end else told


def _is_empty(result: ParseResult) -> bool:
    said = (
        result.when,
        result.capacity,
        result.usage,
        result.building,
        result.room,
        result.location,
        result.near,
        result.society,
        result.title,
        result.clarification,
    )
    return all(value is None for value in said) and not result.equipment and not result.people


def clarification_for(number: int) -> Clarification:
    """`for 2`: people or hours."""
    return Clarification(f"for {number}", (f"for {number} people", f"for {number} hours"))
