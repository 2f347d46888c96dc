"""Who somebody is, and how they stand: for administrators."""

from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct

from bot.chat.formatting import format_minutes, join_with_and, short_id
from bot.chat.reply import Text, TimeRange, Timestamp
from bot.explaining.administered import MAX_CHANGES, administered_events
from bot.explaining.messages import delivery_event
from bot.explaining.refusal import refusal_event
from bot.explaining.story import Names, Story
from core.interval import Interval
from core.model import (
    AuditEntry,
    Booking,
    Delivery,
    Identity,
    Membership,
    Person,
    RefusedRequest,
    UserGroup,
    Wait,
)
from core.policy.blocking import is_blocked
from core.policy.check_in import same_day_only
from core.policy.quota import has_quota, quota_week
from core.policy.rules import Rules
from core.ports import UnitOfWork
from core.schedule_reading import ALL_TIME
from core.services.bookings import QuotaStatus, quota_status

_MAX_REFUSALS, _MAX_MESSAGES = 10, 5
_LISTED = (
    "The list has what they were last refused, messages that did not reach them, and what administrators did."
)
_GROUPS = {
    UserGroup.STAFF: "staff",
    UserGroup.STUDENT: "student",
    UserGroup.SOCIETY_MEMBER: "society member",
    UserGroup.PRESIDENT: "president",
}


class PersonFacts(Struct, frozen=True):
    person: Person
    quota: QuotaStatus
    identities: tuple[Identity, ...] = ()
    memberships: tuple[Membership, ...] = ()
    bookings: tuple[Booking, ...] = ()
    waits: tuple[Wait, ...] = ()
    refusals: tuple[RefusedRequest, ...] = ()
    undelivered: tuple[Delivery, ...] = ()
    changes: tuple[AuditEntry, ...] = ()


def read_person(unit: UnitOfWork, person: Person, rules: Rules, now: datetime) -> PersonFacts:
    ahead = Interval(now, ALL_TIME.end)
    return PersonFacts(
        person,
        quota_status(unit, person.id, quota_week(now, rules), rules),
        tuple(unit.people.identities(person.id)),
        tuple(unit.societies.memberships(person.id)),
        tuple(unit.bookings.of_person(person.id, ahead)),
        tuple(unit.waits.of_person(person.id)),
        tuple(unit.refusals.of_person(person.id, _MAX_REFUSALS)),
        tuple(unit.history.given_up(person.id, _MAX_MESSAGES)),
        tuple(unit.history.audit_about([f"person:{person.id}"], MAX_CHANGES)),
    )


def person_story(facts: PersonFacts, names: Names, rules: Rules, now: datetime) -> Story:
    person = facts.person
    events = [refusal_event(each, names) for each in facts.refusals]
    events += [delivery_event(each, names, now) for each in facts.undelivered]
    events += administered_events(facts.changes, names)
    return Story(
        person.name,
        (f"{person.username}, {person.email}.",),
        events=tuple(sorted(events, key=lambda each: each.at or now)),
        facts=tuple(_facts(facts, names, rules, now)),
        footer=(_LISTED,) if events else (),
    )


def _facts(facts: PersonFacts, names: Names, rules: Rules, now: datetime) -> Iterator[tuple[str, Text]]:
    person = facts.person
    groups = [_GROUPS[each] for each in sorted(person.groups)] + (
        ["administrator"] if person.is_admin else []
    )
    yield "Groups", (join_with_and(groups) if groups else "none",)
    societies = [f"{each.society.name} ({each.role})" for each in facts.memberships]
    yield "Societies", (join_with_and(societies) if societies else "none",)
    yield "Chat accounts", (join_with_and(facts.identities) if facts.identities else "none",)
    yield "Quota this week", (_quota(facts),)
    if same_day_only(person, rules, now) and person.same_day_until is not None:
        yield "Same day only until", (Timestamp(person.same_day_until),)
    if person.block is not None and is_blocked(person, now):
        why = f" ({person.block.reason})" if person.block.reason else ""
        yield "Blocked until", (Timestamp(person.block.until), why)
    yield "Bookings to come", _bookings(facts, names)
    if facts.waits:
        yield "Waiting for", (f"{len(facts.waits)} slot{'' if len(facts.waits) == 1 else 's'}",)


def _quota(facts: PersonFacts) -> str:
    if not has_quota(facts.person):
        return "none needed"
    spent = facts.quota.weekly_quota - facts.quota.left
    left = format_minutes(facts.quota.left)
    return f"{format_minutes(spent)} of {facts.quota.weekly_quota} spent, {left} left"


_MAX_BOOKINGS = 5


def _bookings(facts: PersonFacts, names: Names) -> Text:
    if not facts.bookings:
        return ("none",)
    parts: list[Text] = [
        (f"{names.room(each.room_id)} ", TimeRange(each.interval), f" ({short_id(each)})")
        for each in facts.bookings[:_MAX_BOOKINGS]
    ]
    more = len(facts.bookings) - len(parts)
    text = tuple(inline for part in parts for inline in (*part, "; "))[:-1]
    return (*text, f"; and {more} more") if more else text
