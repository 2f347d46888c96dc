"""What someone could book instead, each a press away: nothing is offered that would be refused."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from bot.chat.command import Call
from bot.chat.formatting import MORE, booking_buttons, room_name
from bot.chat.reply import Bold, Button, ButtonStyle, Inline, Item, Stretch
from bot.conversation.button_values import MoveCode, SlotCode
from core.catalogue import RoomWish
from core.interval import Interval
from core.model.entities import Booking, Group, Person, PersonId, Room, SocietyId
from core.policy.quota import has_quota
from core.services.bookings import open_hours, widened
from core.services.eligibility import Asking, Rehearsal
from core.services.find_rooms import Alternative, Instead, alternatives, soonest

_DAYS_AHEAD = 7
_A_LITTLE = timedelta(hours=4)
_A_STUDENT = Person(PersonId(0), "", "", "", frozenset({Group.STUDENT}))
"""Whom a stranger is taken for while looking; booking takes an account."""

_INSTEAD = {
    Instead.LATER: "A little later",
    Instead.SHORTER: "Shorter",
    Instead.NEARBY: "Close by",
    Instead.SPLIT: "Two rooms in turn",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A slot that cannot be had, the kind of room, and the society it would be for."""

    wish: RoomWish
    slot: Interval
    society_id: SocietyId | None = None

    @property
    def bookable(self) -> RoomWish:
        return bookable(self.wish, self.society_id)


def bookable(wish: RoomWish, society_id: SocietyId | None) -> RoomWish:
    """Only rooms that the asker could book: societies book any, people those with individual access."""
    return replace(wish, bookable_only=True, individual_only=society_id is None)


def rehearsal(call: Call, society_id: SocietyId | None, spent: int = 0) -> Rehearsal:
    """What the asker could book now, as far as memory tells; quota counts where `spent` says so."""
    known = call.known
    society = call.desk.picture.directory.societies.get(society_id) if society_id is not None else None
    role = known.role_in(society.id) if known is not None and society is not None else None
    person = known.person if known is not None else _A_STUDENT
    asking = Asking(person, society, role, spent)
    return Rehearsal(asking, call.desk.rules, call.desk.clock.now())


async def rehearsal_with_quota(
    call: Call, society_id: SocietyId | None, moving: Booking | None = None
) -> Rehearsal:
    """The same, with what this week's quota leaves; a booking that is moved takes its minutes along."""
    if society_id is not None or call.known is None or not has_quota(call.person):
        return rehearsal(call, society_id)
    quota = await call.desk.bookings.quota(call.person.id)
    moved = moving.interval.minutes if moving is not None else 0
    return rehearsal(call, society_id, quota.allowance - quota.left - moved)


async def instead(call: Call, wanted: Wanted, moving: Booking | None = None) -> tuple[Item, ...]:
    """The nearest things that would work; the next that is free at all where nothing is near.

    To be booked with a press or, where a booking is `moving`, for that to be moved there.
    """
    trial = await rehearsal_with_quota(call, wanted.society_id, moving)
    found = _near(call, wanted, trial) or _next_days(call, wanted, trial)
    if moving is not None:
        found = tuple(each for each in found if len(each.parts) == 1)
    return tuple(_item(call, wanted, each, moving) for each in found if trial.affords(_length(each)))


def _near(call: Call, wanted: Wanted, trial: Rehearsal) -> tuple[Alternative, ...]:
    room = _room(call, wanted)
    slot = widened(wanted.slot, room, call.desk.rules)
    closes = open_hours(slot.start, room, call.desk.rules).end
    return alternatives(
        call.desk.picture.availability,
        wanted.bookable,
        _seconds(slot.start),
        _seconds(slot.end),
        _seconds(closes),
        trial.allows,
    )


def _next_days(call: Call, wanted: Wanted, trial: Rehearsal) -> tuple[Alternative, ...]:
    """From the next opening on, for a week."""
    rules, room = call.desk.rules, _room(call, wanted)
    slot = widened(wanted.slot, room, rules)
    local = slot.start.astimezone(rules.zone)
    for days in range(_DAYS_AHEAD + 1):
        hours = open_hours(local + timedelta(days=days), room, rules)
        first, last = _seconds(max(hours.start, slot.start)), _seconds(hours.end - slot.duration)
        found = soonest(
            call.desk.picture.availability,
            wanted.bookable,
            first,
            last,
            slot.minutes * 60,
            trial.allows,
        )
        if found is not None:
            return (found,)
    return ()


def _room(call: Call, wanted: Wanted) -> Room | None:
    return call.desk.picture.catalogue.rooms.get(wanted.wish.room) if wanted.wish.room else None


def _length(found: Alternative) -> timedelta:
    return timedelta(seconds=sum(end - start for _, start, end in found.parts))


def _item(call: Call, wanted: Wanted, found: Alternative, moving: Booking | None) -> Item:
    title: list[Inline] = []
    buttons: list[Button] = []
    for place, (room, start, end) in enumerate(found.parts, 1):
        slot = Interval(datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC))
        title += [*([", then "] if title else []), Bold(room_name(room)), " ", Stretch(slot)]
        label = "Book" if len(found.parts) == 1 else f"Book part {place}"
        booking = book_button(room, slot, wanted.society_id, label)
        buttons.append(booking if moving is None else move_button(moving, room, slot))
    return Item((f"{_kind(found, wanted, call)}: ", *title), (), tuple(buttons))


def _kind(found: Alternative, wanted: Wanted, call: Call) -> str:
    """In which way it differs; what lies on another day is not just a little later."""
    zone = call.desk.rules.zone
    begins = datetime.fromtimestamp(found.parts[0][1], UTC).astimezone(zone)
    if begins.date() != wanted.slot.start.astimezone(zone).date():
        return "The next that is free"
    if begins - wanted.slot.start > _A_LITTLE:
        return "Later that day"
    return _INSTEAD[found.instead]


def book_button(room: Room, slot: Interval, society_id: SocietyId | None, label: str = "Book") -> Button:
    return Button("book", label, str(SlotCode(room.id, slot, society_id)), ButtonStyle.PRIMARY)


def move_button(booking: Booking, room: Room, slot: Interval, label: str = "Move") -> Button:
    return Button("move", label, str(MoveCode(booking.id, room.id, slot)), ButtonStyle.PRIMARY)


def own_buttons(call: Call, booking: Booking, quota_left: int | None = None) -> tuple[Button, ...]:
    """What its owner can do with a booking; more time only where there is some, and quota for it."""
    room = call.desk.picture.catalogue.rooms.get(booking.room_id)
    more = Interval.lasting(booking.interval.end, timedelta(minutes=MORE))
    first, last = _seconds(more.start), _seconds(more.end)
    can_stay = (
        room is not None
        and call.desk.picture.availability.schedule(room.id).is_free(first, last)
        and rehearsal(call, booking.society_id).refusal(room, more) is None
        and (quota_left is None or not has_quota(call.person) or booking.society_id or quota_left >= MORE)
    )
    return booking_buttons(booking, call.desk.clock.now(), can_stay=bool(can_stay))


def _seconds(instant: datetime) -> int:
    return int(instant.timestamp())
