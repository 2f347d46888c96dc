"""Where a text wants to be: the room, the building, what it should be near, and for which society."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.language.lexicon.common_words import BUILDING_SUFFIXES
from bot.language.lexicon.wordlist import wordset
from bot.language.rooms.names import Called, Names, What
from bot.language.text.tokenizer import Token
from core.model.entities import BuildingId, RoomId, SocietyId

_NEAR = wordset(
    """
    distance vicinity near nearby nearest nearer closest close next beside besides opposite by around adjacent
    alongside
    """
)
_BETWEEN = wordset("to the of is from in at this that somewhere right")
_REFUSED = wordset("not except avoid but excluding")
_ROOM_WORDS = wordset("room rm rooms")
_ON_BEHALF = wordset("for as with by behalf of from on the my our soc society")


@dataclass(frozen=True, slots=True)
class Place:
    """A value, what it is for the reading, and the tokens `[first, after)` that said it."""

    field: str
    value: str
    first: int
    after: int


@dataclass(slots=True)
class Places:
    """The first of each sort that was found."""

    room: RoomId | None = None
    building: BuildingId | None = None
    near: BuildingId | None = None
    society: SocietyId | None = None


def places(tokens: list[Token], names: Names) -> Places:
    """Find the names in a text and take their tokens."""
    found = Places()
    for called in _called(tokens, names):
        place = _place(called, tokens, names)
        if place is not None and getattr(found, place.field) is None:
            setattr(found, place.field, place.value)
            for token in tokens[place.first : place.after]:
                token.field = place.field
    _lone_number(tokens, names, found)
    if (
        found.room is not None
        and found.building is not None
        and names.building_of[found.room] == found.building
    ):
        found.building = None
    return found


def _called(tokens: Sequence[Token], names: Names) -> Iterator[Called]:
    index = 0
    while index < len(tokens):
        begins = tokens[index].is_word and not (tokens[index].glued and index and tokens[index - 1].is_word)
        called = names.called_at(tokens, index) if begins else None
        if called is not None:
            yield called
        index = max(called.after if called else 0, index + 1)


def _place(called: Called, tokens: Sequence[Token], names: Names) -> Place | None:
    if called.what is What.SOCIETY:
        return Place("society", called.id, called.first, called.after)
    if called.what is What.SHORT_SOCIETY:
        return _short_society(called, tokens)
    if called.what is What.COMMON_NOUN and not _is_the(tokens, called.first):
        return None
    near = _near(tokens, called.first)
    if near is not None:
        building = names.building_of[called.id] if called.what is What.ROOM else called.id
        return Place("near", building, near, _past_suffix(tokens, called.after))
    if _is_refused(tokens, called.first):
        return None
    if called.what is What.ROOM:
        return Place("room", called.id, called.first, called.after)
    return _room_in(called, tokens, names) or Place(
        "building", called.id, called.first, _past_suffix(tokens, called.after)
    )


def _short_society(called: Called, tokens: Sequence[Token]) -> Place | None:
    before = tokens[called.first - 1].word if called.first else ""
    earlier = tokens[called.first - 2].word if called.first > 1 else ""
    led = (
        before == "for"
        or (before in {"the", "our", "my"} and earlier == "for")
        or (before == "of" and earlier == "behalf")
    )
    after = called.after
    ends = after < len(tokens) and tokens[after].word in {"society", "soc", "club", "socs"}
    return Place("society", called.id, called.first, after + ends) if led or ends else None


def _is_the(tokens: Sequence[Token], first: int) -> bool:
    """`in the library`, `near the library`, `near library`."""
    before = [token.word for token in tokens[max(first - 2, 0) : first]]
    if before[-1:] == ["the"]:
        return before[0] in _NEAR | {"in", "at", "to", "inside"}
    return before[-1:] != [] and before[-1] in _NEAR


def _near(tokens: Sequence[Token], first: int) -> int | None:
    """The position of the word that makes it `near X`."""
    at = first - 1
    while at >= 0 and tokens[at].word in _BETWEEN:
        at -= 1
    if at < 0 or tokens[at].word not in _NEAR or tokens[at].field is not None:
        return None
    skipped = {tokens[index].word for index in range(at + 1, first)}
    if tokens[at].word in {"next", "close", "by", "around"} and not skipped <= {"to", "the"}:
        return None
    return at


def _is_refused(tokens: Sequence[Token], first: int) -> bool:
    """`not in Ainsworth`, `anywhere but the Quad`, `except Law 203`."""
    at = first - 1
    while at >= 0 and tokens[at].word in {"in", "the", "at", "for", "from"}:
        at -= 1
    return at >= 0 and tokens[at].word in _REFUSED


def _past_suffix(tokens: Sequence[Token], after: int) -> int:
    return after + (
        after < len(tokens) and tokens[after].word in BUILDING_SUFFIXES and tokens[after].field is None
    )


def _room_in(called: Called, tokens: Sequence[Token], names: Names) -> Place | None:
    """`Ainsworth room G03`, `G03 in the Ainsworth building`."""
    at = _past_suffix(tokens, called.after)
    while at < len(tokens) and tokens[at].word in _ROOM_WORDS | {",", "-"}:
        at += 1
    room = names.room_at(called.id, tokens, at)
    if room is not None:
        return Place("room", room.id, called.first, room.after)
    return _room_before(called, tokens, names)


def _room_before(called: Called, tokens: Sequence[Token], names: Names) -> Place | None:
    at = called.first - 1
    while at >= 0 and tokens[at].word in {"in", "at", "of", "the", ",", "-"}:
        at -= 1
    if at < 0 or tokens[at].field is not None:
        return None
    for first in (at - 1, at):
        room = names.room_at(called.id, tokens, first) if first >= 0 else None
        if room is not None and room.after == at + 1 and _may_be_number(tokens, first):
            after = _past_suffix(tokens, called.after)
            return Place(
                "room", room.id, first - (first > 0 and tokens[first - 1].word in _ROOM_WORDS), after
            )
    return None


def _may_be_number(tokens: Sequence[Token], first: int) -> bool:
    """Whether it is a room's number and not the hour before `in Ainsworth`."""
    word = tokens[first].word
    if first and tokens[first - 1].word in _ROOM_WORDS:
        return True
    if first and (tokens[first - 1].word in {":", "-", "at", "until", "to", "@"}):
        return False
    return not word.isdecimal() or len(word) >= 3


def _lone_number(tokens: list[Token], names: Names, found: Places) -> None:
    """A room by its number alone: in the building that was said, or the only one on campus to have it."""
    if found.room is not None:
        return
    of_building = names.numbers.get(found.building or "", {})
    for index, token in enumerate(tokens):
        if token.field is not None or not token.is_word:
            continue
        labelled = index > 0 and tokens[index - 1].word in _ROOM_WORDS
        has_letter = not token.word.isdecimal() and any(map(str.isdecimal, token.word))
        if not (labelled or has_letter):
            continue
        room = of_building.get(token.word) or (None if found.building else names.lone_numbers.get(token.word))
        if room is not None:
            found.room = RoomId(room)
            token.field = "room"
            return
