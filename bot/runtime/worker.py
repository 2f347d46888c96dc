"""What a running Roomie does unasked: sending what is queued, and the jobs."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial

from bot.config.model import Config
from bot.notifications import NOTIFICATION_TYPES
from bot.platforms.base import Platform
from bot.platforms.stores import seal_anew
from bot.runtime.refresh import source_jobs
from bot.services import Metric, Services
from bot.worker import scheduler as jobs
from bot.worker.outbox import OutboxSender, OutboxSettings


async def _seal(services: Services) -> None:
    """`StoredInstallations` says which workspace cannot be served, once somebody asks for it."""
    await seal_anew(services)


_SEALING = jobs.Job("seal", lambda config: config.jobs.purge, _seal)
_OUTCOMES = ("sent", "sending", "waiting", "dropped", "given_up")


@asynccontextmanager
async def run_worker(
    services: Services, config: Config, platforms: Sequence[Platform]
) -> AsyncIterator[OutboxSender]:
    """Until the block is left; then what is being sent is finished and the rest left to others."""
    worker = uuid.uuid4().hex
    outbox = OutboxSender(services, platforms, NOTIFICATION_TYPES, worker, outbox_settings(config))
    register_metrics(services, outbox)
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
    return OutboxSettings(lease=config.messages.lease, concurrency=config.messages.at_once)


def register_metrics(services: Services, outbox: OutboxSender) -> None:
    """Registers the outbox's metrics."""
    services.metrics.extend(
        Metric(
            "roomie_outbox_messages_total",
            "Attempts of this process to send a message of the outbox, by outcome.",
            partial(outbox.counts.__getitem__, outcome),
            {"outcome": outcome},
        )
        for outcome in _OUTCOMES
    )
    services.metrics.append(
        Metric(
            "roomie_outbox_claimed_messages",
            "Messages of the outbox that this process is sending.",
            lambda: outbox.claimed_count,
        )
    )
