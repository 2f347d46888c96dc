"""Parses text and turns the result into a search."""

from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from bot.chat.command import CommandContext
from bot.conversation.button_values import SearchValue
from bot.conversation.exclusions import allowed_slot
from bot.language import NameIndex, ParsedTime, ParseResult, TimeKind, parse_phrase, summarize
from core.catalogue import RoomQuery
from core.interval import Interval
from core.model import BuildingId, RoomId, SocietyId, Usage, UserGroup
from core.policy.opening_hours import open_hours
from core.policy.rules import Rules
from core.services.bookings import snap_to_grid

_DAY = timedelta(days=1)
"""A longer time than this is no booking, which has to end on its day, but a window to find one in."""


def parse_text(context: CommandContext) -> ParseResult:
    """Parses the context's text in the requester's time zone, with the names of this campus."""
    services = context.services
    return parse_phrase(
        context.text,
        now=truncate_to_minute(context.request.requested_at or services.clock.now()),
        zone=context.zone,
        names=services.names.get(services.read_model),
        defaults=services.parser_defaults(),
    )


def summary_of(context: CommandContext, reading: ParseResult) -> str:
    """The reading in words that parse to the same reading."""
    services = context.services
    return _summary(
        replace(reading, text=""),
        services.names.get(services.read_model),
        truncate_to_minute(services.clock.now()),
    )


@lru_cache(maxsize=512)
def _summary(reading: ParseResult, names: NameIndex, now: datetime) -> str:
    """Cached: a summary is parsed again to verify it, and many people ask the same within a minute."""
    return summarize(reading, names, now=now)


def truncate_to_minute(instant: datetime) -> datetime:
    """The start of the minute; nobody types seconds."""
    return instant.replace(second=0, microsecond=0)


def reading_notes(reading: ParseResult) -> tuple[str, ...]:
    """Sentences about a converted time zone and about words that had no meaning; empty without either."""
    notes = []
    if reading.zone_name is not None and reading.when is not None:
        there = reading.when.start.astimezone(ZoneInfo(reading.zone_name))
        place = reading.zone_name.rpartition("/")[2].replace("_", " ")
        notes.append(
            f" That's {there:%H:%M} in {place}."
            if "/" in reading.zone_name
            else f" That's {there:%H:%M} {reading.zone_name}."
        )
    if reading.unparsed:
        notes.append(f" I didn't understand “{', '.join(reading.unparsed)}”, so I left it out.")
    return tuple(notes)


def criteria_of(context: CommandContext, search: SearchValue) -> str:
    """What a search asks of the room, in words: `20+ seats · with projector · near Wren`."""
    query, names = search.query, context.services.names.get(context.read_model)
    reading = ParseResult(
        text="",
        capacity=query.capacity or None,
        equipment=query.equipment,
        usage=Usage(query.usage) if query.usage in set(Usage) else None,
        building=query.building,
        room=query.room,
        location=query.location,
        near=query.near,
        society=search.society_id,
    )
    catalogue = context.read_model.catalogue
    excluded = sorted(
        found.name
        for each in query.excluded
        if (found := catalogue.buildings.get(BuildingId(each)) or catalogue.rooms.get(RoomId(each)))
    )
    parts = (
        _summary(reading, names, truncate_to_minute(context.services.clock.now())),
        f"not {', '.join(excluded)}" if excluded else "",
    )
    return " · ".join(filter(None, parts))


def horizon_of(context: CommandContext, society_id: SocietyId | None) -> int:
    """How many days ahead the requester can book."""
    rules, account = context.services.rules, context.account
    if society_id is not None:
        return rules.society_horizon
    is_staff = account is not None and UserGroup.STAFF in account.person.groups
    return rules.staff_horizon if is_staff else rules.student_horizon


def search_from(context: CommandContext, reading: ParseResult) -> SearchValue:
    """The search for a reading; without a time it starts now."""
    now, rules = truncate_to_minute(context.services.clock.now()), context.services.rules
    length = timedelta(minutes=context.services.default_minutes)
    query = RoomQuery(
        capacity=reading.capacity or 0,
        equipment=reading.equipment,
        usage=reading.usage,
        building=reading.building,
        room=reading.room,
        location=reading.location,
        near=reading.near,
        excluded=frozenset((*reading.excluded.buildings, *reading.excluded.rooms)),
    )
    slot, needed = _interval_of(reading.when, now, length, rules)
    if slot.duration > _DAY:
        slot = _within_horizon(slot, now, needed, horizon_of(context, reading.society))
    slot = allowed_slot(slot, reading.excluded, timedelta(minutes=needed), context.zone)
    return SearchValue(slot, min(needed, slot.minutes), query, reading.society)


def _interval_of(
    when: ParsedTime | None, now: datetime, length: timedelta, rules: Rules
) -> tuple[Interval, int]:
    if when is None:
        when = ParsedTime(TimeKind.INSTANT, now, None)
    needed = when.duration or length
    if when.kind is TimeKind.DAY:
        return _open_hours(when.start, when.end, now, rules, needed), _minutes(needed)
    if when.kind is TimeKind.PART and when.end is not None:
        slot = Interval(max(when.start, min(now, when.end - needed)), max(when.end, when.start + needed))
        return slot, _minutes(needed)
    slot = Interval(when.start, when.end or _default_end(when.start, length, rules))
    if slot.duration > _DAY:
        return slot, _minutes(needed)
    return slot, slot.minutes


def _within_horizon(slot: Interval, now: datetime, needed: int, days: int) -> Interval:
    """The part of a search over several days that can be booked now; the search itself where none can."""
    start, end = max(slot.start, now), min(slot.end, now + timedelta(days=days))
    return Interval(start, end) if end - start >= timedelta(minutes=needed) else slot


def _default_end(start: datetime, length: timedelta, rules: Rules) -> datetime:
    """The default length after the grid step that contains `start`, so that it costs no more than that."""
    return snap_to_grid(Interval.of_length(start, length), None, rules).start + length


def _open_hours(
    midnight: datetime, end: datetime | None, now: datetime, rules: Rules, needed: timedelta
) -> Interval:
    """The rest of a day's usual opening hours; of several days when `end` is given."""
    noon = midnight + timedelta(hours=12)
    last = noon if end is None else max(noon, end - timedelta(hours=12))
    opens, closes = open_hours(noon, None, rules).start, open_hours(last, None, rules).end
    start = max(opens, min(now, closes - needed))
    return Interval(start, max(closes, start + needed))


def _minutes(length: timedelta) -> int:
    return max(1, int(length.total_seconds()) // 60)
