"""Notes in replies that a timetable is old."""

from datetime import datetime

from msgspec.structs import replace

from bot.chat.reply import Inline, Reply, Text, Timestamp, TimestampStyle
from bot.services import Services
from core.model import SourceState

ABOUT_TIMETABLES = frozenset({"rooms free", "rooms status", "rooms timetable", "rooms book"})
"""Commands whose replies depend on timetables."""


def stale_sources(services: Services, now: datetime) -> list[SourceState]:
    """Sources whose last good import is older than their limit."""
    states = (services.read_model.sources.get(name) for name in services.stale_after)
    return [
        each
        for each in states
        if each is not None
        and each.last_good_at is not None
        and now - each.last_good_at > services.stale_after[each.name]
    ]


def with_staleness_note(reply: Reply, services: Services) -> Reply:
    """Adds the date of the timetable to a reply when it is old."""
    stale = stale_sources(services, services.clock.now()) if services.stale_after else []
    if not stale or reply.is_refusal:
        return reply
    return replace(reply, footer=(*reply.footer, *((" · ",) if reply.footer else ()), *_note(stale)))


def _note(stale: list[SourceState]) -> Text:
    """`timetable from Fri 6 Mar`, with the source's name if several are old."""
    text: list[Inline] = []
    for each in stale:
        name = f"timetable {each.name} from " if len(stale) > 1 else "timetable from "
        moment = Timestamp(each.last_good_at, TimestampStyle.DATE) if each.last_good_at else "long ago"
        text += [*([", "] if text else []), name, moment]
    return tuple(text)
