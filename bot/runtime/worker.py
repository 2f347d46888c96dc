"""What a running Roomie does unasked: sending what is queued, and the jobs."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

from bot.config import Config
from bot.notifications import NOTIFICATION_TYPES
from bot.platforms.base import Platform
from bot.platforms.stores import seal_anew
from bot.runtime.refresh import source_jobs
from bot.services import Services
from bot.worker import scheduler as jobs
from bot.worker.outbox import OutboxSender, OutboxSettings


async def _seal(services: Services) -> None:
    """`StoredInstallations` says which workspace cannot be served, once somebody asks for it."""
    await seal_anew(services)


_SEALING = jobs.Job("seal", lambda config: config.jobs.purge, _seal)
_COUNTED = ("sent", "sending", "waiting", "dropped", "given_up")


@asynccontextmanager
async def run_worker(
    services: Services, config: Config, platforms: Sequence[Platform]
) -> AsyncIterator[OutboxSender]:
    """Until the block is left; then what is being sent is finished and the rest left to others."""
    worker = uuid.uuid4().hex
    outbox = OutboxSender(services, platforms, NOTIFICATION_TYPES, worker, outbox_settings(config))
    register_gauges(services, outbox)
    sending = asyncio.ensure_future(outbox.run())
    workforce = jobs.JobRunner(services, config, (*jobs.JOBS, _SEALING, *source_jobs(config)), worker)
    await workforce.prepare()
    scheduler = jobs.start(workforce)
    try:
        yield outbox
    finally:
        scheduler.shutdown(wait=False)
        await workforce.stop()
        sending.cancel()
        with suppress(asyncio.CancelledError):
            await sending


def outbox_settings(config: Config) -> OutboxSettings:
    return OutboxSettings(lease=config.notifications.lease, concurrency=config.notifications.concurrency)


def register_gauges(services: Services, outbox: OutboxSender) -> None:
    """For `/metrics`: what became of messages in this process."""
    for outcome in _COUNTED:
        services.gauges[f"roomie_outbox_{outcome}"] = (
            f"Messages that this process left {outcome.replace('_', ' ')}.",
            lambda outcome=outcome: outbox.counts[outcome],  # type: ignore[misc]  # each its own
        )
    services.gauges["roomie_outbox_in_hand"] = (
        "Messages in this process's hands.",
        lambda: outbox.claimed_count,
    )
