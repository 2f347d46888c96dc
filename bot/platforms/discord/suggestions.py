"""Helping to fill in options as they are typed: rooms, places, societies, bookings, times read back."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from zoneinfo import ZoneInfo

from rapidfuzz import fuzz

from bot.asked import Asker
from bot.command import Takes
from bot.desk import Desk
from bot.language import Names, Reading, echo, read
from bot.platforms.discord.words import plain_stretch
from bot.reply import Option
from bot.wording import about_room, room_name, short_id
from core.directory import Known
from core.model import Equipment

MOST = 25
ALIKE = 75
"""How alike, of a hundred, a misspelt name must be."""
OPENERS = ("now", "in 1 hour", "today 2pm", "tomorrow 9am for 2 hours", "tomorrow afternoon")


class DeskSuggestions:
    """Suggestions from the picture in memory."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._ways: dict[Takes, Callable[[str, Known | None], Iterable[Option]]] = {
            Takes.WHEN: self._times,
            Takes.ROOM: self._rooms,
            Takes.PLACE: self._places,
            Takes.BUILDING: self._buildings,
            Takes.SOCIETY: self._societies,
            Takes.EQUIPMENT: self._equipment,
            Takes.BOOKING: self._bookings,
        }

    async def suggest(self, takes: Takes, typed: str, by: Asker) -> Sequence[Option]:
        picture = await self._desk.fresh()
        way = self._ways.get(takes)
        known = picture.directory.identified(by.identity)
        return list(way(" ".join(typed.split()), known))[:MOST] if way else []

    def _times(self, typed: str, known: Known | None) -> Iterator[Option]:
        """What the words are read as, so that a press sends what was understood."""
        for words in (typed,) if typed else OPENERS:
            reading = self._read(words, known)
            yield from self._echoed(reading)
            if reading.problem is not None and reading.problem.suggestion:
                yield from self._echoed(self._read(reading.problem.suggestion, known))
            elif reading.when is None and typed:
                yield Option(typed, typed)

    def _echoed(self, reading: Reading) -> Iterator[Option]:
        for when in (reading.when, *reading.alternatives):
            if when is not None:
                said = echo(Reading(reading.text, when), self._names, now=self._desk.clock.now())
                yield Option(said, said)

    def _read(self, words: str, known: Known | None) -> Reading:
        return read(words, now=self._desk.clock.now(), zone=self._zone(known), names=self._names)

    def _zone(self, known: Known | None) -> ZoneInfo:
        name = known.person.zone if known else None
        return ZoneInfo(name) if name else self._desk.rules.zone

    @property
    def _names(self) -> Names:
        return self._desk.names.of(self._desk.picture)

    def _rooms(self, typed: str, known: Known | None) -> Iterable[Option]:
        catalogue = self._desk.picture.catalogue
        rooms = [room for room in catalogue.order if room.bookable]
        options = [Option(f"{room_name(room)} · {about_room(room, catalogue)}", room.id) for room in rooms]
        names = [" ".join((room.id, room.name, room.abbr, *room.aliases)) for room in rooms]
        return _ranked(typed, zip(names, options, strict=True))

    def _buildings(self, typed: str, known: Known | None) -> Iterable[Option]:
        buildings = self._desk.picture.catalogue.buildings.values()
        return _ranked(
            typed,
            (
                (" ".join((each.id, each.name, *each.aliases)), Option(each.name, each.id))
                for each in buildings
            ),
        )

    def _places(self, typed: str, known: Known | None) -> Iterable[Option]:
        """Buildings, or near them; then rooms."""
        near = typed.casefold().startswith("near")
        sought = typed[4:].strip() if near else typed
        buildings = self._buildings(sought, known)
        if near:
            return [Option(f"near {each.label}", f"near {each.value}") for each in buildings]
        return [*list(buildings)[: MOST - 5], *self._rooms(typed, known)]

    def _societies(self, typed: str, known: Known | None) -> Iterable[Option]:
        """The asker's own first."""
        mine = {each.society.id for each in known.memberships} if known else set()
        societies = sorted(
            self._desk.picture.directory.societies.values(), key=lambda each: (each.id not in mine, each.name)
        )
        return _ranked(typed, ((f"{each.id} {each.name}", Option(each.name, each.id)) for each in societies))

    def _equipment(self, typed: str, known: Known | None) -> Iterable[Option]:
        """One more thing after those that are there already."""
        *before, last = [each.strip() for each in typed.casefold().split(",")]
        left = [each.value for each in Equipment if each.value not in before]
        for word in sorted(left, key=lambda each: not each.startswith(last)):
            if last in word:
                said = ", ".join([*before, word])
                yield Option(said, said)

    def _bookings(self, typed: str, known: Known | None) -> Iterable[Option]:
        """The asker's own, soonest first."""
        if known is None:
            return []
        rooms, zone = self._desk.picture.catalogue.rooms, self._zone(known)
        mine = self._desk.bookings.upcoming(known.person.id)
        told = [(each, rooms.get(each.room_id)) for each in mine]
        options = [
            Option(
                f"{plain_stretch(each.interval, zone)}, {room_name(room) if room else each.room_id}",
                short_id(each),
            )
            for each, room in told
        ]
        return _ranked(typed, ((f"{each.value} {each.label}", each) for each in options))


def _ranked(typed: str, named: Iterable[tuple[str, Option]]) -> list[Option]:
    """Names that begin with what was typed, then those that hold it; alike ones when there are none."""
    sought = typed.casefold()
    scored = [(_score(sought, name.casefold()), option) for name, option in named]
    found = [each for each in scored if each[0] < 3]
    if not found:
        alike = [(100 - fuzz.partial_ratio(sought, each[1].label.casefold()), each[1]) for each in scored]
        found = [(distance, option) for distance, option in alike if distance <= 100 - ALIKE]
    return [option for _, option in sorted(found, key=lambda each: each[0])]


def _score(sought: str, name: str) -> float:
    if name.startswith(sought):
        return 0
    if f" {sought}" in name:
        return 1
    words = sought.split()
    return 2 if words and all(word in name for word in words) else 3
