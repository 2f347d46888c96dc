"""Compares two replays: under the rules as they are, and under others."""

from collections import Counter
from collections.abc import Mapping

from msgspec import Struct, field

from bot.simulation.replay import GONE, Progress, no_progress, replay
from bot.simulation.values import Past
from core.policy.rules import Rules


class Comparison(Struct, frozen=True):
    """How many requests other rules refuse.

    `reproduced` come out under today's rules as they really did. `newly_refused` and `newly_accepted` are by
    the code of the refusal that is new, or that is no more; `lost` are changes of bookings that would not
    have been made.
    """

    requests: int
    reproduced: int
    refused_now: int
    refused_then: int
    newly_refused: Mapping[str, int] = field(default_factory=dict)
    newly_accepted: Mapping[str, int] = field(default_factory=dict)
    lost: int = 0


def compare(past: Past, rules: Rules, others: Rules, progress: Progress = no_progress) -> Comparison:
    """Replays everything twice; the same input gives the same result."""
    total = 2 * len(past.events)
    now = replay(past, rules, lambda done, _: progress(done, total))
    then = replay(past, others, lambda done, _: progress(len(past.events) + done, total))
    requests = [each for each in past.events if each.is_request]
    really = [each.was_refused for each in requests]
    newly_refused, newly_accepted = Counter[str](), Counter[str]()
    for before, after in zip(now, then, strict=True):
        if not before and after and after != GONE:
            newly_refused[after] += 1
        elif before and before != GONE and not after:
            newly_accepted[before] += 1
    return Comparison(
        len(requests),
        sum(bool(a) == bool(b) for a, b in zip(now, really, strict=True)),
        sum(bool(each) and each != GONE for each in now),
        sum(bool(each) and each != GONE for each in then),
        dict(newly_refused.most_common()),
        dict(newly_accepted.most_common()),
        sum(before != GONE and after == GONE for before, after in zip(now, then, strict=True)),
    )
