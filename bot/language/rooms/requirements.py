"""What a room should have and be for, and which half of the campus it should stand on."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.language.lexicon.wordlist import wordset
from bot.language.text.token_cursor import Line
from core.model.entities import Equipment, Location, Usage

_EQUIPMENT = {
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
_USAGES = {
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
_LOCATIONS = {"upper": Location.UPPER, "lower": Location.LOWER}
_NOT_A_CAMPUS = wordset(
    """
    level levels floor floors ground deck bound limit price year secondary middle body class
    end
    """
)
_REFUSED = wordset("no without not dont")
_LONGEST = 4
_USED_UP = {Equipment.COFFEE: wordset("chat catchup catch date shop cart morning break club society"),
            Equipment.WATER: wordset("polo sports ski"),
            Equipment.COMPUTER: wordset("science sci club society"),
            Equipment.PRINTER: frozenset({"paper"})}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wish:
    """Something wished for and the tokens `[first, after)` that said so."""

    value: Equipment | Usage | Location
    first: int
    after: int


def wishes(line: Line) -> Iterator[Wish]:
    """Everything wished for, from left to right."""
    index = 0
    while index < len(line):
        found = _wish(line, index)
        if found is not None:
            yield found
        index = found.after if found else index + 1


def _wish(line: Line, index: int) -> Wish | None:
    word = line.word(index)
    if word in _LOCATIONS:
        return _location(line, index, _LOCATIONS[word])
    if word not in _BEGINNINGS:
        return None
    for size in range(_LONGEST, 0, -1):
        words = [line.word(index + offset) for offset in range(size)]
        phrase = " ".join(words)
        if phrase in _USAGES and not _is_made_of(line, index + size, words):
            return Wish(_USAGES[phrase], index, index + size)
        if phrase in _EQUIPMENT and not _is_spent(line, index, size, _EQUIPMENT[phrase]):
            return Wish(_EQUIPMENT[phrase], index, index + size)
    return None


_BEGINNINGS = frozenset(phrase.split()[0] for phrase in (*_EQUIPMENT, *_USAGES))


def _location(line: Line, index: int, location: Location) -> Wish | None:
    after = index + 1
    if line.word(after) in _NOT_A_CAMPUS:
        return None
    return Wish(location, index, line.past(after, {"campus", "half", "of"}))


def _is_made_of(line: Line, after: int, words: list[str]) -> bool:
    """`lab 3` is one lab's number, `theatre society` no theatre."""
    follows = line.word(after)
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


def _is_spent(line: Line, index: int, size: int, thing: Equipment) -> bool:
    """Whether it is refused (`no printer`) or only part of another thing (`coffee chat`)."""
    if line.word(index + size) in _USED_UP.get(thing, ()):
        return True
    at = index - 1
    while line.word(at) in {"a", "an", "any", "the", "need", "want", "require"}:
        at -= 1
    return line.word(at) in _REFUSED
