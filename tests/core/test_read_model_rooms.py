"""Which bookings the read model lists in a room, while two processes move one."""

from msgspec.structs import replace

from core.availability import RoomSchedule
from core.catalogue import Catalogue
from core.interval import Interval
from core.model import Booking, RoomId, busy_for
from core.ports import WriteSet
from core.read_model import ReadModel, ReadModelUpdate, RoomUpdate, WholeCampus
from tests.builders import a_booking, a_building, a_room, a_slot

_HALL, _LAB = RoomId("K-J17-G01"), RoomId("K-J17-LAB")


def _holding(*bookings: Booking) -> RoomUpdate:
    return RoomUpdate(RoomSchedule({busy_for(each) for each in bookings}), bookings)


def test_a_room_lists_a_booking_once_when_it_comes_back_before_the_room_was_read_again():
    read_model = ReadModel()
    at_home = a_booking(room_id=_HALL)
    catalogue = Catalogue([a_building("K-J17")], [a_room(_HALL, "K-J17"), a_room(_LAB, "K-J17")])
    window = Interval(a_slot("0:00", days=-1).start, a_slot("0:00", days=9).start)
    rooms = {_HALL: _holding(at_home), _LAB: _holding()}
    read_model.apply_update(ReadModelUpdate(catalogue, window, whole=WholeCampus.of(rooms)))

    away = replace(at_home, room_id=_LAB, version=2)
    read_model.apply_update(ReadModelUpdate(rooms={_LAB: _holding(away)}))
    back = replace(at_home, version=3)
    read_model.apply_commit(WriteSet(update=back, before=away))

    assert read_model.in_room(_HALL) == (back,)
    assert read_model.in_room(_LAB) == ()
