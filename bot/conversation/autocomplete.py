"""Autocompletes command options from the read model."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import chain
from zoneinfo import ZoneInfo

from msgspec import Struct

from bot.chat.command import CommandContext, ParameterType
from bot.chat.formatting import room_name, short_id
from bot.chat.reply import Option
from bot.chat.request import ChatRequest, Requester
from bot.chat.timezones import zone_of
from bot.conversation.room_suggestions import ROOMS, suggest_rooms
from bot.conversation.time_suggestions import suggest_times
from bot.services import Services
from core.model import Equipment
from core.time_zones import time_zone_names

_MAX_SUGGESTIONS = 25
_MAX_TEXT = 100
_MIN_TYPED, _MIN_LIKENESS = 3, 0.75
_NAME_WORDS = re.compile(r"[^\W_]+")
_ITEM_ENDS = re.compile(r",|;|&|\+| and ", re.IGNORECASE)


class _Named(Struct, frozen=True):
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
            ParameterType.EQUIPMENT: lambda typed, _: suggest_equipment(typed),
            ParameterType.TIME_ZONE: self._time_zones,
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

    def _rooms(self) -> Iterable[_Named]:
        for room in self._services.read_model.catalogue.order:
            seats = f", {room.capacity} seats" if room.capacity else ""
            yield _Named(room.id, room.name, seats, room.id, (room.abbr, *room.aliases))

    def _buildings(self) -> Iterable[_Named]:
        for each in self._services.read_model.catalogue.buildings.values():
            yield _Named(each.id, each.name, "", each.name, each.aliases)

    def _named(self, typed: str, entities: Iterable[_Named]) -> Iterable[Option]:
        """The place that the words mean alone, then those whose names hold them, else those a slip away."""
        meant = self._meant(typed)
        needle, key = typed.casefold(), _key(typed)
        found: tuple[list[Option], ...] = ([], [], [])
        known = list(entities)
        for each in known:
            if each.id in meant:
                found[0].append(each.option)
            elif (rank := each.rank(needle, key)) and len(found[rank]) < _MAX_SUGGESTIONS:
                found[rank].append(each.option)
        return [*chain(*found)] or _closest(typed, [each.option for each in known])

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
        if account is not None and account.person.is_admin:
            societies = list(directory.societies.values())
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
        """Times that complete what is typed, each with the time as it was understood."""
        from bot.language import ParseResult, parse_phrase, summarize

        names, now = self._services.names.get(self._services.read_model), self._services.clock.now()
        now = now.replace(second=0, microsecond=0)
        defaults = self._services.parser_defaults()
        zone = self._zone_of(requester)

        def parse(phrase: str) -> ParseResult:
            return parse_phrase(phrase, now=now, zone=zone, names=names, defaults=defaults)

        return suggest_times(typed, parse, lambda reading: summarize(reading, names, now=now))

    def _time_zones(self, typed: str, requester: Requester) -> Iterable[Option]:
        """Zones by city, the nearest to what was typed first, with the time there."""
        now, campus = self._services.clock.now(), Option("campus", "campus")
        zones = suggest_time_zones(typed, self._zone_of(requester).key)
        options = [Option(f"{each.key}, {now.astimezone(each):%H:%M} there", each.key) for each in zones]
        return [campus, *options] if "campus".startswith(typed.casefold()) else options

    def _zone_of(self, requester: Requester) -> ZoneInfo:
        account = self._services.read_model.directory.by_identity(requester.identity)
        return zone_of(self._services, account, requester.zone)


def suggest_time_zones(typed: str, own: str) -> list[ZoneInfo]:
    """Time zones whose city or region is like the typed text; without a text the requester's own."""
    if not typed:
        return [ZoneInfo(own)]
    options = [Option(name.replace("_", " "), name) for name in time_zone_names()]
    ranked = sorted(_matching(typed, options), key=lambda each: not _is_city(each.value, typed))
    found = ranked or _closest(typed, options)
    return [ZoneInfo(each.value) for each in found[:_MAX_SUGGESTIONS]]


def _is_city(name: str, typed: str) -> bool:
    city = name.rpartition("/")[2].replace("_", " ")
    return city.casefold().startswith(typed.casefold().replace("_", " "))


def suggest_equipment(typed: str) -> list[Option]:
    """Completes the last item of a list: `printer, wh` becomes `printer, whiteboard`."""
    parts = [each.strip() for each in _ITEM_ENDS.split(typed)]
    chosen = [item for each in parts[:-1] if (item := _equipment_called(each)) is not None]
    whole = _equipment_called(parts[-1])
    if whole is not None and whole not in chosen:
        return [_items(*chosen, whole), *_further_items([*chosen, whole])]
    left = [Option(each, each) for each in Equipment if each not in chosen]
    matching = _matching(parts[-1], left) or _closest(parts[-1], left) or left
    return [_items(*chosen, Equipment(each.value)) for each in matching]


def _further_items(chosen: Sequence[Equipment]) -> list[Option]:
    return [_items(*chosen, each) for each in Equipment if each not in chosen]


def _items(*chosen: Equipment) -> Option:
    text = ", ".join(chosen)
    return Option(text, text)


def _equipment_called(text: str) -> Equipment | None:
    name = text.casefold()
    return next((each for each in Equipment if name in {each.value, f"{each.value}s"}), None)


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


def _closest(typed: str, options: Iterable[Option]) -> list[Option]:
    """Options that differ from the typed text by a slip: each typed word is like the start of a word."""
    words = _NAME_WORDS.findall(typed.casefold())
    scored = []
    for each in options:
        names = _NAME_WORDS.findall(f"{each.label} {each.value}".casefold())
        score = min(
            (max((_likeness(word, name) for name in names), default=0.0) for word in words), default=0.0
        )
        if score >= _MIN_LIKENESS:
            scored.append((score, each))
    return [each for _, each in sorted(scored, key=lambda pair: -pair[0])]


@lru_cache(maxsize=8192)
def _likeness(typed: str, name: str) -> float:
    """How alike two words are, from 0 to 1; of a longer name as much counts as was typed."""
    if name.startswith(typed):
        return 1.0
    if len(typed) < _MIN_TYPED or typed[0] != name[0]:
        return 0.0
    cuts = {name, name[: len(typed)], name[: len(typed) + 1]}
    return max(SequenceMatcher(None, typed, cut, autojunk=False).ratio() for cut in cuts)
