"""A storage with a few rooms and people, and shortcuts to book there."""

from itertools import count

from msgspec import Struct

from core.interval import Interval
from core.model import Booking, BookingId, PersonId, Role, RoomId, SocietyId, UserGroup
from core.policy.rules import Rules
from core.ports import UnitOfWork
from core.read_model import ReadModel
from core.services.book_room import BookingResult, BookRoom
from core.services.bookings import BookingService
from core.services.cancel_booking import CancellationResult
from storage.factory import ManagedStorage, open_storage
from tests.builders import NOW, a_building, a_person, a_room, a_slot, a_society
from tests.fakes.clock import StillClock

HALL, LAB = RoomId("K-J17-G01"), RoomId("K-J17-LAB")
ROOMS = (HALL, LAB, *(RoomId(f"K-J17-{number}") for number in range(101, 121)))
CHESS = SocietyId("CHESS")

_numbers = count(1)


class Campus(Struct, frozen=True):
    """`wil` and `rema` are students, `stan` is staff, `mem` plays chess, and `pres` presides over that."""

    storage: ManagedStorage
    rules: Rules
    clock: StillClock
    wil: PersonId
    rema: PersonId
    stan: PersonId
    mem: PersonId
    pres: PersonId

    @property
    def services(self) -> BookingService:
        return self.service_of(self.storage)

    def service_of(self, storage: ManagedStorage) -> BookingService:
        return BookingService(storage, storage.read_model, self.rules, self.clock)

    def request(
        self, slot: Interval | None = None, room: RoomId = HALL, by: PersonId | None = None, **others: object
    ) -> BookRoom:
        """A request by wil for the hall, unless overridden."""
        return BookRoom(a_new_id(), room, slot or a_slot(), by or self.wil, **others)  # type: ignore[arg-type]

    async def book(
        self, slot: Interval | None = None, room: RoomId = HALL, by: PersonId | None = None, **others: object
    ) -> BookingResult:
        return await self.services.book(self.request(slot, room, by, **others))

    async def cancel(self, booking: Booking, by: PersonId | None = None) -> CancellationResult:
        return await self.services.cancel(booking.id, by or self.wil)

    async def quota_left(self, by: PersonId | None = None) -> int:
        return (await self.services.quota(by or self.wil)).left


def a_new_id() -> BookingId:
    return BookingId(f"booking-{next(_numbers)}")


def campus_in(storage: ManagedStorage, rules: Rules, clock: StillClock) -> Campus:
    """The campus in a loaded storage."""
    ids = {
        known.person.username: person_id for person_id, known in storage.read_model.directory.people.items()
    }
    return Campus(storage, rules, clock, *(ids[name] for name in ("wil", "rema", "stan", "mem", "pres")))


async def fill_campus(url: str) -> None:
    """Fills an empty database."""
    storage = open_storage(url, ReadModel(), Rules(), StillClock(NOW))
    await storage.open()
    await storage.load()
    await storage.write(_fill)
    await storage.close()


def _fill(unit: UnitOfWork) -> None:
    unit.rooms.put_buildings([a_building()])
    unit.rooms.put_rooms(a_room(room) for room in ROOMS)
    people = {
        each.username: unit.people.add(each, None).id
        for each in (
            a_person("wil"),
            a_person("rema"),
            a_person("stan", UserGroup.STAFF),
            a_person("mem"),
            a_person("pres", UserGroup.STUDENT, UserGroup.PRESIDENT),
        )
    }
    unit.societies.add(a_society(CHESS))
    unit.societies.set_role(people["mem"], CHESS, Role.MEMBER)
    unit.societies.set_role(people["pres"], CHESS, Role.PRESIDENT)
