"""What is stored about people and for how long, as configured, in words."""

from collections.abc import Mapping
from datetime import timedelta

from bot.chat.reply import ReplyField
from bot.services import Services
from core.model import Expiring
from core.policy.retention import kept_for


def kept_fields(services: Services) -> tuple[ReplyField, ...]:
    kept = {kind: format_time(age) for kind, age in kept_for(services.retention, services.rules).items()}
    return tuple(ReplyField(name, (text,)) for name, text in _kept(kept).items())


def _kept(kept: Mapping[Expiring, str]) -> Mapping[str, str]:
    return {
        "Your account": (
            "name, e-mail, groups, societies, chat accounts, settings: until your account is erased"
        ),
        "Bookings": (
            f"room, time, title, notes, quota used: {kept[Expiring.BOOKINGS]} after they end; "
            f"guests and offers: {kept[Expiring.GUESTS]}"
        ),
        "Refused requests": f"room, time and the rule that refused: {kept[Expiring.REFUSALS]}",
        "Waiting list": f"{kept[Expiring.WAITS]} after the time you waited for",
        "Messages to you": f"{kept[Expiring.MESSAGES]} after they were sent",
        "Who did what": f"bookings, changes and logins with your number: {kept[Expiring.AUDIT]}",
        "Logins": (
            f"apps: {kept[Expiring.TOKENS]} after their last use; networks, as hashes that nobody can read: "
            f"{kept[Expiring.KNOWN_ADDRESSES]}; refused logins: {kept[Expiring.REFUSED_LOGINS]}"
        ),
        "Our conversation": "the last answer, for 10 minutes; series that wait for a button, for 2 days",
        "Who sees it": (
            "Others see that a room is taken, and your name only where you invite them, offer them a booking "
            "or belong to their society. Roomie's operators can see everything here."
        ),
    }


def format_time(age: timedelta) -> str:
    """`2 years`, `400 days`, `7 hours`."""
    hours = round(age.total_seconds() / 3600)
    for unit, length in (("year", 366 * 24), ("year", 365 * 24), ("day", 24)):
        count, rest = divmod(hours, length)
        if count and not rest:
            return f"{count} {unit}" if count == 1 else f"{count} {unit}s"
    return f"{hours // 24} days" if hours >= 48 else f"{hours} hours"
