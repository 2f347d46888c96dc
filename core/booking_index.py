"""Active bookings by id, room, owner, society, guest and recipient of an offer."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TypeVar

from core.model import Booking, BookingId, Guest, Identity, PersonId, RoomId, SocietyId, TransferState

_Key = TypeVar("_Key")


class BookingIndex:
    """Each list is a tuple by start, and the same object until it changes."""

    def __init__(self) -> None:
        self.bookings: dict[BookingId, Booking] = {}
        self._of_person: dict[PersonId, tuple[Booking, ...]] = {}
        self._of_society: dict[SocietyId, tuple[Booking, ...]] = {}
        self._in_room: dict[RoomId, tuple[Booking, ...]] = {}
        self._of_guest: dict[str, tuple[Booking, ...]] = {}
        self._offered_to: dict[PersonId, tuple[Booking, ...]] = {}

    @classmethod
    def of(cls, bookings: Iterable[Booking]) -> "BookingIndex":
        index = cls()
        for booking in sorted(bookings, key=_order):
            index.put(booking)
        return index

    def of_person(self, person_id: PersonId) -> tuple[Booking, ...]:
        return self._of_person.get(person_id, ())

    def of_guest(self, person_id: PersonId | None, identities: Iterable[Identity]) -> tuple[Booking, ...]:
        keys = [Guest(person_id).key, *identities] if person_id is not None else list(identities)
        found = {each.id: each for key in keys for each in self._of_guest.get(key, ())}
        return tuple(sorted(found.values(), key=_order))

    def offered_to(self, person_id: PersonId) -> tuple[Booking, ...]:
        return self._offered_to.get(person_id, ())

    def of_society(self, society_id: SocietyId) -> tuple[Booking, ...]:
        return self._of_society.get(society_id, ())

    def in_room(self, room_id: RoomId) -> tuple[Booking, ...]:
        return self._in_room.get(room_id, ())

    def put(self, booking: Booking) -> None:
        """Adds to all indexes. A room's may still hold an older version: other rooms are read apart."""
        if (older := self.bookings.get(booking.id)) is not None:
            self._remove_from_people(older)
        self.bookings[booking.id] = booking
        _insert(self._in_room, booking.room_id, booking, is_known=True)
        if booking.booked_by is not None:
            _insert(self._of_person, booking.booked_by, booking)
        if booking.society_id is not None:
            _insert(self._of_society, booking.society_id, booking)
        for guest in booking.guests:
            _insert(self._of_guest, guest.key, booking)
        if (recipient := _recipient(booking)) is not None:
            _insert(self._offered_to, recipient, booking)

    def remove(self, booking: Booking) -> Booking | None:
        """Removes from the room's index, and from all others unless the booking has moved to another room.

        Returns the version that the others held.
        """
        _remove(self._in_room, booking.room_id, booking)
        stored = self.bookings.get(booking.id)
        if stored is None or stored.room_id != booking.room_id:
            return None
        del self.bookings[booking.id]
        self._remove_from_people(stored)
        return stored

    def _remove_from_people(self, booking: Booking) -> None:
        """Removes from the indexes of its owner, society and guests, who may be others in a new version."""
        if booking.booked_by is not None:
            _remove(self._of_person, booking.booked_by, booking)
        if booking.society_id is not None:
            _remove(self._of_society, booking.society_id, booking)
        for guest in booking.guests:
            _remove(self._of_guest, guest.key, booking)
        if (recipient := _recipient(booking)) is not None:
            _remove(self._offered_to, recipient, booking)


def people_of(booking: Booking) -> Iterator[PersonId]:
    """Its owner, its guests and to whom it is offered, of those with accounts."""
    if booking.booked_by is not None:
        yield booking.booked_by
    yield from (each.person_id for each in booking.guests if each.person_id is not None)
    if (recipient := _recipient(booking)) is not None:
        yield recipient


def _recipient(booking: Booking) -> PersonId | None:
    """To whom it is offered."""
    transfer = booking.transfer
    return transfer.to if transfer is not None and transfer.state is TransferState.OPEN else None


def _insert(
    index: dict[_Key, tuple[Booking, ...]], key: _Key, booking: Booking, *, is_known: bool = False
) -> None:
    others = index.get(key, ())
    if is_known:
        others = tuple(each for each in others if each.id != booking.id)
    place = bisect_left(others, _order(booking), key=_order)
    index[key] = (*others[:place], booking, *others[place:])


def _order(booking: Booking) -> tuple[datetime, str]:
    return booking.interval.start, booking.id


def _remove(index: dict[_Key, tuple[Booking, ...]], key: _Key, booking: Booking) -> None:
    rest = tuple(each for each in index.get(key, ()) if each.id != booking.id)
    if rest:
        index[key] = rest
    else:
        index.pop(key, None)
