"""Autocompletes command options from the read model."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from difflib import SequenceMatcher
from functools import lru_cache
from zoneinfo import ZoneInfo

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


class Autocomplete:
    """Suggests values, best first: at most 25, each at most 100 characters (Discord's limits)."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._sources: dict[ParameterType, Callable[[str, Requester], Iterable[Option]]] = {
            ParameterType.ROOM: lambda typed, _: _near(typed, [*self._rooms()]),
            ParameterType.BUILDING: lambda typed, _: _near(typed, [*self._buildings()]),
            ParameterType.PLACE: lambda typed, _: _near(typed, [*self._buildings(), *self._rooms()]),
            ParameterType.SOCIETY: self._societies,
            ParameterType.EQUIPMENT: lambda typed, _: suggest_equipment(typed),
            ParameterType.TIME_ZONE: self._time_zones,
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
        """Times that complete what is typed, each with the time as it was understood."""
        from bot.language import ParserDefaults, ParseResult, parse_phrase, summarize

        names, now = self._services.names.get(self._services.read_model), self._services.clock.now()
        now = now.replace(second=0, microsecond=0)
        defaults = ParserDefaults(default_duration=timedelta(minutes=self._services.default_minutes))
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


def _near(typed: str, options: Sequence[Option]) -> list[Option]:
    """Options that match, or those that differ by a slip where none does."""
    return _matching(typed, options) or _closest(typed, options)


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
