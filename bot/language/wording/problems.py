"""What to say when a time cannot serve, and when words have two meanings."""

from datetime import datetime

from bot.language.model.reading import Kind, Problem, Question, Reading, Reason, When
from bot.language.resolve.context import Resolved
from bot.language.wording.time_text import time_in_words


def refusal(found: Resolved, reading: Reading, now: datetime) -> Problem | None:
    """The problem with a time that was said, or with a text in which nothing was understood."""
    if found.refused is Reason.TOO_MUCH:
        return Problem(found.refused, reading.text.strip(), _suggestion(None))
    if found.refused is not None:
        shown = time_in_words(found.when, now) if found.when else reading.text.strip()
        return Problem(found.refused, shown, _suggestion(found.when), found.when)
    if reading.leftover and _is_blank(reading):
        return Problem(Reason.UNREADABLE, reading.text.strip(), _suggestion(None))
    return None


def _suggestion(when: When | None) -> str:
    if when is None:
        return "tomorrow 15:00"
    if when.kind is Kind.DAY:
        return "tomorrow"
    if when.kind is Kind.PART:
        return f"tomorrow {when.part}"
    told = f"tomorrow {when.start:%H:%M}"
    return f"{told}–{when.end:%H:%M}" if when.end else told


def _is_blank(reading: Reading) -> bool:
    said = (
        reading.when,
        reading.capacity,
        reading.usage,
        reading.building,
        reading.room,
        reading.location,
        reading.near,
        reading.society,
        reading.title,
        reading.question,
    )
    return all(value is None for value in said) and not reading.equipment and not reading.people


def question(many: int) -> Question:
    """`for 2`: people or hours."""
    return Question(f"for {many}", (f"for {many} people", f"for {many} hours"))
