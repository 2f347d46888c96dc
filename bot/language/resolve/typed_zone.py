"""Resolves a phrase in a time zone that was typed, and converts its times to the caller's zone."""

from zoneinfo import ZoneInfo

from msgspec.structs import replace

from bot.language.model.reading import ParsedTime, TimeKind
from bot.language.model.time_phrase import TimePhrase
from bot.language.resolve.context import Resolution, ResolutionContext
from bot.language.resolve.resolver import resolve_in_zone


def resolve(phrase: TimePhrase, context: ResolutionContext) -> Resolution:
    """Resolves in the zone that was typed, if any; a day without hours stays the caller's day."""
    zone = context.typed_zone
    if zone is None:
        return resolve_in_zone(phrase, context)
    found = resolve_in_zone(phrase, replace(context, now=context.now.astimezone(zone), zone=zone))
    if found.time is not None and found.time.kind is TimeKind.DAY:
        return resolve_in_zone(phrase, context)
    return replace(
        found,
        time=_convert(found.time, context.zone) if found.time is not None else None,
        alternatives=tuple(_convert(time, context.zone) for time in found.alternatives),
    )


def _convert(time: ParsedTime, zone: ZoneInfo) -> ParsedTime:
    """The same instants in another zone; the weekdays of a series move along with its first date."""
    start = time.start.astimezone(zone)
    rule = time.recurrence
    moved = (start.date() - time.start.date()).days
    if rule is not None and moved and rule.weekdays:
        rule = replace(rule, weekdays=tuple(sorted((day + moved) % 7 for day in rule.weekdays)))
    end = time.end.astimezone(zone) if time.end is not None else None
    return replace(time, start=start, end=end, recurrence=rule, day_part=None)
