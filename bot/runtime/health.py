"""Health of the background work, as parts of `/readyz`."""

from collections.abc import Awaitable, Callable, Mapping

from bot.services import Services
from core.model import WebhookState


async def outbox_health(services: Services) -> Mapping[str, object]:
    """The outbox's backlog and the delay of its oldest message; a late outbox leaves the API in service."""
    backlog = await services.storage.read(lambda unit: unit.outbox.backlog())
    due = backlog.oldest_due
    delay = max(0, int((services.clock.now() - due).total_seconds())) if due is not None else 0
    return {
        "ok": True,
        "oldest_due": due.isoformat() if due is not None else None,
        "late_seconds": delay,
        "waiting": backlog.waiting,
        "sending": backlog.sending,
        "given_up": backlog.given_up,
    }


async def sources_health(services: Services) -> Mapping[str, object]:
    """When each timetable was last read successfully, and its last error; stale ones stay in use."""
    from bot.conversation.staleness import stale_sources

    states = await services.storage.read(lambda unit: unit.sources.all())
    stale = {each.name for each in stale_sources(services, services.clock.now())}
    return {
        "ok": True,
        "sources": {
            each.name: {
                "last_good": each.last_good_at.isoformat() if each.last_good_at else None,
                "last_tried": each.last_attempt_at.isoformat() if each.last_attempt_at else None,
                "stale": each.name in stale,
                "trouble": each.last_error,
            }
            for each in states
        },
    }


async def webhooks_health(services: Services) -> Mapping[str, object]:
    """Events that wait for webhooks, and the webhooks that fail or are paused; the API stays in service."""
    found, backlog = await services.storage.read(lambda unit: (unit.webhooks.all(), unit.webhooks.backlog()))
    oldest = backlog.oldest_due
    return {
        "ok": True,
        "waiting": backlog.waiting,
        "given_up": backlog.given_up,
        "oldest": oldest.isoformat() if oldest is not None else None,
        "failing": [each.id for each in found if each.failing_since is not None],
        "paused": [each.id for each in found if each.state is not WebhookState.ACTIVE],
    }


BACKGROUND_CHECKS: Mapping[str, Callable[[Services], Awaitable[Mapping[str, object]]]] = {
    "outbox": outbox_health,
    "timetables": sources_health,
    "webhooks": webhooks_health,
}
"""Parts of `/readyz` by name."""
