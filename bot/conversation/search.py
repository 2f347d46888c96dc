"""Parses text and turns the result into a search."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from bot.chat.command import CommandContext
from bot.conversation.button_values import SearchValue
from bot.conversation.exclusions import allowed_slot
from bot.language import NameIndex, ParsedTime, ParseResult, TimeKind, parse_phrase, summarize
from core.catalogue import RoomQuery
from core.interval import Interval
from core.policy.rules import Rules
from core.services.bookings import open_hours, snap_to_grid


def parse_text(context: CommandContext) -> ParseResult:
    """Parses the context's text in the requester's time zone, with the names of this campus."""
    services = context.services
    return parse_phrase(
        context.text,
        now=truncate_to_minute(services.clock.now()),
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
    return slot, slot.minutes


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
