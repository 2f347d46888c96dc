"""A simulated week: every reminder and notice arrives at its time."""

from datetime import UTC, datetime, timedelta

from bot.config import Config
from bot.config.sections import JobsSection
from bot.worker.scheduler import JOBS, JobRunner
from core.model import NotificationPreferences, QuietHours
from core.policy.schedule import DailyAt
from tests.builders import a_slot
from tests.outbox.environment import HALL, LAB, REMA, WIL, Environment

HOUR, MINUTES = timedelta(hours=1), timedelta(minutes=10)
CONFIG = Config(jobs=JobsSection(purge=DailyAt(3 * 60)))
EVENTFUL = {"Fri 15", "Fri 16", "Fri 17", "Mon 01", "Mon 02", "Mon 06", "Mon 07", "Tue 06", "Tue 07"}
"""Hours that are looked at closely; in all others nothing happens, which once an hour shows as well."""


async def test_a_week_with_a_clock_change(environment: Environment):
    """From Wednesday 25 March to Wednesday 1 April 2026; summer time begins on Sunday the 29th in London."""
    environment.clock.set(datetime(2026, 3, 25, 10, 0, tzinfo=UTC))
    await environment.want(NotificationPreferences((60, 10), notices=True))
    await environment.want(NotificationPreferences(notices=True, quiet=QuietHours(22 * 60, 8 * 60)), who=REMA)
    offset = (datetime(2026, 3, 25) - datetime(2026, 3, 11)).days
    friday = await environment.book(a_slot("15:00", days=offset + 2))
    saturday = await environment.book(a_slot("11:00", days=offset + 3))
    await environment.book(a_slot("07:30", 30, days=offset + 6), LAB, REMA)  # 08:30 by London's summer time
    sent: list[tuple[str, str, str]] = []
    workforce, worker = JobRunner(environment.services, CONFIG, JOBS, "jobs"), environment.worker()
    await workforce.prepare()

    while environment.clock.now() < datetime(2026, 4, 1, 10, 0, tzinfo=UTC):
        environment.clock.move(MINUTES if f"{environment.clock.now():%a %H}" in EVENTFUL else HOUR)
        if environment.clock.now() == datetime(2026, 3, 27, 9, 0, tzinfo=UTC):
            await environment.services.bookings.move(
                friday, environment.people[WIL], a_slot("17:00", days=offset + 2), HALL
            )
            await environment.services.bookings.cancel(saturday.id, environment.people[WIL])
        await workforce.run_due()
        await worker.deliver_due()
        for to, _, key in environment.chat.shown[len(sent) :]:
            sent.append((f"{environment.clock.now():%a %H:%M}", to, key.split()[0]))

    assert sent == [
        ("Fri 16:00", WIL, "reminder"),
        ("Fri 16:50", WIL, "reminder"),
        ("Mon 02:00", WIL, "notice"),
        ("Mon 07:00", REMA, "notice"),
        ("Tue 07:00", REMA, "reminder"),
    ]


async def test_no_burst_of_messages_follows_a_week_of_downtime(environment: Environment):
    await environment.want(NotificationPreferences((60, 30, 10), notices=True))
    for days in range(1, 4):
        await environment.book(a_slot("15:00", 30, days=days))
    workforce = JobRunner(environment.services, Config(), JOBS, "jobs")
    await workforce.prepare()

    environment.clock.set(a_slot("14:35", days=3).start + timedelta(days=7))
    await workforce.run_due()
    await environment.deliver()

    assert [key.split()[0] for _, _, key in environment.chat.shown] == ["notice"]
