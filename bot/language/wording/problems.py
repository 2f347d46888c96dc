"""Words a rejected time as a problem, and ambiguous words as a question."""

from collections.abc import Sequence
from datetime import datetime

from bot.language.model.items import DayItem
from bot.language.model.reading import (
    Clarification,
    ParsedTime,
    ParseProblem,
    ParseResult,
    ProblemReason,
    TimeKind,
)
from bot.language.model.time_phrase import TimePhrase
from bot.language.resolve.context import Resolution
from bot.language.text.tokenizer import Token
from bot.language.wording.time_text import describe_time


def problem_for(resolution: Resolution, result: ParseResult, now: datetime) -> ParseProblem | None:
    """The problem with a time, or with a text of which nothing was understood."""
    if resolution.problem_reason is ProblemReason.CONTRADICTION:
        question = result.clarification
        words, suggestion = (question.text, question.choices[0]) if question else (result.text.strip(), None)
        return ParseProblem(resolution.problem_reason, words, suggestion or _suggest(None))
    if resolution.unread and resolution.problem_reason is not None:
        return ParseProblem(resolution.problem_reason, "”, “".join(resolution.unread), _suggest(None))
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


def contradiction_question(
    phrase: TimePhrase, tokens: Sequence[Token], resolution: Resolution, text: str, now: datetime
) -> Clarification | None:
    """Asks which of two days was meant that the words name at once."""
    if resolution.problem_reason is not ProblemReason.CONTRADICTION or len(resolution.alternatives) < 2:
        return None
    spans = sorted(
        {(used.start_index, used.end_index) for used in phrase.used_items if isinstance(used.item, DayItem)}
    )
    words = (text[tokens[start].start : tokens[end - 1].end] for start, end in spans)
    choices = tuple(describe_time(time, now) for time in resolution.alternatives)
    return Clarification(" ".join(" ".join(words).split()), choices)


def _suggest(time: ParsedTime | None) -> str:
    if time is None:
        return "tomorrow 15:00"
    if time.kind is TimeKind.DAY:
        return "tomorrow"
    if time.day_part is not None:
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
