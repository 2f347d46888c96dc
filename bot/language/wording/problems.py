"""Words a rejected time as a problem, and ambiguous words as a question."""

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
    """The problem with a time, or with a text of which nothing was understood."""
    if resolution.problem_reason in {ProblemReason.TOO_MUCH, ProblemReason.END_NOT_AFTER_START}:
        return ParseProblem(resolution.problem_reason, result.text.strip(), _suggest(None))
    if resolution.problem_reason is not None:
        parsed_text = describe_time(resolution.time, now) if resolution.time else result.text.strip()
        return ParseProblem(
            resolution.problem_reason, parsed_text, _suggest(resolution.time), resolution.time
        )
    if result.unparsed and is_empty(result):
        return ParseProblem(ProblemReason.UNREADABLE, result.text.strip(), _suggest(None))
    return None


def _suggest(time: ParsedTime | None) -> str:
    if time is None:
        return "tomorrow 15:00"
    if time.kind is TimeKind.DAY:
        return "tomorrow"
    if time.kind is TimeKind.PART:
        return f"tomorrow {time.day_part}"
    text = f"tomorrow {time.start:%H:%M}"
    return f"{text}–{time.end:%H:%M}" if time.end else text


def is_empty(result: ParseResult) -> bool:
    """Whether nothing was understood."""
    values = (
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
    return all(value is None for value in values) and not (
        result.equipment or result.people or result.excluded
    )


def clarification_for(number: int) -> Clarification:
    """Asks whether `for 2` means people or hours."""
    return Clarification(f"for {number}", (f"for {number} people", f"for {number} hours"))
