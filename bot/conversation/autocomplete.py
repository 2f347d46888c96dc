"""Autocompletes command options from the read model."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta

from bot.chat.command import CommandContext, ParameterType
from bot.chat.formatting import room_name, short_id
from bot.chat.reply import Option
from bot.chat.request import ChatRequest, Requester
from bot.chat.timezones import zone_of
from bot.conversation.room_suggestions import ROOMS, suggest_rooms
from bot.services import Services
from core.model import Equipment

_MAX_SUGGESTIONS = 25
_MAX_TEXT = 100


class Autocomplete:
    """Suggests values, best first: at most 25, each at most 100 characters (Discord's limits)."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._sources: dict[ParameterType, Callable[[str, Requester], Iterable[Option]]] = {
            ParameterType.ROOM: lambda typed, _: _matching(typed, self._rooms()),
            ParameterType.BUILDING: lambda typed, _: _matching(typed, self._buildings()),
            ParameterType.PLACE: lambda typed, _: _matching(typed, (*self._buildings(), *self._rooms())),
            ParameterType.SOCIETY: self._societies,
            ParameterType.EQUIPMENT: lambda typed, _: _matching(
                typed, (Option(each, each) for each in Equipment)
            ),
            ParameterType.WHEN: self._times,
            ParameterType.BOOKING: self._bookings,
        }

    async def suggest(self, takes: ParameterType, typed: str, requester: Requester) -> Sequence[Option]:
        await self._services.synced_read_model()
        source = self._sources.get(takes)
        found = source(typed.strip(), requester) if source else ()
        return [
            Option(each.label[:_MAX_TEXT], each.value, each.detail)
            for each in found
            if len(each.value) <= _MAX_TEXT
        ][:_MAX_SUGGESTIONS]

    async def search(
        self, source: str, typed: str, requester: Requester, form: Mapping[str, str], limit: int
    ) -> Sequence[Option]:
        """Options of a form's SEARCH input; none of an unknown source."""
        await self._services.synced_read_model()
        if source != ROOMS:
            return ()
        account = self._services.read_model.directory.by_identity(requester.identity)
        context = CommandContext(ChatRequest(requester), self._services, account)
        return suggest_rooms(context, typed, form, limit)

    def _rooms(self) -> Iterable[Option]:
        return (Option(room_name(room), room.id) for room in self._services.read_model.catalogue.order)

    def _buildings(self) -> Iterable[Option]:
        return (
            Option(each.name, each.name) for each in self._services.read_model.catalogue.buildings.values()
        )

    def _societies(self, typed: str, requester: Requester) -> Iterable[Option]:
        directory = self._services.read_model.directory
        account = directory.by_identity(requester.identity)
        societies = [each.society for each in account.memberships] if account else []
        return _matching(typed, (Option(f"{each.name} ({each.id})", each.id) for each in societies))

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
        from bot.language import ParserDefaults, parse_phrase, summarize

        if not typed:
            return [Option(each, each) for each in ("now", "tomorrow 10am for 1 hour", "this afternoon")]
        names, now = self._services.names.get(self._services.read_model), self._services.clock.now()
        now = now.replace(second=0, microsecond=0)
        defaults = ParserDefaults(default_duration=timedelta(minutes=self._services.default_minutes))
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
