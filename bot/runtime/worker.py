"""Runs the background worker: the outbox sender and the scheduled jobs."""

import asyncio
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial

from bot.chat.request import PlatformName
from bot.config import Config
from bot.notifications import NOTIFICATION_TYPES
from bot.platforms.base import Platform
from bot.platforms.stores import reencrypt_tokens
from bot.runtime.app import receiver_client
from bot.runtime.backups import backup_jobs, register_backup_metrics
from bot.runtime.refresh import source_jobs
from bot.services import Metric, Services
from bot.webhooks.secrets import reencrypt_webhooks
from bot.worker import scheduler as jobs
from bot.worker.offers import OfferMaker
from bot.worker.outbox import OutboxSender, OutboxSettings
from bot.worker.releases import ReleaseRunner
from bot.worker.webhooks import WebhookSender, WebhookSettings


async def _encrypt_tokens(services: Services) -> None:
    """What no secret decrypts is logged, or shown by `roomie webhook list`, when it is used."""
    await reencrypt_tokens(services)
    await reencrypt_webhooks(services)


_ENCRYPTION_JOB = jobs.Job("seal", lambda config: config.jobs.purge, _encrypt_tokens)
_WEBHOOK_OUTCOMES = ("delivered", "failed", "given_up")
_OUTCOMES = ("sent", "sending", "waiting", "dropped", "given_up")


@asynccontextmanager
async def run_worker(
    services: Services, config: Config, platforms: Sequence[Platform], receivers: Sequence[str] = ()
) -> AsyncIterator[OutboxSender]:
    """Runs the worker and yields its outbox sender; on exit finishes sends in progress, releases the rest.

    `receivers` are the platforms whose requests this process receives.
    """
    worker = uuid.uuid4().hex
    outbox = OutboxSender(services, platforms, NOTIFICATION_TYPES, worker, outbox_settings(config))
    register_metrics(services, outbox)
    register_backup_metrics(config, services)
    releasing = asyncio.ensure_future(ReleaseRunner(services, receivers, is_worker=True).run())
    sending, offering = asyncio.ensure_future(outbox.run()), asyncio.ensure_future(OfferMaker(services).run())
    all_jobs = (*jobs.JOBS, _ENCRYPTION_JOB, *backup_jobs(config), *source_jobs(config))
    runner = jobs.JobRunner(services, config, all_jobs, worker)
    await runner.prepare()
    scheduler = jobs.start(runner)
    try:
        async with _sending_webhooks(services, config, worker):
            yield outbox
    finally:
        scheduler.shutdown(wait=False)
        await runner.stop()
        for task in (releasing, offering, sending):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


@asynccontextmanager
async def _sending_webhooks(services: Services, config: Config, worker: str) -> AsyncIterator[None]:
    """Sends events to webhooks; on exit finishes sends in progress."""
    settings = WebhookSettings(config.notifications.lease, config.webhooks.concurrency)
    async with receiver_client(config) as client:
        sender = WebhookSender(services, client, worker, settings)
        register_webhook_metrics(services, sender.counts)
        sending = asyncio.ensure_future(sender.run())
        try:
            yield
        finally:
            sending.cancel()
            with suppress(asyncio.CancelledError):
                await sending


def outbox_settings(config: Config) -> OutboxSettings:
    settings = config.notifications
    rates: dict[str, float] = {
        PlatformName.SLACK: settings.slack_rate / 60,
        PlatformName.DISCORD: settings.discord_rate,
    }
    return OutboxSettings(lease=settings.lease, concurrency=settings.concurrency, rates=rates)


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


def register_webhook_metrics(services: Services, counts: Counter[str]) -> None:
    """Registers the metrics of a `WebhookSender`."""
    services.metrics.extend(
        Metric(
            "roomie_webhook_attempts_total",
            "Attempts of this process to send an event to a webhook, by outcome.",
            partial(counts.__getitem__, outcome),
            {"outcome": outcome},
        )
        for outcome in _WEBHOOK_OUTCOMES
    )
