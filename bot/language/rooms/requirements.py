"""Finds requirements of a room: equipment, usage, and upper or lower campus."""

from collections.abc import Iterator

from msgspec import Struct

from bot.language.lexicon import word_set
from bot.language.text.token_cursor import TokenCursor
from core.model import Equipment, Location, Usage

_EQUIPMENT_PHRASES = {
    phrase: thing
    for thing, phrases in (
        (Equipment.PRINTER, "printer|printers|printing|print|printing facilities|photocopier|copier"),
        (Equipment.COFFEE, "coffee|coffees|coffee machine|coffee maker|espresso|espresso machine"),
        (
            Equipment.WATER,
            (
                "water|water fountain|water cooler|water bubbler|water dispenser|drinking water|"
                "drinking fountain|bubbler|water refill|water bottle refill"
            ),
        ),
        (Equipment.WHITEBOARD, "whiteboard|whiteboards|white board|white boards|dry erase board"),
        (
            Equipment.WHEELCHAIR,
            (
                "wheelchair|wheelchairs|wheel chair|wheelchair access|wheel chair access|"
                "wheelchair accessible|wheel chair accessible|wheelchair accessibility|"
                "wheelchair friendly|wheelchair user|wheelchair users|wheelchair ramp|accessible|"
                "accessibility|step free|step free access|disabled access"
            ),
        ),
        (Equipment.PROJECTOR, "projector|projectors|projector screen|data projector|projection|beamer"),
        (Equipment.COMPUTER, "computer|computers|pc|pcs|desktop|desktops|workstation|workstations"),
    )
    for phrase in phrases.split("|")
}
_USAGE_PHRASES = {
    phrase: usage
    for usage, phrases in (
        (Usage.AUDITORIUM, "auditorium|auditoriums|auditoria|aud"),
        (
            Usage.COMPUTER_LAB,
            (
                "computer lab|computer labs|computer laboratory|computer room|computer rooms|"
                "computer suite|computer cluster|pc lab|pc labs|pc room|comp lab|comp labs|"
                "comp sci lab|computing lab|computing labs|computing laboratory|cmlb"
            ),
        ),
        (Usage.LABORATORY, "lab|labs|laboratory|laboratories|lab room|lab space"),
        (
            Usage.LECTURE_THEATRE,
            (
                "lecture theatre|lecture theatres|lecture hall|lecture halls|lecture room|"
                "lecture rooms|lec theatre|theatre|theatres|lt|lctr"
            ),
        ),
        (
            Usage.MEETING_ROOM,
            "meeting room|meeting rooms|meeting space|conference room|boardroom|board room",
        ),
        (Usage.STUDIO, "studio|studios|studio space"),
        (
            Usage.TUTORIAL_ROOM,
            (
                "tutorial room|tutorial rooms|tutorial space|tute room|tute rooms|tut room|tut rooms|"
                "tusm|seminar room|seminar rooms|classroom|classrooms|class room|class rooms|"
                "teaching room"
            ),
        ),
        (Usage.LIBRARY, "library|libraries|library room|library rooms|library space"),
    )
    for phrase in phrases.split("|")
}
_LOCATION_WORDS = {"upper": Location.UPPER, "lower": Location.LOWER}
_NOT_LOCATION_BEFORE = word_set(
    """
    level levels floor floors ground deck bound limit price year secondary middle body class
    end
    """
)
_NEGATIONS = word_set("no without not dont")
_MAX_PHRASE_WORDS = 4
_COMPOUND_NOUN_ENDINGS = {
    Equipment.COFFEE: word_set("chat catchup catch date shop cart morning break club society"),
    Equipment.WATER: word_set("polo sports ski"),
    Equipment.COMPUTER: word_set("science sci club society"),
    Equipment.PRINTER: frozenset({"paper"}),
}


class Requirement(Struct, frozen=True):
    """A requirement and its tokens `[start_index, end_index)`."""

    value: Equipment | Usage | Location
    start_index: int
    end_index: int


def find_requirements(cursor: TokenCursor) -> Iterator[Requirement]:
    """Yields the requirements from left to right."""
    index = 0
    while index < len(cursor):
        found = _match_requirement(cursor, index)
        if found is not None:
            yield found
        index = found.end_index if found else index + 1


def _match_requirement(cursor: TokenCursor, index: int) -> Requirement | None:
    word = cursor.word(index)
    if word in _LOCATION_WORDS:
        return _match_location(cursor, index, _LOCATION_WORDS[word])
    if word not in _FIRST_WORDS:
        return None
    for size in range(_MAX_PHRASE_WORDS, 0, -1):
        words = [cursor.word(index + offset) for offset in range(size)]
        phrase = " ".join(words)
        if phrase in _USAGE_PHRASES and not _is_compound_noun(cursor, index + size, words):
            return Requirement(_USAGE_PHRASES[phrase], index, index + size)
        if phrase in _EQUIPMENT_PHRASES and not _is_excluded(cursor, index, size, _EQUIPMENT_PHRASES[phrase]):
            return Requirement(_EQUIPMENT_PHRASES[phrase], index, index + size)
    return None


_FIRST_WORDS = frozenset(phrase.split()[0] for phrase in (*_EQUIPMENT_PHRASES, *_USAGE_PHRASES))


def _match_location(cursor: TokenCursor, index: int, location: Location) -> Requirement | None:
    after = index + 1
    if cursor.word(after) in _NOT_LOCATION_BEFORE:
        return None
    return Requirement(location, index, cursor.skip(after, {"campus", "half", "of"}))


def _is_compound_noun(cursor: TokenCursor, end_index: int, words: list[str]) -> bool:
    """`lab report` is not a lab, `theatre society` not a theatre."""
    follows = cursor.word(end_index)
    return follows in {
        "report",
        "reports",
        "society",
        "soc",
        "club",
        "partner",
        "partners",
        "coat",
        "coats",
        "books",
        "group",
    } or (words == ["theatre"] and follows in {"sports", "rehearsal", "practice", "group"})


def _is_excluded(cursor: TokenCursor, index: int, size: int, equipment: Equipment) -> bool:
    """Whether it is negated (`no printer`) or part of a compound noun (`coffee chat`)."""
    if cursor.word(index + size) in _COMPOUND_NOUN_ENDINGS.get(equipment, ()):
        return True
    at = index - 1
    while cursor.word(at) in {"a", "an", "any", "the", "need", "want", "require"}:
        at -= 1
    return cursor.word(at) in _NEGATIONS
