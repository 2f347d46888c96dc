"""Helping to fill in an option while it is typed, from memory."""

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta

from bot.chat.command import Takes
from bot.chat.formatting import room_name, short_id
from bot.chat.reply import Option
from bot.chat.request import Asker
from bot.chat.timezones import zone_of
from bot.services import Desk
from core.model.entities import Equipment

_MOST = 25
_LONGEST = 100


class Suggestions:
    """What could be meant, likeliest first; at most 25, each at most 100 characters."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._sources: dict[Takes, Callable[[str, Asker], Iterable[Option]]] = {
            Takes.ROOM: lambda typed, _: _matching(typed, self._rooms()),
            Takes.BUILDING: lambda typed, _: _matching(typed, self._buildings()),
            Takes.PLACE: lambda typed, _: _matching(typed, (*self._buildings(), *self._rooms())),
            Takes.SOCIETY: self._societies,
            Takes.EQUIPMENT: lambda typed, _: _matching(typed, (Option(each, each) for each in Equipment)),
            Takes.WHEN: self._times,
            Takes.BOOKING: self._bookings,
        }

    async def suggest(self, takes: Takes, typed: str, by: Asker) -> Sequence[Option]:
        await self._desk.fresh()
        source = self._sources.get(takes)
        found = source(typed.strip(), by) if source else ()
        return [
            Option(each.label[:_LONGEST], each.value, each.detail)
            for each in found
            if len(each.value) <= _LONGEST
        ][:_MOST]

    def _rooms(self) -> Iterable[Option]:
        return (Option(room_name(room), room.id) for room in self._desk.picture.catalogue.order)

    def _buildings(self) -> Iterable[Option]:
        return (Option(each.name, each.name) for each in self._desk.picture.catalogue.buildings.values())

    def _societies(self, typed: str, by: Asker) -> Iterable[Option]:
        directory = self._desk.picture.directory
        known = directory.identified(by.identity)
        mine = [each.society for each in known.memberships] if known else []
        return _matching(typed, (Option(f"{each.name} ({each.id})", each.id) for each in mine))

    def _bookings(self, typed: str, by: Asker) -> Iterable[Option]:
        known = self._desk.picture.directory.identified(by.identity)
        if known is None:
            return ()
        zone, rooms = zone_of(self._desk, known, by.zone), self._desk.picture.catalogue.rooms
        options = []
        for each in self._desk.bookings.upcoming(known.person.id):
            start = each.interval.start.astimezone(zone)
            name = room_name(rooms[each.room_id]) if each.room_id in rooms else each.room_id
            options.append(Option(f"{start:%a} {start.day} {start:%b} {start:%H:%M} {name}", short_id(each)))
        return _matching(typed, options)

    def _times(self, typed: str, by: Asker) -> Iterable[Option]:
        """The echo of what was typed, to be picked as it was understood."""
        from bot.language import Conventions, echo, read

        if not typed:
            return [Option(each, each) for each in ("now", "tomorrow 10am for 1 hour", "this afternoon")]
        names, now = self._desk.names.of(self._desk.picture), self._desk.clock.now()
        now = now.replace(second=0, microsecond=0)
        conventions = Conventions(default_duration=timedelta(minutes=self._desk.default_minutes))
        zone = zone_of(self._desk, self._desk.picture.directory.identified(by.identity), by.zone)
        reading = read(typed, now=now, zone=zone, names=names, conventions=conventions)
        if reading.problem is not None:
            return [Option(f"{typed} → {reading.problem.sentence}", typed)]
        echoed = echo(reading, names, now=now)
        return [Option(f"{typed} → {echoed}", typed)] if echoed else [Option(typed, typed)]


def _matching(typed: str, options: Iterable[Option]) -> list[Option]:
    """Those that begin with what was typed, then those that hold it."""
    sought = typed.casefold()
    first, then = [], []
    for each in options:
        label = f"{each.label} {each.value}".casefold()
        if label.startswith(sought) or each.value.casefold().startswith(sought):
            first.append(each)
        elif sought in label:
            then.append(each)
    return first + then
