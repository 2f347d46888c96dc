"""`roomie simulate`: what other rules would have refused, and allowed, in a past period."""

import argparse
import asyncio
from collections.abc import Mapping
from datetime import timedelta

from msgspec.structs import replace

from bot.cli.progress import progress_bar
from bot.config import Settings
from bot.runtime.app import open_services, upgrade
from bot.services import Services
from bot.simulation import Comparison, compare, read_past
from bot.usage.periods import Period, read_period
from bot.usage.tables import reason
from core.errors import Invalid
from core.model import OpeningHours
from core.policy.opening_hours import read_opening_hours
from core.policy.rules import Rules

_NUMBERS = {
    "quota": "weekly_quota",
    "days_ahead": "student_horizon",
    "society_days_ahead": "society_horizon",
    "staff_days_ahead": "staff_horizon",
    "slot_minutes": "slot_length",
}
"""Options and the rules that they change."""


async def simulate(arguments: argparse.Namespace, settings: Settings) -> int:
    """Status 1 without any request to replay."""
    await upgrade(settings.config.database.url)
    async with open_services(settings) as services:
        others = other_rules(services.rules, arguments)
        period = _period(services, " ".join(arguments.period))
        window = period.interval(services.rules)
        past = await services.storage.read(lambda unit: read_past(unit, window, services.rules))
    with progress_bar("replaying") as report:
        result = await asyncio.to_thread(compare, past, services.rules, others, report)
    print(result_text(result, period))
    return 0 if result.requests else 1


def other_rules(rules: Rules, arguments: argparse.Namespace) -> Rules:
    """The rules with the options' values; raises `Invalid` without any, or for one that makes no sense."""
    numbers = {
        field: value
        for option, field in _NUMBERS.items()
        if (value := getattr(arguments, option)) is not None
    }
    if any(value < 0 for value in numbers.values()) or numbers.get("slot_length") == 0:
        raise Invalid("Rules are positive numbers of minutes and days.")
    others = replace(rules, **numbers)
    if arguments.hours:
        others = replace(others, weekday_hours=_hours(arguments.hours))
    if arguments.weekend_hours:
        others = replace(others, weekend_hours=_hours(arguments.weekend_hours))
    if arguments.refund_notice is not None:
        others = replace(others, refund_notice=timedelta(hours=arguments.refund_notice))
    if others == rules:
        raise Invalid("Name at least one rule that differs from today's, such as --quota 120.")
    return others


def _hours(text: str) -> OpeningHours:
    try:
        return read_opening_hours(text)
    except ValueError:
        raise Invalid(f"{text} are no opening hours. Write them like 08:00-22:00.") from None


def _period(services: Services, text: str) -> Period:
    """The period named; by default the last term, or last week where no terms are configured."""
    rules, today = services.rules, services.clock.now().astimezone(services.rules.zone).date()
    words = text.replace("_", " ") or ("last term" if rules.terms else "last week")
    period, rest = read_period(words, rules, today)
    if rest:
        raise Invalid(f"I can't tell which period “{rest[:60]}” is. Write last term, march, or two days.")
    return period


def result_text(result: Comparison, period: Period) -> str:
    if not result.requests:
        return f"{period.label}: no bookings were made or refused, so there is nothing to replay."
    share = round(100 * result.reproduced / result.requests)
    lines = [
        f"{period.label}: {result.requests:,} requests to book or move.",
        f"Today's rules refuse {result.refused_now:,} of them; the others {result.refused_then:,}.",
        *_reasons("Refused only by the others", result.newly_refused),
        *_reasons("Refused only by today's", result.newly_accepted),
    ]
    if result.lost:
        lines.append(f"{result.lost:,} changes were of bookings that the others refuse.")
    lines.append(f"Check: under today's rules {share} % of the requests end as they really did.")
    return "\n".join(lines)


def _reasons(heading: str, counts: Mapping[str, int]) -> list[str]:
    lines = (f"  {reason(code)}: {count:,}" for code, count in counts.items())
    return [f"{heading}: {sum(counts.values()):,}", *lines]
