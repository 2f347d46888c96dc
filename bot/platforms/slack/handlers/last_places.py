"""Remembers where people last used Roomie, to tell them there what their direct messages do not take."""

from datetime import datetime, timedelta

from msgspec import Struct

from bot.platforms.slack.handlers.event import SlackEvent
from bot.platforms.slack.identities import identity_of
from core.bounded_cache import LruCache
from core.clock import Clock
from core.model import Identity

_URL_TTL = timedelta(minutes=29)
"""Slack's `response_url` can be used for 30 minutes."""
_MAX_PLACES = 10_000


class LastPlace(Struct, frozen=True):
    """A channel, or nothing, and a `response_url` that is valid, or nothing."""

    channel: str
    response_url: str


class _Visit(Struct, frozen=True):
    channel: str
    response_url: str
    at: datetime


class LastPlaces:
    """The last place by person, outside of the direct messages; lost with the process."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._visits: LruCache[Identity, _Visit] = LruCache(_MAX_PLACES)

    def remember(self, event: SlackEvent) -> None:
        if event.is_in_channel and event.user:
            visit = _Visit(event.channel, event.response_url, self._clock.now())
            self._visits.put(identity_of(event.team, event.user), visit)

    def find(self, identity: Identity) -> LastPlace | None:
        visit = self._visits.get(identity)
        if visit is None:
            return None
        is_valid = self._clock.now() - visit.at < _URL_TTL
        return LastPlace(visit.channel, visit.response_url if is_valid else "")
