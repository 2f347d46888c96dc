"""What erasing a person will do, and who must hear of it."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256

from msgspec import Struct

from core.errors import UnknownPerson
from core.interval import Interval
from core.model import Booking, OutboxMessage, PersonId, Role, Society
from core.ports import UnitOfWork
from core.schedule_reading import ALL_TIME
from core.services.administration.rights import check_not_last

NO_PRESIDENT = "society without president"
_MESSAGE_LIFETIME = timedelta(days=14)


class ErasurePlan(Struct, frozen=True):
    """What erasing a person does to what is still to come.

    `cancelled` are their own bookings; `society_bookings` stay with their societies. `without_president` are
    societies that lose their last one. `waits` and `guest_of` are how many waits end and guest lists change.
    """

    cancelled: tuple[Booking, ...] = ()
    society_bookings: tuple[Booking, ...] = ()
    without_president: tuple[Society, ...] = ()
    waits: int = 0
    guest_of: int = 0

    @property
    def digest(self) -> str:
        """The same for the same consequences: a confirmation is for what was shown."""
        ids = (each.id for each in (*self.cancelled, *self.society_bookings))
        societies = (each.id for each in self.without_president)
        return sha256("\n".join([*ids, "", *societies]).encode()).hexdigest()[:16]


def plan_erasure(unit: UnitOfWork, person_id: PersonId, guest_of: int, now: datetime) -> ErasurePlan:
    """Reads what erasing a person would do; raises what forbids it."""
    check_may_be_erased(unit, person_id, now)
    ahead = bookings_ahead(unit, person_id, now)
    return ErasurePlan(
        tuple(each for each in ahead if each.society_id is None),
        tuple(each for each in ahead if each.society_id is not None),
        tuple(societies_left_alone(unit, person_id)),
        len(unit.waits.of_person(person_id)),
        guest_of,
    )


def check_may_be_erased(unit: UnitOfWork, person_id: PersonId, now: datetime) -> None:
    """Raises `UnknownPerson`, or `LastAdministrator`."""
    person = unit.people.get(person_id)
    if person is None:
        raise UnknownPerson(str(person_id))
    check_not_last(unit, person, now)


def bookings_ahead(unit: UnitOfWork, person_id: PersonId, now: datetime) -> list[Booking]:
    """A person's bookings that are not over, for themselves and for societies."""
    found = unit.bookings.of_person(person_id, Interval(now, ALL_TIME.end))
    return [each for each in found if each.interval.end > now]


def societies_left_alone(unit: UnitOfWork, person_id: PersonId) -> Iterable[Society]:
    """Societies over which nobody else presides."""
    for each in unit.societies.memberships(person_id):
        members = unit.societies.members(each.society.id)
        presidents = {member.person_id for member in members if member.role is Role.PRESIDENT}
        if presidents == {person_id}:
            yield each.society


def messages_to_administrators(
    unit: UnitOfWork, person_id: PersonId, now: datetime
) -> Iterable[OutboxMessage]:
    """Tells them of societies that are about to have no president."""
    administrators = [each.id for each in unit.people.all() if each.is_admin and each.id != person_id]
    for society in societies_left_alone(unit, person_id):
        for administrator in administrators:
            yield OutboxMessage(
                key=f"{NO_PRESIDENT} {society.id} {int(now.timestamp())} {administrator}",
                kind=NO_PRESIDENT,
                due_at=now,
                payload=society.id,
                person_id=administrator,
                expires_at=now + _MESSAGE_LIFETIME,
            )
