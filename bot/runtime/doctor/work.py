"""Background work: jobs, messages, webhooks and timetables, as the database shows them."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from msgspec import Struct

from bot.conversation.staleness import stale_sources
from bot.runtime.doctor.findings import Finding, ok, problem, warning
from bot.services import Services
from core.model import Backlog, JobState, SourceState, Webhook, WebhookBacklog, WebhookState
from core.ports import UnitOfWork

_LATE = timedelta(minutes=15)
_RUN_A_WORKER = "Is a worker running? Start roomie run, or one with --only worker, and look at its log."


class _BackgroundState(Struct, frozen=True):
    """What was read from the database at once."""

    jobs: list[JobState]
    outbox: Backlog
    sources: list[SourceState]
    webhooks: list[Webhook]
    events: WebhookBacklog


async def examine_work(services: Services) -> list[Finding]:
    now = services.clock.now()
    state = await services.storage.read(_read)
    stale = {each.name for each in stale_sources(services, now)}
    return [
        *_jobs(state.jobs, now),
        *_outbox(state.outbox, now),
        *_sources(state.sources, stale, services),
        *_webhooks(state.webhooks, state.events),
    ]


def _read(unit: UnitOfWork) -> _BackgroundState:
    return _BackgroundState(
        unit.jobs.all(),
        unit.outbox.backlog(),
        unit.sources.all(),
        unit.webhooks.all(),
        unit.webhooks.backlog(),
    )


def _jobs(jobs: Iterable[JobState], now: datetime) -> Iterator[Finding]:
    known = list(jobs)
    late = [each.name for each in known if now - each.due_at > _LATE and not _is_running(each, now)]
    failed = [each for each in known if each.last_error]
    if not known:
        yield warning("jobs", "none have ever run", _RUN_A_WORKER)
    if late:
        yield problem("jobs", f"late: {', '.join(late)}", _RUN_A_WORKER)
    for each in failed:
        yield warning("jobs", f"{each.name} failed: {each.last_error}", "It is tried again. See the log.")
    if known and not late and not failed:
        yield ok("jobs", f"{len(known)} on time")


def _is_running(job: JobState, now: datetime) -> bool:
    return job.claimed_until is not None and job.claimed_until > now


def _outbox(backlog: Backlog, now: datetime) -> Iterator[Finding]:
    oldest = backlog.oldest_due
    if oldest is not None and now - oldest > _LATE:
        minutes = int((now - oldest).total_seconds() / 60)
        text = f"{backlog.waiting + backlog.sending} messages wait, the oldest for {minutes} minutes"
        yield warning("outbox", text, f"See why with roomie outbox. {_RUN_A_WORKER}")
    if backlog.given_up:
        text = f"{backlog.given_up} messages were given up"
        yield warning("outbox", text, "See them with roomie outbox; send one again with retry ID.")
    if not backlog.given_up and (oldest is None or now - oldest <= _LATE):
        yield ok("outbox", f"{backlog.waiting + backlog.sending} messages wait")


def _sources(sources: Iterable[SourceState], stale: set[str], services: Services) -> Iterator[Finding]:
    states = {each.name: each for each in sources}
    for name in services.stale_after:
        state = states.get(name)
        good = state.last_good_at if state is not None else None
        text = f"{name}: {f'read {good:%Y-%m-%d %H:%M} UTC' if good is not None else 'never read'}"
        if good is not None and name not in stale:
            yield ok("timetables", text)
            continue
        error = f" ({state.last_error})" if state is not None and state.last_error else ""
        remedy = f"Try roomie scrape {name} --dry-run; a rejected one: roomie scrape accept {name}."
        yield warning("timetables", f"{text}{error}", remedy)


def _webhooks(webhooks: Iterable[Webhook], events: WebhookBacklog) -> Iterator[Finding]:
    known = list(webhooks)
    for each in known:
        if each.state is WebhookState.FAILED:
            remedy = f"Repair its receiver, then roomie webhook resume {each.id}."
            yield problem("webhooks", f"{each.id} is paused: {each.reason}", remedy)
        elif each.failing_since is not None:
            text = f"{each.id} fails since {each.failing_since:%Y-%m-%d %H:%M} UTC"
            yield warning("webhooks", text, f"See why with roomie webhook test {each.id}.")
    if events.given_up:
        text = f"{events.given_up} events were given up"
        yield warning("webhooks", text, "See them with roomie webhook deliveries --given-up.")
    if known and not events.given_up and all(each.failing_since is None for each in known):
        yield ok("webhooks", f"{len(known)}, {events.waiting} events wait")
