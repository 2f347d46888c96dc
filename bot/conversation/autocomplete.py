"""Autocompletes command options from the read model."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

from bot.chat.command import ParameterType
from bot.chat.formatting import room_name, short_id
from bot.chat.reply import Option
from bot.chat.request import Requester
from bot.chat.timezones import zone_of
from bot.services import Services
from core.model import Equipment

_MAX_SUGGESTIONS = 25
_MAX_TEXT = 100


@dataclass(frozen=True, slots=True)
class _Named:
    """A room or building that may be suggested; `detail` follows its name."""

    id: str
    name: str
    detail: str
    value: str
    other_names: tuple[str, ...]

    @property
    def option(self) -> Option:
        code = "" if self.id in self.name or self.value == self.name else f" ({self.id})"
        return Option(f"{self.name}{code}{self.detail}", self.value)

    def rank(self, needle: str, key: str) -> int:
        """1 when a name begins with what was typed, 2 when one contains it, 0 otherwise."""
        text = "\n".join((self.name, self.id, *self.other_names)).casefold()
        if text.startswith(needle) or f"\n{needle}" in text:
            return 1
        return 2 if needle in text or (key and key in _key(text)) else 0


class Autocomplete:
    """Suggests values, best first: at most 25, each at most 100 characters (Discord's limits)."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._sources: dict[ParameterType, Callable[[str, Requester], Iterable[Option]]] = {
            ParameterType.ROOM: lambda typed, _: self._named(typed, self._rooms()),
            ParameterType.BUILDING: lambda typed, _: self._named(typed, self._buildings()),
            ParameterType.PLACE: lambda typed, _: self._named(typed, chain(self._buildings(), self._rooms())),
            ParameterType.SOCIETY: self._societies,
            ParameterType.EQUIPMENT: lambda typed, _: _matching(
                typed, (Option(each, each) for each in Equipment)
            ),
            ParameterType.WHEN: self._times,
            ParameterType.BOOKING: self._bookings,
        }

    async def suggest(self, takes: ParameterType, typed: str, requester: Requester) -> Sequence[Option]:
        await self._services.synced_read_model()
        await self._services.prepared_names()
        source = self._sources.get(takes)
        found = source(typed.strip(), requester) if source else ()
        return [
            Option(each.label[:_MAX_TEXT], each.value, each.detail)
            for each in found
            if len(each.value) <= _MAX_TEXT
        ][:_MAX_SUGGESTIONS]

    def _rooms(self) -> Iterable[_Named]:
        for room in self._services.read_model.catalogue.order:
            seats = f", {room.capacity} seats" if room.capacity else ""
            yield _Named(room.id, room.name, seats, room.id, (room.abbr, *room.aliases))

    def _buildings(self) -> Iterable[_Named]:
        for each in self._services.read_model.catalogue.buildings.values():
            yield _Named(each.id, each.name, "", each.name, each.aliases)

    def _named(self, typed: str, entities: Iterable[_Named]) -> Iterable[Option]:
        """The place that the typed words mean when they stand alone, then those whose names hold them."""
        meant = self._meant(typed)
        needle, key = typed.casefold(), _key(typed)
        found: tuple[list[Option], ...] = ([], [], [])
        for each in entities:
            if each.id in meant:
                found[0].append(each.option)
            elif (rank := each.rank(needle, key)) and len(found[rank]) < _MAX_SUGGESTIONS:
                found[rank].append(each.option)
        return chain(*found)

    def _meant(self, typed: str) -> frozenset[str]:
        """The ids of the room, building and society that the words mean, if they mean nothing else."""
        from bot.language import parse_phrase

        names, now = self._services.names.get(self._services.read_model), self._services.clock.now()
        reading = parse_phrase(typed, now=now, zone=self._services.rules.zone, names=names)
        found = (reading.room, reading.building, reading.near, reading.society)
        return frozenset() if reading.unparsed else frozenset(filter(None, found))

    def _societies(self, typed: str, requester: Requester) -> Iterable[Option]:
        directory = self._services.read_model.directory
        account = directory.by_identity(requester.identity)
        societies = [each.society for each in account.memberships] if account else []
        meant = self._meant(f"for {typed}")
        options = [Option(f"{each.name} ({each.id})", each.id) for each in societies]
        named = [each for each in options if each.value in meant]
        return named + [each for each in _matching(typed, options) if each not in named]

    def _bookings(self, typed: str, requester: Requester) -> Iterable[Option]:
        account = self._services.read_model.directory.by_identity(requester.identity)
        if account is None:
            return ()
        zone = zone_of(self._services, account, requester.zone)
        rooms = self._services.read_model.catalogue.rooms
        options = []
        for each in self._services.bookings.upcoming(account.person.id):
            start = each.interval.start.astimezone(zone)
            name = room_name(rooms[each.room_id]) if each.room_id in rooms else each.room_id
            options.append(Option(f"{start:%a} {start.day} {start:%b} {start:%H:%M} {name}", short_id(each)))
        return _matching(typed, options)

    def _times(self, typed: str, requester: Requester) -> Iterable[Option]:
        """The typed text with the time as it was understood."""
        from bot.language import parse_phrase, summarize

        if not typed:
            return [Option(each, each) for each in ("now", "tomorrow 10am for 1 hour", "this afternoon")]
        names, now = self._services.names.get(self._services.read_model), self._services.clock.now()
        now = now.replace(second=0, microsecond=0)
        defaults = self._services.parser_defaults()
        zone = zone_of(
            self._services,
            self._services.read_model.directory.by_identity(requester.identity),
            requester.zone,
        )
        reading = parse_phrase(typed, now=now, zone=zone, names=names, defaults=defaults)
        if reading.problem is not None:
            return [Option(f"{typed} → {reading.problem.message}", typed)]
        summary = summarize(reading, names, now=now)
        return [Option(f"{typed} → {summary}", typed)] if summary else [Option(typed, typed)]


def _key(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


def _matching(typed: str, options: Iterable[Option]) -> list[Option]:
    """Options that begin with the typed text, then those that contain it."""
    needle = typed.casefold()
    prefixed, containing = [], []
    for each in options:
        label = f"{each.label} {each.value}".casefold()
        if label.startswith(needle) or each.value.casefold().startswith(needle):
            prefixed.append(each)
        elif needle in label:
            containing.append(each)
    return prefixed + containing
