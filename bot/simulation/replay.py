"""Decides the requests of the past again, in their order, with the decisions that the service itself uses."""

from collections.abc import Callable, Iterator

from bot.simulation.values import Past, PastEvent, PastKind
from bot.simulation.world import ReplayWorld
from core.errors import RoomieError
from core.model import Booking
from core.policy.quota import quota_week
from core.policy.rules import Rules
from core.ports import Facts
from core.services.book_room import BookRoom, cost_of, decide_booking
from core.services.cancel_booking import CancelBooking, decide_cancel
from core.services.move_booking import MoveBooking, decide_move

Progress = Callable[[int, int], None]
_REPORT_EVERY = 500
"""Events between two reports of progress."""
GONE = "gone"
"""The outcome of a change of a booking that this replay has refused."""


def no_progress(_done: int, _total: int) -> None:
    """Reports nothing."""


def replay(past: Past, rules: Rules, progress: Progress = no_progress) -> list[str]:
    """The outcome of every request, in order: the code of its refusal, empty if it succeeds."""
    world = ReplayWorld(past, rules)
    return list(_outcomes(past, world, rules, progress))


def _outcomes(past: Past, world: ReplayWorld, rules: Rules, progress: Progress) -> Iterator[str]:
    for number, event in enumerate(past.events):
        if number % _REPORT_EVERY == 0:
            progress(number, len(past.events))
        match event.kind:
            case PastKind.BOOK:
                yield _book(event, world, rules)
            case PastKind.MOVE:
                yield _move(event, world, rules)
            case PastKind.CANCEL:
                _cancel(event, world, rules)
            case PastKind.SERIES_DATE:
                _keep(event, world, rules)
            case PastKind.RELEASE:
                world.remove(event.booking_id)
    progress(len(past.events), len(past.events))


def _book(event: PastEvent, world: ReplayWorld, rules: Rules) -> str:
    if event.room_id is None or event.slot is None:
        return ""
    if world.is_granted(event):
        return ""
    request = BookRoom(
        event.booking_id,
        event.room_id,
        event.slot,
        event.by,
        event.society_id,
        term=world.term(event) if event.by is None else None,
    )
    try:
        world.apply(decide_booking(world.facts(event), request, rules, event.at).writes)
    except RoomieError as refusal:
        return refusal.code
    return ""


def _move(event: PastEvent, world: ReplayWorld, rules: Rules) -> str:
    booking = world.booking(event.booking_id)
    if booking is None or event.by is None or event.room_id is None or event.slot is None:
        return GONE
    request = MoveBooking(
        booking.id,
        event.by,
        event.room_id,
        event.slot,
        booking.version,
        is_occurrence=booking.occurrence is not None,
    )
    try:
        world.apply(decide_move(world.facts(event), request, rules, event.at).writes)
    except RoomieError as refusal:
        return refusal.code
    return ""


def _cancel(event: PastEvent, world: ReplayWorld, rules: Rules) -> None:
    """Cancels with its refund; a booking that nobody may cancel, such as of a society's token, just goes."""
    booking = world.booking(event.booking_id)
    if booking is None:
        return
    if booking.booked_by is not None:
        facts: Facts = world.facts(event)
        try:
            request = CancelBooking(booking.id, booking.booked_by)
            world.apply(decide_cancel(facts, request, rules, event.at).writes)
        except RoomieError:
            world.remove(booking.id)
        return
    world.remove(booking.id)


def _keep(event: PastEvent, world: ReplayWorld, rules: Rules) -> None:
    """A date of a series takes its room and its quota, without being decided again."""
    if event.room_id is None or event.slot is None:
        return
    booking = Booking(event.booking_id, event.room_id, event.slot, event.by, event.at, event.society_id)
    facts = world.facts(event)
    world.insert(booking)
    cost = cost_of(event.slot, facts.person, event.society_id)
    world.charge(booking, cost, quota_week(event.slot.start, rules))
